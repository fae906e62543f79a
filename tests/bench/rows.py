"""What is measured at one size of blog: every generator's builds, and what a site of ours needs after a change.

Rows are run in turn, again and again, in this order: the rows of one living site build on each other.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from conversation.tasks import collection

from . import checks, names
from .dataset import Blog
from .living import Living
from .peers import PEERS, peer
from .processes import CORES, Command, Figures, measure
from .sites import ARCHIVES, COMMONS, INCREMENTAL, PLAIN, STORE, Site, Theme, has_incremental, pelican, task
from .talkative import Talkative
from .writing import FORMATS, by_path, jf2, write_posts

__all__ = ["LARGE", "Row", "rows"]


#: From so many posts on, what takes an hour is left out: a theme with thousands of lists, and all runs but one.
LARGE = 10_000


def _nothing() -> None:
    """Nothing has to be done."""


def _silence() -> str:
    return ""


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One thing that is measured at a size (0: it has none).

    `what` is run, on so many `cores`, after `prepare`, which is not measured; None: it is not there yet. `faults` tells
    what is wrong with the result, and is asked once; `note` is asked at the end, for a few words beside the figures.
    `against` names the row of the same size that it is compared with.
    """

    name: str
    size: int
    what: Command | Callable[[], Figures] | None
    prepare: Callable[[], object] = _nothing
    faults: Callable[[], list[str]] = list
    note: Callable[[], str] = _silence
    against: str = names.QUICK
    cores: int = CORES

    @property
    def key(self) -> tuple[str, int]:
        """Its name and size: no two rows have the same."""
        return self.name, self.size

    def run(self) -> Figures:
        """Runs it once. Raises SystemExit where it fails, LookupError where it is not there."""
        self.prepare()
        if self.what is None:
            raise LookupError(self.name)
        return measure(self.what, self.cores) if isinstance(self.what, Command) else self.what()


class _Ground:
    """What all sites of one size stand on: the content, the interactions, and a store that knows them."""

    def __init__(self, folder: Path, size: int) -> None:
        folder.mkdir(parents=True)
        self.folder, self.size, self.blog = folder, size, Blog(size)
        self.drawn = Counter(one.path for one in self.blog.interactions)
        self.content, self.interactions = folder / "content", folder / "interactions.json"
        write_posts(self.content / "posts", self.blog.posts, FORMATS["pelican"])
        self.interactions.write_text(by_path(self.blog.interactions), encoding="utf-8")
        self.mentions = folder / "mentions.json"
        self.mentions.write_text(jf2(self.blog.interactions), encoding="utf-8")
        self.talked = self.conversing("talked")
        measure(self.taking)
        self.talked.build()

    @property
    def taking(self) -> Command:
        """The command that takes all interactions into the store."""
        return task(self.talked.folder, "import", str(self.mentions))

    def pelican(self, name: str, *plugins: str, **more: Any) -> Site:  # noqa: ANN401 - any setting of Pelican's
        """A site of the content as it is."""
        return pelican(self.folder / name, plugins, PATH=str(self.content), **more)

    def conversing(self, name: str, *plugins: str, **more: Any) -> Site:  # noqa: ANN401
        """One with the plugin `conversation` and an empty store; nobody is asked, and no pictures are fetched."""
        settings = {"CONVERSATION_SOURCES": [], "CONVERSATION_PICTURES": False, "counting": checks.as_numbers}
        return self.pelican(name, "conversation", *plugins, **(settings | more))

    def with_store(self, site: Site) -> Site:
        """The site, with a copy of the store that knows all interactions."""
        shutil.copy(self.talked.folder / STORE, site.folder / STORE)
        return site

    def cold(self, name: str, site: Site, drawn: Counter[str], cores: int = CORES) -> Row:
        """A build with nothing to build on."""

        def faults() -> list[str]:
            return [f"{name}: {one}" for one in checks.shortcomings(site.output, self.blog, site.counting, drawn)]

        return Row(name, self.size, site.command, site.clear, faults, cores=cores)


def rows(folder: Path, size: int, *, peers: bool) -> list[Row]:
    """All rows of one size; `folder` is made, and filled with the sites."""
    ground = _Ground(folder, size)
    return [
        *_baselines(ground),
        *(_peers(ground) if peers else ()),
        *_incremental(ground, PLAIN, "incremental"),
        *_archived(ground),
        *(_commons(ground) if size < LARGE else ()),
        *(_talkative(ground) if size < LARGE else ()),
    ]


def _baselines(ground: _Ground) -> Iterator[Row]:
    """Pelican by itself, with the quickest plugin, and with ours."""
    quick = ground.pelican("quick", "quickest", INTERACTIONS=str(ground.interactions), counting=checks.as_items)
    yield ground.cold(names.PLAIN, ground.pelican("plain"), Counter())
    yield ground.cold(names.SILENT, ground.conversing("silent"), Counter())
    alone = ground.with_store(ground.conversing("alone"))
    yield ground.cold(names.ALONE, alone, ground.drawn)
    yield dataclasses.replace(ground.cold(names.AGAIN, alone, ground.drawn), prepare=alone.once_built())
    yield ground.cold(names.QUICK, quick, ground.drawn)
    yield ground.cold(names.QUICK_ONE_CORE, quick, ground.drawn, cores=1)
    empty = ground.conversing("empty")
    taking = dataclasses.replace(ground.taking, folder=empty.folder)
    forget = (empty.folder / STORE).unlink
    yield Row(names.TAKING, ground.size, taking, lambda: forget(missing_ok=True), against="")


def _peers(ground: _Ground) -> Iterator[Row]:
    for name in PEERS:
        yield ground.cold(name.capitalize(), peer(name, ground.folder / name, ground.blog), ground.drawn)


def _archived(ground: _Ground) -> Iterator[Row]:
    """With a page for each year and month: lists that grow with the blog."""
    plain, ours = names.PLAIN + names.WITH_ARCHIVES, names.COLD + names.WITH_ARCHIVES
    yield ground.cold(plain, ground.pelican("archived", **ARCHIVES), Counter())
    if not has_incremental():
        yield Row(ours, ground.size, None)
        return
    site = ground.with_store(ground.conversing("archived-incremental", INCREMENTAL, **ARCHIVES))
    yield ground.cold(ours, site, ground.drawn)


def _commons(ground: _Ground) -> Iterator[Row]:
    """The theme of the sample blog."""
    yield ground.cold(names.COMMONS + names.PLAIN, ground.pelican("commons-plain", theme=COMMONS), Counter())
    site = ground.with_store(ground.conversing("commons", theme=COMMONS))
    yield ground.cold(names.COMMONS + names.ALONE, site, ground.drawn)
    yield from _incremental(ground, COMMONS, "commons-incremental", names.COMMONS)


def _talkative(ground: _Ground) -> Iterator[Row]:
    """Its author talks a lot elsewhere: what is new there, and who is known to be whom, is not new on every page."""
    if not has_incremental():
        yield from (Row(name, ground.size, None) for name in (names.TALKED_BUILD, names.TALKED_REFRESH))
        return
    living = Talkative(ground.folder / "talkative", ground.blog, ground.talked.folder / STORE, PLAIN)
    site, refresh = living.site, task(living.site.folder, "refresh")
    yield _equal(Row(names.TALKED_BUILD, ground.size, site.command, site.once_built(living.talk)), living)
    yield _equal(Row(names.TALKED_REFRESH, ground.size, refresh, site.once_refreshed(living.talk)), living)


def _equal(row: Row, living: Living) -> Row:
    """The row of a living site, whose result is to be what Pelican builds, too."""
    return dataclasses.replace(row, faults=lambda: row.faults() + [f"{row.name}: {one}" for one in living.unequal()])


def _incremental(ground: _Ground, theme: Theme, folder: str, before: str = "") -> Iterator[Row]:
    """A living site: cold, and after each of the changes; `before` is put before the names of the rows."""
    if not has_incremental():
        wanted = [*names.INCREMENTAL, *names.REFRESHING]
        yield from (Row(before + name, ground.size, None) for name in wanted)
        return
    living = Living(ground.folder / folder, ground.blog, ground.talked.folder / STORE, theme)

    equal = partial(_equal, living=living)

    def after(name: str, change: Callable[[], None] | None = None) -> Row:
        return equal(Row(before + name, ground.size, living.site.command, living.site.once_built(change)))

    def edit_again() -> None:
        """Another post: what the first edit of a site has written down for the next one is there already."""
        living.edit()
        measure(living.site.command)
        living.edit()

    yield equal(ground.cold(before + names.ONE_CORE, living.site, ground.drawn, cores=1))
    yield equal(ground.cold(before + names.COLD, living.site, ground.drawn))
    yield after(names.NOTHING)
    yield after(names.DREW, living.draw)
    yield from _refreshing(ground, living, equal, before)
    yield after(names.EDITED, edit_again)
    yield after(names.ADDED, living.add)


def _refreshing(ground: _Ground, living: Living, equal: Callable[[Row], Row], before: str) -> Iterator[Row]:
    """The task `refresh`, where there is one, and what of it is only starting and importing."""
    if "refresh" not in collection.task_names:
        yield from (Row(before + name, ground.size, None) for name in names.REFRESHING)
        return
    folder, loaded = living.site.folder, str(ground.folder / f"{before}loaded.json".replace(" ", ""))
    refresh, once_talked_about = task(folder, "refresh"), living.site.once_refreshed(living.draw)

    def ask() -> None:
        once_talked_about()
        measure(task(folder, "--loaded", loaded, "refresh"))

    yield equal(Row(before + names.IDLE, ground.size, refresh, living.site.once_refreshed()))
    yield equal(Row(before + names.REFRESH, ground.size, refresh, once_talked_about))
    yield Row(before + names.LOADING, ground.size, task(folder, "--load", loaded), ask)
