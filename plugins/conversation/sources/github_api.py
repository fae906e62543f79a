"""The APIs of GitHub: GraphQL with a token, REST without; and which addresses on the web belong to them.

https://docs.github.com/graphql and https://docs.github.com/rest. A token allows 5,000 requests (or points) an hour, an
address without one 60; answers that did not change (ETag) are free. GraphQL tells failures in answers of status 200.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

from ..addresses import split
from ..errors import Malformed, Missing, Refused, SourceError, Unreachable
from ..http import Client, Response
from . import Source
from .paging import Listing, by_link
from .values import text_of

__all__ = [
    "Place",
    "account_of",
    "dig",
    "fetch_list",
    "fetch_rest",
    "graphql",
    "nodes_of",
    "page_of",
    "path_of",
    "place_of",
    "web_of",
]

DEFAULT_URL = "https://api.github.com"
#: Comments as HTML and as plain text, beside their Markdown.
ACCEPT = "application/vnd.github.full+json"
VERSION = {"X-GitHub-Api-Version": "2022-11-28"}
TOKENS = "github.com/settings/tokens"

_PLACE = re.compile(r"/([\w.-]+)/([\w.-]+)/(discussions|issues|pull)/(\d{1,12})/?")
_ERRORS: Mapping[str, type[SourceError]] = {
    "NOT_FOUND": Missing,
    "FORBIDDEN": Refused,
    "INSUFFICIENT_SCOPES": Refused,
    "RATE_LIMITED": Unreachable,
    "RATE_LIMIT": Unreachable,
}


class Place(NamedTuple):
    """A discussion, an issue or a pull request: `kind` is "discussions", "issues" or "pull"."""

    owner: str
    name: str
    kind: str
    number: str


def account_of(source: Source) -> str:
    """The user name, from what people write into settings: the name, or the address of the profile."""
    return source.options.get("account", "").strip().rstrip("/").rpartition("/")[2].removeprefix("@")


def web_of(source: Source) -> str:
    """Where people read what the API tells: github.com, or a GitHub Enterprise Server (`https://HOST/api/v3`)."""
    base, path, rest = source.base_url.rstrip("/").partition("/api/v3")
    return base if path and not rest else "https://github.com"


def place_of(url: str, web: str) -> Place | None:
    """What an address on the web names; None where it is not a discussion, an issue or a pull request there."""
    parts, here = split(url), split(web)
    if parts is None or here is None or parts.netloc.lower().removeprefix("www.") != here.netloc.lower():
        return None
    match = _PLACE.fullmatch(parts.path) if parts.scheme in {"http", "https"} else None
    return Place(*match.groups()) if match else None


def graphql(source: Source, client: Client, query: str, variables: Mapping[str, object]) -> object:
    """The `data` of an answer. Parts of it may be null, where they may not be seen.

    Raises Missing, Refused, Unreachable or Malformed where there is nothing else, as for the same failures of REST.
    """
    base = (source.base_url or DEFAULT_URL).rstrip("/")
    base = base.removesuffix("/v3") if base.endswith("/api/v3") else base
    try:
        answer = client.post(f"{base}/graphql", json={"query": query, "variables": dict(variables)}, token=source.token)
    except Refused as error:
        raise _refused(source, error) from None
    value = answer.json()
    data = value.get("data") if isinstance(value, dict) else None
    if isinstance(data, dict) and any(part is not None for part in data.values()):
        return data
    errors = value.get("errors") if isinstance(value, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    if not isinstance(first, dict):
        raise Malformed("The answer holds no data; is base_url the address of GitHub's API?")
    said, kind = text_of(first.get("message"), 200), text_of(first.get("type"))
    said = said.replace(source.token, "…") if source.token else said
    if kind in {"FORBIDDEN", "INSUFFICIENT_SCOPES"}:
        raise _refused(source, Refused(f"GitHub says: {said}"))
    raise _ERRORS.get(kind, Malformed)(f"GitHub says: {said}")


def fetch_rest(source: Source, client: Client, path: str) -> Response:
    """One answer of the REST API. Raises SourceError."""
    base = (source.base_url or DEFAULT_URL).rstrip("/")
    try:
        return client.get(f"{base}/{path}", token=source.token, headers=VERSION, accept=ACCEPT)
    except Refused as error:
        raise _refused(source, error) from None


def fetch_list(source: Source, client: Client, path: str, params: Mapping[str, str]) -> Listing[object]:
    """The pages of a list of the REST API. Raises SourceError."""
    url = f"{(source.base_url or DEFAULT_URL).rstrip('/')}/{path}"
    sent = {**params, "per_page": "100"}
    return by_link(client, url, params=sent, token=source.token, headers=VERSION, accept=ACCEPT, key=_id_of)


def path_of(place: Place) -> str:
    """The REST path of an issue; a pull request is one too."""
    return f"repos/{quote(place.owner)}/{quote(place.name)}/issues/{place.number}"


def dig(value: object, *names: str) -> object:
    """What lies under these names, one within the other; None where one of them is not there."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def nodes_of(connection: object) -> list[object]:
    """The nodes of a GraphQL connection; a null among them is something that may not be seen."""
    nodes = dig(connection, "nodes")
    return [node for node in nodes if node is not None] if isinstance(nodes, list) else []


def page_of(connection: object, *, backwards: bool = False) -> tuple[Sequence[object], str]:
    """The nodes of a page, and the cursor of the next ("": there is none). Raises Malformed where there is no page."""
    if not isinstance(dig(connection, "nodes"), list):
        raise Malformed("The answer holds no list where GitHub's API has one.")
    more, cursor = ("hasPreviousPage", "startCursor") if backwards else ("hasNextPage", "endCursor")
    following = dig(connection, "pageInfo", cursor) if dig(connection, "pageInfo", more) is True else ""
    nodes = nodes_of(connection)
    return (nodes[::-1] if backwards else nodes), following if isinstance(following, str) else ""


def _id_of(entry: object) -> str:
    return text_of(dig(entry, "id")) or repr(entry)


def _refused(source: Source, error: Refused) -> Refused:
    what = f"Look at the token in {source.variable}" if source.token else f"Put a token into {source.variable}"
    return Refused(
        f"{error}. {what}: {TOKENS} makes one; a classic one needs the scope `public_repo`, a fine-grained one none."
    )
