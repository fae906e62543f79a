"""What is kept of each page from build to build, so that only pages with something new are put together again.

A `Leaf` is made of everything that was told of a page, and holds what the rest of the site wants to know of it:
numbers, rows of the ledger, where its acts are. What it says is small and plain; conversations themselves are put
together when a template reads them.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct, json

from .acquaintances import Signed
from .acts import Person
from .ledger import Entry
from .ledger.entries import address, local_date
from .ledger.received import manner, number_of, stamp
from .threads import Counts, Sketch, permalink

__all__ = ["COLUMNS", "Details", "Leaf", "columns_of", "digest"]

#: The arrays of a leaf by name, with the type of their numbers: those of `ledger.received.Table`, without the post, and
#: `links` (permalinks of all that may be seen), `named` (the keys of all who are named) and `names` (of all who did
#: anything here, seen or not: `People.names`), as `number_of` has them.
COLUMNS = {
    "at": "q",
    "day": "i",
    "who": "q",
    "spot": "q",
    "parent": "q",
    "how": "I",
    "links": "q",
    "named": "q",
    "names": "q",
}


#: What is no plain value is what it calls itself: a text that is more than a text, say.
_encode = json.Encoder(enc_hook=repr).encode


class Leaf(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The small part, which every build reads.

    `key` is a digest of all that it was made of, `says` of all that its conversation is made of here: moderation is in
    that only as far as it decided something here. Of the five `counts`, `listed` are how many are listed of each, and
    `at_least` the groups whose number may be larger; `faces` are those of some who answered. `parts` are the
    pages that its conversation takes (0: one that lists everything), `first` and `last` the local dates of what the
    post drew. `waiting` are acts that wait for the blogger's word, `replies_waiting` those of them that are replies.
    `joined`: own replies that only the blogger's accounts tell of may stand below something here. `mine` acts are the
    blogger's own; `own` are their signatures, each with how often it stands here. `edited` is the latest time at which
    anything here is said to have been edited, which may be one to come.
    """

    url: str
    key: str
    says: str = ""
    counts: Counts
    listed: tuple[int, ...] = (0,) * len(Counts.__struct_fields__)
    at_least: tuple[str, ...] = ()
    faces: tuple[Sketch, ...] = ()
    parts: int = 0
    first: date | None = None
    last: date | None = None
    waiting: int = 0
    replies_waiting: int = 0
    joined: bool = False
    mine: int = 0
    edited: datetime | None = None
    own: tuple[tuple[Person, int], ...] = ()


class Details(Struct, frozen=True, kw_only=True):
    """The large part, which is read of few pages.

    `entries` are the rows of acts received, with addresses as they were told, `mine` those of the blogger's own acts.
    `spots` are the permalinks of all that may be seen with the address of the act (`bookkeeping.spots_of`), `signed`
    what all who are named signed with.
    """

    entries: tuple[Entry, ...] = ()
    mine: tuple[Entry, ...] = ()
    spots: tuple[tuple[str, str], ...] = ()
    signed: tuple[Signed, ...] = ()


def columns_of(
    details: Details, channels: dict[str, int], zone: ZoneInfo, names: Iterable[int]
) -> dict[str, array[int]]:
    """The arrays of a leaf with these details and `names`; a channel that is not among `channels` gets a number."""
    rows: dict[str, Iterable[int]] = {
        "at": (stamp(entry.when) for entry in details.entries),
        "day": (local_date(entry.when, zone).toordinal() for entry in details.entries),
        "who": (number_of(entry.person) for entry in details.entries),
        "spot": (number_of(address(entry.url)) for entry in details.entries),
        "parent": (number_of(permalink(entry.parent) or entry.parent) for entry in details.entries),
        "how": (manner(entry, channels.setdefault(entry.channel, len(channels))) for entry in details.entries),
        "links": (number_of(spot) for spot, _ in details.spots),
        "named": (number_of(one.key) for one in details.signed),
        "names": sorted(names),
    }
    return {name: array(kind, rows[name]) for name, kind in COLUMNS.items()}


def digest(*parts: object) -> str:
    """A digest of plain values: texts, numbers, times, records, and tuples and lists of these."""
    try:
        told = _encode(parts)
    except (UnicodeEncodeError, TypeError):  # half a surrogate pair, or a key, of which JSON has none
        told = repr(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(told, digest_size=16).hexdigest()
