"""Isso's database: accepted comments, and nothing that readers did not make public."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archives import isso, said, told
from conversation.acts import Act, Direction, Kind
from conversation.errors import ArchiveError
from conversation.sources.archive import recognise
from conversation.sources.archive_isso import parse_rows, placed_on

TEA = "https://blog.example/tea.html"


def test_comments(tmp_path: Path) -> None:
    """Accepted comments are replies with their tree; what waits or was deleted, and addresses, stay where they are."""
    rows = [
        (1, 1, None, 1, "Fine & *well*.", "Bea", "https://bea.example/"),
        (1, 2, 1, 1, "Yes.", None, None),
        (1, 3, None, 2, "Waiting.", "Cleo", None),
        (1, 4, None, 4, "", None, None),
    ]
    one, two = said(isso(tmp_path / "comments.db", rows))
    assert (one.direction, one.kind, one.target, one.channel) == (Direction.RECEIVED, Kind.REPLY, TEA, "isso")
    assert (one.id, one.url, one.text) == ("/tea.html#isso-1", f"{TEA}#isso-1", "Fine & *well*.")
    assert (two.parent, two.author.shown) == (one.url, "")
    assert (one.author.name, one.author.url) == ("Bea", "https://bea.example/")
    assert one.published == datetime(2020, 2, 3, 4, 5, 6, 500_000, tzinfo=UTC)
    assert "example.com" not in repr((one, two))
    assert "192.0.2.7" not in repr((one, two))
    assert recognise(tmp_path / "comments.db") == "isso"


def test_nothing_is_written(tmp_path: Path) -> None:
    """The database is the blogger's own: reading leaves no journal beside it and no byte changed."""
    folder = tmp_path / "a ?b#c%20"
    folder.mkdir()
    path = isso(folder / "com ments.db", [(1, 1, None, 1, "Yes.", None, None)])
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    before = path.read_bytes()
    folder.chmod(0o500)
    assert [act.text for act in said(path)] == ["Yes."]
    folder.chmod(0o700)
    assert path.read_bytes() == before
    assert [each.name for each in folder.iterdir()] == ["com ments.db"]


@pytest.mark.parametrize(
    ("site", "uri", "target"),
    [
        ("https://blog.example", "/tea.html", TEA),
        ("https://blog.example/", "tea.html", TEA),
        ("https://blog.example/a", "/a/tea.html", "https://blog.example/a/tea.html"),
        ("https://blog.example/a", "/tea.html", "https://blog.example/a/tea.html"),
        ("https://blog.example", "https://old.example/tea", "https://old.example/tea"),
        ("", "/tea.html", "/tea.html"),
    ],
)
def test_pages(site: str, uri: str, target: str) -> None:
    """Isso knows pages by their path; the site says where that is."""
    assert placed_on(site, uri) == target


def test_comments_without_a_page_or_date(tmp_path: Path) -> None:
    """A comment that is nowhere or at no time is named, and the others are taken."""
    path = isso(tmp_path / "c.db", [(n, n, None, 1, "Yes.", None, None) for n in (1, 2, 3)], ["/a", None, "/c"])
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE comments SET created = 'soon' WHERE id = 3")
    connection.close()
    acts, problems = told(path)
    assert [act.id for act in acts] == ["/a#isso-1", "/c#isso-3"]
    assert [problem.where for problem in problems] == ["c.db, comment 2", "c.db, comment 3"]


def test_other_databases(tmp_path: Path) -> None:
    """A database of another program is none of ours, nor one whose tables only look so, nor a damaged one."""
    path = tmp_path / "c.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE VIEW comments AS SELECT 1 AS id")
        connection.execute("CREATE VIEW threads AS SELECT 1 AS id")
    connection.close()
    with pytest.raises(ArchiveError, match="no archive of a kind known"):
        told(path)
    path.write_bytes(path.read_bytes()[:3_000])
    with pytest.raises(ArchiveError, match=r"c\.db: is a damaged database"):
        told(path)


def test_database_that_ends_early(tmp_path: Path) -> None:
    """Where the database breaks off, what came before has been taken."""
    rows = [(1, n, None, 1, "Yes. " * 500, None, None) for n in range(1, 900)]
    path = isso(tmp_path / "c.db", rows)
    path.write_bytes(path.read_bytes()[: 1 << 19])
    with pytest.raises(ArchiveError, match="damaged database"):
        told(path)


VALUES = st.none() | st.integers() | st.floats() | st.text() | st.binary(max_size=8) | st.sampled_from(["/a", "1"])


@given(st.lists(st.tuples(*[VALUES] * 8), max_size=3), st.sampled_from(["", "https://blog.example/a"]))
def test_any_rows(rows: list[tuple[object, ...]], site: str) -> None:
    """SQLite holds anything in any column: each row is an act or named."""
    found = list(parse_rows(rows, source="a", where="c", site=site))  # type: ignore[arg-type]
    assert len([each for each in found if isinstance(each, Act)]) <= len(rows) <= len(found)
