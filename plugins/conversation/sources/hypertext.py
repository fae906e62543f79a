"""What a piece of HTML says: its links, its plain text, the number of its words. Pure, and raises over nothing.

Two ways, for two kinds of writer. `text` and `addresses` read what strangers wrote: nh3 parses that as browsers do, in
linear time, where the standard library's parser may take a minute over 100 kB of ``<a <a <a``. `anchors` reads the
blogger's own pages and must tell of broken links too, which nh3 drops.
"""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import nh3
from msgspec import Struct

from ..addresses import is_web
from ..sanitise import VOID_OF_MEANING, plain

__all__ = ["Anchor", "addresses", "anchors", "text", "words"]


class Anchor(Struct, frozen=True):
    """One `<a href>`: `href` as written, `text` in one line (or title, or a picture's alt), `rel` in lower case."""

    href: str
    text: str
    rel: frozenset[str]


_BLOCKS = frozenset(
    ["address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure", "footer"]
    + ["h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table"]
    + ["td", "th", "tr", "ul"]
)
_TAG = re.compile(r"<[^<>]*>")
_HREF = re.compile(r'<a href="([^"]*)"')
#: Comments and scripts are matched so that they are skipped; then an anchor up to its end.
_ANCHOR = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1|\Z)|(<a[\s/].*?(?:</a\s*>|\Z))", re.IGNORECASE | re.DOTALL
)
#: A word in any language: letters and digits with inner apostrophes and hyphens; where words are written without
#: spaces (Han, Kana, Thai and their neighbours) a character counts as one.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[^\W_])+(?:['’-](?:(?![{_UNSPACED}])[^\W_])+)*")


def text(markup: str) -> str:
    """The words of `markup` as a reader sees them: a line for each block, no tags, no scripts, entities resolved."""
    kept = nh3.clean(
        plain(markup), tags=set(_BLOCKS), attributes={}, clean_content_tags=set(VOID_OF_MEANING), link_rel=None
    )
    marked = _TAG.sub("\n", " ".join(kept.split()))
    lines = (" ".join(line.split()) for line in html.unescape(marked).split("\n"))
    return plain("\n".join(line for line in lines if line))


def addresses(markup: str) -> tuple[str, ...]:
    """The http(s) addresses that `markup` links to, in its order."""
    kept = nh3.clean(
        plain(markup), tags={"a"}, attributes={"a": {"href"}}, url_schemes={"http", "https"}, link_rel=None
    )
    return tuple(href for found in _HREF.findall(kept) if is_web(href := html.unescape(found)))


def words(said: str) -> int:
    """How many words a plain text has, whatever its language."""
    return sum(1 for _ in _WORD.finditer(said))


def anchors(markup: str) -> tuple[Anchor, ...]:
    """All links of a page of one's own, in its order; only what stands between `<a` and `</a>` is parsed, for speed."""
    pieces = [match[2] for match in _ANCHOR.finditer(markup) if match[2]]
    if not pieces:
        return ()
    reader = _Reader()
    for piece in pieces:
        reader.feed(piece)
        reader.end()
    reader.close()
    reader.end()
    return tuple(reader.found)


class _Reader(HTMLParser):
    """Collects links while the parser goes along."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Anchor] = []
        self._open: dict[str, str | None] | None = None
        self._said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.end()
            self._open = dict(reversed(attrs))  # the first of repeated attributes counts
        elif tag == "img" and self._open is not None:
            self._said.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.end()

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._said.append(data)

    def parse_marked_section(self, i: int, report: bool = True) -> int:  # noqa: FBT001, FBT002 - the base class's
        """``<![x[``: a comment, as in browsers; the base class raises AssertionError over it."""
        return self.parse_bogus_comment(i, report)

    def end(self) -> None:
        """The link that is open, if any, ends here."""
        if self._open is not None and (href := self._open.get("href")):
            said = " ".join("".join(self._said).split()) or (self._open.get("title") or "").strip()
            self.found.append(Anchor(href, plain(said), frozenset((self._open.get("rel") or "").casefold().split())))
        self._open = None
        self._said = []
