"""From what was told of a page to what is kept of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import structs

from . import exports
from .acquaintances import signed
from .acts import Direction, Kind, Person
from .almanac import Page
from .bookkeeping import Bookkeeper
from .leaves import Details, Leaf, columns_of
from .ledger.received import number_of, stamp
from .people import People
from .posts import Post
from .settings import Settings
from .talks import Talk
from .threads import Counts, House, OwnReplies, Told, fits, gather, grouped, level, paged, signers, sketches, times

__all__ = ["KeysOf", "Leafing"]

#: Gives the key of a page's leaf, and what stands for its conversation, told what stands for the own replies that may
#: stand on the page, the numbers of the names of all who did anything on it, and the names of all acts that are shown.
KeysOf = Callable[[str, Iterable[int], Sequence[str]], tuple[str, str]]


class Leafing:
    """Makes leaves.

    `desk` is a bookkeeper who leaves addresses as they were told, `services` has the service of each source. `below`
    gives what stands for the own replies below the permalinks with some numbers, and `replies` finds those; `channels`
    numbers the channels.
    """

    def __init__(  # noqa: PLR0913 - what a leaf is made of
        self,
        settings: Settings,
        people: People,
        desk: Bookkeeper,
        *,
        services: Mapping[str, str],
        below: Callable[[Iterable[int]], str],
        replies: OwnReplies,
        channels: dict[str, int],
    ) -> None:
        self._settings, self._people, self._desk = settings, people, desk
        self._below, self._replies, self._channels = below, replies, channels
        # Numbers depend neither on pictures nor on what the blogger is called.
        self._plain = House(zone=settings.timezone, is_own=settings.is_own, services=services, privacy=settings.privacy)

    def page(self, talk: Talk, keys_of: KeysOf) -> Page:
        """What is kept of a page."""
        page, post, zone = talk.page, talk.page.post, self._settings.timezone
        drafts = [self._desk.drafted(one, post.url if post else "") for one in talk.shown]
        details = Details(
            entries=tuple(entry for entry in drafts if not entry.mine),
            mine=tuple(entry for entry in drafts if entry.mine),
            spots=tuple((spot, one.best.act.url) for one in talk.shown for spot in sorted(one.spots)),
            signed=tuple(name for one in talk.shown for name in signed(self._settings, self._people, one)),
        )
        joined = self._below(number_of(spot) for spot, _ in details.spots)
        acts = [act for one in talk.shown for act in one.acts]
        own = Counter(act.author for act in acts if act.author.name and self._settings.is_own(act.author))
        waiting = [one for one in talk.judged if one.verdict.held]
        names = {number_of(name) for who in _people_of(talk) for name in self._people.names(who)}
        key, says = keys_of(joined, names, [one.name for one in talk.shown])
        leaf = Leaf(
            url=page.url,
            counts=Counts(),
            key=key,
            says=says,
            waiting=len(waiting),
            replies_waiting=sum(one.item.act.kind is Kind.REPLY for one in waiting),
            joined=bool(joined),
            mine=len(details.mine),
            own=tuple(own.items()),
        )
        lines = exports.lines(
            details.entries, Direction.RECEIVED, {post.url} if post and post.status == "published" else (), zone
        )
        columns = columns_of(details, self._channels, zone, names)
        kept = Page(leaf=leaf, details=details, columns=columns, lines=list(lines))
        return self._with_post(kept, talk, post) if post else kept

    def _with_post(self, kept: Page, talk: Talk, post: Post) -> Page:
        """The same of a page that is a post: it has a conversation, too."""
        own = self._replies.below(talk.shown, talk.told, talk.page.addresses) if kept.leaf.joined else ()
        shown, per_page = [*talk.shown, *own], self._settings.per_page
        found = grouped(post, shown, talk.counts, self._plain, talk.told)
        first, last = self._desk.span(talk.shown)
        named = [one for one in talk.shown if level(one.acts, self._settings.privacy) == "full"]
        leaf = structs.replace(
            kept.leaf,
            counts=Counts(**{number.group: number.value for number in found.numbers}),
            listed=tuple(number.listed for number in found.numbers),
            at_least=tuple(number.group for number in found.numbers if number.at_least),
            faces=tuple(sketches(found.groups.get("comments", ()))),
            parts=0 if fits(found, per_page) else self._parts(post, shown),
            first=first,
            last=last,
            edited=max((act.updated for one in shown for act in one.acts if act.updated), default=None),
        )
        return structs.replace(
            kept,
            leaf=leaf,
            remarks=[stamp(when) for when in times(found)],
            photos=sorted({act.author.photo for one in named for act in one.acts} - {""}),
        )

    def _parts(self, post: Post, shown: Iterable[Told]) -> int:
        """How many pages a long conversation takes."""
        return len(paged(gather(post, shown, (), (), self._plain), self._settings.per_page, "").parts)


def _people_of(talk: Talk) -> set[Person]:
    """All who did anything on a page, whether it is shown or not."""
    return {who for one in talk.told for act in one.acts for who in signers(act)}
