"""Conversations that stand as they stood when they were read, and need not be read again. Pure.

Many services tell for many posts at once how much there is: how many comments, likes, reposts, and when the last came.
A post of which that is still so is left alone. It does not tell everything: of no edit, and at some services of no
answer to an answer. So a young post, and one where somebody said something lately, is read whenever it is asked about
(`LIVELY`), and every other one again after `AGAIN`.

    stood = Stood(ask)
    for post in ask.posts:
        if not stood.is_still(post, state := state_of(post)):
            batch = read(post)
            stood.note(post, state if batch.complete else None, batch.acts)
            yield structs.replace(batch, cursor=stood.kept(ask.cursor))
    yield Batch(cursor=stood.kept(ask.cursor, last=True))
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from ..acts import Act, Kind
from ..posts import Post
from . import Ask
from .pages import digest_of

__all__ = ["AGAIN", "LIVELY", "Stood"]

LIVELY = timedelta(days=14)
AGAIN = timedelta(days=7)

#: Of so many posts it is remembered how they stood; beyond that the one that was read first is forgotten.
MAX_REMEMBERED = 5_000
#: The cursor is long: it is kept after so many posts, and at the end. What is lost by an interruption is read again.
PORTION = 25
_KEY = "stood"
_ENTRY = re.compile(r"(?<!\S)([0-9a-f]+):(\d{1,11}):(\d{1,11}):([0-9a-f]+)(?!\S)", re.ASCII)
#: Letters of a digest: no two of so few posts are alike.
_LETTERS = 12
#: What is no word of anybody's: their number tells all that there is to be told of them.
_SILENT = frozenset({Kind.LIKE, Kind.REPOST, Kind.BOOKMARK})
_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)


class Stood:
    """How posts stood when they were read, from one pull to the next."""

    def __init__(self, ask: Ask) -> None:
        self._full = ask.full
        self._now = _minutes(ask.now)
        self._notes = 0
        # By post: when it was read, when somebody last said something there, and how it stood.
        self._known = {
            name: (int(read), int(said), state) for name, read, said, state in _ENTRY.findall(ask.cursor.get(_KEY, ""))
        }

    def is_still(self, post: Post, state: str) -> bool:
        """Whether the post needs no reading, for it stands as it stood; `state` is all that is told of it now."""
        known = self._known.get(_short(post.url))
        if known is None or self._full:
            return False
        read, said, before = known
        recent = 0 <= self._now - read < AGAIN / _MINUTE
        lively = self._now - max(said, _minutes(post.published)) < LIVELY / _MINUTE
        return recent and not lively and before == _short(state)

    def note(self, post: Post, state: str | None, acts: Iterable[Act]) -> None:
        """The post was read: it stood so, and this is what it drew. None: it could not be read to its end."""
        name = _short(post.url)
        self._known.pop(name, None)
        self._notes += 1
        if state is not None:
            told = [act.updated or act.published for act in acts if act.kind not in _SILENT]
            self._known[name] = (self._now, max(map(_minutes, told), default=0), _short(state))

    def kept(self, cursor: Mapping[str, str], *, last: bool = False) -> dict[str, str] | None:
        """The cursor that is to be kept now, with what else is in it; None where it is not worth while yet."""
        if not self._notes or not (last or self._notes >= PORTION):
            return None
        self._notes = 0
        kept = list(self._known.items())[-MAX_REMEMBERED:]
        return {**cursor, _KEY: " ".join(f"{name}:{read}:{said}:{so}" for name, (read, said, so) in kept)}


def _short(text: str) -> str:
    return digest_of(text)[:_LETTERS]


def _minutes(moment: datetime | None) -> int:
    """Minutes since 1970; 0 of no moment, and of those before."""
    return max(0, (moment - _BEGIN) // _MINUTE) if moment else 0
