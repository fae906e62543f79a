"""What the benchmark ran on, as far as it matters for the figures: no name of the machine, no path."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
from pathlib import Path

from .processes import CORES

__all__ = ["described"]

PACKAGES = ("pelican", "Markdown", "Jinja2", "Pygments")


def described() -> list[str]:
    """The machine and the versions, a line each."""
    there = os.cpu_count() or 1
    used = f"{min(CORES, there)} of {there} cores" if hasattr(os, "sched_setaffinity") else f"{there} cores"
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    return [
        f"{used}, {_processor()}, {_memory() / 2**30:.0f} GiB of memory",
        f"{platform.system()}, Python {platform.python_version()}, {versions}",
    ]


def _processor() -> str:
    """What the processor calls itself."""
    told = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*: (.+)$", told.read_text("utf-8"), re.MULTILINE) if told.is_file() else None
    return found[1].strip() if found else platform.processor() or platform.machine()


def _memory() -> int:
    """Bytes of memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
