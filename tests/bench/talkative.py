"""A living site whose author talks a lot elsewhere, and hears from people of whom a service knows other profiles."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from conversation.acts import Act, Direction, Kind, Person, Proof
from conversation.sources import Batch
from conversation.store import Store

from .dataset import LATER, SITE, Blog
from .living import Living
from .sites import STORE, Theme

__all__ = ["GIVEN", "Talkative"]

#: So many acts the author gave, for each post.
GIVEN = 20
#: To so many people.
FRIENDS = 3_000
#: Of all that the author said, so many things answer what somebody said about a post.
ANSWERS = 300
NETWORK = "https://social.example"
SOURCE = "mastodon"
_ME = Person("Pat", f"{NETWORK}/@me", "", "@me@social.example")


class Talkative(Living):
    """As `Living`; its store is told directly, as a pull of an account tells it."""

    def __init__(self, folder: Path, blog: Blog, store: Path, theme: Theme) -> None:
        super().__init__(folder, blog, store, theme)
        self._steps["talked"] = 0
        replies = [one.url for one in blog.interactions if one.kind == "in-reply-to"][:ANSWERS]
        self._tell([_given(number, replies) for number in range(GIVEN * len(blog.posts))], [], LATER)

    def talk(self) -> None:
        """Somebody with a verified link likes a post, and the author replies to somebody elsewhere."""
        step = self._step("talked")
        post = self._blog.posts[7 * step % len(self._blog.posts)]
        who = Person(f"Nobody {step}", f"{NETWORK}/@nobody{step}", "", f"@nobody{step}@social.example")
        like = Act(
            direction=Direction.RECEIVED,
            kind=Kind.LIKE,
            source=SOURCE,
            id=f"like {step}",
            target=f"{SITE}{post.path}",
            channel=SOURCE,
            author=who,
        )
        proof = Proof(who.url, f"https://nobody{step}.example/")
        self._tell([like, _given(GIVEN * len(self._blog.posts) + step, [])], [proof], LATER + timedelta(hours=1 + step))

    def _tell(self, acts: Iterable[Act], proofs: Iterable[Proof], now: datetime) -> None:
        with Store.open(f"sqlite:///{STORE}", self.site.folder) as store:
            pull = store.begin(SOURCE, now)
            store.commit(pull, SOURCE, Batch(acts=tuple(acts), proofs=tuple(proofs)), now)
            store.end(pull, SOURCE, now, error=None, pulled=now)


def _given(number: int, replies: list[str]) -> Act:
    """What the author gave: the first acts answer these replies, of the others every third is a repost."""
    friend = number % FRIENDS
    theirs = f"{NETWORK}/@friend{friend}"
    about = replies[number] if number < len(replies) else f"{theirs}/{number}"
    kind = Kind.REPLY if number < len(replies) or number % 3 else Kind.REPOST
    return Act(
        direction=Direction.GIVEN,
        kind=kind,
        source=SOURCE,
        id=f"given {number}",
        url=f"{_ME.url}/{number}",
        target=about,
        parent=about if kind is Kind.REPLY else "",
        channel=SOURCE,
        author=_ME,
        to=Person(f"Friend {friend}", theirs, "", f"@friend{friend}@social.example"),
        published=datetime(2024, 1, 1, tzinfo=UTC) - timedelta(hours=number),
        text="words",
        words=12,
    )
