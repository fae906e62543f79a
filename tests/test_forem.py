"""Forem: copies are found by their canonical URL, and what was said below them is told."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given

from cases_news import forem
from conformance import POST, SITE, Item, items
from conversation.acts import Kind
from conversation.errors import Missing
from conversation.posts import Post
from conversation.sources.forem import name_of, parse_articles, parse_comments
from loopback import Answer, Request, answer_json
from submitted import ANYTHING, Came, ask_of, asked, checked

BASE = "https://dev.to"
ARTICLE = f"{BASE}/ada/a-1b2c"
FOUND = ask_of(copies={POST: (ARTICLE,)})


def pulled(told: list[Item]) -> Came:
    return asked("forem", forem(told), FOUND, account="ada")


def test_articles_are_copies_of_the_posts_that_they_name() -> None:
    """The canonical URL tells which post an article is a copy of, in whatever spelling; others are none."""
    for canonical, count in [(POST, 1), ("http://www.blog.example/a.html?utm_source=x", 1), (ARTICLE, 0), (None, 0)]:
        came = asked("forem", forem([], canonical=canonical), part="account", account="ada")  # type: ignore[arg-type]
        assert len(came.copies) == count
        assert came.complete == ["*copies"]
        assert {request.query["username"][0] for request in came.requests} == {"ada"}
        assert all(post == POST and url.endswith("/ada/a-1b2c") for post, url in came.copies)


def test_comments_and_reactions() -> None:
    """Comments are replies in their places, by people with names and pictures; reactions are likes."""
    one, two, three = items(3)
    came = pulled([one, dataclasses.replace(two, parent=1), three])
    assert [(act.kind, act.text, act.parent) for act in came.acts] == [
        (Kind.REPLY, "word1x", ""),
        (Kind.REPLY, "word2x", f"{BASE}/bea/comment/1"),
        (Kind.REPLY, "word3x", ""),
    ]
    act = came.acts[0]
    assert (act.url, act.published, act.target) == (f"{BASE}/bea/comment/1", one.when, POST)
    assert (act.author.name, act.author.url, act.author.handle) == ("Bea", f"{BASE}/bea", "bea")
    assert act.author.photo == "https://dev.example/bea.png"
    assert came.points == [7]
    assert came.complete == [POST]


def test_comments_are_counted_once() -> None:
    """The number of comments, own ones included, is not told beside the comments themselves."""
    came = pulled(items(3))
    assert [count.kind for batch in came.batches for count in batch.counts] == [Kind.LIKE]


def test_replies_to_the_deleted_stay() -> None:
    """A deleted or hidden comment has no user: it is not told, and its answers go to the next one above."""
    one, two, three = items(3)
    two, three = dataclasses.replace(two, parent=1, deleted=True), dataclasses.replace(three, parent=2)
    came = pulled([one, two, three])
    assert [(act.id, act.parent) for act in came.acts] == [("1", ""), ("3", f"{BASE}/bea/comment/1")]


def test_an_article_without_comments_is_not_asked_for_them() -> None:
    """Where the article says that there are none, that is believed."""
    came = pulled([])
    assert [request.path for request in came.requests] == ["/api/articles/ada/a-1b2c"]
    assert came.complete == [POST]
    assert came.points == [7]


def test_an_old_server_that_gives_all_at_once_is_no_proof_of_deletion() -> None:
    """Where page after page is the same, all that it shows is taken, and nothing is said to be whole."""
    roots = [{"id_code": f"c{n}", "body_html": "x", "user": {"username": "bea"}} for n in range(60)]

    def answer(request: Request) -> Answer:
        article = {"id": 1, "canonical_url": POST, "url": ARTICLE, "comments_count": 60}
        return answer_json(roots if request.path == "/api/comments" else article)

    came = asked("forem", answer, FOUND, account="ada")
    assert len(came.acts) == 60
    assert came.complete == []
    assert "same page" in came.problems[0]


def test_a_copy_that_is_gone_takes_its_comments_along() -> None:
    """An article that was deleted is no failure: what was said below it goes."""
    came = asked("forem", lambda _: answer_json({"error": "not found", "status": 404}, 404), FOUND, account="ada")
    assert (came.acts, came.complete, came.points) == ([], [POST], [0])


def test_an_article_that_is_no_copy_any_more_is_not_taken() -> None:
    """One that names another original now is another page's; one named in front matter is believed."""
    other = forem(items(1), canonical="https://other.example/")
    assert asked("forem", other, FOUND, account="ada").acts == []
    named = ask_of(Post(url=POST, syndication=(f"{ARTICLE}?x=1", "https://dev.to/t/python", "https://dev.to/ada")))
    assert len(asked("forem", other, named, account="ada").acts) == 1


def test_a_damaged_answer_spoils_no_other_post() -> None:
    """What is no article is told with its address, and the next post is asked about."""
    posts = (Post(url=POST, syndication=(ARTICLE,)), Post(url=f"{SITE}/b.html"))
    came = asked("forem", lambda _: answer_json({"id": "x"}), ask_of(*posts), account="ada")
    assert "/ada/a-1b2c" in came.problems[0]
    assert came.complete == [f"{SITE}/b.html"]


def test_an_account_that_is_not_there_is_an_error() -> None:
    """A wrong name must not look like somebody without articles where the site says so."""
    with pytest.raises(Missing):
        asked("forem", lambda _: answer_json({}, 404), part="account", account="ada")


def test_doctor() -> None:
    """It knows whether the account has articles, and says what makes copies known where none names its original."""
    (well,) = checked("forem", forem([]), "ada")
    assert well.well
    assert "1 of the newest 1" in well.what
    (without,) = checked("forem", forem([], canonical=""), "ada")
    assert "canonical URL" in without.what
    (nobody,) = checked("forem", lambda _: answer_json([]), "ada")
    assert not nobody.well


@pytest.mark.parametrize(
    ("url", "base", "name"),
    [
        ("http://dev.to/ada/a-1b2c?x#comments", BASE, ARTICLE),
        ("https://forum.example/at/ada/a", "https://forum.example/at", "https://forum.example/at/ada/a"),
        ("https://dev.to/t/python", BASE, ""),
        ("https://dev.to/ada", BASE, ""),
        ("https://dev.to/ada/comment/1a", BASE, ""),
        ("https://evil.example/ada/a", BASE, ""),
    ],
)
def test_addresses_of_articles(url: str, base: str, name: str) -> None:
    """An article has one address, and what only looks like one is none."""
    assert name_of(url, base) == name


@given(ANYTHING)
def test_any_json_is_an_answer(value: object) -> None:
    """Whatever comes as comments or articles ends as acts and problems."""
    odd = [value, {"id_code": "a", "user": {"username": "bea"}, "body_html": "x", "children": [value]}]
    acts, _ = parse_comments(odd, source="f", target=POST, home=BASE, where=ARTICLE)
    assert "a" in {act.id for act in acts}
    assert all(link and url for link, url in parse_articles([value, odd]))
