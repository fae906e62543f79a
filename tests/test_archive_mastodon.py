"""Mastodon's archive: what the blogger wrote, passed on and liked."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from archives import ME, PUBLIC, boost, collection, mention, packed, said, status, tarred, told, written
from conversation.acts import Act, Direction, Kind, Problem
from conversation.sources.archive import recognise
from conversation.sources.archive_mastodon import parse_likes
from conversation.sources.outbox import parse_outbox, whose


def parsed(items: list[object], where: str = "o") -> tuple[tuple[Act, ...], tuple[Problem, ...]]:
    """The acts and problems of an outbox of these items."""
    found = list(parse_outbox(items, whose(items), source="a", where=where))
    acts = tuple(each for each in found if isinstance(each, Act))
    return acts, tuple(each for each in found if isinstance(each, Problem))


def acts_of(*items: object) -> tuple[Act, ...]:
    """The acts in an outbox of these items, which has no problems."""
    acts, problems = parsed(list(items))
    assert problems == ()
    assert all(act.direction is Direction.GIVEN for act in acts)
    return acts


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
    acts, problems = parsed([*items, status(2)], "outbox.json")
    assert len(acts) == 2
    assert [problem.where for problem in problems] == [f"outbox.json, item {n}" for n in (1, 2, 3, 4, 5)]


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
    acts, problems = parsed(items)
    assert len(acts) <= len(items)
    assert all(problem.where.startswith("o, item ") for problem in problems)
    for act in acts:
        json.dumps(structs.asdict(act), default=str).encode()
        assert act.id.encode()
        assert act.kind in (Kind.REPLY, Kind.QUOTE, Kind.REPOST, Kind.NOTE)


@given(st.lists(JSON | st.sampled_from(["https://other.example/1", {"id": ME}]), max_size=4))
def test_likes_of_any_json(items: list[object]) -> None:
    """Whatever stands among the likes is a like or a problem."""
    found = list(parse_likes(items, source="a", where="o"))
    assert len(found) == len(items)
    assert all(isinstance(each, Problem) or each.kind is Kind.LIKE for each in found)


def test_whole_archive_packed_or_not(tmp_path: Path) -> None:
    """The archive is read as it came, by zip or tar, as a folder, and document by document: it is always the same."""
    liked = "https://other.example/users/bob/statuses/7"
    members = {
        "actor.json": json.dumps({"type": "Person", "id": ME, "tag": [], "attachment": [{"type": "PropertyValue"}]}),
        "outbox.json": collection("outbox", [status(1), status(2)]),
        "likes.json": collection("likes", [liked]),
        "bookmarks.json": collection("bookmarks", ["https://other.example/users/bob/statuses/8"]),
        "media/1.jpeg": b"\xff\xd8",
    }
    folder = tmp_path / "archive"
    for name, content in members.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    likes, outbox = said(folder / "likes.json"), said(folder / "outbox.json")
    assert [(act.kind, act.target, act.published, act.to.handle) for act in likes] == [
        (Kind.LIKE, liked, None, "@bob@other.example")
    ]
    for path in (
        folder,
        packed(tmp_path / "a.zip", members),
        tarred(tmp_path / "a.tar.gz", members),
        tarred(tmp_path / "a.tar", members),
    ):
        assert recognise(path) == "mastodon"
        assert said(path) == (*likes, *outbox)


def test_bookmarks_are_private(tmp_path: Path) -> None:
    """What was bookmarked on Mastodon nobody else can see, so it is no act."""
    assert told(written(tmp_path, collection("bookmarks", ["https://other.example/1"]))) == ((), ())


def test_likes_that_are_none(tmp_path: Path) -> None:
    """What is no address among the likes is named with its place."""
    acts, problems = told(written(tmp_path, collection("likes", ["https://other.example/1", "mail:bob", 5])))
    assert [act.id for act in acts] == ["like:https://other.example/1"]
    assert [problem.where for problem in problems] == ["archive.json, item 2", "archive.json, item 3"]


def test_own_posts_on_servers_whose_addresses_name_nobody() -> None:
    """An answer to oneself is a note on Pleroma and its kin too, whichever of the two stands first."""
    here = "https://pleroma.example/objects"
    first = status(1, id=f"{here}/a", url=f"{here}/a", inReplyTo=f"{here}/b")
    second = status(2, id=f"{here}/b", url=f"{here}/b", inReplyTo=f"{here}/of-bob")
    assert [act.kind for act in acts_of(first, second)] == [Kind.NOTE, Kind.REPLY]
