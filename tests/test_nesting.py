"""nesting.py and characters.py: other people's words stay in the place that they were given."""

from __future__ import annotations

import re

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation import sanitise
from conversation.addresses import link
from conversation.characters import plain, visible
from hostile import CASES
from test_sanitise import HOSTILE

TAGS = sorted(sanitise.TAGS)
MARKUP = st.lists(
    st.sampled_from(
        [
            *(f"<{tag}>" for tag in TAGS),
            *(f"</{tag}>" for tag in TAGS),
            *(
                "<a href='https://e.example/'>",
                "<h2>",
                "</h2>",
                "<td>",
                "<br><br>",
                "one",
                "two ",
                " ",
                "\n\n\n",
                "&nbsp;",
            ),
        ]
    ),
    max_size=25,
).map("".join)
ITEM = '<ol><li id="mine"><div id="words">%s</div></li></ol><footer>end</footer>'
RUBY = "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>"
PHRASES = {"p", "pre"} | (sanitise.TAGS - {"blockquote", "li", "ol", "ul"})


def stays_in(words: str) -> bool:
    """Whether a browser that reads `words` inside an item of a list leaves the list and what follows as they are."""
    page = html5lib.parse(ITEM % words, namespaceHTMLElements=False)
    (items,) = page.findall("body/ol")
    (item,) = items
    assert page.find("body/footer") is not None
    return item.get("id") == "mine" and [child.get("id") for child in item] == ["words"] and not (item[0].tail or "")


def wrong(words: str) -> list[str]:
    """Pairs of elements, parent and child, that the standard does not allow."""
    found = []
    for parent in html5lib.parse(ITEM % words, namespaceHTMLElements=False).find(".//*[@id='words']").iter():
        for child in parent:
            pair = (parent.tag, child.tag)
            lists = {"ol", "ul"}
            if (parent.tag in lists) != (child.tag == "li"):
                found.append(pair)
            if parent.tag in PHRASES - {"div"} and child.tag in {"p", "pre", "blockquote", "li", *lists}:
                found.append(pair)
            if child.tag in {"rt", "rp"} and parent.tag != "ruby":
                found.append(pair)
    return [f"{child} in {parent}" for parent, child in found]


@pytest.mark.parametrize("markup", [*CASES.values(), *HOSTILE])
def test_no_words_leave_their_comment(markup: str) -> None:
    """A stray item, an end tag or an element without an end moves nobody else's words."""
    words = str(sanitise.html("", markup))
    assert stays_in(words)
    assert wrong(words) == []


@given(MARKUP)
def test_whatever_is_mixed_comes_out_valid_and_whole(markup: str) -> None:
    """Elements in any order become allowed nesting, lose no letter, and are as they should be when read again."""
    words = str(sanitise.html("", markup))
    assert stays_in(words)
    assert wrong(words) == []
    assert re.sub("[^a-z]", "", re.sub("<[^>]*>", "", words)) == re.sub("[^a-z]", "", re.sub("<[^>]*>", "", markup))
    assert sanitise.html("", words) == words


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<li>one<li>two", "one<br>two"),
        ("<ul>one<li>two</ul>", "<ul><li>one</li><li>two</li></ul>"),
        ("<ul><li>one<ol><li>two</ol></ul>", "<ul><li>one<ol><li>two</li></ol></li></ul>"),
        ("<b><p>one</p><ul><li>two</ul></b>", "<p><b>one</b></p><ul><li><b>two</b></li></ul>"),
        ("<pre>one<p>two</p></pre>", "<pre>one\ntwo</pre>"),
        ("<p>Hi <b></b>there<br><br><br>you</p><p> <br>&nbsp;</p>", "<p>Hi there<br><br>you</p>"),
        ("<a href='https://e.example/'><b> </b></a>x", "x"),
        (f"{RUBY} <rt>x</rt>", f"{RUBY} x"),
        ("<blockquote>" * 9 + "deep", "<blockquote>" * 4 + "deep" + "</blockquote>" * 4),
        ("<i><b><i>x</i></b></i>", "<i><b>x</b></i>"),
    ],
)
def test_what_is_meant_is_kept(markup: str, words: str) -> None:
    """What people write by hand still says what they meant: lists, quotes, ruby, emphasis."""
    assert sanitise.html("", markup) == words


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://e.example/a?b=c&d#e", "https://e.example/a?b=c&d#e"),
        ("https://例え.example/笔记", "https://例え.example/笔记"),
        (
            "https://e.example/[a]{b}|c^e`f%zz?[q]#a#b",
            "https://e.example/%5Ba%5D%7Bb%7D%7Cc%5Ee%60f%25zz?%5Bq%5D#a%23b",
        ),
        ("https://e.example/e\u0301", "https://e.example/e%CC%81"),
        ("https://e.example/\ue000", "https://e.example/%EE%80%80"),
        ("https://a:b@e.example/", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_links_are_addresses_that_a_page_may_hold(url: str, linked: str) -> None:
    """What a valid page cannot hold is escaped, what it must not link to is no link, and all else stays as it was."""
    assert link(url) == linked
    assert link(linked) == linked


def test_letters_that_disturb_others_go() -> None:
    """Nothing reorders, climbs, hides or is without a meaning; the marks and joiners of languages stay."""
    assert plain("a\u202eb\u2066c\x00d\ue000e\ufdd0f\U0001fffeg") == "abcdefg"
    assert plain("\u0e01" + "\u0e49" * 60 + "x" + "\u0301" * 9) == "\u0e01" + "\u0e49" * 4 + "x\u0301\u0301"
    assert plain("o\u200b\u200b\u200d\u2060k") == "o\u200bk"
    assert plain("hi\U000e0041\U000e0042") == "hi"
    assert plain("e\u0301 \u03c9\u0314\u0342\u0345") == "é ᾧ"
    assert plain("a\u2028b\r\nc\rd") == "a\nb\nc\nd"
    for kept in ("👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "❤️‍🔥", "1️⃣", "بِسْمِ ٱللَّهِ", "שָׁלוֹם", "ที่นี่", "क्‍ष", "Việt Nam", "می‌خواهم"):
        assert plain(kept) == kept


@pytest.mark.parametrize("text", [text for text in CASES.values() if text.strip()])
def test_cleaning_letters_twice_changes_nothing(text: str) -> None:
    """What was cleaned on its way in can be cleaned again on its way out."""
    assert plain(plain(text)) == plain(text)


@given(st.text(st.sampled_from("a\u0301\u0e49\u200b\u200d\u034f\ufe0f\U0001f469\U000e0041\U0001f3f4\r\n\u202e\u0489")))
def test_any_letters_are_clean_after_once(text: str) -> None:
    """No order of odd characters leaves some that a second look would take."""
    assert plain(plain(text)) == plain(text)


def test_a_name_of_blanks_is_no_name() -> None:
    """Nobody is called something that cannot be seen, and no link has a name that cannot be read."""
    assert not visible("\u3164\u115f\u2800\u200b\u00a0\u0301")
    assert sanitise.name(CASES["blank letters"]) == sanitise.line(CASES["zero-width flood"], 90) == ""
    assert all(visible(letter) for letter in "あ🫨…")
