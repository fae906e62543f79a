"""pull/: sources side by side, what is due, what came of each; one that fails, hangs or breaks costs nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from conversation.acts import Problem
from conversation.errors import ArchiveError, Refused, SettingsError, StoreError, Unreachable
from conversation.pull import Outcome, Plan
from conversation.pull.outcome import one_each
from conversation.sources import Batch
from conversation.store import Changes, Store
from making import act, post
from pulls import PORTION, Fake, batch, pulling, run, states, until
from stores import NOW, later


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with Store.open("sqlite:///pull.sqlite", tmp_path) as opened:
        yield opened


# --- What came of it -------------------------------------------------------------------------------------------------


def test_what_came_of_each_source_is_a_value(store: Store) -> None:
    """A failure is told, not raised: name by name, with numbers, the error and what could not be taken."""
    odd = Problem("b: entry 3", "no address")
    a, b, c = Fake("a", batch(1, 2)), Fake("b", batch(3, problems=(odd,))), Fake("c", Refused("wants a token."))
    outcomes = run(store, c, b, a)
    assert list(outcomes) == ["a", "b", "c"]
    assert outcomes["a"] == Outcome("a", "fresh", Changes(new=2))
    assert outcomes["b"] == Outcome("b", "fresh", Changes(new=1), problems=(odd,))
    assert outcomes["c"] == Outcome("c", "failed", error="wants a token.")
    assert states(store) == {"a": "fresh", "b": "fresh", "c": "failed"}
    assert store.problems("b") == [odd]


@pytest.mark.parametrize(
    "failure", [Unreachable("gone."), Refused("no."), ArchiveError("torn."), SettingsError("a slip.")]
)
def test_what_was_told_before_a_failure_stays(failure: Exception, store: Store) -> None:
    """A source that breaks off has told what it told; its cursor stands where it was then."""
    fake = Fake("a", batch(1, cursor={"page": "1"}), batch(2, cursor={"page": "2"}), failure, batch(3))
    outcome = run(store, fake)["a"]
    assert (outcome.state, outcome.error, outcome.changes.new) == ("failed", str(failure), 2)
    assert store.targets() == {act().target: 2}
    assert store.cursor("a") == {"page": "2"}


def test_a_source_with_a_bug_stops_nobody_and_betrays_nothing(store: Store) -> None:
    """Somebody's mistake is told with its place for its authors, without words that may hold a token."""
    broken, well = Fake("broken", batch(1), KeyError("s3cret-token")), Fake("well", batch(2))
    outcomes = run(store, broken, well)
    assert outcomes["well"].state == "fresh"
    assert outcomes["broken"].state == "failed"
    assert outcomes["broken"].changes.new == 1
    error = outcomes["broken"].error or ""
    assert "KeyError in pulls.py, line " in error
    assert "s3cret" not in error
    assert "authors" in error
    (state,) = [state for state in store.sources() if state.name == "broken"]
    assert (state.state, state.error) == ("failed", error)


def test_a_source_that_tells_something_else_than_batches_is_a_source_with_a_bug(store: Store) -> None:
    """A third party's slip is its own failure too."""
    strange = Fake("strange")
    strange.service = structs.replace(strange.service, pull=lambda *_: iter(["nonsense"]))  # type: ignore[arg-type,return-value]
    outcomes = run(store, strange, Fake("well", batch(1)))
    assert {name: outcome.state for name, outcome in outcomes.items()} == {"strange": "failed", "well": "fresh"}


def test_a_store_that_cannot_keep_anything_is_not_blamed_on_the_source(store: Store, tmp_path: Path) -> None:
    """A full disk ends the build with the store's own words."""

    class Full(Store):
        def commit_all(self, *_: object) -> list[Changes]:  # type: ignore[override]
            raise StoreError("The disk is full.")

    with Full.open("sqlite:///full.sqlite", tmp_path) as full, pytest.raises(StoreError, match="The disk is full"):
        run(full, Fake("a", batch(1)))


def test_progress_ends_with_all_of_all(store: Store) -> None:
    """A bar on a terminal ends full."""
    pull = pulling(store, [Fake("a", batch(1)), Fake("b", batch(2), local=True)])
    pull.start(())
    pull.posts(())
    seen: list[tuple[int, int]] = []
    pull.finish(lambda done, of: seen.append((done, of)))
    assert seen[-1] == (2, 2)


STATES = ["not due", "fresh", "unfinished", "failed"]


@given(st.lists(st.builds(Outcome, st.sampled_from("abc"), st.sampled_from(STATES), st.builds(Changes, st.integers()))))
def test_outcomes_of_one_source_become_one_and_the_worst_is_told(outcomes: list[Outcome]) -> None:
    """Nobody reads that a source is fresh when half of it failed; no number is lost."""
    merged = one_each(outcomes)
    assert [one.name for one in merged] == sorted({one.name for one in outcomes})
    for one in merged:
        parts = [part for part in outcomes if part.name == one.name]
        assert STATES.index(one.state) == max(STATES.index(part.state) for part in parts)
        assert one.changes.new == sum(part.changes.new for part in parts)


# --- The deadline ----------------------------------------------------------------------------------------------------


@pytest.fixture
def hold() -> Iterator[threading.Event]:
    """What a source may hang on; it is let go when the test is over."""
    event = threading.Event()
    yield event
    event.set()


def test_a_source_that_hangs_is_left_behind_and_what_it_tells_later_is_not_taken(
    store: Store, hold: threading.Event
) -> None:
    """The build goes on at the deadline with what it has; a page can never differ from what was counted for it."""
    fake = Fake("slow", batch(1, problems=(Problem("x", "odd"),)), hold.wait, batch(2, cursor={"late": "yes"}))
    pull = pulling(store, [fake], Plan(policy="always", deadline=0.01))
    known = (post("1.html"),)
    pull.start(known)
    until(store.targets)
    pull.posts(known)
    (outcome,) = pull.finish()
    assert outcome.state == "unfinished"
    assert outcome.error == "gave no complete answer within 0.01 s (CONVERSATION_DEADLINE)."
    assert outcome.problems == (Problem("x", "odd"),)
    before = store.whole()
    hold.set()
    assert fake.ended.wait(20)
    assert store.whole() == before
    assert states(store) == {"slow": "failed"}


def test_files_and_other_sources_do_not_wait_for_those_that_hang(store: Store, hold: threading.Event) -> None:
    """However many services hang, the links in the posts and the archives are read."""
    known, new = post("known.html"), post("new.html")
    hanging = [Fake(f"slow-{number}", hold.wait, per_post=True) for number in range(20)]
    files = Fake("files", batch(1), local=True)
    pull = pulling(store, [*hanging, files], Plan(policy="always", deadline=0.01))
    pull.start((known,))
    pull.posts((known, new))
    until(lambda: states(store).get("files") == "fresh")
    outcomes = {outcome.name: outcome for outcome in pull.finish()}
    assert outcomes.pop("files").changes.new == 1
    assert {outcome.state for outcome in outcomes.values()} == {"unfinished"}


def test_a_source_cut_short_goes_on_with_the_posts_that_it_did_not_reach(store: Store, hold: threading.Event) -> None:
    """A blog of a thousand posts is asked about in several builds, not about the same first posts for ever."""
    posts = tuple(post(f"{n:03d}.html", published=NOW - timedelta(days=n)) for n in range(PORTION + 2))
    fake = Fake("slow", lambda: len(fake.asks) == 1 or hold.wait(), per_post=True)
    pull = pulling(store, [fake], Plan(deadline=0.01))
    pull.start(posts)
    until(lambda: len(store.asked("slow")) == PORTION)
    pull.posts(posts)
    (outcome,) = pull.finish()
    assert outcome.state == "unfinished"
    again = Fake("slow", per_post=True)
    run(store, again, plan=Plan(), known=posts, posts=posts)
    assert again.asked == [[one.title for one in posts[PORTION:]]]


# --- What is asked ---------------------------------------------------------------------------------------------------


def test_cursor_clock_sites_and_full_are_handed_over(store: Store) -> None:
    """A source goes on where its last batch ended, and hears when everything is wanted again."""
    fake = Fake("a", batch(1, cursor={"page": "1"}))
    run(store, fake)
    run(store, fake, plan=Plan(policy="always", full=True), now=later(1))
    first, second = fake.asks
    assert (dict(first.cursor), first.full, first.now) == ({}, False, NOW)
    assert (dict(second.cursor), second.full, second.now) == ({"page": "1"}, True, later(1))
    assert first.sites == ("https://e.example",)


def test_a_source_for_the_whole_site_is_asked_when_it_is_due(store: Store) -> None:
    """Under the policy "due" it waits its time; "always" and `full` ask now, "never" asks nobody."""
    posts = (post(published=NOW - timedelta(hours=16)),)
    fake = Fake("a", batch(1))
    expected = [
        (Plan(), later(0), "fresh"),
        (Plan(), later(0.1), "not due"),
        (Plan(policy="never"), later(9), "not due"),
        (Plan(policy="always"), later(0.1), "fresh"),
        (Plan(full=True), later(0.2), "fresh"),
        (Plan(), later(30), "fresh"),
    ]
    for plan, now, state in expected:
        assert run(store, fake, plan=plan, now=now, known=posts)["a"].state == state
    assert len(fake.asks) == 4


def test_a_source_that_failed_is_asked_again_at_once(store: Store) -> None:
    """An outage is over for the blog as soon as it is over."""
    assert run(store, Fake("a", Unreachable("down.")), plan=Plan())["a"].state == "failed"
    assert run(store, Fake("a", batch(1)), plan=Plan())["a"].state == "fresh"


def test_a_clock_that_was_wrong_does_not_silence_a_source(store: Store) -> None:
    """After a build in the year 2036 by mistake, sources are asked again today."""
    site, by_post, posts = Fake("a", batch(1)), Fake("b", per_post=True), (post(),)
    for now in (NOW + timedelta(days=3650), NOW):
        outcomes = run(store, site, by_post, plan=Plan(), now=now, known=posts)
        assert {outcome.state for outcome in outcomes.values()} == {"fresh"}


def test_only_the_named_sources_are_pulled(store: Store) -> None:
    """`pull --source NAME` leaves all others alone, the local ones too."""
    fakes = [Fake("a", batch(1)), Fake("b", batch(2)), Fake("c", batch(3), local=True)]
    assert list(run(store, *fakes, plan=Plan(policy="always", only=("b",)))) == ["b"]
    assert [len(fake.asks) for fake in fakes] == [0, 1, 0]


def test_local_sources_are_read_whatever_the_policy(store: Store) -> None:
    """`--offline` still reads the archives and the posts, and they get all posts."""
    fake = Fake("a", batch(1), local=True)
    drafts = (post(), post("d.html", status="draft"))
    assert run(store, fake, plan=Plan(policy="never"), posts=drafts)["a"].state == "fresh"
    assert fake.asked == [["a.html", "d.html"]]


def test_known_posts_are_asked_about_first_and_then_the_new_ones(store: Store) -> None:
    """The network works while content is read; each post is asked about once."""
    known, new = (post("1.html"), post("2.html")), post("3.html")
    fake = Fake("a", batch(1, problems=(Problem("a", "odd"),)), per_post=True)
    outcome = run(store, fake, known=known, posts=(*known, new))["a"]
    assert fake.asked == [["1.html", "2.html"], ["3.html"]]
    assert outcome == Outcome("a", "fresh", Changes(new=1, same=1), problems=(Problem("a", "odd"),) * 2)
    assert len(store.problems("a")) == 2
    assert set(store.asked("a")) == {one.url for one in (*known, new)}


def test_the_first_build_asks_the_whole_site_about_its_posts(store: Store) -> None:
    """A source that finds posts by their addresses has them at once, and is not asked a second time."""
    fake = Fake("a", batch(1))
    assert run(store, fake, posts=(post("1.html"),))["a"].state == "fresh"
    assert fake.asked == [["1.html"]]


def test_two_jobs_of_one_source_take_turns(store: Store, hold: threading.Event) -> None:
    """A cursor is never written by two threads that do not know of each other."""
    log: list[str] = []
    inside = threading.Event()

    def first_waits() -> None:
        log.append("begin")
        inside.set()
        hold.wait()
        log.append("end")

    fake = Fake("a", first_waits, per_post=True)
    pull = pulling(store, [fake])
    pull.start((post("1.html"),))
    pull.posts((post("1.html"), post("2.html")))
    assert inside.wait(20)
    hold.set()
    pull.finish()
    assert log == ["begin", "end"] * 2
    assert states(store) == {"a": "fresh"}


@pytest.mark.parametrize("failure", [Unreachable("down."), KeyError("bug")])
def test_a_source_that_failed_is_not_asked_about_the_new_posts_too(failure: Exception, store: Store) -> None:
    """One failure is enough, and the success of the other half does not hide it."""
    fake = Fake("a", failure, per_post=True)
    outcome = run(store, fake, known=(post("1.html"),), posts=(post("1.html"), post("2.html")))["a"]
    assert fake.asked == [["1.html"]]
    assert outcome.state == "failed"
    assert states(store) == {"a": "failed"}
    assert store.asked("a") == {}


def test_closed_posts_and_drafts_are_not_asked_about(store: Store) -> None:
    """`comments: closed` ends collection even where everything is asked, and so does a day that has come."""
    posts = (
        post("closed.html", closed=True),
        post("ended.html", closed=later(-1)),
        post("draft.html", status="draft"),
        post("ends.html", closed=later(1)),
        post("hidden.html", status="hidden"),
    )
    fake = Fake("a", per_post=True)
    run(store, fake, plan=Plan(policy="always", full=True), known=posts, posts=posts)
    assert fake.asked == [["ends.html", "hidden.html"]]


def test_posts_that_are_not_due_are_left_for_later(store: Store) -> None:
    """A post that has been silent for long is not asked about at every build; "always" and `full` ask all the same."""
    posts = (post("old.html", published=NOW - timedelta(days=100)),)
    fake = Fake("a", per_post=True)
    plans = [Plan(), Plan(), Plan(policy="always"), Plan(full=True), Plan(policy="never")]
    found = [run(store, fake, plan=plan, known=posts, posts=posts)["a"].state for plan in plans]
    assert found == ["fresh", "not due", "fresh", "fresh", "not due"]
    assert run(store, fake, plan=Plan(), known=posts, posts=posts, now=later(24 * 30))["a"].state == "fresh"


def test_what_was_said_long_ago_makes_no_post_lively_and_a_late_comment_does(store: Store) -> None:
    """An hour after the first pull of an old blog nothing is asked again; whoever finds a post of it later is heard."""
    posts = tuple(post(f"{year}.html", published=NOW - timedelta(days=365 * year)) for year in range(1, 16))
    store.save_matches((one.url, one.url, "exact") for one in posts)
    old = tuple(act(n, target=one.url, published=one.published) for n, one in enumerate(posts))
    asked = run(store, fake := Fake("a", Batch(old), per_post=True), plan=Plan(), known=posts)
    assert asked["a"].changes.new == len(posts) == sum(map(len, fake.asked))
    assert run(store, Fake("a", per_post=True), plan=Plan(), known=posts, now=later(1))["a"].state == "not due"
    late = Batch((act(99, target=posts[-1].url, published=later(24 * 40)),))
    run(store, Fake("a", late, per_post=True), plan=Plan(), known=posts, now=later(24 * 40 + 5))
    run(store, again := Fake("a", per_post=True), plan=Plan(), known=posts, now=later(24 * 40 + 6))
    assert again.asked == [[posts[-1].title]]


@pytest.mark.parametrize("change", [{"syndication": ("https://s.example/1",)}, {"aliases": ("/old.html",)}])
def test_a_post_that_names_a_new_copy_is_asked_about_at_once(change: dict[str, Any], store: Store) -> None:
    """Whoever adds `syndication:` and builds sees the conversation then, not in three weeks."""
    old, other = post("old.html", published=NOW - timedelta(days=100)), post("other.html")
    fake = Fake("a", per_post=True)
    run(store, fake, plan=Plan(), known=(old, other))
    changed = structs.replace(old, **change)
    run(store, fake, plan=Plan(), known=(old, other), posts=(changed, other), now=later(0.1))
    assert fake.asked[1:] == [["old.html"]]
    run(store, fake, plan=Plan(), known=(changed, other), posts=(changed, other), now=later(0.15))
    assert len(fake.asks) == 2


# --- Files -----------------------------------------------------------------------------------------------------------


def test_a_file_that_did_not_change_writes_nothing(store: Store) -> None:
    """The store, and with it every page, stays as it is, byte for byte."""
    run(store, Fake("a", batch(1, pulled=NOW), local=True))
    before = store.whole()
    assert run(store, Fake("a", local=True), now=later(5))["a"] == Outcome("a", "fresh")
    assert store.whole() == before


def test_a_file_that_is_back_after_trouble_is_read_again(store: Store) -> None:
    """A missing archive that returns unchanged is no longer called stale; its own date stands, not today's."""
    run(store, Fake("a", batch(1, pulled=later(-99)), local=True))
    run(store, Fake("a", ArchiveError("there is no such file."), local=True), now=later(1))
    assert states(store) == {"a": "stale"}
    back = Fake("a", batch(1, pulled=later(-99)), local=True)
    run(store, back, now=later(2))
    assert back.asks[0].full
    (state,) = store.sources()
    assert (state.state, state.pulled, state.error) == ("fresh", later(-99), None)


def test_a_file_without_a_date_is_as_old_as_the_newest_post(store: Store) -> None:
    """An empty table does not make every page depend on the moment of the first build."""
    posts = (post(published=later(-48)), post("b.html", published=later(-24)), post("c.html", published=later(24)))
    run(store, Fake("a", Batch(), local=True), posts=posts)
    assert store.newest_pull() == later(-24)
