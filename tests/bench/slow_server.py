"""A receiver of webmentions that answers late: `python -m bench.slow_server LATENCY PORTS MENTIONS`.

It answers every request after LATENCY seconds with the JF2 of the page in `?target=`, an ETag and, where that is known
already, 304; `/asked` answers at once how often it was asked. MENTIONS is a JF2 file. Its ports on 127.0.0.1 are the
first line that it says; it ends when its standard input does.

It is to cost the machine next to nothing, and to be no later than it says, for both would count as the client's: every
answer is made once, and its loop waits with `select`, which takes microseconds, where `epoll` takes whole milliseconds.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import selectors
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


class Receiver:
    """What is known of each page, ready to be sent, and how often it was asked."""

    def __init__(self, latency: float, mentions: Path) -> None:
        self._latency = latency
        self._asked = 0
        found = defaultdict(list)
        for entry in json.loads(mentions.read_text("utf-8"))["children"]:
            found[entry["wm-target"]].append(entry)
        self._pages = {target: json.dumps({"type": "feed", "children": entries}) for target, entries in found.items()}
        self._answers = cache(self._make)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, for as long as the client keeps it."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                writer.write(await self._answer(head))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _answer(self, head: str) -> bytes:
        address = head.split(" ", 2)[1]
        if address == "/asked":
            return _response("200 OK", str(self._asked).encode())
        self._asked += 1
        await asyncio.sleep(self._latency)
        tag, whole, unchanged = self._answers(address)
        known = re.search(r"(?im)^if-none-match: *(\S+)\r$", head)
        return unchanged if known and known[1] == tag else whole

    def _make(self, address: str) -> tuple[str, bytes, bytes]:
        """The ETag of what is at `address`, the answer, and the one for those who know it."""
        target = parse_qs(urlsplit(address).query).get("target", [""])[0]
        body = self._pages.get(target, '{"type": "feed", "children": []}').encode()
        tag = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
        return tag, _response("200 OK", body, tag), _response("304 Not Modified", b"", tag)


def _response(status: str, body: bytes, tag: str = "") -> bytes:
    fields = {"Content-Type": "application/jf2feed+json", "Content-Length": len(body), "Cache-Control": "no-cache"}
    head = "".join(f"{name}: {value}\r\n" for name, value in {**fields, **({"ETag": tag} if tag else {})}.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


async def main(latency: float, ports: int, mentions: Path) -> None:
    """Serves until standard input ends."""
    receiver = Receiver(latency, mentions)
    servers = [await asyncio.start_server(receiver.serve, "127.0.0.1", 0) for _ in range(ports)]
    sys.stdout.write(" ".join(str(server.sockets[0].getsockname()[1]) for server in servers) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selectors.SelectSelector())) as runner:
        runner.run(main(float(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
