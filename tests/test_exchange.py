"""Export and import: what one store holds, another can become; what is no export is refused and changes nothing."""

from __future__ import annotations

import json
import re
import stat
import tempfile
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversation.acts import KINDS, Act, Count, Direction, Kind, Person, Problem, Proof
from conversation.errors import ArchiveError
from conversation.exchange import export, is_export, is_export_file, load_export, write_export
from conversation.sources import Batch, Copy, Snapshot
from conversation.store import Changes, Store
from faces import known
from making import SITE, act, post
from stores import NOW, SOURCE, later, pull

TARGET = f"{SITE}/a.html"
FACE = "https://p9.example/me.png"
IMAGE = b"RIFF\0\0\0\0WEBP\xff"
URL = "sqlite:///conversation.sqlite"

_texts = st.text(max_size=20)
_times = st.none() | st.datetimes(timezones=st.just(UTC))
_people = st.builds(Person, name=_texts, url=_texts, photo=_texts, handle=_texts)
_acts = st.builds(
    Act,
    direction=st.sampled_from(Direction),
    kind=st.sampled_from(KINDS),
    source=st.just(SOURCE),
    id=st.text(max_size=5),
    url=_texts,
    target=_texts,
    channel=_texts,
    author=_people,
    to=_people,
    published=_times,
    updated=_times,
    received=_times,
    title=_texts,
    text=_texts,
    html=_texts,
    warning=_texts,
    parent=_texts,
    fragment=_texts,
    rsvp=_texts,
    words=st.none() | st.integers(),
)


def _fill(store: Store) -> None:
    """Puts something of everything into a store."""
    said = act(1, html="<p>Hi</p>", text="Hi 👋", channel="mastodon", parent="https://p.example/0", received=NOW)
    liked = act(2, Kind.LIKE, direction=Direction.GIVEN, target="https://theirs.example/", to=Person("B", handle="@b"))
    pull(store, Batch(acts=(said, liked, act(3)), counts=(Count(SOURCE, TARGET, Kind.LIKE, 4),), cursor={"since": "9"}))
    number = store.begin(SOURCE, later(2))
    more = Batch(
        gone=("3",), counts=(Count(SOURCE, TARGET, Kind.LIKE, 5),), problems=(Problem("2", "x"), Problem("1", "y"))
    )
    store.commit(number, SOURCE, more, later(2))
    store.end(number, SOURCE, later(2), error="timeout", pulled=None)
    found = Batch(
        copies=(Copy(TARGET, "https://s.example/1"),),
        snapshots=(Snapshot("@ada@s.example", 3, 4), Snapshot("@b", None, 7)),
        acts=(act(9, author=Person("Nine", "https://p9.example/", FACE)),),
        proofs=(Proof("https://s.example/@nine", "https://p9.example/"),),
    )
    number = store.begin("mastodon", later(1))
    store.commit(number, "mastodon", found, later(1))
    store.end(number, "mastodon", later(1), error=None, pulled=later(1), unasked=12)
    pull(store, Batch(acts=(act(8, author=Person("Z", "https://z.example/")),)), source="other")
    store.mark_asked(SOURCE, [TARGET], later(1))
    store.save_posts([post("a.html", closed=later(9), fields={"reply_to": ("https://p.example/",)}), post("b.html")])
    store.save_matches([(TARGET, TARGET, "exact"), ("https://else.example/", "", "none")])
    store.save_pictures([known(FACE, image=IMAGE)])
    store.forget("https://z.example/")


def _copy(store: Store, folder: Path) -> tuple[bytes, bytes]:
    """The export of a store, and that of an empty store which took the first in."""
    first, second = folder / "first.json", folder / "second.json"
    write_export(store, first)
    with Store.open("sqlite:///copy.sqlite", folder) as copy:
        load_export(copy, first)
        assert copy.whole() == store.whole()
        write_export(copy, second)
    return first.read_bytes(), second.read_bytes()


def test_an_import_into_an_empty_store_reproduces_it(store: Store, tmp_path: Path) -> None:
    """Everything comes back: acts, states, cursors, problems, histories, tombstones, posts, matches, the forgotten."""
    _fill(store)
    first, second = _copy(store, tmp_path)
    assert first == second
    assert all(getattr(store.whole(), name) for name in store.whole().__slots__)


@settings(max_examples=25, deadline=None)
@given(
    copies=st.lists(st.builds(Copy, post=st.text(max_size=4), url=st.text(max_size=4)), max_size=4),
    numbers=st.lists(
        st.tuples(st.sampled_from("ab"), st.none() | st.integers(), st.none() | st.integers()), max_size=6
    ),
    batches=st.lists(st.lists(_acts, max_size=4), max_size=3),
    gone=st.lists(st.text(max_size=5), max_size=2),
    cursor=st.dictionaries(_texts, _texts, max_size=2),
    values=st.lists(st.integers(), max_size=3),
)
def test_any_store_survives_export_and_import(
    copies: list[Copy],
    numbers: list[tuple[str, int | None, int | None]],
    batches: list[list[Act]],
    gone: list[str],
    cursor: dict[str, str],
    values: list[int],
) -> None:
    """Whatever sources tell, with any letters and times, is the same after export and import, to the byte."""
    with tempfile.TemporaryDirectory() as folder, Store.open(URL, Path(folder)) as store:
        for number, acts in enumerate(batches):
            counts = tuple(Count(SOURCE, "t", Kind.LIKE, value) for value in values[number:])
            pull(store, Batch(acts=tuple(acts), cursor=cursor, counts=counts, gone=tuple(gone)), later(number))
        for hour, one in enumerate(numbers):
            pull(store, Batch(copies=tuple(copies[hour:]), snapshots=(Snapshot(*one),)), later(hour * 7))
        first, second = _copy(store, Path(folder))
        assert first == second


def test_an_export_of_the_first_version_is_still_read(store: Store, tmp_path: Path) -> None:
    """What was exported before copies and snapshots were known comes in as it was."""
    _fill(store)
    data = export(store)
    data["x-conversation"]["version"] = 1
    for name in ("copies", "snapshots", "proofs", "pictures"):
        del data["x-conversation"][name]
    for source in data["x-conversation"]["sources"]:
        del source["unasked"]
    path = tmp_path / "old.json"
    path.write_text(json.dumps(data))
    with Store.open("sqlite:///copy.sqlite", tmp_path) as copy:
        load_export(copy, path)
        assert (copy.whole().acts, copy.whole().counts) == (store.whole().acts, store.whole().counts)
        assert (copy.copies(), copy.snapshots(), copy.proofs()) == ({}, [], [])
        assert {state.unasked for state in copy.sources()} == {None}


def test_importing_twice_changes_nothing(store: Store, tmp_path: Path) -> None:
    """An import of what is there already adds nothing and deletes nothing."""
    _fill(store)
    path, again = tmp_path / "export.json", tmp_path / "again.json"
    write_export(store, path)
    assert load_export(store, path) == Changes(same=3)
    write_export(store, again)
    assert again.read_bytes() == path.read_bytes()


def test_a_pull_after_an_import_knows_what_is_complete(store: Store, tmp_path: Path) -> None:
    """Imported acts that a later full listing does not hold are gone, as if they had been pulled."""
    _fill(store)
    write_export(store, tmp_path / "export.json")
    with Store.open("sqlite:///copy.sqlite", tmp_path) as copy:
        load_export(copy, tmp_path / "export.json")
        assert pull(copy, Batch(acts=(act(7),), complete=("*",)), later(5)) == Changes(new=1, gone=2)


def test_merging_keeps_the_newer_of_both(tmp_path: Path) -> None:
    """Of two stores with a common past, the newer version, deletion, number and state of each thing stays."""
    path = tmp_path / "export.json"
    with Store.open("sqlite:///other.sqlite", tmp_path) as other:
        pull(other, Batch(acts=(act(1, text="old"), act(2, text="old"), act(3), act(4)), gone=("5",)), NOW)
        pull(other, Batch(acts=(act(1, text="newer"),), gone=("3", "4")), later(4))
        pull(other, Batch(counts=(Count(SOURCE, TARGET, Kind.LIKE, 2),), cursor={"from": "other"}), later(6))
        other.mark_asked(SOURCE, ["a", "b"], later(6))
        other.save_posts([post("a.html", title="theirs"), post("c.html")])
        theirs = Batch(copies=(Copy("a", "u1"), Copy("a", "u2")), snapshots=(Snapshot("@a", 1),))
        pull(other, theirs, later(2), "mastodon")
        write_export(other, path)
    with Store.open(URL, tmp_path) as store:
        pull(store, Batch(acts=(act(1, text="older"), act(3)), counts=(Count(SOURCE, TARGET, Kind.LIKE, 1),)), later(1))
        pull(store, Batch(acts=(act(2, text="newer"), act(4), act(6)), cursor={"from": "here"}), later(5))
        pull(store, Batch(counts=(Count(SOURCE, TARGET, Kind.LIKE, 2),)), later(7))
        store.mark_asked(SOURCE, ["b"], later(9))
        store.save_posts([post("a.html", title="ours")])
        pull(store, Batch(copies=(Copy("a", "u3"), Copy("a", "u1")), snapshots=(Snapshot("@a", 2),)), NOW, "mastodon")
        pull(store, Batch(snapshots=(Snapshot("@a", 9),)), later(2), "mastodon")
        assert load_export(store, path) == Changes(changed=1, gone=1, same=1)
        texts = {kept.act.id: (kept.act.text, kept.first_seen) for kept in store.received([TARGET])}
        assert texts == {"1": ("newer", NOW), "2": ("newer", NOW), "4": ("", later(5)), "6": ("", later(5))}
        assert store.cursor(SOURCE) == {"from": "here"}
        assert store.history(SOURCE, TARGET) == [(later(1), Kind.LIKE, 1), (later(6), Kind.LIKE, 2)]
        assert store.asked(SOURCE) == {"a": later(6), "b": later(9)}
        assert [one.title for one in store.posts()] == ["ours", "c.html"]
        assert store.copies() == {"mastodon": {"a": ("u1", "u3", "u2")}}
        assert [(one.snapshot.followers, one.at) for one in store.snapshots()] == [(2, NOW), (9, later(2))]


def test_an_act_is_gone_where_it_was_last_seen_before_it_went(tmp_path: Path) -> None:
    """An import revives what was seen again after its deletion here, and nothing else."""
    path = tmp_path / "export.json"
    with Store.open("sqlite:///other.sqlite", tmp_path) as other:
        pull(other, Batch(acts=(act(1), act(2))), later(1))
        pull(other, Batch(acts=(act(2),)), later(5))
        write_export(other, path)
    with Store.open(URL, tmp_path) as store:
        pull(store, Batch(acts=(act(1), act(2))), NOW)
        pull(store, Batch(gone=("1", "2")), later(3))
        assert load_export(store, path) == Changes(new=1)
        (kept,) = store.received([TARGET])
        assert (kept.act.id, kept.first_seen, kept.last_seen) == ("2", NOW, later(5))
        assert [one.id for one in store.whole().tombstones] == ["1"]


def test_an_exported_act_is_a_jf2_entry(store: Store) -> None:
    """Readers of webmention.io's JF2 find author, content, relation and target where they look for them."""
    _fill(store)
    data = export(store)
    assert (data["type"], is_export(data)) == ("feed", True)
    by_id = {child.pop("x-conversation")["id"]: child for child in data["children"]}
    assert by_id["1"] == {
        "type": "entry",
        "author": {"type": "card", "name": "Person 1", "url": "https://p1.example/"},
        "url": "https://p1.example/reply/1",
        "published": "2026-05-02T13:00:00+00:00",
        "wm-received": "2026-11-22T10:00:00+00:00",
        "wm-property": "in-reply-to",
        "wm-target": TARGET,
        "in-reply-to": TARGET,
        "content": {"text": "Hi 👋", "html": "<p>Hi</p>"},
    }
    assert by_id["2"]["like-of"] == "https://theirs.example/"
    assert not [name for name in by_id["2"] if name.startswith("wm-")]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_act_can_be_exported(kind: Kind, tmp_path: Path) -> None:
    """Each kind comes back as itself, also where JF2 has one word for several."""
    with Store.open(URL, tmp_path) as store:
        pull(store, Batch(acts=(act(1, kind),)))
        first, second = _copy(store, tmp_path)
    assert first == second


def test_an_export_has_one_act_a_line(store: Store, tmp_path: Path) -> None:
    """A changed act changes one line, so that exports can be compared."""
    path = tmp_path / "export.json"
    pull(store, Batch(acts=(act(1, text="a\u2028b\nc"), act(2))))
    write_export(store, path)
    before = path.read_text(encoding="utf-8").split("\n")
    assert json.loads(path.read_bytes())["type"] == "feed"
    pull(store, Batch(acts=(act(2, text="new"),)))
    write_export(store, path)
    after = path.read_text(encoding="utf-8").split("\n")
    assert len([1 for old, new in zip(before, after, strict=True) if old != new]) == 1


def test_an_export_is_for_its_owner_only_and_leaves_no_rest(store: Store, tmp_path: Path) -> None:
    """The file names people: nobody else may read it; and no temporary file stays behind."""
    path = tmp_path / "out" / "export.json"
    path.parent.mkdir()
    path.write_text("old")
    write_export(store, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["export.json"]
    with pytest.raises(ArchiveError, match="cannot be written"):
        write_export(store, tmp_path / "missing" / "export.json")
    with pytest.raises(ArchiveError, match="cannot be written"):
        write_export(store, tmp_path / "out")
    assert [file.name for file in path.parent.iterdir()] == ["export.json"]


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """An export with something of everything in it."""
    path = tmp_path / "export.json"
    with Store.open("sqlite:///exported.sqlite", tmp_path) as store:
        _fill(store)
        write_export(store, path)
    return path


def assert_refused(path: Path, folder: Path, says: str) -> None:
    with Store.open(URL, folder) as store:
        with pytest.raises(ArchiveError, match=says):
            load_export(store, path)
        assert store.whole().acts == ()
        assert store.sources() == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[1]",
        b'{"type": "feed", "children": []}',
        b'{"x-conversation": {}}',
        b"\xff\x00",
        b"Date,Link,Message\n",
    ],
)
def test_a_file_of_another_kind_is_no_export(content: bytes, tmp_path: Path) -> None:
    """Other JF2, other JSON and other files are told from exports and refused."""
    path = tmp_path / "other"
    path.write_bytes(content)
    assert not is_export_file(path)
    assert_refused(path, tmp_path, "is not an export")


def test_what_is_not_there_is_no_export(tmp_path: Path) -> None:
    """A missing file and a folder get a message, not a traceback."""
    assert not is_export_file(tmp_path)
    assert_refused(tmp_path / "missing", tmp_path, "cannot be read")
    assert_refused(tmp_path, tmp_path, "cannot be read")


def test_an_export_that_was_cut_off_is_refused_as_such(exported: Path, tmp_path: Path) -> None:
    """Half an export is known as one, refused, and nothing of it is taken."""
    exported.write_bytes(exported.read_bytes()[:-100])
    assert is_export_file(exported)
    assert_refused(exported, tmp_path, "cut off")


def test_deeply_nested_json_is_refused(tmp_path: Path) -> None:
    """A hostile file cannot exhaust the stack."""
    path = tmp_path / "deep.json"
    path.write_bytes(b'{"x": "pelican-conversation export", "y": ' + b"[" * 200_000)
    assert_refused(path, tmp_path, "not JSON")


@pytest.mark.parametrize("version", [4, "1", True, None])
def test_an_export_of_an_unknown_version_is_refused(exported: Path, tmp_path: Path, version: object) -> None:
    """A newer export is not half understood: the message says to upgrade."""
    data = json.loads(exported.read_bytes())
    data["x-conversation"]["version"] = version
    exported.write_text(json.dumps(data))
    assert is_export_file(exported)
    assert_refused(exported, tmp_path, re.escape(f"version {version!r}"))


def _damage(data: dict[str, Any], where: str, value: object) -> None:
    """Puts `value` in the place of what the dotted path `where` names."""
    *path, last = (int(step) if step.isdecimal() else step for step in where.split("."))
    inner: Any = data
    for step in path:
        inner = inner[step]
    inner[last] = value


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("children", {}),
        ("children.1", None),
        ("children.1.x-conversation", "x"),
        ("children.1.x-conversation.kind", "shout"),
        ("children.1.x-conversation.id", 7),
        ("children.1.x-conversation.words", True),
        ("children.1.x-conversation.first_seen", None),
        ("children.1.x-conversation.first_seen", "2026-01-01T00:00:00"),
        ("children.1.author", "Ada"),
        ("children.1.published", "yesterday"),
        ("children.1.published", "0001-01-01T00:00:00+05:00"),
        ("x-conversation.sources.0.cursor", {"a": 1}),
        ("x-conversation.sources.0.outcome", "fine"),
        ("x-conversation.sources.0.problems", [["a"]]),
        ("x-conversation.tombstones.0", ["a", "b"]),
        ("x-conversation.counts.0.4", 1.5),
        ("x-conversation.asked", "x"),
        ("x-conversation.posts.0.title", 7),
        ("x-conversation.posts.0.closed", "never"),
        ("x-conversation.posts.0.surprise", "x"),
        ("x-conversation.matches.0", "abc1"),
        ("x-conversation.forgotten.0.1", "zz"),
        ("x-conversation.copies.0", ["mastodon", "a", "b"]),
        ("x-conversation.copies.0.2", None),
        ("x-conversation.snapshots.0.3", "many"),
        ("x-conversation.pictures.0", ["a", "b"]),
        ("x-conversation.pictures.0.1", "image/svg+xml"),
        ("x-conversation.pictures.0.2", "PHN2Zz4="),
        ("x-conversation.pictures.0.2", "not base64"),
        ("x-conversation.pictures.0.3", None),
        ("x-conversation.sources.0.unasked", 1.5),
    ],
)
def test_a_damaged_export_is_refused_wholly(exported: Path, tmp_path: Path, where: str, value: object) -> None:
    """One wrong value anywhere is named with its place, and nothing of the file is taken."""
    data = json.loads(exported.read_bytes())
    _damage(data, where, value)
    exported.write_text(json.dumps(data))
    name = next(step for step in where.split(".") if step != "x-conversation")
    assert_refused(exported, tmp_path, rf"damaged.*{name}.*Nothing was imported")


def test_an_export_written_by_other_hands_is_read(exported: Path, tmp_path: Path) -> None:
    """Order, spaces and escapes of the JSON do not matter."""
    data = json.loads(exported.read_bytes())
    other = tmp_path / "other.json"
    other.write_text(json.dumps(dict(reversed(data.items())), indent=4))
    assert is_export_file(other)
    with Store.open(URL, tmp_path) as store:
        assert load_export(store, other).new == 3
        write_export(store, other)
    assert other.read_bytes() == exported.read_bytes()


def test_a_source_keeps_its_last_success_when_merged(tmp_path: Path) -> None:
    """A failed last try in one store does not hide that the other reached the source."""
    path = tmp_path / "export.json"
    with Store.open("sqlite:///other.sqlite", tmp_path) as other:
        number = other.begin(SOURCE, later(5))
        other.end(number, SOURCE, later(5), error="down", pulled=None)
        write_export(other, path)
    with Store.open(URL, tmp_path) as store:
        pull(store, Batch(), NOW)
        load_export(store, path)
        (state,) = store.sources()
    assert (state.state, state.pulled, state.tried, state.error) == ("stale", NOW, later(5), "down")
