"""The posts as a source: links to others, and front matter that makes a post an act."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from conversation.acts import Act, Kind
from conversation.http import Client
from conversation.posts import Later, Post, digest_of_body
from conversation.sources import Ask, Batch, Source
from conversation.sources.links import FIELDS, SERVICE, parse_posts

SITE = "https://kindnesses.example"
SITES = (SITE, "http://ada-marlow.example/blog")
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def post(html: str = "", path: str = "tea.html", **more: object) -> Post:
    fields: dict[str, object] = {"url": f"{SITE}/{path}", "title": "Tea", "path": "content/tea.md", "published": NOW}
    return Post(**(fields | {"html": html} | more))  # type: ignore[arg-type]


def link(href: str, said: str = "x") -> str:
    return f'<a href="{href}">{said}</a>'


def pull(*posts: Post, cursor: dict[str, str] | None = None, full: bool = False) -> list[Batch]:
    with Client() as client:
        return list(SERVICE.pull(Source("posts", "posts"), Ask(posts, cursor or {}, full, NOW, SITES), client))


def acts_of(*posts: Post) -> list[Act]:
    (batch,) = pull(*posts)
    return list(batch.acts)


def test_a_link_is_something_given() -> None:
    """The act names the post, the page as it was written, the words of the link and whose page it is."""
    (act,) = acts_of(post(link("https://github.com/Bea/Tea?tab=readme#top", "Bea's <b>tea</b>")))
    assert (act.kind, act.url, act.target) == (
        Kind.LINK,
        f"{SITE}/tea.html",
        "https://github.com/Bea/Tea?tab=readme#top",
    )
    assert (act.title, act.published, act.author.key, act.channel) == ("Bea's tea", NOW, "", "web")
    assert act.to.url == "https://github.com/Bea"


def test_one_act_for_each_page_of_a_post() -> None:
    """A post that links to a page five times, in five spellings, gave one link."""
    spellings = ["https://a.example/x", "http://a.example/x#fn:1", "https://a.example/x/?utm_source=k", "//a.example/x"]
    acts = acts_of(post("".join(map(link, spellings))), post(link(spellings[1]), "cake.html"))
    assert sorted((act.url, act.target) for act in acts) == [
        (f"{SITE}/cake.html", spellings[1]),
        (f"{SITE}/tea.html", spellings[0]),
    ]


@pytest.mark.parametrize(
    "href",
    [
        f"{SITE}/cake.html",
        "http://www.kindnesses.example/",
        "http://ada-marlow.example/blog/old.html",
        "cake.html",
        "/cake.html",
        "#fn:1",
        "../cake.html",
        "{filename}/cake.md",
        "mailto:bea@a.example",
        "javascript:alert(1)",
        "tel:+49",
        "data:text/plain,x",
        "ftp://a.example/",
        "",
        " ",
    ],
)
def test_what_leads_to_no_page_of_others_is_not_given(href: str) -> None:
    """The own site, old addresses included, mail and scripts are no gifts, and no problems either."""
    (batch,) = pull(post(link(href)))
    assert (batch.acts, batch.problems) == ((), ())


@pytest.mark.parametrize(
    ("href", "meant"),
    [
        ("https:a.example/x", "https://a.example/x"),
        ("http:/a.example/x", "http://a.example/x"),
        ("bttp://a.example/x", "http://a.example/x"),
        ("htttps://a.example/x", "https://a.example/x"),
        ("https://", "is not an address"),
        ("http://[a.example", "is not an address"),
        ("https://bank.example@a.example/", "is not an address"),
    ],
)
def test_a_broken_link_is_told_with_what_was_meant(href: str, meant: str) -> None:
    """Real posts hold such links; a reader cannot follow them, so they are told and not counted."""
    (batch,) = pull(post(link(href) + link("https://b.example/")))
    assert [act.target for act in batch.acts] == ["https://b.example/"]
    (problem,) = batch.problems
    assert problem.where == "content/tea.md"
    assert meant in problem.what


@pytest.mark.parametrize(
    "href", [" https://a.example/x ", "https://a.exa\nmple/x", "https://a.example/\tx", "HTTPS://a.example/x"]
)
def test_whitespace_in_an_address_is_what_browsers_take_it_for(href: str) -> None:
    """A line break in the Markdown source does not lose the link."""
    (act,) = acts_of(post(link(href)))
    assert act.target.casefold() == "https://a.example/x"


def test_nofollow_is_a_link_and_me_is_not() -> None:
    """What a search engine does with a link does not matter here; the blogger's own profiles are nobody else."""
    html = '<a rel="nofollow" href="https://a.example/">a</a><a rel="me" href="https://social.example/@ada">me</a>'
    assert [act.target for act in acts_of(post(html))] == ["https://a.example/"]


@pytest.mark.parametrize("status", ["draft", "hidden"])
def test_only_what_is_published_gives(status: str) -> None:
    """Nobody can read a draft, so it gave nothing yet."""
    assert acts_of(post(link("https://a.example/"), status=status)) == []


def test_a_translation_counts_as_its_original() -> None:
    """The same link in two languages was given once, and what only the translation links to is not lost."""
    german = post(
        link("https://a.example/x/") + link("https://b.example/"), "a-tee.html", lang="de", original=f"{SITE}/tea.html"
    )
    acts = acts_of(german, post(link("https://a.example/x")))
    assert sorted((act.url, act.target) for act in acts) == [
        (f"{SITE}/a-tee.html", "https://b.example/"),
        (f"{SITE}/tea.html", "https://a.example/x"),
    ]


def test_a_post_with_252_links_gives_252() -> None:
    """Lists of links are the most generous posts of all."""
    acts = acts_of(post("".join(link(f"https://a.example/{n}") for n in range(252))))
    assert len({act.id for act in acts}) == 252
    assert {act.to.url for act in acts} == {"https://a.example/"}


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_front_matter_makes_a_post_an_act(name: str) -> None:
    """The post itself is the reply or the like; the link to the same page is not counted a second time."""
    there = "https://social.example/@bea/109876543210987654"
    html = f"<p>three words here {link(there + '?utm_source=x', 'Bea')} {link(there, 'her')}</p>"
    (act,) = acts_of(post(html, fields={name: (there,)}))
    assert (act.kind, act.url, act.target, act.title) == (FIELDS[name], f"{SITE}/tea.html", there, "Bea")
    assert act.to.url == "https://social.example/@bea"
    assert act.words == (5 if name in {"reply_to", "guest_post_of"} else None)
    (silent,) = acts_of(post("<p>words</p>", fields={name: (there,)}))
    assert silent.title == "Tea"


def test_bad_front_matter_is_told_with_file_and_field() -> None:
    """The message says where to look, and the rest of the post counts."""
    (batch,) = pull(post(link("https://a.example/"), fields={"reply_to": ("see below", "https://b.example/")}))
    assert [act.kind for act in batch.acts] == [Kind.REPLY, Kind.LINK]
    assert [str(problem) for problem in batch.problems] == [
        "content/tea.md: reply_to: 'see below' is not an http or https address"
    ]


def test_a_body_that_is_as_it_was_is_not_read() -> None:
    """A body that comes late is known by its digest: where nothing changed nobody loads it, and else it is the same."""
    one = post(link("https://a.example/x"))
    (batch,) = pull(one)
    late = structs.replace(one, html=Later(digest_of_body(one.html), lambda: pytest.fail("was read")))
    assert pull(late, cursor=dict(batch.cursor or {})) == []
    read = structs.replace(one, html=Later(digest_of_body(one.html), lambda: str(one.html)))
    assert pull(read) == [batch]


def test_nothing_is_said_while_no_post_has_changed() -> None:
    """The source runs at every build; only changes reach the store."""
    one, two = post(link("https://a.example/")), post(link("https://b.example/"), "b.html", published=None)
    (batch,) = pull(one, two)
    cursor = dict(batch.cursor or {})
    assert batch.complete == ("*",)
    assert pull(two, one, cursor=cursor) == []
    assert pull(two, one, cursor=cursor, full=True) == [batch]
    assert len(pull(one, cursor=cursor)[0].acts) == 1


def test_the_age_of_what_is_known_is_that_of_the_newest_post() -> None:
    """Two builds of the same content must tell the same time; a post dated ahead is not a time that has been."""
    old = post("", "a.html", published=NOW - timedelta(days=9))
    (batch,) = pull(old, post("", "b.html", published=NOW + timedelta(days=9)))
    assert batch.pulled == old.published


HREFS = st.sampled_from([f"https://{host}.example/{path}" for host in "abc" for path in ("", "x", "x#y")])


@given(
    st.lists(st.lists(HREFS, max_size=5), max_size=4).flatmap(
        lambda posts: st.tuples(st.just(posts), st.permutations(range(len(posts))))
    )
)
def test_acts_do_not_hang_on_the_order_of_the_posts(case: tuple[list[list[str]], list[int]]) -> None:
    """Pelican may read the posts in any order; ids and acts stay."""
    hrefs, order = case
    posts = [post("".join(map(link, each)), f"{n}.html") for n, each in enumerate(hrefs)]
    assert acts_of(*(posts[n] for n in order)) == acts_of(*posts)


@given(
    st.lists(
        st.text() | st.sampled_from(["<a href=", "'", '"', "https://a.example/", ">", "</a>", "<![", "http:/", "//"])
    )
)
def test_no_html_is_too_broken(pieces: list[str]) -> None:
    """Whatever stands in a post or its front matter, acts with web addresses or problems come out."""
    html = "".join(pieces)
    acts, problems = parse_posts([post(html, fields={"reply_to": (html,)})], source="posts", sites=SITES)
    assert all(act.target.startswith(("http", "HTTP")) for act in acts if act.kind is Kind.LINK)
    assert acts or problems
