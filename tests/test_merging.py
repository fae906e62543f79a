"""threads/merging: the same act by several ways is one act, and two different comments are never one."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from conversation.acts import Act, Direction, Kind, Person, Proof, identity
from conversation.people import People
from conversation.store import Stored
from conversation.threads import Told, Ways, merge, permalink
from making import DAY, SITE, post, stored

ADA = Person(name="Ada", url="https://social.example/@ada", handle="@ada@social.example")
ADA_HOME = Person(name="Ada L.", url="https://ada.example/")
STATUS = "https://social.example/@ada/114801234567890123"
PEOPLE = People()


def merged(*items: Stored, people: People = PEOPLE, **more: object) -> list[Told]:
    return merge(items, people, (post().url,), **more)  # type: ignore[arg-type]


def way(number: int = 1, source: str = "mastodon", kind: Kind = Kind.REPLY, **more: object) -> Stored:
    fields: dict[str, object] = {"source": source, "url": STATUS, "author": ADA, "published": DAY}
    return stored(number, kind, **(fields | more))


@pytest.mark.parametrize(
    ("spelled", "told"),
    [
        ("https://social.example/users/ada/statuses/114801234567890123", "mastodon:social.example/114801234567890123"),
        ("http://Social.Example/@ada/114801234567890123/", "mastodon:social.example/114801234567890123"),
        ("https://social.example/web/@ada@social.example/114801234567890123", permalink(STATUS)),
        ("https://social.example/ap/users/7/statuses/114801234567890123", permalink(STATUS)),
        ("https://social.example/web/statuses/114801234567890123", permalink(STATUS)),
        ("https://social.example/users/ada/statuses/114801234567890123/activity", permalink(STATUS)),
        ("https://brid.gy/comment/mastodon/@me@social.example/11/114801234567890123", permalink(STATUS)),
        (
            "https://brid-gy.appspot.com/like/mastodon/@me@social.example/11/7",
            "mastodon:social.example/11#favorited-by-7",
        ),
        ("https://brid.gy/repost/mastodon/@me@social.example/11/7", "mastodon:social.example/11#reblogged-by-7"),
        ("https://brid.gy/comment/twitter/me/1/2", "twitter:2"),
        ("https://x.com/bea/status/2?s=20", "twitter:2"),
        ("https://fed.brid.gy/r/https:/p.example/a/", "https://p.example/a"),
        ("https://bsky.brid.gy/convert/ap/at://did:plc:x/app.bsky.feed.post/3k", "bluesky:did:plc:x/3k"),
        ("https://web.brid.gy/convert/web/at://did:plc:x/app.bsky.feed.post/3k%231", "bluesky:did:plc:x/3k#1"),
        ("at://did:plc:x/app.bsky.feed.post/3k", "bluesky:did:plc:x/3k"),
        ("https://bsky.app/profile/Ada.Example/post/3k", "bluesky:ada.example/3k"),
        (
            "https://brid.gy/comment/bluesky/a/at:%2F%2Fb%2Fapp.bsky.feed.post%2F3/at:%2F%2Fc%2Fapp.bsky.feed.post%2F4",
            "bluesky:c/4",
        ),
        (
            "https://brid.gy/like/bluesky/did:plc:a/at:%2F%2Fdid:plc:a%2Fapp.bsky.feed.post%2F3k/did:plc:b",
            "bluesky:did:plc:a/3k#liked_by_did:plc:b",
        ),
        ("https://news.ycombinator.com/item?id=41", "hackernews:41"),
        ("http://news.ycombinator.com/item?id=40#41", "hackernews:41"),
        ("https://lobste.rs/s/abc/some_words#c_xyz", "lobsters:xyz"),
        ("https://lobste.rs/c/xyz", "lobsters:xyz"),
        ("https://old.reddit.com/r/blogs/comments/p1/words/c2/", "reddit:p1/c2"),
        ("http://www.p.example/notes/1/", "https://p.example/notes/1"),
        ("https://p.example/?p=1#comment-2", "https://p.example?p=1#comment-2"),
        ("https://brid.gy/about", "https://brid.gy/about"),
        ("mailto:ada@p.example", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_addresses_of_one_act_have_one_spelling(spelled: str, told: str) -> None:
    """Each form in which services and bridges write an address leads to the same permalink, and others stay apart."""
    assert permalink(spelled) == told


@given(st.text() | st.text("htps:/@bridgy.at#%?[]", max_size=60))
def test_any_text_has_a_permalink_or_none(text: str) -> None:
    """Whatever a stranger sends for an address, nothing breaks, and a permalink is its own permalink."""
    spelled = permalink(text)
    assert permalink(spelled) in {spelled, ""}


@pytest.mark.parametrize(
    "other",
    [
        way(9, "webmention.io", url="https://social.example/users/ada/statuses/114801234567890123"),
        way(9, "webmention.io", url="https://brid.gy/comment/mastodon/@me@social.example/1/114801234567890123"),
        way(9, "webmention.io", author=Person()),
        way(9, "webmention.io", author=Person(name="Ada")),
        way(9, "activitypub", author=Person(url="https://social.example/users/ada")),
        way(9, "webmention.io", author=Person(handle="@Ada@Social.example")),
        way(9, "webmention.io", text="Edited since"),
        way(9, "webmention.io", Kind.MENTION),
    ],
)
def test_one_reply_by_two_ways_is_one(other: Stored) -> None:
    """Bridgy's webmention of a reply, in whatever spelling, and the reply as Mastodon tells it are one reply."""
    (told,) = merged(other, way(text="Hello"))
    assert told.best.act.kind is Kind.REPLY
    assert {item.act.source for item in told.tellings} == {"mastodon", other.act.source}


def test_bridgy_names_a_reply_from_elsewhere_by_its_number_at_home() -> None:
    """A reply from another server has its own address there, and a number on the blogger's: Bridgy knows that one."""
    here = way(id="555", url="https://other.example/@ada/7", author=Person(name="Ada"))
    bridged = way(2, "webmention.io", url="https://brid.gy/comment/mastodon/@me@social.example/1/555")
    ways = Ways(homes={"mastodon": "social.example"})
    assert len(merged(here, bridged, ways=ways)) == 1
    assert len(merged(here, bridged)) == 2


def test_the_most_specific_kind_wins() -> None:
    """What one way calls a link and another an answer is an answer, whoever tells more of it."""
    kinds = [Kind.LINK, Kind.MENTION, Kind.RSVP, Kind.QUOTE, Kind.REPLY, Kind.ANSWER]
    items = [way(n, f"s{n}", kind, text="word " * (9 - n)) for n, kind in enumerate(kinds)]
    for upto in range(1, len(kinds) + 1):
        (told,) = merged(*items[:upto])
        assert told.best.act.kind is kinds[upto - 1]


def test_the_fullest_telling_is_shown_with_what_only_others_knew() -> None:
    """A warning, a parent and the author's profile are kept, whichever way told of them; the oldest sight counts."""
    warned = way(1, "a", published=None, warning="Spiders", parent="https://x.example/1", author=ADA)
    full = way(2, "b", text="All of it", author=Person(name="Ada"))
    full = structs.replace(full, first_seen=full.first_seen + timedelta(days=1))
    (told,) = merged(warned, full)
    assert (told.best.act.text, told.best.act.warning, told.best.act.parent) == (
        "All of it",
        "Spiders",
        "https://x.example/1",
    )
    assert told.best.act.author == ADA
    assert told.best.first_seen == warned.first_seen


def test_a_permalink_survives_a_second_way() -> None:
    """The name of an act is that of the telling seen first; a way that comes later, and knows more, changes nothing."""
    first = way(1, "webmention.io", url="https://social.example/users/ada/statuses/114801234567890123")
    later = structs.replace(way(2, text="Much more"), first_seen=first.first_seen + timedelta(days=3))
    (alone,), (both,) = merged(first), merged(later, first)
    assert alone.name == both.name == identity(first.act)


@pytest.mark.parametrize("kind", [Kind.LIKE, Kind.REPOST, Kind.BOOKMARK, Kind.FOLLOW])
def test_one_person_likes_a_post_once(kind: Kind) -> None:
    """A like twice under different ids and addresses is one; a like and a repost are two; two people are two."""
    items = [stored(n, kind, author=ADA, id=f"x{n}") for n in range(3)]
    other = Kind.LIKE if kind is Kind.REPOST else Kind.REPOST
    assert len(merged(*items)) == 1
    assert len(merged(*items, stored(7, other, author=ADA), stored(8, kind, author=ADA_HOME))) == 3


def test_likes_are_told_apart_by_people_and_not_by_the_address_of_the_post() -> None:
    """Some services give every like the address of the post that was liked; thirty people stay thirty."""
    likes = [stored(n, Kind.LIKE, url="https://social.example/@me/11") for n in range(30)]
    nameless = [stored(n, Kind.LIKE, url="https://social.example/@me/11", author=Person()) for n in (31, 32)]
    assert len(merged(*likes)) == 30
    assert len(merged(*likes, *nameless)) == 32


def test_a_like_on_bluesky_is_known_by_who_stands_in_its_address() -> None:
    """Bridgy knows a liker's DID, Bluesky also the handle: it is one like, whoever the post's address names."""
    told = stored(1, Kind.LIKE, source="bluesky", url="https://bsky.app/profile/me.example/post/3k#liked_by_did:plc:b",
                  author=Person("Bea", "https://bsky.app/profile/bea.example"))  # fmt: skip
    bridged = stored(2, Kind.LIKE, url="https://brid.gy/like/bluesky/did:plc:a/at:%2F%2Fdid:plc:a%2Fapp.bsky.feed.post"
                     "%2F3k/did:plc:b", author=Person("", "https://bsky.app/profile/did:plc:b"))  # fmt: skip
    assert len(merged(told, bridged)) == 1


def test_a_handle_and_a_did_are_one_author_where_the_source_says_so() -> None:
    """A Bluesky post by handle and by DID is one where the source that knows both tells of it, else it stays two."""
    here = stored(
        1,
        source="bluesky",
        id="at://did:plc:b/app.bsky.feed.post/3k",
        url="https://bsky.app/profile/bea.example/post/3k",
        author=Person("Bea", handle="bea.example"),
    )
    by_did = stored(
        2, url="at://did:plc:b/app.bsky.feed.post/3k", author=Person("", "https://bsky.app/profile/did:plc:b")
    )
    by_handle = stored(3, url=here.act.url, author=here.act.author)
    assert len(merged(here, by_did, by_handle)) == 1
    assert len(merged(by_did, by_handle)) == 2


def test_a_boost_by_somebody_known_on_two_networks_counts_once() -> None:
    """With rel=me both ways, or where the blogger says so, two profiles are one person; a name proves nothing."""
    there = Person("Ada", "https://bsky.app/profile/ada.example")
    boosts = (stored(1, Kind.REPOST, author=ADA), stored(2, Kind.REPOST, author=there, source="bluesky"))
    proofs = [Proof(ADA.url, "https://ada.example"), Proof("https://ada.example", there.url)]
    assert len(merged(*boosts)) == 2
    assert len(merged(*boosts, people=People(proofs=proofs))) == 1
    assert len(merged(*boosts, people=People([["@ada@social.example", "@ada.example"]]))) == 1


def test_two_replies_of_one_person_on_two_networks_stay_two() -> None:
    """Knowing the person is no evidence that they said one thing twice."""
    there = Person("Ada", "https://bsky.app/profile/ada.example")
    people = People([[ADA.url, there.url]])
    assert len(merged(way(text="+1"), stored(2, author=there, text="+1", source="bluesky"), people=people)) == 2


def test_a_shared_page_makes_nobody_one_person() -> None:
    """A team's page that two people of one server name, and that names them, is not one person with two accounts."""
    team = "https://team.example/"
    people = People(proofs=[Proof(team, f"https://social.example/@{name}") for name in ("ada", "bea")])
    assert people.key(ADA) != people.key(Person(url="https://social.example/@bea"))


def test_people_are_known_by_all_spellings_of_their_profiles() -> None:
    """One account, by its page, its id and its handle; and nobody is known by a name."""
    spelled = [ADA, Person(url="https://social.example/users/ada"), Person(handle="ada@SOCIAL.example")]
    assert len({PEOPLE.key(person) for person in spelled}) == 1
    assert PEOPLE.key(Person(name="Ada")) == ""
    assert PEOPLE.key(Person(url="https://p.example/")) == Person(url="https://p.example/").key
    known = People([["https://p.example/", "@ada@social.example"]])
    assert known.key(Person(url="https://p.example/")) == known.key(ADA) == PEOPLE.key(ADA)


def test_somebody_elses_words_at_the_same_address_stay_theirs() -> None:
    """A webmention that claims another's permalink is not taken for the other's words."""
    claimed = way(9, "webmention.io", author=Person("Eve", "https://eve.example/"), text="Buy")
    nobody = way(8, "jf2", author=Person())
    assert len(merged(way(), claimed)) == 2
    assert len(merged(way(), claimed, nobody)) == 3


def test_authors_are_not_joined_by_a_telling_without_one() -> None:
    """Two authors at two addresses stay two, although a telling without an author names both addresses."""
    one, two = "https://p.example/1", "https://p.example/2"
    both = way(1, "activitypub", id=one, url=two, author=Person())
    assert len(merged(both, way(2, "a", url=one), way(3, "b", url=two, author=ADA_HOME))) == 3


@pytest.mark.parametrize("url", [f"{SITE}/a.html", "https://forum.example/t/1"])
@pytest.mark.parametrize("more", [{"published": DAY + timedelta(days=1)}, {"text": "Other words"}, {}])
def test_comments_of_a_feed_that_share_an_address_stay_apart(url: str, more: dict[str, object]) -> None:
    """Where a feed gives several comments the address of their page, each of its ids is a comment."""
    one = way(1, "feed", url=url, text="+1")
    assert len(merged(one, way(2, "feed", **{"url": url, "text": "+1", **more}))) == 2


def test_a_comment_of_such_a_feed_that_an_archive_has_too_is_one() -> None:
    """Same page, same author, same moment, same words: two ways tell of one comment; one source never does."""
    page = f"{SITE}/a.html"
    items = [way(n, source, url=page, text=f"No {n}", published=DAY + timedelta(hours=n))
             for n in (1, 2) for source in ("feed", "archive")]  # fmt: skip
    assert len(merged(*items)) == 2
    assert len(merged(*items, way(3, "feed", url=page, text="No 1", published=DAY + timedelta(hours=1)))) == 4


def test_a_mention_sent_again_is_one() -> None:
    """A receiver has an id for each sending: one page with one address is one mention, however it was sent."""
    page = "https://p.example/notes/1"
    again = [way(n, "webmention.io", kind, url=page, text="Well said") for n, kind in enumerate([Kind.MENTION] * 3)]
    assert len(merged(*again)) == 1
    assert len(merged(*(structs.replace(one, act=structs.replace(one.act, kind=Kind.REPLY)) for one in again))) == 1


def test_names_are_never_shared() -> None:
    """Acts that `identity` cannot tell apart have anchors of their own; the one seen first keeps the usual one."""
    items = [way(n, "feed", url=f"{SITE}/a.html", text=f"No {n}") for n in range(5)]
    names = [told.name for told in merged(*items)]
    assert len(set(names)) == 5
    assert identity(items[0].act) in names


def test_what_is_given_is_told_apart_by_what_it_is_about() -> None:
    """Links of one post share its address; a like in an archive and by the API is one, in any spelling."""
    base = {"direction": Direction.GIVEN, "author": Person()}
    links = [stored(n, Kind.LINK, **base, url=f"{SITE}/a.html", target=f"https://x.example/{n}") for n in range(3)]
    other = "https://social.example/users/ada/statuses/114801234567890123"
    likes = [
        stored(8, Kind.LIKE, **base, url=STATUS, target=STATUS, source="archive"),
        stored(9, Kind.LIKE, **base, url=other, target=other, source="mastodon"),
    ]
    assert len(merge([*links, *likes], PEOPLE)) == 4


# Comments as they are meant, and ways in which each may be told.

SPELLINGS: tuple[Callable[[int], str], ...] = (
    lambda n: f"https://social.example/@ada/{114801234567890000 + n}",
    lambda n: f"http://social.example/users/ada/statuses/{114801234567890000 + n}",
    lambda n: f"https://brid.gy/comment/mastodon/@me@social.example/1/{114801234567890000 + n}",
)
PAGES: tuple[Callable[[int], str], ...] = (
    lambda n: f"https://p.example/notes/{n}",
    lambda n: f"http://www.p.example/notes/{n}/",
    lambda n: f"https://fed.brid.gy/r/https://p.example/notes/{n}",
)
SAID = st.sampled_from(["+1", "Thank you", "Thank you so much", ""])
AUTHORS = st.sampled_from([ADA, ADA_HOME])
SOURCES = ("mastodon", "webmention.io", "archive", "feed")


@st.composite
def comments(draw: st.DrawFn) -> tuple[int, list[Stored]]:
    """How many comments there are, and all their tellings: each by one or several ways, in some spelling."""
    items: list[Stored] = []
    number = draw(st.integers(0, 8))
    for n in range(number):
        author, text, date = draw(AUTHORS), draw(SAID), draw(st.sampled_from([None, DAY]))
        spelled = draw(st.sampled_from([SPELLINGS, PAGES, None]))
        if spelled is None:  # a feed, whose comments have no address of their own
            url = draw(st.sampled_from([f"{SITE}/a.html", "https://forum.example/t/1", STATUS, ""]))
            items.append(stored(n, source="feed", id=f"f{n}", url=url, author=author, text=text, published=date))
            continue
        for source in draw(st.sets(st.sampled_from(SOURCES), min_size=1)):
            url, kind = draw(st.sampled_from(spelled))(n), draw(st.sampled_from([Kind.REPLY, Kind.MENTION]))
            who = draw(st.sampled_from([author, Person()]))
            items.append(stored(n, kind, source=source, id=f"{n}", url=url, author=who, text=text, published=date))
    return number, items


@given(comments())
def test_two_different_comments_are_never_one(drawn: tuple[int, list[Stored]]) -> None:
    """Of people who say the same again and again, by any mix of ways, each comment is there, and each once."""
    number, items = drawn
    assert len(merged(*items)) == number


ANY = st.builds(
    lambda n, kind, source, url, author, text: stored(
        n, kind, source=source, id=f"{source}{n}{kind}", url=url, author=author, text=text
    ),
    st.integers(1, 4),
    st.sampled_from([Kind.REPLY, Kind.MENTION, Kind.QUOTE, Kind.LIKE, Kind.REPOST, Kind.RSVP, Kind.NOTE]),
    st.sampled_from(SOURCES),
    st.sampled_from(
        ["", STATUS, f"{SITE}/a.html", "https://p.example/1", "https://p.example/2", *(f(1) for f in PAGES)]
    ),
    st.sampled_from([ADA, ADA_HOME, Person(), Person(name="Ada"), Person(name="Bea")]),
    SAID,
)


@given(st.lists(ANY, max_size=12), st.randoms())
def test_merging_is_idempotent_and_independent_of_order(items: list[Stored], random: Random) -> None:
    """However often and in whatever order tellings arrive, the same acts come of them, and no telling is lost."""
    items = list({(item.act.source, item.act.id): item for item in items}.values())
    once = merged(*items)
    mixed = items * 2
    random.shuffle(mixed)
    assert merged(*mixed) == once
    assert merged(*(telling for told in once for telling in told.tellings)) == once
    kept = [act for told in once for act in told.acts]
    assert len(kept) == len(items)
    assert {(act.source, act.id) for act in kept} == {(item.act.source, item.act.id) for item in items}


@given(st.lists(ANY, max_size=10))
def test_an_act_has_one_author_and_one_place_in_the_numbers(items: list[Stored]) -> None:
    """Tellings of two known people are never one act, nor are a like and a comment."""
    for told in merged(*items):
        assert len({PEOPLE.key(act.author) for act in told.acts} - {""}) <= 1
        assert len({_sort(act) for act in told.acts}) == 1


def _sort(act: Act) -> str:
    return act.kind if act.kind in {Kind.LIKE, Kind.REPOST, Kind.NOTE} else "words"


def test_what_another_telling_knew_of_a_gift_is_kept() -> None:
    """A repost that was written down by hand as well keeps whom the account says that it was given to."""
    given_ = {"direction": Direction.GIVEN, "target": "https://noor.example/@noor/7", "author": Person()}
    by_hand = stored(1, Kind.REPOST, source="giving", url="https://noor.example/@noor/7", title="a note", **given_)
    noor = Person("Noor", "https://noor.example/@noor")
    by_account = stored(2, Kind.REPOST, source="account", url="https://me.example/2", to=noor, words=3, **given_)
    (told,) = merge([by_hand, by_account], PEOPLE)
    assert (told.best.act.to, told.best.act.words) == (noor, 3)
