"""Takes the pictures of the README from the built sample blog: `invoke build`, then `python tests/pictures.py`."""

from __future__ import annotations

import shutil
import sys

from playwright.sync_api import sync_playwright

from blog import ROOT
from browser import ARGUMENTS

#: File name, page, width and height of the window, how far to scroll.
PICTURES = [
    ("post.png", "a-note-on-sourdough.html", 1280, 900, 0),
    ("giving.png", "giving-receiving/index.html", 1280, 900, 1080),
    ("post-dark.png", "you-get-what-you-give.html", 1280, 900, 0),
]


def main() -> None:
    """Writes docs/pictures/*.png."""
    folder = ROOT / "docs" / "pictures"
    folder.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        for name, path, width, height, scroll in PICTURES:
            page = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme="dark" if "dark" in name else "light"
            )
            page.goto((ROOT / "output" / path).as_uri())
            page.evaluate(f"window.scrollTo(0, {scroll})")
            page.screenshot(path=str(folder / name))
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
