"""Puts together what the site shows: which act belongs to which post, each post's conversation, the ledger.

Reads the store and computes; writes nothing but the matches that it found, for `status` and the next pull.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property

from .acts import Act, Count, Direction, Person, identity, placed
from .ledger import Entry, Ledger, PostFacts, SourceFacts, compute
from .moderation import Moderation, Verdict
from .posts import Post
from .settings import Settings
from .sources import registry
from .store import SourceState, Store, Stored
from .threads import Conversation, House, Join, Stale, distinct, gather
from .urls import Match, Matcher

__all__ = ["Assembly", "Unmatched", "newest_moment"]

#: Pages whose acts are read from the store together.
AT_ONCE = 200


@dataclasses.dataclass(frozen=True, slots=True)
class Unmatched:
    """An address that acts were sent to and that is none of the site's posts: how many, and why."""

    target: str
    acts: int
    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class _Page:
    """An address that acts are about: a post, or another page of the site (`post` is None), and all its spellings."""

    url: str
    post: Post | None
    targets: tuple[str, ...]


class Assembly:
    """One build's view of the store. `now` is the newest pull: the only clock that a page may depend on."""

    def __init__(self, settings: Settings, store: Store, posts: Iterable[Post], now: datetime) -> None:
        self._settings, self._store, self.now = settings, store, now
        self.posts = tuple(posts)
        self.matcher = Matcher(self.posts, settings.siteurls)
        self._entries: list[Entry] = []
        self._facts: list[PostFacts] = []
        self._moderation = Moderation.load(settings.moderation)
        self._kept_back: Counter[str] = Counter()

    @cached_property
    def matches(self) -> dict[str, Match]:
        """What every target in the store means, and by which rule; remembered in the store."""
        matches = {target: self.matcher.match(target) for target in self._store.targets()}
        self._store.save_matches((target, _url_of(match), match.rule) for target, match in matches.items())
        return matches

    @cached_property
    def unmatched(self) -> list[Unmatched]:
        """The targets that are no post of the site's, most acts first."""
        numbers = self._store.targets()
        rows = [Unmatched(target, numbers[target], m.reason) for target, m in self.matches.items() if m.post is None]
        return sorted(rows, key=lambda row: (-row.acts, row.target))

    @cached_property
    def sources(self) -> list[SourceState]:
        """Every source that is configured or has told something, by name."""
        known = {state.name: state for state in self._store.sources()}
        never = {s.name: SourceState(s.name, "never", None, None, None, 0) for s in self._settings.sources}
        return sorted((never | known).values(), key=lambda state: state.name)

    @cached_property
    def house(self) -> House:
        """The rules that all conversations share."""
        configured = {s.name for s in self._settings.sources if not registry.service(s.source).local}
        zone = self._settings.timezone
        return House(
            zone=zone,
            is_own=self._settings.is_own,
            privacy=self._settings.privacy,
            contact=tuple(Join(label, url) for label, url in self._settings.contact.items()),
            stale=tuple(
                Stale(state.name, state.pulled.astimezone(zone) if state.pulled else None)
                for state in self.sources
                if state.state in {"stale", "failed"} and state.name in configured
            ),
            now=self.now,
        )

    @cached_property
    def conversations(self) -> dict[str, Conversation]:
        """The conversation of every post, by its URL."""
        made = {}
        for page, told, counts in self._read(self._pages):
            items = self._moderated(told)
            post = page.post
            self._entries += [self._entry(item, post.url if post else "", item.act.author) for item in items]
            if post:
                links = self._links_of.get(post.url, ())
                made[post.url] = gather(post, items, links, counts, self.house, told)
                if post.status == "published":
                    self._facts.append(self._fact(made[post.url], items))
        return made

    @property
    def kept_back(self) -> Counter[str]:
        """How many acts moderation keeps from being shown, by the rule that did."""
        _ = self.conversations
        return self._kept_back

    def _moderated(self, told: list[Stored]) -> list[Stored]:
        """The acts on a page that may be shown, once each.

        Two tellings of one act are judged together, so that what hides one of them hides the act.
        """
        tellings = defaultdict(list)
        for item in told:
            tellings[identity(item.act)].append(item.act)
        shown: list[Stored] = []
        for item in distinct(told):
            acts = tellings[identity(item.act)]
            own = any(self._settings.is_own(act.author, act.url) for act in acts)
            verdict = Verdict(shown=True) if own else self._moderation.verdict(*acts)
            if verdict.shown:
                shown.append(item)
            else:
                self._kept_back[verdict.rule] += 1
        return shown

    def ledger(self) -> Ledger:
        """Giving and receiving of the whole site, from the same acts that the conversations show."""
        _ = self.conversations
        given = (
            self._entry(item, item.act.url if item.act.source == "posts" else "", item.act.to) for item in self._gifts
        )
        return compute(
            [*self._entries, *given],
            self._facts,
            [
                SourceFacts(name=s.name, state=s.state, pulled=s.pulled, acts=s.acts, error=s.error)
                for s in self.sources
            ],
            site=self._settings.siteurl,
            former=self._settings.siteurls[1:],
            now=self.now,
            zone=self._settings.timezone,
        )

    @cached_property
    def _pages(self) -> list[_Page]:
        """Every post, and every other page of the site that acts are about, in the order of their addresses."""
        targets: dict[str, list[str]] = {post.url: [] for post in self.posts}
        for target, match in sorted(self.matches.items()):
            if match.on_site:
                targets.setdefault(_url_of(match) or target, []).append(target)
        posts = {post.url: post for post in self.posts}
        return [_Page(url, posts.get(url), tuple(spelled)) for url, spelled in sorted(targets.items())]

    def _read(self, pages: Sequence[_Page]) -> Iterator[tuple[_Page, list[Stored], list[Count]]]:
        """Each page with its acts as they were told, and with what services count for it; many pages in one reading."""
        for start in range(0, len(pages), AT_ONCE):
            some = pages[start : start + AT_ONCE]
            wanted = [target for page in some for target in page.targets]
            acts, counts = defaultdict(list), defaultdict(list)
            for item in self._store.received(wanted) if wanted else ():
                acts[item.act.target].append(item)
            for count in self._store.counts(wanted) if wanted else ():
                counts[count.target].append(count)
            for page in some:
                yield (
                    page,
                    [item for target in page.targets for item in acts[target]],
                    [count for target in page.targets for count in counts[target]],
                )

    @cached_property
    def _gifts(self) -> list[Stored]:
        """Everything given, once each."""
        return distinct(self._store.given())

    @cached_property
    def _links_of(self) -> dict[str, list[Act]]:
        links = defaultdict(list)
        for item in self._gifts:
            if item.act.source == "posts":
                links[item.act.url].append(item.act)
        return links

    def _entry(self, item: Stored, post: str, person: Person) -> Entry:
        """A row of the ledger. `person` is the other side: who acted, or to whom it was given."""
        act = item.act
        if act.direction is Direction.RECEIVED:
            mine = self._settings.is_own(person, act.url)
        else:
            mine = self._settings.is_own(person) or self._settings.on_site(act.target)
        return Entry(
            direction=act.direction,
            kind=act.kind,
            channel=act.channel,
            person=person.key,
            name=person.shown,
            when=placed(act, item.first_seen),
            url=act.url,
            target=act.target,
            parent=act.parent,
            post=post,
            words=act.words,
            mine=mine,
            title=act.title,
        )

    def _fact(self, conversation: Conversation, items: Iterable[Stored]) -> PostFacts:
        """What the ledger says of a post: the numbers that its page shows, and the days of the first and last act."""
        zone, own = self._settings.timezone, self._settings.is_own
        others = [item for item in items if not own(item.act.author, item.act.url)]
        days = sorted(placed(item.act, item.first_seen).astimezone(zone).date() for item in others)
        return PostFacts(
            url=conversation.url,
            title=conversation.post.title,
            published=conversation.post.published,
            given_links=len(conversation.gave),
            **dataclasses.asdict(conversation.counts),
            first=days[0] if days else None,
            last=days[-1] if days else None,
        )


def _url_of(match: Match) -> str:
    return match.post.url if match.post else ""


def newest_moment(store: Store, posts: Iterable[Post]) -> datetime:
    """The clock of the pages: the newest pull; before any, the newest post; before any, the beginning of 1970."""
    published = [post.published for post in posts if post.published and post.status == "published"]
    return store.newest_pull() or max(published, default=datetime.fromtimestamp(0, UTC))
