"""Fetching feeds over real sockets: whole blogs, single posts, pages, and servers that fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import pytest

from conversation.acts import Kind
from conversation.errors import Malformed, Missing, Unreachable
from conversation.http import Client
from conversation.posts import Post
from conversation.sources import Ask, Batch, Source
from conversation.sources.feed import MAX_PAGES, SERVICE
from feeds import comment, item, rss
from loopback import Answer, Handler, Request, Server, reset, serve

SITE = "https://kindnesses.example"
TEA, CAKE = f"{SITE}/tea/", f"{SITE}/cake/"
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
Pages = dict[str, bytes]


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(retries=0) as client:
        yield client


def answering(pages: Mapping[str, bytes]) -> Handler:
    """A server with these pages, looked up again for each request."""

    def answer(request: Request) -> Answer:
        page = request.path + (f"?paged={request.query['paged'][0]}" if "paged" in request.query else "")
        status = 200 if page in pages else 404
        return status, {"Content-Type": "application/rss+xml; charset=UTF-8"}, pages.get(page, b"no")

    return answer


def pull(client: Client, url: str, base_url: str = "", ask: Ask | None = None, **options: str) -> list[Batch]:
    source = Source("feed", "feed", {"url": url, **options}, base_url=base_url)
    return list(SERVICE.pull(source, ask or ask_for(), client))


def ask_for(*posts: str, cursor: Mapping[str, str] | None = None, full: bool = False) -> Ask:
    return Ask(tuple(Post(url=url) for url in posts), cursor or {}, full, NOW, (SITE,))


def asked(server: Server) -> list[str]:
    """The paths that were asked for since the last time."""
    paths = [request.path for request in server.requests]
    server.requests.clear()
    return paths


def blog(tea: int, cake: int) -> Pages:
    """A blog of two posts with so many comments, as WordPress serves it."""

    def post(url: str, number: int) -> str:
        return item(url, more=f"<wfw:commentRss>{url}feed/</wfw:commentRss><slash:comments>{number}</slash:comments>")

    return {
        "/feed/": rss(post(TEA, tea), post(CAKE, cake)),
        "/tea/feed/": rss(*(comment(n + 1, TEA) for n in range(tea))),
        "/cake/feed/": rss(*(comment(n + 51, CAKE) for n in range(cake))),
    }


def test_the_feed_of_a_blog_leads_to_the_comments_on_its_posts(client: Client) -> None:
    """One setting, the blog's feed, brings numbers and comments; nothing is ever taken for deleted."""
    with serve(answering(blog(2, 0))) as server:
        batches = pull(client, f"{SITE}/feed/", server.url)
        assert asked(server) == ["/feed/", "/tea/feed/"]
    acts = [act for batch in batches for act in batch.acts]
    assert [(act.target, act.url) for act in acts] == [(TEA, f"{TEA}#comment-1"), (TEA, f"{TEA}#comment-2")]
    assert {count.target: count.value for batch in batches for count in batch.counts} == {TEA: 2, CAKE: 0}
    assert not any(batch.complete or batch.problems for batch in batches)


def test_only_posts_with_other_numbers_are_asked_again(client: Client) -> None:
    """An unchanged blog costs one request; a full pull asks for everything that has comments."""
    pages = blog(2, 1)
    with serve(answering(pages)) as server:
        cursor = pull(client, f"{SITE}/feed/", server.url)[-1].cursor
        assert asked(server) == ["/feed/", "/tea/feed/", "/cake/feed/"]
        assert [batch.cursor for batch in pull(client, f"{SITE}/feed/", server.url, ask_for(cursor=cursor))] == [None]
        assert asked(server) == ["/feed/"]
        pages |= blog(2, 2)
        batches = pull(client, f"{SITE}/feed/", server.url, ask_for(cursor=cursor))
        assert asked(server) == ["/feed/", "/cake/feed/"]
        assert [act.target for batch in batches for act in batch.acts] == [CAKE, CAKE]
        pull(client, f"{SITE}/feed/", server.url, ask_for(cursor=batches[-1].cursor, full=True))
        assert asked(server) == ["/feed/", "/tea/feed/", "/cake/feed/"]


def test_one_feed_of_comments_that_fails_does_not_hide_the_others(client: Client) -> None:
    """A post whose feed is gone is a Problem that names the address, and it is asked again next time."""
    pages = blog(1, 1)
    del pages["/tea/feed/"]
    with serve(answering(pages)) as server:
        batches = pull(client, f"{SITE}/feed/", server.url)
        assert [act.target for batch in batches for act in batch.acts] == [CAKE]
        (problem,) = [problem for batch in batches for problem in batch.problems]
        assert problem.where == f"{TEA}feed/"
        pull(client, f"{SITE}/feed/", server.url, ask_for(cursor=batches[-1].cursor))
        assert asked(server)[-2:] == ["/feed/", "/tea/feed/"]


def test_a_feed_cannot_send_us_to_other_hosts_on_the_inside(client: Client) -> None:
    """Addresses in a feed are a stranger's: an address on the blogger's own network is not fetched."""
    with serve(answering({"/feed/": rss(comment(1, TEA))})) as inside:
        lure = item(TEA, more=f"<wfw:commentRss>{inside.url}/feed/</wfw:commentRss>")
        with serve(answering({"/feed/": rss(lure)})) as server:
            batches = pull(client, f"{server.url}/feed/")
            assert asked(inside) == []
    assert [problem.where for batch in batches for problem in batch.problems] == [f"{inside.url}/feed/"]


def test_a_server_that_goes_away_ends_the_pull_and_keeps_what_came(client: Client) -> None:
    """What was committed stays, and the source is known to be stale."""
    pages = blog(1, 1)

    def handler(request: Request) -> object:
        return reset if request.path == "/cake/feed/" else answering(pages)(request)

    source = Source("feed", "feed", {"url": f"{SITE}/feed/"})
    with serve(handler) as server:  # type: ignore[arg-type]
        batches = SERVICE.pull(Source("feed", "feed", source.options, base_url=server.url), ask_for(), client)
        kept = [next(batches), next(batches)]
        with pytest.raises(Unreachable):
            next(batches)
    assert [act.target for batch in kept for act in batch.acts] == [TEA]
    assert kept[-1].cursor
    assert f"{TEA}feed/" in kept[-1].cursor


@pytest.mark.parametrize("template", ["{url}feed/", "BASE/{slug}/feed/", "BASE/feed?of={url}"])
def test_a_feed_for_each_post(client: Client, template: str) -> None:
    """`{url}` and `{slug}` stand for the post; its comments are about it, whatever they link to."""
    seen: list[str] = []

    def handler(request: Request) -> Answer:
        seen.append(request.query["of"][0] if "of" in request.query else request.path)
        return 200, {}, rss(item("https://elsewhere.example/#c1", guid="1", html="Hello"))

    with serve(handler) as server:
        url = template.replace("BASE", server.url)
        source = Source("feed", "feed", {"url": url})
        assert SERVICE.per_post(source)
        batches = pull(client, url, server.url if url.startswith("{") else "", ask_for(TEA, CAKE))
    assert seen == ([TEA, CAKE] if "of=" in template else ["/tea/feed/", "/cake/feed/"])
    assert [act.target for batch in batches for act in batch.acts] == [TEA, CAKE]


def test_posts_without_a_feed_are_told_together(client: Client) -> None:
    """A blog of a thousand posts without comments must not make a thousand problems."""
    with serve(answering({"/tea/feed/": rss(comment(1, TEA))})) as server:
        batches = pull(client, "{url}feed/", server.url, ask_for(TEA, CAKE, f"{SITE}/third/"))
    assert [act.target for batch in batches for act in batch.acts] == [TEA]
    assert [str(problem) for problem in batches[-1].problems] == [
        f"{{url}}feed/: 2 of 3 posts have no feed there, for example {CAKE}feed/"
    ]


def test_a_post_whose_feed_is_a_page_is_told_unless_all_are(client: Client) -> None:
    """One login page is a Problem; a site of login pages is a source that failed."""
    pages = {"/tea/feed/": b"<html>log in</html>", "/cake/feed/": rss(comment(1, CAKE))}
    with serve(answering(pages)) as server:
        batches = pull(client, "{url}feed/", server.url, ask_for(TEA, CAKE))
        assert [act.target for batch in batches for act in batch.acts] == [CAKE]
        assert "is not a feed" in batches[0].problems[0].what
        with pytest.raises(Malformed):
            pull(client, "{url}feed/", server.url, ask_for(TEA))


def test_pages_are_followed_only_where_the_feed_names_them(client: Client) -> None:
    """All pages at first; later only back to what is known, with some days for late approval."""
    old = comment(1, TEA).replace("2026", "2024")
    pages = {
        "/feed/": rss(comment(3, TEA), following=f"{SITE}/feed/?paged=2"),
        "/feed/?paged=2": rss(old, following=f"{SITE}/feed/?paged=3"),
        "/feed/?paged=3": rss(old.replace("comment-1", "comment-0"), following=f"{SITE}/feed/?paged=2"),
    }
    with serve(answering(pages)) as server:
        batches = pull(client, f"{SITE}/feed/", server.url)
        assert len(asked(server)) == 3  # and no round again, although page 3 leads back to page 2
        assert sum(len(batch.acts) for batch in batches) == 3
        assert [batch.cursor for batch in batches[:-1]] == [None, None, None]
        pull(client, f"{SITE}/feed/", server.url, ask_for(cursor=batches[-1].cursor))
        assert len(asked(server)) == 2


def test_a_feed_without_end_is_left_after_fifty_pages(client: Client) -> None:
    """A calendar of pages that goes on for ever is told, not followed for ever."""

    def handler(request: Request) -> Answer:
        number = int(request.query.get("paged", ["1"])[0])
        return 200, {}, rss(comment(number, TEA), following=f"{SITE}/feed/?paged={number + 1}")

    with serve(handler) as server:
        batches = pull(client, f"{SITE}/feed/", server.url)
        assert len(server.requests) == MAX_PAGES
    assert [problem.what for batch in batches for problem in batch.problems] == [
        f"the feed goes on after {MAX_PAGES} pages; older entries were not read"
    ]


def test_alerts_and_guest_posts_by_their_options(client: Client) -> None:
    """`kind` and `direction` say what the entries of any feed are."""
    page = rss(item("https://carl.example/x", html="three words here"), title="Carl", link="https://carl.example/")
    with serve(answering({"/feed/": page})) as server:
        (mention,) = pull(client, f"{server.url}/feed/", kind="mention")[0].acts
        (given,) = pull(client, f"{server.url}/feed/", direction="given")[0].acts
        (answer,) = pull(client, f"{server.url}/feed/", direction="given", kind="answer")[0].acts
    assert (mention.kind, mention.target, mention.url) == (Kind.MENTION, SITE, "https://carl.example/x")
    assert (given.kind, given.target, given.to.name, given.words) == (Kind.GUEST_POST, mention.url, "Carl", 3)
    assert answer.kind is Kind.ANSWER


def test_what_is_not_there_or_no_feed_is_an_error_of_the_source(client: Client) -> None:
    """The configured feed itself must be there and be a feed, or the last known state is kept."""
    with serve(answering({"/page": b"<html>hello</html>"})) as server:
        with pytest.raises(Missing):
            pull(client, f"{server.url}/feed/")
        with pytest.raises(Malformed, match="/page is not a feed"):
            pull(client, f"{server.url}/page")
