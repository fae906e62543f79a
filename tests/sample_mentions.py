"""What others said and did, for the archives of the sample blog (sample_archives.py): a JF2 feed's entries."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from sample_numbers import Json, number_of, status_id

__all__ = ["mentions", "record_key"]

SITE = "https://kindnesses.example/"
FORMER_SITE = "http://ada-marlow.example/blog/"
ACCOUNT = "@ada@social.example"
MENTION = (
    '<span class="h-card"><a href="https://social.example/@ada" class="u-url mention">@<span>ada</span></a></span>'
)
#: Nothing in the archives is younger.
NEWEST = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
#: webmention.io told content in an older form until then.
NEW_CONTENT = datetime(2023, 7, 1, tzinfo=UTC)
#: Up to then the posts were announced on a network that is no more.
LAST_TWEET = datetime(2023, 6, 1, tzinfo=UTC)


def mentions(words: Json, folder: Path) -> list[Json]:
    """All entries, newest first, numbered in the order in which they were received."""
    entries = [entry for post in words["post"] for entry in (*_said(post, words), *_silent(post, words["readers"]))]
    entries += _oddities(words["post"], folder)
    entries.sort(key=lambda entry: (entry["wm-received"], entry["wm-source"], entry["wm-target"]))
    for place, entry in enumerate(entries):
        entry.setdefault("wm-id", 900_000 + 1009 * place + number_of(entry["wm-source"], below=500))
        if entry["wm-id"] is None:
            del entry["wm-id"]
    return entries[::-1]


def _said(post: Json, words: Json) -> list[Json]:
    """What was said about a post. A reply to a reply names both the reply and the post, as Bridgy does."""
    entries, addresses = [], {}
    for said in post["said"]:
        person, via = words["people"][said["by"]], said.get("via", "mastodon")
        name, handle, where = _identity(person, via)
        url, source = _addresses(said, person, post, where)
        addresses[said.get("id", url)] = url
        kind = said.get("kind", "in-reply-to")
        target = _spelled(post["page"], url, kind)
        relation = [addresses[said["re"]], target] if "re" in said else target
        entry = _entry(_card(name, handle, url), url, said["at"], source, target)
        entry |= {"name": said["title"]} if "title" in said else {}
        entry |= {"content": _content(said, via, url)}
        entry |= {"rsvp": "yes", "in-reply-to": target} if kind == "rsvp" else {kind: relation}
        entries.append(entry | {"wm-property": kind, "wm-private": False})
    return entries


def _identity(person: Json, via: str) -> tuple[str, str, str]:
    """A person's name, profile and the way they took: who has no account there wrote on their own site or by a form."""
    if via == "mastodon" and "at" in person:
        user, host = person["at"].split("@")
        return person["name"], f"https://{host}/@{user}", via
    if via == "bluesky":
        return person["name"], f"https://sky.example/profile/{person['sky']}", via
    if via == "twitter":
        return person["name"], f"https://birdsite.example/{person['at'].split('@')[0]}", via
    return person["name"], person.get("site", ""), "web" if "site" in person and via != "form" else "form"


def _addresses(said: Json, person: Json, post: Json, where: str) -> tuple[str, str]:
    """An act's permalink and the address that the webmention was sent from."""
    at, number = said["at"], number_of(said["by"], said["at"], below=9000)
    if where == "mastodon":
        user, host = person["at"].split("@")
        status = status_id(at, said["by"])
        return f"https://{host}/@{user}/{status}", _bridgy("comment", post, status)
    if where == "bluesky":
        key = record_key(said["by"], at)
        record = quote(f"at://did:plc:invented{person['sky']}2222222222/app.bsky.feed.post/{key}")
        return f"https://sky.example/profile/{person['sky']}/post/{key}", _sky_source("comment", post) + record
    if where == "twitter":
        return f"https://birdsite.example/{said['by']}/status/{number + 10**18}", _tweet(
            "comment", post, number + 10**18
        )
    own = f"{person.get('site', '')}{said.get('path', f'replies/{number}')}"
    url = own if where == "web" else f"https://guestbook.example/c/{number + 1000}"
    return url, url


def _silent(post: Json, readers: Json) -> list[Json]:
    """The likes, boosts and bookmarks of a post: who, is dealt out by hash."""
    names = sorted(readers["names"], key=lambda name: number_of(post["page"], name, below=1 << 32))
    kinds = ["like-of"] * post["likes"] + ["repost-of"] * post["shares"] + ["bookmark-of"] * post["bookmarks"]
    return [_silent_act(post, name, kind, readers["hosts"]) for name, kind in zip(names, kinds, strict=False)]


def _silent_act(post: Json, name: str, kind: str, hosts: list[str]) -> Json:
    """One like, boost or bookmark. Bridgy tells no time of a like, and the fragment of its address is its identity."""
    number = number_of(name, below=90_000) + 10_000
    chance = number_of(post["page"], name, kind, below=1000)
    user = re.sub(r"[^a-z]", "", name.lower())
    start = post.get("status", datetime(2024, 3, 1, 9, tzinfo=UTC))
    at = min(start + timedelta(hours=0.2 * 2 ** (chance * 12 / 1000)), NEWEST).replace(microsecond=0)
    profile = f"https://{hosts[number % len(hosts)]}/@{user}"
    verb, fragment = {"like-of": ("like", "favorited-by"), "repost-of": ("repost", "reblogged-by")}.get(kind, ("", ""))
    if kind == "bookmark-of" or "status" not in post:
        profile = f"https://{user}.example/"
        url = source = f"{profile}{verb or 'bookmark'}s/{number}"
    elif at < LAST_TWEET and chance % 3 == 0:
        profile = f"https://birdsite.example/{user}"
        url, source = f"https://birdsite.example/adamarlow/status/{_tweet_of(post)}", _tweet(verb, post, number)
        url += f"#favorited-by-{number}"
    elif at > LAST_TWEET and chance % 4 == 1:
        profile = f"https://sky.example/profile/{user}"
        url = f"https://sky.example/profile/ada/post/{record_key(post['page'])}#{fragment}-did:plc:invented{number}22222222222"
        source = f"{_sky_source(verb, post)}did:plc:invented{number}22222222222"
    else:
        url = f"https://social.example/@ada/{_status_of(post)}#{fragment}-{number}"
        source = _bridgy(verb, post, str(number))
    author = _card("" if chance % 17 == 3 else name, "" if chance % 19 == 4 else profile, name)
    target = _spelled(post["page"], url, kind)
    entry = _entry(author, url, at, source, target)
    entry |= {"published": None} if kind == "like-of" else {}
    return entry | {kind: target, "wm-property": kind, "wm-private": False}


def _oddities(posts: list[Json], folder: Path) -> list[Json]:
    """The entries that were written by hand because they are odd; `STATUS:page` and `FILE:name` are filled in."""
    text = (folder / "oddities.json").read_text("utf-8")
    for post in posts:
        text = text.replace(f"STATUS:{post['page']}", _status_of(post)) if "status" in post else text
    for name in re.findall(r'"FILE:([^"]+)"', text):
        text = text.replace(f'"FILE:{name}"', json.dumps((folder / name).read_text("utf-8").strip()))
    return [oddity["entry"] for oddity in json.loads(text)]


def _entry(author: Json, url: str, at: datetime, source: str, target: str) -> Json:
    """What every entry has. Bridgy looks every half an hour; a site that sends by itself does so at once."""
    carried = source.startswith("https://brid.gy/")
    received = at + timedelta(seconds=number_of(source, below=2400 if carried else 40) + 5)
    zone = "" if not carried and number_of(url, below=7) == 3 else ".000Z" if carried else "+00:00"
    return {
        "type": "entry",
        "author": author,
        "url": url,
        "published": f"{at:%Y-%m-%dT%H:%M:%S}{zone}",
        "wm-received": f"{received:%Y-%m-%dT%H:%M:%SZ}",
        "wm-source": source,
        "wm-target": target,
        "wm-protocol": "webmention",
    }


def _card(name: str, profile: str, salt: str) -> Json:
    """An author as webmention.io tells one; every sixth has no picture."""
    number = number_of(name, salt, below=60_000)
    photo = "" if number % 6 == 0 or not profile else f"https://faces.example/{number}.jpg"
    return {"type": "card", "name": name, "photo": photo, "url": profile}


def _content(said: Json, via: str, url: str) -> Json:
    """Content in the form of its day; Mastodon's has the name of whom it answers in front, here in every sixth."""
    text = said.get("text") or re.sub(r"<[^>]+>", "", said["html"])
    if via == "mastodon" and said["by"] != "ada" and number_of(url, below=6) == 0:
        content = {"html": f"<p>{MENTION} {html.escape(text, quote=False)}</p>", "text": f"@ada {text}"}
    elif "html" in said or via == "mastodon":
        content = {"html": said.get("html", f"<p>{html.escape(text, quote=False)}</p>"), "text": text}
    else:
        content = {"text": text}
    if said["at"] >= NEW_CONTENT:
        return content
    markup = content.get("html")
    return {"content-type": "text/html" if markup else "text/plain", "value": markup or text} | content


def _spelled(page: str, url: str, kind: str) -> str:
    """The address of a page as one of its visitors had it: two in three are as they should be."""
    path = quote(page)
    spellings = {
        1: f"http://kindnesses.example/{path}",
        2: f"{SITE}{path}?utm_source=mastodon&utm_medium=social",
        3: f"{SITE}{path}#content",
        4: f"{FORMER_SITE}{path}",
        5: SITE + page,
        6: SITE + page,
        7: SITE + page,
    }
    return spellings.get(number_of(url, kind, below=12), SITE + path)


def _status_of(post: Json) -> str:
    return status_id(post["status"], "ada")


def _tweet_of(post: Json) -> int:
    return 15 * 10**17 + number_of(post["page"], below=10**9)


def _tweet(verb: str, post: Json, number: int) -> str:
    return f"https://brid.gy/{verb}/twitter/adamarlow/{_tweet_of(post)}/{number}"


def _bridgy(verb: str, post: Json, number: str) -> str:
    announced = _status_of(post) if "status" in post else status_id(datetime(2024, 1, 7, tzinfo=UTC), post["page"])
    return f"https://brid.gy/{verb}/mastodon/{ACCOUNT}/{announced}/{number}"


def _sky_source(verb: str, post: Json) -> str:
    record = quote(f"at://did:plc:inventedada2222222222/app.bsky.feed.post/{record_key(post['page'])}")
    return f"https://brid.gy/{verb}/bluesky/did:plc:inventedada2222222222/{record}/"


def record_key(*words: object) -> str:
    """The name of a post on a network like Bluesky: 13 characters of its alphabet."""
    number = number_of(*words, below=32**12)
    return "3" + "".join("234567abcdefghijklmnopqrstuvwxyz"[number >> shift & 31] for shift in range(0, 60, 5))
