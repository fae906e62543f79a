"""What a reader made of a file, as plain data: for the cache, and for the way from a child to its parent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pelican import readers

from .hearing import Ear, Said
from .plain import Packed, pack
from .purity import why_text
from .rows import decode, encode
from .sources import Signature, Source, look


class Parsed(NamedTuple):
    """A file as its reader returned it, and what was noted on the way."""

    source: Source
    body: str
    metadata: Packed
    #: The warnings; None where there was worse.
    said: list[Said] | None
    today: bool
    #: Why it must be read anew with each build, although its reader is trusted.
    why: str | None


def read_for_parent(path: str, reader: Any, ear: Ear, settings: Mapping[str, Any]) -> bytes:
    """Read a file in a child, and pack all of it. Raises what the reader raises, OSError and NotPlainError."""
    source, text = look(path)
    with ear.listening() as hearing:
        body, metadata = reader.read(path)
    metadata = readers._filter_discardable_metadata(metadata)  # noqa: SLF001
    why = why_text(reader, text.decode("utf-8", "replace"))
    packed = pack([metadata], settings)
    told = (tuple(source.signature), source.digest, source.seen, body, tuple(packed))
    return encode((*told, hearing.said(), hearing.today, why))


def from_child(message: bytes) -> Parsed:
    """What a child packed."""
    signature, digest, seen, body, metadata, said, today, why = decode(message)
    return Parsed(Source(Signature(*signature), digest, seen), body, Packed(*metadata), said, today, why)
