"""pull/keeping.py and Store.commit_all: what many threads tell goes into few transactions of few statements."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from conversation.acts import Count, Kind, Problem
from conversation.errors import StoreError
from conversation.pull.job import Job
from conversation.pull.keeping import Keeping, TooLateError
from conversation.sources import Batch
from conversation.store import Changes, Store, Told
from conversation.store.database import Connection, Place
from conversation.store.sqlite import FileConnection, open_file
from making import act, post
from pulls import Fake, batch, run, states
from stores import NOW, later, pull, store, store_url

__all__ = ["store", "store_url"]

TARGET = act().target
#: Statements for what was never told before, and for what stands as it stood: who is forgotten, source, proofs, acts,
#: tombstones or marks, the whole listing, numbers, posts asked about.
FIRST, AGAIN = 9, 8


class Counting(Store):
    """A store that counts the transactions and statements of its database."""

    def __init__(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(place)
        self.transactions = self.statements = 0
        for name in ("rows", "change", "change_each"):
            monkeypatch.setattr(FileConnection, name, self._counted(getattr(FileConnection, name)))

    def _counted(self, ask: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: object, **values: object) -> object:
            self.statements += 1
            return ask(*args, **values)

        return counted

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        self.transactions += 1
        with super()._writing() as connection:
            yield connection

    def cost(self, told: Sequence[Told], at: datetime) -> tuple[list[Changes], int, int]:
        """What came of batches, and the transactions and statements that it took."""
        self.transactions = self.statements = 0
        return self.commit_all(told, at), self.transactions, self.statements


@pytest.fixture
def counting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counting]:
    """An empty store of that kind."""
    with Counting(open_file(tmp_path / "counting.sqlite"), monkeypatch) as opened:
        yield opened


def test_an_answer_costs_few_statements_however_much_it_tells(counting: Counting) -> None:
    """A first pull of a large blog takes as long as its services need, and not the store."""
    number = counting.begin("a", NOW)
    counting.commit(number, "a", batch(0), NOW)
    told = Told("a", number, batch(*range(1, 200), complete=(TARGET,), cursor={}), (TARGET,))
    changes, transactions, statements = counting.cost([told], NOW)
    assert (changes, transactions) == ([Changes(new=199)], 1)
    assert statements <= FIRST
    changes, transactions, statements = counting.cost([told], later(1))
    assert (changes, transactions) == ([Changes(same=199)], 1)
    assert statements <= AGAIN


def test_answers_of_several_posts_and_sources_are_one_transaction(counting: Counting) -> None:
    """What came while something else was written costs no transaction of its own."""
    told = [Told(name, counting.begin(name, NOW), batch(n), (f"{n}",)) for name in "ab" for n in range(5)]
    changes, transactions, _ = counting.cost(told, NOW)
    assert (changes, transactions) == ([Changes(new=1)] * 10, 1)
    assert {name: set(counting.asked(name)) for name in "ab"} == {name: set("01234") for name in "ab"}
    assert counting.targets() == {TARGET: 10}


def test_batches_told_together_leave_what_they_leave_one_after_another(store: Store, tmp_path: Path) -> None:
    """Edits, deletions, returns, numbers and cursors: their order counts, and not how they came into the store."""
    like = Count("a", TARGET, Kind.LIKE, 3)
    steps = [
        batch(1, 2, cursor={"page": "1"}, counts=(like,)),
        batch(2, 3, gone=("1",), problems=(Problem("w", "odd"),)),
        Batch((act(1), act(3, text="edited")), cursor={"page": "2"}),
        batch(3, complete=(TARGET,), counts=(structs.replace(like, value=4),)),
        batch(2, 5, complete=("*",), cursor={}),
    ]
    with Store.open("sqlite:///apart.sqlite", tmp_path) as apart:
        for one in (store, apart):
            pull(one, batch(1, 4), later(-9), source="a")
        number = apart.begin("a", NOW)
        assert number == store.begin("a", NOW)
        one_by_one = [apart.commit(number, "a", step, NOW) for step in steps]
        assert store.commit_all([Told("a", number, step) for step in steps], NOW) == one_by_one
        assert store.whole() == apart.whole()


def test_no_time_at_which_a_post_was_asked_about_is_set_back(store: Store) -> None:
    """An answer that is written late does not make a post due again."""
    for at in (later(2), NOW):
        store.commit_all([Told("a", store.begin("a", at), Batch(), ("u",))], at)
    assert store.asked("a") == {"u": later(2)}


# --- Turns -----------------------------------------------------------------------------------------------------------


class Slow(Store):
    """A store whose first writing lasts until it is let go; it remembers what was written together."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.written: list[list[str]] = []
        self.busy, self.free = threading.Event(), threading.Event()

    def commit_all(self, told: Sequence[Told], at: datetime) -> list[Changes]:
        """As `Store.commit_all`."""
        self.written.append([one.source for one in told])
        self.busy.set()
        assert self.free.wait(30)
        return super().commit_all(told, at)


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Slow]:
    """An empty store of that kind."""
    with Slow(open_file(tmp_path / "slow.sqlite")) as opened:
        yield opened


def job(name: str, **more: Any) -> Job:  # noqa: ANN401
    """A job that asks about nothing."""
    fake = Fake(name, **more)
    return Job(fake.source, fake.service, (post(),), threading.Lock())


def begun(store: Store) -> Keeping:
    """The way to a store, on which somebody was already."""
    keeping = Keeping(store, NOW)
    with keeping.turn(job("first")):
        return keeping


def test_nobody_waits_for_the_store_and_what_came_meanwhile_is_one_transaction(slow: Slow) -> None:
    """Sources go on asking while answers are written."""
    keeping, jobs = begun(slow), [job(name) for name in "abc"]
    keeping.hand_in(jobs[0], batch(1), ())
    assert slow.busy.wait(30)
    for one in jobs:
        keeping.hand_in(one, batch(2), ())
    slow.free.set()
    keeping.close()
    assert slow.written == [["a"], ["a", "b", "c"]]
    assert [one.changes for one in jobs] == [Changes(new=2), Changes(new=1), Changes(new=1)]


def test_what_was_handed_in_is_written_before_the_door_is_closed(slow: Slow) -> None:
    """The deadline loses nothing of what was told before it, and nothing is written after it."""
    keeping, one = begun(slow), job("a")
    keeping.hand_in(one, batch(1), ())
    assert slow.busy.wait(30)
    keeping.hand_in(one, batch(2), ())
    slow.free.set()
    for _ in range(2):  # a build that is interrupted may close it again
        keeping.close()
    with pytest.raises(TooLateError):
        keeping.hand_in(one, batch(3), ())
    assert slow.targets() == {TARGET: 2}


@pytest.mark.parametrize(
    "odd",
    [
        Batch((act(7),), problems=(Problem("a", None),)),  # type: ignore[arg-type]
        Batch((act(7, published="yesterday"),)),
        Batch((act(7, text=7),)),
    ],
)
def test_a_batch_that_is_none_is_its_own_sources_mistake(odd: Batch, store: Store) -> None:
    """What came of other sources at the same time is kept, and so is what the source told before."""
    keeping, bad, well = Keeping(store, NOW), job("bad"), job("well")
    with keeping.turn(bad):  # so that all of it is written at once
        for one, told in ((bad, batch(1)), (well, batch(2)), (bad, odd), (well, batch(3))):
            keeping.hand_in(one, told, ())
    with keeping.turn(well):
        assert well.changes == Changes(new=2)
    assert isinstance(bad.mistake, TypeError | AttributeError)
    assert bad.changes == Changes(new=1)
    with pytest.raises(type(bad.mistake)):
        keeping.hand_in(bad, batch(4), ())
    assert run(store, Fake("third", odd), Fake("fourth", batch(1)))["third"].state == "failed"
    assert states(store)["fourth"] == "fresh"


def test_where_something_cannot_be_kept_everybody_hears_of_it(tmp_path: Path) -> None:
    """A disk that is full ends the pull, whoever was writing."""

    class Full(Store):
        def commit_all(self, *_: object) -> list[Changes]:  # type: ignore[override]
            raise StoreError("The disk is full.")

    with Full.open("sqlite:///full.sqlite", tmp_path) as full:
        keeping = begun(full)
        keeping.hand_in(job("a"), batch(1), ())
        keeping.close()
        for name in "ab":
            with pytest.raises(StoreError, match="The disk is full"):
                keeping.hand_in(job(name), batch(1), ())


def test_a_file_waits_until_it_is_written(slow: Slow) -> None:
    """An archive is read as fast as it is written down: however large it is, memory stays flat."""
    keeping, file = begun(slow), job("file", local=True)
    keeping.hand_in(job("service"), batch(1), ())
    assert slow.busy.wait(30)
    threading.Thread(target=slow.free.set, daemon=True).start()
    keeping.hand_in(file, batch(1), ())
    assert file.changes == Changes(new=1)
    keeping.close()
