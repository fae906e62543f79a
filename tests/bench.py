"""How long things take and how heavy pages are, in one run: `invoke bench`. Medians; ratios say more than seconds."""

from __future__ import annotations

import dataclasses
import gzip
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from blog import ROOT, SITE, Blog, mention

RUNS = 7
POSTS = 100
ACTS_PER_POST = 8
#: Acts in a large ledger, by so many people; and acts in the conversations of single posts.
ACTS, PEOPLE = 100_000, 1_000
CONVERSATIONS = (0, 1, 40, 2_000)
KINDS = ("in-reply-to", "like-of", "repost-of", "mention-of")


@dataclasses.dataclass(frozen=True)
class Row:
    """One thing that is timed: what, and how; compared with the row named `against`."""

    what: str
    run: Callable[[], object]
    against: str = ""
    #: The page that it makes, to be weighed.
    page: Path | None = None


def python(code: str) -> Callable[[], object]:
    """A whole Python process that runs `code`."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "plugins")}
    return lambda: subprocess.run([sys.executable, "-c", code], env=environ, check=True)


def blog(folder: Path, *, plugin: bool, acts: int) -> Callable[[], object]:
    """A build of a blog, from an empty output folder and a full store, as a whole process."""
    made = Blog(folder, DELETE_OUTPUT_DIRECTORY=True, PLUGINS=["conversation"] if plugin else [])
    for number in range(POSTS):
        made.write(f"post-{number}.md", "Some words. " * 300)
    if plugin:
        targets = [f"https://e.example/post-{number}.html" for number in range(POSTS) for _ in range(acts)]
        made.archive([mention(number, target=target) for number, target in enumerate(targets)])
        made.pelican()
    return _built(made)


def _built(made: Blog) -> Callable[[], object]:
    """A build of a blog as a whole process."""

    def run() -> None:
        done = made.pelican()
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)

    return run


def conversation(folder: Path, acts: int) -> Blog:
    """A blog of one post that so much was said about; its store is full."""
    made = Blog(folder, DELETE_OUTPUT_DIRECTORY=True, CONVERSATION_PICTURES=False).write("a.md", "Some words. " * 300)
    made.archive([mention(number, KINDS[number % len(KINDS)]) for number in range(acts)])
    made.pelican()
    return made


def ledger(acts: int) -> Callable[[], object]:
    """The figures of so many acts, half of them given, over five years; the acts themselves are there already."""
    from conversation.acts import Direction, Kind  # noqa: PLC0415 - the first rows time a Python without it
    from conversation.ledger import Entry, compute  # noqa: PLC0415

    now = datetime(2026, 11, 22, 10, tzinfo=UTC)
    kinds = (Kind.REPLY, Kind.LIKE, Kind.REPOST, Kind.MENTION, Kind.ANSWER)
    entries = [
        Entry(
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
        for number in range(acts)
    ]
    return lambda: compute(entries, [], [], site=SITE, now=now, zone=ZoneInfo("Europe/Berlin"))


def weigh(page: Path) -> str:
    """How heavy a page is, as it is and as servers send it."""
    data = page.read_bytes()
    return f"{len(data) / 1000:,.1f} kB, {len(gzip.compress(data, 6, mtime=0)) / 1000:,.1f} kB gzipped"


def rows(folder: Path) -> Sequence[Row]:
    """All that is timed."""
    quiet = _named(CONVERSATIONS[0])
    talks = [(acts, conversation(folder / f"talk-{acts}", acts)) for acts in CONVERSATIONS]
    return [
        *_builds(folder),
        Row(f"ledger of {ACTS:,} acts", ledger(ACTS)),
        *(Row(_named(acts), _built(made), quiet if acts else "", made.output / "a.html") for acts, made in talks),
    ]


def _named(acts: int) -> str:
    return f"build of one post with {acts:,} interaction{'s' * (acts != 1)}"


def _builds(folder: Path) -> Sequence[Row]:
    """What the plugin adds to a start of Python, and to a build."""
    pelican, plain = "import pelican", f"build of {POSTS} posts, plain Pelican"
    return [
        Row(pelican, python("import pelican")),
        Row("… and the plugin, inert", python("import pelican, conversation"), pelican),
        Row("… and the plugin at work", python("import pelican, conversation.generator"), pelican),
        Row(plain, blog(folder / "plain", plugin=False, acts=0)),
        Row("… with the plugin, no interactions", blog(folder / "none", plugin=True, acts=0), plain),
        Row(
            f"… with {ACTS_PER_POST} interactions a post", blog(folder / "acts", plugin=True, acts=ACTS_PER_POST), plain
        ),
    ]


def measure(timed: Sequence[Row]) -> dict[str, float]:
    """The median of `RUNS` runs of each, taken in turn, so that a busy machine is busy for all."""
    seconds: dict[str, list[float]] = {row.what: [] for row in timed}
    for _ in range(RUNS):
        for row in timed:
            began = time.perf_counter()
            row.run()
            seconds[row.what].append(time.perf_counter() - began)
    return {what: statistics.median(taken) for what, taken in seconds.items()}


def main() -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory() as folder:
        timed = rows(Path(folder))
        medians = measure(timed)
        weights = {row.what: weigh(row.page) if row.page else "" for row in timed}
    table = Table("what", "seconds", "more", "ratio", "page", box=None)
    for row in timed:
        base = medians.get(row.against)
        more = f"{1000 * (medians[row.what] - base):+.0f} ms" if base else ""
        ratio = f"×{medians[row.what] / base:.2f}" if base else ""
        table.add_row(row.what, f"{medians[row.what]:.3f}", more, ratio, weights[row.what])
    Console(width=None if sys.stdout.isatty() else 140).print(table)


if __name__ == "__main__":
    main()
