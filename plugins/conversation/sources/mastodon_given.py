"""What the blogger did on Mastodon, as acts given: their own statuses, and those that they liked. Pure.

A reply to somebody else is a reply given, a boost a repost, a quote a quote; what names somebody is a mention, and what
is addressed to nobody a note, which counts in the mix only. As in an archive (`outbox.py`): an act in both is one.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..acts import Act, Direction, Kind, Person, Problem
from .mastodon_parse import (
    Home,
    Status,
    address_in,
    content_of,
    id_of,
    is_open,
    is_silent,
    links_of,
    parse_person,
    quoted_in,
    warning_of,
    words_in,
)
from .values import address_of, listed, text_of, time_of

__all__ = ["parse_given", "parse_liked"]


def parse_given(status: object, home: Home, parents: Mapping[str, Status]) -> Act | Problem | None:
    """A status of the blogger's own as an act given; `parents` are the statuses that were answered, by id.

    None for what is not for everybody. Addresses are those of an archive's `outbox.json`, so that an act that is in
    both counts once.
    """
    number = id_of(status)
    if not isinstance(status, dict) or not number:
        return Problem(home.source, "the account's statuses hold something that is no status")
    if not is_open(status):
        return None
    html, said = content_of(status)
    kind, target, to, parent = _addressed(status, home, parents)
    boost = isinstance(status.get("reblog"), dict)
    url = address_of(status.get("uri" if boost else "url")) or address_of(status.get("url" if boost else "uri"))
    return Act(
        direction=Direction.GIVEN,
        kind=kind,
        source=home.source,
        id=f"given:{number}",
        url=url.removesuffix("/activity"),
        target=target,
        channel="mastodon",
        to=to,
        published=time_of(status.get("created_at")),
        updated=time_of(status.get("edited_at")),
        text="" if boost else said,
        html="" if boost else html,
        warning=warning_of(status),
        parent=parent,
        words=None if boost else words_in(said),
    )


def _addressed(status: Status, home: Home, parents: Mapping[str, Status]) -> tuple[Kind, str, Person, str]:
    """What the blogger did, about what, to whom, and what a thread of their own goes on from."""
    boosted, quoted = status.get("reblog"), quoted_in(status)
    mentions = [one for one in listed(status.get("mentions"))[:200] if isinstance(one, dict) and not home.is_me(one)]
    answered = parents.get(text_of(status.get("in_reply_to_id"), 80), {})
    whom = text_of(status.get("in_reply_to_account_id"), 80)
    own = whom and whom == id_of(status.get("account"))
    if isinstance(boosted, dict):
        mine = home.is_me(boosted.get("account"))
        person = Person() if mine else _person(boosted.get("account"), home)
        return (Kind.NOTE if mine else Kind.REPOST), address_in(boosted), person, ""
    if whom and not own:
        known = next((one for one in mentions if id_of(one) == whom), answered.get("account"))
        person = _person(answered.get("account") or known, home)
        return Kind.REPLY, address_in(answered) or person.url, person, ""
    if quoted and not home.is_me(quoted.get("account")):
        return Kind.QUOTE, address_in(quoted), _person(quoted.get("account"), home), ""
    to = parse_person(mentions[0], home.host) if mentions else Person()
    link = next(iter(links_of(status)), "")
    return (Kind.MENTION if to.key else Kind.NOTE), link or to.url, to, address_in(answered)


def parse_liked(status: object, home: Home) -> Act | Problem | None:
    """A status that the blogger liked, as an act given, as in an archive's `likes.json`; neither tells when."""
    number = id_of(status)
    if not isinstance(status, dict) or not number:
        return Problem(home.source, "the account's favourites hold something that is no status")
    if not is_open(status) or home.is_me(status.get("account")):
        return None
    return Act(
        direction=Direction.GIVEN,
        kind=Kind.LIKE,
        source=home.source,
        id=f"favourite:{number}",
        url=address_in(status),
        target=address_in(status),
        channel="mastodon",
        to=_person(status.get("account"), home),
    )


def _person(account: object, home: Home) -> Person:
    """To whom something was given; nobody where they want no programs."""
    return Person() if is_silent(account) else parse_person(account, home.host)
