"""webmention.io, asked over real sockets: what the server shows is what we have, whatever happened in between."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from conversation.acts import Act
from conversation.errors import Malformed, Refused, Unreachable
from conversation.http import Client
from conversation.posts import Post
from conversation.sources import Ask, Batch, Source
from conversation.sources.webmention_io import SERVICE
from loopback import Request, Server, answer_json, serve
from webmention_io_server import Entry, WebmentionIo, mentions

NOW = datetime(2026, 1, 1, 2, tzinfo=UTC)  # when the service's clock has gone on by some thousand mentions
SITE = "https://blog.example"
POST = f"{SITE}/a.html"
TOKEN = "a-secret-token"  # noqa: S105 - of a server on loopback


@dataclasses.dataclass
class Kept:
    """What a store would hold of the source after its pulls, and the cursor."""

    acts: dict[str, Act] = dataclasses.field(default_factory=dict)
    cursor: dict[str, str] = dataclasses.field(default_factory=dict)

    def take(self, batches: Iterator[Batch]) -> list[Batch]:
        """Apply a pull as the store does: by id, gone ids and complete listings."""
        seen: set[str] = set()
        taken = []
        for batch in batches:
            self.acts |= {act.id: act for act in batch.acts}
            seen |= {act.id for act in batch.acts}
            whole = {i for i, a in self.acts.items() if "*" in batch.complete or a.target in batch.complete}
            for number in {*batch.gone, *(whole - seen)}:
                self.acts.pop(number, None)
            self.cursor = dict(batch.cursor) if batch.cursor is not None else self.cursor
            taken.append(batch)
        return taken


def pull(kept: Kept, server: Server, *, token: str = TOKEN, now: datetime = NOW, **ask: object) -> list[Batch]:
    """One pull from `server` into `kept`."""
    source = Source("webmention.io", "webmention.io", {"domain": "blog.example"}, server.url, token)
    plain: dict[str, object] = {"posts": (), "full": False, "sites": (SITE,)}
    with Client(retries=0) as client:
        return kept.take(SERVICE.pull(source, Ask(cursor=kept.cursor, now=now, **(plain | ask)), client))  # type: ignore[arg-type]


def plain(number: int, target: str = POST) -> Entry:
    """A small mention."""
    url = f"https://p{number}.example.org/"
    return {"type": "entry", "url": url, "wm-source": url, "wm-target": target, "wm-property": "like-of"}


def filled(count: int, **options: bool) -> WebmentionIo:
    """A service with so many small mentions."""
    service = WebmentionIo(token=TOKEN, **options)
    for number in range(count):
        service.add(plain(number))
    return service


def paths(server: Server) -> list[str]:
    """What was asked, in short, since the last time that this was called."""
    asked = [request.path.rpartition("/")[2] for request in server.requests]
    server.requests.clear()
    return asked


def test_whole_site_with_a_token() -> None:
    """All mentions of the site come in one request; the token travels in a header and never in the address."""
    service, kept = filled(30), Kept()
    service.add({**plain(99), "wm-private": True})
    with serve(service) as server:
        batches = pull(kept, server)
        request = server.requests[0]
    assert set(kept.acts) == service.live()
    assert batches[-1].complete == ("*",)
    assert len(server.requests) == 1
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in str(request.query)
    assert request.query["per-page"] == ["1000"]
    assert request.query["domain"] == ["blog.example"]


@pytest.mark.parametrize("options", [{}, {"old": True}, {"short": True}, {"old": True, "short": True}])
def test_every_page_is_read(options: dict[str, bool]) -> None:
    """Neither a missing paging object nor a short page ends a listing before its end."""
    service, kept = filled(2_300, **options), Kept()
    for number in range(1_001, 2_200, 3):
        service.mute(number)
    with serve(service) as server:
        batches = pull(kept, server)
    assert set(kept.acts) == service.live()
    assert batches[-1].complete == ("*",)


@pytest.mark.parametrize("old", [False, True])
def test_changes_show_at_the_next_pull(old: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """After edits, deletions, mutes and late approvals the next pull leaves exactly what the server shows."""
    service, kept = filled(20, old=old), Kept()
    held = service.add(plain(50), state="held")
    with serve(service) as server:
        pull(kept, server)
        assert str(held) not in kept.acts
        service.edit(1001, content={"text": "better said"})
        service.delete(1002)
        service.mute(1003)
        service.show(held)
        pull(kept, server)
    assert set(kept.acts) == service.live()
    assert kept.acts["1001"].text == "better said"
    assert str(held) in kept.acts


def test_large_site_is_asked_for_changes_only() -> None:
    """Beyond 5,000 mentions an unchanged pull takes two requests, and changes of every kind still arrive at once."""
    service, kept = filled(5_200), Kept()
    held = service.add(plain(9_999), state="held")
    with serve(service) as server:
        pull(kept, server)
        assert len(paths(server)) == 7
        pull(kept, server)
        assert paths(server) == ["mentions.jf2", "deleted"]
        service.edit(1001, content={"text": "better said"})
        service.edit(6_100)  # sent again as it was: what stands unchanged above must not hide what changed below
        service.delete(1002)
        service.show(held)
        service.add(plain(7_777))
        pull(kept, server)
        assert paths(server) == ["mentions.jf2", "deleted", "deleted"]
        assert set(kept.acts) == service.live()
        assert kept.acts["1001"].text == "better said"
        service.mute(1500)
        pull(kept, server)
        assert set(kept.acts) == service.live()
        paths(server)
        service.mute(1600)
        service.edit(1601, content={"text": "this hides that one is missing"})
        service.show(1500)
        pull(kept, server)
        assert set(kept.acts) == {*service.live(), "1600"}
        pull(kept, server, now=NOW + timedelta(days=8))
        assert set(kept.acts) == service.live()


def test_large_site_of_an_old_server() -> None:
    """A server that cannot sort by change still tells of new mentions at once, and of all else after a week."""
    service, kept = filled(5_100, old=True), Kept()
    with serve(service) as server:
        pull(kept, server)
        paths(server)
        service.add(plain(7_777))
        service.delete(1003)
        pull(kept, server)
        assert paths(server) == ["mentions.jf2", "deleted"]
        assert set(kept.acts) == {*service.live(), "1003"}
        pull(kept, server, now=NOW + timedelta(days=7))
    assert set(kept.acts) == service.live()


def test_full_and_other_domain_ask_for_everything() -> None:
    """`--full`, and a domain that is not the one of the last pull, never rely on what was known."""
    service, kept = filled(5_100), Kept()
    with serve(service) as server:
        pull(kept, server)
        paths(server)
        pull(kept, server, full=True)
        assert len(paths(server)) == 7
        kept.cursor["domain"] = "other.example"
        pull(kept, server)
        assert len(paths(server)) == 7


def test_deletion_between_two_pages_loses_nobody() -> None:
    """A deletion while pages are read shifts the rest; the one that slipped through is found and not taken as gone."""
    service, kept = filled(1_500), Kept()
    with serve(service) as server:
        pull(kept, server)

        def delete_once(request: Request) -> None:
            if request.query.get("page") == ["1"]:
                service.before = lambda _: None
                service.delete(1005)

        service.before = delete_once
        pull(kept, server)
    assert set(kept.acts) == service.live()


def test_server_that_knows_no_pages() -> None:
    """A file behind a web server answers the same for ever: it is taken once, and as the whole."""
    kept = Kept()
    feed = {"children": [{**plain(n), "wm-id": n} for n in range(5)]}
    with serve(lambda _: answer_json(feed)) as server:
        batches = pull(kept, server)
    assert len(server.requests) == 2
    assert len(kept.acts) == 5
    assert batches[-1].complete == ("*",)


def test_server_that_repeats_a_full_page() -> None:
    """Where the first thousand come again and again, nobody knows the rest: the pull ends and nothing is gone."""
    kept = Kept()
    feed = {"children": [{**plain(n), "wm-id": n} for n in range(1_000)]}
    kept.acts["old"] = structs.replace(pulled_act(), id="old")
    with serve(lambda _: answer_json(feed)) as server:
        pull(kept, server)
    assert len(server.requests) <= 4
    assert len(kept.acts) == 1_001


def pulled_act() -> Act:
    """An act as a pull gives it."""
    kept, service = Kept(), filled(1)
    with serve(service) as server:
        pull(kept, server)
    return next(iter(kept.acts.values()))


def test_post_by_post_without_a_token() -> None:
    """Without a token each post is asked about under all spellings that people use; its listing is complete."""
    service, kept = WebmentionIo(), Kept()
    spellings = [POST, POST.replace("https", "http"), POST + "/", "http://old.example/a.html", POST + "#fn:1"]
    numbers = [service.add(plain(n, target)) for n, target in enumerate(spellings)]
    other = service.add(plain(50, f"{SITE}/b.html"))
    ask = {"token": "", "sites": (SITE, "http://old.example")}
    with serve(service) as server:
        pull(kept, server, posts=(Post(url=POST), Post(url=f"{SITE}/b.html")), **ask)
        assert set(kept.acts) == service.live()
        assert "Authorization" not in server.requests[0].headers
        assert kept.acts[str(numbers[-1])].fragment == "fn:1"
        for number in (numbers[1], numbers[-1], other):
            service.delete(number)
        pull(kept, server, posts=(Post(url=POST),), **ask)
    assert set(kept.acts) == {*service.live(), str(other)}


def test_many_posts_go_in_small_requests() -> None:
    """No request names more than fifty targets or grows longer than servers allow."""
    service, kept = WebmentionIo(), Kept()
    posts = tuple(Post(url=f"{SITE}/{n}/{'ö' * (n % 40)}.html") for n in range(40))
    with serve(service) as server:
        pull(kept, server, token="", posts=posts)
    asked = [target for request in server.requests for target in request.query["target[]"]]
    assert len(asked) == len(set(asked)) == 160
    assert all(len(request.query["target[]"]) <= 50 for request in server.requests)
    assert len(server.requests) > 160 / 50


@pytest.mark.parametrize(("token", "word"), [("wrong", "did not accept"), ("", "wants a token")])
def test_refusal_names_the_variable(token: str, word: str) -> None:
    """A refused pull names the environment variable to mend and shows no token."""
    source = Source("webmention.io", "My mentions", {"domain": "blog.example"}, "", token)
    ask = Ask((Post(url=POST),), {}, full=False, now=NOW)
    with serve(lambda _: answer_json({"error": "forbidden"}, 401 if token else 403)) as server, Client() as client:
        source = structs.replace(source, base_url=server.url)
        with pytest.raises(Refused, match="CONVERSATION_MY_MENTIONS_TOKEN") as error:
            list(SERVICE.pull(source, ask, client))
    assert word in str(error.value)
    assert "wrong" not in str(error.value)


@pytest.mark.parametrize("answer", [[], {}, {"children": {}}, {"children": None}, "text", 5, None])
def test_answer_that_is_no_feed(answer: object) -> None:
    """An answer of another form is an error of the source, and what was known stays."""
    kept = Kept({"1": pulled_act()})
    with serve(lambda _: answer_json(answer)) as server, pytest.raises(Malformed, match="JF2"):
        pull(kept, server)
    assert kept.acts


def test_pages_before_a_failure_stay_true() -> None:
    """Where the third page fails, the first two are kept and nothing is taken as gone."""
    service, kept = filled(2_500), Kept()

    def fail_late(request: Request) -> object:
        return answer_json({}, 500) if request.query.get("page") == ["2"] else service(request)

    with serve(fail_late) as server, pytest.raises(Unreachable):  # type: ignore[arg-type]
        pull(kept, server)
    assert len(kept.acts) == 2_000
    assert kept.cursor == {}


def test_real_looking_mentions_all_arrive() -> None:
    """Five hundred mentions with every oddity: each public one becomes an act, and every problem names its mention."""
    made = mentions(500, [f"{SITE}/{n}.html" for n in range(9)])
    service, kept = WebmentionIo(token=TOKEN), Kept()
    for entry in made.entries:
        service.add(entry)
    with serve(service) as server:
        batches = pull(kept, server)
    assert set(kept.acts) == service.live()
    assert len(kept.acts) == len(made.entries) - made.private
    problems = [problem for batch in batches for problem in batch.problems]
    assert problems
    assert all("(id " in problem.where for problem in problems)


STEPS: dict[str, Callable[[WebmentionIo, int], object]] = {
    "add": lambda service, n: service.add(plain(n, f"{SITE}/{n % 3}.html")),
    "hold": lambda service, n: service.add(plain(n), state="held"),
    "edit": lambda service, n: service.edit(n, content={"text": str(service.now)}),
    "delete": WebmentionIo.delete,
    "mute": WebmentionIo.mute,
    "show": WebmentionIo.show,
}


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 30)), max_size=6), max_size=4))
def test_any_history_ends_at_what_the_server_shows(history: list[list[tuple[str, int]]]) -> None:
    """Whatever happens between pulls, after a pull we have what the server has: the same ids, the same words."""
    service, kept = filled(3), Kept()
    with serve(service) as server:
        for steps in history:
            for step, n in steps:
                number = 1001 + n % len(service.rows) if step not in ("add", "hold") else n
                STEPS[step](service, number)
            pull(kept, server)
            assert set(kept.acts) == service.live()
            words = {str(row.number): row.entry.get("content", {"text": ""}) for row in service.rows}
            assert all(words[number] == {"text": act.text} for number, act in kept.acts.items())
