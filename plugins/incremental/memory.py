"""What one build remembers for the next: its files, what each was made from, how templates hang together."""

from __future__ import annotations

import marshal
import os
import sys
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct, field

from .outputs import Signature
from .templates import Closure
from .traces import Trace

__all__ = ["Copied", "Memory", "Written"]

#: Of another version, or another Python's, the file is begun anew.
_FORMAT = f"2 {sys.implementation.cache_tag} {marshal.version}"
_CHECK = 32


class Written(Struct):
    """A page or feed of the site: how its file was left, and what it was made from (a feed: one digest)."""

    signature: Signature
    made_from: Trace | bytes


class Copied(NamedTuple):
    """A file that was copied: from where, and how source and copy were left; None where that is of no account."""

    source: str
    original: Signature | None
    copy: Signature | None


class Memory(Struct):
    """All that is kept between builds.

    `fingerprint` is what everything depends on, by name; `written` are pages and feeds by whole path; `copied` are the
    other files that belong to the site, likewise; `closures` are templates by name.
    """

    fingerprint: dict[str, bytes] = field(default_factory=dict)
    written: dict[str, Written] = field(default_factory=dict)
    copied: dict[str, Copied] = field(default_factory=dict)
    closures: dict[str, Closure] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> Memory:
        """What the last build left; nothing where there is none, or where the file is damaged or of another version."""
        try:
            data = path.read_bytes()
        except OSError:
            return cls()
        check, body = data[:_CHECK], data[_CHECK:]
        if blake2b(body, digest_size=_CHECK, person=b"incremental").digest() != check:
            return cls()
        # The check makes sure that this is what was written; who could forge it could as well change the code itself.
        version, *rest = marshal.loads(body)  # noqa: S302
        if version != _FORMAT:
            return cls()
        fingerprint, written, copied, closures = rest
        pages = {
            path: Written(signature, made if isinstance(made, bytes) else Trace(*made))
            for path, (signature, made) in written.items()
        }
        copies = {path: Copied(*one) for path, one in copied.items()}
        return cls(fingerprint, pages, copies, {name: Closure(*one) for name, one in closures.items()})

    def save(self, path: Path) -> None:
        """Keeps it, whole or not at all."""
        written = {name: (one.signature, _plain(one.made_from)) for name, one in self.written.items()}
        closures = {name: tuple(one) for name, one in self.closures.items()}
        copied = {path: tuple(one) for path, one in self.copied.items()}
        body = marshal.dumps((_FORMAT, self.fingerprint, written, copied, closures))
        check = blake2b(body, digest_size=_CHECK, person=b"incremental").digest()
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.write_bytes(check + body)
        draft.replace(path)


def _plain(made: Trace | bytes) -> tuple[object, ...] | bytes:
    return made if isinstance(made, bytes) else tuple(made)
