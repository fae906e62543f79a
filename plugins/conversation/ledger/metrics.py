"""The catalogue: every figure of one window, each computed by the pure function that its key is named for.

The numbers that a quotient was made of stand beside it, so that a page can print "3 of 4" and a reader can check.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from msgspec import Struct, structs

from . import answering, drawn, gifts, people
from .entries import Part, PostFacts, Site, Window, address, local_date
from .milestones import Snapshot, milestones
from .mix import Form, Message, count, messages, mix, reply_share, share
from .received import Received
from .tally import Tally

__all__ = ["Answering", "Both", "Drawn", "Extent", "Gifts", "History", "Metrics", "Talk", "measure"]


class History(Struct, frozen=True, dict=True):
    """What the figures of every window are taken from: all entries, sorted, and what follows from them once.

    `received` are the acts received, `months` their numbers by month; `part` is everything else.
    """

    part: Part
    received: Received
    months: Mapping[str, int]
    posts: Sequence[PostFacts]
    site: Site
    zone: ZoneInfo
    now: datetime
    snapshots: Sequence[Snapshot] = ()

    @cached_property
    def said(self) -> Sequence[Message]:
        """The blogger's messages."""
        answered = {address(entry.parent) for entry in self.part.mine if entry.parent and not entry.person}
        return messages(structs.replace(self.part, received=self.received.at(answered)), self.site)

    @cached_property
    def answered(self) -> Mapping[str, Sequence[datetime]]:
        """When the blogger answered what."""
        return answering.answers(self.part)

    @cached_property
    def threads(self) -> Sequence[Sequence[datetime]]:
        """The times of the messages of every thread of two or more people."""
        return self.received.threads(self.part)

    @cached_property
    def years(self) -> Mapping[str, set[int]]:
        """The years in which people were heard from."""
        return self.received.years(self.now)

    @cached_property
    def start(self) -> str | None:
        """The local date of the oldest act received."""
        oldest = self.received.oldest()
        return local_date(oldest, self.zone).isoformat() if oldest else None


class Extent(Struct, frozen=True):
    """What lies in one window: acts received (`drew`), everything else, and the tallies of both sides."""

    part: Part
    drew: Received
    given: Tally
    received: Tally


class Gifts(Struct, frozen=True, kw_only=True):
    """What was given, to how many, and what it cost. `attributed_...`: acts that could be attributed to a person."""

    people_given: int
    people_received: int
    days_given: int
    words_given: int | None
    long_gifts: Mapping[str, int]
    attributed_given: int
    attributed_received: int


class Talk(Struct, frozen=True, kw_only=True):
    """Broadcast or talk. `replies` / `authored` is the quotient of `reply_share`; `mix_counts` are messages by form."""

    reply_share: float | None
    mix: Mapping[str, float] | None
    broadcast_share: float | None
    conversation_share: float | None
    replies: int
    authored: int
    mix_counts: Mapping[str, int]


class Answering(Struct, frozen=True, kw_only=True):
    """Answering on own posts. `answered` / `answerable` is `response_rate`; `threads` is the n of `thread_depth`."""

    response_rate: float | None
    response_hours: float | None
    thread_depth: float | None
    answered: int
    answerable: int
    threads: int


class Both(Struct, frozen=True, kw_only=True):
    """Going both ways. `history_start` is the date of the oldest act received of all: before it nobody was seen.

    `only_given`, `both_ways` and `only_received` are people by the sides that they are on.
    """

    reciprocity: float | None
    mutual: float | None
    balance: float | None
    balance_without_top_post: float | None
    recurring: int
    first_time: int
    paid_forward: float | None
    history_start: str | None
    only_given: int
    both_ways: int
    only_received: int


class Drawn(Struct, frozen=True, kw_only=True):
    """What posts drew. `unmatched` is how many acts received match no post."""

    per_post: Mapping[str, float] | None
    concentration: float | None
    bursts: Sequence[str]
    milestones: Sequence[Mapping[str, object]]
    unmatched: int


class Metrics(Struct, frozen=True, kw_only=True):
    """The metrics of one window, by family. None is undefined (null in ledger.json), which is not zero."""

    gifts: Gifts
    talk: Talk
    answering: Answering
    both: Both
    drawn: Drawn

    def as_json(self) -> dict[str, object]:
        """One flat object whose keys are the fields' names, with lists for sequences."""
        figures: dict[str, object] = {}
        for family in (self.gifts, self.talk, self.answering, self.both, self.drawn):
            figures |= structs.asdict(family)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in figures.items()}


def measure(history: History, window: Window, extent: Extent) -> Metrics:
    """All figures of `window`; `extent` is what of the history lies in it."""
    given, received = extent.given, extent.received
    return Metrics(
        gifts=Gifts(
            people_given=given.people,
            people_received=received.people,
            days_given=given.days,
            words_given=gifts.words_given(extent.part.given),
            long_gifts=gifts.long_gifts(extent.part.given),
            attributed_given=given.attributed,
            attributed_received=received.attributed,
        ),
        talk=_talk(message for message in history.said if message.when in window),
        answering=_answering(history, window, extent.drew),
        both=_both(history, window, extent),
        drawn=Drawn(
            per_post=drawn.per_post(history.posts, window),
            concentration=drawn.share(extent.drew.top_post(), received.acts, len(history.posts)),
            bursts=tuple(drawn.bursts(history.months, _local_month(window, history.zone))),
            milestones=tuple(milestones(history.snapshots)),
            unmatched=extent.drew.unmatched(),
        ),
    )


def _talk(said: Iterable[Message]) -> Talk:
    said = list(said)
    forms = count(said)
    replies, authored = reply_share(said)
    return Talk(
        reply_share=replies / authored if authored else None,
        mix=mix(forms),
        broadcast_share=share(forms, Form.OWN_LINK, Form.STATEMENT),
        conversation_share=share(forms, Form.CONVERSATION, Form.MENTION),
        replies=replies,
        authored=authored,
        mix_counts=forms,
    )


def _answering(history: History, window: Window, drew: Received) -> Answering:
    waits = drew.waits(history.answered, window.end)
    sizes = [len(thread) for thread in history.threads if any(when in window for when in thread)]
    return Answering(
        response_rate=answering.response_rate(waits),
        response_hours=answering.response_hours(waits),
        thread_depth=answering.thread_depth(sizes),
        answered=sum(wait is not None for wait in waits),
        answerable=len(waits),
        threads=len(sizes),
    )


def _both(history: History, window: Window, extent: Extent) -> Both:
    given, received = extent.given, extent.received
    out, back = {extent.drew.name(person): acts for person, acts in given.by_person.items()}, received.by_person
    only_given, both_ways, only_received = people.sides(out.keys(), back.keys())
    return Both(
        reciprocity=people.reciprocity(out.keys(), back.keys()),
        mutual=people.mutual(out, back),
        balance=drawn.balance(given.acts, received.acts),
        balance_without_top_post=drawn.balance(given.acts, received.acts - extent.drew.top_post()),
        recurring=people.recurring(history.years, all_time=window.start is None),
        first_time=people.first_time(history.years, all_time=window.start is None),
        paid_forward=people.paid_forward(out, back),
        history_start=history.start,
        only_given=only_given,
        both_ways=both_ways,
        only_received=only_received,
    )


def _local_month(window: Window, zone: ZoneInfo) -> str:
    """The month in which a window begins; "" for all time."""
    return local_date(window.start, zone).isoformat()[:7] if window.start else ""
