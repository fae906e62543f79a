"""From a webmention.io server to the pages: all of it is shown, changes are followed, trouble costs nothing."""

from __future__ import annotations

import contextlib
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from blog import NUMBERS, Blog, mention
from loopback import Answer, Raw, drip, hang, serve
from odd_mentions import OWNER, mentions
from webmention_io_server import WebmentionIo

SITE = "https://blog.example"
TOKEN = "a-secret-token"  # noqa: S105 - of a server on loopback


def a_blog(folder: Path, posts: int, base_url: str) -> Blog:
    """A blog whose one source is the server at `base_url`."""
    source = {"source": "webmention.io", "domain": "blog.example", "base_url": base_url}
    blog = Blog(
        folder,
        SITEURL=SITE,
        CONVERSATION_SOURCES=[source],
        CONVERSATION_IDENTITIES=[OWNER],
        CONVERSATION_PULL="always",
        CONVERSATION_DEADLINE=20,
    )
    for number in range(posts):
        blog.write(f"post-{number}.md")
    return blog


def urls(posts: int) -> list[str]:
    return [f"{SITE}/post-{number}.html" for number in range(posts)]


def shown(blog: Blog, posts: int) -> dict[str, Counter[str]]:
    """The numbers on the pages, by post; those in ledger.json must be the same."""
    pages = {f"{SITE}/post-{n}.html": Counter(blog.counts(f"post-{n}.html")) for n in range(posts)}
    ledger = {post["url"]: Counter({name: post[name] for name in NUMBERS}) for post in blog.ledger()["posts"]}
    assert {url: +numbers for url, numbers in ledger.items()} == {url: +numbers for url, numbers in pages.items()}
    return {url: +numbers for url, numbers in pages.items()}


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    """The token, where a blogger puts it."""
    monkeypatch.setenv("CONVERSATION_WEBMENTION_IO_TOKEN", TOKEN)


def test_three_thousand_odd_mentions_are_where_they_belong_and_stay_in_step(tmp_path: Path) -> None:
    """Every number on 60 posts equals an independent count, after a late approval and when the server is gone too."""
    made = mentions(3000, urls(60))
    service = WebmentionIo("blog.example", TOKEN, short=True)
    late = next(entry for entry in made.entries if entry["wm-property"] == "bookmark-of")
    for entry in made.entries:
        service.add(entry, state="held" if entry is late else "live")
    expected = {url: +numbers for url, numbers in made.counts.items()}
    with serve(service) as server:
        blog = a_blog(tmp_path, 60, server.url).build()
        missing = [url for url, numbers in shown(blog, 60).items() if numbers != expected[url]]
        assert sum((expected[url] - shown(blog, 60)[url] for url in missing), Counter()) == Counter(bookmarks=1)
        service.show(int(str(late["wm-id"])))
        assert shown(blog.build(), 60) == expected
    before = blog.files()
    assert shown(blog.build(), 60) == expected
    assert blog.ledger()["sources"][-1]["state"] == "stale"
    changed = {path for path, data in blog.files().items() if data != before[path]}
    assert all(path.endswith((".html", "ledger.json")) for path in changed)


def test_edits_and_deletions_arrive_with_the_next_build(tmp_path: Path) -> None:
    """An edited reply shows its new words, a changed kind its new place; deleted and muted ones are gone."""
    service = WebmentionIo("blog.example", TOKEN)
    target = urls(1)[0]
    ids = [service.add(mention(n, target=target)) for n in range(1, 5)]
    with serve(service) as server:
        blog = a_blog(tmp_path, 1, server.url).build()
        assert blog.counts("post-0.html")["comments"] == 4
        service.edit(ids[0], content={"text": "Said better now."})
        service.edit(ids[1], **{"wm-property": "like-of", "like-of": target, "content": None})
        service.delete(ids[2])
        service.mute(ids[3])
        service.add(mention(9, "repost-of", target=target))
        blog.build()
    assert blog.counts("post-0.html") == {"comments": 1, "shares": 1, "mentions": 0, "likes": 1, "bookmarks": 0}
    page = blog.page("post-0.html")
    assert "Said better now." in page
    assert "Words of person 1." not in page
    assert "Person 3" not in page
    assert "Person 4" not in page


@contextlib.contextmanager
def trouble(fault: str) -> Iterator[str]:
    """The address of a server that is in trouble."""
    if fault == "down":
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
            yield f"http://127.0.0.1:{taken.getsockname()[1]}"
        return
    answers: dict[str, Answer | Raw] = {
        "hang": hang,
        "drip": drip(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: yes\r\n" * 99),
        "garbage": (200, {"Content-Type": "application/json"}, b"<html>{{{\xff"),
        "error": (503, {}, b""),
        "refused": (401, {}, b"{}"),
    }
    with serve(lambda _: answers[fault]) as server:
        yield server.url


@pytest.mark.parametrize("fault", ["down", "hang", "drip", "garbage", "error", "refused"])
def test_a_server_in_trouble_costs_nothing(fault: str, tmp_path: Path) -> None:
    """Down, hanging, talking nonsense or refusing: the build ends before it does, with the counts of before."""
    service = WebmentionIo("blog.example", TOKEN)
    for number in range(1, 8):
        service.add(mention(number, target=urls(1)[0]))
    with serve(service) as server:
        blog = a_blog(tmp_path, 1, server.url).build()
    with trouble(fault) as base_url:
        source = blog.settings["CONVERSATION_SOURCES"][0] | {"base_url": base_url}
        blog.configure(CONVERSATION_SOURCES=[source], CONVERSATION_DEADLINE=2)
        done = blog.run("build")  # a server that hangs goes on hanging until this has ended
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert TOKEN not in done.stdout + done.stderr
    assert "webmention.io" in done.stdout + done.stderr
    assert blog.counts("post-0.html")["comments"] == 7
    (state,) = [source for source in blog.ledger()["sources"] if source["name"] == "webmention.io"]
    assert state["state"] == "stale"
    assert state["acts"] == 7
    assert "<bdi>webmention.io</bdi> last reached on" in blog.page("post-0.html")
