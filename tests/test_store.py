"""What the store remembers, the same in SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from multiprocessing.pool import ThreadPool
from pathlib import Path

import pytest
from msgspec import structs

from conversation.acts import Act, Count, Direction, Kind, Person, Problem, identity
from conversation.errors import StoreError
from conversation.posts import Post
from conversation.sources import Batch
from conversation.store import Changes, Erased, Store
from making import DAY, SITE, act, post
from stores import NOW, SOURCE, later, pull

TARGET = f"{SITE}/a.html"
FULL = Act(
    direction=Direction.RECEIVED,
    kind=Kind.RSVP,
    source=SOURCE,
    id="full",
    url="https://p.example/1#favorited-by-2",
    target=TARGET,
    channel="mastodon",
    author=Person("نور 👩‍👩‍👧", "https://p.example/", "https://p.example/p.png", "@p@p.example"),
    to=Person("Ada", "https://ada.example/", "", "@ada"),
    published=datetime(1, 1, 1, tzinfo=UTC),
    updated=datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    received=datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    title="A title",
    text="Line one\nline 'two' \"%s\" :x \u202e",
    html="<p>Line</p>",
    warning="spoiler",
    parent="https://p.example/0",
    fragment="fn:1",
    rsvp="yes",
    words=7,
)


def _everything(store: Store) -> str:
    """All that is in the database's tables but acts and problems, as one text."""
    tables = (
        "sources",
        "tombstones",
        "counts",
        "asked",
        "posts",
        "matches",
        "forgotten",
        "copies",
        "snapshots",
        "meta",
    )
    with store._place.reading() as connection:  # noqa: SLF001 - no public way shows what must not be there
        return repr([list(connection.rows(f"SELECT * FROM conversation_{t}")) for t in tables])  # noqa: S608


def test_an_act_comes_back_as_it_was_given(store: Store) -> None:
    """Every field of an act survives, times to the microsecond from year 1 to 9999 included."""
    assert pull(store, Batch(acts=(FULL,))) == Changes(new=1)
    (kept,) = store.received([TARGET])
    assert kept.act == FULL
    assert (kept.first_seen, kept.last_seen, kept.changed) == (NOW, NOW, NOW)


def test_times_of_other_zones_come_back_in_utc(store: Store) -> None:
    """A time keeps its moment whatever its zone was, even where UTC cannot write it any more."""
    east = timezone(timedelta(hours=5))
    pull(store, Batch(acts=(act(1, published=datetime(2026, 1, 1, 3, tzinfo=east)),)))
    pull(store, Batch(acts=(act(2, published=datetime(1, 1, 1, tzinfo=east)),)))
    first, second = (kept.act.published for kept in store.received([TARGET]))
    assert first == datetime(2025, 12, 31, 22, tzinfo=UTC)
    assert second == datetime(1, 1, 1, tzinfo=UTC)


def test_what_no_database_can_hold_becomes_a_replacement_character(store: Store) -> None:
    """NUL and lone surrogates from a hostile source neither crash the store nor take the rest of a text along."""
    bad = act(1, id="i\x00d", text="a\x00b\ud800c", target=TARGET + "?\x00", author=Person("\udfff"))
    number = store.begin(SOURCE, NOW)
    store.commit(number, SOURCE, Batch(acts=(bad,), problems=(Problem("w\x00", "\ud800"),)), NOW)
    store.end(number, SOURCE, NOW, error="x\x00", pulled=None)
    (kept,) = store.received([TARGET + "?\x00"])
    assert (kept.act.text, kept.act.author.name) == ("a\ufffdb\ufffdc", "\ufffd")
    assert store.problems(SOURCE) == [Problem("w\ufffd", "\ufffd")]
    assert pull(store, Batch(acts=(bad,)), later(1)) == Changes(same=1)
    assert pull(store, Batch(gone=("i\x00d",)), later(2)) == Changes(gone=1)


def test_endless_ids_and_targets_are_cut_the_same_way_every_time(store: Store) -> None:
    """An id or target too long for an index still finds its act again, and two long ones do not fall together."""
    one, two = (act(1, id="é" * 5000 + end, target=TARGET + "?" + "ü" * 5000 + end) for end in "ab")
    assert pull(store, Batch(acts=(one, two))) == Changes(new=2)
    assert pull(store, Batch(acts=(one, two)), later(1)) == Changes(same=2)
    assert len(store.received([one.target])) == 1
    assert pull(store, Batch(gone=(one.id,)), later(2)) == Changes(gone=1)


def test_numbers_beyond_all_bounds_are_kept_within_them(store: Store) -> None:
    """A count of 10**30 from a broken service does not break the store."""
    pull(store, Batch(acts=(act(1, words=10**30),), counts=(Count(SOURCE, TARGET, Kind.LIKE, 10**30),)))
    assert store.received([TARGET])[0].act.words == 2**63 - 1
    assert store.counts([TARGET])[0].value == 2**63 - 1


def test_an_unchanged_act_is_only_marked_as_seen(store: Store) -> None:
    """A second pull of the same moves last_seen and nothing else."""
    pull(store, Batch(acts=(act(1),)))
    assert pull(store, Batch(acts=(act(1),)), later(5)) == Changes(same=1)
    (kept,) = store.received([TARGET])
    assert (kept.first_seen, kept.last_seen, kept.changed) == (NOW, later(5), NOW)


def test_a_change_of_any_field_is_noticed(store: Store) -> None:
    """No field of an act can be edited at the service without the store taking the new version."""
    others: dict[str, object] = {
        "direction": Direction.GIVEN,
        "kind": Kind.LIKE,
        "author": Person("Other"),
        "to": Person("Other"),
        "words": 8,
        **dict.fromkeys(("published", "updated", "received"), DAY),
    }
    fields = [name for name in Act.__struct_fields__ if name not in {"source", "id"}]
    first = [structs.replace(FULL, id=field) for field in fields]
    edited = [structs.replace(FULL, **{"id": field, field: others.get(field, "other")}) for field in fields]
    pull(store, Batch(acts=tuple(first)))
    assert pull(store, Batch(acts=tuple(edited)), later(1)) == Changes(changed=len(fields))
    kept = [*store.received([TARGET, "other"]), *store.given()]
    assert {one.act for one in kept} == set(edited)
    assert {(one.first_seen, one.changed) for one in kept} == {(NOW, later(1))}


def test_the_last_of_two_versions_in_a_batch_counts(store: Store) -> None:
    """A listing that holds an id twice is one act."""
    assert pull(store, Batch(acts=(act(1, text="old"), act(1, text="new")))) == Changes(new=1)
    assert store.received([TARGET])[0].act.text == "new"


def test_what_one_source_tells_never_replaces_what_another_told(store: Store) -> None:
    """Equal ids at two sources are two acts, whatever the acts say their source is."""
    pull(store, Batch(acts=(act(1, text="a"),)), source="one")
    pull(store, Batch(acts=(act(1, text="b"),)), source="two")
    assert [(kept.act.source, kept.act.text) for kept in store.received([TARGET])] == [("one", "a"), ("two", "b")]


def test_a_deleted_act_leaves_nothing_that_it_said(store: Store) -> None:
    """After a deletion, the database holds id, identity and times, and no word, name or address of the person."""
    said = act(
        1, text="Xanthippe said", author=Person("Xanthippe", "https://xanthippe.example/"), url="https://xy.example/1"
    )
    pull(store, Batch(acts=(said,)))
    assert pull(store, Batch(gone=("1", "never heard of")), later(1)) == Changes(gone=1)
    assert store.received([TARGET]) == []
    (left,) = store.whole().tombstones
    assert (left.source, left.id, left.identity) == (SOURCE, "1", identity(said))
    assert (left.first_seen, left.gone_at) == (NOW, later(1))
    assert "anthippe" not in _everything(store)
    assert "xy.example" not in _everything(store)


def test_what_was_deleted_is_in_no_byte_of_the_file(tmp_path: Path) -> None:
    """SQLite overwrites what was deleted: a backup of the file betrays nobody."""
    with Store.open("sqlite:///s.sqlite", tmp_path) as store:
        pull(store, Batch(acts=tuple(act(n, text="Xanthippe " * 100) for n in range(50))))
        pull(store, Batch(gone=tuple(str(n) for n in range(50))), later(1))
    assert b"Xanthippe" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_an_act_that_comes_back_keeps_when_it_was_first_seen(store: Store) -> None:
    """A like taken back and given again is new, but not younger than it is."""
    pull(store, Batch(acts=(act(1),)))
    pull(store, Batch(gone=("1",)), later(1))
    assert pull(store, Batch(acts=(act(1),)), later(2)) == Changes(new=1)
    (kept,) = store.received([TARGET])
    assert (kept.first_seen, kept.changed) == (NOW, later(2))
    assert store.whole().tombstones == ()


def test_changes_add_up() -> None:
    """What several batches changed is one sum, and only what a page may show counts as a change."""
    both = Changes(new=1, same=4) + Changes(changed=2, gone=3)
    assert (both, both.total, both.any) == (Changes(1, 2, 3, 4), 10, True)
    assert not Changes(same=9).any


def test_a_complete_listing_ends_what_is_not_in_it(store: Store) -> None:
    """After a full listing in several batches, only acts of this source that were in none of them are gone."""
    pull(store, Batch(acts=(act(1), act(2), act(3))))
    pull(store, Batch(acts=(act(9),)), source="other")
    number = store.begin(SOURCE, later(1))
    assert store.commit(number, SOURCE, Batch(acts=(act(1),)), later(1)) == Changes(same=1)
    assert store.commit(number, SOURCE, Batch(acts=(act(2),), complete=("*",)), later(1)) == Changes(same=1, gone=1)
    assert [kept.act.id for kept in store.received([TARGET])] == ["9", "1", "2"]


def test_a_complete_listing_of_a_target_spares_the_others(store: Store) -> None:
    """A per-post source that listed one post whole says nothing about the acts on another."""
    other = f"{SITE}/b.html"
    pull(store, Batch(acts=(act(1), act(2, target=other))))
    assert pull(store, Batch(complete=(TARGET,)), later(1)) == Changes(gone=1)
    assert store.targets() == {other: 1}


def test_an_overtaken_pull_does_not_delete_what_the_newer_one_saw(store: Store) -> None:
    """Of two builds at once, the one that began first cannot end acts that only the second has heard of."""
    old, new = store.begin(SOURCE, NOW), store.begin(SOURCE, later(1))
    store.commit(new, SOURCE, Batch(acts=(act(1),)), later(1))
    assert store.commit(old, SOURCE, Batch(acts=(act(2),), complete=("*",)), NOW) == Changes(new=1)
    store.end(new, SOURCE, later(1), error=None, pulled=None)
    store.end(old, SOURCE, NOW, error="late", pulled=None)
    (state,) = store.sources()
    assert (state.state, state.pulled, state.acts) == ("fresh", later(1), 2)


def test_a_batch_is_taken_wholly_or_not_at_all(store: Store) -> None:
    """Where the last part of a batch cannot be written, neither acts nor cursor of it are there."""
    number = store.begin(SOURCE, NOW)
    bad = Batch(acts=(act(1),), cursor={"since": "1"}, problems=(Problem("a", None),))  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        store.commit(number, SOURCE, bad, NOW)
    assert (store.targets(), store.cursor(SOURCE)) == ({}, {})


def test_the_states_of_a_source(store: Store) -> None:
    """Never, failed, fresh and stale follow from the last try and from whether one ever succeeded."""

    def state() -> tuple[str, datetime | None, datetime | None, str | None]:
        (one,) = store.sources()
        return one.state, one.pulled, one.tried, one.error

    number = store.begin(SOURCE, NOW)
    assert state() == ("never", None, NOW, None)
    store.end(number, SOURCE, NOW, error="no token", pulled=None)
    assert state() == ("failed", None, NOW, "no token")
    pull(store, Batch(), later(1))
    assert state() == ("fresh", later(1), later(1), None)
    number = store.begin(SOURCE, later(2))
    assert state() == ("stale", later(1), later(2), None)
    store.end(number, SOURCE, later(2), error="timeout", pulled=None)
    assert state() == ("stale", later(1), later(2), "timeout")
    store.begin(SOURCE, later(3))
    assert state() == ("stale", later(1), later(3), "timeout")
    pull(store, Batch(pulled=NOW), later(4))
    assert state() == ("fresh", NOW, later(4), None)


def test_sources_are_listed_by_name_with_their_live_acts(store: Store) -> None:
    """The list of sources has one order everywhere, capitals and umlauts included, and counts live acts only."""
    for name in ("b", "ä", "B", "a"):
        pull(store, Batch(acts=(act(1), act(2)), gone=("2",)), source=name)
    assert [(state.name, state.acts) for state in store.sources()] == [("B", 1), ("a", 1), ("b", 1), ("ä", 1)]


def test_the_newest_pull_is_the_newest_of_all_sources(store: Store) -> None:
    """The clock of the pages follows what was last reached, not what was last tried."""
    assert store.newest_pull() is None
    pull(store, Batch(), later(1), "a")
    pull(store, Batch(), NOW, "b")
    store.end(store.begin("c", later(9)), "c", later(9), error="down", pulled=None)
    assert store.newest_pull() == later(1)


def test_a_cursor_is_replaced_only_where_a_batch_has_one(store: Store) -> None:
    """A batch without a cursor leaves the former one; each source has its own."""
    assert store.cursor(SOURCE) == {}
    pull(store, Batch(cursor={"since": "2026\x00", "ü": "\ud800"}))
    pull(store, Batch())
    assert store.cursor(SOURCE) == {"since": "2026\x00", "ü": "\ud800"}
    assert store.cursor("other") == {}
    pull(store, Batch(cursor={}))
    assert store.cursor(SOURCE) == {}


def test_problems_are_those_of_the_last_pull_in_order(store: Store) -> None:
    """All batches of a pull add their problems; the next pull begins with none."""
    number = store.begin(SOURCE, NOW)
    found = [Problem(f"line {n}", "odd") for n in range(12)]
    store.commit(number, SOURCE, Batch(problems=tuple(found[:10])), NOW)
    store.commit(number, SOURCE, Batch(problems=tuple(found[10:])), NOW)
    assert store.problems(SOURCE) == found
    store.begin(SOURCE, later(1))
    assert store.problems(SOURCE) == []


def test_a_count_is_written_only_when_it_changes(store: Store) -> None:
    """The history of a number has an entry per change, and the present number is the newest."""
    for hour, value in enumerate([1, 1, 3, 3, 2]):
        pull(store, Batch(counts=(Count("told wrong", TARGET, Kind.LIKE, value),)), later(hour))
    pull(store, Batch(counts=(Count(SOURCE, TARGET, Kind.REPOST, 5),)), later(1))
    assert store.history(SOURCE, TARGET) == [
        (NOW, Kind.LIKE, 1),
        (later(1), Kind.REPOST, 5),
        (later(2), Kind.LIKE, 3),
        (later(4), Kind.LIKE, 2),
    ]
    assert store.counts([TARGET, TARGET, "x"]) == [
        Count(SOURCE, TARGET, Kind.LIKE, 2),
        Count(SOURCE, TARGET, Kind.REPOST, 5),
    ]


def test_a_clock_that_went_back_does_not_revive_an_old_count(store: Store) -> None:
    """The number told last is the present one even if the machine's clock says that it is older."""
    pull(store, Batch(counts=(Count(SOURCE, TARGET, Kind.LIKE, 1),)), later(5))
    pull(store, Batch(counts=(Count(SOURCE, TARGET, Kind.LIKE, 2),)), NOW)
    assert store.counts([TARGET]) == [Count(SOURCE, TARGET, Kind.LIKE, 2)]


def test_posts_asked_about_are_remembered_per_source(store: Store) -> None:
    """Each source knows when it was last asked about a post, and no time is set back."""
    store.mark_asked("one", ["u1", "u2", "u1"], later(1))
    store.mark_asked("one", ["u2"], later(2))
    store.mark_asked("one", ["u1"], NOW)
    assert store.asked("one") == {"u1": later(1), "u2": later(2)}
    assert store.asked("two") == {}


def test_activity_is_when_something_happened_and_not_when_it_was_heard_of(store: Store) -> None:
    """A first pull of an old blog makes nothing lively; acts given are not the site's."""
    told = (act(1), act(2), act(3, target="t2", published=later(-9)), act(4, target="t2", received=later(-7)))
    pull(store, Batch(acts=(*told, act(5, target="t3", direction=Direction.GIVEN))))
    assert store.activity() == {TARGET: act(2).published, "t2": later(-7)}


def test_an_edit_is_activity_when_it_was_noticed(store: Store) -> None:
    """Edits make a post lively again; a pull that finds nothing new does not."""
    pull(store, Batch(acts=(act(1), act(2, target="t2"))))
    pull(store, Batch(acts=(act(1, text="edited"), act(2, target="t2"))), later(3))
    assert store.activity() == {TARGET: later(3), "t2": act(2).published}


def test_an_act_in_the_future_happened_when_it_was_heard_of(store: Store) -> None:
    """Somebody's wrong clock does not keep a post lively for years."""
    pull(store, Batch(acts=(act(1, published=later(9999)),)))
    assert store.activity() == {TARGET: NOW}


def test_an_act_without_a_date_is_activity_where_its_target_was_looked_at_before(store: Store) -> None:
    """Likes have no date at some services: the first that are told of a post may be old, those that follow are new."""
    none = Count(SOURCE, "t2", Kind.LIKE, 0)
    pull(store, Batch(acts=(act(1, published=None),), counts=(none,)))
    assert store.activity() == {}
    pull(
        store,
        Batch(acts=(act(1, published=None), act(2, published=None), act(3, published=None, target="t2"))),
        later(3),
    )
    assert store.activity() == {TARGET: later(3), "t2": later(3)}
    pull(store, Batch(acts=(act(1, published=None, source="other"),)), later(5), source="other")
    assert store.activity() == {TARGET: later(3), "t2": later(3)}


def test_targets_are_those_of_received_acts(store: Store) -> None:
    """Targets are counted as spelled, and pages that the blogger answered are none of them."""
    spelled = [TARGET, TARGET + "?utm_source=x", TARGET.upper(), TARGET + "#fn:1"]
    given = act(9, direction=Direction.GIVEN, target="https://theirs.example/")
    pull(store, Batch(acts=(*(act(n, target=t) for n, t in enumerate([*spelled, TARGET])), given)))
    assert store.targets() == {spelled[2]: 1, spelled[0]: 2, spelled[3]: 1, spelled[1]: 1}
    assert list(store.targets()) == sorted(spelled)
    assert [kept.act for kept in store.given()] == [structs.replace(given)]


def test_thousands_of_targets_are_read_in_one_stable_order(store: Store) -> None:
    """Any number of targets can be asked for at once; reading twice, and in another order, gives the same."""
    made = tuple(act(n, target=f"{SITE}/{n % 1700}.html") for n in range(2500))
    pull(store, Batch(acts=made))
    targets = [f"{SITE}/{n}.html" for n in range(1700)]
    found = store.received(targets)
    assert {kept.act for kept in found} == set(made)
    assert found == store.received(set(targets)) == store.received([*targets, *targets, "unknown"])
    assert store.received([]) == []


def test_posts_come_back_without_their_html(store: Store) -> None:
    """Posts of the last build are known again, each field as it was, but for the body."""
    first = Post(
        url=f"{SITE}/ö.html",
        title="Ö\x00",
        content="page",
        status="hidden",
        path="ö.md",
        lang="de",
        original=f"{SITE}/o.html",
        published=DAY,
        modified=later(1),
        aliases=("/old/", "/older/"),
        syndication=("https://social.example/1",),
        closed=DAY,
        fields={"reply_to": ("https://p.example/",), "like_of": ()},
        html="<p>Long</p>",
    )
    closed = post("b.html", closed=True)
    store.save_posts([first, post("a.html"), closed])
    expected = [post("a.html"), closed, structs.replace(first, html="", title="Ö\ufffd")]
    assert store.posts() == expected
    store.save_posts([post("a.html", title="Other")])
    assert store.posts() == [post("a.html", title="Other")]


def test_matches_are_replaced_as_a_whole(store: Store) -> None:
    """What a target means is what the last build found, nothing older."""
    store.save_matches([("t1", "p1", "exact"), ("t2", "", "none"), ("t3", "p3", "alias")])
    store.save_matches([("t1", "p1", "exact"), ("t2", "p2", "slash")])
    assert store.matches() == {"t1": ("p1", "exact"), "t2": ("p2", "slash")}


def test_a_forgotten_person_does_not_come_back(store: Store) -> None:
    """Forgetting erases a person's acts without a trace, and neither a pull nor an import brings them back."""
    theirs = act(1, author=Person("Xanthippe", "http://Xanthippe.example", "", "@x@xanthippe.example"))
    to = act(2, direction=Direction.GIVEN, author=Person(), to=Person("Xanthippe", "https://xanthippe.example/"))
    pull(store, Batch(acts=(theirs, to, act(3))))
    before = store.whole()
    erased = store.forget("https://xanthippe.example/")
    assert (erased.acts, erased.changed) == (1, 1)
    assert store.forget(" ") == Erased()
    assert [kept.act.id for kept in store.received([TARGET])] == ["3"]
    assert [kept.act for kept in store.given()] == [structs.replace(to, to=Person(), target="")]
    assert pull(store, Batch(acts=(theirs, to, act(3))), later(1)) == Changes(same=2)
    store.merge(before)
    assert [kept.act.id for kept in store.received([TARGET])] == ["3"]
    assert "anthippe" not in repr(store.whole()) + _everything(store)


def test_a_person_is_forgotten_by_handle_too(store: Store) -> None:
    """Who is named by a handle is forgotten under any profile address."""
    theirs = act(1, author=Person("X", "https://social.example/@x", "", "@X@social.example"))
    pull(store, Batch(acts=(theirs,)))
    assert store.forget("x@social.example").acts == 1
    assert pull(store, Batch(acts=(theirs,)), later(1)) == Changes()


def test_a_store_opened_again_holds_what_was_committed(store_url: str, tmp_path: Path) -> None:
    """Closing and opening changes nothing."""
    with Store.open(store_url, tmp_path) as store:
        pull(store, Batch(acts=(FULL,), cursor={"a": "b"}, problems=(Problem("a", "b"),)))
        store.save_posts([post()])
        before = store.whole()
    with Store.open(store_url, tmp_path) as again:
        assert again.whole() == before
        assert again.set_aside is None


def test_threads_may_write_and_read_at_once(store: Store) -> None:
    """Sources that are pulled side by side commit from their own threads, and none is lost."""
    failures: list[StoreError] = []

    def work(source: str) -> None:
        try:
            for number in range(5):
                pull(store, Batch(acts=(act(number),)), later(number), source)
                store.received([TARGET])
        except StoreError as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(f"s{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [(state.state, state.acts) for state in store.sources()] == [("fresh", 5)] * 6


def test_a_transaction_that_fails_leaves_nothing_and_the_store_goes_on(store: Store) -> None:
    """What was written before something went wrong is taken back, and the next reader finds the store as it was."""

    def fail() -> None:
        with store._place.writing() as connection:  # noqa: SLF001 - no public way fails half way
            connection.change("INSERT INTO conversation_forgotten (hash, salt) VALUES (:one, :two)", one="a", two="b")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.whole().forgotten == ()
    assert pull(store, Batch(acts=(act(1),))) == Changes(new=1)


def test_readers_of_many_threads_do_not_wait_for_each_other(store: Store) -> None:
    """Each thread has a connection to itself, however many there are."""
    pull(store, Batch(acts=tuple(map(act, range(9)))))
    with ThreadPool(8) as threads:
        found = threads.map(lambda _: len(store.received([TARGET])), range(200), chunksize=1)
    assert found == [9] * 200
