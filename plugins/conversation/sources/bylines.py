"""What a page of the Web says of itself: its title, and who wrote it. Pure, and raises over nothing.

Authors are told by `rel=author`, by an h-card with the class `p-author` (microformats2), or by a `<meta>` element. The
page is somebody else's, so nh3 reads it, as browsers do; what it leaves is well-formed and quick to go through.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urljoin

import nh3
from msgspec import Struct

from ..addresses import host_of, is_web
from ..sanitise import line, name, plain
from .pages import whose
from .values import address_of

__all__ = ["Byline", "byline"]

#: Letters of a page that are looked at. nh3's time grows with the square of the depth: so much of <div> takes it 3 s.
LIMIT = 100_000
TITLE_LENGTH = 120
#: Scripts, style sheets and comments, which may fill all of that before the title comes.
_ASIDE = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style|svg)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TAGS = {"title", "meta", "link", "a", "div", "span", "p", "address", "article", "header", "footer", "section"}
_ATTRIBUTES = {
    "*": {"class"},
    "meta": {"name", "property", "content"},
    "link": {"rel", "href"},
    "a": {"rel", "href"},
}
#: What spreadsheets take for the beginning of a formula.
_FORMULA = "=+-@\t "


class Byline(Struct, frozen=True):
    """The title in one line; `person` is the author's address, else a bare name; each "" where the page tells none."""

    title: str = ""
    person: str = ""


def byline(markup: str, url: str) -> Byline:
    """What the page at `url` says; best first: Open Graph's title, and the author's address before a name."""
    kept = nh3.clean(
        plain(_ASIDE.sub("", markup)[:LIMIT]),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        clean_content_tags={"script", "style"},
        url_schemes={"http", "https"},
        link_rel=None,
    )
    reader = _Reader()
    reader.feed(kept)
    reader.close()
    title = next((line(told, TITLE_LENGTH) for told in (reader.metas.get("og:title", ""), reader.title) if told), "")
    links = (address_of(_absolute(url, href)) for href in (*reader.cards, *reader.authors))
    person = next((_person(link, url) for link in links if link), "")
    named = reader.metas.get("author", "")
    return Byline(title.lstrip(_FORMULA), person or ("" if is_web(named) else name(named).lstrip(_FORMULA)))


def _person(link: str, url: str) -> str:
    """Whom an author's address means.

    Of `/about` on the page's own site that is whose site it is, as it is for the links in posts: else one person would
    be two.
    """
    return whose(link).url if host_of(link) == host_of(url) else link


def _absolute(url: str, href: str) -> str:
    try:
        return urljoin(url, href)
    except ValueError:
        return ""


class _Reader(HTMLParser):
    """Collects title, `<meta>` and authors; of repeated ones the first counts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.metas: dict[str, str] = {}
        self.cards: list[str] = []
        self.authors: list[str] = []
        self._in_title = False
        self._card: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {key: value or "" for key, value in attrs}
        classes, rel, href = told.get("class", "").split(), told.get("rel", "").casefold().split(), told.get("href", "")
        self._in_title = tag == "title" and not self.title
        if tag == "meta" and (key := (told.get("property") or told.get("name") or "").casefold()):
            self.metas.setdefault(key, told.get("content", "").strip())
        if self._card and tag == self._card[-1]:
            self._card.append(tag)
        elif {"p-author", "h-card"} <= {*classes} and tag != "a":
            self._card = [tag]
        if href and ((tag == "a" and {"p-author", "h-card"} <= {*classes}) or (self._card and "u-url" in classes)):
            self.cards.append(href)
        elif href and "author" in rel:
            self.authors.append(href)

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False
        if self._card and tag == self._card[-1]:
            self._card.pop()

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
