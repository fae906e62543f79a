"""The API of the AT Protocol as far as it is public: one function a question, and nothing understood but its frame.

The AppView (``app.bsky.*``) knows everybody's posts, a personal data server (``com.atproto.repo.*``) the records of its
accounts; which server that is stands in the account's DID document (https://atproto.com/specs/did). A question that is
wrong, or about something that is gone, is answered with 400, which the client calls Malformed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import unquote

from msgspec import Struct

from ..errors import Malformed, Missing
from ..http import Client
from . import Source
from .bluesky_names import APP, POST, At, Json, at_of, did_of, handle_of, mapping
from .values import address_of, listed, text_of

__all__ = [
    "ABSENT",
    "AT_ONCE",
    "Api",
    "Unknown",
    "account_of",
    "fetch_backlinks",
    "fetch_did",
    "fetch_page",
    "fetch_pds",
    "fetch_posts",
    "fetch_profile",
    "fetch_profiles",
    "fetch_records",
    "fetch_thread",
]

VIEW = "https://public.api.bsky.app"
DIRECTORY = "https://plc.directory"
#: The API's own limits: entries a page, posts or profiles a question.
PAGE = 100
AT_ONCE = 25
#: Replies to replies that one answer may hold. The API allows 1,000; Python reads JSON not quite 500 answers deep.
DEPTH = 300

#: What `fetch_posts` says of a post that the AppView does not have.
ABSENT: Json = {}

Params = Sequence[tuple[str, str]]


class Unknown(Malformed):
    """The answer was 400: the question was wrong, or what it was about is not there."""


class Api(Struct, frozen=True):
    """Where to ask for a source: the AppView, the directory of DIDs, a Constellation server ("" for none)."""

    client: Client
    view: str
    directory: str
    constellation: str
    #: Whether accounts' servers must be on the public internet; where the directory is one's own they need not.
    public: bool

    @classmethod
    def of(cls, source: Source, client: Client) -> Api:
        """The API that a source's settings name."""
        own = source.options.get("plc", "")
        return cls(
            client,
            (source.base_url or VIEW).rstrip("/"),
            (own or DIRECTORY).rstrip("/"),
            source.options.get("constellation", "").rstrip("/"),
            not own,
        )

    def ask(self, base: str, method: str, params: Params, *, public_only: bool = False) -> Json:
        """The answer to one question. Raises SourceError; Unknown for a 400, Malformed for what is no JSON object."""
        try:
            response = self.client.get(f"{base}/xrpc/{method}", params=params, public_only=public_only)
        except Malformed as error:
            raise Unknown(str(error)) from error
        answer = response.json()
        if not isinstance(answer, dict):
            raise Malformed(f"{base}: {method} answered no JSON object; is base_url an AppView?")
        return answer


def account_of(source: Source) -> str:
    """The account in the settings as a DID or handle, from what people write: "@ada.bsky.social", a profile's address.

    Raises Missing where it is neither.
    """
    given = source.options.get("account", "").strip()
    short = unquote(given.removeprefix(f"{APP}/profile/").rstrip("/"))
    found = did_of(short) or handle_of(short)
    if not found:
        raise Missing(f"{source.name}: {given!r} is no account; put a handle such as ada.bsky.social in `account`.")
    return found


def fetch_did(api: Api, name: str) -> str:
    """The DID of an account; a DID is its own. Raises Missing where nobody has that handle, else SourceError."""
    if did_of(name):
        return name
    try:
        answer = api.ask(api.view, "com.atproto.identity.resolveHandle", (("handle", name),))
    except Unknown as error:
        raise Missing(f"{api.view}: nobody on Bluesky has the handle {name}") from error
    found = did_of(answer.get("did"))
    if not found:
        raise Malformed(f"{api.view}: gave no DID for the handle {name}")
    return found


def fetch_profile(api: Api, did: str) -> Json:
    """An account as everybody sees it. Raises Missing where there is none, else SourceError."""
    try:
        return api.ask(api.view, "app.bsky.actor.getProfile", (("actor", did),))
    except Unknown as error:
        raise Missing(f"{api.view}: shows no profile for {did}; it may be new, deactivated or taken down") from error


def fetch_profiles(api: Api, dids: Sequence[str]) -> dict[str, Json]:
    """Accounts by DID; those that are gone, or not to be seen, are left out. Raises SourceError."""
    found: dict[str, Json] = {}
    for some in _parts(dids):
        answer = api.ask(api.view, "app.bsky.actor.getProfiles", [("actors", did) for did in some])
        found |= {did_of(one.get("did")): one for one in map(mapping, listed(answer.get("profiles")))}
    return found


def fetch_pds(api: Api, did: str) -> str:
    """The address of the server that holds an account's records. Raises Malformed where nothing names it."""
    if did.startswith("did:web:"):
        url = f"https://{unquote(did.removeprefix('did:web:'))}/.well-known/did.json"
        document = api.client.get(url, public_only=api.public).json()
    else:
        document = api.client.get(f"{api.directory}/{did}").json()
    if isinstance(document, dict) and document.get("id") == did:
        for service in map(mapping, listed(document.get("service"))[:20]):
            if text_of(service.get("id")) in {"#atproto_pds", f"{did}#atproto_pds"}:
                found = address_of(service.get("serviceEndpoint")).rstrip("/")
                if found:
                    return found
    raise Malformed(f"{api.directory}: the DID document of {did} names no personal data server")


def fetch_records(api: Api, pds: str, did: str, collection: str, cursor: str) -> tuple[list[object], str]:
    """A page of an account's records, newest first, and the cursor of the next. Raises SourceError."""
    params = _paged((("repo", did), ("collection", collection)), cursor)
    try:
        answer = api.ask(pds, "com.atproto.repo.listRecords", params, public_only=api.public)
    except Unknown as error:
        raise Missing(f"{pds}: gives no records of {did}; the account may be deactivated or have moved") from error
    return _entries(answer, "records", "com.atproto.repo.listRecords")


def fetch_posts(api: Api, uris: Iterable[str]) -> dict[str, Json]:
    """Posts by at:// address, `ABSENT` where the AppView has none; those of a question that failed are left out.

    Raises Unreachable or Refused.
    """
    found: dict[str, Json] = {}
    for some in _parts(tuple(dict.fromkeys(uris))):
        try:
            answer = api.ask(api.view, "app.bsky.feed.getPosts", [("uris", uri) for uri in some])
            told = _entries(answer, "posts", "app.bsky.feed.getPosts")[0]
        except (Malformed, Missing):
            continue
        found |= dict.fromkeys(some, ABSENT)
        found |= {text_of(one.get("uri")): one for one in map(mapping, told)}
    return found


def fetch_thread(api: Api, uri: str) -> Json:
    """A post with what is below it. Raises SourceError."""
    params = (("uri", uri), ("depth", str(DEPTH)), ("parentHeight", "0"))
    answer = api.ask(api.view, "app.bsky.feed.getPostThread", params)
    if not isinstance(answer.get("thread"), dict):
        raise Malformed(f"{api.view}: getPostThread answered no thread")
    return answer


def fetch_page(api: Api, method: str, field: str, uri: str, cursor: str) -> tuple[list[object], str]:
    """A page of what there is about a post (getLikes, getRepostedBy, getQuotes), and the next cursor."""
    return _entries(api.ask(api.view, method, _paged((("uri", uri),), cursor)), field, method)


def fetch_backlinks(api: Api, subject: str, path: str, cursor: str) -> tuple[list[object], str]:
    """A page of the posts that hold `subject` at `path`, as at:// addresses, and the next cursor.

    https://constellation.microcosm.blue/; pages may be shorter than asked for. Raises SourceError.
    """
    method = "blue.microcosm.links.getBacklinks"
    params = _paged((("subject", subject), ("source", f"{POST}:{path}")), cursor)
    records, cursor = _entries(api.ask(api.constellation, method, params), "records", method)
    found = [
        at_of(At(*(text_of(one.get(name)) for name in ("did", "collection", "rkey"))).uri)
        for one in map(mapping, records)
    ]
    return [at.uri for at in found if at and at.collection == POST], cursor


def _paged(params: Params, cursor: str) -> Params:
    return (*params, ("limit", str(PAGE)), *((("cursor", cursor),) if cursor else ()))


def _entries(answer: Mapping[str, object], field: str, method: str) -> tuple[list[object], str]:
    entries = answer.get(field)
    if not isinstance(entries, list):
        raise Malformed(f"{method} answered no list of {field}")
    return entries, text_of(answer.get("cursor"), 2_000)


def _parts(names: Sequence[str]) -> Iterable[Sequence[str]]:
    return (names[start : start + AT_ONCE] for start in range(0, len(names), AT_ONCE))
