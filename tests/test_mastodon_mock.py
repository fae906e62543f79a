"""A whole blog against `mastodon-mock`, a real server with the API of Mastodon and a state of its own.

What it does otherwise than Mastodon is left to tests/test_mastodon.py: its lists of people know no pages, and it does
not tell how often a status was quoted.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from blog import ROOT, SITE, Blog
from ports import free_port

pytestmark = pytest.mark.server

#: The environment of the servers that tests talk to.
PYTHON = ROOT / "tests" / "servers" / ".venv" / "bin" / "python"
DOMAIN = "social.example"
READY = 60  # seconds


class Instance:
    """A running server, and its people, who act by its own API."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._tokens: dict[str, str] = {}
        self._session = requests.Session()

    def __call__(self, name: str, method: str, path: str, **fields: str) -> dict[str, Any]:
        """What `name` does; somebody who is named for the first time has an account from then on."""
        headers = {"Authorization": f"Bearer {self.token(name)}"}
        answer = self._session.request(method, f"{self.url}/api/v1/{path}", json=fields, headers=headers, timeout=20)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def token(self, name: str) -> str:
        """The token of somebody's account."""
        if name not in self._tokens:
            body = {"username": name, "display_name": name.title()}
            made = self._session.post(f"{self.url}/api/v1/_mock/dev_user", json=body, timeout=20).json()
            self._tokens[name] = made["access_token"]
        return self._tokens[name]

    def post(self, name: str, status: str, **fields: str) -> str:
        """A status; its id."""
        return str(self(name, "POST", "statuses", status=status, **fields)["id"])

    def close(self) -> None:
        """The end."""
        self._session.close()


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A server of its own on loopback, in memory."""
    if not PYTHON.is_file():
        pytest.skip("mastodon-mock is not installed (tests/servers/install)")
    port, folder = free_port(), tmp_path_factory.mktemp("mastodon")
    bind = ["--host", "127.0.0.1", "--port", str(port), "--domain", DOMAIN]
    command = [str(PYTHON), "-m", "mastodon_mock", "serve", "--in-memory", "--log-level", "error", *bind]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as process,
    ):
        running = Instance(f"http://127.0.0.1:{port}")
        try:
            wait_for(running.url, process, folder / "log")
            yield running
        finally:
            running.close()
            process.terminate()


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server answers."""
    ends = time.monotonic() + READY
    while time.monotonic() < ends and process.poll() is None:
        with contextlib.suppress(requests.ConnectionError):
            requests.get(f"{url}/api/v1/instance", timeout=5).close()
            return
        time.sleep(0.05)
    pytest.fail(f"mastodon-mock did not start: {log.read_text(errors='replace')}")


def made_blog(folder: Path, instance: Instance, name: str, **more: Any) -> Blog:  # noqa: ANN401 - settings
    """A blog with two posts whose author's account is `name`."""
    source = {"source": "mastodon", "account": f"@{name}@{DOMAIN}", "base_url": instance.url}
    return Blog(folder, CONVERSATION_SOURCES=[source], CONVERSATION_PULL="always", **more).write("a.md").write("b.md")


def state_of(blog: Blog) -> str:
    """How the source stands on the page of giving and receiving."""
    (state,) = [one["state"] for one in blog.ledger()["sources"] if one["name"] == "mastodon"]
    return str(state)


def text_of(blog: Blog, path: str) -> str:
    """A page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", blog.page(path)))


def test_a_blog_shows_what_was_done_and_no_more(
    instance: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sidebar is what people did, and stays so after an edit, deletions and the end of the copy itself."""
    blog = made_blog(tmp_path, instance, "ada")
    copy = instance.post("ada", f"New: {SITE}/a.html")
    other = instance.post("ada", "News of which the post itself says that it is its copy")
    blog.write("b.md", syndication=f"http://{DOMAIN}/@ada/{other}")
    first = instance.post("bea", "Well said", in_reply_to_id=copy)
    answer = instance.post("ada", "Thank you, Bea", in_reply_to_id=first)
    deep = instance.post("cem", "So do I think", in_reply_to_id=answer)
    instance.post("dan", "Between us", in_reply_to_id=copy, visibility="direct")
    instance.post("bea", "About the end", in_reply_to_id=other, spoiler_text="Spoiler")
    for name in ("bea", "cem", "dan", "ada"):
        instance(name, "POST", f"statuses/{copy}/favourite")
    instance("cem", "POST", f"statuses/{copy}/reblog")
    theirs = instance.post("bea", "My own post")
    instance.post("ada", "How true", in_reply_to_id=theirs)
    instance("ada", "POST", f"statuses/{theirs}/reblog")
    instance("ada", "POST", f"statuses/{theirs}/favourite")

    monkeypatch.setenv("CONVERSATION_MASTODON_TOKEN", instance.token("ada"))
    blog.build()
    assert blog.counts("a.html") == {"comments": 2, "shares": 1, "mentions": 0, "likes": 3, "bookmarks": 0}
    assert blog.counts("b.html") == {"comments": 1, "shares": 0, "mentions": 0, "likes": 0, "bookmarks": 0}
    shown = text_of(blog, "a.html")
    assert all(words in shown for words in ("Well said", "Thank you, Bea", "So do I think", "Bea", "Cem", "Dan"))
    assert "Between us" not in shown
    assert "Spoiler" in text_of(blog, "b.html")
    given = blog.ledger()["given"]["all"]["by_channel"]["mastodon"]
    assert {kind: given.get(kind) for kind in ("reply", "repost", "like")} == {"reply": 2, "repost": 1, "like": 1}
    assert state_of(blog) == "fresh"
    assert instance.token("ada") not in "".join(map(str, blog.files().values()))

    instance("bea", "PUT", f"statuses/{first}", status="Better said")
    instance("cem", "DELETE", f"statuses/{deep}")
    instance("dan", "POST", f"statuses/{copy}/unfavourite")
    instance("cem", "POST", f"statuses/{copy}/unreblog")
    blog.build()
    assert blog.counts("a.html") == {"comments": 1, "shares": 0, "mentions": 0, "likes": 2, "bookmarks": 0}
    shown = text_of(blog, "a.html")
    assert "Better said" in shown
    assert not any(words in shown for words in ("Well said", "So do I think", "Dan"))

    instance("ada", "DELETE", f"statuses/{copy}")
    blog.build()
    assert sum(blog.counts("a.html").values()) == 0
    assert blog.counts("b.html")["comments"] == 1


def test_without_a_token_the_same_is_received(instance: Instance, tmp_path: Path) -> None:
    """Strangers may see replies, likes and boosts; only what was liked is told to nobody but its owner."""
    blog = made_blog(tmp_path, instance, "eva")
    copy = instance.post("eva", f"New: {SITE}/a.html")
    instance.post("bea", "Well said", in_reply_to_id=copy)
    instance("bea", "POST", f"statuses/{copy}/favourite")
    instance("eva", "POST", f"statuses/{instance.post('bea', 'Mine')}/favourite")
    blog.build()
    assert blog.counts("a.html") == {"comments": 1, "shares": 0, "mentions": 0, "likes": 1, "bookmarks": 0}
    assert "like" not in blog.ledger()["given"]["all"]["by_kind"]


def test_faults_of_the_server_cost_nothing(
    instance: Instance, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A server that is out of order, or says that it was asked too often, leaves what is known and a warning."""
    blog = made_blog(tmp_path, instance, "flo")
    copy = instance.post("flo", f"New: {SITE}/a.html")
    instance("bea", "POST", f"statuses/{copy}/favourite")
    blog.build()
    assert blog.counts("a.html")["likes"] == 1
    assert f'/@flo/{copy}"><bdi>' in blog.page("a.html"), "the status is a place to answer"
    for effect in ({"type": "ratelimit"}, {"type": "malformed"}):
        rule = {"match": {"path": "/api/v1/accounts/*"}, "effect": effect}
        made = requests.post(f"{instance.url}/api/v1/_mock/faults", json=rule, timeout=20)
        made.raise_for_status()
        blog.build()
        requests.delete(f"{instance.url}/api/v1/_mock/faults", timeout=20).raise_for_status()
        assert blog.counts("a.html")["likes"] == 1
        assert state_of(blog) == "stale"
        assert "<bdi>Mastodon</bdi> last reached on" in blog.page("a.html")
    assert "mastodon" in caplog.text
