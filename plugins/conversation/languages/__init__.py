"""What readers read, in their language: sentences, numbers, dates and lists.

`words` is one language; `finding` knows which languages there are and reads their catalogues; `speaking` teaches
Jinja's templates to speak the language of the page that they are part of.
"""

from __future__ import annotations

from .finding import Languages
from .speaking import pure, speak, speaks
from .words import ENGLISH, Words

__all__ = ["ENGLISH", "Languages", "Words", "pure", "speak", "speaks"]
