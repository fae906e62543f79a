"""What was given, from what the almanac kept: only what is about something of which more was told since is merged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from .almanac import Almanac
from .bookkeeping import Bookkeeper
from .given import Given, Lot, Thing, given_of, lots_of, things_of
from .keys import Keys
from .ledger.received import number_of
from .people import People
from .store import Store
from .threads import OwnReplies, Told, Ways, merge

__all__ = ["Gifts"]


class Gifts:
    """Reads what was given. `desk` is a bookkeeper who leaves addresses as they were told, `keys` tell what changed."""

    def __init__(
        self, store: Store, almanac: Almanac, people: People, ways: Ways, *, desk: Bookkeeper, keys: Keys
    ) -> None:
        self._store, self._almanac, self._people, self._ways = store, almanac, people, ways
        self._desk, self._keys = desk, keys
        self._asked: dict[int, OwnReplies] = {}

    @cached_property
    def given(self) -> Given:
        """What is kept of it all."""
        kept = self._almanac.note("given", Given)
        if kept and kept.key == self._keys.given:
            return kept
        things, known = things_of(self._store.given_versions()), self._almanac.lot_keys()
        fresh = {about for about, (key, names) in known.items() if key == self._key(things.get(about), names)}
        stale = {about: thing for about, thing in things.items() if about not in fresh}
        lots = lots_of(stale, self._told(stale.values()), self._desk, self._people)
        with self._almanac.writing():
            rows = {about: (self._key(lot.thing, lot.names), lot.names, lot) for about, lot in lots.items()}
            self._almanac.keep_lots(rows, known.keys() - things.keys())
            made = given_of(self._keys.given, self._almanac.lots(Lot), self._people)
            self._almanac.write_down("given", made)
        return made

    @cached_property
    def replies(self) -> OwnReplies:
        """The blogger's own replies that only the blogger's accounts tell of: each is read when it is asked for."""
        return OwnReplies(self._to)

    def answers(self) -> list[Told]:
        """What was given, as far as there are answers among it that may draw points."""
        return self._told(self.given.answers)

    def _to(self, spot: str) -> Sequence[Told]:
        """The own replies to what has this permalink."""
        found: list[Told] = []
        for place in self.given.replied.get(number_of(spot), ()):
            if place not in self._asked:
                self._asked[place] = OwnReplies.of(self._told([self.given.replies[place].thing]))
            found += self._asked[place].to(spot)
        return found

    def _told(self, things: Iterable[Thing]) -> list[Told]:
        """What was given about these things, once each."""
        targets = [target for thing in things for target in thing.targets]
        return merge(self._store.given_to(targets), self._people, ways=self._ways) if targets else []

    def _key(self, thing: Thing | None, names: Iterable[int]) -> str:
        """What stands for all that the lot about a thing is made of, in which people have these names."""
        return f"{self._keys.house}{self._keys.among(names)} {thing.key}" if thing else ""
