"""An assembly that remembers: of each page it reads anew only what is not as it was in the last build.

What it says is what `Assembly` says. A page's leaf is made of the acts on it and of what all pages share (`_house`); so
an act that came, changed or went makes one leaf new, and another setting all of them.
"""

from __future__ import annotations

import dataclasses
import heapq
import sys
from array import array
from bisect import bisect_right
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property, partial
from importlib import metadata
from operator import attrgetter
from pathlib import Path
from typing import Any, cast

from . import exports
from .acquaintances import Acquaintances, Signed, signed
from .acts import Act, Direction, Kind, Person, Problem
from .almanac import Almanac
from .almanac import Page as Kept
from .assembly import Assembly, Unmatched
from .bookkeeping import Bookkeeper
from .leaves import COLUMNS, Details, Leaf, columns_of, digest, entry_as_json, entry_from_json
from .ledger import Entry, Ledger, PostFacts
from .ledger.received import Columns, Table, number_of, stamp
from .posts import Post
from .settings import Settings
from .store import Store
from .talks import Page, Talk
from .threads import (
    LATEST,
    Conversation,
    Counts,
    House,
    Number,
    Overview,
    OwnReplies,
    Promised,
    Remark,
    Talked,
    gather,
    level,
    most_talked,
    newest,
    paged,
    path_of,
    permalink,
    remarks,
)
from .urls import Match

__all__ = ["Remembered"]

#: Acts of conversations that stay in memory once they are put together: a page asks for its own many times.
READY = 3_000
#: Leaves that are kept together.
AT_ONCE = 200
_post = attrgetter(*(field.name for field in dataclasses.fields(Post) if field.name != "html"))
_address_of = attrgetter("url", "status", "path", "title", "aliases")


@dataclasses.dataclass(frozen=True, slots=True)
class _Given:
    """What is kept of all that was given.

    `drafts` are the rows of the ledger with addresses as they were told, each with whom it was given to (`Person.key`)
    and the numbers of its permalinks. `links` has by post a digest of its links, the numbers of
    whose pages they lead to, and the links. `answered` are the numbers of permalinks that own replies answer.
    `points`: whether any of it may draw points.
    """

    drafts: Sequence[tuple[Entry, str, Sequence[int]]]
    links: Mapping[str, tuple[str, Sequence[int], Sequence[Sequence[Any]]]]
    answered: frozenset[int]
    points: bool

    def as_plain(self) -> list[object]:
        """All of it as plain values."""
        drafts = [[entry_as_json(entry), to, numbers] for entry, to, numbers in self.drafts]
        return [drafts, self.links, sorted(self.answered), self.points]

    @classmethod
    def from_plain(cls, plain: Sequence[Any]) -> _Given:
        """What `as_plain` gave."""
        drafts, links, answered, points = plain
        rows = [(entry_from_json(entry), to, numbers) for entry, to, numbers in drafts]
        return cls(rows, links, frozenset(answered), points)


class Remembered(Assembly):
    """The same as an `Assembly`, from what `almanac` kept where that still holds."""

    def __init__(
        self, settings: Settings, store: Store, posts: Iterable[Post], now: datetime, almanac: Almanac
    ) -> None:
        super().__init__(settings, store, posts, now)
        self._almanac = almanac
        self._versions = store.versions()
        self._ready: OrderedDict[str, tuple[Conversation, int]] = OrderedDict()
        noted = almanac.note("channels")
        self._channels: dict[str, int] = dict(noted) if isinstance(noted, dict) else {}

    def save_posts(self) -> None:
        """Tells the store of the posts, unless they are those of the last build."""
        key = digest(self._settings.store, *self._posts.values())
        if self._almanac.note("posts") != key:
            self._store.save_posts(self.posts)
            with self._almanac.writing():
                self._almanac.write_down("posts", key)

    @cached_property
    def _posts(self) -> dict[str, str]:
        """By address a digest of each post."""
        return {post.url: digest(_post(post)) for post in self.posts}

    @cached_property
    def matches(self) -> dict[str, Match]:
        """As in `Assembly`; only targets that are new are looked up."""
        key = digest(self._settings.siteurls, [_address_of(post) for post in self.posts])
        noted = self._almanac.note("matches")
        known: dict[str, Any] = noted["matches"] if isinstance(noted, dict) and noted["key"] == key else {}
        posts = {post.url: post for post in self.posts}
        matches = {}
        for target in sorted(self._versions.received):
            told = known.get(target)
            found = Match(posts[told[0]] if told[0] else None, *told[1:]) if told else self.matcher.match(target)
            matches[target] = found
        if not known or known.keys() != matches.keys():
            plain = {target: [_url_of(m), m.rule, m.fragment, m.reason, m.on_site] for target, m in matches.items()}
            conflicts = [[one.where, one.what] for one in self.matcher.conflicts]
            with self._almanac.writing():
                self._almanac.write_down("matches", {"key": key, "matches": plain, "conflicts": conflicts})
            self._store.save_matches((target, _url_of(match), match.rule) for target, match in matches.items())
        return matches

    @property
    def conflicts(self) -> Sequence[Problem]:
        """As in `Assembly`."""
        _ = self.matches
        noted = self._almanac.note("matches")
        return [Problem(*told) for told in noted["conflicts"]] if isinstance(noted, dict) else ()

    @cached_property
    def unmatched(self) -> list[Unmatched]:
        """As in `Assembly`."""
        numbers = {target: int(version.partition(" ")[0]) for target, version in self._versions.received.items()}
        rows = [Unmatched(target, numbers[target], m.reason) for target, m in self.matches.items() if m.post is None]
        return sorted(rows, key=lambda row: (-row.acts, row.target))

    @cached_property
    def leaves(self) -> dict[str, Leaf]:
        """What is known of every page, by its address and in that order; what is not as it was is made anew."""
        known, given = self._almanac.leaves(), self._given
        joined = {url for url, numbers in self._numbers("links") if not given.answered.isdisjoint(numbers)}
        fresh, stale = {}, []
        for page in self.pages:
            key = self._key(page, joined=page.url in joined)
            leaf = known.get(page.url)
            if leaf is not None and leaf.key == key:
                fresh[page.url] = leaf
            else:
                stale.append(page)
        gone = known.keys() - {page.url for page in self.pages}
        if stale or gone:
            with self._almanac.writing():
                self._almanac.drop(gone)
                for talk in self.reader.talks(stale):
                    kept = self._kept(talk)
                    self._almanac.keep([kept])
                    fresh[kept.leaf.url] = kept.leaf
                self._almanac.write_down("channels", self._channels)
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
        made = {}
        for page in self.pages:
            if page.post:
                leaf = self.leaves[page.url]
                key = self._key_of(page.post)
                promised = Promised(page.post, leaf.counts, leaf.parts, key, partial(self._read, page))
                # To whoever reads it, it is one.
                made[page.url] = cast("Conversation", promised)
        return made

    def overview(self) -> Overview:
        """As `threads.overview` of all conversations."""
        site = self._settings.siteurl
        public = [one for one in self.conversations.values() if _is_public(one.post)]
        talked = most_talked(Talked(one, path_of(one.post, site)) for one in public)
        leaves = [self.leaves[one.url] for one in public]
        numbers = [sum(sums) for sums in zip(*(dataclasses.astuple(leaf.counts) for leaf in leaves), strict=True)]
        unsure = {group for leaf in leaves for group in leaf.at_least}
        names = [field.name for field in dataclasses.fields(Counts)]
        told = tuple(
            Number(name, number, listed=number, at_least=name in unsure)
            for name, number in zip(names, numbers, strict=bool(numbers))
        )
        pages = sorted(self._almanac.newest_remarks((one.url for one in public), LATEST))
        chosen = [self.conversations[url] for url in pages]

        def latest() -> tuple[Remark, ...]:
            return newest((remark for one in chosen for remark in remarks(one, site)), LATEST)

        keys = [self._key_of(post) for post in (*(one.post for one in chosen), *(one.post for one in talked))]
        return Overview(latest, talked, told, digest(site, keys, [dataclasses.astuple(number) for number in told]))

    def _key(self, page: Page, *, joined: bool) -> str:
        """A digest of all that a page's leaf is made of."""
        received, counts = self._versions.received, self._versions.counts
        told = [(target, received.get(target), counts.get(target)) for target in page.targets]
        post = self._posts[page.url] if page.post else ""
        return digest(self._house, page.url, post, told, page.addresses, self._given_key if joined else "")

    @cached_property
    def _house(self) -> str:
        """A digest of what all leaves share."""
        settings = self._settings
        try:
            moderation = settings.moderation.read_bytes()
        except OSError:
            moderation = b""
        return digest(
            _code(),
            moderation,
            [(one.one, one.other) for one in self._store.proofs()],
            self._versions.forgotten,
            settings.identities,
            settings.siteurls,
            settings.people,
            sorted(settings.privacy.items()),
            settings.per_page,
            settings.timezone.key,
            sorted(self.ways.services.items()),
            sorted(self.ways.homes.items()),
        )

    def _kept(self, talk: Talk) -> Kept:
        """What is kept of a page."""
        page, post, zone = talk.page, talk.page.post, self._settings.timezone
        drafts = [self._desk.drafted(one, post.url if post else "") for one in talk.shown]
        details = Details(
            entries=tuple(entry for entry in drafts if not entry.mine),
            mine=tuple(entry for entry in drafts if entry.mine),
            spots=tuple((spot, one.best.act.url) for one in talk.shown for spot in sorted(one.spots)),
            signed=tuple(name for one in talk.shown for name in signed(self._settings, self.people, one)),
        )
        joined = any(number_of(spot) in self._given.answered for spot, _ in details.spots)
        acts = [act for one in talk.shown for act in one.acts]
        own = Counter(act.author for act in acts if act.author.name and self._settings.is_own(act.author))
        waiting = [one for one in talk.judged if one.verdict.held]
        leaf = Leaf(
            url=page.url,
            counts=Counts(),
            key=self._key(page, joined=joined),
            waiting=len(waiting),
            replies_waiting=sum(one.item.act.kind is Kind.REPLY for one in waiting),
            joined=joined,
            mine=len(details.mine),
            own=tuple(own.items()),
        )
        lines = exports.lines(
            details.entries, Direction.RECEIVED, {post.url} if post and _is_public(post) else (), zone
        )
        kept = Kept(leaf=leaf, details=details, columns=columns_of(details, self._channels, zone), lines=list(lines))
        return self._with_post(kept, talk, post) if post else kept

    def _with_post(self, kept: Kept, talk: Talk, post: Post) -> Kept:
        """The same of a page that is a post: it has a conversation, too."""
        own = self.replies.below(talk.shown, talk.told, talk.page.addresses) if kept.leaf.joined else ()
        plain = gather(post, [*talk.shown, *own], (), talk.counts, self._plain, talk.told)
        conversation = paged(plain, self._settings.per_page, "")
        fact = self._desk.fact(conversation, talk.shown)
        named = [one for one in talk.shown if level(one.acts, self._settings.privacy) == "full"]
        leaf = dataclasses.replace(
            kept.leaf,
            counts=conversation.counts,
            at_least=tuple(number.group for number in conversation.numbers if number.at_least),
            parts=len(conversation.parts),
            first=fact.first,
            last=fact.last,
        )
        return dataclasses.replace(
            kept,
            leaf=leaf,
            remarks=[stamp(one.said.when) for one in remarks(conversation, "")],
            photos=sorted({act.author.photo for one in named for act in one.acts} - {""}),
        )

    @cached_property
    def _plain(self) -> House:
        """The house as far as numbers depend on it: without pictures, and whatever the blogger is called."""
        return House(
            zone=self._settings.timezone,
            is_own=self._settings.is_own,
            services=self.ways.services,
            privacy=self._settings.privacy,
        )

    @cached_property
    def _desk(self) -> Bookkeeper:
        """A bookkeeper who leaves addresses as they were told."""
        return Bookkeeper(self._settings, self.people, {}, self.moderation)

    # Conversations

    def _read(self, page: Page) -> Conversation:
        """A conversation, put together; those that were asked for last are ready."""
        if page.url in self._ready:
            self._ready.move_to_end(page.url)
            return self._ready[page.url][0]
        (talk,) = self.reader.talks([page])
        post = talk.page.post
        if post is None:
            raise LookupError(page.url)
        path = post.url.removeprefix(f"{self._settings.siteurl}/")
        made = paged(self.gathered(talk, post), self._settings.per_page, path)
        self._ready[page.url] = made, 1 + len(talk.told)
        while len(self._ready) > 1 and sum(size for _, size in self._ready.values()) > READY:
            self._ready.popitem(last=False)
        return made

    @cached_property
    def replies(self) -> OwnReplies:
        """As in `Assembly`; nobody has to look for them where they answer nothing on the site."""
        joined = any(leaf.joined for leaf in self.leaves.values()) if "leaves" in self.__dict__ else True
        return OwnReplies(self.gifts) if joined else OwnReplies(())

    @cached_property
    def _photos(self) -> dict[str, list[str]]:
        return self._almanac.photos()

    def _key_of(self, post: Post) -> str:
        """A digest of all that a conversation says."""
        leaf = self.leaves[post.url]
        over = self.house.now is not None and not isinstance(post.closed, bool) and self.house.now >= post.closed
        links, whose, _ = self._given.links.get(post.url, ("", (), ()))
        names = [(number, self._names.get(number)) for number in whose]
        photos = [self.pictures.get(photo, "") for photo in self._photos.get(post.url, ())] if self.pictures else []
        mine = (
            [self._given_key, dataclasses.astuple(self._me), self.pictures.get(self._me.photo)] if leaf.joined else []
        )
        return digest(leaf.key, self._view, over, links, names, photos, mine)

    @cached_property
    def _view(self) -> str:
        """A digest of what all conversations share beside what leaves do."""
        house = self.house
        return digest(*([dataclasses.astuple(one) for one in some] for some in (house.contact, house.stale)))

    # What was given

    @cached_property
    def _given_key(self) -> str:
        return digest(self._house, self._versions.given)

    @cached_property
    def _given(self) -> _Given:
        """All that was given, from the last build where it is as it was."""
        noted = self._almanac.note("given")
        if isinstance(noted, dict) and noted["key"] == self._given_key:
            return _Given.from_plain(noted["given"])
        made = self._given_anew()
        with self._almanac.writing():
            self._almanac.write_down("given", {"key": self._given_key, "given": made.as_plain()})
        return made

    def _given_anew(self) -> _Given:
        drafts = []
        for one in self.gifts:
            draft = self._desk.draft(one)
            numbers = [number_of(permalink(url)) if url else 0 for url in (draft.url, draft.target, draft.parent)]
            drafts.append((draft, one.best.act.to.key, numbers))
        links = {}
        for url, acts in super().links_of.items():
            told = [[act.target, act.title, dataclasses.astuple(act.to)] for act in acts]
            links[url] = digest(told), [number_of(self.people.key(act.to)) for act in acts], told
        answered = frozenset(map(number_of, OwnReplies(self.gifts).spots))
        return _Given(drafts, links, answered, any(one.best.act.kind is Kind.ANSWER for one in self.gifts))

    @cached_property
    def links_of(self) -> Mapping[str, list[Act]]:
        """As in `Assembly`, as far as conversations ask."""
        return {
            url: [
                Act(
                    direction=Direction.GIVEN,
                    kind=Kind.LINK,
                    source="posts",
                    id="",
                    target=target,
                    title=title,
                    to=Person(*to),
                )
                for target, title, to in told
            ]
            for url, (_, _, told) in self._given.links.items()
        }

    @cached_property
    def acquaintances(self) -> Acquaintances:
        """As in `Assembly`, as far as links of posts lead to people."""
        wanted = {number for _, whose, _ in self._given.links.values() for number in whose}
        pages = [url for url, numbers in self._numbers("named") if not wanted.isdisjoint(numbers)]
        told = (Signed(*one) for signatures in self._almanac.signed(pages).values() for one in signatures)
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
        return max(signed, key=lambda who: (signed[who], dataclasses.astuple(who)), default=nobody)

    def _numbers(self, name: str) -> Iterator[tuple[str, array[int]]]:
        """One array of every page that has any of it."""
        for url, (data,) in self._almanac.columns(name):
            if data:
                yield url, array(COLUMNS[name], data)

    # The ledger

    def ledger(self) -> Ledger:
        """As in `Assembly`."""
        leaves = self.leaves
        facts = [self._fact(post, leaves[post.url]) for post in self.posts if _is_public(post)]
        given = [self._books.settled(draft, to) for draft, to, _ in self._given.drafts]
        mine = [self._books.settled(entry) for entry in self._mine]
        points = self._points() if self._given.points else ()
        return self._ledger_of([*mine, *given, *points], facts, partial(Columns, self._table()))

    def lines(self, ledger: Ledger) -> Iterator[str]:
        """The lines of received.csv below its head."""
        published = {post.url for post in ledger.posts}
        more = exports.lines(ledger.acts.received, Direction.RECEIVED, published, ledger.zone)
        return exports.in_order(heapq.merge(self._almanac.lines(), sorted(more, reverse=True), key=lambda one: -one[0]))

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

    def _table(self) -> Table:
        """All acts received, in the order of their pages."""
        names = ("at", "day", "who", "spot", "parent", "how")
        columns = {name: array(COLUMNS[name]) for name in names}
        post, begins, urls = array("i"), array("I"), []
        public = {one.url: number for number, one in enumerate(self.posts)}
        for url, data in self._almanac.columns(*names):
            if data[0]:
                urls.append(url)
                begins.append(len(post))
                for name, part in zip(names, data, strict=True):
                    columns[name].frombytes(part)
                post.extend([public.get(url, -1)] * (len(columns["at"]) - len(post)))

        def entries(places: Iterable[int]) -> list[Entry]:
            found = [(place, bisect_right(begins, place) - 1) for place in places]
            rows = self._almanac.entries({urls[page] for _, page in found})
            return [self._books.settled(rows[urls[page]][0][place - begins[page]]) for place, page in found]

        return Table(**columns, post=post, channels=list(self._channels), entries=entries)

    def _fact(self, post: Post, leaf: Leaf) -> PostFacts:
        counts = leaf.counts
        return PostFacts(
            url=post.url,
            title=post.title,
            published=post.published,
            given_links=len(self._given.links.get(post.url, ((), ()))[1]),
            comments=counts.comments,
            shares=counts.shares,
            mentions=counts.mentions,
            likes=counts.likes,
            bookmarks=counts.bookmarks,
            first=leaf.first,
            last=leaf.last,
        )


def _url_of(match: Match) -> str:
    return match.post.url if match.post else ""


def _is_public(post: Post | None) -> bool:
    return post is not None and post.status == "published"


def _code() -> str:
    """A digest of what computes leaves: our own code, Python, and what cleans words."""
    found = [
        (str(path), path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(Path(__file__).parent.rglob("*.py"))
    ]
    return digest(sys.version, metadata.version("nh3"), found)
