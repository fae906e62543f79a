"""From the store to files of the site: each picture once, named by its content."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from msgspec import Struct, field

from ..store import Store

__all__ = ["FOLDER", "Album", "album_of"]

#: Below the site's output; nothing but pictures of people lies there.
FOLDER = "conversation/faces"
_NAME = re.compile(r"[0-9a-f]{16}\.webp")


class Album(Struct, frozen=True):
    """The pictures that a site shows.

    `paths` has by the address of a person's picture the path of the site's own, relative to SITEURL; `files` has their
    bytes by file name. People with the same picture share a file.
    """

    paths: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)

    def write(self, output: Path) -> None:
        """Makes the folder of pictures below `output` hold these: writes what differs, removes what nobody has now."""
        folder = output / FOLDER
        if self.files:
            folder.mkdir(parents=True, exist_ok=True)
        for name, image in self.files.items():
            path = folder / name
            if not path.is_file() or path.read_bytes() != image:
                path.write_bytes(image)
        for path in folder.iterdir() if folder.is_dir() else ():
            if _NAME.fullmatch(path.name) and path.name not in self.files:
                path.unlink()
        for emptied in () if self.files else (folder, folder.parent):
            with contextlib.suppress(OSError):  # not there, or not empty
                emptied.rmdir()


def album_of(store: Store, wanted: Collection[str]) -> Album:
    """The pictures that the store has of those at the addresses `wanted`; it forgets all others."""
    store.keep_pictures(wanted)
    paths, files = {}, {}
    for one in store.pictures(wanted):
        if one.image:
            name = f"{hashlib.blake2b(one.image, digest_size=8).hexdigest()}.webp"
            paths[one.url], files[name] = f"{FOLDER}/{name}", one.image
    return Album(paths, files)
