"""What the store knows of the blogger's accounts: copies of posts, how each stood; listings that end; what was left."""

from __future__ import annotations

import pytest

from conversation.acts import Direction
from conversation.sources import Batch, Copy, Snapshot
from conversation.store import Changes, Observed, Store
from making import SITE, act
from stores import NOW, SOURCE, later, pull

A, B = f"{SITE}/a.html", f"{SITE}/b.html"
ONE, TWO = "https://s.example/@ada/1", "https://s.example/@ada/2"


def found(*pairs: tuple[str, str], **more: tuple[str, ...]) -> Batch:
    return Batch(copies=tuple(Copy(*pair) for pair in pairs), **more)  # type: ignore[arg-type]


# --- Copies ----------------------------------------------------------------------------------------------------------


def test_copies_are_known_by_source_and_post(store: Store) -> None:
    """What one source found is not taken for another's, and the copy known longest comes first."""
    pull(store, found((A, TWO)), source="one")
    pull(store, found((A, ONE), (B, ONE)), later(1), "one")
    pull(store, found((B, TWO)), source="two")
    assert store.copies() == {"one": {A: (TWO, ONE), B: (ONE,)}, "two": {B: (TWO,)}}
    assert store.copies_of("one") == {A: (TWO, ONE), B: (ONE,)}
    assert store.copies_of("nobody") == {}


def test_a_copy_stays_until_a_whole_listing_leaves_it_out(store: Store) -> None:
    """An incremental pull that names one copy forgets no other; a listing of all does, over all its batches."""
    pull(store, found((A, ONE), (B, TWO)))
    pull(store, found((B, ONE)), later(1))
    pull(store, Batch(), later(2))
    assert store.copies_of(SOURCE) == {A: (ONE,), B: (TWO, ONE)}
    number = store.begin(SOURCE, later(3))
    store.commit(number, SOURCE, found((A, ONE)), later(3))
    store.commit(number, SOURCE, found((B, TWO), complete=("*copies",)), later(3))
    assert store.copies_of(SOURCE) == {A: (ONE,), B: (TWO,)}
    assert {one.first_seen for one in store.whole().copies} == {NOW}


def test_a_whole_listing_of_acts_says_nothing_about_copies(store: Store) -> None:
    """The scope "*" ends acts only: a service that lists all of them need not look for copies at the same time."""
    pull(store, Batch(acts=(act(1),), copies=(Copy(A, ONE),)))
    assert pull(store, Batch(complete=("*",)), later(1)) == Changes(gone=1)
    assert store.copies_of(SOURCE) == {A: (ONE,)}


def test_an_address_that_would_have_to_be_cut_is_no_copy(store: Store) -> None:
    """Half an address leads nowhere, and an empty one too; the copy beside them is kept."""
    endless = "https://s.example/" + "x" * 2000
    pull(store, found((A, endless), (endless, ONE), (A, ""), (A, "https://s.example/" + "ü" * 590)))
    assert store.copies_of(SOURCE) == {A: ("https://s.example/" + "ü" * 590,)}


def test_a_copy_that_no_database_can_hold_is_cleaned(store: Store) -> None:
    """NUL and lone surrogates in a hostile address do not stop a pull, today or tomorrow."""
    for hour in range(2):
        pull(store, found((A, "https://s.example/\x00\ud800")), later(hour))
    assert store.copies_of(SOURCE) == {A: ("https://s.example/\ufffd\ufffd",)}


# --- Snapshots -------------------------------------------------------------------------------------------------------


def test_a_snapshot_is_kept_when_a_number_changed_or_a_day_began(store: Store) -> None:
    """The history grows with what happens, not with the number of builds."""
    told = [(0, 5, 1), (1, 5, 1), (2, 6, 1), (3, 6, None), (4, 6, None), (15, 6, None), (16, 6, None)]
    for hours, followers, posts in told:
        pull(store, Batch(snapshots=(Snapshot("@ada", followers, posts),)), later(hours))
    assert store.snapshots() == [
        Observed(SOURCE, Snapshot("@ada", 5, 1), NOW),
        Observed(SOURCE, Snapshot("@ada", 6, 1), later(2)),
        Observed(SOURCE, Snapshot("@ada", 6, None), later(3)),
        Observed(SOURCE, Snapshot("@ada", 6, None), later(15)),
    ]


def test_accounts_and_sources_have_histories_of_their_own(store: Store) -> None:
    """Equal numbers of another account are no repetition."""
    for source in ("one", "two"):
        pull(store, Batch(snapshots=(Snapshot("@ada", 5), Snapshot("@bea", 5))), source=source)
    assert [(one.source, one.snapshot.account) for one in store.snapshots()] == [
        (source, account) for source in ("one", "two") for account in ("@ada", "@bea")
    ]


def test_a_clock_that_went_back_does_not_revive_old_numbers(store: Store) -> None:
    """What was told last is the newest, and nonsense stays within what a database holds."""
    pull(store, Batch(snapshots=(Snapshot("@ada", 5),)), later(5))
    pull(store, Batch(snapshots=(Snapshot("@ada", 10**30),)), NOW)
    assert [(one.snapshot.followers, one.at) for one in store.snapshots()] == [(2**63 - 1, later(5))]


# --- Listings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("scope", "left"), [("*given", ["r"]), ("*received", ["g"]), ("*", [])])
def test_a_listing_of_one_direction_ends_only_acts_of_that_direction(scope: str, left: list[str], store: Store) -> None:
    """Who lists everything that was given has said nothing about what was received, and the other way round."""
    given, other = act(1, id="g", direction=Direction.GIVEN), act(2, id="r")
    pull(store, Batch(acts=(given, other)))
    pull(store, Batch(acts=(given, other)), source="another")
    fresh = act(3, id="new", direction=Direction.GIVEN)
    assert pull(store, Batch(acts=(fresh,), complete=(scope,)), later(1)) == Changes(new=1, gone=2 - len(left))
    assert sorted(one.act.id for one in store.whole().acts if one.act.source == SOURCE) == sorted([*left, "new"])
    assert sum(one.act.source == "another" for one in store.whole().acts) == 2


def test_several_scopes_end_together(store: Store) -> None:
    """The last batch of an account's part may end what was given, the copies and one post at once."""
    acts = (act(1, id="g", direction=Direction.GIVEN), act(2, id="a"), act(3, id="b", target=B))
    pull(store, Batch(acts=acts, copies=(Copy(A, ONE),)))
    assert pull(store, Batch(complete=("*given", A, "*copies")), later(1)) == Changes(gone=2)
    assert [one.act.id for one in store.whole().acts] == ["b"]
    assert store.copies() == {}


# --- What was left for the next pull ---------------------------------------------------------------------------------


def partly(store: Store, hours: float, *, told: bool, unasked: int = 7) -> tuple[str, object, int | None]:
    at = later(hours)
    store.end(store.begin(SOURCE, at), SOURCE, at, error=None, pulled=at if told else None, unasked=unasked)
    (state,) = store.sources()
    return state.state, state.pulled, state.unasked


def test_a_pull_that_had_to_leave_posts_went_well_as_far_as_it_came(store: Store) -> None:
    """A budget that is used up is no failure: the state is honest about when the source was last heard."""
    assert partly(store, 0, told=False) == ("never", None, 7)
    assert partly(store, 1, told=True) == ("fresh", later(1), 7)
    assert partly(store, 2, told=False, unasked=0) == ("fresh", later(1), 0)
    pull(store, Batch(), later(3))
    assert [(one.state, one.unasked) for one in store.sources()] == [("fresh", None)]


def test_a_source_that_had_failed_stays_so_until_it_is_heard_again(store: Store) -> None:
    """A budget that ended before the source had its turn does not hide that its last answer was an error."""
    pull(store, Batch())
    store.end(store.begin(SOURCE, later(1)), SOURCE, later(1), error="down", pulled=None)
    assert partly(store, 2, told=False) == ("stale", NOW, 7)
    assert [one.error for one in store.sources()] == ["down"]
    assert partly(store, 3, told=True) == ("fresh", later(3), 7)
    assert [one.error for one in store.sources()] == [None]


def test_a_new_pull_begins_with_nothing_left(store: Store) -> None:
    """What is told as left is always of the last pull, even where that one was killed."""
    partly(store, 0, told=True)
    store.begin(SOURCE, later(1))
    assert [one.unasked for one in store.sources()] == [None]
