"""Archives: files that a service gave out, read like a source. No token, no network, often the best history there is.

An archive is recognised by what is in it, not by its name, and read as it lies there: packed, unpacked, or one document
of it. It is read again only when it has changed, and what it tells is of the day of its newest entry: reading the same
archive on another day leaves the same store. However large it is, no more of it than a batch is in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct, structs

from ..acts import Act, Problem
from ..errors import ArchiveError
from ..files import caches_of
from ..http import Client
from . import (
    Ask,
    Batch,
    Option,
    Service,
    Source,
    archive_disqus,
    archive_isso,
    archive_jf2,
    archive_linkedin,
    archive_mastodon,
    archive_wxr,
    archive_x,
)
from .archive_boxes import Box, opened
from .archive_parts import Document, Part, Reading
from .file_digests import remembering

__all__ = ["SERVICE", "pull", "read", "recognise"]

BATCH = 500
#: More problems than this are only counted.
MAX_PROBLEMS = 1_000
#: Changes when the same file would be read otherwise than before, so that it is read once more.
EDITION = "2"

#: In the order in which they are asked whether a document is theirs: JF2 has many forms, so it comes last.
KINDS = (
    archive_isso.KIND,
    archive_x.KIND,
    archive_disqus.KIND,
    archive_wxr.KIND,
    archive_linkedin.KIND,
    archive_mastodon.KIND,
    archive_jf2.KIND,
)
_PARSERS = {kind.name: kind.parse for kind in KINDS}
_KNOWN = "archives of X, Mastodon and LinkedIn, exports of Disqus and WordPress, Isso's database, and mentions as JF2"
_NEVER = datetime(1990, 1, 1, tzinfo=UTC)


def pull(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:  # noqa: ARG001 - one signature for all services
    """Everything in the archive at the option `path`; nothing at all where it is as it was. Raises ArchiveError."""
    name = source.options.get("path", "")
    with opened(source.root / name, name) as box:
        with remembering(caches_of(source.root)) as digest_of:
            cursor = {"digest": f"{EDITION}-{box.digest(digest_of)}"}
        if cursor["digest"] == ask.cursor.get("digest") and not ask.full:
            return
        taking = _Taking(ask.now)
        yield from taking.batches(_found(box, _parts(box, name), source.name, ask.sites[0] if ask.sites else ""))
        complete = () if taking.is_damaged else ("*",)
        yield structs.replace(taking.rest(name), cursor=cursor, complete=complete)


def recognise(path: Path) -> str:
    """What kind of archive is at `path`: "x", "mastodon" ... Raises ArchiveError where it is none."""
    with opened(path, path.name) as box:
        return "+".join(sorted({each.kind for each in _parts(box, path.name) if isinstance(each, Part)}))


def read(path: Path, source_name: str, now: datetime, site: str = "") -> Iterator[Batch]:
    """Everything in the archive at `path`, as acts of the source `source_name`. Raises ArchiveError.

    `now` is the time of the import; `site` is the address that paths in the archive are relative to. What was imported
    stays: another archive of the same kind does not replace it, so that no batch says that the listing is complete.
    """
    with opened(path, path.name) as box:
        taking = _Taking(now)
        yield from taking.batches(_found(box, _parts(box, path.name), source_name, site))
        yield taking.rest(path.name)


def _parts(box: Box, name: str) -> tuple[Part | Problem, ...]:
    """The documents of known kinds, and what is wrong with others. Raises ArchiveError where none is known."""
    found: list[Part | Problem] = [*box.problems]
    for document in box.documents:
        try:
            part = _recognised(document)
        except ArchiveError as error:
            if not box.packed:
                raise
            found.append(_problem(document, error))
        else:
            found.extend([part] if part else ())
    if not any(isinstance(each, Part) for each in found):
        why = "".join(f" {each}." for each in found[:1] if isinstance(each, Problem))
        raise ArchiveError(f"{name}: is no archive of a kind known here; known are {_KNOWN}.{why}")
    return tuple(found)


def _recognised(document: Document) -> Part | None:
    beginning = document.beginning()
    named = ((kind.name, kind.recognise(document, beginning)) for kind in KINDS)
    return next((Part(kind, part, document) for kind, part in named if part), None)


def _found(box: Box, parts: tuple[Part | Problem, ...], source: str, site: str) -> Iterator[Act | Problem | _Damage]:
    """All acts and problems; damage of one document of several does not keep the others from being read."""
    yield from (_Damage(each) for each in parts if isinstance(each, Problem))
    reading = Reading(source, site, tuple(each for each in parts if isinstance(each, Part)))
    for part in reading.parts:
        try:
            yield from _PARSERS[part.kind](part, reading)
        except ArchiveError as error:
            if not box.packed:
                raise
            yield _Damage(_problem(part.document, error))


def _problem(document: Document, error: ArchiveError) -> Problem:
    return Problem(document.name, str(error).removeprefix(document.name).lstrip(":, "))


class _Damage(Struct, frozen=True):
    """A problem because of which acts may be missing that were there before."""

    problem: Problem


class _Taking:
    """What has been taken so far: makes batches of acts that a store can take in at once."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._acts: list[Act] = []
        self._problems: list[Problem] = []
        self._told = 0
        self._newest = _NEVER
        self.is_damaged = False

    def batches(self, found: Iterator[Act | Problem | _Damage]) -> Iterator[Batch]:
        """All full batches; what is left is for `rest`, or comes before the ArchiveError that ends it all."""
        try:
            for each in found:
                if isinstance(each, Act):
                    self._add(each)
                else:
                    self._tell(each)
                if len(self._acts) == BATCH:
                    yield Batch(tuple(self._acts), problems=tuple(self._problems))
                    self._acts, self._problems = [], []
        except ArchiveError:
            yield Batch(tuple(self._acts), problems=tuple(self._problems))
            raise

    def rest(self, name: str) -> Batch:
        """The last batch: the archive called `name` is of the time of its newest entry."""
        if self._told > MAX_PROBLEMS:
            self._problems.append(Problem(name, f"{self._told - MAX_PROBLEMS:,} more entries have problems"))
        return Batch(tuple(self._acts), problems=tuple(self._problems), pulled=self._newest)

    def _add(self, act: Act) -> None:
        self._acts.append(act)
        for time in (act.published, act.updated, act.received):
            if time and self._newest < time <= self._now:  # a time still to come is a wrong clock
                self._newest = time

    def _tell(self, found: Problem | _Damage) -> None:
        self.is_damaged = self.is_damaged or isinstance(found, _Damage)
        self._told += 1
        if self._told <= MAX_PROBLEMS:
            self._problems.append(found.problem if isinstance(found, _Damage) else found)


SERVICE = Service(
    name="archive",
    pull=pull,
    summary=f"What a service gave out, packed or not: {_KNOWN}.",
    options=(Option("path", "the file or folder, relative to the settings file", required=True),),
    received=("reply", "mention", "like", "repost", "bookmark", "rsvp", "quote"),
    given=("reply", "mention", "repost", "quote", "like", "note"),
    local=True,
)
