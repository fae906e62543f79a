"""The part of a source that concerns the account: asked when it is due, before the posts, and copies that it finds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from conversation.acts import Direction
from conversation.errors import Exhausted, Refused
from conversation.pull import Plan
from conversation.pull.asking import ACCOUNT
from conversation.sources import Batch, Copy, Snapshot
from conversation.store import Store
from making import act, post
from pulls import Fake, batch, run, states
from stores import NOW, later

DUE = Plan()
A, B = post("a.html", published=NOW - timedelta(days=100)), post("b.html", published=NOW - timedelta(days=50))
COPY = Copy(A.url, "https://s.example/@ada/1")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with Store.open("sqlite:///pull.sqlite", tmp_path) as opened:
        yield opened


def test_the_account_is_asked_first_with_all_posts_and_the_posts_then_with_its_copies(store: Store) -> None:
    """What the account's own statuses link to is known when the posts' turn comes, in the same build."""
    told = Batch((act(9, direction=Direction.GIVEN),), copies=(COPY,), cursor={"since": "9"})
    fake = Fake("a", batch(1), per_post=True, account=[told])
    closed, draft = post("closed.html", closed=True), post("draft.html", status="draft")
    outcome = run(store, fake, plan=DUE, known=(A, B, closed, draft))["a"]
    (account,), (ask,) = fake.account_asks, fake.asks
    assert account.posts == (A, B, closed, draft)
    assert (dict(account.cursor), dict(account.copies)) == ({}, {})
    assert ask.posts == (B, A)
    assert (dict(ask.cursor), dict(ask.copies)) == ({"since": "9"}, {A.url: (COPY.url,)})
    assert (outcome.state, outcome.changes.new) == ("fresh", 2)


def test_the_account_has_a_due_date_of_its_own(store: Store) -> None:
    """Posts that are asked about at every build neither silence the account nor make it be asked each time."""
    lively = post("new.html", published=NOW - timedelta(hours=16))
    fake = Fake("a", per_post=True, account=[Batch()])
    run(store, fake, plan=DUE, known=(lively,))
    assert store.asked("a") == {lively.url: NOW, ACCOUNT: NOW}
    for hours, known in ((1, (A,)), (1.9, (B,)), (2.5, ()), (3, (A, lively))):
        run(store, fake, plan=DUE, now=later(hours), known=(*known, lively))
    assert [ask.now for ask in fake.account_asks] == [NOW, later(2.5)]
    run(store, fake, plan=Plan(policy="always"), now=later(2.6), known=(lively,))
    run(store, fake, plan=Plan(full=True), now=later(2.7), known=(lively,))
    assert run(store, fake, plan=Plan(policy="never"), now=later(99), known=(lively,))["a"].state == "not due"
    assert [ask.full for ask in fake.account_asks[2:]] == [False, True]


def test_the_account_is_asked_though_no_post_is_due(store: Store) -> None:
    """What the blogger gives goes on when the blog is silent."""
    fake = Fake("a", batch(1), per_post=True, account=[batch(2)])
    run(store, fake, plan=DUE, known=(A,))
    assert run(store, fake, plan=DUE, now=later(25), known=(A,))["a"].state == "fresh"
    assert (len(fake.account_asks), len(fake.asks)) == (2, 1)


def test_a_source_without_an_account_is_asked_about_posts_only(store: Store) -> None:
    """The account's part is for those who name one."""
    fake = Fake("a", batch(1), per_post=True, account=[batch(2)])
    fake.source = structs.replace(fake.source, options={})
    run(store, fake, plan=DUE, known=(A,), posts=(A,))
    assert (len(fake.account_asks), len(fake.asks)) == (0, 1)


@pytest.mark.parametrize("per_post", [True, False])
def test_in_the_first_build_the_account_waits_for_the_posts(store: Store, *, per_post: bool) -> None:
    """Copies can be found only where the posts are known; it is asked once all the same."""
    fake = Fake("a", batch(1), per_post=per_post, account=[Batch(copies=(COPY,))])
    assert run(store, fake, plan=DUE, posts=(A, B))["a"].state == "fresh"
    assert [ask.posts for ask in fake.account_asks] == [(A, B)]
    assert [dict(ask.copies) for ask in fake.asks] == [{A.url: (COPY.url,)}]
    run(store, fake, plan=DUE, now=later(99), known=(A, B), posts=(A, B))
    assert len(fake.account_asks) == 2


def test_a_post_whose_copy_was_just_found_is_asked_about_at_once(store: Store) -> None:
    """Whoever tells of an old post today sees the answers with the next build, not in three weeks; so with one gone."""
    fake = Fake("a", per_post=True, account=[Batch()])
    run(store, fake, plan=DUE, known=(A, B))
    fake.of_account = (Batch(copies=(COPY, Copy("https://e.example/gone.html", COPY.url))),)
    run(store, fake, plan=DUE, now=later(25), known=(A, B))
    fake.of_account = (Batch(complete=("*copies",)),)
    run(store, fake, plan=DUE, now=later(50), known=(A, B))
    run(store, fake, plan=DUE, now=later(75), known=(A, B))
    assert fake.asked == [["b.html", "a.html"], ["a.html"], ["a.html"]]


def test_a_closed_post_is_not_asked_about_for_a_new_copy(store: Store) -> None:
    """`comments: closed` ends collection, whatever the account says."""
    fake = Fake("a", per_post=True, account=[Batch(copies=(COPY,))])
    run(store, fake, plan=DUE, known=(structs.replace(A, closed=True), B))
    assert fake.asked == [["b.html"]]


def test_an_account_that_fails_is_asked_again_at_the_next_build(store: Store) -> None:
    """Nothing is ticked off that was not answered, and the posts are not asked with a token that was refused."""
    fake = Fake("a", batch(1), per_post=True, account=[batch(2), Refused("wants a token.")])
    outcome = run(store, fake, plan=DUE, known=(A,))["a"]
    assert (outcome.state, outcome.error, outcome.changes.new) == ("failed", "wants a token.", 1)
    assert (store.asked("a"), states(store), fake.asks) == ({}, {"a": "failed"}, [])
    fake.of_account = (Batch(),)
    assert run(store, fake, plan=DUE, now=later(0.1), known=(A,))["a"].state == "fresh"


def test_an_account_that_is_cut_short_goes_on_at_the_next_build(store: Store) -> None:
    """A long history comes in several builds, each from where the one before ended."""
    fake = Fake("a", batch(1), per_post=True, account=[Batch(cursor={"page": "7"}), Exhausted("enough.")])
    outcome = run(store, fake, plan=DUE, known=(A, B))["a"]
    assert (outcome.state, outcome.error, outcome.left) == ("unfinished", None, 2)
    assert store.asked("a") == {}
    fake.of_account = (Batch(),)
    assert run(store, fake, plan=DUE, now=later(0.01), known=(A, B))["a"].left is None
    assert [dict(ask.cursor) for ask in fake.account_asks] == [{}, {"page": "7"}]


def test_both_parts_are_one_pull(store: Store) -> None:
    """A whole listing of what was given ends what it no longer holds, and nothing that the posts told meanwhile."""
    gift, other = (act(number, direction=Direction.GIVEN) for number in (7, 8))
    fake = Fake("a", batch(1), per_post=True, account=[Batch((gift, other), snapshots=(Snapshot("@ada", 5),))])
    run(store, fake, known=(A,))
    fake.of_account = (Batch((gift,)), Batch(complete=("*given",)))
    assert run(store, fake, known=(A,), now=later(1))["a"].changes.gone == 1
    assert sorted(one.act.id for one in store.whole().acts) == ["1", "7"]
    assert [one.snapshot.followers for one in store.snapshots()] == [5]
