"""A small real site on disk, with one of everything that Pelican knows; tests edit it and build it again."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pelican

from blog import ROOT, SITE, mention
from posts_and_pages import ANCHOR, Source, first_sources
from site_plugins import PLUGINS

__all__ = ["FEEDS", "THEMES", "Site"]

COMMONS = str(ROOT / "themes" / "commons")
SIMPLE = Path(pelican.__file__).parent / "themes" / "simple"
#: `mine` is a copy of `simple` within the site, for edits of templates.
THEMES = ("simple", "notmyidea", "themes/mine", COMMONS)
#: All feeds that Pelican can write.
FEEDS = {
    f"{kind}_{form}": f"feeds/{place}.{form.lower()}.xml"
    for kind, place in {
        "FEED": "some",
        "FEED_ALL": "all",
        "CATEGORY_FEED": "category/{slug}",
        "TAG_FEED": "tag/{slug}",
        "AUTHOR_FEED": "author/{slug}",
        "TRANSLATION_FEED": "all-{lang}",
    }.items()
    for form in ("ATOM", "RSS")
}
SETTINGS: Mapping[str, Any] = {
    "SITENAME": "A blog",
    "SITEURL": SITE,
    "AUTHOR": "Ada",
    "PATH": "content",
    "OUTPUT_PATH": "output",
    "CACHE_PATH": "cache",
    "TIMEZONE": "Europe/Berlin",
    "DEFAULT_LANG": "en",
    "THEME": "simple",
    "ARTICLE_PATHS": ["posts"],
    "STATIC_PATHS": ["images", "extra"],
    "EXTRA_PATH_METADATA": {"extra/robots.txt": {"path": "robots.txt"}},
    "TEMPLATE_PAGES": {"own/all.html": "all.html"},
    "DEFAULT_PAGINATION": 3,
    "YEAR_ARCHIVE_SAVE_AS": "{date:%Y}/index.html",
    "YEAR_ARCHIVE_URL": "{date:%Y}/",
    "MONTH_ARCHIVE_SAVE_AS": "{date:%Y}/{date:%m}/index.html",
    "DAY_ARCHIVE_SAVE_AS": "{date:%Y}/{date:%m}/{date:%d}/index.html",
    "MENUITEMS": [("Home", "/")],
    "SUMMARY_MAX_LENGTH": 12,
    "THEME_TEMPLATES_OVERRIDES": ["overrides"],
    "PLUGIN_PATHS": ["plugins", str(ROOT / "plugins")],
    "CONVERSATION_SOURCES": [{"source": "archive", "path": "mentions.json"}],
    "CONVERSATION_MODERATION": "moderation.toml",
    "CONVERSATION_PICTURES": False,
    **FEEDS,
}
CONF = """\
import os, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from words import shout
JINJA_FILTERS = {"shout": shout}
"""

FILES = {
    "words.py": "def shout(text):\n    return text.upper() + '!'\n",
    "data.txt": "born once",
    "moderation.toml": 'moderation = "open"\n',
    "overrides/README.txt": "Templates that win over the theme's.\n",
    "content/parts/note.txt": "A note that a post includes.\n",
    "content/own/all.html": "{% for article in articles %}{{ article.title }} {{ article.url }}\n{% endfor %}",
    "content/images/a.txt": "picture a",
    "content/images/b.txt": "picture b",
    "content/extra/robots.txt": "User-agent: *\n",
    "content/posts/sub/deep.txt": "deep",
    "content/pages/paper.txt": "paper",
}


class Site:
    """A site in `folder`: `sources` by path below content/, `settings`; what is not in them is on the disk alone."""

    def __init__(self, folder: Path, sources: Iterable[Source] | None = None, **settings: Any) -> None:  # noqa: ANN401
        self.folder = folder
        self.sources: dict[str, Source] = {}
        self.settings: dict[str, Any] = {**SETTINGS, "PLUGINS": []}
        self.numbers = 0
        shutil.copytree(SIMPLE, folder / "themes" / "mine")
        for name, text in (FILES | PLUGINS).items():
            self.put(name, text)
        for source in first_sources() if sources is None else sources:
            self.save(source)
        self.acts = [mention(1), mention(2, "like-of"), mention(3, target=f"{SITE}/post-2.html")]
        self.save_acts()
        self.configure(**settings)

    @property
    def output(self) -> Path:
        """The folder that the site is built into."""
        return self.folder / str(self.settings["OUTPUT_PATH"])

    @property
    def cache(self) -> Path:
        """The folder of what builds remember."""
        return self.folder / str(self.settings["CACHE_PATH"])

    @property
    def posts(self) -> list[Source]:
        """All sources of articles but the first, which every site keeps, in the order of their names."""
        return [one for path, one in sorted(self.sources.items()) if path.startswith("posts/") and path != ANCHOR]

    @property
    def pages(self) -> list[Source]:
        """All sources of pages."""
        return [one for path, one in sorted(self.sources.items()) if path.startswith("pages/")]

    def number(self) -> int:
        """A number that this site never had before: words made of it are new."""
        self.numbers += 1
        return self.numbers

    def configure(self, **settings: Any) -> None:  # noqa: ANN401
        """Adds settings and writes pelicanconf.py; a setting of None is Pelican's own None."""
        self.settings |= settings
        lines = [f"{name} = {value!r}" for name, value in self.settings.items()]
        self.put("pelicanconf.py", CONF + "\n".join(lines) + "\n")

    def put(self, name: str, text: str) -> Path:
        """Writes a file below the site's folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def save(self, source: Source) -> None:
        """Takes a source, or its change, into the site."""
        self.sources[source.path] = source
        self.put(f"content/{source.path}", source.text())

    def remove(self, source: Source) -> None:
        """Takes a source out of the site."""
        del self.sources[source.path]
        (self.folder / "content" / source.path).unlink()

    def keep(self) -> Site:
        """A copy in a folder beside this one, without what builds wrote and remember."""
        beside = self.folder.with_name(f"{self.folder.name}-kept")
        shutil.rmtree(beside, ignore_errors=True)
        shutil.copytree(self.folder, beside, ignore=shutil.ignore_patterns("output", "public", "cache", "*.sqlite*"))
        kept = copy.copy(self)
        kept.sources, kept.settings, kept.acts = dict(self.sources), dict(self.settings), copy.deepcopy(self.acts)
        return kept

    def restore(self, kept: Site) -> None:
        """Brings everything back to what it was when `kept` was made."""
        beside = self.folder.with_name(f"{self.folder.name}-kept")
        for path in beside.iterdir():
            there = self.folder / path.name
            if there.is_dir():
                shutil.rmtree(there)
            if path.is_dir():
                shutil.copytree(path, there)
            else:
                shutil.copy2(path, there)
        self.sources, self.settings, self.acts = dict(kept.sources), dict(kept.settings), copy.deepcopy(kept.acts)

    def save_acts(self) -> None:
        """Writes the archive of what was said about the site."""
        self.put("mentions.json", json.dumps({"type": "feed", "children": self.acts}))
