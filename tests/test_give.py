"""`give`: one row more in a table kept by hand, nothing else in it changed, and what the page itself tells."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blog import Blog
from conversation.errors import ArchiveError, ConversationError
from conversation.http import Client
from conversation.recording import Deed, give
from conversation.settings import Settings
from conversation.sources import giving, tables
from conversation.sources.bylines import Byline, byline
from conversation.sources.keeping import Insertion, decoded, encoded, inserted
from loopback import hang, serve

NOW = datetime(2026, 5, 2, 22, 30, tzinfo=UTC)
HEADER = "date,kind,channel,url,person,words,note\n"
NAME = "giving.csv"
OLD = "2026-01-01,like,https://a.example/\n"

BY_HAND = """\
# what no service tells
Date; kind ;url;note

# winter
2026-01-16;"reply";https://luz.example/;"a draft; with a pencil"
2026-02-30;reply;https://odd.example/;no such day
#
# spring

2026-03-02;answer;https://forum.example/t/512;"two
lines"
2026-03-02 ;like;https://a.example/

# the end
"""


def insert(text: str, date: str = "2026-02-01", **cells: str) -> Insertion:
    """`text` with a row more."""
    row = dict.fromkeys(giving.COLUMNS, "") | {"date": date, "kind": "like", "url": "https://new.example/"} | cells
    return inserted(text, row, NAME, columns=giving.COLUMNS, required=giving.REQUIRED, when_of=giving.when_of)


def rows(text: str) -> list[dict[str, str]]:
    """The cells of all rows that can be read."""
    table = tables.parse(encoded(text), NAME, columns=giving.COLUMNS, required=giving.REQUIRED)
    return [dict(row.cells) for row in table.rows]


# --- The text of the table -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "after"),
    [
        ("2026-01-01", "Date; kind ;url;note\n"),
        ("2026-02-01", 'with a pencil"\n'),
        ("2026-03-02T18:00", "https://a.example/\n"),
        ("2027-01-01", "https://a.example/\n"),
    ],
)
def test_a_row_finds_its_place_and_nothing_else_changes(date: str, after: str) -> None:
    """Comments, blank lines, quotes, semicolons and odd rows of a hand-written file are there as before."""
    made = insert(BY_HAND, date, note="tea; and cups")
    row = f'{date};like;https://new.example/;"tea; and cups"\n'
    assert made.text == BY_HAND.replace(after, after + row)
    assert made.text.split("\n")[made.line - 1] + "\n" == row


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", HEADER + "2026-02-01,like,,https://new.example/,,,\n"),
        ("# mine", "# mine\n" + HEADER + "2026-02-01,like,,https://new.example/,,,\n"),
        ("date,kind,url", "date,kind,url\n2026-02-01,like,https://new.example/\n"),
        ("\ufeffurl\tkind\tdate\r\n", "\ufeffurl\tkind\tdate\r\nhttps://new.example/\tlike\t2026-02-01\r\n"),
        (
            "date,kind,url\r2026-01-01,like,https://a.example/",
            "date,kind,url\r2026-01-01,like,https://a.example/\r2026-02-01,like,https://new.example/\r",
        ),
        (
            f"date,kind,url\n2026-03-01,like,https://b.example/\n{OLD}",
            f"date,kind,url\n2026-03-01,like,https://b.example/\n2026-02-01,like,https://new.example/\n{OLD}",
        ),
    ],
)
def test_each_form_of_a_table_is_kept(text: str, expected: str) -> None:
    """An empty file gets its header, a spreadsheet's keeps its marks and line ends, newest first stays newest first."""
    assert insert(text).text == expected


def test_what_the_table_has_no_column_for_is_told() -> None:
    """Nothing that was typed is lost in silence."""
    assert insert("date,kind,url\n", words="12", note="x").lost == ("words", "note")


def test_a_first_cell_that_looks_like_a_comment_is_still_a_row() -> None:
    """A note that begins with a hash, in a table whose first column is the note, would be skipped when read."""
    made = insert("note,date,kind,url\n", note="#1 of many")
    assert rows(made.text)[0]["note"] == "#1 of many"


@pytest.mark.parametrize("text", ["2026-01-01,like,https://a.example/\n", "day,kind,url\n2026-01-01,like,x\n"])
def test_a_table_without_its_header_is_not_written_to(text: str) -> None:
    """A row below a header that lacks a column would never be read."""
    with pytest.raises(ArchiveError, match="names of the columns"):
        insert(text)


def test_a_forgotten_quotation_mark_that_would_swallow_the_row_is_told() -> None:
    """The new row would be lost inside the text of another: that one is to be mended first."""
    with pytest.raises(ArchiveError, match=r"giving\.csv, line 2: a quotation mark"):
        insert(f'date,kind,url,note\n2026-01-01,like,https://a.example/,"oh\n{OLD}', note=",x")


def test_bytes_that_are_not_utf_8_come_back_as_they_were() -> None:
    """A file in Latin-1 loses no accent because a row is added."""
    data = HEADER.encode() + "2026-01-01,like,,https://a.example/,,,Zoë\n".encode("latin-1")
    assert encoded(insert(decoded(data)).text).startswith(data)


CELLS = st.text(alphabet=st.sampled_from('ab ",;\t#é\udce9=-\n\r'), max_size=8)
DATES = st.dates(min_value=datetime(1990, 1, 1, tzinfo=UTC).date()).map(str)
LINES = st.one_of(
    st.sampled_from(["", "# a comment", "  ", ",,,", '#"']),
    st.tuples(DATES, st.sampled_from(["like", "reply", "replay"]), CELLS).map(
        lambda row: f'{row[0]},{row[1]},https://a.example/,"{row[2].replace(chr(34), chr(34) * 2)}"'
    ),
    st.tuples(DATES, CELLS).map(",".join),
    CELLS,
)


@settings(deadline=None, derandomize=True)
@given(
    st.lists(LINES, max_size=8), st.sampled_from(["\n", "\r\n"]), DATES, CELLS.map(lambda text: " ".join(text.split()))
)
@example([], "\n", "2026-05-02", "#")
def test_what_is_read_afterwards_is_what_was_read_and_one_row(lines: list[str], end: str, date: str, note: str) -> None:
    """Whatever a file holds, the new row is added to what is read, all lines stay, and dates in order stay in order."""
    text = end.join(["date,kind,url,note", *lines])
    before = rows(text)
    try:
        made = insert(text, date, note=note)
    except ArchiveError as error:
        assert "quotation mark" in str(error) or "is not a date" in str(error)  # noqa: PT017 - most are written
        return
    after = rows(made.text)
    new = {"date": date, "kind": "like", "url": "https://new.example/", "note": note}
    assert sorted(map(repr, after)) == sorted(map(repr, [*before, new]))
    assert [row for row in after if row in before] == before or new in before
    kept = tables.lines_of(made.text)
    del kept[made.line - 1]
    assert "".join(kept).rstrip("\r\n") == text.rstrip("\r\n")
    days = [row["date"] for row in before]
    if all(isinstance(giving.when_of(day), datetime) for day in days) and days == sorted(days):
        assert [row["date"] for row in after] == sorted([*days, date])


# --- What a page says of itself --------------------------------------------------------------------------------------

PAGE = "https://bea.example/2026/tea.html"


@pytest.mark.parametrize(
    ("markup", "title", "person"),
    [
        ("<title>Tea &amp; cups\n</title><meta name=author content='Bea M.'>", "Tea & cups", "Bea M."),
        ("<title>Tea – Bea's blog</title><meta property=og:title content=Tea>", "Tea", ""),
        ("<link rel='me author' href=/about>", "", "https://bea.example/"),
        ("<a rel=author href=https://social.example/@bea>Bea</a>", "", "https://social.example/@bea"),
        (
            "<a class='p-author h-card' href=https://b.example/>B</a><a rel=author href=//c.example/>",
            "",
            "https://b.example/",
        ),
        (
            "<div class='h-card p-author'><div><img></div><a class=u-url href=https://b.example/>B</a></div>",
            "",
            "https://b.example/",
        ),
        ("<div class='h-card p-author'></div><a class=u-url href=https://b.example/>B</a>", "", ""),
        ("<script>'<title>no</title>'</script><!-- <title>no</title> --><title>yes</title>", "yes", ""),
        ("<link rel=author href=javascript:alert(1)><meta name=author content=https://facebook.example/x>", "", ""),
        ("<link rel=author href='http://[x'>", "", ""),
        ("<title>=HYPERLINK(1)</title><meta name=author content='@SUM(1)'>", "HYPERLINK(1)", "SUM(1)"),
        ("<title>one</title><svg><title>two</title></svg>", "one", ""),
    ],
)
def test_title_and_author_are_found_where_pages_have_them(markup: str, title: str, person: str) -> None:
    """Microformats, links and meta elements tell; scripts, odd addresses and formulas for spreadsheets do not."""
    assert byline(markup, PAGE) == Byline(title, person)


@given(st.text(alphabet=st.sampled_from("<>/='\" abhrefliktm!-&#;\0\ud800"), max_size=80))
def test_no_page_is_too_broken(markup: str) -> None:
    """Whatever a page holds, title and author fit into one line of the table."""
    told = byline(f"<title>{markup}</title><a rel=author href='{markup}'>", PAGE)
    assert not {"\n", "\r", "\0"} & {*told.title, *told.person}
    told.title.encode()


# --- Writing it down -------------------------------------------------------------------------------------------------


def a_house(folder: Path, **more: Any) -> Settings:  # noqa: ANN401 - any setting
    """Settings whose table lies in `folder`."""
    zone = ZoneInfo("Europe/Berlin")
    names = {"siteurls": ("https://e.example",), "identities": ("@ada@social.example",)}
    return Settings(**({"root": folder, "giving": folder / "content" / NAME, "timezone": zone} | names | more))


def record(house: Settings, kind: str = "reply", url: str = "https://a.example/x", **more: Any) -> list[str]:  # noqa: ANN401
    """What `give` says."""
    options = {name: more.pop(name) for name in ("client", "again") if name in more}
    return list(give(house, Deed(kind=kind, url=url, **more), NOW, **options))


def test_the_first_deed_makes_the_table(tmp_path: Path) -> None:
    """One line is enough: folder, file and header are made, and the day is that of the blogger's own clock."""
    house = a_house(tmp_path)
    said = record(house, "Guest Post", "https://tide.example/1", words="120", channel="Forum", note="a, b")
    assert (
        house.giving.read_text()
        == HEADER + '2026-05-03,guest-post,forum,https://tide.example/1,https://tide.example/,120,"a, b"\n'
    )
    assert said == [
        "giving.csv, line 2: 2026-05-03, guest-post to https://tide.example/ on Forum (120 words): “a, b” https://tide.example/1"
    ]


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        ({"kind": "replay"}, 'Did you mean "reply"?'),
        ({"url": "a.example"}, "is not an http or https address"),
        ({"url": "https://e.example/a.html"}, "a page of your own site"),
        ({"person": "@ada@social.example"}, "is you"),
        ({"words": "many"}, "is not a number of words"),
        ({"date": "02.05.2026"}, "write it as 2026-05-02"),
        ({"date": "2062-05-02"}, "still to come"),
    ],
)
def test_what_would_not_count_is_refused_and_nothing_written(deed: dict[str, str], words: str, tmp_path: Path) -> None:
    """A slip is told when it is made, not at the next build."""
    house = a_house(tmp_path)
    with pytest.raises(ConversationError) as caught:
        record(house, **deed)
    assert words in str(caught.value)
    assert not house.giving.exists()


def test_what_stands_there_already_is_refused_in_any_spelling(tmp_path: Path) -> None:
    """One deed typed twice counts once; another kind, another comment on the page, and --again are other deeds."""
    house = a_house(tmp_path)
    record(house, date="2026-04-01", url="https://www.a.example/x/")
    with pytest.raises(ConversationError, match=r"line 2 has this reply already \(2026-04-01\).*--again"):
        record(house, url="http://A.example/x?utm_source=feed")
    record(house, "like")
    record(house, url="https://a.example/x#comment-2")
    record(house, date="2026-04-02", again=True)
    with pytest.raises(ConversationError, match="need a time: --date"):
        record(house, date="2026-04-02", again=True)
    record(house, date="2026-04-02T18:30", again=True)
    acts, problems, _ = giving.parse_giving(house.giving.read_bytes(), NAME, source="giving", now=NOW)
    assert (len(acts), problems) == (5, ())


def page(markup: str, kind: str = "text/html") -> Callable[..., Any]:
    """A server's answer to everything."""
    return lambda _: (200, {"Content-Type": kind}, markup.encode("latin-1"))


def test_title_and_author_come_from_the_page(tmp_path: Path) -> None:
    """Nobody has to type what the page says; what was typed goes before."""
    house = a_house(tmp_path)
    markup = "<meta charset=latin-1><title>Caf\xe9, \x07 closed</title><meta name=author content='Bea M.'>"
    with serve(page(markup)) as server, Client(retries=0) as client:
        record(house, url=f"{server.url}/1", date="2026-05-01", client=client)
        record(house, url=f"{server.url}/2", date="2026-05-02", client=client, note="mine", person="@b@b.example")
        assert len(server.requests) == 1
    first, second = house.giving.read_text().splitlines()[1:]
    assert first.endswith(',Bea M.,,"Café, closed"')
    assert second.endswith(",@b@b.example,,mine")


def test_a_page_that_the_blogger_wrote_is_no_gift_to_the_blogger(tmp_path: Path) -> None:
    """Else the act would be taken for one addressed to oneself, and count for nothing."""
    house = a_house(tmp_path)
    with serve(page("<link rel=author href=https://social.example/@ada>")) as server, Client(retries=0) as client:
        record(house, url=f"{server.url}/1", client=client)
    assert rows(house.giving.read_text())[0]["person"] == ""


@pytest.mark.parametrize("kind", ["missing", "image", "elsewhere"])
def test_a_page_that_cannot_be_read_fails_nothing(kind: str, tmp_path: Path) -> None:
    """What the blogger typed is written down; a redirect into the local network of whoever types is not followed."""
    answers: dict[str, Any] = {
        "missing": (404, {}, b"<title>not here</title>"),
        "image": (200, {"Content-Type": "image/png"}, b"<title>x</title>"),
        "elsewhere": (302, {"Location": "http://localhost:1/secret"}, b""),
    }
    house = a_house(tmp_path)
    with serve(lambda _: answers[kind]) as server, Client(retries=0) as client:
        said = record(house, url=f"{server.url}/1", client=client)
    assert len(rows(house.giving.read_text())) == 1
    assert "<title>" not in house.giving.read_text()
    assert any("could not be read" in line for line in said) is (kind != "image")


def test_a_page_that_never_answers_is_waited_for_in_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few seconds at the most, and the row is written."""
    monkeypatch.setattr("conversation.recording.PATIENCE", 0.2)
    house = a_house(tmp_path)
    with serve(lambda _: hang) as server, Client(retries=0) as client:
        said = record(house, url=f"{server.url}/1", client=client)
    assert "could not be read" in said[1]
    assert len(rows(house.giving.read_text())) == 1


def test_the_file_keeps_its_permissions_and_its_link(tmp_path: Path) -> None:
    """A table that lies elsewhere, or that others may not read, stays so."""
    house = a_house(tmp_path)
    real = tmp_path / "elsewhere.csv"
    real.write_text(HEADER)
    real.chmod(0o640)
    house.giving.parent.mkdir()
    house.giving.symlink_to(real)
    record(house)
    assert house.giving.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert len(rows(real.read_text())) == 1
    assert sorted(os.listdir(tmp_path)) == ["content", "elsewhere.csv"]  # noqa: PTH208 - names


def test_a_table_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    """A file in the place of the folder is named."""
    house = a_house(tmp_path, giving=tmp_path / "file" / NAME)
    (tmp_path / "file").write_text("")
    with pytest.raises(ArchiveError, match=r"giving\.csv cannot be (read|written)"):
        record(house)


def test_give_reaches_the_ledger(tmp_path: Path) -> None:
    """What is typed is counted by the next build, and `give` opens neither store nor, with --offline, a socket."""
    blog = Blog(tmp_path).write("a.md").configure(CONVERSATION_GIVING="content/giving.csv")
    done = blog.run(
        *("give", "reply", "https://forum.example/t/1", "--channel", "forum", "--person", "@bea@b.example"),
        *("--words", "160", "--date", "2026-05-02", "--note", "about tea", "--offline"),
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == (
        "giving.csv, line 2: 2026-05-02, reply to @bea@b.example on Forum (160 words): “about tea” https://forum.example/t/1\n"
    )
    assert not (tmp_path / "conversation.sqlite").exists()
    wrong = blog.run("give", "replay", "https://forum.example/t/1", "--offline")
    assert (wrong.returncode, wrong.stderr) == (1, "'replay' is not a kind. Did you mean \"reply\"?\n")
    blog.build()
    spent = blog.ledger()["metrics"]["all"]
    assert (spent["people_given"], spent["words_given"], spent["long_gifts"]["comments"]) == (1, 160, 1)
