"""One request to be made, and what came of it as values: failures are values here, because a retry may follow."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urljoin

from msgspec import Struct

from ..errors import Malformed, Missing, Refused, SourceError, Unreachable
from .clock import Deadline
from .manners import retry_after, used_up
from .wording import duration, shown

__all__ = ["REDIRECTS", "Answer", "Call", "Failure", "judge"]

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BUSY = frozenset({408, 429, 500, 502, 503, 504})
_OK, _MULTIPLE_CHOICES, _NOT_MODIFIED, _FORBIDDEN, _SERVER_ERROR = 200, 300, 304, 403, 500


class Call(Struct, frozen=True):
    """A request to be made. `url` holds its query already, `headers` the token's too; `limit` is in decoded bytes."""

    method: str
    url: str
    headers: Mapping[str, str]
    deadline: Deadline
    limit: int
    body: bytes | None = None
    token: str = ""
    public_only: bool = False
    #: Seconds that the service wants between the start of this request and of the next one to its host.
    pause: float = 0.0
    #: Another server sent us here: what it put into the address may be a secret of ours, under any name.
    foreign: bool = False

    def __repr__(self) -> str:
        return f"Call({self.method!r}, where={self.where!r})"

    @property
    def where(self) -> str:
        """The address as it may be printed; of a place that another server sent us to, no more than the host."""
        if self.foreign:
            return shown(urljoin(self.url, "/"), self.token)
        return shown(self.url, self.token)


class Answer(Struct, frozen=True):
    """What came back. `whole` says that the server told where the body ends; the body is empty unless it was wanted."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    whole: bool = False


class Failure(Struct, frozen=True):
    """What went wrong, ready to be raised; `again` where another try may help, `after` where the host said when."""

    error: SourceError
    again: bool = False
    after: float | None = None


def judge(call: Call, answer: Answer, now: float) -> Failure | None:
    """What an answer's status means; None where it is what was asked for, a redirect or "not modified"."""
    status = answer.status
    if _OK <= status < _MULTIPLE_CHOICES or status == _NOT_MODIFIED:
        return None
    if status in REDIRECTS and answer.headers.get("Location"):
        return None
    where = call.where
    after = retry_after(answer.headers, now) if status in _BUSY or status == _FORBIDDEN else None
    pause = after if after is not None else used_up(answer.headers, now)
    if status == _FORBIDDEN and pause is not None:
        return Failure(_busy(f"{where}: no more requests for now ({status})", pause, now), after=pause)
    if status in _BUSY:
        return Failure(_busy(f"{where}: busy or out of order ({status})", pause, now), again=True, after=pause)
    return Failure(_final(status, where, has_token=bool(call.token)))


def _busy(words: str, pause: float | None, now: float) -> Unreachable:
    return Unreachable(words if pause is None else f"{words}; it asks to come back {duration(pause, now)}")


def _final(status: int, where: str, *, has_token: bool) -> SourceError:
    if status in {401, 402, 403, 407, 451}:
        advice = "the token is wrong, too old or too narrow" if has_token else "it may need a token"
        return Refused(f"{where}: refused ({status}); {advice}")
    if status in {404, 410}:
        return Missing(f"{where}: nothing there ({status})")
    if status >= _SERVER_ERROR:
        return Unreachable(f"{where}: out of order ({status})")
    return Malformed(f"{where}: the service did not understand what it was asked ({status})")
