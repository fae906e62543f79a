"""One spelling for the address of one act, whichever of its addresses a source told.

Services and bridges have several addresses for what somebody said: for readers, for programs, for logged-in people, for
what is only carried. `permalink` finds what they share.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from ..addresses import key, split
from ..identities import CARRIERS

__all__ = ["is_singular", "permalink"]

#: Addresses in plain form, which `addresses.key` leaves as they are; most are.
_PLAIN = re.compile(r"https://([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(/[A-Za-z0-9/._~@-]*)(#[A-Za-z0-9/._~@:-]*)?")
#: at://did:plc:…/app.bsky.feed.post/3k… (https://atproto.com/specs/at-uri-scheme)
_AT = re.compile(r"at:/+([\w.:%-]+)/app\.bsky\.feed\.post/([\w.~-]+)(#.*)?")
_BLUESKY = re.compile(r"/profile/([\w.:%-]+)/post/([\w.~-]+)/?")
#: Mastodon and its kin: for readers, ActivityPub's ids old and new, the web app; then the number on that server.
_STATUS = re.compile(
    r"/(?:(?:web/|deck/)?@[^/@]+(?:@[^/@]+)?/(?=\d{12})|(?:ap/)?users/[^/]+/statuses/|(?:web/)?statuses/)"
    r"(\d+)(?:/activity)?/?"
)
_ITEM = re.compile(r"(?:[^#]*&)?id=(\d{1,18})(?:&.*)?")
_TWEET = re.compile(r"/(?:\w+|i/web)/status(?:es)?/(\d+)(?:/.*)?")
_REDDIT = re.compile(r"/r/[^/]+/comments/(\w+)(?:/[^/]*(?:/(\w+))?)?/?")
_LOBSTERS = re.compile(r"/(?:s/\w+(?:/[^/]+)?/comments|c)/(\w+)/?|/(s/\w+)(?:/[^/]*)?/?")
_TWITTER = frozenset({"twitter.com", "mobile.twitter.com", "x.com"})
#: Bridgy's addresses for what it carries (https://brid.gy/about#source-urls): /comment/mastodon/@a@b/POST/COMMENT, and
#: /like/mastodon/@a@b/POST/PERSON.
_BRIDGY = re.compile(r"/(comment|post|like|repost)/(mastodon|twitter|bluesky)/([^/]+)/(.+?)/?", re.IGNORECASE)
_DONE = {
    ("mastodon", "like"): "favorited-by-",
    ("mastodon", "repost"): "reblogged-by-",
    ("twitter", "like"): "favorited-by-",
    ("bluesky", "like"): "liked_by_",
    ("bluesky", "repost"): "reposted_by_",
}
#: What Bridgy Fed carries stands in its own addresses: /r/https://…, /convert/ap/at://did:plc:…
_CARRIED = re.compile(r"/(at|https?):/+(.+)", re.IGNORECASE | re.DOTALL)
_SINGULAR = re.compile(r"[a-z]+:(?!//)")


def permalink(url: str, depth: int = 3) -> str:
    """One spelling for all addresses of what `url` names; "" where it is no address.

    What a known service keeps under a number of its own is ``service:number`` (``mastodon:social.example/1123``,
    ``bluesky:did:plc:ab/3k2``, ``hackernews:41``), any other page is its address with https, without ``www.`` and a
    slash at the end. A part after "#" is kept: it is what tells comments on one page, and likes, from each other.
    """
    url = url.strip()
    if not url:
        return ""
    if url[:4].casefold() == "at:/":
        return _at(url)
    plain = _PLAIN.fullmatch(url)
    if plain:
        host, path, query, fragment = plain[1], plain[2], "", plain[3] or ""
    else:
        parts = split(key(url))
        if parts is None or parts.scheme != "https" or not parts.netloc:
            return ""
        host, path, query = parts.netloc, parts.path, parts.query
        fragment = f"#{parts.fragment}" if parts.fragment else ""
    host = host.removeprefix("www.")
    if depth and "brid" in host and any(host == one or host.endswith(f".{one}") for one in CARRIERS):
        carried = _carried(host, f"{path}?{query}{fragment}" if query else path + fragment, depth)
        if carried:
            return carried
    return _known(host, path, query, fragment) or f"https://{host}{path.rstrip('/')}{query and f'?{query}'}{fragment}"


def is_singular(spot: str) -> bool:
    """Whether a permalink is a service's own: that names one act and no other, whatever else is told of it."""
    return bool(_SINGULAR.match(spot))


def _known(host: str, path: str, query: str, fragment: str) -> str:
    """The permalink of what a known service keeps; "" for all other pages."""
    if host == "bsky.app":
        found = _BLUESKY.fullmatch(path)
        return f"bluesky:{_who(found[1])}/{found[2]}{fragment}" if found else ""
    if host == "news.ycombinator.com":
        item = _ITEM.fullmatch(query) if path == "/item" else None
        number = fragment[1:] if fragment[1:].isdecimal() else ""
        return f"hackernews:{number or item[1]}" if item else ""
    if host in _TWITTER:
        tweet = _TWEET.fullmatch(path)
        return f"twitter:{tweet[1]}{fragment}" if tweet else ""
    if host.endswith("reddit.com"):
        said = _REDDIT.fullmatch(path)
        return f"reddit:{said[1]}/{said[2] or ''}{fragment}" if said else ""
    if host == "lobste.rs":
        return _lobsters(path, fragment)
    status = _STATUS.fullmatch(path)
    return f"mastodon:{host}/{status[1]}{fragment}" if status else ""


def _lobsters(path: str, fragment: str) -> str:
    found = _LOBSTERS.fullmatch(path)
    if found is None:
        return ""
    if found[2] and fragment.startswith("#c_"):
        return f"lobsters:{fragment[3:]}"
    return f"lobsters:{found[1] or found[2]}{fragment}"


def _carried(host: str, rest: str, depth: int) -> str:
    """The permalink of what an address of Bridgy's or Bridgy Fed's carries; "" where that cannot be told."""
    plain, _, _ = rest.partition("#")
    if host in CARRIERS:
        found = _BRIDGY.fullmatch(unquote(plain))
        return _bridgy(*(part or "" for part in found.groups())) if found else ""
    inner = _CARRIED.search(rest)
    if inner is None:
        return ""
    if inner[1].lower() == "at":
        return _at(unquote(f"at://{inner[2]}"))
    return permalink(f"{inner[1]}://{inner[2]}", depth - 1)


def _bridgy(deed: str, service: str, account: str, rest: str) -> str:
    """What Bridgy carries: on Bluesky things are named by at:// addresses, elsewhere by numbers of the service."""
    deed, service = deed.lower(), service.lower()
    done = _DONE.get((service, deed), "")
    if service == "bluesky":
        found = list(_AT.finditer(rest.replace("#", "/")))
        who = rest.rpartition("/")[2]
        if not found:
            return ""
        return f"{_at(found[0][0])}#{done}{who}" if done else _at(found[-1][0])
    post, _, act = rest.partition("/")
    place = f"mastodon:{account.lstrip('@').partition('@')[2].lower()}/" if service == "mastodon" else "twitter:"
    if not post.isdecimal() or (done and not act) or place == "mastodon:/":
        return ""
    return f"{place}{post}#{done}{act}" if done else f"{place}{act or post}"


def _at(uri: str) -> str:
    found = _AT.match(uri)
    return f"bluesky:{_who(found[1])}/{found[2]}{found[3] or ''}" if found else ""


def _who(name: str) -> str:
    """A handle or a DID in one spelling; the DIDs that Bluesky knows, plc and web, are in lower case."""
    return unquote(name).casefold()
