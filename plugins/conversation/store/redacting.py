"""Takes people who are to be forgotten out of acts: what they did goes, what others did keeps its words but not theirs.

Only names decide that tell somebody apart: addresses and whole handles, in every spelling that `identities` knows.
What lies under somebody's profile (``https://social.example/@bob/12``) is theirs too; where the profile is a whole
site, so is the site.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from msgspec import structs

from ..acts import Act, Direction, Person
from ..addresses import is_web, split
from ..identities import carried, names_of, names_of_person

__all__ = ["Redactor", "names_under"]

#: What stands where somebody was named.
GONE = "…"
#: Sources that read the blogger's own files: what stands there is for the blogger to take out.
OWN_FILES = frozenset({"posts", "giving"})

#: Addresses come again and again.
REMEMBERED = 4096
_URL = r"https?://[^\s\"'<>]+"
#: Bounded, for a stranger may write a hundred thousand letters without a space.
_HOST = r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,10}"
_HANDLE = rf"(?<![\w.+-])@?[\w.+-]{{1,64}}@{_HOST}|@{_HOST}"
#: Folders below its site in which a profile may lie.
_DEEP = 5
#: In a text an address ends where the next one begins: what carries another one need not go with it.
_NAMED = re.compile(rf"""(?P<url>https?://(?:(?!https?://)[^\s"'<>])+)|{_HANDLE}""", re.IGNORECASE)
#: An attribute of a tag that holds an address.
_ATTRIBUTE = re.compile(rf"""(=\s*["']?)({_URL})""", re.IGNORECASE)
_LINK = re.compile(
    rf"""<a\s[^<>]*href\s*=\s*["']?({_URL})["']?[^<>]*>(.{{0,1000}}?)</a\s*>""", re.IGNORECASE | re.DOTALL
)
_TAG = re.compile(r"<[^<>]*>")
#: What may stand at the end of an address in a sentence and is no part of it.
_STOPS = ".,;:!?)]}’”"


class Redactor:
    """`is_theirs` tells whether a name, as `names_of` spells it, is that of somebody to be forgotten."""

    def __init__(self, is_theirs: Callable[[str], bool]) -> None:
        self._is_theirs = is_theirs
        self._people: dict[Person, bool] = {}
        self.owns = lru_cache(maxsize=REMEMBERED)(self._owns)

    def knows(self, person: Person) -> bool:
        """Whether this is one of them, by profile or by handle."""
        if person not in self._people:
            self._people[person] = any(map(self._is_theirs, names_of_person(person) | {person.key}))
        return self._people[person]

    def _owns(self, url: str) -> bool:
        """Whether `url` is a profile of theirs, or lies under one."""
        return is_web(url) and any(map(self._is_theirs, names_under(url)))

    def act(self, act: Act) -> Act | None:
        """The act without them; None where it is theirs."""
        if self.knows(act.author) or (act.direction is Direction.RECEIVED and self._is_from_them(act)):
            return None
        to_them = self.knows(act.to)
        to = Person() if to_them else act.to
        if act.source in OWN_FILES:
            return structs.replace(act, to=to) if to_them else act
        if act.direction is Direction.GIVEN and (to_them or self.owns(act.target)):
            return structs.replace(act, to=Person(), target="", parent="", title="", text="", html="", warning="")
        markup, shown = self._markup(act.html)
        texts: dict[str, Any] = {name: self.text(getattr(act, name), shown) for name in ("title", "text", "warning")}
        parent = "" if self.owns(act.parent) else act.parent
        if markup == act.html and parent == act.parent and all(getattr(act, name) == t for name, t in texts.items()):
            return act
        return structs.replace(act, html=markup, parent=parent, **texts)

    def text(self, text: str, shown: frozenset[str] = frozenset()) -> str:
        """`text` without their addresses and handles, and without `shown`, by which links to them called them."""
        if "://" in text or "@" in text:
            for name in sorted(shown, key=len, reverse=True):
                text = text.replace(name, GONE)
            text = _NAMED.sub(self._gone, text)
        return text

    def _is_from_them(self, act: Act) -> bool:
        """Whether a received act stands on a page of theirs, and nobody else is named as its author."""
        return not names_of_person(act.author) and self.owns(act.url)

    def _markup(self, markup: str) -> tuple[str, frozenset[str]]:
        """HTML without links to them, and the words of those links."""
        if "://" not in markup and "@" not in markup:
            return markup, frozenset()
        shown: set[str] = set()

        def unlinked(link: re.Match[str]) -> str:
            if not self.owns(html.unescape(link[1])):
                return link[0]
            words = html.unescape(_TAG.sub("", link[2])).strip()
            shown.update({words} if words.startswith("@") and len(words) > 1 else ())
            return GONE

        def unnamed(attribute: re.Match[str]) -> str:
            return f"{attribute[1]}about:blank" if self.owns(html.unescape(attribute[2])) else attribute[0]

        markup = _ATTRIBUTE.sub(unnamed, _LINK.sub(unlinked, markup))
        return self.text(markup, frozenset(shown)), frozenset(shown)

    def _gone(self, found: re.Match[str]) -> str:
        """What stands in the place of an address or handle that was found in a text."""
        if found["url"]:
            url = found[0].rstrip(_STOPS)
            return GONE + found[0][len(url) :] if self.owns(html.unescape(url)) else found[0]
        handle = found[0].rstrip(".-")
        return GONE + found[0][len(handle) :] if any(map(self._is_theirs, names_of(handle))) else found[0]


def names_under(url: str) -> Iterator[str]:
    """The names of `url` as a profile, and those of all that it lies under, up to its site."""
    for address in dict.fromkeys((url.strip(), carried(url.strip()))):
        yield from names_of(address)
        parts = split(address)
        if parts is None:
            continue
        folders = parts.path.split("/")
        for end in range(1, min(len(folders), _DEEP + 1) + 1):
            yield from names_of(f"{parts.scheme}://{parts.netloc}{'/'.join(folders[:end])}")
