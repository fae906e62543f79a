"""The words in which five years of a blog that never was are told (five_years.py): deeds, looks, when and where."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

__all__ = ["HANDLE", "IMPORTED", "NOW", "OWNER", "PEOPLE", "POSTS", "SITE", "VILLAGE", "ZONE", "Deed", "Look"]

SITE, OWNER, HANDLE = "https://ada.example", "https://social.example/@ada", "@ada@social.example"
ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
#: When the sources were read: undated things are of this moment.
IMPORTED = NOW - timedelta(hours=1)
POSTS, PEOPLE = 120, 60
VILLAGE = "village.example"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Deed:
    """One thing that happened and counts.

    `side` is "given", "received", "mine" (the blogger's own word in an own conversation) or "note" (said to nobody, or
    done to oneself). `who` is the person, "" where nobody can tell; `post` the own post that it concerns. `form` is the
    form that it has as a message, "" for what says nothing; deeds of one `message` are one. `name` is what `answers`
    and `thread` point to; `answerable` a comment that an answer can point to.
    """

    side: str
    kind: str
    when: datetime
    channel: str
    who: str = ""
    number: int = 1
    post: int | None = None
    words: int | None = None
    form: str = ""
    message: str = ""
    alone: bool = False
    name: str = ""
    answers: str = ""
    thread: str = ""
    answerable: bool = False


@dataclasses.dataclass(frozen=True)
class Look:
    """How many followed two accounts on a day, as a source saw it; `shown` is whether the page is to tell of it."""

    day: date
    followers: int
    others: int | None
    shown: bool
