"""Rows for the tests of the ledger: short ways to say who gave what to whom, and any rows at all for hypothesis."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader
from msgspec.structs import replace

from conversation.acts import KINDS, Direction, Kind
from conversation.languages import ENGLISH, Languages, speak
from conversation.ledger import Entry, Ledger, Page, PostFacts, Snapshot, SourceFacts, compute, view
from conversation.ledger.response import duration

SITE = "https://kindnesses.example"
POST = f"{SITE}/rye.html"
NOOR, JO = "https://noor.example", "https://jo.example"
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def ago(days: float) -> datetime:
    """A time that many days before NOW."""
    return NOW - timedelta(days=days)


def gave(kind: Kind = Kind.REPLY, person: str = "", days: float = 10, **fields: object) -> Entry:
    """An act given."""
    return replace(Entry(direction=Direction.GIVEN, kind=kind, person=person, when=ago(days)), **fields)  # type: ignore[arg-type]


def got(kind: Kind = Kind.REPLY, person: str = "", days: float = 10, **fields: object) -> Entry:
    """An act received, on POST where nothing else is said."""
    return replace(gave(kind, person, days, post=POST), direction=Direction.RECEIVED, **fields)  # type: ignore[arg-type]


def ledger(
    *entries: Entry,
    posts: tuple[PostFacts, ...] = (),
    sources: tuple[SourceFacts, ...] = (),
    snapshots: tuple[Snapshot, ...] = (),
) -> Ledger:
    """The ledger of a few rows at NOW in Berlin."""
    return compute(entries, posts, sources, site=SITE, now=NOW, zone=BERLIN, snapshots=snapshots)


_PAGES = [
    POST,
    f"{SITE}/b.html",
    "https://noor.example/1",
    "https://noor.example/2",
    "https://jo.example/1",
    "http://[",
    "",
]

#: Any rows: few people, pages and days, so that they meet.
entries = st.builds(
    Entry,
    direction=st.sampled_from(Direction),
    kind=st.sampled_from(KINDS),
    when=st.integers(-2, 900).map(ago),
    channel=st.sampled_from(["web", "mastodon"]),
    person=st.sampled_from(["", "https://noor.example", "https://jo.example", "kim@social.example"]),
    url=st.sampled_from(_PAGES),
    target=st.sampled_from(_PAGES),
    parent=st.sampled_from(_PAGES),
    post=st.sampled_from(["", POST, f"{SITE}/b.html"]),
    words=st.none() | st.integers(0, 400),
    mine=st.booleans(),
    name=st.sampled_from(["", "Noor"]),
    title=st.sampled_from(["", "Thanks"]),
    number=st.integers(-1, 3),
)
many = st.lists(entries, max_size=12)


_PACKAGE = Path(__file__).parent.parent / "plugins" / "conversation"
STYLE = _PACKAGE / "static" / "giving.css"
BASE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{% block title %}{% endblock %}</title></head>
<body><main>{% block content %}{% endblock %}</main></body></html>"""


def rendered(page: Page, base: str = BASE, **fields: object) -> str:
    """The page in a bare theme, or in the one given; Jinja set up as Pelican does it, with escaping off."""
    loaders = [DictLoader({"base.html": base}), FileSystemLoader(_PACKAGE / "templates")]
    env = Environment(loader=ChoiceLoader(loaders), trim_blocks=True, lstrip_blocks=True)  # noqa: S701 - as Pelican
    speak(env, Languages())
    context = {
        "SITEURL": "..",
        "THEME_STATIC_DIR": "theme",
        "SITENAME": "Small Kindnesses",
        "ledger_json": "ledger.json",
        "ledger_metrics": "metrics.html",
    }
    return env.get_template("conversation/ledger.html").render({"ledger": page, **context, **fields})


class Outline(HTMLParser):
    """What tests ask of a page: its headings, its figures, its text, its tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[tuple[str, str]] = []
        self.figures: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(html)
        self.text = " ".join("".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes a tag with its attributes."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Notes text, and what it is the text of."""
        self.words.append(data)
        tag, attributes = self.tags[-1] if self.tags else ("", {})
        if re.fullmatch("h[1-6]", tag) and data.strip():
            self.headings.append((tag, data.strip()))
        if figure := attributes.get("data-figure"):
            self.figures.append((figure, data))
            self.tags.append(("", {}))


def outline(told: Ledger) -> Outline:
    """The rendered page, taken apart."""
    return Outline(rendered(view(told)))


def printed(told: object, path: str) -> str:
    """How the page prints, in English, what stands at a path of ledger.json; a table stands for its sum."""
    for step in path.split("."):
        told = told[int(step)] if isinstance(told, list) else told[step]  # type: ignore[index]
    if isinstance(told, dict):
        told = sum(told.values())
    if not isinstance(told, float):
        return f"{told:,}"
    if path.endswith("response_hours"):
        return duration(told, ENGLISH)
    if path.endswith("thread_depth"):
        return f"{round(told, 1):,}".removesuffix(".0")
    percent = round(100 * told)
    if ".milestones." in path:
        return f"{'+' if percent > 0 else '±' if percent == 0 else '−'}{abs(percent)}\N{NO-BREAK SPACE}%"
    if percent == 0 < told or told < 1 <= percent / 100:
        return f"{'under 1' if told < 0.5 else 'over 99'}\N{NO-BREAK SPACE}%"
    return f"{percent}\N{NO-BREAK SPACE}%"


#: A ledger that has something of everything.
FULL = ledger(
    *(gave(person=f"https://p{n}.example", words=200, channel="mastodon", days=n) for n in range(1, 40)),
    *(gave(Kind.ANSWER, channel="stackexchange", days=n) for n in range(1, 4)),
    gave(Kind.GUEST_POST, words=900, person=NOOR),
    gave(Kind.LINK, person=NOOR, name="Noor", title="Thanks", target=f"{NOOR}/1", post=POST, url=POST),
    got(person=JO, url=f"{JO}/1", channel="mastodon"),
    got(Kind.LIKE, number=1234, channel="mastodon"),
    got(Kind.MENTION, post=""),
    posts=(PostFacts(url=POST, title="On rye", published=ago(20)),),
    sources=(
        SourceFacts(name="mastodon", state="stale", pulled=ago(3), acts=1),
        SourceFacts(name="hackernews", state="failed", error="news.example answered 503."),
        SourceFacts(name="posts", state="fresh", pulled=NOW, acts=1234),
        SourceFacts(name="webmention.io", state="never"),
    ),
    snapshots=(
        Snapshot(date(2024, 5, 2), 1000, 3035, "my 1,000th post", written=True),
        Snapshot(date(2026, 5, 2), 1250, 5756),
    ),
)
