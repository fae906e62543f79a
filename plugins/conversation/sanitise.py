"""Foreign words made safe: other people's HTML, names and texts, before a template sees them.

HTML goes through nh3 (ammonia), which parses it as a browser does and keeps only what is listed here; everything that
could load, run, style or cover anything is gone. Links keep http(s) addresses only and get ``rel="nofollow ugc"``.
"""

from __future__ import annotations

import re
import unicodedata

import nh3
from markupsafe import Markup, escape

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
#: A link whose address was not fit to keep: its words stay. A link without words leads nobody anywhere.
_BARE_LINK = re.compile(r'<a rel="nofollow ugc">(.*?)</a>', re.DOTALL)
_MUTE_LINK = re.compile(r"<a [^<>]*>\s*</a>")
_PARTING = re.compile(r"</?(?:p|br|li|[uo]l|blockquote|pre)\b")
_EMPTY = re.compile(r"<p>(?:\s|&nbsp;|<br>)*</p>")
#: Characters that reorder what stands around them, and control characters other than tab and line feed.
_CONTROLS = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
#: More marks than this on one letter are ornament that climbs over the neighbours (Zalgo).
_MARKS = re.compile(
    r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{2})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


def plain(text: str) -> str:
    """`text` without characters that could disturb its surroundings: controls, bidi overrides, piled-up marks."""
    return _MARKS.sub(
        r"\1", _CONTROLS.sub("", _SURROGATES.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n")))
    )


def line(text: str, length: int) -> str:
    """`text` in one line of at most `length` characters, cut at a word with "…" where it was longer."""
    words = " ".join(plain(text).split())
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
    cleaned = _clean(markup) if markup else ""
    if cleaned and nh3.clean(cleaned, tags=set()).strip():
        return Markup(cleaned)  # noqa: S704 - nh3 made it
    return _paragraphs(plain(text))


def words(markup: Markup) -> str:
    """The plain text of safe HTML; blocks and line breaks part words."""
    return " ".join(Markup(_PARTING.sub(" \\g<0>", str(markup))).striptags().split())  # noqa: S704 - it was safe before


def _clean(markup: str) -> str:
    blocks = _BLOCKS.sub(r"<\1p>", plain(markup))
    cleaned = nh3.clean(
        blocks,
        tags=set(TAGS),
        clean_content_tags=set(VOID_OF_MEANING),
        attributes={"a": {"href"}, "bdi": {"dir"}},
        url_schemes={"http", "https"},
        link_rel="nofollow ugc",
        url_relative="deny",
    )
    return _EMPTY.sub("", _MUTE_LINK.sub("", _BARE_LINK.sub(r"\1", cleaned))).strip()


def _paragraphs(text: str) -> Markup:
    """Plain text as paragraphs: a blank line parts them, a line feed breaks a line."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    return Markup("\n").join(Markup("<p>%s</p>") % Markup("<br>").join(map(escape, part.split("\n"))) for part in parts)
