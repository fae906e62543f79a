"""contents.py: what the plugin takes from Pelican, and where the settings of a site come from."""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pelican import Pelican
from pelican.contents import Article
from pelican.generators import ArticlesGenerator, PagesGenerator
from pelican.settings import DEFAULT_CONFIG, read_settings

from blog import SITE, Blog
from conversation.contents import posts_of, readable_contents, settings_files, settings_folder
from conversation.posts import Post

BERLIN = ZoneInfo("Europe/Berlin")


def read(blog: Blog, site: str = SITE, zone: ZoneInfo = BERLIN) -> dict[str, Post]:
    """The posts of a blog by path, as a build reads them; nothing is written."""
    blog.configure(PLUGINS=[])
    pelican = Pelican(read_settings(str(blog.conf)))
    context: dict[str, Any] = {**pelican.settings, "localsiteurl": "", "generated_content": {}}
    context |= {"static_links": set(), "static_content": {}}
    for kind in (ArticlesGenerator, PagesGenerator):
        generator = kind(
            context=context,
            settings=pelican.settings,
            path=pelican.path,
            theme=pelican.theme,
            output_path=pelican.output_path,
        )
        generator.generate_context()
    return {post.path: post for _, post in posts_of(readable_contents(context), site, zone)}


def one(folder: Path, **fields: str) -> Post:
    """A post with this front matter."""
    return read(Blog(folder).write("a.md", **fields))["a.md"]


def article(**metadata: object) -> Post:
    """A post with front matter that a reader other than Markdown's gave, with types of its own."""
    settings = {**DEFAULT_CONFIG, "PATH": "/nowhere"}
    fields = {"title": "T", "slug": "a", "date": datetime(2026, 5, 2, tzinfo=UTC), **metadata}
    content = Article("", metadata=fields, settings=settings, source_path="/nowhere/a.md")
    ((_, post),) = posts_of([content], SITE, BERLIN)
    return post


# --- Which settings file ---------------------------------------------------------------------------------------------


def conf(folder: Path, name: str, text: str) -> dict[str, Any]:
    """Pelican's settings out of a file with this text."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "content").mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    settings: dict[str, Any] = read_settings(str(folder / name))
    return settings


def test_the_folder_of_the_settings_file_is_where_paths_start(tmp_path: Path) -> None:
    """Whoever builds from another folder gets the same store and the same files."""
    settings = conf(tmp_path, "a_site.py", "PATH = 'content'\nCONVERSATION_STRICT = True\n")
    assert settings_files(settings) == [tmp_path / "a_site.py"]
    assert settings_folder(settings) == tmp_path


@pytest.mark.parametrize("seen_before", [False, True])
def test_a_file_and_the_one_that_it_imports_are_both_found(
    seen_before: bool,  # noqa: FBT001 - a case
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Messages name the file in which a setting stands; paths start at the one that Pelican was given."""
    name = f"common_settings_{seen_before}".lower()
    (tmp_path / "common").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path / "common"))
    common = tmp_path / "common" / f"{name}.py"
    common.write_text("PATH = 'content'\nCONVERSATION_SOURCES = []\n", encoding="utf-8")
    if seen_before:
        conf(tmp_path / "common", common.name, common.read_text("utf-8"))
    settings = conf(tmp_path, "publishing.py", f"from {name} import *\nCONVERSATION_STRICT = True\n")
    assert settings_files(settings) == [common, tmp_path / "publishing.py"]
    assert settings_folder(settings) == tmp_path


@pytest.mark.parametrize("line", ["CONVERSATION_STRICT = True", "CONVERSATION_PULL = 'due'", "CONVERSATION_HELP = ''"])
def test_two_sites_in_one_process_keep_their_folders(line: str, tmp_path: Path) -> None:
    """A value that Python keeps once for all, such as True, does not make one site's settings another's."""
    text = f"PATH = 'content'\nOUTPUT_PATH = 'output'\n{line}\n"
    one_, two = conf(tmp_path / "one", "site_one.py", text), conf(tmp_path / "two", "site_two.py", text)
    assert settings_files(one_) == [tmp_path / "one" / "site_one.py"]
    assert settings_files(two) == [tmp_path / "two" / "site_two.py"]


def test_a_site_read_before_another_of_the_same_name_keeps_its_folder(tmp_path: Path) -> None:
    """Read two, then build the first: its settings file is no longer known to Python, but lies above its content."""
    text = "PATH = 'content'\nCONVERSATION_SOURCES = []\n"
    first = conf(tmp_path / "one", "pelicanconf.py", text)
    second = conf(tmp_path / "two", "pelicanconf.py", text)
    assert settings_folder(first) == tmp_path / "one"
    assert settings_folder(second) == tmp_path / "two"


def test_content_named_on_the_command_line_does_not_hide_the_file(tmp_path: Path) -> None:
    """`pelican posts -o /tmp/x` overrides paths; the settings file is still found."""
    (tmp_path / "conf.py").write_text("PATH = 'content'\nCONVERSATION_SOURCES = []\n", encoding="utf-8")
    settings = read_settings(str(tmp_path / "conf.py"), override={"PATH": str(tmp_path), "OUTPUT_PATH": "/tmp/x"})  # noqa: S108
    assert settings_files(settings) == [tmp_path / "conf.py"]


def test_settings_without_a_file_start_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that hands Pelican a dictionary gets paths relative to the working folder."""
    monkeypatch.chdir(tmp_path)
    settings = {"CONVERSATION_SOURCES": [], "PATH": str(tmp_path / "content")}
    assert settings_files(settings) == []
    assert settings_folder(settings) == tmp_path
    assert settings_folder({}) == tmp_path


# --- Posts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://s.example/1", ("https://s.example/1",)),
        ("https://s.example/1, https://t.example/2", ("https://s.example/1", "https://t.example/2")),
        ("https://s.example/1,https://t.example/2,", ("https://s.example/1", "https://t.example/2")),
        ("https://s.example/1\n    https://t.example/2", ("https://s.example/1", "https://t.example/2")),
        ("https://s.example/1\nsyndication: https://t.example/2", ("https://s.example/1", "https://t.example/2")),
        (" , ", ()),
    ],
)
def test_lists_of_addresses_are_written_as_people_write_them(
    text: str, expected: tuple[str, ...], tmp_path: Path
) -> None:
    """With commas, on lines of their own or as a field repeated: `syndication:` and `aliases:` are lists."""
    assert one(tmp_path, syndication=text).syndication == expected


def test_fields_of_front_matter_arrive(tmp_path: Path) -> None:
    """Aliases, and the acts that a post is, by the names of the manual; what is not given is not there."""
    post = one(tmp_path, aliases="/2019/old.html, old.html", reply_to="https://x.example/1", bookmark_of="")
    assert post.aliases == ("/2019/old.html", "old.html")
    assert post.fields == {"reply_to": ("https://x.example/1",)}
    assert article(aliases=["/a", "/b, /c"], syndication=None, like_of=7).aliases == ("/a", "/b", "/c")


@pytest.mark.parametrize("text", ["closed", "Closed", " off", "no", "false"])
def test_comments_can_be_closed(text: str, tmp_path: Path) -> None:
    """`comments: closed` ends the conversation, in the words that people use for it."""
    assert one(tmp_path, comments=text).closed is True


@pytest.mark.parametrize("value", [False, "FALSE"])
def test_a_reader_that_knows_types_can_close_comments_too(value: object) -> None:
    """Front matter in YAML says false where Markdown's says "false"."""
    assert article(comments=value).closed is True
    assert article(comments=True).closed is False
    assert article(comments=datetime(2026, 12, 31).date()).closed == datetime(2026, 12, 31, tzinfo=BERLIN)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("2026-12-31", datetime(2026, 12, 31, tzinfo=BERLIN)),
        ("2026-12-31 18:30", datetime(2026, 12, 31, 18, 30, tzinfo=BERLIN)),
        ("2026-12-31T18:30:00Z", datetime(2026, 12, 31, 18, 30, tzinfo=UTC)),
        ("2026-12-31T18:30+09:00", datetime(2026, 12, 31, 18, 30, tzinfo=ZoneInfo("Asia/Tokyo"))),
    ],
)
def test_comments_can_end_on_a_day(text: str, ends: datetime, tmp_path: Path) -> None:
    """A date is meant in the site's time zone, unless it names one."""
    assert one(tmp_path, comments=text).closed == ends


@pytest.mark.parametrize("text", ["", "open", "on", "Yes", "true"])
def test_comments_are_open_where_nothing_or_that_is_said(text: str, caplog: pytest.LogCaptureFixture) -> None:
    """Saying what is so anyway is no mistake."""
    assert article(comments=text).closed is False
    assert not caplog.records


@pytest.mark.parametrize("text", ["closd", "31.12.2026", "0001-01-01", "9999-12-31T23:59-23:00", "2026-13-01", "٢٠٢٦"])
def test_comments_that_say_something_else_are_told_of_and_open(text: str, caplog: pytest.LogCaptureFixture) -> None:
    """A slip is named with its file, and ends neither the build nor the conversation."""
    with caplog.at_level(logging.WARNING):
        assert article(comments=text).closed is False
    (record,) = caplog.records
    assert "a.md" in record.getMessage()
    assert text in record.getMessage()


@given(st.text(), st.text())
def test_no_front_matter_breaks_a_build(first: str, second: str) -> None:
    """Whatever stands there: addresses are parts of it without spaces, and the rest is left."""
    post = article(comments=first, aliases=[first, second], syndication=second)
    assert all(url and not url.isspace() and "," not in url for url in (*post.aliases, *post.syndication))
    assert "".join(post.syndication) == "".join(second.replace(",", " ").split())


def test_a_translation_knows_its_original(tmp_path: Path) -> None:
    """Each language has its own address; what both link to can be counted once."""
    blog = Blog(tmp_path).write("a.md").write("a-de.md", slug="a", lang="de")
    blog.write("c-fr.md", slug="c", lang="fr").write("c-es.md", slug="c", lang="es")
    posts = read(blog)
    assert (posts["a.md"].url, posts["a.md"].original, posts["a.md"].lang) == (f"{SITE}/a.html", f"{SITE}/a.html", "en")
    assert (posts["a-de.md"].url, posts["a-de.md"].original) == (f"{SITE}/a-de.html", f"{SITE}/a.html")
    assert posts["c-fr.md"].original == posts["c-fr.md"].url


def test_drafts_hidden_ones_and_pages_are_posts_too(tmp_path: Path) -> None:
    """People may have found them; each says what it is."""
    blog = Blog(tmp_path).write("d.md", status="draft").write("h.md", status="hidden").write("pages/p.md")
    posts = read(blog.write("s.md", status="skip").write("a.md"))
    found = {path: (post.content, post.status, post.url) for path, post in posts.items()}
    assert found == {
        "a.md": ("article", "published", f"{SITE}/a.html"),
        "d.md": ("article", "draft", f"{SITE}/drafts/d.html"),
        "h.md": ("article", "hidden", f"{SITE}/h.html"),
        "pages/p.md": ("page", "published", f"{SITE}/pages/p.html"),
    }


def test_dates_are_aware_whatever_was_written(tmp_path: Path) -> None:
    """A date without a zone is in the site's; one with a zone keeps it; no date is none."""
    post = one(tmp_path / "1", date="2026-07-02 12:00", modified="2026-12-03T12:00:00+09:00")
    assert post.published == datetime(2026, 7, 2, 10, tzinfo=UTC)
    assert post.modified == datetime(2026, 12, 3, 3, tzinfo=UTC)
    assert type(post.published) is datetime
    blog = Blog(tmp_path / "2", TIMEZONE="America/New_York").write("a.md", date="2026-01-02 12:00")
    assert read(blog, zone=ZoneInfo("America/New_York"))["a.md"].published == datetime(2026, 1, 2, 17, tzinfo=UTC)
    (tmp_path / "3" / "content" / "pages").mkdir(parents=True)
    (tmp_path / "3" / "content" / "pages" / "p.md").write_text("title: P\n\nWords.\n", encoding="utf-8")
    assert read(Blog(tmp_path / "3"))["pages/p.md"].published is None


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("Rye & wheat", "Rye & wheat"),
        ("Rye &amp; wheat", "Rye & wheat"),
        ("Ada&#8217;s <em>rye</em>", "Ada’s rye"),
        ("a < b, and c > d", "a < b, and c > d"),
        ("On <!-- not yet --> time", "On  time"),
        ("村上の例", "村上の例"),
    ],
)
def test_titles_are_plain_text(title: str, plain: str) -> None:
    """To Pelican a title is HTML; where it is printed as text it must not show tags and entities."""
    assert article(title=title).title == plain


def test_addresses_beyond_ascii_and_sites_in_a_folder(tmp_path: Path) -> None:
    """The address of a post is the site's with Pelican's behind it: letters as they are, one slash between."""
    blog = Blog(tmp_path).write("a.md", slug="straße-例").write("index.md", save_as="index.html", url="")
    posts = read(blog, site="https://e.example/~ada")
    assert posts["a.md"].url == "https://e.example/~ada/straße-例.html"
    assert posts["index.md"].url == "https://e.example/~ada/"


def test_a_file_whose_name_is_no_text_can_be_named(tmp_path: Path) -> None:
    """A name in an old encoding comes as half characters, which no terminal prints and nothing can keep."""
    blog = Blog(tmp_path).write("a.md")
    (tmp_path / "content" / "a.md").rename(tmp_path / "content" / os.fsdecode(b"caf\xe9.md"))
    assert list(read(blog)) == ["caf?.md"]


def test_what_pelican_makes_of_a_text_is_left_alone(tmp_path: Path) -> None:
    """Links to files and posts are resolved in pages and feeds as without the plugin, though it has read the text."""
    blog = Blog(tmp_path, STATIC_PATHS=["images"]).write("b.md")
    blog.write(
        "a.md",
        "[post]({filename}b.md), ![picture]({static}images/x.png), [file]({attach}y.txt), [x](https://x.example/)",
    )
    (tmp_path / "content" / "images").mkdir()
    (tmp_path / "content" / "images" / "x.png").write_bytes(b"x")
    (tmp_path / "content" / "y.txt").write_text("y")
    blog.configure(CONVERSATION_IDENTITIES=[]).build()
    for page in (blog.page("a.html"), blog.page("feeds/all.atom.xml")):
        assert "{static}" not in page
        assert "{filename}" not in page
        assert "{attach}" not in page
        for address in ("b.html", "images/x.png", "y.txt"):
            assert f"{SITE}/{address}" in page
    assert (blog.output / "images" / "x.png").is_file()
    assert (blog.output / "y.txt").is_file()
    assert blog.ledger()["given"]["all"]["by_kind"] == {"link": 1}
    plain = Blog(tmp_path, **blog.settings | {"PLUGINS": [], "OUTPUT_PATH": "plain"}).build()
    feed = tmp_path / "plain" / "feeds" / "all.atom.xml"
    assert feed.read_bytes() == (blog.output / "feeds" / "all.atom.xml").read_bytes()
    assert plain.conf.is_file()


def test_contents_come_in_a_stable_order(tmp_path: Path) -> None:
    """The same blog gives the same bytes: by the file that each becomes."""
    blog = Blog(tmp_path)
    for number, name in enumerate("cab"):
        blog.write(f"{name}.md", date=f"{datetime(2026, 5, 2) + timedelta(days=number):%Y-%m-%d}")  # noqa: DTZ001
    assert list(read(blog)) == ["a.md", "b.md", "c.md"]
