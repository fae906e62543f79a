"""What strangers may send (hostile.py), sent in by an archive and looked at in Chromium: nothing runs or breaks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mf2py
import pytest
from playwright.sync_api import Browser

from atom import faults
from blog import ROOT, SITE, Blog, mention
from browser import Site, Visit, visit
from hostile import CASES
from vnu import complaints

SLUGS = {name: f"case-{number}" for number, name in enumerate(CASES)}
#: By property of the page's entry: how many acts each case sends.
SENT = {"comment": 4, "repost": 2, "mention": 3, "like": 1, "bookmark": 1}
NUMBERS = {"comments": 4, "shares": 2, "mentions": 3, "likes": 1, "bookmarks": 1}
#: Everything on the page that may have come in from outside and should not be there, told in words.
TRESPASSES = (Path(__file__).parent / "trespasses.js").read_text("utf-8")


def entries(number: int, text: str, target: str) -> Iterator[dict[str, Any]]:
    """Acts on one page with `text` in all their fields, between two harmless replies."""
    everywhere = {
        "author": {"type": "card", "name": text, "url": text, "photo": text},
        "name": text,
        "summary": text,
        "content": {"html": f"{text} ({number})", "text": f"{text} ({number})"},
    }
    inside = {
        "author": {"type": "card", "name": text, "url": f"https://evil.example/{text}", "photo": f"/{text}"},
        "url": f"https://evil.example/{number}?{text}#{text}",
        "name": text,
    }
    first, meanwhile = number * 20, {"wm-received": "2026-05-10T09:00:00Z"}
    last = {"wm-received": "2026-05-20T10:00:00Z", "published": "2026-05-20T09:00:00Z"}
    yield mention(first, target=target, **meanwhile, published="2026-05-03T10:00:00Z")
    for place, prop in enumerate(("in-reply-to", "mention-of", "like-of", "bookmark-of", "quotation-of", "rsvp")):
        each = everywhere | {"url": f"{text}//{place}"}
        yield mention(first + place + 1, prop, target, **each, **meanwhile, published=text, rsvp=text)
    for place, prop in enumerate(("in-reply-to", "mention-of", "repost-of")):
        yield mention(first + place + 8, prop, target, **inside, **meanwhile, published=f"2026-05-0{4 + place}")
    yield mention(first + 12, target=target, **last)


@pytest.fixture(scope="module")
def blog(tmp_path_factory: pytest.TempPathFactory) -> Blog:
    """A blog with a post for each case, and with everything on that shows what strangers wrote."""
    made = Blog(tmp_path_factory.mktemp("hostile"), THEME=str(ROOT / "themes" / "commons"))
    made.configure(CONVERSATION_POST_FEED_ATOM="feeds/{slug}.conversation.atom.xml", CONVERSATION_PICTURES=False)
    sent: list[dict[str, Any]] = []
    for number, (name, text) in enumerate(CASES.items()):
        made.write(f"{SLUGS[name]}.md")
        sent += entries(number, text, f"{SITE}/{SLUGS[name]}.html")
    return made.archive(sent).build()


@pytest.fixture(scope="module")
def visitor(browser: Browser, blog: Blog) -> Iterator[Visit]:
    """One window for all cases: what is shared by pages of one site is at stake too."""
    with visit(browser, Site(blog.output, SITE), f"{SLUGS['nothing']}.html", 360) as visited:
        yield visited


@pytest.mark.browser
@pytest.mark.parametrize("name", CASES)
def test_nothing_runs_and_nothing_breaks(visitor: Visit, blog: Blog, name: str) -> None:
    """In Chromium, at the width of a phone, a page with the trick in every field is the page of a harmless one."""
    visitor.go(f"{SLUGS[name]}.html").unfold()
    for kind in ("pointerenter", "mouseover", "click", "focus"):
        visitor.page.evaluate(
            "kind => document.querySelectorAll('.conversation :not(a, summary, button)')"
            ".forEach(node => node.dispatchEvent(new Event(kind)))",
            kind,
        )
    assert (visitor.said, visitor.asked) == ([], [])
    assert visitor.page.url == f"{SITE}/{SLUGS[name]}.html"
    assert visitor.page.evaluate(TRESPASSES) == []
    assert visitor.wide() == 0


@pytest.mark.parametrize("name", CASES)
def test_nobody_forges_an_act(blog: Blog, name: str) -> None:
    """Machines that read the page find the acts that there are, one author each, and nothing that a stranger wrote."""
    page = f"{SLUGS[name]}.html"
    assert blog.counts(page) == NUMBERS
    (entry,) = mf2py.parse(blog.page(page), html_parser="html.parser")["items"]
    properties = entry["properties"]
    assert {kind: len(properties[kind]) for kind in SENT} == SENT
    assert not {"like-of", "in-reply-to", "rsvp"} & set(properties)
    for kind in SENT:
        for cite in properties[kind]:
            assert cite["type"] == ["h-cite"]
            assert [author["type"] for author in cite["properties"]["author"]] == [["h-card"]]
            assert set(cite["properties"]) <= {"author", "content", "name", "published", "url", "rsvp", "in-reply-to"}


@pytest.mark.browser
@pytest.mark.parametrize("path", ["conversations/index.html", "giving-receiving/index.html", "index.html"])
def test_lists_of_all_this_are_calm_too(visitor: Visit, path: str) -> None:
    """Pages that gather what was said anywhere run nothing, ask nobody and fit a phone."""
    visitor.go(path).unfold()
    assert (visitor.said, visitor.asked) == ([], [])
    assert visitor.wide() == 0
    forbidden = "script, iframe, object, embed, base, form:not([class]), [style], [onerror], [onclick], [src^=http]"
    assert visitor.page.locator(f"main :is({forbidden})").count() == 0
    assert visitor.page.locator("body footer").last.is_visible()


def test_every_feed_is_valid(blog: Blog) -> None:
    """Control characters, half letters and closing tags do not break what feed readers parse."""
    feeds = {path: blog.page(path) for path in blog.files() if path.endswith("conversation.atom.xml")}
    assert len(feeds) == len(CASES) + 1
    assert {path: found for path, text in feeds.items() if (found := faults(text))} == {}


def test_the_ledger_counts_what_there_is(blog: Blog) -> None:
    """No field of an act, however odd, loses the act or makes two of it."""
    kinds = {"reply": 4, "mention": 2, "rsvp": 1, "like": 1, "bookmark": 1, "repost": 1, "quote": 1}
    counted = blog.ledger()["received"]["all"]["by_kind"]
    assert counted == {kind: number * len(CASES) for kind, number in kinds.items()}


@pytest.mark.server
def test_pages_stay_valid(blog: Blog) -> None:
    """The Nu HTML checker finds no error on any page, whatever strangers sent."""
    assert complaints(blog.output) == []
