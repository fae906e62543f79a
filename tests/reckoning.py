"""Every figure of ledger.json reckoned from a story's deeds (five_years.py), by no code of the plugin's.

Plain loops over the definitions of docs/giving-receiving.md; reciprocity is networkx's. Slow, and easy to read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import mean, median
from typing import Any

import networkx as nx

from deeds import NOW, POSTS, ZONE, Deed
from five_years import Story

__all__ = ["metrics", "posts", "shown_days", "side"]

YEAR = timedelta(days=365)
FORMS = ("conversation", "amplify", "own_link", "share", "mention", "statement", "unclassified")
GROUP = {"reply": "comments", "repost": "shares", "mention": "mentions", "like": "likes", "bookmark": "bookmarks"}
Window = Callable[[datetime], bool]


def window(name: str) -> Window:
    """Whether a moment lies in "all" or "year"."""
    return (lambda _: True) if name == "all" else (lambda when: NOW - YEAR < when <= NOW)


def day(when: datetime) -> date:
    """The day on which it was, where the blog is."""
    return when.astimezone(ZONE).date()


def of(story: Story, side_: str, name: str = "all") -> list[Deed]:
    """The deeds of one side in one window."""
    return [deed for deed in story.deeds if deed.side == side_ and window(name)(deed.when)]


def side(story: Story, name: str, span: str) -> dict[str, Any]:
    """The object under "given" or "received" of one window."""
    deeds = of(story, name, span)
    channels: dict[str, Counter[str]] = defaultdict(Counter)
    kinds: Counter[str] = Counter()
    months: Counter[str] = Counter()
    for deed in deeds:
        channels[deed.channel][deed.kind] += deed.number
        kinds[deed.kind] += deed.number
        months[f"{day(deed.when):%Y-%m}"] += deed.number
    return {
        "acts": sum(deed.number for deed in deeds),
        "people": len({deed.who for deed in deeds} - {""}),
        "days": len({day(deed.when) for deed in deeds}),
        "by_kind": dict(kinds),
        "by_channel": {channel: dict(some) for channel, some in channels.items()},
        "by_month": dict(months),
    }


def metrics(story: Story, span: str) -> dict[str, Any]:
    """The object under "metrics" of one window."""
    return {
        **_gifts(story, span),
        **_mix(story, span),
        **_answering(story, span),
        **_people(story, span),
        **_drawn(story, span),
        "milestones": _milestones(shown_days(story)),
    }


def _gifts(story: Story, span: str) -> dict[str, Any]:
    given, received = of(story, "given", span), of(story, "received", span)
    written = [
        deed.words for deed in given if deed.kind in {"reply", "answer", "guest-post"} and deed.words is not None
    ]
    long = [deed for deed in given if deed.kind == "reply" and (deed.words or 0) >= 150]
    return {
        "people_given": len({deed.who for deed in given if deed.who}),
        "people_received": len({deed.who for deed in received if deed.who}),
        "days_given": len({day(deed.when) for deed in given}),
        "words_given": sum(written),
        "long_gifts": {
            "guest_posts": sum(deed.kind == "guest-post" for deed in given),
            "answers": sum(deed.kind == "answer" for deed in given),
            "comments": len(long),
        },
        "attributed_given": sum(deed.number for deed in given if deed.who),
        "attributed_received": sum(deed.number for deed in received if deed.who),
    }


def _mix(story: Story, span: str) -> dict[str, Any]:
    """The messages: what shares a name is one, in the first form that any part of it has."""
    found: dict[str, list[Deed]] = defaultdict(list)
    for number, deed in enumerate(story.deeds):
        if deed.form:
            found[deed.message or str(number)].append(deed)
    counts = dict.fromkeys(FORMS, 0)
    replies = authored = 0
    for deeds in found.values():
        if not window(span)(min(deed.when for deed in deeds)):
            continue
        form = next(form for form in FORMS if any(deed.form == form for deed in deeds))
        counts[form] += 1
        if form != "amplify" and not any(deed.alone for deed in deeds):
            authored += 1
            replies += form == "conversation" and any(deed.kind in {"reply", "answer"} for deed in deeds)
    whole = sum(counts.values())
    return {
        "mix": {form: number / whole for form, number in counts.items()},
        "mix_counts": counts,
        "broadcast_share": (counts["own_link"] + counts["statement"]) / whole,
        "conversation_share": (counts["conversation"] + counts["mention"]) / whole,
        "replies": replies,
        "authored": authored,
        "reply_share": replies / authored,
    }


def _answering(story: Story, span: str) -> dict[str, Any]:
    hours: list[float] = []
    comments = [
        deed for deed in of(story, "received", span) if deed.answerable and deed.when <= NOW - timedelta(days=7)
    ]
    for comment in comments:
        answers = [deed.when for deed in story.deeds if deed.answers == comment.name]
        if answers:
            hours.append(max((min(answers) - comment.when).total_seconds() / 3600, 0))
    threads: dict[str, list[Deed]] = defaultdict(list)
    for deed in story.deeds:
        if deed.thread:
            threads[deed.thread].append(deed)
    sizes = [
        len(deeds)
        for deeds in threads.values()
        if len({deed.who if deed.side == "received" else "me" for deed in deeds}) > 1
        and any(window(span)(deed.when) for deed in deeds)
    ]
    return {
        "answerable": len(comments),
        "answered": len(hours),
        "response_rate": len(hours) / len(comments),
        "response_hours": median(hours),
        "threads": len(sizes),
        "thread_depth": mean(sizes),
    }


def _people(story: Story, span: str) -> dict[str, Any]:
    given, received = of(story, "given", span), of(story, "received", span)
    out, back = (_by_person(deeds) for deeds in (given, received))
    graph = nx.DiGraph([("me", who) for who in out] + [(who, "me") for who in back])
    g, r = sum(deed.number for deed in given), sum(deed.number for deed in received)
    heard: dict[str, set[int]] = defaultdict(set)
    for deed in of(story, "received"):
        if deed.who:
            heard[deed.who].add((NOW - deed.when) // YEAR)
    years = heard.values()
    if span == "all":
        recurring = sum(any({one, one + 1} <= some for one in range(9)) for some in years)
        first = len(heard)
    else:
        recurring, first = sum({0, 1} <= some for some in years), sum(some == {0} for some in years)
    return {
        "reciprocity": nx.reciprocity(graph, "me"),
        "mutual": 2 * sum(min(out[who], back[who]) for who in out) / (sum(out.values()) + sum(back.values())),
        "balance": (g - r) / (g + r),
        "balance_without_top_post": (g - (r - _top(received))) / (g + (r - _top(received))),
        "recurring": recurring,
        "first_time": first,
        "paid_forward": sum(number for who, number in out.items() if not back[who]) / sum(out.values()),
        "history_start": min(day(deed.when) for deed in of(story, "received")).isoformat(),
        "only_given": len(out.keys() - back.keys()),
        "both_ways": len(out.keys() & back.keys()),
        "only_received": len(back.keys() - out.keys()),
    }


def _by_person(deeds: Iterable[Deed]) -> Counter[str]:
    found: Counter[str] = Counter()
    for deed in deeds:
        if deed.who:
            found[deed.who] += deed.number
    return found


def _top(received: Iterable[Deed]) -> int:
    found: Counter[int] = Counter()
    for deed in received:
        if deed.post is not None:
            found[deed.post] += deed.number
    return max(found.values())


def _drawn(story: Story, span: str) -> dict[str, Any]:
    received = of(story, "received", span)
    old = [post for post in range(POSTS) if window(span)(story.published(post))]
    old = [post for post in old if story.published(post) <= NOW - timedelta(days=30)]
    told = posts(story)
    return {
        "per_post": {
            name: median(told[story.url(post)][name] for post in old) for name in ("comments", "shares", "likes")
        },
        "concentration": _top(received) / sum(deed.number for deed in received),
        "bursts": _bursts(story, span),
        "unmatched": sum(deed.number for deed in received if deed.post is None),
    }


def _bursts(story: Story, span: str) -> list[str]:
    drew: Counter[tuple[int, int]] = Counter()
    for deed in of(story, "received"):
        drew[day(deed.when).year, day(deed.when).month] += deed.number
    year, month = min(drew)
    row = []
    while (year, month) <= max(drew):
        row.append((year, month))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    begin = day(NOW - YEAR)
    found = []
    for place, name in enumerate(row):
        before = [drew[one] for one in row[max(place - 12, 0) : place]]
        if len(before) == 12 and drew[name] > 3 * max(median(before), 1):
            found.append(name)
    return [f"{y}-{m:02}" for y, m in found if span == "all" or (y, m) >= (begin.year, begin.month)]


def posts(story: Story) -> dict[str, dict[str, Any]]:
    """What stands under "posts", by URL."""
    found = {}
    for post in range(POSTS):
        drew = [deed for deed in of(story, "received") if deed.post == post]
        numbers = Counter(GROUP[deed.kind] for deed in drew)
        numbers["likes"] += story.counted.get(post, 0) - (post in dict(story.proved) and post in story.counted)
        days = [day(deed.when).isoformat() for deed in drew]
        found[story.url(post)] = {
            "url": story.url(post),
            "title": f"Title of post-{post}",
            "given_links": story.links[post],
            **{name: numbers[name] for name in GROUP.values()},
            "first": min(days, default=None),
            "last": max(days, default=None),
        }
    return found


def shown_days(story: Story) -> list[tuple[date, int, int]]:
    """The days that milestones lie between: number of posts and of followers on each."""
    published = [story.published(post).date() for post in range(POSTS)]
    days = [(date(2021, 8, 1), 60)]
    others = next(look.others for look in story.looks if look.others is not None)
    for look in story.looks:
        others = others if look.others is None else look.others
        days += [(look.day, look.followers + others)] if look.shown else []
    return [(when, sum(one <= when for one in published), followers) for when, followers in days]


def _milestones(days: Sequence[tuple[date, int, int]]) -> list[dict[str, Any]]:
    return [
        {
            "from": old[0].isoformat(),
            "to": new[0].isoformat(),
            "posts": (new[1] - old[1]) / old[1],
            "followers": (new[2] - old[2]) / old[2],
            "followers_per_1000_posts": 1000 * (new[2] - old[2]) / (new[1] - old[1]),
        }
        for old, new in pairwise(days)
    ]
