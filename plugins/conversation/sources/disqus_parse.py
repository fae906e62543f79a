"""What Disqus answers, as threads and acts. Pure: parsed JSON in, values out, and nothing raised over any of it."""

from __future__ import annotations

import json

from msgspec import Struct

from ..acts import Act, Person, Problem
from .comments import Page, Told, comment
from .paging import Listing
from .values import NAME_LIMIT, address_of, listed, text_of, time_of

__all__ = ["Thread", "id_of", "parse_comment", "parse_comments", "parse_thread"]

_MOST = 10**10


class Thread(Struct, frozen=True):
    """A thread of the forum: its id, the page that it belongs to, its other addresses, its comments and its likes."""

    id: str
    link: str
    others: tuple[str, ...] = ()
    posts: int = 0
    likes: int = 0

    @property
    def links(self) -> tuple[str, ...]:
        """All addresses that it goes by, the page first."""
        return (self.link, *self.others) if self.link else self.others


def parse_thread(value: object, where: str) -> Thread | Problem | None:
    """A thread of the list; None of one that belongs to no page, or to which nobody has said anything."""
    number = _number(value.get("id")) if isinstance(value, dict) else ""
    if not isinstance(value, dict) or not number:
        return Problem(where, "a thread in the list of Disqus has no id")
    others = tuple(url for name in listed(value.get("identifiers"))[:20] if (url := address_of(name)))
    posts, likes = (_count(value.get(name)) for name in ("posts", "likes"))
    # A number that cannot be read is no reason not to look.
    thread = Thread(number, address_of(value.get("link")), others, 1 if posts is None else posts, likes or 0)
    return thread if thread.links and (thread.posts or thread.likes) else None


def parse_comments(values: Listing[object], *, source: str, target: str) -> Told:
    """The comments of a thread that readers see. Raises nothing but what the listing raises as it is read."""
    page = Page(source, "disqus", target, "comment-")
    found = [parse_comment(value, page) for value in values]
    acts = tuple(each for each in found if isinstance(each, Act))
    problems = [each for each in found if isinstance(each, Problem)]
    if values.why:
        problems.append(Problem(target, f"not all comments could be read: {values.why}"))
    return Told(acts, tuple(problems), whole=values.whole)


def parse_comment(value: object, page: Page) -> Act | Problem | None:
    """One comment; None of one that readers do not see. Votes are for comments, not for the post. Never raises."""
    if not isinstance(value, dict):
        return Problem(page.url, "a comment is no JSON object")
    hidden = any(value.get(name) for name in ("isDeleted", "isSpam", "isDeletedByAuthor", "isAtFlagLimit"))
    if hidden or value.get("isApproved", True) is not True:
        return None
    if not (number := _number(value.get("id"))):
        return Problem(page.url, "a comment has no id")
    return comment(
        page,
        number,
        parent=_number(value.get("parent")),
        author=_parse_author(value.get("author")),
        markup=value.get("message"),
        published=time_of(value.get("createdAt")),
    )


def _parse_author(value: object) -> Person:
    """Who wrote a comment: an account with its profile, or a guest with a name and perhaps a page of their own."""
    if not isinstance(value, dict):
        return Person()
    name = text_of(value.get("name"), NAME_LIMIT)
    if value.get("isAnonymous"):
        return Person(name=name, url=address_of(value.get("url")))
    avatar = value.get("avatar")
    photo = text_of(avatar.get("permalink"), NAME_LIMIT) if isinstance(avatar, dict) else ""
    photo = f"https:{photo}" if photo.startswith("//") else photo
    return Person(
        name=name,
        url=address_of(value.get("profileUrl")),
        handle=text_of(value.get("username"), NAME_LIMIT),
        photo="" if "noavatar" in photo else address_of(photo),
    )


def id_of(value: object) -> str:
    """What tells entries of a listing apart."""
    number = _number(value.get("id")) if isinstance(value, dict) else ""
    return number or json.dumps(value, sort_keys=True)


def _number(value: object) -> str:
    """An id as text, "" where there is none: Disqus writes ids as text and those of parents as numbers."""
    text = text_of(value, 30) if isinstance(value, int | str) else ""
    return text if text.isdecimal() and text.isascii() and text.strip("0") else ""


def _count(value: object) -> int | None:
    return value if type(value) is int and 0 <= value < _MOST else None
