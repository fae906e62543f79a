"""Measuring whole processes, on a given number of cores."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

__all__ = ["CORES", "Command", "Figures", "measure", "profiled"]

#: What everything runs on unless it is about one core: the targets are for a machine of two.
CORES = 2
STOPWATCH = Path(__file__).with_name("stopwatch.py")
#: So much of what a process said is shown where it failed.
LAST_WORDS = 3_000


@dataclasses.dataclass(frozen=True, slots=True)
class Figures:
    """What something took: `wall` and `cpu` in seconds, `peak` in bytes (0 where it was not a process of its own)."""

    wall: float
    cpu: float
    peak: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Command:
    """A command in a folder; `environ` is added to that of this process."""

    words: Sequence[str]
    folder: Path
    environ: Mapping[str, str] = dataclasses.field(default_factory=dict)


def profiled(command: Command, file: Path) -> Command | None:
    """The same command under cProfile, which writes to `file`; None for one that is no module of Python's."""
    python, *rest = command.words
    if python != sys.executable or rest[:1] != ["-m"]:
        return None
    return dataclasses.replace(command, words=[python, "-m", "cProfile", "-o", str(file), *rest])


def measure(command: Command, cores: int = CORES) -> Figures:
    """Runs a command to its end and returns what it took. Raises SystemExit with its last words where it failed."""
    environ = {**os.environ, "NO_COLOR": "1", **command.environ}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)  # it is for developers: a blogger's Python keeps what it compiled
    with tempfile.TemporaryDirectory() as folder, _on(cores):
        told, said = Path(folder) / "figures.json", Path(folder) / "said"
        with said.open("wb") as words:
            subprocess.run(
                [sys.executable, "-I", "-S", str(STOPWATCH), str(told), *command.words],
                cwd=command.folder,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                check=True,
            )
        figures = json.loads(told.read_text("utf-8"))
        if figures["code"]:
            last = said.read_text("utf-8", errors="replace")[-LAST_WORDS:]
            raise SystemExit(f"{' '.join(command.words)} ended with {figures['code']}:\n{last}")
    return Figures(figures["wall"], figures["cpu"], figures["peak"])


@contextlib.contextmanager
def _on(cores: int) -> Iterator[None]:
    """Lets processes that are started meanwhile run on so many cores; where the system cannot do that, on all."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(allowed)[:cores])
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
