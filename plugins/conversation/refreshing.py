"""Brings a built site up to date: without Pelican where only conversations changed, else by a build.

Whatever is said here instead of a build is exact: a build would leave every byte as it is by then.
"""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct
from pelican import Pelican
from pelican.generators import Generator
from pelican.utils import sanitised_join

from .almanac import Almanac, path_of
from .built import (
    CODE,
    Built,
    Outputs,
    inputs_of,
    is_copied,
    keep,
    kept,
    outputs_of,
    state_of,
    want,
    wanted,
)
from .edition import POSTER, Edition, make
from .errors import ConversationError
from .files import drafts_of, replacing
from .generator import languages_of, prepare, settings_of
from .notices import outcome_line
from .pictures import Album, Errand, album_of, due, refresh
from .posts import Post
from .press import write_files
from .pull import Outcome, Plan, Pull
from .remembered import Remembered
from .splice import (
    Noted,
    NotSplicable,
    Places,
    Stage,
    StandIn,
    compiled_of,
    keep_compiled,
    notes_of,
    places_of,
    renewed,
)
from .store import Versions
from .strangers import plugins_beside, plugins_of, told_of
from .turns import turn
from .workshop import Workshop, cache_of, client_for

__all__ = ["begin", "brought_up_to_date", "end", "epoch"]

#: The source that reads the posts' own words: while the content is as it was, it has nothing new to say.
POSTS = "posts"


def begin(pelican: Pelican) -> None:
    """Notes what a build that begins is made of, where the site is refreshed at times; once for each build."""
    if hasattr(pelican, "conversation_begun"):
        return
    ours = settings_of(pelican.settings)
    folder = cache_of(ours)
    if not wanted(folder):
        return
    shutil.rmtree(notes_of(folder), ignore_errors=True)
    before, inputs = kept(folder), inputs_of(pelican.settings, ours)
    if before is None:  # nobody knows what the last build noted
        with closing(Places(places_of(folder))) as places:
            places.begin_anew()
    if before is None or any(before.inputs.get(name) != inputs[name] for name in CODE):
        shutil.rmtree(compiled_of(folder), ignore_errors=True)
    keep(folder, None)
    pelican.conversation_begun = _Begun(inputs, before.output if before else Outputs(), datetime.now(UTC))


def epoch(pelican: Pelican) -> str:
    """What all pages must have been rendered in, so that it was noted what they show; "" where nobody asks for that."""
    folder = cache_of(settings_of(pelican.settings))
    if not wanted(folder):
        return ""
    with closing(Places(places_of(folder))) as places:
        return places.epoch


def end(pelican: Pelican) -> None:
    """Notes what a build left, where it was noted what it is made of."""
    begun = vars(pelican).pop("conversation_begun", None)
    if isinstance(begun, _Begun):
        with _without_collections():
            _end(pelican, begun)


class _Begun(Struct, frozen=True):
    """What a build is made of (`inputs_of`), what the one before it left, and when it began."""

    inputs: Mapping[str, str]
    output: Outputs
    at: datetime


def _end(pelican: Pelican, begun: _Begun) -> None:
    ours, output = settings_of(pelican.settings), Path(pelican.settings["OUTPUT_PATH"])
    folder = cache_of(ours)
    with closing(Places(places_of(folder))) as places:
        places.take_in(notes_of(folder), output, all_rendered="incremental" not in plugins_of(pelican.settings))
        posts, state, pictures = [one.post for one in places.contents], places.state, places.pictures
    shutil.rmtree(notes_of(folder), ignore_errors=True)
    built = Built(begun.inputs, outputs_of(output, begun.output), state, pictures, _until(posts, begun.at))
    keep(folder, built)


@contextmanager
def _without_collections() -> Iterator[None]:
    """While this is entered, Python does not walk over the whole site for garbage: there is none worth mentioning."""
    wanted = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if wanted:
            gc.enable()


def brought_up_to_date(shop: Workshop, now: datetime, say: Callable[[str], object]) -> list[Path]:
    """Pulls what is due, and makes the site show it; returns the pages that are not as they were.

    `say` is told in a line what came of each source that has something to tell. Waits for builds that are under way.

    Raises NotSplicable, which says why, where it takes a build; and ConversationError.
    """
    with turn(cache_of(shop.settings), say):
        return _brought_up_to_date(shop, now, say)


def _brought_up_to_date(shop: Workshop, now: datetime, say: Callable[[str], object]) -> list[Path]:
    folder = cache_of(shop.settings)
    before = kept(folder)
    want(folder)
    if before is None:
        raise NotSplicable("no finished build is remembered")
    if reason := told_of({"a plugin": plugins_beside(shop.pelican_settings, shop.settings.unconcerned)}):
        raise NotSplicable(reason)
    inputs = inputs_of(shop.pelican_settings, shop.settings)
    copied = is_copied(shop.pelican_settings, shop.settings, before.output)
    if reason := before.difference(inputs, now, copied=copied):
        raise NotSplicable(reason)
    output = outputs_of(shop.output, before.output)
    with closing(Places(places_of(folder))) as places, Almanac(path_of(shop.settings.root)) as almanac:
        if reason := told_of(places.strangers):
            raise NotSplicable(reason)
        contents = places.contents
        posts = tuple(one.post for one in contents)
        for outcome in _pulled(shop, posts, now):
            if outcome.error or outcome.changes.any or outcome.left is not None:
                say(outcome_line(outcome))
        if output.files != before.output.files:
            raise NotSplicable(f"{shop.output.name}/ is not as the last build left it")
        versions = shop.store.versions()
        state = state_of(shop.store, posts, versions, shop.settings)
        pictures = shop.store.picture_number()
        if (state, pictures) == (before.state, before.pictures) and not _pictures_due(shop, almanac, now):
            return []
        if not contents:
            raise NotSplicable("it was not noted what the pages show")
        site = _Site(shop, places, contents, _edition(shop, posts, versions, almanac, now))
        pages = site.pages()
        keep(folder, None)
        changed = site.write(pages)
    pictures = shop.store.picture_number()  # with those that came
    left = outputs_of(shop.output, output, site.touched)
    keep(folder, Built(inputs, left, state, pictures, _until(posts, now)))
    return changed


class _Site:
    """The new edition of a site whose content is as it was."""

    def __init__(self, shop: Workshop, places: Places, contents: Sequence[StandIn], edition: Edition) -> None:
        self._shop, self._places, self._contents, self._edition = shop, places, contents, edition
        self._keys = edition.keys
        #: The folders into which something was written.
        self.touched: set[str] = set()

    def pages(self) -> dict[Path, tuple[Noted, str]]:
        """All pages that show something new, by their files: what is noted of each by then, and its text.

        Raises NotSplicable.
        """
        known = self._places.keys
        news = {name for name, key in self._keys.items() if key != known.get(name)}
        if any(_parts(known.get(name)) != _parts(self._keys[name]) for name in news):
            raise NotSplicable("a conversation takes another number of pages")
        if POSTER in news:
            raise NotSplicable("the picture of the year came or went")
        stage, made = self._stage(), {}
        for noted in self._places.showing(news):
            file = Path(sanitised_join(str(self._shop.output), noted.file))
            with file.open(encoding="utf-8", newline="") as page:
                made[file] = renewed(noted, page.read(), news, stage)
        return made

    def write(self, pages: Mapping[Path, tuple[Noted, str]]) -> list[Path]:
        """Writes the pages, and the files beside them; returns those pages that are not as they were."""
        changed = []
        for file, (_, text) in pages.items():
            whole = text.encode("utf-8")
            if file.read_bytes() != whole:
                changed.append(file)
                self.touched.add(str(file.parent))
                with replacing(file, drafts_of(self._shop.settings.root)) as draft:
                    draft.write_bytes(whole)
        talking = [(one, one.post) for one in self._contents]
        files = write_files(self._edition, talking, self._shop.pelican_settings, self._shop.output)
        self.touched |= {str(self._shop.output / folder) for folder in files.touched}
        self._places.keep(noted for noted, _ in pages.values())
        self._places.note_keys(self._keys)
        return changed

    def _stage(self) -> Stage:
        """The theme's templates and ours, as a build has them."""
        settings = self._shop.pelican_settings
        context: dict[str, Any] = {**settings, "generated_content": {}, "static_links": set(), "static_content": {}}
        context |= {"localsiteurl": settings["SITEURL"], **self._edition.variables}
        context.setdefault("CONVERSATION_LEDGER_URL", self._shop.settings.ledger_url)
        generator = Generator(
            context=context,
            settings=settings,
            path=settings["PATH"],
            theme=settings["THEME"],
            output_path=str(self._shop.output),
        )
        prepare(generator)
        keep_compiled(generator.env, cache_of(self._shop.settings))
        return Stage(generator.env, context, self._edition.living, self._contents)


def _parts(key: str | None) -> str | None:
    """The number of parts in a key (`Edition.keys`)."""
    return key and key.partition(" ")[0]


def _until(posts: Sequence[Post], now: datetime) -> str:
    """When the day of the next one of some posts comes, as `Built` has it."""
    future = [post.published for post in posts if post.published and post.published > now]
    return min(future).isoformat() if future else ""


def _pulled(shop: Workshop, posts: tuple[Post, ...], now: datetime) -> list[Outcome]:
    """Pulls what is due, as a build does before it reads the content. Raises ConversationError where that is strict."""
    settings = shop.settings
    names = [source.name for source in settings.sources if source.name != POSTS]
    plan = Plan(policy=settings.pull, deadline=settings.deadline, budget=settings.budget, only=names)
    with client_for(settings) as client:
        pull = Pull(settings.sources, shop.store, client, plan, sites=settings.siteurls, now=now)
        pull.start(posts)
        pull.posts(posts)
        outcomes = pull.finish()
    failed = [outcome.name for outcome in outcomes if outcome.error]
    if failed and settings.strict:
        raise ConversationError(f"CONVERSATION_STRICT is set, and could not be pulled: {', '.join(failed)}.")
    return outcomes


def _edition(shop: Workshop, posts: tuple[Post, ...], versions: Versions, almanac: Almanac, now: datetime) -> Edition:
    """What the site is to show."""
    return make(
        shop.settings,
        shop.store,
        posts,
        almanac,
        languages=languages_of(shop.pelican_settings, shop.pelican_settings["THEME"]),
        sitename=shop.pelican_settings["SITENAME"],
        pictures=lambda assembly: _pictures(shop, assembly, now),
        versions=versions,
    )


def _pictures(shop: Workshop, assembly: Remembered, now: datetime) -> Album:
    """The pictures of the people who are shown by name; those that are due are fetched first."""
    wanted = assembly.faces if shop.settings.pictures else frozenset()
    if shop.settings.pull != "never":
        refresh(shop.settings, shop.store, wanted, Errand(now))
    return album_of(shop.store, wanted)


def _pictures_due(shop: Workshop, almanac: Almanac, now: datetime) -> bool:
    if not shop.settings.pictures or shop.settings.pull == "never":
        return False
    return bool(due(shop.store, {photo for photos in almanac.photos().values() for photo in photos}, now))
