"""remembered: what is kept from build to build never makes a difference to what is shown."""

import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from blog import Blog, mention
from conversation import exports, renewal
from conversation.acts import Act, Count, Direction, Kind, Person, Proof
from conversation.almanac import Almanac, path_of
from conversation.assembly import Assembly
from conversation.ledger import view
from conversation.remembered import Remembered
from conversation.settings import Settings
from conversation.sharing import Share, Work, alone
from conversation.sources import Batch, Copy, Source
from conversation.store import Store
from conversation.threads import Conversation, overview, paged
from incremental import forking
from making import DAY, SITE, act, post
from stores import NOW, pull

PEOPLE = (
    Person("Bea", "https://social.example/@bea", "https://social.example/bea.png", "@bea@social.example"),
    Person("Bea Blue", "https://bsky.app/profile/bea.example", "https://cdn.example/blue.png"),
    Person("Cy", "https://cy.example/"),
    Person("", "https://cy.example/", "https://cy.example/cy.png"),
    Person("Dee"),
    Person(),
    Person("Ada", f"{SITE}/", "https://e.example/ada.png"),
)
TARGETS = (
    f"{SITE}/a.html",
    f"{SITE}/b.html",
    f"{SITE}/B.html?utm_source=x",
    f"{SITE}/",
    f"{SITE}/c.html",
    "https://else.example/",
)
#: Where acts are, and what they answer: some are the same by design.
SPOTS = (
    "",
    *(f"https://social.example/@bea/{number}" for number in range(4)),
    f"{SITE}/a.html#said-1",
    "https://cy.example/1",
)
SOURCES = ("webmention.io", "mastodon", "posts")
MODERATION = (
    "",
    'moderation = "hold"\n[trust]\nauthors = ["https://cy.example/"]\n',
    '[hide]\nauthors = ["@bea@social.example"]\n',
    '[hide]\nwords = ["casino"]\ndomains = ["cy.example"]\n',
)
MORE: tuple[dict[str, Any], ...] = (
    {},
    {"privacy": {"like": "full", "reply": "name"}},
    {"privacy": {"like": "count", "mastodon": "count"}},
    {"per_page": 2},
    {"people": (("https://social.example/@bea", "@bea.example"),)},
    {"contact": {"by mail": "mailto:ada@e.example"}},
)

received = st.builds(
    lambda number, kind, who, target, spot, parent, day, text: act(
        number,
        kind,
        author=who,
        target=target,
        url=spot,
        parent=parent,
        text=text,
        published=None if day is None else DAY + timedelta(days=100 * day),
    ),
    st.integers(1, 6),
    st.sampled_from((Kind.REPLY, Kind.REPLY, Kind.LIKE, Kind.MENTION, Kind.QUOTE, Kind.REPOST, Kind.LINK)),
    st.sampled_from(PEOPLE),
    st.sampled_from(TARGETS),
    st.sampled_from(SPOTS),
    st.sampled_from(SPOTS),
    st.integers(0, 2) | st.none(),
    st.sampled_from(("", "good words", "a casino", "long " * 400)),
)
given_acts = st.builds(
    lambda number, kind, to, target, spot, parent, page: Act(
        direction=Direction.GIVEN,
        kind=kind,
        source="",
        id=str(100 + number),
        url=page or spot,
        target=target,
        parent=parent,
        to=to,
        published=DAY + timedelta(days=number),
        title="A title",
    ),
    st.integers(1, 4),
    st.sampled_from((Kind.REPLY, Kind.LINK, Kind.NOTE, Kind.LIKE, Kind.ANSWER)),
    st.sampled_from(PEOPLE),
    st.sampled_from((*SPOTS, "https://cy.example/", "http://www.cy.example")),
    st.sampled_from(SPOTS),
    st.sampled_from(SPOTS),
    st.sampled_from(("", *TARGETS[:2])),
)
batches = st.builds(
    Batch,
    st.lists(received | given_acts, max_size=4).map(tuple),
    gone=st.lists(st.integers(1, 6).map(str), max_size=2).map(tuple),
    counts=st.lists(
        st.builds(
            Count,
            st.just(""),
            st.sampled_from((*TARGETS, *SPOTS[1:3])),
            st.sampled_from((Kind.LIKE, Kind.REPLY)),
            st.integers(0, 9),
        ),
        max_size=2,
    ).map(tuple),
    copies=st.lists(st.builds(Copy, st.just(TARGETS[0]), st.sampled_from(SPOTS[1:])), max_size=1).map(tuple),
    proofs=st.sampled_from(
        (
            (),
            (Proof("https://cy.example", "https://social.example/@bea"),),
            (Proof("https://social.example/@bea", "https://bsky.app/profile/bea.example"),),
        )
    ),
    complete=st.sampled_from(((), ("*",))),
)
posts = st.tuples(
    st.sampled_from(("a.html", "A title")),
    st.sampled_from((False, True, DAY + timedelta(days=50), NOW + timedelta(days=2))),
    st.sampled_from(((), (SPOTS[1],))),
    st.sampled_from(("published", "draft")),
    st.booleans(),
).map(
    lambda told: (
        post("a.html", title=told[0], closed=told[1], syndication=told[2]),
        post("b.html", status=told[3]),
        *([post("c.html")] if told[4] else []),
    )
)
steps = st.tuples(st.sampled_from(SOURCES), batches).map(lambda told: ("pull", told)) | st.one_of(
    st.sampled_from(MODERATION).map(lambda text: ("moderation", text)),
    st.sampled_from(MORE).map(lambda more: ("settings", more)),
    posts.map(lambda told: ("posts", told)),
    st.sampled_from(PEOPLE[:3]).map(lambda who: ("forget", who.url)),
    st.booleans().map(lambda shown: ("pictures", shown)),
)


class History:
    """A blog that is built again and again; `keys` has by each key what a conversation of that key said."""

    def __init__(self, root: Path) -> None:
        self.root, self.now, self.pictures = root, NOW, False
        sources = (
            Source("mastodon", "mastodon", {"account": "@me@social.example"}, root=root),
            Source("webmention.io", "webmention.io", {"domain": "e.example"}, root=root),
            Source("posts", "posts", root=root),
        )
        self.first = Settings(root=root, sources=sources, siteurls=(SITE,), moderation=root / "moderation.toml")
        self.settings, self.posts = self.first, (post("a.html"), post("b.html"))
        self.store = Store.open("sqlite:///conversation.sqlite", root)
        self.almanac = Almanac(path_of(root))
        self.keys: dict[str, str] = {}

    def take(self, what: str, told: Any) -> None:  # noqa: ANN401 - of each step its own
        """One step: a pull, or another setting, post or rule."""
        self.now += timedelta(hours=1)
        if what == "pull":
            source, batch = told
            acts = tuple(structs.replace(one, source=source) for one in batch.acts)
            counts = tuple(structs.replace(one, source=source) for one in batch.counts)
            pull(self.store, structs.replace(batch, acts=acts, counts=counts), self.now, source)
        elif what == "moderation":
            self.settings.moderation.write_text(told, "utf-8")
        elif what == "settings":
            self.settings = structs.replace(self.first, **told)
        elif what == "posts":
            self.posts = told
        elif what == "forget":
            self.store.forget(told)
        else:
            self.pictures = told

    def compare(self, share: Share = alone) -> set[str]:
        """Builds from what was kept and from nothing, and finds no difference; gives the pages it looked at."""
        whole = Assembly(self.settings, self.store, self.posts, self.now)
        quick = Remembered(
            self.settings, self.store, self.posts, self.now, self.almanac, versions=self.store.versions(), share=share
        )
        assert quick.faces == whole.faces
        paths = {face: f"faces/{number}" for number, face in enumerate(sorted(whole.faces))} if self.pictures else {}
        whole.pictures = quick.pictures = paths
        full = {
            url: paged(one, self.settings.per_page, url.removeprefix(f"{SITE}/"))
            for url, one in whole.conversations.items()
        }
        for url, conversation in quick.conversations.items():
            self.compare_one(conversation, full[url])
        assert quick.conversations.keys() == full.keys()
        assert quick.matches == whole.matches
        assert quick.unmatched == whole.unmatched
        assert [*quick.problems] == [*whole.problems]
        replies = [one for one in whole.waiting if one.item.act.kind is Kind.REPLY]
        assert quick.waiting_numbers == (len(whole.waiting), len(replies))
        compare_overviews(quick.overview(), overview(full.values(), SITE))
        compare_ledgers(quick, whole)
        self.almanac.rest()
        return set(full)

    def renewed(self) -> tuple[int, set[str]]:
        """Builds; the number of pages that were made anew, and the posts whose conversations have another key."""
        quick = Remembered(self.settings, self.store, self.posts, NOW, self.almanac, versions=self.store.versions())
        talks: dict[str, Any] = {**quick.conversations}  # to whoever reads them
        keys, before = {url: talk.incremental_key() for url, talk in talks.items()}, dict(self.keys)
        self.keys = keys
        return quick.renewed, {url.removeprefix(f"{SITE}/") for url, key in keys.items() if before.get(url) != key}

    def compare_one(self, quick: Any, full: Conversation) -> None:  # noqa: ANN401 - a conversation to whoever reads it
        """The same in everything that a template can read; and what has the same key has always said the same."""
        assert (quick.counts, quick.url, len(quick.parts)) == (full.counts, full.url, len(full.parts))
        names = list(Conversation.__struct_fields__) + ["here", "lines", "quiet"]
        told = {name: getattr(quick, name) for name in names}
        assert told == {name: getattr(full, name) for name in names}
        assert self.keys.setdefault(quick.incremental_key(), repr(told)) == repr(told)


def compare_overviews(quick: Any, full: Any) -> None:  # noqa: ANN401 - one is promised, the other is there
    """The same lists for the other pages of the site."""
    assert quick.latest == full.latest
    assert [one.post for one in quick.most_talked] == [one.post for one in full.most_talked]
    assert (quick.numbers, quick.total) == (full.numbers, full.total)


def compare_ledgers(quick: Remembered, whole: Assembly) -> None:
    """The same figures, the same page, the same tables."""
    ledger, full = quick.ledger(), whole.ledger()
    assert ledger.as_text() == json.dumps(full.as_json(), ensure_ascii=False, indent=1) + "\n"
    assert view(ledger) == view(full)
    rows = exports.head(Direction.RECEIVED) + "".join(quick.lines(ledger))
    assert rows == exports.table(full, Direction.RECEIVED)
    assert exports.table(ledger, Direction.GIVEN) == exports.table(full, Direction.GIVEN)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(steps, min_size=2, max_size=7))
def test_nothing_that_was_kept_makes_a_difference(taken: list[tuple[str, Any]]) -> None:
    """Whatever comes, goes or is set otherwise between builds: all is as if it were put together from nothing."""
    with tempfile.TemporaryDirectory() as folder:
        blog = History(Path(folder))
        with blog.store:
            assert blog.compare() == {one.url for one in blog.posts}
            for what, told in taken:
                blog.take(what, told)
                assert blog.compare() == {one.url for one in blog.posts}
            blog.almanac.rest()


def reply_to(number: int, target: str) -> Act:
    """What the blogger replied to somebody."""
    return Act(
        direction=Direction.GIVEN,
        kind=Kind.REPLY,
        source="mastodon",
        id=str(number),
        url=f"https://social.example/@me/{number}",
        target=target,
        published=DAY,
    )


def test_what_the_blogger_says_elsewhere_makes_no_page_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever replies all day has those pages renewed that show the replies, and no old reply merged again."""
    blog, read = History(tmp_path), list[str]()
    given_to = Store.given_to
    monkeypatch.setattr(Store, "given_to", lambda store, targets: read.extend(targets) or given_to(store, targets))

    def renewed(reply: Act) -> tuple[int, set[str]]:
        pull(blog.store, Batch((reply,)), NOW, "mastodon")
        read.clear()
        return blog.renewed()

    with blog.store:
        said = [act(n, url=f"https://cy.example/{n}", target=one.url) for n, one in enumerate(blog.posts, 1)]
        pull(blog.store, Batch(tuple(said)), NOW)
        assert renewed(reply_to(11, "https://cy.example/1")) == (2, {"a.html", "b.html"})
        assert renewed(reply_to(12, "https://elsewhere.example/3")) == (0, set())
        assert read == ["https://elsewhere.example/3"]
        assert renewed(reply_to(13, "https://cy.example/2")) == (1, {"b.html"})
        blog.almanac.rest()


def test_who_somebody_is_proved_to_be_makes_only_their_pages_anew(tmp_path: Path) -> None:
    """Services prove somebody else's profiles nearly each hour, which is no news for pages that they were never on."""
    blog = History(tmp_path)
    bea, cy, dee = PEOPLE[0], PEOPLE[2], Person("Dee", "https://social.example/@dee")
    with blog.store:
        pull(blog.store, Batch((act(1, author=bea), act(2, author=cy, target=f"{SITE}/b.html"))), NOW, "mastodon")
        assert blog.renewed() == (2, {"a.html", "b.html"})
        proof = Proof(bea.url, "https://bea.example/")
        pull(blog.store, Batch((act(1, author=bea),), proofs=(proof,)), NOW, "mastodon")
        assert blog.renewed() == (1, {"a.html"})
        proof = Proof(dee.url, "https://dee.example/")
        pull(blog.store, Batch((act(3, author=dee, target=f"{SITE}/b.html"),), proofs=(proof,)), NOW, "mastodon")
        assert blog.renewed() == (1, {"b.html"})
        blog.almanac.rest()


@pytest.mark.parametrize("harm", ["cut", "noise", "another"])
def test_a_damaged_almanac_is_made_anew(tmp_path: Path, harm: str) -> None:
    """Whatever lies where the almanac should lie: the site is built all the same, and as from nothing."""
    blog = Blog(tmp_path / "blog").write("a.md").archive([mention(1), mention(2)])
    blog.build()
    before, path = blog.files(), path_of(blog.folder)
    data = path.read_bytes()
    path.with_name(f"{path.name}-wal").unlink(missing_ok=True)
    if harm == "another":
        path.write_text("no database at all", "utf-8")
    else:
        path.write_bytes(data[:5000] if harm == "cut" else data[:4096] + bytes(len(data) - 4096))
    assert blog.build().files() == before
    assert path.is_file()


def _shared(tasks: int, work: Work) -> Iterable[int]:
    """By three processes."""
    done = {number for one in forking.share(tasks, 3, work) for number in one.done}
    return [number for number in range(tasks) if number not in done]


def _failing(tasks: int, work: Work) -> Iterable[int]:
    """By three processes, of which only this one lives to tell."""
    parent = os.getpid()

    def failing(numbers: Iterator[int]) -> object:
        if os.getpid() != parent:
            work(iter([next(numbers)]))
            os._exit(3)
        return work(numbers)

    return _shared(tasks, failing)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform cannot fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("share", [_shared, _failing])
def test_pages_shared_by_several_processes_are_as_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: Share
) -> None:
    """Whoever makes a leaf numbers channels alike, and what a process that died has left half done is done anew."""
    monkeypatch.setattr(renewal, "LOT", 1)
    blog = History(tmp_path)
    blog.posts = tuple(post(f"p{number}.html") for number in range(12))
    acts = [
        act(
            number,
            target=one.url,
            source="mastodon",
            channel=f"c{number % 5}",
            author=PEOPLE[number % 3],
            kind=Kind.REPLY,
        )
        for number, one in enumerate(blog.posts * 3)
    ]
    with blog.store:
        pull(blog.store, Batch(tuple(acts)), NOW, "mastodon")
        assert len(blog.compare(share)) == len(blog.posts)
        for round_ in range(2):
            blog.now += timedelta(hours=1)
            more = [structs.replace(one, id=f"more {one.id}", channel=f"d{round_}") for one in acts[:8]]
            pull(blog.store, Batch(tuple(more)), blog.now, "mastodon")
            assert len(blog.compare(share)) == len(blog.posts)
        blog.almanac.rest()


def test_what_is_kept_in_memory_alone_is_not_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be written, another process would keep what nobody finds."""
    monkeypatch.setattr(renewal, "LOT", 1)
    blog = History(tmp_path)
    path_of(tmp_path).parent.parent.mkdir(exist_ok=True)
    path_of(tmp_path).parent.write_text("a file where the folder should be")
    with blog.store:
        assert blog.compare(lambda tasks, _: pytest.fail(f"{tasks} were shared")) == {one.url for one in blog.posts}
