"""One build of the site: what the last one left, what is kept of it and what is made anew, and why."""

from __future__ import annotations

import contextlib
import logging
from collections import ChainMap
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import Any

from .calls import Call
from .digests import Opaque, joined
from .forking import MOST_TASKS, can_fork, share
from .journal import Journal
from .memory import Copied, Memory, Written
from .outputs import signature
from .recording import Reading, Recorder
from .site import Site
from .templates import Templates
from .traces import Trace, Verifier

__all__ = ["WORTH_A_FORK", "Edition", "Warnings"]

logger = logging.getLogger(__name__)

#: Fewer pages than this are rendered sooner than a process is forked.
WORTH_A_FORK = 48
#: So many pages are taken at once by whoever is free.
BATCH = 8


class Edition:
    """Decides which pages are kept, and remembers how all of them were made.

    `whole` is the reason why every page is rendered, where there is one; `feeds_whole` likewise for feeds. `gathers`
    says that pages are put aside until `share`, to be rendered by several processes, which it only does where it
    `may_gather`.
    """

    def __init__(self, former: Memory, journal: Journal, recorder: Recorder, site: Site) -> None:
        self.former, self.now, self.journal = former, Memory(), journal
        self.recorder, self.site = recorder, site
        self.templates = Templates(former.closures)
        self.warnings = Warnings()
        self.whole, self.feeds_whole = "", ""
        self.gathers, self.may_gather, self.processes = False, False, 1
        #: Why each page that is rendered is rendered, by its path.
        self.reasons: dict[str, str] = {}
        self._made: dict[str, Trace | bytes] = {}
        self._verifier = Verifier(site)

    @property
    def former_paths(self) -> Container[str]:
        """The files that earlier builds made."""
        return ChainMap[str, Any](self.former.written, self.former.copied)

    def keeps_page(self, path: str, template: Any, context: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
        """Whether a page can stay as it is; else the reason is noted."""
        reason = self.whole or self._stale(path, template, context, own)
        if reason:
            self.reasons[path] = reason
            return False
        self.now.written[path] = self.former.written[path]
        return True

    def keeps_feed(self, path: str, key: bytes) -> bool:
        """Whether a feed can stay as it is."""
        known = self.former.written.get(path)
        if self.whole or self.feeds_whole or known is None or known.made_from != key or _altered(path, known):
            return False
        self.now.written[path] = known
        return True

    def feed_key(self, about: Iterable[object], articles: Iterable[Any], read: Sequence[str]) -> bytes:
        """The digest of all that a feed is made from; b"" where nobody can tell."""
        try:
            items = [self.site.attribute(one, name) for one in articles for name in read]
            return joined(*map(self.site.value, about), *items)
        except Opaque:
            return b""

    def made(self, path: str, made_from: Trace | bytes) -> None:
        """Remembers what a file was made from that was just written."""
        self._made[path] = made_from

    def share(self, calls: Sequence[Call], run: Callable[[Call], None], worth: int = WORTH_A_FORK) -> list[int]:
        """Runs calls with several processes; the numbers of those that are still to be run here, in order.

        Of fewer than `worth` nothing is run.
        """
        if len(calls) < worth or self.processes == 1 or not can_fork():
            return list(range(len(calls)))
        # Lists of many pages first: whoever is left with one at the end would keep the others waiting.
        order = sorted(range(len(calls)), key=lambda number: not calls[number].lists)
        size = max(1, min(BATCH, len(calls) // (4 * self.processes)), -(-len(calls) // MOST_TASKS))
        batches = [order[start : start + size] for start in range(0, len(order), size)]

        def work(numbers: Iterator[int]) -> tuple[dict[str, Trace | bytes], dict[str, Written], dict[str, str]]:
            kept = set(self.now.written)
            for number in numbers:
                for one in batches[number]:
                    run(calls[one])
            return self._made, {path: one for path, one in self.now.written.items() if path not in kept}, self.reasons

        done: set[int] = set()
        for shared in share(len(batches), self.processes, work):
            done.update(one for number in shared.done for one in batches[number])
            made, written, reasons = shared.result
            self._made |= made
            self.now.written |= written
            self.reasons |= reasons
        return [number for number in range(len(calls)) if number not in done]

    def finish(self, fingerprint: Mapping[str, bytes]) -> None:
        """Looks at all that was made, after everybody who edits written files has done so."""
        for path, made_from in self._made.items():
            left = signature(path)
            if left and made_from:
                self.now.written[path] = Written(left, made_from)
            elif left:
                self.now.copied[path] = Copied("", None, None)
        self.now.fingerprint = dict(fingerprint)
        self.now.closures = self.former.closures | self.templates.closures

    def _stale(self, path: str, template: Any, context: Mapping[str, Any], own: Mapping[str, Any]) -> str:
        known = self.former.written.get(path)
        if known is None or isinstance(known.made_from, bytes):
            return "is new"
        if _altered(path, known):
            return "was changed or removed since"
        templates, always = self.templates.digest(template)
        return always[0] if always else self._verifier.stale(known.made_from, templates, context, own)


class Warnings(logging.Handler):
    """Notices that something was said while a page was rendered: it must be said again in the next build."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._said = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Counts what is said."""
        del record
        self._said += 1

    @contextlib.contextmanager
    def about(self, reading: Reading) -> Iterator[None]:
        """A page that is warned of is rendered in each build, until there is nothing to warn of."""
        before = self._said
        yield
        if self._said > before:
            reading.always.add("was warned of")


def _altered(path: str, known: Written) -> bool:
    return signature(path) != known.signature
