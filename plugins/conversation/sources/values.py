"""Single values out of foreign JSON, whatever stands where a text, an address or a time should be.

Nothing here raises: what cannot be read is "" or None. Everything is bounded, so that one hostile field cannot fill the
store or a page.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ..addresses import is_web

__all__ = ["ADDRESS_LIMIT", "NAME_LIMIT", "TEXT_LIMIT", "address_of", "clean", "listed", "text_of", "time_of"]

#: The longest texts, names and addresses that are kept, in characters.
TEXT_LIMIT = 100_000
NAME_LIMIT = 1_000
ADDRESS_LIMIT = 4_000

# Control characters and noncharacters: no HTML page and no PostgreSQL text may hold them. Tab, LF and CR stay.
_FORBIDDEN = dict.fromkeys(
    [*range(9), 11, 12, *range(14, 32), *range(127, 160), *range(0xFDD0, 0xFDF0), 0xFFFE, 0xFFFF]
)

# Where the text of an object in place of a text may stand, best first.
_TEXT_KEYS = ("text", "value", "name", "html", "url")
_DEEPEST = 4
_LARGEST = 10**18

# Before the Web there were no mentions; a date of then is a clock that was never set.
_FIRST_YEAR = 1990
_RFC_2822 = re.compile(r"(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} ")
_LONGEST_TIME = 60


def clean(text: str) -> str:
    """`text` without what no page may hold: control characters go, halves of surrogate pairs are joined or replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.translate(_FORBIDDEN)


def text_of(value: object, limit: int = TEXT_LIMIT, depth: int = _DEEPEST) -> str:
    """The text in `value`: a string or number itself, the first of a list, the text of an object; else ""."""
    if isinstance(value, str):
        return clean(value[:limit]).strip()
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST:
        return str(int(value) if value == int(value) else value)
    if depth and isinstance(value, list):
        return next((found for item in value[:20] if (found := text_of(item, limit, depth - 1))), "")
    if depth and isinstance(value, dict):
        return next((found for name in _TEXT_KEYS if (found := text_of(value.get(name), limit, depth - 1))), "")
    return ""


def address_of(value: object) -> str:
    """The first http or https address in `value`, ready to be linked; "" where there is none.

    A space inside is escaped; an address with credentials or longer than `ADDRESS_LIMIT` is not taken.
    """
    if isinstance(value, list):
        return next((found for item in value[:20] if (found := address_of(item))), "")
    if isinstance(value, dict):
        return address_of(value.get("url") or value.get("value"))
    if not isinstance(value, str) or len(value) > ADDRESS_LIMIT:
        return ""
    url = text_of(value).replace(" ", "%20")
    return url if is_web(url) and len(url.split()) == 1 else ""


def time_of(value: object) -> datetime | None:
    """The time in `value`, in UTC: ISO 8601 in all its forms, RFC 2822, or seconds since 1970; None if unreadable.

    A time without an offset is taken as UTC, a date as its midnight. What lies before the Web is no time of a mention.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, UTC) if 0 < value < 2**33 else None
    text = text_of(value, _LONGEST_TIME)
    if not text:
        return None
    try:
        time = parsedate_to_datetime(text) if _RFC_2822.match(text) else datetime.fromisoformat(text)
        time = (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
    return time if time.year >= _FIRST_YEAR else None


def listed(value: object) -> list[object]:
    """`value` as a list: itself if it is one, empty for nothing, else a list of the one."""
    if isinstance(value, list):
        return value
    return [] if value is None or value == "" else [value]
