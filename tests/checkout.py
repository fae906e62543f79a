"""A copy of this repository as a blogger has it, with a small content folder, for the tasks that write."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from blog import ROOT

__all__ = ["Checkout"]

#: Said at the end of the settings: the sample's archives and pages are not in this copy.
SMALL = """
CONVERSATION_SOURCES = []
CONVERSATION_HELP = ""
"""


class Checkout:
    """The repository's own tasks, settings, theme and plugin in `folder`, with two posts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder / "output"
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("plugins", "themes"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("tasks.py", "pelicanconf.py", "publishconf.py"):
            shutil.copy(ROOT / name, folder / name)
        self.add("pelicanconf.py", SMALL)
        self.post("tea", "Tea is **ready**.")
        self.post("bread", "Bread is **rising**.")

    def post(self, slug: str, text: str) -> Path:
        """Writes content/posts/SLUG.md."""
        path = self.folder / "content" / "posts" / f"{slug}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Title: On {slug}\nDate: 2026-05-02 12:00\nSlug: {slug}\nSummary: S.\n\n{text}\n", "utf-8")
        return path

    def add(self, name: str, text: str) -> None:
        """Adds lines to a settings file."""
        with (self.folder / name).open("a", encoding="utf-8") as file:
            file.write(text)

    def invoke(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Runs `invoke` in the folder, as a user would."""
        return subprocess.run(
            self.command(*arguments), cwd=self.folder, env=self.environ(environ), timeout=120, check=False,
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
        )  # fmt: skip

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts `invoke` in the folder; its words, of both kinds, come from `stdout`. The caller ends it."""
        return subprocess.Popen(
            self.command(*arguments), cwd=self.folder, env=self.environ({}), text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    @staticmethod
    def command(*arguments: str) -> list[str]:
        """The words of a command line."""
        return [sys.executable, "-m", "invoke", *arguments]

    @staticmethod
    def environ(more: Mapping[str, str]) -> dict[str, str]:
        """Wide lines without colours, at once; this repository is not on the path."""
        environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return environ | {"COLUMNS": "300", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"} | dict(more)
