"""What the client sends, what it makes of answers, and how it behaves towards a host."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate

import pytest

from conversation.errors import Malformed, Missing, Refused, SourceError, Unreachable
from conversation.http import Client
from conversation.http.clock import Clock
from loopback import Answer, Raw, Request, answer_json, hang, reset, serve

TOKEN = "s3cr3t-t0ken"  # noqa: S105 - of no service
OK: Answer = (200, {}, b"ok")


class Pretended:
    """A clock that a wait moves on, so that nothing sleeps; `waits` are the waits asked for."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.at = 1_800_000_000.0

    def wait(self, seconds: float) -> None:
        """Let time pass at once."""
        self.waits.append(seconds)
        self.at += seconds

    def clock(self) -> Clock:
        """The clock to give to a client."""
        return Clock(self.wait, monotonic=lambda: self.at, now=lambda: self.at)


@pytest.fixture
def pretended() -> Pretended:
    return Pretended()


@pytest.fixture
def client(pretended: Pretended) -> Iterator[Client]:
    with Client(clock=pretended.clock(), site="https://kindnesses.example/") as one:
        yield one


def in_turn(*answers: Answer | Raw) -> Iterator[Answer | Raw]:
    yield from answers
    while True:
        yield answers[-1]


def test_says_who_asks(client: Client) -> None:
    """The User-Agent names the plugin, its version and the site, and nothing unasked goes with it."""
    with serve(lambda _: OK) as server:
        client.get(server.url)
    (request,) = server.requests
    assert request.headers["User-Agent"].startswith("pelican-conversation/")
    assert request.headers["User-Agent"].endswith(" (+https://kindnesses.example/)")
    assert request.headers["Accept-Encoding"] == "gzip"
    assert request.headers["Authorization"] is None


def test_sends_what_it_is_given(client: Client) -> None:
    """Parameters, headers, the token and the wished type arrive; the query that was there stays."""
    with serve(lambda _: answer_json({"a": [1]})) as server:
        response = client.get(
            server.url + "/x?b=1#f",
            params=[("t[]", "ä&b"), ("t[]", "2")],
            headers={"X-A": "1"},
            token=TOKEN,
            accept="a/b",
        )
    (request,) = server.requests
    assert request.query == {"b": ["1"], "t[]": ["ä&b", "2"]}
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert (request.headers["X-A"], request.headers["Accept"]) == ("1", "a/b")
    assert response.json() == {"a": [1]}
    assert (response.status, response.headers["content-type"]) == (200, "application/json")


def test_posts_json_and_forms(client: Client) -> None:
    """Services that are asked by POST get JSON or form fields, with the type that says so."""
    with serve(lambda _: (201, {"Location": "/1"}, b"")) as server:
        assert client.post(server.url, json={"noteId": "ä"}).status == 201
        assert client.post(server.url, form={"source": "https://a.example/?b&c"}).headers["Location"] == "/1"
    first, second = server.requests
    assert (first.method, first.headers["Content-Type"], first.body) == (
        "POST",
        "application/json",
        b'{"noteId": "\\u00e4"}',
    )
    assert second.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert second.body == b"source=https%3A%2F%2Fa.example%2F%3Fb%26c"


def test_a_post_is_sent_once(client: Client, pretended: Pretended) -> None:
    """A POST is neither tried again nor redirected: it may have been heeded the first time."""
    with serve(lambda request: (int(request.path[1:]), {"Location": "/200"}, b"")) as server:
        with pytest.raises(Unreachable, match="busy"):
            client.post(server.url + "/503")
        with pytest.raises(Unreachable, match="has moved"):
            client.post(server.url + "/302")
    assert len(server.requests) == 2
    assert pretended.waits == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, Refused), (403, Refused), (451, Refused), (404, Missing), (410, Missing), (400, Malformed), (422, Malformed)]
    + [(300, Malformed), (302, Malformed), (501, Unreachable), (503, Unreachable), (429, Unreachable)],
)
def test_statuses(client: Client, status: int, kind: type[SourceError]) -> None:
    """Each status becomes the error that tells the blogger what to do, with the address in it."""
    with (
        serve(lambda _: (status, {}, b"x" * 9)) as server,
        pytest.raises(kind, match=rf"/a \(?.*\({status}\)|/a: .*{status}"),
    ):
        client.get(server.url + "/a")


def test_advice_on_tokens(client: Client) -> None:
    """A refusal says whether a token is missing or wrong."""
    with serve(lambda _: (401, {}, b"")) as server:
        with pytest.raises(Refused, match="may need a token"):
            client.get(server.url)
        with pytest.raises(Refused, match="token is wrong"):
            client.get(server.url, token=TOKEN)


@pytest.mark.parametrize(
    "url", ["ftp://a.example/", "file:///etc/passwd", "//a.example", "", "http://", "http://[", "x"]
)
def test_only_web_addresses(client: Client, url: str) -> None:
    """What is not an http or https address is refused before anything is opened."""
    with pytest.raises(Malformed, match="not an http or https address"):
        client.get(url)


@pytest.mark.parametrize("url", ["http://ada:pw@127.0.0.1/", "http://:pw@127.0.0.1/", "http://ada@127.0.0.1/"])
def test_no_credentials_in_addresses(client: Client, url: str) -> None:
    """A name or password in an address is refused, and not repeated."""
    with pytest.raises(Malformed) as failure:
        client.get(url)
    assert "pw" not in str(failure.value)
    assert "ada" not in str(failure.value)


@pytest.mark.parametrize("token", ["a b", "a\nb", "a\r\nX: y", "ä"])
def test_tokens_that_cannot_be(client: Client, token: str) -> None:
    """A token with a space or line end, as copying leaves it, is refused in words and not shown."""
    with pytest.raises(Refused, match="copy it again") as failure:
        client.get("http://127.0.0.1:9/", token=token)
    assert token not in str(failure.value)


def test_headers_that_cannot_be(client: Client) -> None:
    """A header that would split the request is refused before anything is sent."""
    with serve(lambda _: OK) as server, pytest.raises(Malformed, match="cannot be sent"):
        client.get(server.url, headers={"X-A": "1\r\nX-B: 2"})
    assert server.requests == []


def test_tries_again(client: Client, pretended: Pretended) -> None:
    """Broken connections and busy servers are tried again, later each time."""
    answers = in_turn((503, {}, b""), reset, OK)
    with serve(lambda _: next(answers)) as server:
        assert client.get(server.url).body == b"ok"
    assert len(server.requests) == 3
    first, second = pretended.waits
    assert 0.25 <= first <= 0.5 <= second <= 1.0


def test_gives_up(client: Client) -> None:
    """After two more tries a busy server is left alone, and what is certain is not tried twice."""
    with serve(lambda request: (int(request.path[1:]), {}, b"")) as server:
        for status, requests in ((500, 3), (404, 1), (403, 1), (501, 1)):
            with pytest.raises(SourceError):
                client.get(f"{server.url}/{status}")
            assert len(server.requests) == requests
            server.requests.clear()


@pytest.mark.parametrize("spelt", ["3", "date"])
def test_heeds_retry_after(client: Client, pretended: Pretended, spelt: str) -> None:
    """A server that says when to come back is asked again then, whichever way it says it."""
    after = "3" if spelt == "3" else formatdate(pretended.at + 3, usegmt=True)
    answers = in_turn((429, {"Retry-After": after}, b""), OK)
    with serve(lambda _: next(answers)) as server:
        assert client.get(server.url).body == b"ok"
    assert pretended.waits == [3.0]


@pytest.mark.parametrize(("after", "words"), [("30", "in 30 seconds"), ("600", "in 10 minutes"), ("9" * 99, "far off")])
def test_does_not_wait_beyond_the_deadline(client: Client, pretended: Pretended, after: str, words: str) -> None:
    """A server that wants a longer pause than there is time for ends the call at once, and the message says when."""
    with serve(lambda _: (503, {"Retry-After": after}, b"")) as server:
        with pytest.raises(Unreachable, match=words):
            client.get(server.url)
        with pytest.raises(Unreachable, match="asked for a pause"):
            client.get(server.url)
    assert len(server.requests) == 1
    assert pretended.waits == []


def test_retry_after_has_a_limit(pretended: Pretended) -> None:
    """However long the deadline, a pause beyond `retry_after_max` is not waited for."""
    with (
        serve(lambda _: (503, {"Retry-After": "61"}, b"")) as server,
        Client(deadline=900, clock=pretended.clock()) as client,
        pytest.raises(Unreachable, match="in 61 seconds"),
    ):
        client.get(server.url)
    assert pretended.waits == []


@pytest.mark.parametrize(
    "reset_at", ["1800000005", "1800000005000", "5", "2027-01-15T08:00:05Z", "2027-01-15T08:00:05"]
)
@pytest.mark.parametrize("prefix", ["X-RateLimit", "RateLimit"])
def test_heeds_used_up_limits(client: Client, pretended: Pretended, reset_at: str, prefix: str) -> None:
    """After the last request that a host allows, the next one waits until its limit is renewed."""
    headers = {f"{prefix}-Remaining": "0", f"{prefix}-Reset": reset_at}
    with serve(lambda _: (200, headers, b"")) as server:
        client.get(server.url)
        assert pretended.waits == []
        client.get(server.url)
    assert pretended.waits == [5.0]


def test_used_up_limit_is_no_refusal(client: Client) -> None:
    """403 with nothing left of a limit (GitHub) is told apart from a wrong token, with the time to come back."""
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1800001800"}
    with (
        serve(lambda _: (403, headers, b"")) as server,
        pytest.raises(Unreachable, match=r"in 30 minutes \(at 08:30 UTC\)"),
    ):
        client.get(server.url, token=TOKEN)


def test_a_service_may_want_a_longer_pause(pretended: Pretended) -> None:
    """What one request asks for keeps the next one to that host waiting, and no other host."""
    with serve(lambda _: OK) as one, serve(lambda _: OK) as other, Client(clock=pretended.clock()) as client:
        client.get(one.url, pause=2.0)
        client.get(other.url)
        assert pretended.waits == []
        client.get(one.url)
        assert sum(pretended.waits) == pytest.approx(2.0)


def test_pauses_between_requests(pretended: Pretended) -> None:
    """Requests to one host keep the pause; another host does not wait for it."""
    with serve(lambda _: OK) as one, serve(lambda _: OK) as other, Client(pause=1.5, clock=pretended.clock()) as client:
        for url in (one.url, other.url, one.url, one.url):
            client.get(url)
    assert pretended.waits == [1.5, 1.5]


def test_few_at_a_time() -> None:
    """However many threads ask, a host sees no more than `per_host` requests at once."""
    now, most, gate, lock = 0, 0, threading.Event(), threading.Lock()

    def handler(_: Request) -> Answer:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
            if now == 3:
                gate.set()
        gate.wait()
        with lock:
            now -= 1
        return OK

    bodies = []
    with serve(handler) as server, Client(per_host=3) as client:
        threads = [threading.Thread(target=lambda: bodies.append(client.get(server.url).body)) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert most == 3
    assert bodies == [b"ok"] * 12


def _fails(client: Client, url: str) -> None:
    with pytest.raises(Unreachable):
        client.get(url)


def test_waiting_for_a_turn_ends_at_the_deadline() -> None:
    """A request that waits behind a slow one does not wait beyond its own deadline."""
    begun = threading.Event()

    def handler(_: Request) -> Raw:
        begun.set()
        return hang

    with serve(handler) as server, Client(per_host=1, deadline=0.6) as client:
        slow = threading.Thread(target=lambda: _fails(client, server.url))
        slow.start()
        begun.wait()
        with pytest.raises(Unreachable, match="busy with earlier requests"):
            client.get(server.url, deadline=0.2)
        slow.join()


def test_stops() -> None:
    """Once stopped, waits end and no request starts."""
    stop = threading.Event()
    with serve(lambda _: (503, {"Retry-After": "15"}, b"")) as server, Client(stop=stop) as client:
        begun = time.monotonic()
        timer = threading.Timer(0.1, client.stop)
        timer.start()
        for _ in range(2):
            with pytest.raises(Unreachable, match="stopped"):
                client.get(server.url)
        assert time.monotonic() - begun < 5
        timer.join()
    assert stop.is_set()
    assert len(server.requests) == 1


def test_stops_in_the_middle_of_a_body() -> None:
    """A body that keeps coming does not keep a stopped client."""
    stop = threading.Event()

    def raw(connection: object, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nx")  # type: ignore[attr-defined]
        stop.set()
        while not over.wait(0.01):
            connection.sendall(b"x")  # type: ignore[attr-defined]

    with serve(lambda _: raw) as server, Client(stop=stop) as client, pytest.raises(Unreachable, match="stopped"):
        client.get(server.url)


def test_follows_redirects(client: Client) -> None:
    """Redirects on the same host are followed with everything that was asked; the final address is told."""

    def handler(request: Request) -> Answer:
        return OK if request.path == "/3ä" else (301, {"Location": f"/{int(request.path[1]) + 1}%C3%A4?q=1"}, b"x")

    with serve(handler) as server:
        response = client.get(server.url + "/1", token=TOKEN, headers={"X-A": "1"})
    assert response.url == server.url + "/3%C3%A4?q=1"
    assert [request.headers["Authorization"] for request in server.requests] == [f"Bearer {TOKEN}"] * 3
    assert server.requests[-1].headers["X-A"] == "1"


def test_another_port_gets_no_token(client: Client) -> None:
    """A redirect to another scheme, host or port carries neither the token nor the caller's headers."""
    with serve(lambda _: OK) as other, serve(lambda _: (302, {"Location": other.url + "/x"}, b"")) as server:
        client.get(server.url, token=TOKEN, headers={"X-Api-Key": "k"})
    (request,) = other.requests
    assert request.headers["Authorization"] is None
    assert request.headers["X-Api-Key"] is None


def test_endless_redirects(client: Client) -> None:
    """A ring of redirects ends after five."""
    with serve(lambda _: (302, {"Location": "/again"}, b"")) as server, pytest.raises(Unreachable, match="5 redirects"):
        client.get(server.url)
    assert len(server.requests) == 6


@pytest.mark.parametrize("location", ["file:///etc/passwd", "http://a:b@127.0.0.1/", "http://[", "gopher://x"])
def test_redirects_to_nowhere(client: Client, location: str) -> None:
    """A redirect to anything but a plain web address is not followed."""
    with (
        serve(lambda _: (302, {"Location": location}, b"")) as server,
        pytest.raises(Unreachable, match="redirects to"),
    ):
        client.get(server.url)
    assert len(server.requests) == 1


def test_keeps_no_cookies(client: Client) -> None:
    """What one source sets as a cookie is not sent by the next."""
    with serve(lambda _: (200, {"Set-Cookie": "a=b"}, b"")) as server:
        client.get(server.url)
        client.get(server.url)
    assert server.requests[1].headers["Cookie"] is None


@pytest.mark.parametrize(
    "answer", [(401, {}, b""), (500, {}, b""), (302, {"Location": f"http://{TOKEN}@x/"}, b""), reset, hang]
)
def test_secrets_never_show(caplog: pytest.LogCaptureFixture, answer: Answer | Raw) -> None:
    """Neither a token nor a key in the query is in any message, chained error, representation or log line."""
    caplog.set_level(logging.DEBUG)
    with serve(lambda _: answer) as server, Client(deadline=0.3, retries=1) as client:
        with pytest.raises(SourceError) as failure:
            client.get(server.url, params={"api_key": "k3y", "token": TOKEN, "q": TOKEN}, token=TOKEN)
        shown = f"{failure.value} {failure.value!r} {client!r} {caplog.text}"
    assert server.url in str(failure.value)
    assert failure.value.__cause__ is None
    assert failure.value.__context__ is None
    assert TOKEN not in shown
    assert "k3y" not in shown


def test_success_is_logged_without_secrets(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    """The log says what was asked, with the key left out; the response shows no more when printed."""
    caplog.set_level(logging.DEBUG)
    with serve(lambda _: OK) as server:
        response = client.get(server.url + "/a", params={"key": "k3y", "page": "2"}, token=TOKEN)
    assert "/a?key=…&page=2: 200, 2 bytes" in caplog.text
    assert "k3y" not in caplog.text + repr(response)
    assert TOKEN not in caplog.text + repr(response)


def test_library_warnings_stay_out_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """A server's odd header causes no warning of a library, which would end a build with fatal warnings."""

    def raw(connection: object, _: threading.Event) -> None:
        connection.sendall(  # type: ignore[attr-defined]
            b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n bad\r\n: x\r\n\r\n0\r\n\r\n"
        )

    with serve(lambda _: raw) as server, Client(retries=0, deadline=1) as client, contextlib.suppress(SourceError):
        client.get(server.url)
    assert caplog.records == []


def test_a_token_that_a_redirect_repeats_is_not_printed() -> None:
    """A service sends us elsewhere, the token in the address, and nobody answers: the message holds no token."""
    away: list[str] = []
    with (
        serve(lambda _: (302, {"Location": away[0]}, b"")) as server,
        Client(retries=0, public=lambda _: True) as client,
    ):
        away.append(f"http://localhost:9/?echo={TOKEN}")
        with pytest.raises(SourceError) as caught:
            client.get(server.url, token=TOKEN)
    assert TOKEN not in str(caught.value)


def test_a_secret_in_the_address_that_a_redirect_repeats_is_not_printed() -> None:
    """A key that can only go in the query comes back in the path of another server: only the host is named."""
    away: list[str] = []
    with (
        serve(lambda _: (302, {"Location": away[0]}, b"")) as server,
        Client(retries=0, public=lambda _: True) as client,
    ):
        away.append(f"http://localhost:9/{TOKEN}/?x={TOKEN}")
        with pytest.raises(SourceError, match="localhost:9") as caught:
            client.get(server.url, params={"api_key": TOKEN})
    assert TOKEN not in str(caught.value)
