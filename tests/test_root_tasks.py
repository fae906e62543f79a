"""The tasks at the repository's root: what `invoke` lists, and those for writing, looking and clearing up."""

from __future__ import annotations

import contextlib
import os
import re
import runpy
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from invoke import Collection

from blog import ROOT
from checkout import Checkout
from ports import free_port

TASKS = {
    *("build", "serve", "livereload", "publish", "new", "pull", "status", "explain", "import", "export"),
    *("hide", "show", "forget"),
    *("test", "lint", "clean"),
}
#: A task that says nothing for so many seconds is ended, and its test fails.
DEADLINE = 90


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "blog")


@contextlib.contextmanager
def running(checkout: Checkout, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A task that goes on until it is ended: here at the end of the block, or after DEADLINE."""
    with checkout.start(*arguments) as process:
        watchdog = threading.Timer(DEADLINE, process.kill)
        watchdog.start()
        try:
            yield process
        finally:
            watchdog.cancel()
            process.kill()


def heard(process: subprocess.Popen[str], words: str) -> bool:
    """Reads what the process says until a line holds `words`; False if it ended before."""
    return any(words in line for line in process.stdout or ())


def page(port: int, path: str = "tea.html") -> str:
    """What the server on this machine answers."""
    with urlopen(f"http://127.0.0.1:{port}/{path}", timeout=30) as answer:
        text: str = answer.read().decode()
    return text


def test_invoke_lists_every_task(checkout: Checkout) -> None:
    """The tasks that the documentation names exist, each with a line that says what it does."""
    done = checkout.invoke("--list")
    listed = dict(re.findall(r"^  (\S+) +(\S.*)$", done.stdout, re.MULTILINE))
    assert set(listed) >= TASKS, done.stderr
    assert all(text[0].isupper() for text in listed.values())


def test_every_option_is_explained() -> None:
    """`invoke --help TASK` leaves no option without a word, and a task's options are not said twice."""
    namespace: Collection = runpy.run_path(str(ROOT / "tasks.py"))["namespace"]
    silent = [
        f"{name} {argument.name}"
        for name, task in namespace.tasks.items()
        for argument in task.get_arguments()
        if not argument.help
    ]
    assert (silent, set(namespace.tasks) >= TASKS) == ([], True)


@pytest.mark.parametrize(
    ("title", "file"),
    [
        ("A first title", "a-first-title"),
        ('She said "don\'t": 1/2 of it & more', "she-said-dont-12-of-it-more"),
        ("Dziękuję, Zoë, за 茶", "dziękuję-zoë-за-茶"),
        ("  two\nlines  ", "two-lines"),
        ("../../etc/passwd", "etcpasswd"),
        ("🫖🫖", "post-\\d{4}"),
        ("long " * 99, "(long-)+long"),
    ],
)
def test_a_new_post_is_a_draft_that_builds(title: str, file: str, checkout: Checkout) -> None:
    """Whatever the title, one file appears in content/posts, Pelican takes it, and no reader sees it yet."""
    before = set(checkout.folder.rglob("*.md"))
    done = checkout.invoke("new", title)
    (path,) = set(checkout.folder.rglob("*.md")) - before
    assert (done.returncode, done.stdout.strip()) == (0, str(path.relative_to(checkout.folder))), done.stderr
    assert path.parent == checkout.folder / "content/posts"
    assert re.fullmatch(rf"\d{{4}}-\d\d-\d\d-({file})\.md", path.name)
    slug = path.stem[11:]
    built = checkout.invoke("build")
    assert (built.returncode, "WARNING" in built.stdout, "ERROR" in built.stdout) == (0, False, False), built.stdout
    draft = (checkout.output / "drafts" / f"{slug}.html").read_text("utf-8")
    assert " ".join(title.split()) in draft
    assert slug not in (checkout.output / "index.html").read_text("utf-8")


def test_a_new_posts_front_matter(checkout: Checkout) -> None:
    """Category and language are written where they are given, and the time is the blog's, not the machine's."""
    checkout.add("pelicanconf.py", 'TIMEZONE = "Pacific/Kiritimati"\n')
    # 24 hours lie between the two islands: it is never the same day.
    there = subprocess.run(["date", "+%F"], env={"TZ": "Pacific/Honolulu"}, capture_output=True, text=True, check=True)
    arguments = ("new", "Brot", "--category", "Backen", "--lang", "de")
    assert checkout.invoke(*arguments, TZ="Pacific/Honolulu").returncode == 0
    (path,) = checkout.folder.rglob("*-brot.md")
    lines = path.read_text("utf-8").splitlines()
    (date,) = [line for line in lines if line.startswith("Date: ")]
    assert path.name.startswith(date[6:16])
    assert [line for line in lines if line != date] == [
        *("Title: Brot", "Slug: brot", "Category: Backen", "Lang: de", "Tags:", "Status: draft", ""),
    ]
    assert date[6:16] > there.stdout.strip()


@pytest.mark.parametrize(
    ("title", "code", "words"),
    [
        ("", 2, "A post needs a title"),
        (" \n ", 2, "A post needs a title"),
        ("Tea!", 1, "content/posts/tea.md is there"),
    ],
)
def test_a_title_that_is_empty_or_taken(title: str, code: int, words: str, checkout: Checkout) -> None:
    """Nothing is overwritten and nothing made: a line says why."""
    before = {path: path.read_bytes() for path in checkout.folder.rglob("*.md")}
    done = checkout.invoke("new", title)
    assert (done.returncode, words in done.stderr, "Traceback" in done.stderr) == (code, True, False), done.stderr
    assert {path: path.read_bytes() for path in checkout.folder.rglob("*.md")} == before


@pytest.mark.server
def test_serve_shows_the_built_site(checkout: Checkout) -> None:
    """`serve` answers on loopback with what lies in output/."""
    assert checkout.invoke("build").returncode == 0
    port = free_port()
    with running(checkout, "serve", "--port", str(port)) as process:
        assert heard(process, "Serving site at")
        assert page(port) == (checkout.output / "tea.html").read_text("utf-8")


@pytest.mark.server
def test_livereload_builds_again_when_a_post_changes(checkout: Checkout) -> None:
    """`livereload` builds, serves with its script in the page, and shows an edit after the next build."""
    port = free_port()
    with running(checkout, "livereload", "--port", str(port)) as process:
        assert heard(process, "Done: Processed 2 articles")
        assert heard(process, "Start detecting changes")
        first = page(port)
        assert "Tea is <strong>ready</strong>." in first
        assert "livereload.js" in first
        post = checkout.post("tea", "Tea is *cold*.")
        later = post.stat().st_mtime + 10
        os.utime(post, (later, later))
        assert heard(process, "Done: Processed 2 articles")
        assert "Tea is <em>cold</em>." in page(port)


@pytest.mark.parametrize("task", ["serve", "livereload"])
def test_a_port_that_is_taken_is_said(task: str, checkout: Checkout) -> None:
    """Two servers on one port: the second says so in one line and exits with 1."""
    checkout.output.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = checkout.invoke(task, "--port", str(port))
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert f"Cannot listen on port {port}" in done.stderr


def test_serve_before_the_first_build(checkout: Checkout) -> None:
    """An empty answer to every page would puzzle: it says what to do first."""
    done = checkout.invoke("serve", "--port", str(free_port()))
    assert (done.returncode, "made by the task build" in done.stderr) == (1, True)


def test_clean_removes_what_was_made_and_keeps_the_rest(checkout: Checkout) -> None:
    """After `clean` the blog is as it was, plus the store of conversations, which cannot be had a second time."""

    def names() -> set[str]:
        return {str(path.relative_to(checkout.folder)) for path in checkout.folder.rglob("*")}

    before = names()
    assert checkout.invoke("build").returncode == 0
    assert {"output/tea.html", "conversation.sqlite"} <= names()
    assert checkout.invoke("clean").returncode == 0
    assert names() == before | {"conversation.sqlite"}
    assert checkout.invoke("clean").returncode == 0


def test_tasks_that_need_the_workshop_say_how_to_get_it(checkout: Checkout) -> None:
    """In an environment made by `make build` there is no pytest; `test` names what installs it."""
    hidden = checkout.folder / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(
        "import importlib.util\nfind = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *a: None if name in ('pytest', 'ruff') else find(name, *a)\n"
    )
    for task in ("test", "lint"):
        done = checkout.invoke(task, PYTHONPATH=str(hidden))
        assert (done.returncode, "make test" in done.stderr) == (1, True), done.stderr
