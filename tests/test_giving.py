"""`content/giving.csv`, as people really write it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.acts import Act, Direction, Kind
from conversation.errors import ArchiveError
from conversation.http import Client
from conversation.sources import Ask, Batch, Source
from conversation.sources.giving import SERVICE, parse_giving

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
HEADER = "date,kind,channel,url,person,words,note\n"


def read(data: str | bytes) -> tuple[tuple[Act, ...], list[str]]:
    """The acts in a file and its problems as printed."""
    raw = data.encode() if isinstance(data, str) else data
    acts, problems, _ = parse_giving(raw, "content/giving.csv", source="giving", now=NOW)
    return acts, [str(problem) for problem in problems]


def pull(root: Path, cursor: dict[str, str] | None = None, *, full: bool = False) -> list[Batch]:
    """What a pull of content/giving.csv under `root` yields."""
    source = Source("giving", "giving", {"path": "content/giving.csv"}, root=root)
    with Client() as client:
        return list(SERVICE.pull(source, Ask((), cursor or {}, full, NOW), client))


def test_a_full_row_becomes_an_act() -> None:
    """Each column finds its place."""
    acts, problems = read(
        HEADER
        + '2026-05-02,answer,stackexchange,https://q.example/a/1,https://q.example/users/7,120,"about tea, and cups"\n'
    )
    (act,) = acts
    assert problems == []
    assert (act.direction, act.kind, act.channel) == (Direction.GIVEN, Kind.ANSWER, "stackexchange")
    assert act.url == act.target == "https://q.example/a/1"
    assert act.to.url == "https://q.example/users/7"
    assert (act.words, act.title) == (120, "about tea, and cups")
    assert act.published == datetime(2026, 5, 2, 12, tzinfo=UTC)


def test_three_columns_are_enough_in_any_order() -> None:
    """Only date, kind and url are required; the channel then comes from the address."""
    acts, problems = read("url,date,kind\nhttps://github.com/bea/x/issues/1,2026-05-02T23:30:00+02:00,Reply\n")
    assert problems == []
    assert acts[0].channel == "github"
    assert acts[0].published == datetime(2026, 5, 2, 21, 30, tzinfo=UTC)
    assert acts[0].words is None


@pytest.mark.parametrize(
    "data",
    [
        "\ufeffdate,kind,url\r\n2026-05-02,like,https://a.example/\r\n",
        '# mine\n\ndate,kind,url\n\n# an "odd comment, "with quotes\n2026-05-02,like,https://a.example/\n,,\n',
        "date;kind;url\n2026-05-02;like;https://a.example/\n",
        "date\tkind\turl\n2026-05-02\tlike\thttps://a.example/",
        ' Date , KIND ,"url"\n 2026-05-02 , Like ,"https://a.example/"\n',
        "date,kind,url\r2026-05-02,like,https://a.example/\r",
    ],
)
def test_what_spreadsheets_and_people_do_is_forgiven(data: str) -> None:
    """Byte order marks, line ends, comments, blank lines, semicolons, spaces and capitals cost nobody a row."""
    acts, problems = read(data)
    assert problems == []
    assert [act.url for act in acts] == ["https://a.example/"]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("2026-02-30,like,,https://a.example/,,,", "'2026-02-30' is not a date"),
        ("02.05.2026,like,,https://a.example/,,,", "write it as 2026-05-02"),
        ("0001-01-01T00:00:00+14:00,like,,https://a.example/,,,", "is not a date"),
        (",like,,https://a.example/,,,", "the date is missing"),
        ("2026-05-02,replay,,https://a.example/,,,", 'Did you mean "reply"?'),
        ("2026-05-02,comment,,https://a.example/,,,", 'Did you mean "reply"?'),
        ("2026-05-02,,,https://a.example/,,,", "the kind is missing"),
        ("2026-05-02,like,,ftp://a.example/,,,", "is not an http or https address"),
        ("2026-05-02,like,,javascript:alert(1),,,", "is not an http or https address"),
        ("2026-05-02,like,,,,,", "the url is missing"),
        ("2026-05-02,reply,,https://a.example/,,-5,", "'-5' is not a number of words"),
        ("2026-05-02,reply,,https://a.example/,,many,", "'many' is not a number of words"),
        ("2026-05-02,reply,,https://a.example/,,,a\0b", "NUL bytes"),
        ("2026-05-02,reply,,https://a.example/,,,one,two", "more cells than the header"),
        ('2026-05-02,reply,,https://a.example/,,,"forgotten', "quotation mark"),
        ('2026-05-02,reply,,https://a.example/,,,"a" b', "quotation mark"),
    ],
)
def test_a_bad_row_is_told_with_its_line_and_the_others_count(row: str, complaint: str) -> None:
    """One slip costs one row, and the message says in which line it is."""
    good = "2026-05-03,like,,https://b.example/,,,\n"
    acts, problems = read(f"{HEADER}{good}{row}\n{good.replace('b.example', 'c.example')}")
    assert [act.url for act in acts] == ["https://b.example/", "https://c.example/"]
    assert len(problems) == 1
    assert problems[0].startswith("content/giving.csv, line 3: ")
    assert complaint in problems[0]


def test_lines_are_counted_through_quoted_texts_of_several_lines() -> None:
    """A note may go over three lines, one of which looks like a comment; the next row's number is still right."""
    note = '"one\n# two, three\nfour"'
    acts, problems = read(f"{HEADER}2026-05-02,like,,https://a.example/,,,{note}\nbad,like,,https://b.example/,,,\n")
    assert acts[0].title == "one\n# two, three\nfour"
    assert [problem.split(":")[0] for problem in problems] == ["content/giving.csv, line 5"]


def test_letters_that_are_not_utf_8_are_told_and_the_row_counts() -> None:
    """A file saved as Latin-1 loses an accent, not its rows."""
    acts, problems = read((HEADER + "2026-05-02,like,,https://a.example/,,,Zoë\n").encode("latin-1"))
    assert acts[0].title == "Zo\ufffd"
    assert len(problems) == 1
    assert problems[0].startswith("content/giving.csv, line 2: ")
    assert "UTF-8" in problems[0]


def test_unknown_and_repeated_columns_are_told() -> None:
    """A slip in the header is not a silent loss of a column."""
    acts, problems = read("date,kind,url,persons,colour,url\n2026-05-02,like,x,@b@c.example,red,https://a.example/\n")
    assert [act.url for act in acts] == ["https://a.example/"]
    assert len(problems) == 3
    assert "did you mean 'person'?" in problems[0] + problems[1] + problems[2]


def test_without_a_header_nothing_is_lost_from_the_store(tmp_path: Path) -> None:
    """A file whose first line went missing must not look like a file without acts."""
    path = tmp_path / "content" / "giving.csv"
    path.parent.mkdir()
    path.write_text("2026-05-02,like,https://a.example/\n", "utf-8")
    (batch,) = pull(tmp_path)
    assert batch.complete == ()
    assert batch.cursor is None
    assert "the names of the columns" in str(batch.problems[-1])


def test_the_same_act_twice_counts_once() -> None:
    """The same date, kind and url is the same act, however the address is spelled."""
    row = "2026-05-02,like,,{},,,\n"
    acts, problems = read(HEADER + row.format("https://a.example/x") + row.format("http://A.example/x"))
    assert len(acts) == 1
    assert problems == ["content/giving.csv, line 3: the same date, kind and url stand above; counted once"]


def test_a_date_to_come_is_told_but_kept_and_is_not_the_age_of_the_file(tmp_path: Path) -> None:
    """2062 for 2026 must not make the whole ledger end in 2062."""
    path = tmp_path / "content" / "giving.csv"
    path.parent.mkdir()
    path.write_text(
        HEADER + "2062-05-02,like,,https://a.example/,,,\n2026-05-02,like,,https://b.example/,,,\n", "utf-8"
    )
    (batch,) = pull(tmp_path)
    assert len(batch.acts) == 2
    assert "still to come" in str(batch.problems[0])
    assert batch.pulled == datetime(2026, 5, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "url", "handle", "name"),
    [
        ("https://b.example/bea", "https://b.example/bea", "", ""),
        ("@bea@b.example", "", "@bea@b.example", ""),
        ("bea.bsky.social", "", "bea.bsky.social", ""),
        ("Bea Müller", "", "", "Bea Müller"),
        ("javascript:alert(1)", "", "", "javascript:alert(1)"),
    ],
)
def test_a_person_is_a_profile_a_handle_or_a_name(told: str, url: str, handle: str, name: str) -> None:
    """What is neither an address nor a handle is never taken for one."""
    (act,), _ = read(f"{HEADER}2026-05-02,reply,,https://a.example/,{told},,\n")
    assert (act.to.url, act.to.handle, act.to.name) == (url, handle, name)


def test_a_missing_file_is_nothing_and_a_vanished_one_takes_its_acts_along(tmp_path: Path) -> None:
    """Most blogs have no such file; who deletes it means that its acts are gone."""
    assert pull(tmp_path) == []
    (batch,) = pull(tmp_path, {"digest": "of what was there"})
    assert (batch.acts, batch.complete) == ((), ("*",))
    assert pull(tmp_path, dict(batch.cursor or {})) == []


def test_an_unchanged_file_is_not_read_again_unless_all_is_asked_for(tmp_path: Path) -> None:
    """Every build looks at the file; only changes reach the store."""
    path = tmp_path / "content" / "giving.csv"
    path.parent.mkdir()
    path.write_text(HEADER + "2026-05-02,like,,https://a.example/,,,\n", "utf-8")
    (batch,) = pull(tmp_path)
    cursor = dict(batch.cursor or {})
    assert batch.complete == ("*",)
    assert pull(tmp_path, cursor) == []
    assert pull(tmp_path, cursor, full=True) == [batch]
    path.write_text(HEADER, "utf-8")
    assert pull(tmp_path, cursor)[0].acts == ()


def test_a_file_that_cannot_be_read_is_an_error_that_names_it(tmp_path: Path) -> None:
    """A folder in place of the file keeps the last known state and says what is wrong."""
    (tmp_path / "content" / "giving.csv").mkdir(parents=True)
    with pytest.raises(ArchiveError, match=r"content/giving\.csv cannot be read"):
        pull(tmp_path)


@given(st.permutations(range(6)))
def test_ids_do_not_hang_on_the_order_of_the_rows(order: list[int]) -> None:
    """Sorting the table in a spreadsheet must not make new acts of old ones."""
    rows = [f"2026-05-0{n + 1},like,,https://a.example/{n},@b{n}@c.example,,\n" for n in range(6)]
    ids = {act.url: act.id for act in read(HEADER + "".join(rows))[0]}
    assert {act.url: act.id for act in read(HEADER + "".join(rows[n] for n in order))[0]} == ids
    assert len(set(ids.values())) == 6


CELLS = st.text(max_size=12) | st.sampled_from(
    ["2026-05-02", "like", "https://a.example/", '"', "#", "\n", ",", "-1", "\0"]
)


@given(
    st.binary(max_size=300)
    | st.lists(CELLS, max_size=40).map(lambda cells: (HEADER + ",".join(cells)).encode("utf-8", "replace"))
)
def test_no_bytes_are_too_broken(data: bytes) -> None:
    """Whatever stands in the file, rows or problems come out and nothing is raised."""
    acts, _ = read(data)
    assert all(
        act.url.startswith("http") and act.published and act.published < NOW + timedelta(days=3_000_000) for act in acts
    )
