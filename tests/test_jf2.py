"""JF2 entries as they really come: whatever can be an act becomes one, the rest is told, nothing is raised."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from conversation.acts import Act, Kind, Person, Problem, identity
from conversation.addresses import is_web
from conversation.sources.jf2 import Ids, parse_entry, parse_feed, read_entry
from conversation.sources.jf2_documents import entries_in, is_jf2
from conversation.sources.values import TEXT_LIMIT, address_of, clean, text_of, time_of
from odd_mentions import OWNER, SHOWN_AS, mentions

POST = "https://blog.example/a.html"
COUNTED = {
    Kind.REPLY: "comments",
    Kind.REPOST: "shares",
    Kind.MENTION: "mentions",
    Kind.RSVP: "mentions",
    Kind.LIKE: "likes",
    Kind.BOOKMARK: "bookmarks",
}


def entry(**values: object) -> dict[str, object]:
    """An entry with the given values; underscores stand for hyphens."""
    plain: dict[str, object] = {"type": "entry", "url": "https://noor.example/1", "wm-id": 1, "wm-target": POST}
    return plain | {name.replace("_", "-"): value for name, value in values.items()}


def act(value: object, ids: Ids = "wm-id") -> Act:
    """The act of an entry that has one."""
    found = parse_entry(value, source="w", where="feed", ids=ids)
    assert isinstance(found, Act), found
    return found


@pytest.mark.parametrize(
    ("author", "person"),
    [
        (None, Person()),
        ({}, Person()),
        ([], Person()),
        ({"name": None, "url": None, "photo": None}, Person()),
        ({"name": "", "url": "", "photo": ""}, Person()),
        ("Noor", Person(name="Noor")),
        ("https://noor.example/", Person(url="https://noor.example/")),
        ([None, {"name": " Noor ", "url": ["https://noor.example/"]}], Person("Noor", "https://noor.example/")),
        ({"name": {"value": "Noor"}, "url": "javascript:alert(1)", "photo": 5}, Person("Noor")),
        ({"type": ["h-card"], "properties": {"name": ["Noor"]}}, Person("Noor")),
        ({"name": "N" * 70}, Person("N" * 70)),
        ({"url": "https://a b.example/"}, Person()),
        (True, Person()),
    ],
)
def test_authors(author: object, person: Person) -> None:
    """An author may be missing, empty, a list, a bare name; only web addresses are taken as addresses."""
    assert act(entry(author=author)).author == person


@pytest.mark.parametrize(
    ("published", "time"),
    [
        ("2024-03-01T10:20:30+01:00", datetime(2024, 3, 1, 9, 20, 30, tzinfo=UTC)),
        ("2024-03-01T10:20:30Z", datetime(2024, 3, 1, 10, 20, 30, tzinfo=UTC)),
        ("2024-03-01T10:20:30", datetime(2024, 3, 1, 10, 20, 30, tzinfo=UTC)),
        ("2024-03-01 10:20:30-0800", datetime(2024, 3, 1, 18, 20, 30, tzinfo=UTC)),
        ("2024-03-01", datetime(2024, 3, 1, tzinfo=UTC)),
        ("Fri, 01 Mar 2024 10:20:30 GMT", datetime(2024, 3, 1, 10, 20, 30, tzinfo=UTC)),
        (1709288430, datetime(2024, 3, 1, 10, 20, 30, tzinfo=UTC)),
    ],
)
def test_dates(published: object, time: datetime) -> None:
    """Every usual form of a date is read, without an offset as UTC."""
    reading = read_entry(entry(published=published), source="w", where="feed")
    assert reading.act is not None
    assert reading.act.published == time
    assert not reading.problems


@pytest.mark.parametrize("published", ["0000-00-00T00:00:00", "2024-02-31", "soon", "2", True, {"a": 1}, "0900-01-01"])
def test_unreadable_date_is_told_and_the_act_taken(published: object) -> None:
    """A date that is none costs nobody their reply; it is noted."""
    reading = read_entry(entry(published=published), source="w", where="feed")
    assert reading.act is not None
    assert reading.act.published is None
    assert [problem.where for problem in reading.problems] == ["feed"]


def test_missing_date_is_no_problem() -> None:
    """Half of all mentions have no date; that is not worth a word."""
    assert not read_entry(entry(published=None), source="w", where="feed").problems


@pytest.mark.parametrize(
    ("values", "text", "html"),
    [
        ({}, "", ""),
        ({"content": None}, "", ""),
        ({"content": "so"}, "so", ""),
        ({"content": {"text": "so", "html": "<b>so</b>"}}, "so", "<b>so</b>"),
        ({"content": {"html": "<b>so</b>"}}, "", "<b>so</b>"),
        ({"content": {"content-type": "text/html", "value": "<b>so</b>"}}, "", "<b>so</b>"),
        (
            {"content": {"content-type": "text/html", "value": "x", "html": "<b>so</b>", "text": "so"}},
            "so",
            "<b>so</b>",
        ),
        ({"content": {"content-type": "text/plain", "value": "so"}}, "so", ""),
        ({"content": [{"text": "so"}]}, "so", ""),
        ({"summary": {"content-type": "text/plain", "value": "in short"}}, "in short", ""),
        ({"content": {"text": 5}, "photo": "https://x.example/1.jpg", "video": ["https://x.example/2"]}, "5", ""),
        ({"content": {"text": "a\x00b\ud83d\ude00\ud83d"}}, "ab😀\ufffd", ""),
    ],
)
def test_contents(values: dict[str, object], text: str, html: str) -> None:
    """Content of every age is read: text, HTML, both, the old pair of type and value, or only a summary."""
    found = act(entry(**values))
    assert (found.text, found.html) == (text, html)


def test_endless_text_is_cut_and_told() -> None:
    """Ten megabytes of reply become a page's worth, with a note."""
    reading = read_entry(entry(content={"text": "x" * 10_000_000}), source="w", where="feed")
    assert reading.act is not None
    assert len(reading.act.text) == TEXT_LIMIT
    assert "longer" in reading.problems[0].what


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"wm_property": "in-reply-to"}, Kind.REPLY),
        ({"wm_property": "rsvp", "rsvp": "YES", "in_reply_to": POST}, Kind.RSVP),
        ({"wm_property": "quotation-of"}, Kind.QUOTE),
        ({"like_of": POST}, Kind.LIKE),
        ({"repost_of": POST}, Kind.REPOST),
        ({"bookmark_of": POST}, Kind.BOOKMARK),
        ({"in_reply_to": POST}, Kind.REPLY),
        ({"rsvp": "yes", "in_reply_to": POST}, Kind.RSVP),
        ({}, Kind.MENTION),
        ({"wm_property": "invite-to"}, Kind.MENTION),
        ({"wm_property": 5, "like_of": POST}, Kind.LIKE),
        ({"wm_property": "in-reply-to", "wm_source": "https://brid.gy/react/mastodon/@a@b.example/1/2"}, Kind.LIKE),
    ],
)
def test_kinds(values: dict[str, object], kind: Kind) -> None:
    """wm-property rules; where it is missing the relation itself tells; a reaction is a like."""
    assert act(entry(**values)).kind is kind


def test_target_received_rules_over_target_written() -> None:
    """After a move `like-of` names the old address and wm-target the new one, which counts."""
    assert act(entry(like_of="http://old.example/a", wm_property="like-of")).target == POST


def test_target_without_wm_target() -> None:
    """Where nobody received it, the page is the one that the relation names, or where it was filed."""
    assert act({"type": "entry", "like-of": [{"url": POST}]}).target == POST
    found = parse_entry({"type": "entry"}, source="w", where="feed", target=POST)
    assert isinstance(found, Act)
    assert found.target == POST


def test_without_a_target() -> None:
    """An entry about nothing is told with its place."""
    assert parse_entry({"wm-id": 7}, source="w", where="feed, entry 1") == Problem(
        "feed, entry 1", "names no page that it is about (wm-target)"
    )


def test_permalink_fragment_and_parent() -> None:
    """The sender stands in for a missing permalink; the part of the page and the comment answered are kept."""
    found = act(entry(url=None, wm_source="https://noor.example/2", wm_target=POST + "#fn:1"))
    assert (found.url, found.fragment, found.target) == ("https://noor.example/2", "fn:1", POST + "#fn:1")
    answers = [POST.replace("https", "http"), "https://social.example/@ada/1"]
    assert act(entry(in_reply_to=answers)).parent == answers[1]
    assert act(entry(like_of=POST, in_reply_to=None)).parent == ""


def test_private_is_never_taken() -> None:
    """What was sent in private gives neither an act nor a word about it."""
    reading = read_entry(entry(wm_private=True, published="garbage"), source="w", where="feed")
    assert reading.act is None
    assert reading.problems == ()


def test_first_api() -> None:
    """webmention.io's first form (`links`, `source`, `data`, `activity`) still tells the same."""
    data = {"author": {"name": "Noor"}, "url": "https://noor.example/1", "content": "<p>so</p>", "published": None}
    link = {"source": "https://noor.example/1", "target": POST, "id": 5, "private": False, "data": data}
    acts, problems = parse_feed({"links": [link | {"activity": {"type": "reply"}}]}, source="w", where="feed")
    assert problems == ()
    assert (acts[0].id, acts[0].kind, acts[0].author.name, acts[0].html) == ("5", Kind.REPLY, "Noor", "<p>so</p>")


@pytest.mark.parametrize(
    ("document", "target"),
    [
        ([{"wm-target": POST}], POST),
        ({"type": "feed", "children": [{"wm-target": POST}]}, POST),
        ({"lastFetched": "2024-05-03", "children": [{"wm-target": POST}]}, POST),
        ({"/post/x/": [{"type": "entry"}]}, "https://blog.example/post/x/"),
        ({"/post/x/": {"children": [{"type": "entry"}]}}, "https://blog.example/post/x/"),
        ({POST: {"17": {"type": "entry", "wm-id": 17}}}, POST),
        ({"wm-target": POST}, POST),
        ({"type": "entry", "like-of": POST, "children": [{"type": "cite"}]}, POST),
    ],
)
def test_documents(document: object, target: str) -> None:
    """A feed, a list, a dictionary by path as caches keep it, and a single entry are all read."""
    acts, problems = parse_feed(document, source="w", where="feed", site="https://blog.example/")
    assert is_jf2(document)
    assert problems == ()
    assert [found.target for found in acts] == [target]


@pytest.mark.parametrize("document", [{"children": []}, [], {"links": []}])
def test_empty_documents(document: object) -> None:
    """An empty feed is a feed."""
    assert is_jf2(document)
    assert parse_feed(document, source="w", where="feed") == ((), ())


@pytest.mark.parametrize("document", ["text", 5, None, {"a": 1}, {"a": {"b": [1]}}, ["x"], {"orderedItems": []}])
def test_other_documents(document: object) -> None:
    """What is no JF2 is not taken for it."""
    assert not is_jf2(document)


def test_ids() -> None:
    """The service's number is the id; in files, which repeat and drop them, what makes the act is."""
    one, two = entry(), entry(url="https://noor.example/2")
    assert act(one).id == act(two).id == "1"
    assert act(one, "hash").id != act(two, "hash").id
    assert act(one, "hash").id == act({**one, "wm-id": None}).id == act({**one, "wm-id": 99}, "hash").id
    assert act(one, "hash").id != act({**one, "wm-target": POST + "/b"}, "hash").id


def test_everything_odd_is_taken_and_counted_right() -> None:
    """Of two thousand mentions with every oddity, each public one is an act, and posts get what was meant for them."""
    posts = [f"https://blog.example/{number}.html" for number in range(20)]
    made = mentions(2_000, posts)
    acts, problems = parse_feed({"children": made.entries}, source="w", where="feed")
    assert len(acts) == len(made.entries) - made.private
    assert all("date" in problem.what for problem in problems)
    shown = {}
    for found in acts:
        if found.author.url != OWNER:
            page = found.target.lower().replace("http:", "https:").partition("#")[0].partition("?")[0]
            once = found.kind in {Kind.LIKE, Kind.REPOST, Kind.BOOKMARK} and found.author.key
            shown[page, f"{found.kind} {once}" if once else identity(found)] = found
    for post in posts:
        for word in set(SHOWN_AS.values()):
            count = sum(1 for (target, _), found in shown.items() if target == post and COUNTED[found.kind] == word)
            assert count == made.counts[post][word], (post, word)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)
NAMES = ("type url published updated author content name summary rsvp in-reply-to like-of wm-id wm-target wm-source "
         "wm-property wm-private wm-received wm-fragment properties source target data activity children")  # fmt: skip
VALUES = JSON | st.sampled_from([POST, "https://noor.example/1", "entry", "2024-01-01T00:00:00+14:00", "in-reply-to"])
ENTRIES = st.dictionaries(st.sampled_from(NAMES.split()), VALUES) | JSON


@given(ENTRIES, st.sampled_from(["wm-id", "hash"]))
def test_nothing_is_raised_and_everything_bounded(value: object, ids: Ids) -> None:
    """Any JSON at all gives an act that can be stored, a problem with its place, or nothing."""
    reading = read_entry(value, source="w", where="feed", ids=ids)
    found = reading.act
    assert all(problem.where == "feed" for problem in reading.problems)
    if found:
        json.dumps(structs.asdict(found), default=str).encode()
        assert found.id
        assert found.target
        assert "\x00" not in found.text + found.html + found.author.name + found.target + found.id
        assert (found.text + found.html + found.target + found.id).encode()
        assert not found.url or is_web(found.url)
        assert not found.author.url or is_web(found.author.url)
        assert found.published is None or found.published.tzinfo is UTC


@given(ENTRIES)
def test_documents_of_any_json(value: object) -> None:
    """Any document is walked to its end, and every entry is an act, a problem or private."""
    acts, problems = parse_feed({"children": [value, value]}, source="w", where="feed")
    assert len(acts) + len(problems) <= 6
    assert len(list(entries_in({"children": [value, value]}))) == 2
    parse_feed(value, source="w", where="feed")
    assert is_jf2(value) in (True, False)


@given(st.dictionaries(st.sampled_from(NAMES.split()), VALUES), st.randoms())
def test_order_of_keys_makes_no_difference(value: dict[str, object], chance: st.DataObject) -> None:
    """The same entry with its keys in another order is the same act, id and all."""
    keys = list(value)
    chance.shuffle(keys)  # type: ignore[attr-defined]
    turned = {name: value[name] for name in keys}
    for ids in ("wm-id", "hash"):
        one, two = (read_entry(v, source="w", where="feed", ids=ids) for v in (value, turned))  # type: ignore[arg-type]
        assert repr(one) == repr(two)
        assert (one.act and identity(one.act)) == (two.act and identity(two.act))


@given(JSON)
def test_values_of_any_json(value: object) -> None:
    """Texts are storable, addresses are web addresses, times are in UTC, whatever they are read from."""
    text = text_of(value)
    assert text == clean(text) == text.encode().decode()
    assert address_of(value) == "" or address_of(value).lower().startswith(("http://", "https://"))
    time = time_of(value)
    assert time is None or time.utcoffset() is not None
