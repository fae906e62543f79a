"""What the HTML and style sheet promise: foreign words stay words, a strict policy holds, no theme is touched."""

from __future__ import annotations

import re

from markupsafe import Markup
from msgspec.structs import replace

from conversation.acts import Kind
from conversation.ledger import PostFacts, SourceFacts, view
from ledgers import FULL, NOW, POST, STYLE, gave, ledger, outline, rendered

HOSTILE = '"><script>alert(1)</script>{{ 7*7 }}<img src=x onerror=y>'


def test_hostile_words_stay_words() -> None:
    """Names, titles, addresses, channels and errors of others are text, whatever they hold."""
    told = ledger(
        gave(Kind.LINK, channel=HOSTILE, name=HOSTILE, title=HOSTILE, target='https://x.example/"><b>', post=POST),
        posts=(PostFacts(url=POST, title=HOSTILE),),
        sources=(SourceFacts(name=HOSTILE, state="failed", pulled=NOW, error=HOSTILE),),
    )
    html = rendered(view(told), contact=[(HOSTILE, "mailto:ada@kindnesses.example")], SITENAME=HOSTILE)
    assert html.count("&lt;script&gt;") > 5
    for harm in ("<script", "<img", "49", '/"><b>'):
        assert harm not in html


def test_the_bloggers_words_are_html() -> None:
    """The help text is the blogger's own HTML and is shown as such."""
    assert "<p>I read <em>drafts</em>.</p>" in rendered(
        view(ledger()), help_html=Markup("<p>I read <em>drafts</em>.</p>")
    )


def test_a_strict_policy_holds() -> None:
    """No script, no style attribute, nothing from elsewhere: the only thing loaded is the plugin's style sheet."""
    tags = outline(FULL).tags
    assert not any("style" in attributes or any(name.startswith("on") for name in attributes) for _, attributes in tags)
    assert not {"script", "style", "iframe", "img", "object", "form"} & {tag for tag, _ in tags}
    assert [a.get("href") for tag, a in tags if tag == "link"] == ["../theme/giving.css"]


def test_the_page_links_to_its_twin() -> None:
    """All figures are one click away, and links to posts follow SITEURL, so that a site on disk works."""
    links = [attributes.get("href") for tag, attributes in outline(FULL).tags if tag == "a"]
    assert "ledger.json" in links
    assert "../rye.html" in links


def test_ids_are_unique() -> None:
    """Every section is named by a heading, and every picture by its title, that is there once."""
    tags = outline(FULL).tags
    ids = [attributes["id"] for _, attributes in tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    assert {one for _, a in tags for one in (a.get("aria-labelledby") or "").split()} <= set(ids)


def test_the_same_ledger_gives_the_same_bytes() -> None:
    """Nothing on the page depends on anything but the ledger."""
    assert rendered(view(FULL)) == rendered(view(replace(FULL)))


def test_every_rule_stays_on_the_page() -> None:
    """Each selector of the style sheet begins with .giving, so that no theme is touched."""
    sheet = re.sub(r"/\*.*?\*/", "", STYLE.read_text(encoding="utf-8"), flags=re.DOTALL)
    sheet = re.sub(r"@media[^{]*\{", "", sheet)
    selectors = [part for rule in re.findall(r"([^{}]+)\{", sheet) for part in re.split(r",(?![^(]*\))", rule)]
    assert selectors
    assert all(selector.strip().startswith(".giving") for selector in selectors)
    assert "url(" not in sheet
    assert "@import" not in sheet


def test_every_picture_is_told() -> None:
    """A picture is hidden from those who do not see it, or it has a title and says what it shows, with its table."""
    html = rendered(view(FULL))
    pictures = re.findall(r"<svg[^>]*>.*?</svg>", html, flags=re.DOTALL)
    assert len(pictures) > 10
    for picture in pictures:
        told = re.search(r"<title[^>]*>[^<]+</title>\s*<desc[^>]*>[^<]+</desc>", picture) and 'role="img"' in picture
        assert told or 'aria-hidden="true"' in picture.split(">", 1)[0], picture[:200]
    assert html.count("<table") > html.count("<figure")


def test_the_style_sheet_is_small() -> None:
    """What the page asks for beyond itself stays small: one sheet, under 25 kB as it is written."""
    assert len(STYLE.read_bytes()) < 25_000
