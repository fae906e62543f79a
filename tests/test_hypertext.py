"""Links, text and words out of HTML, and pages out of addresses."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import nh3
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conversation.addresses import is_web
from conversation.sources.hypertext import addresses, anchors, text, words
from conversation.sources.pages import digest_of, is_within, page_of, site_of, whose

PIECES = [
    "<a ",
    "<a href='",
    'href="https://a.example/">',
    "<!--",
    "-->",
    "<![",
    "<!",
    "</a",
    "</a>",
    "<script",
    "&#",
    ">",
    "<",
]
MARKUP = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=30).map("".join)


@given(MARKUP | st.text())
@example("<a <![x[")
@example("<a href='https://a.example/'>\ud800")
def test_no_markup_is_too_broken(markup: str) -> None:
    """Whatever stands in a page, links and text come out and nothing is raised."""
    for anchor in anchors(markup):
        assert anchor.href
    assert all(map(is_web, addresses(markup)))
    assert "\0" not in text(markup)


@pytest.mark.parametrize("piece", ["<a ", "<a href='", "<!--", "</a", "<", "<div>"])
def test_text_of_strangers_is_read_once_by_the_parser_of_linear_time(
    piece: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """100 kB of unclosed tags kept the standard library's parser busy for a minute; nh3 takes each letter once."""
    handed: list[int] = []
    clean = nh3.clean

    def counted(markup: str, **options: Any) -> str:  # noqa: ANN401 - nh3's own
        handed.append(len(markup))
        return clean(markup, **options)

    monkeypatch.setattr(nh3, "clean", counted)
    monkeypatch.delattr(HTMLParser, "feed")
    markup = piece * (100_000 // len(piece))
    assert "<a" not in text(markup)
    assert addresses(markup) == ()
    assert handed == [len(markup), len(markup)]


def test_text_is_what_a_reader_sees() -> None:
    """Tags, scripts and styles are gone, blocks are lines, entities are letters."""
    markup = "<h2>Tea &amp; cake</h2><p>one\n two<br>three &lt;3<script>x()</script></p><style>p{}</style><!-- no -->"
    assert text(markup) == "Tea & cake\none two\nthree <3"


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("", 0),
        ("I don't know — well-known, 3 things.", 6),
        ("谢谢你", 3),
        ("Grüße, Zoë!", 2),
        ("😀 !", 0),
        ("ありがとう Ada", 6),
    ],
)
def test_words_are_counted_in_every_language(said: str, number: int) -> None:
    """Languages without spaces count a character as a word; punctuation and emoji are none."""
    assert words(said) == number


def test_anchors_have_their_text_and_rel() -> None:
    """A link's title is what it says, or what its picture or title attribute says."""
    markup = (
        '<p><a href="https://a.example/?x=1&amp;y=2"><b>A</b>\n one</a> <a rel="ME nofollow" href=https://b.example/>B</a>'
        '<a href="c"><img alt="picture" src="p.png"></a><a href="d" title="told"></a><a name="e">no</a>'
    )
    found = anchors(markup)
    assert [(each.href, each.text) for each in found] == [
        ("https://a.example/?x=1&y=2", "A one"),
        ("https://b.example/", "B"),
        ("c", "picture"),
        ("d", "told"),
    ]
    assert found[1].rel == {"me", "nofollow"}


@pytest.mark.parametrize(
    "markup",
    [
        "<!-- <a href='https://a.example/'>a</a> -->",
        "<script>'<a href=\"https://a.example/\">a</a>'</script>",
        "<pre>&lt;a href='https://a.example/'&gt;</pre><code>https://a.example/</code>",
        "<abbr href='https://a.example/'>a</abbr>",
        "<a href=''>a</a>",
    ],
)
def test_what_only_looks_like_a_link_is_none(markup: str) -> None:
    """Comments, scripts and code that shows a link give nothing to anybody."""
    assert anchors(markup) == ()


def test_unclosed_and_nested_anchors_are_links_all_the_same() -> None:
    """Browsers close a link where the next begins; so do we."""
    found = anchors(
        "<a href='https://a.example/'>one <a href='https://b.example/' title='x>y'>two</a> <a href='c'>three"
    )
    assert [(each.href, each.text) for each in found] == [
        ("https://a.example/", "one"),
        ("https://b.example/", "two"),
        ("c", "three"),
    ]


@pytest.mark.parametrize(
    "spelling",
    [
        "http://A.example:80/x/",
        "https://a.example/x",
        "https://a.example/x#part",
        "https://www.a.example/x?utm_source=feed",
        "https://a.example//x/index.html?fbclid=1",
    ],
)
def test_one_page_has_one_spelling(spelling: str) -> None:
    """Spellings that mean the same page are counted as one page."""
    assert page_of(spelling) == page_of("https://a.example/x/")


def test_a_query_that_means_something_makes_another_page() -> None:
    """Old sites tell pages apart by their query."""
    assert page_of("https://a.example/?p=1") != page_of("https://a.example/?p=2")


def test_a_site_is_its_folder_and_not_its_neighbours() -> None:
    """On a shared host, somebody else's folder is somebody else's."""
    ours = [page_of("https://a.example/~ada/"), page_of("http://b.example")]
    assert is_within(page_of("http://a.example/~ada/x.html"), ours)
    assert is_within(page_of("https://a.example/~ada"), ours)
    assert is_within(page_of("https://www.b.example/?p=1"), ours)
    assert not is_within(page_of("https://a.example/~adam/"), ours)
    assert not is_within(page_of("https://b.example.org/"), ours)


@pytest.mark.parametrize(
    ("url", "profile"),
    [
        ("https://social.example/@bea/109876543210987654", "https://social.example/@bea"),
        ("https://github.com/bea/project/issues/3", "https://github.com/bea"),
        ("https://github.com/topics/python", "https://github.com/"),
        ("https://bsky.app/profile/bea.example/post/3k", "https://bsky.app/profile/bea.example"),
        ("https://twitter.com/bea/status/1", "https://twitter.com/bea"),
        ("https://twitter.com/search?q=x", "https://twitter.com/"),
        ("https://uni.example/~bea/paper.html", "https://uni.example/~bea"),
        ("https://bea.example/2026/tea.html?x=1", "https://bea.example/"),
        ("not an address", ""),
    ],
)
def test_a_page_belongs_to_a_person_where_many_share_a_host(url: str, profile: str) -> None:
    """Links to two people on GitHub are two people, not one."""
    assert whose(url).url == profile


@given(st.text(), st.text())
def test_no_address_is_too_broken(url: str, other: str) -> None:
    """Pages, sites and ids of any text at all; spelled twice the same, they are the same."""
    assert page_of(url) == page_of(url)
    assert digest_of(url, other) == digest_of(url, other)
    assert isinstance(site_of(url), str)
    assert isinstance(whose(url).url, str)
