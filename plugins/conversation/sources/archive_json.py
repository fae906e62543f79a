"""JSON of any length, entry by entry: the text that has been read stays no longer than one entry.

The entries themselves are decoded by the standard library, in C. Specification: RFC 8259.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import IO

from ..errors import ArchiveError

__all__ = ["LARGEST", "LARGEST_WHOLE", "Reader"]

#: The longest entry, in characters; the longest of the values that cannot be taken entry by entry.
LARGEST = 4 << 20
LARGEST_WHOLE = 32 << 20

_PIECE = 1 << 16
_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


class Reader:
    """A JSON text read piece by piece. Every method raises ArchiveError, with line and column, where it breaks.

    `name` is what messages call it.
    """

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream, self._name = stream, name
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("strict")
        self._text, self._at, self._ended = "", 0, False
        self._line, self._column = 1, 1  # of the first character of `_text`

    def skip(self, pattern: re.Pattern[str]) -> None:
        """Goes on behind `pattern`, where that stands next within the first 64 KiB."""
        self._fill(_PIECE)
        if match := pattern.match(self._text, self._at):
            self._at = match.end()

    def peek(self) -> str:
        """The next character that is not space, "" at the end."""
        while True:
            self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr] # it always matches
            if self._at < len(self._text):
                return self._text[self._at]
            if self._ended:
                return ""
            self._fill(_PIECE)

    def value(self, largest: int = LARGEST) -> object:
        """The value that comes next, decoded; it may take at most `largest` characters."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._ended:
                    raise self._broken(error.pos, error.msg) from error
            except (ValueError, RecursionError) as error:
                raise ArchiveError(f"{self._name}: is JSON that no archive holds ({type(error).__name__}).") from error
            else:
                # What ends where the text ends may go on: a number does not say that it is over ("1", "1.", "1.5e").
                if self._ended or (end < len(self._text) and self._text[end] not in ".eE"):
                    self._at = end
                    return value
            pending = len(self._text) - self._at
            if pending > largest:
                raise ArchiveError(f"{self._where(self._at)}: holds an entry longer than {largest >> 20} MiB.")
            self._fill(min(max(_PIECE, pending), largest + 1 - pending))

    def items(self, largest: int = LARGEST) -> Iterator[object]:
        """The values of the array that comes next."""
        self._pass("[")
        if self._took("]"):
            return
        while True:
            yield self.value(largest)
            if self._took("]"):
                return
            self._pass(",")

    def members(self) -> Iterator[str]:
        """The names in the object that comes next; whoever is given one reads its value before asking for another."""
        self._pass("{")
        if self._took("}"):
            return
        while True:
            name = self.value()
            if not isinstance(name, str):
                raise self._broken(self._at, "Expecting a name in quotes")
            self._pass(":")
            yield name
            if self._took("}"):
                return
            self._pass(",")

    def pass_over(self) -> None:
        """Goes on behind the value that comes next, however long it is."""
        opening = self.peek()
        if opening == "[":
            for _ in self.items():
                pass
        elif opening == "{":
            for _ in self.members():
                if self.peek() == "[":
                    self.pass_over()
                else:
                    self.value(LARGEST_WHOLE)
        else:
            self.value()

    def finish(self) -> None:
        """Makes sure that nothing follows; a semicolon may, for some archives are scripts."""
        self._took(";")
        if self.peek():
            raise self._broken(self._at, "Extra data")

    def _pass(self, char: str) -> None:
        if not self._took(char):
            raise self._broken(self._at, f"Expecting '{char}'")

    def _took(self, char: str) -> bool:
        found = self.peek() == char
        self._at += found
        return found

    def _fill(self, size: int) -> None:
        """Reads on, and forgets the text that was used."""
        data = self._stream.read(size)
        self._line, self._column = self._place(self._at)
        self._text, self._at = self._text[self._at :], 0
        try:
            self._text += self._decoder.decode(data, not data)
        except UnicodeDecodeError as error:
            line = self._line + self._text.count("\n") + data[: error.start].count(b"\n")
            raise ArchiveError(f"{self._name}, line {line}: is not UTF-8 text, as JSON is.") from error
        self._ended = not data

    def _place(self, at: int) -> tuple[int, int]:
        lines = self._text.count("\n", 0, at)
        last = self._text.rfind("\n", 0, at)
        return self._line + lines, at - last if lines else self._column + at

    def _where(self, at: int) -> str:
        line, column = self._place(at)
        return f"{self._name}, line {line}, column {column}"

    def _broken(self, at: int, why: str) -> ArchiveError:
        return ArchiveError(f"{self._where(at)}: is no JSON here ({why}); is the file complete?")
