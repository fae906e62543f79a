"""What readers may see: the rules of `content/moderation.toml`, and what they say about an act.

The file is only read here. Acts are received ones; whether one is the blogger's own is for others to know.
"""

from .rules import Rules
from .verdicts import Moderation, Verdict

__all__ = ["Moderation", "Rules", "Verdict"]
