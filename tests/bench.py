"""How long things take, side by side in one run: `invoke bench`. Medians; ratios say more than seconds."""

from __future__ import annotations

import dataclasses
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from blog import ROOT, Blog, mention

RUNS = 7
POSTS = 100
ACTS_PER_POST = 8


@dataclasses.dataclass(frozen=True)
class Row:
    """One thing that is timed: what, and how; compared with the row named `against`."""

    what: str
    run: Callable[[], object]
    against: str = ""


def python(code: str) -> Callable[[], object]:
    """A whole Python process that runs `code`."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "plugins")}
    return lambda: subprocess.run([sys.executable, "-c", code], env=environ, check=True)


def blog(folder: Path, *, plugin: bool, acts: int) -> Callable[[], object]:
    """A build of a blog, from an empty output folder and a full store, as a whole process."""
    made = Blog(folder, DELETE_OUTPUT_DIRECTORY=True, PLUGINS=["conversation"] if plugin else [])
    for number in range(POSTS):
        made.write(f"post-{number}.md", "Some words. " * 300)
    if plugin:
        targets = [f"https://e.example/post-{number}.html" for number in range(POSTS) for _ in range(acts)]
        made.archive([mention(number, target=target) for number, target in enumerate(targets)])
        made.pelican()

    def run() -> None:
        done = made.pelican()
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)

    return run


def rows(folder: Path) -> Sequence[Row]:
    """All that is timed."""
    pelican, plain = "import pelican", f"build of {POSTS} posts, plain Pelican"
    return [
        Row(pelican, python("import pelican")),
        Row("… and the plugin, inert", python("import pelican, conversation"), pelican),
        Row("… and the plugin at work", python("import pelican, conversation.generator"), pelican),
        Row(plain, blog(folder / "plain", plugin=False, acts=0)),
        Row("… with the plugin, no interactions", blog(folder / "none", plugin=True, acts=0), plain),
        Row(
            f"… with {ACTS_PER_POST} interactions a post", blog(folder / "acts", plugin=True, acts=ACTS_PER_POST), plain
        ),
    ]


def measure(timed: Sequence[Row]) -> dict[str, float]:
    """The median of `RUNS` runs of each, taken in turn, so that a busy machine is busy for all."""
    seconds: dict[str, list[float]] = {row.what: [] for row in timed}
    for _ in range(RUNS):
        for row in timed:
            began = time.perf_counter()
            row.run()
            seconds[row.what].append(time.perf_counter() - began)
    return {what: statistics.median(taken) for what, taken in seconds.items()}


def main() -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory() as folder:
        timed = rows(Path(folder))
        medians = measure(timed)
    table = Table("what", "seconds", "more", "ratio", box=None)
    for row in timed:
        base = medians.get(row.against)
        more = f"{1000 * (medians[row.what] - base):+.0f} ms" if base else ""
        table.add_row(row.what, f"{medians[row.what]:.3f}", more, f"×{medians[row.what] / base:.2f}" if base else "")
    Console().print(table)


if __name__ == "__main__":
    main()
