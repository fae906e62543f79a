"""Archives: what is in the files that services give out, told the same on every day."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.acts import Act, Direction, Kind
from conversation.errors import ArchiveError
from conversation.http import Client
from conversation.sources import Ask, Batch, Source
from conversation.sources.archive import MAX_BYTES, SERVICE, read, recognise
from conversation.sources.outbox import is_outbox, parse_outbox
from odd_mentions import mentions

NOW = datetime(2026, 5, 1, tzinfo=UTC)
POSTS = [f"https://blog.example/{n}.html" for n in range(5)]
ME = "https://social.example/users/ada"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A client that archives never use."""
    with Client() as one:
        yield one


def written(folder: Path, value: object, name: str = "archive.json") -> Path:
    """`value` as a JSON file."""
    path = folder / name
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def pulled(path: Path, client: Client, cursor: dict[str, str] | None = None, **ask: object) -> list[Batch]:
    """What the source says of a file."""
    source = Source("archive", "archive", {"path": path.name}, root=path.parent)
    plain: dict[str, object] = {"posts": (), "full": False, "now": NOW, "sites": ("https://blog.example",)}
    return list(SERVICE.pull(source, Ask(cursor=cursor or {}, **(plain | ask)), client))  # type: ignore[arg-type]


def status(number: int, content: str = "<p>Hello.</p>", **values: object) -> dict[str, object]:
    """A public status of Ada's as Mastodon exports it."""
    url = f"{ME}/statuses/{number}"
    note = {
        "id": url,
        "type": "Note",
        "summary": None,
        "inReplyTo": None,
        "published": "2024-03-01T10:20:30Z",
        "url": f"https://social.example/@ada/{number}",
        "attributedTo": ME,
        "to": [PUBLIC],
        "cc": [f"{ME}/followers"],
        "content": content,
        "contentMap": {"en": content},
        "tag": [],
    }
    note |= {name.replace("_", ""): value for name, value in values.items()}
    who = {name: note[name] for name in ("to", "cc", "published")}
    return {"id": f"{url}/activity", "type": "Create", "actor": ME, "object": note, **who}


def boost(number: int, target: object, **values: object) -> dict[str, object]:
    """A boost as Mastodon exports it."""
    plain = {"id": f"{ME}/statuses/{number}/activity", "type": "Announce", "actor": ME, "object": target}
    return {**plain, "published": "2024-03-02T10:20:30Z", "to": [PUBLIC], "cc": [], **values}


def acts_of(*items: object) -> tuple[Act, ...]:
    """The acts in an outbox of these items, which has no problems."""
    acts, problems = parse_outbox({"type": "OrderedCollection", "orderedItems": list(items)}, source="a", where="o")
    assert problems == ()
    assert all(act.direction is Direction.GIVEN for act in acts)
    return acts


def mention(name: str, href: str) -> dict[str, str]:
    """A tag that names somebody."""
    return {"type": "Mention", "name": name, "href": href}


def test_reply_to_somebody_else() -> None:
    """A reply is given to the one whose status it answers, whom the text links to; the greeting is no word."""
    text = '<p><a href="https://other.example/@bob" class="u-url mention">@bob</a> You are right, 100%.<br>Thanks!</p>'
    tags = [
        mention("@carl", "https://social.example/users/carl"),
        mention("@bob@other.example", "https://other.example/users/bob"),
    ]
    (act,) = acts_of(status(1, text, inReplyTo="https://other.example/users/bob/statuses/7", tag=tags))
    assert (act.kind, act.target) == (Kind.REPLY, "https://other.example/users/bob/statuses/7")
    assert (act.to.url, act.to.handle) == ("https://other.example/@bob", "@bob@other.example")
    assert act.text == "@bob You are right, 100%.\nThanks!"
    assert act.words == 5
    assert (act.channel, act.url) == ("mastodon", "https://social.example/@ada/1")
    assert act.published == datetime(2024, 3, 1, 10, 20, 30, tzinfo=UTC)


def test_addressee_without_a_tag() -> None:
    """Where nobody is named the address says who it was; where that says nothing either, nobody is made up."""
    one, two = acts_of(
        status(1, inReplyTo="https://other.example/users/Bob/statuses/7"),
        status(2, inReplyTo="https://pleroma.example/objects/1234-abcd"),
    )
    assert (one.to.url, one.to.handle) == ("https://other.example/@Bob", "@Bob@other.example")
    assert two.kind is Kind.REPLY
    assert two.to.key == ""


def test_notes() -> None:
    """What answers nobody is a note, a reply to oneself too; one that names somebody is a mention of them."""
    tag = '<a href="https://social.example/tags/kind" class="mention hashtag">#kind</a>'
    text = f'<p>{tag} <a href="https://blog.example/a.html">A post</a></p>'
    hashtag = {"type": "Hashtag", "name": "#kind", "href": "https://social.example/tags/kind"}
    one, two, three, four = acts_of(
        status(1, text, tag=[hashtag]),
        status(2, inReplyTo=f"{ME}/statuses/1"),
        status(3, inReplyTo="https://social.example/@ada/999"),
        status(4, "<p>@bob hi</p>", tag=[mention("@bob", "https://social.example/users/bob")]),
    )
    assert [act.kind for act in (one, two, three, four)] == [Kind.NOTE, Kind.NOTE, Kind.NOTE, Kind.MENTION]
    assert one.target == "https://blog.example/a.html"
    assert two.parent == f"{ME}/statuses/1"
    assert three.target == ""
    assert four.to.handle == "@bob@social.example"


def test_boosts_and_quotes() -> None:
    """A boost of somebody else is a repost given, of oneself a note; a quote is a quote."""
    one, two, three = acts_of(
        boost(1, "https://other.example/users/bob/statuses/7"),
        boost(2, f"{ME}/statuses/3"),
        status(3, quote="https://other.example/users/bob/statuses/8"),
    )
    assert (one.kind, one.to.handle, one.url) == (Kind.REPOST, "@bob@other.example", f"{ME}/statuses/1")
    assert two.kind is Kind.NOTE
    assert (three.kind, three.target) == (Kind.QUOTE, "https://other.example/users/bob/statuses/8")


def test_only_what_was_for_everybody() -> None:
    """Public and unlisted statuses are told; followers-only and direct ones leave no trace, not even a problem."""
    acts = acts_of(
        status(1),
        status(2, to=[f"{ME}/followers"], cc=["as:Public"]),
        status(3, to=[f"{ME}/followers"], cc=[]),
        status(4, to="https://other.example/users/bob", cc=None),
        boost(5, "https://other.example/users/bob/statuses/7", to=[f"{ME}/followers"]),
    )
    assert [act.id for act in acts] == [f"{ME}/statuses/1", f"{ME}/statuses/2"]


def test_warning_language_and_edits() -> None:
    """A content warning stays with its text, a text only in a language map is found, the last edit is kept."""
    (act,) = acts_of(
        status(1, content=None, contentMap={"de": "<p>Grüße</p>"}, summary="spoiler", updated="2024-03-05T00:00:00Z")
    )
    assert (act.text, act.warning, act.words) == ("Grüße", "spoiler", 1)
    assert act.updated == datetime(2024, 3, 5, tzinfo=UTC)


def test_items_that_tell_nothing() -> None:
    """Every item that gives no act is told with its place; the rest is taken."""
    items = [
        "https://other.example/1",
        {"type": "Like", "object": "x"},
        {"type": "Create"},
        {},
        status(1, published="x"),
    ]
    acts, problems = parse_outbox({"orderedItems": [*items, status(2)]}, source="a", where="outbox.json")
    assert len(acts) == 2
    assert [problem.where for problem in problems] == [f"outbox.json, item {n}" for n in (1, 2, 3, 4, 5)]


def test_mentions_of_a_file(tmp_path: Path, client: Client) -> None:
    """A file of mentions whose numbers were dropped or repeated gives every act once, however often it stands there."""
    made = mentions(2_300, POSTS)
    entries = [{**entry, "wm-id": 7 if n % 2 else None} for n, entry in enumerate(made.entries)]
    batches = pulled(written(tmp_path, {"children": entries + entries[:100]}), client)
    acts = [act for batch in batches for act in batch.acts]
    assert len({act.id for act in acts}) == len(made.entries) - made.private - made.repeated
    assert {batch.complete for batch in batches[:-1]} == {()}
    assert batches[-1].complete == ("*",)
    assert len(batches) == 3


def test_same_on_another_day(tmp_path: Path, client: Client) -> None:
    """A file is of the day of its newest entry that can be true, and says nothing at all when it has not changed."""
    entries = [
        {"wm-target": POSTS[0], "url": f"https://p{n}.example/", "published": f"20{n}-01-01"} for n in (24, 25, 31)
    ]
    path = written(tmp_path, entries)
    first, later = pulled(path, client), pulled(path, client, now=NOW + timedelta(days=300))
    assert first == later
    assert first[-1].pulled == datetime(2025, 1, 1, tzinfo=UTC)
    assert first[-1].cursor is not None
    assert pulled(path, client, dict(first[-1].cursor)) == []
    assert pulled(path, client, dict(first[-1].cursor), full=True) == first
    written(tmp_path, entries[:1])
    assert len(pulled(path, client, dict(first[-1].cursor))[0].acts) == 1


def test_paths_are_on_the_site(tmp_path: Path, client: Client) -> None:
    """A cache by path belongs to the site's own pages."""
    path = written(tmp_path, {"/0.html": [{"type": "entry", "url": "https://noor.example/"}]})
    assert [act.target for act in pulled(path, client)[0].acts] == POSTS[:1]


def test_recognised_by_content(tmp_path: Path) -> None:
    """The name of a file does not matter; `read` gives its acts to the import under the name of a source."""
    assert recognise(written(tmp_path, {"orderedItems": [status(1)]}, "a.txt")) == "outbox"
    path = written(tmp_path, {"children": []}, "outbox.json")
    assert recognise(path) == "jf2"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps({"orderedItems": [status(1)]}).encode())
    batches = list(read(path, "my archive", NOW))
    assert [act.source for act in batches[0].acts] == ["my archive"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"children": [\n  {"a": 1},\n  oops]}', "archive.json, line 3, column 3"),
        (b"", "line 1, column 1"),
        (b"window.YTD.tweets.part0 = []", "line 1, column 1"),
        (b'{"a":\n"\xff"}', "line 2: is not UTF-8"),
        (b'{"orderedItems": ["https://other.example/1"]}', "likes.json"),
        (b'{"a": 1}', "no archive of a kind known"),
        (b"5", "no archive of a kind known"),
        (b"PK\x03\x04rest", "unpack it"),
        (b"[" * 100_000, "RecursionError"),
        (b"1" * 5_000, "ValueError"),
    ],
)
def test_damaged_and_other_files(tmp_path: Path, client: Client, content: bytes, words: str) -> None:
    """A file that cannot be read as an archive is named, with the place and what to do."""
    path = tmp_path / "archive.json"
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match=r"archive\.json") as error:
        pulled(path, client)
    assert words in str(error.value)


def test_no_file(tmp_path: Path, client: Client) -> None:
    """A missing file, a folder and a file beyond all bounds each have their own words."""
    with pytest.raises(ArchiveError, match="no such file"):
        pulled(tmp_path / "none.json", client)
    (tmp_path / "folder").mkdir()
    with pytest.raises(ArchiveError, match="is a folder"):
        pulled(tmp_path / "folder", client)
    with (tmp_path / "big.json").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(ArchiveError, match="larger than 100 MiB"):
        pulled(tmp_path / "big.json", client)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
NAMES = [
    *("id", "type", "url", "summary", "inReplyTo", "published", "content"),
    *("contentMap", "quote", "tag", "to", "cc", "name", "href", "updated"),
]
VALUES = JSON | st.sampled_from([ME, PUBLIC, "Note", "Mention", f"{ME}/statuses/1", "https://other.example/@bob/12"])
THINGS = st.dictionaries(st.sampled_from(NAMES), VALUES)
ITEMS = st.fixed_dictionaries(
    {"type": st.sampled_from(["Create", "Announce", "Like"]), "object": THINGS | VALUES},
    optional={"actor": VALUES, "to": VALUES, "id": VALUES},
)


@given(st.lists(ITEMS | JSON, max_size=4))
def test_outbox_of_any_json(items: list[object]) -> None:
    """Whatever stands in an outbox, nothing is raised, and every act can be stored."""
    acts, problems = parse_outbox({"orderedItems": items}, source="a", where="o")
    assert len(acts) <= len(items)
    assert all(problem.where.startswith("o, item ") for problem in problems)
    for act in acts:
        json.dumps(dataclasses.asdict(act), default=str).encode()
        assert act.id.encode()
        assert act.kind in (Kind.REPLY, Kind.QUOTE, Kind.REPOST, Kind.NOTE)


@given(JSON)
def test_any_json_is_an_outbox_or_not(value: object) -> None:
    """Telling what a file is never fails."""
    assert is_outbox(value) in (True, False)
    assert parse_outbox(value, source="a", where="o")[0] == ()
