"""refresh: the built site is brought up to date, without Pelican where a build would write the same bytes again."""

import importlib.util
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pelican import Pelican, signals
from pelican.settings import read_settings

import conversation.edition
import conversation.refreshing
import conversation.strangers
from all_sorts import KINDS, PAGES, blog_of_all_sorts, built_anew, refreshed_here, said, told
from blog import ROOT, Blog, mention
from conversation.refreshing import brought_up_to_date
from conversation.splice import NotSplicable
from conversation.strangers import plugins_beside
from conversation.workshop import Workshop

COMMONS = str(ROOT / "themes" / "commons")
EVERYTHING = {
    "RELATIVE_URLS": True,
    "YEAR_ARCHIVE_SAVE_AS": "{date:%Y}/index.html",
    "DEFAULT_PAGINATION": 1,
    "CONVERSATION_PER_PAGE": 10,
    "CONVERSATION_POST_FEED_ATOM": "feeds/{slug}.atom.xml",
    "CONVERSATION_PAGE_SAVE_AS": "conversations/index.html",
}


def refreshed(blog: Blog) -> str:
    """What the command says."""
    done = blog.run("refresh")
    assert done.returncode == 0, done.stderr
    return done.stdout


def blog_with_plugin(folder: Path, name: str) -> Blog:
    """A blog with a mention, and a plugin of the blogger's own."""
    blog = Blog(folder).write("a.md").archive([mention(1)])
    (folder / "mine").mkdir()
    (folder / "mine" / f"{name}.py").write_text("def register(): pass\n", "utf-8")
    return blog.configure(PLUGINS=["conversation", name], PLUGIN_PATHS=[str(ROOT / "plugins"), "mine"])


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    """A blog with a mention that was refreshed once."""
    blog = Blog(tmp_path / "blog").write("a.md").archive([mention(1)])
    assert "no finished build is remembered" in refreshed(blog)
    return blog


def test_nothing_new_is_nothing_done(blog: Blog) -> None:
    """Where nothing changed no file is touched, and nobody waits for Pelican."""
    before = {path: path.stat().st_mtime_ns for path in blog.output.rglob("*")}
    assert refreshed(blog) == "Nothing new: the site is as the last build left it.\n"
    assert {path: path.stat().st_mtime_ns for path in blog.output.rglob("*")} == before


@pytest.mark.parametrize("task", ["status", "pull", "doctor"])
def test_whoever_only_looks_at_the_posts_does_not_make_the_next_refresh_a_build(blog: Blog, task: str) -> None:
    """A task that reads the content, as a build does, leaves what is known of the last build."""
    told(blog, mention(1), mention(2))
    blog.run(task)
    assert refreshed(blog).endswith("3 pages brought up to date without a build.\n")


def test_whoever_looks_at_the_site_does_not_make_the_next_refresh_a_build(blog: Blog) -> None:
    """To serve a site, Pelican is set up as for a build."""
    Pelican(read_settings(str(blog.conf)))
    assert refreshed(blog) == "Nothing new: the site is as the last build left it.\n"


def test_a_mention_takes_no_build(blog: Blog, tmp_path: Path) -> None:
    """What is new is on the pages at once, they are as a build would write them, and all others are left alone."""
    written = {path: path.stat().st_mtime_ns for path in blog.output.rglob("*.html")}
    told(blog, mention(1), mention(2))
    assert refreshed(blog) == "archive: 1 new\n3 pages brought up to date without a build.\n"
    assert blog.counts("a.html")["comments"] == 2
    assert blog.files() == built_anew(blog, tmp_path / "twin")
    left = {path.name for path, when in written.items() if path.stat().st_mtime_ns == when}
    assert left >= {"authors.html", "index.html"}
    assert refreshed(blog) == "Nothing new: the site is as the last build left it.\n"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda blog: blog.write("b.md"), "the content changed"),
        (lambda blog: blog.configure(CONVERSATION_PER_PAGE=10), "a setting changed"),
        (lambda blog: (blog.output / "a.html").unlink(), "output/ is not as the last build left it"),
        (
            lambda blog: (blog.output / "a.html").write_text("by hand", "utf-8"),
            "output/ is not as the last build left it",
        ),
    ],
)
def test_a_change_takes_a_build(blog: Blog, change: Callable[[Blog], object], reason: str) -> None:
    """Whatever a build would write otherwise leads to a build, which says why, and leaves what a build leaves."""
    change(blog)
    assert f"It takes a build: {reason}" in refreshed(blog)
    left = blog.files()
    assert blog.build().files() == left


def own_files(blog: Blog) -> Path:
    """The folder of what the blogger writes for the plugin."""
    folder = blog.folder / "content"
    (folder / "giving.csv").write_text("date,kind,url\n2026-05-01,answer,https://forum.example/1\n", "utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("moderation.toml", f"[hide]\nacts = ['{mention(1)['url']}']\n"),
        (
            "giving.csv",
            "date,kind,url\n2026-05-01,answer,https://forum.example/1\n2026-06-02,reply,https://x.example/2\n",
        ),
        (
            "milestones.csv",
            "date,posts,followers,note\n2019-03-01,100,340,moved\n2022-01-05,800,3035,\n2024-01-05,1000,5756,a\n",
        ),
    ],
)
def test_what_the_blogger_writes_for_the_plugin_takes_no_build(tmp_path: Path, name: str, text: str) -> None:
    """To hide what somebody said, or to note what one gave, is at once on the site, as a build would have it."""
    blog = Blog(tmp_path / "blog").write("a.md").write("b.md").archive([mention(1), mention(2)])
    own_files(blog)
    refreshed(blog)
    before = blog.files()
    (blog.folder / "content" / name).write_text(text, "utf-8")
    said = refreshed(blog)
    assert "brought up to date without a build" in said
    assert blog.files() != before
    assert blog.files() == built_anew(blog, tmp_path / "twin")
    assert refreshed(blog) == "Nothing new: the site is as the last build left it.\n"


def test_a_table_that_a_post_links_to_takes_a_build(tmp_path: Path) -> None:
    """What the site has a copy of is copied again, which is Pelican's part."""
    blog = Blog(tmp_path / "blog").write("a.md", "[All of it]({static}giving.csv)").archive([mention(1)])
    table = own_files(blog) / "giving.csv"
    refreshed(blog)
    table.write_text(table.read_text("utf-8") + "2026-06-02,reply,https://x.example/2\n", "utf-8")
    assert "It takes a build: moderation, giving or a milestone changed" in refreshed(blog)
    assert (blog.output / "giving.csv").read_bytes() == table.read_bytes()


@pytest.mark.parametrize(
    ("theme", "plugins"),
    [
        ("simple", ["conversation"]),
        ("notmyidea", ["conversation", "incremental"]),
        (COMMONS, ["conversation"]),
        (COMMONS, ["conversation", "incremental"]),
    ],
    ids=["simple", "notmyidea, incremental", "commons", "commons, incremental"],
)
def test_any_theme_is_spliced(tmp_path: Path, theme: str, plugins: list[str]) -> None:
    """Sidebars, counts in lists, feeds, the ledger: after a reply, an edit and a deletion all is as if built anew."""
    blog = blog_of_all_sorts(
        tmp_path / "blog", said(1), said(2, "b.html", "like-of"), THEME=theme, PLUGINS=plugins, **EVERYTHING
    )
    refreshed_here(blog)
    states = (
        [said(1), said(2, "b.html", "like-of"), said(3, "b-de.html"), said(4, "pages/c.html", "mention-of")],
        [said(1, words="Edited."), said(3, "b-de.html"), said(4, "pages/c.html", "mention-of"), said(5)],
    )
    for number, state in enumerate(states):
        told(blog, *state)
        assert refreshed_here(blog) == ""
        assert blog.files() == built_anew(blog, tmp_path / f"twin{number}")
    assert blog.build().files() == built_anew(blog, tmp_path / "twin")


def test_a_site_that_is_refreshed_is_still_built_sparingly(tmp_path: Path) -> None:
    """What is noted for refreshes costs no page in builds: where nothing changed, nothing is rendered."""
    blog = blog_of_all_sorts(
        tmp_path / "blog", said(1), THEME=COMMONS, PLUGINS=["conversation", "incremental"], CACHE_PATH="cache"
    )
    assert "It takes a build" in refreshed(blog)
    assert "Incremental: 0 of" in blog.run("build").stdout


def test_a_conversation_that_takes_another_page_takes_a_build(tmp_path: Path) -> None:
    """A further page is one that Pelican has to make."""
    blog = blog_of_all_sorts(tmp_path / "blog", *map(said, range(1, 10)), **EVERYTHING)
    refreshed_here(blog)
    told(blog, *map(said, range(1, 13)))
    assert refreshed_here(blog) == "a conversation takes another number of pages"
    told(blog, *map(said, range(1, 14)))
    assert refreshed_here(blog) == ""
    assert blog.files() == built_anew(blog, tmp_path / "twin")


STATES = st.dictionaries(
    st.integers(1, 9), st.tuples(st.sampled_from(PAGES), st.sampled_from(KINDS), st.sampled_from(["One.", "Two."]))
)


@settings(max_examples=4)
@given(states=st.lists(STATES, min_size=1, max_size=3), theme=st.sampled_from(["simple", COMMONS]))
def test_whatever_comes_it_is_as_if_built(states: list[dict[int, tuple[str, str, str]]], theme: str) -> None:
    """After any changes of what people said, spliced or built, every byte is that of a clean build."""
    with TemporaryDirectory() as folder:
        blog = blog_of_all_sorts(
            Path(folder) / "blog", THEME=theme, PLUGINS=["conversation", "incremental"], **EVERYTHING
        )
        refreshed_here(blog)
        for number, state in enumerate(states):
            told(blog, *(said(who, *what) for who, what in state.items()))
            refreshed_here(blog)
            assert blog.files() == built_anew(blog, Path(folder) / f"twin{number}")


OTHERS = ("neighbors", "related_posts", "series", "sitemap")


@pytest.mark.skipif(
    any(importlib.util.find_spec(f"pelican.plugins.{name}") is None for name in OTHERS),
    reason=f"plugins from PyPI are not installed (requirements/test.txt): {', '.join(OTHERS)}",
)
def test_plugins_that_take_no_notice_of_conversations_are_in_nobodys_way(tmp_path: Path) -> None:
    """With these four from PyPI a site is spliced, and is what a build makes of it, but for the clock of `sitemap`."""
    blog = blog_of_all_sorts(tmp_path / "blog", said(1), PLUGINS=["conversation", *OTHERS])
    refreshed_here(blog)
    told(blog, said(1), said(2))
    assert refreshed_here(blog) == ""
    left, anew = blog.files(), built_anew(blog, tmp_path / "twin")
    times = re.compile(rb"<lastmod>.*?</lastmod>")
    assert times.sub(b"", left.pop("sitemap.xml")) == times.sub(b"", anew.pop("sitemap.xml"))
    assert left == anew


def test_a_plugin_of_a_known_name_may_be_another(tmp_path: Path) -> None:
    """A folder of the blogger's own by the name of a plugin that is known is none that is known."""
    blog = blog_with_plugin(tmp_path / "blog", "series")
    refreshed(blog)
    assert "nobody knows what a plugin reads: series" in refreshed(blog)


def test_a_plugin_that_the_blogger_vouches_for_is_in_nobodys_way(tmp_path: Path) -> None:
    """Whoever knows a plugin may say that it takes no notice of conversations; nobody else's word is needed."""
    blog = blog_with_plugin(tmp_path / "blog", "quiet")
    refreshed(blog)
    assert "nobody knows what a plugin reads: quiet" in refreshed(blog)
    blog.configure(CONVERSATION_UNCONCERNED=["quiet"])
    assert "It takes a build: a setting changed" in refreshed(blog)
    told(blog, mention(1), mention(2))
    assert "brought up to date without a build" in refreshed(blog)
    assert blog.files() == built_anew(blog, tmp_path / "twin")


def test_where_no_plugins_are_listed_those_that_are_installed_are_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pelican takes all of its namespace then: each has to be known by name."""
    found = [SimpleNamespace(name=f"pelican.plugins.{name}", ispkg=True) for name in ("conversation", "stranger")]
    found.append(SimpleNamespace(name="pelican.plugins._utils", ispkg=False))
    monkeypatch.setattr(conversation.strangers.pkgutil, "iter_modules", lambda *_: found)
    assert plugins_beside({}) == ["pelican.plugins.stranger"]
    assert plugins_beside({}, ["stranger"]) == []
    assert plugins_beside({"PLUGINS": []}) == []


def test_a_picture_of_the_year_that_can_no_longer_be_drawn_takes_a_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages announce the picture outside of templates of ours: they must not announce one that is gone."""
    drawn = [b"a picture", b"", b"", b""]
    monkeypatch.setattr(conversation.edition, "_drawn", lambda *_: drawn.pop(0))
    blog = blog_of_all_sorts(tmp_path / "blog", said(1), THEME=COMMONS, CONVERSATION_OG_IMAGE=True)
    refreshed_here(blog)
    assert "year.png" in blog.page("giving-receiving/index.html")
    told(blog, said(1), said(2))
    assert refreshed_here(blog) == "the picture of the year came or went"
    assert "year.png" not in blog.page("giving-receiving/index.html")


def theme_with(blog: Blog, article: str) -> None:
    """Gives the blog a theme whose pages of articles are these."""
    templates = blog.folder / "theme" / "templates"
    templates.mkdir(parents=True)
    (templates / "article.html").write_text(article, "utf-8")
    blog.configure(THEME="theme")


#: What a theme says first, and how it places our templates.
TALK = "{% set conversation = article.conversation %}"
SIDEBAR = '{% include "conversation/sidebar.html" %}'
NUMBERS = '{% include "conversation/counts.html" %}'


@pytest.mark.parametrize(
    ("article", "reason"),
    [
        (TALK + "<p>{{ conversation.counts.total }}</p>" + SIDEBAR, "the layout of a.html goes by counts"),
        (TALK + "{% if conversation.comments | length > 1 %}Many{% endif %}" + NUMBERS, "the layout of a.html goes by"),
        (
            TALK + "{% set talk %}" + SIDEBAR + "{% endset %}{{ talk | upper }}",
            "a page does not show its conversation as it was made",
        ),
    ],
    ids=["shows", "decides", "changes"],
)
def test_what_a_theme_makes_of_a_conversation_by_itself_takes_a_build(
    tmp_path: Path, article: str, reason: str
) -> None:
    """Where more of a page goes by the conversation than our templates made, nothing is spliced that may be wrong."""
    blog = Blog(tmp_path / "blog").write("a.md").archive([mention(1)])
    theme_with(blog, article)
    refreshed_here(blog)
    told(blog, mention(1), mention(2))
    assert reason in refreshed_here(blog)
    assert blog.files() == built_anew(blog, tmp_path / "twin")


@pytest.mark.parametrize(
    "article",
    [
        TALK + "{% set talk %}" + SIDEBAR + "{% endset %}<div>{{ talk }}</div>",
        TALK + "{% if conversation.outgrows(9, 99) %}<hr>{% endif %}" + NUMBERS + SIDEBAR + NUMBERS,
        "<html><body><p>No block, no include.</p></body></html>",
    ],
    ids=["put elsewhere", "twice the same", "without a block"],
)
def test_what_a_theme_places_is_spliced_where_it_stands(tmp_path: Path, article: str) -> None:
    """However a theme places the templates of ours, each is found again."""
    blog = Blog(tmp_path / "blog").write("a.md").archive([mention(1)])
    theme_with(blog, article)
    refreshed_here(blog)
    told(blog, mention(1), mention(2))
    assert refreshed_here(blog) == ""
    assert blog.files() == built_anew(blog, tmp_path / "twin")


def hides(blog: Blog) -> None:
    """The blogger hides the mention."""
    (blog.folder / "content" / "moderation.toml").write_text(f"[hide]\nacts = ['{mention(1)['url']}']\n", "utf-8")


def pulls(blog: Blog) -> None:
    """A clock pulls, and somebody said something."""
    told(blog, mention(1), mention(2))
    assert blog.run("pull").returncode == 0


@pytest.mark.parametrize("happens", [hides, pulls])
@pytest.mark.parametrize("plugins", [["conversation"], ["conversation", "incremental"]], ids=["alone", "incremental"])
def test_what_happens_while_a_build_goes_on_is_news_for_the_next_refresh(
    tmp_path: Path, happens: Callable[[Blog], None], plugins: list[str]
) -> None:
    """A build takes a minute, and shows what was there when it began: what came since is not taken for shown."""
    blog = blog_of_all_sorts(tmp_path / "blog", mention(1), PLUGINS=plugins)
    refreshed_here(blog)
    blog.write("d.md")

    def meanwhile(_: object) -> None:
        happens(blog)

    with signals.all_generators_finalized.connected_to(meanwhile):
        blog.build()
    refreshed_here(blog)
    assert blog.files() == built_anew(blog, tmp_path / "twin")


def test_a_post_whose_day_comes_while_a_build_goes_on_is_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was a draft when it was read takes a build, though its day had come when that build ended."""
    soon = datetime.now(UTC) + timedelta(hours=1)
    blog = Blog(tmp_path / "blog", TIMEZONE="UTC", WITH_FUTURE_DATES=False).write("a.md").archive([mention(1)])
    refreshed_here(blog.write("b.md", date=f"{soon:%Y-%m-%d %H:%M}"))

    class Later(datetime):
        """A clock that is ahead."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            """Two hours after the rest of the world."""
            return datetime.now(tz) + timedelta(hours=2)

    def meanwhile(_: object) -> None:
        monkeypatch.setattr(conversation.refreshing, "datetime", Later)

    with signals.all_generators_finalized.connected_to(meanwhile):
        blog.build()
    with Workshop.open(blog.conf) as shop, pytest.raises(NotSplicable, match="a post's day has come"):
        brought_up_to_date(shop, Later.now(UTC), lambda _: None)


def test_after_a_killed_build_nothing_is_trusted(blog: Blog) -> None:
    """What a build left half done is built, whatever was noted of it."""
    (blog.folder / ".cache" / "conversation" / "built.json").write_text("{}", "utf-8")
    told(blog, mention(1), mention(2))
    assert "no finished build is remembered" in refreshed_here(blog)
    assert blog.counts("a.html")["comments"] == 2


def test_damaged_notes_take_a_build(blog: Blog, tmp_path: Path) -> None:
    """Without what was noted of the pages there is nothing to splice by; the next build notes it again."""
    (blog.folder / ".cache" / "conversation" / "places.sqlite").write_bytes(b"no database" * 100)
    told(blog, mention(1), mention(2))
    assert refreshed_here(blog) == "it was not noted what the pages show"
    told(blog, mention(1), mention(2), mention(3))
    assert refreshed_here(blog) == ""
    assert blog.files() == built_anew(blog, tmp_path / "twin")
