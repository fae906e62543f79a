"""A Mastodon on loopback: what is asked of one, in the shapes of its documentation, over a state that tests change.

    server = Mastodon(token="secret")
    status = server.post("ada", "<p>New: https://blog.example/a.html</p>")
    server.post("bea@b.example", "<p>Well said</p>", reply_to=status)
    server.favourite("bea@b.example", status)
    with serve(server) as running:
        ...pull from running.url...

What real servers do beyond the documentation is here too: `next` links forget `since_id` and the like, the ids by which
likes are paged are not those of what is listed, cards may be null, strangers see sixty replies.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from loopback import Answer, Request, answer_json

__all__ = ["HOST", "Json", "Mastodon"]

Json = dict[str, Any]

HOST = "social.example"
BEGIN = datetime(2026, 5, 1, 10, tzinfo=UTC)


class Mastodon:
    """The instance; call it with a request. `closed` answers nobody without the token; `scopes` are the token's."""

    def __init__(self, token: str = "", *, closed: bool = False, page: int = 40, scopes: str = "read") -> None:
        self.token, self.closed, self.page, self.scopes = token, closed, page, scopes
        self.people: dict[str, Json] = {}
        self.statuses: dict[str, Json] = {}
        #: Who likes which status, in the order of the likes; and what happened to the owner of the token, oldest first.
        self.likes: list[tuple[str, str]] = []
        self.notifications: list[Json] = []
        #: So many times a context is said to be still looked for.
        self.refreshes = 0
        #: Replies on other servers, that arrive while it is looked for: id of the status -> what comes.
        self.coming: list[tuple[str, str, str]] = []
        self.batches = True
        self._next = 0
        self.person("ada", display_name="Ada Marlow", followers_count=7)

    # --- what people do -----------------------------------------------------------------------------------------------

    def person(self, acct: str, **more: Any) -> Json:  # noqa: ANN401 - any field
        """An account, made when it is first named."""
        if acct not in self.people:
            name, _, host = acct.partition("@")
            url = f"https://{host or HOST}/@{name}"
            self.people[acct] = {
                "id": str(100 + len(self.people)),
                "username": name,
                "acct": acct,
                "display_name": name.title(),
                "url": url,
                "avatar_static": f"{url}/avatar.png",
                "note": "",
                "emojis": [],
                "followers_count": 0,
            }
        self.people[acct] |= more
        return self.people[acct]

    def post(
        self,
        acct: str,
        content: str = "<p>Words</p>",
        *,
        reply_to: str = "",
        number: int = 0,
        **more: Any,  # noqa: ANN401 - any field
    ) -> str:
        """A status; its id."""
        self._next = number or self._next + 1
        author, own = self.person(acct), str(self._next)
        name, _, host = acct.partition("@")
        answered = self.statuses.get(reply_to)
        self.statuses[own] = {
            "id": own,
            "uri": f"https://{host or HOST}/users/{name}/statuses/{own}",
            "url": f"https://{host or HOST}/@{name}/{own}",
            "created_at": (BEGIN + timedelta(minutes=self._next)).isoformat().replace("+00:00", "Z"),
            "edited_at": None,
            "visibility": "public",
            "sensitive": False,
            "spoiler_text": "",
            "content": content,
            "in_reply_to_id": reply_to or None,
            "in_reply_to_account_id": answered["account"]["id"] if answered else None,
            "account": author,
            "reblog": None,
            "quote": None,
            "card": None,
            "media_attachments": [],
            "mentions": [],
            "tags": [],
        } | more
        return own

    def favourite(self, acct: str, status: str) -> None:
        """A like."""
        self.person(acct)
        self.likes.append((acct, status))

    def reblog(self, acct: str, status: str) -> str:
        """A boost: a status of its own."""
        own = self.post(acct, reblog=status)
        self.statuses[own]["url"] = self.statuses[own]["uri"] = f"{self.statuses[own]['uri']}/activity"
        return own

    def quote(self, acct: str, status: str, content: str = "<p>See this</p>", state: str = "accepted") -> str:
        """A quote, in one of the states of https://docs.joinmastodon.org/entities/Quote/."""
        return self.post(acct, content, quote={"state": state, "of": status})

    def notify(self, kind: str, acct: str, status: str) -> None:
        """Something happened to the owner of the token."""
        number = str(500 + len(self.notifications))
        self.notifications.append({"id": number, "type": kind, "account": self.person(acct), "status": status})

    def delete(self, status: str) -> None:
        """A status goes; what answered it is left without a parent."""
        del self.statuses[status]

    # --- what is asked ------------------------------------------------------------------------------------------------

    def __call__(self, request: Request) -> Answer:
        """The answer to a request."""
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if (given and given != self.token) or (self.closed and not given):
            return _error(401, "The access token is invalid")
        path = request.path.removeprefix("/api/v1/")
        for pattern, name in _ROUTES:
            if found := re.fullmatch(pattern, path):
                needed = _SCOPES.get(name)
                if needed and not given:
                    return _error(401, "This method requires an authenticated user")
                if needed and not {"read", needed} & set(self.scopes.split()):
                    return _error(403, "This action is outside the authorized scopes")
                answer: Answer = getattr(self, name)(request, *found.groups())
                return answer
        return _error(404, "Record not found")

    def _lookup(self, request: Request) -> Answer:
        return self._account(request, self.people.get(request.query["acct"][0], {"id": ""})["id"])

    def _account(self, _: Request, number: str) -> Answer:
        found = [one for one in self.people.values() if one["id"] == number]
        if not found:
            return _error(404, "Record not found")
        own = sum(status["account"] is found[0] for status in self.statuses.values())
        return answer_json({**found[0], "statuses_count": own})

    def _credentials(self, request: Request) -> Answer:
        return self._account(request, self.people["ada"]["id"])

    def _several(self, request: Request) -> Answer:
        if not self.batches:
            return _error(404, "Record not found")
        wanted = request.query.get("id[]", [])[:20]
        return answer_json([self._told(one) for one in wanted if one in self.statuses])

    def _status(self, _: Request, number: str) -> Answer:
        return answer_json(self._told(number)) if number in self.statuses else _error(404, "Record not found")

    def _context(self, request: Request, number: str) -> Answer:
        if number not in self.statuses:
            return _error(404, "Record not found")
        headers = {}
        if self.refreshes:
            self.refreshes -= 1
            headers = {"Mastodon_Async_Refresh": 'id="a1", retry=3'}
        elif self.coming:
            self.post(self.coming[0][0], self.coming[0][1], reply_to=self.coming.pop()[2])
        below, todo = [], [number]
        while todo:
            children = [one for one in self.statuses if self.statuses[one]["in_reply_to_id"] == todo[0]]
            below += children
            todo = [*todo[1:], *children]
        anonymous = not request.headers.get("Authorization")
        shown = [self._told(one) for one in below[: 60 if anonymous else 4_096]]
        return answer_json({"ancestors": [], "descendants": shown}, **headers)

    def _favourited_by(self, request: Request, number: str) -> Answer:
        people = [(str(9_000 + place), acct) for place, (acct, one) in enumerate(self.likes) if one == number]
        return self._page(request, [(name, self.person(acct)) for name, acct in reversed(people)])

    def _reblogged_by(self, request: Request, number: str) -> Answer:
        boosts = [(one, status) for one, status in self.statuses.items() if status["reblog"] == number]
        return self._page(request, [(one, status["account"]) for one, status in reversed(boosts)])

    def _quotes(self, request: Request, number: str) -> Answer:
        return self._page(request, [(one, self._told(one)) for one in reversed(self._quoting(number))])

    def _statuses(self, request: Request, number: str) -> Answer:
        own = [one for one, status in self.statuses.items() if status["account"]["id"] == number]
        own = [one for one in own if self.statuses[one]["visibility"] in {"public", "unlisted"}]
        return self._page(request, [(one, self._told(one)) for one in sorted(own, key=int, reverse=True)])

    def _favourites(self, request: Request) -> Answer:
        mine = [(str(9_000 + place), one) for place, (acct, one) in enumerate(self.likes) if acct == "ada"]
        return self._page(request, [(name, self._told(one)) for name, one in reversed(mine)])

    def _notifications(self, request: Request) -> Answer:
        wanted = request.query.get("types[]", [])
        told = [
            (one["id"], {**one, "status": self._told(one["status"]) if one["status"] in self.statuses else None})
            for one in reversed(self.notifications)
            if one["type"] in wanted
        ]
        return self._page(request, told)

    def _page(self, request: Request, entries: list[tuple[str, Any]]) -> Answer:
        """A page of what is listed with the ids to page by, newest first, and the link to the next."""
        below = request.query.get("max_id", [""])[0]
        left = [(name, entry) for name, entry in entries if not below or int(name) < int(below)]
        size = min(self.page, int(request.query.get("limit", ["20"])[0]))
        page, headers = left[:size], {}
        if len(page) == size:
            following = urlencode({"limit": size, "max_id": page[-1][0]})
            headers["Link"] = f'<http://{request.headers["Host"]}{request.path}?{following}>; rel="next"'
        return answer_json([entry for _, entry in page], **headers)

    def _quoting(self, number: str) -> list[str]:
        return [one for one, status in self.statuses.items() if (status["quote"] or {}).get("of") == number]

    def _told(self, number: str, depth: int = 1) -> Json:
        """A status as it is told: with numbers, and what it passes on or quotes."""
        status = self.statuses[number]
        told = {
            **status,
            "replies_count": sum(
                one["in_reply_to_id"] == number and one["visibility"] in {"public", "unlisted"}
                for one in self.statuses.values()
            ),
            "favourites_count": sum(one == number for _, one in self.likes),
            "reblogs_count": sum(one["reblog"] == number for one in self.statuses.values()),
            "quotes_count": len(self._quoting(number)),
            **{name: value for name, value in status.items() if name.endswith("_count")},
        }
        if status["reblog"]:
            told["reblog"] = self._told(status["reblog"], 0) if status["reblog"] in self.statuses else None
        if status["quote"]:
            state, of = status["quote"]["state"], status["quote"]["of"]
            inner = self._told(of, 0) if depth and state == "accepted" and of in self.statuses else None
            told["quote"] = {"state": state, "quoted_status": inner}
        return told


def _error(status: int, text: str) -> Answer:
    return answer_json({"error": text}, status)


_ROUTES = (
    (r"accounts/lookup", "_lookup"),
    (r"accounts/verify_credentials", "_credentials"),
    (r"accounts/(\d+)", "_account"),
    (r"accounts/(\d+)/statuses", "_statuses"),
    (r"statuses", "_several"),
    (r"statuses/(\d+)", "_status"),
    (r"statuses/(\d+)/context", "_context"),
    (r"statuses/(\d+)/favourited_by", "_favourited_by"),
    (r"statuses/(\d+)/reblogged_by", "_reblogged_by"),
    (r"statuses/(\d+)/quotes", "_quotes"),
    (r"favourites", "_favourites"),
    (r"notifications", "_notifications"),
)
_SCOPES = {
    "_credentials": "read:accounts",
    "_favourites": "read:favourites",
    "_notifications": "read:notifications",
    "_quotes": "read:statuses",
}
