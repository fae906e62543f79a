"""A blog opened for a task: its settings, its store and, where a task needs them, its posts."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pelican import Pelican
from pelican.generators import ArticlesGenerator, PagesGenerator
from pelican.settings import read_settings

from . import exchange
from .acts import Problem
from .assembly import Assembly, newest_moment
from .clients import cache_of, client_for, passing_client_for
from .contents import posts_of, readable_contents
from .errors import ArchiveError, ConversationError
from .pictures import Errand, Refreshed, refresh
from .posts import Post
from .pull import Outcome, Plan, Pull
from .settings import Settings, environment, load
from .store import Changes, Store
from .strangers import plugins_of

__all__ = ["Workshop", "cache_of", "client_for", "configured", "passing_client_for"]

#: Fewer posts than this are asked about so soon that nobody needs to be told how far it is.
MANY = 100
#: Seconds that a pull of its own takes at most: a service that never ends must not keep a nightly job from ending.
PATIENCE = 3_600.0


def configured(path: Path) -> tuple[dict[str, Any], Settings]:
    """Pelican's settings and ours in the settings file `path`. Raises SettingsError."""
    pelican_settings = read_settings(str(path))
    environ = environment(path.parent, os.environ)
    return pelican_settings, load(pelican_settings, root=path.parent, files=[path], environ=environ)


class Workshop:
    """What a task works with. Made by `Workshop.open`."""

    def __init__(self, pelican_settings: dict[str, Any], settings: Settings, store: Store) -> None:
        self.pelican_settings = pelican_settings
        self.settings = settings
        self.store = store
        self._requests = 0

    @classmethod
    @contextlib.contextmanager
    def open(cls, path: Path) -> Iterator[Workshop]:
        """Opens the blog whose settings file is `path`. Raises ConversationError."""
        pelican_settings, settings = configured(path)
        with Store.open(settings.store, settings.root) as store:
            yield cls(pelican_settings, settings, store)

    @property
    def is_enabled(self) -> bool:
        """Whether builds use the plugin: it is among PLUGINS, or that is unset and Pelican takes what is installed."""
        listed = self.pelican_settings.get("PLUGINS") is not None
        return not listed or __package__.rpartition(".")[2] in plugins_of(self.pelican_settings)

    @property
    def content(self) -> Path:
        """The folder with the blogger's posts."""
        return Path(self.pelican_settings["PATH"])

    @property
    def output(self) -> Path:
        """The folder that the site is built into."""
        return Path(self.pelican_settings["OUTPUT_PATH"])

    @cached_property
    def posts(self) -> tuple[Post, ...]:
        """The site's posts as they are now: content is read as a build reads it, and nothing is written."""
        site = Pelican(self.pelican_settings)
        context: dict[str, Any] = {
            **site.settings,
            "generated_content": {},
            "static_links": set(),
            "static_content": {},
        }
        context["localsiteurl"] = site.settings["SITEURL"]
        for kind in (ArticlesGenerator, PagesGenerator):
            generator = kind(
                context=context,
                settings=site.settings,
                path=site.path,
                theme=site.theme,
                output_path=site.output_path,
            )
            generator.generate_context()
        contents = readable_contents(context)
        return tuple(post for _, post in posts_of(contents, self.settings.siteurl, self.settings.timezone))

    @cached_property
    def assembly(self) -> Assembly:
        """Posts and acts put together, as the next build would."""
        return Assembly(self.settings, self.store, self.posts, newest_moment(self.store, self.posts))

    def pull(self, *, only: Collection[str], full: bool, rest: bool = False) -> list[Outcome]:
        """Pulls the sources (all of them, or `only` those), whether due or not, and shows how far it is.

        No build waits for it, so that no CONVERSATION_DEADLINE ends it. The `rest` is what is due or was left, and no
        CONVERSATION_BUDGET ends that either. Raises ConversationError where somebody ends it by Ctrl-C.
        """
        settings, posts = self.settings, self.posts
        policy, budget = ("due", 0) if rest else ("always", settings.budget)
        plan = Plan(policy, PATIENCE, "the longest that a pull takes", full=full, only=only, budget=budget)
        with client_for(settings, unlimited=rest) as client:
            pull = Pull(settings.sources, self.store, client, plan, sites=settings.siteurls, now=datetime.now(UTC))
            pull.start(posts)
            pull.posts(posts)
            try:
                outcomes = _watched(pull)
            except KeyboardInterrupt:
                pull.stop()
                raise ConversationError("Stopped. What was told is kept; `pull --rest` goes on there.") from None
            self._requests = 0 if rest else client.requests
        self.store.save_posts(posts)
        return outcomes

    def fetch_pictures(self) -> Refreshed:
        """Fetches the pictures of people that are due, after a pull; those that nobody has any more go."""
        wanted = self.assembly.faces if self.settings.pictures else frozenset()
        told = refresh(self.settings, self.store, wanted, Errand(datetime.now(UTC), requests=self._requests))
        self.store.keep_pictures(wanted)
        return told

    def take(self, file: Path) -> tuple[str, Changes, list[Problem]]:
        """Takes an archive or an export into the store; returns what it is, what changed and what could not be taken.

        Raises ArchiveError where it is neither.
        """
        from .sources import archive  # noqa: PLC0415 - builds read no archive of this kind

        if exchange.is_export_file(file):
            return "an export of this plugin's store", exchange.load_export(self.store, file), []
        kind = archive.recognise(file)
        name = f"import:{kind}"
        now = datetime.now(UTC)
        number = self.store.begin(name, now)
        problems: list[Problem] = []
        total, pulled = Changes(), None
        try:
            for batch in archive.read(file, name, now, self.settings.siteurl):
                total += self.store.commit(number, name, batch, now)
                problems += batch.problems
                pulled = batch.pulled or pulled
        except ArchiveError as error:
            self.store.end(number, name, now, error=str(error), pulled=None)
            raise
        self.store.end(number, name, now, error=None, pulled=pulled)
        return kind, total, problems


def _watched(pull: Pull) -> list[Outcome]:
    """Waits for the sources: with a bar on a terminal, elsewhere with a line for every tenth of many posts."""
    from rich.console import Console  # noqa: PLC0415 - `refresh` shows no bar
    from rich.progress import (  # noqa: PLC0415 - likewise
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    console = Console(stderr=True, highlight=False)
    columns = (TextColumn("Asking about posts"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("pull", total=None)
        tenths = 0

        def show(*_: int) -> None:
            nonlocal tenths
            at = pull.standing
            progress.update(bar, completed=at.asked, total=at.posts or None)
            done = 10 * at.asked // at.posts if at.posts >= MANY else 0
            if done > tenths and not console.is_terminal:
                console.print(f"asked about {at.asked:,} of {at.posts:,} posts", soft_wrap=True)
            tenths = max(done, tenths)

        return pull.finish(show)
