"""Discourse as it answers, for the shared suite (tests/conformance.py) and its own tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from conformance import POST, Case, Item, iso
from loopback import Answer, Handler, Request, answer_json

__all__ = ["CASES", "discourse_action", "discourse_given", "discourse_post", "discourse_topic"]

# After https://docs.discourse.org.
Json = dict[str, Any]
PAGE = 20


def discourse_post(number: int, said: str, **more: object) -> Json:
    """A post, the `number`th of topic 7."""
    return {
        "id": 1_000 + number,
        "post_number": number,
        "post_type": 1,
        "user_id": 3,
        "username": "bea",
        "name": "Bea",
        "avatar_template": "/user_avatar/forum/bea/{size}/1_2.png",
        "created_at": "2026-05-03T10:00:00.000Z",
        "updated_at": "2026-05-04T10:00:00.000Z",
        "version": 1,
        "cooked": f"<p>{said}</p>",
        "reply_to_post_number": None,
        "actions_summary": [],
        "hidden": False,
        "user_deleted": False,
        **more,
    }


def discourse_topic(posts: Sequence[Json], *, found: Sequence[int] = (), account: Handler | None = None) -> Handler:
    """A forum with topic 7; a search finds the topics of these numbers."""

    def answer(request: Request) -> Answer:
        topic = {"id": 7, "slug": "a-post", "title": "A post"}
        if request.path == "/t/7.json":
            stream = {"posts": posts[:PAGE], "stream": [post["id"] for post in posts]}
            return answer_json({**topic, "post_stream": stream, "posts_count": len(posts)})
        if request.path == "/t/7/posts.json":
            wanted = [post for post in posts if str(post["id"]) in request.query["post_ids[]"]]
            return answer_json({"id": 7, "post_stream": {"posts": wanted[:PAGE]}})
        if request.path == "/search.json":
            hits = [{"id": 9_000 + one, "topic_id": one, "post_number": 1, "blurb": "..."} for one in found]
            page = int(request.query.get("page", ["1"])[0])
            return answer_json({"posts": hits[(page - 1) * 50 : page * 50], "grouped_search_result": {}})
        if account:
            told = account(request)
            assert isinstance(told, tuple)
            return told
        return answer_json({"errors": ["not found"], "error_type": "not_found"}, 404)

    return answer


def discourse_received(items: Sequence[Item]) -> Handler:
    """A companion topic that the forum made of the post, with what was said below."""
    link = f"<a href='{POST}'>{POST}</a>"
    made = f"<hr><p><small>This is a companion discussion topic for the original entry at {link}</small></p>"
    posts = [discourse_post(1, made, user_id=-1, username="system")]
    for item in items:
        parent = {"reply_to_post_number": 1 + item.parent if item.parent else None, "created_at": iso(item.when)}
        gone = {"user_deleted": True, "cooked": "<p>(post deleted by author)</p>"} if item.deleted else {}
        posts.append(discourse_post(1 + item.number, item.said, **parent, **gone))
    return discourse_topic(posts, found=[7])


def discourse_given(actions: Sequence[Json], solved: Sequence[Json] | None = None) -> Handler:
    """What ada did, newest first; `solved` is None on a forum without solutions."""

    def answer(request: Request) -> Answer:
        offset = int(request.query.get("offset", ["0"])[0])
        if request.path == "/u/ada/summary.json":
            return answer_json({"user_summary": {"likes_given": 5, "post_count": 31}})
        if request.path == "/user_actions.json":
            latest = sorted(actions, key=lambda one: str(one["created_at"]), reverse=True)
            return answer_json({"user_actions": latest[offset : offset + 30]})
        if request.path == "/solution/by_user.json" and solved is not None:
            return answer_json({"user_solved_posts": solved[offset : offset + 30]})
        return answer_json({"errors": ["not found"]}, 404)

    return discourse_topic([], account=answer)


def discourse_action(item: Item, kind: int = 5, **more: object) -> Json:
    """A reply (5) or a like (1) of ada's."""
    return {
        "action_type": kind,
        "created_at": iso(item.when),
        "excerpt": item.said,
        "slug": "tea",
        "topic_id": 300 + item.number,
        "post_id": 500 + item.number,
        "post_number": 4,
        "reply_to_post_number": None,
        "username": "ada" if kind == 5 else "bea",
        "name": "Ada" if kind == 5 else "Bea",
        "acting_username": "ada",
        "title": f"Tea {item.said}",
        "deleted": False,
        "hidden": None,
        "post_type": 1,
        **more,
    }


def _actions(kind: int) -> Callable[[Sequence[Item]], Handler]:
    return lambda items: discourse_given([discourse_action(item, kind) for item in items if not item.deleted])


CASES = [
    Case("discourse", "discourse", discourse_received, syndication=("{base}/t/a-post/7",)),
    Case("discourse-found", "discourse", discourse_received),
    Case("discourse-replies", "discourse", _actions(5), options={"account": "ada"}, many=75),
    Case("discourse-likes", "discourse", _actions(1), options={"account": "@ada"}, many=75),
]
