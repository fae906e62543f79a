"""The further pages of long conversations: which there are, and none left behind by an earlier build."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import escape
from msgspec import Struct
from pelican.contents import Page
from pelican.utils import sanitised_join

from .errors import ConversationError
from .threads import Part, further_path

__all__ = ["Further", "Place", "further_pages", "remove_former"]


class Place(NamedTuple):
    """The file of an article or page, that itself, and how many further pages its conversation takes."""

    save_as: str
    content: Any
    further: int


class Further(Struct, frozen=True):
    """A further page: the article or page whose conversation it shows, which part of it, its address and its file."""

    content: Any
    part: Part
    url: str
    save_as: str

    @property
    def context(self) -> dict[str, Any]:
        """What its template needs beside Pelican's own."""
        name = "page" if isinstance(self.content, Page) else "article"
        return {
            name: self.content,
            "content": self.content,
            "conversation": self.content.conversation,
            "conversation_part": self.part,
            "url": self.url,
        }


def further_pages(places: Sequence[Place]) -> Iterator[Further]:
    """The further pages of these contents. Raises ConversationError where one has the file of something else."""
    taken = {place.save_as for place in places}
    for place, content, further in places:
        for number, part in enumerate(content.conversation.pages if further else (), 1):
            save_as = further_path(place, number)
            if save_as in taken:
                raise ConversationError(
                    f"{save_as} is a page of yours, and also where the long conversation of {place} goes on: "
                    "give yours another address, or set CONVERSATION_PER_PAGE = 0."
                )
            yield Further(content, part, further_path(content.url, number), save_as)


def remove_former(places: Sequence[Place], output: str) -> None:
    """Removes pages that an earlier build wrote and this one did not: something was deleted, hidden or forgotten."""
    kept = {place.save_as for place in places}
    for place, content, further in places:
        number = 1 + further
        while os.path.isfile(f"{output}/{(name := further_path(place, number))}"):  # noqa: PTH113 - ten thousand times
            ours = f'<aside class="conversation" data-post="{escape(content.conversation.url)}"'
            path = Path(sanitised_join(output, name))
            if name not in kept and ours in path.read_text(encoding="utf-8"):
                path.unlink()
            number += 1
