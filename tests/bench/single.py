"""What has no size of a blog: what imports take, a large ledger, and the conversations of single posts."""

from __future__ import annotations

import gzip
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import blog
from conversation.acts import Direction, Kind
from conversation.ledger import Entry, compute

from . import names
from .dataset import SITE
from .processes import Command, Figures
from .rows import Row
from .sites import ENVIRON

__all__ = ["rows"]

#: Acts in a large ledger, by so many people; and acts in the conversations of single posts.
ACTS, PEOPLE = 100_000, 1_000
TALKS = (0, 1, 40, 2_000)
KINDS = ("in-reply-to", "like-of", "repost-of", "mention-of")


def rows(folder: Path) -> Iterator[Row]:
    """All of them; `folder` is made."""
    folder.mkdir(parents=True)
    imports = {
        names.PYTHON: "pass",
        names.IMPORT: "import pelican",
        names.INERT: "import pelican, conversation",
        names.AT_WORK: "import pelican, conversation.generator",
    }
    for name, code in imports.items():
        yield Row(name, 0, Command([sys.executable, "-c", code], folder, ENVIRON), against=names.IMPORT)
    yield Row(f"ledger of {ACTS:,} acts", 0, _ledger, against="")
    yield from (_talk(folder / f"talk-{acts}", acts) for acts in TALKS)


def _ledger() -> Figures:
    """The figures of so many acts, half of them given, over five years; the acts themselves are there already."""
    entries, now = list(_entries()), datetime(2026, 11, 22, 10, tzinfo=UTC)
    began, used = time.perf_counter(), time.process_time()
    compute(entries, [], [], site=SITE, now=now, zone=ZoneInfo("Europe/Berlin"))
    return Figures(time.perf_counter() - began, time.process_time() - used)


def _entries() -> Iterator[Entry]:
    now = datetime(2026, 11, 22, 10, tzinfo=UTC)
    kinds = (Kind.REPLY, Kind.LIKE, Kind.REPOST, Kind.MENTION, Kind.ANSWER)
    for number in range(ACTS):
        yield Entry(
            direction=Direction.GIVEN if number % 2 else Direction.RECEIVED,
            kind=kinds[number // 2 % len(kinds)],
            when=now - timedelta(minutes=26 * number),
            channel=("mastodon", "web", "bluesky")[number % 3],
            person=f"https://p{number % PEOPLE}.example",
            url=f"https://p{number % PEOPLE}.example/{number}",
            target=f"https://p{number % PEOPLE}.example/page/{number}" if number % 2 else f"{SITE}/{number % 500}.html",
            parent=f"https://p{(number - 8) % PEOPLE}.example/{number - 8}" if number % 4 == 0 else "",
            post="" if number % 2 else f"{SITE}/{number % 500}.html",
            words=number % 300,
        )


def _talk(folder: Path, acts: int) -> Row:
    """A blog of one post that so much was said about, and how heavy the post's page is; its store is full."""
    made = blog.Blog(folder, DELETE_OUTPUT_DIRECTORY=True, CONVERSATION_PICTURES=False)
    made.write("a.md", "Some words. " * 300)
    made.archive([blog.mention(number, KINDS[number % len(KINDS)]) for number in range(acts)])
    command = Command([sys.executable, "-m", "pelican", "--settings", made.conf.name], folder, ENVIRON)

    def fill() -> None:
        if not made.output.is_dir():
            made.pelican()

    return Row(_named(acts), 0, command, fill, note=lambda: weight(made.output / "a.html"), against=_named(TALKS[0]))


def _named(acts: int) -> str:
    return f"build of one post with {acts:,} interaction{'s' * (acts != 1)}"


def weight(page: Path) -> str:
    """How heavy a page is, as it is and as servers send it."""
    data = page.read_bytes()
    return f"{len(data) / 1000:,.1f} kB, {len(gzip.compress(data, 6, mtime=0)) / 1000:,.1f} kB gzipped"
