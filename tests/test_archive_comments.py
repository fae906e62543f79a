"""Comments that others left: exports of Disqus and WordPress, in XML."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from archives import disqus, disqus_post, packed, said, told, written, wxr, wxr_comment
from conversation.acts import Direction, Kind
from conversation.errors import ArchiveError
from conversation.sources.archive import recognise

TEA = "https://blog.example/tea.html"
OLD = "https://blog.example/2019/tea/"


def test_disqus(tmp_path: Path) -> None:
    """Comments are replies to the thread's page, with their tree, under permalinks that stay."""
    export = disqus(disqus_post(70), disqus_post(71, more='<parent dsq:id="70"/>'))
    one, two = said(written(tmp_path, export, "ada-all.xml"))
    assert (one.direction, one.kind, one.target, one.channel) == (Direction.RECEIVED, Kind.REPLY, TEA, "disqus")
    assert (one.id, one.url, one.parent) == ("disqus:70", f"{TEA}#comment-70", "")
    assert two.parent == one.url
    assert (one.author.name, one.author.url) == ("Bea", "https://disqus.com/by/bea1/")
    assert (one.text, one.html) == ("Fine & well.", "<p>Fine &amp; well.</p>")
    assert one.published == datetime(2020, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert recognise(tmp_path / "ada-all.xml") == "disqus"


def test_disqus_leaves_out(tmp_path: Path) -> None:
    """Deleted comments and spam are gone; e-mail and network addresses are not even read."""
    gone = disqus_post(1).replace("<isDeleted>false", "<isDeleted>true")
    spam = disqus_post(2).replace("<isSpam>false", "<isSpam>true")
    nobody = disqus_post(3).replace("isAnonymous>false", "isAnonymous>true")
    (act,) = said(written(tmp_path, disqus(gone, spam, nobody)))
    assert (act.author.name, act.author.url) == ("Bea", "")
    assert "example.com" not in repr(act)
    assert "192.0.2.7" not in repr(act)


def test_disqus_as_it_comes(tmp_path: Path) -> None:
    """The export comes packed with gzip; it is read as it came."""
    path = tmp_path / "ada.xml.gz"
    path.write_bytes(gzip.compress(disqus(disqus_post(70)).encode()))
    assert [act.id for act in said(path)] == ["disqus:70"]


def test_disqus_that_leads_nowhere(tmp_path: Path) -> None:
    """A comment on a thread without an address, or without a date, is named."""
    undated = disqus_post(3).replace("2020-02-03T04:05:06Z", "soon")
    export = disqus(disqus_post(1, thread=2), disqus_post(2, thread=9), undated, threads=(TEA, "javascript:x"))
    acts, problems = told(written(tmp_path, export, "d.xml"))
    assert [act.id for act in acts] == ["disqus:3"]
    assert [problem.where for problem in problems] == [f"d.xml, comment {n}" for n in (1, 2, 3)]


def test_wordpress(tmp_path: Path) -> None:
    """Comments are replies with their tree; lines become paragraphs as on the blog; bare ampersands do no harm."""
    export = wxr(wxr_comment(12, "One & two\nlines.\n\n<b>Three</b>."), wxr_comment(13, parent=12, author_url=""))
    one, two = said(written(tmp_path, export, "old.xml"))
    assert (one.direction, one.kind, one.target, one.channel) == (Direction.RECEIVED, Kind.REPLY, OLD, "wordpress")
    assert one.id == one.url == f"{OLD}#comment-12"
    assert (two.parent, one.parent) == (one.url, "")
    assert (one.author.name, one.author.url) == ("Bea", "https://bea.example/?a=1&b=2")
    assert one.html == "<p>One & two<br>lines.</p><p><b>Three</b>.</p>"
    assert one.text == "One & two\nlines.\nThree."
    assert one.published == datetime(2020, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert recognise(tmp_path / "old.xml") == "wordpress"
    assert said(packed(tmp_path / "old.zip", {"old.wordpress.2019.xml": export})) == (one, two)


def test_pingbacks(tmp_path: Path) -> None:
    """A pingback is a mention by another page, which is the act; plugins for webmentions say more."""
    there = "https://cleo.example/p?a=1&b=2"
    ping = wxr_comment(1, "[...] tea [...]", type="pingback", author="Cleo &raquo; Tea", author_url=there)
    like = wxr_comment(2, "", type="like", author="Dov", author_url="https://dov.example/")
    one, two = said(written(tmp_path, wxr(ping, like)))
    assert (one.kind, one.url, one.title, one.channel) == (Kind.MENTION, there, "Cleo » Tea", "web")
    assert one.author.url == "https://cleo.example/"
    assert (two.kind, two.target) == (Kind.LIKE, OLD)


def test_answers_of_the_blogger(tmp_path: Path) -> None:
    """A comment by one of the blog's authors carries the blog's address, so that it is known as the blogger's own."""
    own = wxr_comment(1, author="Ada", author_url="", user_id=1)
    reader = wxr_comment(2, author="Bea", author_url="", user_id=55)
    one, two = said(written(tmp_path, wxr(own, reader)))
    assert one.author.url == "https://blog.example/old"
    assert two.author.url == ""


@pytest.mark.parametrize(
    "export",
    [
        wxr(wxr_comment(1, approved=0), wxr_comment(2, approved="spam"), wxr_comment(3, approved="trash")),
        wxr(wxr_comment(1), status="private"),
        wxr(wxr_comment(1), status="draft"),
        wxr("<wp:post_password>x</wp:post_password>", wxr_comment(1)),
    ],
)
def test_wordpress_leaves_out(tmp_path: Path, export: str) -> None:
    """What was not approved, or stands on a page that not everybody may read, leaves no trace."""
    assert told(written(tmp_path, export)) == ((), ())


def test_wordpress_that_leads_nowhere(tmp_path: Path) -> None:
    """What is no comment of a reader, or on no page, or undated, is named."""
    export = wxr(wxr_comment(1, type="order_note"), wxr_comment(2, date_gmt="0000-00-00 00:00:00"))
    acts, problems = told(written(tmp_path, export, "w.xml"))
    assert [act.id for act in acts] == [f"{OLD}#comment-2"]
    assert [problem.where for problem in problems] == ["w.xml, comment 1", "w.xml, comment 2"]
    assert [str(each) for each in told(written(tmp_path, wxr(wxr_comment(1), link=""), "w.xml"))[1]] == [
        "w.xml, comment 1: is on a page without an address"
    ]


def test_local_time_stands_in(tmp_path: Path) -> None:
    """Where WordPress has lost the time in UTC, its local time is better than none."""
    (act,) = said(written(tmp_path, wxr(wxr_comment(1, date_gmt="0000-00-00 00:00:00", date="2020-02-03 05:05:06"))))
    assert act.published == datetime(2020, 2, 3, 5, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize("export", [disqus(disqus_post(70, "x&y", more="")), wxr(wxr_comment(70, "x&y"))])
def test_documents_that_are_not_quite_xml(tmp_path: Path, export: str) -> None:
    """Control characters, references to nothing and bytes of another encoding cost a character, not the export."""
    data = export.replace("x&y", "a\x08b").replace("Bea", "B\x00e\x01a").encode().replace(b"a\x08b", b"caf\xe9 \xf0")
    path = tmp_path / "e.xml"
    path.write_bytes(data.replace(b"<title>Tea</title>", b"<title>&nbsp;&#0;&#xD83D;&bogus;&</title>"))
    (act,) = said(path)
    assert (act.text, act.author.name) == ("caf\ufffd \ufffd", "Bea")


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "windows-1252", "utf-8-sig", "no-such-thing"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    """A document says in which encoding it is, and is believed where that is one of those that exports have."""
    text = disqus(disqus_post(70, "Grüße")).replace('encoding="utf-8"', f'encoding="{encoding}"')
    path = tmp_path / "d.xml"
    path.write_bytes(text.encode("utf-8" if encoding == "no-such-thing" else encoding))
    assert [act.text for act in said(path)] == ["Grüße"]


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE disqus [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
OUTSIDE = '<!DOCTYPE disqus [<!ENTITY i SYSTEM "file:///etc/passwd">]>'
BEYOND = '<!DOCTYPE disqus SYSTEM "https://evil.example/x.dtd">'


@pytest.mark.parametrize("begin", [BOMB, OUTSIDE, BEYOND, f"<!-- {'x' * 70_000} -->{BOMB}"])
def test_entities_are_refused(tmp_path: Path, begin: str) -> None:
    """A document with a DTD is refused at once: bombs do not go off, and no other file is opened."""
    body = disqus(disqus_post(70, "x")).partition("?>")[2].replace("<message><![CDATA[x]]>", "<message>&i;")
    path = written(tmp_path, begin + body, "d.xml")
    with pytest.raises(ArchiveError, match=r"d\.xml: (declares a DTD|is no archive)"):
        told(path)


@pytest.mark.parametrize(
    ("middle", "words"),
    [
        ("<a>" * 200, "deeper than any export"),
        ("<a b='" + "x" * (12 << 20), "an element longer than any"),
        ("<a></b>", "line 4: is no XML here (mismatched tag)"),
        ("", "is the file complete?"),
    ],
)
def test_documents_that_no_export_is(tmp_path: Path, middle: str, words: str) -> None:
    """What would only fill the memory, or breaks off, ends with the line and what to do."""
    begin = disqus(disqus_post(70)).removesuffix("</disqus>")
    with pytest.raises(ArchiveError) as error:
        told(written(tmp_path, begin + middle))
    assert words in str(error.value)


def test_long_texts_are_cut(tmp_path: Path) -> None:
    """A comment may be as long as it likes; what is kept of it is bounded."""
    (act,) = said(written(tmp_path, disqus(disqus_post(70, "words " * 100_000))))
    assert len(act.text) <= 100_000


@given(st.sampled_from([disqus(disqus_post(70)), wxr(wxr_comment(70))]), st.data())
def test_mutated_exports(tmp_path_factory: object, export: str, data: st.DataObject) -> None:
    """However an export is damaged, what comes is acts and problems, or an ArchiveError; every act can be stored."""
    raw = bytearray(export.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(raw)))
        end = data.draw(st.integers(start, min(start + 30, len(raw))))
        raw[start:end] = data.draw(st.binary(max_size=12) | st.sampled_from([b"<![CDATA[", b"]]>", b"&", b"<", b""]))
    path = tmp_path_factory.getbasetemp() / "mutated.xml"  # type: ignore[attr-defined]
    path.write_bytes(raw)
    try:
        acts, _ = told(path)
    except ArchiveError as error:
        assert str(error).startswith("mutated.xml")  # noqa: PT017 - it may or may not be raised
        return
    for act in acts:
        json.dumps(structs.asdict(act), default=str).encode()
