"""assembly: what the store holds as one conversation per post, and what of it leaves the machine."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from conversation.acts import Count, Direction, Kind, Person, Proof, identity
from conversation.assembly import Assembly
from conversation.posts import Post
from conversation.settings import Settings
from conversation.sources import Batch, Copy, Source
from conversation.store import Store
from making import SITE, act, post
from stores import NOW, later, pull, store, store_url  # noqa: F401 - fixtures

STATUS = "https://social.example/@bea/114801234567890123"
BEA = Person("Bea", "https://social.example/@bea", "https://social.example/bea.png", "@bea@social.example")
BEA_BLUE = Person("Bea Blue", "https://bsky.app/profile/bea.example", "https://cdn.example/blue.png")
MINE = Person("Ada", f"{SITE}/", "https://e.example/ada.png")


def assembled(store: Store, root: Path, *posts: Post, **more: object) -> Assembly:  # noqa: F811 - pytest's way
    sources = (
        Source("mastodon", "mastodon", {"account": "@me@social.example"}, root=root),
        Source("webmention.io", "webmention.io", {"domain": "e.example"}, root=root),
    )
    settings = Settings(root=root, sources=sources, siteurls=(SITE,), moderation=root / "moderation.toml")
    return Assembly(structs.replace(settings, **more), store, posts or (post(),), NOW)  # type: ignore[arg-type]


def likes() -> Batch:
    blue = act(2, Kind.LIKE, author=BEA_BLUE)
    return Batch((act(1, Kind.LIKE, author=BEA), blue), proofs=(Proof(BEA.url, "https://bea.example/"),))


def test_one_like_from_two_networks_is_one_in_page_and_ledger(store: Store, tmp_path: Path) -> None:  # noqa: F811
    """Who is known on two networks, by proof and by the blogger's word together, is one person everywhere."""
    pull(store, likes())
    assert assembled(store, tmp_path).conversations[post().url].counts.likes == 2
    one = assembled(store, tmp_path, people=(("https://bea.example/", "@bea.example"),))
    assert one.conversations[post().url].counts.likes == 1
    assert one.ledger().year.received.people == 1
    assert one.ledger().posts[0].likes == 1


def test_faces_are_of_those_who_are_shown_in_full(store: Store, tmp_path: Path) -> None:  # noqa: F811
    """Pictures are wanted of people shown in full: not of who is hidden, counted, or shown with no more than a name."""
    pull(store, Batch((act(1, Kind.LIKE, author=BEA), act(2, author=BEA_BLUE), act(3, author=MINE))))
    assert assembled(store, tmp_path, privacy={"like": "full"}).faces == {BEA.photo, BEA_BLUE.photo, MINE.photo}
    assert assembled(store, tmp_path).faces == {BEA_BLUE.photo, MINE.photo}
    assert assembled(store, tmp_path, privacy={"like": "count", "reply": "name"}).faces == {MINE.photo}
    (tmp_path / "moderation.toml").write_text('[hide]\nauthors = ["@bea@social.example"]\n', "utf-8")
    hidden = assembled(store, tmp_path)
    assert hidden.faces == {BEA_BLUE.photo, MINE.photo}
    hidden.pictures = {BEA_BLUE.photo: "conversation/faces/1.webp"}
    assert hidden.conversations[post().url].comments[0].picture == "conversation/faces/1.webp"


def test_what_is_only_counted_leaves_no_trace(store: Store, tmp_path: Path) -> None:  # noqa: F811
    """At the level "count" nothing of the person is in a conversation or in the ledger: only the number."""
    pull(store, Batch((act(1, author=BEA, url=STATUS, title="Bea's title", text="Bea's words"),)))
    counted = assembled(store, tmp_path, privacy={"reply": "count"})
    found = counted.conversations[post().url]
    assert (found.counts.comments, found.comments) == (1, ())
    told = repr(found) + json.dumps(counted.ledger().as_json())
    assert not any(trace in told.casefold() for trace in ("bea", "social.example", "114801234567890123"))
    assert counted.ledger().year.received.acts == 1


def test_hiding_one_way_of_an_act_hides_it_and_lowers_every_number(store: Store, tmp_path: Path) -> None:  # noqa: F811
    """A hidden reply by two ways is gone from the page, the ledger and what services count."""
    pull(store, Batch((act(1, url=STATUS, author=BEA, channel="mastodon"),)))
    again = act(1, url=STATUS, author=BEA, source="mastodon", channel="mastodon")
    pull(store, Batch((again,), counts=(Count("mastodon", again.target, Kind.REPLY, 3),)), source="mastodon")
    assert assembled(store, tmp_path).conversations[post().url].counts.comments == 3
    (tmp_path / "moderation.toml").write_text('[hide]\nacts = ["mastodon:1"]\n', "utf-8")
    hidden = assembled(store, tmp_path)
    assert hidden.conversations[post().url].counts.comments == 2
    assert hidden.ledger().year.received.acts == 0
    assert len(hidden.judged) == 1
    assert dict(hidden.kept_back) == {'hide acts "mastodon:1"': 1}


def test_an_own_reply_from_the_outbox_answers_in_page_and_ledger(store: Store, tmp_path: Path) -> None:  # noqa: F811
    """The blogger's answer is known by the status's id only: it stands below the comment, which is answered."""
    comment = act(1, url=STATUS, author=BEA)
    mine = act(
        9,
        direction=Direction.GIVEN,
        author=Person(),
        to=BEA,
        url="https://social.example/@me/114801234567899999",
        target="https://social.example/users/bea/statuses/114801234567890123",
    )
    thread = act(8, Kind.NOTE, direction=Direction.GIVEN, author=Person(), parent="https://social.example/@me/7")
    pull(store, Batch((comment, mine, thread), copies=(Copy(post().url, "https://social.example/@me/7"),)))
    site = assembled(store, tmp_path)
    found = site.conversations[post().url]
    assert (found.counts.comments, len(found.comments), found.comments[0].replies[0].own) == (1, 1, True)
    assert found.comments[0].replies[0].name == "e.example"
    assert site.ledger().as_json()["metrics"]["year"]["response_rate"] == 1.0  # type: ignore[index]


@pytest.mark.parametrize("turned", [False, True])
def test_conversations_do_not_depend_on_which_source_came_first(
    store: Store,  # noqa: F811
    tmp_path: Path,
    turned: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Whatever order the sources are asked in, the same conversation comes of it."""
    here = act(1, url=STATUS, author=BEA, text="Hi", source="mastodon")
    carried = act(1, url="https://social.example/users/bea/statuses/114801234567890123", author=BEA)
    for said in (carried, here) if turned else (here, carried):
        pull(store, Batch((said,)), source=said.source)
    (said,) = assembled(store, tmp_path).conversations[post().url].comments
    assert (said.anchor, str(said.html)) == (f"said-{identity(here)}", "<p>Hi</p>")
    assert len(said.ways) == 2


def test_what_came_after_the_closing_is_nowhere(store: Store, tmp_path: Path) -> None:  # noqa: F811
    """Comments that came after a post's conversation ended are in no number: not on its page and not in the ledger."""
    early, late = act(1, published=NOW - timedelta(days=9)), act(2, published=NOW - timedelta(days=1), author=BEA)
    pull(store, Batch((early, late)))
    (tmp_path / "moderation.toml").write_text(
        'moderation = "hold"\n[show]\nauthors = ["https://p1.example/"]\n', "utf-8"
    )
    ended = assembled(store, tmp_path, post(closed=NOW - timedelta(days=5)))
    assert ended.conversations[post().url].counts.comments == 1
    assert ended.ledger().all.received.acts == ended.ledger().posts[0].comments == 1
    assert not ended.waiting
    assert [one.item.act.author for one in assembled(store, tmp_path).waiting] == [BEA]


def test_numbers_need_nobody_with_a_name(store: Store, tmp_path: Path) -> None:  # noqa: F811
    """What a service only counts is shown though no act at all names the post."""
    pull(store, Batch(counts=(Count("sharedcount", post().url, Kind.REPOST, 12),)), source="sharedcount")
    assert assembled(store, tmp_path).conversations[post().url].counts.shares == 12


def test_a_number_goes_with_what_was_counted(store: Store, tmp_path: Path) -> None:  # noqa: F811
    """A copy that is deleted takes its likes along: a whole listing that tells no number any more has none."""
    pull(store, Batch(counts=(Count("mastodon", post().url, Kind.LIKE, 2),), complete=(post().url,)), source="mastodon")
    assert assembled(store, tmp_path).conversations[post().url].counts.likes == 2
    pull(store, Batch(complete=(post().url,)), later(1), source="mastodon")
    assert assembled(store, tmp_path).conversations[post().url].counts.likes == 0
