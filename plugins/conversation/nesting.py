"""HTML that stays inside the comment it came in: clean markup brought into the shape that the standard allows.

A sanitiser lets a bare ``<li>`` through, and a browser then closes the list that the whole comment stands in. Here
items are only in lists, blocks never within words, links never within links, and nothing nests deeper than a narrow
column bears. What says nothing (empty elements, links without words, row upon row of line breaks) is left out.
"""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

from .addresses import link
from .characters import visible

__all__ = ["nested"]

_LISTS = frozenset(["ol", "ul"])
_CONTAINERS = _LISTS | {"blockquote"}
_BLOCKS = _CONTAINERS | {"li", "p", "pre"}
#: An item that nobody wrote, around what stands in a list without one.
_IMPLIED = "(li)"
#: Quotes and lists within each other: more do not fit beside a face on a phone.
_DEEPEST = 4
#: One empty line is a pause; more would only push the next person away.
_MOST_BREAKS = 2
_PAUSES = re.compile(r"\n(?:[ \t]*\n){2,}")
#: Paragraphs of mere text, each beginning with a letter, are as they should be: most comments are.
_PARAGRAPHS = re.compile(r"(?:<p>[^<\s&\u0300-\u036f\u2000-\u20ff][^<]*</p>\s*)*")


def nested(markup: str) -> str:
    """`markup`, which a sanitiser wrote (all elements closed, only wanted attributes), in valid nesting."""
    if _PARAGRAPHS.fullmatch(markup):
        return markup.strip()
    writer = _Writer()
    writer.feed(markup)
    writer.close()
    return "".join(writer.written).strip()


class _Writer(HTMLParser):
    """Writes what it reads; an element is begun only when its first word comes, so that none is empty."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []
        #: What the markup has open: each tag, or "" where it is left out.
        self._open: list[str] = []
        #: Blocks that are open in what is written, and how many of them have been begun.
        self._blocks: list[str] = []
        self._begun = 0
        #: Elements of words that are open: name, start tag; and how many have been begun in this block.
        self._inline: list[tuple[str, str]] = []
        self._inline_begun = 0
        #: Whether a word has come since the last edge of a block, and the line breaks that are due before the next one.
        self._spoken = False
        self._breaks = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Takes an element, or leaves its tag out."""
        if tag == "br":
            self._break()
            return
        told = {name: value or "" for name, value in attrs}
        if "href" in told:
            told["href"] = link(told["href"])
        taken = self._takes(tag, told)
        self._open.append(tag if taken else "")
        if taken and tag in _BLOCKS:
            self._begin_block(tag)
        elif taken:
            written = "".join(f' {name}="{html.escape(value)}"' for name, value in told.items())
            self._inline.append((tag, f"<{tag}{written}>"))
        elif tag in _BLOCKS:
            self._part()

    def handle_endtag(self, tag: str) -> None:
        """Ends what was taken."""
        taken = self._open.pop() if self._open else ""
        if taken in _BLOCKS:
            self._end_block(taken)
        elif taken:
            self._end_inline()
        elif tag in _BLOCKS:
            self._part()

    def handle_data(self, data: str) -> None:
        """Begins whatever stands open around words; spaces are kept between them."""
        if visible(data):
            self._begin()
        if self._within_words():
            data = _PAUSES.sub("\n\n", data) if "pre" in self._blocks else data
            self.written.append(html.escape(data, quote=False))

    def _takes(self, tag: str, told: dict[str, str]) -> bool:
        """Whether the standard allows the element here, and it is of use."""
        around = [name for name in self._blocks if name != _IMPLIED]
        if tag in _CONTAINERS:
            return "pre" not in around and sum(name in _CONTAINERS for name in around) < _DEEPEST
        if tag == "li":
            return bool(around) and around[-1] in _LISTS
        if tag in {"p", "pre"}:
            return not around or around[-1] not in {"p", "pre"}
        if tag in {"rp", "rt"}:
            return bool(self._inline) and self._inline[-1][0] == "ruby"
        return (tag != "a" or bool(told.get("href"))) and all(tag != name for name, _ in self._inline)

    def _within_words(self) -> bool:
        """Whether a space says something here: behind the first word of a block."""
        return self._begun == len(self._blocks) and not (self._blocks and self._blocks[-1] in _LISTS)

    def _begin(self) -> None:
        if self._blocks and self._blocks[-1] in _LISTS:
            self._blocks.append(_IMPLIED)
        self.written.append(("\n" if "pre" in self._blocks else "<br>") * self._breaks)
        self._spoken, self._breaks = True, 0
        self.written += [f"<{name.strip('()')}>" for name in self._blocks[self._begun :]]
        self._begun = len(self._blocks)
        self.written += [tag for _, tag in self._inline[self._inline_begun :]]
        self._inline_begun = len(self._inline)

    def _break(self) -> None:
        if self._spoken:
            self._breaks = min(self._breaks + 1, _MOST_BREAKS)

    def _part(self) -> None:
        """A block whose tag is left out still begins and ends on a line of its own."""
        if not self._breaks:
            self._break()

    def _begin_block(self, tag: str) -> None:
        self._pause_inline()
        if tag == "li" and self._blocks[-1] == _IMPLIED:
            self._end_block(_IMPLIED)
        elif tag != "li" and self._blocks and self._blocks[-1] in _LISTS:
            self._blocks.append(_IMPLIED)
        self._blocks.append(tag)

    def _end_block(self, tag: str) -> None:
        self._pause_inline()
        name = ""
        while name != tag:
            name = self._blocks.pop()
            if self._begun > len(self._blocks):
                self.written.append(f"</{name.strip('()')}>")
                self._begun = len(self._blocks)

    def _pause_inline(self) -> None:
        """Elements of words end with their block and begin anew in the next; line breaks at its edge are not needed."""
        self._spoken, self._breaks = False, 0
        self.written += [f"</{name}>" for name, _ in reversed(self._inline[: self._inline_begun])]
        self._inline_begun = 0

    def _end_inline(self) -> None:
        name, _ = self._inline.pop()
        if self._inline_begun > len(self._inline):
            self.written.append(f"</{name}>")
            self._inline_begun = len(self._inline)
