"""WordPress and servers that speak ActivityPub as documented, for the shared suite and their own tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from conformance import POST, Case, Item
from loopback import Answer, Handler, Request, answer_json

__all__ = [
    "CASES",
    "HOME",
    "OLD",
    "PUBLIC",
    "Row",
    "actor",
    "answer_activitypub",
    "answer_wordpress",
    "created",
    "feed_of",
    "note",
    "wordpress_post",
    "wordpress_row",
]

Row = dict[str, Any]

# --- WordPress (wp-includes/rest-api/endpoints, 6.1) ------------------------------------------------------------------

#: What the blog calls itself, wherever it is asked.
OLD = "https://old.example"
#: Comments on a page of the fake, whatever is asked for.
PAGE = 20


def wordpress_post(number: int, slug: str, path: str = "", kind: str = "posts") -> Row:
    """A post (or, by `kind`, a page) of the blog, at `path`."""
    return {"id": number, "slug": slug, "link": path or f"/{slug}/", "kind": kind}


def wordpress_row(number: int, text: str = "Words.", parent: int | None = None, /, **more: object) -> Row:
    """A comment as WordPress tells it; `link` is put in where it is answered."""
    row = {
        "id": number,
        "parent": parent or 0,
        "author_name": f"Person {number}",
        "author_url": f"https://p{number}.example/",
        "date_gmt": "2026-05-20T12:00:00",
        "content": {"rendered": f"<p>{text}</p>\n"},
        "status": "approved",
        "type": "comment",
        "author_avatar_urls": {"96": "https://secure.gravatar.com/avatar/0cc175b9c0f1b6a831c399e269772661?s=96"},
    }
    return row | more


def answer_wordpress(
    posts: Sequence[Row], comments: Mapping[int, Sequence[Row]], *, closed: str = "", plain: bool = False
) -> Handler:
    """The blog with these posts, and their comments by number of the post.

    `closed` is a part of the REST addresses that is refused; `plain` says that addresses are like "?p=12".
    """

    def answer(request: Request) -> Answer:
        base = f"http://{request.headers['Host']}"
        query = {name: values[0] for name, values in request.query.items()}
        path = "/wp-json" + query.get("rest_route", "") if plain else request.path
        if closed and closed in path:
            return answer_json({"code": "rest_not_logged_in", "data": {"status": 401}}, 401)
        kind = path.removeprefix("/wp-json/wp/v2/")
        if kind in {"posts", "pages"}:
            wanted = query["slug"].split(",")
            found = [post for post in posts if post["kind"] == kind and post["slug"] in wanted]
            return _listed([_post(post, base) for post in found], query)
        if kind == "comments":
            asked = [post for post in posts if query.get("post") in {None, str(post["id"])}]
            rows = [
                {"link": f"{OLD}{post['link']}#comment-{row['id']}"} | row
                for post in asked
                for row in comments.get(post["id"], ())
                if _is_told(row, query, request)
            ]
            return _listed(rows, query)
        if path == "/comments/feed/":
            return feed_of("", "", ())
        for post in posts:
            if path == f"{post['link']}feed/" or query.get("p") == str(post["id"]):
                return feed_of(base, post["link"], comments.get(post["id"], ()))
        return 404, {}, b"<h1>Not found"

    return answer


def _post(post: Row, base: str) -> Row:
    return {"id": post["id"], "slug": post["slug"], "link": base + post["link"]}


def _is_told(row: Row, query: Mapping[str, str], request: Request) -> bool:
    everything = query.get("type") == "all" and "Basic " in request.headers.get("Authorization", "")
    return row["status"] == "approved" and (row["type"] == "comment" or everything)


def _listed(rows: Sequence[Row], query: Mapping[str, str]) -> Answer:
    number, size = int(query.get("page", "1")), min(int(query["per_page"]), PAGE)
    pages = -(-len(rows) // size)
    shown = rows[(number - 1) * size : number * size]
    return answer_json(list(shown), X_WP_Total=str(len(rows)), X_WP_TotalPages=str(pages))


def feed_of(base: str, link: str, rows: Sequence[Row]) -> Answer:
    """The comment feed of a post: the ten newest, pingbacks too."""
    told = []
    page = f"{OLD}{link}#comment-"
    for row in list(reversed([row for row in rows if row["status"] == "approved"]))[:10]:
        text = row["content"]["rendered"]
        if row["parent"]:
            text = f'<p>In reply to <a href="{page}{row["parent"]}">Somebody</a>.</p>\n{text}'
        told.append(
            f"<item><title>By: {escape(row['author_name'])}</title><link>{page}{row['id']}</link>"
            f"<dc:creator><![CDATA[{row['author_name']}]]></dc:creator>"
            '<pubDate>Wed, 20 May 2026 12:00:00 +0000</pubDate><guid isPermaLink="false">'
            f"{OLD}/?p=1#comment-{row['id']}</guid><content:encoded><![CDATA[{text}]]></content:encoded></item>"
        )
    body = (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Comments on: A post</title>'
        f"<link>{base}{link}</link>{''.join(told)}</channel></rss>"
    )
    return 200, {"Content-Type": "application/rss+xml; charset=UTF-8"}, body.encode()


def _wordpress(items: Sequence[Item]) -> Handler:
    rows = [
        wordpress_row(item.number, item.said, item.parent, date_gmt=f"{item.when:%Y-%m-%dT%H:%M:%S}")
        for item in items
        if not item.deleted
    ]
    return answer_wordpress([wordpress_post(7, "a", "/2026/05/a/")], {7: rows})


CASES = [
    Case("wordpress", "wordpress", _wordpress, token=False),
    Case("wordpress copy", "wordpress", _wordpress, syndication=("{base}/2026/05/a/",), token=False),
]


# --- ActivityPub (Mastodon 4.4: app/serializers/activitypub) ----------------------------------------------------------

HOME = "https://social.example"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


def actor(name: str, host: str = HOME, **more: object) -> Row:
    """An account."""
    own = f"{host}/users/{name}"
    row = {
        "id": own,
        "type": "Person",
        "inbox": f"{own}/inbox",
        "outbox": f"{own}/outbox",
        "followers": f"{own}/followers",
        "preferredUsername": name,
        "name": name.title(),
        "url": f"{host}/@{name}",
        "icon": {"type": "Image", "url": f"{host}/{name}.png"},
        "summary": "",
    }
    return row | more


def note(number: int, text: str, name: str = "bea", parent: str = "", host: str = HOME, **more: object) -> Row:
    """A note with its replies at an address, and its likes and shares as numbers."""
    own = f"{host}/users/{name}/statuses/{number}"
    row = {
        "id": own,
        "type": "Note",
        "url": f"{host}/@{name}/{number}",
        "attributedTo": f"{host}/users/{name}",
        "to": [PUBLIC],
        "cc": [f"{host}/users/{name}/followers"],
        "inReplyTo": parent or None,
        "content": f"<p>{text}</p>",
        "published": "2026-05-20T12:00:00Z",
        "replies": f"{own}/replies",
    }
    return row | more


def created(thing: Row) -> Row:
    """The activity by which a note came to be."""
    return {
        "id": f"{thing['id']}/activity",
        "type": "Create",
        "actor": thing["attributedTo"],
        "published": thing["published"],
        "to": thing["to"],
        "object": thing,
    }


def answer_activitypub(
    things: Sequence[Row], outbox: Sequence[Row] = (), *, followers: int = 7, size: int = PAGE
) -> Handler:
    """The server with these actors and notes (a note with "deleted" is a tombstone), and Ada's outbox, newest first."""
    by_path = {thing["id"].removeprefix(HOME): thing for thing in things}

    def answer(request: Request) -> Answer:
        path, number = request.path, int(request.query.get("page", ["0"])[0])
        if path == "/.well-known/webfinger":
            link = {"rel": "self", "type": "application/activity+json", "href": f"{HOME}/users/ada"}
            return answer_json({"subject": "acct:ada@social.example", "links": [link]})
        if path.endswith("/followers"):
            return answer_json({"id": HOME + path, "type": "OrderedCollection", "totalItems": followers})
        if path.endswith(("/outbox", "/replies")):
            given = path.endswith("/outbox")
            entries = list(outbox) if given else _below(HOME + path.removesuffix("/replies"), things)
            return answer_json(_page("Ordered" if given else "", HOME + path, entries, number, size))
        thing = by_path.get(path) or next((each for each in things if each.get("url") == HOME + path), None)
        if thing is None:
            return answer_json({"error": "Not Found"}, 404)
        if thing.get("deleted"):
            return answer_json({"id": thing["id"], "type": "Tombstone"}, 410)
        return answer_json(thing, Content_Type="application/activity+json")

    return answer


def _below(own: str, things: Sequence[Row]) -> list[object]:
    """The ids of the replies to a note; those to a deleted one stand beside it."""
    found: list[object] = []
    for thing in things:
        if thing.get("inReplyTo") == own:
            found.append(thing["id"])
            found += _below(thing["id"], things) if thing.get("deleted") else []
    return found


def _page(kind: str, own: str, entries: list[Any], number: int, size: int) -> Row:
    """A collection, or a page of it from 1."""
    if not number:
        return {"id": own, "type": f"{kind}Collection", "totalItems": len(entries), "first": f"{own}?page=1"}
    shown = entries[(number - 1) * size : number * size]
    more = {"next": f"{own}?page={number + 1}"} if number * size < len(entries) else {}
    items = {"orderedItems" if kind else "items": shown}
    return {"id": f"{own}?page={number}", "type": f"{kind}CollectionPage", "partOf": own, **items, **more}


def _activitypub(items: Sequence[Item]) -> Handler:
    copy = note(1000, f'New: <a href="{POST}">a post</a>', "ada")
    ids = {item.number: f"{HOME}/users/bea/statuses/{item.number}" for item in items}
    replies = [
        note(
            item.number,
            item.said,
            parent=ids[item.parent] if item.parent else str(copy["id"]),
            published=item.when.isoformat(),
            deleted=item.deleted,
        )
        for item in items
    ]
    return answer_activitypub([actor("ada"), actor("bea"), copy, *replies], [created(copy)])


CASES += [
    Case("activitypub", "activitypub", _activitypub, options={"account": "@ada@social.example"}),
    Case(
        "activitypub copy",
        "activitypub",
        _activitypub,
        options={"account": "@ada@social.example"},
        syndication=("https://social.example/@ada/1000",),
    ),
]
