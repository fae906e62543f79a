"""Bluesky's names: accounts (DIDs and handles), records (at:// addresses), and their pages on the web. Pure.

Read https://atproto.com/specs/at-uri-scheme, /did and /handle. A handle may change hands, a DID does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from ..acts import Person, Proof
from .values import NAME_LIMIT, address_of, text_of

__all__ = [
    "APP",
    "POST",
    "At",
    "Json",
    "at_of",
    "at_of_page",
    "did_of",
    "handle_of",
    "inner",
    "mapping",
    "page_of",
    "person_of",
    "proof_of",
]

APP = "https://bsky.app"
POST = "app.bsky.feed.post"
#: What the collections are called in the addresses of Bluesky's app.
_PLACES = {POST: "post", "app.bsky.feed.generator": "feed", "app.bsky.graph.list": "lists"}

Json = Mapping[str, object]

#: Whose names are given to everybody and lead back to the profile.
_LANDLORDS = (".bsky.social", ".brid.gy")

_DID = re.compile(r"did:[a-z]{1,20}:[A-Za-z0-9._:%-]{1,500}")
_HANDLE = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_AT = re.compile(r"at://([^/\s?#]{1,600})/([A-Za-z0-9.-]{1,300})/([A-Za-z0-9._:~-]{1,512})/?")
_PAGE = re.compile(
    r"https?://(?:[a-z]+\.)?bsky\.app/profile/([^/\s?#]{1,600})/post/([A-Za-z0-9._:~-]{1,512})/?(?:[?#].*)?",
    re.IGNORECASE | re.DOTALL,
)


class At(NamedTuple):
    """Where a record is: whose (a DID, or a handle not yet resolved), in which collection, under which key."""

    who: str
    collection: str
    key: str

    @property
    def uri(self) -> str:
        """The record's at:// address."""
        return f"at://{self.who}/{self.collection}/{self.key}"


def mapping(value: object) -> Json:
    """`value` where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def inner(value: object, *names: str) -> object:
    """What stands in `value` under a name, under a name in that, and so on; None where the way ends."""
    for name in names:
        value = mapping(value).get(name)
    return value


def did_of(value: object) -> str:
    """The DID in `value`, "" where it is none."""
    text = text_of(value, NAME_LIMIT)
    return text if _DID.fullmatch(text) else ""


def handle_of(value: object) -> str:
    """The handle in `value` without an "@"; "" where it is none, or one that its account lost ("handle.invalid")."""
    text = text_of(value, NAME_LIMIT).removeprefix("@").lower()
    return text if _HANDLE.fullmatch(text) and not text.endswith(".invalid") else ""


def at_of(value: object) -> At | None:
    """The record that an at:// address names, None where it names none."""
    match = _AT.fullmatch(text_of(value, 2_000))
    if match is None:
        return None
    who = did_of(match[1]) or handle_of(match[1])
    return At(who, match[2], match[3]) if who else None


def at_of_page(url: str) -> At | None:
    """The post that an address means, whether on the web (``https://bsky.app/profile/…/post/…``) or at://."""
    match = _PAGE.fullmatch(url.strip())
    found = at_of(f"at://{match[1].replace('%3A', ':').replace('%3a', ':')}/{POST}/{match[2]}" if match else url)
    return found if found and found.collection == POST else None


def page_of(at: At, handle: str = "") -> str:
    """The address of a record on the web; of one that has no page there, its account's."""
    place = _PLACES.get(at.collection)
    return f"{APP}/profile/{handle or at.who}" + (f"/{place}/{at.key}" if place else "")


def person_of(profile: Json) -> Person:
    """Whose a profile is. One whose handle is lost goes by its DID."""
    did, handle = did_of(profile.get("did")), handle_of(profile.get("handle"))
    return Person(
        name=text_of(profile.get("displayName"), NAME_LIMIT),
        url=f"{APP}/profile/{handle or did}" if handle or did else "",
        photo=address_of(profile.get("avatar")),
        handle=f"@{handle}" if handle else "",
    )


def proof_of(person: Person) -> Proof | None:
    """That somebody whose handle is a domain of their own is who is at home there.

    Bluesky tells a handle only where the domain itself names the account, in its DNS or under ``/.well-known``
    (https://atproto.com/specs/handle).
    """
    host = handle_of(person.handle)
    if not host or host.endswith(_LANDLORDS) or not person.url:
        return None
    return Proof(person.url, f"https://{host}/")
