"""Asks the sources that are due, side by side, and commits what they tell.

* outcome   how to pull, and what came of it, as values
* asking    one source from begin to end, in a thread of its own
* pulling   all of them: which are due, how long to wait, what to say
"""

from __future__ import annotations

from .outcome import Outcome, Plan
from .pulling import Pull

__all__ = ["Outcome", "Plan", "Pull"]
