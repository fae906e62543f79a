"""One post on Bluesky: asks for its thread, its likes, reposts and quotes, and for who links to a page.

Whatever these functions hear goes into a `Heard`; what they return is whether that is all there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import structs

from ..acts import Kind, Problem
from ..errors import Malformed, Missing
from .bluesky_api import ABSENT, Api, Unknown, fetch_backlinks, fetch_page, fetch_posts, fetch_profiles, fetch_thread
from .bluesky_names import At, Json, handle_of, inner, mapping, page_of
from .bluesky_parse import Heard, Here, deeper, hear_links, hear_people, hear_quotes, hear_thread, hush
from .bluesky_text import is_shy
from .paging import Listing, by_cursor

__all__ = ["LINKS", "hear_copy", "hear_linking", "respect", "state_of"]

#: Threads deeper than one answer holds are asked for piece by piece, so many pieces at most.
MAX_PIECES = 50
#: Where posts hold links, as Constellation writes it: in their card, and in their text.
LINKS = ("embed.external.uri", "facets[].features[app.bsky.richtext.facet#link].uri")

#: Where a post says how much there is, by kind.
_COUNTS = {
    Kind.REPLY: "replyCount",
    Kind.LIKE: "likeCount",
    Kind.REPOST: "repostCount",
    Kind.QUOTE: "quoteCount",
}
#: How that is listed: the method, and where the entries stand in its answer.
_LISTS = {
    Kind.LIKE: ("app.bsky.feed.getLikes", "likes"),
    Kind.REPOST: ("app.bsky.feed.getRepostedBy", "repostedBy"),
    Kind.QUOTE: ("app.bsky.feed.getQuotes", "posts"),
}


def state_of(copies: Iterable[At], views: Mapping[str, Json]) -> str | None:
    """How copies of a post stand, by what getPosts told of them; None where it told nothing of one."""
    told = [(at, views.get(at.uri)) for at in copies]
    if any(view is None for _, view in told):
        return None
    numbers = [(at.uri, *((view or {}).get(name) for name in _COUNTS.values())) for at, view in told]
    return repr(numbers)


def hear_copy(api: Api, at: At, view: Json | None, here: Here, heard: Heard) -> bool:
    """Everything received on the copy at `at`; that is nothing where it was deleted.

    `view` is what getPosts said of it: `ABSENT` where it is not there, None where there was no answer. Raises
    Unreachable, Refused; other trouble is a problem of this copy's.
    """
    here = structs.replace(here, uri=at.uri, page=page_of(at))
    try:
        thread: Json = {}
        if not view or view.get("replyCount") != 0:
            thread = _thread(api, at.uri, view)
            view = view or mapping(inner(thread, "thread", "post"))
            if not view:
                return True
        here = structs.replace(here, page=page_of(at, handle_of(inner(view, "author", "handle"))))
        for kind, name in _COUNTS.items():
            value = view.get(name)
            heard.reported[kind] += value if isinstance(value, int) and value > 0 else 0
        whole = not thread or _hear_replies(api, thread, here, heard)
        return _hear_lists(api, view, here, heard) and whole
    except (Malformed, Missing) as error:
        heard.problems.append(Problem(here.page, str(error)))
        return False


def _thread(api: Api, uri: str, view: Json | None) -> Json:
    """The thread below a post, an empty one where there is no such post."""
    try:
        thread = fetch_thread(api, uri)
    except Missing:
        return {}
    except Unknown:
        if view is ABSENT:
            return {}
        raise
    if view and not isinstance(inner(thread, "thread", "post"), dict):
        raise Malformed(f"{api.view}: getPostThread answered without the post that it was asked for")
    return thread


def _hear_replies(api: Api, thread: Json, here: Here, heard: Heard) -> bool:
    """A thread, with the pieces that one answer has no room for."""
    whole = hear_thread(thread, here, heard)
    asked = {here.uri}
    todo = list(deeper(thread))
    while todo and len(asked) <= MAX_PIECES:
        uri = todo.pop(0)
        if uri in asked:
            continue
        asked.add(uri)
        try:
            piece = fetch_thread(api, uri)
        except (Unknown, Missing):  # deleted while the thread was read
            continue
        whole = hear_thread(piece, here, heard) and whole
        todo += deeper(piece)
    if todo:
        what = f"its thread has more than {MAX_PIECES} branches too deep for one answer; some are left out"
        heard.problems.append(Problem(here.page, what))
    return whole and not todo


def _hear_lists(api: Api, view: Json, here: Here, heard: Heard) -> bool:
    """Likes, reposts and quotes, where there are any."""
    whole = True
    for kind, (method, field) in _LISTS.items():
        if view.get(_COUNTS[kind]) == 0:
            continue
        entries = _listed(api, method, field, here.uri)
        if kind is Kind.QUOTE:
            hear_quotes(entries, here, heard)
        else:
            hear_people(entries, here, kind, heard)
        if not entries.whole:
            heard.problems.append(Problem(here.page, f"not all {field} were listed: {entries.why}"))
            whole = False
    return whole


def _listed(api: Api, method: str, field: str, uri: str) -> Listing[object]:
    return by_cursor(lambda cursor: fetch_page(api, method, field, uri, cursor))


def hear_linking(api: Api, subjects: Iterable[str], here: Here, heard: Heard) -> bool:
    """Posts of others that link to a page under one of its addresses, and were not heard yet. Raises SourceError."""
    whole = True
    uris: dict[str, None] = {}
    for subject in subjects:
        for path in LINKS:
            links = _backlinks(api, subject, path)
            uris |= {str(uri): None for uri in links if str(uri) not in heard.uris}
            if not links.whole:
                heard.problems.append(Problem(subject, f"not all links to it were listed: {links.why}"))
                whole = False
    views = fetch_posts(api, uris)
    hear_links((view for view in views.values() if view), here, heard)
    if unread := [uri for uri in uris if uri not in views]:
        heard.problems.append(Problem(here.page, f"{len(unread)} posts that link to it could not be read"))
    return whole and not unread


def _backlinks(api: Api, subject: str, path: str) -> Listing[object]:
    return by_cursor(lambda cursor: fetch_backlinks(api, subject, path, cursor))


def respect(api: Api, here: Here, heard: Heard, silent: dict[str, bool]) -> bool:
    """Looks whose posts were heard, and leaves those of people who want no programs as numbers.

    `silent` is what is known of people by their DIDs, and grows. Posts of people who could not be looked at are kept
    back as well; then this was not all. Raises Unreachable, Refused.
    """
    unknown = [did for did in dict.fromkeys(heard.authors.values()) if did != here.me and did not in silent]
    whole = True
    try:
        profiles = fetch_profiles(api, unknown)
        silent |= {did: is_shy(profiles.get(did, {})) for did in unknown}
    except (Malformed, Missing) as error:
        heard.problems.append(Problem(here.page, f"whose posts these are could not be asked: {error}"))
        whole = False
    hush(heard, {did for did in heard.authors.values() if did != here.me and silent.get(did, True)})
    return whole
