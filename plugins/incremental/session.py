"""Pelican's side: listens to each run from its beginning to its end."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from hashlib import blake2b
from pathlib import Path
from typing import Any

import blinker
from pelican import Pelican
from pelican.generators import ArticlesGenerator, CachingGenerator, Generator, StaticGenerator
from pelican.log import console
from pelican.plugins import signals
from pelican.writers import Writer

from .compiled import Compiled
from .copies import copied_files, copy_sparingly
from .digests import Digester
from .edition import Edition
from .fingerprint import changed, fingerprint, reading_part, unknown_settings
from .forking import MOST_TASKS, can_fork, share
from .journal import Journal
from .leaving import leave_quickly
from .listeners import others
from .memory import Copied, Memory
from .outputs import remove_others, remove_stale
from .reading import ContentCache, attach
from .recording import Recorder
from .scans import quicken, quicken_lists, rare_collections
from .settings import Settings, load
from .site import Site
from .stocking import stock
from .writer import IncrementalWriter

__all__ = ["Run", "Session"]

logger = logging.getLogger(__name__)

#: Plugins that only look at what is written, and may see a page again that was written in an earlier build.
OBSERVERS = ("pelican.plugins.sitemap", "sitemap")
_READING = (
    signals.article_generator_preread,
    signals.article_generator_context,
    signals.page_generator_preread,
    signals.page_generator_context,
    signals.content_object_init,
)
_CHANGING = (signals.article_generator_write_article, signals.page_generator_write_page)
_FEEDS = (signals.feed_generated, signals.feed_written)


class Session:
    """One Pelican's listener; each of its runs is a `Run`. Pelican keeps it, since signals only know it weakly.

    Raises SettingsError.
    """

    def __init__(self, pelican: Pelican) -> None:
        self._pelican, self._ours = pelican, load(pelican.settings)
        self._run: Run | None = None
        self._around = ExitStack()
        # What a build must not do, the plugin does with more care: what is still good stays.
        self._empties, pelican.delete_outputdir = pelican.delete_outputdir, False
        signals.get_generators.connect(self.begin)
        signals.generator_init.connect(self.watch)
        signals.article_generator_init.connect(self.read)
        signals.page_generator_init.connect(self.read)
        signals.static_generator_init.connect(self.copy)
        signals.get_writer.connect(self.writer)
        signals.article_writer_finalized.connect(self.flush)
        blinker.signal("incremental_outputs").connect(self.adopt)
        blinker.signal("incremental_share").connect(self.share)
        leave_quickly()

    def begin(self, pelican: Pelican) -> None:
        """A run begins: nothing is read yet."""
        if pelican is self._pelican:
            self._around.close()  # of a run that came to no end
            self._around.enter_context(rare_collections())
            self._run = Run(pelican, self._ours, empties=self._empties)

    def watch(self, generator: Generator) -> None:
        """A generator has its templates."""
        if run := self._of(generator):
            run.watch(generator)

    def read(self, generator: CachingGenerator) -> None:
        """A generator is about to read articles or pages."""
        if run := self._of(generator):
            run.read(generator)

    def copy(self, generator: StaticGenerator) -> None:
        """A generator is about to copy files."""
        if run := self._of(generator):
            run.copy(generator)

    def writer(self, pelican: Pelican) -> type[Writer] | None:
        """Everything is read, and the writer is wanted."""
        if pelican is not self._pelican or self._run is None:
            return None
        # Last of all who listen: what others do to written files belongs to this build.
        signals.finalized.disconnect(self.finish)
        signals.finalized.connect(self.finish)
        return self._run.writer()

    def flush(self, generator: ArticlesGenerator, writer: Writer) -> None:
        """All articles and lists were handed to the writer."""
        if self._of(generator) and isinstance(writer, IncrementalWriter):
            writer.flush()
            writer.edition.gathers = False

    def adopt(self, generator: Generator, paths: list[str]) -> None:
        """Another plugin names files of its own that this build keeps: those that it names no more are removed."""
        if run := self._of(generator):
            run.adopt(paths)

    def share(self, generator: Generator, tasks: int, work: Callable[[Iterator[int]], object]) -> list[int] | None:
        """Another plugin has tasks that all processes can do; the numbers of those that it has to do by itself."""
        run = self._of(generator)
        return run.share(tasks, work) if run else None

    def finish(self, pelican: Pelican) -> None:
        """Everything is written."""
        if pelican is self._pelican and self._run is not None:
            self._run.finish()
            self._run = None
            self._around.close()

    def _of(self, generator: Generator) -> Run | None:
        return self._run if generator.settings is self._pelican.settings else None


class Run:
    """One run of Pelican: from what the last one left to what this one leaves."""

    def __init__(self, pelican: Pelican, ours: Settings, *, empties: bool) -> None:
        self._settings: Mapping[str, Any] = pelican.settings
        self._ours = ours
        self._output = os.path.abspath(pelican.output_path)
        self._home = Path(self._settings["CACHE_PATH"]) / "incremental"
        place = blake2b(os.fsencode(self._output), digest_size=8).hexdigest()
        self._memory_file = self._home / f"pages-{place}"
        self._fingerprint = fingerprint(pelican)
        self._former = Memory.load(self._memory_file)
        self._journal = Journal(self._home / f"begun-{place}", self._former.written.keys() | self._former.copied.keys())
        left = self._journal.left()
        #: What the last build left in memory is what is in the file.
        self._is_kept = not left and bool(self._former.fingerprint)
        self._former.copied |= {path: Copied("", None, None) for path in left}
        self._recorder = Recorder()
        self._generators: list[Generator] = []
        self._caches: list[ContentCache] = []
        self._adopted: set[str] = set()
        self._edition: Edition | None = None
        content = os.path.realpath(pelican.path)
        if empties and os.path.commonpath([os.path.realpath(self._output), content]) != os.path.realpath(self._output):
            kept = self._former.written.keys() | self._former.copied.keys()
            remove_others(self._output, kept, self._settings["OUTPUT_RETENTION"])

    def watch(self, generator: Generator) -> None:
        """Lets what a generator's templates read be noted, and its templates be compiled once."""
        self._generators.append(generator)
        self._recorder.watch(generator.env)
        if generator.env.bytecode_cache is None:
            generator.env.bytecode_cache = Compiled(self._home)

    def read(self, generator: CachingGenerator) -> None:
        """Gives a generator what was read before, and takes the long way out of it."""
        alone = not others(*_READING)
        self._home.mkdir(parents=True, exist_ok=True)
        reading = reading_part(self._fingerprint)
        self._caches.append(attach(generator, self._home, reading, alone=alone, jobs=self._ours.jobs))
        quicken(generator)

    def copy(self, generator: StaticGenerator) -> None:
        """Lets files be copied only where they are not there already."""
        copy_sparingly(generator, self._former.copied, self._journal)

    def writer(self) -> type[Writer] | None:
        """The class of the writer, for this run alone; None where another plugin brings one."""
        foreign = others(signals.get_writer)
        if foreign:
            logger.info("Incremental: %s brings a writer of its own; everything is written by that.", foreign[0])
            return None
        context = self._generators[0].context
        settled = not others(*_CHANGING)
        shelves = stock(context, self._generators, self._recorder)
        site = Site(Digester(), context, shelves, settled=settled)
        self._edition = edition = Edition(self._former, self._journal, self._recorder, site)
        edition.whole, edition.feeds_whole = self._whole(), next(iter(others(*_FEEDS)), "")
        edition.processes = self._ours.jobs
        watched = others(signals.content_written, signals.article_writer_finalized, *_CHANGING)
        edition.gathers = edition.may_gather = self._ours.jobs > 1 and not watched and not site.attaches
        if not watched:
            for generator in (one for one in self._generators if isinstance(one, ArticlesGenerator)):
                quicken_lists(generator)
        logging.getLogger().addHandler(edition.warnings)
        return type("Writer", (IncrementalWriter,), {"edition": edition})

    def adopt(self, paths: list[str]) -> None:
        """Files of another plugin's."""
        self._adopted |= {os.path.normpath(os.path.join(self._output, path)) for path in paths}

    def share(self, tasks: int, work: Callable[[Iterator[int]], object]) -> list[int]:
        """Has tasks done by all processes that there may be; the numbers of those that nobody did."""
        if self._ours.jobs == 1 or tasks > MOST_TASKS or not can_fork():
            return list(range(tasks))
        done = {number for one in share(tasks, self._ours.jobs, work) for number in one.done}
        return [number for number in range(tasks) if number not in done]

    def finish(self) -> None:
        """Removes what belongs to the site no more, and remembers the rest."""
        for cache in self._caches:
            cache.close()
        edition = self._edition
        if edition is None:
            return
        logging.getLogger().removeHandler(edition.warnings)
        edition.finish(self._fingerprint)
        now = edition.now
        for generator in (one for one in self._generators if isinstance(one, StaticGenerator)):
            now.copied |= dict(copied_files(generator.context, generator))
        now.copied |= {path: Copied("", None, None) for path in self._adopted}
        former = self._former.written.keys() | self._former.copied.keys()
        for path in remove_stale(former - now.written.keys() - now.copied.keys(), self._output):
            logger.info("Removed %s, which belongs to the site no more.", path)
        if not self._is_kept or now != self._former:
            now.save(self._memory_file)
        self._journal.close()
        self._tell(edition)

    def _whole(self) -> str:
        """Why all pages are rendered; "" where each is asked by itself."""
        unknown = unknown_settings(self._fingerprint)
        if unknown:
            return f"the setting {unknown[0]}, of which nobody can tell whether it changed"
        editors = others(signals.content_written, known=(*OBSERVERS, *self._ours.observers))
        if editors:
            return f"{editors[0]} works on pages after they are written"
        altered = changed(self._former.fingerprint, self._fingerprint)
        if altered and self._former.fingerprint:
            return f"{altered[0]} changed"
        return ""

    def _tell(self, edition: Edition) -> None:
        for path, reason in sorted(edition.reasons.items()):
            logger.info("Rendered %s: %s", os.path.relpath(path, self._output), reason)
        pages = len(edition.now.written)
        read = sum(len(cache.read) for cache in self._caches)
        line = f"Incremental: {len(edition.reasons)} of {pages} pages and feeds rendered, {read} files read."
        console.print(line, markup=False)
        for reason in [one for cache in self._caches for one in cache.reasons]:
            logger.info("Incremental: %s", reason)
        if edition.whole and self._former.fingerprint:
            console.print(f"Incremental: everything was rendered, because {edition.whole}.", markup=False)
