"""RSS and Atom in all their dialects, by feedparser, as plain values. Pure: bytes in, a `Feed` out.

feedparser takes more as input than a document: addresses, which it would fetch, and bytes that name a file, which it
would open. So it is only ever given a stream.
"""

from __future__ import annotations

import io
import re
from calendar import timegm
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import feedparser
from msgspec import Struct, structs

from ..acts import Person, Problem
from ..addresses import key
from ..errors import Malformed
from ..http.wording import shown
from ..sanitise import line
from .hypertext import text
from .pages import digest_of, site_of
from .values import NAME_LIMIT, TEXT_LIMIT, address_of, clean, text_of

__all__ = ["Entry", "Feed", "parse_feed"]

#: Entries taken from one page of a feed, newest first as feeds are.
MAX_ENTRIES = 5_000
_NOBODY = Person()


class Entry(Struct, frozen=True, kw_only=True):
    """One entry. `html` is as it came; `text` is its words; a number or time that is not told is None.

    `answers` is the address that the entry answers (Atom threading, RFC 4685), `replies` the feed of the comments on
    it, `count` how many there are. `cut` says that a feed's excerpt stands for the whole text. `is_video` says that it
    is a video of a channel, `likes` how many people liked that, and `views` how often it was looked at.
    """

    id: str
    link: str = ""
    title: str = ""
    html: str = ""
    text: str = ""
    cut: bool = False
    author: Person = _NOBODY
    published: datetime | None = None
    updated: datetime | None = None
    answers: str = ""
    replies: str = ""
    count: int | None = None
    is_video: bool = False
    likes: int | None = None
    views: int | None = None


class Feed(Struct, frozen=True, kw_only=True):
    """A page of a feed: `url` is where it was read, `site` the page that it belongs to, `following` the next page."""

    url: str
    title: str = ""
    site: str = ""
    following: str = ""
    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()


#: What these say of a document is true of half of all feeds and harms nothing.
_HARMLESS = (feedparser.NonXMLContentType, feedparser.CharacterEncodingOverride)
#: What feedparser and the parsers below it raise over damaged documents; found by feeding it random bytes.
_PARSER_FAULTS = (AssertionError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_MARKUP = frozenset({"text/html", "application/xhtml+xml"})
_REFERENCE = re.compile(rb"&#(?:x([0-9a-f]{1,8})|(\d{1,9}));?", re.IGNORECASE)
_SURROGATES = range(0xD800, 0xE000)
_ISO_DAY = re.compile(r"\s*(\d{4})-(\d\d)-(\d\d)(?!\d)")
_EMAIL = re.compile(r"[^@\s()<>]+@[^@\s()<>]+\.\w+")
_CUT = re.compile(r"(?:\[?(?:…|\.\.\.)\]?|\[…\]|(?:…|\.\.\.)\s*\S*\s*→?)\s*\Z")
_FIRST_YEAR = 1990  # there was no Web before


def parse_feed(body: bytes, url: str, content_type: str = "") -> Feed:
    """The feed in `body`, read at `url`; what of a damaged feed can be understood is taken, and a Problem tells.

    Raises Malformed where it is no feed at all.
    """
    headers = {"content-location": url, "content-type": content_type}
    try:
        try:
            found = feedparser.parse(io.BytesIO(body), response_headers=headers, sanitize_html=False)
        except UnicodeEncodeError:  # over half a character (&#xD83D;); emoji cut in two are not rare
            whole = _REFERENCE.sub(_without_half, body)
            found = feedparser.parse(io.BytesIO(whole), response_headers=headers, sanitize_html=False)
    except _PARSER_FAULTS as error:
        raise Malformed(f"{shown(url)} cannot be read as a feed ({type(error).__name__}).") from error
    if not found.get("version"):
        raise Malformed(f"{shown(url)} is not a feed: there is neither RSS nor Atom in the answer.")
    head, where = found["feed"], shown(url)
    problems: list[Problem] = []
    if found["bozo"] and not isinstance(fault := found.get("bozo_exception"), _HARMLESS):
        problems.append(
            Problem(where, f"the feed is damaged ({line(str(fault), 120)}); what could be understood was taken")
        )
    entries = [_entry(dict(raw), where, problems) for raw in found["entries"][:MAX_ENTRIES]]
    if len(found["entries"]) > MAX_ENTRIES:
        problems.append(Problem(where, f"more than {MAX_ENTRIES} entries; the rest was left out"))
    return Feed(
        url=url,
        title=_titled(head),
        site=address_of(head.get("link")) or site_of(url),
        following=_linked(head, "next"),
        entries=tuple(_distinct(entries, where, problems)),
        problems=tuple(problems),
    )


def _without_half(reference: re.Match[bytes]) -> bytes:
    """The reference, or one to U+FFFD where it names half a character."""
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    return b"&#xFFFD;" if number in _SURROGATES else reference[0]


def _entry(raw: Mapping[str, Any], feed: str, problems: list[Problem]) -> Entry:
    """One entry; what is wrong with it is added to `problems`."""
    html, said = _said(raw)
    link = address_of(raw.get("link"))
    where = link or text_of(raw.get("id"), 200) or feed
    times: dict[str, datetime | None] = {}
    for name in ("published", "updated"):
        when, wrong = _when(raw, name)
        times[name] = when
        if wrong:
            problems.append(Problem(where, f"{wrong!r} cannot be the time when it was {name}"))
    number = raw.get("slash_comments") or raw.get("thr_total") or _replies(raw).get("thr:count")
    count = _number(number)
    if number and count is None:
        problems.append(Problem(where, f"{line(str(number), 40)!r} is not a number of comments"))
    return Entry(
        id=text_of(raw.get("id"), 2_000),
        link=link,
        title=_titled(raw),
        html=html,
        text=said,
        cut="content" not in raw and bool(_CUT.search(said)),
        author=_author(raw),
        published=times["published"] if raw.get("published") else times["updated"],
        updated=times["updated"],
        answers=_answers(raw),
        replies=address_of(raw.get("wfw_commentrss")) or address_of(_replies(raw).get("href")),
        count=count,
        is_video="media_community" in raw or str(raw.get("id")).startswith("yt:video:"),
        likes=_attribute(raw, "media_starrating", "count"),
        views=_attribute(raw, "media_statistics", "views"),
    )


def _attribute(raw: Mapping[str, Any], element: str, name: str) -> int | None:
    """A number that stands in an attribute of an element."""
    told = raw.get(element)
    return _number(told.get(name), 15) if isinstance(told, Mapping) else None


def _number(told: object, digits: int = 9) -> int | None:
    return int(str(told)) if told and re.fullmatch(rf"\s*\d{{1,{digits}}}\s*", str(told), re.ASCII) else None


def _titled(raw: Mapping[str, Any]) -> str:
    """A title in one line, without markup."""
    title = text_of(raw.get("title"), NAME_LIMIT)
    kind = (raw.get("title_detail") or {}).get("type")
    return line(text(title) if kind in _MARKUP else title, NAME_LIMIT)


def _said(raw: Mapping[str, Any]) -> tuple[str, str]:
    """The HTML and the words of an entry: its whole content if the feed has it, else the summary."""
    pieces = [*(raw.get("content") or ()), raw.get("summary_detail") or {}]
    piece = next((p for p in pieces if p.get("value") and p.get("type") in _MARKUP), None)
    if piece is None:
        return "", next((text_of(p.get("value")) for p in pieces if str(p.get("type")).startswith("text/")), "")
    html = clean(str(piece["value"])[:TEXT_LIMIT])
    return html, text(html)


def _author(raw: Mapping[str, Any]) -> Person:
    """Who wrote it. E-mail addresses (an RSS author is one, by the book) are taken out: they are nobody's business.

    feedparser takes them out too, but of `bea@b.example` it leaves `ple`.
    """
    told = raw.get("author_detail") or {}
    name = text_of(raw.get("author") if told.get("email") else told.get("name"), NAME_LIMIT)
    return Person(name=_EMAIL.sub("", name).strip(" ()<>"), url=address_of(told.get("href")))


def _when(raw: Mapping[str, Any], name: str) -> tuple[datetime | None, str]:
    """A time in UTC, and the feed's own words where they cannot be a time."""
    told, parsed = text_of(raw.get(name), 100), raw.get(f"{name}_parsed")
    if not told:
        return None, ""
    try:
        if iso := _ISO_DAY.match(told):  # feedparser takes 30 February for 2 March
            datetime(int(iso[1]), int(iso[2]), int(iso[3]), tzinfo=UTC)
        when = datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError):
        return None, told
    return (when, "") if when and when.year >= _FIRST_YEAR else (None, told)


def _answers(raw: Mapping[str, Any]) -> str:
    """What the entry answers, by RFC 4685: `href` is the page, `ref` an id that may be its address too."""
    told = raw.get("thr_in-reply-to") or {}
    return (address_of(told.get("href")) or address_of(told.get("ref"))) if isinstance(told, Mapping) else ""


def _replies(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """The link to the feed of an entry's comments (not to the page on which they are read), as feedparser has it."""
    links = [each for each in raw.get("links") or () if each.get("rel") == "replies"]
    return next((each for each in links if "html" not in str(each.get("type"))), {})


def _linked(head: Mapping[str, Any], rel: str) -> str:
    """The first link of this relation."""
    return next((address_of(each.get("href")) for each in head.get("links") or () if each.get("rel") == rel), "")


def _distinct(entries: list[Entry], feed: str, problems: list[Problem]) -> Iterator[Entry]:
    """Each entry once, each with an id of its own; the order of the entries has no part in that.

    Entries without an id get one from their link, time and author; so do those whose id stands on another entry too,
    as some generators give all entries the id of the feed.
    """
    meant = Counter(each.id for each in {(each.id, each.link): each for each in entries}.values())
    taken: set[str] = set()
    shared: set[str] = set()
    for each in entries:
        own = each.id
        if own and meant[own] > 1 and own not in shared:
            shared.add(own)
            problems.append(
                Problem(feed, f"several entries have the id {line(own, 80)!r}; they were told apart otherwise")
            )
        if not own or meant[own] > 1:
            told = each.published or each.updated
            parts = (key(each.link), told.isoformat() if told else "", each.author.name, each.author.url)
            own = digest_of(*parts) if each.link or told else digest_of(*parts, each.title, each.text)
        if own not in taken:
            taken.add(own)
            yield structs.replace(each, id=own)
