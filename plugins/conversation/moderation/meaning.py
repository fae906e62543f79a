"""What somebody means who types an address, a handle or a host after `hide` or `show`: the store knows most of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from msgspec import Struct

from ..acts import Act
from ..addresses import is_web, key, split
from ..errors import ConversationError
from ..identities import names_of
from .names import Names
from .rules import FIELDS, MEANT, NAMES

__all__ = ["Named", "entry_of", "meant"]

#: The first words of the message where nobody can tell what is meant.
_SINGLE = {"acts": "an act", "authors": "an author", "domains": "a domain", "words": "a word"}


class Named(Struct, frozen=True):
    """What is to be hidden or shown: an entry of the list `field`, and all `names` that the same thing goes by."""

    field: str
    entry: str
    names: frozenset[str]


def meant(what: str, acts: Sequence[Act], field: str = "") -> Named:
    """What `what` names among `acts` (all that was received): `field` says it, or it is found out.

    Raises ConversationError, saying how to be explicit, where it names nothing or several things.
    """
    what = what.strip()
    if not field:
        field = _field(what, acts)
    names = frozenset(NAMES[field](what))
    if not names or any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in what):
        raise ConversationError(f"{what!r} cannot stand among the {field}: {MEANT[field]}.")
    return Named(field, what, names | _also(field, names, acts))


def entry_of(act: Act, shared: Mapping[str, int]) -> str:
    """What to write to name this very act: its permalink, or source:id where other acts have the same one.

    `shared` counts the acts by their permalink, in the spelling of `addresses.key`.
    """
    return act.url if is_web(act.url) and shared.get(key(act.url), 0) <= 1 else f"{act.source}:{act.id}"


def _field(what: str, acts: Sequence[Act]) -> str:
    """The list that `what` belongs into."""
    called = frozenset(NAMES["acts"](what))
    looks = Names([what])
    if called and any(not called.isdisjoint(looks.of_act(act)) for act in acts):
        return "acts"
    people, places = names_of(what), frozenset(NAMES["domains"](what))
    names = Names()
    known = [act for act in acts if not people.isdisjoint(names.of_author(act))] if people else []
    if is_web(what):
        if known:
            return "authors"
        raise _unknown(what, "authors", "domains" if places else "acts")
    if people and ("@" in what or what.startswith("did:")):
        return "authors"
    if places and "." in what and "/" not in what:
        if known and not any(places & names.of_place(act) for act in acts):
            raise _unknown(what, "authors", "domains", why="is the handle of somebody, and may be a domain too")
        return "domains"
    raise _unknown(what, "words", *(["authors"] if people else []))


def _also(field: str, names: frozenset[str], acts: Sequence[Act]) -> frozenset[str]:
    """By what else the store knows the same acts or people: an entry under such a name is about them too."""
    looks = Names([act.url for act in acts] if field == "acts" else ())
    look = {"acts": looks.of_act, "authors": looks.of_author}.get(field)
    if look is None:
        return frozenset()
    return frozenset().union(*(each for act in acts if not names.isdisjoint(each := look(act))))


def _unknown(what: str, *fields: str, why: str = "") -> ConversationError:
    why = why or (
        "is no act and nobody's profile in the store" if split(what) and is_web(what) else "may mean anything"
    )
    ways = [f"--as {field} if it is {_SINGLE[field]}" for field in FIELDS if field in fields and field != "words"]
    ways += ["--word if it is a word"] if "words" in fields else []
    return ConversationError(f"{what} {why}: say {', or '.join(ways)}.")
