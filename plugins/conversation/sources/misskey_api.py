"""The API of Misskey as far as it is needed: everything is a POST of JSON (https://misskey-hub.net/docs/for-developers/api/).

Every call may raise SourceError; a refusal says what to do about the token.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from ..errors import Malformed, Missing, Refused, SettingsError
from ..http import Client
from . import Source
from .mastodon_parse import split_account
from .misskey_parse import Home, Note, id_of
from .paging import Listing, by_cursor

__all__ = ["Asked", "home_of", "refused"]

#: The servers' own limit of entries a page.
PER_PAGE = 100


def home_of(source: Source) -> Home:
    """The account that a source names, and where its instance is. Raises SettingsError where it is no account."""
    user, host = split_account(source.options.get("account", ""))
    if not user:
        raise SettingsError(
            f"{source.name}: the account must be written with its host, as in @ada@misskey.example, "
            f"not {source.options.get('account', '')!r}."
        )
    return Home(source.name, (source.base_url or f"https://{host}").rstrip("/"), user, host)


def refused(source: Source, home: Home, error: Refused) -> Refused:
    """A refusal, with what to do."""
    made = "Make one in your account's settings there, under API, with the permission to view your account"
    if source.token:
        return Refused(f"{source.name}: {home.base} did not accept the token in {source.variable}. {made}. ({error})")
    return Refused(
        f"{source.name}: {home.base} answers nobody without a token. {made}, and put it into {source.variable}. "
        f"({error})"
    )


class Asked(Struct, frozen=True):
    """An instance, as it is asked for one source."""

    source: Source
    home: Home
    client: Client

    def account(self) -> Note:
        """The blogger's account, by its name."""
        try:
            found = self.post("users/show", username=self.home.user, host=None)
        except (Missing, Malformed) as error:
            raise type(error)(
                f"{self.source.name}: {self.home.base} tells of no account {self.home.user}. Check the spelling, and "
                f"that this is a Misskey; where the server is another than the handle says, name it as base_url. "
                f"({error})"
            ) from error
        return self._object(found, "users/show")

    def owner(self) -> Note:
        """The account that the token belongs to."""
        return self._object(self.post("i"), "i")

    def note(self, number: str) -> Note:
        """One note. Raises Missing where there is none.

        Misskey answers 400 for that and for all else that it does not like; so its ActivityPub side is asked too.
        """
        try:
            return self._object(self.post("notes/show", noteId=number), "notes/show")
        except Malformed as error:
            try:
                self.client.get(f"{self.home.base}/notes/{number}", accept="application/activity+json")
            except (Refused, Malformed):
                raise error from None
            raise

    def users(self, numbers: Sequence[str]) -> dict[str, Note]:
        """Users in full, by id; those that are gone are left out. Notes and reactions tell of them in short."""
        found: dict[str, Note] = {}
        for start in range(0, len(numbers), PER_PAGE):
            told = self.post("users/show", userIds=list(numbers[start : start + PER_PAGE]))
            if not isinstance(told, list):
                raise Malformed(f"{self.home.base}/api/users/show: the answer is no list")
            found |= {id_of(one): one for one in told if isinstance(one, dict)}
        return found

    def listing(self, path: str, start: str = "", *, fills: bool = True, **fields: object) -> Listing[object]:
        """The entries of an endpoint with `untilId`, newest first, those older than `start`.

        `fills` says that only the last page is shorter than `PER_PAGE`; else an empty one is the last.
        """

        def fetch(below: str) -> tuple[list[object], str]:
            older = {"untilId": below} if below else {}
            page = self.post(path, **fields, limit=PER_PAGE, **older)
            if not isinstance(page, list):
                raise Malformed(f"{self.home.base}/api/{path}: the answer is no list")
            last = next((name for entry in reversed(page) if (name := id_of(entry))), "")
            return page, "" if fills and len(page) < PER_PAGE else last

        return by_cursor(fetch, start=start, key=_name)

    def post(self, path: str, **fields: object) -> object:
        """What an endpoint answers. The token goes in the body, as every version of Misskey takes it."""
        token = {"i": self.source.token} if self.source.token else {}
        return self.client.post(f"{self.home.base}/api/{path}", json={**fields, **token}).json()

    def _object(self, value: object, path: str) -> Note:
        if not isinstance(value, dict) or not id_of(value):
            raise Malformed(
                f"{self.home.base}/api/{path}: the answer is not of Misskey; is this the instance's address?"
            )
        return value


def _name(entry: object) -> str:
    return id_of(entry) or repr(entry)[:500]
