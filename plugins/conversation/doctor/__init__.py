"""What the task `doctor` examines: the configuration, every source for real, and whether acts find their posts.

Nothing that a source tells is kept, neither in the store nor in the cache. A finding that is not well says what to do.

* services   one source: whether it answers, and what came of it
* examining  everything, and how it is printed
"""

from __future__ import annotations

from .examining import Told, examine, show

__all__ = ["Told", "examine", "show"]
