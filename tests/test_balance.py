"""`balance`: ideas for the blogger alone, none of them a nag, none of them on the site."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blog import ROOT, SITE, Blog, mention
from conversation import advice
from conversation.acts import Act, Direction, Kind, Person
from conversation.balance import (
    Balance,
    Deeds,
    Giver,
    Heard,
    Link,
    Open,
    blogs_in,
    by_partners,
    givers,
    links,
    partners,
    unanswered,
)
from conversation.balance import Blog as Followed
from conversation.errors import ArchiveError
from conversation.http import Client
from conversation.people import People
from conversation.store import Stored
from conversation.threads import Told, merge
from conversation.workshop import Workshop
from loopback import Answer, Request, hang, serve
from making import DAY, act, post

NOW = DAY + timedelta(days=30)
PEOPLE = People()
NOOR = Person(name="Noor", url="https://noor.example/")
ADA = Person(name="Ada", url=f"{SITE}/")


def told(*acts: Act) -> list[Told]:
    """The acts as the assembly has them."""
    return merge([Stored(one, first_seen=NOW, last_seen=NOW, changed=NOW) for one in acts], PEOPLE, [f"{SITE}/a.html"])


def heard(*acts: Act, **more: Any) -> list[Heard]:  # noqa: ANN401 - any field of Post
    """The acts on the post /a.html."""
    return [Heard(one, f"{SITE}/a.html", post(**more)) for one in told(*acts)]


def gave(kind: Kind, target: str, to: Person = Person(), **more: Any) -> Act:  # noqa: ANN401, B008 - a value
    """An act given, three days before now."""
    fields = {"direction": Direction.GIVEN, "author": Person(), "to": to, "url": f"https://ada.example/{kind}"}
    return act(99, kind, **(fields | {"target": target, "published": NOW - timedelta(days=3)} | more))


def known(others: Iterable[Heard], given_: Iterable[Act] = (), mine: Iterable[Heard] = ()) -> Deeds:
    """What the blogger did."""
    return Deeds(told(*given_), [one.told for one in mine], [one.told for one in others], PEOPLE)


def waiting(others: list[Heard], *given_: Act, mine: Iterable[Heard] = ()) -> list[str]:
    """The addresses of the comments without an answer, in their order."""
    return [one.url for one in unanswered(others, mine, known(others, given_, mine), NOW)]


FIRST, SECOND = "https://p1.example/reply/1", "https://p2.example/reply/2"


# --- Comments without an answer --------------------------------------------------------------------------------------


def test_comments_wait_oldest_first_and_where_one_can_still_answer_before_all_others() -> None:
    """What waited longest comes first; what was said yesterday, liked or linked does not wait."""
    young = act(3, published=NOW - timedelta(hours=23))
    others = heard(act(2), act(1), young, act(4, Kind.LIKE), act(5, Kind.MENTION))
    others += heard(act(6, published=DAY - timedelta(days=9)), closed=True)
    others += heard(act(7, published=DAY - timedelta(days=8)), closed=NOW + timedelta(days=1))
    found = unanswered(others, [], known(others), NOW)
    assert [(one.url[-1], one.closed) for one in found] == [("7", False), ("1", False), ("2", False), ("6", True)]
    assert found[0] == Open(
        name="Person 7",
        profile="https://p7.example/",
        url="https://p7.example/reply/7",
        post=f"{SITE}/a.html",
        title="a.html",
        when=DAY - timedelta(days=8),
        words="",
        closed=False,
    )


@pytest.mark.parametrize(
    "answer",
    [
        gave(Kind.REPLY, FIRST),
        gave(Kind.ANSWER, f"{SITE}/a.html", parent="http://www.p1.example/reply/1"),
        gave(Kind.QUOTE, FIRST),
        gave(Kind.NOTE, "", parent=FIRST),
    ],
)
def test_an_answer_from_an_own_account_settles_a_comment(answer: Act) -> None:
    """Wherever the blogger answered, in whichever spelling of the address, the comment does not wait; others do."""
    assert waiting(heard(act(1), act(2)), answer) == [SECOND]


def test_a_like_is_no_answer() -> None:
    """A question that was liked is still a question."""
    assert waiting(heard(act(1)), gave(Kind.LIKE, FIRST)) == [FIRST]


def test_an_answer_further_down_settles_the_whole_thread_above() -> None:
    """Who talks in a thread has answered it; what others said beside it still waits."""
    others = heard(act(1), act(2, parent=FIRST), act(3, parent=FIRST), act(4))
    mine = heard(act(9, author=ADA, parent=SECOND))
    assert waiting(others, mine=mine) == ["https://p3.example/reply/3", "https://p4.example/reply/4"]


def below(number: int, **more: Any) -> Act:  # noqa: ANN401 - any field of Act
    """A comment on the page itself, as comment servers have them."""
    return act(number, url=f"{SITE}/a.html#c{number}", **more)


def test_where_comments_have_no_threads_a_later_word_answers_all_before_it() -> None:
    """Old comment systems cannot say what answers what; nobody is reminded of what was answered there."""
    others, mine = heard(below(1), below(2), below(8), act(3)), heard(below(5, author=ADA))
    assert waiting(others, mine=mine) == ["https://p3.example/reply/3", f"{SITE}/a.html#c8"]
    threaded = heard(below(1), below(2), below(3, parent=f"{SITE}/a.html#c1"))
    assert len(waiting(threaded, mine=mine)) == 3


def test_what_has_no_address_of_its_own_and_what_is_on_no_post_is_left_out() -> None:
    """Nothing can point to it, so nobody can tell whether it was answered."""
    others = heard(act(1, url=""), act(2, url=f"{SITE}/a.html"))
    others += [Heard(one, f"{SITE}/", None) for one in told(act(3))]
    assert waiting(others) == []


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.permutations(range(1, 7)))
def test_ideas_do_not_hang_on_the_order_of_what_came(order: list[int]) -> None:
    """The same store gives the same report."""
    parents = {2: 1, 3: 2, 5: 4}
    acts = [
        act(n, parent=f"https://p{parents[n]}.example/reply/{parents[n]}" if n in parents else "") for n in range(1, 7)
    ]
    others = [one for n in order for one in heard(acts[n - 1])]
    assert [url[-1] for url in waiting(others, gave(Kind.REPLY, "https://p3.example/reply/3"))] == ["4", "5", "6"]


# --- People and links ------------------------------------------------------------------------------------------------


def by_noor(*kinds: Kind) -> list[Heard]:
    """Acts of Noor's."""
    return heard(*(act(n, kind, author=NOOR, url=f"https://noor.example/{n}") for n, kind in enumerate(kinds, 1)))


def test_who_gave_three_times_and_heard_nothing_is_named_with_what_they_gave() -> None:
    """Two acts are not much, and who is anonymous cannot be thanked."""
    others = by_noor(Kind.REPLY, Kind.LIKE, Kind.REPLY)
    others += heard(*(act(n, author=Person(name="x"), url="") for n in range(4, 9)), act(10), act(11))
    (one,) = givers(others, known(others), PEOPLE)
    assert one == Giver(
        name="Noor",
        profile="https://noor.example/",
        gave={"like": 1, "reply": 2},
        when=DAY + timedelta(hours=3),
        url="https://noor.example/3",
        post=f"{SITE}/a.html",
    )
    assert givers(by_noor(Kind.LIKE, Kind.LIKE), known([]), PEOPLE) == ()


@pytest.mark.parametrize(
    "deed",
    [
        gave(Kind.LIKE, "https://noor.example/2"),
        gave(Kind.LINK, "https://noor.example/other", Person(url="https://noor.example/")),
        gave(Kind.FOLLOW, "https://social.example/@noor", Person(url="https://noor.example")),
    ],
)
def test_anything_given_is_something_heard(deed: Act) -> None:
    """A like, a link or a follow is enough: nobody is then said to have heard nothing."""
    others = by_noor(Kind.REPLY, Kind.REPLY, Kind.REPLY)
    assert len(givers(others, known(others), PEOPLE)) == 1
    assert givers(others, known(others, [deed]), PEOPLE) == ()


def test_an_answer_on_the_own_page_is_something_heard() -> None:
    """Who was answered below the post heard back, though no account tells of it."""
    others = by_noor(Kind.REPLY, Kind.REPLY, Kind.REPLY)
    mine = heard(act(9, author=ADA, parent="https://noor.example/1"))
    assert givers(others, known(others, mine=mine), PEOPLE) == ()


def test_links_to_the_site_newest_first_one_of_each_author() -> None:
    """Somebody's ten links are one idea; likes and comments are none of this kind."""
    others = by_noor(Kind.MENTION, Kind.LINK, Kind.LIKE, Kind.REPLY) + heard(act(1, Kind.QUOTE, title="On a", text="x"))
    found = links(others, known(others), PEOPLE)
    assert [one.url for one in found] == ["https://noor.example/2", "https://p1.example/quote/1"]
    assert found[1] == Link(
        name="Person 1",
        profile="https://p1.example/",
        url="https://p1.example/quote/1",
        title="On a",
        post=f"{SITE}/a.html",
        when=DAY + timedelta(hours=1),
    )


@pytest.mark.parametrize(
    ("deed", "seen"),
    [
        (gave(Kind.LINK, "http://www.noor.example/1?utm_source=x"), True),
        (gave(Kind.REPLY, "https://noor.example/1"), True),
        (gave(Kind.LIKE, "https://noor.example/about", NOOR), True),
        (gave(Kind.LIKE, "https://noor.example/about", NOOR, published=DAY), False),
        (gave(Kind.LIKE, "https://kim.example/"), False),
    ],
)
def test_a_link_counts_as_seen_once_anything_was_given_back(deed: Act, seen: bool) -> None:  # noqa: FBT001 - a case
    """What the blogger answered, liked or linked, or whose author heard from them since, was seen."""
    others = by_noor(Kind.MENTION)
    assert (links(others, known(others, [deed]), PEOPLE) == ()) is seen


# --- The blogroll ----------------------------------------------------------------------------------------------------


def opml(*outlines: str) -> bytes:
    """An OPML file with the outlines in a folder."""
    return f'<opml version="2.0"><body><outline text="f">{"".join(outlines)}</outline></body></opml>'.encode()


def outline(feed: str, site: str = "", name: str = "") -> str:
    """A blog in it."""
    return f'<outline type="rss" text="{name}" xmlUrl="{feed}" htmlUrl="{site}"/>'


def test_blogs_are_found_in_all_folders_once_each() -> None:
    """Feed readers nest, repeat, and leave addresses out."""
    data = opml(
        outline("https://noor.example/feed", "https://noor.example/", "Noor &amp; co"),
        '<outline text="deeper"><outline xmlurl="https://kim.example/feed"/></outline>',
        outline("http://noor.example/feed"),
        outline("file:///etc/passwd", "javascript:alert(1)", "bad"),
    )
    assert blogs_in(data, "x.opml") == (
        Followed("https://noor.example/feed", "https://noor.example/", "Noor & co"),
        Followed("https://kim.example/feed", "", ""),
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not xml",
        b"<opml><body>",
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><opml><body><outline text="&b;"/></body></opml>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><opml/>',
        b"<a>" * 5_000,
    ],
)
def test_traps_and_other_files_are_refused(data: bytes) -> None:
    """Entity bombs, entities that name files and endless depth are not read; the message names the file."""
    with pytest.raises(ArchiveError, match=r"x\.opml"):
        blogs_in(data, "x.opml")


def test_partners_are_those_with_whom_words_or_links_went_either_way() -> None:
    """A like makes no conversation; a mention, a comment or a link does, and then their blog is known by its site."""
    others = by_noor(Kind.MENTION) + heard(act(1, Kind.LIKE))
    keys = partners(told(gave(Kind.LINK, "https://kim.example/x", Person(url="https://kim.example/"))), others, PEOPLE)
    assert keys == {"https://noor.example", "https://kim.example"}
    blogs = [
        Followed("https://feeds.example/n", "http://noor.example", ""),
        Followed("https://kim.example/feed.xml", "", ""),
        Followed("https://p1.example/feed", "https://p1.example/", ""),
    ]
    assert by_partners(blogs, keys, PEOPLE) == tuple(blogs[:2])


# --- The whole way ---------------------------------------------------------------------------------------------------


def rss(host: str, *items: tuple[str, str]) -> Answer:
    """A feed with entries of (path, day of May 2026)."""
    entries = "".join(
        f"<item><title>About {path}</title><link>{host}{path}</link>"
        f"<pubDate>{int(day):02d} May 2026 10:00:00 GMT</pubDate></item>"
        for path, day in items
    )
    feed = f'<rss version="2.0"><channel><title>A feed</title><link>{host}/</link>{entries}</channel></rss>'
    return 200, {"Content-Type": "application/rss+xml"}, feed.encode()


@contextmanager
def a_blog(folder: Path) -> Iterator[tuple[Blog, list[str]]]:
    """A blog with all kinds of things to answer, and a blogroll of servers on loopback; and the paths asked there."""
    noor = {"author": {"type": "card", "name": "Noor", "url": "https://noor.example/"}}
    entries = [
        mention(1),
        mention(2),
        mention(3, "mention-of", name="On tea", url="https://p3.example/tea"),
        *(mention(4 + n, f"{kind}-of", **noor) for n, kind in enumerate(("like", "repost", "bookmark"))),
        mention(
            7, url="https://spam.example/1", author={"type": "card", "name": "Spam", "url": "https://spam.example/"}
        ),
    ]

    def answer(request: Request) -> Any:  # noqa: ANN401 - an answer or a way to misbehave
        if request.path == "/slow":
            return hang
        if request.path == "/gone":
            return 404, {}, b""
        return rss("https://p3.example", ("/tea", "5"), ("/new", "6"), ("/newer", "7"), ("/newest", "8"), ("/old", "1"))

    asked: list[str] = []
    with serve(lambda request: asked.append(request.path) or answer(request)) as server:
        blog = Blog(folder).write("a.md", "Thanks to [p2](https://p2.example/notes/2).")
        blog.write("b.md", "Yes.", reply_to="https://p2.example/notes/2").archive(entries)
        (folder / "content" / "moderation.toml").write_text('[hide]\ndomains = ["spam.example"]\n')
        (folder / "blogs.opml").write_bytes(
            opml(
                outline(f"{server.url}/feed", "https://p3.example/", "Three"),
                outline(f"{server.url}/gone", "https://p1.example/", "One"),
                outline(f"{server.url}/slow", "https://p2.example/", "Two"),
                outline(f"{server.url}/stranger", "https://stranger.example/", "Stranger"),
                outline(f"{server.url}/mine", f"{SITE}/", "Mine"),
            )
        )
        yield blog.configure(CONVERSATION_BLOGROLL="blogs.opml", CONVERSATION_DEADLINE=1).build(), asked


def test_the_report_names_what_could_be_given_and_nothing_that_was(tmp_path: Path) -> None:
    """From a real blog: the open comment, the quiet friend, the unseen link, the new posts; nothing hidden."""
    with a_blog(tmp_path) as (blog, asked), Workshop.open(blog.conf) as shop, Client(public=lambda _: True) as client:
        found = advice.advise(shop, NOW, client)
    assert [one.url for one in found.comments] == ["https://p1.example/notes/1"]
    assert [(one.name, one.gave) for one in found.people] == [("Noor", {"bookmark": 1, "like": 1, "repost": 1})]
    assert [one.url for one in found.links] == ["https://p3.example/tea"]
    assert [(one.name, one.url) for one in found.posts] == [
        ("Three", "https://p3.example/newest"),
        ("Three", "https://p3.example/newer"),
    ]
    assert len(found.problems) == 2
    assert sorted(asked) == ["/feed", "/gone", "/slow"]
    assert "spam" not in repr(found)


def test_addresses_in_a_blogroll_never_reach_the_local_network(tmp_path: Path) -> None:
    """An OPML file may be anybody's: what it names on this machine or beside it is not asked."""
    with a_blog(tmp_path) as (blog, asked), Workshop.open(blog.conf) as shop, Client() as client:
        found = advice.advise(shop, NOW, client)
    assert (asked, found.posts, len(found.problems)) == ([], (), 3)


def test_the_blogroll_may_be_an_address_and_may_fail(tmp_path: Path) -> None:
    """A reader's export on the Web is as good as a file; one that is gone costs its own section only."""
    lists = {"/good": opml(outline("http://127.0.0.1:1/", "https://p1.example/")), "/bad": b"no"}
    with serve(lambda request: (200, {}, lists[request.path])) as server:
        blog = Blog(tmp_path).write("a.md").archive([mention(1)]).build()
        for name, words in [
            (f"{server.url}/good", "127.0.0.1"),
            (f"{server.url}/bad", "is no XML"),
            ("missing.opml", "missing.opml: No such file"),
        ]:
            blog.configure(CONVERSATION_BLOGROLL=name)
            with Workshop.open(blog.conf) as shop, Client(retries=0) as client:
                found = advice.advise(shop, NOW, client)
            assert words in found.problems[0]
            assert len(found.comments) == 1


def test_the_task_prints_a_short_friendly_page_and_whole_json(tmp_path: Path) -> None:
    """A handful of each kind with its links on the terminal, everything for scripts, and not a word of debts."""
    blog = Blog(tmp_path).write("a.md").archive([mention(number) for number in range(1, 9)]).build()
    files = blog.files()
    done = blog.run("balance", "--offline")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("https://p") == 5
    assert "2026-05-04 Person 1 on “Title of a”: “Words of person 1.”\n    https://p1.example/notes/1\n" in done.stdout
    assert "… and more, with --limit" in done.stdout
    assert not any(word in done.stdout.casefold() for word in ("owe", "debt", "overdue", "unanswered"))
    assert blog.run("balance", "--limit", "20").stdout.count("https://p") == 8
    state = json.loads(blog.run("balance", "--json").stdout)
    assert {name: len(ideas) for name, ideas in state.items()} == {
        "comments": 8,
        "people": 0,
        "links": 0,
        "posts": 0,
        "problems": 0,
    }
    assert state["comments"][0]["when"] == "2026-05-04T08:00:00+00:00"
    late = json.loads(blog.run("balance", "--json", "--since", "2026-05-08").stdout)
    assert len(late["comments"]) == 4
    assert blog.run("balance", "--since", "soon").returncode == 1
    assert blog.build().files() == files


def test_offline_opens_no_socket(tmp_path: Path) -> None:
    """`--offline` reads the store only, whatever the blogroll names."""
    blog = Blog(tmp_path).write("a.md").archive([mention(1)]).build()
    blog.configure(CONVERSATION_BLOGROLL="http://127.0.0.1:9/blogs.opml")
    (tmp_path / "sitecustomize.py").write_text(
        "import socket\ndef refuse(*a, **k): raise SystemExit('a socket was opened')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse\n"
    )
    done = blog.run("balance", "--offline", env={"PYTHONPATH": f"{tmp_path}:{ROOT / 'plugins'}"})
    assert (done.returncode, "a socket was opened" in done.stdout + done.stderr) == (0, False)


def test_a_blog_without_ideas_gets_a_kind_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No row of zeros, no empty heading."""
    blog = Blog(tmp_path).write("a.md").build()
    with Workshop.open(blog.conf) as shop:
        found = advice.advise(shop, NOW)
    assert found == Balance()
    capsys.readouterr()
    advice.show(found)
    assert capsys.readouterr().out == (
        "What can I give?\nNo ideas from here today. A kind word on somebody else's blog is always a good one.\n"
    )


def test_foreign_words_cannot_write_over_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Names, titles and words of strangers are one plain line each: no escapes, no markup."""
    evil = "\x1b[2J[bold]x[/bold]\r\nSend money"
    others = heard(act(1, author=Person(name=evil, url="https://x.example/"), text=evil), title=evil)
    found = Balance(comments=unanswered(others, [], known(others), NOW))
    advice.show(found)
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "[bold]x[/bold] Send money" in out
    assert not [line for line in out.splitlines() if line.startswith("Send")]
