"""The store as the rest of the plugin uses it: every call is one transaction. Safe to use from several threads."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Self

from ..acts import Count, Kind, Problem, Proof
from ..posts import Post
from ..sources import Batch
from . import accounts, damage, forgetting, merging, pages, pictures, proofs, reading, taking, writing
from .database import Connection, Place
from .forgetting import Erased
from .opening import open_place
from .rows import Stored
from .values import Changes, Counted, Observed, Picture, SourceState, Told, Versions, Whole

__all__ = ["Store"]


class Store:
    """What is remembered between builds. All methods raise StoreError where the database fails.

    `set_aside` is where a damaged file was moved to when this store was opened, else None; `name` is the place for
    messages. Times given are aware; times returned are in UTC. A text comes back as it was given, but for NUL and lone
    surrogates (U+FFFD in their place); an id or target of more than 2,000 bytes is cut and marked with its hash.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._turn = threading.Lock()
        self.name = place.name
        self.set_aside = place.set_aside

    @classmethod
    def open(cls, url: str, root: Path) -> Self:
        """Opens the store at `url`, a SQLAlchemy URL; makes or migrates it. Relative SQLite paths start at `root`.

        A damaged SQLite file is set aside as `NAME.damaged-1` (`-2` ...), and an empty store opened in its place.

        Raises:
            StoreError: it cannot be opened, is another program's, or of a newer version; the message says what to do.
        """
        return cls(open_place(url, root))

    def close(self) -> None:
        """Closes all connections."""
        self._place.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Pulling

    def begin(self, source: str, at: datetime) -> int:
        """Begins a pull of a source and returns its number; until `end`, it counts as unfinished."""
        with self._writing() as connection:
            return writing.begin(connection, source, at)

    def commit(self, pull: int, source: str, batch: Batch, at: datetime) -> Changes:
        """Takes in a batch, wholly or not at all; `source` stands for whatever the acts in it name as theirs."""
        return self.commit_all([Told(source, pull, batch)], at)[0]

    def commit_all(self, told: Sequence[Told], at: datetime) -> list[Changes]:
        """Takes in batches, of several sources too, in their order: all wholly, or none. What became of each is told.

        The posts that they were asked about count as asked with that.
        """
        with self._writing() as connection:
            return taking.take(connection, told, at)

    def end(
        self,
        pull: int,
        source: str,
        at: datetime,
        *,
        error: str | None,
        pulled: datetime | None,
        unasked: int | None = None,
    ) -> None:
        """Ends a pull: with an `error`, or well; `pulled` where that is not `at`.

        `unasked` is the number of posts that are left for the next pull, where there are any. Without an error such a
        pull went well as far as its budget reached; `pulled` then has to say when what it told was true, or None where
        it came to tell nothing.
        """
        outcome = "failed" if error is not None else "partly" if unasked is not None else "done"
        with self._writing() as connection:
            writing.end(connection, pull, source, at, error=error, pulled=pulled, outcome=outcome, unasked=unasked)

    def cursor(self, source: str) -> dict[str, str]:
        """What the source's last committed batch left as its cursor; empty before the first."""
        with self._place.reading() as connection:
            return reading.cursor(connection, source)

    def pulls(self, source: str) -> int:
        """The number of the source's last pull: another one where it was pulled, or another store taken in, since."""
        with self._place.reading() as connection:
            return reading.pulls(connection, source)

    def sources(self) -> list[SourceState]:
        """How all sources that were ever pulled stand, by name."""
        with self._place.reading() as connection:
            return list(reading.states(connection))

    def problems(self, source: str) -> list[Problem]:
        """What could not be taken in the source's last pull."""
        with self._place.reading() as connection:
            return list(reading.problems_of(connection, source))

    def asked(self, source: str) -> dict[str, datetime]:
        """When a per-post source was last asked about each post, by the post's URL."""
        with self._place.reading() as connection:
            return pages.asked(connection, source)

    def mark_asked(self, source: str, posts: Iterable[str], at: datetime) -> None:
        """Notes that a per-post source was asked about the posts with these URLs."""
        with self._writing() as connection:
            writing.ensure_sources(connection, [source])
            pages.mark_asked(connection, [(source, post) for post in posts], at)

    def activity(self) -> dict[str, datetime]:
        """When somebody last did something, as far as that is known, by target of received acts."""
        with self._place.reading() as connection:
            return reading.activity(connection)

    def newest_pull(self) -> datetime | None:
        """When any source was last reached (`SourceState.pulled`)."""
        with self._place.reading() as connection:
            return reading.newest_pull(connection)

    # Reading live acts

    def versions(self) -> Versions:
        """What tells whether acts and numbers are as they were: equal versions stand for equal content."""
        with self._place.reading() as connection:
            return Versions(
                received=reading.versions(connection),
                counts=reading.count_versions(connection),
                given=reading.given_version(connection),
                forgotten=forgetting.version(connection),
            )

    def channels(self) -> list[str]:
        """The channels of received acts."""
        with self._place.reading() as connection:
            return list(reading.channels(connection))

    def targets(self) -> dict[str, int]:
        """The targets of received acts and how many acts each has."""
        with self._place.reading() as connection:
            return reading.targets(connection)

    def received(self, targets: Collection[str]) -> list[Stored]:
        """The received acts on these targets, any number of them, by target, source and id."""
        with self._place.reading() as connection:
            return list(reading.received(connection, targets))

    def told_of(self, targets: Collection[str]) -> tuple[list[Stored], list[Count]]:
        """`received` and `counts` of these targets, as of one moment."""
        with self._place.reading() as connection:
            return list(reading.received(connection, targets)), list(reading.latest_counts(connection, targets))

    def given(self) -> list[Stored]:
        """All acts given, by source and id."""
        with self._place.reading() as connection:
            return list(reading.given(connection))

    def given_to(self, targets: Collection[str]) -> list[Stored]:
        """The acts given that are about these targets, any number of them, in no order."""
        with self._place.reading() as connection:
            return list(reading.given_to(connection, targets))

    def given_versions(self) -> dict[str, str]:
        """By target of acts given: what tells whether the acts about it are as they were (see `versions`)."""
        with self._place.reading() as connection:
            return reading.given_versions(connection)

    def counts(self, targets: Collection[str]) -> list[Count]:
        """The present numbers for these targets, by target, source and kind."""
        with self._place.reading() as connection:
            return list(reading.latest_counts(connection, targets))

    def history(self, source: str, target: str) -> list[tuple[datetime, Kind, int]]:
        """How a source's numbers for a target went, oldest first: an entry whenever one changed."""
        with self._place.reading() as connection:
            return list(reading.history(connection, source, target))

    def histories(self, targets: Collection[str]) -> list[Counted]:
        """How all numbers for these targets went, by target, source and kind, oldest first."""
        with self._place.reading() as connection:
            return list(reading.histories(connection, targets))

    # The blogger's own accounts

    def copies(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """The copies of posts that sources found by themselves: by source and URL of the post, known longest first."""
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        with self._place.reading() as connection:
            for one in accounts.all_copies(connection):
                posts = found.setdefault(one.source, {})
                posts[one.copy.post] = (*posts.get(one.copy.post, ()), one.copy.url)
        return found

    def copies_of(self, source: str) -> dict[str, tuple[str, ...]]:
        """The same of one source, by URL of the post."""
        with self._place.reading() as connection:
            return accounts.copies_of(connection, source)

    def snapshots(self) -> list[Observed]:
        """How the blogger's accounts stood, by source, account and time: an entry per change of a number or new day."""
        with self._place.reading() as connection:
            return list(accounts.all_snapshots(connection))

    # People

    def proofs(self) -> list[Proof]:
        """Which profiles were proved to be one person's by any source, each pair once and in order.

        Addresses are spelled as `Person.key` spells them. A page may prove several profiles at one service, as a team's
        page does for its members.
        """
        with self._place.reading() as connection:
            found = {one.proof for one in proofs.all_proofs(connection)}
        return sorted(found, key=lambda one: (one.one, one.other))

    def pictures(self, urls: Iterable[str]) -> list[Picture]:
        """What is known of the pictures at these addresses, by address."""
        with self._place.reading() as connection:
            return list(pictures.pictures_of(connection, urls))

    def picture_number(self) -> int:
        """How many pictures of people are kept."""
        with self._place.reading() as connection:
            return pictures.number(connection)

    def picture_usage(self) -> dict[str, tuple[int, datetime]]:
        """By address of a picture: how many received acts are by its person, and when the newest was first seen."""
        with self._place.reading() as connection:
            return pictures.usage(connection)

    def save_pictures(self, told: Iterable[Picture]) -> None:
        """Adds pictures, or replaces what was known of them."""
        with self._writing() as connection:
            pictures.save(connection, told)

    def keep_pictures(self, wanted: Collection[str]) -> None:
        """Drops all pictures but those at these addresses."""
        with self._writing() as connection:
            pictures.keep(connection, wanted)

    # The site as of the last build

    def save_posts(self, posts: Iterable[Post]) -> None:
        """Replaces the posts that are known; their HTML is not kept."""
        with self._writing() as connection:
            pages.save_posts(connection, posts)

    def posts(self) -> list[Post]:
        """The posts known from the last build, by URL."""
        with self._place.reading() as connection:
            return list(pages.all_posts(connection))

    def save_matches(self, matches: Iterable[tuple[str, str, str]]) -> None:
        """Replaces what targets mean: (target, URL of the post or "", the rule that decided)."""
        with self._writing() as connection:
            pages.save_matches(connection, matches)

    def matches(self) -> dict[str, tuple[str, str]]:
        """What targets mean: (URL of the post or "", rule) by target."""
        with self._place.reading() as connection:
            return {target: (post, rule) for target, post, rule in pages.all_matches(connection)}

    # Everything at once

    def forget(self, who: str) -> Erased:
        """Erases a person (profile URL or handle) for good.

        Only a salted hash stays, so that no pull and no import brings them back. Where the store is a SQLite file, no
        byte of what was erased is left in it. Returns what was erased.
        """
        with self._writing() as connection:
            erased = forgetting.forget(connection, who)
        with self._turn:
            self._place.flush()
        return erased

    @property
    def is_file(self) -> bool:
        """Whether this is a SQLite file, and no server's database."""
        return self._place.path is not None

    def drop_backups(self) -> list[Path]:
        """Deletes the damaged files that were set aside, with all that they hold; returns which."""
        return damage.drop_aside(self._place.path) if self._place.path else []

    def whole(self) -> Whole:
        """Everything in the store, as of one moment."""
        with self._writing() as connection:
            return merging.whole(connection)

    def merge(self, other: Whole) -> Changes:
        """Takes another store in, wholly or not: an empty one becomes its equal, else the newer of both stays."""
        with self._writing() as connection:
            return merging.merge(connection, other)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Threads take turns here, so that they never wait for each other inside the database."""
        with self._turn, self._place.writing() as connection:
            yield connection
