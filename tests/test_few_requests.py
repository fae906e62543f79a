"""How many requests a blog of 200 posts costs: the first pull, a second one of which nothing is new, and one reply."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bluesky_server import Bluesky
from cases_comments import Row, answer_isso, answer_remark42, isso_row, remark42_row
from conversation.exchange import write_export
from conversation.http import Client
from conversation.posts import Post
from conversation.pull import Plan, Pull
from conversation.sources import Source
from conversation.store import Store
from loopback import Answer, Handler, Request, Server, answer_json, serve
from mastodon_server import HOST, Mastodon
from stores import NOW, later
from webmention_io_server import WebmentionIo

SITE = "https://blog.example"
POSTS = 200
#: The share of the first pull's requests that one may cost of which nothing is new, over all sources.
MOST = 0.1
#: What it costs that somebody said something at five of the services: its thread, and a look at who that is.
FOR_ONE = 10


class Talk:
    """Services on which people talk about 200 posts of the last five years; `say` is one reply more at each of them.

    Every post has a copy on Mastodon and on Bluesky; one in three was answered, one in two liked, one in four boosted.
    One in ten was submitted to Hacker News, one in four has comments at Isso, and at Remark42.
    """

    def __init__(self) -> None:
        self.posts = tuple(
            Post(url=f"{SITE}/{number:03d}.html", title=f"{number}", published=NOW - timedelta(days=30 + 9 * number))
            for number in range(POSTS)
        )
        self.webmention = WebmentionIo(token="secret")  # noqa: S106 - of a server on loopback
        self.mastodon, self.bluesky = Mastodon(), Bluesky()
        self.threads: dict[str, list[Row]] = {}
        self.stories: dict[str, dict[str, Any]] = {}
        for number, post in enumerate(self.posts):
            self._talk(number, post)

    def _talk(self, number: int, post: Post) -> None:
        path, when = post.url.removeprefix(SITE), post.published or NOW
        toot = self.mastodon.post("ada", f'<p><a href="{post.url}">new</a></p>')
        skeet = self.bluesky.post("ada", post.url, link=post.url)
        self.webmention.add({"type": "entry", "wm-target": post.url, "wm-property": "like-of", "url": f"{post.url}#1"})
        if number % 2 == 0:
            self.mastodon.favourite("bea@b.example", toot)
            self.bluesky.like("bea", skeet)
        if number % 3 == 0:
            self.mastodon.post("bea@b.example", reply_to=toot, created_at=when.isoformat())
            self.bluesky.post("bea", "So do I", parent=skeet, when=when.isoformat())
        if number % 4 == 0:
            self.mastodon.reblog("cem", toot)
            self.bluesky.repost("cem", skeet)
            self.threads[path] = [isso_row(number + 1, created=when.timestamp())]
        if number % 10 == 0:
            name = str(1_000 + number)
            story = {"objectID": name, "id": int(name), "author": "cy", "url": post.url, "points": 3, "children": []}
            self.stories[name] = story | {"title": "A story", "created_at_i": int(when.timestamp())}

    def say(self) -> None:
        """Somebody answers the post 8 on Mastodon and Bluesky, comments on it at Isso and Remark42, and on a story."""
        self.mastodon.post("dee@d.example", reply_to=self._copy_of(8), created_at=NOW.isoformat())
        (skeet,) = [uri for uri, one in self.bluesky.records.items() if one.get("text") == self.posts[8].url]
        self.bluesky.post("dee", "Me too", parent=skeet)
        self.threads["/008.html"].append(isso_row(900, created=NOW.timestamp()))
        comment = {"id": 5_000, "author": "dee", "text": "<p>Me too", "created_at_i": int(NOW.timestamp())}
        self.stories["1010"]["children"].append(comment)

    def _copy_of(self, number: int) -> str:
        wanted = self.posts[number].url
        return next(name for name, one in self.mastodon.statuses.items() if wanted in one["content"])

    def remark42(self, request: Request) -> Answer:
        """The same comments as at Isso."""

        def row(one: Row) -> Row:
            return remark42_row(one["id"], time=datetime.fromtimestamp(one["created"], UTC).isoformat())

        pages = {f"{SITE}{path}": [row(one) for one in rows] for path, rows in self.threads.items()}
        answer: Answer = answer_remark42(pages)(request)
        return answer

    def hackernews(self, request: Request) -> Answer:
        """The search and its items."""
        if request.path.startswith("/api/v1/items/"):
            return answer_json(self.stories[request.path.rpartition("/")[2]])
        if "search_by_date" in request.path:
            return answer_json({"hits": []})
        words = request.query["query"][0].removeprefix("https://")
        hits = [{**one, "num_comments": len(one["children"])} for one in self.stories.values() if words in one["url"]]
        return answer_json({"hits": hits[: int(request.query["hitsPerPage"][0])]})

    def isso(self, request: Request) -> Answer:
        """Isso with its comments."""
        answer: Answer = answer_isso(self.threads)(request)
        return answer


@pytest.fixture
def talk() -> Talk:
    """What people say."""
    return Talk()


@contextlib.contextmanager
def running(talk: Talk) -> Iterator[Mapping[str, Server]]:
    """All services, by name."""
    handlers: dict[str, Handler] = {
        "webmention.io": talk.webmention,
        "mastodon": talk.mastodon,
        "bluesky": talk.bluesky,
        "hackernews": talk.hackernews,
        "isso": talk.isso,
        "remark42": talk.remark42,
    }
    with contextlib.ExitStack() as stack:
        yield {name: stack.enter_context(serve(handler)) for name, handler in handlers.items()}


def sources_of(servers: Mapping[str, Server]) -> list[Source]:
    """The entries of the settings."""
    options = {
        "webmention.io": {"domain": "blog.example"},
        "mastodon": {"account": f"@ada@{HOST}"},
        "bluesky": {"account": "ada.test", "plc": f"{servers['bluesky'].url}/plc"},
        "hackernews": {"account": "ada"},
        "remark42": {"site": "blog"},
    }
    tokens = {"webmention.io": "secret"}
    return [
        Source(name, name, options.get(name, {}), server.url, tokens.get(name, "")) for name, server in servers.items()
    ]


def pulled(
    store: Store, servers: Mapping[str, Server], talk: Talk, now: datetime, at_a_time: int = 4
) -> dict[str, int]:
    """A pull in which all is due, with so many requests to a host at a time; how many requests each source made."""
    for server in servers.values():
        server.requests.clear()
    with Client(retries=0, per_host=at_a_time) as client:
        plan = Plan(policy="always", deadline=600)
        pull = Pull(sources_of(servers), store, client, plan, sites=(SITE,), now=now)
        pull.start(())
        pull.posts(talk.posts)
        outcomes = pull.finish()
    assert {outcome.name: (outcome.state, outcome.problems) for outcome in outcomes} == dict.fromkeys(
        servers, ("fresh", ())
    )
    return {name: len(server.requests) for name, server in servers.items()}


def told(store: Store, talk: Talk) -> Counter[str]:
    """How many acts each source has told of."""
    return Counter(one.act.source for one in store.received([post.url for post in talk.posts]))


def test_an_unchanged_blog_is_asked_about_in_few_requests(talk: Talk, tmp_path: Path) -> None:
    """A pull of which nothing is new costs a tenth of the first one at most; what is new costs its own thread more."""
    with running(talk) as servers, Store.open("sqlite:///s.sqlite", tmp_path) as store:
        first = pulled(store, servers, talk, NOW)
        known = told(store, talk)
        again = pulled(store, servers, talk, later(1))
        assert told(store, talk) == known
        talk.say()
        changed = pulled(store, servers, talk, later(2))
        assert told(store, talk) - known == {name: 1 for name in servers if name != "webmention.io"}
    assert again == {"webmention.io": 1, "mastodon": 12, "bluesky": 14, "hackernews": 2, "isso": 1, "remark42": 1}
    assert sum(again.values()) <= MOST * sum(first.values())
    assert sum(changed.values()) - sum(again.values()) == FOR_ONE


def test_how_many_posts_are_asked_about_at_a_time_makes_no_difference(talk: Talk, tmp_path: Path) -> None:
    """What is known after a pull, and what it asked for, is the same whichever answers came first."""
    kept: list[object] = []
    with running(talk) as servers:
        for at_a_time in (1, 4):
            with Store.open(f"sqlite:///{at_a_time}.sqlite", tmp_path) as store:
                made = pulled(store, servers, talk, NOW, at_a_time)
                cursors = {name: store.cursor(name) for name in servers}
                write_export(store, tmp_path / "all.json")
            kept.append((made, cursors, (tmp_path / "all.json").read_text("utf-8")))
    assert kept[0] == kept[1]
