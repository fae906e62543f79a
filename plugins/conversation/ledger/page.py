"""What the template of the page shows, in the page's order; every number knows its place in ledger.json."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from urllib.parse import unquote

from ..acts import Direction, Kind
from ..addresses import split
from ..channels import place_name, whereabouts
from .book import Ledger
from .butterfly import Butterfly, butterfly
from .colophon import Colophon, Unmatched, colophon
from .props import Prop, Props
from .wording import Piece, clip, day, in_effort, listing, noun, quantity

__all__ = ["Page", "Praise", "Praised", "Sentence", "view"]

TITLE = "Giving and receiving"
#: So many sites of the props are open; so many more are folded; the posts name the rest.
OPEN, FOLDED = 20, 200
LENGTH = 90
SENTENCES = 3


@dataclasses.dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its figure first: "143 people" "heard from me, in replies and links"."""

    strong: tuple[Piece, ...]
    rest: tuple[Piece, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Praised:
    """A page that a post linked to. `path` is the post's below the site's address, "" where only `post` serves."""

    url: str
    title: str
    post: str
    path: str
    post_title: str
    day: str


@dataclasses.dataclass(frozen=True, slots=True)
class Praise:
    """A site, whom it belongs to where that is known, and the links that it was given."""

    host: str
    names: str
    links: tuple[Praised, ...]
    more: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The page. `given_note` and `channels_note` stand where there is little or nothing to show yet."""

    title: str
    sentences: tuple[Sentence, ...]
    given_note: str
    channels: Butterfly | None
    channels_note: str
    props: tuple[Praise, ...]
    props_folded: tuple[Praise, ...]
    props_left: int
    counted: Colophon


def view(
    ledger: Ledger,
    *,
    label: Callable[[str], str] = place_name,
    counted: Mapping[str, Collection[Direction]] = MappingProxyType({}),
    unmatched: Sequence[Unmatched] = (),
) -> Page:
    """Lays out a ledger.

    `label` names channels; `counted` says which directions their sources can tell of, where that is known; `unmatched`
    are the addresses that are none of the site's posts, each with its number of acts.
    """
    table = butterfly(ledger, label, counted)
    titles = {post.url: post.title for post in ledger.posts}
    praise = tuple(_praise(props, ledger, titles) for props in ledger.props[: OPEN + FOLDED])
    return Page(
        title=TITLE,
        sentences=_sentences(ledger),
        given_note=_given_note(ledger),
        channels=table,
        channels_note=_channels_note(ledger, table),
        props=praise[:OPEN],
        props_folded=praise[OPEN:],
        props_left=len(ledger.props) - len(praise),
        counted=colophon(ledger, table, unmatched),
    )


def _sentences(ledger: Ledger) -> tuple[Sentence, ...]:
    """At most three, of people, words, long gifts; acts and days step in for what is nothing or not known."""
    given, figures = ledger.year.given, ledger.year.metrics.gifts
    if not given.acts:
        return ()
    sentences = []
    if figures.people_given:
        number = quantity(figures.people_given, "metrics.year.people_given")
        who = Piece(" person" if figures.people_given == 1 else " people")
        sentences.append(Sentence((number, who), (Piece(f"heard from me, in {listing(_ways(given.by_kind))}"),)))
    if figures.words_given:
        number = quantity(figures.words_given, "metrics.year.words_given")
        one = figures.words_given == 1
        tail = f"{'was' if one else 'were'} written to somebody rather than to everybody"
        sentences.append(Sentence((number, Piece(" word" if one else " words")), (Piece(tail),)))
    sentences += _long_gifts(ledger)
    if given.acts > 1 or not sentences:
        sentences += _instead(ledger)
    return tuple(sentences[:SENTENCES])


def _ways(by_kind: Mapping[str, int]) -> list[str]:
    """As in "a reply", "links": the three commonest kinds, the one that takes most effort first, without numbers."""
    common = sorted(in_effort(by_kind), key=lambda pair: -pair[1])[:SENTENCES]
    ways = []
    for kind, number in in_effort(dict(common)):
        word = noun(kind, number)
        article = "an" if word[0] in "aeiouR" else "a"
        ways.append(f"{article} {word}" if number == 1 else word)
    return ways


def _long_gifts(ledger: Ledger) -> list[Sentence]:
    """As in "4 guest posts", "and 96 answers on Stack Exchange, and 12 comments of 150 words or more"."""
    figures = ledger.year.metrics.gifts.long_gifts
    places = [whereabouts(one) for one, kinds in ledger.year.given.by_channel.items() if kinds.get(Kind.ANSWER)]
    where = f" {listing(places)}" if len(places) <= SENTENCES else f" in {len(places)} places"
    # One, many, how it goes on as the first figure of the sentence, and as a further one.
    wordings = {
        "guest_posts": ("guest post", "guest posts", "for somebody else’s readers", ""),
        "answers": ("answer", "answers", f"to what somebody asked{where}", where),
        "comments": ("comment", "comments", "of 150 words or more on what others wrote", " of 150 words or more"),
    }
    parts: list[tuple[Piece, Piece]] = []
    tails: list[tuple[str, str]] = []
    for key, (one, many, first, further) in wordings.items():
        if figures[key]:
            number = quantity(figures[key], f"metrics.year.long_gifts.{key}")
            parts.append((number, Piece(f" {one if figures[key] == 1 else many}")))
            tails.append((first, further))
    if not parts:
        return []
    rest: list[Piece] = []
    for part, (_, further) in zip(parts[1:], tails[1:], strict=True):
        rest += [Piece(", and " if rest else "and "), *part, *([Piece(further)] if further else [])]
    return [Sentence(parts[0], tuple(rest) or (Piece(tails[0][0]),))]


def _instead(ledger: Ledger) -> list[Sentence]:
    """Acts and days, for a year in which people, words or long gifts are nothing or not known."""
    given = ledger.year.given
    acts = Sentence(
        (quantity(given.acts, "given.year.acts"), Piece(" act" if given.acts == 1 else " acts")),
        (Piece("of giving" + ("" if given.acts == 1 else " in all") + f": {listing(_ways(given.by_kind))}"),),
    )
    days = Sentence((quantity(given.days, "given.year.days"), Piece(" days")), (Piece("had something given in them"),))
    return [acts, days] if given.days > 1 else [acts]


def _given_note(ledger: Ledger) -> str:
    """Kind words where little or nothing was given yet."""
    if ledger.year.given.acts == 1:
        return "It began with this."
    if ledger.year.given.acts:
        return ""
    if ledger.all.given.acts:
        return "Nothing is written down for the last 365 days. What was given before that stands below."
    return (
        "Nothing is written down here yet. The first link to somebody in a post, the first reply, the first answer to "
        "a question will stand here."
    )


def _channels_note(ledger: Ledger, table: Butterfly | None) -> str:
    """Kind words where one side, or both, have nothing to show."""
    if table is None:
        return "There is nothing to lay side by side yet."
    if not ledger.all.received.acts:
        return "What comes back will stand on the right."
    if not ledger.all.given.acts:
        return "All of this was given to me. What I give in return will stand on the left."
    return ""


def _praise(props: Props, ledger: Ledger, titles: Mapping[str, str]) -> Praise:
    names = [clip(name, LENGTH) for name in props.names[:SENTENCES]]
    return Praise(
        props.host, listing(names) if names else "", tuple(_praised(p, ledger, titles) for p in props.links), props.more
    )


def _praised(prop: Prop, ledger: Ledger, titles: Mapping[str, str]) -> Praised:
    root = ledger.site.rstrip("/")
    return Praised(
        url=prop.url,
        title=clip(prop.title, LENGTH) or _spelled(prop.url),
        post=prop.post,
        path=prop.post.removeprefix(root) if prop.post.startswith(root + "/") else "",
        post_title=clip(titles.get(prop.post, ""), LENGTH) or _spelled(prop.post),
        day=day(prop.when.astimezone(ledger.zone).date()),
    )


def _spelled(url: str) -> str:
    """An address as a name for its page: the path, or the host where that is all there is."""
    parts = split(url)
    path = unquote(parts.path).strip("/") if parts else url
    return clip(path, LENGTH) or clip(parts.netloc if parts else url, LENGTH)
