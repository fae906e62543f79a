"""The API of Lemmy, in both its dialects: v3 (0.18, 0.19; what 1.0 keeps of it is too little) and v4 (1.0 and later).

https://join-lemmy.org/api and https://join-lemmy.org/docs/contributors/09-api-v4.html; what that leaves open is taken
from the server's source. Traps: `max_depth` makes page numbers count for nothing, so comments are listed flat, each
with its path; a search of v3 knows exact addresses only; listings are of local communities where none is asked for; and
whoever asks too often is told so with a 400.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec import Struct

from ..errors import Malformed, Missing, Unreachable
from ..http import Client
from .paging import Listing, by_cursor, by_number
from .submissions import younger
from .values import text_of, time_of

__all__ = ["Instance", "moment_of", "numbers", "parse_views"]

#: The most entries that a page has.
PAGE = 50
#: Where an answer holds its list, by version and endpoint.
_LISTS = ("items", "search", "results", "posts", "comments", "content")


class Instance(Struct, frozen=True):
    """A server, and whether it speaks v4."""

    client: Client
    base: str
    modern: bool

    @classmethod
    def at(cls, client: Client, base: str) -> Instance:
        """The server at `base`, asked once which dialect it speaks. Raises SourceError."""
        try:
            value = client.get(f"{base}/api/v4/site").json()
        except (Missing, Malformed):
            return cls(client, base, modern=False)
        return cls(client, base, modern=isinstance(value, dict) and "site_view" in value)

    def search(self, page: str) -> list[dict[str, object]]:
        """The posts that link to `page`. Raises SourceError, Unreachable where it will not search so often."""
        params = {"q": page, "type_": "Url", "listing_type": "All", "limit": str(PAGE)}
        if self.modern:
            params |= {"search_term": page, "type_": "posts", "post_url_only": "true", "listing_type": "all"}
        try:
            answer = self.client.get(self._url("search"), params=params)
        except Malformed as error:
            what = f"{error}: it does not search so often, or is no Lemmy server"
            raise Unreachable(what) from error
        views = parse_views(answer.json())
        return [view for view in views if isinstance(view, dict) and _kind_of(view) == "post"]

    def post(self, number: str) -> object:
        """A post by its number here. Raises SourceError."""
        value = self._get("post", {"id": number})
        return value.get("post_view") if isinstance(value, dict) else None

    def resolve(self, address: str) -> object:
        """A post by its address at another server, where this one has it. Raises SourceError."""
        try:
            value = self._get("resolve_object", {"q": address})
        except (Missing, Malformed) as error:
            raise Malformed(f"{self.base} does not know it; name its address there in `syndication:`") from error
        return value.get("post") or value.get("resolve") if isinstance(value, dict) else None

    def comments(self, number: str) -> Listing[object]:
        """All comments on a post, oldest first, each telling its path. Raises SourceError."""
        params = {"post_id": number, "limit": str(PAGE)}
        if self.modern:
            return self._by_cursor("comment/list", params | {"sort": "old", "type_": "all"}, lambda page: page)
        return self._by_number("comment/list", params | {"sort": "Old", "type_": "All"}, lambda page: page)

    def own(self, account: str, since: datetime | None) -> Listing[object]:
        """What somebody wrote, newest first, back to `since`: comments and posts. Raises SourceError."""

        def part(page: list[object]) -> list[object]:
            return younger(page, moment_of, since)

        params = {"username": account, "limit": str(PAGE)}
        if self.modern:
            return self._by_cursor("person/content", params | {"person_name_or_id": account}, part)
        return self._by_number("user", params | {"sort": "New"}, part)

    def _by_number(
        self, path: str, params: dict[str, str], part: Callable[[list[object]], list[object]]
    ) -> Listing[object]:
        return by_number(lambda page: part(parse_views(self._get(path, {**params, "page": str(page)}))))

    def _by_cursor(
        self, path: str, params: dict[str, str], part: Callable[[list[object]], list[object]]
    ) -> Listing[object]:
        def fetch(cursor: str) -> tuple[Sequence[object], str]:
            value = self._get(path, params | ({"page_cursor": cursor} if cursor else {}))
            entries = parse_views(value)
            kept = part(entries)
            following = text_of(value.get("next_page")) if isinstance(value, dict) else ""
            return kept, following if kept or not entries else ""

        return by_cursor(fetch)

    def _get(self, path: str, params: dict[str, str]) -> object:
        return self.client.get(self._url(path), params=params).json()

    def _url(self, path: str) -> str:
        return f"{self.base}/api/{'v4' if self.modern else 'v3'}/{path}"


def parse_views(value: object) -> list[object]:
    """The views that an answer lists: of posts, comments or both. Raises Malformed where it lists nothing at all."""
    lists = [found for name in _LISTS if isinstance(value, dict) and isinstance(found := value.get(name), list)]
    if not lists:
        raise Malformed("The answer is no list of posts or comments; is base_url a Lemmy server?")
    return [view for found in lists for view in found]


def _kind_of(view: dict[str, object]) -> str:
    return "comment" if isinstance(view.get("comment"), dict) else "post" if isinstance(view.get("post"), dict) else ""


def moment_of(view: object) -> datetime | None:
    """When the comment or post of a view was published."""
    told = view.get(_kind_of(view)) if isinstance(view, dict) else None
    return time_of(told.get("published_at") or told.get("published")) if isinstance(told, dict) else None


def numbers(view: dict[str, object], kind: str) -> dict[str, object]:
    """The numbers of a view (`score`, `comments`): of their own in v3, among what else it tells in v4."""
    found = view.get("counts") if isinstance(view.get("counts"), dict) else view.get(kind)
    return found if isinstance(found, dict) else {}
