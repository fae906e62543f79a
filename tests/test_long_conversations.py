"""Long conversations: cut into parts that stay as they are, written on pages of their own, and light to load."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import mf2py
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from blog import ASIDE, ROOT, SITE, Blog, mention
from conversation.errors import SettingsError
from conversation.settings import load
from conversation.threads import Conversation, Part, Said, further_path, paged
from talk import conversation, people, said

LIMIT = 30
KINDS = ("in-reply-to", "like-of", "repost-of", "mention-of", "bookmark-of")


def walked(saids: tuple[Said, ...]) -> Iterator[Said]:
    for one in saids:
        yield one
        yield from walked(one.replies)


def anchors(part: Part | Conversation) -> list[str]:
    lists = (part.comments, part.shares, part.mentions, part.likes, part.bookmarks)
    return [one.anchor for saids in lists for one in walked(saids)]


def talk(*threads: int, likes: int = 0, mentions: int = 0) -> Conversation:
    """A conversation of threads with so many replies each: one below the other up to four deep, then beside them."""
    made = []
    for number, size in enumerate(threads):
        replies = [said(f"P{n}", "<p>Yes.</p>", anchor=f"said-{number}-{n}") for n in range(size)]
        for n in range(size - 1, 0, -1):
            parent = n - 1 if n % 4 else 0
            replies[parent] = structs.replace(replies[parent], replies=(replies.pop(n), *replies[parent].replies))
        made += replies
    return conversation(comments=tuple(made), likes=people(likes, "like"), mentions=people(mentions, "mention"))


def parts(told: Conversation) -> tuple[Part, ...]:
    return paged(told, LIMIT, "a.html").parts


@pytest.mark.parametrize(
    ("post", "page"),
    [
        ("a.html", "a-conversation-2.html"),
        ("2026/a", "2026/a-conversation-2"),
        ("release-1.2", "release-1.2-conversation-2"),
        ("posts/a/", "posts/a/conversation-2/"),
        ("posts/a/index.html", "posts/a/conversation-2/index.html"),
        ("index.html", "conversation-2/index.html"),
        ("", "conversation-2/"),
    ],
)
def test_further_pages_stand_beside_their_post(post: str, page: str) -> None:
    """Whatever form a blog's addresses have, address and file of a further page follow it in the same way."""
    assert further_path(post, 2) == page


def test_a_short_conversation_is_left_as_it_is() -> None:
    """What fits on one page has no parts, and without a limit everything does."""
    short = talk(10, 20, likes=20, mentions=10)
    assert paged(short, LIMIT, "a.html") is short
    long = talk(*[3] * 40)
    assert paged(long, 0, "a.html") is long
    assert paged(long, LIMIT, "a.html") is not long


@given(st.lists(st.integers(1, 70), max_size=30), st.integers(0, 150), st.integers(0, 60))
def test_every_act_is_on_exactly_one_page(threads: list[int], likes: int, mentions: int) -> None:
    """Nothing is lost or told twice, no page lists much more than the setting says, and each act knows its page."""
    told = talk(*threads, likes=likes, mentions=mentions)
    whole = paged(told, LIMIT, "a.html")
    found = Counter(anchor for part in whole.parts or (whole.here,) for anchor in anchors(part))
    assert found == Counter(anchors(told))
    assert anchors(whole) == anchors(told)
    for part in whole.parts:
        assert len(list(walked(part.comments))) <= LIMIT
        assert len(part.likes) <= 20
        assert len(part.mentions) <= 10
        listed = [one for saids in (part.comments, part.likes, part.mentions) for one in walked(saids)]
        assert {one.page for one in listed} <= {part.path if part.number else ""}
    pages = {one.anchor: one.page for one in walked(whole.comments)}
    assert pages == {one.anchor: one.page for part in whole.parts or (whole.here,) for one in walked(part.comments)}


@given(st.lists(st.integers(1, 12), min_size=10, max_size=30), st.integers(1, 60))
def test_what_is_said_later_moves_no_older_page(threads: list[int], more: int) -> None:
    """A part once cut stays, so that the addresses of what is in it do: new threads only add further parts."""
    before, after = parts(talk(*threads)), parts(talk(*threads, *[1] * more))
    assert [anchors(part) for part in after[1 : len(before)]] == [anchors(part) for part in before[1:]]
    assert [part.path for part in after[1:]] == [f"a-conversation-{n}.html" for n in range(1, len(after))]


def test_threads_stay_whole_where_they_can() -> None:
    """A page ends between two threads, unless one thread alone is too much for it."""
    for part in parts(talk(*[7] * 20)):
        assert len(list(walked(part.comments))) % 7 == 0
    one = parts(talk(100))
    assert len(one) > 3
    assert one[1].comments[0].anchor == "said-0-0"
    assert all(len(list(walked(part.comments))) >= LIMIT / 3 for part in one)


def test_a_reply_apart_from_what_it_answers_leads_there() -> None:
    """Where a thread is cut, a reply says whom it answers, and links to the page on which that stands."""
    cut = parts(talk(100))
    where = {one.anchor: part for part in cut for one in walked(part.comments)}
    apart = [one for part in cut for one in part.comments if one.anchor != "said-0-0"]
    assert apart
    for one in apart:
        assert one.answers is not None
        assert one.answers.page == where[one.answers.anchor].path
        assert where[one.answers.anchor] is not where[one.anchor]
    nested = [one for part in cut for top in part.comments for one in walked(top.replies)]
    assert {one.answers for one in nested} == {None}


def test_long_words_take_more_of_a_page() -> None:
    """Essays for replies fill a page sooner than thanks do, for it is bytes that readers wait for."""
    essays = conversation(comments=tuple(said(f"P{n}", f"<p>{'word ' * 900}</p>") for n in range(20)))
    assert [len(part.comments) for part in parts(essays)] == [5, 5, 5, 5]


def test_the_posts_own_page_has_the_newest() -> None:
    """Whoever comes back to a post finds what is new there, oldest first, and what was before it one page back."""
    cut = parts(talk(*[1] * 100))
    assert [int(one.anchor.split("-")[1]) for part in (*cut[1:], cut[0]) for one in part.comments] == list(range(100))
    assert LIMIT / 3 <= len(cut[0].comments) <= LIMIT


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Blog:
    """A post with 2,000 acts of all kinds, built once."""
    blog = Blog(tmp_path_factory.mktemp("crowd"), RELATIVE_URLS=True, THEME="notmyidea").write("a.md")
    entries = []
    for number in range(2_000):
        entry = mention(number, KINDS[number % 5] if number % 3 else "in-reply-to")
        if "content" in entry:
            entry["content"]["html"] = f"<p>{' '.join(str(number * n) for n in range(1, 60))}</p>"
        entries.append(entry | {"published": f"2026-05-03T{number // 60 % 24:02}:{number % 60:02}:00+02:00"})
    return blog.archive(entries).build()


def pages(blog: Blog) -> list[str]:
    """The post's page, then the further ones from the oldest on."""
    further = sorted(blog.output.glob("a-conversation-*.html"), key=lambda path: int(re.findall(r"\d+", path.name)[0]))
    return ["a.html", *(path.name for path in further)]


def test_two_thousand_acts_are_light_pages(crowd: Blog) -> None:
    """No page of a post that everybody talks about is heavier than 400 kB, or 60 kB as it is sent."""
    written = [(crowd.output / name).read_bytes() for name in pages(crowd)]
    assert len(written) > 5
    assert max(map(len, written)) < 400_000
    assert max(len(gzip.compress(page)) for page in written) < 60_000


def test_all_pages_together_tell_machines_everything(crowd: Blog) -> None:
    """Each page says the whole numbers once, belongs to the post's entry, and together they list every act once."""
    seen: Counter[str] = Counter()
    for name in pages(crowd):
        html = crowd.page(name)
        assert len(ASIDE.findall(html)) == 1
        assert crowd.counts(name) == crowd.counts("a.html")
        items = mf2py.parse(html, url=f"{SITE}/{name}", html_parser="html.parser")["items"]
        (entry,) = [one for one in items if "h-entry" in one["type"]]
        assert entry["properties"]["url"] == [f"{SITE}/a.html"]
        for kind in ("comment", "like", "repost", "mention", "bookmark"):
            seen.update(cite["properties"]["url"][0] for cite in entry["properties"].get(kind, ()))
    assert len(seen) == 2_000
    assert set(seen.values()) == {1}


def test_one_finds_the_way_through_all_pages(crowd: Blog) -> None:
    """From the newest part one goes back page by page to the oldest, and forth, by links that work from a folder."""
    names = pages(crowd)
    way = [*names[1:], names[0]]
    for before, here, after in zip([None, *way], way, [*way[1:], None], strict=False):
        links = re.findall(r'<a href="\./([^"#]*)#conversation-heading" rel="(\w+)"', crowd.page(here))
        assert links == [(name, rel) for name, rel in ((before, "prev"), (after, "next")) if name]
        onward = re.findall(r'<a href="\./([^"#]*)#conversation-heading">The conversation goes on', crowd.page(here))
        assert onward == ([after] if after else [])


def test_every_page_has_the_style_sheet_once(crowd: Blog, tmp_path: Path) -> None:
    """A theme that links the sheet in its head does not get it a second time, behind its own rules."""
    assert [crowd.page(name).count("/conversation.css") for name in pages(crowd)] == [1] * len(pages(crowd))
    blog = Blog(tmp_path, THEME=str(ROOT / "themes" / "commons"), CONVERSATION_PER_PAGE=10).write("a.md")
    blog.archive([mention(number) for number in range(16)]).build()
    assert [blog.page(name).count("/conversation.css") for name in pages(blog)] == [1, 1]


def test_permalinks_lead_to_the_page_where_a_reply_stands(crowd: Blog) -> None:
    """What feeds and lists link to is on the page that they name."""
    feed = crowd.page("feeds/conversation.atom.xml")
    links = re.findall(rf'<link href="{SITE}/([^"#]+)#(said-\w+)"', feed)
    assert len(links) > 20
    assert all(f'id="{anchor}"' in crowd.page(page) for page, anchor in links)


def test_folders_as_addresses_work_too(tmp_path: Path) -> None:
    """A blog whose posts are folders has its further pages in folders, and a setting says when they begin."""
    blog = Blog(tmp_path, ARTICLE_URL="{slug}/", ARTICLE_SAVE_AS="{slug}/index.html", CONVERSATION_PER_PAGE=10)
    target = f"{SITE}/a/"
    blog.write("a.md").archive([mention(number, target=target) for number in range(16)]).build()
    assert blog.counts("a/conversation-1/index.html")["comments"] == 16
    assert f'<a href="{SITE}/a/conversation-1/#conversation-heading" rel="prev">' in blog.page("a/index.html")
    assert f'<a href="{SITE}/a/#conversation-heading" rel="next">' in blog.page("a/conversation-1/index.html")


def test_pages_that_are_no_longer_needed_are_removed(tmp_path: Path) -> None:
    """What was forgotten stays on no page of an earlier build, and a page of the blogger's own is left alone."""
    blog = Blog(tmp_path, CONVERSATION_PER_PAGE=10).write("a.md")
    blog.archive([mention(number) for number in range(40)]).build()
    assert len(pages(blog)) > 3
    (blog.output / "a-conversation-2.html").write_text("Mine.", encoding="utf-8")
    blog.configure(CONVERSATION_PER_PAGE=0).build()
    assert pages(blog) == ["a.html", "a-conversation-2.html"]


@pytest.mark.parametrize("value", [-1, 5, "150", True, 10**6])
def test_a_number_that_makes_no_page_is_refused(tmp_path: Path, value: object) -> None:
    """A setting by which a post would have a thousand pages, or none, is an error that says what may be there."""
    with pytest.raises(SettingsError, match="CONVERSATION_PER_PAGE must be a whole number from 10 to"):
        load({"CONVERSATION_PER_PAGE": value, "CONVERSATION_SOURCES": []}, root=tmp_path, files=(), environ={})


def test_a_post_with_the_same_file_is_not_overwritten(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Where a post has the address of a further page, the build says which two and what to do."""
    blog = Blog(tmp_path, CONVERSATION_PER_PAGE=10).write("a.md").write("a-conversation-1.md")
    blog.archive([mention(number) for number in range(16)])
    done = blog.pelican()
    assert done.returncode == 1
    assert "a-conversation-1.html is a page of yours" in done.stdout + done.stderr
    assert "CONVERSATION_PER_PAGE = 0" in done.stdout + done.stderr
