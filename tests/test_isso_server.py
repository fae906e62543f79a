"""A real Isso server (tests/servers/install) and a whole blog: what was said there is shown, and nobody's address."""

from __future__ import annotations

import dataclasses
import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import requests

from blog import ROOT, SITE, Blog
from ports import free_port

pytestmark = pytest.mark.server

ISSO = ROOT / "tests" / "servers" / ".venv" / "bin" / "isso"
#: Who comments: what nobody but Isso may ever know of them.
MAIL = "mail.example"
NETWORK = "203.0."
SAID = re.compile(r"<p>(?:Word \d+|Better \d+)")


@dataclasses.dataclass
class Isso:
    """The running server; by the number of each comment the cookies that let its author change it."""

    url: str
    log: Path
    cookies: dict[int, dict[str, str]] = dataclasses.field(default_factory=dict)

    def say(self, uri: str, text: str, parent: int | None = None, **more: Any) -> int:  # noqa: ANN401 - any field
        """A comment by somebody of their own; returns its number. A title keeps Isso from looking at the page."""
        number = len(self.cookies) + 1
        body = {"text": text, "author": f"Person {number}", "email": f"person{number}@{MAIL}", "title": "A page"}
        answer = self._ask("POST", f"/new?uri={uri}", number, {**body, "parent": parent, **more})
        made = int(answer.json()["id"])
        self.cookies[made] = answer.cookies.get_dict()
        return made

    def edit(self, number: int, text: str, **more: str) -> None:
        """The author says it better."""
        answer = self._ask("PUT", f"/id/{number}", number, {"text": text, **more}, self.cookies[number])
        self.cookies[number] = answer.cookies.get_dict()

    def delete(self, number: int) -> None:
        """The author takes it back."""
        self._ask("DELETE", f"/id/{number}", number, None, self.cookies[number])

    def like(self, number: int, voter: int) -> int:
        """Somebody likes a comment; returns how many do now."""
        return int(self._ask("POST", f"/id/{number}/like", voter, {}).json()["likes"])

    def approve(self, number: int) -> None:
        """The blogger follows the link that Isso wrote for them."""
        links = re.findall(rf"Activate comment: (\S+/id/{number}/activate/\S+)", self.log.read_text("utf-8"))
        requests.post(links[-1], timeout=10).raise_for_status()

    def _ask(
        self, method: str, path: str, who: int, body: dict[str, Any] | None, cookies: dict[str, str] | None = None
    ) -> requests.Response:
        address = {
            "X-Forwarded-For": f"{NETWORK}{who}.7"
        }  # Isso takes addresses that differ in the last number for one
        answer = requests.request(method, self.url + path, json=body, headers=address, cookies=cookies, timeout=10)
        answer.raise_for_status()
        return answer


@pytest.fixture
def isso(tmp_path: Path) -> Iterator[Callable[..., Isso]]:
    """Starts Isso on loopback, with moderation if asked; ends it by its process id."""
    if not ISSO.is_file():
        pytest.skip("needs Isso (tests/servers/install)")
    running: list[subprocess.Popen[bytes]] = []

    def start(*, moderation: bool = False) -> Isso:
        folder = tmp_path / "isso"
        folder.mkdir()
        port = free_port()
        url, log, settings = f"http://127.0.0.1:{port}", folder / "log", folder / "isso.cfg"
        settings.write_text(
            f"[general]\ndbpath = {folder / 'comments.db'}\nhost = {url}\nnotify = stdout\ngravatar = true\n"
            f"[server]\nlisten = {url}\ntrusted-proxies = 127.0.0.1\n[guard]\nenabled = false\n"
            f"[rss]\nbase = {SITE}\n[moderation]\nenabled = {str(moderation).lower()}\n",
            encoding="utf-8",
        )
        with log.open("wb") as said:
            process = subprocess.Popen([str(ISSO), "-c", str(settings), "run"], stdout=said, stderr=said)
        running.append(process)
        for _ in range(600):
            with socket.socket() as probe:
                if process.poll() is None and probe.connect_ex(("127.0.0.1", port)) == 0:
                    return Isso(url, log)
            assert process.poll() is None, log.read_text("utf-8")
            time.sleep(0.05)
        raise AssertionError(log.read_text("utf-8"))

    try:
        yield start
    finally:
        for process in running:
            process.terminate()
            process.wait(timeout=10)


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    """Two articles and a page."""
    blog = Blog(tmp_path / "blog", SITEURL=SITE, CONVERSATION_PULL="always")
    return blog.write("a.md").write("b.md").write("pages/about.md")


def built(blog: Blog, server: Isso) -> Blog:
    """The blog with what the server tells now."""
    return blog.configure(CONVERSATION_SOURCES=[{"source": "isso", "base_url": server.url}]).build()


def comments(blog: Blog, path: str) -> int:
    """The number on a page, which is also that in the ledger; nothing else is counted."""
    numbers = blog.counts(path)
    listed = {post["url"]: post for post in blog.ledger()["posts"]}.get(f"{SITE}/{path}", {})
    assert listed.get("comments", 0) == numbers["comments"]
    assert not any(number for name, number in numbers.items() if name != "comments")
    return numbers["comments"]


def shown(blog: Blog, path: str) -> list[str]:
    """The words on a page, in its order."""
    return [unescape(words).removeprefix("<p>") for words in SAID.findall(blog.page(path))]


def known(blog: Blog) -> bytes:
    """Everything that the blog keeps: its store, its cache, its output."""
    return b"".join(path.read_bytes() for path in sorted(blog.folder.rglob("*")) if path.is_file())


def test_articles_and_pages_show_what_was_said_and_what_became_of_it(isso: Callable[..., Isso], blog: Blog) -> None:
    """Comments, answers, edits and deletions of a real server are on the pages, where they belong, after each build."""
    server = isso()
    first = server.say("/a.html", "Word 1", author="Tea & Cake", website="tea.example/?a=1&b=2")
    second = server.say("/a.html", "Word 2", parent=first)
    third = server.say("/a.html", "Word 3")
    server.say("/pages/about.html", "Word 4")
    server.say("about.html", "Word 5 is on no page of the blog")
    assert [server.like(third, voter) for voter in (101, 102)] == [1, 2]
    built(blog, server)
    assert [comments(blog, path) for path in ("a.html", "b.html", "pages/about.html")] == [3, 0, 1]
    assert shown(blog, "a.html") == ["Word 1", "Word 2", "Word 3"]
    assert shown(blog, "pages/about.html") == ["Word 4"]
    page = blog.page("a.html")
    assert "Tea &amp; Cake" in page
    assert 'href="http://tea.example/?a=1&amp;b=2"' in page
    server.edit(third, "Better 3", author="Person 3")
    server.delete(first)
    built(blog, server)
    assert comments(blog, "a.html") == 2
    assert shown(blog, "a.html") == ["Word 2", "Better 3"]
    assert "Tea &amp; Cake" not in blog.page("a.html")
    server.delete(second)
    server.delete(third)
    built(blog, server)
    assert comments(blog, "a.html") == 0
    assert comments(blog, "pages/about.html") == 1


def test_what_waits_for_approval_is_not_shown_until_it_is_approved(isso: Callable[..., Isso], blog: Blog) -> None:
    """Moderation at the server holds here too."""
    server = isso(moderation=True)
    one, _ = server.say("/a.html", "Word 1"), server.say("/a.html", "Word 2")
    built(blog, server)
    assert comments(blog, "a.html") == 0
    server.approve(one)
    built(blog, server)
    assert (comments(blog, "a.html"), shown(blog, "a.html")) == (1, ["Word 1"])


def test_nobodys_address_leaves_the_server(isso: Callable[..., Isso], blog: Blog) -> None:
    """Neither e-mail nor IP addresses nor their hashes are anywhere in what the blog keeps or shows."""
    server = isso()
    server.say("/a.html", "Word 1")
    server.say("/a.html", "Word 2", parent=1)
    (one, *_) = requests.get(f"{server.url}/?uri=/a.html", timeout=10).json()["replies"]
    built(blog, server)
    kept = known(blog)
    assert comments(blog, "a.html") == 2
    assert b"Word 1" in kept
    assert not [word for word in (MAIL, NETWORK, "gravatar") if word.encode() in kept]
    public = b"".join(blog.files().values())
    assert one["hash"].encode() not in public


def test_a_long_thread_arrives_whole(isso: Callable[..., Isso], blog: Blog) -> None:
    """Whatever Isso's own limits for readers are, all is told: two hundred comments, half of them answers."""
    server = isso()
    for number in range(1, 100):
        server.say("/a.html", f"Word {2 * number - 1}")
        server.say("/a.html", f"Word {2 * number}", parent=1)
    built(blog.configure(CONVERSATION_PER_PAGE=0), server)
    assert comments(blog, "a.html") == 198
    assert sorted(shown(blog, "a.html")) == sorted(f"Word {number}" for number in range(1, 199))
