"""doctor/: what is wrong is found before a build, each time with what to do; what is well is said to be well."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from blog import SITE, Blog, mention
from conversation.doctor import Told, examine
from conversation.doctor.services import visit
from conversation.errors import Malformed, Missing, Refused, SettingsError, SourceError, Unreachable
from conversation.http import Client
from conversation.sources import Ask, Batch, Check, Copy, Finding, Service, Source
from conversation.store import Store
from conversation.workshop import Workshop
from feeds import rss
from loopback import Answer, Request, Server, serve
from making import act
from stores import NOW, pull

TOKEN = "tok3n-0f-a-l0ng-kind"  # noqa: S105 - invented


@pytest.fixture
def server() -> Iterator[Server]:
    """A blog elsewhere, whose comments have a feed; below /no it refuses, below /odd it talks nonsense."""

    def answer(request: Request) -> Answer:
        if request.path.startswith("/no"):
            return 401, {}, b""
        if request.path.startswith("/odd"):
            return 200, {"Content-Type": "text/html"}, b"<html>hello"
        return 200, {"Content-Type": "application/rss+xml"}, rss()

    with serve(answer) as running:
        yield running


def a_blog(folder: Path, **settings: object) -> Blog:
    settings = {"CONVERSATION_IDENTITIES": ["@ada@social.example"]} | settings
    return Blog(folder, **settings).write("a.md").archive([mention(1), mention(2)])


def mended(found: list[Told], about: str) -> list[Told]:
    """What is not well about something."""
    return [told for told in found if told.about == about and not told.well]


# --- The whole -------------------------------------------------------------------------------------------------------


def test_a_blog_that_is_well_is_told_so(tmp_path: Path, server: Server) -> None:
    """Every part is named, the exit code is 0, and nothing that was asked is kept."""
    blog = a_blog(tmp_path)
    feed = {"source": "feed", "url": f"{server.url}/feed", "name": "my feed"}
    blog.configure(CONVERSATION_SOURCES=[*blog.settings["CONVERSATION_SOURCES"], feed])
    done = blog.run("doctor", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["well"] is True
    about = list(dict.fromkeys(finding["about"] for finding in told["findings"]))
    assert about == ["settings", "store", "moderation", "archive", "giving", "posts", "my feed", "matching"]
    assert {"about": "my feed", "well": True, "what": "It answers.", "advice": ""} in told["findings"]
    assert len(server.requests) == 1
    with Store.open("sqlite:///conversation.sqlite", tmp_path) as store:
        assert (store.sources(), store.targets()) == ([], {})
    assert not (tmp_path / ".cache").exists()


def test_what_is_wrong_is_told_with_what_to_do(tmp_path: Path, server: Server) -> None:
    """The page of text says what to mend and how, and the exit code is 1 for scripts."""
    feed = {"source": "feed", "url": f"{server.url}/no", "name": "my feed"}
    blog = a_blog(tmp_path).configure(SITEURL="", CONVERSATION_SOURCES=[feed])
    (tmp_path / "content" / "moderation.toml").write_text('[hide]\ndomain = ["x.example"]\n')
    (tmp_path / "content" / "giving.csv").write_text("date,kind,channel,url\n2026-02-31,reply,web,https://x.example/\n")
    done = blog.run("doctor")
    assert done.returncode == 1, done.stdout + done.stderr
    for words in (
        "Set SITEURL",
        "moderation.toml, line 2",
        "giving.csv, line 2",
        "refused (401)",
        "CONVERSATION_MY_FEED_TOKEN",
        "to be mended",
    ):
        assert words in done.stdout, words
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("CONVERSATION_PUL = 'due'", "CONVERSATION_PULL"),
        ("CONVERSATION_STORE = 'sqlite:///content'", "is a folder"),
        ("CONVERSATION_BUDGET = -1", "0 for no limit"),
    ],
)
def test_a_blog_that_cannot_be_opened_is_a_finding(line: str, words: str, tmp_path: Path) -> None:
    """`--json` is JSON whatever is wrong, and the first thing to mend is in it."""
    blog = a_blog(tmp_path)
    blog.conf.write_text(f"{blog.conf.read_text()}{line}\n")
    done = blog.run("doctor", "--json")
    assert done.returncode == 1
    (finding,) = json.loads(done.stdout)["findings"]
    assert words in finding["what"]
    assert "Mend this first" in finding["advice"]


def test_a_plugin_that_builds_do_not_use_is_noticed(tmp_path: Path) -> None:
    """The commonest reason for "nothing happens"."""
    blog = a_blog(tmp_path).configure(PLUGINS=[])
    (told,) = mended(examine(blog.conf), "settings")
    assert "PLUGINS" in told.what
    assert "PLUGINS" in told.advice


# --- Addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("targets", "well", "share"),
    [((1, 0), True, "1 of 1"), ((1, 1), True, "1 of 2"), ((1, 2), False, "1 of 3"), ((0, 0), True, "Nothing")],
)
def test_acts_that_find_no_post_are_counted(
    targets: tuple[int, int], share: str, tmp_path: Path, *, well: bool
) -> None:
    """A few strays are life; where most are, an address is missing in the settings, and its name is told."""
    blog = a_blog(tmp_path)
    found, lost = targets
    acts = [act(n, target=f"{SITE}/a.html") for n in range(found)]
    acts += [act(9 + n, target=f"https://former.example/{n}") for n in range(lost)]
    with Store.open("sqlite:///conversation.sqlite", tmp_path) as store:
        pull(store, Batch(acts=tuple(acts)))
    (told,) = [told for told in examine(blog.conf) if told.about == "matching"]
    assert told.well is well
    assert share in told.what
    assert ("CONVERSATION_SITEURLS" in told.advice) is not well
    assert bool(told.advice) is bool(lost)


def test_two_posts_with_one_address_are_to_be_mended(tmp_path: Path) -> None:
    """An alias that is taken is found before somebody's reply lands on the wrong page."""
    blog = a_blog(tmp_path).write("b.md", aliases="/a.html")
    (told,) = mended(examine(blog.conf), "matching")
    assert "a.html" in told.what
    assert "front matter" in told.advice


# --- Sources ---------------------------------------------------------------------------------------------------------


def visited(folder: Path, service: Service, **options: str) -> list[Finding]:
    """What is found about one source of this service."""
    blog = a_blog(folder).write("b.md", syndication="https://social.example/@ada/1")
    source = Source(service.name, "there", options, token=options.pop("token", ""))
    with Workshop.open(blog.conf) as shop:
        pull(shop.store, Batch(copies=(Copy(f"{SITE}/a.html", "https://social.example/@ada/2"),)), source="there")
        ((name, found),) = visit(shop, [(source, service)])
    assert name == "there"
    return found


def a_service(
    check: Check | None = None,
    batches: tuple[Batch, ...] = (),
    url: str = "",
    needs: str = "",
    **more: Any,  # noqa: ANN401 - any field of Service
) -> Service:
    """A service with this check, or one that makes a request to `url` for every batch."""

    def answer(_: Source, ask: Ask, client: Client) -> Iterator[Batch]:
        assert not ask.full
        for batch in batches:
            client.get(url)
            yield batch

    return Service("mastodon", answer, "", check=check, token=needs, **more)


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (Refused("no."), "Put a token into CONVERSATION_THERE_TOKEN, in the environment or the file .env: the key."),
        (Missing("not there."), "Check the options"),
        (Unreachable("down."), "Check `base_url` and whether this machine is online"),
        (Malformed("nonsense."), "leads to such a service"),
        (SourceError("strange."), ""),
        (SettingsError("account must have a host."), ""),
    ],
)
def test_every_failure_of_a_source_comes_with_advice(error: Exception, advice: str, tmp_path: Path) -> None:
    """What was found before the failure is told too."""

    def check(_: Source, __: Client) -> Iterator[Finding]:
        yield Finding(well=True, what="the account is there")
        raise error

    found = visited(tmp_path, a_service(check, needs="the key"))
    assert found[0] == Finding(well=True, what="the account is there")
    assert (found[1].well, found[1].what) == (False, str(error))
    assert advice in found[1].advice


def test_a_refused_token_is_to_be_replaced(tmp_path: Path) -> None:
    """Who has a token already is not told to get one."""

    def check(_: Source, __: Client) -> Iterator[Finding]:
        raise Refused("too narrow.")
        yield  # a generator, as all checks are

    found = visited(tmp_path, a_service(check, needs="the key"), token=TOKEN)
    assert "a new token" in found[0].advice
    assert TOKEN not in repr(found)


def test_a_check_with_a_bug_ends_nothing_and_betrays_nothing(tmp_path: Path) -> None:
    """Somebody's mistake is told with its place, without words that may hold a token."""

    def check(source: Source, _: Client) -> Iterator[Finding]:
        raise KeyError(source.token)
        yield

    found = visited(tmp_path, a_service(check), token=TOKEN)
    assert not found[0].well
    assert "KeyError in test_doctor.py" in found[0].what
    assert TOKEN not in repr(found)


def test_a_check_that_asks_without_end_is_ended(tmp_path: Path, server: Server) -> None:
    """Finding out about a source costs it a few requests."""

    def check(_: Source, client: Client) -> Iterator[Finding]:
        while True:
            client.get(f"{server.url}/feed")
            yield from ()

    assert visited(tmp_path, a_service(check))[0] == Finding(well=True, what="It answers.")
    assert len(server.requests) == 25


def test_a_source_without_a_check_is_asked_for_the_beginning_of_its_answer(tmp_path: Path, server: Server) -> None:
    """One request or two tell whether it answers; the listing is not read through."""
    service = a_service(batches=(Batch(acts=(act(1),)), Batch(acts=(act(2),))), url=server.url, needs="a key of yours")
    found = visited(tmp_path, service)
    assert [finding.what for finding in found[:2]] == ["It answers.", "CONVERSATION_THERE_TOKEN holds no token."]
    assert found[1].advice == "It would be a key of yours."
    assert len(server.requests) == 1


def test_a_post_with_a_copy_there_is_the_one_that_is_asked_about(tmp_path: Path, server: Server) -> None:
    """Other posts would be answered without a single request."""
    service = a_service(batches=(Batch(),), url=server.url, per_post=lambda _: True)
    found = visited(tmp_path, service, account="@ada@social.example")
    assert found[0].what in {f"It answers, asked about {SITE}/{name}.html." for name in "ab"}
    assert found[-1] == Finding(well=True, what="Copies of 2 posts are known there.")


def test_a_source_that_has_nothing_to_ask_yet_says_so(tmp_path: Path) -> None:
    """It does not claim to have reached what it never asked; the next step is named."""
    service = a_service(per_post=lambda _: True, account=lambda *_: iter(()))
    found = visited(tmp_path, service)
    assert "no post yet" in found[0].what
    service = Service("another", service.pull, "", per_post=lambda _: True, account=service.account)
    with Workshop.open(tmp_path / "pelicanconf.py") as shop:
        ((_, found),) = visit(shop, [(Source("another", "elsewhere"), service)])
    assert "`syndication:`" in found[-1].advice
    assert "`account`" in found[-1].advice


def test_nonsense_is_no_answer(tmp_path: Path, server: Server) -> None:
    """A page that is no feed is told as something to be mended."""
    feed = {"source": "feed", "url": f"{server.url}/odd", "name": "my feed"}
    blog = a_blog(tmp_path).configure(CONVERSATION_SOURCES=[feed])
    assert mended(examine(blog.conf), "my feed")


def test_a_pull_that_failed_is_remembered(tmp_path: Path, server: Server) -> None:
    """What the last build met is told though the service answers now, with the task that tries again."""
    service = a_service(batches=(Batch(),), url=server.url)
    blog = a_blog(tmp_path)
    with Workshop.open(blog.conf) as shop:
        shop.store.end(shop.store.begin("there", NOW), "there", NOW, error="down.", pulled=None)
        ((_, found),) = visit(shop, [(Source("mastodon", "there"), service)])
    (told,) = [finding for finding in found if not finding.well]
    assert told.what == "The last pull failed: down."
    assert told.advice == 'Try again: pull --source "there"'
