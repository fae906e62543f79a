"""What readers may see: the rules of `content/moderation.toml`, and what they say about an act.

The file is read here, and written for `hide` and `show`. Acts are received ones; whether one is the blogger's own is
for others to know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .meaning import Named, entry_of, meant
from .rules import FIELDS, Rules
from .verdicts import Moderation, Verdict

if TYPE_CHECKING:
    from .changing import Draft, draft

__all__ = ["FIELDS", "Draft", "Moderation", "Named", "Rules", "Verdict", "draft", "entry_of", "meant"]


def __getattr__(name: str) -> object:
    """Builds only read the file: what changes it is loaded by the tasks that do."""
    if name in {"Draft", "draft"}:
        from . import changing  # noqa: PLC0415

        return getattr(changing, name)
    raise AttributeError(name)
