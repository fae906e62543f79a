"""The Mastodon API as far as it is needed: one function an endpoint (https://docs.joinmastodon.org/methods/).

Every call may raise SourceError; a refusal says what to do about the token.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl

from msgspec import Struct

from ..addresses import split
from ..errors import Malformed, Missing, Refused, SettingsError
from ..http import Client, Response
from . import Source
from .mastodon_parse import Home, Status, id_of, split_account
from .paging import Listing, by_link

__all__ = ["BY_ID", "Asked", "entries_of", "home_of", "refused"]

#: How many are asked for at a time: the servers' own limits (people: 80; statuses, favourites: 40; by id: 20).
PEOPLE = "80"
STATUSES = "40"
BY_ID = 20
MAX_PAGES = 2_000

Params = tuple[tuple[str, str], ...]


def home_of(source: Source) -> Home:
    """The account that a source names, and where its instance is. Raises SettingsError where it is no account."""
    user, host = split_account(source.options.get("account", ""))
    if not user:
        raise SettingsError(
            f"{source.name}: the account must be written with its host, as in @ada@social.example, "
            f"not {source.options.get('account', '')!r}."
        )
    return Home(source.name, (source.base_url or f"https://{host}").rstrip("/"), user, host)


def refused(source: Source, home: Home, error: Refused) -> Refused:
    """A refusal, with what to do."""
    if source.token:
        advice = f"did not accept the token in {source.variable}: is it still valid, and does it have the scope read?"
    else:
        advice = (
            "answers nobody without a token (GoToSocial and Pixelfed never do, Mastodon where its administrators say "
            f"so). Make an application with the scope read in your account's settings there, under Development, and "
            f"put its token into {source.variable}."
        )
    return Refused(f"{source.name}: {home.base} {advice} ({error})")


class Asked(Struct, frozen=True):
    """An instance, as it is asked for one source."""

    source: Source
    home: Home
    client: Client

    def account(self, number: str = "") -> Status:
        """The blogger's account: by its id where that is known, else (or where there is none) by its name."""
        if number:
            try:
                return self._object(f"accounts/{number}")
            except Missing:
                pass
        try:
            return self._object("accounts/lookup", (("acct", self.home.user),))
        except Missing as error:
            raise Missing(
                f"{self.source.name}: there is no account {self.home.user} at {self.home.base}. Check the spelling; "
                "where handles are on another host than the server, name the server as base_url."
            ) from error

    def credentials(self) -> Status:
        """The account that the token belongs to."""
        return self._object("accounts/verify_credentials")

    def status(self, number: str) -> Status:
        """One status. Missing where it was deleted, or is not for everybody any more."""
        return self._object(f"statuses/{number}")

    def context(self, number: str) -> tuple[list[object], bool]:
        """What answers a status, and whether the server is still looking for more elsewhere.

        https://docs.joinmastodon.org/methods/async_refreshes/
        """
        answer = self._get(f"statuses/{number}/context")
        value = answer.json()
        below = value.get("descendants") if isinstance(value, dict) else None
        if not isinstance(below, list):
            raise Malformed(f"{answer.where}: the answer is no conversation")
        return below, "Mastodon-Async-Refresh" in answer.headers

    def statuses_of(self, number: str, below: str = "") -> Listing[object]:
        """Pages of an account's statuses, newest first; those older than the id `below`."""
        return self._pages(f"accounts/{number}/statuses", (*_older(below), ("limit", STATUSES)))

    def favourites(self, below: str = "") -> tuple[list[object], str]:
        """A page of what the blogger liked, newest like first, and where the next begins. Scope read:favourites.

        The ids that pages begin at are those of likes, which only the Link header tells.
        """
        answer = self._get("favourites", (*_older(below), ("limit", STATUSES)))
        following = split(answer.links.get("next", ""))
        below = dict(parse_qsl(following.query)).get("max_id", "") if following else ""
        return list(entries_of([answer.json()], answer.where)), below

    def notifications(self, types: Iterable[str], pages: int) -> Listing[object]:
        """Pages of what happened to the blogger, newest first. Scope read:notifications."""
        wanted = tuple(("types[]", kind) for kind in types)
        return self._pages("notifications", (*wanted, ("limit", STATUSES)), pages)

    def people(self, number: str, relation: str) -> Listing[object]:
        """Pages of accounts: `relation` is "favourited_by" or "reblogged_by"."""
        return self._pages(f"statuses/{number}/{relation}", (("limit", PEOPLE),))

    def quotes(self, number: str) -> Listing[object]:
        """Pages of statuses that quote one. Scope read:statuses."""
        return self._pages(f"statuses/{number}/quotes", (("limit", STATUSES),))

    def by_id(self, numbers: Iterable[str]) -> dict[str, Status]:
        """Those of some statuses that are there, by id; none from a server that cannot tell several (before 4.3)."""
        wanted = list(dict.fromkeys(number for number in numbers if number))
        found: dict[str, Status] = {}
        for start in range(0, len(wanted), BY_ID):
            some = wanted[start : start + BY_ID]
            try:
                value = self._get("statuses", tuple(("id[]", number) for number in some)).json()
            except (Missing, Malformed, Refused):
                return found
            entries = value if isinstance(value, list) else []
            found |= {id_of(entry): entry for entry in entries if isinstance(entry, dict) and id_of(entry) in some}
        return found

    def _object(self, path: str, params: Params = ()) -> Status:
        answer = self._get(path, params)
        value = answer.json()
        if not isinstance(value, dict) or not id_of(value):
            raise Malformed(f"{answer.where}: the answer is not of the Mastodon API; is this the instance's address?")
        return value

    def _get(self, path: str, params: Params = ()) -> Response:
        return self.client.get(f"{self.home.base}/api/v1/{path}", params=params, token=self.source.token)

    def _pages(self, path: str, params: Params, pages: int = MAX_PAGES) -> Listing[object]:
        url = f"{self.home.base}/api/v1/{path}"
        return by_link(self.client, url, params=params, token=self.source.token, pages=pages, key=_name)


def _older(below: str) -> Params:
    return (("max_id", below),) if below else ()


def _name(entry: object) -> str:
    return id_of(entry) or repr(type(entry))


def entries_of(pages: Iterable[object], what: str) -> Iterator[object]:
    """The entries of a listing's pages. Raises Malformed where a page is no list."""
    for page in pages:
        if not isinstance(page, list):
            raise Malformed(f"{what}: the answer is no list")
        yield from page
