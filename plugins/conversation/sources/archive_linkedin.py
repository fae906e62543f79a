"""LinkedIn: the tables of the archive that one asks for in the account's settings.

`Comments.csv` (replies given), `Shares.csv` (notes, quotes and reposts) and `Reactions.csv` (likes given), which newer
archives call `Comments_123.csv` and so on. Comments have no address of their own: they get one on the page where they
stand. The tables quote differently: comments put a backslash before quotes, shares double them and quote each line.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import IO

from ..acts import Act, Direction, Kind, Problem
from ..addresses import host_of, key
from .archive_parts import Document, Part, Reading
from .archive_parts import Kind as ArchiveKind
from .hypertext import words
from .pages import digest_of, is_within, page_of
from .values import address_of, text_of, time_of

__all__ = ["KIND", "parse_rows"]

_COLUMNS = {
    "comments": frozenset({"date", "link", "message"}),
    "reactions": frozenset({"date", "type", "link"}),
    "shares": frozenset({"date", "sharelink", "sharecommentary"}),
}
#: Seen by the blogger's connections only; MEMBER_NETWORK and PUBLIC are for everybody.
_PRIVATE = frozenset({"CONNECTIONS", "CONNECTIONS_ONLY", "PRIVATE", "CONTAINER"})

_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_LINE = 1 << 20


def parse_rows(
    rows: Iterable[Mapping[str, str] | str], table: str, *, source: str, where: str, site: str = ""
) -> Iterator[Act | Problem]:
    """The acts of the rows of a table ("comments", "shares" or "reactions") below its head; a text is what is wrong.

    The names of the columns are in lower case, without spaces.
    """
    for number, row in enumerate(rows, 2):
        if isinstance(row, str):
            yield Problem(f"{where}, row {number}", row)
            continue
        link = address_of(row.get("sharelink") if table == "shares" else row.get("link"))
        if row.get("visibility", "").strip().upper() in _PRIVATE:
            continue
        if not link:
            yield Problem(f"{where}, row {number}", "has no link to where it happened")
            continue
        when = time_of(row.get("date", "").removesuffix(" UTC"))
        if when is None:
            yield Problem(f"{where}, row {number}", "its date is missing or cannot be read")
        if table == "comments":
            said = text_of(row.get("message", ""))
            kind, target, own = Kind.REPLY, link, f"comment-{digest_of(key(link), row.get('date', ''), said)}"
            url = link if "commentUrn" in link else f"{link.partition('#')[0]}#{own}"
        elif table == "shares":
            said = _unquoted(row.get("sharecommentary", ""))
            kind, target = _shared(link, said, address_of(row.get("sharedurl")), bool(row.get("mediaurl")), site)
            url, own = link, f"share:{digest_of(key(link))}"
        else:
            said, kind, target, url, own = "", Kind.LIKE, link, link, f"like:{digest_of(key(link))}"
        yield Act(
            direction=Direction.GIVEN,
            kind=kind,
            source=source,
            id=own,
            url=url,
            target=target,
            channel="linkedin",
            published=when,
            text=said,
            words=None if kind in {Kind.LIKE, Kind.REPOST} else words(_ADDRESS.sub("", said)),
        )


def _shared(link: str, said: str, shared: str, has_media: bool, site: str) -> tuple[Kind, str]:  # noqa: FBT001
    """What a share is, and of what: passed on with or without words of one's own, or a message to nobody."""
    if shared and not (site and is_within(page_of(shared), [page_of(site)])):
        if not said:
            return Kind.REPOST, shared
        return Kind.QUOTE if host_of(shared).endswith("linkedin.com") else Kind.NOTE, shared
    if not said and not shared and not has_media:
        return Kind.REPOST, link
    found = _ADDRESS.search(said)
    return Kind.NOTE, shared or (address_of(found[0].rstrip(").,;:!?")) if found else "")


def _unquoted(said: str) -> str:
    """The words of a share, whose every line LinkedIn puts between quotes."""
    if '"\n"' not in said:
        return text_of(said)
    return text_of(said.removeprefix('"').removesuffix('"').replace('"\n"', "\n").replace('""', '"'))


def _recognise(_: Document, beginning: str) -> str:
    head = _header(csv.reader(io.StringIO(beginning[:10_000])))
    return next((table for table, columns in _COLUMNS.items() if columns <= set(head)), "")


def _parse(part: Part, reading: Reading) -> Iterator[Act | Problem]:
    """One of the tables."""
    where = part.document.name
    with part.document.open() as stream:
        rows = _rows(_lines(stream, escaped=part.name == "comments"))
        yield from parse_rows(rows, part.name, source=reading.source, where=where, site=reading.site)


def _rows(lines: Iterator[str]) -> Iterator[Mapping[str, str] | str]:
    """The rows below the head of a table; what is wrong with one instead of it."""
    reader = csv.reader(lines)
    head = _header(reader)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield f"cannot be read ({error})"
            continue
        if row:
            yield dict(zip(head, row, strict=False))


def _header(rows: Iterator[list[str]]) -> list[str]:
    """The names of the columns; some tables begin with notes."""
    with contextlib.suppress(csv.Error):
        for row in islice(rows, 10):
            head = ["".join(name.split()).lower() for name in row]
            if any(columns <= set(head) for columns in _COLUMNS.values()):
                return head
    return []


def _lines(stream: IO[bytes], *, escaped: bool) -> Iterator[str]:
    """The lines of a table, the longest cut into several; `escaped` where quotes have a backslash before them."""
    text = io.TextIOWrapper(stream, "utf-8-sig", "replace", newline="")
    while line := text.readline(_LINE):
        yield line.replace('\\"', '""') if escaped else line


KIND = ArchiveKind("linkedin", _recognise, _parse)
