"""A real browser for tests: Debian's Chromium, driven by Playwright.

`visit` opens a page of a built site as its readers get it, from its own https address, and keeps what a page that
minds its own business never does: speak on the console, open a dialog, ask another host.
"""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests; skips where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("needs Chromium (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@dataclasses.dataclass(frozen=True)
class Site:
    """A built site and the address under which it lives: "https://e.example" without a final slash."""

    folder: Path
    address: str


@dataclasses.dataclass(frozen=True)
class Visit:
    """An open page; what it `said` (console, errors, dialogs, files that are not there) and whom else it `asked`."""

    page: Page
    site: Site
    said: list[str] = dataclasses.field(default_factory=list)
    asked: list[str] = dataclasses.field(default_factory=list)

    def go(self, path: str) -> Visit:
        """Opens another page of the site; what was said and asked is forgotten."""
        self.said.clear()
        self.asked.clear()
        self.page.goto(f"{self.site.address}/{path}")
        return self

    def unfold(self) -> Visit:
        """Opens all that is folded."""
        self.page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        return self

    def shape(self, width: int, scheme: str = "light") -> Visit:
        """Makes the window so wide, and light or dark."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        return self

    def wide(self) -> int:
        """How many pixels what is on the page stands out of it: 0 where nothing overflows."""
        root = "document.documentElement"
        width: int = self.page.evaluate(f"{root}.scrollWidth - Math.round({root}.getBoundingClientRect().width)")
        return width


@contextlib.contextmanager
def visit(
    browser: Browser,
    site: Site,
    path: str = "",
    width: int = 1280,
    *,
    styled: bool = True,
    **options: Any,  # noqa: ANN401 - Playwright's
) -> Iterator[Visit]:
    """A window of its own on the site, open at `path` if given, on demand without style sheets.

    `options` are those of Playwright's contexts.
    """
    context = browser.new_context(viewport={"width": width, "height": 900}, **options)
    visited = Visit(context.new_page(), site)
    context.route("**/*", lambda route: _answer(route, visited))
    if not styled:
        context.route("**/*.css", lambda route: route.abort())
    page = visited.page
    page.on("console", lambda message: visited.said.append(message.text))
    page.on("pageerror", lambda error: visited.said.append(str(error)))
    page.on("popup", lambda popup: visited.said.append(f"opened {popup.url}"))
    page.on("download", lambda download: visited.said.append(f"downloads {download.url}"))

    def dismiss(dialog: Any) -> None:  # noqa: ANN401 - Playwright's
        visited.said.append(f"{dialog.type}: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", dismiss)
    if path:
        visited.go(path)
    yield visited
    context.close()


def _answer(route: Route, visited: Visit) -> None:
    """A file of the site for an address of the site; nobody else is let through."""
    address = urlsplit(route.request.url)
    if f"{address.scheme}://{address.netloc}" != visited.site.address:
        visited.asked.append(route.request.url)
        route.abort()
        return
    file = visited.site.folder / unquote(address.path).lstrip("/")
    file = file / "index.html" if file.is_dir() else file
    if file.is_file():
        route.fulfill(path=file)
    else:
        visited.said.append(f"is not there: {route.request.url}")
        route.fulfill(status=404)


def violations(page: Page, within: str | None = None, **options: Any) -> list[str]:  # noqa: ANN401 - axe's
    """What axe-core finds wrong with the page, or with the part of it that a CSS selector names."""
    found = Axe().run(page, context=within, options={"resultTypes": ["violations"], **options})
    return [
        f"{one['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]
