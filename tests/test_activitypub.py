"""ActivityPub, asked on loopback: outbox, trees of replies over several servers, and what no server may say."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases_press import HOME, PUBLIC, Row, actor, answer_activitypub, created, note
from conformance import NOW, POST, SITE
from conversation.acts import Act, Kind, Person, Problem
from conversation.errors import Missing, Refused, SettingsError
from conversation.http import Client
from conversation.posts import Post
from conversation.sources import Ask, Batch, Source
from conversation.sources.activitypub import SERVICE
from conversation.sources.activitypub_parse import (
    actor_of,
    counts_of,
    entries_of,
    is_public,
    links_of,
    parse_actor,
    parse_collection,
    parse_reply,
    parse_webfinger,
)
from loopback import Handler, Request, answer_json, serve

COPY = note(1000, f'New: <a href="{POST}">a post</a>', "ada")
PEOPLE = [actor("ada"), actor("bea"), actor("cem")]


@dataclasses.dataclass
class Pulls:
    """Pulls one after the other, each with the cursor and the copies of those before."""

    account: str = "@ada@social.example"
    syndication: tuple[str, ...] = (str(COPY["id"]),)
    cursor: dict[str, str] = dataclasses.field(default_factory=dict)
    copies: dict[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    requests: list[Request] = dataclasses.field(default_factory=list)

    def once(self, handler: Handler, *, given: bool = False, days: int = 0, full: bool = False) -> list[Batch]:
        """What the posts drew, or (`given`) what the account gave."""
        with serve(handler) as server, Client(retries=0) as client:
            source = Source("activitypub", "activitypub", {"account": self.account}, server.url)
            posts = (Post(url=POST, syndication=self.syndication),)
            ask = Ask(posts, self.cursor, full, NOW + timedelta(days=days), (SITE,), self.copies)
            part = SERVICE.account if given else SERVICE.pull
            assert part is not None
            batches = list(part(source, ask, client))
            self.requests = list(server.requests)
        for batch in batches:
            self.cursor = dict(batch.cursor) if batch.cursor is not None else self.cursor
            self.copies |= {copy.post: (copy.url,) for copy in batch.copies}
        return batches


def acts_of(batches: list[Batch]) -> list[Act]:
    return [act for batch in batches for act in batch.acts]


def test_a_tree_of_replies_arrives_with_all_that_a_reader_sees() -> None:
    """Replies and replies to replies come with author, words, warning, times and parents by their pages."""
    first = note(1, "<em>Well</em> said", "bea", COPY["id"], summary="food", updated="2026-05-21T12:00:00Z")
    things = [*PEOPLE, COPY, first, note(2, "@bea Yes", "cem", first["id"])]
    (batch,) = Pulls().once(answer_activitypub(things))
    one, two = batch.acts
    assert (one.kind, one.id, one.url, one.target) == (Kind.REPLY, first["id"], first["url"], POST)
    assert one.author == Person("Bea", f"{HOME}/@bea", f"{HOME}/bea.png", "@bea@social.example")
    assert (one.text, one.warning, one.channel) == ("Well said", "food", "activitypub")
    assert one.published == datetime(2026, 5, 20, 12, tzinfo=UTC)
    assert one.updated == datetime(2026, 5, 21, 12, tzinfo=UTC)
    assert (one.parent, two.parent, two.words) == ("", one.url, 1)
    assert batch.complete == (POST,)


def test_collections_in_place_are_read_on() -> None:
    """Mastodon puts the first page of replies into the note, and the rest behind its `next`."""
    page = {"type": "CollectionPage", "items": [], "next": f"{COPY['id']}/replies?page=1"}
    copy = COPY | {"replies": {"id": f"{COPY['id']}/replies", "type": "Collection", "first": page}}
    (batch,) = Pulls().once(answer_activitypub([*PEOPLE, copy, note(1, "Yes", "bea", COPY["id"])]))
    assert [act.text for act in batch.acts] == ["Yes"]


@pytest.mark.parametrize("inline", [True, False])
def test_numbers_of_likes_and_shares_are_told(inline: bool) -> None:  # noqa: FBT001
    """Likes and shares are numbers, whether the note holds their collections or names them."""
    likes = {"id": f"{COPY['id']}/likes", "type": "Collection", "totalItems": 3}
    copy = COPY | {"likes": likes if inline else likes["id"], "shares": {"type": "Collection", "totalItems": 0}}
    (batch,) = Pulls().once(answer_activitypub([*PEOPLE, copy, likes]))
    assert {(count.kind, count.value) for count in batch.counts} == {
        (Kind.LIKE, 3),
        (Kind.REPOST, 0),
        (Kind.REPLY, 0),
    }


def test_only_what_is_public_and_an_answer_is_told() -> None:
    """Private answers, votes in polls, strangers put into the list, and people who want no programs are left out."""
    hidden = note(1, "For followers", "bea", COPY["id"], to=[f"{HOME}/users/bea/followers"], cc=[])
    stray = note(2, "On another matter", "bea", "https://elsewhere.example/1")
    shy = note(3, "Do not list me", "cem", COPY["id"])
    people = [actor("ada"), actor("bea"), actor("cem", summary="<p>#nobot</p>")]
    everything = [*people, COPY, hidden, stray | {"inReplyTo": COPY["id"]}, shy]
    handler = answer_activitypub(everything)

    def answer(request: Request) -> object:
        return answer_json(stray) if request.path.endswith("/2") else handler(request)

    (batch,) = Pulls().once(answer)  # type: ignore[arg-type]
    assert batch.acts == ()


def test_who_wants_no_programs_is_counted() -> None:
    """By the text about them or by a field of their profile; what others answered to them stays."""
    fields = [{"type": "PropertyValue", "name": "Bots", "value": "#nobridge"}]
    people = [actor("ada"), actor("bea"), actor("cem", summary="<p>#nobot</p>"), actor("dan", attachment=fields)]
    first, second = note(1, "Not for machines", "cem", COPY["id"]), note(2, "Nor this", "dan", COPY["id"])
    things = [*people, COPY, first, second, note(3, "Yes", "bea", first["id"]), note(4, "Ah", "ada", first["id"])]
    (batch,) = Pulls().once(answer_activitypub(things))
    assert sorted(act.text for act in batch.acts) == ["Ah", "Yes"]
    assert (Kind.REPLY, 3) in {(count.kind, count.value) for count in batch.counts}
    assert "machines" not in repr(batch)


def test_what_is_unlisted_is_told_without_its_words() -> None:
    """Who answered and where is told; the words of the blogger's own stay."""
    quiet = {"to": [f"{HOME}/users/bea/followers"], "cc": ["https://www.w3.org/ns/activitystreams#Public"]}
    first = note(1, "Quietly", "bea", COPY["id"], summary="hush", **quiet) | {"name": "A title"}
    things = [*PEOPLE, COPY, first, note(2, "Thanks", "ada", first["id"], **quiet)]
    (batch,) = Pulls().once(answer_activitypub(things))
    one, two = batch.acts
    assert (one.author.name, one.url, one.words) == ("Bea", first["url"], None)
    assert (one.text, one.html, one.title, one.warning) == ("", "", "", "")
    assert (two.text, two.parent) == ("Thanks", one.url)


def test_a_tombstone_is_gone() -> None:
    """A reply that was deleted is gone by name, the answer to it stays, and a deleted copy takes all with it."""
    first = note(1, "Well", "bea", COPY["id"], deleted=True)
    second = note(2, "Yes", "cem", first["id"])
    (batch,) = Pulls().once(answer_activitypub([*PEOPLE, COPY, first, second]))
    assert (batch.gone, [act.text for act in batch.acts]) == ((first["id"],), ["Yes"])
    (batch,) = Pulls().once(answer_activitypub([*PEOPLE, COPY | {"deleted": True}, first, second]))
    assert (batch.acts, batch.complete) == ((), (POST,))


def test_a_server_speaks_for_its_own_people_only() -> None:
    """A reply of another server's that is told in full is asked for there; one that does not answer is a problem."""
    foreign = note(1, "I never said so", "dora", COPY["id"], "http://127.0.0.2:9")
    page = {"type": "Collection", "items": [foreign, note(2, "Mine", "bea", COPY["id"])]}
    (batch,) = Pulls().once(answer_activitypub([*PEOPLE, COPY | {"replies": page}]))
    assert [act.text for act in batch.acts] == ["Mine"]
    assert [problem.where for problem in batch.problems] == [foreign["id"]]
    assert batch.complete == ()
    assert actor_of(note(1, "x") | {"attributedTo": "https://other.example/users/ada"}) == ""


@pytest.mark.parametrize("given", [True, False])
def test_secure_mode_is_told_with_a_remedy(given: bool) -> None:  # noqa: FBT001
    """A server that wants signatures is named, and so is the source that does without."""
    with pytest.raises(Refused, match=r"secure mode.*mastodon"):
        Pulls().once(lambda _: (401, {}, b"Request not signed"), given=given)


def test_an_outbox_is_what_was_given_and_where_the_copies_are() -> None:
    """Replies, boosts and notes are acts given, notes that link to posts their copies, and followers are counted."""
    answer = note(2, "I agree", "ada", "https://other.example/@eve/99887766554433221")
    boost = {"id": f"{HOME}/users/ada/statuses/3/activity", "type": "Announce", "actor": f"{HOME}/users/ada"}
    boost |= {"published": "2026-05-21T12:00:00Z", "to": [PUBLIC], "object": "https://other.example/@eve/1"}
    private = created(note(4, "Psst", "ada", to=["https://other.example/users/eve"], cc=[]))
    again = created(note(5, "And then", "ada", COPY["id"]))
    outbox = [boost, private, created(answer), again, created(COPY)]
    pulls = Pulls(syndication=())
    batches = pulls.once(answer_activitypub([*PEOPLE, COPY], outbox, size=2), given=True)
    kinds = sorted(act.kind for act in acts_of(batches))
    assert kinds == [Kind.NOTE, Kind.NOTE, Kind.REPLY, Kind.REPOST]
    assert pulls.copies == {POST: (COPY["id"],)}
    (snapshot,) = [snapshot for batch in batches for snapshot in batch.snapshots]
    assert (snapshot.account, snapshot.followers, snapshot.posts) == ("@ada@social.example", 7, 5)
    assert batches[-1].complete == ("*given",)
    (batch,) = pulls.once(answer_activitypub([*PEOPLE, COPY, note(6, "Yes", "bea", COPY["id"])]))
    assert [act.text for act in batch.acts] == ["Yes"]


def test_later_pulls_read_what_is_new_and_all_of_it_once_a_month() -> None:
    """The second pull stops at what is known; after a month all is listed again, so that what was deleted goes."""
    old = [created(note(n, f"Note {n}", "ada", published=f"2026-01-{n:02d}T12:00:00Z")) for n in range(28, 0, -1)]
    pulls = Pulls()
    handler = answer_activitypub(PEOPLE, old, size=5)
    assert len(acts_of(pulls.once(handler, given=True))) == 28
    batches = pulls.once(handler, given=True, days=1)
    assert len(acts_of(batches)) == 5
    assert not any(batch.complete for batch in batches)
    assert pulls.once(handler, given=True, days=32)[-1].complete == ("*given",)


def test_accounts_are_named_in_full_and_have_to_be_there() -> None:
    """A name without a host is a mistake in the settings, an unknown one is Missing."""
    with pytest.raises(SettingsError, match=r"@ada@social\.example"):
        Pulls("ada").once(answer_activitypub(PEOPLE), given=True)
    with pytest.raises(Missing):
        Pulls().once(lambda _: answer_json({}, 404), given=True)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from([HOME, PUBLIC, "Note", COPY["id"]]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*COPY, *actor("ada"), "first", "next", "items", "links", "rel"]), inner)
    ),
    max_leaves=15,
)


@given(JSON, st.dictionaries(st.sampled_from(list(COPY)), JSON))
def test_any_json_is_read(value: Any, fields: Mapping[str, Any]) -> None:  # noqa: ANN401
    """Whatever stands where actors, collections and notes should be, nothing is raised, and all acts are whole."""
    thing: Row = {**COPY, **fields}
    found = parse_reply(thing, Person(), source="activitypub", target=POST)
    assert isinstance(found, Problem) or (found.target == POST and found.kind is Kind.REPLY)
    collection = parse_collection(value)
    assert collection is None or len(entries_of(collection)) <= len(collection.items)
    assert isinstance(parse_webfinger(value), str)
    assert parse_actor(value) is None or value["id"]
    assert isinstance(is_public(thing), bool)
    assert all(count.value >= 0 for count in counts_of(thing, "a", POST))
    assert all(link.startswith("http") for link in links_of(thing))
