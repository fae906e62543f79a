"""Brings a built site up to date without Pelican: what its pages say of conversations is made anew, the rest stays.

While a build renders pages it is noted (`Notebook`) where in each file one of the plugin's templates stands, which
variables that was given, and which conversations it read; and what anything else on the page asked of conversations.
Later those templates can be rendered again by themselves (`Stage`) and put in the place of what they made before
(`renewed`), in the files that show something that has changed (`Places`). Where that would not be exact, somebody is
told so (`NotSplicable`), and a build does it.

* living    what templates are given of conversations while it is noted who asks for what
* plain     the variables of a template as plain data
* templates what the plugin's templates are made from
* watching  templates that somebody watches
* noting    what is noted while pages are rendered
* places    what was noted, from build to build
* cutting   replaces parts of a page
* staging   renders a template again, as it was on its page
* renewing  a page with what is new on it
"""

from __future__ import annotations

from .cutting import Cut, spliced
from .errors import NotSplicable
from .living import LASTING, Living
from .noting import Notebook
from .places import Noted, Part, Places, notes_of, places_of
from .plain import NotPlain
from .renewing import renewed
from .staging import Stage, StandIn, compiled_of, keep_compiled
from .templates import LANGUAGE, Inputs, Texts, given_to
from .watching import Render, watch

__all__ = [
    "LANGUAGE",
    "LASTING",
    "Cut",
    "Inputs",
    "Living",
    "NotPlain",
    "NotSplicable",
    "Notebook",
    "Noted",
    "Part",
    "Places",
    "Render",
    "Stage",
    "StandIn",
    "Texts",
    "compiled_of",
    "given_to",
    "keep_compiled",
    "notes_of",
    "places_of",
    "renewed",
    "spliced",
    "watch",
]
