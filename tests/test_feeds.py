"""Feeds of conversations: valid whatever people write, complete, bounded, and silent about what is not public."""

from __future__ import annotations

import random
import shutil
import subprocess
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from atom import ATOM, SCHEMA, THR, entries, faults
from blog import ROOT, SITE, Blog, mention
from conversation import sanitise
from conversation.feed_places import post_feeds
from conversation.feeds import ENTRIES, About, atom, uri
from conversation.languages import Languages
from conversation.posts import Post
from conversation.threads import Conversation, Spot, newest, remarks
from talk import conversation, said

VNU = ROOT / "tests" / "tools" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ABOUT = About(title="Conversations", url=f"{SITE}/feeds/c.xml", page=f"{SITE}/conversations/", begun=NOW, now=NOW)
BREAD = Post(url=f"{SITE}/bread.html", title="Bread", published=datetime(2026, 5, 1, 23, 30, tzinfo=UTC))
FEED = "feeds/conversation.atom.xml"
OTHERS = "feeds/{slug}.conversation.atom.xml"


def feed(*talks: Conversation) -> str:
    """The feed of some conversations."""
    return atom(newest((one for talk in talks for one in remarks(talk, SITE)), ENTRIES), ABOUT)


def parsed(text: str) -> Any:  # noqa: ANN401 - feedparser has no types
    """The feed as a reader sees it, which finds nothing wrong with it."""
    found = feedparser.parse(text.encode())
    assert not found.bozo, found.bozo_exception
    return found


# --- An entry --------------------------------------------------------------------------------------------------------


def test_an_entry_says_who_answered_what_where_and_when() -> None:
    """A reader of feeds shows the author, the words, the place on the site and the one where it was written."""
    talk = conversation(post=BREAD, comments=(said("Noor Sample", "<p>I <b>love</b> rye.</p>", anchor="said-1"),))
    (entry,) = parsed(feed(talk)).entries
    assert entry.title == "Noor Sample replied to “Bread”"
    assert (entry.author, entry.author_detail.href) == ("Noor Sample", "https://noor.example/")
    assert entry.link == f"{SITE}/bread.html#said-1"
    assert [link.href for link in entry.links if link.rel == "related"] == ["https://social.example/said-1"]
    assert (entry.published, entry.updated) == ("2026-05-03T09:30:00+00:00",) * 2
    assert (entry.content[0].type, entry.content[0].value) == ("text/html", "<p>I <b>love</b> rye.</p>")
    assert entry.id.startswith("urn:uuid:")


@pytest.mark.parametrize(
    ("kind", "group", "title"),
    [
        ("answer", "comments", "Kim replied to “Bread”"),
        ("mention", "mentions", "Kim mentioned “Bread”"),
        ("link", "mentions", "Kim linked to “Bread”"),
        ("rsvp", "mentions", "Kim answered the invitation “Bread”"),
        ("quote", "shares", "Kim quoted “Bread”"),
    ],
)
def test_titles_say_what_was_done(kind: str, group: str, title: str) -> None:
    """Whoever reads only titles knows a reply from a link."""
    assert parsed(feed(conversation(post=BREAD, **{group: (said("Kim", kind=kind),)}))).entries[0].title == title


def test_silent_acts_are_no_entries() -> None:
    """Likes, bookmarks and plain reposts have no words, and a feed of them would only be noise."""
    silent = {name: (said("Kim", kind=kind),) for name, kind in (("likes", "like"), ("bookmarks", "bookmark"))}
    assert entries(feed(conversation(post=BREAD, shares=(said("Kim", kind="repost"),), **silent))) == []


def test_answers_name_what_they_answer() -> None:
    """RFC 4685: a reader can thread a conversation, from the post in Pelican's own feed on."""
    reply = said("Ada", "<p>Thanks!</p>", anchor="said-2", own=True, page="bread-2.html")
    talk = conversation(
        post=BREAD, comments=(said("Noor", "<p>Good.</p>", reply, anchor="said-1", page="bread-2.html"),)
    )
    found = {entry.findtext(f"{ATOM}title"): entry for entry in entries(feed(talk))}
    first, second = found["Noor replied to “Bread”"], found["Ada replied to “Bread”"]
    answered = first.find(f"{THR}in-reply-to")
    assert answered is not None
    assert answered.attrib == {
        "ref": "tag:e.example,2026-05-01:/bread.html",
        "href": f"{SITE}/bread.html",
        "type": "text/html",
    }
    answered = second.find(f"{THR}in-reply-to")
    assert answered is not None
    assert answered.get("ref") == first.findtext(f"{ATOM}id")
    assert answered.get("href") == f"{SITE}/bread-2.html#said-1"


def test_an_answer_in_a_deep_thread_names_what_it_answers() -> None:
    """Where a thread is too deep to nest, the comment above is not the one that was meant."""
    deep = said("Ada", "<p>No.</p>", anchor="said-9", answers=Spot("said-8", "Kim"))
    talk = conversation(post=BREAD, comments=(said("Lee", "<p>So?</p>", deep, anchor="said-1"),))
    answered = entries(feed(talk))[0].find(f"{THR}in-reply-to")
    meant = entries(feed(conversation(post=BREAD, comments=(said(anchor="said-8"),))))[0]
    assert answered is not None
    assert answered.get("href") == f"{SITE}/bread.html#said-8"
    assert answered.get("ref") == meant.findtext(f"{ATOM}id")


def test_a_content_warning_stands_for_the_words() -> None:
    """What somebody hid behind a warning is not laid bare by a feed."""
    warned = said("Kim", "<p>SPOILER</p>", title="SPOILER", warning="the end of <b>it</b>")
    (entry,) = parsed(feed(conversation(post=BREAD, comments=(warned,)))).entries
    assert entry.content[0].value == "<p>Content warning: the end of &lt;b&gt;it&lt;/b&gt;</p>"


def test_who_is_shown_by_name_only_says_nothing() -> None:
    """Privacy "name" leaves the entry without content, which is valid as long as it links to its page."""
    talk = conversation(post=BREAD, comments=(said("Kim"),))
    assert "<content" not in feed(talk)
    assert faults(feed(talk)) == []


def test_an_edit_is_an_update_unless_its_time_cannot_be() -> None:
    """Readers show an edited comment again, and a wrong clock does not put an entry on top for ever."""
    when = datetime(2026, 5, 3, 9, 30, tzinfo=UTC)
    for edited, updated in [
        (when + timedelta(hours=1), "2026-05-03T10:30:00+00:00"),
        (when - timedelta(hours=1), "2026-05-03T09:30:00+00:00"),
        (NOW + timedelta(days=1), "2026-05-03T09:30:00+00:00"),
    ]:
        plain = said()
        changed = structs.replace(plain, act=structs.replace(plain.act, updated=edited))
        (entry,) = parsed(feed(conversation(post=BREAD, comments=(changed,)))).entries
        assert entry.updated == updated


def test_an_id_stays_where_the_comment_moves_to_a_further_page() -> None:
    """A reader that has shown an entry does not show it again when the conversation grows."""
    ids, links = set(), set()
    for page in ("", "bread-2.html"):
        (entry,) = entries(feed(conversation(post=BREAD, comments=(said(anchor="said-1", page=page),))))
        ids.add(entry.findtext(f"{ATOM}id"))
        links |= {link.get("href") for link in entry.findall(f"{ATOM}link") if link.get("rel") == "alternate"}
    assert len(ids) == 1
    assert links == {f"{SITE}/bread.html#said-1", f"{SITE}/bread-2.html#said-1"}


# --- A feed ----------------------------------------------------------------------------------------------------------


def many(number: int) -> list[Conversation]:
    """Conversations on several posts, one remark an hour."""
    start = datetime(2026, 5, 3, tzinfo=UTC)
    return [
        conversation(
            post=structs.replace(BREAD, url=f"{SITE}/p{index % 7}.html"),
            comments=(said(f"Kim {index}", anchor=f"said-{index}", when=start + timedelta(hours=index // 2)),),
        )
        for index in range(number)
    ]


def test_a_feed_holds_the_newest_first_and_not_more_than_it_should() -> None:
    """A feed stays small however long a blog lives, and says when its newest entry changed."""
    found = parsed(feed(*many(80)))
    assert len(found.entries) == ENTRIES
    assert [entry.updated for entry in found.entries] == sorted((e.updated for e in found.entries), reverse=True)
    assert found.feed.updated == found.entries[0].updated == "2026-05-04T15:00:00+00:00"


@given(st.randoms(use_true_random=False))
def test_the_order_of_input_makes_no_difference(rng: random.Random) -> None:
    """The same conversations give the same bytes, whatever order they are read in."""
    talks = many(12)
    expected = feed(*talks)
    rng.shuffle(talks)
    assert feed(*talks) == expected


def test_an_empty_feed_is_a_feed() -> None:
    """A blog that nobody answered yet has a feed to follow, dated as it is told and not by the clock."""
    assert faults(feed()) == []
    assert parsed(feed()).feed.updated == "2026-11-20T12:00:00+00:00"


def test_one_page_that_mentions_two_posts_is_two_entries() -> None:
    """Ids are unique in a feed, even where the same act is about several posts."""
    act = said("Kim", kind="mention", anchor="said-1")
    posts = (BREAD, structs.replace(BREAD, url=f"{SITE}/rye.html"))
    text = feed(*(conversation(post=post, mentions=(act,)) for post in posts))
    assert len(entries(text)) == 2
    assert faults(text) == []


def test_phrases_are_in_the_language_asked_for(tmp_path: Path) -> None:
    """A German blog has German titles, and the feed says so; the words of others are of no stated language."""
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    folder.joinpath("conversation.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "%(name)s replied to “%(post)s”"\nmsgstr "%(name)s zu „%(post)s“"\n',
        encoding="utf-8",
    )
    words = Languages("de", [tmp_path]).choose()
    text = atom(remarks(conversation(post=BREAD, comments=(said("Kim", "<p>Ja.</p>"),)), SITE), ABOUT, words)
    assert parsed(text).entries[0].title == "Kim zu „Bread“"
    languages = [one.get("{http://www.w3.org/XML/1998/namespace}lang") for one in ET.fromstring(text).iter()]  # noqa: S314
    assert [language for language in languages if language is not None] == ["de", ""]


#: Everything that Unicode has, lone surrogates and non-characters included, and what XML and readers stumble over.
anything = st.text(st.characters(), max_size=30) | st.sampled_from(
    ["]]>", "<!--", "&#x0;", "\x00\x0b\x1f", "\ufffe\uffff", "\ud800", "\u202eevil", "&amp;lt;", "%", "{0}", "%(name)s"]
)


@given(anything, anything, anything, anything)
def test_no_words_make_a_feed_invalid(name: str, words: str, title: str, path: str) -> None:
    """Whatever strangers write, and whatever a post is called, the feed stays valid and reads from left to right."""
    address = f"https://x.example/{path}"
    act: dict[str, Any] = {"title": title, "profile": address, "url": address, "anchor": "said-1"}
    html = sanitise.html(words, words)
    post = structs.replace(BREAD, title=title, url=f"{SITE}/{path.strip()}.html")
    text = feed(conversation(post=post, comments=(said(sanitise.name(name) or "Kim", html, **act),)))
    assert faults(text) == []
    parsed(text)
    assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff\x00")


@given(anything)
def test_an_address_is_a_valid_one_or_none(path: str) -> None:
    """Links that other people chose are written as RFC 3986 has it, so that no validator and no reader trips."""
    for address in (f"https://x.example/{path}", f"https://{path}/", path):
        found = uri(address)
        assert found.isascii()
        assert not set(found) & set(' <>"{}|\\^`')
        assert uri(found) == found


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("https://bücher.example/ä?q=[1]#a#b", "https://xn--bcher-kva.example/%C3%A4?q=%5B1%5D#a%23b"),
        ("https://x.example:8080/100%", "https://x.example:8080/100%25"),
        ("javascript:alert(1)", ""),
        ("https://a@b.example/", ""),
        ("", ""),
    ],
)
def test_addresses_are_written_as_they_should_be(address: str, written: str) -> None:
    """Letters of any script are escaped, and what no page links to no feed links to."""
    assert uri(address) == written


# --- The feeds of posts ----------------------------------------------------------------------------------------------


def test_every_post_has_a_feed_of_its_own_name() -> None:
    """Translations share a slug and have conversations of their own; what else is taken is told."""
    bread = Post(url="/bread.html", original="/bread.html", lang="en")
    german = Post(url="/bread-de.html", original="/bread.html", lang="de")
    page = Post(url="/pages/bread.html", original="/pages/bread.html", lang="en")
    paths, without = post_feeds([(bread, "bread"), (german, "bread"), (page, "bread")], "f/{slug}.xml")
    assert paths == {"/bread.html": "f/bread.xml", "/bread-de.html": "f/bread-de.xml"}
    assert without == ["/pages/bread.html"]


# --- In a built site -------------------------------------------------------------------------------------------------


def talkative(folder: Path, **settings: object) -> Blog:
    """A blog with posts of every status, each of which was answered."""
    blog = Blog(folder, CONVERSATION_POST_FEED_ATOM=OTHERS, **settings)
    blog.write("a.md", title="Bread & *butter*").write("a.de.md", slug="a", lang="de").write("quiet.md")
    blog.write("draft.md", status="draft").write("hidden.md", status="hidden").write("pages/p.md")
    targets = ["a.html", "a-de.html", "drafts/draft.html", "hidden.html", "pages/p.html"]
    told = [mention(number, target=f"{SITE}/{target}") for number, target in enumerate(targets, 1)]
    return blog.archive([*told, mention(6, "mention-of"), mention(7, "like-of"), mention(8)])


def names(blog: Blog, path: str) -> list[str]:
    """Whose words a feed of a blog holds; it is valid."""
    assert faults(blog.page(path)) == []
    return sorted(entry.author for entry in parsed(blog.page(path)).entries)


def ours(blog: Blog) -> list[str]:
    """The feeds of conversations that a blog has."""
    return [path for path in blog.files() if path.endswith("conversation.atom.xml")]


def test_only_what_is_public_is_in_the_feeds(tmp_path: Path) -> None:
    """Drafts, hidden posts, hidden acts and likes are in no feed; replies and mentions of the rest are."""
    blog = talkative(tmp_path)
    (tmp_path / "content" / "moderation.toml").write_text('[hide]\nauthors = ["https://p8.example/"]\n', "utf-8")
    blog.build()
    assert names(blog, FEED) == ["Person 1", "Person 2", "Person 5", "Person 6"]
    assert names(blog, "feeds/a.conversation.atom.xml") == ["Person 1", "Person 6"]
    assert names(blog, "feeds/a-de.conversation.atom.xml") == ["Person 2"]
    assert names(blog, "feeds/p.conversation.atom.xml") == ["Person 5"]
    assert names(blog, "feeds/quiet.conversation.atom.xml") == []
    assert len(ours(blog)) == 5


def test_what_is_held_or_private_is_not_in_the_feeds(tmp_path: Path) -> None:
    """What waits for the blogger's word, and what is only counted, stays out; a name stays without its words."""
    privacy = {"reply": "name", "mention": "count"}
    blog = talkative(tmp_path, CONVERSATION_PRIVACY=privacy).build()
    assert names(blog, FEED) == ["Person 1", "Person 2", "Person 5", "Person 8"]
    assert "Words of person" not in blog.page(FEED)
    (tmp_path / "content" / "moderation.toml").write_text('moderation = "hold"\n', "utf-8")
    assert names(blog.build(), FEED) == []


def test_a_feed_is_linked_to_its_page_and_to_itself(tmp_path: Path) -> None:
    """A reader finds the page from the feed, and the feed again from a saved copy of it."""
    blog = talkative(tmp_path).build()
    for path, page in [(FEED, "conversations/"), ("feeds/a.conversation.atom.xml", "a.html")]:
        found = parsed(blog.page(path)).feed
        assert {link.rel: link.href for link in found.links} == {
            "alternate": f"{SITE}/{page}",
            "self": f"{SITE}/{path}",
        }
    assert parsed(blog.page(FEED)).feed.title == "Conversations at A blog"
    assert "Bread &amp; *butter*" in blog.page("feeds/a.conversation.atom.xml")


def test_feeds_thread_with_pelicans_own(tmp_path: Path) -> None:
    """The post that an entry answers has the id that it has in the feed of posts."""
    blog = talkative(tmp_path).build()
    posts = {entry.link: entry.id for entry in parsed(blog.page("feeds/all.atom.xml")).entries}
    answered = [entry.find(f"{THR}in-reply-to") for entry in entries(blog.page("feeds/a.conversation.atom.xml"))]
    assert {one.get("ref") for one in answered if one is not None} == {posts[f"{SITE}/a.html"]}


def test_every_entry_leads_to_its_comment_on_whatever_page(tmp_path: Path) -> None:
    """A long conversation has further pages, and the links of feeds and of the page lead to the right one."""
    blog = Blog(tmp_path, CONVERSATION_PER_PAGE=10, CONVERSATION_POST_FEED_ATOM=OTHERS).write("a.md")
    blog.archive([mention(number) for number in range(1, 45)]).build()
    links = [entry.link for entry in parsed(blog.page("feeds/a.conversation.atom.xml")).entries]
    assert len({link.partition("#")[0] for link in links}) > 1
    for link in links:
        path, _, anchor = link.removeprefix(f"{SITE}/").partition("#")
        assert f'id="{anchor}"' in blog.page(path)
        assert f'href="{link}"' in blog.page("conversations/index.html")


def test_feeds_can_be_switched_off(tmp_path: Path) -> None:
    """With an empty setting no feed is written, and no page offers one."""
    blog = talkative(tmp_path, CONVERSATION_FEED_ATOM="").configure(CONVERSATION_POST_FEED_ATOM="").build()
    assert ours(blog) == []
    assert "conversation.atom.xml" not in blog.page("conversations/index.html")


def test_without_an_address_there_is_no_feed(tmp_path: Path) -> None:
    """A feed without the site's address cannot be valid, so a blog without one has none and still builds."""
    blog = Blog(tmp_path, SITEURL="", CONVERSATION_STRICT=True, CONVERSATION_POST_FEED_ATOM=OTHERS).write("a.md")
    assert ours(blog.build()) == []
    assert "conversation.atom.xml" not in blog.page("conversations/index.html")


def test_two_builds_give_the_same_bytes(tmp_path: Path) -> None:
    """Feeds depend on the store and on nothing else, so that a deployment sends only what changed."""
    first = talkative(tmp_path / "1").build().files()
    second = talkative(tmp_path / "2").build().files()
    feeds = [path for path in first if path.startswith("feeds/")]
    assert {path: first[path] for path in feeds} == {path: second[path] for path in feeds}


def test_a_feed_is_written_when_it_has_something_new_to_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Time alone changes no post's feed, but that of an edit: each hour readers would be told of nothing new."""
    blog = Blog(tmp_path, CONVERSATION_POST_FEED_ATOM=OTHERS).write("a.md").write("b.md").write("quiet.md")
    blog.archive([mention(1, updated="2030-06-01T00:00:00Z"), mention(2, target=f"{SITE}/b.html")])
    written = []
    for clock in ("2030-01-01", "2031-01-01", "2032-01-01"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(datetime.fromisoformat(f"{clock}T00:00:00Z").timestamp())))
        blog.build()
        paths = [FEED, *(f"feeds/{slug}.conversation.atom.xml" for slug in ("a", "b", "quiet"))]
        written.append([(blog.output / path).stat().st_mtime_ns for path in paths])
    first, second, third = written
    assert [one == other for one, other in zip(first, second, strict=True)] == [False, False, True, True]
    assert second == third
    assert [parsed(blog.page(path)).feed.updated[:4] for path in paths] == ["2030", "2030", "2026", "2026"]


def test_an_empty_feed_is_not_of_tomorrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The feed of a post that is dated ahead has the moment of the newest pull, not one to come."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(datetime(2030, 1, 1, tzinfo=UTC).timestamp())))
    blog = Blog(tmp_path, CONVERSATION_POST_FEED_ATOM=OTHERS).write("later.md", date="2040-01-01").build()
    assert parsed(blog.page("feeds/later.conversation.atom.xml")).feed.updated[:4] == "2030"


@pytest.mark.server
def test_feeds_are_valid_by_the_schema(tmp_path: Path) -> None:
    """A validator of RELAX NG finds every feed of a blog in order, and a broken one not."""
    if shutil.which("java") is None or not VNU.is_file():
        pytest.skip("needs Java and vnu-jar (npm ci --prefix tests/tools)")
    blog = talkative(tmp_path).build()
    feeds = [str(path) for path in sorted((blog.output / "feeds").glob("*conversation.atom.xml"))]
    broken = tmp_path / "broken.xml"
    broken.write_text(feed(*many(2)).replace("<name>", "<nam>").replace("</name>", "</nam>"), "utf-8")
    validate = ["java", "-cp", str(VNU), "nu.validator.vendor.thaiopensource.relaxng.util.Driver", "-c", str(SCHEMA)]
    done = subprocess.run([*validate, *feeds], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert subprocess.run([*validate, str(broken)], capture_output=True, check=False).returncode == 1
