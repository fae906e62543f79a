"""JSON read piece by piece, as the standard library reads it whole."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.errors import ArchiveError
from conversation.sources.archive_json import Reader
from conversation.sources.jf2_documents import entries_in, entries_of


class Drops(io.BytesIO):
    """A stream that gives a few bytes at a time."""

    def read(self, size: int | None = -1) -> bytes:
        """At most three bytes."""
        return super().read(min(size, 3) if size and size > 0 else size)


def reader(text: str | bytes) -> Reader:
    return Reader(Drops(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")), "a.json")


def whole(one: Reader) -> object:
    """A document, walked as far as it can be."""
    opening = one.peek()
    if opening == "[":
        return list(one.items())
    return {name: whole(one) for name in one.members()} if opening == "{" else one.value()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)


@given(JSON, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_the_same_as_read_whole(value: object, indent: int | str | None, ascii_only: bool) -> None:  # noqa: FBT001
    """However a document is cut into pieces and spaced, the same values come out, and nothing is left."""
    one = reader("\ufeff \n" + json.dumps(value, indent=indent, ensure_ascii=ascii_only) + "\n")
    assert whole(one) == value
    one.finish()


@given(st.text(st.sampled_from('[]{},:"\\0123456789.eE+-truefalsn \n\té\ud800'), max_size=30))
def test_breaks_where_json_breaks(text: str) -> None:
    """What is no JSON raises ArchiveError and nothing else; what is gives what it is."""
    data = text.encode("utf-8", "surrogatepass")
    try:
        value = json.loads(data.decode())
    except ValueError:
        with pytest.raises(ArchiveError, match=r"a\.json, line \d"):  # noqa: PT012 - it may break at either
            one = reader(data)
            whole(one)
            one.finish()
    else:
        one = reader(data)
        assert whole(one) == value
        one.finish()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"[1,\n 2,\n  oops]", "line 3, column 3: is no JSON here (Expecting value)"),
        (b"[1,\n 2", "line 2, column 3: is no JSON here (Expecting ',')"),
        (b'{"a": 1,\n "b" 2}', "line 2, column 6: is no JSON here (Expecting ':')"),
        (b'{"a": 1,\n 5: 2}', "line 2, column 3: is no JSON here (Expecting a name in quotes)"),
        (b"[1]\n[2]", "line 2, column 1: is no JSON here (Extra data)"),
        (b'["a",\n"\n', "line 2, column 2"),
        (b'["a",\n "\xff"]', "line 2: is not UTF-8 text"),
        (b'["a",\n "\xc3', "line 2: is not UTF-8 text"),
        (b'["a",\n "' + b"x" * (5 << 20) + b'"]', "line 2, column 2: holds an entry longer than 4 MiB"),
    ],
)
def test_places(text: bytes, words: str) -> None:
    """A message names the line and column in the file, not in the piece that was just read."""
    one = Reader(io.BytesIO(text), "a.json") if len(text) > 1_000 else reader(text)
    with pytest.raises(ArchiveError) as error:  # noqa: PT012 - it may break at either
        whole(one)
        one.finish()
    assert words in str(error.value)


ENTRY = st.fixed_dictionaries(
    {}, optional={"type": st.sampled_from(["entry", "card"]), "wm-id": st.integers(), "a": JSON}
)
LIST = st.lists(ENTRY | JSON, max_size=3)
FEED = st.builds(
    lambda head, name, items: {**head, name: items},
    st.just({"type": "feed", "name": "x"}),
    st.sampled_from(["children", "links", "mentions", "items"]),
    LIST,
)
DOCUMENT = (
    LIST
    | FEED
    | ENTRY
    | st.dictionaries(st.sampled_from(["/a.html", "https://blog.example/b", "slug"]), LIST | FEED, max_size=3)
)


@given(DOCUMENT)
def test_entries_are_found_piece_by_piece(value: object) -> None:
    """A document of mentions read entry by entry has the entries, places and paths that it has read whole."""

    def ordered(found: Iterator[tuple[str, object, str]]) -> list[str]:
        return sorted(json.dumps(each) for each in found)

    assert ordered(entries_of(reader(json.dumps(value)))) == ordered(entries_in(value))
