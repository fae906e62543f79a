"""scans.py: what Pelican finds by looking at all articles for each article, found exactly so and sooner."""

# ruff: noqa: ANN401, SLF001, FBT001 - as in readings.py

from __future__ import annotations

import gc
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pelican import generators
from pelican.generators import ArticlesGenerator, PagesGenerator
from pelican.settings import DEFAULT_CONFIG
from pelican.utils import SafeDatetime, process_translations

from incremental import scans
from readings import made, post, warnings_of, write

ARTICLES = st.lists(
    st.fixed_dictionaries(
        {
            "slug": st.sampled_from("abcdefghij"),
            "lang": st.sampled_from(["en", "de"]),
            "translation": st.sampled_from(["true", "false", "False"]),
            "day": st.integers(1, 28),
            "month": st.integers(1, 12),
            "year": st.integers(2024, 2026),
        }
    ),
    max_size=40,
)


class Thing(SimpleNamespace):
    """An article as the scans see one; equal to itself alone, as Pelican's are."""

    __eq__ = object.__eq__
    __hash__ = object.__hash__


def things(fields: list[dict[str, Any]]) -> list[Any]:
    return [
        Thing(
            number=number,
            slug=one["slug"],
            lang=one["lang"],
            in_default_lang=one["lang"] == "en",
            metadata={"translation": one["translation"]},
            source_path=f"{number}.md",
            date=SafeDatetime(one["year"], one["month"], one["day"]),
            translations=None,
        )
        for number, one in enumerate(fields)
    ]


def numbers(contents: list[Any]) -> list[int]:
    return [one.number for one in contents]


def translated(process: Any, fields: list[dict[str, Any]], by: Any) -> object:
    """What a function finds, does to the list and its contents, and warns of."""
    contents = things(fields)
    with warnings_of() as log:
        index, translations = process(contents, by)
    others = {one.number: numbers(one.translations) for one in contents if one.translations is not None}
    return numbers(index), numbers(translations), numbers(contents), others, log


@given(fields=ARTICLES, by=st.sampled_from(["slug", {"slug"}, ["slug", "lang"], None, ""]))
def test_translations_are_those_that_pelican_finds(fields: list[dict[str, Any]], by: Any) -> None:
    """The same originals and translations, in the same order, with the same warnings."""
    found = translated(scans.in_portions(process_translations), fields, by)
    assert found == translated(process_translations, fields, by)


@pytest.mark.parametrize(("by", "error"), [("unheard_of", AttributeError), (3, TypeError)])
def test_what_is_wrong_with_an_id_is_said_by_pelican(by: Any, error: Any) -> None:
    """A mistake in ARTICLE_TRANSLATION_ID has one message, and not two."""
    fields = {"slug": "a", "lang": "en", "translation": "false", "day": 1, "month": 1, "year": 2026}
    with pytest.raises(error, match="translation_id"):
        scans.in_portions(process_translations)(things([fields, fields]), by)


@given(fields=ARTICLES, order=st.randoms(use_true_random=False), twice=st.booleans())
def test_archives_are_those_that_pelican_builds(fields: list[dict[str, Any]], order: Any, twice: bool) -> None:
    """Each archive lists the articles of its period in the order of all articles, whatever that is."""
    articles = things(fields)
    dates = sorted(articles, key=lambda one: one.date, reverse=True)
    if twice:  # a plugin may list an article twice, or not at all
        articles += articles[:2]
        dates = dates[1:] + dates[:3]
    order.shuffle(articles)
    settings = dict(DEFAULT_CONFIG)
    for period, form in (("YEAR", "%Y"), ("MONTH", "%Y/%m"), ("DAY", "%Y/%m/%d")):
        settings[f"{period}_ARCHIVE_SAVE_AS"] = f"{{date:{form}}}.html"
    own = ArticlesGenerator._build_period_archives.__get__(SimpleNamespace())
    expected = own(dates, articles, settings)
    assert scans.period_archives(own)(dates, articles, settings) == expected


@pytest.mark.parametrize("kind", [ArticlesGenerator, PagesGenerator])
def test_pelican_is_as_it_was_afterwards(tmp_path: Path, kind: Any) -> None:
    """What is borrowed for one generator's reading is given back, even when that fails."""
    write(tmp_path, "a.md", post("A"))
    thresholds = gc.get_threshold()
    generator = made(tmp_path, kind)
    scans.quicken(generator)
    generator.generate_context()
    assert generators.process_translations is process_translations
    broken = made(tmp_path, kind, ARTICLE_TRANSLATION_ID="unheard_of", PAGE_TRANSLATION_ID="unheard_of")
    write(tmp_path, "pages/a.md", post("A"))
    scans.quicken(broken)
    with pytest.raises(AttributeError):
        broken.generate_context()
    assert generators.process_translations is process_translations
    assert gc.get_threshold() == thresholds


NAMES = st.text("ab._~#/-*é", min_size=1, max_size=12) | st.sampled_from(
    ["a.md", ".hidden.md", "b.rst", "c.tar.gz", "x/.#y.md"]
)


@given(
    path=NAMES,
    ignores=st.lists(st.sampled_from(["**/.*", "__pycache__", ".#*", "*~", "a*", "[ab].?d", "é*"]), max_size=4),
    extensions=st.sampled_from([None, False, ("md", "gz"), {"rst", ""}]),
)
def test_a_file_is_included_where_pelican_includes_it(path: str, ignores: list[str], extensions: Any) -> None:
    """Patterns of files to be ignored, and endings, mean what they mean to Pelican."""
    generator = SimpleNamespace(settings={"IGNORE_FILES": ignores}, readers=SimpleNamespace(extensions={"md", "rst"}))
    expected = generators.Generator._include_path(generator, path, extensions)
    assert scans.include_path(generator)(path, extensions) == expected


class Wrote:
    """Stands for the writer: remembers which lists it was given."""

    def __init__(self) -> None:
        self.calls: list[Any] = []

    def file(self, name: str, _template: Any, _context: Any, **given: Any) -> None:
        """Write no file."""
        self.calls.append((name, *([one.title for one in given[key]] for key in ("articles", "dates", "all_articles"))))


@pytest.mark.parametrize("twice", [False, True])
def test_lists_by_date_are_those_that_pelican_finds(tmp_path: Path, twice: bool) -> None:
    """Each tag, category and author has its own articles by date, even where one is there twice; and all is left so."""
    for number in range(9):
        day = f"2026-05-{(number * 5) % 9 + 1:02}"
        write(tmp_path, f"{number}.md", post(f"T{number}", date=day, tags=f"a{number % 2}, b", author=f"A{number % 3}"))
    generator = made(tmp_path)
    generator.generate_context()
    generator.get_template = lambda name: name
    if twice:
        generator.dates.append(generator.dates[0])
    before = generator.tags, generator.categories, generator.authors, generator.dates
    plain, quick = Wrote(), Wrote()
    for write_lists, quickens in ((plain, False), (quick, True)):
        if quickens:
            scans.quicken_lists(generator)
        for name in ("tags", "categories", "authors"):
            getattr(generator, f"generate_{name}")(write_lists.file)
    assert quick.calls == plain.calls
    assert len(plain.calls) == 7
    assert all(
        one is other
        for one, other in zip(
            (generator.tags, generator.categories, generator.authors, generator.dates), before, strict=True
        )
    )


def test_a_plugins_own_way_of_writing_lists_stays_its_own(tmp_path: Path) -> None:
    """Whoever replaced a method of Pelican's may look at tags in another way."""
    generator = made(tmp_path)
    own = generator.generate_tags = lambda _write: None
    scans.quicken_lists(generator)
    assert generator.generate_tags is own
    assert generator.generate_authors.func is scans.with_own_dates
