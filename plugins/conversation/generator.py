"""Pelican's side: pulls while content is read, attaches conversations before pages are rendered.

The order of a run is Pelican's: `__init__` of all generators, `generate_context` of all (ours comes after articles and
pages), `generate_output` of all.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import markdown
from markupsafe import Markup
from pelican.generators import ArticlesGenerator, Generator, PagesGenerator
from pelican.log import console
from pelican.writers import Writer

from .almanac import Almanac, path_of
from .built import code_of, state_of, wanted
from .clients import cache_of, client_for
from .contents import posts_of, readable_contents, settings_files, settings_folder
from .edition import make
from .errors import ConversationError
from .languages import Languages, pure, speak, speaks
from .leaves import digest
from .notices import outcome_line, waiting_line
from .pictures import Album, Errand, album_of, refresh
from .placement import add_templates, place_sidebar
from .press import name_feeds, write
from .pull import Outcome, Plan, Pull
from .remembered import Remembered
from .reprints import Reprints
from .settings import Settings, environment, load
from .sharing import shared_by
from .splice import LASTING, Notebook
from .store import Store
from .strangers import plugins_of, strangers_in
from .turns import turn

__all__ = ["ConversationGenerator", "clearly", "in_turn", "languages_of", "note", "prepare", "settings_of", "teach"]

logger = logging.getLogger(__name__)

#: More lines than this about one source's problems help nobody: `status` lists them all.
PROBLEMS_SHOWN = 5


@contextlib.contextmanager
def clearly() -> Iterator[None]:
    """Ends the build with one clear line where the blogger can mend it; Pelican would print a traceback."""
    try:
        yield
    except ConversationError as error:
        logger.critical("%s", error)
        raise SystemExit(error.exitcode) from None


def settings_of(settings: Mapping[str, Any]) -> Settings:
    """The plugin's settings out of Pelican's. Raises SettingsError."""
    root = settings_folder(settings)
    return load(settings, root=root, files=settings_files(settings), environ=environment(root, os.environ))


def in_turn(run: Callable[[], None], ours: Settings) -> Callable[[], None]:
    """The same run of Pelican, once nobody else builds the blog."""

    def alone() -> None:
        with ExitStack() as stack:
            with clearly():
                stack.enter_context(turn(cache_of(ours), partial(console.print, markup=False)))
            run()

    return alone


def prepare(generator: Generator) -> None:
    """Gives a generator's templates the plugin's partials and filters; those of articles and pages get the sidebar."""
    add_templates(generator.env)
    generator.env.filters["conversation_iso"] = pure(lambda when: when.isoformat())
    teach(generator)
    if isinstance(generator, ArticlesGenerator | PagesGenerator):
        place_sidebar(generator)


def teach(generator: Generator) -> None:
    """Lets a generator's templates speak the language of each page; the site's and the theme's own sentences win."""
    if not speaks(generator.env):
        speak(generator.env, _languages(generator))


def note(generators: Sequence[Generator]) -> None:
    """Has it noted or kept what the templates of all generators say of conversations, where that is wanted."""
    ours = [one for one in generators if isinstance(one, ConversationGenerator)]
    watchers: list[Notebook | Reprints] = [one for our in ours if (one := our.notebook or our.reprints)]
    for watcher in watchers:
        for generator in generators:
            watcher.watch(generator.env)


class ConversationGenerator(Generator):
    """The one generator that covers the way from the sources to the pages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        with clearly():
            self.ours = settings_of(self.settings)
            _languages(self).check()
            self.store = Store.open(self.ours.store, self.ours.root)
            if self.store.set_aside:
                logger.warning("The store was damaged. It is kept as %s; a new one was begun.", self.store.set_aside)
            self._almanac = Almanac(path_of(self.ours.root))
            self.client = client_for(self.ours)
            #: What is noted for the task `refresh`, where the site is refreshed at times.
            self.notebook = Notebook(cache_of(self.ours), self.settings) if wanted(cache_of(self.ours)) else None
            #: What was made of conversations, where all pages are rendered in each build.
            self.reprints: Reprints | None = None
            self._begun = datetime.now(UTC)
            plan = Plan(policy=self.ours.pull, deadline=self.ours.deadline, budget=self.ours.budget)
            sites = self.ours.siteurls
            self.pull = Pull(self.ours.sources, self.store, self.client, plan, sites=sites, now=self._begun)
            self.pull.start(tuple(self.store.posts()) if self.pull.asks else ())

    def generate_context(self) -> None:
        """Attaches `conversation` to every article and page, after all of them were read and before any is rendered."""
        with clearly(), self.store, self.client:
            self._pairs = list(posts_of(readable_contents(self.context), self.ours.siteurl, self.ours.timezone))
            posts = tuple(post for _, post in self._pairs)
            ends = time.monotonic() + self.ours.deadline
            self.pull.posts(posts)
            self._report(_with_progress(self.pull))
            versions = self.store.versions()
            if self.notebook:  # before anything is made of it: what comes later is not shown
                self._state = state_of(self.store, posts, versions, self.ours)
            self._edition = edition = make(
                self.ours,
                self.store,
                posts,
                self._almanac,
                languages=_languages(self),
                sitename=self.settings["SITENAME"],
                pictures=lambda assembly: self._pictures(assembly, ends - time.monotonic()),
                versions=versions,
                share=shared_by(self),
            )
            if self.notebook:
                self._kept_pictures = self.store.picture_number()
            for content, post in self._pairs:
                content.conversation = self._living(edition.assembly.conversations[post.url], post.url)
            for problem in edition.assembly.problems:
                logger.warning("%s", problem)
            if waiting := waiting_line(*edition.assembly.waiting_numbers):
                console.print(waiting, markup=False)
            if not self.notebook and "incremental" not in plugins_of(self.settings):
                making = digest(code_of(self.settings, self.ours), edition.languages.fingerprint)
                self.reprints = Reprints(self._almanac, self.settings, making, cache_of(self.ours))
            self._almanac.rest()
        told = edition.variables
        self.context |= {name: self._living(one, name) if name in LASTING else one for name, one in told.items()}
        self.context.setdefault("CONVERSATION_LEDGER_URL", self.ours.ledger_url)
        name_feeds(self.ours, self._pairs)

    def generate_output(self, writer: Writer) -> None:
        """Writes the plugin's style sheets, pages and feeds."""
        with clearly():
            # What is open is of no use to processes that go on from here.
            self._almanac.rest()
            self.store.close()
            write(self._edition, self._pairs, self, writer, help_html=self._help(), living=self._living)
            if self.notebook:
                inputs, sources = self.notebook.inputs(self.env), self.context["generated_content"]
                strangers = strangers_in(self.settings, inputs, sources, self.ours.unconcerned)
                keys = self._edition.keys
                self.notebook.close(keys, self._pairs, strangers, self._state, self._kept_pictures)
            if self.reprints:
                self.reprints.close()
            self._almanac.rest()
            self.store.close()

    def _living(self, thing: Any, name: str) -> Any:
        """The same thing; where that is wanted, it is noted who reads it."""
        return self.notebook.living(thing, name) if self.notebook else thing

    def _pictures(self, assembly: Remembered, seconds: float) -> Album:
        """The pictures of the people who are shown by name; for those that are due there are so many seconds."""
        wanted = assembly.faces if self.ours.pictures else frozenset()
        if self.ours.pull != "never":
            told = refresh(self.ours, self.store, wanted, Errand(self._begun, seconds, self.client.requests))
            if told.line:
                console.print(told.line, markup=False)
        return album_of(self.store, wanted)

    def _report(self, outcomes: list[Outcome]) -> None:
        """Says what came of the sources; with CONVERSATION_STRICT a source that failed ends the build."""
        for outcome in outcomes:
            for problem in outcome.problems[:PROBLEMS_SHOWN]:
                known = str(problem).startswith(outcome.name)
                logger.warning("%s", problem if known else f"{outcome.name}: {problem}")
            if len(outcome.problems) > PROBLEMS_SHOWN:
                more = len(outcome.problems) - PROBLEMS_SHOWN
                logger.warning("%s: %d more problems; the task `status` lists them all.", outcome.name, more)
            if outcome.error:
                logger.warning("%s: %s Its last known state is shown.", outcome.name, outcome.error)
            elif outcome.changes.any or outcome.left is not None:
                console.print(outcome_line(outcome), markup=False)
        failed = [outcome.name for outcome in outcomes if outcome.error]
        if failed and self.ours.strict:
            raise ConversationError(f"CONVERSATION_STRICT is set, and could not be pulled: {', '.join(failed)}.")

    def _help(self) -> Markup:
        """The blogger's own "How can I help you?": a page's text, or the Markdown in the setting itself."""
        source = self.ours.help.strip()
        page = self.context["generated_content"].get(source)
        return Markup(page.content if page is not None else markdown.markdown(source))  # noqa: S704 - the blogger's own


def _languages(generator: Generator) -> Languages:
    """The languages that ship with the plugin, and those beside the settings and in the theme."""
    return languages_of(generator.settings, generator.theme)


def languages_of(settings: Mapping[str, Any], theme: str) -> Languages:
    """Those of a site with these settings and the theme in this folder."""
    folders = (settings_folder(settings), Path(theme))
    return Languages(settings["DEFAULT_LANG"], [folder / "translations" for folder in folders])


def _with_progress(pull: Pull) -> list[Outcome]:
    """Waits for the sources, with a bar on a terminal and without a word elsewhere."""
    if not (console.is_terminal and pull.asks):
        return pull.finish()
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415 - for whoever looks on

    columns = (TextColumn("Asking who answered"), BarColumn(), MofNCompleteColumn(), TextColumn("sources"))
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("pull", total=None)
        return pull.finish(lambda done, of: progress.update(bar, completed=done, total=of))
