"""What the template of the page shows, in the page's order; every number knows its place in ledger.json."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from urllib.parse import unquote

from msgspec import Struct

from ..acts import Direction, Kind
from ..addresses import split
from ..languages import ENGLISH, Words
from .book import Ledger
from .bothways import BothWays, bothways
from .broadcast import Broadcast, broadcast
from .butterfly import Butterfly, butterfly
from .colophon import Colophon, Unmatched, colophon
from .days import Days, days
from .months import Months, months
from .props import Prop, Props
from .response import Response, response
from .slopes import Slopes, slopes
from .wording import Piece, acts, clip, in_effort, numbered, phrase, quantity, stressed, unnumbered, whereabouts

__all__ = ["Page", "Praise", "Praised", "sentences", "view"]

#: So many sites of the props are open; so many more are folded; the posts name the rest.
OPEN, FOLDED = 20, 200
LENGTH = 90
SENTENCES = 3


class Praised(Struct, frozen=True):
    """A page that a post linked to. `path` is the post's below the site's address, "" where only `post` serves."""

    url: str
    title: str
    post: str
    path: str
    post_title: str
    when: datetime


class Praise(Struct, frozen=True):
    """A site, whom it belongs to where that is known, and the links that it was given."""

    host: str
    names: str
    links: tuple[Praised, ...]
    more: int


class Page(Struct, frozen=True, kw_only=True):
    """The page. A sentence is made of pieces; the notes stand where there is little or nothing to show yet.

    What is None has nothing to show and is left out.
    """

    sentences: tuple[tuple[Piece, ...], ...]
    given_note: str
    channels: Butterfly | None
    channels_note: str
    months: Months | None
    talk: Broadcast | None
    answering: Response | None
    both: BothWays | None
    milestones: Slopes | None
    days: Days | None
    props: tuple[Praise, ...]
    props_folded: tuple[Praise, ...]
    props_left: int
    counted: Colophon


def view(
    ledger: Ledger,
    words: Words = ENGLISH,
    *,
    counted: Mapping[str, Collection[Direction]] = MappingProxyType({}),
    unmatched: Sequence[Unmatched] = (),
) -> Page:
    """Lays out a ledger in a language.

    `counted` says which directions the sources of a channel can tell of, where that is known; `unmatched` are the
    addresses that are none of the site's posts, each with its number of acts.
    """
    table = butterfly(ledger, counted, words)
    titles = {post.url: post.title for post in ledger.posts}
    praise = tuple(_praise(props, ledger, titles, words) for props in ledger.props[: OPEN + FOLDED])
    return Page(
        sentences=sentences(ledger, words),
        given_note=_given_note(ledger, words),
        channels=table,
        channels_note=_channels_note(ledger, table, words),
        months=months(ledger, counted, words),
        talk=broadcast(ledger, words),
        answering=response(ledger, words),
        both=bothways(ledger, words),
        milestones=slopes(ledger, words),
        days=days(ledger, words),
        props=praise[:OPEN],
        props_folded=praise[OPEN:],
        props_left=len(ledger.props) - len(praise),
        counted=colophon(ledger, table, words, unmatched),
    )


def sentences(ledger: Ledger, words: Words) -> tuple[tuple[Piece, ...], ...]:
    """At most three, of people, words, long gifts; acts and days step in for what is nothing or not known."""
    given, figures = ledger.year.given, ledger.year.metrics.gifts
    if not given.acts:
        return ()
    told: list[tuple[Piece, ...]] = []
    if number := figures.people_given:
        count = quantity(number, "metrics.year.people_given", words)
        people = phrase(words.ngettext("%(num)s person", "%(num)s people", number), num=count)
        sentence = words.ngettext(
            "%(people)s heard from me, in %(ways)s", "%(people)s heard from me, in %(ways)s", number
        )
        told.append(phrase(sentence, people=stressed(people), ways=_ways(given.by_kind, words)))
    if written_words := figures.words_given:
        count = quantity(written_words, "metrics.year.words_given", words)
        written = phrase(words.ngettext("%(num)s word", "%(num)s words", written_words), num=count)
        sentence = words.ngettext(
            "%(words)s was written to somebody rather than to everybody",
            "%(words)s were written to somebody rather than to everybody",
            written_words,
        )
        told.append(phrase(sentence, words=stressed(written)))
    told += _long_gifts(ledger, words)
    if given.acts > 1 or not told:
        told += _instead(ledger, words)
    return tuple(told[:SENTENCES])


def _ways(by_kind: Mapping[str, int], words: Words) -> str:
    """As in "a reply and links": the three commonest kinds, the one that takes most effort first, without numbers."""
    common = sorted(in_effort(by_kind), key=lambda pair: -pair[1])[:SENTENCES]
    return words.listing([unnumbered(kind, number, words) for kind, number in in_effort(dict(common))])


def _long_gifts(ledger: Ledger, words: Words) -> list[tuple[Piece, ...]]:
    """As in "4 guest posts and 96 answers on Stack Exchange, and 12 comments of 150 words or more"."""
    figures = ledger.year.metrics.gifts.long_gifts
    places = [one for one, kinds in ledger.year.given.by_channel.items() if kinds.get(Kind.ANSWER)]
    where = words.listing([whereabouts(one, words) for one in places])
    if len(places) > SENTENCES:
        where = words.ngettext("in %(num)s place", "in %(num)s places", len(places), num=words.number(len(places)))
    posts, answers, comments = (figures[key] for key in ("guest_posts", "answers", "comments"))
    path = "metrics.year.long_gifts"
    gifts = []
    # What there is; how it is told alone, and how among others.
    if posts:
        told = numbered(Kind.GUEST_POST, posts, f"{path}.guest_posts", words)
        gifts.append((told, words.gettext("%(gifts)s for somebody else’s readers"), "%(gifts)s"))
    if answers:
        told = numbered(Kind.ANSWER, answers, f"{path}.answers", words)
        alone = words.gettext("%(gifts)s to what somebody asked %(where)s")
        gifts.append((told, alone, words.gettext("%(gifts)s %(where)s")))
    if comments:
        count = quantity(comments, f"{path}.comments", words)
        told = phrase(words.ngettext("%(num)s comment", "%(num)s comments", comments), num=count)
        alone = words.gettext("%(gifts)s of 150 words or more on what others wrote")
        gifts.append((told, alone, words.gettext("%(gifts)s of 150 words or more")))
    if len(gifts) == 1:
        return [phrase(gifts[0][1], gifts=stressed(gifts[0][0]), where=where)]
    parts = [phrase(among, gifts=told, where=where) for told, _, among in gifts]
    return [_together(parts, words)] if parts else []


def _together(parts: Sequence[tuple[Piece, ...]], words: Words) -> tuple[Piece, ...]:
    """Two or three parts as one sentence, of which the first is strong."""
    first, second, *third = parts
    if third:
        sentence = words.gettext("%(first)s and %(second)s, and %(third)s")
        return phrase(sentence, first=stressed(first), second=second, third=third[0])
    return phrase(words.gettext("%(first)s and %(second)s"), first=stressed(first), second=second)


def _instead(ledger: Ledger, words: Words) -> list[tuple[Piece, ...]]:
    """Acts and days, for a year in which people, words or long gifts are nothing or not known."""
    given = ledger.year.given
    told = stressed(acts(given.acts, "given.year.acts", words))
    sentence = words.ngettext("%(acts)s of giving: %(ways)s", "%(acts)s of giving in all: %(ways)s", given.acts)
    sentences = [phrase(sentence, acts=told, ways=_ways(given.by_kind, words))]
    if given.days > 1:
        count = quantity(given.days, "given.year.days", words)
        days = phrase(words.ngettext("%(num)s day", "%(num)s days", given.days), num=count)
        sentences.append(phrase(words.gettext("%(days)s had something given in them"), days=stressed(days)))
    return sentences


def _given_note(ledger: Ledger, words: Words) -> str:
    """Kind words where little or nothing was given yet."""
    if ledger.year.given.acts == 1:
        return words.gettext("It began with this.")
    if ledger.year.given.acts:
        return ""
    if ledger.all.given.acts:
        return words.gettext("Nothing is written down for the last 365 days. What was given before that stands below.")
    return words.gettext(
        "Nothing is written down here yet. The first link to somebody in a post, the first reply, the first answer to "
        "a question will stand here."
    )


def _channels_note(ledger: Ledger, table: Butterfly | None, words: Words) -> str:
    """Kind words where one side, or both, have nothing to show."""
    if table is None:
        return words.gettext("There is nothing to lay side by side yet.")
    if not ledger.all.received.acts:
        return words.gettext("What comes back will stand on the right.")
    if not ledger.all.given.acts:
        return words.gettext("All of this was given to me. What I give in return will stand on the left.")
    return ""


def _praise(props: Props, ledger: Ledger, titles: Mapping[str, str], words: Words) -> Praise:
    names = words.listing([clip(name, LENGTH) for name in props.names[:SENTENCES]])
    return Praise(props.host, names, tuple(_praised(one, ledger, titles) for one in props.links), props.more)


def _praised(prop: Prop, ledger: Ledger, titles: Mapping[str, str]) -> Praised:
    root = ledger.site.rstrip("/")
    # A post that is itself the answer, or the guest, gave its own title: the page's address says more.
    title = "" if prop.title == titles.get(prop.post) else clip(prop.title, LENGTH)
    return Praised(
        url=prop.url,
        title=title or _spelled(prop.url),
        post=prop.post,
        path=prop.post.removeprefix(root) if prop.post.startswith(root + "/") else "",
        post_title=clip(titles.get(prop.post, ""), LENGTH) or _spelled(prop.post),
        when=prop.when.astimezone(ledger.zone),
    )


def _spelled(url: str) -> str:
    """An address as a name for its page: the path, or the host where that is all there is."""
    parts = split(url)
    path = unquote(parts.path).strip("/") if parts else url
    return clip(path, LENGTH) or clip(parts.netloc if parts else url, LENGTH)
