"""The page in a real browser and in themes that know nothing of it: readable, narrow, accessible."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from conversation.acts import Kind
from conversation.ledger import PostFacts, Snapshot, SourceFacts, view
from ledgers import BASE, NOW, POST, STYLE, gave, got, ledger, rendered

LONG = "An unreasonably-long-name-without-any-place-to-break-it-which-people-do-give-to-their-pages"
TOLD = ledger(
    *(gave(person=f"https://p{n}.example", words=200, channel="stackexchange", days=n) for n in range(1, 40)),
    gave(Kind.LIKE, channel="mastodon", number=98_765),
    gave(
        Kind.LINK,
        target=f"https://{'long-' * 11}.example/x",
        title=LONG,
        post=POST,
        channel="a-channel-with-a-long-name",
    ),
    got(Kind.LIKE, channel="mastodon", number=123_456),
    *(got(person=f"https://p{n}.example", url=f"https://p{n}.example/{n}", days=12 + 35 * n) for n in range(40)),
    *(got(Kind.LIKE, channel=f"channel{n}", days=40 + n, number=n) for n in range(1, 4)),
    *(gave(Kind.NOTE, days=n) for n in range(30)),
    posts=(PostFacts(url=POST, title=LONG),),
    sources=(SourceFacts(name="mastodon", state="failed", pulled=NOW, acts=1, error=LONG * 2),),
    snapshots=(
        Snapshot(date(2024, 5, 2), 1000, 3035, LONG, written=True),
        Snapshot(date(2025, 5, 2), 1100, 3140),
        Snapshot(date(2026, 5, 2), 1250, 3600),
    ),
)
THEMES = {
    "bare": "",
    "dark": "<style>body { background: #101418; color: #ddd; } a { color: #8cf; }</style>",
    "loud": """<style>body { font: 20px/2 monospace; } * { letter-spacing: .02em; } h2 { text-align: center; }
        table { display: block; border: 3px solid; } svg { width: 5em; } a { color: #00c; } li { float: left; }
        td, th { padding: 2em; background: #eee; text-transform: uppercase; } ul { margin: 3em; }</style>""",
}
WINGS = """[...document.querySelectorAll('.giving-wing')].map(wing => {
    const box = one => one.getBoundingClientRect();
    const [number, bar] = ['span', 'svg'].map(name => box(wing.querySelector(name)));
    const cell = box(wing.closest('td'));
    const gap = Math.max(number.left - bar.right, bar.left - number.right);
    const inside = number.left >= cell.left - 1 && number.right <= cell.right + 1;
    return [inside, gap >= 0 && gap < 16, bar.width >= 2];
})"""
TEXTS = """[...document.querySelectorAll('.giving-chart')].flatMap(chart => {
    const boxes = [...chart.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
    const page = chart.getBoundingClientRect();
    const out = boxes.filter(([_, box]) => box.left < page.left - 4 || box.right > page.right + 4);
    const over = boxes.filter(([_, one], place) => boxes.slice(place + 1).some(([_, other]) =>
        Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1
        && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 4));
    const small = boxes.filter(([_, box]) => box.height < 10);
    return [...out, ...over, ...small].map(([text]) => chart.getAttribute('aria-labelledby') + ': ' + text);
})"""


def opened(browser: Browser, folder: Path, theme: str, width: int) -> Page:
    """The page in one of the themes, its folded parts open."""
    (folder / "theme").mkdir()
    shutil.copy(STYLE, folder / "theme")
    base = BASE.replace("</head>", THEMES[theme] + "</head>")
    (folder / "page.html").write_text(rendered(view(TOLD), base, SITEURL="."), encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto((folder / "page.html").as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    return page


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["bare", "dark"])
def test_axe_finds_nothing(browser: Browser, tmp_path: Path, theme: str) -> None:
    """Contrast, names, headings and the table are in order on a light and on a dark ground."""
    page = opened(browser, tmp_path, theme, 360)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("theme", list(THEMES))
@pytest.mark.parametrize("width", [360, 1280])
def test_numbers_stand_beside_their_bars(browser: Browser, tmp_path: Path, theme: str, width: int) -> None:
    """On a phone and on a desk nothing is cut off, and no number leaves its cell or its bar, however large it is."""
    page = opened(browser, tmp_path, theme, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wings = page.evaluate(WINGS)
    assert len(wings) >= 4
    assert all(all(wing) for wing in wings), wings
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("theme", list(THEMES))
@pytest.mark.parametrize("width", [360, 1280])
def test_words_in_pictures_can_be_read(browser: Browser, tmp_path: Path, theme: str, width: int) -> None:
    """Texts in a picture stay in it, none covers another, and on a phone they are as large as small print is."""
    page = opened(browser, tmp_path, theme, width)
    assert page.locator(".giving-chart").count() >= 9
    assert page.evaluate(TEXTS) == []
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["bare", "dark"])
def test_axe_finds_nothing_on_a_desk(browser: Browser, tmp_path: Path, theme: str) -> None:
    """Where words stand beside their pictures, they are in order, too."""
    page = opened(browser, tmp_path, theme, 1280)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()
