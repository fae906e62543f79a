"""What stays apart: tellings that share an address and an author, and are different comments all the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct, field

from .. import sanitise
from ..acts import Act, Kind

__all__ = ["COMMENTS", "NO_WAYS", "Ways", "told_apart", "words_of"]

#: Of these there may be several behind one address: a feed of comments gives them all the address of their page.
COMMENTS = frozenset({Kind.QUOTE, Kind.REPLY, Kind.ANSWER})
#: Services that have an id for each sending of a page, and one page is sent again; elsewhere an id is a comment.
RECEIVERS = frozenset({"archive", "jf2", "webmention.io"})
#: Two tellings of one moment may differ by so much: some services tell no seconds.
MOMENT = timedelta(minutes=1)


class Ways(Struct, frozen=True):
    """What is to be known of the sources that tell: by its name each one's service, and the host of its account."""

    services: Mapping[str, str] = field(default_factory=dict)
    homes: Mapping[str, str] = field(default_factory=dict)

    def receives(self, source: str) -> bool:
        """Whether one act can have several ids there."""
        return self.services.get(source, source) in RECEIVERS


#: Where nothing is known of them: a source has the name of its service.
NO_WAYS = Ways()


def told_apart(acts: Mapping[int, Act], ways: Ways, *, singular: bool) -> Iterator[list[int]]:
    """What one author said at one address, as the acts that it is: mostly one.

    It is several where tellings contradict each other: then only those of one moment and in the same words are one.
    `singular` is the address of something that a service keeps under a number of its own: its words may be edited.
    """
    if not (_repeat(acts.values(), ways) if singular else _contradict(list(acts.values()), ways)):
        yield list(acts)
        return
    found: dict[tuple[datetime, str], list[int]] = defaultdict(list)
    for number, act in acts.items():
        if act.published is not None:
            found[act.published, words_of(act)].append(number)
    yield from (same for same in found.values() if not _repeat([acts[number] for number in same], ways))


def _contradict(acts: Sequence[Act], ways: Ways) -> bool:
    """Whether these are several comments.

    They are where a source has several of one kind (a receiver of webmentions: with two dates or two texts), or where
    two sources tell both another date and another text.
    """
    if len(acts) == 1 or COMMENTS.isdisjoint(act.kind for act in acts):
        return False
    if _repeat(acts, ways):
        return True
    by_source: dict[str, list[Act]] = defaultdict(list)
    for act in acts:
        by_source[act.source].append(act)
    known: list[tuple[datetime | None, str]] = []
    for own in by_source.values():
        dates = {act.published for act in own if act.published is not None}
        texts = sorted({text for act in own if (text := words_of(act))}, key=len)
        if len(dates) > 1 or not all(_same_words(texts[-1], text) for text in texts):
            return True
        known.append((next(iter(dates), None), texts[-1] if texts else ""))
    return any(
        one[0] is not None
        and other[0] is not None
        and abs(one[0] - other[0]) > MOMENT
        and not _same_words(one[1], other[1])
        for place, one in enumerate(known)
        for other in known[:place]
    )


def _repeat(acts: Iterable[Act], ways: Ways) -> bool:
    """Whether a source whose ids are comments tells several of these, of one kind."""
    told = Counter((act.source, act.kind) for act in acts if act.kind in COMMENTS and not ways.receives(act.source))
    return any(number > 1 for number in told.values())


def words_of(act: Act) -> str:
    """What was said, without what ways of telling it change: markup, spaces, capital letters, the end of an excerpt."""
    said = sanitise.words(sanitise.html(act.text, act.html)) if act.html else act.text
    return " ".join(said.casefold().split()).rstrip(".… ")


def _same_words(one: str, other: str) -> bool:
    """Whether one text is the other, or the beginning of it, or missing."""
    return one.startswith(other) or other.startswith(one)
