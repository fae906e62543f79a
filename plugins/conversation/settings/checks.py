"""What each kind of setting may hold: functions that return the value as the plugin uses it, or raise `Wrong`."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath

from ..acts import KINDS
from ..addresses import is_web, split
from ..identities import names_of
from ..suggest import did_you_mean

__all__ = [
    "PRIVACY",
    "Wrong",
    "address",
    "addresses",
    "blogroll",
    "choice",
    "contact",
    "endpoint",
    "entries",
    "file",
    "flag",
    "listed",
    "output_feed",
    "output_feeds",
    "output_file",
    "output_url",
    "people",
    "per_page",
    "privacy",
    "privacy_among",
    "profiles",
    "requests",
    "seconds",
    "shown",
    "store",
    "text",
    "weights",
]

#: How much of an act is shown: all of it, who and when without the words, or only a number.
PRIVACY = ("full", "name", "count")
_KINDS = tuple(map(str, KINDS))
_MAX_SHOWN = 60
_SEVERAL = 2
_MAX_SECONDS = 3600.0
_MAX_REQUESTS = 10**9
_HEAVIEST = 1_000_000
#: Replies on one page.
_FEWEST, _MOST = 10, 10_000


class Wrong(ValueError):  # never leaves this package; `load` makes a SettingsError of it
    """A value that cannot be used: `what` is the rest of a sentence that begins with the setting's name.

    `path` leads into the value, to the key or the index that is wrong.
    """

    def __init__(self, what: str, *path: str | int) -> None:
        super().__init__(what)
        self.what, self.path = what, path


def shown(value: object) -> str:
    """A value as a message quotes it: short, on one line, in double quotes where it is text."""
    text = f'"{value}"' if isinstance(value, str) else repr(value)
    text = "".join(char if char.isprintable() else "?" for char in text[: _MAX_SHOWN * 2])
    return text if len(text) <= _MAX_SHOWN else f"{text[: _MAX_SHOWN - 1]}…"


def listed(words: Iterable[str]) -> str:
    """Words as a message lists them: "one", "two"."""
    return ", ".join(f'"{word}"' for word in words)


def text(value: object) -> str:
    """Any text."""
    if not isinstance(value, str):
        raise Wrong(f"must be text in quotes, not {shown(value)}")
    return value


def flag(value: object) -> bool:
    """True or False, and nothing that merely passes for it: "False" in quotes would be true."""
    if not isinstance(value, bool):
        raise Wrong(f"must be True or False, not {shown(value)}")
    return value


def choice(*choices: str) -> Callable[[object], str]:
    """One of `choices`."""

    def check(value: object) -> str:
        if not isinstance(value, str) or value not in choices:
            raise Wrong(f"must be one of {listed(choices)}, not {shown(value)}")
        return value

    return check


def seconds(value: object) -> float:
    """A time of more than 0 and at most an hour."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= _MAX_SECONDS:
        raise Wrong(f"must be a number of seconds, more than 0 and at most {_MAX_SECONDS:.0f}, not {shown(value)}")
    return float(value)


def requests(value: object) -> int:
    """A number of requests; 0 stands for no limit."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MAX_REQUESTS:
        raise Wrong(f"must be a whole number of requests, or 0 for no limit, not {shown(value)}")
    return value


def per_page(value: object) -> int:
    """How many replies a page lists; 0 stands for no limit."""
    if isinstance(value, bool) or not isinstance(value, int) or (value and not _FEWEST <= value <= _MOST):
        raise Wrong(f"must be a whole number from {_FEWEST} to {_MOST}, or 0 for one page only, not {shown(value)}")
    return value


def entries(value: object) -> list[object]:
    """A list; what it holds is looked at later."""
    if not isinstance(value, list | tuple):
        raise Wrong(f"must be a list in square brackets, not {shown(value)}")
    return list(value)


def address(value: object) -> str:
    """An absolute http(s) address of a site, without query, fragment and slash at its end."""
    if not isinstance(value, str) or not is_web(value):
        raise Wrong(f'must be a full address such as "https://example.com", not {_without_secret(value)}')
    parts = split(value)
    if parts and (parts.query or parts.fragment):
        raise Wrong(f'must be an address without "?" and "#", not {_without_secret(value)}')
    return value.strip().rstrip("/")


def addresses(value: object) -> tuple[str, ...]:
    """A list of addresses of sites, each once."""
    found = []
    for index, item in enumerate(entries(value)):
        try:
            found.append(address(item))
        except Wrong as wrong:
            raise Wrong(wrong.what.replace("must be", "must hold", 1), index) from None
    return tuple(dict.fromkeys(found))


def plugins(value: object) -> tuple[str, ...]:
    """A list of names of plugins, and of functions and extensions, each once."""
    for index, item in enumerate(entries(value)):
        if not isinstance(item, str) or not all(part.isidentifier() for part in item.split(".")):
            raise Wrong(f'must hold names, of plugins as in PLUGINS, such as "render_math", not {shown(item)}', index)
    return tuple(dict.fromkeys(map(str, entries(value))))


def profiles(value: object) -> tuple[str, ...]:
    """A list of profile URLs and handles, each of which tells one person from all others."""
    found = []
    for index, item in enumerate(entries(value)):
        if not isinstance(item, str) or not names_of(item):
            raise Wrong(
                'must hold addresses of profiles such as "https://social.example/@ada" and handles with their host '
                f'such as "@ada@social.example", not {shown(item)}',
                index,
            )
        found.append(item.strip())
    return tuple(dict.fromkeys(found))


def people(value: object) -> tuple[tuple[str, ...], ...]:
    """A list of lists, each of two or more profiles and handles that are one person's."""
    found = []
    for index, item in enumerate(entries(value)):
        if not isinstance(item, list | tuple):
            example = '["https://ada.example/", "@ada@social.example"]'
            raise Wrong(f"must hold a list for each person, such as {example}, not {shown(item)}", index)
        try:
            found.append(profiles(item))
        except Wrong as wrong:
            raise Wrong(wrong.what, index, *wrong.path) from None
        if len(found[-1]) < _SEVERAL:
            raise Wrong(f"must name two or more profiles of each person, not only {shown(item)}", index)
    return tuple(found)


def store(value: object) -> str:
    """An SQLAlchemy URL; its own parts are checked where it is opened. Never repeats one that holds a password."""
    good = '"sqlite:///conversation.sqlite" or "postgresql+psycopg://…"'
    if not isinstance(value, str):
        raise Wrong(f"must be an address such as {good}, not {shown(value)}")
    if not re.match(r"[a-z][a-z0-9_]*(\+[a-z0-9_]+)?://", value):
        raise Wrong(f"must be an address such as {good}, not {_without_secret(value)}")
    if re.match(r"sqlite(\+\w+)?://[^/]", value):
        raise Wrong('needs three slashes before the file: "sqlite:///conversation.sqlite"')
    return value


def file(value: object) -> str:
    """The path of a file, relative to the settings file or absolute."""
    if not isinstance(value, str | os.PathLike) or not str(value).strip() or "\0" in str(value):
        raise Wrong(f"must be the path of a file, not {shown(value)}")
    return str(value)


def blogroll(value: object) -> str:
    """The path of a file or an absolute http(s) address; "" for none."""
    if value == "":
        return ""
    if isinstance(value, str) and "://" in value and not is_web(value):
        raise Wrong(f"must be the path of a file or a full address, not {_without_secret(value)}")
    return file(value).strip()


def output_url(value: object) -> str:
    """An address within the site, relative to SITEURL."""
    if (
        not isinstance(value, str)
        or value.startswith("/")
        or ".." in value.split("/")
        or re.search(r"[:\\?#\s]", value)
    ):
        raise Wrong(f'must be an address within the site such as "giving-receiving/", not {shown(value)}')
    return value


def output_file(value: object) -> str:
    """The path of an HTML file within the output folder; "" for no file at all."""
    if not isinstance(value, str) or (value and not _is_inside(value, ".html")):
        raise Wrong(
            f'must be the path of an .html file within the output such as "giving/index.html", not {shown(value)}'
        )
    return value


def output_feed(value: object) -> str:
    """The path of a feed within the output folder; "" or None for no feed."""
    good = "feeds/conversation.atom.xml"
    if value is not None and (not isinstance(value, str) or (value and not _is_inside(value, ".xml"))):
        raise Wrong(f'must be the path of an .xml file within the output such as "{good}", not {shown(value)}')
    if value and re.search(r"[{}?#:\s]", value):
        raise Wrong(f'is one feed for the whole site, such as "{good}", not {shown(value)}')
    return value or ""


def output_feeds(value: object) -> str:
    """The paths of the posts' feeds, with {slug} where they differ; "" or None for none."""
    good = "feeds/{slug}.conversation.atom.xml"
    if not value and (value is None or isinstance(value, str)):
        return ""
    if not isinstance(value, str) or not _is_inside(value, ".xml"):
        raise Wrong(f'must be the path of .xml files within the output such as "{good}", not {shown(value)}')
    if "{slug}" not in value:
        raise Wrong(f'needs {{slug}} where the posts differ, such as "{good}", not {shown(value)}')
    if re.search(r"[{}?#:\s]", value.replace("{slug}", "")):
        raise Wrong(f'takes {{slug}} and nothing else in braces, such as "{good}", not {shown(value)}')
    return value


def endpoint(value: object) -> str:
    """An http(s) address, or "" for none."""
    if not isinstance(value, str) or (value and not is_web(value)):
        raise Wrong(
            f'must be a full address such as "https://webmention.io/example.com/webmention", not {shown(value)}'
        )
    return value.strip()


def privacy(value: object) -> dict[str, str]:
    """A dictionary from kinds of acts and names of sources to how much of them is shown; names are checked later."""
    found = {}
    for name, level in _dictionary(value, '{"like": "count"}').items():
        if level not in PRIVACY:
            raise Wrong(f'must be one of {listed(PRIVACY)} for "{name}", not {shown(level)}', name)
        found[name] = str(level)
    return found


def privacy_among(sources: Iterable[str]) -> Callable[[object], dict[str, str]]:
    """`privacy` whose names are kinds or among the `sources` that are configured."""
    known = (*_KINDS, *sources)

    def check(value: object) -> dict[str, str]:
        levels = privacy(value)
        for name in levels:
            if name not in known:
                raise Wrong(f'has "{name}", which is no kind and no source. {did_you_mean(name, known)}', name)
        return levels

    return check


def contact(value: object) -> dict[str, str]:
    """A dictionary from labels to addresses (http, https or mailto) by which readers can reach the blogger."""
    found = {}
    for label, url in _dictionary(value, '{"E-mail": "mailto:ada@example.com"}').items():
        if isinstance(url, str) and re.fullmatch(r"[^@\s:/]+@[^@\s:/]+", url):
            raise Wrong(f'needs "mailto:" before {shown(url)}', label)
        mail = isinstance(url, str) and re.fullmatch(r"mailto:[^@\s<>\"]+@[^@\s<>\"]+", url)
        if not isinstance(url, str) or not (mail or is_web(url)):
            raise Wrong(f'must lead to an http, https or mailto address for "{label}", not {shown(url)}', label)
        found[label] = url.strip()
    return found


def weights(value: object) -> dict[str, float]:
    """A dictionary from kinds of acts to what one of them counts: numbers from 0 to a million."""
    found: dict[str, float] = {}
    for name, number in _dictionary(value, '{"reply": 4, "like": 1}').items():
        if name not in _KINDS:
            raise Wrong(f'has "{name}", which is no kind. {did_you_mean(name, _KINDS)}', name)
        if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= _HEAVIEST:
            raise Wrong(f'must be a number from 0 to {_HEAVIEST} for "{name}", not {shown(number)}', name)
        found[name] = number
    return found


def _dictionary(value: object, example: str) -> dict[str, object]:
    if not isinstance(value, Mapping):
        raise Wrong(f"must be a dictionary such as {example}, not {shown(value)}")
    for name in value:
        if not isinstance(name, str) or not name.strip():
            raise Wrong(f"must have text for its keys, not {shown(name)}")
    return dict(value)


def _is_inside(path: str, ending: str) -> bool:
    """Whether `path` is that of a file within the output folder, with this ending."""
    whole = not path.startswith("/") and ".." not in PurePosixPath(path).parts
    return whole and path.endswith(ending) and "\\" not in path and "\0" not in path


def _without_secret(value: object) -> str:
    """`shown`, but for what may hold a password before a host."""
    return "one with a user name or password in it" if isinstance(value, str) and "@" in value else shown(value)
