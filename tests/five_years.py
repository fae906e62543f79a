"""Five years of a blog that never was: everything that the ledger has to get right, and what it has to make of it.

`Story(seed)` tells what happened as `Deed`s (deeds.py), one for each thing that counts, in the words of
docs/giving-receiving.md, and writes beside them what a blog learns of it (chronicle.py): archives, an outbox, tables,
the server of a service; tidings.py brings it there. A deed says what was meant, not how it is written, so that figures
can be reckoned from deeds by other means than the plugin's (reckoning.py). All invented; the same for the same seed.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from chronicle import Chronicle
from deeds import HANDLE, IMPORTED, NOW, OWNER, PEOPLE, POSTS, SITE, VILLAGE, Deed, Look

__all__ = ["Story"]

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


class Story(Chronicle):
    """What happened, and what tells of it."""

    def __init__(self, seed: int = 5) -> None:
        super().__init__(seed)
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
        self._once: set[tuple[str, str, int]] = set()
        self._proved()
        self._received()
        self._odd()
        self._talk()
        self._posts()
        self._table()
        self._account()

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
