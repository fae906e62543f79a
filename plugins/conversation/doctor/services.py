"""One source: whether it answers, what its token may, what came of it, and what to do where that is not well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from multiprocessing.pool import ThreadPool

from msgspec import structs

from ..acts import Problem
from ..addresses import host_of, is_web
from ..channels import channel_of
from ..errors import ConversationError, Exhausted, Malformed, Missing, Refused, SourceError, Unreachable
from ..http import Client
from ..pull import blame
from ..schedule import due_posts
from ..settings import Settings
from ..sources import Ask, Batch, Finding, Service, Source
from ..store import SourceState
from ..workshop import Workshop

__all__ = ["read_file", "visit"]

#: Requests that finding out about one source may take.
ENOUGH = 25
SIDE_BY_SIDE = 16

_ADVICE: tuple[tuple[type[SourceError], str], ...] = (
    (Missing, "Check the options of this source: an account or an address in them is misspelled or gone."),
    (
        Unreachable,
        "Check `base_url` and whether this machine is online. Until it is back, the last known state is shown.",
    ),
    (Malformed, "Check that `base_url` leads to such a service."),
)


def read_file(shop: Workshop, source: Source, service: Service) -> Iterator[Finding]:
    """Reads a local source as a build does."""
    ask = Ask(shop.posts, {}, full=True, now=datetime.now(UTC), sites=shop.settings.siteurls)
    acts = 0
    problems: list[Problem] = []
    try:
        with Client(budget=0) as client:
            for batch in service.pull(source, ask, client):
                acts += len(batch.acts)
                problems += batch.problems
    except ConversationError as error:
        yield Finding(well=False, what=str(error), advice="Check the path that the setting names, and the file.")
        return
    for problem in problems:
        yield Finding(well=False, what=str(problem), advice="Mend this entry; until then the others are shown.")
    yield Finding(well=True, what=f"It tells of {acts:,} acts.")


def visit(shop: Workshop, services: list[tuple[Source, Service]]) -> Iterator[tuple[str, list[Finding]]]:
    """All services side by side: each takes as long as it takes to answer."""
    states = {state.name: state for state in shop.store.sources()}
    posts = due_posts(shop.posts, activity={}, asked={}, now=datetime.now(UTC))
    with ThreadPool(SIDE_BY_SIDE) as pool:
        running = []
        for source, service in services:
            copies = shop.store.copies_of(source.name)
            named = [
                post for post in posts if copies.get(post.url) or any(_at(source, url) for url in post.syndication)
            ]
            ask = Ask(tuple(named or posts), {}, full=False, now=datetime.now(UTC), copies=copies)
            ask = structs.replace(ask, sites=shop.settings.siteurls)
            mistakes: list[BaseException] = []
            result = pool.apply_async(_reached, (source, service, ask, shop.settings), error_callback=mistakes.append)
            running.append((source, service, len(named), result, mistakes))
        for source, service, copied, result, mistakes in running:
            result.wait()
            found = result.get() if result.successful() else [Finding(well=False, what=blame(mistakes[0]))]
            yield source.name, [*found, *_known(source, service, copied, states.get(source.name))]


def _reached(source: Source, service: Service, ask: Ask, settings: Settings) -> list[Finding]:
    """What the service's own check finds; where it has none, what the beginning of an ordinary pull brings."""
    found: list[Finding] = []
    with Client(deadline=min(20.0, settings.deadline), budget=ENOUGH, site=settings.siteurl) as client:
        try:
            for finding in (service.check or _tried(service, ask))(source, client):
                found.append(finding)  # noqa: PERF402 - what came before a failure is told too
        except Exhausted:
            found.append(Finding(well=True, what="It answers."))
        except ConversationError as error:
            found.append(_trouble(source, service, error))
    return found


def _tried(service: Service, ask: Ask) -> Callable[[Source, Client], Iterator[Finding]]:
    """A check of a service that has none: one post, or the first page."""

    def check(source: Source, client: Client) -> Iterator[Finding]:
        by_post = service.per_post(source)
        posts = ask.posts[:1] if by_post else ask.posts
        batch = next(service.pull(source, structs.replace(ask, posts=posts), client), Batch())
        if not client.requests:
            yield Finding(well=True, what="There is no post yet that it could be asked about.")
            return
        yield Finding(well=True, what=f"It answers{f', asked about {posts[0].url}' if by_post and posts else ''}.")
        useful = bool(batch.acts or batch.counts or batch.complete)
        for problem in batch.problems:
            yield Finding(well=useful, what=str(problem), advice="What this says is left out; the rest is shown.")
        if service.token and not source.token:
            yield Finding(well=True, what=f"{source.variable} holds no token.", advice=f"It would be {service.token}.")

    return check


def _trouble(source: Source, service: Service, error: ConversationError) -> Finding:
    """A failure and what to do about it."""
    advice = next((words for kind, words in _ADVICE if isinstance(error, kind)), "")
    if isinstance(error, Refused):
        token = "a new token" if source.token else "a token"
        advice = f"Put {token} into {source.variable}, in the environment or the file .env"
        advice += f": {service.token}." if service.token else "."
    return Finding(well=False, what=str(error), advice=advice)


def _known(source: Source, service: Service, copied: int, state: SourceState | None) -> Iterator[Finding]:
    """What earlier pulls of a source brought."""
    if state is None or state.state == "never":
        yield Finding(
            well=True, what="It was not asked yet.", advice="The next build asks it; so does the task `pull`."
        )
    elif state.error and state.state != "fresh":
        advice = f'Try again: pull --source "{source.name}"'
        yield Finding(well=False, what=f"The last pull failed: {state.error}", advice=advice)
    else:
        yield Finding(well=True, what=f"{state.acts:,} acts came from it, the last time on {state.pulled:%Y-%m-%d}.")
    if not service.per_post(source) or "{" in source.options.get("url", ""):
        return
    advice = ""
    if not copied:
        advice = "Name them in `syndication:` in a post's front matter"
        more = service.account and not source.options.get("account")
        advice += "; with the option `account` they are found by themselves." if more else "."
    yield Finding(well=True, what=f"Copies of {copied:,} posts are known there.", advice=advice)


def _at(source: Source, url: str) -> bool:
    """Whether an address is one of the source's: of its channel, its server, or the server of its account."""
    account = source.options.get("account", "")
    host = host_of(account) if is_web(account) else account.rpartition("@")[2] if "@" in account else ""
    return channel_of(url) == source.source or host_of(url) in {host, host_of(source.base_url)} - {""}
