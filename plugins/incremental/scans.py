"""Pelican's own scans of all articles, without their quadratic parts. The results are exactly Pelican's."""

from __future__ import annotations

import fnmatch
import gc
import os
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import attrgetter
from typing import Any, Literal

from pelican import generators

#: Contents that go into one call. Pelican looks for each in a list of as many.
TOGETHER = 100
#: New objects after which Python looks for garbage among them; as it comes, 700.
COLLECT_AFTER = 50_000

Contents = list[Any]
Archives = dict[str, list[dict[str, Any]]]


def quicken(generator: Any) -> None:
    """Let one generator of articles or pages do without quadratic scans."""
    generate = generator.generate_context

    def generate_context() -> None:
        with quick_translations():
            generate()

    generator.generate_context = generate_context
    generator._include_path = include_path(generator)  # noqa: SLF001
    if isinstance(generator, generators.ArticlesGenerator):
        generator._build_period_archives = period_archives(generator._build_period_archives)  # noqa: SLF001


def include_path(generator: Any) -> Callable[..., bool]:
    """Pelican's `_include_path`, which compares each file with each pattern of IGNORE_FILES, with one comparison."""
    patterns = [fnmatch.translate(os.path.normcase(pattern)) for pattern in generator.settings["IGNORE_FILES"]]
    ignored = re.compile("|".join(patterns) or r"(?!)").match
    usual = frozenset(generator.readers.extensions)

    def included(path: str, extensions: Collection[str] | Literal[False] | None = None) -> bool:
        name = os.path.basename(path)
        if ignored(os.path.normcase(name)):
            return False
        return extensions is False or os.path.splitext(name)[1][1:] in (usual if extensions is None else extensions)

    return included


@contextmanager
def rare_collections() -> Iterator[None]:
    """While this is entered, Python looks for garbage seldom: of what a build reads and works out nearly all stays."""
    thresholds = gc.get_threshold()
    gc.set_threshold(COLLECT_AFTER, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


@contextmanager
def quick_translations() -> Iterator[None]:
    """While this is entered, generators find translations in linear time."""
    original = generators.process_translations
    generators.process_translations = in_portions(original)
    try:
        yield
    finally:
        generators.process_translations = original


def in_portions(process: Callable[..., tuple[Contents, Contents]]) -> Callable[..., tuple[Contents, Contents]]:
    """Pelican's `process_translations`, called for a few contents at a time.

    It looks only at contents that share an id, so where the id changes the list can be cut.
    """

    def process_translations(
        contents: Contents, translation_id: str | Collection[str] | None = None
    ) -> tuple[Contents, Contents]:
        if not translation_id or len(contents) <= TOGETHER:
            return process(contents, translation_id)
        names = {translation_id} if isinstance(translation_id, str) else translation_id
        try:
            key = attrgetter(*names)
            contents.sort(key=key)
        except (TypeError, AttributeError):
            return process(contents, translation_id)  # which says what is wrong
        index, translations = [], []
        for portion in portions(contents, key):
            some, others = process(portion, translation_id)
            index += some
            translations += others
        return index, translations

    return process_translations


def portions(contents: Contents, key: Callable[[Any], object]) -> Iterator[Contents]:
    """The contents in lists of about TOGETHER, cut only where the key changes."""
    portion: Contents = []
    for _, group in groupby(contents, key):
        portion += group
        if len(portion) >= TOGETHER:
            yield portion
            portion = []
    if portion:
        yield portion


def period_archives(build: Callable[..., Archives]) -> Callable[..., Archives]:
    """Pelican's `_build_period_archives`, which looks for each article in each archive, with one look at each."""

    def build_period_archives(dates: Contents, articles: Contents, settings: object) -> Archives:
        archives = build(dates, [], settings)
        for periods in archives.values():
            homes: dict[int, list[Contents]] = {}
            for archive in periods:
                archive["articles"] = []
                for article in {id(one): one for one in archive["dates"]}:
                    homes.setdefault(article, []).append(archive["articles"])
            for article in articles:
                for home in homes.get(id(article), ()):
                    home.append(article)
        return archives

    return build_period_archives
