"""Feeds in all their dialects as plain values, and what their entries mean."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversation.acts import Count, Direction, Kind
from conversation.errors import Malformed
from conversation.sources.feed_acts import parse_comments, parse_given, parse_mentions, parse_posts, unwrapped
from conversation.sources.feed_parse import Feed, parse_feed
from feeds import atom, comment, item, rss

SITE = "https://kindnesses.example"
TEA = f"{SITE}/tea.html"
URL = f"{SITE}/comments/feed/"


def feed(*items: str) -> Feed:
    return parse_feed(rss(*items), URL)


def entries(*texts: str, head: str = "<title>Atom</title>") -> Feed:
    return parse_feed(atom(texts, head), URL)


def test_a_comment_of_wordpress_is_a_reply_to_its_post() -> None:
    """Link, author, time and words of a site-wide comment feed find their places; "By: Bea" is no title."""
    (act,) = parse_comments(feed(comment(3, TEA, "Thank <b>you</b> &amp; all")), source="feed").acts
    assert (act.direction, act.kind, act.source) == (Direction.RECEIVED, Kind.REPLY, "feed")
    assert (act.url, act.target, act.id) == (f"{TEA}#comment-3", TEA, f"{SITE}/?p=1#comment-3")
    assert (act.author.name, act.title, act.text) == ("Bea", "", "Thank you & all")
    assert act.html == "<p>Thank <b>you</b> &amp; all</p>"
    assert act.published == datetime(2026, 5, 2, 10, 0, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("link", "answers", "target", "parent"),
    [
        (f"{TEA}#comment-3", "", TEA, ""),
        (f"{SITE}/tea/comment-page-2/#comment-3", "", f"{SITE}/tea/", ""),
        (f"{TEA}#comment-3", f"{TEA}#comment-1", TEA, f"{TEA}#comment-1"),
        (f"{TEA}#comment-3", TEA, TEA, ""),
        (f"{TEA}?showComment=17#c17", TEA, TEA, ""),
        (f"{TEA}?showComment=17#c17", "", TEA, ""),
        (f"{TEA}?page=2&replytocom=1#c17", "", f"{TEA}?page=2", ""),
        ("https://bea.example/answer", TEA, TEA, ""),
    ],
)
def test_the_post_that_a_comment_is_about(link: str, answers: str, target: str, parent: str) -> None:
    """WordPress, Blogger and Atom threading each name the post in their way, and the comment that is answered."""
    reply = f'<thr:in-reply-to ref="tag:x" href="{answers}"/>' if answers else ""
    found = entries(f'<entry><id>tag:x,1</id><link href="{link.replace("&", "&amp;")}"/>{reply}</entry>')
    (act,) = parse_comments(found, source="feed").acts
    assert (act.target, act.parent) == (target, parent)


def test_an_entry_about_no_post_is_told_and_left_out() -> None:
    """The blog's own feed given as a comment feed must not make each post a reply to itself."""
    told = parse_comments(feed(item(TEA), comment(1, TEA)), source="feed")
    assert len(told.acts) == 1
    assert told.problems[0].where == TEA
    assert "does not say which post" in told.problems[0].what


def test_comments_numbered_from_one_in_each_post_stay_apart() -> None:
    """Ids such as "1" are unique in the feed of one post only."""
    one = parse_comments(feed(item("", guid="1")), source="feed", target=TEA)
    other = parse_comments(feed(item("", guid="1")), source="feed", target=f"{SITE}/cake.html")
    assert one.acts[0].target == TEA
    assert one.acts[0].id != other.acts[0].id


def test_the_feed_of_a_blog_tells_numbers_and_the_feeds_of_comments() -> None:
    """`wfw:commentRss` with `slash:comments`, and Atom's `rel=replies` with `thr:count`, are understood alike."""
    wordpress = feed(
        item(TEA, more=f"<wfw:commentRss>{TEA}/feed/</wfw:commentRss><slash:comments> 3 </slash:comments>"),
        item(f"{SITE}/b.html", more="<slash:comments>many</slash:comments>"),
        item(f"{SITE}/c.html", more="<slash:comments>0</slash:comments>"),
    )
    page = '<link rel="replies" type="text/html" href="/tea.html#r" thr:count="4"/>'
    replies = '<link rel="replies" type="application/atom+xml" href="/tea.xml" thr:count="4"/>'
    blog = entries(f'<entry><id>tag:x,1</id><link href="{TEA}"/>{page}{replies}</entry>')
    posts, rest, told = parse_posts(wordpress, source="feed")
    assert [post.replies for post in posts] == [f"{TEA}/feed/", ""]
    assert [each.link for each in rest.entries] == [f"{SITE}/b.html"]
    assert told.counts == (Count("feed", TEA, Kind.REPLY, 3), Count("feed", f"{SITE}/c.html", Kind.REPLY, 0))
    assert ["not a number of comments" in problem.what for problem in wordpress.problems] == [True]
    (post,), _, told = parse_posts(blog, source="feed")
    assert post.replies == f"{SITE}/tea.xml"
    assert told.counts == (Count("feed", TEA, Kind.REPLY, 4),)


ALERT = (
    "<entry><id>tag:google.com,2013:googlealerts/feed:1</id>"
    "<title type='html'>On &lt;b&gt;Small Kindnesses&lt;/b&gt;</title>"
    "<link href='https://www.google.com/url?rct=j&amp;sa=t&amp;url={}&amp;ct=ga&amp;usg=x'/>"
    "<published>2026-05-02T10:00:00Z</published><author><name></name></author><content type='html'>{}</content></entry>"
)


def test_an_alert_is_a_mention_of_the_home_page_or_of_the_post_that_it_links_to() -> None:
    """The search engine's wrapping is taken off, and its highlighting from the title."""
    there = "https%3A%2F%2Fcarl.example%2Fnews%3Fid%3D1"
    found = entries(
        ALERT.format(there, "&lt;b&gt;kind&lt;/b&gt; words"),
        ALERT.format(there, f"&lt;a href='{TEA}#x'&gt;tea&lt;/a&gt;").replace("feed:1", "feed:2"),
        ALERT.format(TEA, "my own post").replace("feed:1", "feed:3"),
    )
    told = parse_mentions(found, source="alerts", kind=Kind.MENTION, sites=(SITE, "http://old.example"))
    home, post = told.acts
    assert (home.kind, home.target, home.url) == (Kind.MENTION, SITE, "https://carl.example/news?id=1")
    assert (home.title, home.text, home.author.name) == ("On Small Kindnesses", "kind words", "")
    assert (home.author.url, home.author.shown) == ("https://carl.example/", "carl.example")
    assert post.target == f"{TEA}#x"


@pytest.mark.parametrize(
    ("link", "meant"),
    [
        ("https://www.google.de/url?q=https://a.example/&sa=t", "https://a.example/"),
        ("https://www.google.com/url?url=javascript:alert(1)", None),
        ("https://www.google.com/url", None),
        ("https://google.evil.example/url?url=https://a.example/", "https://a.example/"),
        ("https://notgoogle.com/url?url=https://a.example/", None),
        ("https://a.example/url?url=https://b.example/", None),
    ],
)
def test_only_a_search_engine_is_unwrapped(link: str, meant: str | None) -> None:
    """Other addresses are what they are, and nothing but http(s) is found inside."""
    assert unwrapped(link) == (meant or link)


def test_what_the_blogger_wrote_elsewhere_is_given() -> None:
    """A guest post is given to the site of its feed; words are counted only where the feed has them all."""
    text = rss(
        item("https://carl.example/guest.html", html="<p>four words by me</p>"),
        "<item><link>https://carl.example/b</link><description>the beginning of […]</description></item>",
        item(TEA),
        "<item><title>no link</title></item>",
        title="Carl's place",
        link="https://carl.example/",
    )
    told = parse_given(
        parse_feed(text, "https://carl.example/ada.xml"), source="g", kind=Kind.GUEST_POST, sites=(SITE,)
    )
    whole, cut = told.acts
    assert (whole.direction, whole.kind, whole.author.key) == (Direction.GIVEN, Kind.GUEST_POST, "")
    assert whole.url == whole.target == "https://carl.example/guest.html"
    assert (whole.to.name, whole.to.url, whole.title, whole.words) == (
        "Carl's place",
        "https://carl.example/",
        "A title",
        4,
    )
    assert cut.words is None
    assert [problem.what for problem in told.problems] == [
        "the entry is on your own site, so it is not counted as given",
        "the entry has no link, so it was left out",
    ]


@pytest.mark.parametrize(
    "when",
    [
        "Mon, 32 Feb 2026 10:00:00 +0000",
        "2026-02-30T10:00:00Z",
        "yesterday",
        "Thu, 01 Jan 1970 00:00:00 +0000",
        "0000-00-00T00:00:00",
    ],
)
def test_impossible_times_are_none_and_told(when: str) -> None:
    """A comment with a broken date is still a comment."""
    found = feed(item(f"{TEA}#comment-1", when=when))
    assert found.entries[0].published is None
    assert when in found.problems[0].what
    assert len(parse_comments(found, source="feed").acts) == 1


def test_e_mail_addresses_are_never_taken() -> None:
    """RSS authors are e-mail addresses by the book; they must not reach a page."""
    (one, two, three) = feed(
        item("https://a.example/1", more="<author>bea@b.example (Bea)</author>"),
        item("https://a.example/2", more="<author>bea@b.example</author>"),
        item("https://a.example/3", more="<dc:creator>bea@b.example</dc:creator>"),
    ).entries
    assert (one.author.name, two.author.name, three.author.name) == ("Bea", "", "")


def test_an_id_that_all_entries_share_tells_nothing() -> None:
    """Some generators give all entries the id of the feed: the comments stay apart, and a Problem tells."""
    found = feed(*(item(f"{TEA}#comment-{n}", guid="same") for n in range(3)), item(f"{TEA}#comment-0", guid="same"))
    assert len({each.id for each in found.entries}) == 3
    assert "several entries have the id 'same'" in found.problems[0].what


@given(st.permutations(range(5)))
@settings(deadline=None, max_examples=20)
def test_ids_do_not_hang_on_the_order_of_entries(order: list[int]) -> None:
    """Feeds turn over all the time: an entry without an id of its own keeps the one that it was given."""
    items = [f"<item><link>{TEA}#comment-{n % 4}</link><guid>{'x' if n < 3 else ''}</guid></item>" for n in range(5)]
    assert {e.link: e.id for e in feed(*(items[n] for n in order)).entries} == {
        e.link: e.id for e in feed(*items).entries
    }


def test_a_damaged_feed_gives_what_can_be_understood() -> None:
    """A bare & or a feed cut off in the middle costs no comment before it."""
    for broken in (rss(comment(1, TEA)).replace(b"Thank you!", b"]]>&nbsp;<![CDATA["), rss(comment(1, TEA))[:-20]):
        found = parse_feed(broken, URL)
        assert [each.link for each in found.entries] == [f"{TEA}#comment-1"]
        assert "damaged" in found.problems[0].what
        assert found.problems[0].where == URL


def test_half_an_emoji_costs_no_feed() -> None:
    """Texts cut at a byte limit end in half a character, which feedparser raises over."""
    found = parse_feed(rss(comment(1, TEA), item(TEA, more="<description>&#xD83D;</description>")), URL)
    assert len(found.entries) == 2


@pytest.mark.parametrize(
    "body", [b"", b"<html><body>Log in</body></html>", b"{}", b"\x00\xff", b"Not found", b"https://a.example/"]
)
def test_what_is_no_feed_is_malformed(body: bytes) -> None:
    """A login page in place of the feed must not look like a feed without comments."""
    with pytest.raises(Malformed, match=r"https://kindnesses\.example/comments/feed/ .* (feed)"):
        parse_feed(body, URL)


def test_a_server_cannot_name_a_file_for_us_to_read(tmp_path: Path) -> None:
    """Feedparser opens a file that its input names: an answer that consists of a path must stay an answer."""
    (tmp_path / "feed.xml").write_bytes(rss(comment(1, TEA)))
    with pytest.raises(Malformed):
        parse_feed(str(tmp_path / "feed.xml").encode(), URL)


def test_entities_of_a_document_are_not_expanded() -> None:
    """A document type must not read files or blow up memory."""
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
    found = parse_feed(bomb + rss(item(TEA, more="<description>&a;&f;</description>"))[38:], URL)
    assert "aaaa" not in found.entries[0].text


PIECES = st.sampled_from(
    [
        b"<item>",
        b"</item>",
        b"<![",
        b"]]>",
        b"&#xD800;",
        b"&x;",
        b"<link>http://[</link>",
        b"<pubDate>9-9-9T99:99</pubDate>",
    ]
    + [
        b"<guid>",
        b'xml:base="http://["',
        b"<thr:in-reply-to/>",
        b"<slash:comments>-1</slash:comments>",
        b"\x00",
        b"<!DOCTYPE",
    ]
)


@given(
    st.lists(PIECES | st.binary(max_size=6), max_size=12),
    st.integers(0, 400),
    st.sampled_from(["", "text/xml", "x; charset=?"]),
)
@settings(deadline=None)
def test_no_bytes_are_too_broken(pieces: list[bytes], at: int, content_type: str) -> None:
    """Whatever a server answers, it is a feed or it is Malformed, and its entries have ids."""
    whole = rss(comment(1, TEA), item(TEA, more="<slash:comments>1</slash:comments>"))
    try:
        found = parse_feed(whole[:at] + b"".join(pieces) + whole[at:], URL, content_type)
    except Malformed:
        return
    assert all(each.id for each in found.entries)
    assert len({each.id for each in found.entries}) == len(found.entries)
    told = parse_comments(found, source="feed")
    assert len(told.acts) + len(told.problems) == len(found.entries)
    assert all("\0" not in act.html + act.text + act.author.name for act in told.acts)
