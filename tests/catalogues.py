"""The catalogues of translations: `python tests/catalogues.py` brings them up to date with what the code says.

New sentences are added to every language without a translation, those that nothing says any more are dropped; the tests
tell what is then left to do. `python tests/catalogues.py it` begins a new language, here Italian.
"""

from __future__ import annotations

import dataclasses
import io
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]

__all__ = ["CATALOGUES", "Catalogues", "read", "said", "written"]

#: The functions that translate, and which of their arguments are sentences. `_` and `_n` are the theme's own.
KEYWORDS = {"gettext": None, "ngettext": (1, 2), "_": None, "_n": (1, 2)}
DOMAIN = "conversation"
MONTH = datetime(2026, 11, 1, tzinfo=UTC)


@dataclasses.dataclass(frozen=True)
class Catalogues:
    """A folder of catalogues, one for each language, and the folders of the code whose sentences they translate."""

    folder: Path
    sources: tuple[Path, ...]

    def paths(self) -> dict[str, Path]:
        """Its files by language."""
        return {path.parent.parent.name: path for path in sorted(self.folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))}

    def new(self, language: str) -> Path:
        """Where the file of a language belongs."""
        return self.folder / language / "LC_MESSAGES" / f"{DOMAIN}.po"


CATALOGUES = (
    Catalogues(ROOT / "plugins" / "conversation" / "languages" / "catalogues", (ROOT / "plugins" / "conversation",)),
    Catalogues(ROOT / "themes" / "commons" / "translations", (ROOT / "themes" / "commons" / "templates",)),
)


def said(sources: Iterable[Path]) -> Catalog:
    """All sentences that templates and Python say, in the order of the files, with Translators' comments."""
    found = Catalog(domain=DOMAIN, project="pelican-conversation", creation_date=MONTH, fuzzy=False)
    for source in sources:
        for path in sorted(source.rglob("*.html")):
            _collect(found, path, "jinja2.ext:babel_extract", {"newstyle_gettext": "true"})
        for path in sorted(source.rglob("*.py")):
            _collect(found, path, "python", {})
    return found


def _collect(found: Catalog, path: Path, method: str, options: dict[str, str]) -> None:
    with path.open("rb") as file:
        for line, sentence, comments, _ in extract(method, file, KEYWORDS, ["Translators:"], options, True):  # noqa: FBT003
            found.add(sentence, locations=[(str(path.relative_to(ROOT)), line)], auto_comments=comments)


def read(path: Path, language: str) -> Catalog:
    """A catalogue as it is written, with what is marked as fuzzy."""
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def written(path: Path, language: str, sentences: Catalog) -> bytes:
    """A catalogue as it should stand on disk: all of `sentences`, with the translations that it has."""
    if path.is_file():
        told = read(path, language)
    else:
        told = Catalog(language, DOMAIN, project="pelican-conversation", creation_date=MONTH, fuzzy=False)
    told.update(sentences, no_fuzzy_matching=True, update_header_comment=False, update_creation_date=False)
    told.obsolete.clear()
    told.header_comment = "# Translations of pelican-conversation, under its licence."
    told.revision_date, told.version, told.msgid_bugs_address = MONTH, "", ""
    told.last_translator = told.language_team = ""
    buffer = io.BytesIO()
    write_po(buffer, told, width=120, include_lineno=False, ignore_obsolete=True)
    return buffer.getvalue()


def changed(languages: Iterable[str]) -> Iterator[Path]:
    """Writes all catalogues that are not as they should be, and those of new `languages`."""
    for catalogues in CATALOGUES:
        sentences = said(catalogues.sources)
        for language, path in (catalogues.paths() | {one: catalogues.new(one) for one in languages}).items():
            text = written(path, language, sentences)
            if not path.is_file() or path.read_bytes() != text:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text)
                yield path


if __name__ == "__main__":
    for page in changed(sys.argv[1:]):
        sys.stdout.write(f"{page.relative_to(ROOT)}\n")
