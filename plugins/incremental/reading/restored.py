"""Contents as they were when they came from their files, made again without Pelican's constructor.

A restored content has everything that Pelican's constructor gave it, but its body and its metadata come when somebody
asks for them: most of both is never read in a build.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from functools import cache
from typing import Any

from pelican import contents

from .kept import KEPT, Kept, Late, as_it_came, body_digest, is_original, kept, raw, set_raw, wake

#: The parts of an address that `Restored` watches.
WATCHED = frozenset({"slug", "lang", "date", "author", "category"})
#: What says which address is made of them, and how.
IN_ADDRESSES = WATCHED | {"settings", "_status", "in_default_lang", "override_url", "override_save_as"}


@cache
def is_watched(address: str) -> bool:
    """Whether an address is made of nothing but what a restored content watches."""
    fields = [field for _, field, _, _ in string.Formatter().parse(address) if field is not None]
    # An attribute or item of a part (date.year) is told by the part; a part of a format's own format is not looked at.
    return "{" not in "".join(spec or "" for _, _, spec, _ in string.Formatter().parse(address)) and all(
        field.partition(".")[0].partition("[")[0] in WATCHED for field in fields
    )


def bare(kind: type[object]) -> object:
    """A content of this kind without any attribute."""
    return object.__new__(kind)


class _Body:
    """The body of a restored content, brought when it is asked for; from then on it is an attribute as any other."""

    def __get__(self, content: Any, _owner: type) -> Any:
        if content is None:
            return self
        known: Kept = content._incremental  # noqa: SLF001
        assert known.late  # noqa: S101 - nothing else is restored
        known.body = raw(content)["_content"] = known.late.load_body(content)
        return known.body


class Restored:
    """Beside one of Pelican's contents: much of it comes late, and what was worked out before is not again."""

    _incremental: Kept
    original: type
    _content = _Body()

    @property
    def __dict__(self) -> dict[str, Any]:
        """All attributes but a body that nobody asked for. Whoever has them may set some unseen."""
        wake(self)
        self._unseen()
        return raw(self)

    @__dict__.setter
    def __dict__(self, attributes: dict[str, Any]) -> None:
        wake(self)
        set_raw(self, attributes)

    def __setattr__(self, name: str, value: object) -> None:
        """Sets an attribute, and notes that."""
        if name == "__class__":
            self._leave_home()
        late = self._late()
        if late and late.set_since is not None and name not in late.set_since:
            late.set_since = (*late.set_since, name)
            if name in IN_ADDRESSES:
                late.address = None
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        """Removes an attribute, and notes that something was."""
        self._unseen()
        super().__delattr__(name)

    def _leave_home(self) -> None:
        """Brings everything: from now on it is an object as any other."""
        wake(self)
        raw(self).setdefault("_content", self._content)
        self._unseen()

    def _unseen(self) -> None:
        """From now on it is not known what was set."""
        late = self._late()
        if late:
            late.set_since = late.address = None

    def _late(self) -> Late | None:
        """What is known; nothing where somebody makes a copy in a way of his own, and has not got so far."""
        known = kept(self)
        return known.late if known else None

    @property
    def metadata(self) -> dict[str, Any]:
        """The metadata, as any other attribute."""
        wake(self)
        try:
            return raw(self)["metadata"]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError("metadata") from None

    @metadata.setter
    def metadata(self, value: dict[str, Any]) -> None:
        wake(self)
        raw(self)["metadata"] = value

    @metadata.deleter
    def metadata(self) -> None:
        wake(self)
        del raw(self)["metadata"]

    def _address(self) -> tuple[str, str] | None:
        """What was worked out of address and place, while that is still true of them."""
        late = self._late()
        if late is None:
            return None
        for of, slug in late.slugs:
            if of._slug != slug:  # noqa: SLF001
                return None
        return late.address

    @property
    def url(self) -> str:
        """The address, as Pelican makes it."""
        known = self._address()
        return known[0] if known else super().url  # type: ignore[misc]

    @property
    def save_as(self) -> str:
        """The place of the page, as Pelican makes it."""
        known = self._address()
        return known[1] if known else super().save_as  # type: ignore[misc]

    def get_relative_source_path(self, source_path: str | None = None) -> str | None:
        """The path of a source below the content's folder; of the content's own without a look at folders."""
        late = self._incremental.late
        if not source_path and late and raw(self)["source_path"] is late.source_path:
            return late.relative_source_path
        return super().get_relative_source_path(source_path)  # type: ignore[misc,no-any-return]

    def get_static_links(self) -> set[str]:
        """The files that the body wants to be published; it need not be loaded for that."""
        known = self._incremental
        if known.late and as_it_came(self, known):
            return set(known.late.static_links)
        return super().get_static_links()  # type: ignore[misc,no-any-return]

    def incremental_body(self) -> str:
        """What stands for the body, which is not brought for it (docs/incremental.md)."""
        return body_digest(self).hex()

    def refresh_metadata_intersite_links(self) -> None:
        """Brings the links in metadata up to date; metadata that hold none need not be brought for it."""
        if not self._has_still_metadata():
            super().refresh_metadata_intersite_links()  # type: ignore[misc]

    def _has_still_metadata(self) -> bool:
        """Whether nobody saw the metadata yet, and no part of them can hold a link."""
        known = self._incremental
        if known.late is None or known.late.metadata is None:
            return False
        own = raw(self)
        formatted = set(known.late.special).intersection(own["settings"]["FORMATTED_FIELDS"])
        if not formatted or formatted != {"summary"}:
            return not formatted and "_summary" not in own
        summary = own.get("_summary")
        # A link is an attribute of HTML.
        return is_original(known, own, "_summary") and type(summary) is str and "=" not in summary

    def __reduce_ex__(self, _protocol: object) -> tuple[object, ...]:
        """Copies and pickles are Pelican's own contents, with their body."""
        wake(self)
        state = {"_content": self._content, **raw(self)}
        del state[KEPT]
        return bare, (self.original,), state


class Article(Restored, contents.Article):
    """An article from the cache."""

    original = contents.Article


class Page(Restored, contents.Page):
    """A page from the cache."""

    original = contents.Page


RESTORED: Mapping[type, type[Restored]] = {contents.Article: Article, contents.Page: Page}
