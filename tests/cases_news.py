"""Hacker News, Lobsters, Lemmy and Forem as they answer, for the shared suite (tests/conformance.py) and their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from conformance import POST, Case, Item
from loopback import Answer, Handler, Request, answer_json

__all__ = ["CASES", "forem", "hackernews", "lemmy", "lobsters", "page_of"]

Json = dict[str, Any]
ELSEWHERE = "https://other.example/page.html"


def page_of(request: Request, entries: Sequence[object], size: int) -> list[object]:
    """A numbered page."""
    number = int(request.query.get("page", ["1"])[0])
    return list(entries[(number - 1) * size : number * size])


def nested(items: Sequence[Item], render: Callable[[Item], Json]) -> list[Json]:
    """Items as trees, below `children`."""
    nodes = {item.number: {**render(item), "children": []} for item in items}
    for item in items:
        if item.parent in nodes:
            nodes[item.parent]["children"].append(nodes[item.number])
    return [nodes[item.number] for item in items if item.parent not in nodes]


# --- Hacker News: https://hn.algolia.com/api --------------------------------------------------------------------------

STORY = 1_000_000


def hn_comment(item: Item) -> Json:
    """A comment as `items` tells it; of a deleted one only its place is left."""
    name = {"id": STORY + item.number, "type": "comment", "parent_id": STORY, "story_id": STORY, "title": None}
    gone: Json = {"author": None, "text": None, "points": None, "created_at_i": int(item.when.timestamp())}
    return name | gone if item.deleted else name | gone | {"author": "bea", "text": f"<p>{item.said} &#x27;tis"}


def hackernews(items: Sequence[Item], *, link: str = POST, points: int = 7) -> Handler:
    """The search, with one story by Cy that links to `link`, and what was said below it; and bea's own comments."""
    story = {"id": STORY, "type": "story", "author": "cy", "title": "A story", "url": link, "text": None}
    story |= {"points": points, "created_at_i": 1_700_000_000, "created_at": "2023-11-14T22:13:20.000Z", "options": []}
    hit = {**story, "objectID": str(STORY), "_tags": ["story", "author_cy", f"story_{STORY}"], "num_comments": 3}

    def answer(request: Request) -> Answer:
        if request.path == f"/api/v1/items/{STORY}":
            return answer_json(story | {"children": nested(items, hn_comment)})
        if request.path == "/api/v1/search" and request.query.get("restrictSearchableAttributes") == ["url"]:
            return answer_json({"hits": [hit, {**hit, "objectID": "5", "url": f"{POST}/not-the-same"}], "nbHits": 2})
        if request.path == "/api/v1/search_by_date":
            return answer_json({"hits": hn_given(items, request)})
        return answer_json({"status": 404, "error": "Not Found"}, 404)

    return answer


def hn_given(items: Sequence[Item], request: Request) -> list[Json]:
    """Somebody's comments, newest first, no more than 1,000."""
    if "comment" not in request.query["tags"][0].split(","):
        return []
    told = [
        {
            **hn_comment(item),
            "objectID": str(STORY + item.number),
            "comment_text": f"<p>{item.said}",
            "parent_id": 77,
            "story_id": 70,
            "story_title": "Another story",
            "story_url": ELSEWHERE,
        }
        for item in sorted(items, key=lambda item: item.when, reverse=True)
        if not item.deleted
    ]
    for sign, number in re.findall(r"created_at_i(<|>=)(\d+)", request.query.get("numericFilters", [""])[0]):
        told = [hit for hit in told if (hit["created_at_i"] < int(number)) is (sign == "<")]
    return told[: min(int(request.query["hitsPerPage"][0]), 1_000)]


def hackernews_given(items: Sequence[Item]) -> Handler:
    """The search, where nothing links to the post."""
    return hackernews(items, link=ELSEWHERE)


# --- Lobsters ---------------------------------------------------------------------------------------------------------

KNOWN = {"url", "page"}


def lobsters_flat(items: Sequence[Item], *, old: bool) -> list[Json]:
    """Comments in the order of the page, each telling what it answers, or (`old`) how far it is indented."""
    person: Any = {"username": "bea", "avatar_url": "/avatars/bea-100.png"} if old else "bea"

    def comment(item: Item, depth: int) -> Json:
        gone = "<em>Comment removed by author</em>"
        told: Json = {"short_id": f"c{item.number}", "short_id_url": f"https://lobste.rs/c/c{item.number}", "score": 1}
        told |= {"created_at": item.when.isoformat(), "is_deleted": item.deleted, "is_moderated": False}
        told |= {"comment": gone if item.deleted else f"<p>{item.said}</p>", "commenting_user": person}
        if old:
            return told | {"indent_level": depth + 1, "updated_at": item.when.isoformat()}
        return told | {"parent_comment": f"c{item.parent}" if item.parent else None, "depth": depth}

    def below(parent: int | None, depth: int) -> list[Json]:
        found = []
        for item in items:
            if item.parent == parent:
                found += [comment(item, depth), *below(item.number, depth + 1)]
        return found

    return below(None, 0)


def lobsters(items: Sequence[Item], *, old: bool = False, link: str = POST) -> Handler:
    """The site, today's or (`old`) as it told users and answers before; and bea's own stories."""
    story = {"short_id": "abc123", "short_id_url": "https://lobste.rs/s/abc123", "url": link, "score": 7}
    story |= {"created_at": "2025-01-01T10:00:00.000-06:00", "title": "A story", "submitter_user": "cy"}
    story |= {"comment_count": len(items), "description": "", "tags": ["web"], "user_is_author": False}

    def own(item: Item) -> Json:
        name = {"short_id": f"s{item.number}", "short_id_url": f"https://lobste.rs/s/s{item.number}"}
        return {**story, **name, "created_at": item.when.isoformat(), "title": item.said}

    def answer(request: Request) -> Answer:
        if set(request.query) - KNOWN:
            return answer_json("400 Unpermitted query or form parameter", 400)
        if request.path == "/stories/url/all.json":
            return answer_json([story] if link == POST else [])
        if request.path == "/s/abc123.json":
            return answer_json(story | {"comments": lobsters_flat(items, old=old)})
        if match := re.fullmatch(r"/~bea/stories(?:/page/(\d+))?\.json", request.path):
            told = [own(item) for item in reversed(items) if not item.deleted]
            number = int(match[1] or 1)
            return answer_json(told[(number - 1) * 25 : number * 25])
        return answer_json({"status": 404}, 404)

    return answer


def lobsters_given(items: Sequence[Item]) -> Handler:
    """The site, where nothing links to the post."""
    return lobsters(items, link=ELSEWHERE)


# --- Lemmy ------------------------------------------------------------------------------------------------------------

BEA = {"id": 3, "name": "bea", "display_name": "Bea", "local": False, "avatar": "https://lemmy.example/bea.png"}
CY = {"id": 4, "name": "cy", "local": True}


def lemmy(items: Sequence[Item], *, modern: bool = False, link: str = POST, nsfw: bool = False) -> Handler:
    """A server, with v3 or (`modern`) v4 of the API."""
    at, person = ("published_at", "ap_id") if modern else ("published", "actor_id")
    numbers = {"score": 7, "upvotes": 8, "downvotes": 1, "comments": len(items)}
    post = {"id": 5, "name": "A story", "url": link, "ap_id": "https://lemmy.example/post/99", "nsfw": nsfw}
    post |= {at: "2025-01-01T10:00:00.123456Z", "deleted": False, "removed": False} | (numbers if modern else {})
    cy, bea = ({**who, person: f"https://lemmy.example/u/{who['name']}"} for who in (CY, BEA))
    community = {"id": 1, "name": "blogs", "nsfw": nsfw}
    view = {"post": post, "creator": cy, "community": community} | ({} if modern else {"counts": numbers})

    def comment(item: Item) -> Json:
        above = f"0.{item.parent}.{item.number}" if item.parent else f"0.{item.number}"
        told: Json = {"id": item.number, "ap_id": f"https://lemmy.example/comment/{item.number}", "path": above}
        told |= {at: item.when.isoformat(), "content": "" if item.deleted else item.said, "post_id": 5}
        told |= {"deleted": item.deleted, "removed": False}
        return {"type_": "comment", "comment": told, "creator": bea, "post": post, "community": community}

    def answer(request: Request) -> Answer:
        version, _, path = request.path.removeprefix("/api/").partition("/")
        if version != ("v4" if modern else "v3"):
            return answer_json({"error": "not_found"}, 404)
        if path == "site":
            return answer_json({"site_view": {}, "version": "1.0.0"})
        if path == "search":
            found = [view | {"type_": "post"}] if link == POST else []
            return answer_json({"search": found} if modern else {"type_": "Url", "posts": found, "comments": []})
        if path == "post":
            return answer_json({"post_view": view})
        if path in {"comment/list", "user", "person/content"}:
            told = [comment(item) for item in items if path == "comment/list" or not item.deleted]
            return answer_json(listed(request, told if path == "comment/list" else told[::-1], modern=modern))
        return answer_json({"error": "not_found"}, 404)

    return answer


def listed(request: Request, told: list[Json], *, modern: bool) -> Json:
    """A page of a listing; with `max_depth` v3 gives the first 300 whichever page is asked for."""
    size = min(int(request.query.get("limit", ["10"])[0]), 50)
    if not modern:
        whole = "max_depth" in request.query
        return {"comments": told[:300] if whole else page_of(request, told, size), "posts": []}
    start = int(request.query.get("page_cursor", ["C0"])[0].removeprefix("C"))
    following = {"next_page": f"C{start + size}"} if start + size < len(told) else {}
    return {"items": told[start : start + size], **following}


def lemmy_given(*, modern: bool) -> Callable[[Sequence[Item]], Handler]:
    """A server where nothing links to the post."""
    return lambda items: lemmy(items, modern=modern, link=ELSEWHERE)


# --- Forem ------------------------------------------------------------------------------------------------------------


def forem(items: Sequence[Item], *, canonical: str = POST, reactions: int = 7) -> Handler:
    """A site with one article by Ada."""
    article = {"type_of": "article", "id": 42, "path": "/ada/a-1b2c", "url": "https://dev.to/ada/a-1b2c"}
    article |= {"canonical_url": canonical, "comments_count": len(items), "public_reactions_count": reactions}

    def comment(item: Item) -> Json:
        told: Json = {"type_of": "comment", "id_code": f"{item.number}", "created_at": item.when.isoformat()}
        if item.deleted:
            return told | {"body_html": "<p>[deleted]</p>", "user": {}}
        user = {"name": "Bea", "username": "bea", "profile_image_90": "https://dev.example/bea.png"}
        return told | {"body_html": f"<p>{item.said}</p>", "user": user}

    def answer(request: Request) -> Answer:
        if request.headers["Accept"] != "application/vnd.forem.api-v1+json":
            return answer_json({"error": "v0 of the API"}, 406)
        if request.path == "/api/articles" and request.query["username"] == ["ada"]:
            return answer_json(page_of(request, [article], 30))
        if request.path == "/api/articles/ada/a-1b2c":
            return answer_json(article | {"body_html": "<p>Text"})
        if request.path == "/api/comments" and request.query["a_id"] == ["42"]:
            return answer_json(page_of(request, nested(items, comment), int(request.query["per_page"][0])))
        return answer_json({"error": "not found", "status": 404}, 404)

    return answer


BEA_THERE = {"account": "bea"}
CASES = [
    Case("hackernews", "hackernews", hackernews, {}),
    Case("hackernews, given", "hackernews", hackernews_given, BEA_THERE, many=2_050, paged_by=("numericFilters",)),
    Case("lobsters", "lobsters", lobsters, {}),
    Case("lobsters, old", "lobsters", lambda items: lobsters(items, old=True), {}, ("https://lobste.rs/s/abc123/a",)),
    Case("lobsters, given", "lobsters", lobsters_given, BEA_THERE, many=60),
    Case("lemmy 0.19", "lemmy", lemmy, {}, many=120),
    Case("lemmy 1.0", "lemmy", lambda items: lemmy(items, modern=True), {}, many=120, paged_by=("page_cursor",)),
    Case("lemmy 0.19, given", "lemmy", lemmy_given(modern=False), BEA_THERE, many=120),
    Case("lemmy 1.0, given", "lemmy", lemmy_given(modern=True), BEA_THERE, many=120, paged_by=("page_cursor",)),
    Case("forem", "forem", forem, {"account": "ada"}, many=120),
    Case("forem, named", "forem", lambda items: forem(items, canonical=""), {"account": "ada"}, ("{base}/ada/a-1b2c",)),
]
