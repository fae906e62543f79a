"""A task of the plugin's, as the console command runs it: `python -m bench.task refresh`.

`--loaded FILE` before the task writes the names of the modules that it had loaded at its end, in their order, as JSON;
`--load FILE` loads just these: what starting and importing costs is then known without the work.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
from pathlib import Path


def main(arguments: list[str]) -> None:
    """Runs it."""
    if arguments[0] == "--load":
        for name in json.loads(Path(arguments[1]).read_text("utf-8")):
            with contextlib.suppress(ImportError):  # a settings file, say, is loaded under a name of its own
                importlib.import_module(name)
        return
    from conversation.tasks import program  # noqa: PLC0415 - not for those who only load

    if arguments[0] != "--loaded":
        program.run(["pelican-conversation", *arguments])
        return
    try:
        program.run(["pelican-conversation", *arguments[2:]])
    finally:
        names = [name for name in sys.modules if name not in {"__main__", "bench", "bench.task"}]
        Path(arguments[1]).write_text(json.dumps(names), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
