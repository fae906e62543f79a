"""Conversations made by hand, for tests of what templates make of them."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from msgspec import structs

from conversation.acts import Act, Direction, Kind, Person
from conversation.languages import Languages, speak
from conversation.posts import Post
from conversation.threads import Conversation, Counts, Number, Said

__all__ = [
    "ENV",
    "SIDEBAR",
    "TEMPLATES",
    "Skeleton",
    "conversation",
    "environment",
    "people",
    "said",
    "sidebar",
    "text_of",
]

SIDEBAR = "conversation/sidebar.html"

TEMPLATES = Path(__file__).parent.parent / "plugins" / "conversation" / "templates"
MAY = datetime(2026, 5, 3, 9, 30, tzinfo=UTC)


def environment(*overrides: str | Path) -> Environment:
    """Jinja as Pelican sets it up (escaping off), with the plugin's templates and filters; `overrides` win."""
    folders = [str(folder) for folder in (*overrides, TEMPLATES)]
    env = Environment(loader=FileSystemLoader(folders), trim_blocks=True, lstrip_blocks=True)  # noqa: S701 - as Pelican
    speak(env, Languages())
    env.filters["conversation_iso"] = lambda when: when.isoformat()
    return env


def said(name: str = "Noor Sample", words: str = "", /, *replies: Said, **fields: object) -> Said:
    """Somebody's act: a reply unless `kind` says otherwise. `words` is HTML that `sanitise` has been over."""
    anchor = str(fields.pop("anchor", f"said-{zlib.crc32(repr((name, words, fields)).encode()):x}"))
    kind = Kind(str(fields.pop("kind", "reply")))
    act = Act(
        direction=Direction.RECEIVED,
        kind=kind,
        source="test",
        id=anchor,
        author=Person(name),
        rsvp=str(fields.pop("rsvp", "")),
    )
    plain: dict[str, object] = {
        "initials": "".join(word[0] for word in name.split()[:2]).upper(),
        "profile": "https://noor.example/",
        "url": f"https://social.example/{anchor}",
        "when": MAY,
        "dated": True,
        "long": False,
        "title": "",
        "warning": "",
        "place": "Mastodon",
        "own": False,
    }
    return Said(act=act, anchor=anchor, name=name, html=Markup(words), replies=replies, **(plain | fields))  # type: ignore[arg-type]  # noqa: S704


def conversation(**fields: object) -> Conversation:
    """The conversation of a post at kindnesses.example; what is counted is listed, unless `numbers` says otherwise."""
    post = fields.pop("post", Post(url="https://kindnesses.example/you-get.html", title="You get what you give"))
    counts = structs.asdict(fields.get("counts", Counts()))  # type: ignore[call-overload]
    fields.setdefault("numbers", tuple(Number(name, value, value) for name, value in counts.items()))
    fields.setdefault("folded", frozenset({"likes", "shares", "bookmarks"}))
    return Conversation(post=post, **fields)  # type: ignore[arg-type]


ENV = environment()


def sidebar(talk: Conversation, **context: object) -> str:
    """The aside as it stands in a page."""
    return ENV.get_template(SIDEBAR).render(conversation=talk, **context)


class Skeleton(HTMLParser):
    """The start tags of a page in order, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: D102 - the parser's
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:  # noqa: D102 - likewise
        self.text += data


def text_of(talk: Conversation, **context: object) -> str:
    """Its words alone, in one line."""
    return Skeleton(sidebar(talk, **context)).text


def people(number: int, kind: str, **fields: object) -> tuple[Said, ...]:
    """So many acts of one kind, each by another person."""
    return tuple(said(f"Person {index}", kind=kind, anchor=f"said-{kind}-{index}", **fields) for index in range(number))
