"""What the blogger may set: nothing of it is needed."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

__all__ = ["KNOWN", "Settings", "SettingsError", "load"]

KNOWN = ("INCREMENTAL", "INCREMENTAL_JOBS", "INCREMENTAL_OBSERVERS", "INCREMENTAL_PURE_EXTENSIONS")


class SettingsError(Exception):
    """A setting that the blogger can mend; its message names it."""


class Settings(Struct, frozen=True, dict=True):
    """The plugin's settings.

    `jobs` is how many processes may work at the same time; `observers` are modules that only look at the pages that
    were written; `pure_extensions` are extensions of Markdown that make the same of the same text.
    """

    jobs: int
    observers: tuple[str, ...]
    pure_extensions: tuple[str, ...]


def load(settings: Mapping[str, Any]) -> Settings:
    """The plugin's settings out of Pelican's. Raises SettingsError."""
    for name in settings:
        if name.startswith("INCREMENTAL") and name not in KNOWN:
            close = difflib.get_close_matches(name, KNOWN, n=1, cutoff=0)
            raise SettingsError(f"{name} is no setting of the plugin incremental. Did you mean {close[0]}?")
    jobs = settings.get("INCREMENTAL_JOBS")
    if jobs is not None and (not isinstance(jobs, int) or isinstance(jobs, bool) or jobs < 1):
        raise SettingsError(f"INCREMENTAL_JOBS is {jobs!r}; it is a number of processes, 1 or more.")
    return Settings(
        jobs or _cores(), _names(settings, "INCREMENTAL_OBSERVERS"), _names(settings, "INCREMENTAL_PURE_EXTENSIONS")
    )


def _names(settings: Mapping[str, Any], setting: str) -> tuple[str, ...]:
    value = settings.get(setting, ())
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise SettingsError(f"{setting} is {value!r}; it is a list of names.")
    return tuple(value)


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
