"""X's archive: tweets, replies, what was passed on, likes; of every age, packed or not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from archives import packed, said, scripted, told, tweet, written
from conversation.acts import Act, Direction, Kind, Problem
from conversation.sources.archive import recognise
from conversation.sources.archive_x import Account, parse_likes, parse_tweets

ADA = Account("Ada", "5")
ACCOUNT = scripted("account", [{"account": {"email": "ada@example.com", "username": "Ada", "accountId": "5"}}])
TO_BEA = {"in_reply_to_screen_name": "bea", "in_reply_to_status_id_str": "77", "in_reply_to_user_id_str": "9"}


def acts_of(*tweets: object, account: Account = ADA) -> list[Act]:
    """The acts of tweets that have no problems."""
    found = list(parse_tweets(tweets, account, source="a", where="tweets.js"))
    acts = [each for each in found if isinstance(each, Act)]
    assert len(acts) == len(found)
    assert all(act.direction is Direction.GIVEN and act.channel == "twitter" for act in acts)
    return acts


def test_reply_to_somebody_else() -> None:
    """A reply is given to the tweet that it answers; the greeting and addresses are no words of it."""
    (act,) = acts_of(tweet(1, "@bea You &amp; I agree: https://t.co/0", links=["https://bea.example/tea"], **TO_BEA))
    assert (act.kind, act.target) == (Kind.REPLY, "https://twitter.com/bea/status/77")
    assert (act.to.handle, act.to.url) == ("@bea", "https://twitter.com/bea")
    assert (act.id, act.url) == ("tweet:1", "https://x.com/Ada/status/1")
    assert act.text == "@bea You & I agree: https://bea.example/tea"
    assert act.words == 3
    assert act.published == datetime(2018, 10, 10, 20, 19, 24, tzinfo=UTC)


def test_replies_to_people_who_are_gone() -> None:
    """An answer to a deleted account keeps its number; one to nobody's tweet in particular is a mention."""
    gone, greeting = acts_of(
        tweet(1, "@x Yes.", in_reply_to_status_id_str="77", in_reply_to_user_id_str="9"),
        tweet(2, "@bea Hi!", in_reply_to_screen_name="bea", in_reply_to_user_id_str="9"),
    )
    assert (gone.kind, gone.target, gone.to.key) == (Kind.REPLY, "https://twitter.com/i/web/status/77", "")
    assert (greeting.kind, greeting.target, greeting.to.handle) == (Kind.MENTION, "https://twitter.com/bea", "@bea")


def test_threads_are_notes() -> None:
    """An answer to oneself is a note, under the old name too, which only the account's number tells."""
    by_name, by_number = acts_of(
        tweet(2, "More.", in_reply_to_screen_name="ADA", in_reply_to_status_id_str="1"),
        tweet(3, "More.", in_reply_to_screen_name="old_ada", in_reply_to_status_id="2", in_reply_to_user_id="5"),
    )
    assert [(act.kind, act.parent) for act in (by_name, by_number)] == [
        (Kind.NOTE, "https://x.com/Ada/status/1"),
        (Kind.NOTE, "https://x.com/Ada/status/2"),
    ]


def test_what_was_passed_on() -> None:
    """`RT @` is a repost of that person, whose words are not ours; the tweet is named where the archive tells it."""
    media = {"media": [{"url": "https://t.co/m", "source_status_id_str": "88"}]}
    plain, pictured, own, old = acts_of(
        tweet(1, "RT @bea: Rye needs time.", people=["bea"]),
        tweet(2, "RT @bea: Look https://t.co/m", entities=media),
        tweet(3, "RT @ada: My own words."),
        tweet(4, "RT @bea: Old.", retweeted_status={"id_str": "99", "user": {"screen_name": "bea"}}),
    )
    assert [act.kind for act in (plain, pictured, own, old)] == [Kind.REPOST, Kind.REPOST, Kind.NOTE, Kind.REPOST]
    assert plain.target == plain.url == "https://x.com/Ada/status/1"
    assert (plain.to.handle, plain.text, plain.words) == ("@bea", "", None)
    assert [pictured.target, old.target] == [f"https://twitter.com/bea/status/{n}" for n in (88, 99)]


def test_quotes_mentions_and_notes() -> None:
    """A link to somebody else's tweet is a quote, a name a mention, all else a note of what it links to."""
    quote, mention, own, note, plain = acts_of(
        tweet(1, "So true https://t.co/0", links=["https://x.com/bea/status/7?s=20"]),
        tweet(2, "With @bea and @ada: https://t.co/0", links=["https://blog.example/a.html"], people=["ada", "bea"]),
        tweet(3, "Again https://t.co/0", links=["https://twitter.com/ada/status/2"]),
        tweet(4, "New: https://t.co/0 https://t.co/m", links=["https://blog.example/a.html"]),
        tweet(5, "Good morning."),
    )
    assert (quote.kind, quote.target, quote.to.handle) == (Kind.QUOTE, "https://x.com/bea/status/7?s=20", "@bea")
    assert (mention.kind, mention.target, mention.to.handle) == (Kind.MENTION, "https://blog.example/a.html", "@bea")
    assert [act.kind for act in (own, note, plain)] == [Kind.NOTE] * 3
    assert (note.target, plain.target) == ("https://blog.example/a.html", "")


def test_likes() -> None:
    """A like is given to a tweet, at a time that nobody knows; the words are those of somebody else."""
    items = [
        {"like": {"tweetId": "7", "fullText": "Rye!", "expandedUrl": "https://twitter.com/i/web/status/7"}},
        {"like": {"tweetId": "8"}},
        {"like": {"fullText": "?"}},
    ]
    one, two, three = parse_likes(items, source="a", where="like.js")
    assert isinstance(one, Act)
    assert isinstance(two, Act)
    assert [act.target for act in (one, two)] == [f"https://twitter.com/i/web/status/{n}" for n in (7, 8)]
    assert (one.kind, one.id, one.url, one.text, one.published) == (Kind.LIKE, "like:7", one.target, "", None)
    assert three == Problem("like.js, like 3", "does not say which tweet was liked")


def test_whole_archive_packed_or_not(tmp_path: Path) -> None:
    """Zip, folder and single scripts give the same acts; `account.js` is found beside a script."""
    members = {
        "data/account.js": ACCOUNT,
        "data/like.js": scripted("like", [{"like": {"tweetId": "7"}}]),
        "data/tweets.js": scripted("tweets", [tweet(1, "@bea Yes.", **TO_BEA), tweet(2, "RT @ada: Mine.")]),
        "data/tweets-part1.js": scripted("tweets", [tweet(3, "Good morning.")], part=1),
        "data/direct-messages.js": scripted("direct_messages", [{"dmConversation": {"text": "secret"}}]),
        "data/deleted-tweets.js": scripted("deleted_tweets", [tweet(9, "Gone.")]),
        "data/manifest.js": "window.__THAR_CONFIG = {}",
        "assets/js/main.js": "!function(){}()",
        "data/tweets_media/1.jpg": "x",
    }
    for name, content in members.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        written(tmp_path, content, name)
    acts = said(packed(tmp_path / "a.zip", members))
    assert sorted(act.id for act in acts) == ["like:7", "tweet:1", "tweet:2", "tweet:3"]
    assert [act.kind for act in acts if act.id == "tweet:2"] == [Kind.NOTE]
    assert recognise(tmp_path / "a.zip") == recognise(tmp_path / "data" / "like.js") == "x"
    assert said(tmp_path / "data") == acts
    singles = [said(tmp_path / "data" / name) for name in ("like.js", "tweets-part1.js", "tweets.js")]
    assert tuple(act for single in singles for act in single) == acts


def test_scripts_of_other_years(tmp_path: Path) -> None:
    """Tweets were `tweet.js` once, not wrapped, and before that one script for each month with other times."""
    bare = tweet(1, "Good morning.")
    assert isinstance(bare, dict)
    old = {"id_str": "2", "text": "Good evening.", "created_at": "2012-05-01 20:19:24 +0000"}
    written(tmp_path, ACCOUNT, "account.js")
    (one,) = said(written(tmp_path, scripted("tweet", [bare["tweet"]]), "tweet.js"))
    month = "Grailbird.data.tweets_2012_05 = \n [ " + json.dumps(old) + " ]"
    (two,) = said(packed(tmp_path / "a.zip", {"data/js/tweets/2012_05.js": month, "account.js": ACCOUNT}))
    assert (one.text, two.text) == ("Good morning.", "Good evening.")
    assert two.published == datetime(2012, 5, 1, 20, 19, 24, tzinfo=UTC)


def test_tweets_without_an_account(tmp_path: Path) -> None:
    """Without account.js nothing is lost, ids stay the same, and what cannot be told is said."""
    acts, problems = told(written(tmp_path, scripted("tweets", [tweet(1, "@bea Yes.", **TO_BEA)]), "tweets.js"))
    assert [(act.id, act.url, act.kind) for act in acts] == [("tweet:1", "https://x.com/i/web/status/1", Kind.REPLY)]
    assert [problem.where for problem in problems] == ["tweets.js"]
    written(tmp_path, "window.YTD.account.part0 = [oops", "account.js")
    assert told(tmp_path / "tweets.js") == (acts, problems)


def test_tweets_that_are_none(tmp_path: Path) -> None:
    """What is no tweet is named with its place, a tweet without a date too, and the rest is taken."""
    written(tmp_path, ACCOUNT, "account.js")
    tweets = ["oops", {"tweet": {"full_text": "x"}}, tweet(3, "Hello.", created_at="yesterday"), tweet(4, "Hello.")]
    acts, problems = told(written(tmp_path, scripted("tweets", tweets), "tweets.js"))
    assert [act.id for act in acts] == ["tweet:3", "tweet:4"]
    assert [problem.where for problem in problems] == [f"tweets.js, tweet {n}" for n in ("1", "2", "3 (id 3)")]


@pytest.mark.parametrize("end", ["", ";", "\n;\n"])
def test_scripts_may_end_as_scripts(tmp_path: Path, end: str) -> None:
    """A semicolon behind the list is no damage."""
    acts, _ = told(written(tmp_path, scripted("tweets", [tweet(1, "Hello.")]) + end, "tweets.js"))
    assert len(acts) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
VALUES = JSON | st.sampled_from(["1", "Ada", "RT @bea: x", "https://x.com/bea/status/1", "@bea hi", {"id": 1}])
ENTITY = st.dictionaries(st.sampled_from(["url", "expanded_url", "screen_name", "source_status_id"]), VALUES)
TWEETS = st.fixed_dictionaries(
    {"id_str": st.just("1") | VALUES},
    optional={
        "full_text": VALUES,
        "text": VALUES,
        "created_at": VALUES,
        "in_reply_to_screen_name": VALUES,
        "in_reply_to_status_id_str": VALUES,
        "in_reply_to_user_id": VALUES,
        "retweeted_status": VALUES,
        "entities": VALUES
        | st.dictionaries(st.sampled_from(["urls", "media", "user_mentions"]), st.lists(ENTITY, max_size=2) | VALUES),
    },
)


@given(st.lists(TWEETS | st.builds(lambda inner: {"tweet": inner}, TWEETS) | JSON, max_size=3))
def test_tweets_of_any_json(items: list[object]) -> None:
    """Whatever stands in an archive, nothing is raised, and every act can be stored."""
    for found in parse_tweets(items, ADA, source="a", where="t"):
        if isinstance(found, Act):
            json.dumps(structs.asdict(found), default=str).encode()
            assert found.id.removeprefix("tweet:").isdigit()
        else:
            assert found.where.startswith("t, tweet ")


@given(st.lists(st.dictionaries(st.sampled_from(["like", "tweetId", "expandedUrl"]), VALUES) | JSON, max_size=3))
def test_likes_of_any_json(items: list[object]) -> None:
    """Whatever stands among the likes is a like or a problem."""
    assert len(list(parse_likes(items, source="a", where="l"))) == len(items)
