"""GitHub: comments on discussions (giscus) and issues (utterances) about posts, and what the account gave to others.

A post's discussion or issue is named in its front matter, or found in the configured repository by its title. Without a
token there are only comments on issues: GraphQL, which alone knows discussions, wants one.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ..acts import Act, Count, Kind, Problem
from ..errors import Malformed, Missing, Refused
from ..http import Client
from ..posts import Post
from . import Ask, Batch, Finding, Option, Service, Source, copies
from .github_api import (
    Place,
    account_of,
    dig,
    fetch_list,
    fetch_rest,
    graphql,
    nodes_of,
    page_of,
    path_of,
    place_of,
    web_of,
)
from .github_given import pull_given
from .github_parse import as_node, likes_of, parse_comments
from .github_queries import DISCUSSION, ISSUE, REPLIES
from .github_threads import MAPPINGS, find_posts
from .paging import by_cursor
from .relisting import Course
from .values import text_of

__all__ = ["SERVICE", "account", "check", "pull"]

_HALF = "without a token only comments on issues are read (60 requests an hour); discussions and what you gave are not"


class Thread(Struct, frozen=True):
    """A discussion or an issue: itself, its comments as GraphQL nodes, and whether these are all."""

    about: object
    comments: tuple[object, ...]
    whole: bool


def pull(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """The comments on the posts asked about. A post whose discussion is refused is a Problem, unless the first is.

    One after another, as GitHub wants it (docs.github.com, "Best practices for using the REST API"). Raises Refused
    (naming the token's variable), Unreachable or Malformed.
    """
    web = web_of(source)
    proven = False
    for post in ask.posts:
        urls = copies.of(post, ask, lambda url: place_of(url, web) is not None)
        places = {place: url for url in urls if (place := place_of(url, web))}
        if not places:
            continue
        try:
            yield _conversation(source, client, post, places)
            proven = True
        except Refused as error:
            if not proven:
                raise
            yield Batch(problems=(Problem(next(iter(places.values())), str(error)),))


def _conversation(source: Source, client: Client, post: Post, places: dict[Place, str]) -> Batch:
    acts: list[Act] = []
    problems: list[Problem] = []
    likes = 0
    whole = True
    for place, url in places.items():
        if place.kind == "discussions" and not source.token:
            problems.append(Problem(url, f"discussions can be read only with a token in {source.variable}"))
            whole = False
            continue
        try:
            thread = fetch_thread(source, client, place)
        except Missing:  # deleted there: nothing is said under it any more
            continue
        except Malformed as error:
            problems.append(Problem(url, str(error)))
            whole = False
            continue
        told, untold = parse_comments(thread.comments, source=source.name, target=post.url)
        acts += told
        problems += untold
        likes += likes_of(thread.about)
        whole = whole and thread.whole and not untold
    counts = (Count(source.name, post.url, Kind.LIKE, likes),) if whole else ()
    return Batch(tuple(acts), counts=counts, problems=tuple(problems), complete=(post.url,) if whole else ())


def fetch_thread(source: Source, client: Client, place: Place) -> Thread:
    """A discussion or an issue with all its comments. Raises SourceError."""
    if not source.token:
        return _fetch_openly(source, client, place)
    query = DISCUSSION if place.kind == "discussions" else ISSUE
    names = {"owner": place.owner, "name": place.name, "number": int(place.number)}
    about: list[object] = []

    def fetch(cursor: str) -> tuple[list[object], str]:
        told = dig(graphql(source, client, query, {**names, "after": cursor or None}), "repository", "thread")
        if told is None:
            raise Missing(f"There is no {place.kind}/{place.number} in {place.owner}/{place.name}.")
        about.append(told)
        nodes, following = page_of(dig(told, "comments"))
        return list(nodes), following

    listing = by_cursor(fetch)
    whole = True
    comments: list[object] = []
    for comment in listing:
        full, all_there = _with_replies(source, client, comment)
        whole = whole and all_there
        comments.append(full)
    return Thread(about[0], tuple(comments), whole and listing.whole)


def _with_replies(source: Source, client: Client, comment: object) -> tuple[object, bool]:
    """A comment with all replies to it, where there are more than came with it."""
    replies, number = dig(comment, "replies"), dig(comment, "id")
    following = page_of(replies)[1] if replies is not None else ""
    if not isinstance(comment, dict) or not following:
        return comment, True

    def fetch(cursor: str) -> tuple[list[object], str]:
        told = graphql(source, client, REPLIES, {"id": number, "after": cursor})
        nodes, after = page_of(dig(told, "node", "replies"))
        return list(nodes), after

    listing = by_cursor(fetch, start=following)
    return {**comment, "replies": {"nodes": [*nodes_of(replies), *listing]}}, listing.whole


def _fetch_openly(source: Source, client: Client, place: Place) -> Thread:
    """An issue by REST, which needs no token."""
    about = as_node(fetch_rest(source, client, path_of(place)).json())
    listing = fetch_list(source, client, f"{path_of(place)}/comments", {})
    comments = []
    for page in listing:
        if not isinstance(page, list):
            raise Malformed("The answer holds no list of comments; is base_url the address of GitHub's API?")
        comments += [as_node(one) for one in page]
    return Thread(about, tuple(comments), listing.whole)


def account(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """The discussions and issues about posts of the site, and what the account gave. Raises SourceError."""
    cursor = dict(ask.cursor)
    yield from find_posts(source, ask, client, Course(ask, cursor, "threads", "*copies"))
    if source.token:
        yield from pull_given(source, ask, client, Course(ask, cursor))
    elif _is_wanted(source, "discussions") or not _is_wanted(source, "issues"):
        yield Batch(problems=(Problem(source.name, f"{_HALF}: put one into {source.variable}"),))


def _is_wanted(source: Source, option: str) -> bool:
    """Whether the settings say that posts have discussions, or issues, in the repository."""
    return source.options.get(option, "number") != "number"


def check(source: Source, client: Client) -> Iterator[Finding]:
    """Whose token it is and what it may, how much may be asked, whether account and repository are there."""
    if source.token:
        answer = fetch_rest(source, client, "user")
        scopes = answer.headers.get("X-OAuth-Scopes")
        may = "" if scopes is None else f", scopes: {scopes or 'none'}"
        yield Finding(well=True, what=f"the token is {text_of(dig(answer.json(), 'login'))}'s{may}")
    else:
        answer = fetch_rest(source, client, "rate_limit")
        yield Finding(
            well=not _is_wanted(source, "discussions"), what=_HALF, advice=f"Put a token into {source.variable}."
        )
    left = answer.headers.get("X-RateLimit-Remaining", "")
    if left.isdecimal():
        yield Finding(well=int(left) > 0, what=f"{left} requests are left in this hour")
    repository = source.options.get("repository", "").strip()
    wanted = {"account": f"users/{account_of(source)}"}
    for option, path in (wanted | ({"repository": f"repos/{repository}"} if repository else {})).items():
        name = path.partition("/")[2]
        try:
            fetch_rest(source, client, path)
        except Missing:
            advice = f"Check the spelling of `{option}`" + (" (owner/name)." if option == "repository" else ".")
            yield Finding(well=False, what=f"there is no {option} {name} that can be seen", advice=advice)
        else:
            yield Finding(well=True, what=f"the {option} {name} is there")


SERVICE = Service(
    name="github",
    pull=pull,
    account=account,
    check=check,
    summary="Comments on discussions (giscus) and issues (utterances), and what you wrote in repositories of others.",
    options=(
        Option("account", "Your user name.", required=True),
        Option("repository", "Where the comments on your posts are, as owner/name."),
        Option(
            "discussions", "How giscus finds the discussion of a post there (its `data-mapping`).", choices=MAPPINGS
        ),
        Option("issues", "How utterances finds the issue of a post there (its `issue-term`).", choices=MAPPINGS),
    ),
    received=("reply", "like"),
    given=("reply", "answer"),
    token="a personal access token from github.com/settings/tokens: classic with `public_repo`, or fine-grained",  # noqa: S106 - help
    per_post=lambda source: True,  # noqa: ARG005
)
