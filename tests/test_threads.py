"""threads/: one conversation per post, counted honestly and threaded as it was spoken."""

import dataclasses
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from conversation.acts import Act, Count, Direction, Kind, Person
from conversation.store import Stored
from conversation.threads import Conversation, House, Said, distinct, gather
from conversation.threads.tree import DEPTH
from making import DAY, SITE, post, stored

OWNER = f"{SITE}/"


def house(**more: object) -> House:
    base = House(zone=ZoneInfo("Europe/Berlin"), is_own=lambda person, url: OWNER in (person.url, url))
    return dataclasses.replace(base, **more)  # type: ignore[arg-type]


def conversation(*items: Stored, counts: tuple[Count, ...] = (), **more: object) -> Conversation:
    return gather(post(), distinct(items), (), counts, house(**more))


def shape(comments: tuple[Said, ...]) -> list[object]:
    """Comments as nested lists of their numbers."""
    return [[said.act.id, shape(said.replies)] if said.replies else said.act.id for said in comments]


def test_every_kind_is_counted_where_the_contract_puts_it() -> None:
    """Replies and answers are comments, reposts and quotes shares, links and rsvps mentions; a follow is none."""
    kinds = [Kind.REPLY, Kind.ANSWER, Kind.REPOST, Kind.QUOTE, Kind.MENTION, Kind.LINK, Kind.RSVP, Kind.LIKE]
    found = conversation(*(stored(n, kind) for n, kind in enumerate([*kinds, Kind.BOOKMARK, Kind.FOLLOW, Kind.NOTE])))
    assert dataclasses.astuple(found.counts) == (2, 2, 3, 1, 1)
    assert [len(found.comments), len(found.shares), len(found.mentions), len(found.likes)] == [2, 2, 3, 1]


def test_one_act_by_two_ways_counts_once() -> None:
    """The same mention in an archive and at webmention.io is one comment, and its fuller telling is shown."""
    bare = stored(1, author=Person(name="", url="https://p1.example/"), source="archive", id="x")
    full = stored(1, text="With words")
    for order in ([bare, full], [full, bare]):
        found = conversation(*order)
        assert found.counts.comments == 1
        assert "With words" in found.comments[0].html


def test_likes_that_share_an_address_are_kept_apart_by_their_authors() -> None:
    """Some services give every like the address of the post that was liked: thirty people are not one."""
    likes = [stored(n, Kind.LIKE, url="https://social.example/@ada/1") for n in range(30)]
    assert conversation(*likes).counts.likes == 30


def test_own_acts_are_never_counted_as_received() -> None:
    """The blogger's own replies are shown, marked, and not counted; own likes and reposts are not shown at all."""
    own = Person(name="Ada", url=OWNER)
    found = conversation(
        stored(1), stored(2, author=own), stored(3, Kind.LIKE, author=own), stored(4, Kind.REPOST, url=OWNER)
    )
    assert dataclasses.astuple(found.counts) == (1, 0, 0, 0, 0)
    assert [said.own for said in found.comments] == [False, True]
    assert not found.likes
    assert not found.shares


def test_replies_nest_below_what_they_answer() -> None:
    """A conversation reads as it was spoken, whatever order the acts came in."""
    items = [stored(4, parent=stored(2).act.url), stored(3), stored(2, parent=stored(1).act.url), stored(1)]
    assert shape(conversation(*items).comments) == [["1", [["2", ["4"]]]], "3"]


def test_an_orphan_stays_readable_in_its_place() -> None:
    """A reply to something that is not here stands on the first level, where its time puts it."""
    items = [stored(1), stored(2, parent="https://gone.example/1"), stored(3)]
    assert shape(conversation(*items).comments) == ["1", "2", "3"]


def test_a_circle_of_replies_loses_nobody() -> None:
    """Comments that claim to answer each other are all shown, and nothing hangs."""
    items = [stored(n, parent=stored(n % 3 + 1).act.url) for n in (1, 2, 3)]
    found = conversation(*items, stored(4, parent=stored(4).act.url))
    assert found.counts.comments == 4
    assert sorted(ids(found.comments)) == ["1", "2", "3", "4"]


def test_deep_threads_end_in_a_flat_level() -> None:
    """Three hundred answers to answers stay readable on a phone, in the order of time."""
    items = [stored(n, parent=stored(n - 1).act.url if n > 1 else "") for n in range(1, 301)]
    found = conversation(*items)
    assert depth(found.comments) == DEPTH + 1
    assert ids(found.comments) == [str(n) for n in range(1, 301)]


def ids(comments: tuple[Said, ...]) -> list[str]:
    return [one for said in comments for one in (said.act.id, *ids(said.replies))]


def depth(comments: tuple[Said, ...]) -> int:
    return 1 + max((depth(said.replies) for said in comments), default=0) if comments else 0


def test_numbers_without_names_complete_the_count() -> None:
    """A service that tells "25 comments" and names ten of them: the count is 25, and never less than what is shown."""
    comments = [stored(n) for n in range(10)]
    target = f"{SITE}/a.html"
    assert conversation(*comments, counts=(Count("webmention.io", target, Kind.REPLY, 25),)).counts.comments == 25
    assert conversation(*comments, counts=(Count("webmention.io", target, Kind.REPLY, 3),)).counts.comments == 10


def test_what_moderation_hides_does_not_come_back_as_a_number() -> None:
    """A service tells three comments, one is hidden: the count is two, named or not."""
    shown, hidden = stored(1), stored(2)
    counts = (Count("webmention.io", f"{SITE}/a.html", Kind.REPLY, 3),)
    found = gather(post(), [shown], (), counts, house(), [shown, hidden])
    assert found.counts.comments == 2
    assert ids(found.comments) == ["1"]


def test_numbers_are_told_apart_by_group_and_source() -> None:
    """Reposts and quotes told are held against those named, and what Bridgy tells too is no further like."""
    twice = [stored(9, Kind.LIKE), stored(9, Kind.LIKE, source="bluesky", id="x")]
    told = [stored(1, Kind.REPOST), *(stored(n, Kind.QUOTE) for n in (2, 3, 4)), *twice]
    target = f"{SITE}/a.html"
    shares = (Count("webmention.io", target, Kind.REPOST, 3), Count("webmention.io", target, Kind.QUOTE, 3))
    counts = (*shares, Count("bluesky", target, Kind.LIKE, 1))
    found = gather(post(), distinct(told), (), counts, house(), told)
    assert (found.counts.shares, found.counts.likes) == (6, 1)


def test_an_undated_act_is_placed_by_when_it_was_first_heard_of() -> None:
    """No date, or one that cannot be true, is replaced by the time of hearing, and marked as such."""
    heard = datetime(2026, 5, 20, tzinfo=UTC)
    found = conversation(
        stored(1, published=None, received=heard),
        stored(2, published=None),
        stored(3, published=datetime(2999, 1, 1, tzinfo=UTC), received=heard + timedelta(hours=1)),
    )
    assert [(said.act.id, said.dated) for said in found.comments] == [("1", False), ("3", False), ("2", False)]
    assert found.comments[0].when == heard


def test_times_are_in_the_zone_of_the_site() -> None:
    """A comment of late evening in Berlin is not dated by Greenwich."""
    found = conversation(stored(1, published=datetime(2026, 5, 2, 22, 30, tzinfo=UTC)))
    assert (found.comments[0].when.day, found.comments[0].when.hour) == (3, 0)


def test_privacy_shows_a_name_or_only_a_number() -> None:
    """The level "name" drops the words, "count" the person too, and the number stays; a source can be named as well."""
    items = [stored(1, text="Hello"), stored(2, Kind.LIKE), stored(3, source="other")]
    found = conversation(*items, privacy={"reply": "name", "like": "count", "other": "full"})
    assert found.counts.likes == 1
    assert not found.likes
    assert [bool(said.html) for said in found.comments] == [False, False]
    assert conversation(stored(1, text="Hello"), privacy={"webmention.io": "full"}).comments[0].html


def test_missing_names_are_replaced_by_the_host() -> None:
    """Nobody is shown without a name: the profile's host stands in, then the page's, then "Somebody"."""
    people = [Person(url="https://quiet.example/me"), Person(name="????", url="https://emoji.example"), Person()]
    names = [said.name for said in conversation(*(stored(n, author=who) for n, who in enumerate(people))).comments]
    assert names == ["quiet.example", "emoji.example", "p2.example"]
    assert conversation(stored(1, author=Person(), url="")).comments[0].name == "Somebody"


def test_only_web_addresses_become_links() -> None:
    """A profile or permalink of another scheme is not linked."""
    said = conversation(stored(1, url="javascript:alert(1)", author=Person("X", "data:text/html,x"))).comments[0]
    assert (said.url, said.profile) == ("", "")


def test_long_texts_fold_and_mentions_are_excerpts() -> None:
    """A whole post sent as a reply is folded; a page that mentions the post is quoted in a sentence or two."""
    words = "word " * 2000
    found = conversation(stored(1, text=words), stored(2, Kind.MENTION, html=f"<p>{words}</p>"))
    assert found.comments[0].long
    assert not found.mentions[0].long
    assert len(found.mentions[0].html) < 400


def test_a_date_in_front_matter_ends_the_conversation() -> None:
    """What came before the date stays, what came after is left out, and the page says so once the date has passed."""
    items = [stored(1), stored(2, published=DAY + timedelta(days=9))]
    ended = post(closed=DAY + timedelta(days=5))
    found = gather(ended, items, (), (), house(now=DAY + timedelta(days=6)))
    assert (found.counts.comments, found.closed, found.join) == (1, True, ())
    assert not gather(ended, items, (), (), house(now=DAY)).closed


def test_join_names_the_copies_of_the_post() -> None:
    """A reader is shown where to answer: the copies elsewhere first, then the ways to reach the blogger."""
    there = post(syndication=("https://news.ycombinator.com/item?id=1", "https://forum.example/t/9", "ftp://x"))
    found = gather(there, (), (), (), house())
    assert [(join.label, join.url) for join in found.join] == [
        ("on Hacker News", "https://news.ycombinator.com/item?id=1"),
        ("on forum.example", "https://forum.example/t/9"),
    ]


def test_what_the_post_gave_stands_beside_what_it_received() -> None:
    """The links in a post are shown with their words and their host."""
    gift = Act(
        direction=Direction.GIVEN,
        kind=Kind.LINK,
        source="posts",
        id="1",
        target="https://rye.example/a",
        title="The bakery",
    )
    gave = gather(post(), (), [gift], (), house()).gave
    assert [(one.url, one.title, one.host) for one in gave] == [("https://rye.example/a", "The bakery", "rye.example")]


@given(
    st.lists(st.tuples(st.integers(1, 6), st.sampled_from(["a", "b"]), st.integers(0, 6)), max_size=12), st.randoms()
)
def test_merging_is_idempotent_and_independent_of_order(rows: list[tuple[int, str, int]], random: object) -> None:
    """However often and in whatever order acts arrive, the same conversation comes of them, and nobody is lost."""
    items = [
        stored(n, source=source, id=f"{source}{n}", parent=stored(parent).act.url if parent else "")
        for n, source, parent in {(n, source): (n, source, parent) for n, source, parent in rows}.values()
    ]
    once = distinct(items)
    mixed = items * 2
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert distinct(mixed) == once == distinct(once)
    assert {item.act.url for item in once} == {item.act.url for item in items}
    found = conversation(*mixed)
    assert sorted(ids(found.comments)) == sorted(item.act.id for item in once)
    assert found == conversation(*items)
