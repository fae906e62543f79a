"""Asks the sources that are due, side by side, and commits what they tell.

* outcome   how to pull, and what came of it, as values
* job       a source that is asked about some posts
* shares    how many requests each source may make
* asking    one source from begin to end, in a thread of its own
* pulling   all of them: which are due, how long to wait, what to say
"""

from __future__ import annotations

from .outcome import Outcome, Plan, Standing, blame
from .pulling import Pull

__all__ = ["Outcome", "Plan", "Pull", "Standing", "blame"]
