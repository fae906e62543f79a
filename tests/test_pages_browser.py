"""The pages of a blog in a real browser: they fit, they are silent, and everybody can read and reach all of them."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from browser import Site, Visit, violations, visit

#: Pages of the sample blog, and of one whose posts drew nothing, one act, forty, two hundred and two thousand.
SAMPLE = (
    "index.html",
    "you-get-what-you-give.html",
    "you-get-what-you-give-de.html",
    "a-note-on-sourdough.html",
    "pages/about.html",
    "archives.html",
    "conversations/index.html",
    "giving-receiving/index.html",
)
CROWDED = ("quiet.html", "one.html", "forty.html", "comments.html", "crowd.html", "crowd-conversation-1.html")
PAGES = [*SAMPLE, *CROWDED]
SCHEMES = ("light", "dark")
SHAPES = [(width, scheme) for width in (360, 768, 1280) for scheme in SCHEMES]
#: Both schemes for each page; axe-core takes seconds for two thousand acts, and one of their pages a scheme is enough.
LARGE = {"crowd.html": "light", "crowd-conversation-1.html": "dark"}
LOOKS = [(path, scheme) for path in PAGES for scheme in SCHEMES if LARGE.get(path, scheme) == scheme]

#: What is seen of the conversation, or of the page where it has none: text with spaces between its parts.
SEEN = "(document.querySelector('aside.conversation') ?? document.querySelector('main')).innerText"
#: The only words that a style sheet hides: a beginning, once the whole stands below it; and hints for those who listen.
PREVIEWS = "document.querySelectorAll('.conversation-preview, .conversation-unseen').forEach(part => part.remove())"


@contextlib.contextmanager
def windows(browser: Browser, sample: Path, crowded: Site, **options: Any) -> Iterator[dict[str, Visit]]:  # noqa: ANN401 - Playwright's
    """A window on each of the two sites, by path of the page."""
    site = Site(sample / "output", "https://kindnesses.example")
    with (
        visit(browser, site, **options) as one,
        visit(browser, crowded, **options) as other,
    ):
        yield dict.fromkeys(SAMPLE, one) | dict.fromkeys(CROWDED, other)


@pytest.fixture(scope="module")
def visitors(browser: Browser, sample: Path, crowded: Site) -> Iterator[dict[str, Visit]]:
    """Windows as most people have them."""
    with windows(browser, sample, crowded) as opened:
        yield opened


@pytest.fixture(scope="module")
def bare(browser: Browser, sample: Path, crowded: Site) -> Iterator[dict[str, Visit]]:
    """Windows that load no style sheet."""
    with windows(browser, sample, crowded, styled=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def unscripted(browser: Browser, sample: Path, crowded: Site) -> Iterator[dict[str, Visit]]:
    """Windows that run no JavaScript."""
    with windows(browser, sample, crowded, java_script_enabled=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def contrasting(browser: Browser, sample: Path, crowded: Site) -> Iterator[dict[str, Visit]]:
    """Windows in the system's own colours."""
    with windows(browser, sample, crowded, forced_colors="active") as opened:
        yield opened


def letters(text: str) -> str:
    """Letters alone: a style sheet may part what stands side by side, break lines and make capitals."""
    return "".join(text.casefold().split())


@pytest.mark.browser
@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_and_are_silent_and_ask_nobody(visitors: dict[str, Visit], path: str) -> None:
    """No page is wider than a phone, a tablet or a desk, speaks on the console or asks another host, all unfolded."""
    visited = visitors[path].go(path).unfold()
    assert {shape: visited.shape(*shape).wide() for shape in SHAPES} == dict.fromkeys(SHAPES, 0)
    visited.page.mouse.wheel(0, 100_000)
    assert (visited.said, visited.asked) == ([], [])
    assert visited.page.evaluate("document.scripts.length") == 0


@pytest.mark.browser
@pytest.mark.parametrize(("path", "scheme"), LOOKS)
def test_pages_are_accessible(visitors: dict[str, Visit], path: str, scheme: str) -> None:
    """axe-core finds nothing on a phone, in light and dark: contrast, names, order, targets for a finger (WCAG 2.2)."""
    visited = visitors[path].go(path).unfold().shape(360, scheme)
    assert violations(visited.page, rules={"target-size": {"enabled": True}}) == []


@pytest.mark.browser
@pytest.mark.parametrize("path", PAGES)
def test_pages_read_the_same_without_their_style(visitors: dict[str, Visit], bare: dict[str, Visit], path: str) -> None:
    """What is seen with the style sheets is seen without them and the other way round, in the same order."""
    seen, fonts = [], set()
    for visited in (visitors[path], bare[path]):
        visited.go(path).unfold().shape(1280).page.evaluate(PREVIEWS)
        seen.append(letters(visited.page.evaluate(SEEN)))
        fonts.add(visited.page.evaluate("getComputedStyle(document.body).fontFamily"))
    assert seen[0] == seen[1]
    assert len(seen[0]) > 100
    assert len(fonts) == 2


@pytest.mark.browser
@pytest.mark.parametrize("path", PAGES)
def test_pages_need_no_javascript(visitors: dict[str, Visit], unscripted: dict[str, Visit], path: str) -> None:
    """A reader who has switched it off sees the same words, and every fold opens."""
    seen = letters(visitors[path].go(path).shape(1280).page.evaluate(SEEN))
    page = unscripted[path].go(path).shape(1280).page
    assert letters(page.evaluate(SEEN)) == seen
    for fold in page.query_selector_all("main details:not([open])")[:3]:
        next(iter(fold.query_selector_all("summary"))).click()
        assert fold.get_attribute("open") is not None


#: Everything that can be reached by Tab, in the order of the page.
STOPS = "[...document.querySelectorAll('a[href], summary, button, input')].filter(node => node.checkVisibility())"
#: Where the focus is among them, and whether one sees it.
FOCUS = f"""() => {{
  const node = document.activeElement, style = getComputedStyle(node), box = node.getBoundingClientRect();
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return [{STOPS}.indexOf(node), ring && box.width > 0 && box.bottom > 0 && box.top < innerHeight];
}}"""


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_the_keyboard_reaches_everything_in_order(visitors: dict[str, Visit], width: int) -> None:
    """Tab goes through all links, folds and fields as they are read, and one always sees where one is."""
    visited = visitors["forty.html"].go("forty.html").shape(width).unfold()
    visited.page.emulate_media(reduced_motion="reduce")  # or the page is still on its way to where the focus is
    count = visited.page.evaluate(f"{STOPS}.length")
    steps = []
    for _ in range(count):
        visited.page.keyboard.press("Tab")
        steps.append(visited.page.evaluate(FOCUS))
    visited.page.emulate_media(reduced_motion=None)
    assert [place for place, _ in steps] == list(range(count))
    assert [place for place, seen in steps if not seen] == []
    assert count > 60


@pytest.mark.browser
def test_folds_open_by_the_keyboard(visitors: dict[str, Visit]) -> None:
    """Who has no mouse reads what is folded, and what is folded again cannot be tabbed into."""
    visited = visitors["comments.html"].go("comments.html").shape(1280)
    (fold, *_) = visited.page.query_selector_all("aside.conversation details:not([open])")
    fold.evaluate("fold => fold.firstElementChild.focus()")
    for is_open in (True, False):
        visited.page.keyboard.press("Enter")
        assert fold.evaluate("fold => [fold.open, fold.lastElementChild.checkVisibility()]") == [is_open, is_open]


@pytest.mark.browser
@pytest.mark.parametrize("path", ["forty.html", "you-get-what-you-give.html", "giving-receiving/index.html"])
def test_nothing_moves_for_those_who_cannot_bear_it(visitors: dict[str, Visit], path: str) -> None:
    """With `prefers-reduced-motion` nothing fades, turns or scrolls by itself."""
    visited = visitors[path].go(path)
    visited.page.emulate_media(reduced_motion="reduce")
    moving = visited.page.evaluate(
        """() => [...document.querySelectorAll('*')].filter(node => {
          const style = getComputedStyle(node), long = value => value.split(',').some(one => parseFloat(one) > 0.01);
          return long(style.transitionDuration) || long(style.animationDuration) || style.scrollBehavior === 'smooth';
        }).map(node => node.outerHTML.slice(0, 80))"""
    )
    visited.page.emulate_media(reduced_motion=None)
    assert moving == []


@pytest.mark.browser
@pytest.mark.parametrize(
    "path", ["forty.html", "quiet.html", "giving-receiving/index.html", "conversations/index.html"]
)
def test_pages_can_be_read_in_forced_colours(contrasting: dict[str, Visit], path: str) -> None:
    """In the system's own high-contrast colours nothing is lost: axe finds no contrast too low, and all fits."""
    visited = contrasting[path].go(path).unfold().shape(360)
    assert visited.page.evaluate("matchMedia('(forced-colors: active)').matches")
    assert violations(visited.page) == []
    assert visited.wide() == 0


#: What was said, piece by piece: on paper, the address of a link stands behind its words.
PIECES = """[...document.querySelectorAll('aside.conversation .e-content')].flatMap(words => {
  const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT), pieces = [];
  while (walker.nextNode()) pieces.push(walker.currentNode.data);
  return pieces;
})"""


@pytest.mark.browser
def test_paper_has_every_word(visitors: dict[str, Visit]) -> None:
    """Printed, all that was said is there, folded or not, and nothing is cut off at the edge of the sheet."""
    visited = visitors["forty.html"].go("forty.html")
    visited.page.emulate_media(media="print")
    said = visited.page.evaluate(PIECES)
    printed = visited.page.pdf(format="A5")
    visited.page.emulate_media(media="screen")
    pages = PdfReader(io.BytesIO(printed)).pages
    paper = re.sub(r"[\s\u00ad-]+", "", "".join(page.extract_text() for page in pages))
    latin = [re.sub(r"[\s-]+", "", one) for one in said if one.isascii()]  # others may come out in another order
    assert len(latin) > 20
    assert [one for one in latin if one not in paper] == []
    assert len(pages) < 20


@pytest.mark.browser
def test_letters_of_all_sorts_stand_as_they_should(visitors: dict[str, Visit]) -> None:
    """Right-to-left words begin at the right, left-to-right ones at the left, whoever stands above them."""
    visited = visitors["forty.html"].go("forty.html").shape(360)
    starts = visited.page.evaluate(
        """() => [...document.querySelectorAll('.e-content')].filter(one => one.checkVisibility()).map(one => {
          const range = document.createRange();
          range.selectNodeContents(one);
          const text = range.getClientRects()[0], box = one.getBoundingClientRect();
          return [/^[\\u0590-\\u06ff]/.test(one.textContent.trim()), text.left - box.left, box.right - text.right];
        })"""
    )
    assert {arabic for arabic, *_ in starts} == {True, False}
    assert all(right < 2 for arabic, _, right in starts if arabic)
    assert all(left < 30 for arabic, left, _ in starts if not arabic)


@pytest.mark.browser
def test_whom_an_answer_is_addressed_to_does_not_turn_it_round(visitors: dict[str, Visit]) -> None:
    """Arabic words behind "@ada" begin at the right, English ones at the left."""
    visited = visitors["you-get-what-you-give.html"].go("you-get-what-you-give.html").shape(360)
    starts = visited.page.evaluate(
        """() => [...document.querySelectorAll('.e-content p > a')].filter(one => one.text === '@ada').map(link => {
          const text = link.getBoundingClientRect(), box = link.parentElement.getBoundingClientRect();
          return [/[\\u0600-\\u06ff]/.test(link.nextSibling.data), text.left - box.left, box.right - text.right];
        })"""
    )
    assert {arabic for arabic, *_ in starts} == {True, False}
    assert all((right if arabic else left) < 2 for arabic, left, right in starts)


@pytest.mark.browser
def test_everything_begins_at_one_edge(visitors: dict[str, Visit]) -> None:
    """On phone, tablet and desk the site's name, a post and its conversation stand one below the other."""
    for width in (360, 768, 1280):
        visited = visitors["you-get-what-you-give.html"].go("you-get-what-you-give.html").shape(width)
        edges = visited.page.evaluate(
            "['.masthead', 'h1', 'aside'].map(one => document.querySelector(one).getBoundingClientRect().x)"
        )
        assert len(set(edges)) == 1
