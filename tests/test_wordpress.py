"""WordPress, asked on loopback: which post is meant, what comments say, and what is left when REST is closed."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from cases_press import OLD, Row, answer_wordpress, feed_of, wordpress_post, wordpress_row
from conformance import NOW, POST, SITE
from conversation.acts import Act, Kind
from conversation.errors import Malformed, Missing, Refused
from conversation.http import Client
from conversation.posts import Post
from conversation.sources import Ask, Batch, Source
from conversation.sources.feed_parse import parse_feed
from conversation.sources.wordpress import SERVICE, addresses_of
from conversation.sources.wordpress_parse import (
    Found,
    Page,
    chosen,
    parse_comments,
    parse_entries,
    parse_found,
    slug_of,
)
from loopback import Handler, Request, serve

PAGE = Page("wordpress", POST)
PASSWORD = "ada:abcdefgh"  # noqa: S105 - of a server on loopback
TEA = wordpress_post(7, "a", "/2019/05/a/")


def pulled(handler: Handler, *posts: Post, token: str = "") -> tuple[list[Batch], list[Request]]:
    """One pull about these posts, and the requests that it took."""
    with serve(handler) as server, Client(retries=0) as client:
        source = Source("wordpress", "wordpress", {}, server.url, token)
        ask = Ask(posts or (Post(url=POST),), {}, full=False, now=NOW, sites=(SITE, "http://former.example"))
        return list(SERVICE.pull(source, ask, client)), list(server.requests)


def acts_of(batches: list[Batch]) -> list[Act]:
    return [act for batch in batches for act in batch.acts]


def told(*rows: Row | object) -> list[Act]:
    """The acts of a listing of these comments."""
    return list(
        parse_comments([{"link": f"{OLD}/a/#comment-1"} | r if isinstance(r, dict) else r for r in rows], PAGE).acts
    )


def test_a_comment_arrives_with_all_that_a_reader_sees() -> None:
    """Words, name, time, permalink and parent are those of the blog, in the words of the vocabulary."""
    rows = [wordpress_row(1, "Well <em>said</em>.", author_name="Bea &amp; Co"), wordpress_row(2, "Yes.", 1)]
    batches, _ = pulled(answer_wordpress([TEA], {7: rows}))
    one, two = acts_of(batches)
    assert (one.kind, one.id, one.target, one.channel) == (Kind.REPLY, "1", POST, "wordpress")
    assert one.url == f"{OLD}/2019/05/a/#comment-1"
    assert (one.author.name, one.author.url, one.author.photo) == ("Bea & Co", "https://p1.example/", "")
    assert (one.text, one.words, one.published) == ("Well said.", 2, datetime(2026, 5, 20, 12, tzinfo=UTC))
    assert (one.parent, two.parent) == ("", one.url)
    assert batches[-1].complete == (POST,)


@pytest.mark.parametrize("status", ["hold", "spam", "trash", "post-trashed"])
def test_what_is_not_approved_is_not_told(status: str) -> None:
    """A plugin that opens the interface too far makes nothing public, and the answer to something hidden stays."""
    assert told(wordpress_row(1, status=status)) == []
    (answer,) = told(wordpress_row(1, status=status), wordpress_row(2, "Yes.", 1))
    assert answer.parent.endswith("#comment-1")


def test_pingbacks_are_mentions_by_the_page_that_links() -> None:
    """With an application password pingbacks come too, as the page that links; a shop's notes are nobody's words."""
    ping = wordpress_row(2, "[…] as Ada says […]", type="pingback", author_name="Other &#8211; Blog")
    ping |= {"author_url": "https://other.example/x?a=1&amp;b=2"}
    handler = answer_wordpress([TEA], {7: [wordpress_row(1), ping, wordpress_row(3, type="order_note")]})
    batches, requests = pulled(handler, token=PASSWORD)
    comment, mention = acts_of(batches)
    assert (comment.kind, mention.kind, mention.title) == (Kind.REPLY, Kind.MENTION, "Other – Blog")
    assert (mention.url, mention.author.url) == ("https://other.example/x?a=1&b=2", "https://other.example/")
    sent = {request.headers["Authorization"] for request in requests}
    assert sent == {"Basic " + base64.b64encode(PASSWORD.encode()).decode()}
    assert [act.id for act in acts_of(pulled(handler)[0])] == ["1"]


def test_a_wrong_password_is_told_by_its_variable() -> None:
    """A refusal in spite of a token names the variable, and the feed does not hide it."""
    with pytest.raises(Refused, match="CONVERSATION_WORDPRESS_TOKEN"):
        pulled(answer_wordpress([TEA], {}, closed="/wp-json/"), token=PASSWORD)


def test_posts_are_looked_up_together() -> None:
    """However many posts are due, one request a kind finds them, and only what the blog has is asked about."""
    posts = [Post(url=f"{SITE}/post-{number}.html") for number in range(30)]
    handler = answer_wordpress([wordpress_post(3, "post-3"), wordpress_post(4, "post-4", kind="pages")], {})
    batches, requests = pulled(handler, *posts)
    assert [request.query.get("post") for request in requests] == [None, None, ["3"], ["4"]]
    assert {url for batch in batches for url in batch.complete} == {post.url for post in posts}


def test_where_a_post_may_stand() -> None:
    """Front matter rules; else the post's path and its aliases', whatever the ending, under the blog's address."""
    ask = Ask((), {}, full=False, now=NOW, sites=(f"{SITE}/blog",))
    post = Post(url=f"{SITE}/blog/tea.html", aliases=("/2019/05/the-tea/", "old/tea.php"))
    base = "https://old.example"
    assert addresses_of(post, ask, base) == tuple(base + path for path in ("/tea/", "/2019/05/the-tea/", "/old/tea/"))
    named = structs.replace(post, syndication=("https://x.example/1", "https://www.old.example/2020/tea/"))
    assert addresses_of(named, ask, base) == ("https://www.old.example/2020/tea/",)
    assert addresses_of(Post(url=f"{SITE}/blog/"), ask, base) == ()


def test_a_slug_tells_only_where_it_is_one_posts() -> None:
    """The same address wins over the same slug; a slug that two of our posts share tells nothing."""
    found = [Found(1, "https://o.example/2019/intro/", "intro"), Found(2, "https://o.example/2020/intro/", "intro")]
    found += [Found(3, "https://o.example/tea/", "tea"), Found(4, "https://o.example/x/cake/", "cake")]
    wanted = {
        "a": ("https://o.example/2020/intro/",),
        "b": ("https://o.example/else/intro/",),
        "c": ("http://www.o.example/Tea",),
        "d": ("https://o.example/1/cake/",),
        "e": ("https://o.example/2/cake/",),
        "f": ("https://o.example/?p=12",),
    }
    meant = {url: [each.number for each in some] for url, some in chosen(wanted, found).items()}
    assert meant == {"a": [2], "b": [], "c": [3], "d": [], "e": [], "f": [12]}


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("https://o.example/2019/Tea.html", "tea"),
        ("https://o.example/tea/index.html", "tea"),
        ("https://o.example/%D1%87%D0%B0%D0%B9/", "чай"),
        ("https://o.example/", ""),
        ("http://[", ""),
    ],
)
def test_slugs_are_read_from_addresses(url: str, slug: str) -> None:
    """Endings, folders' index pages, letter case and escapes make no difference to a slug."""
    assert slug_of(url) == slug


def test_addresses_without_words_are_no_hindrance() -> None:
    """A blog whose posts have addresses like "?p=12" has its interface elsewhere, and is found."""
    batches, _ = pulled(answer_wordpress([TEA], {7: [wordpress_row(1)]}, plain=True))
    assert [act.id for act in acts_of(batches)] == ["1"]


@pytest.mark.parametrize("closed", ["/wp-json", "/wp-json/wp/v2/comments"])
def test_a_closed_interface_leaves_the_feed(closed: str) -> None:
    """The ten newest comments come from the post's feed under the same ids, with parents, and nothing is complete."""
    rows = [wordpress_row(1, "One."), *(wordpress_row(number, "More.", 1) for number in range(2, 15))]
    post = Post(url=POST, syndication=())
    posts = [wordpress_post(7, "a", "/a/")]
    opened = {act.id: act for act in acts_of(pulled(answer_wordpress(posts, {7: rows}), post)[0])}
    batches, _ = pulled(answer_wordpress(posts, {7: rows}, closed=closed), post)
    acts = acts_of(batches)
    assert sorted(int(act.id) for act in acts) == list(range(5, 15))
    for act in acts:
        assert (act.url, act.parent, act.text) == (opened[act.id].url, opened[act.id].parent, opened[act.id].text)
    assert not any(batch.complete for batch in batches)


def test_no_feed_and_no_interface_is_told() -> None:
    """An address where there is no WordPress at all ends the pull with a message."""
    with pytest.raises(Missing):
        pulled(lambda _: (404, {}, b"Not here"))


def test_the_feed_of_another_post_is_not_taken() -> None:
    """WordPress guesses which post a wrong address means; a guess that is another post's brings no comments."""

    def answer(request: Request) -> tuple[int, dict[str, str], bytes]:
        if request.path.startswith("/wp-json"):
            return 401, {}, b"{}"
        status, headers, body = feed_of("http://old.example", "/another/", [wordpress_row(1)])
        return status, dict(headers), body

    batches, _ = pulled(answer)
    assert not acts_of(batches)


def test_a_pingback_in_a_feed_is_a_mention() -> None:
    """Feeds do not name the type; how WordPress quotes a page that links here does."""
    _, _, body = feed_of("", "/a/", [wordpress_row(1, "[&#8230;] as Ada says [&#8230;]"), wordpress_row(2, "Hm […]")])
    kinds = {act.id: act.kind for act in parse_entries(parse_feed(body, f"{OLD}/a/feed/"), PAGE).acts}
    assert kinds == {"1": Kind.MENTION, "2": Kind.REPLY}


def test_comments_that_change_while_they_are_read_are_not_whole() -> None:
    """Where the number of comments is another on the second page, one may have slipped through: nothing is complete."""
    rows = [wordpress_row(number) for number in range(1, 31)]

    def answer(request: Request) -> object:
        shown = rows if request.query.get("page") != ["2"] else rows[1:]
        return answer_wordpress([TEA], {7: shown})(request)

    batches, _ = pulled(answer)  # type: ignore[arg-type]
    assert len(acts_of(batches)) == 29
    assert not any(batch.complete for batch in batches)


def test_check_says_how_the_blog_stands() -> None:
    """Doctor tells the number of comments, and what is missing where the interface is closed."""
    said = []
    for closed in ("", "/wp-json/"):
        handler = answer_wordpress([TEA], {7: [wordpress_row(1)]}, closed=closed)
        with serve(handler) as server, Client(retries=0) as client:
            source = Source("wordpress", "wordpress", {}, server.url)
            assert SERVICE.check is not None
            said += list(SERVICE.check(source, client))
    assert [finding.well for finding in said] == [True, False]
    assert "/wp-json/" in said[1].advice


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["id", "link", "slug", "parent", "content", "rendered", "type"]), inner)
    ),
    max_leaves=12,
)


@given(st.lists(JSON | st.fixed_dictionaries({"id": st.integers(1, 9), "link": JSON, "content": JSON, "type": JSON})))
def test_any_json_is_read(values: list[object]) -> None:
    """Whatever stands where comments should be, nothing is raised, and all that is told has an id and the post."""
    found = parse_comments(values, PAGE)
    assert all(act.id and act.target == POST for act in found.acts)
    assert len(found.acts) + len(found.problems) <= len(values)


@given(JSON)
def test_any_answer_to_the_look_up_is_read(value: object) -> None:
    """Posts are taken only with number, address and slug; an answer that is no list says what to do."""
    if not isinstance(value, list):
        with pytest.raises(Malformed, match="base_url"):
            parse_found(value, where="here")
        return
    found, _ = parse_found(value, where="here")
    assert all(each.number > 0 and each.url and each.slug for each in found)
