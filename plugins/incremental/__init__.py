"""Builds of a Pelican site that read and write only what changed, and leave the same bytes as a build of everything.

A Pelican plugin for any site: `PLUGINS = [..., "incremental"]`. What it cannot be sure of, it renders.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from pelican.plugins import signals

if TYPE_CHECKING:
    from pelican import Pelican

__all__ = ["register"]

logger = logging.getLogger(__name__)


def register() -> None:
    """Connects the plugin to Pelican; called once by Pelican itself."""
    signals.initialized.connect(_begin)


def _begin(pelican: Pelican) -> None:
    if not pelican.settings.get("INCREMENTAL", True):
        return
    from .session import Session  # noqa: PLC0415 - a Pelican that only serves needs none of it
    from .settings import SettingsError  # noqa: PLC0415 - likewise

    try:
        pelican.incremental = Session(pelican)
    except SettingsError as error:
        logger.critical("%s", error)
        raise SystemExit(1) from None
