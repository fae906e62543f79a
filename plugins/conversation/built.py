"""What a built site was made of, in a few digests: whether a build of it today would write anything else.

Kept only for sites that are refreshed (`wanted`), for it costs a look at every file.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct, field, structs

from .posts import Post
from .settings import Settings
from .settings.known import UNSEEN
from .store import Store, Versions
from .strangers import plugins_of

__all__ = [
    "CODE",
    "Built",
    "Outputs",
    "code_of",
    "inputs_of",
    "is_copied",
    "keep",
    "kept",
    "outputs_of",
    "state_of",
    "want",
    "wanted",
]

#: Nanoseconds for which a folder's time does not tell everything: file systems count time in ticks.
MOMENT = 100_000_000
#: The inputs of a build that have a say in what templates make, beside their texts and what they are given.
CODE = ("a setting", "a settings file", "a plugin", "a program", "the machine's language or time zone")
#: What readers of a message call the plugin's own files among the content.
OWN = "moderation, giving or a milestone"
#: Settings of which no page says anything.
_NEVER_SHOWN = UNSEEN | {"CACHE_PATH", "DEBUG"}
#: Folders that nobody reads a site from.
_PASSED = frozenset({"__pycache__", ".git", ".cache"})


class Outputs(Struct, frozen=True):
    """The files of a site: by folder the size and time of each file, and the folders in it.

    `times` are those of folders of which nothing came or went since they were listed, unless the time says so.
    """

    files: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    times: Mapping[str, int] = field(default_factory=dict)

    def inside(self, folder: str) -> tuple[list[str], list[str]]:
        """The names of files and folders in a folder."""
        files, folders = self.files[folder]
        return list(files), folders


class Built(Struct, frozen=True):
    """A build: digests of its inputs by name, its output, a digest of the store; `until` it would write the same again.

    `pictures` are how many there are of people, and `until` is a date in ISO format, "" where only changes make a
    difference.
    """

    inputs: Mapping[str, str]
    output: Outputs
    state: str
    pictures: int
    until: str = ""

    def difference(self, inputs: Mapping[str, str], now: datetime, *, copied: bool) -> str:
        """What makes it worth a build, beside the store and the output; "" where nothing does.

        `copied` says that the site has a copy of one of the plugin's own files (`is_copied`).
        """
        for name, digest in inputs.items():
            if self.inputs.get(name) != digest and (copied or name != OWN):
                return f"{name} changed since the last build"
        if self.until and now.isoformat() >= self.until:
            return "a post's day has come"
        return ""


def want(folder: Path) -> None:
    """Asks the next builds to be remembered. `folder` is that of the plugin's caches. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    if not wanted(folder):
        _place(folder).write_text("{}", "utf-8")


def wanted(folder: Path) -> bool:
    """Whether builds of the site are to be remembered."""
    return _place(folder).is_file()


def keep(folder: Path, built: Built | None) -> None:
    """Remembers a build; None while one is under way, for it may be killed. Raises OSError."""
    told: dict[str, Any] = {}
    if built:
        told = structs.asdict(built) | {"output": structs.asdict(built.output)}
    _place(folder).write_text(json.dumps(told), "utf-8")


def kept(folder: Path) -> Built | None:
    """The last build; None where it did not come to its end, or nobody asked for it to be remembered."""
    try:
        found = json.loads(_place(folder).read_bytes())
        return Built(**found | {"output": Outputs(**found["output"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def inputs_of(pelican_settings: Mapping[str, Any], ours: Settings) -> dict[str, str]:
    """A digest of everything that a build reads beside the store, by what readers of a message call it."""
    settings = pelican_settings
    own = _own(ours)
    overrides = map(Path, settings.get("THEME_TEMPLATES_OVERRIDES") or ())
    return code_of(settings, ours) | {
        "the content": _digest(_marks([Path(settings["PATH"]), *_outside(settings), ours.root / ".env"], own)),
        OWN: _digest(map(_mark, sorted(own))),
        "the theme": _digest(_marks([Path(settings["THEME"]), *overrides, ours.root / "translations"])),
    }


def code_of(pelican_settings: Mapping[str, Any], ours: Settings) -> dict[str, str]:
    """The digests of `CODE`."""
    settings = pelican_settings
    code = [Path(__file__).parent, *map(Path, settings.get("PLUGIN_PATHS") or ())]
    plain = {name: value for name, value in settings.items() if name not in _NEVER_SHOWN}
    plain["PLUGINS"] = plugins_of(settings)  # Pelican writes their names out in full
    parts: list[Iterable[object]] = [
        [_plain(plain), os.environ.get("SOURCE_DATE_EPOCH")],
        _marks(sorted(ours.root.glob("*.py"))),
        _marks(code),
        [sys.version, *_installed()],
        [*_dates(), time.tzname],
    ]
    return dict(zip(CODE, map(_digest, parts), strict=True))


def is_copied(pelican_settings: Mapping[str, Any], ours: Settings, outputs: Outputs) -> bool:
    """Whether any of the plugin's own files may be part of the site: because a post links to it, or all are copied."""
    static = [Path(pelican_settings["PATH"], path) for path in pelican_settings.get("STATIC_PATHS") or ()]
    names = {name for files, _ in outputs.files.values() for name in files}
    own = [Path(path) for path in _own(ours)]
    return any(path.name in names or any(path.is_relative_to(folder) for folder in static) for path in own)


def outputs_of(output: Path, former: Outputs, touched: Container[str] | None = None) -> Outputs:
    """The files of a site as they are; `former` is what this told before, so that few folders have to be listed.

    Where it is known which folders were `touched` since then, only these and new ones are looked at.
    """
    files: dict[str, Sequence[Any]] = {}
    times: dict[str, int] = {}
    lately = time.time_ns() - MOMENT
    left = [str(output)]
    while left:
        folder = left.pop()
        if touched is not None and folder in former.files and folder not in touched:
            files[folder] = former.files[folder]
            times |= {folder: former.times[folder]} if folder in former.times else {}
            left += [f"{folder}{os.sep}{name}" for name in former.inside(folder)[1]]
            continue
        try:
            changed = os.stat(folder).st_mtime_ns  # noqa: PTH116 - of ten thousand folders, quickly
            names, folders = _listed(folder) if former.times.get(folder) != changed else former.inside(folder)
        except OSError:  # it went away meanwhile, or nobody may look into it
            continue
        files[folder] = [{name: _seen(f"{folder}{os.sep}{name}") for name in names}, folders]
        if changed < lately:
            times[folder] = changed
        left += [f"{folder}{os.sep}{name}" for name in folders]
    return Outputs(files, times)


def state_of(store: Store, posts: Iterable[Post], versions: Versions, ours: Settings) -> str:
    """A digest of all in the store, and in the blogger's own tables, that pages depend on; `versions` are the store's.

    What was given by hand is in the store as soon as it was pulled.
    """
    sources = [(one.name, one.state, one.pulled, one.acts, one.error) for one in store.sources()]
    told = [store.proofs(), sorted(store.copies().items()), store.snapshots()]
    shown = [(post.url, post.title) for post in posts]
    tables = [path.read_bytes() for path in (ours.moderation, ours.milestones) if path.is_file()]
    return _digest([structs.astuple(versions), sources, told, shown, tables])


def _own(ours: Settings) -> frozenset[str]:
    """The files below the content that are the plugin's own, by their paths."""
    return frozenset(os.path.abspath(path) for path in (ours.moderation, ours.giving, ours.milestones))  # noqa: PTH100 - links stay


def _outside(settings: Mapping[str, Any]) -> Iterator[Path]:
    """The folders of content that do not lie below PATH."""
    for name in ("ARTICLE_PATHS", "PAGE_PATHS", "STATIC_PATHS"):
        for path in settings.get(name) or ():
            if os.path.isabs(path) or ".." in Path(path).parts:  # noqa: PTH117 - as Pelican joins them
                yield Path(settings["PATH"], path)


def _dates() -> Iterator[str]:
    """How the language in which the machine writes dates has it: days, months, halves of the day, and their order."""
    for step in range(13):  # so that all months and all days of the week are among them
        when = datetime(2026, 1, 1, tzinfo=UTC) + step * timedelta(days=29, hours=1)
        yield when.strftime("%a %A %b %B %p %c %x %X")


def _installed() -> list[str]:
    """All distributions that are installed, with their versions, as their folders are called."""
    folders = [Path(folder) for folder in sys.path if Path(folder).is_dir()]
    return sorted({path.name for folder in folders for path in folder.glob("*.dist-info")})


def _place(folder: Path) -> Path:
    return folder / "built.json"


def _listed(folder: str) -> tuple[list[str], list[str]]:
    """The files and the folders in a folder. Raises OSError."""
    files: list[str] = []
    folders: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            (folders if entry.is_dir() else files).append(entry.name)
    return sorted(files), sorted(set(folders) - _PASSED)


def _marks(roots: Iterable[Path], but: Container[str] = ()) -> Iterator[tuple[str, int, int]]:
    """Every file below some files and folders `but` these, with its size and time, in an order of its own."""
    for root in roots:
        if root.is_dir():
            for folder, inner, files in os.walk(root, followlinks=True):  # as Pelican does
                inner[:] = sorted(name for name in inner if name not in _PASSED)
                paths = (f"{folder}{os.sep}{name}" for name in sorted(files))
                yield from (_mark(path) for path in paths if path not in but)
        else:
            yield _mark(str(root))


def _mark(path: str) -> tuple[str, int, int]:
    size, changed = _seen(path)
    return path, size, changed


def _seen(path: str) -> list[int]:
    """The size and time of a file, of which there are ten thousand."""
    try:
        stat = os.stat(path)  # noqa: PTH116
    except OSError:
        return [-1, -1]
    return [stat.st_size, stat.st_mtime_ns]


def _plain(value: object) -> object:
    """A value as plain data: functions and other objects by what they are called, for their code is looked at too."""
    if isinstance(value, Mapping):
        return sorted((str(key), repr(_plain(one))) for key, one in value.items())
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, set | frozenset):
        return sorted(repr(_plain(one)) for one in value)
    if value is None or isinstance(value, str | bytes | int | float | Path | datetime):
        return repr(value)
    return f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', type(value).__qualname__)}"


def _digest(parts: Iterable[object]) -> str:
    made = hashlib.blake2b(digest_size=16)
    for part in parts:
        made.update(repr(part).encode("utf-8", "surrogatepass"))
        made.update(b"\0")
    return made.hexdigest()
