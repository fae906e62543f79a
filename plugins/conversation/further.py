"""The further pages of long conversations: which there are, and none left behind by an earlier build."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from markupsafe import escape
from pelican.contents import Page
from pelican.utils import sanitised_join

from .errors import ConversationError
from .threads import Part, further_path

__all__ = ["Further", "further_pages", "remove_former"]


@dataclasses.dataclass(frozen=True, slots=True)
class Further:
    """A further page: the article or page whose conversation it shows, which part of it, and its file in the output."""

    content: Any
    part: Part
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
            "url": self.part.path,
        }


def further_pages(contents: Iterable[Any]) -> Iterator[Further]:
    """The further pages of all `contents`. Raises ConversationError where one has the file of something else."""
    contents = list(contents)
    taken = {content.save_as for content in contents}
    for content in contents:
        for part in content.conversation.parts[1:]:
            save_as = further_path(content.save_as, part.number)
            if save_as in taken:
                raise ConversationError(
                    f"{save_as} is a page of yours, and also where the long conversation of {content.save_as} goes on: "
                    "give yours another address, or set CONVERSATION_PER_PAGE = 0."
                )
            yield Further(content, part, save_as)


def remove_former(contents: Iterable[Any], output: str) -> None:
    """Removes pages that an earlier build wrote and this one did not: something was deleted, hidden or forgotten."""
    contents = list(contents)
    kept = {content.save_as for content in contents}
    for content in contents:
        ours = f'<aside class="conversation" data-post="{escape(content.conversation.url)}"'
        number = max(1, len(content.conversation.parts))
        while (path := Path(sanitised_join(output, name := further_path(content.save_as, number)))).is_file():
            if name not in kept and ours in path.read_text(encoding="utf-8"):
                path.unlink()
            number += 1
