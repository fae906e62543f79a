"""Words to look for in what others wrote, whatever its script, capital letters or markup."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping

from ..acts import Act
from ..sanitise import VOID_OF_MEANING
from ..sources.hypertext import text as shown_text

__all__ = ["Wordlist", "fold", "said"]

#: Letters that run on into the next word: Latin ones, their accents, and digits. After "赌" or "が" a new word begins.
_LATIN = "0-9A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u1e00-\u1eff\u0300-\u036f"
_WHOLE = re.compile(f"[{_LATIN}]+")
#: Invisible characters that could part a word: soft hyphen, zero-width ones, direction marks, controls.
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
#: Putting accents in order takes quadratic time (UAX 15): 100,000 of them in a row, ten seconds and more.
_PIECE = 1_000

#: Tags that simple rules read as a browser does; between quotes no angle brackets. All else is left to nh3.
_REST = r"""(?:\s[^<>"']*(?:(?:"[^"<>]*"|'[^'<>]*')[^<>"']*)*|/)?>"""
_BLOCK = re.compile(
    r"</?(?:address|article|aside|blockquote|br|d[dlt]|div|fig(?:caption|ure)|footer|h[1-6r]|header|li|main|nav"
    r"|[ou]l|p|pre|section|t(?:able|[dhr]))" + _REST,
    re.IGNORECASE,
)
_INLINE = re.compile(r"</?[a-z][a-z0-9]*" + _REST, re.IGNORECASE)
_UNREAD = re.compile(rf"<(?:[!?]|(?:{'|'.join(sorted(VOID_OF_MEANING))})\b)", re.IGNORECASE)


class Wordlist:
    """Words and phrases, made to be looked for often; `words` maps each, folded, to how it was written."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = dict(words)
        self._single = frozenset(word for word in words if word.isascii() and word.isalnum())
        self._other = {word: _bounded(word) for word in words.keys() - self._single}

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self._words)

    def first(self, text: str) -> str | None:
        """The first of the words, by the alphabet, that stands in `text` (folded), as it was written; else None."""
        if not self._words:
            return None
        found = set(self._single.intersection(_WHOLE.findall(text)) if self._single else ())
        found.update(w for w, bounded in self._other.items() if w in text and (not bounded or bounded.search(text)))
        return self._words[min(found)] if found else None


def fold(text: str) -> str:
    """`text` without what makes no difference: letter case, kinds of space, forms of a letter, what nobody sees."""
    text = " ".join(text.split())
    if not text.isprintable():
        text = _INVISIBLE.sub("", text)
    if text.isascii():
        return text.lower()
    pieces = (text[at : at + _PIECE] for at in range(0, len(text), _PIECE))
    folded = "".join(unicodedata.normalize("NFKC", piece) for piece in pieces).casefold()
    return " ".join(folded.split())


def said(acts: Iterable[Act]) -> str:
    """All that readers would see of `acts` in words, folded: name, title, warning and text, a line for each."""
    texts = (t for a in acts for t in (a.author.shown, a.title, a.warning, a.text, _visible(a.html)) if t)
    return "\n".join(map(fold, dict.fromkeys(texts)))


def _bounded(word: str) -> re.Pattern[str] | None:
    """What finds an ASCII word where it stands alone; None for one with other letters: that is found anywhere."""
    if not word.isascii():
        return None
    begin = f"(?<![{_LATIN}])" if word[0].isalnum() else ""
    end = f"(?![{_LATIN}])" if word[-1].isalnum() else ""
    return re.compile(begin + re.escape(word) + end)


def _visible(markup: str) -> str:
    """The words of `markup`. Plain markup is read here, 30 times as fast as by nh3; anything odd goes there."""
    if not markup:
        return ""
    if not _UNREAD.search(markup):
        bare = _INLINE.sub("", _BLOCK.sub("\n", markup))
        if "<" not in bare:
            return html.unescape(bare)
    return shown_text(markup)
