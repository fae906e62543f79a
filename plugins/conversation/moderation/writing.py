"""Writes entries into `content/moderation.toml` and takes them out: text in, text out, all else byte for byte the same.

People keep this file by hand, with comments and in an order of their own. tomlkit finds the place of a list in it; the
list itself is changed here, token by token, because a comment on a line of its own has to outlive its neighbours.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import NamedTuple

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array, InlineTable, Item, Table

from ..errors import SettingsError
from .rules import NAMES

__all__ = ["HEADER", "add", "drop"]

#: How a file begins that did not exist.
HEADER = """\
# What readers may see. `hide` and `show` write into this file; so may you, by hand.
moderation = "open"    # everybody's words are shown at once; "hold" keeps those of strangers until you show them
"""
#: What a list is made of, once it is known to be right TOML: https://toml.io/en/v1.0.0#array
_TOKEN = re.compile(
    r'(?P<value>"{3}(?:[^\\]|\\.)*?"{3,5}|\'{3}.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\')'
    r"|(?P<comment>#[^\r\n]*)|(?P<comma>,)|(?P<line>\r?\n)|(?P<space>[ \t]+)|(?P<bracket>[\[\]])",
    re.DOTALL,
)
_INDENT = "    "
_CONTROL = re.compile("[\x00-\x1f\x7f]")


class _Token(NamedTuple):
    """A piece of a list's text; `kind` is a group of `_TOKEN`."""

    kind: str
    text: str


def add(text: str, table: str, field: str, entry: str, note: str = "") -> str:
    """`text` with `entry` at the end of a list, and `note` as a comment beside it; as it was where it says so already.

    Raises SettingsError where the file is laid out so that it cannot be changed without harm.
    """
    values = _data(text).get(table, {}).get(field, [])
    names = frozenset(NAMES[field](entry))
    if any(not names.isdisjoint(NAMES[field](value)) for value in values):
        return text
    eol = "\r\n" if "\r\n" in text and not re.search(r"(?<!\r)\n", text) else "\n"
    value = tomlkit.string(entry).as_string()
    note = " ".join(_CONTROL.sub(" ", note).split())
    document = _parsed(text)
    place = document.get(table)
    known = place.get(field) if place is not None else None
    if isinstance(known, Array):
        _replace(place, field, _appended(known.as_string(), value, note, eol))
        made = tomlkit.dumps(document)
    else:
        listed = _appended("[]", value, note, eol)
        made = _with_list(text, document, (table, field), listed, eol)
    return _checked(made, text, table, field, [*values, entry])


def drop(text: str, table: str, field: str, names: Collection[str]) -> str:
    """`text` without the entries of a list that go by any of `names`; the comment beside an entry goes with it.

    Raises SettingsError where the file is laid out so that it cannot be changed without harm.
    """
    values = _data(text).get(table, {}).get(field, [])
    out = [at for at, value in enumerate(values) if not frozenset(names).isdisjoint(NAMES[field](value))]
    if not out:
        return text
    document = _parsed(text)
    place = document[table]
    listed = place[field].as_string()
    for at in reversed(out):
        listed = _removed(listed, at)
    _replace(place, field, listed)
    left = [value for at, value in enumerate(values) if at not in out]
    return _checked(tomlkit.dumps(document), text, table, field, left)


def _data(text: str) -> dict[str, dict[str, list[str]]]:
    """The file as plain values; whoever calls has seen that its rules are right."""
    return {name: table for name, table in tomllib.loads(text).items() if isinstance(table, dict)}


def _parsed(text: str) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(text)
    except (TOMLKitError, ValueError) as error:
        raise SettingsError(f"The file is laid out in a way that only hands can change ({error}).") from None


def _checked(made: str, text: str, table: str, field: str, values: list[str]) -> str:
    """`made`, when it says what `text` says but for one list; what it says decides, and not how it was made."""
    wanted = tomllib.loads(text)
    wanted[table] = {**wanted.get(table, {}), field: values}
    try:
        if tomllib.loads(made) == wanted:
            return made
    except tomllib.TOMLDecodeError:
        pass
    raise SettingsError(
        f"[{table}] {field} is laid out in a way that only hands can change. The file was left as it is."
    )


def _replace(place: object, field: str, listed: str) -> None:
    """Puts a list in the place of the one there; what stands around it stays."""
    if not isinstance(place, Table | InlineTable):
        raise SettingsError(f"The table with {field} stands in several places: only hands can change that.")
    try:
        place[field] = tomlkit.value(listed)
    except TOMLKitError as error:
        raise SettingsError(f"{field} is laid out in a way that only hands can change ({error}).") from None


def _with_list(text: str, document: tomlkit.TOMLDocument, name: tuple[str, str], listed: str, eol: str) -> str:
    """The file with a list that was not there: at the end of its table, which is made at the end of the file."""
    table, field = name
    place = document.get(table)
    if place is None:
        begin = text if not text or text.endswith("\n") else text + eol
        return f"{begin}{eol if begin.strip() else ''}[{table}]{eol}{field} = {listed}{eol}"
    if not isinstance(place, Table):
        _replace(place, field, listed)
        return tomlkit.dumps(document)
    # Behind the last entry and not at the end of the table: the comments there belong to the next one.
    items = [item for _, item in place.value.body if isinstance(item, Array)]
    last: Item = items[-1] if items else place
    prefix = f"{table}." if _is_dotted(document, table) else ""
    end = last.trivia.trail if last.trivia.trail.endswith("\n") else last.trivia.trail + eol
    last.trivia.trail = f"{end}{last.trivia.indent if items else ''}{prefix}{field} = {listed}{eol}"
    return tomlkit.dumps(document)


def _is_dotted(document: tomlkit.TOMLDocument, table: str) -> bool:
    """Whether the table has no line of its own: ``hide.words = […]``."""
    return any(key is not None and key.key == table and key.is_dotted() for key, _ in document.body)


def _tokens(listed: str) -> list[_Token]:
    return [_Token(str(one.lastgroup), one[0]) for one in _TOKEN.finditer(listed)]


def _joined(tokens: Collection[_Token]) -> str:
    return "".join(token.text for token in tokens)


def _appended(listed: str, value: str, note: str, eol: str) -> str:
    """A list with one value more: on a line of its own where the list has lines, or where a comment ends the line."""
    tokens = _tokens(listed)
    end = len(tokens) - 1
    last = max((at for at, token in enumerate(tokens) if token.kind == "value"), default=0)
    comma = next((at for at in range(last + 1, end) if tokens[at].kind == "comma"), None)
    if not note and not any(token.kind == "line" for token in tokens):
        behind = (comma or last) + 1
        between = " " if comma else ", " if last else ""
        return f"{_joined(tokens[:behind])}{between}{value}{_joined(tokens[behind:])}"
    if last and comma is None:
        tokens.insert(last + 1, _Token("comma", ","))
        end += 1
    body = tokens[:end]
    closing = ""
    while body[-1].kind == "space":
        closing = body.pop().text + closing
    ends = body[-1].kind == "line"
    comment = f"  # {note}" if note else ""
    return f"{_joined(body)}{'' if ends else eol}{_indent(tokens)}{value},{comment}{eol}{closing if ends else ''}]"


def _indent(tokens: list[_Token]) -> str:
    """What stands before the values of a list that has lines."""
    for before, space, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if before.kind == "line" and space.kind == "space" and after.kind == "value":
            return space.text
    on_lines = any(one.kind == "line" and other.kind == "value" for one, other in pairwise(tokens))
    return "" if on_lines else _INDENT


def _removed(listed: str, number: int) -> str:
    """A list without its value at `number`, and without the line on which that stood alone."""
    tokens = _tokens(listed)
    at = [at for at, token in enumerate(tokens) if token.kind == "value"][number]
    begin, end = at, at + 1
    comma = next(_past(tokens, end), None)
    if comma is not None and tokens[comma].kind == "comma":
        end = comma + 1
    after = end + (tokens[end].kind == "space")
    starts = tokens[at - 1].kind == "line" or (tokens[at - 1].kind == "space" and tokens[at - 2].kind == "line")
    if starts and tokens[after].kind in {"comment", "line"}:
        end = after + (tokens[after].kind == "comment")
        if tokens[end].kind == "line":
            begin -= tokens[at - 1].kind == "space"
            end += 1
    elif tokens[after].kind == "value" or (tokens[after].kind == "bracket" and tokens[at - 1].kind == "bracket"):
        end = after
    elif tokens[after].kind == "bracket" and not starts:
        begin -= tokens[at - 1].kind == "space"
        begin -= tokens[begin - 1].kind == "comma"
    left = [*tokens[:begin], *tokens[end:]]
    return "[]" if {token.kind for token in left} <= {"bracket", "line", "space"} else _joined(left)


def _past(tokens: list[_Token], at: int) -> Iterator[int]:
    """The places from `at` on that hold more than space and line ends."""
    return (place for place in range(at, len(tokens)) if tokens[place].kind not in {"space", "line"})
