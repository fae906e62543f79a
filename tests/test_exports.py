"""given.csv and received.csv: the acts behind the figures, and nothing that the site does not show."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from blog import SITE as BLOG_SITE
from blog import Blog, mention
from conversation.acts import Direction, Kind
from conversation.exports import HEADERS, table
from conversation.ledger import Entry, Ledger, PostFacts
from conversation.sources.giving import parse_giving
from ledgers import FULL, JO, NOOR, NOW, POST, SITE, gave, got, ledger, many

POSTS = (PostFacts(url=POST, title="On rye"),)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def export(told: Ledger, direction: Direction = Direction.GIVEN) -> list[dict[str, str]]:
    return rows(table(told, direction))


def assert_same_sums(told: dict[str, object], direction: str, found: list[dict[str, str]]) -> None:
    """Whatever ledger.json adds up, the rows add up to, too."""
    side = told[direction]["all"]  # type: ignore[index]
    kinds, channels, months = Counter[str](), Counter[tuple[str, str]](), Counter[str]()
    for row in found:
        number = int(row["number"])
        kinds[row["kind"]] += number
        channels[row["channel"], row["kind"]] += number
        months[row["date"][:7]] += number
    assert kinds == side["by_kind"]
    assert months == side["by_month"]
    assert channels == {(one, kind): n for one, many_ in side["by_channel"].items() for kind, n in many_.items()}
    assert sum(kinds.values()) == side["acts"]
    assert len({row["date"] for row in found}) == side["days"]
    assert len({row["person"] for row in found} - {""}) == side["people"]


@pytest.mark.parametrize("direction", Direction)
def test_the_rows_add_up_to_the_figures(direction: Direction) -> None:
    """Each figure of ledger.json that is a sum can be checked by hand."""
    assert_same_sums(FULL.as_json(), direction, export(FULL, direction))


@settings(deadline=None)
@given(many, st.sampled_from(Direction), st.randoms(use_true_random=False))
def test_any_rows_add_up_and_their_order_is_their_own(
    some: list[Entry], direction: Direction, chance: random.Random
) -> None:
    """Self-acts, notes and rows that stand for nothing are in none of both; no shuffling changes a byte."""
    told = ledger(*some, posts=POSTS)
    assert_same_sums(told.as_json(), direction, export(told, direction))
    chance.shuffle(some)
    assert table(ledger(*some, posts=POSTS), direction) == table(told, direction)


def test_one_row() -> None:
    """A row says when, what, where, to whom, and on which post; the day is that of the site."""
    late = datetime(2026, 5, 2, 22, 30, tzinfo=UTC)
    told = ledger(
        gave(Kind.LINK, person=NOOR, name="Noor", title="Thanks", target=f"{NOOR}/1", post=POST, url=POST, when=late),
        got(person=JO, name="Jo", url=f"{JO}/1", target=POST, channel="mastodon", words=12, when=late),
        posts=POSTS,
    )
    assert table(told, Direction.GIVEN) == (
        "date,kind,channel,url,person,words,note,name,target,post,number\n"
        f"2026-05-03,link,web,{NOOR}/1,{NOOR},,Thanks,Noor,,{POST},1\n"
    )
    assert table(told, Direction.RECEIVED) == (
        "date,kind,channel,url,person,words,name,target,post,number\n"
        f"2026-05-03,reply,mastodon,{JO}/1,{JO},12,Jo,{POST},{POST},1\n"
    )


def test_the_newest_stands_first() -> None:
    """Whoever opens the file sees what happened last."""
    dates = [row["date"] for row in export(FULL)]
    assert dates == sorted(dates, reverse=True)
    assert len(set(dates)) > 30


def test_without_an_act_there_is_only_the_header() -> None:
    """A new blog has tables without rows, that programs can read all the same."""
    for direction, header in HEADERS.items():
        assert table(ledger(), direction) == ",".join(header) + "\n"


@pytest.mark.parametrize("begin", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", " =1"])
def test_no_cell_is_a_formula(begin: str) -> None:
    """Whatever strangers call themselves, a spreadsheet computes nothing from it."""
    told = ledger(
        gave(name=begin, channel=begin, title=begin, post=POST, target=f"{NOOR}/1", person="@=x"), posts=POSTS
    )
    (row,) = export(told)
    assert row["name"] == row["note"] == row["channel"] == f"'{begin.strip()}"
    assert not any(cell.startswith(tuple("=+-@\t＝")) for cell in row.values())


@given(st.text(), st.text())
def test_foreign_text_stays_in_its_cell(name: str, url: str) -> None:
    """No name and no address breaks out of its cell, of its row or of the encoding."""
    text = table(ledger(got(name=name, url=url), posts=POSTS), Direction.RECEIVED)
    (row,) = rows(text.encode().decode())
    assert len(text.splitlines()) == 2
    assert row["url"] == "" or row["url"].casefold().startswith("http")
    assert row["post"] == POST


def test_of_a_private_act_only_that_it_was_done() -> None:
    """What CONVERSATION_PRIVACY only counts has a row without any address, name or word."""
    told = ledger(gave(person=NOOR, name="Noor", url=f"{SITE}/x", target=f"{NOOR}/1", words=9, private=True))
    (row,) = export(told)
    assert {name for name, cell in row.items() if cell} == {"date", "kind", "channel", "number"}


def test_notes_and_drafts_stay_at_home() -> None:
    """What the blogger noted by hand is not published, and a draft's address is not told by what came in for it."""
    draft = f"{SITE}/draft.html"
    assert export(ledger(gave(Kind.ANSWER, title="for her alone", url=f"{NOOR}/1")))[0]["note"] == ""
    told = ledger(replace(got(person=JO, url=f"{JO}/1", target=draft), post=draft), posts=POSTS)
    assert draft not in table(told, Direction.RECEIVED)
    assert export(told, Direction.RECEIVED)[0]["url"] == f"{JO}/1"


def test_given_can_be_read_as_a_table_of_giving() -> None:
    """Who moves to another blog takes along what they gave: kinds, days, people and words come back as they were."""
    acts, problems, whole = parse_giving(table(FULL, Direction.GIVEN).encode(), "g.csv", source="giving", now=NOW)
    missing = [problem for problem in problems if "the url is missing" not in problem.what]
    assert whole
    assert not missing
    addressed = ledger(
        gave(Kind.GUEST_POST, person=NOOR, words=900, url=f"{NOOR}/guest", days=3, channel="newsletter"),
        gave(Kind.LINK, person=NOOR, target=f"{NOOR}/1", post=POST, url=POST),
        gave(Kind.LINK, person=JO, target=f"{JO}/1", post=POST, url=POST),
        gave(Kind.REPLY, person="kim@social.example", url="https://me.example/1", words=3),
        posts=POSTS,
    )
    acts, problems, _ = parse_giving(table(addressed, Direction.GIVEN).encode(), "g.csv", source="giving", now=NOW)
    assert not problems
    assert {(act.kind, act.published.date(), act.to.key, act.words, act.url) for act in acts if act.published} == {
        (Kind.GUEST_POST, addressed.acts.given[0].when.date(), NOOR, 900, f"{NOOR}/guest"),
        (Kind.LINK, addressed.acts.given[1].when.date(), NOOR, None, f"{NOOR}/1"),
        (Kind.LINK, addressed.acts.given[1].when.date(), JO, None, f"{JO}/1"),
        (Kind.REPLY, addressed.acts.given[1].when.date(), "kim@social.example", 3, "https://me.example/1"),
    }


GIVING = """date,kind,channel,url,person,words,note
2026-05-01,answer,forum,https://forum.example/t/1,https://noor.example/,150,the one who cried
2026-05-02,reply,blog,https://troll.example/1,https://troll.example/,20,
2026-05-03,like,blog,https://p9.example/1,https://p9.example/,,
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Blog:
    blog = Blog(tmp_path_factory.mktemp("exports"), CONVERSATION_PRIVACY={"like": "count"})
    blog.write("a.md", "Thanks to [Noor](https://noor.example/1).").write("b.md", "Not yet.", status="draft")
    own = mention(5) | {"author": {"type": "card", "name": "Ada", "photo": "", "url": f"{BLOG_SITE}/"}}
    blog.archive([mention(1), mention(2, "like-of"), mention(3), mention(4, "bookmark-of"), own])
    (blog.folder / "content" / "giving.csv").write_text(GIVING, encoding="utf-8")
    hidden = '[hide]\nauthors = ["https://p3.example/", "https://troll.example/"]\n'
    (blog.folder / "content" / "moderation.toml").write_text(hidden, encoding="utf-8")
    return blog.build()


def test_a_site_has_both_tables_beside_its_page(built: Blog) -> None:
    """They add up to the site's own ledger.json, and the page links to them."""
    for direction in ("given", "received"):
        assert f'<a href="{direction}.csv">' in built.page("giving-receiving/index.html")
        acts = sum(int(row["number"]) for row in rows(built.page(f"giving-receiving/{direction}.csv")))
        assert acts == built.ledger()[direction]["all"]["acts"] > 2


def test_what_is_hidden_private_or_the_bloggers_own_is_not_told(built: Blog) -> None:
    """A hidden act is not there, a counted one has no person on either side, and nobody's words are in any of both."""
    text = built.page("giving-receiving/received.csv") + built.page("giving-receiving/given.csv")
    received = rows(built.page("giving-receiving/received.csv"))
    assert [(row["kind"], row["person"]) for row in received] == [
        ("bookmark", "https://p4.example"),
        ("like", ""),
        ("reply", "https://p1.example"),
    ]
    assert received[2]["post"] == received[2]["target"] == f"{BLOG_SITE}/a.html"
    for secret in ("p2.example", "p3.example", "p9.example", "troll", "Words of person", "cried", "Ada"):
        assert secret not in text
    assert "https://noor.example/1,https://noor.example" in text
