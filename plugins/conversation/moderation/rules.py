"""Reads `content/moderation.toml`: entries in the spelling that acts are compared by, mistakes with their lines."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct, field

from ..addresses import key
from ..errors import SettingsError
from ..identities import CARRIERS, names_of
from ..settings.checks import shown
from ..spellings import read, settle
from ..suggest import did_you_mean, nearest
from .words import fold

__all__ = ["FIELDS", "MEANT", "NAMES", "TABLES", "Rules", "parse", "read_text", "understand"]

#: What entries can name, the narrowest first.
FIELDS = ("acts", "authors", "domains", "words")
#: The tables of the file, and what may stand in each.
TABLES: Mapping[str, tuple[str, ...]] = {"hide": FIELDS, "show": FIELDS, "trust": ("authors", "domains")}
STANCES = ("open", "hold")

#: Entries by all spellings that acts are compared by, each with the entry as it was written.
Entries = Mapping[str, str]
#: A mistake: what is wrong, and the words that lead to its place in the file.
Wrong = tuple[str, tuple[str, ...]]


class Rules(Struct, frozen=True):
    """What the file says. `hold`: strangers wait. `entries` by table and field ("hide", "domains")."""

    hold: bool = False
    entries: Mapping[tuple[str, str], Entries] = field(default_factory=dict)

    def of(self, table: str, field: str) -> Entries:
        """The entries of one list; empty where there is none."""
        return self.entries.get((table, field), {})


def parse(path: Path) -> Rules:
    """The rules in the file at `path`; those of an empty file where there is none.

    Raises SettingsError, with file and line, over all that cannot be meant: broken TOML, unknown names, wrong types,
    entries that name nothing.
    """
    return understand(read_text(path), path.name)


def understand(text: str, name: str) -> Rules:
    """The rules that `text` holds; `name` is the file's, for messages. Raises SettingsError as `parse` does."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason, _, place = str(error).partition(" (at ")
        found = re.match(r"line (\d+), column (\d+)", place)
        line = f"{found[1]}, column {found[2]}" if found else str(text.rstrip().count("\n") + 1)
        raise SettingsError(f"{name}, line {line}: this is not TOML: {reason}.") from None
    except RecursionError:
        raise SettingsError(f"{name}, line 1: this is not TOML that can be meant: brackets too deep.") from None
    wrongs: list[Wrong] = []
    rules = _rules(data, wrongs)
    if wrongs:
        lines = text.split("\n")
        told = sorted((_line(lines, where), what) for what, where in wrongs)
        raise SettingsError("\n".join(f"{name}, line {line}: {what}" for line, what in told))
    return rules


def read_text(path: Path) -> str:
    """The file's text with the line ends that it has; "" where there is none. Raises SettingsError."""
    data = b""
    try:
        data = path.read_bytes()
        return data.decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise SettingsError(f"{path.name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SettingsError(f"{path.name}, line {line}: this is not UTF-8 text; save the file as UTF-8.") from None


def _rules(data: Mapping[str, object], wrongs: list[Wrong]) -> Rules:
    stance = data.get("moderation", "open")
    if stance not in STANCES:
        near = nearest(stance, STANCES) if isinstance(stance, str) else ""
        hint = f' Did you mean "{near}"?' if near else ""
        wrongs.append((f'moderation must be "open" or "hold", not {shown(stance)}.{hint}', ("moderation",)))
    entries = {}
    for name, table in data.items():
        if name in TABLES and isinstance(table, dict):
            for field, values in table.items():
                if field in TABLES[name]:
                    entries[name, field] = dict(_entries(name, field, values, wrongs))
                else:
                    wrongs.append((_unknown_field(name, field), (f"[{name}]", field)))
        elif name in TABLES:
            wrongs.append((f"{name} must be a table: begin it with a line [{name}].", (name,)))
        elif name in FIELDS:
            wrongs.append((f"{name} must stand below [hide], [show] or [trust], to say what is meant.", (name,)))
        elif name != "moderation":
            wrongs.append((f'"{name}" is not known here. {did_you_mean(name, ("moderation", *TABLES))}', (name,)))
    return Rules(stance == "hold", entries)


def _unknown_field(table: str, field: str) -> str:
    if field == "moderation":
        return f"moderation must stand above [{table}], at the top of the file."
    if field in FIELDS:
        return f"[{table}] takes {' and '.join(TABLES[table])} only, not {field}."
    return f'[{table}] knows no "{field}". {did_you_mean(field, TABLES[table])}'


def _entries(table: str, field: str, values: object, wrongs: list[Wrong]) -> Iterator[tuple[str, str]]:
    """Each entry of a list, by every spelling that acts are compared by; of two that mean the same, always the same."""
    if not isinstance(values, list):
        what = f'[{table}] {field} must be a list, as in {field} = ["…"], not {shown(values)}.'
        wrongs.append((what, (f"[{table}]", field)))
        return
    for value in sorted(values, key=str, reverse=True):
        names = frozenset(NAMES[field](value)) if isinstance(value, str) else frozenset()
        if not names:
            what = f"[{table}] {field} holds {shown(value)}; {MEANT[field]}."
            wrongs.append((what, (f"[{table}]", field, str(value))))
        yield from ((name, str(value)) for name in names)


def _act(text: str) -> Iterator[str]:
    """A permalink, or ``source:id`` for an act that has none."""
    if ":" in text.strip(" :"):
        yield from {key(text), text.strip()}


def _domain(text: str) -> Iterator[str]:
    """A host, without ``www.`` and ``*.``; an address only where it is nothing but a host."""
    text = text.strip()
    form = read(text if "://" in text else f"https://{text.removeprefix('*').removeprefix('.')}")
    if form is None or any((form.credentials, form.port, form.path.strip("/"), form.query, form.fragment)):
        return
    host = settle("host", form.host)
    whole = host if "." in host else settle("host", form.host, without="www")
    if whole.strip(".") and not any(whole == one or whole.endswith(f".{one}") for one in CARRIERS):
        yield whole.strip("[]")


def _word(text: str) -> Iterator[str]:
    if word := fold(text):
        yield word


NAMES: Mapping[str, Callable[[str], Iterator[str] | frozenset[str]]] = {
    "acts": _act,
    "authors": names_of,
    "domains": _domain,
    "words": _word,
}
MEANT: Mapping[str, str] = {
    "acts": "give the address of what was said (https://…), or the source's name and the id there (source:id)",
    "authors": "give the whole address of a profile (https://…) or a whole handle (@bob@social.example)",
    "domains": "give a host only, such as spam.example; Bridgy (brid.gy) only carries what others say elsewhere",
    "words": "give words of at least one letter, in quotes",
}


def _line(lines: list[str], where: tuple[str, ...]) -> int:
    """The line that the words in `where` lead to, as far as they are found: a table's, a name's in it, a value's."""
    at = 0
    for word in where:
        name = re.escape(word.strip("[]"))
        if word.startswith("["):
            pattern = rf"\s*\[\s*[\"']?{name}[\"']?\s*\]|\s*{name}\s*[.=]"
        elif word == where[-1] and len(where) > 2:  # noqa: PLR2004 - table, field, value
            quoted = re.escape(word)
            pattern = rf".*[\"']{quoted}[\"']" + (rf"|[^\"'#]*(?<!\w){quoted}(?!\w)" if word else "")
        else:
            pattern = rf"(?:[^#]*[^#\w-])?[\"']?{name}[\"']?\s*(?:[=.]|\])"
        found = re.compile(pattern)
        at = next((n for n in range(at, len(lines)) if found.match(lines[n])), at)
    return at + 1
