"""A Misskey on loopback: what is asked of one, as its source has it, over a state that tests change.

Everything is a POST of JSON; an unknown note is 400, an unknown user 404; the ActivityPub side of a note tells which
notes there are. Ids are those of `aid`: words that sort by age.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from loopback import Answer, Request, answer_json

__all__ = ["HOST", "Json", "Misskey", "name_of"]

Json = dict[str, Any]

HOST = "misskey.example"
BEGIN = datetime(2026, 5, 1, 10, tzinfo=UTC)


def name_of(number: int) -> str:
    """The id with a number."""
    return f"9a{number:08d}"


class Misskey:
    """The instance; call it with a request. `closed` answers nobody without the token; `page` is its largest page."""

    def __init__(self, token: str = "", *, closed: bool = False, page: int = 100) -> None:
        self.token, self.closed, self.page = token, closed, page
        self.users: dict[str, Json] = {}
        self.notes: dict[str, Json] = {}
        #: Reactions, oldest first: their id, the note, the user.
        self.reactions: list[Json] = []
        self.private = False
        self._next = 0
        self.user("ada", name="Ada Marlow", followersCount=7)

    def user(self, acct: str, **more: Any) -> Json:  # noqa: ANN401 - any field
        """A user, made when first named."""
        if acct not in self.users:
            name, _, host = acct.partition("@")
            self.users[acct] = {
                "id": f"u{len(self.users)}",
                "username": name,
                "host": host or None,
                "name": name.title(),
                "avatarUrl": f"https://{HOST}/avatar/{name}.webp",
            }
        self.users[acct] |= more
        return self.users[acct]

    def note(self, acct: str, text: str | None = "Words", *, number: int = 0, **more: Any) -> str:  # noqa: ANN401
        """A note; its id. `replyId` and `renoteId` tie it to others."""
        self._next = number or self._next + 1
        own, host = name_of(self._next), acct.partition("@")[2]
        self.notes[own] = {
            "id": own,
            "createdAt": (BEGIN + timedelta(minutes=self._next)).isoformat().replace("+00:00", "Z"),
            "user": self.user(acct),
            "text": text,
            "cw": None,
            "visibility": "public",
            "replyId": None,
            "renoteId": None,
            "fileIds": [],
            "files": [],
            **({"uri": f"https://{host}/notes/{own}"} if host else {}),
        } | more
        return own

    def react(self, acct: str, note: str, emoji: str = "👍") -> None:
        """A reaction."""
        self._next += 1
        when = (BEGIN + timedelta(minutes=self._next)).isoformat()
        user = self.user(acct)
        self.reactions.append({"id": name_of(self._next), "createdAt": when, "user": user, "type": emoji, "of": note})

    def delete(self, note: str) -> None:
        """A note goes; what answered it stays with an id that leads nowhere."""
        del self.notes[note]

    # --- what is asked ------------------------------------------------------------------------------------------------

    def __call__(self, request: Request) -> Answer:
        """The answer to a request."""
        if request.method == "GET":
            return answer_json({}, 200 if request.path.rpartition("/")[2] in self.notes else 404)
        asked: Json = json.loads(request.body)
        given = asked.get("i", "")
        if (given and given != self.token) or (self.closed and not given):
            return _error(401, "AUTHENTICATION_FAILED")
        name = request.path.removeprefix("/api/").replace("/", "_")
        answer = getattr(self, f"_{name}", None)
        return answer(asked) if answer else _error(404, "UNKNOWN_API_ENDPOINT")

    def _i(self, asked: Json) -> Answer:
        return answer_json(self.users["ada"]) if asked.get("i") else _error(401, "CREDENTIAL_REQUIRED")

    def _users_show(self, asked: Json) -> Answer:
        if "userIds" in asked:
            return answer_json([one for one in self.users.values() if one["id"] in asked["userIds"]])
        user = self.users.get(asked["username"])
        if user is None:
            return _error(404, "NO_SUCH_USER")
        return answer_json({**user, "notesCount": sum(note["user"] is user for note in self.notes.values())})

    def _users_notes(self, asked: Json) -> Answer:
        own = [note for note in self._newest() if note["user"]["id"] == asked["userId"]]
        return self._page(asked, own)

    def _users_reactions(self, asked: Json) -> Answer:
        if self.private and not asked.get("i"):
            return _error(400, "REACTIONS_NOT_PUBLIC")
        own = [one for one in self.reactions if one["user"]["id"] == asked["userId"]]
        told = [{**one, "note": self._told(self.notes[one["of"]])} for one in reversed(own) if one["of"] in self.notes]
        return self._page(asked, told)

    def _notes_show(self, asked: Json) -> Answer:
        note = self.notes.get(asked["noteId"])
        return answer_json(self._told(note)) if note else _error(400, "NO_SUCH_NOTE")

    def _notes_children(self, asked: Json) -> Answer:
        of = asked["noteId"]
        found = [one for one in self._newest() if one["replyId"] == of or (one["renoteId"] == of and one["text"])]
        return self._page(asked, found)

    def _notes_renotes(self, asked: Json) -> Answer:
        return self._page(asked, [one for one in self._newest() if one["renoteId"] == asked["noteId"]])

    def _notes_reactions(self, asked: Json) -> Answer:
        return self._page(asked, [one for one in reversed(self.reactions) if one["of"] == asked["noteId"]])

    def _newest(self) -> list[Json]:
        """Notes that are not for single people, newest first."""
        open_ones = [note for note in self.notes.values() if note["visibility"] != "specified"]
        return sorted(open_ones, key=lambda note: str(note["id"]), reverse=True)

    def _page(self, asked: Json, entries: list[Json]) -> Answer:
        below = asked.get("untilId", "")
        left = [one for one in entries if not below or one["id"] < below]
        return answer_json([self._told(one) for one in left[: min(self.page, asked.get("limit", 10))]])

    def _told(self, note: Json, depth: int = 1) -> Json:
        """A note as it is told, with its numbers and what it answers and passes on."""
        if "of" in note:
            return note
        reactions = [one for one in self.reactions if one["of"] == note["id"]]
        told = {
            **note,
            "repliesCount": sum(one["replyId"] == note["id"] for one in self.notes.values()),
            "renoteCount": sum(one["renoteId"] == note["id"] for one in self.notes.values()),
            "reactionCount": len(reactions),
            "reactions": {one["type"]: 1 for one in reactions},
        }
        for name in ("reply", "renote"):
            inner = self.notes.get(note[f"{name}Id"] or "")
            if inner and depth:
                told[name] = self._told(inner, 0)
        return told


def _error(status: int, code: str) -> Answer:
    return answer_json({"error": {"message": code, "code": code}}, status)
