"""The tasks that the plugin brings: an Invoke collection, and the console command `pelican-conversation` over it.

Each task loads the blog's own settings file and says what it did in words; errors that the blogger can mend are one
line, exit code 1. Wrong usage of the console command is exit code 2; where the program is `invoke` itself, that alone
decides about words that it cannot read, and its code is 1. Options that contradict each other are exit code 2 in both.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from invoke import Collection, Context, Exit, task
from msgspec import Struct, structs

from .command import Command, version
from .errors import ArchiveError, ConversationError

__all__ = ["collection", "program"]

SETTINGS = "pelicanconf.py"
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


@task(help={"settings": _SETTINGS_HELP})
def refresh(context: Context, settings: str = SETTINGS) -> None:
    """Pull what is due, and bring the built site up to date: without Pelican where only conversations changed."""
    from . import refreshing, workshop  # noqa: PLC0415
    from .splice import NotSplicable  # noqa: PLC0415

    gc.disable()  # hardly anything is done with before the end, and to look for it takes a quarter of the time
    atexit.register(gc.freeze)  # and then once more
    try:
        with _clearly(), workshop.Workshop.open(_existing(settings)) as shop:
            pages = refreshing.brought_up_to_date(shop, datetime.now(UTC), print)
    except NotSplicable as reason:
        gc.enable()
        print(f"It takes a build: {reason}.")
        build.body(context, settings=settings)
    else:
        new = f"{len(pages)} page{'s' * (len(pages) != 1)} brought up to date without a build"
        print(f"{new}." if pages else "Nothing new: the site is as the last build left it.")


@task(
    help={
        "source": "only this source, by its name in CONVERSATION_SOURCES (may be repeated)",
        "full": "ask for everything again, so that what vanished is noticed",
        "rest": "only what is due or was left, but all of it, whatever CONVERSATION_BUDGET says: for a first pull",
        "settings": _SETTINGS_HELP,
    },
    iterable=["source"],
)
def pull(_: Context, source: list[str], full: bool = False, rest: bool = False, settings: str = SETTINGS) -> None:
    """Ask the sources for news and keep it in the store, without building the site."""
    from . import notices, workshop  # noqa: PLC0415

    with _clearly(), workshop.Workshop.open(_existing(settings)) as shop:
        unknown = sorted(set(source) - {entry.name for entry in shop.settings.sources})
        if unknown:
            names = ", ".join(entry.name for entry in shop.settings.sources)
            raise ConversationError(f"No source is named {unknown[0]!r}. There are: {names}.")
        outcomes = shop.pull(only=source, full=full, rest=rest)
        for outcome in outcomes:
            print(notices.outcome_line(outcome))
        if any(outcome.left is not None for outcome in outcomes):
            print("`pull` again goes on where this one ended; `pull --rest` asks about all that is left.")
        if not source and (line := shop.fetch_pictures().line):
            print(line)
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
    from . import notices, workshop  # noqa: PLC0415

    with _clearly(), workshop.Workshop.open(_existing(settings)) as shop:
        file = Path(path)
        if not file.exists():
            raise ArchiveError(f"There is no {path} here.")
        kind, changes, problems = shop.take(file)
        print(f"{path}: {kind}, {notices.news(changes)}.")
        for problem in problems:
            print(f"  not taken: {problem}")


@task(help={"path": "the file to write, e.g. conversation.jf2.json", "settings": _SETTINGS_HELP})
def export(_: Context, path: str, settings: str = SETTINGS) -> None:
    """Write everything in the store to one JF2 file; importing it into an empty store gives the same site."""
    from . import exchange, workshop  # noqa: PLC0415

    with _clearly(), workshop.Workshop.open(_existing(settings)) as shop:
        exchange.write_export(shop.store, Path(path))
        print(f"{path}: {sum(state.acts for state in shop.store.sources())} acts.")


_SIDES_HELP = {
    "what": "an act (its address or source:id), somebody's profile or handle, or a domain",
    "as": "say what WHAT is: acts, authors, domains or words",
    "word": "WHAT is a word or phrase",
    "note": "why: a comment beside the entry",
    "settings": _SETTINGS_HELP,
}


@task(help=_SIDES_HELP)
def hide(_: Context, what: str, as_: str = "", word: bool = False, note: str = "", settings: str = SETTINGS) -> None:
    """Hide an act, an author, a domain or a word: written to the moderation file, done by the next build."""
    from . import wishes, workshop  # noqa: PLC0415

    field = _list_named(as_, word=word)
    with _clearly(), workshop.Workshop.open(_existing(settings)) as shop:
        for line in wishes.hide(shop, what, field, note):
            print(line)


@task(help=_SIDES_HELP | {"trust": "let all that they say through, where strangers wait"})
def show(
    _: Context,
    what: str,
    as_: str = "",
    word: bool = False,
    trust: bool = False,
    note: str = "",
    settings: str = SETTINGS,
) -> None:
    """Show again what is hidden or waits: an act, an author, a domain or a word."""
    from . import wishes, workshop  # noqa: PLC0415

    field = _list_named(as_, word=word)
    with _clearly(), workshop.Workshop.open(_existing(settings)) as shop:
        for line in wishes.show(shop, what, field, note, trust=trust):
            print(line)


@task(
    help={
        "who": "a profile's address or a whole handle, such as @bob@social.example",
        "yes": "even where that is you",
        "settings": _SETTINGS_HELP,
    }
)
def forget(_: Context, who: str, yes: bool = False, settings: str = SETTINGS) -> None:
    """Erase a person for good; a salted hash stays, so that no pull and no import brings them back."""
    from . import erasing, workshop  # noqa: PLC0415

    with _clearly(), workshop.Workshop.open(_existing(settings)) as shop:
        for line in erasing.forget(shop, who, yes=yes):
            print(line)


@task(
    help={
        "kind": "reply, answer, link, like, repost, quote, mention, bookmark, guest-post, follow, rsvp or note",
        "url": "the page that you did it on or to",
        "channel": "where: forum, mail, blog ... (default: told by the address)",
        "person": "to whom: a profile's address or a handle (default: the page's author)",
        "words": "how many words you wrote",
        "date": "the day, as 2026-05-02 (default: today)",
        "note": "what it was (default: the page's title)",
        "again": "even where the table has it already",
        "offline": "do not look at the page",
        "settings": _SETTINGS_HELP,
    }
)
def give(  # noqa: PLR0913, PLR0917 - one option for each column
    _: Context,
    kind: str,
    url: str,
    channel: str = "",
    person: str = "",
    words: str = "",
    date: str = "",
    note: str = "",
    again: bool = False,
    offline: bool = False,
    settings: str = SETTINGS,
) -> None:
    """Write down what you gave where no service tells: a line in the table of giving."""
    from . import recording, workshop  # noqa: PLC0415

    deed = recording.Deed(kind=kind, url=url, channel=channel, person=person, words=words, date=date, note=note)
    with _clearly():
        ours = workshop.configured(_existing(settings))[1]
        with workshop.passing_client_for(ours) as client:
            for line in recording.give(ours, deed, datetime.now(UTC), client=None if offline else client, again=again):
                print(line)


@task(
    help={
        "limit": "ideas of each kind (default: 5)",
        "since": "only comments since this day, as 2026-05-02",
        "offline": "do not read the blogs of CONVERSATION_BLOGROLL",
        "json": "for scripts: everything as one JSON object",
        "settings": _SETTINGS_HELP,
    }
)
def balance(
    _: Context, json: bool = False, limit: int = 0, since: str = "", offline: bool = False, settings: str = SETTINGS
) -> None:
    """What can I give? Ideas for you alone: comments without an answer, quiet friends, links, new posts."""
    from . import advice, workshop  # noqa: PLC0415

    with _clearly(), workshop.Workshop.open(_existing(settings)) as shop, workshop.client_for(shop.settings) as client:
        day = advice.day(since, shop.settings)
        found = advice.advise(shop, datetime.now(UTC), None if offline else client, since=day)
        if json:
            print(_dumps(advice.as_json(found, limit)))
        else:
            advice.show(found, limit)


collection = Collection(
    build, refresh, pull, status, doctor, explain, hide, show, forget, give, balance, import_, export
)


program = Command(name="pelican-conversation", namespace=collection, version=version())


def _existing(settings: str) -> Path:
    path = Path(settings)
    if not path.is_file():
        raise Exit(
            f"There is no {settings} here: run this in the blog's folder, or name the file with --settings.", code=1
        )
    return path.resolve()


def _list_named(name: str, *, word: bool) -> str:
    """The list of the moderation file that options ask for; "" where none does."""
    from .moderation import FIELDS  # noqa: PLC0415
    from .suggest import did_you_mean  # noqa: PLC0415

    if word and name not in {"", "words"}:
        raise Exit(f"--word and --as {name} contradict each other: choose one.", code=2)
    if name and name not in FIELDS:
        raise Exit(f"--as takes {', '.join(FIELDS)}, not {name!r}. {did_you_mean(name, FIELDS)}", code=2)
    return "words" if word else name


def _dumps(state: object) -> str:
    def plain(value: object) -> object:
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat()
        if isinstance(value, Struct):
            return structs.asdict(value)
        raise TypeError(f"no JSON for {type(value).__name__}")

    return json.dumps(state, default=plain, ensure_ascii=False, indent=2)


@contextlib.contextmanager
def _clearly() -> Iterator[None]:
    """One line instead of a traceback, for what the blogger can mend; none where nobody reads on (`| head`)."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # The interpreter flushes once more when it ends: that must go somewhere.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        raise Exit(code=1) from None
    except ConversationError as error:
        raise Exit(str(error), code=error.exitcode) from None
