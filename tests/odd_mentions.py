"""Mentions as they really come, with everything that is odd about them, and what a site must make of them.

`mentions(n, posts, seed)` gives entries as webmention.io lists them. What should come out is counted while they are
made, from what was meant and not from what was written, so that it can be held against any reader. All invented.
"""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

__all__ = ["OWNER", "Entry", "Made", "mentions"]

Entry = dict[str, object]

OWNER = "https://ada-marlow.example/"
SHOWN_AS = {
    "in-reply-to": "comments",
    "repost-of": "shares",
    "mention-of": "mentions",
    "rsvp": "mentions",
    "like-of": "likes",
    "bookmark-of": "bookmarks",
}
KINDS = (
    "like-of",
    "in-reply-to",
    "like-of",
    "repost-of",
    "mention-of",
    "like-of",
    "bookmark-of",
    "in-reply-to",
    "rsvp",
)
PUBLISHED: tuple[object, ...] = (
    None,
    "2024-03-01T10:20:30+01:00",
    None,
    "2024-03-01T10:20:30",
    "",
    "2024-03-01T09:20:30Z",
    None,
    "2024-03-01",
    "2021-01-01T00:00:00+00:00",
    "0000-00-00T00:00:00+00:00",
    "2024-02-31T10:00:00+00:00",
    "2031-01-01T00:00:00-0800",
    "last Tuesday",
)
HTML = '<p style="position:fixed">So <b>true</b>!<img src="https://pixel.example/1.gif"></p><div><h1>Yes</h1></div>'
CONTENT: tuple[object, ...] = (
    "absent",
    {"text": "Thank you for this.", "html": "<p>Thank you for this.</p>"},
    "absent",
    {"html": HTML},
    {"content-type": "text/html", "value": HTML, "html": HTML, "text": "So true! Yes"},
    {"content-type": "text/plain", "value": "plain and old"},
    None,
    {"text": "A whole post. " * 450, "html": "<p>" + "A whole post. " * 450 + "</p>"},
    {"html": "<script>alert(1)</script><a href='javascript:alert(1)'>kind</a>", "text": "kind"},
    "just a string",
    {"text": "Great 👩‍👩‍👧 \u202eidea\u202c \ud83d", "html": ""},
)
NAMES = (
    "Noor Sample",
    "",
    "p7.example.org",
    "Home About Archive Search this site: the kindest words that anybody ever wrote about blogs, and a cookie banner",
    "田中さくら",
    "Zoë 🌻 Example",
    "Family 👩‍👩‍👧 Doe",
    "\u200fنور\u200e \u202eabc\u202c",
    "????",
    "Bea Sample",
)
AUTHORS: tuple[object, ...] = (
    "card",
    "card",
    {"type": "card", "name": "", "photo": "", "url": ""},
    {"type": "card", "name": None, "photo": None, "url": None},
    "list of cards",
    "card",
    "absent",
    "card",
    None,
)
#: What a person does to a post once, however often it is told.
ONCE = ("like-of", "repost-of", "bookmark-of")
SPELLINGS: tuple[Callable[[str], str], ...] = (
    lambda url: url,
    lambda url: url.replace("https://", "http://"),
    lambda url: url + "#fn:1",
    lambda url: url + "?utm_source=letter&utm_medium=email",
    lambda url: url.removesuffix("/") if url.endswith("/") else url,
    lambda url: url.replace("https://", "HTTPS://"),
)
SOURCES = (
    "{url}",
    "https://brid.gy/comment/mastodon/@ada@social.example/{i}/{i}",
    "https://brid-gy.appspot.com/like/twitter/ada/{i}/{i}",
    "https://web.brid.gy/convert/web/at://did:plc:p{i}/app.bsky.feed.post/3k%23{i}",
)


@dataclasses.dataclass
class Made:
    """The entries, and what a site has to show for them.

    `counts` has for each post URL the numbers of the contract: comments, shares, mentions, likes, bookmarks.
    """

    entries: list[Entry]
    counts: dict[str, Counter[str]]
    private: int = 0
    own: int = 0
    elsewhere: int = 0
    repeated: int = 0


def mentions(n: int, posts: Sequence[str], seed: int = 1) -> Made:
    """`n` entries about `posts` (absolute URLs), each oddity among the first hundred; the same for the same `seed`."""
    chance = random.Random(seed)  # noqa: S311 - no secrets here
    made = Made([], {post: Counter() for post in posts})
    once: set[object] = set()
    for i in range(n):
        post, relation = chance.choice(posts), KINDS[i % len(KINDS)]
        fate = i % 25
        if fate == 24 and made.entries:
            _repeat(made, chance)
            continue
        entry = _entry(i, post, relation)
        made.entries.append(entry)
        if fate == 7:
            entry["wm-private"] = True
            made.private += 1
        elif fate == 11:
            entry["author"] = {"type": "card", "name": "Ada Marlow", "photo": "", "url": OWNER}
            made.own += 1
        elif fate == 15:
            entry["wm-target"] = _elsewhere(post, i)
            made.elsewhere += 1
        elif (deed := _deed(entry, post, relation)) is None or deed not in once:
            once.add(deed)
            made.counts[post][SHOWN_AS[relation]] += 1
    return made


def _deed(entry: Entry, post: str, relation: str) -> object:
    """Who did what to which post, where that can be done once only and somebody is named."""
    cards = entry.get("author")
    card = cards[0] if isinstance(cards, list) else cards
    url = card.get("url") if isinstance(card, dict) else None
    return (post, relation, url) if relation in ONCE and url else None


def _entry(i: int, post: str, relation: str) -> Entry:
    url = f"https://p{i % 97}.example.org/notes/{i}"
    target = SPELLINGS[i % len(SPELLINGS)](post)
    source = SOURCES[i % 7 if i % 7 < len(SOURCES) else 0].format(url=url, i=i)
    if relation == "like-of" and source != url:
        url = f"https://social.example/@ada/{110000000000000000 + i % 5}#favorited-by-{i}"
    entry: Entry = {
        "type": "entry",
        "author": _author(i),
        "url": url if i % 29 or source != url else None,
        "published": PUBLISHED[i % len(PUBLISHED)],
        "wm-received": "2025-01-01T00:00:00Z",
        "wm-id": 100_000 + i,
        "wm-source": source,
        "wm-target": target,
        "wm-protocol": "webmention",
        "content": CONTENT[i % len(CONTENT)],
        "wm-property": relation,
        "wm-private": False,
    }
    if relation == "rsvp":
        entry["rsvp"] = "yes"
    entry["in-reply-to" if relation == "rsvp" else relation] = target if i % 4 else "http://old-home.example/post"
    if i % 31 == 30:
        del entry["wm-property"]
    if i % 17 == 16:
        entry["photo"] = ["https://pixel.example/2.jpg"] if i % 2 else "https://pixel.example/2.jpg"
        entry["summary"] = {"content-type": "text/plain", "value": "in short"}
        entry["name"] = "A title"
    return {name: value for name, value in entry.items() if value != "absent"}


def _repeat(made: Made, chance: random.Random) -> None:
    """An entry that was there before: sent once more from another address, which counts once."""
    first = chance.choice([entry for entry in made.entries if entry.get("url") and not entry["wm-private"]])
    again = {**first, "wm-id": 900_000 + len(made.entries), "wm-source": f"{first['wm-source']}?again"}
    made.entries.append(again)
    made.repeated += 1


def _elsewhere(post: str, i: int) -> str:
    """An address that is no post: the home page, a list, another site of the same owner."""
    home = "{0.scheme}://{0.netloc}/".format(urlsplit(post))
    return (home, f"{home}tag/kindness/", "https://other-home.example/a-page/")[i % 3]


def _author(i: int) -> object:
    author = AUTHORS[i % len(AUTHORS)]
    if author not in ("card", "list of cards"):
        return author
    card = {
        "type": "card",
        "name": NAMES[i % len(NAMES)],
        "photo": f"https://faces.example/{i % 97}.jpg" if i % 5 else "",
        "url": f"https://p{i % 97}.example.org/",
    }
    return card if author == "card" else [card]
