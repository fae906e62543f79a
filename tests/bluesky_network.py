"""A real Bluesky on loopback for tests: directory, personal data server and AppView, as `@atproto/dev-env` runs them.

What it needs is installed by `npm ci --prefix tests/servers/bluesky` (Node 20), and by the system's packages of
PostgreSQL and Redis. Everything ends with the `with` block.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import requests

from ports import free_port

__all__ = ["FOLDER", "Network", "missing", "network"]

FOLDER = Path(__file__).resolve().parent / "servers" / "bluesky"
POST = "app.bsky.feed.post"
#: Seconds until the network must have started, until its AppView must know what was done, and until it must have ended.
START, KNOWN, STOP = 120, 60, 30


def missing() -> str:
    """What keeps the network from being started here, "" where nothing does."""
    for program in ("node", "redis-server"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if not (FOLDER / "node_modules" / "@atproto" / "dev-env").is_dir():
        return "the Bluesky network is not installed: npm ci --prefix tests/servers/bluesky"
    return ""


@dataclasses.dataclass
class Network:
    """The running network: the addresses of its servers, and its people's sessions by name."""

    plc: str
    pds: str
    view: str
    sessions: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    _minutes: Iterator[int] = dataclasses.field(default_factory=itertools.count)

    def person(self, name: str, **profile: Any) -> None:  # noqa: ANN401 - any field of a profile
        """Makes an account with the handle NAME.test, and waits until the AppView knows both and shows the profile."""
        body = {"handle": f"{name}.test", "email": f"{name}@e.example", "password": f"secret of {name}"}
        self.sessions[name] = self._ask(self.pds, "com.atproto.server.createAccount", body)
        kind = "app.bsky.actor.profile"
        record = {
            "repo": self.sessions[name]["did"],
            "collection": kind,
            "rkey": "self",
            "record": {"$type": kind, **profile},
        }
        self._ask(self.pds, "com.atproto.repo.putRecord", record, who=name)
        did, handle = self.sessions[name]["did"], f"{name}.test"
        self._until({"did": did}, lambda: self._told("com.atproto.identity.resolveHandle", handle=handle))
        shown = {"handle": handle, **{field: value for field, value in profile.items() if isinstance(value, str)}}
        self._until(shown, lambda: self._told("app.bsky.actor.getProfile", actor=did))

    def post(self, who: str, text: str, **record: Any) -> dict[str, str]:  # noqa: ANN401 - any field of a record
        """Somebody posts; returns the reference to it."""
        return self.create(who, POST, text=text, **record)

    def create(self, who: str, collection: str, **record: Any) -> dict[str, str]:  # noqa: ANN401
        """Somebody makes a record, each a minute after the last one; returns the reference to it."""
        hours, minutes = divmod(next(self._minutes), 60)
        value = {"$type": collection, "createdAt": f"2026-05-03T{10 + hours:02d}:{minutes:02d}:00.000Z", **record}
        body = {"repo": self.sessions[who]["did"], "collection": collection, "record": value}
        made = self._ask(self.pds, "com.atproto.repo.createRecord", body, who=who)
        return {"uri": made["uri"], "cid": made["cid"]}

    def delete(self, who: str, made: dict[str, str]) -> None:
        """Somebody deletes a record of theirs."""
        did, collection, key = made["uri"].removeprefix("at://").split("/")
        self._ask(
            self.pds, "com.atproto.repo.deleteRecord", {"repo": did, "collection": collection, "rkey": key}, who=who
        )

    def settle(self, post: dict[str, str], **counts: int) -> None:
        """Asks the AppView until it counts so of a post; without counts, until it has forgotten the post."""

        def view() -> dict[str, Any]:
            found = self._told("app.bsky.feed.getPosts", uris=post["uri"])["posts"]
            return found[0] if found else {}

        self._until(counts, view)

    def _until(self, wanted: dict[str, Any], shown: Callable[[], dict[str, Any]]) -> None:
        """Asks until what is shown says what is wanted, and nothing at all where nothing is."""
        ends = time.monotonic() + KNOWN
        found = shown()
        while bool(found) != bool(wanted) or not wanted.items() <= found.items():
            assert time.monotonic() < ends, f"after {KNOWN} s the AppView still says {found}, not {wanted or 'nothing'}"
            found = shown()

    def _told(self, method: str, **query: str) -> dict[str, Any]:
        """What the AppView answers; nothing where it says that there is no such thing, or not yet."""
        with requests.get(f"{self.view}/xrpc/{method}", params=query, timeout=30) as answer:
            assert answer.status_code in {requests.codes.ok, requests.codes.bad_request}, answer.text
            told: dict[str, Any] = answer.json() if answer.ok else {}
            return told

    def _ask(self, base: str, method: str, body: object, *, who: str = "") -> Any:  # noqa: ANN401
        headers = {"Authorization": f"Bearer {self.sessions[who]['accessJwt']}"} if who else {}
        with requests.post(f"{base}/xrpc/{method}", json=body, headers=headers, timeout=30) as answer:
            assert answer.ok, answer.text
            return answer.json()


@contextlib.contextmanager
def network(database: str) -> Iterator[Network]:
    """A fresh network in the fresh PostgreSQL database at `database`."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bluesky-"))
        port, *ports = (free_port() for _ in range(4))
        redis = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", folder]
        stack.enter_context(_running(redis, Path(folder)))
        environ = {
            **os.environ,
            "POSTGRES": database,
            "REDIS": f"127.0.0.1:{port}",
            "PORTS": ",".join(map(str, ports)),
            "NODE_NO_WARNINGS": "1",
        }
        node = stack.enter_context(
            _running(
                ["node", "--require", "./loopback.cjs", "network.cjs"], FOLDER, env=environ, stderr=Path(folder) / "log"
            )
        )
        yield Network(**json.loads(_first_line(node, Path(folder) / "log")))


@contextlib.contextmanager
def _running(
    command: list[str], folder: Path, env: dict[str, str] | None = None, stderr: Path | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A program that runs as long as the block; it is told by the end of its input, then by a signal, then killed."""
    with contextlib.ExitStack() as stack:
        errors = stack.enter_context(stderr.open("w", encoding="utf-8")) if stderr else subprocess.DEVNULL
        process = subprocess.Popen(
            command, cwd=folder, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        try:
            yield process
        finally:
            for end in (process.terminate, process.kill):
                end()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.communicate(timeout=STOP)
                    break


def _first_line(process: subprocess.Popen[str], log: Path) -> str:
    """What the program says first, when it is ready."""
    said: queue.Queue[str] = queue.Queue()
    assert process.stdout
    stream = process.stdout
    reader = threading.Thread(target=lambda: said.put(stream.readline()))
    reader.start()
    try:
        line = said.get(timeout=START)
    except queue.Empty:
        process.kill()
        line = ""
    reader.join()
    assert line, f"The network did not start: {log.read_text(encoding='utf-8')[-2_000:]}"
    return line
