"""The variables of a template as plain data, which can be kept and given to it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup
from pelican.contents import Content

from .living import Living

__all__ = ["NotPlain", "from_plain", "to_plain"]


class NotPlain(Exception):
    """A value that is not plain; the message has its type."""


def to_plain(value: object) -> Any:  # noqa: ANN401 - JSON
    """A value as JSON: texts, numbers, lists of such, and names of living things and of contents. Raises NotPlain."""
    if value is None or type(value) in {bool, int, float, str}:
        return value
    if isinstance(value, Markup):
        return {"markup": str(value)}
    if isinstance(value, Living):
        return {"living": value.name, "part": value.part}
    if isinstance(value, Content) and isinstance(talk := getattr(value, "conversation", None), Living):
        return {"content": talk.name}
    if type(value) in {list, tuple}:
        return {type(value).__name__: [to_plain(one) for one in value]}  # type: ignore[attr-defined]
    raise NotPlain(type(value).__name__)


def from_plain(plain: Any, living: Callable[[str, int], object], content: Callable[[str], object]) -> object:  # noqa: ANN401 - JSON
    """The value that `to_plain` made plain; living things and contents are looked up by their names."""
    if not isinstance(plain, dict):
        return plain
    if "markup" in plain:
        return Markup(plain["markup"])  # noqa: S704 - it was Markup before
    if "living" in plain:
        return living(plain["living"], plain["part"])
    if "content" in plain:
        return content(plain["content"])
    ((kind, values),) = plain.items()
    found = [from_plain(one, living, content) for one in values]
    return tuple(found) if kind == "tuple" else found
