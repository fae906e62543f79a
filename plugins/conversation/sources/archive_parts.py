"""The words of archives: a document in one, the part that it was recognised as, the kind that it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from msgspec import Struct

from ..acts import Act, Problem

__all__ = ["Document", "Kind", "Part", "Reading"]

_HEAD = 1 << 16


class Document(Struct, frozen=True):
    """A file in an archive: its name for messages, how to open it (as often as needed), its path if it lies bare.

    What is read from it raises ArchiveError where it is damaged, and nothing else.
    """

    name: str
    open: Callable[[], IO[bytes]]
    path: Path | None = None

    def beginning(self) -> str:
        """The first 64 KiB as text, whatever the encoding."""
        with self.open() as stream:
            head = stream.read(_HEAD)
        encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
        return head.decode(encoding, "replace")


class Part(Struct, frozen=True):
    """A document that was recognised: `kind` of archive ("x"), and which part of one it is ("tweets")."""

    kind: str
    name: str
    document: Document


class Reading(Struct, frozen=True):
    """What a parser is told: the source's name, the site's address ("" if unknown), and all parts of the archive."""

    source: str
    site: str = ""
    parts: tuple[Part, ...] = ()


class Kind(Struct, frozen=True):
    """A kind of archive. `recognise` gives the name of a document's part, "" for what it does not know.

    It is given the document's beginning too. `parse` gives acts and problems one after the other, and keeps nothing
    that grows with the document but what it says that it does. Both raise ArchiveError over damage, and nothing else.
    Ids of acts tell them from those of all other kinds and of other people's archives, for one folder may hold several.
    """

    name: str
    recognise: Callable[[Document, str], str]
    parse: Callable[[Part, Reading], Iterator[Act | Problem]]
