"""What the store gives back, as values: the state of a source, what a commit changed, and the store as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field

from ..acts import Count, Problem, Proof
from ..posts import Post
from ..sources import Batch, Copy, Snapshot
from .rows import Stored

__all__ = [
    "Changes",
    "Counted",
    "Found",
    "Observed",
    "Picture",
    "Proved",
    "Pulled",
    "SourceState",
    "Told",
    "Tombstone",
    "Versions",
    "Whole",
]


class SourceState(Struct, frozen=True):
    """How a source stands.

    `state` is "fresh" (the last try succeeded), "stale" (it succeeded before, but not at the last try), "failed" (it
    never succeeded and the last try failed) or "never" (nothing came of it yet). `pulled` is when what it told was
    true: the last success, or `Batch.pulled`; `tried` the last try; `acts` the number of live acts. `unasked` is None
    where the last pull left nothing for the next one, else how many posts it left (0 for a listing that was cut off).
    """

    name: str
    state: str
    pulled: datetime | None
    tried: datetime | None
    error: str | None
    acts: int
    unasked: int | None = None


class Told(Struct, frozen=True):
    """A batch of the pull with the number `pull` of a source, and the URLs of posts about which that was `asked`."""

    source: str
    pull: int
    batch: Batch
    asked: tuple[str, ...] = ()


class Changes(Struct, frozen=True):
    """What became of the acts of a batch; an act that comes back counts as new. Adds up with `+`."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    same: int = 0

    @property
    def total(self) -> int:
        """All acts that were looked at."""
        return self.new + self.changed + self.gone + self.same

    @property
    def any(self) -> bool:
        """Whether a page may look different now."""
        return bool(self.new or self.changed or self.gone)

    def __add__(self, other: Changes) -> Changes:
        return Changes(
            self.new + other.new, self.changed + other.changed, self.gone + other.gone, self.same + other.same
        )


class Pulled(Struct, frozen=True, kw_only=True):
    """A source as the store keeps it, with the problems of its last pull.

    `outcome` of that pull is "done", "partly" (it went well as far as the budget reached), "failed" or "unfinished".
    """

    name: str
    tried: datetime | None = None
    pulled: datetime | None = None
    outcome: str = "unfinished"
    error: str | None = None
    cursor: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    unasked: int | None = None

    @property
    def state(self) -> str:
        """The word for `SourceState.state`."""
        if self.outcome == "done" or (self.outcome == "partly" and self.pulled is not None and self.error is None):
            return "fresh"
        if self.pulled is not None:
            return "stale"
        return "failed" if self.error is not None else "never"


class Tombstone(Struct, frozen=True):
    """What is left of an act that is gone."""

    source: str
    id: str
    identity: str
    first_seen: datetime
    gone_at: datetime


class Counted(Struct, frozen=True):
    """A count and since when it has been so."""

    count: Count
    at: datetime


class Found(Struct, frozen=True):
    """A copy of a post that a source found, and since when it is known."""

    source: str
    copy: Copy
    first_seen: datetime


class Observed(Struct, frozen=True):
    """How an account stood at one pull of a source."""

    source: str
    snapshot: Snapshot
    at: datetime


class Proved(Struct, frozen=True):
    """That two profiles are one person's, and when a source last saw it proved."""

    source: str
    proof: Proof
    at: datetime


class Picture(Struct, frozen=True):
    """What is known of the picture at an address: `image` are its bytes, made small; empty where there is none.

    `tried` is when it was last asked for, and `outcome` what came of that: "image/webp" (it was taken), "none" (there
    is no picture there, or none that can be taken) or "unreachable". A picture stays when a later try fails.
    """

    url: str
    outcome: str
    image: bytes
    tried: datetime


class Versions(Struct, frozen=True, kw_only=True):
    """What tells whether acts and numbers are as they were: by target of received acts, by target of numbers.

    `given` stands for all acts given, `forgotten` for all people who asked to be forgotten.
    """

    received: Mapping[str, str]
    counts: Mapping[str, str]
    given: str
    forgotten: str

    @property
    def sizes(self) -> dict[str, int]:
        """By target, how many acts it received: a version begins with that."""
        return {target: int(version.partition(" ")[0]) for target, version in self.received.items()}


class Whole(Struct, frozen=True, kw_only=True):
    """Everything in a store, each part in a fixed order.

    `asked` holds (source, post, when), `matches` (target, post or "", rule), `forgotten` (salted hash, salt).
    """

    sources: tuple[Pulled, ...] = ()
    acts: tuple[Stored, ...] = ()
    tombstones: tuple[Tombstone, ...] = ()
    counts: tuple[Counted, ...] = ()
    asked: tuple[tuple[str, str, datetime], ...] = ()
    posts: tuple[Post, ...] = ()
    matches: tuple[tuple[str, str, str], ...] = ()
    forgotten: tuple[tuple[str, str], ...] = ()
    copies: tuple[Found, ...] = ()
    snapshots: tuple[Observed, ...] = ()
    proofs: tuple[Proved, ...] = ()
    pictures: tuple[Picture, ...] = ()
