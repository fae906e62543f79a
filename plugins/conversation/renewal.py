"""Makes leaves of pages anew, and keeps them: by several processes where there are many of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Sequence
from functools import partial

from .almanac import Almanac, Damaged
from .leafing import KeysOf, Leafing
from .sharing import Share
from .store import Store
from .talks import Page, Reader

__all__ = ["LOT", "Renewal"]

#: Pages whose leaves are made by one process before it looks for more.
LOT = 100


class Renewal:
    """Makes and keeps leaves of what is in the store.

    `keys_of` gives `leafing.KeysOf` of a page; `channels` numbers the channels, and `share` has work done by several
    processes.
    """

    def __init__(  # noqa: PLR0913 - those who read, make and keep
        self,
        store: Store,
        almanac: Almanac,
        reader: Reader,
        leafing: Leafing,
        *,
        keys_of: Callable[[Page], KeysOf],
        channels: dict[str, int],
        share: Share,
    ) -> None:
        self._store, self._almanac, self._reader, self._leafing = store, almanac, reader, leafing
        self._keys_of, self._channels, self._share = keys_of, channels, share

    def renew(self, stale: Sequence[Page], known: Container[str], gone: Collection[str]) -> None:
        """Makes the leaves of these pages anew; of those whose addresses are `known` something is kept.

        What is kept of the pages that are `gone` goes, too.
        """
        with self._almanac.writing():
            self._almanac.drop(gone)
        lots = [stale[start : start + LOT] for start in range(0, len(stale), LOT)]
        if len(lots) <= 1 or not self._almanac.is_shared:
            for lot in lots:
                self._keep(lot, known)
            return
        self._number_channels()
        self._store.close()  # what is open is of no use to another process
        self._almanac.rest()
        left = self._share(len(lots), partial(self._keep_lots, lots, known))
        every = {page.url for page in stale}  # nobody knows how far a process came that failed
        for number in left:
            self._keep(lots[number], every)

    def _number_channels(self) -> None:
        """Every process has to give a channel the same number."""
        for channel in self._store.channels():
            self._channels.setdefault(channel, len(self._channels))
        with self._almanac.writing():
            self._almanac.write_down("channels", self._channels)

    def _keep_lots(self, lots: Sequence[Sequence[Page]], known: Container[str], numbers: Iterable[int]) -> None:
        """Keeps some lots. Raises Damaged where a channel was told of meanwhile that others number otherwise."""
        channels = len(self._channels)
        for number in numbers:
            self._keep(lots[number], known)
            if len(self._channels) > channels:
                raise Damaged("another channel was told of meanwhile")

    def _keep(self, pages: Sequence[Page], known: Container[str]) -> None:
        channels = len(self._channels)
        made = [self._leafing.page(talk, self._keys_of(talk.page)) for talk in self._reader.talks(pages)]
        with self._almanac.writing():
            self._almanac.drop(page.url for page in pages if page.url in known)
            self._almanac.keep(made)
            if len(self._channels) > channels:
                self._almanac.write_down("channels", self._channels)
