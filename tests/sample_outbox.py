"""What Ada wrote on Mastodon, for the archives of the sample blog (sample_archives.py): an outbox's activities."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta

from sample_numbers import Json, number_of, status_id

__all__ = ["activities"]

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ACTOR = "https://social.example/users/ada"


def activities(words: Json, acts: list[Json]) -> list[Json]:
    """All activities of Ada's account, oldest first: announcements, answers to the comments on her posts, the rest."""
    items = [_created(post["status"], post["announced"]) for post in words["post"] if "status" in post]
    for post in words["post"]:
        by_id = {said["id"]: said for said in post["said"] if "id" in said}
        for said in post["said"]:
            if said["by"] == "ada" and said.get("via", "mastodon") == "mastodon":
                answered = by_id[said["re"]]
                person = words["people"][answered["by"]]
                items.append(
                    _created(said["at"], said["text"], to=person["at"], answered=answered["at"], who=answered["by"])
                )
    for act in acts:
        items.extend(_acts(act))
    return sorted(items, key=lambda item: (item["published"], item["id"]))


def _acts(act: Json) -> list[Json]:
    """The activities of one table of outbox.toml."""
    common = {"visibility": act.get("visibility", "public"), "warning": act.get("cw", "")}
    if act["kind"] == "boost":
        return [_boosted(datetime.fromisoformat(at), to) for at, to in act["said"]]
    if act["kind"] == "reply":
        return [_created(datetime.fromisoformat(at), text, to=to, **common) for at, to, text in act["said"]]
    items: list[Json] = []
    for at, text in act["said"]:
        before = items[-1]["object"]["id"] if items and act["kind"] == "thread" else None
        items.append(_created(datetime.fromisoformat(at), text, before=before, **common))
    return items


def _created(
    at: datetime,
    text: str,
    *,
    to: str = "",
    answered: datetime | None = None,
    who: str = "",
    before: str | None = None,
    visibility: str = "public",
    warning: str = "",
) -> Json:
    """A message of Ada's, to the account `to` or to nobody; `answered` is when what it answers was written."""
    number = status_id(at, "ada")
    status = f"{ACTOR}/statuses/{number}"
    actors = [f"https://{host}/users/{user}" for user, host in [to.split("@")]] if to else []
    if actors:
        asked = answered or at - timedelta(minutes=number_of(at, to, below=600) + 4)
        before = f"{actors[0]}/statuses/{status_id(asked, who or to)}"
    followers = f"{ACTOR}/followers"
    audience = {
        "public": ([PUBLIC], [followers, *actors]),
        "unlisted": ([followers], [PUBLIC, *actors]),
        "private": ([followers], actors),
        "direct": (actors, []),
    }[visibility]
    addressed = {"published": f"{at:%Y-%m-%dT%H:%M:%SZ}", "to": audience[0], "cc": audience[1]}
    note = {
        "id": status,
        "type": "Note",
        "summary": warning or None,
        "inReplyTo": before,
        **addressed,
        "url": f"https://social.example/@ada/{number}",
        "attributedTo": ACTOR,
        "sensitive": bool(warning),
        "content": _markup(text, to),
        "attachment": [],
        "tag": [{"type": "Mention", "href": actor, "name": f"@{to}"} for actor in actors],
    }
    return {"id": f"{status}/activity", "type": "Create", "actor": ACTOR, **addressed, "object": note}


def _boosted(at: datetime, whose: str) -> Json:
    """A boost of a message by the account `whose`."""
    user, host = whose.split("@")
    actor = f"https://{host}/users/{user}"
    return {
        "id": f"{ACTOR}/statuses/{status_id(at, 'ada')}/activity",
        "type": "Announce",
        "actor": ACTOR,
        "published": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "to": [PUBLIC],
        "cc": [actor, f"{ACTOR}/followers"],
        "object": f"{actor}/statuses/{status_id(at - timedelta(hours=3), whose)}",
    }


def _markup(text: str, to: str) -> str:
    """A message as Mastodon writes it: the person addressed in front, addresses and names in the text as links."""
    body = html.escape(text, quote=False)
    body = re.sub(r"https://[^\s)]+", lambda url: f'<a href="{url[0]}" rel="nofollow noopener">{url[0]}</a>', body)
    body = re.sub(r"(?<!\S)@(\w+)@([\w.]+)", lambda who: _mention(who[1], who[2]), body)
    user, _, host = to.partition("@")
    return f"<p>{_mention(user, host)} {body}</p>" if to else f"<p>{body}</p>"


def _mention(user: str, host: str) -> str:
    return (
        f'<span class="h-card"><a href="https://{host}/@{user}" class="u-url mention">@<span>{user}</span></a></span>'
    )
