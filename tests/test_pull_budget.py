"""What a build may ask in all: shares for every source, what is left for the next time, and that it goes on there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from conversation.errors import Exhausted, Missing, Unreachable
from conversation.http import Client
from conversation.posts import Post
from conversation.pull import Outcome, Plan
from conversation.pull.shares import SMALLEST, Shares
from conversation.sources import Ask, Batch, Source
from conversation.store import Store
from loopback import Server, answer_json, serve
from making import post
from pulls import PORTION, Fake, batch, run
from stores import NOW, later


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with Store.open("sqlite:///pull.sqlite", tmp_path) as opened:
        yield opened


@pytest.fixture
def server() -> Iterator[Server]:
    """A service that has an answer for everything."""
    with serve(lambda _: answer_json([])) as running:
        yield running


class Asking(Fake):
    """A per-post service that makes `cost` requests for every post; so does its account part, where it has one."""

    def __init__(self, name: str, server: Server, cost: int = 1, **more: Any) -> None:  # noqa: ANN401
        super().__init__(name, per_post=True, **more)
        self.url, self.cost = f"{server.url}/{name}", cost

    def pull(self, _: Source, ask: Ask, client: Client) -> Iterator[Batch]:
        """As `Service.pull`."""
        self.asks.append(ask)
        for one in ask.posts:
            for _number in range(self.cost):
                client.get(self.url, params={"post": one.title})
            yield Batch(complete=(one.url,))


def many(number: int) -> tuple[Post, ...]:
    """So many posts, the liveliest first."""
    return tuple(post(f"{n:04d}.html", published=NOW - timedelta(days=n)) for n in range(number))


def a_pull(store: Store, *fakes: Fake, budget: int, posts: tuple[Post, ...], **more: Any) -> dict[str, Outcome]:  # noqa: ANN401
    with Client(budget=budget or None) as client:
        plan = more.pop("plan", None) or Plan(budget=budget)
        return run(store, *fakes, plan=plan, known=posts, posts=posts, client=client, **more)


def asked(server: Server, name: str) -> list[str]:
    """The posts that a source was really asked about, in that order."""
    return [request.query["post"][0] for request in server.requests if request.path == f"/{name}"]


def test_a_pull_stops_where_its_budget_ends_and_goes_on_there(store: Store, server: Server) -> None:
    """The liveliest posts come first, no request is made twice, and what is left is told and done next time."""
    posts = many(60)
    outcome = a_pull(store, Asking("a", server), budget=25, posts=posts)["a"]
    assert (outcome.state, outcome.error, outcome.left) == ("unfinished", None, 35)
    (state,) = store.sources()
    assert (state.state, state.pulled, state.error, state.unasked) == ("fresh", NOW, None, 35)
    outcome = a_pull(store, Asking("a", server), budget=25, posts=posts, now=later(0.01))["a"]
    assert outcome.left == 10
    outcome = a_pull(store, Asking("a", server), budget=25, posts=posts, now=later(0.02))["a"]
    assert (outcome.state, outcome.left) == ("fresh", None)
    assert [state.unasked for state in store.sources()] == [None]
    assert asked(server, "a") == [one.title for one in posts]


def test_a_first_pull_of_many_posts_at_several_sources_needs_no_more_requests_for_being_cut(
    store: Store, server: Server
) -> None:
    """A thousand posts are not asked about twice because they did not fit into one build."""
    posts, fakes = many(40), [Asking(name, server) for name in "abc"]
    for number in range(4):
        outcomes = a_pull(store, *fakes, budget=35, posts=posts, now=later(number / 100))
    assert {outcome.state for outcome in outcomes.values()} <= {"fresh", "not due"}
    assert {name: asked(server, name) for name in "abc"} == {name: [one.title for one in posts] for name in "abc"}


def test_no_source_eats_what_others_need(store: Store, server: Server) -> None:
    """Each of three gets its third, whichever of them is quickest."""
    posts, fakes = many(90), [Asking(name, server) for name in "abc"]
    outcomes = a_pull(store, *fakes, budget=90, posts=posts)
    assert {name: outcome.left for name, outcome in outcomes.items()} == dict.fromkeys("abc", 60)


def test_what_one_source_leaves_over_others_may_use(store: Store, server: Server) -> None:
    """A budget that would do for all does for all, however unlike their needs."""
    posts = many(50)
    fakes = [Asking("greedy", server), Fake("modest", batch(1)), Fake("broken", Unreachable("down."))]
    outcomes = a_pull(store, *fakes, budget=60, posts=posts)
    assert {name: outcome.state for name, outcome in outcomes.items()} == {
        "greedy": "fresh",
        "modest": "fresh",
        "broken": "failed",
    }
    assert len(asked(server, "greedy")) == 50


def test_posts_are_ticked_off_one_by_one(store: Store, server: Server) -> None:
    """A share that ends in the middle of a portion has not been spent in vain."""
    outcome = a_pull(store, Asking("a", server, cost=3), budget=21, posts=many(PORTION * 2))["a"]
    assert outcome.left == PORTION * 2 - 7
    assert len(store.asked("a")) == 7


def test_a_post_of_which_nothing_is_told_can_be_ticked_off(store: Store, server: Server) -> None:
    """Posts that stand as they stood, and those that cannot be understood, do not come first in the next pull."""

    class Unmoved(Asking):
        def pull(self, _: Source, ask: Ask, client: Client) -> Iterator[Batch]:
            for one in ask.posts:
                yield Batch(answered=(one.url,))
                client.get(self.url, params={"post": one.title})

    outcome = a_pull(store, Unmoved("a", server), budget=4, posts=many(PORTION))["a"]
    assert (outcome.left, len(store.asked("a"))) == (PORTION - 5, 5)


def test_a_post_that_needs_more_than_there_is_does_not_keep_a_build_from_ending(store: Store, server: Server) -> None:
    """Whatever is left is left; nothing turns in circles."""
    outcome = a_pull(store, Asking("a", server, cost=100), budget=30, posts=many(3))["a"]
    assert (outcome.state, outcome.left) == ("unfinished", 3)
    assert len(server.requests) == 30


def test_without_a_limit_everything_is_asked(store: Store, server: Server) -> None:
    """A budget of 0 is none."""
    outcome = a_pull(store, Asking("a", server), budget=0, posts=many(60))["a"]
    assert (outcome.state, len(server.requests)) == ("fresh", 60)


def test_a_client_with_a_limit_of_its_own_ends_a_pull_too(store: Store, server: Server) -> None:
    """Whoever shares out nothing still keeps to the limit, and hears what is left."""
    with Client(budget=12) as client:
        outcome = run(store, Asking("a", server), plan=Plan(), known=many(20), client=client)["a"]
    assert (outcome.state, outcome.left, len(server.requests)) == ("unfinished", 8, 12)


@pytest.mark.parametrize("plan", [Plan(policy="always", budget=25), Plan(full=True, budget=25)])
def test_where_everything_is_asked_each_time_all_posts_get_their_turn(plan: Plan, store: Store, server: Server) -> None:
    """`invoke pull` again and again reaches the last post; it does not begin with the same ones for ever."""
    posts = many(60)
    for number in range(3):
        a_pull(store, Asking("a", server), budget=25, posts=posts, plan=plan, now=later(number / 100))
    assert sorted(set(asked(server, "a"))) == [one.title for one in posts]


def test_a_source_for_the_whole_site_that_is_cut_short_is_due_at_once(store: Store) -> None:
    """It goes on from its cursor with the next build; its state says when it was last heard."""
    fake = Fake("a", Batch(cursor={"page": "2"}), Exhausted("enough."))
    outcome = run(store, fake, plan=Plan())["a"]
    assert (outcome.state, outcome.error, outcome.left) == ("unfinished", None, 0)
    assert [(one.state, one.pulled, one.unasked) for one in store.sources()] == [("fresh", NOW, 0)]
    run(store, fake, plan=Plan(), now=later(0.01))
    assert [dict(ask.cursor) for ask in fake.asks] == [{}, {"page": "2"}]


def test_a_source_that_came_to_nothing_stands_as_before(store: Store) -> None:
    """The others have used everything up before its turn: it is neither fresh nor failed."""
    run(store, Fake("a", Exhausted("enough."), per_post=True), plan=Plan(), known=many(2))
    assert [(one.state, one.pulled, one.unasked) for one in store.sources()] == [("never", None, 2)]


def test_what_two_jobs_of_a_source_leave_is_told_together(store: Store) -> None:
    """Posts of the last build and new ones are asked about apart, but left together."""
    old, new = many(4)[:2], many(4)[2:]
    outcome = run(store, Fake("a", Exhausted("enough."), per_post=True), plan=Plan(), known=old, posts=(*old, *new))[
        "a"
    ]
    assert outcome.left == 4
    assert [one.unasked for one in store.sources()] == [4]


def test_a_failure_is_told_though_the_budget_ended_too(store: Store, server: Server) -> None:
    """Nobody reads that all went well as far as it went when half of it failed."""

    class Half(Asking):
        def pull(self, source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
            if len(ask.posts) == 1:
                raise Missing("not there.")
            yield from super().pull(source, ask, client)

    posts = many(26)
    with Client(budget=20) as client:
        plan = Plan(policy="always", budget=20)
        outcome = run(store, Half("a", server), plan=plan, known=posts[:25], posts=posts, client=client)["a"]
    assert (outcome.state, outcome.error) == ("failed", "not there.")
    assert [(one.state, one.error) for one in store.sources()] == [("failed", "not there.")]


def test_the_deadline_leaves_posts_too(store: Store) -> None:
    """A pull that was too slow tells how much is left, as one that asked too much does."""
    hold, posts = threading.Event(), many(3)
    try:
        plan = Plan(deadline=0.01)
        outcome = run(store, Fake("a", hold.wait, per_post=True), plan=plan, known=posts, posts=posts)["a"]
    finally:
        hold.set()
    assert (outcome.state, outcome.left) == ("unfinished", 3)
    assert "CONVERSATION_DEADLINE" in (outcome.error or "")
    assert [(one.state, one.unasked) for one in store.sources()] == [("failed", 3)]


def test_shares_are_no_smaller_than_a_post_may_need() -> None:
    """With many sources and a small budget some get enough, rather than all too little."""
    with Client() as client:
        shares = Shares(client, 40, [str(number) for number in range(16)])
        for _ in range(SMALLEST):
            shares.spend("3")
        with pytest.raises(Exhausted, match="CONVERSATION_BUDGET"):
            shares.spend("3")
        with pytest.raises(Exhausted):
            shares.spend("nobody")
