"""The page: its order, its words, its empty states; the same figures as the JSON; nothing hostile gets through."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversation.acts import Direction, Kind
from conversation.languages import ENGLISH
from conversation.ledger import Entry, Ledger, PostFacts, view
from conversation.ledger.wording import clip, share, whereabouts
from ledgers import FULL, JO, NOOR, POST, SITE, Outline, gave, got, ledger, many, outline, printed, rendered


def assert_same_figures(told: Ledger) -> int:
    """Checks every number on the page against the JSON, and says how many there were."""
    figures = outline(told).figures
    for path, shown in figures:
        assert shown == printed(told.as_json(), path), path
    return len(figures)


def test_the_page_in_its_order() -> None:
    """All eleven sections stand in the order of the catalogue, help first of all, below one h1."""
    headings = [(tag, text) for tag, text in outline(FULL).headings if tag in {"h1", "h2"}]
    assert headings == [
        ("h1", "How can I help you?"),
        ("h2", "What I gave this year"),
        ("h2", "By channel"),
        ("h2", "Month by month"),
        ("h2", "Broadcast or talk"),
        ("h2", "Answering"),
        ("h2", "Going both ways"),
        ("h2", "Milestones"),
        ("h2", "Days I gave"),
        ("h2", "Props"),
        ("h2", "How this is counted"),
    ]


def test_the_figures_are_those_of_the_json() -> None:
    """Every number of the full page is the one at its place in ledger.json."""
    assert assert_same_figures(FULL) > 50


@settings(deadline=None)  # the first page compiles the templates
@given(many)
def test_the_figures_of_any_page(rows: list[Entry]) -> None:
    """So it is for any rows, and no page fails to render."""
    assert_same_figures(ledger(*rows))


def test_three_sentences() -> None:
    """People, words and long gifts, each a figure and what it means."""
    text = outline(FULL).text
    assert "40 people heard from me, in a guest post, answers and replies" in text
    assert "8,700 words were written to somebody rather than to everybody" in text
    assert "1 guest post and 3 answers on Stack Exchange, and 39 comments of 150 words or more" in text


def test_one_act() -> None:
    """One person, one link: the singular, no zeros, and no second sentence made of the same act."""
    page = view(ledger(gave(Kind.LINK, person=NOOR, target=NOOR, post=POST)))
    text = Outline(rendered(page)).text
    assert len(page.sentences) == 1
    assert "1 person heard from me, in a link" in text
    assert "It began with this." in text
    assert " 0 " not in text


def test_an_anonymous_act() -> None:
    """An act to nobody known is an act of giving, in the singular."""
    assert "1 answer to what somebody asked on the web" in outline(ledger(gave(Kind.ANSWER))).text
    assert "1 act of giving: a like" in outline(ledger(gave(Kind.LIKE))).text


def test_two_likes() -> None:
    """Where people, words and long gifts are nothing, acts and days stand in for them."""
    text = outline(ledger(gave(Kind.LIKE, days=1), gave(Kind.LIKE, days=2))).text
    assert "2 acts of giving in all: likes" in text
    assert "2 days had something given in them" in text


def test_a_new_blog() -> None:
    """With nothing at all the page invites: it still begins with help, has no table, no props and no zero."""
    page = outline(ledger())
    assert "Nothing is written down here yet." in page.text
    assert "table" not in [tag for tag, _ in page.tags]
    assert "Props" not in page.text
    assert page.figures == []
    assert not re.search(r"\b0\b", page.text)


def test_only_giving() -> None:
    """A blog that nobody answered yet begins with what was given, and its other side is not counted, not 0."""
    page = outline(ledger(gave(person=NOOR, words=20), gave(Kind.LINK, target=NOOR, post=POST)))
    assert "What comes back will stand on the right." in page.text
    assert page.text.count("not counted") == 1
    assert not re.search(r"\b0\b", page.text)


def test_only_receiving() -> None:
    """A blog that only received is not shamed."""
    page = outline(ledger(got(person=JO), got(person=NOOR, channel="mastodon")))
    assert "All of this was given to me." in page.text
    assert not re.search(r"\b0\b", page.text)


def test_a_quiet_year() -> None:
    """Where the last year is empty the table shows all time, and says so."""
    text = outline(ledger(gave(days=500), got(days=600))).text
    assert "Nothing is written down for the last 365 days." in text
    assert "All time, for the last 365 days have nothing to show." in text


def test_bars_share_one_scale() -> None:
    """The widest bar is 100 %, all others are measured by it, whichever side they are on."""
    table = view(ledger(gave(Kind.LIKE, number=10), got(Kind.LIKE, number=40), got(number=5, channel="isso"))).channels
    assert table is not None
    rows = {row.channel: row for row in table.rows}
    assert list(rows) == ["Web", "Isso"]
    assert rows["Web"].given is not None
    assert rows["Web"].given.width == "25"
    assert rows["Web"].received is not None
    assert rows["Web"].received.width == "100"
    assert rows["Isso"].given is None


def test_zero_where_it_can_be_counted() -> None:
    """Where a source tells of giving nothing was given yet, or nothing this year; where none does, nobody knows."""
    told = ledger(got(channel="mastodon"), got(channel="isso"), got(channel="lemmy"), gave(channel="lemmy", days=500))
    counted = {"mastodon": [Direction.GIVEN, Direction.RECEIVED], "isso": [Direction.RECEIVED]}
    page = view(told, counted=counted)
    assert page.channels is not None
    given_ = {row.channel: row.given and row.given.number.text for row in page.channels.rows}
    assert given_ == {"Mastodon": "none yet", "Isso": None, "Lemmy": "0"}
    text = Outline(rendered(page)).text
    assert "Not counted: what I gave on Isso, for no source tells of it." in text
    assert rendered(page).count("<svg width=") == 3  # nothing has no bar


def test_props_by_site_newest_first() -> None:
    """Each site stands once, the one with the newest link first, with the posts that gave the links."""
    links = [
        gave(Kind.LINK, target=f"{NOOR}/1", name="Noor", title="Thanks", post=POST, days=30),
        gave(Kind.LINK, target=f"{NOOR}/1", post=POST, days=30),
        gave(Kind.LINK, target=f"{JO}/", name="jo.example", post=POST, days=20),
        gave(Kind.LINK, target=f"{NOOR}/2", post=f"{SITE}/b.html", days=10),
        gave(Kind.REPLY, target=f"{NOOR}/3", title="On rye", post=POST, days=40),
        gave(Kind.LINK, target="javascript:alert(1)", post=POST),
        gave(Kind.REPLY, target="https://social.example/@x/1"),
    ]
    sites = view(ledger(*links, posts=(PostFacts(url=POST, title="On rye"),))).props
    assert [(site.host, site.names) for site in sites] == [("noor.example", "Noor"), ("jo.example", "")]
    assert [(link.title, link.post_title) for link in sites[0].links] == [
        ("2", "b.html"),
        ("Thanks", "On rye"),
        ("3", "On rye"),  # a post's own title is no name for the page that it answers
    ]
    assert [link.path for link in sites[0].links] == ["/b.html", "/rye.html", "/rye.html"]
    assert sites[1].links[0].title == "jo.example"


def test_props_fold_and_stay_bounded() -> None:
    """After twenty sites the rest is folded; neither one site's links nor all sites can blow up the page."""
    links = [gave(Kind.LINK, target=f"https://s{n}.example/", post=POST, days=n) for n in range(250)]
    links += [gave(Kind.LINK, target=f"https://s0.example/{n}", post=POST, days=n) for n in range(1, 3001)]
    page = view(ledger(*links))
    assert (len(page.props), len(page.props_folded), page.props_left) == (20, 200, 30)
    assert (len(page.props[0].links), page.props[0].more) == (3, 2998)
    html = rendered(page)
    assert "200 more sites" in html
    assert len(html) < 150_000


def test_sources_in_words() -> None:
    """Freshness is told in words and absolute times of the site's zone, and what failed still counts."""
    text = outline(FULL).text
    assert "mastodon: not up to date; what it told of by 19 November 2026 at 11:00 still counts: 1 act." in text
    assert "hackernews: could not be read (news.example answered 503.); nothing of it is counted yet." in text
    assert "The links in my posts: as of 22 November 2026 at 11:00: 1,234 acts." in text
    assert "webmention.io: not read yet." in text


def test_coverage_in_words() -> None:
    """The page says how many acts could be attributed, what matches no post, and what no source tells of."""
    text = outline(FULL).text
    assert "41 of 44 acts given (93 %) could be attributed to a person" in text
    assert "1 of 1,236 acts received (under 1 %) could be attributed" in text
    assert "1 act received is about the site as a whole" in text
    assert "Not counted: what I received on Stack Exchange" in text


def test_unmatched_addresses() -> None:
    """Addresses that are no posts are summed up, never listed: they are not worth a link."""

    class Row:
        acts = 7

    html = rendered(view(ledger(), unmatched=[Row(), Row()]))
    assert "Meant for none of this site’s posts: 14 acts, at 2 addresses." in html


@pytest.mark.parametrize(
    ("some", "whole", "told"),
    [
        (3, 4, ""),
        (10, 20, " (50 %)"),
        (1, 1000, " (under 1 %)"),
        (999, 1000, " (over 99 %)"),
        (0, 20, " (0 %)"),
    ],
)
def test_shares_in_words(some: int, whole: int, told: str) -> None:
    """Under 20 a share is told without a percentage; only all is 100 % and only none is 0 %."""
    assert share(some, whole, ENGLISH).replace("\N{NO-BREAK SPACE}", " ") == told


def test_whereabouts() -> None:
    """In a sentence services are "on" something; letters, forums and mail are not."""
    places = [whereabouts(channel, ENGLISH) for channel in ("hackernews", "Forum", "mail", "blog", "web", "quilting")]
    assert places == ["on Hacker News", "in forums", "by mail", "on other blogs", "on the web", "on Quilting"]


@given(st.text(), st.integers(2, 40))
def test_clip(text: str, length: int) -> None:
    """A foreign text becomes one line without control characters, never longer than asked."""
    line = clip(text, length)
    assert len(line) <= length
    assert not re.search(r"[\x00-\x1f]", line)
