"""Which languages there are: those that ship with the plugin, and those that a site or a theme adds.

A catalogue is `LANGUAGE/LC_MESSAGES/conversation.po`, gettext's own form and place for it. It is read as people write
it, without a step that compiles it. The first folder's sentences win, one by one: a site can change a single one.
"""

from __future__ import annotations

import hashlib
import io
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from pathlib import Path

from ..errors import SettingsError
from .words import ENGLISH, SOURCE_LANGUAGE, Silence, Words

__all__ = ["DOMAIN", "SHIPPED", "Languages", "catalogue"]

DOMAIN = "conversation"
#: The folder of the languages that ship.
SHIPPED = Path(str(files(__package__ or ""))) / "catalogues"


class Languages:
    """The languages of one site: `default` is the site's own; `folders` hold its own catalogues, the first one wins."""

    def __init__(self, default: str = SOURCE_LANGUAGE, folders: Iterable[Path] = ()) -> None:
        self._default = default
        self._folders = (*folders, SHIPPED)
        self._chosen: dict[str, Words] = {}
        self._read: dict[str, Words] = {}

    def choose(self, language: str = "") -> Words:
        """The first that there is of the language asked for, the site's own and English; "de-AT" is "de", too.

        Raises SettingsError for a catalogue that cannot be read.
        """
        if language not in self._chosen:
            wanted = [tag for one in (language, self._default, SOURCE_LANGUAGE) for tag in _from_exact_to_broad(one)]
            name = next((tag for tag in wanted if tag in self._files or tag == SOURCE_LANGUAGE), SOURCE_LANGUAGE)
            self._chosen[language] = self._words(name)
        return self._chosen[language]

    def check(self) -> None:
        """Reads all catalogues of the site's own. Raises SettingsError for one that cannot be read."""
        for paths in self._files.values():
            for path in paths:
                if not path.is_relative_to(SHIPPED):
                    catalogue(path)

    @cached_property
    def fingerprint(self) -> str:
        """A digest of all catalogues: what else than their arguments the words of pages depend on."""
        told = hashlib.blake2b(self._default.encode(), digest_size=16)
        for path in (path for paths in self._files.values() for path in paths):
            told.update(repr((str(path), path.read_bytes())).encode("utf-8", "surrogatepass"))
        return told.hexdigest()

    @cached_property
    def _files(self) -> dict[str, list[Path]]:
        """The files of each language, by its tag in lower case, the one that wins first."""
        found: defaultdict[str, list[Path]] = defaultdict(list)
        for folder in self._folders:
            for path in sorted(folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
                found[_plain(path.parent.parent.name)].append(path)
        return dict(found)

    def _words(self, name: str) -> Words:
        if name not in self._read:
            paths = self._files.get(name, [])
            self._read[name] = Words(_tag(paths[0]), _chain(paths)) if paths else ENGLISH
        return self._read[name]


def catalogue(path: Path) -> GNUTranslations:
    """The sentences of a catalogue. Raises SettingsError, with the line, where one is not as gettext has it.

    What is marked as fuzzy is left out. A translation has to have the placeholders of what it translates.
    """
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - English pages do without Babel
    from babel.messages.pofile import PoFileError, read_po  # noqa: PLC0415 - likewise

    try:
        with path.open("rb") as file:
            # Without a language Babel would forget which plurals there are.
            told = read_po(file, locale=path.parent.parent.name, abort_invalid=True)
        for message, (error, *_) in told.check():
            raise SettingsError(f"{path}, line {message.lineno}: {error}.")
        compiled = io.BytesIO()
        write_mo(compiled, told)
        compiled.seek(0)
        return GNUTranslations(compiled)
    except (OSError, PoFileError, ValueError) as error:
        raise SettingsError(f"{path} is no catalogue of translations that can be read: {error}") from None


def _chain(paths: Iterable[Path]) -> NullTranslations:
    """The catalogues behind one another, and silence behind the last."""
    last: NullTranslations = Silence()
    for path in reversed(list(paths)):
        this = catalogue(path)
        this.add_fallback(last)
        last = this
    return last


def _from_exact_to_broad(language: str) -> list[str]:
    """As in "zh-hant-tw", "zh-hant", "zh"."""
    parts = _plain(language).split("-")
    return ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]


def _plain(language: str) -> str:
    return language.strip().lower().replace("_", "-")


def _tag(path: Path) -> str:
    """The language of a catalogue's file, as HTML's `lang` has it."""
    return path.parent.parent.name.replace("_", "-")
