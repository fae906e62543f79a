"""Five years of a blog that never was: everything that the ledger has to get right, and what it has to make of it.

`Story(seed)` tells what happened as `Deed`s, one for each thing that counts, in the words of docs/giving-receiving.md,
and writes beside them the files in which a blog learns of it: archives, an outbox, tables, the server of a service.
A deed says what was meant, not how it is written, so that figures can be reckoned from deeds by other means than the
plugin's (reckoning.py). All invented; the same for the same seed.
"""

from __future__ import annotations

import dataclasses
import json
import random
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from blog import Blog
from conversation.acts import Act, Count, Direction, Kind, Person, Proof
from conversation.pull import Outcome, Plan, Pull
from conversation.sources import Batch, Snapshot
from conversation.store import Store
from conversation.workshop import Workshop, client_for
from webmention_io_server import WebmentionIo

__all__ = ["IMPORTED", "NOW", "OWNER", "SITE", "ZONE", "Deed", "Look", "Story", "pull", "service"]

SITE, OWNER, HANDLE = "https://ada.example", "https://social.example/@ada", "@ada@social.example"
ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
#: When the sources were read: undated things are of this moment.
IMPORTED = NOW - timedelta(hours=1)
BEGIN = date(2021, 7, 5)
POSTS, PEOPLE = 120, 60
VILLAGE = "village.example"
PUBLIC = ["https://www.w3.org/ns/activitystreams#Public"]
PROPERTY = {"reply": "in-reply-to", "like": "like-of", "repost": "repost-of", "bookmark": "bookmark-of"}
#: Moments that are another day, month or hour in Berlin than in UTC, or that clocks were changed at.
EDGES = (
    datetime(2022, 3, 31, 22, 30, tzinfo=UTC),
    datetime(2022, 12, 31, 23, 15, tzinfo=UTC),
    datetime(2023, 3, 26, 0, 59, 59, tzinfo=UTC),
    datetime(2023, 3, 26, 1, 0, tzinfo=UTC),
    datetime(2023, 10, 29, 0, 30, tzinfo=UTC),
    datetime(2023, 10, 29, 1, 30, tzinfo=UTC),
    datetime(2024, 2, 29, 23, 0, tzinfo=UTC),
    NOW - timedelta(days=365),
    NOW - timedelta(days=365) + timedelta(seconds=1),
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Deed:
    """One thing that happened and counts.

    `side` is "given", "received", "mine" (the blogger's own word in an own conversation) or "note" (said to nobody, or
    done to oneself). `who` is the person, "" where nobody can tell; `post` the own post that it concerns. `form` is the
    form that it has as a message, "" for what says nothing; deeds of one `message` are one. `name` is what `answers`
    and `thread` point to; `answerable` a comment that an answer can point to.
    """

    side: str
    kind: str
    when: datetime
    channel: str
    who: str = ""
    number: int = 1
    post: int | None = None
    words: int | None = None
    form: str = ""
    message: str = ""
    alone: bool = False
    name: str = ""
    answers: str = ""
    thread: str = ""
    answerable: bool = False


@dataclasses.dataclass(frozen=True)
class Look:
    """How many followed two accounts on a day, as a source saw it; `shown` is whether the page is to tell of it."""

    day: date
    followers: int
    others: int | None
    shown: bool


class Story:
    """What happened, and the files that tell of it."""

    def __init__(self, seed: int = 5) -> None:
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
        #: Likes by post that a service counts and nobody is named for.
        self.counted: dict[int, int] = {7: 40, 11: 3, 90: 12}
        self.votes = [(datetime(2024, 5, 1, 8, tzinfo=UTC), 3), (datetime(2025, 9, 3, 8, tzinfo=UTC), 7)]
        self.looks = [
            Look(date(2021, 10, 5), 100, None, shown=True),
            Look(date(2021, 11, 9), 110, None, shown=False),
            Look(date(2022, 1, 3), 120, None, shown=True),
            Look(date(2023, 2, 1), 180, None, shown=True),
            Look(date(2023, 9, 4), 300, None, shown=True),  # after the 50th post
            Look(date(2024, 3, 5), 280, 40, shown=True),
            Look(date(2024, 4, 9), 290, 44, shown=False),
            Look(date(2025, 1, 8), 310, 60, shown=True),
            Look(date(2025, 10, 15), 350, None, shown=True),  # after the 100th post
            Look(date(2026, 1, 9), 361, 70, shown=True),
            Look(date(2026, 6, 20), 400, 75, shown=True),
        ]
        self.proved: list[tuple[int, datetime]] = []
        self._number = 0
        self._once: set[tuple[str, str, int]] = set()
        self._comments: list[Deed] = []
        self._addresses: dict[str, str] = {}
        self._proved()
        self._received()
        self._odd()
        self._talk()
        self._posts()
        self._table()
        self._account()

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

    def _received(self) -> None:
        for number in range(1_100):
            post = self.chance.randrange(POSTS - 2)
            when = EDGES[number] if number < len(EDGES) else self._after(post)
            self._mention(post if number >= len(EDGES) else 0, when)
        for number in range(260):  # two months that stand out
            month = datetime(2023, 8, 1, tzinfo=UTC) if number % 2 else datetime(2026, 2, 3, tzinfo=UTC)
            self._mention(40, month + timedelta(hours=number * 2))

    def _proved(self) -> None:
        """Likes by people whose two profiles name each other, and an answer elsewhere that drew votes."""
        for person in range(1, PEOPLE, 10):
            when = self.published(person).astimezone(UTC) + timedelta(days=2)
            who = self.who(person, "mastodon")
            self._once.add((who, "like", person))
            self.proved.append((person, when))
            self._receive("like", when, "mastodon", who, person, url="", name="")
        written, (first, many) = datetime(2024, 4, 20, tzinfo=UTC), self.votes[0]
        assert first > written
        self._give("answer", written, "stackexchange", self.who(3, "web"), words=80, form="conversation")
        later, more = self.votes[1]
        for when, number in ((written, many), (later, more - many)):
            self.deeds.append(Deed(side="received", kind="like", when=when, channel="stackexchange", number=number))

    def _mention(self, post: int, when: datetime) -> None:
        """Somebody does something about a post; some of it is told by two sources, or once more under another id."""
        kind = self.chance.choice(["like", "like", "like", "repost", "reply", "reply", "mention", "bookmark"])
        place = self.chance.choice(["web", "web", "mastodon", "mastodon", "twitter", "hackernews"])
        person, number = self._someone(), self._next()
        who = self.who(person, place)
        if kind in {"like", "repost", "bookmark"}:
            place = "web" if place == "hackernews" else place
            who = self.who(person, place)
            if (who, kind, post) in self._once:
                return
            self._once.add((who, kind, post))
        entry = self.entry(kind, post, when, self.profile(person, place), self._permalink(place, person, number, kind))
        if place == "twitter":
            entry["wm-source"] = f"https://brid.gy/{'comment' if kind == 'reply' else kind}/twitter/ada/99/{number}"
        told = self.old if when.year < 2025 else self.live
        told.append(entry)
        if number % 9 == 0:
            self.live.append(entry | {"wm-id": 500_000 + number, "wm-source": f"{entry['wm-source']}?again"})
        counted = kind == "bookmark"
        self._receive(
            kind, when, place, "" if counted else who, post, url="" if counted else entry["url"], name=f"c{number}"
        )

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

    def _odd(self) -> None:
        """Strangers, the hidden, the nameless, the undated, the home page, oneself, letters that are only counted."""
        day = datetime(2025, 11, 3, 10, tzinfo=UTC)
        for number in range(40):
            when, post = day + timedelta(days=number, hours=number), 20 + number
            far, near = f"https://s{number}.elsewhere.example/", f"https://s{number}.{VILLAGE}/"
            self.live.append(self.entry("reply", post, when, far, f"{far}held"))  # waits for the blogger's word
            spam = self.entry("reply", post, when, near, f"{near}spam")
            self.live.append(spam | {"content": {"text": "Try our casino"}})
            self.live.append(
                self.entry("like", post, when, f"https://mob.{VILLAGE}/", f"https://mob.{VILLAGE}/{number}")
            )
            self.live.append(self.entry("mention", post, when, near, f"{near}private") | {"wm-private": True})
            self.old.append(self.entry("reply", post, when, OWNER, f"{OWNER}/1200000000000{number:05}"))
            self._mine("own_link", when, post, alone=True)
            self.old.append(self.entry("like", post, when, f"{SITE}/", f"{SITE}/#liked-{number}"))
            self.live.append(self.entry("mention", None, when, near, f"{near}home"))
            self._receive("mention", when, "web", f"s{number}", None, url=f"{near}home", name="")
            url = f"https://nobody.{VILLAGE}/{number}"
            self.live.append(self.entry("reply", post, when, "", url))
            self._receive("reply", when, "web", "", post, url=url, name=f"anonymous {number}")
            self.letters.append(self.entry("reply", post, when, near, f"{near}letter"))
            self._receive("reply", when, "web", "", post, url="", name=f"letter {number}")
        shown = "https://s0.elsewhere.example/shown"
        self.live.append(self.entry("mention", 3, day, "https://s0.elsewhere.example/", shown))
        self._receive("mention", day, "web", "s0 elsewhere", 3, url=shown, name="")
        for number in range(5):
            url = f"https://p{number}.{VILLAGE}/undated"
            self.old.append(self.entry("mention", 60 + number, None, self.profile(number, "web"), url))
            self._receive("mention", IMPORTED, "web", self.who(number, "web"), 60 + number, url=url, name="")
        source = "https://brid.gy/comment/quietnet/ada/1/2"
        strange = self.entry("mention", 5, day, self.profile(2, "web"), f"https://p2.{VILLAGE}/quiet")
        self.live.append(strange | {"wm-source": source})
        self._receive("mention", day, "quietnet", self.who(2, "web"), 5, url=source, name="")

    def _mine(self, form: str, when: datetime, post: int, **more: Any) -> Deed:  # noqa: ANN401 - fields of Deed
        deed = Deed(side="mine", kind="reply", when=when, channel="mastodon", post=post, form=form, **more)
        self.deeds.append(deed)
        return deed

    # --- talk ---------------------------------------------------------------------------------------------------------

    def _talk(self) -> None:
        """Answers to comments: told by the thread, by the account, by both, in the table; and answers to these."""
        early = [one for one in self._comments if one.when < NOW - timedelta(days=9)]
        for place, comment in enumerate(self.chance.sample(early, 150)):
            when = comment.when + timedelta(hours=1 + self.chance.random() * 90)
            when = min(when.replace(microsecond=0), NOW - timedelta(hours=3))
            way = place % 4
            status = f"{OWNER}/{130_000_000_000_000_000 + self._next()}"
            talk = {"answers": comment.name, "thread": comment.thread}
            if way in {0, 2}:
                self._said_there(comment, when, status)
            if way == 0:
                self._mine("conversation", when, comment.post or 0, **talk)
            if way in {1, 2}:
                self._create(status, when, "One two three four.", answered=self._addresses[comment.name])
                who = comment.who if comment.channel == "mastodon" else ""  # elsewhere the address does not say whose
                self._give("reply", when, "mastodon", who, words=4, form="conversation", **talk)
            if way == 3:
                self._row("reply", when, "", self._addresses[comment.name], self._person_of(comment), 200)
                del talk["thread"]
                self._give("reply", when, comment.channel, comment.who, words=200, form="conversation", **talk)
                if place % 8 == 3:
                    self._said_there(comment, when, status)
                    self._mine("conversation", when, comment.post or 0, answers=comment.name, thread=comment.thread)
            if way != 3:
                self._answer_back(comment, when, status, place)

    def _said_there(self, comment: Deed, when: datetime, status: str) -> None:
        """The answer as the conversation of the post tells of it."""
        said = self.entry("reply", comment.post, when, OWNER, status)
        self.live.append(said | {"in-reply-to": [self._addresses[comment.name], said["wm-target"]]})

    def _answer_back(self, comment: Deed, when: datetime, status: str, place: int) -> None:
        """Every third goes on: somebody answers the answer."""
        if place % 3:
            return
        person, later = self._someone(), min(when + timedelta(hours=5), NOW - timedelta(hours=1))
        number = self._next()
        url = self._permalink("web", person, number, "reply")
        again = self.entry("reply", comment.post, later, self.profile(person, "web"), url)
        self.live.append(again | {"in-reply-to": [status, again["wm-target"]]})
        who = self.who(person, "web")
        self._receive("reply", later, "web", who, comment.post, url=url, name=f"c{number}", thread=comment.thread)

    def _person_of(self, comment: Deed) -> str:
        """The profile of who wrote a comment, "" where nobody can tell."""
        if not comment.who:
            return ""
        person = int(comment.who[1:].partition(" ")[0]) if comment.who[0] == "p" else 0
        return self.profile(person, comment.channel)

    # --- given --------------------------------------------------------------------------------------------------------

    def _give(self, kind: str, when: datetime, channel: str, who: str, **more: Any) -> None:  # noqa: ANN401
        self.deeds.append(Deed(side="given", kind=kind, when=when, channel=channel, who=who, **more))

    def _note(self, when: datetime, channel: str, form: str, **more: Any) -> None:  # noqa: ANN401
        self.deeds.append(Deed(side="note", kind="note", when=when, channel=channel, form=form, **more))

    def _posts(self) -> None:
        """Links in posts, each page once; to the own site, by mail and to oneself elsewhere they are nothing."""
        web = [one for one in self._comments if one.channel == "web" and one.who.startswith("p")]
        for post in range(POSTS):
            when, message = self.published(post).astimezone(UTC), f"post {post}"
            if post % 15 == 7:
                self._answer_post(post, when, [one for one in web if one.when < when])
                continue
            for _ in range(self.chance.choice([0, 0, 1, 2, 4])):
                person, number = self._someone(), self._next()
                url = f"{self.profile(person, 'web')}essay-{number}"
                self.bodies[post] += [f"[an essay]({url})", f"[the same]({url}#part)"]
                self.links[post] += 1
                who = self.who(person, "web")
                self._give("link", when, "web", who, post=post, form="share", message=message)
            self.bodies[post].append(f"[mine]({SITE}/post-0.html) [write](mailto:ada@ada.example)")

    def _answer_post(self, post: int, when: datetime, comments: list[Deed]) -> None:
        if not comments:
            return
        comment = comments[-1]
        self.fields[post] = {"reply_to": self._addresses[comment.name]}
        self.bodies[post] = ["word " * 160]
        self.links[post] = 1
        self._give(
            "reply",
            when,
            "web",
            comment.who,
            post=post,
            words=160,
            form="conversation",
            message=f"post {post}",
            answers=comment.name,
            thread=comment.thread,
        )

    def _row(self, kind: str, when: datetime, channel: str, url: str, person: str, words: int | None) -> None:
        self.rows.append(f"{when.isoformat()},{kind},{channel},{url},{person},{'' if words is None else words},")

    def _table(self) -> None:
        """What was written down by hand: many kinds, an unknown channel, people and nobody, acts to oneself."""
        forms = {
            "answer": "conversation",
            "guest-post": "unclassified",
            "reply": "conversation",
            "quote": "conversation",
            "rsvp": "conversation",
            "repost": "amplify",
            "mention": "mention",
            "link": "share",
            "like": "",
            "follow": "",
            "bookmark": "",
        }
        for number in range(330):
            kind = list(forms)[number % len(forms)]
            person, place = self._someone(), self.chance.choice(["web", "mastodon"])
            named, channel = number % 5 > 0, ("Radio-Club", "", "forum")[number % 3]
            days = self.chance.randrange(5 * 365 - 20)
            when = EDGES[number] if number < len(EDGES) else NOW - timedelta(days=days, hours=number % 24)
            words = self.chance.choice([None, 90, 150, 149, 700]) if kind in {"answer", "guest-post", "reply"} else None
            url = f"https://far{number}.example/page"
            self._row(kind, when, channel, url, self.profile(person, place) if named else "", words)
            who = self.who(person, place) if named else ""
            self._give(kind, when, channel.lower() or "web", who, words=words, form=forms[kind])
        when = datetime(2025, 12, 1, tzinfo=UTC)
        self._row("like", when, "", self.url(1), "", None)
        self._row("reply", when, "mastodon", f"{OWNER}/140000000000000001", HANDLE, 50)
        self._note(when, "mastodon", "own_link", alone=True)
        # A reader is answered under the own post: that is given to a person.
        self._row("reply", when, "web", f"{self.url(1)}#isso-3", self.profile(4, "web"), 70)
        self._give("reply", when, "web", self.who(4, "web"), words=70, form="conversation")

    def _account(self) -> None:
        """What the blogger wrote and passed on with an account; likes carry no date there."""
        for number in range(240):
            when = (NOW - timedelta(days=self.chance.randrange(1, 5 * 365 - 20), minutes=number)).replace(microsecond=0)
            status = f"{OWNER}/{150_000_000_000_000_000 + self._next()}"
            person = self._someone()
            theirs = f"{self.profile(person, 'mastodon')}/{160_000_000_000_000_000 + number}"
            who, mastodon = self.who(person, "mastodon"), "mastodon"
            match number % 8:
                case 0 | 1:
                    self._create(status, when, "Six words for you to read.", answered=theirs)
                    self._give("reply", when, mastodon, who, words=6, form="conversation")
                case 2:
                    self._announce(status, when, theirs)
                    self._give("repost", when, mastodon, who, form="amplify")
                    if number % 16 == 2:
                        self._row("repost", when, "mastodon", theirs, "", None)
                case 3:
                    self._create(status, when, "Only a thought.")
                    self._note(when, mastodon, "statement")
                    again = status + "1"
                    self._create(again, when + timedelta(minutes=1), "And more of it.", answered=status)
                    self._note(when + timedelta(minutes=1), mastodon, "statement", alone=True)
                case 4:
                    self._create(status, when, f"New: {self.url(number % POSTS)}")
                    self._note(when, mastodon, "own_link")
                    self._announce(f"{status}2", when, status)
                    self._note(when, mastodon, "own_link")
                case 5:
                    self._create(status, when, f"Read https://far.example/{number}")
                    self._note(when, mastodon, "share")
                case 6:
                    self._create(status, when, "Thanks", to=person)
                    self._give("mention", when, mastodon, who, form="mention")
                case _:
                    self._create(status, when, "For you alone.", answered=theirs, private=True)
        for number in range(12):
            self.liked.append(f"{self.profile(number, 'mastodon')}/{170_000_000_000_000_000 + number}")
            self._give("like", IMPORTED, "mastodon", self.who(number, "mastodon"))

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

    # --- what services told, and the files ----------------------------------------------------------------------------

    def write(self, blog: Blog, base_url: str, posts: Iterable[int] = range(POSTS)) -> Blog:
        """Writes posts, archives, tables and settings; the server of webmention.io is at `base_url`."""
        for post in posts:
            when = self.published(post).strftime("%Y-%m-%d %H:%M")
            blog.write(f"post-{post}.md", "\n\n".join(self.bodies[post]), date=when, **self.fields[post])
        for name, entries in (("mentions", self.old), ("letters", self.letters)):
            (blog.folder / f"{name}.json").write_text(json.dumps({"type": "feed", "children": entries}), "utf-8")
        (blog.folder / "social").mkdir()
        for name, items in (("outbox", self.outbox), ("likes", self.liked)):
            told = {"id": f"{name}.json", "type": "OrderedCollection", "orderedItems": items}
            (blog.folder / "social" / f"{name}.json").write_text(json.dumps(told), "utf-8")
        content = blog.folder / "content"
        table = "\n".join(["date,kind,channel,url,person,words,note", *self.rows])
        (content / "giving.csv").write_text(table, "utf-8")
        (content / "moderation.toml").write_text(MODERATION, "utf-8")
        (content / "milestones.csv").write_text("date,posts,followers,note\n2021-08-01,,60,begun\n", "utf-8")
        same = [[self.profile(n, "web"), f"@p{n}@social.{VILLAGE}"] for n in range(0, PEOPLE, 10)]
        return blog.configure(
            SITEURL=SITE,
            CONVERSATION_IDENTITIES=[OWNER],
            CONVERSATION_PEOPLE=same,
            CONVERSATION_PRIVACY={"bookmark": "count", "letters": "count", "mention": "name"},
            CONVERSATION_PICTURES=False,
            CONVERSATION_SOURCES=[
                {"source": "webmention.io", "domain": "ada.example", "base_url": base_url},
                {"source": "archive", "path": "mentions.json"},
                {"source": "archive", "path": "letters.json", "name": "letters"},
                {"source": "archive", "path": "social", "name": "account"},
            ],
        )

    def keep(self, store: Store) -> None:
        """What services tell beside acts: proofs, bare numbers, followers, and votes as they were seen to grow."""
        acts, proofs = [], []
        for person, when in self.proved:
            home, profile = self.profile(person, "web"), self.profile(person, "mastodon")
            author = Person(f"P{person}", profile, handle=f"@p{person}@social.{VILLAGE}")
            place = {"id": f"like {person}", "url": f"{OWNER}/1#favorited-by-{person}", "target": self.url(person)}
            acts.append(_act(Direction.RECEIVED, Kind.LIKE, when, "mastodon", author=author, **place))
            proofs.append(Proof(home, profile))
        likes = [Count("mastodon", self.url(post), Kind.LIKE, value) for post, value in self.counted.items()]
        _tell(store, "mastodon", IMPORTED, Batch(tuple(acts), counts=tuple(likes), proofs=tuple(proofs)))
        place = {"id": "1", "url": "https://s.example/a/1", "target": "https://s.example/q/1", "words": 80}
        to = Person(url=self.profile(3, "web"))
        written = datetime(2024, 4, 20, tzinfo=UTC)
        answer = _act(Direction.GIVEN, Kind.ANSWER, written, "stackexchange", to=to, **place)
        for at, votes in self.votes:
            count = Count("stackexchange", answer.url, Kind.LIKE, votes)
            _tell(store, "stackexchange", at, Batch((answer,), counts=(count,)))
        for look in self.looks:
            at = datetime(look.day.year, look.day.month, look.day.day, 12, tzinfo=UTC)
            seen = [Snapshot(HANDLE, look.followers)]
            seen += [Snapshot("ada.bsky.example", look.others)] if look.others else []
            _tell(store, "followers", at, Batch(snapshots=tuple(seen)))


def pull(blog: Blog, at: datetime) -> dict[str, Outcome]:
    """All sources are read at a moment of the story; what came of each, by name."""
    with Workshop.open(blog.conf) as shop, client_for(shop.settings) as client:
        sources, plan = shop.settings.sources, Plan(policy="always")
        pulling = Pull(sources, shop.store, client, plan, sites=shop.settings.siteurls, now=at)
        pulling.start(())
        pulling.posts(shop.posts)
        outcomes = pulling.finish()
        shop.store.save_posts(shop.posts)
    return {outcome.name: outcome for outcome in outcomes}


def service(entries: Iterable[dict[str, Any]], token: str) -> WebmentionIo:
    """A server of webmention.io that heard of everything when it was published."""
    made = WebmentionIo(SITE.removeprefix("https://"), token)
    for entry in sorted(entries, key=lambda entry: (entry["published"], entry["wm-id"])):
        made.now = datetime.fromisoformat(entry["published"])
        made.add(entry)
    return made


def _act(direction: Direction, kind: Kind, when: datetime, source: str, **more: Any) -> Act:  # noqa: ANN401
    return Act(direction=direction, kind=kind, source=source, channel=source, published=when, **more)


def _tell(store: Store, source: str, at: datetime, batch: Batch) -> None:
    number = store.begin(source, at)
    store.commit(number, source, batch, at)
    store.end(number, source, at, error=None, pulled=None)


MODERATION = f"""
moderation = "hold"
[hide]
authors = ["https://mob.{VILLAGE}/"]
words = ["casino"]
[show]
acts = ["https://s0.elsewhere.example/shown"]
[trust]
domains = ["{VILLAGE}", "twitter.com", "ycombinator.com"]
"""
