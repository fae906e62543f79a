"""One request sent, and one answer or one failure read.

A failure's words are made where the error is caught, and the exception is raised later, from nothing: so no traceback
or chained error can show what the libraries' own errors hold (addresses in full, headers).
"""

from __future__ import annotations

import contextlib
import http.client
from collections.abc import Callable

import requests
import urllib3

from ..errors import Malformed, Unreachable
from .body import BadBody, is_whole, read
from .calls import REDIRECTS, Answer, Call, Failure
from .guard import NotPublic
from .reasons import reason

__all__ = ["attempt"]

Send = Callable[[requests.PreparedRequest, urllib3.Timeout], requests.Response]


def attempt(call: Call, prepared: requests.PreparedRequest, send: Send, check: Callable[[], None]) -> Answer | Failure:
    """Send once and read the answer, all before the deadline; `check` runs between pieces of the body and may raise."""
    left = call.deadline.left()
    if not left:
        return Failure(Unreachable(f"{call.where}: no full answer within {call.deadline.seconds:g} seconds"))
    try:
        with contextlib.closing(send(prepared, urllib3.Timeout(total=left))) as response:
            wanted = response.ok and response.status_code not in REDIRECTS
            body = read(response.raw, call.limit, check) if wanted else b""
            return Answer(response.status_code, response.headers, body, wanted and is_whole(response.raw))
    except BadBody as error:
        return Failure(Malformed(f"{call.where}: {error}"))
    except (
        NotPublic,
        requests.RequestException,
        urllib3.exceptions.HTTPError,
        http.client.HTTPException,
        OSError,
        ValueError,  # http.client and idna, of what they will not send
    ) as error:
        words, again = reason(error, call.deadline.seconds)
        return Failure(Unreachable(f"{call.where}: {words}"), again=again)
