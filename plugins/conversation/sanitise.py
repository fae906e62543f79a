"""Foreign words made safe: other people's HTML, names and texts, before a template sees them.

HTML goes through nh3 (ammonia), which parses it as a browser does and keeps only what is listed here; everything that
could load, run, style or cover anything is gone. Links keep http(s) addresses only and get ``rel="nofollow ugc"``. What
is left is nested as the standard allows (`nesting.py`), and its characters do not disturb their surroundings
(`characters.py`).
"""

from __future__ import annotations

import re
import unicodedata

import nh3
from markupsafe import Markup, escape

from .characters import plain, visible
from .nesting import nested

__all__ = ["html", "initials", "line", "name", "plain", "words"]

TAGS = frozenset(
    ["a", "abbr", "b", "bdi", "blockquote", "br", "cite", "code", "del", "em", "i", "ins", "kbd", "li", "mark", "ol"]
    + ["p", "pre", "q", "rp", "rt", "ruby", "s", "small", "strong", "sub", "sup", "u", "ul", "var"]
)
#: Elements whose text is not meant for readers either.
VOID_OF_MEANING = frozenset(
    ("script", "style", "template", "title", "iframe", "object", "noscript", "svg", "math", "select", "textarea")
)
#: Names are labels, not texts: some "names" are a whole page scraped by a receiver.
NAME_LENGTH = 60

#: Blocks that are not kept still part words: a heading becomes a paragraph, a table row a line.
_BLOCKS = re.compile(
    r"<(/?)(?:h[1-6]|div|section|article|header|footer|figure|figcaption|table|caption|t[hdr]|tbody|thead|tfoot|dt|dd)\b[^<>]*>",
    re.IGNORECASE,
)
#: Paragraphs of mere text, each beginning with a letter, as most comments are: nothing in them needs to be cleaned.
_PARAGRAPHS = re.compile(r"(?:<p>[^<>&\s\u00a0\u0300-\u036f\u2000-\u20ff][^<>&\u00a0]*</p>[ \n]*)+")
_LINE = "\n"
_PARTING = re.compile(r"</?(?:p|br|li|[uo]l|blockquote|pre)\b")


def line(text: str, length: int) -> str:
    """`text` in one line of at most `length` characters, cut at a word with "…" where it was longer; "" if blank."""
    words = " ".join(plain(text).split()) if text else ""
    if not words or not visible(words):
        return ""
    if len(words) <= length:
        return words
    cut = words[:length].rsplit(" ", 1)[0] if " " in words[:length] else words[:length]
    return cut.rstrip(" ,;:.–-\u200d") + "…"


def name(text: str) -> str:
    """A person's name as a label: one line, shortened; "" where it says nothing (``????``: destroyed emoji)."""
    label = line(text, NAME_LENGTH)
    return label if label.strip("?\ufffd ") else ""


def initials(text: str) -> str:
    """One or two letters that stand for a face: of its first and last word; "" where no word begins with a letter."""
    words = [
        word
        for word in re.split(r"[\s._/-]+", plain(text).lstrip("@").split("@")[0])
        if word and unicodedata.category(word[0]).startswith("L")
    ]
    if not words:
        return ""
    first = words[0][0].upper()
    if unicodedata.category(words[0][0]) == "Lo" or len(words) == 1:
        return first
    return first + words[-1][0].upper()


def html(text: str, markup: str = "") -> Markup:
    """The words of an act, safe to print: from its HTML where that says something, else from its plain text."""
    told = plain(markup)
    if _PARAGRAPHS.fullmatch(told):
        return Markup(told.strip())  # noqa: S704 - the same as nh3 would make of it
    cleaned = _clean(told)
    if cleaned and nh3.clean(cleaned, tags=set()).strip():
        return Markup(cleaned)  # noqa: S704 - nh3 made it
    return _paragraphs(plain(text))


def words(markup: Markup) -> str:
    """The plain text of safe HTML; blocks and line breaks part words."""
    return " ".join(Markup(_PARTING.sub(" \\g<0>", str(markup))).striptags().split())  # noqa: S704 - it was safe before


def _clean(markup: str) -> str:
    if not markup:
        return ""
    blocks = _BLOCKS.sub(r"<\1p>", markup)
    cleaned = nh3.clean(
        blocks,
        tags=set(TAGS),
        clean_content_tags=set(VOID_OF_MEANING),
        attributes={"a": {"href"}, "bdi": {"dir"}},
        url_schemes={"http", "https"},
        link_rel="nofollow ugc",
        url_relative="deny",
    )
    # Once more: what was written as &#x202E; is the character itself by now.
    return nested(plain(cleaned))


def _paragraphs(text: str) -> Markup:
    """Plain text as paragraphs: a blank line parts them, a line feed breaks a line."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    return Markup("\n".join(f"<p>{'<br>'.join(map(escape, part.split(_LINE)))}</p>" for part in parts))  # noqa: S704
