"""LinkedIn's archive: comments, shares and reactions, in tables that are quoted in two ways."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from archives import packed, said, told, written
from conversation.acts import Act, Direction, Kind
from conversation.sources.archive import recognise
from conversation.sources.archive_linkedin import parse_rows

POST = "https://www.linkedin.com/feed/update/urn%3Ali%3Aactivity%3A7401794121226567681"
COMMENTS = "Date,Link,Message\n"
SHARES = "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\n"


def test_comments(tmp_path: Path) -> None:
    """A comment is a reply given to a post, and two on one post are two; quotes have a backslash before them."""
    text = (
        f'2026-05-08 09:00:00,{POST},"Back on the \\"tea\\" team,\n\nit was hot."\n'
        f'2026-05-08 09:00:05,{POST},"He said: \\"make it so.\\""\n'
        f"2026-05-09 09:00:00 UTC,{POST},Yes.\n"
    )
    acts = said(written(tmp_path, COMMENTS + text, "Comments_17529409.csv"))
    assert [act.text for act in acts] == ['Back on the "tea" team,\n\nit was hot.', 'He said: "make it so."', "Yes."]
    assert [act.words for act in acts] == [8, 5, 1]
    assert {(act.direction, act.kind, act.target, act.channel) for act in acts} == {
        (Direction.GIVEN, Kind.REPLY, POST, "linkedin")
    }
    assert len({act.url for act in acts}) == 3
    assert all(act.url == f"{POST}#{act.id}" for act in acts)
    assert acts[2].published == datetime(2026, 5, 9, 9, tzinfo=UTC)


def test_shares(tmp_path: Path) -> None:
    """What was passed on is a repost or a quote, everything else a note; what only connections saw is left out."""
    link = "https://www.linkedin.com/feed/update/urn%3Ali%3Ashare%3A{}"
    rows = [
        (link.format(1), '"First line""\n""second, line"', "", "", "MEMBER_NETWORK"),
        (link.format(2), "", "https://bea.example/tea", "", ""),
        (link.format(3), "Well said", POST, "", ""),
        (link.format(4), "", "", "", ""),
        (link.format(5), "", "https://blog.example/a.html", "", "PUBLIC"),
        (link.format(6), "", "", "https://media.example/1.png", ""),
        (link.format(7), "Read https://blog.example/b.html, please.", "", "", ""),
        (link.format(8), "For friends", "", "", "CONNECTIONS"),
    ]
    table = "".join(f"2026-05-07 16:41:18,{','.join(row)}\n" for row in rows).replace("Read https", '"Read https')
    acts = said(written(tmp_path, SHARES + table.replace("please.", 'please."'), "Shares.csv"))
    assert [(act.kind, act.target) for act in acts] == [
        (Kind.NOTE, ""),
        (Kind.REPOST, "https://bea.example/tea"),
        (Kind.QUOTE, POST),
        (Kind.REPOST, link.format(4)),
        (Kind.NOTE, "https://blog.example/a.html"),
        (Kind.NOTE, ""),
        (Kind.NOTE, "https://blog.example/b.html"),
    ]
    assert acts[0].text == "First line\nsecond, line"
    assert [act.words for act in acts] == [4, None, 2, None, 0, 0, 2]
    assert all(act.url.startswith(link.format("")) for act in acts)


def test_whole_archive(tmp_path: Path) -> None:
    """The zip is read as it came; connections and messages in it are nobody's business."""
    members = {
        "Basic/Comments.csv": COMMENTS + f"2026-05-08 09:00:00,{POST},Yes.\n",
        "Basic/Connections.csv": 'Notes:\n"Some text"\n\nFirst Name,Last Name,URL\nBea,B,x\n',
        "Basic/Reactions.csv": f"Notes:\n\nDate,Type,Link\n2026-05-08 09:00:00,LIKE,{POST}\n",
        "Basic/messages.csv": "FROM,TO,DATE,CONTENT\nBea,Ada,2026-01-01,secret\n",
    }
    acts = said(packed(tmp_path / "a.zip", members))
    assert [(act.kind, act.target) for act in acts] == [(Kind.REPLY, POST), (Kind.LIKE, POST)]
    assert recognise(tmp_path / "a.zip") == "linkedin"
    assert said(packed(tmp_path / "b.zip", members)) == acts


def test_rows_that_tell_nothing(tmp_path: Path) -> None:
    """A row without a link or a date is named, a quote that never ends too; the rows after it are taken."""
    table = (
        f'2026-05-08 09:00:00,,Yes.\n,{POST},Undated.\n\n2026-05-08 09:00:00,{POST},"{"x" * 200_000}\n'
        f"2026-05-09 09:00:00,{POST},Last.\n"
    )
    acts, problems = told(written(tmp_path, COMMENTS + table, "Comments.csv"))
    assert [(act.text, act.published and act.published.day) for act in acts] == [("Undated.", None), ("Last.", 9)]
    assert [problem.where for problem in problems] == [f"Comments.csv, row {n}" for n in (2, 3, 4)]
    assert "field limit" in problems[-1].what


@given(st.binary(max_size=300))
def test_any_bytes_below_the_head(tmp_path_factory: object, data: bytes) -> None:
    """Whatever stands in a table, nothing is raised, and every act can be stored."""
    path = tmp_path_factory.getbasetemp() / "Comments.csv"  # type: ignore[attr-defined]
    path.write_bytes(COMMENTS.encode() + data)
    acts, _ = told(path)
    for act in acts:
        assert json.dumps(structs.asdict(act), default=str).encode()


COLUMNS = ("date", "link", "message", "sharelink", "sharecommentary", "sharedurl", "mediaurl", "visibility", "type")
CELLS = st.text(st.characters(codec=None), max_size=20) | st.sampled_from([POST, "2026-05-08 09:00:00", '"\n"'])


@given(
    st.lists(st.dictionaries(st.sampled_from(COLUMNS), CELLS) | st.just("is broken"), max_size=4),
    st.sampled_from(["comments", "shares", "reactions"]),
)
def test_any_rows(rows: list[dict[str, str] | str], table: str) -> None:
    """Every row is an act, or named, or private."""
    for found in parse_rows(rows, table, source="a", where="t", site="https://blog.example"):
        assert found.target if isinstance(found, Act) and table != "shares" else True
