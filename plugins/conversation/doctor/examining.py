"""Everything about a blog: its configuration, its sources, and whether what was received finds its posts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct
from rich.console import Console
from rich.markup import escape

from ..errors import ConversationError
from ..moderation import Moderation
from ..settings import Settings
from ..sources import Finding, registry
from ..urls import Matcher
from ..workshop import Workshop
from .services import read_file, visit

__all__ = ["Told", "examine", "show"]

#: The share of received acts that find a post, below which something must be wrong with the addresses.
FEW = 0.5


class Told(Struct, frozen=True):
    """A finding, and what it is about: "settings", "store", "moderation", "matching", or a source's name."""

    about: str
    well: bool
    what: str
    advice: str = ""


def examine(path: Path) -> list[Told]:
    """Everything about the blog whose settings file is `path`; a blog that cannot be opened is a finding too."""
    try:
        with Workshop.open(path) as shop:
            return [
                Told(about, finding.well, finding.what, finding.advice)
                for about, examined in _parts(shop)
                for finding in examined
            ]
    except ConversationError as error:
        return [Told("settings", well=False, what=str(error), advice="Mend this first; the rest is examined then.")]


def show(found: list[Told]) -> None:
    """Prints findings, by what they are about."""
    console = Console(highlight=False, soft_wrap=True)
    about = ""
    for told in found:
        if told.about != about:
            about = told.about
            console.print(f"[bold]{escape(about)}[/bold]")
        mark = "[green]ok[/green]  " if told.well else "[red]mend[/red]"
        console.print(f"  {mark} {escape(told.what)}")
        if told.advice:
            console.print(f"       {escape(told.advice)}", style="" if told.well else "yellow")
    wrong = sum(not told.well for told in found)
    console.print(f"\n{wrong} to be mended." if wrong else "\nAll is well.")


def _parts(shop: Workshop) -> Iterator[tuple[str, Iterable[Finding]]]:
    yield "settings", _settings(shop)
    yield "store", _store(shop)
    yield "moderation", _moderation(shop.settings)
    services = [(source, registry.service(source.source)) for source in shop.settings.sources]
    for source, service in services:
        if service.local:
            yield source.name, read_file(shop, source, service)
    yield from visit(shop, [pair for pair in services if not pair[1].local])
    yield "matching", _matching(shop)


def _settings(shop: Workshop) -> Iterator[Finding]:
    settings = shop.settings
    if not shop.is_enabled:
        advice = 'Write PLUGINS = ["conversation"], with PLUGIN_PATHS = ["plugins"] where it is not installed.'
        yield Finding(well=False, what="The plugin is not among PLUGINS, so that builds do not use it.", advice=advice)
    if not settings.active:
        advice = "Give it at least one, for example CONVERSATION_SOURCES."
        yield Finding(well=False, what="No setting of the plugin is given: it does nothing.", advice=advice)
    if settings.siteurl:
        former = f", formerly {', '.join(settings.siteurls[1:])}" if settings.siteurls[1:] else ""
        yield Finding(well=True, what=f"The site is {settings.siteurl}{former}.")
    else:
        advice = "Set SITEURL, or name the address in CONVERSATION_SITEURLS."
        yield Finding(well=False, what="The site has no address: nothing can be matched to its posts.", advice=advice)
    if settings.identities:
        yield Finding(well=True, what=f"You are known as {', '.join(settings.identities)}.")
    else:
        advice = "Name your profiles in CONVERSATION_IDENTITIES, or what you reply there counts as received."
        yield Finding(well=True, what="No profile of yours elsewhere is known.", advice=advice)


def _store(shop: Workshop) -> Iterator[Finding]:
    if shop.store.set_aside:
        advice = "Import an export, if you have one; sources tell the rest again."
        what = f"The store was damaged. It is kept as {shop.store.set_aside}; a new one was begun."
        yield Finding(well=False, what=what, advice=advice)
    acts = sum(state.acts for state in shop.store.sources())
    yield Finding(well=True, what=f"{shop.store.name} remembers {acts:,} acts.")


def _moderation(settings: Settings) -> Iterator[Finding]:
    try:
        Moderation.load(settings.moderation)
    except ConversationError as error:
        yield Finding(well=False, what=str(error), advice=f"Mend it in {settings.moderation.name}: builds stop there.")
    else:
        there = "can be read" if settings.moderation.exists() else "is not there: everything is shown"
        yield Finding(well=True, what=f"{settings.moderation.name} {there}.")


def _matching(shop: Workshop) -> Iterator[Finding]:
    """Which share of what was received found its post."""
    matcher = Matcher(shop.posts, shop.settings.siteurls)
    numbers = shop.store.targets()
    acts = sum(numbers.values())
    lost = {target: many for target, many in numbers.items() if matcher.match(target).post is None}
    found = acts - sum(lost.values())
    if not acts:
        yield Finding(well=True, what="Nothing was received yet.")
    else:
        few = found < FEW * acts
        advice = "`status` lists the addresses of the others; `explain URL` says why; `aliases:` in a post claims one."
        if few:
            advice = f"Name the site's former addresses in CONVERSATION_SITEURLS. {advice}"
        what = f"{found:,} of {acts:,} received acts found their post ({100 * found // acts} %)."
        yield Finding(well=not few, what=what, advice=advice if lost else "")
    for conflict in matcher.conflicts:
        yield Finding(well=False, what=str(conflict), advice="Mend the front matter of that post.")
