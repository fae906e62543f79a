"""Bluesky on loopback: directory, personal data server, AppView and Constellation, over a state that tests change.

    bluesky = Bluesky()
    uri = bluesky.post("ada", "New: https://blog.example/a.html", link="https://blog.example/a.html")
    bluesky.like("bea", uri)
    with serve(bluesky) as server:
        ...account "ada.test", base_url server.url, plc server.url + "/plc", constellation server.url + "/links"...

Shapes and limits are those of the real network (`test_bluesky_network.py` asks that one): posts that are gone are
missing from getPosts and a 400 for getPostThread, listings end without a cursor, records come newest first.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

from loopback import Answer, Request, answer_json

__all__ = ["POST", "Bluesky", "tid"]

POST, LIKE, REPOST = "app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.feed.repost"
_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_DEFS = "app.bsky.feed.defs"


def tid(number: int) -> str:
    """A key of a record: the larger the number, the later it sorts."""
    text = ""
    for _ in range(13):
        number, digit = divmod(number, 32)
        text = _DIGITS[digit] + text
    return text


class Bluesky:
    """The network; call it with a request. `page` is how many entries it gives at a time, whatever is asked for."""

    def __init__(self, *, page: int = 100, depth: int = 1_000) -> None:
        self.page, self.depth = page, depth
        self.people: dict[str, dict[str, Any]] = {}
        self.records: dict[str, dict[str, Any]] = {}
        self.gone: set[str] = set()
        #: Changes to what is shown of a post, by its address: labels, counts, the view of its embed.
        self.shown: dict[str, dict[str, Any]] = {}
        self.threadgate: list[str] = []
        self._numbers = itertools.count(1)

    # --- what happens there --------------------------------------------------------------------------------------

    def person(self, name: str, **profile: Any) -> str:  # noqa: ANN401 - any field of a profile
        """The DID of the account with the handle NAME.test, made where there is none, with `profile` shown of it."""
        did = f"did:plc:{name}"
        self.people.setdefault(did, {"did": did, "handle": f"{name}.test", "labels": []}).update(profile)
        return did

    def shy(self, name: str) -> None:
        """That account asks not to be shown to people who are not signed in."""
        did = self.person(name)
        self.person(name, labels=[{"src": did, "uri": f"at://{did}/x/self", "val": "!no-unauthenticated"}])

    def post(
        self,
        who: str,
        text: str = "",
        *,
        parent: str = "",
        quote: str = "",
        link: str = "",
        number: int = 0,
        when: str = "2026-05-03T10:00:00.000Z",
        **record: Any,  # noqa: ANN401 - any field of a record
    ) -> str:
        """Somebody posts; returns the at:// address."""
        value: dict[str, Any] = {"$type": POST, "text": text, "createdAt": when}
        if parent:
            root = self.records.get(parent, {}).get("reply", {}).get("root", {"uri": parent, "cid": "c"})
            value["reply"] = {"root": root, "parent": {"uri": parent, "cid": "c"}}
        if quote:
            value["embed"] = {"$type": "app.bsky.embed.record", "record": {"uri": quote, "cid": "c"}}
        if link:
            value["embed"] = {
                "$type": "app.bsky.embed.external",
                "external": {"uri": link, "title": "", "description": ""},
            }
        return self._add(who, POST, {**value, **record}, number)

    def like(self, who: str, uri: str, number: int = 0, when: str = "2026-05-04T10:00:00.000Z") -> str:
        """Somebody likes a post."""
        return self._add(who, LIKE, {"$type": LIKE, "subject": {"uri": uri, "cid": "c"}, "createdAt": when}, number)

    def repost(self, who: str, uri: str, number: int = 0) -> str:
        """Somebody reposts a post."""
        value = {"$type": REPOST, "subject": {"uri": uri, "cid": "c"}, "createdAt": "2026-05-04T10:00:00.000Z"}
        return self._add(who, REPOST, value, number)

    def delete(self, uri: str) -> None:
        """Its author deletes it."""
        self.gone.add(uri)

    def _add(self, who: str, collection: str, value: dict[str, Any], number: int) -> str:
        uri = f"at://{self.person(who)}/{collection}/{tid(number or 10_000 + next(self._numbers))}"
        self.records[uri] = value
        return uri

    # --- what it answers -----------------------------------------------------------------------------------------

    def __call__(self, request: Request) -> Answer:
        """The answer to one request, as `loopback.serve` asks for it."""
        if request.path.startswith("/plc/"):
            did = request.path.removeprefix("/plc/")
            endpoint = f"http://{request.headers['Host']}"
            service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": endpoint}
            found = {"id": did, "alsoKnownAs": [f"at://{did[8:]}.test"], "service": [service]}
            return answer_json(found) if did in self.people else answer_json({"message": "DID not registered"}, 404)
        method: Callable[[Request], Mapping[str, Any] | None] | None = getattr(
            self, "_" + request.path.rpartition(".")[2], None
        )
        if method is None:
            return answer_json({"error": "MethodNotImplemented"}, 501)
        answer = method(request)
        return answer_json(answer) if answer is not None else answer_json({"error": "InvalidRequest"}, 400)

    def _resolveHandle(self, request: Request) -> Mapping[str, Any] | None:  # noqa: N802 - as the API calls it
        return next(
            ({"did": did} for did, one in self.people.items() if one["handle"] == _one(request, "handle")), None
        )

    def _getProfile(self, request: Request) -> Mapping[str, Any] | None:  # noqa: N802
        did = _one(request, "actor")
        own = [uri for uri in self._live(POST) if uri.startswith(f"at://{did}/")]
        return {**self.people[did], "followersCount": 3, "postsCount": len(own)} if did in self.people else None

    def _getProfiles(self, request: Request) -> Mapping[str, Any] | None:  # noqa: N802
        asked = request.query["actors"]
        return {"profiles": [self.people[did] for did in asked if did in self.people]} if len(asked) <= 25 else None

    def _listRecords(self, request: Request) -> Mapping[str, Any] | None:  # noqa: N802
        prefix = f"at://{_one(request, 'repo')}/{_one(request, 'collection')}/"
        own = sorted((uri for uri in self.records if uri.startswith(prefix) and uri not in self.gone), reverse=True)
        before = _one(request, "cursor")
        own = [uri for uri in own if not before or uri < prefix + before][: self.page]
        found: dict[str, Any] = {"records": [{"uri": uri, "cid": "c", "value": self.records[uri]} for uri in own]}
        return {**found, "cursor": own[-1].removeprefix(prefix)} if own else found

    def _getPosts(self, request: Request) -> Mapping[str, Any] | None:  # noqa: N802
        asked = request.query["uris"]
        return {"posts": [self._view(uri) for uri in asked if uri in self._live(POST)]} if len(asked) <= 25 else None

    def _getPostThread(self, request: Request) -> Mapping[str, Any] | None:  # noqa: N802
        uri, depth = _one(request, "uri"), min(int(_one(request, "depth") or 6), self.depth)
        if uri not in self._live(POST):
            return None
        root = {"$type": f"{_DEFS}#threadViewPost", "post": self._view(uri)}
        level = [root]
        for _ in range(depth):
            for node in level:
                below = self._below(node["post"]["uri"] if "post" in node else node["uri"])
                node["replies"] = [self._node(one) for one in below]
            level = [one for node in level for one in node["replies"] if "blocked" not in one]
        gate = {"threadgate": {"record": {"hiddenReplies": self.threadgate}}} if self.threadgate else {}
        return {"thread": root, **gate}

    def _getLikes(self, request: Request) -> Mapping[str, Any]:  # noqa: N802
        found = self._about(LIKE, request)
        likes = [
            {"actor": self.people[_who(uri)], "createdAt": value["createdAt"], "indexedAt": value["createdAt"]}
            for uri, value in found
        ]
        return self._paged("likes", likes, request)

    def _getRepostedBy(self, request: Request) -> Mapping[str, Any]:  # noqa: N802
        return self._paged("repostedBy", [self.people[_who(uri)] for uri, _ in self._about(REPOST, request)], request)

    def _getQuotes(self, request: Request) -> Mapping[str, Any]:  # noqa: N802
        return self._paged("posts", [self._view(uri) for uri in self._quoting(_one(request, "uri"))], request)

    def _getBacklinks(self, request: Request) -> Mapping[str, Any] | None:  # noqa: N802
        url, source = _one(request, "subject"), _one(request, "source")
        card = source == f"{POST}:embed.external.uri"
        if not card and source != f"{POST}:facets[].features[app.bsky.richtext.facet#link].uri":
            return None
        found = [uri for uri, value in self._live(POST).items() if url in (_cards(value) if card else _facets(value))]
        records = [{"did": _who(uri), "collection": POST, "rkey": uri.rpartition("/")[2]} for uri in found]
        return {**self._paged("records", records, request), "total": len(records)}

    # --- what is shown -------------------------------------------------------------------------------------------

    def _live(self, collection: str) -> dict[str, dict[str, Any]]:
        return {u: value for u, value in self.records.items() if f"/{collection}/" in u and u not in self.gone}

    def _view(self, uri: str) -> dict[str, Any]:
        value = self.records[uri]
        # A profileViewBasic; likes and reposts come with profileViews, which have descriptions.
        author = {name: one for name, one in self.people[_who(uri)].items() if name != "description"}
        below = [one for one in self._below(uri) if one not in self.gone]
        numbers = {"replyCount": len(below), "quoteCount": len(self._quoting(uri))}
        for name, collection in (("likeCount", LIKE), ("repostCount", REPOST)):
            numbers[name] = sum(one["subject"]["uri"] == uri for one in self._live(collection).values())
        labels = [{"src": _who(uri), "val": one["val"]} for one in value.get("labels", {}).get("values", [])]
        view = {"uri": uri, "cid": "c", "author": author, "record": value, "labels": labels, **numbers}
        return {**view, "indexedAt": value["createdAt"], **self.shown.get(uri, {})}

    def _node(self, uri: str) -> dict[str, Any]:
        if self.shown.get(uri, {}).get("blocked"):
            author = {"did": _who(uri)}
            return {"$type": f"{_DEFS}#blockedPost", "uri": uri, "blocked": True, "author": author}
        if uri in self.gone:
            return {"$type": f"{_DEFS}#notFoundPost", "uri": uri, "notFound": True}
        return {"$type": f"{_DEFS}#threadViewPost", "post": self._view(uri)}

    def _below(self, uri: str) -> list[str]:
        """The replies to a post; a deleted one only where it was answered itself."""
        answers = [u for u, one in self.records.items() if one.get("reply", {}).get("parent", {}).get("uri") == uri]
        return [one for one in answers if one not in self.gone or self._below(one)]

    def _quoting(self, uri: str) -> list[str]:
        return [
            u for u, one in self._live(POST).items() if one.get("embed", {}).get("record", {}).get("uri", "") == uri
        ]

    def _about(self, collection: str, request: Request) -> list[tuple[str, dict[str, Any]]]:
        uri = _one(request, "uri")
        return [(u, one) for u, one in self._live(collection).items() if one["subject"]["uri"] == uri]

    def _paged(self, field: str, entries: list[Any], request: Request) -> Mapping[str, Any]:
        start = int(_one(request, "cursor") or 0)
        end = start + min(self.page, int(_one(request, "limit") or 50))
        return {field: entries[start:end], **({"cursor": str(end)} if end < len(entries) else {})}


def _one(request: Request, name: str) -> str:
    return request.query.get(name, [""])[0]


def _who(uri: str) -> str:
    return uri.split("/")[2]


def _cards(value: Mapping[str, Any]) -> list[str]:
    return [value.get("embed", {}).get("external", {}).get("uri", "")]


def _facets(value: Mapping[str, Any]) -> list[str]:
    return [feature.get("uri", "") for facet in value.get("facets", []) for feature in facet["features"]]
