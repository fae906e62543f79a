"""What Pelican asks its writer for: a page, or the pages of a list. Whether they are rendered is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct
from pelican.paginator import Paginator
from pelican.utils import get_relative_path, path_to_url

__all__ = ["Call"]

#: What Pelican gives to each page of a list beside the list itself (Writer.write_file).
_PARTS = ("paginator", "page", "previous_page", "next_page")
#: What it may paginate where it is not told.
_LISTS = ("articles", "dates")


class Call(Struct, dict=True):
    """One call of `Writer.write_file`, with its parameters' names and meaning."""

    name: str
    template: Any
    context: dict[str, Any]
    relative_urls: bool
    paginated: Mapping[str, Any] | None
    template_name: str | None
    override_output: bool
    url: str | None
    kwargs: Mapping[str, Any]

    @property
    def relative(self) -> str:
        """The site's address as seen from the page, where addresses are relative; else ""."""
        return path_to_url(get_relative_path(self.name)) if self.relative_urls else ""

    @property
    def own(self) -> dict[str, Any]:
        """The variables that the page has beside the context's, as Pelican gives them to it."""
        if not self.relative_urls:
            return {"localsiteurl": self.context.get("localsiteurl"), "output_file": self.name, **self.kwargs}
        relative = self.relative
        return {"SITEURL": relative, "localsiteurl": relative, "output_file": self.name, **self.kwargs}

    @cached_property
    def lists(self) -> Mapping[str, Any]:
        """What is paginated: lists by the name that templates know them by."""
        if self.paginated is not None:
            return self.paginated
        return {name: value for name, value in self.kwargs.items() if name in _LISTS}

    @cached_property
    def own_names(self) -> frozenset[str]:
        """The names of all variables that any page of this call has beside the context's."""
        parts = (f"{name}_{part}" for name in self.lists for part in _PARTS)
        return frozenset((*parts, *self.kwargs, "SITEURL", "localsiteurl", "output_file"))

    def pages(self, settings: Mapping[str, Any]) -> Iterable[str]:
        """The names of the files that this makes."""
        patterns = settings["PAGINATED_TEMPLATES"]
        if not self.lists or self.template_name not in patterns:
            return [self.name]
        per_page = patterns[self.template_name] or settings["DEFAULT_PAGINATION"]
        made = [Paginator(self.name, self.url, one, settings, per_page) for one in self.lists.values()]
        return [made[-1].page(number + 1).save_as for number in range(made[0].num_pages)]

    def is_list(self, settings: Mapping[str, Any]) -> bool:
        """Whether it may become several pages."""
        return self.template_name in settings["PAGINATED_TEMPLATES"] and bool(self.lists)
