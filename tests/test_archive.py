"""Archives: what is in the files that services give out, told the same on every day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from archives import (
    NOW,
    collection,
    disqus,
    disqus_post,
    isso,
    packed,
    scripted,
    status,
    tweet,
    written,
    wxr,
    wxr_comment,
)
from conversation.acts import KINDS, Direction, Kind, Person
from conversation.errors import ArchiveError
from conversation.exchange import write_export
from conversation.http import Client
from conversation.sources import Ask, Batch, Source
from conversation.sources.archive import BATCH, MAX_PROBLEMS, SERVICE, read, recognise
from conversation.store import Changes, Store
from making import act
from odd_mentions import mentions
from stores import SOURCE, pull

POSTS = [f"https://blog.example/{n}.html" for n in range(5)]


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A client that archives never use."""
    with Client() as one:
        yield one


def pulled(path: Path, client: Client, cursor: dict[str, str] | None = None, **ask: object) -> list[Batch]:
    """What the source says of a file, to its end."""
    return list(pulling(path, client, cursor, **ask))


def pulling(path: Path, client: Client, cursor: dict[str, str] | None = None, **ask: object) -> Iterator[Batch]:
    """What the source says of a file."""
    source = Source("archive", "archive", {"path": path.name}, root=path.parent)
    plain: dict[str, object] = {"posts": (), "full": False, "now": NOW, "sites": ("https://blog.example",)}
    return SERVICE.pull(source, Ask(cursor=cursor or {}, **(plain | ask)), client)  # type: ignore[arg-type]


def test_mentions_of_a_file(tmp_path: Path, client: Client) -> None:
    """A file of mentions whose numbers were dropped or repeated gives every act once, however often it stands there."""
    made = mentions(2_300, POSTS)
    entries = [{**entry, "wm-id": 7 if n % 2 else None} for n, entry in enumerate(made.entries)]
    batches = pulled(written(tmp_path, {"children": entries + entries[:100]}), client)
    acts = [act for batch in batches for act in batch.acts]
    assert len({act.id for act in acts}) == len(made.entries) - made.private - made.repeated
    assert {batch.complete for batch in batches[:-1]} == {()}
    assert batches[-1].complete == ("*",)
    assert len(batches) == 5


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
    assert recognise(written(tmp_path, {"orderedItems": [status(1)]}, "a.txt")) == "mastodon"
    path = written(tmp_path, {"children": []}, "outbox.json")
    assert recognise(path) == "jf2"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps({"orderedItems": [status(1)]}).encode())
    batches = list(read(path, "my archive", NOW))
    assert [act.source for act in batches[0].acts] == ["my archive"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"children": [\n  {"a": 1},\n  oops]}', "archive.json, line 3, column 3"),
        (b"", "no archive of a kind known"),
        (b"window.YTD.direct_messages.part0 = []", "no archive of a kind known"),
        (b'{"a":\n"\xff"}', "line 2: is not UTF-8"),
        (b'{"orderedItems": ["https://other.example/1",\n]}', "line 2, column 1"),
        (b'{"orderedItems": []} []', "line 1, column 22: is no JSON here (Extra data)"),
        (b'{"orderedItems": [', "is the file complete?"),
        (b'{"a": 1}', "no archive of a kind known"),
        (b"5", "no archive of a kind known"),
        (b"PK\x03\x04rest", "damaged or cut off"),
        (b"\x1f\x8brest", "damaged or cut off"),
        (b"SQLite format 3\x00rest", "damaged database"),
        (b"[" * 100_000, "RecursionError"),
        (b"[" + b"1" * 5_000 + b"]", "ValueError"),
        (b'["' + b"x" * (5 << 20), "holds an entry longer than 4 MiB"),
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
    """A missing file and a folder without any archive each have their own words."""
    with pytest.raises(ArchiveError, match="no such file"):
        pulled(tmp_path / "none.json", client)
    (tmp_path / "folder").mkdir()
    with pytest.raises(ArchiveError, match="no archive of a kind known"):
        pulled(tmp_path / "folder", client)


def test_mixed_folder(tmp_path: Path, client: Client) -> None:
    """A folder of several archives is one source; what is none of them is left alone, what is damaged is named."""
    (tmp_path / "all").mkdir()
    written(tmp_path / "all", {"children": [{"type": "entry", "wm-target": POSTS[0]}]}, "b.json")
    written(tmp_path / "all", scripted("tweets", [tweet(1, "Hello.")]), "tweets.js")
    written(tmp_path / "all", scripted("account", [{"account": {"username": "ada"}}]), "account.js")
    written(tmp_path / "all", '{"name": "some package"}', "package.json")
    written(tmp_path / "all", "name,age\nBea,7\n", "people.csv")
    written(tmp_path / "all", "(function () {})()", "site.js")
    written(tmp_path / "all", "<rss/>", "feed.xml")
    assert recognise(tmp_path / "all") == "jf2+x"
    (whole,) = pulled(tmp_path / "all", client)
    assert len(whole.acts) == 2
    assert (whole.problems, whole.complete) == ((), ("*",))
    written(tmp_path / "all", '[{"type": "entry", "wm-target": "https://blog.example/"},\n oops', "c.json")
    (damaged,) = pulled(tmp_path / "all", client)
    assert (damaged.acts, damaged.complete) == (whole.acts, ())
    assert [problem.where for problem in damaged.problems] == ["all, c.json"]
    assert "line 2, column 2: is no JSON here" in damaged.problems[0].what


def test_damage_keeps_what_is_known(tmp_path: Path, client: Client) -> None:
    """Of a file that was cut off the beginning is taken; nothing is taken for deleted because of what is missing."""
    path = written(tmp_path, collection("outbox", [status(n) for n in range(BATCH + 100)]))
    whole = [act for batch in pulled(path, client) for act in batch.acts]
    path.write_bytes(path.read_bytes()[:-2_000])
    for batches in (read(path, "archive", NOW), pulling(path, client)):
        taken: list[Batch] = []
        with pytest.raises(ArchiveError, match=r"archive\.json, line 1, column \d+: is no JSON here .* complete\?"):
            taken.extend(batches)
        acts = [act for batch in taken for act in batch.acts]
        assert BATCH < len(acts) < len(whole)
        assert acts == whole[: len(acts)]
        assert all(batch.complete == () and batch.cursor is None for batch in taken)


def test_import_is_for_good(tmp_path: Path) -> None:
    """An import never says that it is everything: a second archive of the same kind does not replace the first."""
    batches = list(read(written(tmp_path, [{"wm-target": POSTS[0]}]), "import:jf2", NOW))
    assert [batch.complete for batch in batches] == [()]


def test_many_problems_are_counted(tmp_path: Path, client: Client) -> None:
    """A file of nothing but nonsense fills neither the memory nor the store with its problems."""
    path = written(tmp_path, [{"type": "entry"}] * (MAX_PROBLEMS + 50))
    (batch,) = pulled(path, client)
    assert len(batch.problems) == MAX_PROBLEMS + 1
    assert str(batch.problems[-1]) == "archive.json: 50 more entries have problems"


def test_changes_in_packed_archives_are_noticed(tmp_path: Path, client: Client) -> None:
    """A zip and a folder are read again when a document in them has changed, and only then."""
    for name in ("a.zip", "folder"):
        seen = []
        for text in ("Hello.", "Hello.", "Hullo."):
            members = {"tweets.js": scripted("tweets", [tweet(1, text)]), "1.jpg": text * len(seen)}
            path = packed(tmp_path / name, members) if name == "a.zip" else tmp_path / name
            if name == "folder":
                path.mkdir(exist_ok=True)
                written(path, members["tweets.js"], "tweets.js")
            batches = pulled(path, client, seen[-1] if seen else None)
            seen += [dict(batch.cursor) for batch in batches if batch.cursor]
        assert len(seen) == 2
        assert seen[0] != seen[1]


def test_export_as_an_archive(tmp_path: Path) -> None:
    """An export of this plugin may be an archive of another site: its acts come back, given and received."""
    received = act(
        1, text="Hi", html="<p>Hi</p>", channel="mastodon", author=Person("B", "https://b.example/", handle="@b")
    )
    gave = act(
        2, Kind.LIKE, direction=Direction.GIVEN, target="https://theirs.example/", to=Person(handle="@b"), words=3
    )
    note = act(3, Kind.NOTE, direction=Direction.GIVEN, target="", warning="tea", author=Person())
    with Store.open("sqlite:///a.sqlite", tmp_path) as store:
        pull(store, Batch(acts=(received, gave, note)))
        write_export(store, tmp_path / "export.json")
    batches = list(read(tmp_path / "export.json", "old site", NOW))
    assert batches[0].problems == ()
    by_id = {act.id: act for act in batches[0].acts}
    for each in (received, gave, note):
        came = by_id[f"{each.source}:{each.id}"]
        assert came == structs.replace(each, source="old site", id=came.id)


def test_importing_twice_adds_nothing(tmp_path: Path) -> None:
    """Every kind of archive gives its acts under ids that stay, so that a second import finds all of them there."""
    folder = tmp_path / "all"
    folder.mkdir()
    written(folder, scripted("tweets", [tweet(1, "Hello."), tweet(2, "RT @bea: Hm.")]), "tweets.js")
    written(folder, scripted("like", [{"like": {"tweetId": "7"}}]), "like.js")
    written(folder, collection("outbox", [status(1)]), "outbox.json")
    written(folder, collection("likes", ["https://other.example/1"]), "likes.json")
    written(folder, "Date,Link,Message\n2026-01-01 10:00:00,https://www.linkedin.com/x,Yes.\n", "Comments.csv")
    written(folder, disqus(disqus_post(70)), "disqus.xml")
    written(folder, wxr(wxr_comment(12)), "wordpress.xml")
    written(folder, [{"type": "entry", "wm-target": POSTS[0]}], "mentions.json")
    isso(folder / "comments.db", [(1, 1, None, 1, "Yes.", "Bea", None)])
    assert recognise(folder) == "disqus+isso+jf2+linkedin+mastodon+wordpress+x"
    with Store.open("sqlite:///a.sqlite", tmp_path) as store:
        first = pull(store, *read(folder, SOURCE, NOW, "https://blog.example"))
        again = pull(store, *read(folder, SOURCE, NOW + timedelta(days=9), "https://blog.example"))
    assert first.new == 10
    assert again == Changes(same=10)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
EXTRA = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("target", "channel", "words", "to", "source", "parent", "fragment", "warning", "id"), JSON),
        "direction": st.sampled_from(["given", "received"]) | JSON,
        "kind": st.sampled_from(KINDS) | JSON,
    },
)


@given(
    st.fixed_dictionaries({"type": st.just("entry"), "x-conversation": EXTRA | JSON, "author": JSON, "like-of": JSON})
)
def test_exported_entries_of_any_json(tmp_path_factory: pytest.TempPathFactory, entry: dict[str, object]) -> None:
    """Whatever stands in an entry that claims to be an export's, it is an act that can be stored, or a problem."""
    (batch,) = read(written(tmp_path_factory.getbasetemp(), [entry], "export.json"), "a", NOW)
    assert len(batch.acts) + len(batch.problems) >= 1
    for each in batch.acts:
        json.dumps(structs.asdict(each), default=str).encode()
