"""Conversations elsewhere than beside their posts: the page of the newest, lists for sidebars, index cards."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from msgspec import structs
from playwright.sync_api import Browser

from blog import ROOT, SITE, Blog, mention
from conversation.posts import Post
from conversation.threads import Conversation, Conversations, Counts, overview, runs
from talk import ENV, TEMPLATES, Skeleton, conversation, people, said

PAGE = "conversations/index.html"
START = datetime(2026, 5, 3, tzinfo=UTC)
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=y>&amp;{{ 7*7 }}"
LISTS = '{% include "conversation/latest.html" %}{% include "conversation/most_talked.html" %}'


def post(name: str, **fields: Any) -> Post:  # noqa: ANN401 - any field
    """A post called by its slug."""
    return Post(url=f"{SITE}/{name}.html", title=name.title(), **fields)


def talk(name: str, *hours: int, **fields: Any) -> Conversation:  # noqa: ANN401 - likewise
    """The conversation of a post, with a reply at each of some hours."""
    replies = tuple(said(f"Kim {hour}", anchor=f"said-{hour}", when=START + timedelta(hours=hour)) for hour in hours)
    return conversation(post=post(name), **({"comments": replies, "counts": Counts(len(replies))} | fields))


# --- What is newest, and what is talked about ------------------------------------------------------------------------


def test_the_newest_come_first_wherever_they_were_said() -> None:
    """Replies deep in a thread, mentions and quotes stand among each other by their time; likes do not."""
    reply = said("Ada", "<p>No.</p>", anchor="said-5", own=True, when=START + timedelta(hours=5))
    deep = talk("bread", comments=(said("Kim", "<p>So?</p>", reply, anchor="said-1", when=START),))
    wide = talk(
        "rye",
        mentions=(said("Lee", kind="mention", anchor="said-3", when=START + timedelta(hours=3)),),
        shares=(
            said("Mo", kind="quote", anchor="said-4", when=START + timedelta(hours=4)),
            said("Ny", kind="repost", anchor="said-6", when=START + timedelta(hours=6)),
        ),
        likes=people(2, "like"),
    )
    latest = overview([deep, wide], SITE).latest
    assert [(one.said.name, one.post.title) for one in latest] == [
        ("Ada", "Bread"),
        ("Mo", "Rye"),
        ("Lee", "Rye"),
        ("Kim", "Bread"),
    ]
    assert latest[0].to is not None
    assert (latest[0].to.name, latest[0].address) == ("Kim", "bread.html#said-5")


def test_what_is_not_published_is_in_no_list() -> None:
    """A draft that was sent to friends and answered by them betrays itself nowhere."""
    secret = [structs.replace(talk("x", 1, 2), post=post("x", status=status)) for status in ("draft", "hidden")]
    assert overview(secret, SITE) == Conversations()


def test_most_talked_about_is_where_people_spoke() -> None:
    """Comments, shares and mentions count; likes and bookmarks, which are silent, only decide between equals."""
    counts = {
        "liked": Counts(likes=99, bookmarks=9),
        "quiet": Counts(),
        "two": Counts(comments=2),
        "three": Counts(comments=1, shares=1, mentions=1),
        "two-liked": Counts(mentions=2, likes=1),
    }
    found = overview([talk(name, counts=number, comments=()) for name, number in counts.items()], SITE)
    assert [one.path for one in found.most_talked] == ["three.html", "two-liked.html", "two.html"]
    assert [one.talk for one in found.most_talked] == [3, 2, 2]
    assert found.total == Counts(comments=3, shares=1, mentions=3, likes=100, bookmarks=9)


def test_of_two_posts_talked_about_alike_the_newer_one_comes_first() -> None:
    """The list does not for ever show the post that happened to be the first."""
    old, new = (
        conversation(post=post(name, published=START + timedelta(days=day)), counts=Counts(1))
        for name, day in (("a", 1), ("b", 2))
    )
    assert [one.post.title for one in overview([old, new], SITE).most_talked] == ["B", "A"]


@given(st.randoms(use_true_random=False), st.lists(st.lists(st.integers(0, 9), max_size=4), max_size=6))
def test_the_order_of_input_makes_no_difference(rng: random.Random, hours: list[list[int]]) -> None:
    """Acts of the same moment have one order, so that two builds give the same pages."""
    talks = [talk(f"p{index}", *set(some)) for index, some in enumerate(hours)]
    expected = overview(talks, SITE)
    rng.shuffle(talks)
    assert overview(talks, SITE) == expected
    assert len(expected.latest) == sum(len(set(some)) for some in hours)


def test_lists_are_bounded() -> None:
    """However much is said, the page stays one that can be read."""
    found = overview([talk(f"p{index}", *range(10)) for index in range(12)], SITE)
    assert (len(found.latest), len(found.most_talked)) == (60, 10)


def test_remarks_on_one_post_stand_together_as_long_as_nobody_speaks_of_another() -> None:
    """A title is said once for those below it, and time goes one way all down the page."""
    latest = overview([talk("bread", 1, 2, 5), talk("rye", 3, 4)], SITE).latest
    found = [(run[0].post.title, [one.said.name for one in run]) for run in runs(latest)]
    assert found == [("Bread", ["Kim 5"]), ("Rye", ["Kim 4", "Kim 3"]), ("Bread", ["Kim 2", "Kim 1"])]


def test_the_first_words_are_plain_and_few_and_never_those_behind_a_warning() -> None:
    """A list shows a glimpse: no markup, no whole essay, and nothing that somebody put a warning before."""
    long = Markup("<p>One &amp; <b>two</b></p><p>three</p>") + Markup("<p>word</p>") * 200
    warned = said("Lee", "<p>SPOILER</p>", warning="the end", anchor="said-2")
    remarks = overview([talk("bread", comments=(said("Kim", long, anchor="said-1"), warned))], SITE).latest
    words = {one.said.name: one.words for one in remarks}
    assert words["Kim"].startswith("One & two three word")
    assert words["Kim"].endswith("…")
    assert len(words["Kim"]) <= 281
    assert words["Lee"] == ""


# --- The page --------------------------------------------------------------------------------------------------------


def page(*talks: Conversation, **context: object) -> str:
    """The content of the page."""
    found = overview(talks, SITE)
    template = ENV.get_template("conversation/conversations_body.html")
    return template.render(conversations=found, runs=runs(found.latest), SITEURL=".", **context)


def test_each_remark_leads_to_its_place_in_the_conversation() -> None:
    """One click from the list to the comment among the others, and one to the post."""
    tags = Skeleton(page(talk("bread", 1), talk("rye", 2))).tags
    links = [attributes["href"] for tag, attributes in tags if tag == "a"]
    assert {"./bread.html", "./bread.html#said-1", "./rye.html", "./rye.html#said-2"} <= set(links)


def test_the_page_says_how_much_was_said() -> None:
    """The numbers of the whole site stand in words at the head, without those that are nought."""
    text = Skeleton(page(talk("bread", 1, counts=Counts(comments=1, likes=1_234)))).text
    assert "1 reply · 1,234 likes" in text
    assert "share" not in text


def test_a_quiet_site_invites() -> None:
    """Where nobody has said anything there is no empty list and no nought, but posts that can be answered."""
    articles = [{"url": f"p{number}.html", "title": f"P<i>{number}</i>", "lang": "en"} for number in range(3)]
    html = page(talk("bread"), newest_posts=articles)
    assert "It is quiet here." in html
    assert [a["href"] for tag, a in Skeleton(html).tags if tag == "a"] == ["./p0.html", "./p1.html", "./p2.html"]
    assert not re.search(r"\b0\b|most talked", Skeleton(html).text, re.IGNORECASE)


def hostile() -> Conversation:
    """Somebody who tries markup everywhere."""
    fields = dict.fromkeys(("initials", "profile", "url", "title", "place", "warning"), HOSTILE)
    bare = fields | {"warning": ""}
    return conversation(
        post=Post(url=f"{SITE}/{HOSTILE}", title=HOSTILE, lang=HOSTILE),
        counts=Counts(2),
        comments=(said(HOSTILE, "", anchor="said-1", **bare), said(HOSTILE, "", anchor="said-2", **fields)),
    )


def test_hostile_words_stay_words() -> None:
    """Names, titles, places and warnings of others are text on the page and in the lists."""
    talks = hostile()
    lists = ENV.from_string(LISTS).render(conversations=overview([talks], SITE), SITEURL=".")
    for html in (page(talks), lists):
        assert "&lt;script&gt;" in html
        assert not re.search(r"<script|<img|\b49\b", html)


def test_the_page_says_nothing_that_a_warning_covers() -> None:
    """A warning stands in the place of title and words, on the page and in the lists."""
    warned = talk("bread", comments=(said("Lee", "<p>SPOILER</p>", title="SPOILER", warning="the end"),))
    lists = ENV.from_string(LISTS).render(conversations=overview([warned], SITE), SITEURL=".")
    for html in (page(warned), lists):
        assert "SPOILER" not in html
        assert "Content warning: the end" in html


def test_an_undated_remark_says_when_it_was_first_seen() -> None:
    """The day of a pull is not passed off as that of publication, on the page and in the lists."""
    undated = talk("bread", comments=(said("Lee", dated=False), said("Kim")))
    lists = ENV.from_string(LISTS).render(conversations=overview([undated], SITE), SITEURL=".")
    for html in (page(undated), lists):
        assert Skeleton(html).text.count("first seen 3 May 2026") == 1


# --- The lists for sidebars ------------------------------------------------------------------------------------------


def test_latest_comments_are_those_of_others() -> None:
    """A sidebar shows who came by, not what the blogger wrote, and as many as the theme asks for."""
    replies = [said(f"Kim {hour}", anchor=f"said-{hour}", when=START + timedelta(hours=hour)) for hour in range(9)]
    replies.append(said("Ada", own=True, anchor="said-9", when=START + timedelta(days=9)))
    found = overview([talk("bread", comments=tuple(replies))], SITE)
    for number, shown in (("", [8, 7, 6, 5, 4]), ("{% set latest_number = 2 %}", [8, 7])):
        html = ENV.from_string(number + LISTS).render(conversations=found, SITEURL=".")
        assert [int(one) for one in re.findall(r"#said-(\d)", html)] == shown
        assert "Ada" not in html


def test_lists_of_a_quiet_site_are_not_there() -> None:
    """A sidebar has no heading without anything below it."""
    assert ENV.from_string(LISTS).render(conversations=Conversations(), SITEURL=".").strip() == ""


# --- In a built site -------------------------------------------------------------------------------------------------


def answered(folder: Path, **settings: object) -> Blog:
    """A blog with a post that was answered, one that was not, one that nobody should see, and one in German."""
    blog = Blog(folder, **settings).write("a.md", tags="x").write("b.md", date="2026-04-02", tags="x")
    blog.write("draft.md", status="draft").write("pages/hidden.md", status="hidden").write(
        "a.de.md", slug="a", lang="de"
    )
    targets = ["a.html", "drafts/draft.html", "pages/hidden.html", "a-de.html"]
    told = [mention(number, target=f"{SITE}/{target}") for number, target in enumerate(targets, 1)]
    return blog.archive([*told, mention(5, "mention-of"), mention(6, "like-of")])


def theme(folder: Path, **templates: str) -> str:
    """A theme with templates of its own."""
    for name, text in templates.items():
        path = folder / "theme" / "templates" / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (folder / "theme" / "static").mkdir()
    return str(folder / "theme")


@pytest.mark.parametrize("name", ["simple", "notmyidea", str(ROOT / "themes" / "commons")])
def test_the_page_is_there_in_any_theme(name: str, tmp_path: Path) -> None:
    """The page has the theme's own frame, what is public and nothing else, and its style sheet."""
    blog = answered(tmp_path, THEME=name).build()
    text = Skeleton(blog.page(PAGE)).text
    assert {number for number in "12345" if f"Words of person {number}." in text} == {"1", "4", "5"}
    assert "2 replies · 1 mention · 1 like" in text
    assert "/theme/conversations.css" in blog.page(PAGE)
    assert (blog.output / "theme" / "conversations.css").is_file()
    assert blog.page(PAGE).count("<h1") - blog.page("archives.html").count("<h1") in {0, 1}


def test_the_page_can_be_elsewhere_and_nowhere(tmp_path: Path) -> None:
    """Its address is a setting, and without a file there is neither the page nor a link to it."""
    settings: dict[str, object] = {"THEME": str(ROOT / "themes" / "commons")}
    settings |= {"CONVERSATION_PAGE_URL": "said.html", "CONVERSATION_PAGE_SAVE_AS": "said.html"}
    blog = answered(tmp_path, **settings).build()
    assert f'<a href="{SITE}/said.html" aria-current="page">Conversations</a>' in blog.page("said.html")
    assert f'<a href="{SITE}/said.html">Conversations</a>' in blog.page("a.html")
    (tmp_path / "output" / "said.html").unlink()
    blog.configure(CONVERSATION_PAGE_SAVE_AS="").build()
    assert "said.html" not in blog.files()
    assert "said.html" not in blog.page("a.html")


def test_every_template_has_the_conversations(tmp_path: Path) -> None:
    """A theme can put the lists on any page, with the addresses of the page and of the feed."""
    side = '{% extends "base.html" %}{% block content %}' + LISTS
    side += "{{ conversations.total.comments }} {{ CONVERSATION_PAGE_URL }} {{ CONVERSATION_FEED_ATOM }}{% endblock %}"
    blog = answered(tmp_path, THEME=theme(tmp_path, index=side, tag=side, page=side))
    blog.write("pages/about.md").build()
    for name in ("index.html", "tag/x.html", "pages/about.html"):
        html = blog.page(name)
        assert html.count("Words of person") == 3
        assert "2 conversations/ feeds/conversation.atom.xml" in html
        assert "Most talked about" in html


@pytest.mark.parametrize("name", ["simple", "notmyidea"])
def test_counts_are_there_on_index_pages_of_other_themes(name: str, tmp_path: Path) -> None:
    """The snippet of the manual prints replies on the cards of posts that have some, in a theme that knows nothing."""
    manual = (ROOT / "docs" / "themes.md").read_text("utf-8")
    (snippet,) = re.findall(r"## Counts on index pages\n.*?```jinja\n(.*?)```", manual, re.DOTALL)
    override = '{% extends "!simple/index.html" %}{% block content %}{% for article in articles_page.object_list %}'
    override += "<p>{{ article.title }}" + snippet + "</p>{% endfor %}{% endblock %}"
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "index.html").write_text(override, "utf-8")
    blog = answered(tmp_path, THEME=name, THEME_TEMPLATES_OVERRIDES=[str(tmp_path / "own")]).build()
    cards = re.findall(r"<p>Title of (\w)(.*?)</p>", blog.page("index.html"), re.DOTALL)
    assert [(title, " ".join(Skeleton(rest).text.split())) for title, rest in cards] == [("a", "1 reply"), ("b", "")]


def test_commons_shows_counts_in_words_on_all_its_lists(tmp_path: Path) -> None:
    """Index, archives, tag, category, author and year say what a post drew, and nothing of a quiet post."""
    settings: dict[str, object] = {"YEAR_ARCHIVE_SAVE_AS": "{date:%Y}/index.html", "DEFAULT_PAGINATION": 1}
    blog = answered(tmp_path, THEME=str(ROOT / "themes" / "commons"), **settings).build()
    lists = ["index.html", "archives.html", "tag/x.html", "category/misc.html", "author/ada.html", "2026/index.html"]
    for name in lists:
        text = Skeleton(blog.page(name)).text
        assert re.search(r"1 reply · 1 mention · 1 like", text), name
        assert not re.search(r"\b0 |2 replies", text), name
    assert not re.search(r"\d repl", Skeleton(blog.page("index2.html")).text)


def test_commons_announces_page_and_feeds(tmp_path: Path) -> None:
    """A reader finds the feeds in the head of the pages, and the page and the feed in menu and footer."""
    settings: dict[str, object] = {"CONVERSATION_POST_FEED_ATOM": "feeds/{slug}.conversation.atom.xml"}
    settings |= {"THEME": str(ROOT / "themes" / "commons"), "RELATIVE_URLS": True}
    blog = answered(tmp_path, **settings).build()
    tags = Skeleton(blog.page("a.html")).tags
    offered = [a["href"] for tag, a in tags if tag == "link" and a.get("type") == "application/atom+xml"]
    ours = [address.removeprefix(f"{SITE}/feeds/") for address in offered if address and "conversation" in address]
    assert ours == ["conversation.atom.xml", "a.conversation.atom.xml"]
    links = [attributes.get("href") for tag, attributes in tags if tag == "a"]
    assert {"./conversations/", f"{SITE}/feeds/conversation.atom.xml"} <= set(links)
    assert "a.conversation.atom.xml" not in blog.page("drafts/draft.html")


def test_two_builds_give_the_same_page(tmp_path: Path) -> None:
    """The page depends on the store and on nothing else."""
    first, second = (answered(tmp_path / name).build().files() for name in "ab")
    assert first[PAGE] == second[PAGE]


def test_every_rule_stays_on_the_page() -> None:
    """Each selector of the style sheet begins with .conversations, so that no theme is touched."""
    sheet = (TEMPLATES.parent / "static" / "conversations.css").read_text("utf-8")
    sheet = re.sub(r"@media[^{]*\{", "", re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL))
    selectors = [part for rule in re.findall(r"([^{}]+)\{", sheet) for part in re.split(r",(?![^(]*\))", rule)]
    assert len(selectors) > 20
    assert all(selector.strip().startswith(".conversations") for selector in selectors)
    assert not re.search(r"url\(|@import|!important", sheet)


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_page_fits(browser: Browser, tmp_path: Path, width: int, scheme: str) -> None:
    """Long names, addresses and titles break, and axe-core finds nothing, on phone and desk, by day and by night."""
    long = "https://x.example/" + "unbreakable" * 30
    theme = str(ROOT / "themes" / "commons")
    blog = Blog(tmp_path, THEME=theme, RELATIVE_URLS=True).write("a.md", title="Unbreakably" * 12)
    told = [
        mention(1, author={"type": "card", "name": "W" * 90, "url": "https://w.example/"}, content={"text": long}),
        mention(2, "mention-of", name=long),
        mention(3, summary="x" * 200),
        mention(4, content={"text": "ماذا تعطي؟ 与えることから始める。"}),
    ]
    blog.archive(told).build()
    opened = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto((blog.output / PAGE).as_uri())
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(opened)
    assert found.violations_count == 0, found.generate_report()
    assert all(url.startswith("file:") for url in asked)
    opened.close()
