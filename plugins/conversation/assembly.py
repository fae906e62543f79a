"""Puts together what the site shows: which act belongs to which post, each post's conversation, the ledger.

Reads the store and computes; writes nothing but the matches that it found, for `status` and the next pull.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from types import MappingProxyType

from msgspec import Struct, structs

from .acquaintances import Acquaintances, signed
from .acts import Act, Kind, Person, Problem
from .bookkeeping import Bookkeeper, spots_of
from .channels import place_name
from .history import notable, observed_days, published_days, read_milestones
from .ledger import Entry, Ledger, PostFacts, Snapshot, SourceFacts, compute
from .ledger.received import Received
from .moderation import Moderation
from .people import People
from .posts import Post
from .settings import Settings
from .sources import registry
from .sources.mastodon_parse import split_account
from .store import SourceState, Store
from .talks import Judged, Page, Reader, Talk, pages_of
from .threads import Conversation, House, Join, OwnReplies, Stale, Told, Ways, gather, level, merge
from .urls import Match, Matcher

__all__ = ["Assembly", "Unmatched", "newest_moment"]


class Unmatched(Struct, frozen=True):
    """An address that acts were sent to and that is none of the site's posts: how many, and why."""

    target: str
    acts: int
    reason: str


class Assembly:
    """One build's view of the store. `now` is the newest pull: the only clock that a page may depend on.

    `pictures` has by the address of a person's picture the site's own copy of it (`House.pictures`); it can be set
    after `faces` has told which ones are wanted, and before `conversations` is asked for.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        posts: Iterable[Post],
        now: datetime,
        pictures: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._settings, self._store, self.now, self.pictures = settings, store, now, pictures
        self.posts = tuple(posts)
        self._entries: list[Entry] = []
        self._facts: list[PostFacts] = []
        self.moderation = Moderation.load(settings.moderation)

    @cached_property
    def matcher(self) -> Matcher:
        """What knows which post an address means."""
        return Matcher(self.posts, self._settings.siteurls)

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
        services = self.ways.services
        configured = {s.name for s in self._settings.sources if not registry.service(s.source).local}
        zone = self._settings.timezone
        return House(
            zone=zone,
            is_own=self._settings.is_own,
            me=self._me,
            services=services,
            copies=self._store.copies(),
            pictures=self.pictures,
            privacy=self._settings.privacy,
            contact=tuple(Join(label, url) for label, url in self._settings.contact.items()),
            stale=tuple(
                Stale(
                    state.name,
                    state.pulled.astimezone(zone) if state.pulled else None,
                    place_name(services[state.name]) if state.name == services[state.name] else "",
                )
                for state in self.sources
                if state.state in {"stale", "failed"} and state.name in configured
            ),
            now=self.now,
        )

    @cached_property
    def people(self) -> People:
        """Who is the same person on several networks: as the blogger says, and as services found it proved."""
        return People(self._settings.people, self._store.proofs())

    @cached_property
    def faces(self) -> frozenset[str]:
        """The addresses of the pictures of all people who are shown in full."""
        shown = (one for talk in self.talks if talk.page.post for one in talk.shown)
        named = (one for one in shown if level(one.acts, self._settings.privacy) == "full")
        photos = {act.author.photo for one in named for act in one.acts}
        return frozenset({*photos, self._me.photo} - {""})

    @cached_property
    def conversations(self) -> dict[str, Conversation]:
        """The conversation of every post, by its URL."""
        made = {}
        for talk in self.talks:
            post = talk.page.post
            self._entries += [self._books.received(one, post.url if post else "") for one in talk.shown]
            if post:
                made[post.url] = self.gathered(talk, post)
                if post.status == "published":
                    self._facts.append(self._books.fact(made[post.url], talk.shown))
        return made

    def gathered(self, talk: Talk, post: Post) -> Conversation:
        """The conversation of a post."""
        links = self.links_of.get(post.url, ())
        found = gather(post, [*talk.shown, *self.own_replies(talk)], links, talk.counts, self.house, talk.told)
        return structs.replace(found, gave=self.acquaintances.introduce(found.gave, links, talk.shown))

    def own_replies(self, talk: Talk) -> list[Told]:
        """The blogger's own replies to what is shown on a page, as far as only their accounts tell of them."""
        return self.replies.below(talk.shown, talk.told, talk.page.addresses)

    @cached_property
    def replies(self) -> OwnReplies:
        """The blogger's own replies that only the blogger's accounts tell of."""
        return OwnReplies.of(self.gifts)

    @cached_property
    def reader(self) -> Reader:
        """What reads the acts on pages."""
        return Reader(self._settings, self._store, self.people, self.moderation, self.ways)

    @cached_property
    def talks(self) -> list[Talk]:
        """Every page with what was told of it, merged and moderated."""
        return list(self.reader.talks(self.pages))

    @property
    def kept_back(self) -> Counter[str]:
        """How many acts moderation keeps from being shown, by the rule that did."""
        return Counter(one.verdict.rule for one in self.judged if not one.verdict.shown)

    @cached_property
    def judged(self) -> list[Judged]:
        """Every act of others on a page of the site, once, and whether readers may see it."""
        return [one for talk in self.talks for one in talk.judged]

    @property
    def waiting(self) -> Sequence[Judged]:
        """The acts that wait for the blogger's word because a stranger's are held, oldest first on each post."""
        return [one for one in self.judged if one.verdict.held]

    def ledger(self) -> Ledger:
        """Giving and receiving of the whole site, from the same acts that the conversations show."""
        _ = self.conversations
        given = map(self._books.given, self.gifts)
        return self._ledger_of([*self._entries, *given, *self._points()], self._facts)

    def _ledger_of(
        self,
        entries: Iterable[Entry],
        facts: Iterable[PostFacts],
        received: Callable[[Sequence[Entry]], Received] | None = None,
    ) -> Ledger:
        return compute(
            entries,
            facts,
            [
                SourceFacts(name=s.name, state=s.state, pulled=s.pulled, acts=s.acts, error=s.error)
                for s in self.sources
            ],
            site=self._settings.siteurl,
            former=self._settings.siteurls[1:],
            now=self.now,
            zone=self._settings.timezone,
            snapshots=self._days(),
            weights=self._settings.weights,
            received=received,
        )

    @property
    def conflicts(self) -> Sequence[Problem]:
        """Addresses that two posts claim."""
        return self.matcher.conflicts

    @cached_property
    def _written(self) -> tuple[list[Snapshot], list[Problem]]:
        """The days in the table of milestones, and what is wrong with it."""
        path = self._settings.milestones
        return read_milestones(path, path.name, self._published)

    @cached_property
    def _published(self) -> list[date]:
        """The days on which the site's articles appeared."""
        return published_days(self.posts, self._settings.timezone)

    @property
    def problems(self) -> list[Problem]:
        """What is wrong beyond the sources: posts that claim one address, rows of the table of milestones."""
        return [*self.conflicts, *self._written[1]]

    def _days(self) -> list[Snapshot]:
        """How the blog stood on the days worth telling."""
        seen = observed_days(self._store.snapshots(), self._published, self._settings.timezone)
        return notable(self._written[0], seen)

    def _points(self) -> Iterator[Entry]:
        """What the blogger's answers elsewhere drew: points that a service counts and nobody is named for."""
        gifts = (one.best for one in self._answers())
        answers = {item.act.url: item for item in gifts if item.act.kind is Kind.ANSWER and item.act.url}
        observed = defaultdict(list)
        for one in self._store.histories(answers):
            item = answers.get(one.count.target)
            if item and one.count.source == item.act.source:
                observed[one.count.target, one.count.kind].append((one.at, one.count.value))
        for (target, kind), looks in observed.items():
            yield from self._books.points(answers[target], kind, looks)

    def _answers(self) -> Iterable[Told]:
        """What was given, as far as there are answers among it."""
        return self.gifts

    @cached_property
    def pages(self) -> list[Page]:
        """Every post, and every other page of the site that acts are about, in the order of their addresses."""
        return pages_of(self.posts, self.matches, self._store.copies())

    @cached_property
    def gifts(self) -> list[Told]:
        """Everything given, once each."""
        return merge(self._store.given(), self.people, ways=self.ways)

    @cached_property
    def links_of(self) -> Mapping[str, list[Act]]:
        """What posts themselves gave, by the URL of the post."""
        links = defaultdict(list)
        for one in self.gifts:
            for act in (act for act in one.acts[:1] if act.source == "posts"):
                links[act.url].append(act)
        return links

    @cached_property
    def ways(self) -> Ways:
        """What is to be known of the sources that tell."""
        mastodon = (one for one in self._settings.sources if one.source == "mastodon")
        return Ways(
            services={one.name: one.source for one in self._settings.sources},
            homes={one.name: split_account(one.options.get("account", ""))[1] for one in mastodon},
        )

    @cached_property
    def acquaintances(self) -> Acquaintances:
        """The people of the site by name."""
        told = (
            one for talk in self.talks for shown in talk.shown for one in signed(self._settings, self.people, shown)
        )
        return Acquaintances(self._settings, self.people, told)

    @cached_property
    def _books(self) -> Bookkeeper:
        spots = dict(spots_of(one for talk in self.talks for one in talk.shown))
        return Bookkeeper(self._settings, self.people, spots, self.moderation)

    @cached_property
    def _me(self) -> Person:
        """The blogger, as most of their own words are signed in the conversations; else as the site."""
        acts = (act for talk in self.talks for one in talk.shown for act in one.acts)
        signed = Counter(act.author for act in acts if act.author.name and self._settings.is_own(act.author))
        nobody = Person(url=self._settings.siteurl)
        return max(signed, key=lambda who: (signed[who], structs.astuple(who)), default=nobody)


def _url_of(match: Match) -> str:
    return match.post.url if match.post else ""


def newest_moment(store: Store, posts: Iterable[Post]) -> datetime:
    """The clock of the pages: the newest pull; before any, the newest post; before any, the beginning of 1970."""
    published = [post.published for post in posts if post.published and post.status == "published"]
    return store.newest_pull() or max(published, default=datetime.fromtimestamp(0, UTC))
