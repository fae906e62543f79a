"""Where an act happened: on Mastodon, on Hacker News, on somebody's own site.

Pure words about addresses. A channel is a short lower-case name ("hackernews"), the same as the service's name in
CONVERSATION_SOURCES where there is such a service; `place_name` is what readers see.
"""

from __future__ import annotations

import re

from .addresses import host_of, split

__all__ = ["WEB", "channel_of", "place_name"]

#: The channel of everything that happened on no known network: blogs, homepages, wikis.
WEB = "web"

# Channel -> the name printed and the hosts that belong to it (their subdomains too).
_PLACES: dict[str, tuple[str, tuple[str, ...]]] = {
    "activitypub": ("the fediverse", ()),
    "bluesky": ("Bluesky", ("bsky.app", "bsky.social", "staging.bsky.app")),
    "discourse": ("Discourse", ()),
    "disqus": ("Disqus", ("disqus.com",)),
    "facebook": ("Facebook", ("facebook.com", "fb.com", "fb.me")),
    "flickr": ("Flickr", ("flickr.com", "flic.kr")),
    "forem": ("DEV", ("dev.to",)),
    "foursquare": ("Swarm", ("swarmapp.com", "foursquare.com")),
    "github": ("GitHub", ("github.com",)),
    "gitlab": ("GitLab", ("gitlab.com",)),
    "googleplus": ("Google+", ("plus.google.com",)),
    "hackernews": ("Hacker News", ("news.ycombinator.com",)),
    "instagram": ("Instagram", ("instagram.com",)),
    "isso": ("Isso", ()),
    "jf2": ("JF2", ()),
    "lemmy": ("Lemmy", ("lemmy.world", "lemmy.ml")),
    "linkedin": ("LinkedIn", ("linkedin.com", "lnkd.in")),
    "lobsters": ("Lobsters", ("lobste.rs",)),
    "mastodon": ("Mastodon", ("mastodon.social", "mastodon.online", "mstdn.social", "fosstodon.org", "hachyderm.io")),
    "medium": ("Medium", ("medium.com",)),
    "meetup": ("Meetup", ("meetup.com",)),
    "microblog": ("Micro.blog", ("micro.blog",)),
    "misskey": ("Misskey", ("misskey.io",)),
    "pinterest": ("Pinterest", ("pinterest.com",)),
    "pixelfed": ("Pixelfed", ("pixelfed.social",)),
    "reddit": ("Reddit", ("reddit.com", "redd.it")),
    "remark42": ("Remark42", ()),
    "sharedcount": ("SharedCount", ()),
    "stackexchange": ("Stack Exchange", ("stackexchange.com", "stackoverflow.com", "superuser.com", "askubuntu.com")),
    "telegram": ("Telegram", ("t.me",)),
    "threads": ("Threads", ("threads.net", "threads.com")),
    "tumblr": ("Tumblr", ("tumblr.com",)),
    "twitter": ("Twitter", ("twitter.com", "x.com", "t.co")),
    "vimeo": ("Vimeo", ("vimeo.com",)),
    WEB: ("Web", ()),
    "webmention.io": ("webmention.io", ()),
    "wordpress": ("WordPress", ()),
    "youtube": ("YouTube", ("youtube.com", "youtu.be")),
}
_BY_HOST = {host: channel for channel, (_, hosts) in _PLACES.items() for host in hosts}

# Bridgy's addresses for the reactions that it carries (https://brid.gy/about#source-urls): /comment/mastodon/@a@b/1/2.
_BRIDGY_HOSTS = frozenset({"brid.gy", "brid-gy.appspot.com"})
_BRIDGY_PATH = re.compile(r"/(?:comment|like|repost|react|reaction|rsvp|post)/([a-z]+)/", re.IGNORECASE)
# Bridgy Fed's name for the network that it carries from is its subdomain (https://fed.brid.gy/docs).
_BRIDGY_FED = {"bsky.brid.gy": "bluesky", "ap.brid.gy": "activitypub"}
# An address inside an address: /r/https://..., /convert/web/at://did:plc:...; one slash may have been lost on the way.
_INNER = re.compile(r"/(at|https?):/+(.+)", re.IGNORECASE | re.DOTALL)

# Mastodon and its kin have thousands of hosts, but one form of address: /@name/109876543210, /users/name/statuses/1098.
_STATUS = re.compile(r"/(?:@[^/@]+(?:@[^/@]+)?/\d{15,20}|users/[^/]+/statuses/\d+(?:/activity)?)/?")


def channel_of(url: str, source_url: str = "") -> str:
    """The channel of an act with the permalink `url`, sent from `source_url` (a webmention's source; may be Bridgy's).

    Bridgy's own address says best where a reaction came from; then the permalink; "web" where neither tells.
    """
    for address in (source_url, url):
        carried = _bridged(address)
        if carried:
            return carried
    found = _by_address(url)
    return found if found != WEB or not source_url else _by_address(source_url)


def place_name(channel: str) -> str:
    """The name of a channel as readers know it: "hackernews" is "Hacker News"; an unknown one is only capitalised."""
    return _PLACES[channel][0] if channel in _PLACES else channel[:1].upper() + channel[1:]


def _bridged(address: str, depth: int = 3) -> str:
    """The channel that a Bridgy or Bridgy Fed address names; "" for every other address."""
    host = host_of(address)
    if host in _BRIDGY_HOSTS:
        parts = split(address)
        match = _BRIDGY_PATH.match(parts.path if parts else "")
        return match[1].lower() if match else ""
    if not host.endswith(".brid.gy"):
        return ""
    inner = _INNER.search(address, address.find(host) + len(host))
    if inner and inner[1].lower() == "at":
        return "bluesky"
    if inner and depth:
        url = f"{inner[1].lower()}://{inner[2]}"
        found = _bridged(url, depth - 1) or _by_address(url)
        if found != WEB:
            return found
    return _BRIDGY_FED.get(host, "")


def _by_address(url: str) -> str:
    """The channel of a plain address, by its host or by the form of its path."""
    if url[:5].lower() == "at://":
        return "bluesky"
    host = host_of(url)
    labels = host.split(".")
    for start in range(len(labels) - 1):
        known = _BY_HOST.get(".".join(labels[start:]))
        if known:
            return known
    parts = split(url)
    return "mastodon" if parts and _STATUS.fullmatch(parts.path) else WEB
