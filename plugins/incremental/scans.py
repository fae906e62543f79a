"""Pelican's own scans of all articles, without their quadratic parts. The results are exactly Pelican's."""

from __future__ import annotations

import fnmatch
import gc
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any, Literal

from pelican import generators
from pelican.contents import Content

from .reading import lacks

#: New objects after which Python looks for garbage among them; as it comes, 700.
COLLECT_AFTER = 100_000
#: Looks at these after which it looks at older ones, too; as it comes, 10.
OLDER_AFTER = 50

#: Pelican's methods that write a list for each of several, and where these are.
GROUPS = (("generate_tags", "tags"), ("generate_categories", "categories"), ("generate_authors", "authors"))

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
    if is_pelicans(generator, "check_disabled_readers"):
        generator.check_disabled_readers = partial(check_disabled_readers, generator, generator.check_disabled_readers)
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


def is_pelicans(generator: Any, method: str) -> bool:
    """Whether a method is Pelican's own, and no plugin's."""
    return method not in vars(generator) and getattr(type(generator), method).__module__ == generators.__name__


def check_disabled_readers(generator: Any, check: Callable[[], None]) -> None:
    """Pelican's method of that name, which lists all files even where no reader is disabled."""
    if generator.readers.disabled_extensions:
        check()


@contextmanager
def rare_collections() -> Iterator[None]:
    """While this is entered, Python looks for garbage seldom: of what a build reads and works out nearly all stays."""
    thresholds = gc.get_threshold()
    gc.set_threshold(COLLECT_AFTER, OLDER_AFTER, thresholds[2])
    try:
        yield
    finally:
        if not gc.get_freeze_count():
            # What is young becomes old unseen, or all of it would be looked at as soon as the thresholds are back.
            gc.freeze()
            gc.unfreeze()
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

    It looks only at contents that share an id; one that shares its id with none is told at a glance.
    """

    def process_translations(
        contents: Contents, translation_id: str | Collection[str] | None = None
    ) -> tuple[Contents, Contents]:
        if not translation_id:
            return process(contents, translation_id)
        names = {translation_id} if isinstance(translation_id, str) else translation_id
        try:
            key = attrgetter(*names)
            contents.sort(key=key)
        except (TypeError, AttributeError):
            return process(contents, translation_id)  # which says what is wrong
        index, translations = [], []
        for _, group in groupby(contents, key):
            some = list(group)
            if len(some) > 1 or claims(some[0]):
                some, others = process(some, translation_id)
                translations += others
            elif some[0].translations != []:
                some[0].translations = []
            index += some
        return index, translations

    return process_translations


def claims(content: Any) -> bool:
    """Whether a content may say of itself that it is a translation."""
    if isinstance(content, Content) and lacks(content, "translation"):
        return False
    said = content.metadata.get("translation", "false")
    return type(said) is not str or said.lower() != "false"


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


def quicken_lists(generator: Any) -> None:
    """Let a generator of articles write tags, categories and authors without a look at all articles for each of them.

    Meanwhile it has other `dates`: so nobody else should look at it while it writes.
    """
    for name, groups in GROUPS:
        if is_pelicans(generator, name):
            setattr(generator, name, partial(with_own_dates, generator, getattr(generator, name), groups))


def with_own_dates(generator: Any, generate: Callable[[Any], None], name: str, write: Any) -> None:
    """Pelican's `generate_tags` and the like, which pick a group's articles out of `dates` and now find no others."""
    groups, dates = getattr(generator, name), generator.dates
    listed = list(dates)
    order = {id(one): place for place, one in enumerate(listed)}
    if len(order) < len(listed):
        generate(write)  # some are there twice
        return

    def each() -> Iterator[tuple[Any, Any]]:
        for wrapper, articles in groups.items() if isinstance(groups, Mapping) else groups:
            places = sorted({order[id(one)] for one in articles if id(one) in order})
            generator.dates = [listed[place] for place in places]
            yield wrapper, articles

    setattr(generator, name, Groups(each()))
    try:
        generate(write)
    finally:
        setattr(generator, name, groups)
        generator.dates = dates


class Groups:
    """Pairs that come one after the other, from a list or from a dictionary."""

    def __init__(self, pairs: Iterator[tuple[Any, Any]]) -> None:
        self._pairs = pairs

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        """The pairs of a list."""
        return self._pairs

    def items(self) -> Iterator[tuple[Any, Any]]:
        """The pairs of a dictionary."""
        return self._pairs
