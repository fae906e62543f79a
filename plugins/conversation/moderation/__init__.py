"""What readers may see: the rules of `content/moderation.toml`, and what they say about an act.

The file is read here, and written for `hide` and `show`. Acts are received ones; whether one is the blogger's own is
for others to know.
"""

from .changing import Draft, draft
from .meaning import Named, entry_of, meant
from .rules import FIELDS, Rules
from .verdicts import Moderation, Verdict

__all__ = ["FIELDS", "Draft", "Moderation", "Named", "Rules", "Verdict", "draft", "entry_of", "meant"]
