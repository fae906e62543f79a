"""A web server on loopback whose answers a test writes as a function; it can also misbehave on the raw socket.

    with serve(lambda request: answer_json([], ETag='"x"')) as server:
        client.get(server.url + "/notes?page=2")
    assert server.requests[0].query == {"page": ["2"]}

Instead of an answer a handler may return a `Raw`: `hang`, `reset`, `drip(...)`, `endless(...)` or one of its own.
Nothing here outlives the `with` block: all waits end with it, and what a handler raised is raised there.
"""

from __future__ import annotations

import contextlib
import dataclasses
import gzip
import itertools
import json
import socket
import ssl
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclasses.dataclass(frozen=True)
class Request:
    """A request as it arrived: `path` unquoted and without query, `query` parsed, `headers` without letter case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Message
    body: bytes


Raw = Callable[
    [socket.socket, threading.Event], None
]  # the socket, the request read; an event set when the test is over
Answer = tuple[int, Mapping[str, str], bytes]
Handler = Callable[[Request], Answer | Raw]


def answer_json(value: object, status: int = 200, **headers: str) -> Answer:
    """An answer that carries `value` as JSON; `Retry_After="1"` becomes a header."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return status, {"Content-Type": "application/json", **named}, json.dumps(value).encode()


def bomb(megabytes: int) -> Answer:
    """A gzip bomb: `megabytes` MiB of zeros in a thousandth of that."""
    return 200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(megabytes << 20))


def hang(_: socket.socket, over: threading.Event) -> None:
    """Never answer."""
    over.wait()


def reset(connection: socket.socket, _: threading.Event) -> None:
    """Break the connection off without a word (TCP RST)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def drip(text: bytes, *, first: bytes = b"", pause: float = 0.02) -> Raw:
    """Send `first` at once, then `text` again and again, a byte every `pause` seconds."""

    def raw(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(first)
        for byte in itertools.cycle(text):
            if over.wait(pause):
                break
            connection.sendall(bytes([byte]))

    return raw


def endless(text: bytes, *, first: bytes = b"HTTP/1.1 200 OK\r\n\r\n") -> Raw:
    """Send `first`, then `text` for ever, as fast as it is taken."""

    def raw(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(first)
        while not over.is_set():
            connection.sendall(text)

    return raw


class Server(ThreadingHTTPServer):
    """The running server: `url` without a final slash, `requests` in the order of arrival."""

    daemon_threads = False  # joined at the end

    def __init__(self, handler: Handler, certificate: Path | None = None, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Connection)
        self.handler, self.requests, self.over = handler, list[Request](), threading.Event()
        self.failures: list[BaseException] = []
        self._open: set[Any] = set()
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.server_port}"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401, D102
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401, D102
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, *_: object) -> None:
        """Keep what a handler raised for the end of the test; a client that hung up is no failure."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            self.failures.append(error)

    def end(self) -> None:
        """Stop listening, break what is open, wait for the threads."""
        self.over.set()
        self.shutdown()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        self.server_close()


class _Connection(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet, or each answer would wait 40 ms for an acknowledgement

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = parse_qs(parts.query, keep_blank_values=True)
        request = Request(self.command, unquote(parts.path), query, self.headers, body)
        self.server.requests.append(request)
        answer = self.server.handler(request)
        if callable(answer):
            self.close_connection = True
            answer(self.connection, self.server.over)
            return
        status, headers, content = answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status not in {204, 304} and "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = _answer  # noqa: N815 - as http.server wants it

    def log_message(self, *_: object) -> None:
        """Say nothing on standard error."""


@contextlib.contextmanager
def serve(handler: Handler, certificate: Path | None = None, port: int = 0) -> Iterator[Server]:
    """Run `handler` as a server on 127.0.0.1, on `port` or a free one; over TLS with `certificate` (PEM and key)."""
    server = Server(handler, certificate, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.end()
        thread.join()
    assert not server.failures, server.failures
