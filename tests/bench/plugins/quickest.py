"""The quickest honest way to show interactions with Pelican: what somebody writes on one evening, as the baseline.

It reads one JSON file, by the path of the post, and gives each article its list; the theme does the rest. No store, no
moderation, nothing is asked, cleaned or matched.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from pelican import signals

if TYPE_CHECKING:
    from pelican.generators import ArticlesGenerator


def _hand_out(generator: ArticlesGenerator) -> None:
    found = json.loads(Path(generator.settings["INTERACTIONS"]).read_text("utf-8"))
    for article in generator.articles:
        article.interactions = found.get(f"/{article.url}", [])


def register() -> None:
    """Called by Pelican."""
    signals.article_generator_finalized.connect(_hand_out)
