"""GitHub as it answers, for the shared suite (tests/conformance.py) and its own tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from conformance import NOW, POST, Case, Item, iso
from loopback import Answer, Handler, Request, answer_json

__all__ = ["CASES", "comment", "connection", "discussion", "github", "github_given", "github_openly", "under", "user"]

# After https://docs.github.com/graphql and https://docs.github.com/rest.
Json = dict[str, Any]
PAGE = 20
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


_GITHUB = {"account": "ada"}
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
]
