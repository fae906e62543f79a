"""What of the conversations is in memory while pages are written: those asked for last, and acts for the next ones."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping

from .talks import AT_ONCE, Page, Reader, Talk
from .threads import Conversation

__all__ = ["Ahead", "Ready"]

#: Acts of conversations that stay in memory once they are put together: a page asks for its own many times.
READY = 1_000
#: Acts that are read before anybody asks for their page.
AHEAD = 1_000


class Ready:
    """Conversations, each made of what was told of its page by `make` when it is asked for."""

    def __init__(self, ahead: Ahead, make: Callable[[Talk], Conversation]) -> None:
        self._ahead, self._make = ahead, make
        self._made: OrderedDict[str, tuple[Conversation, int]] = OrderedDict()
        self._size = 0

    def read(self, page: Page) -> Conversation:
        """The conversation of a post."""
        if page.url in self._made:
            self._made.move_to_end(page.url)
            return self._made[page.url][0]
        talk = self._ahead.talk(page)
        made, size = self._make(talk), 1 + len(talk.told)
        self._made[page.url] = made, size
        self._size += size
        while len(self._made) > 1 and self._size > READY:
            _, (_, size) = self._made.popitem(last=False)
            self._size -= size
        return made


class Ahead:
    """Reads posts one by one, and where they are asked for in the order of their dates or against it, several at once.

    `sizes` tells how many acts are on a target: what is read ahead are hardly ever more than `AHEAD`.
    """

    def __init__(self, reader: Reader, pages: Iterable[Page], sizes: Mapping[str, int]) -> None:
        self._reader, self._sizes = reader, sizes
        self._pages = sorted((page for page in pages if page.post), key=_date)
        self._places = {page.url: place for place, page in enumerate(self._pages)}
        self._found: dict[str, Talk] = {}
        self._last = -1

    def talk(self, page: Page) -> Talk:
        """What was told of a page, one of those that were given: a post's."""
        place = self._places[page.url]
        if page.url not in self._found:
            step = place - self._last
            some = self._following(place, step) if abs(step) == 1 else [page]
            self._found = {talk.page.url: talk for talk in self._reader.talks(some)}
        self._last = place
        return self._found.pop(page.url)

    def _following(self, place: int, step: int) -> list[Page]:
        """The page at this place, and those that follow it in this direction."""
        some, acts = [self._pages[place]], 0
        for other in range(place + step, len(self._pages) if step > 0 else -1, step)[: AT_ONCE - 1]:
            acts += sum(self._sizes.get(target, 0) for target in self._pages[other].targets)
            if acts > AHEAD:
                break
            some.append(self._pages[other])
        return some


def _date(page: Page) -> tuple[float, str]:
    published = page.post.published if page.post else None
    return published.timestamp() if published else 0.0, page.url
