"""What the cache knows of a content, in one private attribute of it; and what became of the content since.

Whoever wants to know what plugins did to ten thousand contents must not look at each attribute of each: so what a
content came with is kept as one tuple, in the order of its attributes, and compared by identity at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from operator import is_
from typing import Any

from msgspec import Struct
from pelican import contents

from .plain import OF_A_WRAPPER, WRAPPER, WRAPPERS
from .sources import as_bytes, digest

KEPT = "_incremental"
#: What belongs to the build and not to the content.
SHARED = frozenset({"settings", "_context", "translations"})

#: So many attributes a tag has at least.
OWN = 4

Links = tuple[tuple[str, str], ...]
#: A tag, category or author, with its name and slug.
Wrapper = tuple[contents.URLWrapper, str, str]
#: Of each link to a source of the site: what kind it is, and under which keys and paths Pelican looks for it.
Targets = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]

#: The attributes of a content as they are in memory: `vars` would bring those that come late.
_attributes = vars(contents.Content)["__dict__"]
raw: Callable[[contents.Content], dict[str, Any]] = _attributes.__get__
set_raw: Callable[[contents.Content, dict[str, Any]], None] = _attributes.__set__


class Shape:
    """What contents with the same attributes have in common; `keys` are the names of these."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self.keys = keys
        #: Those of a restored content, until somebody sets another.
        self.all = (*keys, KEPT)
        self.places = {name: place for place, name in enumerate(keys)}


@cache
def shape(keys: tuple[str, ...]) -> Shape:
    """The shape of contents with these attributes; most contents of a site have the same."""
    return Shape(keys)


class Origin(Struct, frozen=True, dict=True):
    """How a content was when it came from its file."""

    #: Of all its attributes and its body.
    digest: bytes
    #: Its attributes, without the body and what belongs to the build: the objects themselves, to see by identity
    #: what was set since. Those that were changed in place since are not among them.
    attributes: Mapping[str, object]


class Kept(Struct):
    """What the cache knows of a content."""

    digest: bytes
    shape: Shape
    values: tuple[object, ...]
    #: What the lists and dictionaries among the values held, by the place of the value.
    held: tuple[tuple[int, tuple[object, ...]], ...]
    body_digest: bytes
    #: None where nobody looked yet.
    links: Links | None
    targets: Targets | None
    #: The body as it came from the file, once it is in memory.
    body: str | None
    #: The tags, category and authors of a content that was just read, with their names and slugs.
    wrappers: tuple[Wrapper, ...] = ()
    late: Late | None = None

    def __reduce__(self) -> tuple[object, ...]:
        """A pickle of a content goes without this."""
        return type(None), ()


class Late(Struct):
    """What a restored content need not work out, and what comes when somebody asks for it."""

    load_body: Callable[[contents.Content], str]
    load_metadata: Callable[[Kept, Late], dict[str, Any]]
    name: str
    source_path: str
    relative_source_path: str
    static_links: tuple[str, ...]
    #: Address and place; None where they are not cached, and once something was set that they are made of.
    address: tuple[str, str] | None
    #: Those of whose slugs the address is made, and their slugs.
    slugs: tuple[tuple[contents.URLWrapper, str], ...]
    #: The metadata as they are kept; None once somebody has seen or set them.
    metadata: bytes | None
    #: What attributes and metadata are made of, and how that is kept (`plain.pack`).
    made: list[Any]
    told: tuple[tuple[Any, ...], ...]
    #: The names among the metadata that Pelican asks for in each build.
    special: tuple[str, ...]
    #: Names of attributes that somebody set; None once attributes may have been set unseen.
    set_since: tuple[str, ...] | None = ()


def kept(content: contents.Content) -> Kept | None:
    """What the cache knows of this content."""
    found = raw(content).get(KEPT)
    return found if isinstance(found, Kept) else None


def wake(content: contents.Content) -> None:
    """Brings the metadata that were not asked for yet."""
    known = kept(content)
    if known is None or known.late is None or known.late.metadata is None:
        return
    metadata = known.late.load_metadata(known, known.late)
    known.late.metadata = None
    raw(content)["metadata"] = metadata
    place = known.shape.places["metadata"]
    known.values = (*known.values[:place], metadata, *known.values[place + 1 :])
    known.held = (*known.held, (place, tuple(inside(metadata))))


def lacks(content: contents.Content, name: str) -> bool:
    """Whether the metadata are known to lack one of those names that are told beside them (`Late.special`)."""
    known = kept(content)
    late = known.late if known else None
    return late is not None and late.metadata is not None and name not in late.special


def additions(content: contents.Content, known: Kept) -> tuple[str, ...] | None:
    """The names of attributes that somebody set, where that is all that changed since the content came.

    None where more may have.
    """
    own = raw(content)
    if known.late and known.late.set_since is not None:
        names = tuple(name for name in known.late.set_since if name in own and not is_original(known, own, name))
    else:
        names, size = tuple(own), len(known.shape.all)
        if names[:size] != known.shape.all or not all(map(is_, own.values(), known.values)):
            return None
        names = names[size:]
    if own["translations"]:
        names += ("translations",)
    return None if changed_inside(known) else names


def is_original(known: Kept, own: Mapping[str, Any], name: str) -> bool:
    """Whether an attribute is what the content came with."""
    place = known.shape.places.get(name)
    return place is not None and own.get(name) is known.values[place]


def changed_inside(known: Kept) -> set[int]:
    """The places of values that were changed since, though they are the same objects."""
    values = known.values
    places = {place for place, held in known.held if not same(inside(values[place]), held)}
    if altered := set(altered_of(known)):
        places |= {place for place, value in enumerate(values) if altered & {id(value), *map(id, inside(value))}}
    return places


def altered_of(known: Kept) -> Iterator[int]:
    """The identities of the tags, category and authors that were renamed since, or have what they did not come with."""
    for wrapper, name, slug in known.wrappers if known.late is None else wrappers_of(known.late):
        own = vars(wrapper)
        if own["_name"] is not name or own["_slug"] is not slug or (len(own) > OWN and not own.keys() <= OF_A_WRAPPER):
            yield id(wrapper)


def wrappers_of(late: Late) -> list[Wrapper]:
    """The tags, category and authors that a restored content came with, with their names and slugs."""
    pairs = zip(late.told, late.made, strict=False)  # metadata may be made of more
    return [(one, told[2], told[3]) for told, one in pairs if told[0] == WRAPPER]


def wrappers_in(attributes: Mapping[str, object]) -> tuple[Wrapper, ...]:
    """The tags, category and authors among attributes, with their names and slugs: `Kept.wrappers`."""
    single: list[Any] = [one for value in attributes.values() for one in (value if type(value) is list else (value,))]
    return tuple((one, one._name, one._slug) for one in single if type(one) in WRAPPERS)  # noqa: SLF001


def same(some: Collection[object], others: Collection[object]) -> bool:
    """Whether both hold the same objects."""
    return len(some) == len(others) and all(map(is_, some, others))


def as_it_came(content: contents.Content, known: Kept) -> bool:
    """Whether the body is (or would be, once it is loaded) the one from the file."""
    return raw(content).get("_content", known.body) is known.body


def origin_of(content: contents.Content) -> Origin | None:
    """How the content was when it came from its file; None if this cache did not see it, or could not tell."""
    wake(content)
    known = kept(content)
    if known is None or not known.digest:
        return None
    without = SHARED.union(known.shape.keys[place] for place in changed_inside(known))
    came = zip(known.shape.keys, known.values, strict=True)
    return Origin(known.digest, {key: value for key, value in came if key not in without})


def inside(value: object) -> Collection[object]:
    """What a list or dictionary holds, to see whether that changes; nothing for what cannot be changed in place."""
    if type(value) is dict:
        return (*value, *value.values())
    return value if type(value) is list else ()


def held_in(attributes: Mapping[str, object]) -> tuple[tuple[int, tuple[object, ...]], ...]:
    """What can be changed in place among attributes, as it is now: `Kept.held`."""
    return tuple(
        (place, tuple(inside(value)))
        for place, (key, value) in enumerate(attributes.items())
        if type(value) in {dict, list} and key not in SHARED
    )


def body_digest(content: contents.Content) -> bytes:
    """A digest of the body, which is not loaded for it."""
    known = kept(content)
    if known and as_it_came(content, known):
        return known.body_digest
    return digest(as_bytes(content._content or ""))  # noqa: SLF001


def attributes_of(content: contents.Content) -> dict[str, object]:
    """All attributes but the body."""
    return {key: value for key, value in vars(content).items() if key not in {"_content", KEPT}}
