"""report.py: what `status` and `pull` say of copies, accounts, and what is left for the next time."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from blog import SITE, Blog
from conversation import workshop
from conversation.errors import ConversationError
from conversation.notices import left_over, outcome_line
from conversation.pull import Outcome, Plan, Pull
from conversation.report import show_status, status
from conversation.sources import Batch, Copy, Snapshot
from conversation.store import Changes
from conversation.workshop import Workshop
from feeds import comment, rss
from loopback import Answer, Request, serve
from stores import NOW, later, pull

HERE = "https://social.example"


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    """Two posts, one of which names its copy; a source found copies of both, and one of a post that is gone."""
    blog = Blog(tmp_path, CONVERSATION_IDENTITIES=["@ada@social.example"])
    blog.write("a.md").write("b.md", syndication=f"{HERE}/@ada/9")
    with Workshop.open(blog.conf) as shop:
        pairs = [("a.html", 1), ("a.html", 2), ("b.html", 3), ("gone.html", 4)]
        copies = tuple(Copy(f"{SITE}/{path}", f"{HERE}/@ada/{number}") for path, number in pairs)
        pull(shop.store, Batch(snapshots=(Snapshot("@ada", 5, 6),)), source="mastodon")
        batch = Batch(copies=copies, snapshots=(Snapshot("@ada", 7), Snapshot("@other")))
        pull(shop.store, batch, later(1), source="mastodon")
        number = shop.store.begin("bluesky", NOW)
        shop.store.end(number, "bluesky", NOW, error=None, pulled=NOW, unasked=1880)
    return blog


def test_status_tells_copies_accounts_and_what_is_left_for_scripts(blog: Blog) -> None:
    """Which copies were found by themselves, where front matter overrules them, the newest numbers of each account."""
    with Workshop.open(blog.conf) as shop:
        sources = {source["name"]: source for source in status(shop)["sources"]}
    told = sources["mastodon"]
    assert [(copy["post"].rpartition("/")[2], copy["url"][-1], copy["overruled"]) for copy in told["copies"]] == [
        ("a.html", "1", False),
        ("a.html", "2", False),
        ("b.html", "3", True),
        ("gone.html", "4", False),
    ]
    assert told["accounts"] == [
        {"account": "@ada", "followers": 7, "posts": None, "at": later(1)},
        {"account": "@other", "followers": None, "posts": None, "at": later(1)},
    ]
    assert (told["unasked"], sources["bluesky"]["unasked"]) == (None, 1880)
    assert json.loads(blog.run("status", "--json").stdout)["sources"][0]["unasked"] == 1880


def test_status_tells_the_same_to_people(blog: Blog, capsys: pytest.CaptureFixture[str]) -> None:
    """Each copy with its post, a word on how to overrule one, accounts in words, and what the next build does."""
    with Workshop.open(blog.conf) as shop:
        show_status(status(shop))
    text = capsys.readouterr().out
    for words in (
        "mastodon: found copies of 3 posts",
        f"{SITE}/a.html → {HERE}/@ada/1",
        f"{SITE}/b.html → {HERE}/@ada/3 (its front matter says otherwise)",
        "`syndication:`",
        "@ada: 7 followers (2026-11-22)",
        "@other: no numbers",
        "bluesky 1,880 posts are left for the next build",
    ):
        assert words in text, words


@pytest.mark.parametrize(
    ("outcome", "line"),
    [
        (Outcome("a", "fresh", Changes(new=2)), "a: 2 new"),
        (Outcome("a", "unfinished", Changes(new=2), left=3), f"a: 2 new. {left_over(3)}"),
        (Outcome("a", "unfinished", error="Too slow.", left=0), f"a: Too slow. {left_over(0)}"),
        (Outcome("a", "unfinished", left=1), "a: nothing new. 1 post is left for the next build"),
        (Outcome("a", "not due"), "a: not due yet"),
    ],
)
def test_a_pull_says_what_it_left(outcome: Outcome, line: str) -> None:
    """A pull that was cut short is not taken for a whole one."""
    assert outcome_line(outcome).startswith(line)


def test_a_first_pull_of_many_posts_is_resumed_and_shows_how_far_it_is(tmp_path: Path) -> None:
    """Each `pull` goes on where the one before ended; in a log there is a line for every tenth, and no escape codes."""
    slugs = [f"p{number:03d}" for number in range(120)]

    def answer(request: Request) -> Answer:
        slug = request.path.strip("/")
        return 200, {"Content-Type": "application/rss+xml"}, rss(comment(1, f"{SITE}/{slug}.html"))

    with serve(answer) as server:
        feed = {"source": "feed", "url": f"{server.url}/{{slug}}", "name": "comments"}
        blog = Blog(tmp_path, CONVERSATION_SOURCES=[feed], CONVERSATION_BUDGET=50)
        for slug in slugs:
            blog.write(f"{slug}.md")
        runs = [blog.run("pull") for _ in range(3)]
        asked = [request.path.strip("/") for request in server.requests]
    assert [run.returncode for run in runs] == [0, 0, 0], runs[0].stderr
    assert "70 posts are left" in runs[0].stdout
    assert re.search(r"^asked about \d+ of 120 posts$", runs[0].stderr, re.MULTILINE)
    assert "\x1b" not in runs[0].stdout + runs[0].stderr
    assert sorted(set(asked)) == slugs
    assert len(set(asked[:100])) == 100


def test_the_rest_is_asked_about_whatever_the_limits_of_a_build(tmp_path: Path) -> None:
    """`pull` says how to get all that it left, and `pull --rest` gets it, asking about no post a second time."""
    slugs = [f"p{number:03d}" for number in range(60)]

    def answer(request: Request) -> Answer:
        slug = request.path.strip("/")
        return 200, {"Content-Type": "application/rss+xml"}, rss(comment(1, f"{SITE}/{slug}.html"))

    with serve(answer) as server:
        feed = {"source": "feed", "url": f"{server.url}/{{slug}}", "name": "comments"}
        blog = Blog(tmp_path, CONVERSATION_SOURCES=[feed], CONVERSATION_BUDGET=25)
        for slug in slugs:
            blog.write(f"{slug}.md")
        first, rest, again = (blog.run("pull", *more) for more in ((), ("--rest",), ("--rest",)))
        asked = [request.path.strip("/") for request in server.requests]
    assert "pull --rest" in first.stdout
    assert "left" not in rest.stdout
    assert "not due yet" in again.stdout
    assert sorted(asked) == slugs


def test_a_pull_that_is_interrupted_says_how_to_go_on(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends it with one line, and leaves no thread that goes on asking."""

    def interrupted(_: Pull) -> list[Outcome]:
        raise KeyboardInterrupt

    monkeypatch.setattr(workshop, "_watched", interrupted)
    with Workshop.open(blog.conf) as shop, pytest.raises(ConversationError, match="pull --rest"):
        shop.pull(only=(), full=False)


def test_no_build_waits_for_a_pull_of_its_own(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    """CONVERSATION_DEADLINE is for builds: who pulls by hand waits for as long as it takes, within reason."""
    plans: list[Plan] = []

    def pull_of(*parts: Any, **more: Any) -> Pull:  # noqa: ANN401 - what Pull is made of
        plans.append(parts[3])
        return Pull(*parts, **more)

    monkeypatch.setattr(workshop, "Pull", pull_of)
    with Workshop.open(blog.configure(CONVERSATION_DEADLINE=1).conf) as shop:
        shop.pull(only=(), full=False)
        shop.pull(only=(), full=False, rest=True)
    assert [(plan.deadline, plan.policy, plan.budget) for plan in plans] == [
        (workshop.PATIENCE, "always", 500),
        (workshop.PATIENCE, "due", 0),
    ]
