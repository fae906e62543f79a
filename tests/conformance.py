"""One suite for every source that talks to a network: describe a service by a small `Case`, and it is put through all.

A service adds a file `tests/cases_NAME.py`, which is found by its name:

    def fake(items: Sequence[Item]) -> Handler:
        def answer(request: Request) -> Answer:
            if request.path == "/api/v1/comments":
                page = int(request.query.get("page", ["1"])[0])
                told = [render(item) for item in items if not item.deleted]
                return answer_json(told[(page - 1) * 20 : page * 20])
            return answer_json({"error": "not found"}, 404)
        return answer

    CASES = [Case("example", "example", fake, options={"account": "ada"}, syndication=("{base}/posts/1",))]

`fake` is the service as it stands with these items, answered in its documented shapes, page by page. An `Item` is what
the pulls are to tell: what somebody said to POST (or, where `given`, what the blogger said elsewhere). Put `item.said`
where it reaches the act: its text, else its title, its author's name or its URL; `item.number` makes the id;
`item.when` is the date, `item.parent` the number of the item that it answers. What becomes of a deleted one is up to
the service: left out, or a tombstone. A service that tells only numbers sets `counts`: their sum is then to be the
number of items.

In `options`, `syndication` and `base` "{base}" stands for the address of the server. A fake that must know its own
address takes it from `request.headers["Host"]`. One pull is `account` (where there is one) and then `pull`, with the
cursor and the copies that came of it, for one post, POST.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

from conversation.acts import Act, Count, Direction, Problem
from conversation.addresses import is_web
from conversation.errors import SourceError
from conversation.http import Client
from conversation.http.clock import Clock
from conversation.posts import Post
from conversation.sources import Ask, Batch, Source, registry
from loopback import Answer, Handler, Raw, Request, serve

__all__ = [
    "NOW",
    "POST",
    "SITE",
    "TOKEN",
    "Case",
    "Item",
    "Told",
    "check_sound",
    "iso",
    "items",
    "misshapen",
    "pulled",
    "stuck",
]

SITE = "https://blog.example"
POST = f"{SITE}/a.html"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TOKEN = "s3cr3t-t0ken-0f-n0-service"  # noqa: S105 - of a server on loopback


@dataclasses.dataclass(frozen=True)
class Item:
    """Something said: `number` from 1, in the order of `when`; `said` is a word that stands in no other item."""

    number: int
    said: str
    when: datetime
    parent: int | None = None
    deleted: bool = False


@dataclasses.dataclass(frozen=True)
class Case:
    """A service as the suite knows it.

    `name` names the tests (unique), `service` is the name in the registry, `fake` makes the server. `many` items are
    more than two pages of the fake. `paged_by` are the query parameters, or the keys in a JSON body, by which a page is
    chosen. `forgets` says that an item deleted at the service vanishes with a full pull, `retells` that an edited one
    changes with it. `token` says whether one is given, `secret_in_address` that the service takes it nowhere else.
    """

    name: str
    service: str
    fake: Callable[[Sequence[Item]], Handler]
    options: Mapping[str, str] = dataclasses.field(default_factory=dict)
    syndication: tuple[str, ...] = ()
    base: str = "{base}"
    many: int = 45
    counts: bool = False
    token: bool = True
    secret_in_address: bool = False
    forgets: bool = True
    retells: bool = True
    paged_by: tuple[str, ...] = ("page", "cursor", "max_id", "offset", "after", "untilId")


def items(count: int, *, since: datetime = NOW - timedelta(days=30)) -> list[Item]:
    """So many items, an hour apart, the oldest first."""
    return [Item(number, f"word{number}x", since + timedelta(hours=number)) for number in range(1, count + 1)]


def iso(when: datetime) -> str:
    """A time as GitHub and Discourse write it."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclasses.dataclass
class Told:
    """What a store holds of the source after its pulls, and what came of the last one."""

    acts: dict[str, Act] = dataclasses.field(default_factory=dict)
    numbers: dict[tuple[str, str], Count] = dataclasses.field(default_factory=dict)
    cursor: dict[str, str] = dataclasses.field(default_factory=dict)
    copies: dict[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    batches: list[Batch] = dataclasses.field(default_factory=list)
    error: SourceError | None = None
    #: Where the server was the first time: services whose addresses are relative remember it.
    port: int = 0

    def take(self, batches: Iterator[Batch]) -> None:
        """Apply a part of a pull as the store does: by id, gone ids and complete listings."""
        seen: set[str] = set()
        try:
            for batch in batches:
                self.batches.append(batch)
                self.acts |= {act.id: act for act in batch.acts}
                self.numbers |= {(count.target, count.source + count.kind): count for count in batch.counts}
                seen |= {act.id for act in batch.acts}
                for number in {*batch.gone, *(self._listed(batch.complete) - seen)}:
                    self.acts.pop(number, None)
                self.cursor = dict(batch.cursor) if batch.cursor is not None else self.cursor
                for copy in batch.copies:
                    self.copies[copy.post] = (*self.copies.get(copy.post, ()), copy.url)
        except SourceError as error:
            self.error = error

    def _listed(self, complete: tuple[str, ...]) -> set[str]:
        """The acts that a listing speaks of when it says that it is whole."""
        return {
            number
            for number, act in self.acts.items()
            if "*" in complete
            or f"*{act.direction}" in complete
            or (act.direction is Direction.RECEIVED and act.target in complete)
        }

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems of the last pull."""
        return tuple(problem for batch in self.batches for problem in batch.problems)

    @property
    def complete(self) -> bool:
        """Whether the last pull said of anything that it is whole, or gone."""
        return any(batch.complete or batch.gone for batch in self.batches)

    def of(self, case: Case, those: Sequence[Item]) -> list[str]:
        """What of these items is told, in their order; of a service of numbers, as many as it tells."""
        if case.counts:
            return [item.said for item in those][: sum(count.value for count in self.numbers.values())]
        words = [
            f"{act.text} {act.html} {act.title} {act.author.name} {act.author.handle} {act.url} {act.target}"
            for act in self.acts.values()
        ]
        return [item.said for item in those if any(item.said in each for each in words)]


def check_sound(told: Told, case: Case) -> None:
    """What holds of every batch, whatever the service answered."""
    service = registry.service(case.service)
    announced = {Direction.RECEIVED: service.received, Direction.GIVEN: service.given}
    for batch in told.batches:
        for act in batch.acts:
            assert act.id, act
            assert act.source == case.name
            assert act.kind in announced[act.direction], (act.kind, "is not announced in SERVICE")
            assert not act.url or is_web(act.url), act.url
            assert all(time is None or time.tzinfo for time in (act.published, act.updated, act.received))
            f"{act.id}{act.text}{act.html}{act.title}{act.author.name}{act.target}".encode()
        for count in batch.counts:
            assert count.source == case.name
            assert count.value >= 0
        for problem in batch.problems:
            assert problem.where
            assert problem.what
        assert all(isinstance(part, str) for pair in (batch.cursor or {}).items() for part in pair)
        assert all(is_web(copy.url) for copy in batch.copies)


def pulled(
    case: Case,
    handler: Handler,
    told: Told | None = None,
    *,
    full: bool = False,
    now: datetime = NOW,
    budget: int | None = None,
    clock: Clock | None = None,
) -> tuple[Told, list[Request]]:
    """One pull of the service from a server that answers by `handler`, into `told`; and the requests that it took.

    With a `clock` requests that failed are tried again, as in life; a test that passes one need not wait.
    """
    told = told or Told()
    told.batches, told.error = [], None
    service = registry.service(case.service)
    with (
        serve(handler, port=told.port) as server,
        Client(retries=0 if clock is None else 2, clock=clock, budget=budget) as client,
    ):
        told.port = server.server_port
        options = {name: value.replace("{base}", server.url) for name, value in case.options.items()}
        token = TOKEN if case.token and service.token else ""
        source = Source(case.service, case.name, options, case.base.replace("{base}", server.url), token)
        copies = tuple(url.replace("{base}", server.url) for url in case.syndication)
        post = Post(url=POST, title="A post", published=NOW - timedelta(days=40), syndication=copies)

        def ask() -> Ask:
            return Ask((post,), dict(told.cursor), full, now, (SITE,), dict(told.copies))

        if service.account:
            told.take(service.account(source, ask(), client))
        if not told.error:
            told.take(service.pull(source, ask(), client))
        return told, list(server.requests)


# --- what a service may do wrong --------------------------------------------------------------------------------------


def stuck(handler: Handler, paged_by: tuple[str, ...]) -> Handler:
    """A service that answers its first page whichever page is asked for: pages repeat, and no cursor moves."""

    def without(value: object) -> object:
        if isinstance(value, dict):
            return {name: without(inner) for name, inner in value.items() if name not in paged_by}
        return [without(inner) for inner in value] if isinstance(value, list) else value

    def answer(request: Request) -> Answer | Raw:
        body = request.body
        with contextlib.suppress(ValueError):
            body = json.dumps(without(json.loads(body))).encode() if body else body
        query = {name: values for name, values in request.query.items() if name not in paged_by}
        return handler(dataclasses.replace(request, query=query, body=body))

    return answer


def misshapen(handler: Handler, seed: int) -> Handler:
    """A service some of whose values are of another type than documented, or not there; different for each `seed`."""
    chance = random.Random(seed)  # noqa: S311 - the same every time
    odd = (
        None,
        0,
        -1,
        1e300,
        10**30,
        True,
        "",
        "x",
        "\ud800",
        "2026-13-99T99:99",
        "javascript:alert(1)",
        [],
        {},
        [[{}]],
    )

    def bend(value: object) -> object:
        if chance.random() < 0.06:
            return chance.choice(odd)
        if isinstance(value, dict):
            return {name: bend(inner) for name, inner in value.items() if chance.random() > 0.03}
        return [bend(inner) for inner in value] if isinstance(value, list) else value

    def answer(request: Request) -> Answer | Raw:
        found = handler(request)
        if callable(found):
            return found
        status, headers, body = cast("Answer", found)
        try:
            return status, headers, json.dumps(bend(json.loads(body))).encode()
        except ValueError:
            cut = body[: chance.randrange(len(body) + 1)]
            return status, headers, cut

    return answer
