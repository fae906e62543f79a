"""Stack Exchange, asked over real sockets: what was given there, in the pace that the service asks for."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases_stackexchange import stack_answer, stack_comment, stackexchange
from conformance import NOW, Told, items
from conversation.acts import Direction, Kind, Person
from conversation.errors import Exhausted, Malformed, SettingsError
from conversation.http import Client
from conversation.sources import Ask, Finding, Source
from conversation.sources.stackexchange import SERVICE, account_of
from conversation.sources.stackexchange_api import parse_page
from conversation.sources.stackexchange_parse import parse_answers, parse_comments
from loopback import Answer, Handler, Request, Server, answer_json, serve

KEY = "a-key-of-nobody"
FIRST, SECOND, THIRD = items(3)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


def source(url: str = "", **options: str) -> Source:
    """User 22 of Stack Overflow."""
    token = options.pop("token", "")
    return Source("stackexchange", "stack", {"account": "22", "site": "stackoverflow"} | options, url, token)


def pull(server: Server, told: Told | None = None, *, now: datetime = NOW, full: bool = False, token: str = "") -> Told:
    """One pull from `server` into `told`."""
    told = told or Told()
    told.batches, told.error = [], None
    with Client(retries=0) as client:
        told.take(SERVICE.pull(source(server.url, token=token), Ask((), dict(told.cursor), full, now), client))
    return told


def pulled(handler: Handler, **options: object) -> tuple[Told, list[Request]]:
    """One pull from a server that answers by `handler`, and what it was asked."""
    with serve(handler) as server:
        return pull(server, **options), list(server.requests)  # type: ignore[arg-type]


def test_answer_is_given_to_who_asked() -> None:
    """An answer names the question as its target, whoever asked as the one it was given to, and counts its words."""
    handler = stackexchange([stack_answer(FIRST, body="<p>Tea &amp; time, always.</p>", last_edit_date=1_780_000_000)])
    told, requests = pulled(handler)
    act = told.acts["answer:1"]
    assert (act.direction, act.kind, act.channel) == (Direction.GIVEN, Kind.ANSWER, "stackexchange")
    assert act.url == "https://stackoverflow.com/a/1"
    assert act.target == "https://stackoverflow.com/questions/101/tea"
    assert act.title == 'What is "tea"?'
    assert act.to == Person("Bea & Co", "https://stackoverflow.com/users/5/bea")
    assert (act.text, act.words) == ("Tea & time, always.", 3)
    assert act.published == FIRST.when
    assert act.updated is not None
    assert requests[0].query["filter"] == ["withbody"]
    assert requests[0].headers["Accept-Encoding"] == "gzip"


def test_the_score_of_answers_is_kept() -> None:
    """An answer's score stands at its own address, never below zero; it comes up to date with the full listing."""
    answers = [stack_answer(FIRST), stack_answer(SECOND, score=-4), stack_answer(THIRD, score="many")]
    told, _ = pulled(stackexchange(answers, [stack_comment(FIRST, score=9)]))
    scores = {(count.target, str(count.kind)): count.value for count in told.numbers.values()}
    assert scores == {("https://stackoverflow.com/a/1", "like"): 3, ("https://stackoverflow.com/a/2", "like"): 0}
    voted = stackexchange([stack_answer(FIRST, score=8)])
    told, _ = pulled(voted, told=told, now=NOW + timedelta(days=31))
    assert 8 in {count.value for count in told.numbers.values()}


def test_the_score_of_what_was_given_to_oneself_is_left_out() -> None:
    """Where there is no act, there is no number of its own."""
    told, _ = pulled(stackexchange([stack_answer(FIRST)], asker=22))
    assert not told.numbers


def test_comment_is_given_to_whom_it_answers() -> None:
    """A comment goes to the user whom it answers, else to who wrote the post; its address leads to the comment."""
    named = {"user_id": 8, "display_name": "Dee", "link": "https://stackoverflow.com/users/8/dee"}
    told, _ = pulled(stackexchange(comments=[stack_comment(FIRST), stack_comment(SECOND, reply_to_user=named)]))
    assert told.acts["comment:1"].to.name == "Bea & Co"
    assert told.acts["comment:2"].to.name == "Dee"
    assert told.acts["comment:2"].url == "https://stackoverflow.com/a/102#comment2_102"
    assert told.acts["comment:1"].kind is Kind.REPLY


def test_what_was_given_to_oneself_is_left_out() -> None:
    """Answers to the own question and comments under the own post are nobody's gift; an answer to another there is."""
    named = {"user_id": 8, "display_name": "Dee"}
    comments = [stack_comment(SECOND), stack_comment(THIRD, reply_to_user=named)]
    told, _ = pulled(stackexchange([stack_answer(FIRST)], comments, asker=22))
    assert set(told.acts) == {"comment:3"}
    assert not told.problems


def test_second_pull_asks_for_what_changed() -> None:
    """Later pulls ask from the last activity on, so that an edit and a new answer arrive, and ask for no more."""
    told, _ = pulled(stackexchange([stack_answer(item) for item in items(30)]))
    edited = stack_answer(FIRST, body="<p>better said", last_activity_date=int((NOW - timedelta(days=1)).timestamp()))
    later = [edited, *(stack_answer(item) for item in items(31)[1:])]
    told, requests = pulled(stackexchange(later), told=told)
    assert told.acts["answer:1"].text == "better said"
    assert len(told.acts) == 31
    assert sum(request.path.endswith("/answers") for request in requests) == 1
    assert "min" in requests[0].query


def test_deletions_arrive_within_a_month() -> None:
    """A deleted answer stays until everything is listed again, every thirty days, and goes then."""
    told, _ = pulled(stackexchange([stack_answer(FIRST), stack_answer(SECOND)]))
    less = stackexchange([stack_answer(SECOND)])
    told, _ = pulled(less, told=told, now=NOW + timedelta(days=20))
    assert set(told.acts) == {"answer:1", "answer:2"}
    told, _ = pulled(less, told=told, now=NOW + timedelta(days=31))
    assert set(told.acts) == {"answer:2"}


def test_backoff_is_obeyed() -> None:
    """A method that asks for a pause is not asked again within it, not by the next pull either, and nothing is lost."""
    handler = stackexchange([stack_answer(item) for item in items(45)], backoff=30)
    told, requests = pulled(handler)
    assert isinstance(told.error, Exhausted)
    assert "30 seconds" in str(told.error)
    assert len(told.acts) == 20
    assert len(requests) == 2
    told, requests = pulled(handler, told=told, now=NOW + timedelta(seconds=29))
    assert isinstance(told.error, Exhausted)
    assert requests == []


def test_pulls_between_pauses_come_to_the_end() -> None:
    """However often the service asks for a pause, later pulls go on where the last one ended until all is known."""
    told = Told()
    handler = stackexchange([stack_answer(item) for item in items(45)], backoff=10)
    for hour in range(12):
        told, _ = pulled(handler, told=told, now=NOW + timedelta(hours=hour))
        assert not told.complete or len(told.acts) == 45
    assert len(told.acts) == 45


def test_used_up_quota_ends_the_pull() -> None:
    """When no requests are left for today none is made, and the message names the variable for a key."""
    told, requests = pulled(stackexchange([stack_answer(FIRST)], left=0))
    assert isinstance(told.error, Exhausted)
    assert "CONVERSATION_STACK_TOKEN" in str(told.error)
    assert len(requests) == 1


def test_key_is_shown_nowhere() -> None:
    """The API takes its key in the address only; no message shows it."""
    told, requests = pulled(lambda _: answer_json({"error_id": 400, "error_message": KEY}, 400), token=KEY)
    assert requests[0].query["key"] == [KEY]
    assert isinstance(told.error, Malformed)
    assert "`site`" in str(told.error)
    assert KEY not in str(told.error)


@pytest.mark.parametrize(
    "account", ["22", " 22 ", "https://stackoverflow.com/users/22/ada", "https://x.example/users/22"]
)
def test_account_may_be_an_address(account: str) -> None:
    """People copy the address of their profile; the number in it is what is meant."""
    assert account_of(source(account=account)) == "22"


def test_account_must_be_a_number() -> None:
    """A name is no account there, and the message says where the number stands."""
    with pytest.raises(SettingsError, match="number"):
        account_of(source(account="ada"))


def test_question_that_cannot_be_seen() -> None:
    """An answer whose question is gone is told as a problem, and then nothing is taken for deleted."""
    first = stackexchange([stack_answer(FIRST), stack_answer(SECOND)])

    def without(request: Request) -> Answer:
        return answer_json({"items": []}) if "/questions/" in request.path else first(request)  # type: ignore[return-value]

    told, _ = pulled(first)
    told, _ = pulled(without, told=told, full=True)
    assert set(told.acts) == {"answer:1", "answer:2"}
    assert "answer 1" in told.problems[0].where


def findings(handler: Handler) -> list[Finding]:
    """What `doctor` finds."""
    with serve(handler) as server, Client(retries=0) as client:
        assert SERVICE.check
        return list(SERVICE.check(source(server.url), client))


def test_check_names_who_it_is() -> None:
    """The doctor shows whose number it is and how many requests are left; nobody is a finding that is not well."""
    well = findings(stackexchange())
    assert all(finding.well for finding in well)
    assert "Ada" in well[0].what
    assert "9000" in well[1].what
    assert not findings(lambda _: answer_json({"items": []}))[0].well


def test_page_must_be_one() -> None:
    """An answer without items is an error of the source, and a wait is never longer than a day."""
    with pytest.raises(Malformed, match="base_url"):
        parse_page({"error_id": 1})
    assert parse_page({"items": [], "backoff": 10**9}).backoff == 86_400
    assert parse_page({"items": [], "backoff": True, "quota_remaining": -1}).left is None


@given(st.lists(json_values, max_size=5), st.dictionaries(st.text(max_size=3), st.dictionaries(st.text(), json_values)))
def test_parsing_takes_any_json(entries: list[object], table: dict[str, dict[str, object]]) -> None:
    """Whatever stands in an answer, parsing gives acts and problems and never an exception."""
    for parse in (parse_answers, parse_comments):
        acts, problems = parse(entries, table, source="stack", me="22")
        assert len(acts) + len(problems) <= len(entries)


HALF_RIGHT = {
    "answer_id": json_values | st.just(7),
    "question_id": st.just(8),
    "body": json_values,
    "creation_date": json_values,
}


@given(st.lists(st.fixed_dictionaries(HALF_RIGHT), max_size=3), json_values)
def test_half_right_answers_are_taken(entries: list[object], owner: object) -> None:
    """An answer with odd fields is taken as far as it can be understood, with an id and a target."""
    question = {"link": "https://stackoverflow.com/questions/8/x", "owner": owner, "title": owner}
    acts, problems = parse_answers(entries, {"8": question}, source="stack", me="22")
    assert all(act.id.startswith("answer:") and act.target for act in acts)
    assert all(problem.where for problem in problems)
