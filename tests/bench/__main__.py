"""The command line: `python -m bench`. `invoke bench` calls it, and its help says what the options mean."""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import date
from pathlib import Path

from rich.console import Console

from blog import ROOT

from . import machine, peers, report
from .running import Wish, run

PROFILES = ROOT / ".cache" / "bench"


def main() -> None:
    """Measures, prints the tables and writes the page. Exits with 1 where a built site is not what it should be."""
    options = _options()
    wish = Wish(
        sizes=options.sizes,
        runs=options.runs,
        peers=options.peers,
        only=options.only,
        profile=options.profile,
        profiles=PROFILES,
    )
    on = machine.described()
    if wish.peers:
        peers.install()
        on.append(", ".join(peers.versions().values()))
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(wish, Path(folder), lambda line: sys.stderr.write(f"{line}\n"))
    report.show(outcome.sheets, Console(width=None if sys.stdout.isatty() else 140))
    if options.page:
        text = report.page(outcome.sheets, on, outcome.faults, wish.runs, date.today())  # noqa: DTZ011 - the reader's day
        Path(options.page).write_text(text, encoding="utf-8")
    if outcome.faults:
        raise SystemExit("\n".join(["These sites are not what they should be:", *outcome.faults]))


def _options() -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--sizes", type=_sizes, default=Wish().sizes)
    parser.add_argument("--runs", type=int, default=Wish().runs)
    parser.add_argument("--only", type=_several, default=[])
    parser.add_argument("--profile", type=_several, default=[])
    parser.add_argument("--page", default="")
    return parser.parse_args()


def _sizes(text: str) -> list[int]:
    return [int(part) for part in _several(text)]


def _several(text: str) -> list[str]:
    """What stands between commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


if __name__ == "__main__":
    main()
