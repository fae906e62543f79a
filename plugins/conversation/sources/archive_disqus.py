"""Disqus: the XML that *Moderation → Export* sends, packed with gzip or not. Comments received, with their threads.

https://help.disqus.com/en/articles/1717164-comments-export; schema: http://disqus.com/api/schemas/1.0/disqus.xsd.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import structs

from ..acts import Act, Person, Problem
from .archive_parts import Document, Part, Reading
from .archive_parts import Kind as ArchiveKind
from .archive_xml import Record, begins_with, records
from .comments import Page, comment
from .values import NAME_LIMIT, address_of, text_of, time_of

__all__ = ["KIND", "parse_records"]

_WANTED = {
    "disqus/thread": frozenset({"@id", "link"}),
    "disqus/post": frozenset(
        ["@id", "message", "createdAt", "isDeleted", "isSpam", "isApproved", "thread@id", "parent@id"]
        + ["author/name", "author/username", "author/isAnonymous"]
    ),
}
_PROFILE = "https://disqus.com/by/"


def parse_records(told: Iterable[Record], *, source: str, where: str) -> Iterator[Act | Problem]:
    """The acts of an export's records. The addresses of its threads are kept until the end: one for each page."""
    threads: dict[str, str] = {}
    for record in told:
        own = text_of(record["@id"], 40)
        if record.place == "disqus/thread":
            threads[own] = address_of(record["link"])
            continue
        if "true" in (record["isDeleted"], record["isSpam"]) or record["isApproved"] == "false":
            continue
        target = threads.get(text_of(record["thread@id"], 40), "")
        if not own or not target:
            what = "is on a thread that has no address" if own else "has no number"
            yield Problem(f"{where}, comment {own}".rstrip(), what)
            continue
        act = _act(record, own, target, source)
        if act.published is None:
            yield Problem(f"{where}, comment {own}", "its date is missing or cannot be read")
        yield act


def _act(post: Record, own: str, target: str, source: str) -> Act:
    act = comment(
        Page(source, "disqus", target.partition("#")[0], "comment-"),
        own,
        parent=text_of(post["parent@id"], 40),
        author=_author(post),
        markup=post["message"],
        published=time_of(post["createdAt"]),
    )
    return structs.replace(act, id=f"disqus:{own}", target=target)


def _author(post: Record) -> Person:
    name, user = text_of(post["author/name"], NAME_LIMIT), text_of(post["author/username"], NAME_LIMIT)
    url = "" if post["author/isAnonymous"] == "true" or not user else address_of(f"{_PROFILE}{user}/")
    return Person(name=name or user, url=url, handle=user if url else "")


def _recognise(_: Document, beginning: str) -> str:
    return "comments" if begins_with(beginning, "disqus") else ""


def _parse(part: Part, reading: Reading) -> Iterator[Act | Problem]:
    with part.document.open() as stream:
        told = records(stream, part.document.name, _WANTED)
        yield from parse_records(told, source=reading.source, where=part.document.name)


KIND = ArchiveKind("disqus", _recognise, _parse)
