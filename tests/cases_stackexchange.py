"""Stack Exchange as it answers, for the shared suite (tests/conformance.py) and its own tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conformance import Case, Item
from loopback import Answer, Handler, Request, answer_json

__all__ = ["CASES", "stack_answer", "stack_comment", "stackexchange"]

# After https://api.stackexchange.com/docs.
Json = dict[str, Any]
PAGE = 20


def stackexchange(
    answers: Sequence[Json] = (),
    comments: Sequence[Json] = (),
    *,
    asker: int = 5,
    backoff: int = 0,
    left: int = 9_000,
    size: int = PAGE,
) -> Handler:
    """User 22's answers and comments; all questions were asked by `asker`, and nothing is shown beyond `left`."""
    owner = {"user_id": asker, "display_name": "Bea &amp; Co", "link": f"https://stackoverflow.com/users/{asker}/bea"}
    rest = {"has_more": False, "quota_remaining": left} | ({"backoff": backoff} if backoff else {})

    def under_question(kind: str, number: str) -> Json:
        if kind == "posts":
            return {"post_id": int(number), "owner": owner, "link": f"https://stackoverflow.com/a/{number}"}
        link = f"https://stackoverflow.com/questions/{number}/tea"
        return {"question_id": int(number), "title": "What is &quot;tea&quot;?", "owner": owner, "link": link}

    def wrapped(items: Sequence[Json], request: Request) -> Answer:
        page = int(request.query.get("page", ["1"])[0])
        shown = list(items[(page - 1) * size : page * size])
        return answer_json({**rest, "items": shown, "has_more": page * size < len(items)})

    def answer(request: Request) -> Answer:
        since = int(request.query.get("min", ["0"])[0])
        kind, _, ids = request.path.removeprefix("/2.3/").partition("/")
        if kind in {"questions", "posts"}:
            return answer_json({"items": [under_question(kind, number) for number in ids.split(";")], **rest})
        for name, items, time in (("answers", answers, "last_activity_date"), ("comments", comments, "creation_date")):
            if request.path == f"/2.3/users/22/{name}":
                ordered = sorted(items, key=lambda one: int(one[time]))
                return wrapped([one for one in ordered if int(one[time]) >= since], request)
        if request.path == "/2.3/users/22":
            return wrapped([{"user_id": 22, "display_name": "Ada"}], request)
        return answer_json({"error_id": 400, "error_name": "bad_parameter", "error_message": "no method"}, 400)

    return answer


def stack_answer(item: Item, **more: object) -> Json:
    """An answer of user 22's."""
    second = int(item.when.timestamp())
    times = {"creation_date": second, "last_activity_date": second}
    said = {"body": f"<p>{item.said}</p>", "score": 3, "is_accepted": True}
    return {
        "answer_id": item.number,
        "question_id": 100 + item.number,
        "owner": {"user_id": 22},
        **times,
        **said,
        **more,
    }


def stack_comment(item: Item, **more: object) -> Json:
    """A comment of user 22's."""
    second = int(item.when.timestamp())
    return {"comment_id": item.number, "post_id": 100 + item.number, "creation_date": second, "body": item.said, **more}


def stack_answers(items: Sequence[Item]) -> Handler:
    """Items as answers."""
    return stackexchange([stack_answer(item) for item in items if not item.deleted])


def stack_comments(items: Sequence[Item]) -> Handler:
    """Items as comments."""
    return stackexchange(comments=[stack_comment(item) for item in items if not item.deleted])


_STACK = {"account": "22", "site": "stackoverflow"}
CASES = [
    Case("stackexchange-answers", "stackexchange", stack_answers, options=_STACK, secret_in_address=True),
    Case("stackexchange-comments", "stackexchange", stack_comments, options=_STACK, secret_in_address=True),
]
