"""The whole ledger and its JSON: the contract's form, the windows, no clock and no order but the data's own."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from conversation.acts import Direction, Kind
from conversation.ledger import Entry, PostFacts, Snapshot, SourceFacts, compute
from ledgers import BERLIN, NOW, POST, SITE, ago, gave, got, ledger, many

SIDE = {"acts", "people", "days", "by_kind", "by_channel", "by_month"}
CATALOGUE = {
    "people_given",
    "people_received",
    "days_given",
    "words_given",
    "reply_share",
    "mix",
    "broadcast_share",
    "conversation_share",
    "response_rate",
    "response_hours",
    "thread_depth",
    "reciprocity",
    "mutual",
    "balance",
    "balance_without_top_post",
    "per_post",
    "concentration",
    "bursts",
    "recurring",
    "first_time",
    "paid_forward",
    "long_gifts",
    "milestones",
}
SHARES = [
    "reply_share",
    "broadcast_share",
    "conversation_share",
    "response_rate",
    "reciprocity",
    "mutual",
    "concentration",
    "paid_forward",
]


def metrics(*rows: Entry, window: str = "year") -> dict[str, object]:
    """The metrics of some rows, as in ledger.json."""
    found: dict[str, object] = ledger(*rows).as_json()["metrics"][window]  # type: ignore[index]
    return found


def test_the_form_of_the_contract() -> None:
    """All keys that scripts may rely on are there, for both windows, even where nothing ever happened."""
    told = ledger().as_json()
    assert list(told) == ["version", "site", "generated", "given", "received", "metrics", "posts", "sources"]
    assert (told["version"], told["site"], told["generated"]) == (1, SITE, "2026-11-22T10:00:00+00:00")
    for window in ("all", "year"):
        assert set(told["given"][window]) == set(told["received"][window]) == SIDE  # type: ignore[index]
        assert set(told["metrics"][window]) >= CATALOGUE  # type: ignore[index]


def test_nothing_is_null_not_zero() -> None:
    """Without any act every quotient is undefined; counts are 0 and lists are empty."""
    found = metrics()
    quotients = [*SHARES, "mix", "response_hours", "thread_depth", "balance", "balance_without_top_post", "per_post"]
    assert [found[name] for name in quotients] == [None] * len(quotients)
    assert [found[name] for name in ("people_given", "days_given", "words_given", "recurring")] == [0, 0, 0, 0]
    assert found["bursts"] == found["milestones"] == []


def test_a_whole_example() -> None:
    """Six rows by hand: two people given to, two heard from, one both ways, one comment of two answered."""
    found = metrics(
        gave(person="https://noor.example", words=200, url="https://noor.example/1#1", target="https://noor.example/1"),
        gave(Kind.LINK, target="https://rye.example/", post=POST, person="https://rye.example"),
        got(person="https://noor.example", url="https://noor.example/2", days=20),
        got(person="https://jo.example", url="https://jo.example/1", days=20),
        got(mine=True, url=f"{POST}#2", parent="https://jo.example/1", days=19),
        gave(Kind.NOTE, url="https://social.example/@ada/1"),
    )
    assert found["people_given"] == found["people_received"] == 2
    assert found["reciprocity"] == pytest.approx(2 * 1 / 4)
    assert found["mutual"] == pytest.approx(2 * 1 / 4)
    assert found["balance"] == 0
    assert found["balance_without_top_post"] == 1
    assert found["paid_forward"] == pytest.approx(1 / 2)
    assert (found["answered"], found["answerable"], found["response_rate"]) == (1, 2, 0.5)
    assert found["response_hours"] == pytest.approx(24)
    assert (found["thread_depth"], found["threads"]) == (2, 1)
    assert found["mix_counts"]["conversation"] == 2  # type: ignore[index]
    assert found["broadcast_share"] == pytest.approx(1 / 4)
    assert found["reply_share"] == pytest.approx(2 / 4)
    assert found["words_given"] == 200
    assert found["long_gifts"] == {"guest_posts": 0, "answers": 0, "comments": 1}
    assert found["first_time"] == 2
    assert found["history_start"] == "2026-11-02"


def test_the_example_of_the_manual() -> None:
    """The figures worked out in docs/giving-receiving.md are those that the plugin computes."""
    noor, jo, kim = "https://noor.example", "https://jo.example", "https://kim.example"
    rows = [gave(person=noor), gave(person=noor), gave(person=jo), got(person=noor), got(Kind.LIKE, person=kim)]
    found = metrics(*rows)
    names = ("balance", "reciprocity", "mutual", "paid_forward")
    assert [found[name] for name in names] == pytest.approx([0.2, 0.5, 0.4, 1 / 3])


def test_own_acts_are_never_received() -> None:
    """What the blogger does on own posts is on neither side, and no link of the site to itself is given."""
    told = ledger(
        got(Kind.LIKE, mine=True),
        got(mine=True, url=f"{POST}#1"),
        gave(Kind.LIKE, target=f"{SITE}/b.html"),
        gave(Kind.LINK, target=POST, post=f"{SITE}/b.html"),
        gave(Kind.REPLY, mine=True, target="https://social.example/@ada/1"),
    )
    assert told.all.received.acts == told.all.given.acts == 0


def test_a_reader_answered_on_the_own_site_is_given_to() -> None:
    """An act given to a person counts even where it points to the own site: that is where they were answered."""
    assert ledger(gave(person="https://noor.example", target=f"{POST}#said-1")).all.given.acts == 1


def test_notes_are_in_the_mix_only() -> None:
    """A message to nobody is no gift, but it is part of what is said."""
    told = ledger(gave(Kind.NOTE))
    assert told.all.given.acts == 0
    assert told.all.metrics.talk.mix_counts["statement"] == 1


def test_the_window_ends_at_the_newest_pull() -> None:
    """The year is the 365 days up to and with `now`; all time takes what is dated later, too."""
    told = ledger(gave(days=364.9), gave(days=0), gave(days=365), gave(days=-1))
    assert (told.year.given.acts, told.all.given.acts) == (2, 4)


def test_days_are_those_of_the_site() -> None:
    """An act late in the evening belongs to the day and month that it was where the site is."""
    row = gave(when=datetime(2026, 10, 31, 23, 30, tzinfo=UTC))
    assert ledger(row).all.given.by_month == {"2026-11": 1}


@given(many, st.randoms())
def test_no_order_but_the_datas_own(rows: list[Entry], chance: object) -> None:
    """The same rows in any order give the same bytes."""
    shuffled = list(rows)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert json.dumps(ledger(*rows).as_json()) == json.dumps(ledger(*shuffled).as_json())
    assert ledger(*rows).props == ledger(*shuffled).props


@given(many)
def test_what_holds_for_any_rows(rows: list[Entry]) -> None:
    """Shares lie between 0 and 1, a year is part of all time, and nothing of it fails to be JSON."""
    told = ledger(*rows)
    json.dumps(told.as_json(), allow_nan=False)
    for window in ("all", "year"):
        found = metrics(*rows, window=window)
        assert all(found[name] is None or 0 <= found[name] <= 1 for name in SHARES)  # type: ignore[operator]
        assert found["balance"] is None or -1 <= found["balance"] <= 1  # type: ignore[operator]
    assert told.year.given.acts <= told.all.given.acts
    assert told.year.received.people <= told.all.received.people


@given(many)
def test_turning_the_sides_around(rows: list[Entry]) -> None:
    """What is mutual stays so, and the balance turns its sign, if all that was given had been received."""
    plain = [replace(row, kind=Kind.LIKE, mine=False, target="", post="") for row in rows]
    other = {Direction.GIVEN: Direction.RECEIVED, Direction.RECEIVED: Direction.GIVEN}
    turned = [replace(row, direction=other[row.direction]) for row in plain]
    here, there = ledger(*plain).all, ledger(*turned).all
    assert (here.given.acts, here.received.acts) == (there.received.acts, there.given.acts)
    for name in ("reciprocity", "mutual"):
        assert getattr(here.metrics.both, name) == getattr(there.metrics.both, name)


def test_posts_and_sources_as_json() -> None:
    """Posts stand newest first with dates as text, sources by name with their state and when they were read."""
    posts = (
        PostFacts(url=f"{SITE}/about", title="About"),
        PostFacts(url=f"{SITE}/old", published=ago(90), comments=3, first=date(2026, 1, 1), last=date(2026, 2, 2)),
        PostFacts(url=f"{SITE}/new", published=ago(9), given_links=4),
    )
    sources = (SourceFacts(name="b", state="never"), SourceFacts(name="a", state="fresh", pulled=NOW, acts=15))
    told = ledger(posts=posts, sources=sources).as_json()
    assert [post["url"] for post in told["posts"]] == [f"{SITE}/new", f"{SITE}/old", f"{SITE}/about"]  # type: ignore[attr-defined]
    assert told["posts"][1] == {  # type: ignore[index]
        "url": f"{SITE}/old",
        "title": "",
        "comments": 3,
        "shares": 0,
        "mentions": 0,
        "likes": 0,
        "bookmarks": 0,
        "given_links": 0,
        "first": "2026-01-01",
        "last": "2026-02-02",
    }
    assert told["sources"] == [
        {"name": "a", "state": "fresh", "pulled": "2026-11-22T10:00:00+00:00", "acts": 15, "error": None},
        {"name": "b", "state": "never", "pulled": None, "acts": 0, "error": None},
    ]


@pytest.mark.parametrize(
    "error",
    [
        "https://x.example/api?domain=a&token=s3cret answered 500",
        "https://ada:s3cret@x.example/ answered 500",
        "sent Authorization: Bearer s3cret",
        "x" * 295 + " s3cret",
    ],
)
def test_errors_are_published_without_secrets(error: str) -> None:
    """A source's error is on a public page, so whatever slipped into it, no credential is, nor a text without end."""
    (source,) = ledger(sources=(SourceFacts(name="a", state="failed", error=error),)).sources
    assert source.error
    assert "s3cret" not in source.error
    assert len(source.error) <= 300


def test_no_person_is_published() -> None:
    """Figures about people are sums: no address, handle or name of anybody stands in the JSON."""
    rows = [gave(person="https://noor.example", name="Noor"), got(person="kim@social.example", name="Kim")]
    told = json.dumps(ledger(*rows).as_json()).casefold()
    assert "noor" not in told
    assert "kim" not in told


def test_former_addresses_are_own() -> None:
    """A link to the site's former address is no gift once the ledger is told of it."""
    row = gave(Kind.LINK, target="http://ada-marlow.example/blog/rye", post=POST)
    now = {"site": SITE, "now": NOW, "zone": BERLIN}
    assert compute([row], [], [], **now).all.given.acts == 1  # type: ignore[arg-type]
    own = compute([row], [], [], former=["http://ada-marlow.example/blog"], **now)  # type: ignore[arg-type]
    assert own.all.given.acts == 0


def test_snapshots_become_milestones() -> None:
    """Two snapshots make one milestone, the same in both windows."""
    snapshots = [Snapshot(date(2024, 1, 1), 200, 3035), Snapshot(date(2025, 1, 1), 250, 5756)]
    told = compute([], [], [], site=SITE, now=NOW, zone=BERLIN, snapshots=snapshots)
    assert told.all.metrics.drawn.milestones[0]["posts"] == pytest.approx(0.25)
    assert told.all.metrics.drawn.milestones == told.year.metrics.drawn.milestones


def test_a_site_without_an_address() -> None:
    """A blog that has no SITEURL yet has a ledger all the same."""
    told = compute(
        [gave(Kind.LINK, target="https://rye.example/", post="a.html")], [], [], site="", now=NOW, zone=BERLIN
    )
    assert told.all.given.acts == 1
