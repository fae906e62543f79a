"""What is kept of answers, and what never is."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Mapping
from multiprocessing.pool import ThreadPool
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversation.errors import Malformed, SourceError, Unreachable
from conversation.http import Client
from loopback import Answer, Handler, Raw, Request, bomb, drip, serve

TOKEN = "s3cr3t-t0ken"  # noqa: S105 - of no service


def validated(body: Callable[[], bytes] = lambda: b"text", **headers: str) -> Handler:
    """A server that answers 304 to whoever knows the ETag or the date."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def handler(request: Request) -> Answer:
        known = request.headers["If-None-Match"] or request.headers["If-Modified-Since"]
        if known and known in named.values():
            return 304, named, b""
        return 200, named, body()

    return handler


def statuses(handler: Handler, folder: Path, times: int = 2, **options: str) -> tuple[list[bytes], int]:
    """Ask so many times; the bodies, and how many requests there were."""
    with serve(handler) as server:
        bodies = []
        for _ in range(times):
            with Client(cache=folder) as client:  # each time like another process
                bodies.append(client.get(server.url + "/a", **options).body)  # type: ignore[arg-type]
        return bodies, len(server.requests)


def test_clients_that_keep_the_same_answer_at_once_need_no_lock(tmp_path: Path) -> None:
    """Two builds may share a cache: what is kept is one answer, whole, and nothing else is left behind."""
    together = threading.Barrier(4)

    def answer(request: Request) -> Answer:
        if request.headers["If-None-Match"]:
            return 304, {"ETag": '"1"'}, b""
        together.wait(30)
        return 200, {"ETag": '"1"'}, b"text" * 50_000

    def ask(url: str) -> bytes:
        with Client(cache=tmp_path) as client:
            return client.get(url).body

    with serve(answer) as server, ThreadPool(4) as threads:
        assert threads.map(ask, [server.url] * 4, chunksize=1) == [b"text" * 50_000] * 4
        assert len([file for file in tmp_path.rglob("*") if file.is_file()]) == 1
        assert ask(server.url) == b"text" * 50_000


@pytest.mark.parametrize(
    "headers",
    [
        {"ETag": '"1"'},
        {"ETag": 'W/"1"', "Cache_Control": "max-age=0, must-revalidate"},
        {"Last_Modified": "Sat, 21 Nov 2026 10:00:00 GMT"},
        {"Last_Modified": "Sat, 21 Nov 2026 10:00:00 GMT", "Cache_Control": "no-cache"},
        {"ETag": '"1"', "Date": "yesterday"},
        {"ETag": '"1"', "Expires": "-1"},
        {"ETag": '"1"', "Vary": "Accept-Encoding, Authorization"},
    ],
)
def test_asks_whether_it_changed(tmp_path: Path, headers: Mapping[str, str]) -> None:
    """What came with an ETag or a date is asked for with it, and a 304 brings the body back as 200."""
    calls: list[None] = []

    def body() -> bytes:
        calls.append(None)
        return b"text"

    bodies, requests = statuses(validated(body, **headers), tmp_path, times=3)
    assert bodies == [b"text"] * 3
    assert requests == 3
    assert len(calls) == 1


def test_fresh_answers_are_not_asked_for(tmp_path: Path) -> None:
    """What a server calls fresh for an hour is not asked for again, unless the caller insists."""
    handler = validated(Cache_Control="max-age=3600", ETag='"1"')
    assert statuses(handler, tmp_path, times=3) == ([b"text"] * 3, 1)
    insisting: dict[str, object] = {"headers": {"Cache-Control": "no-cache"}}
    assert statuses(handler, tmp_path, times=2, **insisting) == ([b"text"] * 2, 2)  # type: ignore[arg-type]


@pytest.mark.parametrize("headers", [{}, {"ETag": '"1"', "Cache_Control": "no-store"}, {"ETag": '"1"', "Vary": "*"}])
def test_what_is_not_to_be_kept(tmp_path: Path, headers: Mapping[str, str]) -> None:
    """Without a validator, or where the server forbids it, nothing is written."""
    assert statuses(validated(**headers), tmp_path) == ([b"text"] * 2, 2)
    assert not list(tmp_path.rglob("*"))


def test_no_store_removes_what_was_kept(tmp_path: Path) -> None:
    """Once a server says no-store, the older copy leaves the disk."""
    answers = iter([(200, {"ETag": '"1"'}, b"old"), (200, {"Cache-Control": "no-store"}, b"new")])
    assert statuses(lambda _: next(answers), tmp_path)[0] == [b"old", b"new"]
    assert not any(b"old" in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_new_answers_replace_old_ones(tmp_path: Path) -> None:
    """A changed body is taken and kept with its new ETag."""
    seen: list[str | None] = []

    def handler(request: Request) -> Answer:
        seen.append(request.headers["If-None-Match"])
        return 200, {"ETag": f'"{len(seen)}"'}, b"%d" % len(seen)

    assert statuses(handler, tmp_path, times=3)[0] == [b"1", b"2", b"3"]
    assert seen == [None, '"1"', '"2"']


def test_packed_bodies(tmp_path: Path) -> None:
    """A packed answer is kept unpacked and comes back the same, also where the 304 names a packing."""
    handler = validated(lambda: gzip.compress(b"text"), ETag='"1"', Content_Encoding="gzip")
    assert statuses(handler, tmp_path) == ([b"text"] * 2, 2)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param((200, {"ETag": '"1"', **bomb(2)[1]}, bomb(2)[2]), id="too large"),
        pytest.param(
            drip(b"x", first=b'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Length: 99\r\n\r\n'), id="ends at the deadline"
        ),
        pytest.param(
            lambda connection, _: connection.sendall(b'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Length: 9\r\n\r\nx'),
            id="cut short",
        ),
        pytest.param((500, {"ETag": '"1"'}, b"x"), id="an error"),
        pytest.param((404, {"ETag": '"1"', "Cache-Control": "max-age=99"}, b"x"), id="not found"),
        pytest.param(
            (200, {"ETag": '"1"', "Content-Encoding": "gzip"}, gzip.compress(b"x" * 99)[:-4]), id="cut packing"
        ),
    ],
)
def test_nothing_but_whole_answers_is_kept(tmp_path: Path, answer: Answer | Raw) -> None:
    """Neither an oversized nor a truncated nor a failed answer is written to disk."""
    with (
        serve(lambda _: answer) as server,
        Client(cache=tmp_path, deadline=0.3, max_bytes=99_000, retries=0) as client,
        pytest.raises(SourceError),
    ):
        client.get(server.url)
    assert not list(tmp_path.rglob("*"))


def test_an_answer_of_unknown_length_is_not_kept(tmp_path: Path) -> None:
    """Where only the end of the connection ends the body, it may be cut short: it is taken but not kept."""

    def raw(connection: object, _: threading.Event) -> None:
        connection.sendall(b'HTTP/1.1 200 OK\r\nETag: "1"\r\n\r\ntext')  # type: ignore[attr-defined]

    assert statuses(lambda _: raw, tmp_path) == ([b"text"] * 2, 2)
    assert not list(tmp_path.rglob("*"))


def test_tokens_never_reach_the_disk(tmp_path: Path) -> None:
    """Neither a token, nor a key in a header or in the address, is in any file or file name."""
    handler = validated(ETag='"1"', Vary="Authorization, X-Api-Key")
    with serve(handler) as server, Client(cache=tmp_path) as client:
        for _ in range(2):
            response = client.get(server.url, token=TOKEN, headers={"X-Api-Key": "k3y"}, params={"key": "k3y2"})
            assert response.body == b"text"
    assert server.requests[1].headers["If-None-Match"] == '"1"'
    written = b"".join(bytes(file) + (file.read_bytes() if file.is_file() else b"") for file in tmp_path.rglob("*"))
    assert b"text" in written
    assert TOKEN.encode() not in written
    assert b"k3y" not in written


def test_an_answer_that_repeats_the_token_is_not_kept(tmp_path: Path) -> None:
    """A server that echoes the token does not get it onto the disk."""
    for answer in ((200, {"ETag": '"1"'}, TOKEN.encode()), (200, {"ETag": '"1"', "Link": f"<?t={TOKEN}>"}, b"")):
        statuses(lambda _, answer=answer: answer, tmp_path, token=TOKEN)  # type: ignore[misc]
    assert not list(tmp_path.rglob("*"))


def test_another_token_gets_an_answer_of_its_own(tmp_path: Path) -> None:
    """What was fetched with one token is never shown to another, or to none; nor one format for another."""
    bodies = {("Bearer one", "*/*"): b"1", ("Bearer two", "*/*"): b"2", (None, "*/*"): b"3", (None, "text/html"): b"4"}

    def handler(request: Request) -> Answer:
        body = bodies[request.headers["Authorization"], request.headers["Accept"]]
        return 200, {"Cache-Control": "max-age=900"}, body

    with serve(handler) as server, Client(cache=tmp_path) as client:
        for _ in range(2):
            assert client.get(server.url, token="one").body == b"1"  # noqa: S106
            assert client.get(server.url, token="two").body == b"2"  # noqa: S106
            assert client.get(server.url).body == b"3"
            assert client.get(server.url, accept="text/html").body == b"4"
    assert len(server.requests) == 4


@given(st.floats(0, 1), st.binary(min_size=1, max_size=9))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_files_are_as_good_as_none(tmp_path: Path, where: float, noise: bytes) -> None:
    """Whatever happened to a file on disk, the request goes on as if it had not been there."""
    handler = validated(ETag='"1"', Cache_Control="max-age=900")
    with serve(handler) as server, Client(cache=tmp_path) as client:
        client.get(server.url)
        for file in [file for file in tmp_path.rglob("*") if file.is_file() and file.suffix != ".lock"]:
            content = file.read_bytes()
            at = int(where * len(content))
            file.write_bytes(content[:at] + noise + content[at + 1 :])
        assert client.get(server.url).body == b"text"


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A cache that is no folder costs the saving, not the answer."""
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert statuses(validated(ETag='"1"'), blocked) == ([b"text"] * 2, 2)


def test_the_limit_holds_for_what_was_kept(tmp_path: Path) -> None:
    """A body that was kept under a larger limit is refused under a smaller one."""
    handler = validated(lambda: bytes(2000), Cache_Control="max-age=900")
    with serve(handler) as server, Client(cache=tmp_path) as client:
        client.get(server.url)
        with pytest.raises(Malformed, match="larger than 1000 bytes"):
            client.get(server.url, max_bytes=1000)


def test_a_304_that_nobody_asked_for(tmp_path: Path) -> None:
    """A 304 without anything kept is handed to a caller who sent a validator, and is no answer otherwise."""
    with serve(lambda _: (304, {}, b"")) as server, Client(cache=tmp_path) as client:
        assert client.get(server.url, headers={"If-None-Match": '"1"'}).status == 304
        with pytest.raises(Unreachable, match="nothing is known here"):
            client.get(server.url, deadline=0.2)


def test_threads_share_a_cache(tmp_path: Path) -> None:
    """Many threads that fetch the same address at once all get it whole."""
    bodies: list[bytes] = []
    with serve(validated(lambda: bytes(50_000), ETag='"1"')) as server, Client(cache=tmp_path) as client:
        threads = [threading.Thread(target=lambda: bodies.append(client.get(server.url).body)) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert bodies == [bytes(50_000)] * 16


def test_a_stopped_client_still_has_what_is_fresh(tmp_path: Path) -> None:
    """Stopping ends requests, and what is stale cannot be had then."""
    with serve(validated(ETag='"1"')) as server, Client(cache=tmp_path) as client:
        client.get(server.url)
        client.stop()
        with pytest.raises(Unreachable, match="stopped"):
            client.get(server.url)
