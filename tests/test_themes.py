"""Themes that know nothing of conversations: the sidebar fits them as they are, without a line of their CSS changed."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from blog import SITE, Blog
from browser import Site, Visit, violations, visit
from crowd import POSTS, PROSE, acts
from themes import THEMES

SCHEMES = ("light", "dark")
SHAPES = [(width, scheme) for width in (360, 768, 1280) for scheme in SCHEMES]
#: Of the sidebar, what a theme could spoil: words that are cut off or lie on others, and lines too long to read.
SPOILT = """() => {
  const [aside] = document.querySelectorAll('aside.conversation'), found = [];
  const box = node => node.getBoundingClientRect(), outer = box(aside);
  for (const node of aside.querySelectorAll('*')) {
    const one = box(node), style = getComputedStyle(node);
    if (!node.checkVisibility() || !one.width || node.closest('.conversation-unseen')) continue;
    const tell = what => found.push(`${what}: ${node.outerHTML.slice(0, 100)}`);
    if (one.left < outer.left - 1 || one.right > outer.right + 1) tell('outside');
    if (node.scrollWidth > node.clientWidth + 1 && style.overflowX !== 'visible' && one.width > 60) tell('cut off');
    const [line, letter] = [style.lineHeight, style.fontSize].map(parseFloat);
    if (letter < 11 && !node.matches('.conversation-face')) tell('small');
    if (node.matches('.conversation-words') && line < 1.2 * letter) tell('tight');
  }
  const comments = [...aside.querySelectorAll('.p-comment')];
  comments.slice(1).forEach((comment, place) => {
    if (box(comment).top < box(comments[place]).bottom - 1) found.push(`overlap: ${comment.outerHTML.slice(0, 100)}`);
  });
  // What stands inside is inside, and what comes after comes after.
  const last = Math.max(...[...aside.children].map(child => box(child).bottom));
  if (last > outer.bottom + 1) found.push(`${last - outer.bottom} px hang out`);
  for (const footer of document.querySelectorAll('footer')) {
    const one = box(footer);
    const beside = one.right <= outer.left || one.left >= outer.right;
    if (one.height && !beside && one.top < last && one.bottom > outer.top) found.push('over the footer');
  }
  const measure = parseFloat(getComputedStyle(aside).fontSize) * 50;
  if (outer.width < Math.min(280, innerWidth * .8) || outer.width > measure) found.push(`${outer.width} px wide`);
  return found.slice(0, 5);
}"""


@pytest.fixture(scope="module", params=THEMES)
def visitor(
    request: pytest.FixtureRequest, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Visit]:
    """A window on a blog in a theme, open at a post with forty acts."""
    blog = Blog(tmp_path_factory.mktemp(request.param), **THEMES[request.param])
    blog.configure(CONVERSATION_CONTACT={"by mail": "mailto:ada@e.example"})
    blog.write("forty.md", PROSE, tags="giving", category="Essays").archive(acts("forty", *POSTS["forty"]))
    done = blog.pelican()
    assert done.returncode == 0, done.stdout + done.stderr
    with visit(browser, Site(blog.output, SITE), "forty.html") as visited:
        yield visited


@pytest.mark.browser
def test_the_sidebar_stands_in_the_theme_once(visitor: Visit) -> None:
    """It is there, below the words of the post, and everything in it can be seen."""
    asides = visitor.go("forty.html").page.locator("aside.conversation")
    assert asides.count() == 1
    assert asides.get_attribute("data-comments") == "10"
    assert asides.is_visible()
    words, aside = visitor.page.get_by_text("More than I gave").bounding_box(), asides.bounding_box()
    assert words
    assert aside
    assert words["y"] + words["height"] < aside["y"]


@pytest.mark.browser
@pytest.mark.parametrize("shape", SHAPES)
def test_the_sidebar_keeps_its_form(visitor: Visit, shape: tuple[int, str]) -> None:
    """On a phone, a tablet and a desk nothing of it is cut off, lies on something else or is too small to read."""
    visitor.go("forty.html").shape(*shape).unfold()
    assert visitor.page.evaluate(SPOILT) == []
    assert visitor.wide() == 0


@pytest.mark.browser
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_sidebar_can_be_read_on_the_ground_of_the_theme(visitor: Visit, scheme: str) -> None:
    """axe-core finds nothing within it, contrast above all, on light grounds and on dark ones."""
    visitor.go("forty.html").shape(360, scheme).unfold()
    switch = visitor.page.get_by_role("button", name=f"{scheme} theme")
    if switch.count():  # of a theme that does not ask the browser
        switch.click()
    # A theme whose headings leave out a level is none of the sidebar's faults.
    rules = {"heading-order": {"enabled": False}, "target-size": {"enabled": True}}
    assert violations(visitor.page, "aside.conversation", rules=rules) == []


@pytest.mark.browser
def test_only_the_theme_asks_others(visitor: Visit) -> None:
    """Some themes load fonts from elsewhere; the conversation adds no request to theirs."""
    asked = {urlsplit(url).hostname for url in visitor.go("forty.html").asked}
    with_theme = {urlsplit(url).hostname for url in visitor.go("index.html").asked}
    assert asked <= with_theme
