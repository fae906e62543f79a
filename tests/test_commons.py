"""The theme of the sample blog: a small site built with Pelican, with and without conversations."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import mf2py
import pytest
from jinja2 import FileSystemLoader
from pelican import Pelican, signals
from pelican.settings import read_settings

from conversation.languages import Languages, speak
from conversation.posts import Post
from conversation.threads import Counts, Join
from talk import TEMPLATES, conversation, said

THEME = Path(__file__).parent.parent / "themes" / "commons"
SITE = "https://kindnesses.example"
POSTS = {
    "a.md": "Title: Fish & *chips*\nDate: 2026-05-02\nCategory: Bits & <i>Bobs</i>\nTags: one\nSlug: a\n\nWords of A.",
    "a-de.md": "Title: Fisch\nDate: 2026-05-02\nCategory: Bits\nSlug: a\nLang: de\n\nWorte.",
    "b.md": "Title: Second\nDate: 2026-04-02\nCategory: Bits\nSlug: b\n\nWords of B.",
    "pages/about.md": "Title: About\nSlug: about\n\nI am Ada.",
}


def build(folder: Path, *plugins: object, **more: object) -> Path:
    """The folder with the built site."""
    for name, text in POSTS.items():
        path = folder / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    settings: dict[str, Any] = {
        "PATH": str(folder / "content"),
        "OUTPUT_PATH": str(folder / "output"),
        "THEME": str(THEME),
        "SITEURL": SITE,
        "RELATIVE_URLS": True,
        "SITENAME": "Small <b>Kind</b>nesses & co",
        "SITESUBTITLE": "What is given",
        "AUTHOR": "Ada Marlow",
        "TIMEZONE": "Europe/Berlin",
        "DEFAULT_PAGINATION": 1,
        "DEFAULT_DATE_FORMAT": "%-d %B %Y",
        "YEAR_ARCHIVE_SAVE_AS": "{date:%Y}/index.html",
        "SOCIAL": [("Mastodon", "https://social.example/@ada")],
        "PLUGINS": list(plugins),
        "DELETE_OUTPUT_DIRECTORY": False,
    }
    Pelican(read_settings(override=settings | more)).run()
    return folder / "output"


class Attached:
    """A plugin that gives the post `a` and the page `about` a conversation, as the real one does."""

    __name__ = "attached"

    def register(self) -> None:
        """Connects to Pelican."""
        signals.generator_init.connect(self.prepare)
        signals.all_generators_finalized.connect(self.attach)

    def close(self) -> None:
        """Disconnects, so that the next test builds without it."""
        signals.generator_init.disconnect(self.prepare)
        signals.all_generators_finalized.disconnect(self.attach)

    def prepare(self, generator: Any) -> None:  # noqa: ANN401 - Pelican's
        """Adds templates and filters."""
        generator.env.loader.loaders = [*generator.env.loader.loaders, FileSystemLoader(str(TEMPLATES))]
        generator.env.filters["conversation_iso"] = datetime.isoformat
        speak(generator.env, Languages())
        generator.context["conversation_endpoint"] = "https://wm.example/w"

    def attach(self, generators: Any) -> None:  # noqa: ANN401 - Pelican's
        """Attaches the conversations."""
        talk: dict[str, Any] = {
            "counts": Counts(comments=1, likes=2),
            "comments": (said("Noor Sample", "<p>Thanks.</p>"),),
            "likes": tuple(said(name, kind="like") for name in ("Kim", "Lee")),
            "join": (Join("on Mastodon", "https://social.example/1"),),
        }
        for generator in generators:
            for content in (*getattr(generator, "articles", ()), *getattr(generator, "pages", ())):
                if content.slug in ("a", "about"):
                    fields = {"reply_to": ("https://noor.example/thanks",)}
                    content.conversation = conversation(post=Post(url=f"{SITE}/{content.url}", fields=fields), **talk)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    plugin = Attached()
    try:
        return build(tmp_path_factory.mktemp("site"), plugin, CONVERSATION_LEDGER_URL="giving-receiving/")
    finally:
        plugin.close()


def read(site: Path, name: str) -> str:
    return (site / name).read_text("utf-8")


def entry(page: str) -> dict[str, Any]:
    items: list[dict[str, Any]] = mf2py.parse(page, url=f"{SITE}/a.html", html_parser="html.parser")["items"]
    assert len(items) == 1
    return items[0]


def test_a_post_and_its_conversation_are_one_entry(site: Path) -> None:
    """Readers of microformats get title, author, words and replies as properties of one h-entry."""
    page = read(site, "a.html")
    found = entry(page)
    assert found["type"] == ["h-entry"]
    properties = found["properties"]
    assert properties["url"] == [f"{SITE}/a.html"]
    assert properties["author"][0]["properties"]["name"] == ["Ada Marlow"]
    assert properties["content"][0]["value"] == "Words of A."
    assert properties["in-reply-to"] == ["https://noor.example/thanks"]
    assert (len(properties["comment"]), len(properties["like"])) == (1, 2)
    assert page.count('<aside class="conversation" data-post="https://kindnesses.example/a.html"') == 1


def test_pages_have_conversations_too(site: Path) -> None:
    """A page about its author is answered as often as a post is."""
    assert len(entry(read(site, "pages/about.html"))["properties"]["comment"]) == 1


def test_lists_say_in_words_what_posts_drew(site: Path) -> None:
    """A card shows its counts as words, and a post without a conversation shows none."""
    for name in ("index.html", "archives.html", "2026/index.html", "author/ada-marlow2.html", "tag/one.html"):
        page = read(site, name)
        assert page.count("h-entry") >= 1
        assert ("</b> reply" in page) is ("a.html" in page)
    assert "conversation-count" not in read(site, "index2.html")


def test_the_head_tells_machines_where_to_go(site: Path) -> None:
    """Canonical address, feeds, webmention endpoint, identity and languages stand in the head of a page."""
    rels = mf2py.parse(read(site, "a.html"), url=f"{SITE}/a.html", html_parser="html.parser")["rels"]
    assert rels["canonical"] == [f"{SITE}/a.html"]
    assert rels["webmention"] == ["https://wm.example/w"]
    assert rels["me"] == ["https://social.example/@ada"]
    assert {f"{SITE}/feeds/all.atom.xml", f"{SITE}/a-de.html"} <= set(rels["alternate"])
    assert '<html lang="de">' in read(site, "a-de.html")
    assert 'lang="de" rel="alternate">Auf Deutsch lesen</a>' in read(site, "a.html")
    assert '<link rel="canonical" href="https://kindnesses.example/">' in read(site, "index.html")


@pytest.mark.parametrize(
    ("settings", "dates"),
    [
        ({}, ("2 May 2026", "2. Mai 2026")),
        ({"DEFAULT_DATE_FORMAT": "%a %d %B %Y"}, ("2 May 2026", "2. Mai 2026")),
        ({"DEFAULT_DATE_FORMAT": "%Y/%m/%d", "DATE_FORMATS": {"de": "%d.%m.%y"}}, ("2026/05/02", "02.05.26")),
    ],
)
def test_dates_speak_the_language_of_their_post(
    tmp_path: Path, settings: dict[str, Any], dates: tuple[str, str]
) -> None:
    """What Pelican's settings say of a language holds; of others the plugin knows how they write dates."""
    plugin = Attached()
    try:
        site = build(tmp_path, plugin, **settings)
    finally:
        plugin.close()
    told = [
        re.findall(r'<time class="dt-published"[^>]*>([^<]*)<', read(site, name))[0] for name in ("a.html", "a-de.html")
    ]
    assert tuple(told) == dates


def test_names_are_escaped_where_pelican_does_not(site: Path) -> None:
    """A category or a site name with markup in it cannot break a page."""
    page = read(site, "a.html")
    assert "Bits &amp; &lt;i&gt;Bobs&lt;/i&gt;" in page
    assert "<title>Fish &amp; *chips* · Small Kindnesses &amp; co</title>" in page


def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    """No page asks a third party for anything, runs a script or carries a style attribute."""
    for path in site.rglob("*.html"):
        page = path.read_text("utf-8")
        loaded = re.findall(r'<(?:img|script|iframe)\b[^>]*|<link rel="(?:stylesheet|icon)" href="([^"]*)"', page)
        assert loaded
        assert all(address.startswith(("./theme/", "../theme/")) for address in loaded)
        assert not re.search(r"<script|\sstyle=", page)


def test_the_theme_works_without_the_plugin(tmp_path: Path) -> None:
    """Somebody who takes the theme alone gets a blog, not an error."""
    page = read(build(tmp_path), "a.html")
    assert "Words of A." in page
    assert "conversation" not in page
    assert "Giving" not in page


def luminance(colour: str) -> float:
    """Relative luminance of #rgb or #rrggbb (WCAG 2.2, "relative luminance")."""
    digits = colour.lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1, 2])
def test_colours_can_be_read_in_every_scheme(scheme: int) -> None:
    """Text keeps a contrast of 4.5:1 on every ground it may stand on: light, dark and in print."""
    css = (THEME / "static" / "css" / "commons.css").read_text("utf-8")
    colours: dict[str, str] = {}
    for block in [re.findall(r":root \{(.*?)\}", css, flags=re.DOTALL)[index] for index in {0, scheme}]:
        colours |= dict(re.findall(r"--([\w-]+): (#\w+)", block))
    text = ("ink", "quiet", "given", "received", "hi-word", "hi-text", "hi-name", "hi-number")
    pairs = [(name, "code") for name in text]
    pairs += [(name, ground) for name in text[:4] for ground in ("paper", "given-soft", "received-soft")]
    for name, ground in pairs:
        light, dark = sorted((luminance(colours[name]), luminance(colours[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, ground)


def test_the_style_sheets_of_a_page_stay_small(sample: Path) -> None:
    """What a page loads to look as it does is less than one picture, whichever page it is."""
    pages = list((sample / "output").rglob("*.html"))
    assert len(pages) > 30
    for path in pages:
        linked = set(re.findall(r'<link rel="stylesheet" href="([^"]*)"', path.read_text("utf-8")))
        assert linked
        # The page of giving and receiving draws eight pictures.
        limit = 27_000 if path.parent.name == "giving-receiving" else 25_000
        assert sum((path.parent / sheet).stat().st_size for sheet in linked) < limit, path


def test_the_style_sheets_load_nothing() -> None:
    """A style sheet brings no font, no picture and no further sheet from anywhere."""
    sheets = [*(THEME / "static" / "css").glob("*.css"), *(TEMPLATES.parent / "static").glob("*.css")]
    assert len(sheets) > 2
    assert not [sheet for sheet in sheets if re.search(r"url\(|@import", sheet.read_text("utf-8"))]


@pytest.mark.parametrize(("name", "stacked"), [("you-get-what-you-give", True), ("a-list-of-people", False)])
def test_a_long_conversation_stands_below_the_text(sample: Path, name: str, *, stacked: bool) -> None:
    """A margin is for notes: what is longer than the text stands below it, and the margin says how much there is."""
    page = (sample / "output" / f"{name}.html").read_text("utf-8")
    assert ('<main id="main" class="spread stacked h-entry">' in page) is stacked
    assert ('<a href="#conversation-heading"><p class="conversation-counts">' in page) is stacked
