"""XML of any length, record by record, and as forgiving as the programs that write it need.

A record is an element of a known place; of what is in it only the wanted fields are kept, so that e-mail and IP
addresses are not even read. The parser is the standard library's (expat); a document that declares a DTD is refused,
and with it entity bombs and entities that name other files: no export has one.
"""

from __future__ import annotations

import codecs
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import IO
from xml.parsers import expat

from msgspec import Struct

from ..errors import ArchiveError
from .values import TEXT_LIMIT

__all__ = ["Record", "begins_with", "records"]

_PIECE = 1 << 16
#: Nothing of an export is deeper or goes on for so long without an element or a text.
_DEEPEST = 100
_SILENCE = 8 << 20

_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.-]{1,40})["']""")
_ROOT = re.compile(r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*<(?:\w+:)?(\w+)([^>]*)>", re.DOTALL)
#: What XML 1.0 has no place for, however it is written.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_AMPERSAND = re.compile(r"&(?:(amp|lt|gt|quot|apos);|#(\d{1,7});|#x([0-9a-fA-F]{1,6});)?")
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_LONGEST_MARK = 16
_ENCODING = re.compile(r"utf-8|us-ascii|iso-8859-(?:[1-9]|1[0-5])|windows-125\d")


class Record(Struct):
    """An element: the text of its wanted fields by their path ("author/name", "thread@id"), "" where there is none.

    `within` is the record around it, as far as that has been read.
    """

    place: str
    fields: dict[str, str]
    within: Record | None = None

    def __getitem__(self, field: str) -> str:
        return self.fields.get(field, "").strip()


def begins_with(beginning: str, root: str, words: str = "") -> bool:
    """Whether a document's root element is `root`, and `words` stand in its start tag."""
    found = _ROOT.match(beginning)
    return bool(found and found[1] == root and words in found[2])


def records(stream: IO[bytes], name: str, wanted: Mapping[str, frozenset[str]]) -> Iterator[Record]:
    """The records of a document as they end; `wanted` has the fields of each place, such as "disqus/post".

    Raises ArchiveError, with the line, where it is no XML; `name` is what messages call it.
    """
    target = _Target(wanted)
    parser = ET.XMLParser(target=target)  # noqa: S314 - without a DTD there is nothing that expat could expand
    silence = 0
    try:
        for text in _mended(_decoded(stream)):
            # Before the root element little is read at once: a DTD is refused before its entities could be used.
            step = len(text) if target.events else 256
            for at in range(0, len(text), step or 1):
                before = target.events
                parser.feed(text[at : at + step])
                silence = silence + step if target.events == before else 0
                yield from target.taken()
            if silence > _SILENCE:
                raise ArchiveError(f"{name}: holds an element longer than any in an export.")
        parser.close()
    except ET.ParseError as error:
        line, what = error.position[0], expat.ErrorString(error.code)
        raise ArchiveError(f"{name}, line {line}: is no XML here ({what}); is the file complete?") from error
    except _RefusedError as error:
        raise ArchiveError(f"{name}: {error}") from error


class _RefusedError(Exception):
    """A document that is not what exports look like; says in which way."""


class _Target:
    """What expat reports to: keeps the records that are open, and those that have ended until they are taken."""

    def __init__(self, wanted: Mapping[str, frozenset[str]]) -> None:
        self.events = 0
        self._wanted = wanted
        self._path: list[str] = []
        self._open: list[tuple[int, Record]] = []
        self._ended: list[Record] = []
        self._field, self._said, self._length = "", list[str](), 0

    def taken(self) -> list[Record]:
        """The records that have ended since this was asked last."""
        ended, self._ended = self._ended, []
        return ended

    def doctype(self, *_: object) -> None:
        raise _RefusedError("declares a DTD, which no export does and which may be a trap, so it was not read.")

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.events += 1
        self._path.append(tag.rpartition("}")[2])
        if len(self._path) > _DEEPEST:
            raise _RefusedError("is deeper than any export.")
        self._field = ""
        place = "/".join(self._path)
        if place in self._wanted:
            record = Record(place, {}, self._open[-1][1] if self._open else None)
            self._open.append((len(self._path), record))
            self._attributes(record, "", attributes)
        elif self._open:
            depth, record = self._open[-1]
            field = "/".join(self._path[depth:])
            self._attributes(record, field, attributes)
            if field in self._wanted[record.place] and field not in record.fields:
                self._field, self._said, self._length = field, [], 0

    def _attributes(self, record: Record, field: str, attributes: Mapping[str, str]) -> None:
        for attribute, value in attributes.items():
            known = f"{field}@{attribute.rpartition('}')[2]}"
            if known in self._wanted[record.place]:
                record.fields[known] = value[:TEXT_LIMIT]

    def data(self, text: str) -> None:
        self.events += 1
        if self._field and self._length <= TEXT_LIMIT:
            self._said.append(text)
            self._length += len(text)

    def end(self, _: str) -> None:
        self.events += 1
        if self._open and self._open[-1][0] == len(self._path):
            self._ended.append(self._open.pop()[1])
        elif self._field:
            self._open[-1][1].fields[self._field] = "".join(self._said)
        self._field = ""
        self._path.pop()

    def close(self) -> None:
        """Nothing is left to do; expat asks for it."""


def _decoded(stream: IO[bytes]) -> Iterator[str]:
    """The text of a document piece by piece, by its own word on its encoding; what is damaged becomes U+FFFD."""
    data = stream.read(_PIECE)
    declared = _DECLARED.match(data)
    encoding = declared[1].decode().lower() if declared else "utf-8"
    encoding = encoding if _ENCODING.fullmatch(encoding) else "utf-8"
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else encoding
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)("replace")
    while data:
        yield decoder.decode(data)
        data = stream.read(_PIECE)
    yield decoder.decode(b"", final=True)


def _mended(pieces: Iterator[str]) -> Iterator[str]:
    """The text as XML has it: WordPress leaves ampersands bare in addresses, and control characters everywhere."""
    literal, left = False, ""
    for piece in chain(pieces, [None]):
        text = left + _CONTROLS.sub("", piece or "")
        done: list[str] = []
        while (at := text.find(_CDATA_END if literal else _CDATA)) >= 0:
            done.append(text[:at] if literal else _AMPERSAND.sub(_escaped, text[:at]))
            mark = _CDATA_END if literal else _CDATA
            text, literal = text[at + len(mark) :], not literal
            done.append(mark)
        # What may be the beginning of a mark or of a reference waits for the next piece.
        keep = 0 if piece is None else min(len(text), _LONGEST_MARK)
        cut = len(text) - keep
        cut = found if (found := text.rfind("&", max(cut - _LONGEST_MARK, 0), cut)) >= 0 and not literal else cut
        done.append(text[:cut] if literal else _AMPERSAND.sub(_escaped, text[:cut]))
        left = text[cut:]
        yield "".join(done)


def _escaped(reference: re.Match[str]) -> str:
    if reference[1]:
        return reference[0]
    number = int(reference[2]) if reference[2] else int(reference[3], 16) if reference[3] else None
    if number is None:
        return "&amp;" + reference[0][1:]
    return reference[0] if number <= sys.maxunicode and not _CONTROLS.match(chr(number)) else "\ufffd"
