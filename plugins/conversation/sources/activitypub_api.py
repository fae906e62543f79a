"""Asking servers that speak ActivityPub: documents by their ids, collections page by page. Nothing is signed.

https://www.w3.org/TR/activitypub/#retrieving-objects. The account's own server is asked at `base_url` where that is
given; every other one only if it is on the public internet.
"""

from __future__ import annotations

import re

from msgspec import Struct, field

from ..addresses import host_of, split
from ..errors import Malformed, Missing, Refused, SettingsError, Unreachable
from ..http import Client
from . import Source
from .activitypub_parse import Actor, Collection, id_of, parse_actor, parse_collection, parse_webfinger
from .listing import Listing
from .paging import by_cursor

__all__ = ["ACCEPT", "Asked"]

ACCEPT = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
_ACCOUNT = re.compile(r"@?([\w.+-]+)@([\w.-]+(?::\d+)?)")


class Asked(Struct):
    """Whom a source is about, and what was asked already: `user` and `host` of the account, authors by their ids.

    Several threads may use it: what two of them need at the same time is asked twice.
    """

    source: Source
    client: Client
    user: str
    host: str
    people: dict[str, Actor | None] = field(default_factory=dict)

    @classmethod
    def of(cls, source: Source, client: Client) -> Asked:
        """Raises SettingsError where the account is none."""
        found = _ACCOUNT.fullmatch(source.options.get("account", "").strip())
        if found is None:
            raise SettingsError(f'{source.name} needs `account` with its host: "@ada@social.example".')
        return cls(source, client, found[1], found[2].lower())

    def is_home(self, url: str) -> bool:
        """Whether an address is on the account's own server."""
        return host_of(url) in {host_of(f"https://{self.host}"), host_of(self.source.base_url)} - {""}

    def get(self, url: str) -> object:
        """The document at an address. Raises Refused with a remedy where the own server wants signatures."""
        at_home = self.is_home(url)
        try:
            return self.client.get(self._at(url) if at_home else url, accept=ACCEPT, public_only=not at_home).json()
        except Refused as error:
            raise self._unsigned(error) if at_home else error from None

    def _unsigned(self, error: Refused) -> Refused:
        return Refused(
            f"{error}. {self.host} answers signed requests only (secure mode), which {self.source.name} does not make;"
            ' use the source "mastodon" instead, which most such servers understand.'
        )

    def _at(self, url: str) -> str:
        """Where something of the own server's is asked for."""
        there, base = split(url), split(self.source.base_url)
        if not there or not base or not base.netloc:
            return url
        return there._replace(scheme=base.scheme, netloc=base.netloc).geturl()

    def actor(self) -> Actor:
        """The account. Raises Missing where the server does not know it."""
        base = self.source.base_url or f"https://{self.host}"
        url, params = f"{base}/.well-known/webfinger", {"resource": f"acct:{self.user}@{self.host}"}
        try:
            found = parse_webfinger(self.client.get(url, params=params, accept="application/jrd+json").json())
        except Refused as error:
            raise self._unsigned(error) from None
        if not found:
            raise Malformed(f"{url}: @{self.user}@{self.host} has no ActivityPub address there")
        actor = parse_actor(self.get(found))
        if actor is None or host_of(actor.id) != host_of(found):
            raise Malformed(f"{found}: the answer is no ActivityPub account")
        return actor

    def author(self, own: str) -> Actor | None:
        """Somebody by their id; None where their server does not tell. Raises Unreachable of the own server."""
        if own not in self.people:
            try:
                found = parse_actor(self.get(own))
            except (Missing, Refused, Unreachable, Malformed) as error:
                if self.is_home(own) and isinstance(error, Unreachable):
                    raise
                found = None
            self.people[own] = found if found and host_of(found.id) == host_of(own) else None
        return self.people[own]

    def pages(self, start: object, most: int) -> Listing[object]:
        """The pages (`Collection`) of a collection: its address, or itself. Raises SourceError as `get` does."""
        held: dict[str, object] = {}

        def name(thing: object) -> str:
            if not isinstance(thing, dict):
                return id_of(thing)
            own = f"#{len(held)}"  # no address: what is in place need not be asked for
            held[own] = thing
            return own

        def fetch(cursor: str) -> tuple[list[Collection], str]:
            page = parse_collection(held[cursor] if cursor in held else self.get(cursor))
            if page is None:
                raise Malformed(f"{cursor}: the answer is no collection")
            return [page], name(page.following)

        return by_cursor(fetch, start=name(start), pages=most)
