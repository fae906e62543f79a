"""The client's total deadline and its limit on size, against servers that do their worst."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from conversation.errors import Malformed, SourceError, Unreachable
from conversation.http import Client
from conversation.http.guard import Found, Route
from loopback import Answer, Raw, bomb, drip, endless, hang, reset, serve

DEADLINE = 0.4
GRACE = 0.5  # seconds over the deadline that are still borne, on a busy machine
LIMIT = 100_000
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(deadline=DEADLINE, max_bytes=LIMIT) as one:
        yield one


def fails(client: Client, answer: Answer | Raw, kind: type[SourceError], words: str) -> None:
    """Assert that a GET fails with `kind`, saying `words`, within the deadline."""
    with serve(lambda _: answer) as server:
        begun = time.monotonic()
        with pytest.raises(kind, match=words) as failure:
            client.get(server.url + "/feed")
        assert time.monotonic() - begun < DEADLINE + GRACE
    assert failure.value.__cause__ is None
    assert failure.value.__context__ is None


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(hang, id="never answers"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\n"), id="status line drips"),
        pytest.param(drip(b"X-Pad: x\r\n", first=OK), id="headers drip"),
        pytest.param(drip(b"x", first=OK + b"\r\n"), id="body drips"),
        pytest.param(drip(b"x", first=OK + b"Content-Length: 900\r\n\r\n"), id="body of known length drips"),
        pytest.param(drip(b"1\r\nx\r\n", first=OK + b"Transfer-Encoding: chunked\r\n\r\n"), id="chunks drip"),
        pytest.param(drip(b"0", first=OK + b"Transfer-Encoding: chunked\r\n\r\n"), id="a chunk's size drips"),
        pytest.param(
            drip(b"T: x\r\n", first=OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n"), id="trailers after the body drip"
        ),
        pytest.param(
            drip(gzip.compress(b""), first=OK + b"Content-Encoding: gzip\r\n\r\n"), id="empty gzip members drip"
        ),
        pytest.param(endless(b"HTTP/1.1 100 Continue\r\n\r\n", first=b""), id="says continue for ever"),
        pytest.param(
            endless(gzip.compress(b""), first=OK + b"Content-Encoding: gzip\r\n\r\n"), id="gzip of nothing, for ever"
        ),
    ],
)
def test_deadline_is_total(client: Client, raw: Raw) -> None:
    """However slowly a server feeds a request, the request ends at its deadline."""
    fails(client, raw, Unreachable, "no full answer within 0.4 seconds")


def test_deadline_covers_connecting(client: Client) -> None:
    """A server whose queue of connections is full does not hold a request beyond its deadline."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = []
        for _ in range(4):
            one = socket.socket()
            one.settimeout(0)
            one.connect_ex(listener.getsockname())
            waiting.append(one)
        begun = time.monotonic()
        with pytest.raises(Unreachable, match="no full answer"):
            client.get(f"http://127.0.0.1:{listener.getsockname()[1]}/")
        assert time.monotonic() - begun < DEADLINE + GRACE
        for one in waiting:
            one.close()


def test_deadline_covers_tls(client: Client) -> None:
    """A server that accepts a connection and never shakes hands does not hold a request beyond its deadline."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        begun = time.monotonic()
        with pytest.raises(Unreachable, match="no full answer"):
            client.get(f"https://127.0.0.1:{listener.getsockname()[1]}/")
        assert time.monotonic() - begun < DEADLINE + GRACE


def test_deadline_covers_looking_up() -> None:
    """A resolver that does not answer does not hold a request beyond its deadline."""
    over = threading.Event()

    def lookup(_: str, __: int) -> list[Found]:
        over.wait()
        return []

    with Client(deadline=DEADLINE, route=Route(lookup)) as client:
        begun = time.monotonic()
        with pytest.raises(Unreachable, match="no full answer"):
            client.get("http://blog.example/")
        assert time.monotonic() - begun < DEADLINE + GRACE
    over.set()


def test_deadline_covers_redirects_and_retries() -> None:
    """Slow redirects and failing answers share one deadline with everything else."""

    def slow(status: bytes) -> Raw:
        def raw(connection: socket.socket, over: threading.Event) -> None:
            over.wait(DEADLINE / 3)
            connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")

        return raw

    with Client(deadline=DEADLINE, retries=50) as client:
        fails(client, slow(b"302 Found\r\nLocation: /feed"), Unreachable, "no full answer")
        fails(client, slow(b"503 Busy"), Unreachable, "busy or out of order|no full answer")


def test_overrules_deadline_for_one_call(client: Client) -> None:
    """A call's own deadline goes before the client's."""
    with serve(lambda _: hang) as server, pytest.raises(Unreachable, match=r"within 0\.1 seconds"):
        client.get(server.url, deadline=0.1)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(bomb(20), id="gzip bomb"),
        pytest.param((200, {}, bytes(LIMIT + 1)), id="one byte too many"),
        pytest.param(endless(bytes(10_000)), id="endless"),
        pytest.param(
            endless(b"1000\r\n" + bytes(4096) + b"\r\n", first=OK + b"Transfer-Encoding: chunked\r\n\r\n"),
            id="endless chunks",
        ),
        pytest.param(drip(b"x", first=OK + b"Content-Length: 999999999999999999999\r\n\r\n"), id="announced"),
    ],
)
def test_size_is_bounded(client: Client, answer: Answer | Raw) -> None:
    """A body is refused as soon as it is larger, unpacked, than the limit."""
    fails(client, answer, Malformed, r"larger than 97\.7 KiB")


def test_a_bomb_is_not_unpacked() -> None:
    """A gzip bomb of 100 MiB costs no more memory than the limit allows."""
    answer = bomb(100)
    with serve(lambda _: answer) as server, Client(max_bytes=LIMIT) as client:
        tracemalloc.start()
        with pytest.raises(Malformed):
            client.get(server.url)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 5 << 20


@pytest.mark.parametrize("packed", [False, True])
def test_takes_exactly_the_limit(client: Client, *, packed: bool) -> None:
    """A body of the very size that is allowed is taken, packed or not, in one or several members."""
    body = bytes(LIMIT)
    halves = gzip.compress(body[: LIMIT // 2]) + gzip.compress(body[LIMIT // 2 :]) + bytes(8)
    answer: Answer = (200, {"Content-Encoding": "gzip"}, halves) if packed else (200, {}, body)
    with serve(lambda _: answer) as server:
        assert client.get(server.url).body == body


@pytest.mark.parametrize(
    ("encoding", "body", "words"),
    [
        ("gzip", gzip.compress(bytes(5000), mtime=0)[:-9], "its end is missing"),
        ("gzip", b"not gzip at all", "damaged"),
        ("gzip", gzip.compress(b"x", mtime=0)[:-8] + bytes(8), "damaged"),
        ("br", b"x", "not asked for"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"x", mtime=0), mtime=0), "not asked for"),
        ("deflate", zlib.compress(b"x"), "not asked for"),
    ],
)
def test_damaged_packing_is_noticed(client: Client, encoding: str, body: bytes, words: str) -> None:
    """A packed body that is cut short, damaged or packed otherwise is never taken for the whole."""
    fails(client, (200, {"Content-Encoding": encoding}, body), Malformed, words)


def test_empty_body_that_claims_to_be_packed(client: Client) -> None:
    """Servers that mark an empty answer as gzip are understood."""
    with serve(lambda _: (200, {"Content-Encoding": "gzip"}, b"")) as server:
        assert client.get(server.url).body == b""


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(reset, id="reset"),
        pytest.param(lambda connection, _: connection.sendall(OK + b"Content-Length: 9\r\n\r\nx"), id="too short"),
        pytest.param(
            lambda connection, _: connection.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
            id="no last chunk",
        ),
        pytest.param(lambda connection, _: connection.sendall(b"\x00\xff\r\n" * 9), id="not HTTP"),
        pytest.param(lambda connection, _: connection.sendall(OK + b"X: y\r\n" * 200 + b"\r\n"), id="200 headers"),
        pytest.param(lambda connection, _: connection.sendall(OK + b"X" * 99_999), id="a header of 100 kB"),
        pytest.param(
            lambda connection, _: connection.sendall(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nx"),
            id="two lengths",
        ),
    ],
)
def test_broken_answers(tmp_path: Path, raw: Raw) -> None:
    """An answer that breaks off, or is none, is reported and never kept."""
    with Client(deadline=5, retries=0, cache=tmp_path) as client:
        fails(client, raw, Unreachable, "broke off")
    assert not list(tmp_path.rglob("*"))


def test_connections_are_used_again() -> None:
    """Sixty requests in a row, each with a deadline of its own, go over one connection."""
    ports: set[int] = set()

    def handler(_: object) -> Answer:
        return 200, {}, b"x" * 1000

    with serve(handler) as server, Client() as client:
        accept = server.get_request

        def counted() -> tuple[socket.socket, tuple[str, int]]:
            connection, address = accept()
            ports.add(address[1])
            return connection, address

        server.get_request = counted  # type: ignore[method-assign]
        for _ in range(60):
            assert len(client.get(server.url).body) == 1000
    assert len(ports) == 1


def test_nothing_listens() -> None:
    """A port that nobody listens on is named as such."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with Client(retries=0) as client, pytest.raises(Unreachable, match="refuses connections"):
        client.get(f"http://127.0.0.1:{port}/")
