"""Isso, Remark42 and Disqus as their documentation and sources describe them, for the shared suite and their own tests.

Each fake is made of flat rows, as the servers store them, and answers as they do, deleted comments and pages included.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from conformance import POST, Case, Item
from loopback import Answer, Handler, Request, answer_json

__all__ = [
    "CASES",
    "Row",
    "answer_disqus",
    "answer_isso",
    "answer_remark42",
    "disqus_row",
    "disqus_thread",
    "isso_row",
    "remark42_row",
]

Row = dict[str, Any]
WHEN = datetime(2026, 5, 20, 12, tzinfo=UTC)
#: Comments on a page of the fake Disqus, whatever is asked for.
DISQUS_PAGE = 20


def _one(request: Request, name: str, default: str = "") -> str:
    return request.query.get(name, [default])[0]


def _answered(items: Sequence[Item]) -> list[Item]:
    """What servers keep: what lives, and what is deleted but has answers."""
    return [item for item in items if not item.deleted or any(other.parent == item.number for other in items)]


# --- Isso (isso/views/comments.py, 0.14) ------------------------------------------------------------------------------


def isso_row(number: int, text: str = "Words.", parent: int | None = None, /, **more: object) -> Row:
    """A comment as Isso tells it."""
    row = {
        "id": number,
        "parent": parent,
        "text": f"<p>{text}</p>",
        "author": f"Person {number}",
        "website": None,
        "mode": 1,
        "created": WHEN.timestamp() + number,
        "modified": None,
        "likes": 0,
        "dislikes": 0,
        "hash": "a1b2c3d4e5f6",
        "gravatar_image": "https://gravatar.example/avatar/0cc175b9c0f1b6a831c399e269772661",
        "notification": 0,
    }
    return row | more


def answer_isso(threads: Mapping[str, Sequence[Row]]) -> Handler:
    """The server that holds these threads."""

    def answer(request: Request) -> Answer:
        if request.path == "/count" and request.method == "POST":
            names = json.loads(request.body)
            return answer_json([sum(row["mode"] == 1 for row in threads.get(name, ())) for name in names])
        if request.path != "/" or "uri" not in request.query:
            return answer_json({"message": "not found"}, 404)
        rows = [row for row in threads.get(_one(request, "uri"), ()) if row["mode"] != 2]
        parent = int(_one(request, "parent", "0")) or None
        return answer_json(_isso_thread(rows, parent, request))

    return answer


def _isso_thread(rows: Sequence[Row], parent: int | None, request: Request) -> Row:
    """One level of a thread, and the answers below it; cut where a limit is named."""
    limit, offset = _one(request, "limit"), int(_one(request, "offset", "0"))
    level = [dict(row) for row in rows if row["parent"] == parent]
    shown = level[offset : offset + int(limit)] if limit else level
    if parent is None:
        nested = _one(request, "nested_limit")
        for row in shown:
            below = [each for each in rows if each["parent"] == row["id"]]
            row["replies"] = below[: int(nested)] if nested else below
            row["total_replies"], row["hidden_replies"] = len(below), len(below) - len(row["replies"])
    hidden = len(level) - len(shown) - offset
    return {"id": parent, "total_replies": len(rows), "hidden_replies": hidden, "replies": shown, "config": {}}


def _isso(items: Sequence[Item]) -> Handler:
    def row(item: Item) -> Row:
        if item.deleted:
            return isso_row(item.number, "", item.parent, mode=4, text="", author=None)
        return isso_row(item.number, item.said, item.parent, created=item.when.timestamp())

    return answer_isso({"/a.html": [row(item) for item in _answered(items)]})


# --- Remark42 (backend/app/rest/api/rest_public.go, service/tree.go) --------------------------------------------------


def remark42_row(number: int, text: str = "Words.", parent: int | None = None, /, **more: object) -> Row:
    """A comment as Remark42 tells it."""
    row = {
        "id": f"c-{number}",
        "pid": f"c-{parent}" if parent else "",
        "text": f"<p>{text}</p>\n",
        "orig": text,
        "user": {
            "name": f"Person {number}",
            "id": f"github_{number:040x}",
            "picture": f"https://remark42.example/api/v1/avatar/{number:040x}.image",
            "ip": "ae12fe3b5f129b5cc4cdd2b136b7b7947c4d2741",
            "admin": False,
            "site_id": "blog",
        },
        "score": 3,
        "vote": 0,
        "time": f"2026-05-20T12:00:{number % 60:02d}.760635374+02:00",
    }
    return row | more


def answer_remark42(pages: Mapping[str, Sequence[Row]], site: str = "blog") -> Handler:
    """The server that holds these pages, by address."""

    def answer(request: Request) -> Answer:
        if _one(request, "site") != site:
            return answer_json({"code": 0, "details": "can't get list", "error": "site not found"}, 400)
        if request.path == "/api/v1/list":
            alive = {url: [row for row in rows if not row.get("delete")] for url, rows in pages.items()}
            return answer_json(
                [
                    {"url": url, "count": len(rows), "first_time": rows[0]["time"], "last_time": rows[-1]["time"]}
                    for url, rows in alive.items()
                    if rows
                ]
                or None
            )
        if request.path != "/api/v1/find" or _one(request, "format") != "tree":
            return answer_json({"error": "not found"}, 404)
        return answer_json({"comments": _nodes(pages.get(_one(request, "url"), ()), ""), "info": {}})

    return answer


def _nodes(rows: Sequence[Row], parent: str) -> list[Row]:
    """The tree below a comment; deleted ones only where they have answers."""
    found = [{"comment": row, "replies": _nodes(rows, row["id"])} for row in rows if row["pid"] == parent]
    return [node for node in found if node["replies"] or not node["comment"].get("delete")]


def _remark42(items: Sequence[Item]) -> Handler:
    def row(item: Item) -> Row:
        gone = {"delete": True, "text": "", "orig": ""} if item.deleted else {}
        return remark42_row(item.number, item.said, item.parent, time=item.when.isoformat(), **gone)

    return answer_remark42({POST: [row(item) for item in items]})


# --- Disqus (https://disqus.com/api/docs/) ----------------------------------------------------------------------------


def disqus_row(number: int, text: str = "Words.", parent: int | None = None, /, **more: object) -> Row:
    """A comment as Disqus tells it; its ids are text, those of parents numbers."""
    row = {
        "id": str(number),
        "parent": parent,
        "message": f"<p>{text}</p>",
        "raw_message": text,
        "author": {
            "username": f"person{number}",
            "name": f"Person {number}",
            "profileUrl": f"https://disqus.com/by/person{number}/",
            "url": f"https://p{number}.example/",
            "avatar": {"permalink": f"//disqus.com/api/users/avatars/person{number}.jpg"},
            "emailHash": "0cc175b9c0f1b6a831c399e269772661",
            "email": f"person{number}@mail.example",
            "id": str(number + 1000),
            "isAnonymous": False,
        },
        "createdAt": "2026-05-20T12:00:00",
        "isApproved": True,
        "isDeleted": False,
        "isSpam": False,
        "isEdited": False,
        "likes": 4,
        "dislikes": 1,
        "thread": "7",
        "forum": "blog",
        "ipAddress": "192.0.2.7",
    }
    return row | more


def answer_disqus(threads: Sequence[Row], comments: Mapping[str, Sequence[Row]]) -> Handler:
    """The server that holds the forum "blog" with these threads, and their comments by the thread's id."""

    def page(request: Request, rows: Sequence[Row]) -> Answer:
        start = int(_one(request, "cursor", "0:0:0").split(":")[0])
        end = start + min(int(_one(request, "limit", "25")), DISQUS_PAGE)
        cursor = {"prev": None, "hasNext": end < len(rows), "next": f"{end}:0:0", "more": end < len(rows)}
        return answer_json({"cursor": cursor, "code": 0, "response": list(rows[start:end])})

    def answer(request: Request) -> Answer:
        if refused := _refused(request):
            return refused
        if request.path == "/api/3.0/forums/details.json":
            return answer_json({"code": 0, "response": {"id": "blog", "name": "A blog"}})
        if request.path == "/api/3.0/forums/listThreads.json":
            return page(request, threads)
        if request.path != "/api/3.0/threads/listPosts.json":
            return answer_json({"code": 1, "response": "Endpoint not valid"}, 404)
        link, number = _one(request, "thread:link", "-"), _one(request, "thread", "-")
        found = [thread["id"] for thread in threads if thread["id"] == number or thread["link"] == link]
        if len(found) != 1:
            return answer_json({"code": 2, "response": "Invalid argument, 'thread': Unable to find thread"}, 400)
        seen = [row for row in comments.get(found[0], ()) if row["isApproved"] and not row["isDeleted"]]
        return page(request, seen)

    return answer


def _refused(request: Request) -> Answer | None:
    """What Disqus answers to a wrong key, or of a forum that it does not know."""
    if not _one(request, "api_key"):
        return answer_json({"code": 5, "response": "Invalid API key"}, 401)
    if _one(request, "forum") != "blog":
        return answer_json({"code": 2, "response": "Invalid argument, 'forum': Unable to find forum"}, 400)
    return None


def disqus_thread(number: str, link: str | None, **more: object) -> Row:
    """A thread as Disqus lists it."""
    row = {"id": number, "link": link, "identifiers": [], "title": "A post", "posts": 1, "likes": 0, "isDeleted": False}
    return row | more


def _disqus(items: Sequence[Item]) -> Handler:
    rows = [
        disqus_row(
            item.number, item.said, item.parent, createdAt=f"{item.when:%Y-%m-%dT%H:%M:%S}", isDeleted=item.deleted
        )
        for item in items
    ]
    other = [disqus_thread(str(100 + number), f"https://blog.example/other-{number}.html") for number in range(45)]
    threads = [*other, disqus_thread("7", POST, posts=len(rows))]
    return answer_disqus(threads, {"7": rows})


CASES = [
    Case("isso", "isso", _isso, paged_by=("offset", "after")),
    Case("remark42", "remark42", _remark42, options={"site": "blog"}),
    Case("disqus", "disqus", _disqus, options={"forum": "blog"}, secret_in_address=True),
]
