"""An assembly that remembers: of each page it reads anew only what is not as it was in the last build.

What it says is what `Assembly` says. A page's leaf is made of the acts on it and of what all pages share (`Keys`); so
an act that came, changed or went makes one leaf new, and another setting all of them.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property, partial
from itertools import chain
from typing import cast

from msgspec import structs

from .acquaintances import Acquaintances
from .acts import Act, Person, Problem
from .almanac import Almanac
from .assembly import Assembly, Unmatched
from .bookkeeping import Bookkeeper
from .gifts import Gifts
from .given import Given, Links
from .keys import Keys
from .leafing import Leafing
from .leaves import COLUMNS, Leaf, digest
from .ledger import Entry, Ledger
from .ledger.received import Columns, number_of
from .matched import matched
from .outlook import overview_of
from .posts import Post, without_body
from .ready import Ahead, Ready
from .receipts import fact_of, lines_of, table_of
from .renewal import Renewal
from .settings import Settings
from .sharing import Share, alone
from .store import Store, Versions
from .talks import Reader, Talk
from .threads import Conversation, Overview, OwnReplies, Promised, Told, paged, permalink
from .urls import Match

__all__ = ["Remembered"]

#: Of a post that gave nothing.
NO_LINKS = Links("", (), ())


class Remembered(Assembly):
    """The same as an `Assembly`, from what `almanac` kept where that still holds; `versions` are the store's.

    `share` has work done by several processes.
    """

    def __init__(  # noqa: PLR0913 - an `Assembly`'s, and three more
        self,
        settings: Settings,
        store: Store,
        posts: Iterable[Post],
        now: datetime,
        almanac: Almanac,
        *,
        versions: Versions,
        share: Share = alone,
    ) -> None:
        super().__init__(settings, store, posts, now)
        self._almanac, self._versions, self._share = almanac, versions, share
        self._channels = almanac.note("channels", dict[str, int]) or {}

    def save_posts(self) -> None:
        """Tells the store of the posts, unless they are those of the last build."""
        key = digest(self._settings.store, *self._keys.posts.values())
        if self._almanac.note("posts", str) != key:
            self._store.save_posts(self.posts)
            with self._almanac.writing():
                self._almanac.write_down("posts", key)

    @cached_property
    def _keys(self) -> Keys:
        """What stands for all that pages are made of."""
        return Keys(self._settings, self.posts, self.ways, self.people, self._versions)

    @cached_property
    def matches(self) -> dict[str, Match]:
        """As in `Assembly`; only targets that are new are looked up."""
        return self._matched[0]

    @property
    def conflicts(self) -> Sequence[Problem]:
        """As in `Assembly`."""
        return self._matched[1]

    @cached_property
    def _matched(self) -> tuple[dict[str, Match], list[Problem]]:
        targets, sites = sorted(self._versions.received), self._settings.siteurls
        return matched(self._almanac, self._store, self.posts, sites, targets, lambda: self.matcher)

    @cached_property
    def unmatched(self) -> list[Unmatched]:
        """As in `Assembly`."""
        numbers = self._versions.sizes
        rows = [Unmatched(target, numbers[target], m.reason) for target, m in self.matches.items() if m.post is None]
        return sorted(rows, key=lambda row: (-row.acts, row.target))

    @cached_property
    def leaves(self) -> dict[str, Leaf]:
        """What is known of every page, by its address and in that order; what is not as it was is made anew."""
        known, given = self._almanac.leaves(), self._given
        spots = self._numbers("links") if given.replied else ()
        joined = {url: below for url, numbers in spots if (below := given.below(numbers))}
        names = dict(self._numbers("names")) if self._keys.knows_people else {}
        fresh, stale = {}, []
        for page in self.pages:
            key = self._keys.leaf(page, joined.get(page.url, ""), names.get(page.url, ()))
            leaf = known.get(page.url)
            if leaf is not None and leaf.key == key:
                fresh[page.url] = leaf
            else:
                stale.append(page)
        gone = known.keys() - {page.url for page in self.pages}
        if gone or stale:
            self._renewal.renew(stale, known, gone)
            fresh |= self._almanac.leaves(page.url for page in stale)
        self.renewed = len(stale)
        return {page.url: fresh[page.url] for page in self.pages}

    @property
    def waiting_numbers(self) -> tuple[int, int]:
        """How many acts wait for the blogger's word, and how many of them are replies."""
        leaves = self.leaves.values()
        return sum(leaf.waiting for leaf in leaves), sum(leaf.replies_waiting for leaf in leaves)

    @cached_property
    def faces(self) -> frozenset[str]:
        """As in `Assembly`."""
        _ = self.leaves
        photos = {photo for urls in self._photos.values() for photo in urls}
        return frozenset({*photos, self._me.photo} - {""})

    @cached_property
    def conversations(self) -> dict[str, Conversation]:
        """As in `Assembly`: each is put together when it is read."""
        made, path = {}, self._path  # one for all
        for page in self.pages:
            if post := page.post:
                leaf, key = self.leaves[page.url], self._key_of(post)
                # The body is the page's to show, and not in the key.
                told = without_body(post)
                promised = Promised(told, path, leaf, key, self.pictures, partial(self._ready.read, page))
                made[page.url] = cast("Conversation", promised)  # to whoever reads it
        return made

    def overview(self) -> Overview:
        """As `threads.overview` of all conversations."""
        public = [one for one in self.conversations.values() if _is_public(one.post)]
        return overview_of(public, self.leaves, self._almanac, self._settings.siteurl, self._key_of)

    @cached_property
    def _renewal(self) -> Renewal:
        """What makes leaves anew."""
        return Renewal(
            self._store,
            self._almanac,
            self.reader,
            self._leafing,
            keys_of=lambda page: partial(self._keys.both, page),
            channels=self._channels,
            share=self._share,
        )

    @cached_property
    def _leafing(self) -> Leafing:
        """What makes leaves."""
        return Leafing(
            self._settings,
            self.people,
            self._desk,
            services=self.ways.services,
            below=self._given.below,
            replies=self.replies,
            channels=self._channels,
        )

    @cached_property
    def _desk(self) -> Bookkeeper:
        """A bookkeeper who leaves addresses as they were told."""
        return Bookkeeper(self._settings, self.people, {}, self.moderation)

    @cached_property
    def reader(self) -> Reader:
        """As in `Assembly`; it need not look for what the store knows nothing of."""
        known = self._versions.received.keys() | self._versions.counts.keys()
        return Reader(self._settings, self._store, self.people, self.moderation, self.ways, known)

    # Conversations

    @cached_property
    def _ready(self) -> Ready:
        """The conversations that are put together."""
        return Ready(Ahead(self.reader, self.pages, self._versions.sizes), self._whole)

    def _whole(self, talk: Talk) -> Conversation:
        """A conversation with its parts."""
        post = talk.page.post
        if post is None:
            raise LookupError(talk.page.url)
        return paged(self.gathered(talk, post), self._settings.per_page, self._path(post))

    def _path(self, post: Post) -> str:
        """Where it is, relative to SITEURL."""
        return post.url.removeprefix(f"{self._settings.siteurl}/")

    def own_replies(self, talk: Talk) -> list[Told]:
        """As in `Assembly`; nobody has to look for them where nothing is answered."""
        return super().own_replies(talk) if self.leaves[talk.page.url].joined else []

    @cached_property
    def _photos(self) -> dict[str, list[str]]:
        return self._almanac.photos()

    def _key_of(self, post: Post) -> str:
        """A digest of all that a conversation says."""
        leaf, links = self.leaves[post.url], self._given.links.get(post.url, NO_LINKS)
        photos = [self.pictures.get(photo, "") for photo in self._photos.get(post.url, ())] if self.pictures else []
        closes = not isinstance(post.closed, bool) and self.now >= post.closed
        copies = [found.get(post.url, ()) for found in self.house.copies.values()]
        if not (any(photos) or closes or any(copies) or links.whose or leaf.joined):
            return f"{leaf.says} {self._view}"
        names = [(number, self._names.get(number)) for number in links.whose]
        me = self._me
        mine = [structs.astuple(me), self.pictures.get(me.photo)] if leaf.joined else []
        return digest(leaf.says, self._view, closes, copies, links.key, names, photos, mine)

    @cached_property
    def _view(self) -> str:
        """A digest of what all conversations share beside what leaves do."""
        house = self.house
        shared = [[structs.astuple(one) for one in some] for some in (house.contact, house.stale)]
        return digest(shared, list(house.services), list(house.copies))

    @cached_property
    def _given(self) -> Given:
        """All that was given."""
        return self._gifts.given

    @cached_property
    def _gifts(self) -> Gifts:
        """What reads that."""
        return Gifts(self._store, self._almanac, self.people, self.ways, desk=self._desk, keys=self._keys)

    @cached_property
    def replies(self) -> OwnReplies:
        """As in `Assembly`."""
        return self._gifts.replies

    def _answers(self) -> list[Told]:
        """As in `Assembly`."""
        return self._gifts.answers()

    @cached_property
    def links_of(self) -> Mapping[str, list[Act]]:
        """As in `Assembly`, as far as conversations ask."""
        return {url: links.acts() for url, links in self._given.links.items()}

    @cached_property
    def acquaintances(self) -> Acquaintances:
        """As in `Assembly`, as far as links of posts lead to people."""
        wanted = {number for links in self._given.links.values() for number in links.whose}
        pages = [url for url, numbers in self._numbers("named") if not wanted.isdisjoint(numbers)]
        told = chain.from_iterable(self._almanac.signed(pages).values())
        return Acquaintances(self._settings, self.people, (one for one in told if number_of(one.key) in wanted))

    @cached_property
    def _names(self) -> dict[int, str]:
        """The names of people to whom links of posts lead, by the numbers of their keys."""
        return {number_of(key): name for key, name in self.acquaintances.names.items()}

    @cached_property
    def _me(self) -> Person:
        """As in `Assembly`."""
        signed: Counter[Person] = Counter()
        for leaf in self.leaves.values():
            for who, number in leaf.own:
                signed[who] += number
        nobody = Person(url=self._settings.siteurl)
        return max(signed, key=lambda who: (signed[who], structs.astuple(who)), default=nobody)

    def _numbers(self, name: str) -> Iterator[tuple[str, array[int]]]:
        """One array of every page that has any of it."""
        for url, data in self._almanac.columns(name):
            yield url, array(COLUMNS[name], data)

    def ledger(self) -> Ledger:
        """As in `Assembly`."""
        leaves = self.leaves
        links = self._given.links
        facts = [
            fact_of(post, leaves[post.url], len(links.get(post.url, NO_LINKS).whose))
            for post in self.posts
            if _is_public(post)
        ]
        known = self._books.numbers
        given = [
            (self._desk if known.isdisjoint(numbers) else self._books).settled(draft, to)
            for draft, to, numbers in self._given.drafts
        ]
        mine = [self._books.settled(entry) for entry in self._mine]
        points = self._points() if self._given.answers else ()
        return self._ledger_of(
            [*mine, *given, *points],
            facts,
            partial(Columns, table_of(self._almanac, self.posts, self._channels, self._books)),
        )

    def lines(self, ledger: Ledger) -> Iterator[str]:
        """The lines of received.csv below its head."""
        return lines_of(self._almanac, ledger)

    def lines_key(self, ledger: Ledger) -> str:
        """What stands for `lines`."""
        return digest([leaf.key for leaf in self.leaves.values()], ledger.acts.received)

    @cached_property
    def _mine(self) -> list[Entry]:
        """The rows of what the blogger said on own posts, with addresses as they were told."""
        pages = [leaf.url for leaf in self.leaves.values() if leaf.mine]
        return [entry for _, mine in self._almanac.entries(pages).values() for entry in mine]

    @cached_property
    def _books(self) -> Bookkeeper:
        """As in `Assembly`, as far as anything here answers what is said on the site."""
        wanted = {number for _, _, numbers in self._given.drafts for number in numbers}
        wanted |= {number_of(permalink(entry.parent)) for entry in self._mine if entry.parent}
        for _, parents in self._numbers("parent"):
            wanted.update(parents)
        wanted.discard(0)
        pages = [url for url, numbers in self._numbers("links") if not wanted.isdisjoint(numbers)]
        spots = dict(spot for found in self._almanac.spots(pages).values() for spot in found if spot[1])
        return Bookkeeper(self._settings, self.people, spots, self.moderation)


def _is_public(post: Post | None) -> bool:
    return post is not None and post.status == "published"
