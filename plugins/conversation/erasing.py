"""Forgets a person, and tells what is left to do: store, cache, pictures and backups are this plugin's to clear.

What the blogger wrote or keeps (posts, archives, tables, the moderation file, the built site) is only searched: each
file that still names the person is told.
"""

from __future__ import annotations

import os
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from msgspec import structs

from .acts import Person
from .addresses import is_web
from .errors import ConversationError
from .identities import names_of
from .moderation.words import Wordlist, fold, said
from .notices import many
from .pictures import Album, album_of
from .pictures.album import FOLDER
from .report import SHOWN
from .store import Erased
from .workshop import Workshop, cache_of

__all__ = ["files_naming", "forget"]

_PIECE = 1 << 20
#: A name shorter than this says little about whom it means.
_TELLING = 5


def forget(shop: Workshop, who: str, *, yes: bool = False) -> Iterator[str]:
    """Erases a person wherever the plugin keeps anything, and tells what was done and what is the blogger's to do.

    Raises ConversationError where nobody is named for certain, or the blogger is and `yes` was not said.
    """
    who = who.strip()
    if not names_of(who):
        raise ConversationError(
            f"{who!r} tells nobody apart: give the whole address of a profile (https://…) or a whole handle "
            "(@bob@social.example)."
        )
    person = Person(url=who) if is_web(who) else Person(handle=who)
    if shop.settings.is_own(person) and not yes:
        raise ConversationError(
            f"{who} is you, by your own settings. Nothing was erased; add --yes to forget your own words all the same."
        )
    erased = shop.store.forget(who)
    yield from _told(who, erased)
    yield from _cleared(shop)
    yield from _left(shop, who, erased)


def _told(who: str, erased: Erased) -> Iterator[str]:
    """What the store has lost."""
    if not erased.acts and not erased.changed:
        yield f"The store knows nobody called {who}. Whoever comes by that name is not taken in from now on."
        return
    yield f"Forgotten: {many(erased.acts, 'act')} by {who}, for good. No pull and no import brings them back."
    if erased.changed:
        yield f"{many(erased.changed, 'other act')} named them and {'do' if erased.changed > 1 else 'does'} so no more."


def _cleared(shop: Workshop) -> Iterator[str]:
    """Empties what else the plugin keeps: the cache, pictures that nobody has now, stores that were set aside."""
    cache = cache_of(shop.settings)
    try:
        if cache.exists():
            shutil.rmtree(cache)
            yield "Emptied: the cache of what the sources answered."
    except OSError as error:
        raise ConversationError(f"{cache} cannot be deleted ({error.strerror}): delete it by hand.") from error
    album, folder = album_of(shop.store, shop.store.picture_usage().keys()), shop.output / FOLDER
    before = _files([folder])
    # Only what is there may stay there: the site need not show every picture that the store has.
    Album(files={name: image for name, image in album.files.items() if (folder / name).is_file()}).write(shop.output)
    if gone := len(before) - len(_files([folder])):
        yield f"Deleted: {many(gone, 'picture')} in {_shown(folder, shop)}."
    for path in shop.store.drop_backups():
        yield f"Deleted: {_shown(path, shop)}, a damaged store that was set aside."
    if not shop.store.is_file:
        yield (
            "PostgreSQL clears deleted rows from its disk in its own time: VACUUM FULL does it at once. "
            "Its backups are yours to clear."
        )


def _left(shop: Workshop, who: str, erased: Erased) -> Iterator[str]:
    """What only the blogger can do: files of their own, others' words, further profiles, a new build."""
    needles = _needles(who, erased)
    settings = shop.settings
    archives = [one.root / one.options["path"] for one in settings.sources if one.options.get("path")]
    own = [_shown(path, shop) for path in files_naming([settings.moderation, *archives, shop.content], needles)]
    if own:
        yield "These files of yours still name them:"
        yield from _some(own)
    if speaking := _speaking(shop, erased):
        yield "These acts of others still call them by name; `hide` hides one:"
        yield from _some(speaking)
    if erased.proved:
        yield "These profiles were proved to be the same person's and are not forgotten; `forget` forgets one:"
        yield from _some(list(erased.proved))
    if built := len(files_naming([shop.output], needles)):
        yield f"{many(built, 'file')} in {_shown(shop.output, shop)} still {'name' if built > 1 else 'names'} them."
    yield "Build and publish again: only then are they gone from your site. Exports and copies of yours are untouched."


def _speaking(shop: Workshop, erased: Erased) -> list[str]:
    """The acts whose words hold a name of theirs: others may say what they like, and a namesake may be meant."""
    names = Wordlist({fold(person.name): person.name for person in erased.people if _is_telling(person.name)})
    if not names:
        return []
    told = [structs.replace(one.act, author=Person()) for one in shop.store.whole().acts]
    return sorted({act.url or f"{act.source}:{act.id}" for act in told if names.first(said([act]))})


def files_naming(places: Iterable[Path], needles: Iterable[str]) -> list[Path]:
    """The files below `places` in which any of `needles` stands as a whole word, packed or not.

    A file that cannot be searched is among them: somebody should look at it.
    """
    words = sorted({needle.casefold() for needle in needles if needle})
    if not words:
        return []
    found = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, words))})(?![\w-])".encode(), re.IGNORECASE)
    longest = max(len(word.encode()) for word in words) + 1
    return [path for path in _files(places) if _names(path, found, longest)]


def _names(path: Path, found: re.Pattern[bytes], longest: int) -> bool:
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as box:
                for name in box.namelist():
                    with box.open(name) as file:
                        if _holds(file, found, longest):
                            return True
        with path.open("rb") as file:
            return _holds(file, found, longest)
    except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        return True


def _holds(file: IO[bytes], found: re.Pattern[bytes], longest: int) -> bool:
    """Whether a file, read piece by piece, holds one of the words; JSON may have a backslash before a slash."""
    left = b""
    while piece := file.read(_PIECE):
        text = left + piece
        if found.search(text.replace(b"\\/", b"/").lower()):
            return True
        left = text[-2 * longest :]
    return False


def _needles(who: str, erased: Erased) -> set[str]:
    """By what a file may name them: profiles and permalinks without their scheme, handles, names that are telling."""
    addresses = {who, *erased.urls, *(person.url for person in erased.people)}
    handles = {text.lstrip("@") for person in erased.people for text in (person.handle,) if names_of(text)}
    names = {person.name.strip() for person in erased.people if _is_telling(person.name)}
    return handles | names | {re.sub(r"^https?://(?:www\.)?|^@", "", one).rstrip("/") for one in addresses}


def _is_telling(name: str) -> bool:
    return len(name.strip()) >= _TELLING


def _files(places: Iterable[Path]) -> list[Path]:
    found: dict[Path, None] = {}
    for place in places:
        if place.is_file():
            found[place.resolve()] = None
        for folder, _, names in os.walk(place):
            found |= dict.fromkeys(Path(folder, name).resolve() for name in names if Path(folder, name).is_file())
    return sorted(found)


def _shown(path: Path, shop: Workshop) -> str:
    return os.path.relpath(path, shop.settings.root)


def _some(lines: list[str]) -> Iterator[str]:
    yield from (f"  {line}" for line in lines[:SHOWN])
    if len(lines) > SHOWN:
        yield f"  and {len(lines) - SHOWN} more"
