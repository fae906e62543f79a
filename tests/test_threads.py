"""threads/: one conversation per post, counted honestly and threaded as it was spoken."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import structs

from conversation.acts import Act, Count, Direction, Kind, Person
from conversation.people import People
from conversation.store import Stored
from conversation.threads import Conversation, House, OwnReplies, Said, Told, gather, merge
from conversation.threads.tree import DEPTH
from making import DAY, SITE, post, stored

OWNER = f"{SITE}/"


def house(**more: object) -> House:
    base = House(zone=ZoneInfo("Europe/Berlin"), is_own=lambda person, url: OWNER in (person.url, url))
    return structs.replace(base, **more)  # type: ignore[arg-type]


def told(*items: Stored) -> list[Told]:
    return merge(items, People())


def conversation(*items: Stored, counts: tuple[Count, ...] = (), **more: object) -> Conversation:
    return gather(post(), told(*items), (), counts, house(**more))


def shape(comments: tuple[Said, ...]) -> list[object]:
    """Comments as nested lists of their numbers."""
    return [[said.act.id, shape(said.replies)] if said.replies else said.act.id for said in comments]


def test_every_kind_is_counted_where_the_contract_puts_it() -> None:
    """Replies and answers are comments, reposts and quotes shares, links and rsvps mentions; a follow is none."""
    kinds = [Kind.REPLY, Kind.ANSWER, Kind.REPOST, Kind.QUOTE, Kind.MENTION, Kind.LINK, Kind.RSVP, Kind.LIKE]
    found = conversation(*(stored(n, kind) for n, kind in enumerate([*kinds, Kind.BOOKMARK, Kind.FOLLOW, Kind.NOTE])))
    assert structs.astuple(found.counts) == (2, 2, 3, 1, 1)
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
    assert structs.astuple(found.counts) == (1, 0, 0, 0, 0)
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


def test_a_chain_of_five_thousand_answers_is_no_trouble() -> None:
    """Nothing recurses over a thread: not even one that answers itself five thousand deep, or in a circle."""
    number = 5_000
    items = [stored(n, parent=stored(n - 1 or number).act.url, published=None, text="x") for n in range(1, number + 1)]
    assert len(ids(conversation(*items).comments)) == number


def test_a_reply_too_deep_to_nest_says_whom_it_answers() -> None:
    """On the flat level at the end of a thread, and below a mention that cannot have replies, the answered is named."""
    items = [stored(n, parent=stored(n - 1).act.url if n > 1 else "") for n in range(1, DEPTH + 4)]
    told_apart = [said for said in flat(conversation(*items).comments) if said.answers]
    assert [said.act.id for said in told_apart] == [str(n) for n in range(DEPTH + 2, DEPTH + 4)]
    assert [said.answers.name for said in told_apart if said.answers] == [f"Person {DEPTH + 1}", f"Person {DEPTH + 2}"]
    found = conversation(mention := stored(1, Kind.MENTION), stored(2, parent=mention.act.url))
    assert found.comments[0].answers is not None
    assert found.comments[0].answers.anchor == found.mentions[0].anchor


def test_replies_nest_across_networks() -> None:
    """A reply that came by webmention finds its parent that Mastodon's own source told, in another spelling."""
    above = stored(1, source="mastodon", url="https://social.example/@bea/114801234567890123")
    below = stored(2, parent="https://social.example/users/bea/statuses/114801234567890123")
    assert shape(conversation(above, below).comments) == [["1", ["2"]]]


def test_an_address_that_several_comments_share_is_nobodys_parent() -> None:
    """Where two comments have one address, nobody can tell which of them is answered: the answer stays in its place."""
    shared = [stored(n, source="feed", url="https://forum.example/t/1", text=f"No {n}") for n in (1, 2)]
    assert shape(conversation(*shared, stored(3, parent="https://forum.example/t/1")).comments) == ["1", "2", "3"]


def test_all_ways_are_remembered() -> None:
    """What Mastodon and a webmention tell of is one reply, counted once, that names both places."""
    url = "https://social.example/@bea/114801234567890123"
    bea = Person("Bea", "https://social.example/@bea", photo="https://social.example/b.png")
    direct = stored(1, url=url, author=bea, source="mastodon", channel="mastodon", text="Well said")
    carried = stored(2, url=url, author=structs.replace(bea, photo=""), channel="mastodon", text="Well said indeed")
    found = conversation(direct, carried, pictures={bea.photo: "conversation/faces/b.webp"})
    assert found.counts.comments == 1
    assert sorted(way.label for way in found.comments[0].ways) == ["Mastodon", "webmention.io"]
    assert found.comments[0].picture == "conversation/faces/b.webp"
    assert conversation(direct).comments[0].ways == ()


BEA = stored(1, url="https://social.example/@bea/114801234567890123", text="Is it so?")
MINE = {"direction": Direction.GIVEN, "author": Person(), "source": "archive", "channel": "mastodon"}


def with_own(*items: Stored, given: tuple[Stored, ...]) -> Conversation:
    everything = told(*items)
    own = OwnReplies.of(merge(given, People())).below(
        everything, everything, [post().url, "https://social.example/@me/7"]
    )
    return gather(post(), [*everything, *own], (), (), house(me=Person("Ada", OWNER)), everything)


def test_own_replies_known_only_as_given_stand_below_what_they_answer() -> None:
    """What the blogger's outbox tells of is part of the conversation: below the right comment, marked, not counted."""
    mine = stored(
        8,
        **MINE,
        url="https://social.example/@me/114801234567899999",
        target="https://social.example/users/bea/statuses/114801234567890123",
        text="It is.",
    )
    more = stored(9, Kind.NOTE, **MINE, url="https://social.example/@me/9", parent=mine.act.url, text="And more.")
    found = with_own(BEA, stored(2, parent=mine.act.url), given=(mine, more))
    assert shape(found.comments) == [["1", [["8", ["2", "9"]]]]]
    own = found.comments[0].replies[0]
    assert (own.own, own.name, own.kind, str(own.html)) == (True, "Ada", Kind.REPLY, "<p>It is.</p>")
    assert found.counts.comments == 2


def test_an_own_reply_that_was_received_too_is_there_once() -> None:
    """The thread around a comment brings the blogger's reply as well; it is shown once, by either way."""
    url = "https://social.example/@me/114801234567899999"
    received = stored(7, author=Person("Ada", OWNER), url=url, parent=BEA.act.url)
    mine = stored(8, **MINE, url=url.replace("@me/", "users/me/statuses/"), target=BEA.act.url)
    twice = stored(9, **{**MINE, "source": "mastodon"}, url=url, target=BEA.act.url)
    assert shape(with_own(BEA, received, given=(mine, twice)).comments) == [["1", ["7"]]]
    assert len(ids(with_own(BEA, given=(mine, twice)).comments)) == 2


def test_what_was_given_elsewhere_is_no_part_of_the_conversation() -> None:
    """Likes, what answers nobody here, and the next part of an own thread are not own replies."""
    given = (
        stored(7, Kind.LIKE, **MINE, url=BEA.act.url, target=BEA.act.url),
        stored(8, **MINE, target="https://elsewhere.example/1"),
        stored(9, Kind.NOTE, **MINE, parent="https://social.example/@me/7"),
    )
    assert ids(with_own(BEA, given=given).comments) == ["1"]


def flat(comments: tuple[Said, ...]) -> list[Said]:
    return [one for said in comments for one in (said, *flat(said.replies))]


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


def test_numbers_say_how_sure_they_are() -> None:
    """As in "12 likes, 3 not shown", and "at least" where a federated server counts more than anybody names."""
    likes = [stored(n, Kind.LIKE, source="fedi", channel="mastodon") for n in range(9)]
    target = f"{SITE}/a.html"
    services = {"fedi": "mastodon", "hn": "hackernews"}
    found = conversation(*likes, counts=(Count("fedi", target, Kind.LIKE, 12),), services=services)
    number = next(one for one in found.numbers if one.group == "likes")
    assert (number.value, number.listed, number.unlisted, number.at_least) == (12, 9, 3, True)
    sure = (Count("fedi", target, Kind.LIKE, 9), Count("hn", target, Kind.LIKE, 3))
    number = next(one for one in conversation(*likes, counts=sure, services=services).numbers if one.group == "likes")
    assert (number.value, number.unlisted, number.at_least) == (12, 3, False)
    assert [one.value for one in found.numbers] == list(structs.astuple(found.counts))


def test_what_came_from_a_network_by_another_way_is_among_those_it_counts() -> None:
    """Mastodon counts five likes, Bridgy names three of them: five, and four when one of the three is hidden."""
    likes = [stored(n, Kind.LIKE, channel="mastodon") for n in range(3)]
    counts = (Count("fedi", f"{SITE}/a.html", Kind.LIKE, 5),)
    rules = house(services={"fedi": "mastodon", "webmention.io": "webmention.io"})
    assert gather(post(), told(*likes), (), counts, rules).counts.likes == 5
    assert gather(post(), told(*likes[1:]), (), counts, rules, told(*likes)).counts.likes == 4


def test_unnamed_numbers_of_two_services_add_up() -> None:
    """What two services count and do not name may be the same people, but nobody knows: both are told."""
    target = f"{SITE}/a.html"
    counts = (Count("a", target, Kind.LIKE, 5), Count("b", target, Kind.LIKE, 3))
    assert conversation(counts=counts).counts.likes == 8


def test_what_moderation_hides_does_not_come_back_as_a_number() -> None:
    """A service tells three comments, one is hidden: the count is two, named or not."""
    shown, hidden = stored(1), stored(2)
    counts = (Count("webmention.io", f"{SITE}/a.html", Kind.REPLY, 3),)
    found = gather(post(), told(shown), (), counts, house(), told(shown, hidden))
    assert found.counts.comments == 2
    assert ids(found.comments) == ["1"]


def test_numbers_are_told_apart_by_group_and_source() -> None:
    """Reposts and quotes told are held against those named, and what Bridgy tells too is no further like."""
    twice = [stored(9, Kind.LIKE), stored(9, Kind.LIKE, source="bluesky", id="x")]
    items = [stored(1, Kind.REPOST), *(stored(n, Kind.QUOTE) for n in (2, 3, 4)), *twice]
    target = f"{SITE}/a.html"
    shares = (Count("webmention.io", target, Kind.REPOST, 3), Count("webmention.io", target, Kind.QUOTE, 3))
    counts = (*shares, Count("bluesky", target, Kind.LIKE, 1))
    found = conversation(*items, counts=counts)
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


def test_what_is_shown_by_name_keeps_no_words_anywhere() -> None:
    """At the level "name" neither the page nor the act behind it holds a word that was said."""
    words = {
        "title": "Secret 1",
        "text": "Secret 2",
        "html": "<p>Secret 3</p>",
        "warning": "Secret 4",
        "rsvp": "Secret 5",
    }
    found = conversation(
        stored(1, **words), stored(2, Kind.MENTION, **words), privacy={"reply": "name", "mention": "name"}
    )
    assert found.comments[0].level == found.mentions[0].level == "name"
    assert "Secret" not in repr(found)
    assert "Person 1" in repr(found)


def test_likes_reposts_and_bookmarks_are_numbers_that_unfold_to_names() -> None:
    """Without a setting what is done with a click is folded, and replies are shown in full; a setting opens it."""
    kinds = [Kind.LIKE, Kind.REPOST, Kind.BOOKMARK, Kind.REPLY, Kind.MENTION]
    items = [stored(n, kind, text="Words") for n, kind in enumerate(kinds)]
    assert conversation(*items).folded == {"likes", "shares", "bookmarks"}
    assert conversation(*items).comments[0].html
    assert conversation(*items, privacy={"like": "full"}).folded == {"shares", "bookmarks"}
    assert conversation(stored(1, Kind.QUOTE, text="Words")).folded == set()


def test_of_two_ways_the_more_private_one_decides() -> None:
    """What one way may only count is not named because another told of it too; of one way, its source goes first."""
    twice = [stored(1), stored(1, source="mastodon")]
    assert conversation(*twice, privacy={"mastodon": "name"}).comments[0].level == "name"
    assert not conversation(*twice, privacy={"mastodon": "count", "webmention.io": "full"}).comments
    assert (
        conversation(*twice, privacy={"reply": "count", "mastodon": "full", "webmention.io": "name"}).comments[0].level
        == "name"
    )


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
    found = gather(ended, told(*items), (), (), house(now=DAY + timedelta(days=6)))
    assert (found.counts.comments, found.closed, found.join) == (1, True, ())
    assert not gather(ended, told(*items), (), (), house(now=DAY)).closed


def test_join_leads_to_copies_that_sources_found() -> None:
    """A status that an account's source found is a place to answer, unless front matter names another one there."""
    status, page = "https://social.example/@me/114801234567890123", f"{SITE}/a.html"
    rules = house(
        services={"mastodon": "mastodon", "lemmy": "lemmy"},
        copies={
            "mastodon": {page: (status, f"{status[:-1]}4"), f"{SITE}/b.html": (f"{status[:-1]}5",)},
            "lemmy": {page: ("https://forum.example/post/1",)},
            "gone": {page: ("https://gone.example/1",)},
        },
    )
    found = gather(post(), (), (), (), rules)
    assert [(join.place, join.url) for join in found.join] == [
        ("Mastodon", status),
        ("forum.example", "https://forum.example/post/1"),
    ]
    named = post(syndication=("https://social.example/@me/114801234567890129",))
    assert [join.url for join in gather(named, (), (), (), rules).join] == [
        *named.syndication,
        "https://forum.example/post/1",
    ]
    assert gather(post(closed=True), (), (), (), rules).join == ()


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
    itself = structs.replace(gift, kind=Kind.REPLY, title=post().title)
    assert gather(post(), (), [itself], (), house()).gave[0].title == ""
