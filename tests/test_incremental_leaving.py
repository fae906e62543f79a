"""leaving.py: a process ends quickly, but not before everybody in it has done what he has to do at the end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from blog import ROOT

PROGRAM = """
import atexit, gc, sys
from multiprocessing.pool import ThreadPool
from incremental import leaving

class Ring:
    "Something that only the search for garbage finds."
    def __init__(self, held):
        self.held, self.myself = held, self

class Parting:
    def __del__(self):
        print("farewell", flush=True)

def pool():
    with ThreadPool(1) as threads:
        threads.map(str, [1])
    return threads

leaving.WORTHWHILE = int(sys.argv[2])
atexit.register(lambda: print("frozen" if gc.get_freeze_count() else "as ever", flush=True))
leaving.leave_quickly()
held = {"nothing": lambda: None, "file": lambda: open(sys.argv[1], "w"), "object": Parting, "pool": pool}
Ring(held[sys.argv[3]]())
"""


@pytest.mark.parametrize(
    ("worthwhile", "held", "said"),
    [
        (0, "nothing", ["frozen"]),
        (0, "pool", ["frozen"]),
        (0, "file", ["as ever"]),
        (0, "object", ["as ever", "farewell"]),
        (1 << 30, "nothing", ["as ever"]),
    ],
)
def test_what_has_last_words_says_them(tmp_path: Path, worthwhile: int, held: str, said: list[str]) -> None:
    """Where a file is open, or an object has a finaliser, all goes as ever; else nothing is parted, threads or not."""
    arguments = [sys.executable, "-c", PROGRAM, str(tmp_path / "file"), str(worthwhile), held]
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "plugins")}
    done = subprocess.run(arguments, capture_output=True, text=True, check=True, env=environ)
    assert done.stdout.split("\n")[:-1] == said
