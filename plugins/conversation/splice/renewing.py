"""A page of the built site with what is new on it. Pure, but for the templates."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import structs

from .cutting import spliced
from .errors import NotSplicable
from .living import ANYTHING
from .places import Noted
from .staging import Stage

__all__ = ["renewed"]


def renewed(noted: Noted, page: str, news: Collection[str], stage: Stage) -> tuple[Noted, str]:
    """What is noted of a page, and its text, once `news` (names of living things) are shown on it.

    Raises NotSplicable where more of the page than our templates may depend on what is new.
    """
    for name, question, arguments, answer in noted.asked:
        if name in news and (answer == ANYTHING or stage.answer(name, question, arguments) != answer):
            raise NotSplicable(f"the layout of {noted.file} goes by {question} of a conversation")
    parts, texts = [], []
    for part in noted.parts:
        text = None
        if not part.reads.isdisjoint(news):
            text, reads = stage.rendered(part.template, part.given)
            part = structs.replace(part, reads=reads)  # noqa: PLW2901 - the same part
        parts.append(part)
        texts.append(text)
    made, cuts = spliced(page, [part.cut for part in parts], texts)
    parts = [structs.replace(part, cut=cut) for part, cut in zip(parts, cuts, strict=True)]
    return structs.replace(noted, parts=tuple(parts)), made
