"""What every source that talks to a network must do: each `Case` of tests/cases_*.py goes through all of this."""

from __future__ import annotations

import dataclasses
import importlib
import logging
import traceback
from datetime import timedelta
from pathlib import Path

import pytest

from conformance import NOW, TOKEN, Case, Item, Told, check_sound, items, misshapen, pulled, stuck
from conversation.errors import Exhausted, Refused, SourceError, Unreachable
from conversation.http.clock import Clock
from conversation.sources import registry
from loopback import Answer, Handler, Raw, Request

FILES = sorted(path.stem for path in Path(__file__).parent.glob("cases_*.py"))
CASES: list[Case] = [case for file in FILES for case in importlib.import_module(file).CASES]
each = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])

ASKED_TO_WAIT = 7
#: More requests for one post than any service needs, and fewer than one makes that goes round in circles.
MOST_REQUESTS = 60


class Pretended:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.at = NOW.timestamp()

    def wait(self, seconds: float) -> None:
        """Let it pass."""
        self.at += seconds

    def clock(self) -> Clock:
        """The clock for a client."""
        return Clock(self.wait, monotonic=lambda: self.at, now=lambda: self.at)


def broken(handler: Handler, answer: Answer, *, after: int = 0) -> Handler:
    """A server that answers so from the request with number `after` on."""
    asked = 0

    def answering(request: Request) -> Answer | Raw:
        nonlocal asked
        asked += 1
        return answer if asked > after else handler(request)

    return answering


def asked_and_broken(case: Case, answer: Answer, *, after: int = 0) -> Told:
    """What is known after a pull that went well and a full one in which the service answered so."""
    told, _ = pulled(case, case.fake(items(5)))
    assert len(told.of(case, items(5))) == 5
    told, _ = pulled(case, broken(case.fake(items(5)), answer, after=after), told, full=True)
    check_sound(told, case)
    return told


def test_names_are_unique() -> None:
    """A case that bears the name of another could hide it, and every case must name a service that there is."""
    assert len({case.name for case in CASES}) == len(CASES)
    assert {case.service for case in CASES} <= set(registry.names())


@each
def test_everything_is_told_to_the_last_page(case: Case) -> None:
    """No listing ends before its end: of more than two pages every item is told, once, and nothing is amiss."""
    many = items(case.many)
    told, _ = pulled(case, case.fake(many))
    assert told.error is None
    assert told.of(case, many) == [item.said for item in many]
    assert not told.problems
    check_sound(told, case)


@each
def test_nothing_said_is_nothing_told(case: Case) -> None:
    """A post that nobody answered is no error, and brings no acts."""
    told, _ = pulled(case, case.fake([]))
    assert told.error is None
    assert told.of(case, items(3)) == []
    assert not told.problems
    check_sound(told, case)


@each
def test_asking_twice_changes_nothing(case: Case) -> None:
    """Ids and cursors hold: a second pull of the same, and a full one, leave exactly what was known."""
    told, _ = pulled(case, case.fake(items(5)))
    before = dict(told.acts)
    for full in (False, True):
        told, _ = pulled(case, case.fake(items(5)), told, full=full)
        assert told.error is None
        assert told.acts == before


@each
@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_is_told_and_nothing_is_lost(case: Case, status: int) -> None:
    """401 and 403 are raised as Refused, and what is known stays."""
    told = asked_and_broken(case, (status, {}, b"{}"))
    assert isinstance(told.error, Refused)
    assert not told.complete
    assert len(told.of(case, items(5))) == 5


@each
@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_is_no_crash(case: Case, status: int) -> None:
    """404 is told, or means that the copy was deleted; then what was said of it goes, and nothing else happens."""
    told = asked_and_broken(case, (status, {}, b"{}"))
    assert told.error or told.problems or told.complete


@each
@pytest.mark.parametrize("after", [0, 1])
@pytest.mark.parametrize(
    "answer",
    [(500, {}, b"<h1>Oops"), (503, {}, b""), (200, {}, b"{not JSON"), (200, {}, b""), (200, {}, b'"\xff\xfe')],
    ids=["500", "503", "malformed", "no body", "no text"],
)
def test_a_failure_loses_nothing(case: Case, answer: Answer, after: int) -> None:
    """5xx and answers that are no JSON are told, at the first request or later, and all that is known stays."""
    told = asked_and_broken(case, answer, after=after)
    assert len(told.of(case, items(5))) == 5
    assert after or told.error or told.problems
    assert after or not told.complete


@each
@pytest.mark.parametrize(
    "body", [b"null", b"0", b'"x"', b"true", b"[[[]]]", b"[null, 1, []]", b"{}", b'{"error": "no"}']
)
def test_odd_json_is_no_crash(case: Case, body: bytes) -> None:
    """JSON that is not what the service documents ends as an error or a problem, never as a traceback."""
    told = asked_and_broken(case, (200, {"Content-Type": "application/json"}, body))
    assert told.error or told.problems or told.batches


@each
def test_values_of_another_type_are_no_crash(case: Case) -> None:
    """Fields that are missing, null or of another type spoil no more than their own entry."""
    known = [*items(4), Item(5, "word5x", NOW - timedelta(hours=2), parent=4), Item(6, "word6x", NOW, deleted=True)]
    told = Told()
    for seed in range(30):
        told, requests = pulled(case, misshapen(case.fake(known), seed), told, full=seed % 2 == 0)
        check_sound(told, case)
        assert len(requests) < MOST_REQUESTS


@each
def test_a_request_to_wait_is_obeyed(case: Case) -> None:
    """After 429 with Retry-After no request is made before its time, and then all is told, or the error is."""
    time, asked = Pretended(), list[float]()
    handler = case.fake(items(5))

    def answer(request: Request) -> Answer | Raw:
        asked.append(time.at)
        return handler(request) if len(asked) > 1 else (429, {"Retry-After": str(ASKED_TO_WAIT)}, b"")

    told, _ = pulled(case, answer, clock=time.clock())
    assert all(later >= asked[0] + ASKED_TO_WAIT for later in asked[1:])
    assert len(told.of(case, items(5))) == 5 or isinstance(told.error, Unreachable)


@each
def test_a_request_to_wait_for_hours_is_told(case: Case) -> None:
    """Retry-After beyond the cap ends the pull at once and says when to come back; nothing is lost."""
    told = asked_and_broken(case, (429, {"Retry-After": "99999"}, b""))
    assert isinstance(told.error, Unreachable)
    assert "come back" in str(told.error) or "try again" in str(told.error)
    assert len(told.of(case, items(5))) == 5


@each
def test_a_service_that_goes_round_in_circles_is_left(case: Case) -> None:
    """Pages that repeat and cursors that do not move end the listing, and it is not taken for whole."""
    many = items(case.many)
    told, usual = pulled(case, case.fake(many))
    told, requests = pulled(case, stuck(case.fake(many), case.paged_by), told, full=True)
    assert len(requests) <= max(MOST_REQUESTS, len(usual))
    assert told.of(case, many) == [item.said for item in many]
    check_sound(told, case)


@each
def test_clocks_of_others_go_wrong(case: Case) -> None:
    """An item from the future is told as it is, and does not hide what comes after it."""
    future = Item(3, "word3x", NOW + timedelta(days=900))
    known = [*items(2), future]
    told, _ = pulled(case, case.fake(known))
    assert len(told.of(case, known)) == 3
    later = [*known, Item(4, "word4x", NOW + timedelta(hours=2))]
    told, _ = pulled(case, case.fake(later), told, now=NOW + timedelta(days=1))
    assert told.error is None
    assert len(told.of(case, later)) == 4
    check_sound(told, case)


@each
def test_a_reply_outlives_its_parent(case: Case) -> None:
    """What answers something deleted is still told, and what was deleted is not."""
    first, second = items(2)
    known = [first, dataclasses.replace(second, deleted=True), Item(3, "word3x", NOW, parent=2)]
    told, _ = pulled(case, case.fake(known))
    assert told.error is None
    assert told.of(case, known) == (["word1x", "word2x"] if case.counts else ["word1x", "word3x"])
    check_sound(told, case)


@each
def test_deletions_and_edits_arrive(case: Case) -> None:
    """With a full pull what was deleted at the service goes, and what was edited is told anew, once."""
    told, _ = pulled(case, case.fake(items(5)))
    first, second, *rest = items(5)
    edited = [dataclasses.replace(first, said="better1x"), dataclasses.replace(second, deleted=True), *rest]
    told, _ = pulled(case, case.fake(edited), told, full=True)
    assert told.error is None
    if case.counts:
        assert len(told.of(case, edited)) == 4
        return
    now_told = told.of(case, [*edited, first])
    assert ("better1x" in now_told) is case.retells
    assert (first.said in now_told) is not case.retells
    assert ("word2x" in now_told) is not case.forgets


@each
def test_a_pull_that_was_cut_off_goes_on(case: Case) -> None:
    """Wherever the budget ends a pull, the error says so, and the next pull completes what is known."""
    many = items(min(case.many, 60))
    _, usual = pulled(case, case.fake(many))
    for budget in range(min(len(usual), 12)):
        told, requests = pulled(case, case.fake(many), budget=budget)
        assert isinstance(told.error, Exhausted), budget
        assert len(requests) == budget
        told, _ = pulled(case, case.fake(many), told)
        assert told.error is None
        assert told.of(case, many) == [item.said for item in many], budget
        check_sound(told, case)


@each
def test_the_token_is_nowhere(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    """The token travels in headers (or a body), and is in no address, message, log line, batch or cursor."""
    caplog.set_level(logging.DEBUG)
    seen: list[str] = []
    sent = False
    echo = TOKEN.encode()
    answers: list[Answer | None] = [None, (401, {}, echo), (403, {}, echo), (404, {}, echo), (429, {}, echo)]
    answers += [(500, {"X-Token": TOKEN}, echo), (200, {}, echo), (302, {"Location": f"/else?key={TOKEN}"}, b"")]
    for answer in answers:
        handler = case.fake(items(3))
        told, requests = pulled(case, broken(handler, answer) if answer else handler)
        seen += [repr(told.batches), repr(told.cursor), *_said(told.error)]
        for request in (request for request in requests if request.path != "/else"):  # the service led there itself
            address = f"{request.path}?{request.query}"
            sent = sent or TOKEN in f"{address} {list(request.headers.values())} {request.body!r}"
            assert case.secret_in_address or TOKEN not in address
    assert sent is (case.token and bool(registry.service(case.service).token))
    assert not [text for text in [*seen, caplog.text] if TOKEN in text]


def _said(error: SourceError | None) -> list[str]:
    return [str(error), repr(error), "".join(traceback.format_exception(error))] if error else []
