"""The Nu HTML checker, for tests: what it says against the pages of a built site."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from blog import ROOT

__all__ = ["complaints"]

VNU = ROOT / "tests" / "tools" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"


def complaints(site: Path) -> list[tuple[str, str, str]]:
    """Errors and warnings on any page: the page, what is wrong, and where; skips where the checker is missing."""
    if shutil.which("java") is None or not VNU.is_file():
        pytest.skip("needs Java and vnu-jar (npm ci --prefix tests/tools)")
    done = subprocess.run(
        ["java", "-Xss8m", "-jar", str(VNU), "--format", "json", "--skip-non-html", str(site)],
        capture_output=True,
        text=True,
        check=False,
    )
    messages = json.loads(done.stderr)["messages"]
    serious = [one for one in messages if one["type"] != "info" or one.get("subType") == "warning"]
    # Void elements are closed by Pelican's Markdown; harmless, and not ours.
    serious = [one for one in serious if "Trailing slash on void elements" not in one["message"]]
    return [(Path(one["url"]).name, one["message"], one.get("extract", "")) for one in serious]
