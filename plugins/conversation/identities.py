"""Who is the blogger: which people and pages are the site's own.

The blogger's own acts on their own posts are shown but never counted as received. Own is decided by evidence, never by
name: by an address of the site, by a profile or by a handle that the blogger has named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from .acts import Person
from .addresses import MAX_LENGTH, ascii_host, host_of, is_web, key, split
from .sites import Sites, key_of
from .spellings import read, settle

__all__ = ["CARRIERS", "Identities", "carried", "domains_of", "names_of", "names_of_person"]

#: ``@ada@social.example`` (WebFinger, RFC 7565) and ``@ada.bsky.social`` or a DID (AT Protocol).
_ACCOUNT = re.compile(r"(?:acct:)?@?([\w.+-]+)@([\w-]+(?:\.[\w-]+)+|localhost)(:\d+)?", re.IGNORECASE)
_DOMAIN = re.compile(r"@?((?:[\w-]+\.)+[a-z][\w-]+|did:[a-z]+:[\w.:%-]+)", re.IGNORECASE)
#: Where servers of the fediverse keep their people: all of these mean the same account of one server.
_PROFILE = re.compile(r"/(?:@|users/|u/|profile/|web/@)([\w.+-]+)")
#: Bluesky's own site, the one whose profiles carry handles of other domains.
_BLUESKY = re.compile(r"https://bsky\.app/profile/([^/?#]+)")
#: Bridgy and Bridgy Fed carry words for others and are nobody's place (https://brid.gy/about).
CARRIERS = frozenset({"brid.gy", "brid-gy.appspot.com"})
#: The address that Bridgy Fed carries, within its own: /r/https://…; one slash may have been lost on the way.
_CARRIED = re.compile(r"/(https?):/+([^/].*)", re.IGNORECASE | re.DOTALL)
_MAX_HANDLE = 512
_BEGIN = re.compile(r"\s*https?://[^/?#\s]*", re.IGNORECASE)
#: Sites that go by two names.
_RENAMED = {"x.com": "twitter.com", "mobile.twitter.com": "twitter.com"}


def names_of(text: str) -> frozenset[str]:
    """All names by which a profile's address or a handle is known, in one spelling; none for what tells nobody apart.

    ``https://social.example/@ada``, ``https://social.example/users/ada`` and ``@ada@social.example`` share a name, as
    do ``https://bsky.app/profile/ada.bsky.social`` and ``@ada.bsky.social``. A bare ``ada`` has none: there are many.
    """
    text = text.strip()
    if is_web(text):
        return _names_of_profile(text)
    if len(text) > _MAX_HANDLE:
        return frozenset()
    if match := _ACCOUNT.fullmatch(text):
        return frozenset({f"{match[1]}@{host_of(f'//{match[2]}')}{match[3] or ''}".casefold()})
    if match := _DOMAIN.fullmatch(text):
        return frozenset({match[1].casefold()})
    return frozenset()


def _names_of_profile(url: str) -> frozenset[str]:
    form = read(url)
    if form is None:
        return frozenset()
    host = settle("host", form.host)
    host = _RENAMED.get(host, host)
    port = settle("port", form.port)
    address = key(f"https://{host}{port}{settle('path', form.path)}{form.query}").rstrip("/")
    names = {address}
    if match := _BLUESKY.fullmatch(address):
        names.add(match[1].casefold())
    elif match := _PROFILE.fullmatch(settle("path", form.path)):
        names.add(f"{match[1]}@{host}{port}".casefold())
    return frozenset(names)


def names_of_person(person: Person) -> frozenset[str]:
    """All names of a person: those of the profile, also where Bridgy only carries it, and those of the handle."""
    names = names_of(person.url) | names_of(person.handle)
    inner = carried(person.url)
    return names if inner == person.url else names | names_of(inner)


def domains_of(url: str) -> frozenset[str]:
    """The host of `url` and all domains that it is part of: a.b.example, b.example, example."""
    parts = split(url)
    labels = ascii_host((parts and parts.hostname) or "").split(".")
    return frozenset(".".join(labels[at:]) for at in range(len(labels))) - {""}


def carried(url: str) -> str:
    """The address that one of Bridgy's carries, if it does; else `url` itself."""
    for _ in range(3):
        inner = _CARRIED.search(url, len("https://")) if "brid" in url.lower() else None
        if inner is None or domains_of(url).isdisjoint(CARRIERS):
            break
        url = f"{inner[1]}://{inner[2]}"
    return url


class Identities:
    """The blogger's names and the site's addresses, made to be asked often.

    `names` are profile URLs and handles; `sites` the site's addresses, the present one first.
    """

    def __init__(self, names: Iterable[str], sites: Sequence[str]) -> None:
        self._sites = Sites(sites)
        self._hosts = {site.key.host for site in (self._sites.here, *self._sites.former)}
        self._names = frozenset(name for text in names for name in names_of(text))
        self._people: dict[Person, bool] = {}
        self._near: dict[str, bool] = {}

    def owns(self, person: Person, url: str = "") -> bool:
        """Whether an act by `person` with the permalink `url` is the blogger's own.

        The person's page is one of the site's or one of the blogger's profiles, the handle is one of theirs, or the act
        is a page of the site. A permalink with a fragment proves nothing: ``/post.html#comment-5`` is how comment
        servers address what strangers wrote under a post.
        """
        mine = self._people.get(person)
        if mine is None:
            mine = self.holds(person.url) or not self._names.isdisjoint(names_of(person.url) | names_of(person.handle))
            self._people[person] = mine
        return mine or ("#" not in url and self.holds(url))

    def holds(self, url: str) -> bool:
        """Whether `url` lies under one of the site's addresses; a neighbour on a shared host (``/~bob``) does not."""
        end = url.find("/", len("https://"))
        if end >= 0 and self._near.get(url[:end]) is False:
            return False
        begin = _BEGIN.match(url)
        if begin is None or len(url) > MAX_LENGTH:
            return False
        near = self._near.get(begin[0])
        if near is None:  # most acts are from few other hosts, which need no more than this look
            form = read(begin[0].lstrip())
            near = self._near[begin[0]] = form is not None and settle("host", form.host) in self._hosts
        form = read(url.strip()) if near else None
        return form is not None and self._sites.holds(key_of(form))
