"""Sites of Pelican's, made to be built: a folder with settings, and the command that builds it."""

from __future__ import annotations

import dataclasses
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from blog import ROOT

from . import checks
from .dataset import SITE
from .processes import CORES, Command, Figures, measure

__all__ = [
    "ARCHIVES",
    "COMMONS",
    "ENVIRON",
    "INCREMENTAL",
    "PLAIN",
    "PLUGINS",
    "STORE",
    "Site",
    "Theme",
    "has_incremental",
    "pelican",
    "task",
]

HERE = Path(__file__).resolve().parent
PLUGINS = ROOT / "plugins"
#: The plugin that skips what did not change.
INCREMENTAL = "incremental"
ENVIRON = {"PYTHONPATH": os.pathsep.join([str(PLUGINS), str(HERE.parent)])}
STORE = "conversation.sqlite"
CONF = "pelicanconf.py"

#: The same as in all other generators: posts, tags and categories by their names, one feed of twenty posts.
SETTINGS: dict[str, Any] = {
    "SITENAME": "A blog",
    "AUTHOR": "Pat Doe",
    "OUTPUT_PATH": "output",
    "DEFAULT_LANG": "en",
    "SITEURL": SITE,
    "TIMEZONE": "UTC",
    "DEFAULT_PAGINATION": False,
    "ARTICLE_PATHS": ["posts"],
    "ARTICLE_URL": "posts/{slug}/",
    "ARTICLE_SAVE_AS": "posts/{slug}/index.html",
    "TAG_URL": "tags/{slug}/",
    "TAG_SAVE_AS": "tags/{slug}/index.html",
    "CATEGORY_URL": "categories/{slug}/",
    "CATEGORY_SAVE_AS": "categories/{slug}/index.html",
    "AUTHOR_SAVE_AS": "",
    "DIRECT_TEMPLATES": ["index"],
    "FEED_ALL_ATOM": "feed.xml",
    "CATEGORY_FEED_ATOM": None,
    "AUTHOR_FEED_ATOM": None,
    "AUTHOR_FEED_RSS": None,
    "TRANSLATION_FEED_ATOM": None,
    "FEED_MAX_ITEMS": 20,
    "WITH_FUTURE_DATES": True,
}
ARCHIVES = {
    "YEAR_ARCHIVE_SAVE_AS": "{date:%Y}/index.html",
    "YEAR_ARCHIVE_URL": "{date:%Y}/",
    "MONTH_ARCHIVE_SAVE_AS": "{date:%Y}/{date:%m}/index.html",
    "MONTH_ARCHIVE_URL": "{date:%Y}/{date:%m}/",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Theme:
    """A theme to build with, and the settings that it is made for."""

    folder: Path
    settings: dict[str, Any] = dataclasses.field(default_factory=dict)


PLAIN = Theme(HERE / "theme")
#: The theme of the sample blog, with its pages of ten posts and its lists of everything.
COMMONS = Theme(
    ROOT / "themes" / "commons",
    {"DEFAULT_PAGINATION": 10, "DIRECT_TEMPLATES": ["index", "tags", "categories", "archives"], **ARCHIVES},
)


@dataclasses.dataclass(frozen=True, slots=True)
class Site:
    """A site that `command` builds into `output`; `laid` are the names in its folder that no build has made.

    `counting` tells how many interactions a page of it shows.
    """

    command: Command
    laid: frozenset[str]
    counting: checks.Counting
    output: Path

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.command.folder

    def clear(self) -> None:
        """Removes all that builds have made: output, caches, whatever else."""
        for path in self.folder.iterdir():
            if path.name in self.laid:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    def cold(self, cores: int = CORES) -> Figures:
        """A build with nothing to build on."""
        self.clear()
        return self.build(cores)

    def once_built(self, change: Callable[[], None] | None = None) -> Callable[[], None]:
        """What has to be done before a build is measured that follows another one, with a change in between."""

        def prepare() -> None:
            if not self.output.is_dir():
                self.build()
            if change:
                change()

        return prepare

    def once_refreshed(self, change: Callable[[], None] | None = None) -> Callable[[], None]:
        """The same of a refresh: what the first one writes down for the next is there already."""

        def prepare() -> None:
            self.once_built()()
            measure(task(self.folder, "refresh"))
            if change:
                change()

        return prepare

    def build(self, cores: int = CORES) -> Figures:
        """A build on what is there."""
        return measure(self.command, cores)


def has_incremental() -> bool:
    """Whether that plugin is there."""
    return (PLUGINS / INCREMENTAL / "__init__.py").is_file()


def pelican(
    folder: Path,
    plugins: Sequence[str] = (),
    theme: Theme = PLAIN,
    *,
    counting: checks.Counting = checks.nothing,
    **settings: Any,  # noqa: ANN401 - any setting of Pelican's
) -> Site:
    """A site of Pelican's in `folder`, which is made, with `settings` beside those that all have."""
    places = {"PLUGIN_PATHS": [str(PLUGINS), str(HERE / "plugins")], "CACHE_PATH": "cache", "THEME": str(theme.folder)}
    said = {**SETTINGS, **places, **theme.settings, "PLUGINS": list(plugins), **settings}
    folder.mkdir(parents=True)
    (folder / CONF).write_text("".join(f"{name} = {value!r}\n" for name, value in said.items()), encoding="utf-8")
    words = [sys.executable, "-m", "pelican", "--settings", CONF]
    return Site(Command(words, folder, ENVIRON), frozenset({CONF, STORE}), counting, folder / "output")


def task(folder: Path, *arguments: str) -> Command:
    """A task of the plugin's in a site's folder, as the console command runs it."""
    return Command([sys.executable, "-m", "bench.task", *arguments], folder, ENVIRON)
