"""Stack Exchange (Stack Overflow, Super User ...): the answers and comments that the blogger gave there.

Nobody there speaks of a blog's posts in a way that the API could tell; what is received is the score of the answers, as
numbers without names at the answers' own addresses. Answers are read in the order of their last activity and comments
in that of their making, oldest first, so that a pull that is cut short, by the deadline or because the service asks for
a pause, is taken up where it ended; edits come with the activity. At first, every `FULL_EVERY` and with `--full` all
are listed, so that deleted ones vanish and scores come up to date: a vote is no activity.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import cast

from msgspec import Struct

from ..errors import SettingsError
from ..http import Client
from . import Ask, Batch, Finding, Option, Service, Source
from .paging import Listing
from .relisting import Page, is_due, pages
from .stackexchange_api import Desk, fetch_by_id, fetch_page
from .stackexchange_parse import Told, number_of, parse_answers, parse_comments, parse_scores, second_of
from .values import text_of

__all__ = ["SERVICE", "check", "pull"]

_ACCOUNT = re.compile(r"(?:https?://[^/]+/users/)?(\d{1,12})(?:[/?#].*)?")
_WAIT = "wait "


class _Shelf(Struct, frozen=True):
    """One kind of what a user wrote: the method that lists it, its order and its time, and what each stands under."""

    method: str
    sort: str
    time: str
    under: str
    about: str
    parse: Callable[..., Told]


_SHELVES = (
    _Shelf("answers", "activity", "last_activity_date", "questions", "question_id", parse_answers),
    _Shelf("comments", "creation", "creation_date", "posts", "post_id", parse_comments),
)


def pull(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """What the user wrote since the last pull, or all of it.

    Raises Exhausted where the service asks for a pause (`backoff`) or the day's quota is used up; what was yielded
    before stays, and the next pull goes on behind it.
    """
    me = account_of(source)
    cursor = dict(ask.cursor)
    whole = full = ask.full or is_due(cursor, "full", ask.now)
    if full:
        cursor = {name: value for name, value in cursor.items() if name.startswith(_WAIT)}
        cursor["full"] = ask.now.isoformat()
    desk = Desk(source, client, ask.now, _waits(cursor))
    today = int(ask.now.timestamp())
    for shelf in _SHELVES:
        listing = _listing(desk, shelf, me, cursor.get(shelf.method, ""))
        for page in listing:
            items, _ = cast("Page", page)
            table = fetch_by_id(desk, shelf.under, (number_of(item, shelf.about) for item in items), shelf.about)
            acts, problems = shelf.parse(items, table, source=source.name, me=me)
            newest = max((second_of(item, shelf.time) for item in items), default=0)
            cursor[shelf.method] = str(max(min(newest, today), _number(cursor.get(shelf.method))))
            cursor |= {_WAIT + method: str(until) for method, until in desk.waits.items()}
            yield Batch(acts, counts=parse_scores(items, acts), problems=problems, cursor=dict(cursor))
            whole = whole and not problems
        whole = whole and listing.whole
    yield Batch(cursor=cursor, complete=("*given",) if whole else ())


def _listing(desk: Desk, shelf: _Shelf, me: str, since: str) -> Listing[object]:
    """All that stands on a shelf since a second, oldest first."""
    params = {"order": "asc", "sort": shelf.sort, "filter": "withbody", **({"min": since} if since else {})}

    def fetch(number: str) -> Page:
        page = fetch_page(desk, shelf.method, f"users/{me}/{shelf.method}", {**params, "page": number or "1"})
        return page.items, str(int(number or "1") + 1) if page.more else ""

    return pages(fetch)


def account_of(source: Source) -> str:
    """The user's number, from what people write into settings: the number, or the address of their profile."""
    match = _ACCOUNT.fullmatch(source.options.get("account", "").strip())
    if match is None:
        raise SettingsError(
            f"The option `account` of {source.name} is to be your number there: it stands in the address of your "
            "profile, as 22656 in https://stackoverflow.com/users/22656/jon-skeet."
        )
    return match[1]


def check(source: Source, client: Client) -> Iterator[Finding]:
    """Whether the user is there, and how many requests are left for today."""
    desk = Desk(source, client, datetime.fromtimestamp(0, UTC))
    me, site = account_of(source), source.options.get("site", "")
    page = fetch_page(desk, "users", f"users/{me}", {})
    name = next((text_of(item.get("display_name")) for item in page.items if isinstance(item, dict)), "")
    if not page.items:
        yield Finding(
            well=False,
            what=f"nobody has the number {me} on {site}",
            advice="Numbers differ from site to site: look at your profile.",
        )
        return
    yield Finding(well=True, what=f"number {me} on {site} is {name or 'somebody without a name'}")
    if page.left is not None:
        advice = (
            ""
            if source.token
            else f"A key in {source.variable} raises that to 10,000 a day: stackapps.com/apps/oauth/register"
        )
        yield Finding(page.left > 0, f"{page.left} requests are left today", advice)


def _waits(cursor: Mapping[str, str]) -> dict[str, int]:
    return {name.removeprefix(_WAIT): _number(until) for name, until in cursor.items() if name.startswith(_WAIT)}


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 12 else 0  # noqa: PLR2004 - seconds of Unix time


SERVICE = Service(
    name="stackexchange",
    pull=pull,
    check=check,
    summary="Answers, with their score, and comments that you gave on Stack Overflow and its sister sites.",
    options=(
        Option("account", "Your number on the site, or the address of your profile there.", required=True),
        Option("site", "The site: `stackoverflow`, `superuser`, `unix` ...", required=True),
    ),
    received=("like",),
    given=("answer", "reply"),
    token="a key from stackapps.com/apps/oauth/register, not needed: it allows more requests a day",  # noqa: S106 - help
)
