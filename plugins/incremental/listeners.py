"""Who else listens to Pelican's signals: what is skipped, they would miss."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator

from blinker import Signal

__all__ = ["others"]


def others(*signals: Signal, known: Iterable[str] = ()) -> list[str]:
    """The modules that listen to any of these signals: neither this plugin's nor, by name, the `known` ones."""
    ours = (__package__ or "").split(".")
    harmless = {".".join(ours), *known}
    found = {module for signal in signals for module in _modules(signal)}
    return sorted(module for module in found if not any(_is_in(module, package) for package in harmless))


def _modules(signal: Signal) -> Iterator[str]:
    for kept in list(signal.receivers.values()):
        receiver = kept() if isinstance(kept, weakref.ref) else kept
        if receiver is not None:
            yield str(getattr(receiver, "__module__", "") or type(receiver).__module__)


def _is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")
