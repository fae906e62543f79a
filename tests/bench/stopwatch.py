"""Runs a command and writes down what it took: `python -I -S stopwatch.py FIGURES COMMAND...`.

A process of its own, with as little in it as can be: on Linux the peak of a child's memory is never less than that of
the process which started it. FIGURES gets JSON: `code` (exit code), `wall` and `cpu` (seconds), `peak` (bytes). They
are those of the process and of all of its children that it waited for; the peak is that of the largest one.
"""

import json
import os
import subprocess
import sys
import time


def main() -> None:
    """Runs it."""
    began = time.perf_counter()
    child = subprocess.Popen(sys.argv[2:])
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    figures = {"code": child.returncode, "wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak": peak}
    with open(sys.argv[1], "w", encoding="utf-8") as file:  # noqa: PTH123 - pathlib is as much to load as all the rest
        json.dump(figures, file)


if __name__ == "__main__":
    main()
