"""Which sources and posts are due for a pull. Pure: times in, decisions out. Documented in docs/pulling.md.

Conversations are lively when they are young and fall silent slowly. So the time until the next look grows with the time
since anything happened: an eighth of it, within bounds. A post of yesterday is asked about every three hours, one that
was silent for half a year every three weeks, none more seldom than every thirty days. It counts when
something happened and not when it was heard of: to learn what was said fifteen years ago makes nothing lively.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from .posts import Post

__all__ = ["due_posts", "interval", "source_due"]

#: How many looks fit into the time since anything last happened.
LOOKS = 8
SHORTEST = timedelta(minutes=10)
LONGEST_POST = timedelta(days=30)
LONGEST_SITE = timedelta(days=1)
#: How long a post without a date counts as silent, where nothing else is known: it is asked about every day.
UNDATED = LOOKS * timedelta(days=1)


def interval(quiet: timedelta, longest: timedelta) -> timedelta:
    """How long to wait between two looks at something that has been quiet for so long; negative counts as none."""
    return min(max(quiet / LOOKS, SHORTEST), longest)


def due_posts(
    posts: Iterable[Post], *, activity: Mapping[str, datetime], asked: Mapping[str, datetime], now: datetime
) -> tuple[Post, ...]:
    """The posts to ask a per-post source about now, the liveliest first.

    `activity` tells by post URL when anybody last did something, `asked` when this source was last asked about
    it. Closed posts, drafts and posts asked about within their interval are left out; a post never asked about is due,
    and so is one that was asked about in the future: a clock was wrong then.
    """
    due = []
    for post in posts:
        closed = post.closed if isinstance(post.closed, bool) else post.closed <= now
        if closed or post.status == "draft":
            continue
        quiet = now - max(filter(None, (post.published, activity.get(post.url))), default=now - UNDATED)
        last = asked.get(post.url)
        if last is None or last > now or now - last >= interval(quiet, LONGEST_POST):
            due.append((quiet, post.url, post))
    return tuple(post for _, _, post in sorted(due, key=lambda item: item[:2]))


def source_due(*, pulled: datetime | None, failed: bool, newest: datetime | None, now: datetime) -> bool:
    """Whether a source that answers for the whole site is due.

    `pulled` is when it last succeeded, `failed` whether its last try did not, `newest` the last time that anything
    happened on the site: a post published, an act received. What failed is tried again at every build, and so is
    what succeeded in the future: a clock was wrong then.
    """
    if pulled is None or failed or pulled > now:
        return True
    return now - pulled >= interval(now - (newest or now), LONGEST_SITE)
