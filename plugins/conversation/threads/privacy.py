"""How much of an act is shown: all of it, who did it without the words, or only that it was done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import structs

from ..acts import Act, Kind

__all__ = ["DEFAULTS", "LEVELS", "level", "without_words"]

#: From the most open to the most private.
LEVELS = ("full", "name", "count")
#: Where CONVERSATION_PRIVACY says nothing: what is done with a click is a number whose names unfold.
DEFAULTS: Mapping[str, str] = {Kind.LIKE: "name", Kind.REPOST: "name", Kind.BOOKMARK: "name"}


def level(acts: Iterable[Act], privacy: Mapping[str, str]) -> str:
    """How much is shown of an act that is told as `acts`: "full", "name" or "count".

    What `privacy` says of a source goes before what it says of a kind; of several tellings the most private decides.
    """
    most = LEVELS[0]
    for act in acts:
        found = privacy.get(act.source) or privacy.get(act.kind) or DEFAULTS.get(act.kind) or most
        if found != most and LEVELS.index(found) > LEVELS.index(most):
            most = found
    return most


def without_words(act: Act) -> Act:
    """The act without anything that was said with it: who did what, when and where."""
    if not (act.title or act.text or act.html or act.warning or act.rsvp) and act.words is None:
        return act  # as most are of which only the name is shown
    return structs.replace(act, title="", text="", html="", warning="", rsvp="", words=None)
