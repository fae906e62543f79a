"""The level of whole contents: nobody else listens while they are read, so they can be restored as they were."""

from __future__ import annotations

import datetime as dt
import marshal
import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pelican.contents import Article, Content, Page
from pelican.generators import ArticlesGenerator

from .cache import ContentCache
from .hearing import Hearing, say_again
from .kept import KEPT, SHARED, Kept, Late, attributes_of, held_in, inside, raw, set_raw, shape, wrappers_in
from .links import links_in, targets_in
from .plain import Part, frozen, pack, parts
from .restored import RESTORED, Restored, is_watched
from .rows import Row, decode, encode
from .sources import Signature, Source, as_bytes, digest, unchanged

#: A content without its body, as plain data: see `WholeCache._remember`.
Meta = tuple[Any, ...]


class Reading(NamedTuple):
    """A content that was just read, and what was noted."""

    content: Content
    source: Source | None
    hearing: Hearing
    why: str | None


def without(attributes: Mapping[str, object], metadata: Mapping[str, object], part: Part) -> tuple[Part, Any]:
    """Metadata as plain data without the objects that are attributes, too; and the places of these, by key."""
    values, objects, places = part
    by_object = {id(value): place for place, value in enumerate(attributes.values())}
    same = {key: by_object[id(value)] for key, value in metadata.items() if id(value) in by_object}
    rest = {key: None if key in same else value for key, value in values.items()}
    return (rest, objects, [(key, place) for key, place in places if key not in same]), tuple(same.items())


class WholeCache(ContentCache):
    """Serves and takes contents where Pelican's own cache would."""

    level = b"whole"

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._last: Reading | None = None
        self._by_time = self.settings.get("DEFAULT_DATE") == "fs"
        self._kind = RESTORED[Article if isinstance(self.generator, ArticlesGenerator) else Page]
        self._formatted = frozenset(self.settings["FORMATTED_FIELDS"])
        self._texts: dict[str, str] = {}
        self._alike: dict[bytes, Any] = {}
        generator = self.generator
        self._read_file: Callable[..., Content] = generator.readers.read_file
        generator.readers.read_file = self._listen
        generator.readers.get_cached_data = self._note
        generator.readers.cache_data = lambda _path, _data: None
        generator.get_cached_data = self._serve
        generator.cache_data = self._take

    # --- What Pelican asks -------------------------------------------------------------------------------------------

    def _serve(self, path: str, default: object = None) -> object:
        """A content from the cache, as Pelican asks for it before it reads a file."""
        name = self._name(path)
        if self._told and (told := self._told.pop(os.path.join(self._base, name), None)):
            return self._from_child(name, told) or default
        row = self._kept.get(name)
        if row is None or not self._current(name, row, os.path.join(self._base, path), exactly=self._by_time):
            return default
        try:
            content = self._restore(name, row)
        except ValueError as error:
            self._because(f"what is kept of it cannot be used: {error}", name)
            return default
        if content is None:
            return default
        self._used.add(name)
        self.reused += 1
        return content

    def _listen(self, base_path: str, path: str, *how: Any, **named: Any) -> Content:
        """Let Pelican read a file, and note what happens."""
        there = os.path.abspath(os.path.join(base_path, path))
        source, why = self._source(there)
        with self._ear.listening() as hearing:
            content = self._read_file(base_path, path, *how, **named)
        self._last = Reading(content, source, hearing, why)
        return content

    def _note(self, path: str, default: object = None) -> object:
        """Pelican is about to parse a file, and asks its readers' cache."""
        self.read.append(self._name(path))
        return default

    def _take(self, path: str, content: Content) -> None:
        """A content that was read and found valid, as Pelican gives it to its cache."""
        last, self._last = self._last, None
        name, there = self._name(path), os.path.join(self._base, path)
        if last is None or last.content is not content or type(content) not in RESTORED:
            return
        try:
            meta = self._remember(content, last)
        except ValueError as error:
            self._because(f"it holds what cannot be kept: {error}", name)
            return
        if why := last.why or self._why_not_kept(content, last.hearing):
            self._because(why, name)
        elif last.source:
            self._keep(name, last.source, self._shared(meta), content._content, path=there)  # noqa: SLF001

    # --- Children ----------------------------------------------------------------------------------------------------

    def _read_in_child(self, path: str) -> bytes | None:
        """Read a file as Pelican would in the parent: where nobody listens, a child can do all of it."""
        content = self._listen(
            self._base, self._name(path), content_class=self._kind.original, context=self.generator.context
        )
        last = self._last
        if last is None or last.source is None or type(content) not in RESTORED or not content.is_valid():
            return None
        meta = self._remember(content, last)
        if last.why or self._why_not_kept(content, last.hearing):
            return None
        source = last.source
        return encode((tuple(source.signature), source.digest, source.seen, meta, content._content))  # noqa: SLF001

    def _from_child(self, name: str, told: bytes) -> Restored | None:
        """A content that a child read, unless its file has changed since."""
        signature, of_the_file, seen, meta, body = decode(told)
        source, path = Source(Signature(*signature), of_the_file, seen), os.path.join(self._base, name)
        if not unchanged(path, source):
            return None
        content = self._restore(name, Row(source.signature, of_the_file, meta))
        if content is not None:
            raw(content)["_content"] = content._incremental.body = body  # noqa: SLF001
            self.read.append(name)
            self._keep(name, source, self._shared(meta), body, path=path)
        return content

    # --- Keeping -----------------------------------------------------------------------------------------------------

    def _why_not_kept(self, content: Content, hearing: Hearing) -> str | None:
        if hearing.said() is None:
            return "reading it met an error"
        if hearing.today:
            return "what its date leaves out is taken from today"
        dated = "date" in content.metadata
        return "its date lies in the future" if self._lies_ahead(vars(content), dated=dated) else None

    def _lies_ahead(self, attributes: Mapping[str, Any], *, dated: bool) -> bool:
        """Whether Pelican makes it a draft until its time has come; `dated` says that its metadata name a date."""
        if self.settings["WITH_FUTURE_DATES"] or not dated:
            return False
        date = attributes["date"]
        return bool(date > dt.datetime.now(dt.UTC if date.tzinfo else None))

    def _remember(self, content: Content, last: Reading) -> Meta:
        """All of a content but its body, as plain data; and let `content` know how it came. Raises NotPlainError."""
        attributes = attributes_of(content)
        shown = {key: None if key in SHARED or key == "metadata" else value for key, value in attributes.items()}
        packed = pack([shown, content.metadata], self.settings)
        body = digest(as_bytes(content._content))  # noqa: SLF001
        # marshal's second version writes equal values as equal bytes; the others tell which are one object.
        whole = digest(body + marshal.dumps(tuple(packed), 2))
        links = links_in(content)
        targets = targets_in(content.relative_source_path, links)
        values, held, text = tuple(attributes.values()), held_in(attributes), content._content  # noqa: SLF001
        came = wrappers_in(attributes)
        vars(content)[KEPT] = Kept(whole, shape(tuple(attributes)), values, held, body, links, targets, text, came)
        wanted = any(what in {"static", "attach"} for what, _ in links)
        static, address = tuple(content.get_static_links()) if wanted else (), self._address(content)
        own, metadata = parts(packed)
        places = tuple((place, tuple(attributes)[place]) for place, _ in held if values[place] is not content.metadata)
        heard = last.hearing.said(), self._heard
        late = static, address, self._special(content), marshal.dumps(without(attributes, content.metadata, metadata))
        return (
            tuple(own[0]),
            tuple(own[0].values()),
            own[1],
            own[2],
            places,
            whole,
            body,
            (links, targets),
            late,
            *heard,
        )

    def _shared(self, meta: Meta) -> Meta:
        """The same, with one object for what many contents have in common, and nothing that can be changed."""
        keys, values, objects, places, held, whole, body, links, late, said, heard = meta
        static, address, special, metadata = late
        return (
            shape(tuple(keys)).keys,
            tuple([self._texts.setdefault(one, one) if type(one) is str else one for one in values]),
            tuple([self._one(frozen(told)) for told in objects]),
            self._one(tuple(places)),
            self._one(held),
            whole,
            body,
            links,
            (self._one(static), address, self._one(special), self._one(metadata)),
            said,
            heard,
        )

    def _one(self, plain: Any) -> Any:
        """The first of those that are alike to the byte: equal ones may be of other types."""
        return self._alike.setdefault(marshal.dumps(plain, 2), plain)

    def _special(self, content: Content) -> tuple[str, ...]:
        """The names among the metadata that are asked for in each build."""
        return tuple(sorted(content.metadata.keys() & {"date", "translation", *self._formatted}))

    def _address(self, content: Content) -> tuple[str, str] | None:
        """Address and place of a content, if all that they are made of is watched."""
        if any(hasattr(content, f"override_{key}") for key in ("url", "save_as")) or not hasattr(content, "date"):
            return None
        kind = {"Article": "article", "Page": "page"}[type(content).__name__]
        if content.status == "draft":
            kind = "draft" if kind == "article" else "draft_page"
        language = "" if content.in_default_lang else "lang_"
        for key in ("url", "save_as"):
            if not is_watched(str(self.settings[f"{kind}_{language}{key}".upper()])):
                return None
        return content.url, content.save_as

    # --- Restoring ---------------------------------------------------------------------------------------------------

    def _restore(self, name: str, row: Row) -> Restored | None:
        """A content as it was. None if it would not be the same today. Raises ValueError for a damaged row."""
        keys, values, objects, places, held, whole, body, (links, targets), late, said, heard = row.meta
        if self._heard and not heard:
            return None
        made: list[Any] = []
        self._unpacker.make(objects, made)
        attributes = dict(zip(keys, values, strict=True))
        for key, place in places:
            attributes[key] = made[place]
        static, address, special, metadata = late
        if self._lies_ahead(attributes, dated="date" in special):
            return None
        attributes["settings"] = self.settings
        attributes["_context"] = self.generator.context
        attributes["translations"] = []
        attributes[KEPT] = Kept(
            whole,
            shape(keys),
            tuple(attributes.values()),
            tuple([(place, tuple(inside(attributes[key]))) for place, key in held]),
            body,
            links,
            targets,
            None,
            (),
            Late(
                self._body,
                self._metadata,
                name,
                attributes["source_path"],
                attributes["relative_source_path"],
                static,
                address,
                tuple([(of, of._slug) for of in map(attributes.get, ("author", "category")) if of]),  # noqa: SLF001
                metadata,
                made,
                objects,
                special,
            ),
        )
        content = self._kind.__new__(self._kind)
        set_raw(content, attributes)
        if said:
            say_again(said)
        return content

    def _metadata(self, known: Kept, late: Late) -> dict[str, Any]:
        """The metadata of a restored content; most of them are its attributes, as these came."""
        rest, same = marshal.loads(late.metadata or b"")  # noqa: S302 - runs no code
        metadata = self._unpacker.part(rest, late.made)
        metadata.update((key, known.values[place]) for key, place in same)
        return metadata

    def _body(self, content: Restored) -> str:
        """The body of a restored content; should the file have lost it, the source is read again."""
        kept = content._incremental  # noqa: SLF001
        name = kept.late.name if kept.late else ""
        text = self._rows.body(name)
        if text is not None and digest(text) == kept.body_digest:
            return text.decode("utf-8", "surrogatepass")
        self._rows.distrust()
        again = self._read_file(
            self._base,
            name,
            content_class=content.original,
            context=self.generator.context,
        )
        return str(again._content)  # noqa: SLF001
