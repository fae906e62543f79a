"""Takes the pictures of the manual: `invoke build`, then `python tests/pictures.py [readme] [themes]`."""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path

from pelican import Pelican
from pelican.settings import read_settings
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from blog import ROOT
from browser import ARGUMENTS, Site, visit
from themes import THEMES

FOLDER = ROOT / "docs" / "pictures"
ADDRESS = "https://kindnesses.example"
#: File name, page, width and height of the window, how far to scroll.
README = [
    ("post.png", "a-note-on-sourdough.html", 1280, 900, 0),
    ("giving.png", "giving-receiving/index.html", 1280, 900, 1020),
    ("post-dark.png", "you-get-what-you-give.html", 1280, 900, 0),
]
#: The post that is shown in other people's themes, and how large their windows are.
POST, WIDTH, HEIGHT = "a-note-on-sourdough.html", 960, 720


def readme(browser: Browser) -> None:
    """Writes docs/pictures/*.png from the built sample blog."""
    for name, path, width, height, scroll in README:
        page = browser.new_page(
            viewport={"width": width, "height": height}, color_scheme="dark" if "dark" in name else "light"
        )
        page.goto((ROOT / "output" / path).as_uri())
        page.evaluate(f"window.scrollTo(0, {scroll})")
        page.screenshot(path=str(FOLDER / name))


def themes(browser: Browser) -> None:
    """Writes docs/pictures/themes/*.png: the sample blog's words in themes that know nothing of conversations."""
    (FOLDER / "themes").mkdir(exist_ok=True)
    for name, settings in THEMES.items():
        with (
            tempfile.TemporaryDirectory() as folder,
            visit(browser, Site(_built(Path(folder), settings), ADDRESS), POST, WIDTH) as visited,
        ):
            visited.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
            visited.page.evaluate(
                "scrollTo(0, document.querySelector('aside.conversation').getBoundingClientRect().top - 150)"
            )
            taken = Image.open(io.BytesIO(visited.page.screenshot()))
        # A palette is enough, and a quarter of the bytes.
        few = taken.convert("RGB").resize((WIDTH * 5 // 6, HEIGHT * 5 // 6)).quantize(48, dither=Image.Dither.NONE)
        few.save(FOLDER / "themes" / f"{name}.png", optimize=True)


def _built(folder: Path, settings: object) -> Path:
    """The sample blog in another theme: the folder with the site."""
    for name in ("content", "pelicanconf.py"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    more = {"PLUGIN_PATHS": [str(ROOT / "plugins")], "RELATIVE_URLS": False, "CACHE_PATH": str(folder / "cache")}
    Pelican(read_settings(str(folder / "pelicanconf.py"), override={**more, **dict(settings)})).run()  # type: ignore[call-overload]
    return folder / "output"


def main() -> None:
    """Takes all pictures, or those of the parts that are named."""
    FOLDER.mkdir(exist_ok=True)
    parts = {"readme": readme, "themes": themes}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        for name in sys.argv[1:] or parts:
            parts[name](browser)
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
