"""Broadcast or talk: every message of the blogger in one of five forms, or in "statement" for all the rest.

Where it comes from: the "4-1-1" rule and the "rule of thirds" of social media handbooks, and Sprout Social's early
definition of engagement.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from ..acts import Direction, Kind
from ..addresses import is_web
from .entries import Entry, Part, Site, address

__all__ = ["Form", "Message", "count", "messages", "mix", "reply_share", "share"]


class Form(StrEnum):
    """What a message is. The first rule that fits wins; the order here is the order of the rules."""

    CONVERSATION = "conversation"  # replies to, or quotes, somebody else
    AMPLIFY = "amplify"  # repost of somebody else
    OWN_LINK = "own_link"  # a page of the own site, or a repost of oneself
    SHARE = "share"  # links elsewhere
    MENTION = "mention"  # names somebody, no link
    STATEMENT = "statement"  # the rest of what is said to nobody
    UNCLASSIFIED = "unclassified"  # its form cannot be told: guest posts


class Message(Struct, frozen=True):
    """One message of the blogger. `alone` marks a part of a self-thread: an answer to oneself."""

    form: Form
    when: datetime
    reply: bool = False
    repost: bool = False
    alone: bool = False
    number: int = 1


#: The rules in their order.
_RANK = {form: place for place, form in enumerate(Form)}
_REPLIES = frozenset({Kind.REPLY, Kind.ANSWER})
_ANSWERING = _REPLIES | {Kind.RSVP}
_SAID = _ANSWERING | {Kind.QUOTE, Kind.REPOST, Kind.MENTION, Kind.LINK, Kind.GUEST_POST, Kind.NOTE}


def mix(counts: Mapping[str, int]) -> dict[str, float] | None:
    """Shares of the forms, 0..1, adding up to 1: {form: messages of that form / all messages}. No message: None.

    Example: 6 messages of conversation, 3 own links and 1 statement, 10 in all: 0.6 conversation, 0.3 own link, 0.1
    statement.
    """
    messages_ = sum(counts.values())
    return {form: number / messages_ for form, number in counts.items()} if messages_ else None


def share(counts: Mapping[str, int], *forms: Form) -> float | None:
    """The share of some forms together, 0..1; no message: None.

    `broadcast_share` is (own link + statement) / all, `conversation_share` is (conversation + mention) / all.

    Example: 6 messages of conversation, 3 own links and 1 statement: broadcast (3 + 1) / 10 = 0.4, conversation (6 + 0)
    / 10 = 0.6.
    """
    messages_ = sum(counts.values())
    return sum(counts[form] for form in forms) / messages_ if messages_ else None


def count(said: Iterable[Message]) -> dict[str, int]:
    """Messages by form: every form is there, in the order of the rules."""
    counts = {form.value: 0 for form in Form}
    for message in said:
        counts[message.form] += message.number
    return counts


def reply_share(said: Iterable[Message]) -> tuple[int, int]:
    """Engagement in the first Sprout sense: (replies, messages authored); the metric is their quotient.

    Replies and answers to others, out of all messages but reposts and answers to oneself.

    Example: 2 replies to Noor, 1 to an own reply, 1 repost and 3 notes; the answer to oneself and the repost do not
    count: 2 / (2 + 3) = 0.4.
    """
    authored = [message for message in said if not message.repost and not message.alone]
    return sum(message.number for message in authored if message.reply), sum(message.number for message in authored)


def messages(part: Part, site: Site) -> list[Message]:
    """Everything that the blogger said, as one message each, in no order.

    Messages are acts given that say something, notes, and what the blogger said under own posts; likes, bookmarks and
    follows say nothing. All links and front matter acts of one post are one message: the post, in the form whose rule
    comes first. A message that is known both as given and from the conversation of a post counts once. An answer to
    oneself takes the form of what its thread began with.
    """
    told = [entry for entry in (*part.given, *part.notes) if entry.kind in _SAID]
    single = [entry for entry in told if not entry.post or entry.kind is Kind.NOTE]
    known = {address(entry.url) for entry in single if entry.url}
    single += [entry for entry in part.mine if entry.kind in _SAID and address(entry.url) not in known]
    asks = any(entry.parent and not entry.person for entry in part.mine)
    others = {address(entry.url) for entry in part.received if entry.url} if asks else set()
    own = _by_address(single)
    forms = _Forms(own, lambda entry: _form(entry, site, others, own))
    said = [
        Message(
            form=form,
            when=entry.when,
            reply=entry.kind in _REPLIES and form is Form.CONVERSATION,
            repost=entry.kind is Kind.REPOST,
            alone=alone,
            number=entry.number,
        )
        for entry, (form, alone) in zip(single, map(forms.of, single), strict=True)
    ]
    return said + list(_posts([entry for entry in part.given if entry.post and entry.kind in _SAID], site))


def _posts(links: Sequence[Entry], site: Site) -> Iterator[Message]:
    """The site's posts that say something to somebody: one message per post."""
    by_post: dict[str, list[Entry]] = {}
    for entry in links:
        by_post.setdefault(entry.post, []).append(entry)
    for entries in by_post.values():
        form = min((_form(entry, site, (), ()) for entry in entries), key=_RANK.__getitem__)
        reply = any(entry.kind in _REPLIES for entry in entries) and form is Form.CONVERSATION
        yield Message(form, min(entry.when for entry in entries), reply=reply)


class _Forms:
    """The forms of messages, where an answer to oneself inherits the form of its thread."""

    def __init__(self, own: Mapping[str, Entry], rule: Callable[[Entry], Form]) -> None:
        self._own, self._rule = own, rule
        self._found: dict[str, Form] = {}

    def of(self, entry: Entry) -> tuple[Form, bool]:
        """The form of `entry`, and whether it answers the blogger: an own message, or the own post."""
        above = self._above(entry)
        if above is not None:
            return self._inherited(above), True
        form = self._rule(entry)
        return form, entry.kind in _ANSWERING and form is Form.OWN_LINK

    def _inherited(self, entry: Entry) -> Form:
        """The form of what answers `entry`; threads that bite their own tail are unclassified."""
        way: dict[str, None] = {}
        above: Entry | None = entry
        while above is not None:
            entry, spot = above, address(above.url)
            if spot in self._found:
                return self._keep(way, self._found[spot])
            if spot in way:
                return self._keep(way, Form.UNCLASSIFIED)
            way[spot] = None
            above = self._above(entry)
        return self._keep(way, self._rule(entry))

    def _above(self, entry: Entry) -> Entry | None:
        """The own message that `entry` answers, if it does."""
        parent = entry.parent or (entry.target if entry.kind in _ANSWERING else "")
        above = self._own.get(address(parent)) if parent else None
        return above if above is not None and address(above.url) != address(entry.url) else None

    def _keep(self, way: Iterable[str], form: Form) -> Form:
        """Remembers the form of all messages on the way up, so that long threads are walked once."""
        self._found.update((spot, form) for spot in way)
        return form


def _form(entry: Entry, site: Site, others: Container[str], own: Container[str]) -> Form:
    """The form of a message that answers none of the blogger's own.

    `others` are addresses of acts received, `own` those of the blogger's own messages.
    """
    if entry.direction is Direction.RECEIVED:
        talks = entry.kind in _ANSWERING and (entry.person or address(entry.parent) in others)
        return Form.CONVERSATION if talks else Form.OWN_LINK
    if entry.kind in _ANSWERING or entry.kind is Kind.QUOTE:
        alone = entry.mine or (not entry.person and site.owns(entry.target))
        return Form.OWN_LINK if alone else Form.CONVERSATION
    if entry.kind is Kind.GUEST_POST:
        return Form.UNCLASSIFIED
    again = entry.kind is Kind.NOTE and entry.target != entry.url and address(entry.target) in own
    if entry.mine or again or (entry.kind is Kind.NOTE and entry.post) or site.owns(entry.target):
        return Form.OWN_LINK
    return Form.AMPLIFY if entry.kind is Kind.REPOST else _towards(entry)


def _towards(entry: Entry) -> Form:
    """The form of a message by where it points: to a page elsewhere, to a person, to nobody."""
    if entry.kind is Kind.LINK or _links(entry):
        return Form.SHARE
    return Form.MENTION if entry.person or entry.kind is Kind.MENTION else Form.STATEMENT


def _links(entry: Entry) -> bool:
    """Whether a message links to a page that is neither itself nor the profile of whom it names."""
    if not entry.target or entry.target == entry.url:
        return False
    spot = address(entry.target)
    return spot != address(entry.url) and spot.rstrip("/") != entry.person and is_web(entry.target)


def _by_address(single: Iterable[Entry]) -> dict[str, Entry]:
    """The messages by their own addresses: what was written down by hand has that of the page which it is about."""
    own: dict[str, Entry] = {}
    for entry in single:
        if entry.url and (entry.kind is Kind.NOTE or entry.url != entry.target):
            spot = address(entry.url)
            own[spot] = max(own[spot], entry, key=_order) if spot in own else entry
    return own


def _order(entry: Entry) -> tuple[str, datetime, tuple[str, ...]]:
    """An order that no shuffling of the input changes; the last of two messages with one address wins."""
    rest = (entry.kind.value, entry.target, entry.parent, entry.person, entry.post, str(entry.mine))
    return (entry.url, entry.when, rest)
