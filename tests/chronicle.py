"""Writes down the deeds of a story (five_years.py), and beside each what tells of it: mentions, rows, an outbox."""

from __future__ import annotations

import random
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from deeds import IMPORTED, NOW, OWNER, PEOPLE, POSTS, SITE, VILLAGE, ZONE, Deed

__all__ = ["Chronicle"]

BEGIN = date(2021, 7, 5)
PUBLIC = ["https://www.w3.org/ns/activitystreams#Public"]
PROPERTY = {"reply": "in-reply-to", "like": "like-of", "repost": "repost-of", "bookmark": "bookmark-of"}


class Chronicle:
    """All that was written down; the same `seed` makes the same choices."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - no secrets here
        self.deeds: list[Deed] = []
        self.bodies: list[list[str]] = [[f"Words on {number}."] for number in range(POSTS)]
        self.fields: list[dict[str, str]] = [{} for _ in range(POSTS)]
        self.links = [0] * POSTS
        self.rows: list[str] = []
        self.outbox: list[dict[str, Any]] = []
        self.liked: list[str] = []
        #: Entries of mentions as webmention.io tells them: in an old archive, from the service, and in letters.
        self.old: list[dict[str, Any]] = []
        self.live: list[dict[str, Any]] = []
        self.letters: list[dict[str, Any]] = []
        self._number = 0
        self._comments: list[Deed] = []
        self._addresses: dict[str, str] = {}

    # --- who and when -------------------------------------------------------------------------------------------------

    @staticmethod
    def published(post: int) -> datetime:
        """When a post appeared: every fifteen days, at times that are another day in UTC for some."""
        day = BEGIN + timedelta(days=15 * post)
        return datetime(day.year, day.month, day.day, (9, 0, 23)[post % 3], 30, tzinfo=ZONE)

    @staticmethod
    def url(post: int) -> str:
        """The address of a post."""
        return f"{SITE}/post-{post}.html"

    @staticmethod
    def who(person: int, place: str) -> str:
        """Who somebody is, on a network: the same in two places only where somebody said or a service proved so."""
        return f"p{person}" if place in {"web", "mastodon"} and person % 10 in {0, 1} else f"p{person} on {place}"

    @staticmethod
    def profile(person: int, place: str) -> str:
        """The address of somebody's profile on a network."""
        return {
            "web": f"https://p{person}.{VILLAGE}/",
            "mastodon": f"https://social.{VILLAGE}/@p{person}",
            "twitter": f"https://twitter.com/p{person}",
            "hackernews": f"https://news.ycombinator.com/user?id=p{person}",
        }[place]

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _someone(self) -> int:
        """Some people are met often, most seldom."""
        return min(int(self.chance.expovariate(1 / 14)), PEOPLE - 1)

    def _after(self, post: int) -> datetime:
        """A moment after a post appeared, mostly soon."""
        begin = self.published(post).astimezone(UTC) + timedelta(hours=1)
        left = (NOW - timedelta(hours=2) - begin).total_seconds()
        share = self.chance.choice([0.01, 0.02, 0.05, 0.3, 1.0])
        return (begin + timedelta(seconds=self.chance.random() * left * share)).replace(microsecond=0)

    # --- received -----------------------------------------------------------------------------------------------------

    @staticmethod
    def _permalink(place: str, person: int, number: int, kind: str) -> str:
        if place == "mastodon":
            status = 110_000_000_000_000_000 + number
            done = {"like": f"#favorited-by-{person}", "repost": f"#reblogged-by-{person}"}.get(kind, "")
            return f"https://social.{VILLAGE}/@p{person}/{status}{done}"
        if place == "twitter":
            return f"https://twitter.com/p{person}/status/{900_000 + number}"
        if place == "hackernews":
            return f"https://news.ycombinator.com/item?id={800_000 + number}"
        return f"https://p{person}.{VILLAGE}/notes/{number}"

    def entry(self, kind: str, post: int | None, when: datetime | None, author: str, url: str) -> dict[str, Any]:
        """A mention as webmention.io tells it; of the home page where `post` is None."""
        target = f"{SITE}/" if post is None else self.url(post)
        relation = PROPERTY.get(kind, f"{kind}-of")
        return {
            "type": "entry",
            "author": {"type": "card", "name": f"Of {author}", "url": author} if author else None,
            "url": url,
            "published": when.isoformat() if when else None,
            "wm-received": (when or IMPORTED).isoformat(),
            "wm-id": 1_000 + self._next(),
            "wm-source": url,
            "wm-target": target,
            "wm-property": relation,
            "wm-private": False,
            relation: target,
            **({"content": {"text": f"Words of {url}."}} if kind in {"reply", "mention"} else {}),
        }

    def _receive(
        self,
        kind: str,
        when: datetime,
        channel: str,
        who: str,
        post: int | None,
        *,
        url: str,
        name: str,
        thread: str = "",
    ) -> None:
        comment = kind == "reply" and post is not None
        deed = Deed(
            side="received",
            kind=kind,
            when=when,
            channel=channel,
            who=who,
            post=post,
            name=name if comment else "",
            thread=(thread or name) if comment else "",
            answerable=comment and bool(url),
        )
        self.deeds.append(deed)
        self._addresses[name] = url
        if deed.answerable:
            self._comments.append(deed)

    def _mine(self, form: str, when: datetime, post: int, **more: Any) -> Deed:  # noqa: ANN401 - fields of Deed
        deed = Deed(side="mine", kind="reply", when=when, channel="mastodon", post=post, form=form, **more)
        self.deeds.append(deed)
        return deed

    # --- given --------------------------------------------------------------------------------------------------------

    def _give(self, kind: str, when: datetime, channel: str, who: str, **more: Any) -> None:  # noqa: ANN401
        self.deeds.append(Deed(side="given", kind=kind, when=when, channel=channel, who=who, **more))

    def _note(self, when: datetime, channel: str, form: str, **more: Any) -> None:  # noqa: ANN401
        self.deeds.append(Deed(side="note", kind="note", when=when, channel=channel, form=form, **more))

    def _row(self, kind: str, when: datetime, channel: str, url: str, person: str, words: int | None) -> None:
        self.rows.append(f"{when.isoformat()},{kind},{channel},{url},{person},{'' if words is None else words},")

    def _create(
        self,
        status: str,
        when: datetime,
        text: str,
        *,
        answered: str = "",
        to: int | None = None,
        private: bool = False,
    ) -> None:
        addressed = {"published": when.isoformat(), "to": [f"{OWNER}/followers"] if private else PUBLIC, "cc": []}
        body = " ".join(f'<a href="{word}">{word}</a>' if word.startswith("http") else word for word in text.split())
        profile = self.profile(to, "mastodon") if to is not None else ""
        tag = {"type": "Mention", "href": profile, "name": f"@p{to}@social.{VILLAGE}"}
        note = {
            "id": status.replace("/@ada/", "/users/ada/statuses/"),
            "type": "Note",
            "url": status,
            "attributedTo": "https://social.example/users/ada",
            # Programs know a status by another address than readers do.
            "inReplyTo": re.sub(r"/@(p\d+)/(\d+)$", r"/users/\1/statuses/\2", answered) or None,
            "content": f"<p>{body}</p>",
            "tag": [tag] if to is not None else [],
            **addressed,
        }
        actor = "https://social.example/users/ada"
        self.outbox.append(
            {"type": "Create", "id": f"{note['id']}/activity", "actor": actor, "object": note, **addressed}
        )

    def _announce(self, status: str, when: datetime, whose: str) -> None:
        own = status.replace("/@ada/", "/users/ada/statuses/")
        addressed = {"published": when.isoformat(), "to": PUBLIC, "cc": []}
        actor = "https://social.example/users/ada"
        self.outbox.append({"type": "Announce", "id": f"{own}/activity", "actor": actor, "object": whose, **addressed})
