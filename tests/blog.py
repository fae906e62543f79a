"""Small blogs for tests: written into a folder, built in this process or by the command that a user types."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pelican import Pelican
from pelican.settings import read_settings

ROOT = Path(__file__).resolve().parent.parent
SITE = "https://e.example"
#: The console command, as pip makes it.
COMMAND = "import sys; from conversation.tasks import program; program.run(['pelican-conversation', *sys.argv[1:]])"
#: Some themes write the attributes of all elements anew, in the order of the alphabet.
ASIDE = re.compile(r'<aside\b(?=[^>]*\sclass="conversation")[^>]*>')


class Blog:
    """A blog in `folder`: `write` its posts, `configure` it, `build` it, read what came out."""

    def __init__(self, folder: Path, **settings: Any) -> None:  # noqa: ANN401 - any setting of Pelican's
        self.folder = folder
        self.output = folder / "output"
        self.settings: dict[str, Any] = {
            "AUTHOR": "Ada",
            "SITENAME": "A blog",
            "SITEURL": SITE,
            "PATH": "content",
            "OUTPUT_PATH": "output",
            "TIMEZONE": "Europe/Berlin",
            "DEFAULT_LANG": "en",
            "THEME": "simple",
            "PLUGIN_PATHS": [str(ROOT / "plugins")],
            "PLUGINS": ["conversation"],
            "FEED_ALL_ATOM": "feeds/all.atom.xml",
            "CATEGORY_FEED_ATOM": None,
            "AUTHOR_FEED_ATOM": None,
            "AUTHOR_FEED_RSS": None,
            "TRANSLATION_FEED_ATOM": None,
        }
        (folder / "content").mkdir(parents=True, exist_ok=True)
        self.configure(**settings)

    def configure(self, **settings: Any) -> Blog:  # noqa: ANN401
        """Adds settings and writes pelicanconf.py anew; a setting of None is left out."""
        self.settings |= settings
        lines = [f"{name} = {value!r}" for name, value in self.settings.items() if value is not None]
        self.conf.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return self

    @property
    def conf(self) -> Path:
        """The settings file."""
        return self.folder / "pelicanconf.py"

    def write(self, name: str, text: str = "Words.", **fields: str) -> Blog:
        """Writes a Markdown file below content/; a title and a date are given where `fields` has none."""
        stem = Path(name).stem
        fields = {"title": f"Title of {stem}", "date": "2026-05-02 12:00", "slug": stem} | fields
        path = self.folder / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        front = "\n".join(f"{key}: {value}" for key, value in fields.items())
        path.write_text(f"{front}\n\n{text}\n", encoding="utf-8")
        return self

    def archive(self, entries: list[dict[str, Any]], name: str = "mentions.json") -> Blog:
        """Writes a JF2 archive beside the settings and makes it a source."""
        (self.folder / name).write_text(json.dumps({"type": "feed", "children": entries}), encoding="utf-8")
        sources = [*self.settings.get("CONVERSATION_SOURCES", []), {"source": "archive", "path": name}]
        return self.configure(CONVERSATION_SOURCES=sources)

    def build(self) -> Blog:
        """Builds in this process."""
        Pelican(read_settings(str(self.conf))).run()
        return self

    def run(self, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Runs the plugin's command in the blog's folder, as a user would."""
        return self._run([sys.executable, "-c", COMMAND, *arguments], env)

    def run_unread(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs the plugin's command with its output going to a program that reads no more."""
        unread, output = os.pipe()
        os.close(unread)
        try:
            return self._run([sys.executable, "-c", COMMAND, *arguments], None, output)
        finally:
            os.close(output)

    def pelican(self, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Runs Pelican's own command."""
        return self._run([sys.executable, "-m", "pelican", "-s", "pelicanconf.py", *arguments], env)

    def _run(
        self, command: list[str], env: Mapping[str, str] | None, output: int = subprocess.PIPE
    ) -> subprocess.CompletedProcess[str]:
        environ = {**os.environ, "PYTHONPATH": str(ROOT / "plugins"), "COLUMNS": "300", "NO_COLOR": "1", **(env or {})}
        return subprocess.run(
            command, cwd=self.folder, env=environ, stdout=output, stderr=subprocess.PIPE, text=True, timeout=120,
            check=False,
        )  # fmt: skip

    def page(self, path: str) -> str:
        """A file of the site, as text."""
        return (self.output / path).read_text(encoding="utf-8")

    def ledger(self) -> dict[str, Any]:
        """The site's ledger.json."""
        loaded: dict[str, Any] = json.loads(self.page("giving-receiving/ledger.json"))
        return loaded

    def counts(self, path: str) -> dict[str, int]:
        """The five numbers on a page, by name."""
        (aside,) = ASIDE.findall(self.page(path))
        return {name: int(re.findall(rf'data-{name}="(\d+)"', aside)[0]) for name in NUMBERS}

    def files(self) -> dict[str, bytes]:
        """Everything that was written, by path."""
        return {str(p.relative_to(self.output)): p.read_bytes() for p in sorted(self.output.rglob("*")) if p.is_file()}


NUMBERS = ("comments", "shares", "mentions", "likes", "bookmarks")


def mention(number: int, prop: str = "in-reply-to", target: str = f"{SITE}/a.html", **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """An entry as webmention.io tells it."""
    url = f"https://p{number}.example/notes/{number}"
    entry = {
        "type": "entry",
        "author": {"type": "card", "name": f"Person {number}", "photo": "", "url": f"https://p{number}.example/"},
        "url": url,
        "published": f"2026-05-{3 + number % 25:02d}T10:00:00+02:00",
        "wm-received": f"2026-05-{3 + number % 25:02d}T09:00:00Z",
        "wm-id": number,
        "wm-source": url,
        "wm-target": target,
        "wm-property": prop,
        "wm-private": False,
        prop: target,
    }
    if prop not in {"like-of", "repost-of", "bookmark-of"}:
        entry["content"] = {"text": f"Words of person {number}.", "html": f"<p>Words of person {number}.</p>"}
    return entry | more
