"""Comments, answers and reviews on GitHub, as acts. Pure, and raises over no JSON.

GraphQL's names rule (https://docs.github.com/graphql/reference/objects); `as_node` brings what REST tells of a comment
into them. Left out are bots, and what was minimized or deleted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import structs

from ..acts import Act, Direction, Kind, Person, Problem
from .github_api import dig, nodes_of
from .hypertext import text, words
from .values import NAME_LIMIT, address_of, text_of, time_of

__all__ = ["Told", "as_node", "likes_of", "parse_comments", "parse_given"]

CHANNEL = "github"
#: Reactions that are no praise; the others (THUMBS_UP, HEART, HOORAY, ROCKET, LAUGH, EYES) count as likes.
NO_LIKES = frozenset({"THUMBS_DOWN", "CONFUSED"})
_REST_REACTIONS = {
    "+1": "THUMBS_UP",
    "heart": "HEART",
    "hooray": "HOORAY",
    "laugh": "LAUGH",
    "rocket": "ROCKET",
    "eyes": "EYES",
}
_BOT = re.compile(r".*\[bot\]", re.IGNORECASE)
#: GitHub Apps and Actions, in GraphQL's words and in REST's; `utterances-bot` opens issues as a user.
_BOTS = frozenset({"utterances-bot"})

Told = tuple[tuple[Act, ...], tuple[Problem, ...]]


def parse_comments(thread: Iterable[object], *, source: str, target: str) -> Told:
    """Comments on a discussion or issue about the blogger's post `target`, and the replies to them."""
    acts: list[Act] = []
    problems: list[Problem] = []
    for comment in thread:
        for node, parent in ((comment, ""), *((reply, _url(comment)) for reply in nodes_of(dig(comment, "replies")))):
            number = text_of(dig(node, "id"), NAME_LIMIT)
            if not isinstance(node, dict) or not number:
                problems.append(Problem(target, "a comment on GitHub without an id; left out"))
            elif _is_shown(node):
                act = _act(node, Direction.RECEIVED, Kind.REPLY, source, number)
                acts.append(structs.replace(act, target=target, author=_person(node.get("author")), parent=parent))
    return tuple(acts), tuple(problems)


def parse_given(nodes: Iterable[object], *, source: str, me: str) -> Told:
    """What the account `me` wrote: comments on issues and in discussions, answers, reviews of pull requests.

    What stands in the own repositories is nobody's gift, and what stands in private ones nobody's business.
    """
    acts: list[Act] = []
    problems: list[Problem] = []
    for node in nodes:
        number = text_of(dig(node, "id"), NAME_LIMIT)
        under = next((found for name in ("discussion", "pullRequest", "issue") if (found := dig(node, name))), None)
        place = dig(node, "repository") or dig(under, "repository")
        if not isinstance(node, dict) or not number or not isinstance(place, dict) or not _url(under):
            problems.append(Problem(f"{source}, {number or '?'}", "what it was written under cannot be seen; left out"))
            continue
        owner = text_of(dig(place, "owner", "login"))
        hidden = place.get("isPrivate") is not False or node.get("state") == "PENDING"
        if hidden or _same(owner, me) or not _is_shown(node):
            continue
        kind = Kind.ANSWER if node.get("isAnswer") is True else Kind.REPLY
        act = _act(node, Direction.GIVEN, kind, source, f"given:{number}")
        to = _person(dig(node, "replyTo", "author") or dig(under, "author"))
        title = text_of(dig(under, "title"), NAME_LIMIT)
        said = _review(node, act) if "comments" in node else act
        acts.append(
            structs.replace(
                said,
                target=_url(under),
                title=title,
                to=Person() if _same(to.handle, me) else to,
                words=words(said.text),
            )
        )
    return tuple(acts), tuple(problems)


def likes_of(thread: object) -> int:
    """How many reactions to a discussion or an issue are praise."""
    groups = dig(thread, "reactionGroups")
    total = 0
    for group in groups if isinstance(groups, list) else ():
        count = dig(group, "reactors", "totalCount")
        if text_of(dig(group, "content")) not in NO_LIKES and isinstance(count, int) and 0 < count < 2**31:
            total += count
    return total


def as_node(value: object) -> dict[str, object]:
    """What REST tells of a comment or an issue, in GraphQL's names."""
    if not isinstance(value, dict):
        return {}
    user, reactions = value.get("user"), value.get("reactions")
    created, updated = value.get("created_at"), value.get("updated_at")
    return {
        "id": value.get("node_id"),
        "url": value.get("html_url"),
        "bodyHTML": value.get("body_html"),
        "createdAt": created,
        "lastEditedAt": updated if updated != created else None,
        "author": {
            "__typename": dig(user, "type"),
            "login": dig(user, "login"),
            "url": dig(user, "html_url"),
            "avatarUrl": dig(user, "avatar_url"),
        },
        "reactionGroups": [
            {"content": name, "reactors": {"totalCount": dig(reactions, key)}} for key, name in _REST_REACTIONS.items()
        ],
    }


def _act(node: Mapping[str, object], direction: Direction, kind: Kind, source: str, number: str) -> Act:
    markup = text_of(node.get("bodyHTML"))
    return Act(
        direction=direction,
        kind=kind,
        source=source,
        id=number,
        url=_url(node),
        channel=CHANNEL,
        published=time_of(node.get("createdAt")),
        updated=time_of(node.get("lastEditedAt")),
        html=markup,
        text=text(markup),
    )


def _review(node: Mapping[str, object], act: Act) -> Act:
    """A review with its words and those that it wrote between the lines of the code."""
    inline = (text_of(dig(one, "bodyHTML")) for one in nodes_of(node.get("comments")))
    markup = "\n".join(filter(None, (act.html, *inline)))
    return structs.replace(act, html=markup, text=text(markup))


def _is_shown(node: Mapping[str, object]) -> bool:
    """Whether a comment is there for all to read, and somebody's."""
    author = node.get("author")
    login = text_of(dig(author, "login"))
    is_bot = dig(author, "__typename") == "Bot" or login in _BOTS or bool(_BOT.fullmatch(login))
    return not is_bot and node.get("isMinimized") is not True and not node.get("deletedAt")


def _person(author: object) -> Person:
    """Who wrote something; nobody where the account was deleted."""
    login = text_of(dig(author, "login"), NAME_LIMIT)
    name = text_of(dig(author, "name"), NAME_LIMIT) or login
    return Person(name, address_of(dig(author, "url")), address_of(dig(author, "avatarUrl")), login)


def _url(node: object) -> str:
    return address_of(dig(node, "url"))


def _same(login: str, me: str) -> bool:
    return bool(login) and login.casefold() == me.casefold()
