"""One edition of the site, as far as it is the plugin's: all that pages and files show, before any is written."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, cast

from markupsafe import Markup
from msgspec import Struct, structs

from .acts import Direction
from .almanac import Almanac, Damaged
from .assembly import newest_moment
from .languages import Languages
from .leaves import digest
from .ledger import Ledger
from .pictures import Album
from .poster import NoPoster, poster
from .posts import Post
from .reach import counted
from .remembered import Remembered
from .settings import Settings
from .sharing import Share, alone
from .store import Store, Versions
from .summary import Summary
from .threads import Keyed, Overview, runs

if TYPE_CHECKING:
    from .ledger import Page

__all__ = ["POSTER", "Edition", "make"]

#: The name of the poster among the keys: templates ask where it is, and nobody notes that they do.
POSTER = "poster"

logger = logging.getLogger(__name__)


class Edition(Struct, frozen=True, kw_only=True, dict=True):
    """All that there is to tell.

    `album` has the pictures of people, `poster` is the picture of the year (PNG), b"" where there is none.
    """

    ours: Settings
    languages: Languages
    almanac: Almanac
    assembly: Remembered
    album: Album
    ledger: Ledger
    overview: Overview
    summary: Summary
    poster: bytes

    @property
    def variables(self) -> dict[str, Any]:
        """What every template of the site has beside Pelican's own."""
        ours = self.ours
        return {
            "conversation_endpoint": ours.webmention,
            "CONVERSATION_LEDGER_SAVE_AS": ours.ledger_save_as,
            "CONVERSATION_PAGE_SAVE_AS": ours.page_save_as,
            "CONVERSATION_PAGE_URL": ours.page_url if ours.page_save_as else "",
            "CONVERSATION_FEED_ATOM": ours.feed_atom if ours.siteurl else "",
            "conversation_og_image": self.poster_path,
            "conversations": self.overview,
            "giving": self.summary,
        }

    def living(self, name: str, part: int = 0) -> Any:  # noqa: ANN401 - whatever it is
        """What may be another in the next edition: a post's conversation by the post's address, or one of the rest.

        `part` is the number of a further part of a conversation, or 0.
        """
        thing = self._living[name] if name in self._living else self.assembly.conversations[name]
        return thing.pages[part - 1] if part else thing

    @property
    def keys(self) -> dict[str, str]:
        """What stands for each of these, by name; of a conversation it begins with the number of its parts."""
        leaves, talks = self.assembly.leaves, cast("Mapping[str, Any]", self.assembly.conversations)
        keys = {url: f"{leaves[url].parts} {talk.incremental_key()}" for url, talk in talks.items()}
        keys |= {name: f"0 {thing.incremental_key()}" for name, thing in self._living.items()}
        return keys | {POSTER: f"0 {self.poster_path}"}

    @cached_property
    def _living(self) -> dict[str, Any]:
        return {"conversations": self.overview, "giving": self.summary, "ledger": self.laid_out, "runs": self.runs}

    @property
    def poster_path(self) -> str:
        """Where the picture of the year is, below the output; "" where there is none."""
        return str(PurePosixPath(self.ours.ledger_save_as).parent / "year.png") if self.poster else ""

    @cached_property
    def ledger_text(self) -> str:
        """What stands in ledger.json."""
        return self.ledger.as_text()

    @cached_property
    def laid_out(self) -> Keyed:
        """The page of giving and receiving as its template has it (`ledger.Page`), laid out when that is rendered."""
        told = counted(self.ours.sources, self.ledger.sources)

        def made() -> Page:
            from .ledger import view  # noqa: PLC0415 - only where the page is rendered

            return view(self.ledger, self.languages.choose(), counted=told, unmatched=self.assembly.unmatched)

        return Keyed(self._ledger_key(told), made)

    @cached_property
    def runs(self) -> Keyed:
        """The newest remarks of all, those together that follow each other on one post."""
        return Keyed(self.overview.incremental_key(), lambda: runs(self.overview.latest))

    def _ledger_key(self, told: Mapping[str, Collection[Direction]]) -> str:
        """A digest of all that the page of giving and receiving shows."""
        ledger = self.ledger
        sides = [side for span in (ledger.all, ledger.year) for side in (span.given, span.received)]
        drawn = [(sorted(side.by_day.items()), sorted(side.by_place.items())) for side in sides]
        unmatched = [structs.astuple(one) for one in self.assembly.unmatched]
        ways = [(channel, sorted(map(str, sides))) for channel, sides in sorted(told.items())]
        return digest(self.ledger_text, drawn, ledger.props, ledger.snapshots, unmatched, ways)


def make(  # noqa: PLR0913 - all that an edition is made from
    ours: Settings,
    store: Store,
    posts: tuple[Post, ...],
    almanac: Almanac,
    *,
    languages: Languages,
    sitename: str,
    pictures: Callable[[Remembered], Album],
    versions: Versions,
    share: Share = alone,
) -> Edition:
    """Puts an edition together; `pictures` gets those that are wanted. `sitename` is Pelican's, HTML and all.

    `versions` are the store's; `share` has work done by several processes.
    """

    def made() -> Edition:
        assembly = Remembered(ours, store, posts, _clock(store, posts), almanac, versions=versions, share=share)
        assembly.save_posts()
        album = pictures(assembly)
        assembly.pictures = album.paths
        ledger = assembly.ledger()
        page = f"{ours.siteurl}/{ours.ledger_url}" if ours.ledger_save_as else ""
        summary = Summary(ledger, languages, page)
        return Edition(
            ours=ours,
            languages=languages,
            almanac=almanac,
            assembly=assembly,
            album=album,
            ledger=ledger,
            overview=assembly.overview(),
            summary=summary,
            poster=_drawn(summary, sitename, languages) if ours.og_image and page else b"",
        )

    try:
        return made()
    except Damaged:  # what the last build kept is of no use
        almanac.begin_anew()
        return made()


def _drawn(summary: Summary, sitename: str, languages: Languages) -> bytes:
    """The picture of the year; nothing, and a warning, where it cannot be drawn."""
    site = Markup(sitename).striptags()  # noqa: S704 - as Pelican's feeds
    try:
        return poster(site, languages.choose().gettext("What I gave this year"), summary.pieces(), summary.back())
    except NoPoster as reason:
        logger.warning("%s", reason)
        return b""


def _clock(store: Store, posts: tuple[Post, ...]) -> datetime:
    """The moment that pages speak of: SOURCE_DATE_EPOCH where that is set, else the newest pull."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch.isdecimal() else newest_moment(store, posts)
