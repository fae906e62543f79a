"""reading/: articles and pages from the cache are what a plain build reads, and nothing stale is among them."""

# ruff: noqa: ANN401, SLF001, FBT001 - as in readings.py; a parametrised flag comes by position

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import logging
import os
import pickle
import signal
import sqlite3
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from docutils.parsers.rst import Directive, directives
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown
from markdown.extensions import Extension, codehilite
from pelican import contents, readers, signals
from pelican.generators import PagesGenerator
from pelican.readers import BaseReader

from incremental.reading import (
    additions,
    attach,
    body_digest,
    forked,
    kept,
    links_of,
    markdown_reuse,
    origin_of,
    raw,
    rows,
)
from incremental.reading.hearing import names_a_day
from incremental.reading.purity import why_text
from incremental.reading.rows import decode
from incremental.reading.sources import UNSETTLED
from readings import Read, made, post, read, read_plainly, warnings_of, write

pytestmark = pytest.mark.usefixtures("own_threads")
BOTH = pytest.mark.parametrize("alone", [True, False], ids=["whole", "texts"])
LONG_AGO = 1_700_000_000
CODE = "\n\n    :::python\n    def a():\n        return 1\n\n"


def site(folder: Path) -> Path:
    """A site with a bit of everything."""
    write(
        folder,
        "plain.md",
        post("Plain", CODE + "A [link]({filename}other.md#x) and ![a]({static}pic/a.png).", tags="a, B c, a"),
    )
    write(folder, "other.md", post("Other", "See {tag}a.\n\n[t]({attach}f.pdf)", authors="Ada; Bob", category="News"))
    write(folder, "zone.md", post("Zone", date="2026-01-02T03:04:05+05:30", modified="2026-02-03 04:05Z", slug="z"))
    write(
        folder, "sub/deep.md", post("Deep", summary="A *formatted* [one]({filename}../plain.md)", lang="de", extra="x")
    )
    write(folder, "sub/plain-de.md", post("Schlicht", slug="plain", lang="de", translation="true"))
    write(folder, "lists.md", post("Lists").replace("title:", "extra: one\n    two\ntitle:"))
    write(folder, "draft.md", post("Draft", status="draft"))
    write(folder, "dateless.md", "title: Dateless\nstatus: draft\n\nNothing yet.\n")
    write(folder, "hidden.md", post("Hidden", status="hidden", url="over/there/", save_as="over/there/index.html"))
    write(folder, "skip.md", post("Skip", status="skip"))
    write(folder, "untitled.md", "date: 2026-05-02\n\nNo title.\n")
    write(folder, "baddate.md", post("Bad date", date="the day after"))
    write(folder, "twice.md", post("Twice", "![](a.png)").replace("title:", "slug: twice\nslug: again\ntitle:"))
    write(folder, "empty.md", "title: Empty\ndate: 2026-05-01\n")
    write(folder, "rst.rst", "Rst\n###\n\n:date: 2026-05-03\n:tags: a, d\n\n.. note:: Words.\n\n`x <{static}b.png>`_\n")
    write(
        folder,
        "html.html",
        '<html><head><title>H</title><meta name="date" content="2026-05-04"/></head><body>B</body></html>',
    )
    return settled(folder)


def settled(folder: Path) -> Path:
    """The site as if it had been written long ago, so that its files' times can be trusted."""
    for path in (folder / "content").rglob("*"):
        os.utime(path, (LONG_AGO, LONG_AGO))
    return folder


def cache_of(reading: Read) -> Any:
    assert reading.cache
    return reading.cache


def reads(reading: Read) -> list[str]:
    return sorted(cache_of(reading).read)


#: What is read with each build: what is skipped, and what Pelican warns of and leaves out.
ALWAYS = ["baddate.md", "skip.md", "untitled.md"]


# --- The same as a plain build ---------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("jobs", [1, 2])
def test_contents_are_those_of_a_plain_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, alone: bool, jobs: int
) -> None:
    """Whoever looks at the articles of a build with the cache sees what a plain build shows, warnings and all."""
    monkeypatch.setattr(forked, "WORTHWHILE", 2)
    plain = read_plainly(site(tmp_path))
    first = read(tmp_path, alone=alone, jobs=jobs)
    second = read(tmp_path, alone=alone, jobs=jobs)
    assert first.seen() == plain.seen()
    assert second.seen() == plain.seen()
    assert any("Duplicate definition" in line for line in plain.log)
    assert any("Empty alt" in line for line in plain.log)
    assert len(reads(first)) == 16
    assert reads(second) == (ALWAYS if alone else ["baddate.md"])


@BOTH
def test_pages_are_those_of_a_plain_build(tmp_path: Path, alone: bool) -> None:
    """Pages are kept as articles are, in a file of their own."""
    write(tmp_path, "pages/a.md", post("A", "[b]({filename}b.md)"))
    write(tmp_path, "pages/b.md", post("B", status="draft"))
    write(tmp_path, "pages/c.md", "title: C\n\nNo date.\n")
    plain = read_plainly(tmp_path, PagesGenerator)
    for expected in (["pages/a.md", "pages/b.md", "pages/c.md"], []):
        reading = read(tmp_path, PagesGenerator, alone=alone)
        assert reading.seen() == plain.seen()
        assert reads(reading) == expected


@BOTH
def test_what_was_done_to_the_files_is_seen(tmp_path: Path, alone: bool) -> None:
    """A post that is edited, added, renamed or deleted is so in the next build, and no other is read for it."""
    read(site(tmp_path), alone=alone)
    content = tmp_path / "content"
    write(tmp_path, "plain.md", post("Plain", "Edited."))
    write(tmp_path, "new.md", post("New"))
    (content / "zone.md").rename(content / "moved.md")
    (content / "hidden.md").unlink()
    second = read(tmp_path, alone=alone)
    assert second.seen() == read_plainly(tmp_path).seen()
    assert {*reads(second)} - {*ALWAYS} == {"plain.md", "new.md", "moved.md"}
    with sqlite3.connect(tmp_path / "cache" / "articles.sqlite") as db:
        names = {name for (chunk,) in db.execute("SELECT rows FROM chunk") for name, *_ in decode(chunk)}
    db.close()
    assert {"moved.md", "new.md"} <= names
    assert not {"zone.md", "hidden.md"} & names


@BOTH
def test_only_the_bytes_decide(tmp_path: Path, alone: bool) -> None:
    """A fresh checkout has other times and the same posts; an edit may keep the size and set back the time."""
    path = write(tmp_path, "a.md", post("A", "one"))
    settled(tmp_path)
    read(tmp_path, alone=alone)
    os.utime(path, (LONG_AGO + 5, LONG_AGO + 5))
    assert reads(read(tmp_path, alone=alone)) == []
    write(tmp_path, "a.md", post("A", "two"))
    os.utime(path, (LONG_AGO + 5, LONG_AGO + 5))
    assert read(tmp_path, alone=alone).one("A")._content == "<p>two</p>"


def test_a_file_that_was_just_written_is_compared_by_its_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two edits within a tick of the file system's clock leave the same times."""
    path = write(tmp_path, "a.md", post("A", "one"))
    status = path.stat()
    read(tmp_path)
    write(tmp_path, "a.md", post("A", "two"))
    monkeypatch.setattr("incremental.reading.sources.sign", lambda _path: _signature(status))
    assert read(tmp_path).one("A")._content == "<p>two</p>"
    assert UNSETTLED >= 2_000_000_000


def _signature(status: os.stat_result) -> Any:
    from incremental.reading.sources import Signature  # noqa: PLC0415 - only here

    return Signature(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


# --- What belongs to something else ----------------------------------------------------------------------------------


@BOTH
def test_another_fingerprint_begins_anew(tmp_path: Path, alone: bool) -> None:
    """What was made with other settings or versions is not shown."""
    write(tmp_path, "a.md", post("A"))
    read(tmp_path, alone=alone)
    second = read(tmp_path, alone=alone, fingerprint=b"other")
    assert reads(second) == ["a.md"]
    assert "have changed" in cache_of(second).reasons[0]
    assert reads(read(tmp_path, alone=alone, fingerprint=b"other")) == []
    assert reads(read(tmp_path, alone=not alone, fingerprint=b"other")) == ["a.md"]


@BOTH
@pytest.mark.parametrize("damage", ["garbage", "truncated", "rows", "bodies", "tables", "folder"])
def test_a_damaged_cache_is_begun_anew(tmp_path: Path, alone: bool, damage: str) -> None:
    """Whatever became of the file, the build shows what a plain one shows, and the next build is quick again."""
    site(tmp_path)
    plain = read_plainly(tmp_path)
    read(tmp_path, alone=alone)
    harm(tmp_path / "cache" / "articles.sqlite", damage)
    second = read(tmp_path, alone=alone)
    assert second.seen() == plain.seen()
    cache_of(second).close()
    third = read(tmp_path, alone=alone)
    fourth = read(tmp_path, alone=alone)
    assert third.seen() == fourth.seen() == plain.seen()
    if damage != "folder":
        assert {*reads(fourth)} <= {*ALWAYS}


def harm(path: Path, damage: str) -> None:
    text = path.read_bytes()
    if damage == "garbage":
        path.write_bytes(b"no database at all" * 100)
    elif damage == "truncated":
        path.write_bytes(text[: len(text) // 2])
    elif damage == "folder":
        path.unlink()
        path.mkdir()
    else:
        sql = {
            "rows": "UPDATE chunk SET rows = x'e9ff'",
            "bodies": "UPDATE body SET text = 'other'",
            "tables": "DROP TABLE body",
        }[damage]
        with sqlite3.connect(path) as db:
            db.execute(sql)
        db.close()


def test_a_build_killed_while_it_saves_leaves_the_cache_of_before(tmp_path: Path) -> None:
    """Half of a build's changes are none."""
    write(tmp_path, "a.md", post("A"))
    read(tmp_path)
    write(tmp_path, "b.md", post("B"))
    pid = os.fork()
    if pid == 0:
        sqlite3.connect(tmp_path / "cache" / "articles.sqlite").executescript("BEGIN IMMEDIATE; DELETE FROM chunk;")
        os._exit(0)
    os.waitpid(pid, 0)
    assert reads(read(tmp_path)) == ["b.md"]
    assert reads(read(tmp_path)) == []


def test_a_cache_that_another_build_holds_is_left_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two builds at once disturb each other in nothing but speed."""
    write(tmp_path, "a.md", post("A"))
    read(tmp_path)
    write(tmp_path, "b.md", post("B"))
    other = sqlite3.connect(tmp_path / "cache" / "articles.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, timeout=0))
    second = read(tmp_path)
    assert second.seen() == read_plainly(tmp_path).seen()
    assert reads(second) == ["b.md"]
    assert cache_of(second).reasons == ["articles.sqlite cannot be written (database is locked)"]
    other.execute("ROLLBACK")
    other.close()
    assert reads(read(tmp_path)) == ["b.md"]
    assert reads(read(tmp_path)) == []


def test_a_cache_that_lacks_a_part_is_begun_anew_by_the_next_change(tmp_path: Path) -> None:
    """A file that can be read but not written would be read for ever."""
    write(tmp_path, "a.md", post("A"))
    read(tmp_path)
    harm(tmp_path / "cache" / "articles.sqlite", "tables")
    write(tmp_path, "b.md", post("B"))
    assert reads(read(tmp_path)) == ["b.md"]
    assert reads(read(tmp_path)) == ["a.md"]
    assert reads(read(tmp_path)) == []


# --- What must not be reused -----------------------------------------------------------------------------------------


class Shouting(Extension):
    """An extension of which nothing is known."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's name
        """Change nothing."""


class Odd(BaseReader):  # type: ignore[misc]
    """A reader of somebody else's."""

    enabled = False  # so that other tests do not meet it
    file_extensions = ("odd",)

    def read(self, source_path: str) -> tuple[str, dict[str, object]]:
        """Take the text as it is."""
        return Path(source_path).read_text(), {"title": "Odd", "date": dt.datetime(2026, 5, 2)}  # noqa: DTZ001


@BOTH
def test_files_of_unknown_readers_are_read_anew(tmp_path: Path, alone: bool) -> None:
    """Nobody knows what else such a reader looks at."""
    write(tmp_path, "a.odd", "one")
    for _ in range(2):
        reading = read(tmp_path, alone=alone, READERS={"odd": Odd})
        assert reads(reading) == ["a.odd"]
        assert any("Odd is not one of Pelican's own readers" in one for one in cache_of(reading).reasons)


@BOTH
@pytest.mark.parametrize(
    ("markdown", "pure", "why"),
    [
        ({"extensions": ["toc", "markdown.extensions.extra"]}, [], None),
        ({"extensions": [Shouting()]}, [], "test_incremental_reading.Shouting is not known"),
        ({"extensions": [Shouting()]}, ["test_incremental_reading.Shouting"], None),
        ({"extensions": ["toc"], "extension_configs": {"toc": {"slugify": lambda text, _: text}}}, [], "holds test_"),
        ({"extensions": ["codehilite"], "extension_configs": {"codehilite": {"tagsfile": "t"}}}, [], "file of tags"),
    ],
)
def test_markdown_is_reused_with_known_extensions_only(
    tmp_path: Path, alone: bool, markdown: dict[str, Any], pure: list[str], why: str | None
) -> None:
    """An extension may read files, ask the clock or remember; the reason names it and the setting."""
    write(tmp_path, "a.md", post("A"))
    for _ in range(2):
        given = copy.deepcopy(markdown)
        reading = read(tmp_path, alone=alone, MARKDOWN=given, INCREMENTAL_PURE_EXTENSIONS=pure)
    assert (reads(reading) == []) is (why is None)
    assert any(why in one for one in cache_of(reading).reasons) if why else not cache_of(reading).reasons


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        (".. note:: fine", ""),
        (".. code-block:: python\n\n   a = 1", ""),
        ("Like this::\n\n   include::", ""),
        (".. image:: a.png\n   :alt: a", ""),
        (".. include:: part.txt", "include"),
        ("- .. include:: part.txt", "include"),
        ("..  INCLUDE :: part.txt", "include"),
        (".. raw:: html\n   :file: part.txt", ":file:"),
        (".. csv-table:: t\n   :url: part.txt", ":url:"),
        (".. image:: a.png\n   :alt: a\n   :scale: 50%", ":scale:"),
        (".. |today| date::\n\nIt is |today|.", "date"),
        (".. |today|\n   date:: %Y", "date"),
        (".. unheard-of:: x", "unheard-of"),
        (".. einfügen:: x", "einfügen"),
    ],
)
def test_rst_that_reads_something_else_is_known(text: str, foreign: str) -> None:
    """Each way in which docutils takes in a file, the clock or what a plugin added is seen in the text."""
    why = why_text(readers.RstReader({}), text)
    assert why == (f"{foreign} may read something else than this file" if foreign else None)


@BOTH
def test_rst_that_includes_a_file_is_read_anew(tmp_path: Path, alone: bool) -> None:
    """An included file can change while the post does not."""
    for words in ("one", "two"):
        write(tmp_path, "part.txt", words)
        write(tmp_path, "a.rst", f"A\n###\n\n:date: 2026-05-02\n\n.. include:: {tmp_path}/content/part.txt\n")
        reading = read(tmp_path, alone=alone)
        assert words in reading.one("A")._content
        assert any("include may read something else" in one for one in cache_of(reading).reasons)


def test_directives_of_others_let_no_rst_be_reused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin may put its own in the place of a known one."""
    monkeypatch.setitem(directives._directives, "note", type("Note", (Directive,), {"__module__": "else"}))
    write(tmp_path, "a.rst", "A\n###\n\n:date: 2026-05-02\n\nWords.\n")
    read(tmp_path)
    assert any("note: not one of docutils'" in one for one in cache_of(read(tmp_path)).reasons)


@BOTH
def test_a_date_that_leaves_out_its_day_is_read_anew(tmp_path: Path, alone: bool) -> None:
    """Pelican takes the day from today, and today changes."""
    write(tmp_path, "a.md", post("A", date="May 2026"))
    write(tmp_path, "b.md", post("B", modified="10:30"))
    write(tmp_path, "c.md", post("C", date="2 May 2026"))
    read(tmp_path, alone=alone)
    second = read(tmp_path, alone=alone)
    assert reads(second) == ["a.md", "b.md"]
    assert any("taken from today" in one for one in cache_of(second).reasons)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("2026-05-02", True),
        ("2 May 2026 10:00", True),
        ("2026-05", False),
        ("May", False),
        ("10:30", False),
        ("?", True),
    ],
)
def test_dates_are_known_to_be_whole(text: str, whole: bool) -> None:
    """What is no date at all is Pelican's to complain of."""
    assert names_a_day(text) is whole


def test_a_date_from_the_file_system_follows_the_file(tmp_path: Path) -> None:
    """With DEFAULT_DATE "fs" a touched file has another date, though its bytes are the same."""
    path = write(tmp_path, "a.md", "title: A\n\nWords.\n")
    for time in (LONG_AGO, LONG_AGO + 86400):
        os.utime(path, (time, time))
        for alone in (True, False):
            reading = read(tmp_path, alone=alone, DEFAULT_DATE="fs")
            assert reading.seen() == read_plainly(tmp_path, DEFAULT_DATE="fs").seen()


def test_a_post_of_the_future_comes_when_its_time_has_come(tmp_path: Path) -> None:
    """With WITH_FUTURE_DATES off it is a draft until then, and the clock is no file."""
    write(tmp_path, "a.md", post("A", date="2999-01-01"))
    write(tmp_path, "b.md", post("B"))
    read(tmp_path, WITH_FUTURE_DATES=False)
    second = read(tmp_path, WITH_FUTURE_DATES=False)
    assert reads(second) == ["a.md"]
    assert "a.md: its date lies in the future" in cache_of(second).reasons


def test_locales_in_date_formats_are_set_as_in_a_plain_build(tmp_path: Path) -> None:
    """Constructing such a content changes the process, so it is constructed."""
    write(tmp_path, "a.md", post("A"))
    settings = {"DEFAULT_DATE_FORMAT": ("C", "%d %B %Y")}
    read(tmp_path, **settings)
    second = read(tmp_path, **settings)
    assert second.one("A").locale_date == "02 May 2026"
    assert reads(second) == []
    assert any("DATE_FORMATS" in one for one in cache_of(second).reasons)


def test_what_cannot_be_kept_is_read_anew(tmp_path: Path) -> None:
    """A set in EXTRA_PATH_METADATA has no order that would be the same tomorrow."""
    write(tmp_path, "a.md", post("A"))
    settings = {"EXTRA_PATH_METADATA": {"a.md": {"odd": {1, 2}}}}
    read(tmp_path, **settings)
    second = read(tmp_path, **settings)
    assert reads(second) == ["a.md"]
    assert second.one("A").odd == {1, 2}
    assert origin_of(second.one("A")) is None


# --- Warnings --------------------------------------------------------------------------------------------------------


@BOTH
def test_the_sixth_warning_of_a_kind_is_known_when_it_is_the_first(tmp_path: Path, alone: bool) -> None:
    """Pelican shows four of a kind; when those are mended, the next four are shown."""
    for number in range(8):
        write(tmp_path, f"{number}.md", post(str(number), f"![](p{number}.png)"))
    first = read(tmp_path, alone=alone)
    assert len([line for line in first.log if "Empty alt" in line]) == 4
    for line in first.log:
        if "Empty alt" in line:
            path = Path(line.rpartition(" ")[2])
            path.write_text(path.read_text().replace("![]", "![a]"))
    second = read(tmp_path, alone=alone)
    assert second.log == read_plainly(tmp_path).log
    assert len([line for line in second.log if "Empty alt" in line]) == 4


@BOTH
def test_a_quiet_build_hides_no_warning_from_the_next(tmp_path: Path, alone: bool) -> None:
    """What a quiet build could not hear is not taken for silence."""
    write(tmp_path, "a.md", post("A", "![](a.png)", slug="a").replace("slug:", "slug: b\nslug:"))
    read(tmp_path, alone=alone, level=logging.ERROR)
    assert reads(read(tmp_path, alone=alone, level=logging.ERROR)) == []
    loud = read(tmp_path, alone=alone)
    assert loud.log == read_plainly(tmp_path).log != []


# --- Restored contents -----------------------------------------------------------------------------------------------


@pytest.fixture
def restored(tmp_path: Path) -> Any:
    """An article from the cache, whose body nobody has asked for."""
    write(tmp_path, "a.md", post("A", "[b]({filename}b.md) ![c]({static}c.png)", tags="x, y", category="News"))
    settings = {"ARTICLE_URL": "{category}/{slug}/", "ARTICLE_SAVE_AS": "{category}/{slug}/index.html"}
    read(tmp_path, **settings)
    article = read(tmp_path, **settings).one("A")
    assert type(article) is not contents.Article
    assert "_content" not in raw(article)
    return article


def test_nothing_loads_a_body_but_who_reads_it(restored: Any) -> None:
    """Bodies are most of what a site weighs."""
    assert restored.url == "news/a/"
    assert restored.get_static_links() == {"c.png"}
    assert links_of(restored) == (("filename", "b.md"), ("static", "c.png"))
    assert len(body_digest(restored)) == 16
    assert origin_of(restored)
    assert "_content" not in raw(restored)
    assert "<img" in restored._content
    assert "_content" in vars(restored)


def test_a_body_is_told_by_its_digest_and_read_in_any_thread(restored: Any) -> None:
    """Other plugins see whether a body is as they know it, and read what is not, beside whatever else is going on."""
    told = restored.incremental_body()
    assert "_content" not in raw(restored)
    with ThreadPoolExecutor(2) as threads:
        body = threads.submit(lambda: restored._content).result()
    assert told == hashlib.blake2b(body.encode(), digest_size=16).hexdigest() == restored.incremental_body()
    restored._content = "another"
    assert restored.incremental_body() == hashlib.blake2b(b"another", digest_size=16).hexdigest()


def test_a_body_that_was_set_is_the_body(restored: Any) -> None:
    """A plugin that rewrites bodies is not shown the old one's links, digest or files."""
    before = body_digest(restored)
    restored._content = '<img src="{static}d.png">'
    assert restored.get_static_links() == {"d.png"}
    assert links_of(restored) == (("static", "d.png"),)
    assert body_digest(restored) != before
    assert restored.content != ""


def asleep(article: Any) -> bool:
    """Whether the metadata of an article are still as the cache has them."""
    return kept(article).late.metadata is not None  # type: ignore[union-attr]


def test_metadata_come_when_somebody_reads_them(restored: Any) -> None:
    """Pelican asks for them of few articles; whoever does finds what a plain build has."""
    assert [str(tag) for tag in restored.tags] == ["x", "y"]
    assert not hasattr(restored, "override_save_as")
    restored.refresh_metadata_intersite_links()
    assert asleep(restored)
    assert restored.metadata["title"] == "A"
    assert not asleep(restored)
    assert restored.metadata["tags"] is restored.tags
    assert restored.metadata["category"] is restored.category
    assert vars(restored)["metadata"] is restored.metadata


def test_all_attributes_are_there_in_the_order_of_a_plain_build(restored: Any, tmp_path: Path) -> None:
    """Who looks at an article's dictionary sees no gap where the metadata come late."""
    assert asleep(restored)
    plain = read_plainly(tmp_path, **{name: restored.settings[name] for name in ("ARTICLE_URL", "ARTICLE_SAVE_AS")})
    assert [*vars(restored)][:-1] == [name for name in vars(plain.one("A")) if name != "_content"]
    assert vars(restored)["metadata"]["title"] == "A"


def test_metadata_that_were_set_or_removed_stay_so(restored: Any) -> None:
    """They are an attribute as any other, whether somebody has seen them before or not."""
    restored.metadata = {"mood": "good"}
    assert restored.metadata == vars(restored)["metadata"] == {"mood": "good"}
    del restored.metadata
    assert not hasattr(restored, "metadata")
    assert "metadata" not in vars(restored)


def test_an_article_that_becomes_something_else_is_whole(restored: Any) -> None:
    """A plugin may give an article another class, which knows nothing of what comes late."""

    class Other(contents.Article):
        pass

    restored.__class__ = Other
    assert restored.metadata["title"] == "A"
    assert "<img" in restored._content
    restored.slug = "other"
    assert additions(restored, kept(restored)) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda _one: None, ()),
        (lambda one: one.metadata, ()),
        (lambda one: one._content, ()),
        (lambda one: setattr(one, "mark", 1), ("mark",)),
        (lambda one: setattr(one, "slug", one.slug), ()),
        (lambda one: setattr(one, "slug", "other"), ("slug",)),
        (lambda one: setattr(one, "status", "draft"), ("_status",)),
        (lambda one: one.translations.append(one), ("translations",)),
        (lambda one: vars(one).update(mark=1), ("mark",)),
        (lambda one: vars(one).update(slug="other"), None),
        (lambda one: delattr(one, "slug"), None),
        (lambda one: one.tags.pop(), None),
        (lambda one: one.metadata.update(mood="good"), None),
        (lambda one: setattr(one.category, "colour", "red"), None),
        (lambda one: setattr(one.tags[0], "name", "z"), None),
    ],
)
def test_what_became_of_an_article_is_known(restored: Any, change: Any, said: Any) -> None:
    """What was set is named; where more may have changed, that is said and somebody has to look."""
    change(restored)
    found = additions(restored, kept(restored))
    assert found is None if said is None else {*(found or ())} - {"_content"} == {*said}


def test_what_a_plugin_does_to_a_list_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An article is written down again when another one of its chunk changes: as it came from its file."""
    monkeypatch.setattr(rows, "CHUNKS", 1)
    write(tmp_path, "a.md", post("A").replace("title:", "extra: one\n    two\ntitle:"))
    for number in range(3):
        write(tmp_path, "b.md", post("B", f"Words {number}."))
        settled(tmp_path)
        article = read(tmp_path).one("A")
        assert article.extra == article.metadata["extra"] == ["one", "two"]
        assert article.extra is article.metadata["extra"]
        article.extra.append("three")


def test_a_lone_translation_is_warned_of_each_time(tmp_path: Path) -> None:
    """Pelican says that an article which calls itself a translation is none; and it is not forgotten for being kept."""
    write(tmp_path, "other.md", post("Other"))
    write(tmp_path, "alone.md", post("Alone", translation="true"))
    plain = read_plainly(tmp_path)
    assert any("are translations" in line for line in plain.log)
    for _ in range(2):
        reading = read(tmp_path)
        assert reading.seen() == plain.seen()


@pytest.mark.parametrize(
    ("summary", "wakes"), [("", False), ("A *word*.", False), ("A [link]({filename}b.md).", True), ("{x} = 1", True)]
)
def test_a_summary_is_brought_up_to_date(tmp_path: Path, summary: str, wakes: bool) -> None:
    """Links in it are looked up again in each build; one that can hold none is as it is."""
    write(tmp_path, "a.md", post("A", **({"summary": summary} if summary else {})))
    write(tmp_path, "b.md", post("B"))
    read(tmp_path)
    plain, article = read_plainly(tmp_path).one("A"), read(tmp_path).one("A")
    for one in (plain, article):
        one.refresh_metadata_intersite_links()
    assert asleep(article) is not wakes
    assert article.metadata.get("summary") == plain.metadata.get("summary")
    assert getattr(article, "_summary", None) == getattr(plain, "_summary", None)
    assert article.summary == plain.summary


@pytest.mark.parametrize(
    ("change", "url"),
    [
        (lambda one: setattr(one, "slug", "other"), "news/other/"),
        (lambda one: setattr(one, "override_url", "x/"), "x/"),
        (lambda one: setattr(one, "status", "draft"), "drafts/a.html"),
        (lambda one: setattr(one.category, "slug", "old"), "old/a/"),
        (lambda one: setattr(one.category, "name", "Old news"), "old-news/a/"),
        (lambda one: setattr(one, "in_default_lang", False), "a-en.html"),
        (lambda one: setattr(one, "title", "B"), "news/a/"),
    ],
)
def test_an_address_follows_what_it_is_made_of(restored: Any, change: Any, url: str) -> None:
    """A plugin that changes a slug, a status or a category changes the address, as it does in a plain build."""
    assert restored.url == "news/a/"
    change(restored)
    assert restored.url == url


def test_addresses_made_of_other_metadata_are_made_each_time(tmp_path: Path) -> None:
    """What is not watched is not cached."""
    write(tmp_path, "a.md", post("A", series="one"))
    settings = {"ARTICLE_URL": "{series}/{slug}/", "ARTICLE_SAVE_AS": "{date:%Y}/{slug}.html"}
    read(tmp_path, **settings)
    article = read(tmp_path, **settings).one("A")
    assert article.url == "one/a/"
    article.metadata["series"] = "two"
    assert article.url == "two/a/"


def by_hand(article: Any) -> Any:
    made = type(article).__new__(type(article))
    made.mark = "copied"
    vars(made).update(vars(article))
    return made


def test_copies_by_hand_are_copies(restored: Any) -> None:
    """Some plugins make another article of the same class and give it all attributes."""
    other = by_hand(restored)
    other.slug = "other"
    assert other.metadata["title"] == "A"
    assert (other.url, restored.url, other.mark) == ("news/other/", "news/a/", "copied")
    assert additions(restored, kept(restored)) == ()


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])  # noqa: S301
def test_copies_and_pickles_are_whole(restored: Any, copied: Any) -> None:
    """Other plugins may take an article with them, and it does not need the cache there."""
    restored._context = {}
    restored.settings = {key: one for key, one in restored.settings.items() if key != "JINJA_FILTERS"}
    other = copied(restored)
    assert type(other) is contents.Article
    assert other._content == restored._content
    assert other.url == restored.url
    assert [str(tag) for tag in other.tags] == ["x", "y"]


def test_a_body_that_the_cache_has_lost_is_read_from_its_source(tmp_path: Path) -> None:
    """Another build, or a hand, may have taken the file away meanwhile."""
    write(tmp_path, "a.md", post("A", "Words."))
    read(tmp_path)
    reading = read(tmp_path)
    (tmp_path / "cache" / "articles.sqlite").unlink()
    assert reading.one("A")._content == "<p>Words.</p>"


def test_a_child_reads_bodies_by_a_connection_of_its_own(tmp_path: Path) -> None:
    """SQLite's connections do not live through a fork."""
    for name in "ab":
        write(tmp_path, f"{name}.md", post(name.upper(), f"Words of {name}."))
    read(tmp_path)
    reading = read(tmp_path)
    assert reading.one("A")._content == "<p>Words of a.</p>"
    pid = os.fork()
    if pid == 0:
        os._exit(0 if reading.one("B")._content == "<p>Words of b.</p>" else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert reading.one("B")._content == "<p>Words of b.</p>"


@BOTH
def test_origins_are_the_same_read_or_restored(tmp_path: Path, alone: bool) -> None:
    """A page is not rendered again because its article came from the cache this time."""
    site(tmp_path)
    digests = []
    for _ in range(2):
        reading = read(tmp_path, alone=alone)
        origins = [origin_of(one) for one in reading.contents()]
        assert all(origins)
        digests.append([one.digest for one in origins if one])
    assert digests[0] == digests[1]
    write(tmp_path, "plain.md", post("Plain", "Edited."))
    third = [origin_of(one) for one in read(tmp_path, alone=alone).contents()]
    assert len({*digests[1]} - {one.digest for one in third if one}) == 1


@BOTH
def test_an_origin_shows_what_was_set_since(tmp_path: Path, alone: bool) -> None:
    """Who wants to know what plugins did compares by identity."""
    write(tmp_path, "a.md", post("A"))
    for _ in range(2):
        article = read(tmp_path, alone=alone).one("A")
        origin = origin_of(article)
        assert origin
        assert all(vars(article)[key] is one for key, one in origin.attributes.items())
        assert not {"settings", "_context", "translations", "_content", "_incremental"} & origin.attributes.keys()
        article.title = "Other"
        assert origin.attributes["title"] == "A"


def listener(heard: list[object]) -> Any:
    return lambda sender, **_: heard.append(sender)


@pytest.mark.parametrize("signal", [signals.content_object_init, signals.article_generator_context])
def test_signals_are_sent_for_texts_from_the_cache(tmp_path: Path, signal: Any) -> None:
    """A plugin that works on each article while it is read does so in each build."""
    write(tmp_path, "a.md", post("A"))
    for _ in range(2):
        heard: list[object] = []
        hear = listener(heard)
        signal.connect(hear)
        read(tmp_path, alone=False)
        signal.disconnect(hear)
        assert len(heard) == 1


def test_a_content_that_nobody_saw_has_no_origin() -> None:
    """What other plugins make has no file that it came from."""
    article = contents.Article(
        "Words.", {"title": "T"}, settings={**made_settings(), "PATH": "."}, source_path="./x.md"
    )
    assert origin_of(article) is None
    assert len(body_digest(article)) == 16
    assert links_of(article) == ()


def made_settings() -> dict[str, Any]:
    from pelican.settings import DEFAULT_CONFIG  # noqa: PLC0415 - only here

    return dict(DEFAULT_CONFIG)


# --- One Markdown for many -------------------------------------------------------------------------------------------

EXTENSIONS = [
    *("extra", "codehilite", "toc", "smarty", "admonition"),
    *("nl2br", "sane_lists", "wikilinks", "md_in_html", "legacy_attrs"),
]
PARTS = [
    "# Heading\n\n## Heading\n\n# Heading {#own .c}",
    "[TOC]",
    "A note[^1] and another[^a], and [^1] again.\n\n[^1]: One.\n[^a]: A *word*.\n\n    more",
    "[^1]: Another note of the same name.\n\nText[^1].",
    "The HTML of W3C.\n\n*[HTML]: Hyper *Text*\n*[W3C]: A body",
    "*[HTML]: Something else\n\nHTML",
    "    :::python\n    def a():\n        pass",
    "    #!python\n    import a",
    "```python hl_lines='1 2'\na = 1\nb = 2\n```",
    "~~~ { .unheard-of }\nx\n~~~",
    "```\nguess < me\n```",
    '!!! note "Title"\n    inside\n\n    - list',
    "\"Quoted\" -- and ... 'so'",
    "[a]: https://example.com/ 'Title'\n\n[a] and [b][a] and [c]",
    "[a]: https://other.example/",
    "a | b\n--|--\n1 | 2",
    "Term\n:   definition",
    "1. one\n2. two\n\n- three",
    '<div markdown="1">\n*in*\n</div>\n\n<p>raw',
    "[[A link]] {: .x #y }\n\npara {: .z }",
    "<https://example.com/> &copy; \\* <b>x</b> `code`",
    "",
]
HEADS = [
    "title: T\n\n",
    "Title: T\nTags: a\n    b\nsummary: A *word*[^1] and HTML\n    more: less\n\n",
    "---\ntitle: T\nwiki_base_url: /w/\n---\n",
    "summary:   # Heading\n\n",
    "\n",
    "",
]
TEXTS = st.tuples(st.sampled_from(HEADS), st.lists(st.sampled_from(PARTS), max_size=4)).map(
    lambda text: text[0] + "\n\n".join(text[1])
)


@given(
    extensions=st.lists(st.sampled_from(EXTENSIONS), unique=True),
    texts=st.lists(TEXTS, min_size=2, max_size=6),
)
def test_one_markdown_gives_what_one_for_each_file_gives(
    tmp_path_factory: pytest.TempPathFactory, extensions: list[str], texts: list[str]
) -> None:
    """No footnote, abbreviation, link or heading of one post is seen in the next, whatever their order."""
    given = made(tmp_path_factory.getbasetemp(), MARKDOWN={"extensions": list(extensions), "output_format": "html5"})
    own, reusing = readers.MarkdownReader(given.settings), markdown_reuse.MarkdownReader(given.settings)
    assert markdown_reuse.is_reusable(given.settings["MARKDOWN"])
    path = tmp_path_factory.getbasetemp() / "one.md"
    for text in texts:
        path.write_text(text, "utf-8")
        assert told(reusing, path) == told(own, path)
    assert codehilite.get_formatter_by_name.__module__ == "pygments.formatters"
    assert codehilite.get_lexer_by_name.__module__ == "pygments.lexers"


def told(reader: Any, path: Path) -> object:
    body, metadata = reader.read(str(path))
    return body, [(key, str(one)) for key, one in metadata.items()], reader.__class__.__name__


def test_a_file_that_breaks_markdown_leaves_nothing_behind(tmp_path: Path) -> None:
    """After an error half way the next file is read by a fresh instance."""
    generator = made(tmp_path)
    markdown_reuse.install(generator.readers)
    reader = generator.readers.readers["md"]
    assert type(reader) is markdown_reuse.MarkdownReader
    with pytest.raises(ValueError, match="not a valid date"):
        reader.read(str(write(tmp_path, "a.md", "date: never\n\n[^1]\n\n[^1]: x")))
    body, metadata = reader.read(str(write(tmp_path, "b.md", post("B", "[^1]"))))
    assert body == "<p>[^1]</p>"
    assert metadata["title"] == "B"


@pytest.mark.parametrize(
    "markdown",
    [
        {"extensions": [Shouting()]},
        {"extensions": ["pymdownx.superfences"]},
        {"extensions": ["footnotes"], "extension_configs": {"footnotes": {"UNIQUE_IDS": True}}},
        {"extension_configs": {"extra": {"footnotes": {"UNIQUE_IDS": True}}}},
        {"extensions": ["wikilinks"], "extension_configs": {"wikilinks": {"build_url": print}}},
    ],
)
def test_markdown_with_a_memory_is_not_used_twice(markdown: dict[str, Any]) -> None:
    """What counts or remembers across resets would tell on the second file."""
    assert not markdown_reuse.is_reusable(markdown)


def test_readers_of_others_stay(tmp_path: Path) -> None:
    """A plugin's own reader of Markdown is not exchanged for ours."""
    theirs = type("MarkdownReader", (readers.MarkdownReader,), {})
    generator = made(tmp_path, READERS={"md": theirs})
    markdown_reuse.install(generator.readers)
    assert type(generator.readers.readers["md"]) is theirs


def test_a_reader_that_a_plugin_has_changed_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who puts another function into Pelican's reader gets that function called."""
    monkeypatch.setattr(readers.MarkdownReader, "read", lambda _self, _path: ("", {}))
    generator = made(tmp_path)
    markdown_reuse.install(generator.readers)
    assert type(generator.readers.readers["md"]) is readers.MarkdownReader


# --- Several processes -----------------------------------------------------------------------------------------------


def descriptors() -> set[str]:
    return {one.name for one in Path("/proc/self/fd").iterdir()}


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes that are begun from now on: other tests' browsers and servers may be running beside them."""
    begun: list[int] = []
    fork = os.fork

    def noted() -> int:
        begun.extend([child] if (child := fork()) else [])
        return child

    monkeypatch.setattr(os, "fork", noted)
    return begun


def are_gone(children: list[int]) -> bool:
    for child in children:
        try:
            os.waitpid(child, os.WNOHANG)
        except ChildProcessError:
            continue
        return False
    return bool(children)


@pytest.mark.parametrize("jobs", [1, 2, 3, 50])
def test_all_files_are_read_whatever_the_number_of_processes(jobs: int, children: list[int]) -> None:
    """What was read does not depend on who read it."""
    before = descriptors()
    names = [str(number) for number in range(20)]
    found = forked.read_forked(lambda name: name.encode() * 50_000, names, jobs)
    assert found == {name: name.encode() * 50_000 for name in names}
    assert descriptors() <= before
    assert are_gone(children)


def broken(name: str) -> bytes:
    if name == "2":
        raise RuntimeError(name)
    if name == "5":
        os.kill(os.getpid(), signal.SIGKILL)
    sys.stdout.write("not on the console")
    logging.getLogger().warning("nor this")
    return name.encode()


def test_what_a_child_cannot_read_is_left_to_the_parent(capfd: pytest.CaptureFixture[str], children: list[int]) -> None:
    """An error or the death of a child costs its files some time, and the console hears nothing of it."""
    before = descriptors()
    names = [str(number) for number in range(10)]
    found = forked.read_forked(broken, names, 2)
    assert {"0", "4", "6", "8"} <= found.keys()
    assert not {"2", "5", "7", "9"} & found.keys()
    assert capfd.readouterr() == ("", "")
    assert descriptors() <= before
    assert are_gone(children)


def test_children_that_fall_silent_are_given_up(monkeypatch: pytest.MonkeyPatch, children: list[int]) -> None:
    """A build does not wait for ever for a child that hangs."""
    monkeypatch.setattr(forked, "SILENCE", 0.05)
    never = threading.Event()
    assert forked.read_forked(lambda _: never.wait() and b"", ["a", "b"], 2) == {}
    assert are_gone(children)


def test_where_no_process_can_be_had_the_parent_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine at its limit builds slowly, but it builds."""

    def refuse() -> int:
        raise BlockingIOError

    monkeypatch.setattr(forked, "WORTHWHILE", 1)
    monkeypatch.setattr(os, "fork", refuse)
    before = descriptors()
    write(tmp_path, "a.md", post("A"))
    assert read(tmp_path, jobs=2).one("A")
    assert descriptors() <= before


def test_a_file_changed_after_a_child_read_it_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the two, another plugin may have written it."""
    write(tmp_path, "a.md", post("A", "one"))
    monkeypatch.setattr(forked, "WORTHWHILE", 1)
    with warnings_of():
        generator = made(tmp_path)
        attach(generator, tmp_path / "cache", b"", alone=True, jobs=2)
        write(tmp_path, "a.md", post("A", "two or more"))
        generator.generate_context()
    assert generator.articles[0]._content == "<p>two or more</p>"
