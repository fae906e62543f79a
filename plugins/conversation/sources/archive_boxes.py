"""Archives as they lie there: a file, a folder, a zip or a tar, and the documents in it that may tell something.

Nothing is unpacked into a folder, so that a member's name is only ever a word in a message, and nothing is read whole.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import os
import struct
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import IO, cast

from msgspec import Struct

from ..acts import Problem
from ..errors import ArchiveError
from ..sanitise import line
from .archive_parts import Document
from .archive_streams import DAMAGE, bounded, damaged, part_of

__all__ = ["Box", "opened"]

#: A person's archive does not have more members, nor more documents among them, nor a longer table of contents.
MAX_MEMBERS = 200_000
MAX_DOCUMENTS = 2_000
MAX_DIRECTORY = 64 << 20

#: Names that documents have in archives; what they are shows in what they hold.
_SUFFIXES = frozenset({".csv", ".js", ".json", ".wxr", ".xml"})
_DATABASES = frozenset({".db", ".sqlite", ".sqlite3"})
#: What gives a digest of a file (`file_digests`).
DigestOf = Callable[[Path], bytes]


class Box(Struct, frozen=True):
    """An opened archive. `packed` says that it may hold several documents, so that one may be damaged without the rest.

    `digest` tells whether it has changed, given what digests a file; `problems` are members that cannot be looked at.
    """

    documents: tuple[Document, ...]
    digest: Callable[[DigestOf], str]
    packed: bool = False
    problems: tuple[Problem, ...] = ()


@contextlib.contextmanager
def opened(path: Path, name: str) -> Iterator[Box]:
    """The archive at `path`, which messages call `name`. Raises ArchiveError, saying what to do."""
    with contextlib.ExitStack() as stack:
        try:
            box = _box(path, name, stack)
        except FileNotFoundError:
            raise ArchiveError(f"{name}: there is no such file; the path is relative to the settings file.") from None
        except DAMAGE as error:
            raise damaged(name, error) from error
        yield box


def _box(path: Path, name: str, stack: contextlib.ExitStack) -> Box:
    if path.is_dir():
        return _folder(path, name)
    with path.open("rb") as file:
        head = file.read(512)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip(path, name, stack)
    digest = partial(_digest, [("", path)])
    size = path.stat().st_size
    if head.startswith(b"\x1f\x8b"):
        unpacked = partial(_unzipped, path)
        with contextlib.suppress(tarfile.ReadError):
            return _tar(unpacked, name, size, digest, stack)
        return Box((Document(name, partial(bounded, unpacked, name, size)),), digest)
    if head[257:262] == b"ustar":
        return _tar(partial(_open, path), name, size, digest, stack)
    documents, files = [_bare(path, name)], [("", path)]
    account = path.parent / "account.js"
    if head.lstrip().startswith(b"window.YTD") and account.is_file() and not account.samefile(path):
        # Whose tweets they are stands in the file beside them.
        documents.append(_bare(account, account.name))
        files.append((account.name, account))
    return Box(tuple(documents), partial(_digest, files))


def _open(path: Path) -> IO[bytes]:
    return path.open("rb")


def _unzipped(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "rb"))


def _bare(path: Path, name: str) -> Document:
    return Document(name, partial(bounded, partial(_open, path), name), path)


def _folder(path: Path, name: str) -> Box:
    """The documents in a folder and those below it; links are not followed, as they may lead anywhere."""
    found: list[tuple[str, Path]] = []
    for folder, inner, files in os.walk(path):
        inner.sort()
        found += [
            (each.relative_to(path).as_posix(), each)
            for each in (Path(folder, file) for file in sorted(files))
            if each.suffix.lower() in _SUFFIXES | _DATABASES and each.is_file() and not each.is_symlink()
        ]
        if len(found) > MAX_DOCUMENTS:
            raise ArchiveError(f"{name}: holds more than {MAX_DOCUMENTS:,} files; name the folder of one archive.")
    found.sort()
    documents = tuple(_bare(file, f"{name}, {line(inside, 120)}") for inside, file in found)
    return Box(documents, partial(_digest, found), packed=True)


def _digest(files: Sequence[tuple[str, Path]], digest_of: DigestOf) -> str:
    """A digest of the names and contents of files. Raises ArchiveError."""
    total = hashlib.blake2b(digest_size=16)
    for name, path in files:
        try:
            content = digest_of(path)
        except OSError as error:
            raise damaged(name or path.name, error) from error
        total.update(name.encode("utf-8", "surrogatepass") + b"\0" + content)
    return total.hexdigest()


def _zip(path: Path, name: str, stack: contextlib.ExitStack) -> Box:
    _check_directory(path, name)
    archive = stack.enter_context(zipfile.ZipFile(path))
    problems: list[Problem] = []
    kept: list[zipfile.ZipInfo] = []
    for each in sorted(archive.infolist(), key=lambda info: info.filename):
        if each.is_dir() or not _is_candidate(each.filename):
            continue
        if each.flag_bits & 1:
            what = "is encrypted; unpack it with its password and name the folder instead"
            problems.append(Problem(_member(name, each.filename), what))
        elif _leads_out(each.filename):
            problems.append(_refused(name, each.filename))
        else:
            kept.append(each)
    if len(kept) > MAX_DOCUMENTS:
        problems.append(Problem(name, f"has more than {MAX_DOCUMENTS:,} documents; the rest was left out"))

    def document(info: zipfile.ZipInfo) -> Document:
        known = _member(name, info.filename)
        return Document(known, partial(bounded, partial(archive.open, info), known, info.compress_size))

    documents = tuple(document(each) for each in kept[:MAX_DOCUMENTS])
    return Box(documents, partial(_contents, kept), packed=True, problems=tuple(problems))


def _contents(members: list[zipfile.ZipInfo], _: DigestOf) -> str:
    """A digest of a zip's table of contents, which holds a checksum of every member."""
    told = "\0".join(f"{each.filename}\0{each.CRC}\0{each.file_size}" for each in members)
    return hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _check_directory(path: Path, name: str) -> None:
    """Refuses a table of contents that would fill the memory before the first member is read.

    Its size stands in the last record of the file, or in that of the form for large files (APPNOTE.TXT, 4.3).
    """
    with path.open("rb") as file:
        file.seek(max(file.seek(0, io.SEEK_END) - (1 << 16) - 200, 0))
        tail = file.read()
    last, large = tail.rfind(b"PK\x05\x06"), tail.rfind(b"PK\x06\x06")
    sizes = [0]
    if last >= 0:
        sizes += [size for size in struct.unpack_from("<L", tail, last + 12) if size != 0xFFFFFFFF]  # noqa: PLR2004
    if large >= 0:
        sizes += struct.unpack_from("<Q", tail, large + 40)
    if max(sizes) > MAX_DIRECTORY:
        raise ArchiveError(f"{name}: has more members than an archive has, so it was not read.")


def _tar(
    start: Callable[[], IO[bytes]], name: str, size: int, digest: Callable[[DigestOf], str], stack: contextlib.ExitStack
) -> Box:
    """The documents of a tar. It can be read once only, so they are kept in a temporary file that has no name.

    Raises tarfile.ReadError where it is no tar.
    """
    with contextlib.ExitStack() as streams:
        stream = streams.enter_context(bounded(start, name, size))
        archive = streams.enter_context(tarfile.open(fileobj=stream, mode="r|"))
        kept = stack.enter_context(tempfile.TemporaryFile())
        documents: list[Document] = []
        problems: list[Problem] = []
        try:
            for found in _unpacked(archive, name, kept):
                (documents if isinstance(found, Document) else problems).append(found)  # type: ignore[arg-type]
        except (*DAMAGE, ArchiveError) as error:
            if not documents:
                raise
            why = error if isinstance(error, ArchiveError) else damaged(name, error)
            problems.append(Problem(name, f"was read up to here: {why}"))
    documents.sort(key=lambda each: each.name)
    return Box(tuple(documents), digest, packed=True, problems=tuple(problems))


def _unpacked(archive: tarfile.TarFile, name: str, kept: IO[bytes]) -> Iterator[Document | Problem]:
    members = documents = 0
    while (info := archive.next()) is not None:
        archive.members = []  # type: ignore[attr-defined] # tarfile would remember them all
        members += 1
        if members > MAX_MEMBERS or documents > MAX_DOCUMENTS:
            raise ArchiveError(f"{name}: has more members than an archive has.")
        if not info.isreg() or not _is_candidate(info.name):
            continue
        if _leads_out(info.name):
            yield _refused(name, info.name)
            continue
        documents += 1
        begin, known = kept.tell(), _member(name, info.name)
        with archive.extractfile(info) or io.BytesIO() as member:
            while piece := member.read(1 << 16):
                kept.write(piece)
        yield Document(known, partial(bounded, partial(part_of, kept, begin, kept.tell()), known))
        kept.seek(0, io.SEEK_END)


def _member(archive: str, name: str) -> str:
    return f"{archive}, {line(name, 120)}"


def _refused(archive: str, name: str) -> Problem:
    return Problem(_member(archive, name), "has a name that leads out of the archive, so it was left out")


def _is_candidate(name: str) -> bool:
    own = name.replace("\\", "/").rpartition("/")[2]
    return Path(own).suffix.lower() in _SUFFIXES and not own.startswith("._") and not name.startswith("__MACOSX/")


def _leads_out(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or not parts[0] or parts[0].endswith(":")
