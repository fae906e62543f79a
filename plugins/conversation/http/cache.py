"""What was fetched before. CacheControl decides what is kept, how long it is fresh and how it is asked for again.

This room only sees to what CacheControl leaves open: a body comes in when it was read to its end; a damaged or
unwritable file is as good as none; neither a token nor any other header that was sent reaches the disk.
"""

from __future__ import annotations

import calendar
import contextlib
import datetime as dt
import hashlib
import io
from collections.abc import Mapping
from email.utils import formatdate, parsedate_tz
from pathlib import Path
from typing import IO, Any, Literal

from cachecontrol.caches import FileCache
from cachecontrol.controller import CacheController
from cachecontrol.serialize import Serializer
from msgspec import Struct
from requests import PreparedRequest
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

__all__ = ["Cache", "Kept", "stand_in"]

_SEAL = hashlib.sha256().digest_size
_NOT_KEPT = {"connection", "content-encoding", "content-length", "set-cookie", "transfer-encoding"}
_OK = 200


class Kept(Struct, frozen=True):
    """A body that was kept, decoded, with the headers that it came with."""

    headers: Mapping[str, str]
    body: bytes


def stand_in(prepared: PreparedRequest, token: str) -> PreparedRequest:
    """What CacheControl may know of a request: an address that stands for it, and headers whose values are digests.

    Another token, and another kind of answer asked for, is another address.
    """
    request = PreparedRequest()
    request.url = CacheController.cache_url(str(prepared.url))
    accept = prepared.headers.get("Accept", "*/*")
    if token or accept != "*/*":
        request.url += f"{'&' if '?' in request.url else '?'}{_digest(f'{token} {accept}')}"
    request.headers = CaseInsensitiveDict((name, _digest(str(value))) for name, value in prepared.headers.items())
    if "Cache-Control" in prepared.headers:
        request.headers["Cache-Control"] = prepared.headers["Cache-Control"]
    return request


class Cache:
    """Answers kept as files under `folder`, which is made when first needed, readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        # Looking up must not throw away what is stale without an ETag: Last-Modified can still be asked with.
        self._look = CacheController(_Files(folder, forever=True), serializer=_Sealed())
        self._keep = CacheController(_Files(folder), serializer=_Sealed())

    def fresh(self, request: PreparedRequest) -> Kept | None:
        """What may be used without asking."""
        return _kept(self._look.cached_request(request))

    def validators(self, request: PreparedRequest) -> dict[str, str]:
        """The headers that ask whether what is kept is still so (If-None-Match, If-Modified-Since)."""
        return dict(self._look.conditional_headers(request))

    def unchanged(self, request: PreparedRequest, headers: Mapping[str, str]) -> Kept | None:
        """What is kept, after a 304 with `headers`; None where it is lost meanwhile."""
        answer = _answer(headers, b"", status=304)
        updated = self._look.update_cached_response(request, answer)
        return None if updated is answer else _kept(updated)

    def keep(self, request: PreparedRequest, headers: Mapping[str, str], body: bytes) -> None:
        """Take an answer of status 200 that is whole, if its headers allow."""
        answer = _answer(headers, body)
        if "Last-Modified" in answer.headers and "Expires" not in answer.headers:
            answer.headers["Expires"] = answer.headers["Date"]  # stale at once, but kept, so that it can be asked with
        self._keep.cache_response(request, answer, body)


def _answer(headers: Mapping[str, str], body: bytes, status: int = _OK) -> HTTPResponse:
    """An answer as CacheControl takes it: decoded, with the date that it relies on."""
    kept = {name: value for name, value in headers.items() if name.lower() not in _NOT_KEPT}
    answer = HTTPResponse(io.BytesIO(body), kept, status, 11, preload_content=False, decode_content=False)
    if not _is_date(answer.headers.get("Date", "")):
        answer.headers["Date"] = formatdate(usegmt=True)
    if not _is_date(answer.headers.get("Expires", "")):
        answer.headers.discard("Expires")
    return answer


def _is_date(value: str) -> bool:
    parts = parsedate_tz(value)
    with contextlib.suppress(ValueError, OverflowError):
        return parts is not None and calendar.timegm(parts[:6]) > 0
    return False


def _kept(answer: HTTPResponse | Literal[False]) -> Kept | None:
    if not answer:
        return None
    with contextlib.closing(answer):
        return Kept(CaseInsensitiveDict(answer.headers), answer.read(decode_content=False))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class _Files(FileCache):
    """Files, whose every failure is a miss: a full disk or a read-only folder costs speed, not the answer."""

    def __init__(self, folder: Path, *, forever: bool = False) -> None:
        # A file is written beside its place and moved there, so that readers and other writers need no lock.
        super().__init__(str(folder), forever=forever, lock_class=contextlib.nullcontext)  # type: ignore[arg-type]

    def get(self, key: str) -> bytes | None:
        with contextlib.suppress(OSError):
            found: bytes | None = super().get(key)
            return found
        return None

    def set(self, key: str, value: bytes, expires: int | dt.datetime | None = None) -> None:
        with contextlib.suppress(OSError):
            super().set(key, value, expires)

    def delete(self, key: str) -> None:
        with contextlib.suppress(OSError):
            super().delete(key)


class _Sealed(Serializer):
    """CacheControl's format (msgpack) behind a digest: what was damaged on disk is not even looked at."""

    def dumps(self, *args: Any, **kwargs: Any) -> bytes:  # noqa: ANN401 - what CacheControl passes
        data: bytes = super().dumps(*args, **kwargs)
        return hashlib.sha256(data).digest() + data

    def loads(self, request: PreparedRequest, data: bytes, body_file: IO[bytes] | None = None) -> HTTPResponse | None:
        seal, data = data[:_SEAL], data[_SEAL:]
        if hashlib.sha256(data).digest() != seal:
            return None
        loaded: HTTPResponse | None = super().loads(request, data, body_file)
        return loaded
