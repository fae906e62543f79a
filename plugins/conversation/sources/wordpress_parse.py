"""What a WordPress blog tells, as acts. Pure: parsed JSON and feeds in, acts and problems out; nothing is raised.

Shapes: https://developer.wordpress.org/rest-api/reference/comments/, as WordPress 6 gives them.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import parse_qs, unquote

from msgspec import Struct, structs

from ..acts import Act, Kind, Person, Problem
from ..addresses import key, split
from ..channels import channel_of
from ..errors import Malformed
from . import comments
from .comments import Told, name
from .feed_parse import Entry, Feed
from .hypertext import text, words
from .pages import page_of, whose
from .values import address_of, text_of, time_of

__all__ = ["Found", "Page", "chosen", "id_of", "parse_comments", "parse_entries", "parse_found", "slug_of", "stem_of"]

#: The types of comments, those of the plugins Webmention and Semantic Linkbacks too.
KINDS = {
    "": Kind.REPLY,
    "comment": Kind.REPLY,
    "mention": Kind.MENTION,
    "pingback": Kind.MENTION,
    "trackback": Kind.MENTION,
    "webmention": Kind.MENTION,
}
_PUBLIC = frozenset({"", "approved", "approve", "1"})
_END = re.compile(r"(?:/index)?(?:\.(?:html?|php|aspx?))?/*\Z", re.IGNORECASE)
_NUMBER = re.compile(r"#comment-(\d{1,18})\Z")
#: "In reply to Bea.", in whatever language, is how a feed tells the comment that another answers.
_ANSWERS = re.compile(
    r'\s*<p>[^<>]{0,80}<a href="([^"<>]{1,2000}#comment-\d{1,18})"[^<>]*>[^<>]{0,300}</a>[^<>]{0,40}(?:</p>|<br ?/?>)'
)
#: How WordPress quotes a page that links here.
_PINGBACK = re.compile(r"\[(?:…|\.\.\.)\].*\[(?:…|\.\.\.)\]", re.DOTALL)
_MOST = 10**18


class Found(Struct, frozen=True):
    """A post of the blog: its number, address and slug."""

    number: int
    url: str
    slug: str


class Page(Struct, frozen=True):
    """What comments are about: the source's name, and the URL of the post."""

    source: str
    target: str


def slug_of(url: str) -> str:
    """The last part of an address's path as WordPress knows it: without ending, in lower case, "" of a home page."""
    parts = split(url)
    stem = stem_of(parts.path) if parts else ""
    return text_of(unquote(stem.rpartition("/")[2]), 200).casefold().replace(",", "")


def stem_of(path: str) -> str:
    """A path without its ending (.html, index.html, slash), which other programs write in other ways."""
    return _END.sub("", path)


def id_of(value: object) -> int | str:
    """What tells entries apart."""
    return (_number(value.get("id")) if isinstance(value, dict) else 0) or repr(value)


def parse_found(value: object, *, where: str) -> tuple[tuple[Found, ...], tuple[Problem, ...]]:
    """The posts in an answer, and what could not be read. Raises Malformed where it is no list."""
    if not isinstance(value, list):
        raise Malformed(f"{where}: the answer is no list of posts; is base_url the address of a WordPress blog?")
    found = [
        Found(_number(entry.get("id")), address_of(entry.get("link")), slug_of("/" + text_of(entry.get("slug"), 400)))
        for entry in value
        if isinstance(entry, dict)
    ]
    good = tuple(each for each in found if each.number and each.url and each.slug)
    odd = len(value) - len(good)
    return good, (Problem(where, f"{odd} of the posts have no number or no address"),) if odd else ()


def chosen(wanted: Mapping[str, Sequence[str]], found: Iterable[Found]) -> Mapping[str, tuple[Found, ...]]:
    """By the URL of each of our posts those of the blog that are meant: by address, else by a slug that is but one's.

    `wanted` are the addresses where each may stand. A slug that several of our posts have, or several of the blog's,
    tells nothing.
    """
    by_page, by_slug = {}, defaultdict(list)
    for each in found:
        by_page[_stem(each.url)] = each
        by_slug[each.slug].append(each)
    sure = {url: [by_page[_stem(one)] for one in some if _stem(one) in by_page] for url, some in wanted.items()}
    for url, some in wanted.items():
        sure[url] += [Found(number, one, "") for one in some if (number := _asked_for(one))]
    taken = {each.number for some in sure.values() for each in some}
    guessed: dict[str, set[int]] = defaultdict(set)
    claims: dict[int, set[str]] = defaultdict(set)
    for url, some in wanted.items():
        for slug in {slug_of(one) for one in some} if not sure[url] else ():
            if len(by_slug[slug]) == 1 and by_slug[slug][0].number not in taken:
                guessed[url].add(by_slug[slug][0].number)
                claims[by_slug[slug][0].number].add(url)
    numbered = {each.number: each for some in by_slug.values() for each in some}
    return {
        url: tuple(dict.fromkeys(sure[url]))
        + tuple(numbered[number] for number in sorted(guessed[url]) if len(claims[number]) == 1)
        for url in wanted
    }


def _stem(url: str) -> str:
    """One spelling of an address, whatever its ending."""
    return _END.sub("", unquote(page_of(url).partition("?")[0])).casefold() if "?p=" not in url else page_of(url)


def _asked_for(url: str) -> int:
    """The number in an address like "?p=12"."""
    parts = split(url)
    told = parse_qs(parts.query).get("p", [""])[0] if parts else ""
    return _number(int(told)) if told.isdecimal() and len(told) < 18 else 0  # noqa: PLR2004 - as `_MOST`


def parse_comments(values: Sequence[object], page: Page) -> Told:
    """The comments of a listing. What answers one that is hidden or deleted still names it as its parent."""
    links = {
        _number(value.get("id")): address_of(html.unescape(text_of(value.get("link"), 4_000)))
        for value in values
        if isinstance(value, dict)
    }
    found = [_parse_comment(value, page, links) for value in values]
    acts = {each.id: each for each in found if isinstance(each, Act)}
    return Told(tuple(acts.values()), tuple(each for each in found if isinstance(each, Problem)))


def _parse_comment(value: object, page: Page, links: Mapping[int, str]) -> Act | Problem | None:
    """One comment; None of one that is not public, or is a shop's note. Names and addresses are escaped for HTML."""
    number = _number(value.get("id")) if isinstance(value, dict) else 0
    if not isinstance(value, dict) or not number:
        return Problem(page.target, "a comment has no number")
    kind, link = KINDS.get(text_of(value.get("type"), 40).casefold()), links.get(number, "")
    if kind is None or text_of(value.get("status"), 40) not in _PUBLIC:
        return None
    if not link:
        return Problem(page.target, f"comment {number} has no address")
    content = value.get("content")
    said = content.get("rendered") if isinstance(content, dict) else None
    if not isinstance(said, str):
        return Problem(link, "the comment has no text")
    own, parent = link.partition("#")[0], _number(value.get("parent"))
    there = address_of(html.unescape(text_of(value.get("author_url"), 4_000)))
    act = structs.replace(
        comments.comment(
            comments.Page(page.source, "wordpress", page.target, "comment-"),
            str(number),
            parent="",
            author=Person(name=name(value.get("author_name")), url=there),
            markup=said,
            published=time_of(value.get("date_gmt")),
        ),
        url=link,
        parent=(links.get(parent) or f"{own}#comment-{parent}") if parent else "",
    )
    return _mention(act, there) if kind is Kind.MENTION else act


def _mention(act: Act, there: str) -> Act:
    """A pingback is another page that links here: that page is the act, its title stands where a name would."""
    told = structs.replace(act, kind=Kind.MENTION, title=act.author.name, parent="")
    return structs.replace(told, url=there, channel=channel_of(there), author=whose(there)) if there else told


def parse_entries(feed: Feed, page: Page) -> Told:
    """The comments in a post's comment feed: the newest only, never whole."""
    found = [_parse_entry(entry, page) for entry in feed.entries]
    acts = tuple(each for each in found if isinstance(each, Act))
    return Told(acts, (*feed.problems, *(each for each in found if isinstance(each, Problem))), whole=False)


def _parse_entry(entry: Entry, page: Page) -> Act | Problem:
    """One entry; the number in its address is that by which the REST interface knows it."""
    number = _NUMBER.search(entry.link) or _NUMBER.search(entry.id)
    if number is None or not entry.link:
        return Problem(entry.link or page.target, "the entry of the comment feed does not say which comment it is")
    answered = _ANSWERS.match(entry.html)
    said = entry.html[answered.end() :] if answered else entry.html
    parent = address_of(html.unescape(answered[1])) if answered else ""
    author = structs.replace(entry.author, name=name(entry.author.name))
    act = comments.comment(
        comments.Page(page.source, "wordpress", page.target, "comment-"),
        str(int(number[1])),
        parent="",
        author=author,
        markup=said or html.escape(entry.text),
        published=entry.published,
    )
    act = structs.replace(act, url=entry.link, parent=parent if key(parent) != key(entry.link) else "")
    return _mention(act, "") if _PINGBACK.fullmatch(text(said)) else structs.replace(act, words=words(act.text))


def _number(value: object) -> int:
    """A number as WordPress counts, from 1; 0 for everything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _MOST else 0
