"""Whether two built sites are the same, byte for byte."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

__all__ = ["differences", "files"]


def files(folder: Path) -> set[str]:
    """The files below a folder, as paths from there."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def differences(made: Path, expected: Path) -> list[str]:
    """What of the site `made` is not as in `expected`, a line for each file."""
    here, there = files(made), files(expected)
    lost = [f"{name} is missing" for name in there - here]
    stale = [f"{name} should not be there" for name in here - there]
    other = [f"{name} is different" for name in _other(made, expected, here & there)]
    return sorted(lost + stale + other)


def _other(made: Path, expected: Path, names: Iterable[str]) -> Iterable[str]:
    return (name for name in names if (made / name).read_bytes() != (expected / name).read_bytes())
