"""Pulls for tests: services that tell what a test wants and remember what they were asked, and a pull in one line."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from conversation.http import Client
from conversation.posts import Post
from conversation.pull import Outcome, Plan, Pull
from conversation.sources import Ask, Batch, Service, Source
from conversation.store import Store
from making import act
from stores import NOW

ALWAYS = Plan(policy="always")
Told = Batch | Exception | Callable[[], object]


class Fake:
    """A service that tells what it is given to tell, and remembers what it was asked.

    What it tells is batches in turn; an exception among them is raised there, a function called. With `account` it
    has a part that concerns the account, and tells that there.
    """

    def __init__(
        self,
        name: str,
        *told: Told,
        local: bool = False,
        per_post: bool = False,
        account: Sequence[Told] | None = None,
    ) -> None:
        self.name, self.told, self.asks = name, told, list[Ask]()
        self.of_account, self.account_asks = account or (), list[Ask]()
        self.ended = threading.Event()
        part = self.account if account is not None else None
        self.service = Service(name, self.pull, "", local=local, per_post=lambda _: per_post, account=part)
        self.source = Source(name, name, {"account": "@ada"} if part else {})

    def pull(self, _: Source, ask: Ask, client: Client) -> Iterator[Batch]:  # noqa: ARG002 - some of its kind ask
        """As `Service.pull`; `ended` is set when nobody listens any more."""
        self.asks.append(ask)
        try:
            yield from _tell(self.told)
        finally:
            self.ended.set()

    def account(self, _: Source, ask: Ask, client: Client) -> Iterator[Batch]:  # noqa: ARG002
        """As `Service.account`."""
        self.account_asks.append(ask)
        yield from _tell(self.of_account)

    @property
    def asked(self) -> list[list[str]]:
        """The posts that were asked about, by call."""
        return [[one.title for one in ask.posts] for ask in self.asks]


#: So many posts a service is asked about at a time, where it does not say otherwise.
PORTION = Fake("any").service.at_once


def _tell(told: Sequence[Told]) -> Iterator[Batch]:
    for one in told:
        if isinstance(one, Exception):
            raise one
        if isinstance(one, Batch):
            yield one
        else:
            one()


def pulling(store: Store, fakes: Sequence[Fake], plan: Plan = ALWAYS, **more: Any) -> Pull:  # noqa: ANN401
    services = {fake.name: fake.service for fake in fakes}
    sources = [fake.source for fake in fakes]
    defaults: dict[str, Any] = {"sites": ("https://e.example",), "now": NOW, "service": services.__getitem__}
    client = more.pop("client", None) or Client()
    return Pull(sources, store, client, plan, **(defaults | more))


def run(
    store: Store,
    *fakes: Fake,
    plan: Plan = ALWAYS,
    known: tuple[Post, ...] = (),
    posts: tuple[Post, ...] = (),
    **more: Any,  # noqa: ANN401
) -> dict[str, Outcome]:
    """A whole pull: what came of each source, by name."""
    pull = pulling(store, fakes, plan, **more)
    pull.start(known)
    pull.posts(posts)
    return {outcome.name: outcome for outcome in pull.finish()}


def states(store: Store) -> dict[str, str]:
    return {state.name: state.state for state in store.sources()}


def until(condition: Callable[[], object]) -> None:
    """Waits for another thread, as long as a slow machine may need and no longer."""
    for _ in range(2000):
        if condition():
            return
        threading.Event().wait(0.01)
    raise TimeoutError


def batch(*numbers: int, **more: Any) -> Batch:  # noqa: ANN401
    return Batch(tuple(act(number) for number in numbers), **more)
