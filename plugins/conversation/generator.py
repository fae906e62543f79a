"""Pelican's side: pulls while content is read, attaches conversations before pages are rendered.

The order of a run is Pelican's: `__init__` of all generators, `generate_context` of all (ours comes after articles and
pages), `generate_output` of all.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import markdown
from markupsafe import Markup
from pelican.generators import ArticlesGenerator, Generator, PagesGenerator
from pelican.log import console
from pelican.writers import Writer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from . import ledger
from .assembly import Assembly, newest_moment
from .contents import posts_of, readable_contents, settings_files, settings_folder
from .errors import ConversationError
from .placement import add_templates, base_template, place_sidebar, static_files
from .pull import Outcome, Plan, Pull
from .report import outcome_line
from .settings import Settings, environment, load
from .store import Store
from .workshop import client_for

__all__ = ["ConversationGenerator", "clearly", "prepare", "settings_of"]

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


def prepare(generator: Generator) -> None:
    """Gives a generator's templates the plugin's partials and filters; those of articles and pages get the sidebar."""
    add_templates(generator.env)
    generator.env.filters["conversation_date"] = _in_words
    generator.env.filters["conversation_iso"] = datetime.isoformat
    if isinstance(generator, ArticlesGenerator | PagesGenerator):
        place_sidebar(generator)


class ConversationGenerator(Generator):
    """The one generator that covers the way from the sources to the pages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        with clearly():
            self.ours = settings_of(self.settings)
            self.store = Store.open(self.ours.store, self.ours.root)
            if self.store.set_aside:
                logger.warning("The store was damaged. It is kept as %s; a new one was begun.", self.store.set_aside)
            self.client = client_for(self.ours)
            now = datetime.now(UTC)
            plan = Plan(policy=self.ours.pull, deadline=self.ours.deadline, budget=self.ours.budget)
            self.pull = Pull(self.ours.sources, self.store, self.client, plan, sites=self.ours.siteurls, now=now)
            self.pull.start(tuple(self.store.posts()))

    def generate_context(self) -> None:
        """Attaches `conversation` to every article and page, after all of them were read and before any is rendered."""
        with clearly(), self.store, self.client:
            pairs = list(posts_of(readable_contents(self.context), self.ours.siteurl, self.ours.timezone))
            posts = tuple(post for _, post in pairs)
            self.pull.posts(posts)
            self._report(_with_progress(self.pull))
            self.store.save_posts(posts)
            assembly = Assembly(self.ours, self.store, posts, _clock(self.store, posts))
            for content, post in pairs:
                content.conversation = assembly.conversations[post.url]
            self.ledger = assembly.ledger()
            self._unmatched = assembly.unmatched
            self._problems = assembly.matcher.conflicts
        self.context["conversation_endpoint"] = self.ours.webmention
        self.context.setdefault("CONVERSATION_LEDGER_URL", self.ours.ledger_url)

    def generate_output(self, writer: Writer) -> None:
        """Writes the giving / receiving page, its JSON twin and the plugin's style sheets."""
        theme = Path(self.output_path) / self.settings["THEME_STATIC_DIR"]
        theme.mkdir(parents=True, exist_ok=True)
        for sheet in static_files():
            shutil.copyfile(sheet, theme / sheet.name)
        if not self.ours.ledger_save_as:
            return
        writer.write_file(
            self.ours.ledger_save_as,
            self.env.get_template("conversation/ledger.html"),
            self.context,
            relative_urls=self.settings["RELATIVE_URLS"],
            url=self.ours.ledger_url,
            ledger_base=base_template(self.env),
            ledger=ledger.view(self.ledger, unmatched=self._unmatched),
            ledger_json="ledger.json",
            help_html=self._help(),
            contact=list(self.ours.contact.items()),
        )
        folder = Path(self.output_path) / Path(self.ours.ledger_save_as).parent
        _write(folder / "ledger.json", json.dumps(self.ledger.as_json(), ensure_ascii=False, indent=1) + "\n")

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


def _with_progress(pull: Pull) -> list[Outcome]:
    """Waits for the sources, with a bar on a terminal and without a word elsewhere."""
    columns = (TextColumn("Asking who answered"), BarColumn(), MofNCompleteColumn(), TextColumn("sources"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("pull", total=None)
        return pull.finish(lambda done, of: progress.update(bar, completed=done, total=of))


def _clock(store: Store, posts: tuple[Any, ...]) -> datetime:
    """The moment that pages speak of: SOURCE_DATE_EPOCH where that is set, else the newest pull."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch.isdecimal() else newest_moment(store, posts)


def _in_words(when: datetime) -> str:
    """A date as people write it, "3 May 2026", in the locale that Pelican has set."""
    return f"{when.day} {when:%B %Y}"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
