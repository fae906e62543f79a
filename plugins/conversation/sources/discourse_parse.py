"""Topics, posts and a user's actions at Discourse, as acts. Pure, and raises over no JSON.

Fields: https://docs.discourse.org, and the serializers of posts and of user actions in Discourse's source. Posts are
1 regular, 2 by a moderator, 3 a small notice, 4 a whisper among staff; only the first are somebody's words to all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, urljoin

from msgspec import Struct, structs

from ..acts import Act, Direction, Kind, Person, Problem
from .hypertext import text, words
from .values import NAME_LIMIT, address_of, text_of, time_of

__all__ = [
    "LIKED",
    "REPLIED",
    "Forum",
    "Told",
    "Topic",
    "id_of",
    "parse_actions",
    "parse_posts",
    "parse_solutions",
    "parse_topic",
]

CHANNEL = "discourse"
#: Kinds of actions (Discourse's UserAction), of posts, and the number of "like" among what is done to a post.
LIKED, REPLIED = 1, 5
REGULAR = 1
LIKE = 2
AVATAR = "96"

# How a topic ends that Discourse made of a blog's post by itself, in whatever language.
_COMPANION = re.compile(r"<small>[^<]*<a\s[^<>]*>[^<]*</a>[^<]*</small>(?:\s|</(?:p|div)>)*\Z")
_ELLIPSIS = re.compile(r"(?:…|&hellip;|\.\.\.)\s*\Z")


class Forum(Struct, frozen=True):
    """What parsing needs to know: the source's name, the forum's address, and the blogger's account there, if any."""

    source: str
    base: str
    account: str = ""

    def is_me(self, username: object) -> bool:
        """Whether that is the blogger's account."""
        return bool(self.account) and text_of(username).casefold() == self.account.casefold()

    def address(self, topic: str, slug: str, post: str = "") -> str:
        """The permalink of a topic, or of a post in it by its number there."""
        return f"{self.base}/t/{quote(slug, safe='') or '-'}/{topic}" + (f"/{post}" if post else "")


class Topic(Struct, frozen=True):
    """A topic: its number, slug and title, the ids of its posts in their order, and those posts that came with it.

    `whole` says that the ids are those of all its posts: of the very longest topics Discourse does not tell them.
    """

    number: str
    slug: str
    title: str
    ids: tuple[str, ...]
    posts: tuple[object, ...]
    whole: bool = True


class Told(Struct, frozen=True):
    """What some posts say; `likes` are those of the first post of the topic, None where it is not among them."""

    acts: tuple[Act, ...]
    problems: tuple[Problem, ...]
    likes: int | None = None


def parse_topic(value: object) -> Topic | None:
    """A topic, or more posts of one; None where the answer is neither."""
    stream = value.get("post_stream") if isinstance(value, dict) else None
    posts = stream.get("posts") if isinstance(stream, dict) else None
    if not isinstance(value, dict) or not isinstance(stream, dict) or not isinstance(posts, list):
        return None
    ids = stream.get("stream")
    found = tuple(dict.fromkeys(filter(None, map(id_of, ids if isinstance(ids, list) else posts))))
    slug, title = (text_of(value.get(name), NAME_LIMIT) for name in ("slug", "title"))
    return Topic(id_of(value), slug, title, found, tuple(posts), isinstance(ids, list))


def id_of(value: object, field: str = "id") -> str:
    """A number that names something: itself, or that of an object; "" where there is none."""
    value = value.get(field) if isinstance(value, dict) else value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**53 else ""


def parse_posts(posts: Iterable[object], topic: Topic, forum: Forum, target: str) -> Told:
    """Posts of a topic about the blogger's post `target`: replies, and whoever opened the topic mentions it.

    The opening post is nobody's act where the forum made it, or the blogger. Hidden and deleted posts, notices and
    whispers are left out.
    """
    acts: list[Act] = []
    problems: list[Problem] = []
    likes: int | None = None
    for post in posts:
        number, place = id_of(post), id_of(post, "post_number")
        if not isinstance(post, dict) or not number or not place:
            problems.append(
                Problem(forum.address(topic.number, topic.slug, place), "a post without a number; left out")
            )
            continue
        if post.get("post_type") != REGULAR or _is_hidden(post):
            continue
        first = place == "1"
        likes = _likes(post) if first else likes
        if not first or not _is_copy(post, forum):
            act = _act(post, Kind.MENTION if first else Kind.REPLY, topic, forum)
            acts.append(structs.replace(act, target=target))
    return Told(tuple(acts), tuple(problems), likes)


def parse_solutions(entries: Iterable[object], forum: Forum) -> dict[str, Act]:
    """By the id of the post: answers of the blogger that were marked as the solution."""
    found = {}
    for entry in entries:
        number, topic = id_of(entry, "post_id"), id_of(entry, "topic_id")
        if isinstance(entry, dict) and number and topic:
            markup = text_of(entry.get("cooked"))
            plain = text(markup)
            act = _given(entry, forum, Kind.ANSWER, f"post:{number}")
            title = text_of(entry.get("topic_title"), NAME_LIMIT)
            found[number] = structs.replace(act, title=title, html=markup, text=plain, words=words(plain))
    return found


def parse_actions(entries: Iterable[object], forum: Forum) -> tuple[tuple[Act, ...], tuple[Problem, ...]]:
    """Likes and replies of the blogger. What was done to the own posts is nobody's gift."""
    acts: list[Act] = []
    problems: list[Problem] = []
    for entry in entries:
        number, topic = id_of(entry, "post_id"), id_of(entry, "topic_id")
        kind = entry.get("action_type") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or not number or not topic or kind not in (LIKED, REPLIED):
            problems.append(Problem(f"{forum.source}, action on post {number or '?'}", "of no known kind; left out"))
        elif _is_hidden(entry) or entry.get("deleted") is True or entry.get("post_type", REGULAR) != REGULAR:
            continue
        elif kind == REPLIED:
            said = text(text_of(entry.get("excerpt")))
            act = _given(entry, forum, Kind.REPLY, f"post:{number}")
            acts.append(structs.replace(act, text=said, words=None if _ELLIPSIS.search(said) else words(said)))
        elif not forum.is_me(entry.get("username")):
            act = _given(entry, forum, Kind.LIKE, f"like:{number}")
            acts.append(structs.replace(act, url="", target=act.url, to=_person(entry, forum)))
    return tuple(acts), tuple(problems)


def _act(post: Mapping[str, object], kind: Kind, topic: Topic, forum: Forum) -> Act:
    """What somebody wrote in a topic. `updated_at` changes with likes too: only a further version is an edit."""
    answered = id_of(post, "reply_to_post_number")
    version = post.get("version")
    markup = text_of(post.get("cooked"))
    return Act(
        direction=Direction.RECEIVED,
        kind=kind,
        source=forum.source,
        id=f"post:{id_of(post)}",
        url=forum.address(topic.number, topic.slug, id_of(post, "post_number")),
        channel=CHANNEL,
        author=_person(post, forum),
        published=time_of(post.get("created_at")),
        updated=time_of(post.get("updated_at")) if isinstance(version, int) and version > 1 else None,
        title=topic.title if kind is Kind.MENTION else "",
        html=markup,
        text=text(markup),
        parent=forum.address(topic.number, topic.slug, answered) if answered else "",
    )


def _given(entry: Mapping[str, object], forum: Forum, kind: Kind, number: str) -> Act:
    """What actions and solutions have in common; the target is the post that was answered, else the topic."""
    topic, slug = id_of(entry, "topic_id"), text_of(entry.get("slug"), NAME_LIMIT)
    return Act(
        direction=Direction.GIVEN,
        kind=kind,
        source=forum.source,
        id=f"given:{number}",
        url=forum.address(topic, slug, id_of(entry, "post_number")),
        target=forum.address(topic, slug, id_of(entry, "reply_to_post_number")),
        channel=CHANNEL,
        published=time_of(entry.get("created_at")),
        title=text_of(entry.get("title"), NAME_LIMIT),
    )


def _is_hidden(post: Mapping[str, object]) -> bool:
    return any(post.get(name) for name in ("hidden", "cooked_hidden", "deleted_at", "user_deleted"))


def _is_copy(post: Mapping[str, object], forum: Forum) -> bool:
    """Whether an opening post stands for the blogger's own: the forum made it (its system did), or the blogger."""
    user = post.get("user_id")
    by_forum = isinstance(user, int) and not isinstance(user, bool) and user < 0
    return by_forum or forum.is_me(post.get("username")) or bool(_COMPANION.search(text_of(post.get("cooked"))))


def _likes(post: Mapping[str, object]) -> int:
    done = post.get("actions_summary")
    counts = (
        [one.get("count") for one in done if isinstance(one, dict) and one.get("id") == LIKE]
        if isinstance(done, list)
        else []
    )
    return next((count for count in counts if isinstance(count, int) and 0 < count < 2**31), 0)


def _person(post: Mapping[str, object], forum: Forum) -> Person:
    username, photo = text_of(post.get("username"), NAME_LIMIT), text_of(post.get("avatar_template"), NAME_LIMIT)
    if not username:
        return Person()
    return Person(
        name=text_of(post.get("name"), NAME_LIMIT) or username,
        url=f"{forum.base}/u/{quote(username, safe='')}",
        photo=address_of(_joined(f"{forum.base}/", photo.replace("{size}", AVATAR))) if photo else "",
        handle=username,
    )


def _joined(base: str, path: str) -> str:
    try:
        return urljoin(base, path)
    except ValueError:
        return ""
