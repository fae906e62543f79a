"""A webmention.io on loopback: its read API as documented and as its source has it, over a state that tests change.

    service = WebmentionIo("blog.example", token="secret")
    number = service.add(entry)
    with serve(service) as server:
        ...pull from server.url...
        service.edit(number, content={"text": "better said"})

Every change takes a second of the service's own clock. As on the real one, an edit and a late approval keep `wm-id` and
`wm-received`; a deleted mention is told by `/api/deleted`; a muted or held one just is not there.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from loopback import Answer, Request, answer_json
from odd_mentions import Entry, mentions

__all__ = ["Entry", "WebmentionIo", "mentions"]

MOST_PER_PAGE = 1_000
MOST_TARGETS = 50
_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_KINDS = {"in-reply-to": "reply", "like-of": "like", "repost-of": "repost", "bookmark-of": "bookmark"}


@dataclasses.dataclass
class Row:
    """A mention as the service keeps it; `state` is "live", "deleted", "muted" or "held"."""

    entry: Entry
    created: datetime
    updated: datetime
    state: str = "live"

    @property
    def number(self) -> int:
        """The mention's wm-id."""
        number = self.entry["wm-id"]
        assert isinstance(number, int)
        return number

    @property
    def page(self) -> str:
        """The target without its fragment: pages are told apart exactly as they are spelled."""
        return str(self.entry.get("wm-target") or "").partition("#")[0]


class WebmentionIo:
    """The service; call it with a request.

    `old` behaves as before September 2026: no paging object, `sort-by=updated` is not known, nothing is told of
    deletions. `short` leaves hidden mentions out after cutting the pages, so that pages are shorter than asked for.
    """

    def __init__(
        self, domain: str = "blog.example", token: str = "", *, old: bool = False, short: bool = False
    ) -> None:
        self.domain, self.token, self.old, self.short = domain, token, old, short
        self.rows: list[Row] = []
        self._numbers = itertools.count(1001)
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        #: Called before each answer; tests change the state here, while a client reads page after page.
        self.before: Callable[[Request], None] = lambda _: None

    # --- what happens at the service -------------------------------------------------------------------------------

    def add(self, entry: Mapping[str, object], state: str = "live") -> int:
        """A mention arrives; it gets the next id and the present time unless it brings its own wm-id."""
        self.tick()
        number = entry.get("wm-id") or next(self._numbers)
        full: Entry = {**entry, "wm-id": number, "wm-received": self.now.strftime(_FORMAT)}
        self.rows.append(Row(full, self.now, self.now, state))
        return self.rows[-1].number

    def edit(self, number: int, **changes: object) -> None:
        """Its author changed it and sent it again."""
        row = self._touch(number)
        row.entry = {**row.entry, **changes}

    def delete(self, number: int) -> None:
        """It was deleted, here or at its source."""
        self._touch(number).state = "deleted"

    def mute(self, number: int) -> None:
        """A rule hides it; `/api/deleted` does not tell of it."""
        self._touch(number).state = "muted"

    def show(self, number: int) -> None:
        """It is unmuted, or approved long after it arrived."""
        self._touch(number).state = "live"

    def tick(self, seconds: int = 1) -> None:
        """Time passes."""
        self.now += timedelta(seconds=seconds)

    def live(self, *, private: bool = False) -> set[str]:
        """The ids that a reader of the whole site is to see, as text."""
        shown = (row for row in self.rows if row.state == "live")
        return {str(row.number) for row in shown if private or not row.entry.get("wm-private")}

    def _touch(self, number: int) -> Row:
        self.tick()
        row = next(row for row in self.rows if row.number == number)
        row.updated = self.now
        return row

    # --- what it answers -------------------------------------------------------------------------------------------

    def __call__(self, request: Request) -> Answer:
        """The answer to one request, as `loopback.serve` asks for it."""
        self.before(request)
        routes = {"/api/mentions.jf2": self._mentions, "/api/count": self._count, "/api/deleted": self._deleted}
        if request.path not in routes or (self.old and request.path == "/api/deleted"):
            return answer_json({"error": "not_found"}, 404)
        if not _targets(request) and request.path == "/api/count":
            return answer_json({"error": "invalid_input", "error_description": "A target URI is required"}, 400)
        if not _targets(request):
            given = _first(request, "token") or str(request.headers.get("Authorization", "")).removeprefix("Bearer ")
            if not given:
                return answer_json(
                    {"error": "invalid_input", "error_description": "A token or a target is required"}, 400
                )
            if given != self.token:
                return answer_json({"error": "forbidden", "error_description": "Access token was not valid"}, 401)
        return routes[request.path](request)

    def _asked(self, request: Request) -> list[Row]:
        """The rows that a request is about, whatever their state; private ones are for the owner only."""
        targets = _targets(request)
        if targets:
            return [row for row in self.rows if row.page in targets and not row.entry.get("wm-private")]
        domain = _first(request, "domain")
        return self.rows if domain in ("", self.domain) else []

    def _mentions(self, request: Request) -> Answer:
        rows = self._asked(request)
        properties = request.query.get("wm-property[]", []) + request.query.get("wm-property", [])
        rows = [row for row in rows if not properties or row.entry.get("wm-property") in properties]
        rows = [row for row in rows if _since(request) < row.created]
        rows = [row for row in rows if int(_first(request, "since_id") or 0) < row.number]
        rows = _sorted(rows, request, known=("created", "published", "rsvp") + (() if self.old else ("updated",)))
        live = [row for row in rows if row.state == "live"]
        page, paging = _paged(rows if self.short else live, request)
        feed = {"type": "feed", "name": "Webmentions", "children": [row.entry for row in page if row.state == "live"]}
        return answer_json(feed if self.old else {**feed, "paging": {**paging, "total": len(live)}})

    def _deleted(self, request: Request) -> Answer:
        rows = [row for row in self._asked(request) if row.state == "deleted" and _since(request) < row.updated]
        rows.sort(key=lambda row: (row.updated, row.number), reverse=True)
        told = [
            {name: row.entry.get(name) for name in ("wm-id", "wm-source", "wm-target")}
            | {"wm-deleted": row.updated.strftime(_FORMAT)}
            for row in _paged(rows, request)[0]
        ]
        return answer_json({"type": "feed", "name": "Deleted webmentions", "children": told})

    def _count(self, request: Request) -> Answer:
        kinds: dict[str, int] = {}
        for row in self._asked(request):
            if row.state == "live":
                kind = _KINDS.get(str(row.entry.get("wm-property")), "mention")
                kinds[kind] = kinds.get(kind, 0) + 1
        return answer_json({"count": sum(kinds.values()), "type": dict(sorted(kinds.items()))})


def _first(request: Request, name: str) -> str:
    return request.query.get(name, [""])[0]


def _since(request: Request) -> datetime:
    given = _first(request, "since")
    return datetime.fromisoformat(given) if given else datetime.min.replace(tzinfo=UTC)


def _targets(request: Request) -> list[str]:
    named = request.query.get("target[]", []) + request.query.get("target", [])
    return list(dict.fromkeys(target.partition("#")[0] for target in named if target))[:MOST_TARGETS]


def _sorted(rows: list[Row], request: Request, known: tuple[str, ...]) -> list[Row]:
    by = _first(request, "sort-by")
    keys: dict[str, Callable[[Row], tuple[str, ...]]] = {
        "created": lambda row: (row.created.isoformat(),),
        "updated": lambda row: (row.updated.isoformat(),),
        "published": lambda row: (str(row.entry.get("published") or ""), row.created.isoformat()),
        "rsvp": lambda row: (str(row.entry.get("rsvp") or ""), row.created.isoformat()),
    }
    return sorted(rows, key=keys[by if by in known else "created"], reverse=_first(request, "sort-dir") != "up")


def _paged(rows: list[Row], request: Request) -> tuple[list[Row], dict[str, int]]:
    size = min(max(int(_first(request, "per-page") or _first(request, "perPage") or 20), 0), MOST_PER_PAGE)
    number = max(int(_first(request, "page") or 0), 0)
    paging = {"per-page": size, "page": number, "total-pages": -(-len(rows) // size) if size else 0}
    return rows[number * size : (number + 1) * size], paging
