"""The tasks that the plugin brings: an Invoke collection, and the console command `pelican-conversation` over it.

Each task loads the blog's own settings file and says what it did in words; errors that the blogger can mend are one
line, exit code 1. Wrong usage of the console command is exit code 2.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.metadata
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from invoke import Collection, Context, Exit, ParseError, Program, task

from .errors import ArchiveError, ConversationError

__all__ = ["collection", "program"]

SETTINGS = "pelicanconf.py"
#: Help for options that several tasks share.
_SETTINGS_HELP = "the blog's settings file"


@task(
    help={
        "offline": "use what the store holds; never open a socket",
        "fresh": "ask every source, whatever the schedule says",
        "settings": _SETTINGS_HELP,
        "output": "where to write the site (default: OUTPUT_PATH of the settings)",
        "verbose": "say what is read and written",
    }
)
def build(
    _: Context,
    offline: bool = False,
    fresh: bool = False,
    settings: str = SETTINGS,
    output: str = "",
    verbose: bool = False,
) -> None:
    """Build the site: pull what is due, then let Pelican write every page with its conversation."""
    from pelican import main  # noqa: PLC0415 - only the tasks that need Pelican load it

    if offline and fresh:
        raise Exit("--offline and --fresh contradict each other: choose one.", code=2)
    policy = "never" if offline else "always" if fresh else ""
    arguments = ["--settings", str(_existing(settings))]
    arguments += ["--output", output] if output else []
    arguments += ["--verbose"] if verbose else []
    arguments += ["--extra-settings", f"CONVERSATION_PULL={json.dumps(policy)}"] if policy else []
    main(arguments)


@task(
    help={
        "source": "only this source, by its name in CONVERSATION_SOURCES (may be repeated)",
        "full": "ask for everything again, so that what vanished is noticed",
        "settings": _SETTINGS_HELP,
    },
    iterable=["source"],
)
def pull(_: Context, source: list[str], full: bool = False, settings: str = SETTINGS) -> None:
    """Ask the sources for news and keep it in the store, without building the site."""
    from . import report, workshop  # noqa: PLC0415

    with _clearly(), workshop.Workshop.open(_existing(settings)) as shop:
        unknown = sorted(set(source) - {entry.name for entry in shop.settings.sources})
        if unknown:
            names = ", ".join(entry.name for entry in shop.settings.sources)
            raise ConversationError(f"No source is named {unknown[0]!r}. There are: {names}.")
        outcomes = shop.pull(only=source, full=full)
        for outcome in outcomes:
            print(report.outcome_line(outcome))
        if shop.settings.strict and any(outcome.error for outcome in outcomes):
            raise Exit(code=1)


@task(help={"json": "for scripts: everything as one JSON object", "settings": _SETTINGS_HELP})
def status(_: Context, json: bool = False, settings: str = SETTINGS) -> None:
    """Show what is known: each source and how fresh it is, what came in, what found no post and why."""
    from . import report, workshop  # noqa: PLC0415

    with _clearly(), workshop.Workshop.open(_existing(settings)) as shop:
        state = report.status(shop)
        if json:
            print(_dumps(state))
        else:
            report.show_status(state)


@task(help={"json": "for scripts: everything as one JSON object", "settings": _SETTINGS_HELP})
def doctor(_: Context, json: bool = False, settings: str = SETTINGS) -> None:
    """Examine settings, tokens, sources and addresses, and say what to do; exit code 1 where anything is wrong."""
    from . import doctor as room  # noqa: PLC0415

    with _clearly():
        found = room.examine(_existing(settings))
    well = all(told.well for told in found)
    if json:
        print(_dumps({"well": well, "findings": found}))
    else:
        room.show(found)
    if not well:
        raise Exit(code=1)


@task(help={"url": "an address that somebody used for one of your posts", "settings": _SETTINGS_HELP})
def explain(_: Context, url: str, settings: str = SETTINGS) -> None:
    """Say which post an address means, and the rule that decided; or why it means none."""
    from . import report, workshop  # noqa: PLC0415

    with _clearly(), workshop.Workshop.open(_existing(settings)) as shop:
        for line in report.explanation(shop, url):
            print(line)


@task(
    name="import",
    help={"path": "the archive as you got it: a zip, a folder, or a file out of it", "settings": _SETTINGS_HELP},
)
def import_(_: Context, path: str, settings: str = SETTINGS) -> None:
    """Take an archive into the store for good; taking it twice adds nothing."""
    from . import report, workshop  # noqa: PLC0415

    with _clearly(), workshop.Workshop.open(_existing(settings)) as shop:
        file = Path(path)
        if not file.exists():
            raise ArchiveError(f"There is no {path} here.")
        kind, changes, problems = shop.take(file)
        print(f"{path}: {kind}, {report.news(changes)}.")
        for problem in problems:
            print(f"  not taken: {problem}")


@task(help={"path": "the file to write, e.g. conversation.jf2.json", "settings": _SETTINGS_HELP})
def export(_: Context, path: str, settings: str = SETTINGS) -> None:
    """Write everything in the store to one JF2 file; importing it into an empty store gives the same site."""
    from . import exchange, workshop  # noqa: PLC0415

    with _clearly(), workshop.Workshop.open(_existing(settings)) as shop:
        exchange.write_export(shop.store, Path(path))
        print(f"{path}: {sum(state.acts for state in shop.store.sources())} acts.")


class _Command(Program):
    """`pelican-conversation`: Invoke's own program, but with the contract's exit code for wrong usage."""

    def parse_core(self, argv: list[str] | None) -> None:
        """Reads the options before the task."""
        with _usage():
            super().parse_core(argv)

    def parse_tasks(self) -> None:
        """Reads the tasks and their options."""
        with _usage():
            super().parse_tasks()

    def parse_cleanup(self) -> None:
        """Answers --help and --list."""
        with _usage():
            super().parse_cleanup()


collection = Collection(build, pull, status, doctor, explain, import_, export)


def _version() -> str:
    try:
        return importlib.metadata.version("pelican-conversation")
    except importlib.metadata.PackageNotFoundError:
        return "in a checkout"


program = _Command(name="pelican-conversation", namespace=collection, version=_version())


def _existing(settings: str) -> Path:
    path = Path(settings)
    if not path.is_file():
        raise Exit(
            f"There is no {settings} here: run this in the blog's folder, or name the file with --settings.", code=1
        )
    return path.resolve()


def _dumps(state: object) -> str:
    def plain(value: object) -> object:
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat()
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return dataclasses.asdict(value)
        raise TypeError(f"no JSON for {type(value).__name__}")

    return json.dumps(state, default=plain, ensure_ascii=False, indent=2)


@contextlib.contextmanager
def _usage() -> Iterator[None]:
    """Exit code 2 for words that no task knows."""
    try:
        yield
    except ParseError as error:
        raise Exit(str(error), code=2) from None


@contextlib.contextmanager
def _clearly() -> Iterator[None]:
    """One line instead of a traceback, for what the blogger can mend."""
    try:
        yield
    except ConversationError as error:
        raise Exit(str(error), code=error.exitcode) from None
