"""sanitise.py: other people's words, made safe without losing what they say."""

import re

from hypothesis import given
from hypothesis import strategies as st

from conversation import sanitise

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<svg onload=alert(1)><p>x",
    "<p style='position:fixed'>x</p>",
    "<iframe src='https://e.example'></iframe>",
    "<a href='data:text/html,<script>1</script>'>x</a>",
    "<math><mtext></p><img src onerror=alert(1)>",
    "<table><td><table><td><style>*{display:none}</style>",
    "<p onclick=alert(1) title='\"><script>'>x",
]


def test_nothing_that_runs_loads_or_styles_survives() -> None:
    """Scripts, handlers, images, styles and odd schemes never reach a page."""
    for markup in HOSTILE:
        cleaned = str(sanitise.html("", markup)).lower()
        assert not re.search(r"<(script|img|svg|iframe|style|table)|javascript:|data:|\son\w+=|style=", cleaned), markup


def test_links_keep_web_addresses_and_say_whose_they_are() -> None:
    """A commenter's link works, and tells search engines that it is not the blogger's own."""
    cleaned = sanitise.html(
        "", '<a href="https://e.example/?a=1&b=2" target=_blank class=x>see</a> <a href="/rel">r</a>'
    )
    assert '<a href="https://e.example/?a=1&amp;b=2" rel="nofollow ugc">see</a>' in cleaned
    assert "/rel" not in cleaned
    assert cleaned.endswith("</a> r")


def test_a_link_around_a_picture_goes_with_it() -> None:
    """A link without any words, which a screen reader could not name, is not kept."""
    assert sanitise.html("", '<p>Hi <a href="https://e.example/"><img src="x"></a></p>') == "<p>Hi </p>"


def test_headings_and_table_cells_stay_apart() -> None:
    """Words that stood in blocks which are not kept do not run together."""
    cleaned = sanitise.html("", "<h2>One</h2>two<table><tr><td>three</td><td>four</td></tr></table>")
    assert sanitise.words(cleaned) == "One two three four"


def test_html_without_words_falls_back_to_the_text() -> None:
    """A reply whose HTML is only a picture still shows the text that came with it."""
    assert sanitise.html("Lovely.", "<img src='https://e.example/x.png'>") == "<p>Lovely.</p>"


@given(st.text("<p></p>ab &>\"'\n\t.\u00a0\u0300\u200d\u3000é", max_size=12))
def test_paragraphs_of_mere_text_come_out_as_any_other_markup(text: str) -> None:
    """What needs no cleaning is not cleaned, and nobody can tell: behind a comment it is, and is the same."""
    markup = f"<p>a{text}</p>"
    assert sanitise.html("", f"<!-- -->{markup}") == sanitise.html("", markup)


def test_plain_text_becomes_escaped_paragraphs() -> None:
    """Text is shown as written: its angle brackets, its lines and its paragraphs."""
    assert sanitise.html("1 < 2\nyes\n\nno") == "<p>1 &lt; 2<br>yes</p>\n<p>no</p>"


def test_names_are_short_labels() -> None:
    """A scraped page in place of a name is cut, and a name of destroyed emoji is no name."""
    assert sanitise.name("word " * 40).endswith("word…")
    assert len(sanitise.name("x" * 500)) <= sanitise.NAME_LENGTH + 1
    assert sanitise.name("????") == ""
    assert sanitise.name("  Noor\n Haddad ") == "Noor Haddad"


def test_names_cannot_reorder_or_climb() -> None:
    """Bidi overrides and piled-up marks in a name do not disturb the line around it; joined emoji stay whole."""
    assert sanitise.name("abc\u202edef\u2066") == "abcdef"
    assert sanitise.name("Z" + "\u0301" * 40) == "\u0179\u0301\u0301"
    assert sanitise.name("👩\u200d👩\u200d👧") == "👩\u200d👩\u200d👧"


def test_initials_stand_for_a_face() -> None:
    """Every kind of name has sensible initials, and none where there is no letter."""
    assert [
        sanitise.initials(name) for name in ("Noor Haddad", "村上 例", "@jun@social.example", "plato", "👋", "")
    ] == [
        "NH",
        "村",
        "J",
        "P",
        "",
        "",
    ]


@given(st.text(), st.text())
def test_any_text_and_markup_is_taken(text: str, markup: str) -> None:
    """No input makes the sanitiser raise or let a script element through."""
    cleaned = sanitise.html(text, markup)
    assert "<script" not in cleaned.lower()
    assert not re.search("[\u202a-\u202e\ud800-\udfff]", cleaned)
    assert sanitise.line(text, 40) == sanitise.line(sanitise.line(text, 40), 41)
    assert len(sanitise.initials(text)) <= 4


def test_characters_written_as_numbers_are_cleaned_too() -> None:
    """A bidi override, a control or a non-character that hides behind its number is taken out all the same."""
    assert sanitise.html("", "<p>a&#x202E;b&#8;c&#xFFFF;d &amp;#x202E; &rlm;e</p>") == "<p>abcd &amp;#x202E; e</p>"
