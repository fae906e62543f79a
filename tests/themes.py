"""Themes that know nothing of conversations, for tests: two of Pelican's own, the others from PyPI."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pelican

__all__ = ["THEMES"]

PACKAGES = Path(pelican.__file__).parent.parent

#: By name, the settings with which a blog takes the theme, and what it cannot do without.
THEMES: Mapping[str, Mapping[str, Any]] = {
    "simple": {"THEME": "simple"},
    "notmyidea": {"THEME": "notmyidea"},
    "reflex": {
        "THEME": str(PACKAGES / "pelican" / "themes" / "reflex"),
        "THEME_COLOR_AUTO_DETECT_BROWSER_PREFERENCE": True,
        "CC_LICENSE": {"name": "Creative Commons Attribution", "version": "4.0", "slug": "by", "icon": False},
    },
    "engineering": {"THEME": str(PACKAGES / "pelican_engineering_theme" / "theme")},
    "seafoam": {
        "THEME": str(PACKAGES / "pelican" / "plugins" / "seafoam"),
        "PLUGINS": ["pelican.plugins.jinja_filters", "pelican.plugins.seafoam", "conversation"],
    },
}
