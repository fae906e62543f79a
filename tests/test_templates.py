"""The conversation's templates and style sheet: what readers, screen readers and machines get of them."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mf2py
import pytest
from msgspec import structs

from conversation.threads import Conversation, Counts, Gave, Join, Number, Part, Said, Spot, Stale
from talk import ENV, SIDEBAR, TEMPLATES, Skeleton, conversation, environment, people, said, sidebar, text_of

#: Every part of the sidebar, and how often it stands in a lively one.
PARTS = {"comment": 5, "author": 5, "face": 5, "when": 8, "folded": 1, "mention": 3, "facepile": 3}
PARTS |= dict.fromkeys(("heading", "quiet", "counts", "parts", "thread", "mentions", "stale", "join", "gave"), 1)
PARTS |= {"webmention_form": 1}
STYLES = TEMPLATES.parent / "static" / "conversation.css"


@pytest.fixture(scope="module")
def lively() -> Conversation:
    answer = said("Ada Marlow", "<p>May I quote it?</p>", said("Noor Sample", "<p>Of course.</p>"), own=True)
    return conversation(
        counts=Counts(comments=3, shares=2, mentions=2, likes=14, bookmarks=1),
        comments=(
            said("Noor Sample", "<p>The same week.</p>", answer),
            said("村上 例", "<p>ありがとう。</p>", dated=False),
        ),
        shares=(*people(1, "repost"), said("Gita", "<p>Read this.</p>", kind="quote")),
        mentions=(
            said("Letters", kind="mention", title="Weekly reading", place="letters.example"),
            said("Bo", kind="rsvp", rsvp="yes"),
        ),
        likes=people(14, "like"),
        bookmarks=people(1, "bookmark"),
        join=(Join("on Mastodon", "https://social.example/1"), Join("by mail", "mailto:ada@kindnesses.example")),
        gave=tuple(Gave(f"https://g{index}.example/", f"Gift {index}", f"g{index}.example") for index in range(7)),
        stale=(Stale("disqus", datetime(2026, 11, 19, tzinfo=UTC), "Disqus"), Stale("Isso", None)),
    )


def test_the_contract_hooks_stand_there_once(lively: Conversation) -> None:
    """Scripts and checks find the aside and its five numbers by exactly these names, in any theme."""
    page = sidebar(lively)
    opening = '<aside class="conversation" data-post="https://kindnesses.example/you-get.html" data-comments="3" '
    assert page.count(opening + 'data-shares="2" data-mentions="2" data-likes="14" data-bookmarks="1"') == 1
    assert page.count("<aside") == 1


def test_microformats_consumers_read_every_act(lively: Conversation) -> None:
    """Each act shown is an h-cite with the property of its kind, its author an h-card, its words its content."""
    page = f'<div class="h-entry">{sidebar(lively)}</div>'
    entry = mf2py.parse(page, html_parser="html.parser")["items"][0]["properties"]
    kinds = ("comment", "repost", "mention", "like", "bookmark")
    assert [len(entry[kind]) for kind in kinds] == [4, 2, 2, 14, 1]
    assert all(cite["type"] == ["h-cite"] for kind in kinds for cite in entry[kind])
    first = entry["comment"][0]["properties"]
    assert first["author"][0]["properties"] == {"name": ["Noor Sample"], "url": ["https://noor.example/"]}
    assert first["author"][0]["type"] == ["h-card"]
    assert first["content"][0]["html"] == "<p>The same week.</p>"
    assert first["published"] == ["2026-05-03T09:30:00+0000"]
    assert first["url"][0].startswith("https://social.example/")
    assert entry["like"][0]["properties"]["author"][0]["properties"]["name"] == ["Person 0"]
    assert "published" in entry["like"][0]["properties"]
    assert entry["mention"][1]["properties"]["rsvp"] == ["yes"]


def test_nothing_is_asked_of_third_parties(lively: Conversation) -> None:
    """A reader's browser loads nothing from elsewhere, runs nothing, and a strict Content-Security-Policy holds."""
    tags = Skeleton(sidebar(lively, SITEURL="https://kindnesses.example")).tags
    assert not {tag for tag, _ in tags} & {"img", "script", "style", "link", "iframe", "video", "audio", "object"}
    assert not [
        attrs for _, attrs in tags if "style" in attrs or "src" in attrs or any(key[:2] == "on" for key in attrs)
    ]
    foreign = [attrs for tag, attrs in tags if tag == "a" and "u-url" in (attrs.get("class") or "")]
    assert foreign
    assert all(attrs["rel"] == "nofollow ugc" and "target" not in attrs for attrs in foreign)


def test_ids_are_anchors_and_one_heading(lively: Conversation) -> None:
    """Every reply has a permalink on the page, and no id stands there twice."""
    ids = Counter(attrs["id"] for _, attrs in Skeleton(sidebar(lively)).tags if "id" in attrs)
    assert max(ids.values()) == 1
    assert set(ids) - {"conversation-heading"} >= {one.anchor for one in (*lively.comments, *lively.mentions)}
    assert all(name.startswith("said-") for name in set(ids) - {"conversation-heading"})


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (Counts(comments=1), "1 reply"),
        (Counts(2, 1, 1, 1, 1), "2 replies · 1 share · 1 mention · 1 like · 1 bookmark"),
        (Counts(0, 2, 0, 31, 2), "2 shares · 31 likes · 2 bookmarks"),
    ],
)
def test_counts_are_words_and_never_zeros(counts: Counts, words: str) -> None:
    """A list page says what there is, in the singular where it is one, and nothing of what there is not."""
    page = ENV.get_template("conversation/counts.html").render(conversation=conversation(counts=counts))
    assert Skeleton(page).text == words


def test_numbers_larger_than_what_is_listed_say_so() -> None:
    """Where a service tells a number without names, the page does not pretend that its list is whole."""
    talk = conversation(
        counts=Counts(comments=5, likes=31),
        numbers=(Number("comments", 5, 2), Number("likes", 31, 2, at_least=True), Number("bookmarks", 4)),
        comments=(said("A", "", said("B", own=True), said("C")),),
        likes=people(2, "like"),
    )
    assert "at least 5 replies, 3 not shown · 31 likes, 29 not shown · 4 bookmarks, not shown" in text_of(talk)
    assert "2 people liked this" in text_of(talk)


def test_a_quiet_post_invites() -> None:
    """No replies is an invitation with the ways to take it, never a row of zeros."""
    ways = (
        Join("on Mastodon", "https://m.example/", "Mastodon"),
        Join("on s.example", "https://s.example/1", "s.example"),
        Join("by mail", "mailto:a@b.example"),
    )
    words = "No replies yet. Yours could be the first. Answer this post on Mastodon at s.example by mail"
    assert text_of(conversation(join=ways)) == f"The conversation {words}"


def test_a_closed_post_says_so_kindly_and_asks_for_nothing(lively: Conversation) -> None:
    """Closed is told in words, in place of the ways to answer."""
    page = text_of(
        conversation(closed=True, counts=Counts(likes=1), likes=people(1, "like")), conversation_endpoint="x"
    )
    assert "This conversation is closed. Thank you to everybody who took part." in page
    assert "own site" not in page
    assert text_of(conversation(closed=True)) == "The conversation This conversation is closed."


def test_stale_sources_are_dated_not_counted_back(lively: Conversation) -> None:
    """A static page says when a source was last reached as a date that stays true."""
    text = text_of(lively)
    assert "Disqus last reached on 19 November 2026" in text
    assert "Isso never reached yet" in text
    assert " ago" not in text


def test_an_undated_act_says_when_it_was_first_seen(lively: Conversation) -> None:
    """The day of the first pull is not passed off as the day of publication."""
    page = sidebar(conversation(counts=Counts(1), comments=(said(dated=False),)))
    assert "first seen 3 May 2026" in Skeleton(page).text
    assert "dt-published" not in page


def test_replies_stand_below_what_they_answer(lively: Conversation) -> None:
    """The thread is nested lists, and the blogger's own replies are marked in words."""
    tags = Skeleton(sidebar(lively)).tags
    assert [attrs["class"] for tag, attrs in tags if tag == "ol"] == [
        "conversation-thread",
        "conversation-replies",
        "conversation-replies",
    ]
    assert Skeleton(sidebar(lively)).text.count("author") == 1


def test_a_deep_thread_does_not_break_the_build() -> None:
    """Two people who answer each other a hundred times over are no reason to fail."""
    talk: tuple[Said, ...] = ()
    for level in range(100):
        talk = (said(f"Level {level}", "", *talk, anchor=f"said-{level}"),)
    assert sidebar(conversation(counts=Counts(100), comments=talk)).count("p-comment") == 100


def test_long_texts_and_warnings_are_folded() -> None:
    """A whole page sent as a reply shows its beginning; a warned text shows its warning only."""
    long = said("Long", f"<p>{'word ' * 400}end.</p>", long=True)
    warned = said("Careful", "<p>The butler.</p>", warning="spoilers")
    page = sidebar(conversation(counts=Counts(2), comments=(long, warned)))
    folded = re.findall(r"<details.*?<summary>(.*?)</summary>.*?</details>", page, flags=re.DOTALL)
    assert len(folded) == 2
    assert 200 < len(Skeleton(folded[0]).text) < 320
    assert Skeleton(folded[1]).text == "Content warning: spoilers"
    assert page.count("The butler.") == 1


@pytest.mark.parametrize("words", ["<p>The butler.</p>", ""])
@pytest.mark.parametrize("group", ["comments", "mentions"])
def test_a_warning_covers_the_title_too(group: str, words: str) -> None:
    """What is behind a content warning is behind it whole; the way to where it was said stands outside."""
    warned = said(
        "Lee", words, kind="mention" if group == "mentions" else "reply", title="It was him", warning="the end"
    )
    page = sidebar(conversation(counts=Counts(1), **{group: (warned,)}))
    assert page.index("Content warning:") < page.index("It was him") < page.index("</details>")
    assert page.count("It was him") == 1
    assert page.index(f'class="u-url" href="{warned.url}"') < page.index("<details")


def test_a_crowd_is_one_line_that_unfolds_to_all_names(lively: Conversation) -> None:
    """Eight faces stand for the crowd, named for those who cannot see them, and the names of all are folded below."""
    page = sidebar(lively)
    pile = page[page.index("<details") : page.index("</details>")]
    summary, names = pile.split("</summary>")
    assert Skeleton(summary).text.startswith("14 people liked this:")
    faces = [attrs for tag, attrs in Skeleton(summary).tags if attrs.get("class") == "conversation-face"]
    assert [face["aria-label"] for face in faces] == [f"Person {number}" for number in range(8)]
    assert {face["role"] for face in faces} == {"img"}
    assert names.count('<bdi class="p-name">') == 14
    assert "1 person reposted this" in Skeleton(page).text


def test_pictures_of_people_are_the_sites_own(lively: Conversation) -> None:
    """A small picture stands where letters would: the site's own, loaded when it is near, its size known before."""
    one = said("Noor Sample", "<p>Yes.</p>", picture="pictures/noor.webp")
    talk = conversation(counts=Counts(1, likes=1), comments=(one,), likes=(said("Kim", kind="like", picture="k.webp"),))
    page = sidebar(talk, SITEURL="https://kindnesses.example")
    face, kim = [attrs for tag, attrs in Skeleton(page).tags if tag == "img"]
    assert (face["src"], face["class"]) == (
        "https://kindnesses.example/pictures/noor.webp",
        "conversation-face u-photo",
    )
    assert (face["alt"], kim["alt"]) == ("", "Kim")
    assert (face["width"], face["height"], face["loading"], face["decoding"]) == ("40", "40", "lazy", "async")
    entry = mf2py.parse(f'<div class="h-entry">{page}</div>', html_parser="html.parser")["items"][0]["properties"]
    photo = entry["comment"][0]["properties"]["author"][0]["properties"]["photo"]
    assert photo == [{"value": face["src"], "alt": ""}]


def test_an_act_that_came_by_several_ways_names_them_all() -> None:
    """A reader can go to each place where a reply was told of; the place that it is shown at is named once."""
    ways = (Join("Mastodon", "https://m.example/1"), Join("noor.example", "https://noor.example/1"), Join("Bridgy", ""))
    page = sidebar(conversation(counts=Counts(1), comments=(said(ways=ways, url="https://m.example/1"),)))
    assert "3 May 2026 on Mastodon, also via noor.example, also via Bridgy" in Skeleton(page).text
    assert page.count('href="https://m.example/1"') == 1
    assert page.count('href="https://noor.example/1"') == 1


@pytest.mark.parametrize(
    ("page", "href"), [("", "#said-1"), ("a-conversation-1.html", "/a-conversation-1.html#said-1")]
)
def test_a_reply_that_stands_apart_says_whom_it_answers(page: str, href: str) -> None:
    """In a thread too deep to nest, or one that goes on on another page, nobody has to guess what was answered."""
    one = said("Kim", "<p>Yes.</p>", answers=Spot("said-1", "Greta Lund", page))
    html = sidebar(conversation(counts=Counts(1), comments=(one,)))
    assert "3 May 2026 on Mastodon, in answer to Greta Lund Yes." in Skeleton(html).text
    assert f'<a href="{href}"><bdi>Greta Lund</bdi></a>' in html


def test_mentions_say_what_was_done_and_where(lively: Conversation) -> None:
    """Titles, and whole sentences: mentioned, quoted, is coming."""
    text = text_of(lively)
    assert "Weekly reading Letters mentioned this 3 May 2026 at letters.example" in text
    assert "Gita quoted this 3 May 2026 on Mastodon Read this." in text
    assert "Bo is coming 3 May 2026 on Mastodon" in text


def test_readers_can_send_the_address_of_their_own_page(lively: Conversation) -> None:
    """With a webmention endpoint the invitation holds a form that works without a script; without one it does not."""
    tags = Skeleton(sidebar(lively, conversation_endpoint="https://wm.example/w")).tags
    assert ("form", {"class": "conversation-form", "action": "https://wm.example/w", "method": "post"}) in tags
    assert ("input", {"type": "hidden", "name": "target", "value": lively.url}) in tags
    assert "<form" not in sidebar(lively)
    assert "<form" not in sidebar(lively, conversation_endpoint="")


def test_what_the_post_gave_is_named_and_linked(lively: Conversation) -> None:
    """Giving is shown as links that count: five open, the rest folded, none of them nofollow."""
    page = sidebar(lively)
    assert "This post gave 7 links Gift 0 at g0.example" in Skeleton(page).text
    assert "2 more" in page[page.index("conversation-gave") :]
    assert '<a href="https://g6.example/"><bdi>Gift 6</bdi></a>' in page


@pytest.mark.parametrize("name", sorted(PARTS))
def test_a_theme_overrides_any_part_alone(tmp_path: Path, lively: Conversation, name: str) -> None:
    """A file of the same name in a theme takes the place of one part, wherever it stands; the frame stays."""
    warned = said("Careful", "<p>The butler.</p>", warning="spoilers")
    talk = structs.replace(lively, comments=(*lively.comments, warned))
    talk = structs.replace(talk, parts=(talk.here, Part(number=1, path="a-conversation-1.html")))
    (tmp_path / "conversation").mkdir()
    (tmp_path / "conversation" / f"{name}.html").write_text("<p>Mine.</p>", "utf-8")
    template = environment(tmp_path).get_template(SIDEBAR)
    page = template.render(
        conversation=conversation() if name == "quiet" else talk, conversation_endpoint="https://wm.example/w"
    )
    assert page.count("<p>Mine.</p>") == PARTS[name]
    assert page.count('<aside class="conversation"') == 1


def rules(css: str) -> list[tuple[str, str]]:
    plain = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    found: list[Any] = re.findall(r"([^{}]+)\{([^{}]*)\}", re.sub(r"@media[^{]*\{", "", plain))
    return [(selector.strip(" }\n"), body) for selector, body in found]


def test_the_style_sheet_stays_inside_the_conversation() -> None:
    """In a foreign theme nothing else may change its looks, and nothing may be fetched."""
    css = STYLES.read_text("utf-8")
    assert STYLES.stat().st_size < 14_000
    assert all(selector.startswith(".conversation") for selector, _ in rules(css))
    assert not re.search(r"url\(|@import|!important|prefers-color-scheme", css)
