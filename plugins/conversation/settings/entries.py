"""CONVERSATION_SOURCES: from a list of dictionaries to validated `Source`s with their tokens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qsl

from ..acts import Kind
from ..addresses import is_web, split
from ..errors import SettingsError
from ..sources import Service, Source
from ..sources.registry import IMPLICIT
from ..suggest import did_you_mean
from .checks import Wrong, listed, shown
from .environment import token_of, token_variable

__all__ = ["read_sources"]

#: What every source takes beside its own options.
COMMON = ("source", "name", "base_url")
#: Names that would mean two things: of the implicit sources, and of the kinds in CONVERSATION_PRIVACY.
RESERVED = frozenset({*IMPLICIT, *Kind})
#: Every numbered or given name; it is shown, and names a variable.
_NAME = re.compile(r"\w[\w. :+@-]{0,59}")
_SECRET_NAME = re.compile(r"(?i)(.*[_-])?(token|secret|password|passwd|pass|api_?key|key|bearer|authorization)")
_SECRET_VALUE = re.compile(
    r"(?i:bearer\s.+)|(?:gh[a-z]_|github_pat_|glpat-|xox[a-z]-)\S+|(?=\S*\d)(?=\S*[A-Za-z])[A-Za-z0-9_]{32,}"
)
_SECRET_PARAMETER = re.compile(r"(?i)(.*[_-])?(token|secret|password|api_?key)")

Entry = tuple[int, Service, dict[str, str]]


def read_sources(
    given: Sequence[object],
    *,
    root: Path,
    environ: Mapping[str, str],
    service: Callable[[str], Service],
    report: Callable[[Wrong], None],
) -> tuple[Source, ...]:
    """The sources of CONVERSATION_SOURCES, in their order; what is wrong goes to `report` and is left out.

    `service` finds a service by its name or raises SettingsError.
    """
    entries: list[Entry] = []
    for index, entry in enumerate(given):
        wrongs = list(_problems(entry, index, service))
        for wrong in wrongs:
            report(wrong)
        if not wrongs and isinstance(entry, Mapping):
            values = {key: str(value).strip() for key, value in entry.items() if value is not None}
            entries.append((index, service(values.pop("source")), values))
    sources = []
    for (index, kind, values), name in zip(entries, _names(entries, report), strict=True):
        values.pop("name", None)
        base = values.pop("base_url", "").rstrip("/")
        try:
            token = token_of(name, environ)
        except SettingsError as error:
            report(Wrong(f'has a source "{name}" whose token cannot be used: {error}', index))
            token = ""
        sources.append(Source(kind.name, name, values, base_url=base, token=token, root=root))
    return tuple(sources)


def _problems(entry: object, index: int, service: Callable[[str], Service]) -> Iterator[Wrong]:
    """What is wrong with one entry, by itself."""
    if not isinstance(entry, Mapping) or not all(isinstance(key, str) for key in entry):
        yield Wrong('must hold dictionaries such as {"source": "mastodon", "account": "@ada@social.example"}', index)
        return
    source = entry.get("source")
    if not isinstance(source, str) or not source:
        yield Wrong('has an entry without "source", the name of the service', index)
    elif source in IMPLICIT:
        yield Wrong(f'need not name "{source}": it is always on. Take the entry out', index, "source")
    else:
        try:
            found = service(source)
        except SettingsError as error:
            yield Wrong(f"has an entry that cannot be used. {error}", index, "source")
        else:
            yield from _option_problems(entry, found, index)


def _option_problems(entry: Mapping[str, object], service: Service, index: int) -> Iterator[Wrong]:
    """What is wrong with an entry's options; never repeats a value that may be secret."""
    options = {option.name: option for option in service.options}
    for key, value in entry.items():
        if key == "source" or value is None:
            continue
        if key not in options and key not in COMMON:
            what = _unknown(key, (*COMMON[1:], *options))
        elif isinstance(value, bool) or not isinstance(value, str | int | float):
            what = f'an option "{key}" that must be text in quotes, not {shown(value)}'
        else:
            what = _text_problem(key, str(value).strip(), options[key].choices if key in options else ())
        if what == _IS_SECRET:
            what += f"; write {token_variable(str(entry.get('name') or service.name))}=… into the file .env"
        if what:
            yield Wrong(f'has a source "{service.name}" with {what}', index, key)
    for option in service.options:
        if option.required and not str(entry.get(option.name) or "").strip():
            yield Wrong(f'has a source "{service.name}" without "{option.name}": {option.help}', index)


_IS_SECRET = "a token in it, which does not belong in settings"  # noqa: S105 - the words, not a password


def _unknown(key: str, known: Sequence[str]) -> str:
    return _IS_SECRET if _SECRET_NAME.fullmatch(key) else f"an unknown option {shown(key)}. {did_you_mean(key, known)}"


def _text_problem(key: str, text: str, choices: Sequence[str]) -> str:
    """What is wrong with the text of an option, or ""."""
    if key == "name":
        fine = text not in RESERVED and _NAME.fullmatch(text)
        return (
            ""
            if fine
            else f"the name {shown(text)}; choose one of letters and digits, and none of {listed(sorted(RESERVED))}"
        )
    if _holds_secret(text):
        return _IS_SECRET
    if key == "base_url" and text and not is_web(text):
        return f'a "base_url" that must be a full address such as "https://example.com", not {shown(text)}'
    if choices and text not in choices:
        return f'an option "{key}" that must be one of {listed(choices)}, not {shown(text)}'
    return ""


def _holds_secret(text: str) -> bool:
    """Whether an option's value is a token, or an address with a password or a token in it."""
    if _SECRET_VALUE.fullmatch(text):
        return True
    parts = split(text)
    if parts is None or not parts.netloc:
        return False
    return bool(parts.password) or any(
        _SECRET_PARAMETER.fullmatch(name) and value for name, value in parse_qsl(parts.query)
    )


def _names(entries: Sequence[Entry], report: Callable[[Wrong], None]) -> list[str]:
    """A name for every entry: the given one, else the service's, with a number where that is taken."""
    taken: dict[str, str] = {}
    for index, _, values in entries:
        name = values.get("name", "")
        if name in taken:
            report(Wrong(f'has two sources with the name "{name}"; give one of them another "name"', index, "name"))
        elif name:
            taken[name] = token_variable(name)
    names = []
    for index, kind, values in entries:
        name = values.get("name", "")
        number = 1
        while not name:
            proposed = kind.name if number == 1 else f"{kind.name}-{number}"
            name = "" if proposed in taken else proposed
            number += 1
        variable = token_variable(name)
        other = next((n for n, v in taken.items() if v == variable and n != name), None)
        if other:
            report(
                Wrong(f'has sources "{other}" and "{name}", whose tokens would share the variable {variable}', index)
            )
        taken[name] = variable
        names.append(name)
    return names
