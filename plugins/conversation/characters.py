"""Characters that do more than stand for themselves: taken out or bounded, before anybody's words reach a page.

What reorders its surroundings (bidi overrides), climbs over them (piled-up marks), cannot be seen (zero-width floods),
has no meaning outside one font (private use) or no place in a page (controls, noncharacters) disturbs the words of
others. What scripts and emoji need stays: joiners, variation selectors, the marks of every language.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["plain", "visible"]

#: Controls but tab and line feed; marks, overrides and isolates of direction; deprecated formats; annotations.
_CONTROLS = "\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb"
#: What is no character, or one in a single font only.
_NOBODYS = "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17)) + (
    "\ufdd0-\ufdef\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
)
_UNWANTED = re.compile(f"[{_CONTROLS}{_NOBODYS}]")
_LINES = re.compile("\r\n?|[\u0085\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
#: Characters without width. One parts or joins; a row of them hides something.
_WIDTHLESS = re.compile(
    "([\u00ad\u034f\u180e\u200b-\u200d\u2060-\u2064])[\u00ad\u034f\u180e\u200b-\u200d\u2060-\u2064]+"
)
#: Letters of the flags of England, Scotland and Wales: only behind a flag.
_TAGS = re.compile("(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+")
#: More joined emoji than any family has people are one glyph as wide as the page.
_EMOJI = "[\u2190-\u2bff\U0001f000-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]?"
_CROWDS = re.compile(f"(?:{_EMOJI}\u200d){{8,}}")
#: Two marks on a Latin letter are a language (Vietnamese), more are ornament that climbs over the neighbours (Zalgo).
_ORNAMENTS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_PILES = re.compile(f"([{_ORNAMENTS}]{{2}})[{_ORNAMENTS}]+")
#: Where marks of other scripts may pile up; Hebrew puts four on a letter.
_FOREIGN = re.compile("[^\u0000-\u02ff]{6,}")
_MOST_MARKS = 4
#: What is taken out may bring together what was apart; nobody's words need more than two looks.
_PASSES = 6
#: Letters by their category, blanks by their looks.
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def plain(text: str) -> str:
    """`text` without characters that could disturb its surroundings, in normal form C, as pages should be.

    Applied twice it changes nothing more.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _LINES.sub("\n", text)
    if text.isascii():
        return _UNWANTED.sub("", text)
    for _ in range(_PASSES):
        before, text = text, _cleaned(text)
        if text == before:
            break
    return text


def visible(text: str) -> bool:
    """Whether there is anything to see in `text`: a letter, a digit, a sign (or one that is newer than this Python)."""
    return any(
        (category := unicodedata.category(char))[0] in "LNPS" or category == "Cn"
        for char in text
        if char not in _BLANK_LETTERS
    )


def _cleaned(text: str) -> str:
    text = _UNWANTED.sub("", _SURROGATES.sub("\ufffd", text))
    text = _WIDTHLESS.sub(r"\1", _TAGS.sub("", text))
    text = _CROWDS.sub(lambda crowd: crowd[0].replace("\u200d", ""), text)
    text = unicodedata.normalize("NFC", text)
    return _FOREIGN.sub(lambda run: _bounded(run[0]), _PILES.sub(r"\1", text))


def _bounded(run: str) -> str:
    """`run` with at most `_MOST_MARKS` marks on a letter."""
    marks, kept = 0, []
    for char in run:
        marks = marks + 1 if unicodedata.category(char) in {"Mn", "Me"} else 0
        if marks <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept)
