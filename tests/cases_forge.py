"""GitHub, Stack Exchange and Discourse as they answer, for the shared suite (tests/conformance.py) and their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from conformance import NOW, POST, Case, Item
from loopback import Answer, Handler, Request, answer_json

__all__ = [
    "CASES",
    "comment",
    "connection",
    "discourse_given",
    "discourse_post",
    "discourse_topic",
    "github",
    "github_openly",
    "stackexchange",
]

Json = dict[str, Any]
PAGE = 20


def iso(when: datetime) -> str:
    """A time as GitHub and Discourse write it."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


# --- GitHub: https://docs.github.com/graphql and https://docs.github.com/rest -----------------------------------------


ISSUE = "https://github.com/ada/blog/issues/7"


def discussion(title: str, number: int = 7) -> Json:
    """A discussion in a list of them."""
    return {"url": f"https://github.com/ada/blog/discussions/{number}", "title": title, "updatedAt": iso(NOW)}


def user(login: str = "bea", kind: str = "User") -> Json:
    """Somebody in GraphQL's words."""
    return {
        "__typename": kind,
        "login": login,
        "name": login.title(),
        "url": f"https://github.com/{login}",
        "avatarUrl": f"https://avatars.example/{login}.png",
    }


def comment(item: Item, **more: object) -> Json:
    """A comment; of a deleted one its place is left, as where others replied to it."""
    gone = {"author": None, "bodyHTML": "", "deletedAt": iso(item.when)} if item.deleted else {}
    return {
        "id": f"DC_{item.number}",
        "url": f"https://github.com/ada/blog/discussions/7#discussioncomment-{item.number}",
        "bodyHTML": f"<p>{item.said}</p>",
        "createdAt": iso(item.when),
        "updatedAt": iso(item.when),
        "lastEditedAt": None,
        "deletedAt": None,
        "isMinimized": False,
        "author": user(),
        "replies": connection([]),
        **gone,
        **more,
    }


def connection(nodes: Sequence[object], after: object = None, size: int = PAGE) -> Json:
    """A page of a GraphQL connection, and how to get the next."""
    start = int(str(after).removeprefix("at ")) if after else 0
    more = start + size < len(nodes)
    return {
        "nodes": list(nodes[start : start + size]),
        "pageInfo": {"hasNextPage": more, "endCursor": f"at {start + size}" if nodes else None},
    }


def backwards(nodes: Sequence[object], before: object = None) -> Json:
    """The last page of a connection, or the one before a cursor."""
    end = int(str(before).removeprefix("at ")) if before else len(nodes)
    start = max(end - PAGE, 0)
    return {
        "nodes": list(nodes[start:end]),
        "pageInfo": {"hasPreviousPage": start > 0, "startCursor": f"at {start}" if nodes else None},
    }


def under(kind: str, number: int = 1, owner: str = "bea", author: str = "cy", *, private: bool = False) -> Json:
    """What something was written under, in somebody's repository."""
    place = {"isPrivate": private, "owner": {"login": owner}}
    about = {"url": f"https://github.com/{owner}/tea/{kind}/{number}", "title": "A question", "author": user(author)}
    return {
        "issues": {"repository": place, "issue": about, "pullRequest": None},
        "pull": {"repository": place, "issue": about, "pullRequest": about},
        "discussions": {"discussion": about | {"repository": place}, "isAnswer": False, "replyTo": None},
    }[kind]


def github(
    thread: Sequence[Json] = (),
    *,
    discussions: Sequence[Json] = (),
    comments: Sequence[Json] = (),
    discussed: Sequence[Json] = (),
    reviews: Sequence[Json] = (),
    reactions: Sequence[tuple[str, int]] = (),
) -> Handler:
    """The GraphQL API: comments on every discussion and issue, the repository's discussions, what the account gave."""

    def listed(query: str, given: Json) -> Json:
        after = given.get("after")
        if "issueComments" in query:
            return connection(sorted(comments, key=lambda one: str(one["updatedAt"]), reverse=True), after)
        if "repositoryDiscussionComments" in query:
            return backwards(discussed, after)
        # GitHub's own clock sets these times, so that there are none of the future.
        span = [one for one in reviews if given["from"] <= min(one["createdAt"], iso(NOW)) < given["to"]]
        return connection([{"pullRequestReview": one} for one in reversed(span)], after)

    def told(query: str, given: Json) -> Json:
        after = given.get("after")
        if "thread:" in query:
            groups = [{"content": name, "reactors": {"totalCount": count}} for name, count in reactions]
            return {"repository": {"thread": {"reactionGroups": groups, "comments": connection(thread, after)}}}
        if "list: discussions" in query:
            return {"repository": {"list": connection(discussions, after)}}
        if "node(id" in query:
            return {"node": {"replies": connection(replies(thread, str(given["id"])), after, size=2)}}
        if "followers" in query:
            return {"user": {"createdAt": "2025-01-01T00:00:00Z", "followers": {"totalCount": 12}}}
        found = {"list": listed(query, given)}
        return {"user": {"contributionsCollection": found} if "contributionsCollection" in query else found}

    return _graphql(told)


def _graphql(told: Callable[[str, Json], Json]) -> Handler:
    """A server that answers questions by `told`."""

    def answer(request: Request) -> Answer:
        if request.method == "POST" and request.path == "/graphql":
            asked = json.loads(request.body)
            return answer_json({"data": told(asked["query"], asked["variables"])})
        return answer_json({"message": "Not Found"}, 404)

    return answer


def replies(thread: Sequence[Json], number: str) -> list[Json]:
    """All replies to a comment."""
    return next((one["all_replies"] for one in thread if one["id"] == number), [])


def threaded(items: Sequence[Item]) -> list[Json]:
    """Items as comments, and as replies to comments."""
    below = {item.number: [comment(one) for one in items if one.parent == item.number] for item in items}
    return [comment(item, replies=connection(below[item.number])) for item in items if item.parent is None]


def github_openly(items: Sequence[Item], *, issues: Sequence[Json] = ()) -> Handler:
    """The REST API: issue 7 of ada/blog and its comments, and all issues."""
    number = "/repos/ada/blog/issues/7"
    praise = {"+1": 2, "-1": 5, "heart": 1, "confused": 1, "total_count": 9}

    def rest(item: Item) -> Json:
        who = {"login": "bea", "type": "User", "html_url": "https://github.com/bea", "avatar_url": ""}
        times = {"created_at": iso(item.when), "updated_at": iso(item.when)}
        url = f"https://github.com/ada/blog/issues/7#issuecomment-{item.number}"
        said = {"body_html": f"<p>{item.said}</p>", "body_text": item.said, "body": item.said}
        return {"id": item.number, "node_id": f"IC_{item.number}", "html_url": url, "user": who, **times, **said}

    def listed(request: Request, entries: Sequence[object]) -> Answer:
        page = int(request.query.get("page", ["1"])[0])
        following = f'<http://{request.headers["Host"]}{request.path}?per_page=100&page={page + 1}>; rel="next"'
        more = {"Link": following} if page * PAGE < len(entries) else {}
        return answer_json(entries[(page - 1) * PAGE : page * PAGE], 200, **more)

    def answer(request: Request) -> Answer:
        if request.path == number:
            return answer_json({"id": 7, "node_id": "I_7", "title": "a", "comments": 3, "reactions": praise})
        if request.path == f"{number}/comments":
            return listed(request, [rest(item) for item in items if not item.deleted])
        if request.path == "/repos/ada/blog/issues":
            return listed(request, issues)
        return answer_json({"message": "Not Found"}, 404)

    return answer


def github_given(kind: str) -> Callable[[Sequence[Item]], Handler]:
    """What the account wrote under issues, discussions or pull requests of others."""

    def fake(items: Sequence[Item]) -> Handler:
        said = [comment(item, author=user("ada"), **under(kind)) for item in items if not item.deleted]
        if kind == "issues":
            return github(comments=said)
        if kind == "discussions":
            return github(discussed=said)
        return github(reviews=[one | {"state": "COMMENTED", "comments": {"nodes": []}} for one in said])

    return fake


# --- Stack Exchange: https://api.stackexchange.com/docs ---------------------------------------------------------------


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


# --- Discourse: https://docs.discourse.org ----------------------------------------------------------------------------


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


_GITHUB = {"account": "ada"}
_STACK = {"account": "22", "site": "stackoverflow"}
CASES = [
    Case(
        "github-discussion",
        "github",
        lambda items: github(threaded(items)),
        options=_GITHUB,
        syndication=("https://github.com/ada/blog/discussions/7",),
    ),
    Case(
        "github-issue",
        "github",
        lambda items: github(threaded(items)),
        options=_GITHUB,
        syndication=("https://github.com/ada/blog/issues/7",),
    ),
    Case(
        "github-found",
        "github",
        lambda items: github(threaded(items), discussions=[discussion("tea"), discussion("a")]),
        options=_GITHUB | {"repository": "ada/blog", "discussions": "pathname"},
    ),
    Case(
        "github-openly",
        "github",
        lambda items: github_openly(items, issues=[{"html_url": ISSUE, "title": POST, "updated_at": iso(NOW)}]),
        options=_GITHUB | {"repository": "ada/blog", "issues": "url"},
        token=False,
    ),
    *(
        Case(f"github-given-{kind}", "github", github_given(kind), options=_GITHUB)
        for kind in ("issues", "discussions", "pull")
    ),
    Case("stackexchange-answers", "stackexchange", stack_answers, options=_STACK, secret_in_address=True),
    Case("stackexchange-comments", "stackexchange", stack_comments, options=_STACK, secret_in_address=True),
    Case("discourse", "discourse", discourse_received, syndication=("{base}/t/a-post/7",)),
    Case("discourse-found", "discourse", discourse_received),
    Case("discourse-replies", "discourse", _actions(5), options={"account": "ada"}, many=75),
    Case("discourse-likes", "discourse", _actions(1), options={"account": "@ada"}, many=75),
]
