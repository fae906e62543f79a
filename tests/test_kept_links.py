"""What posts gave, kept from pull to pull: only posts that changed are read, and the store is as if all had been."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from conversation.files import caches_of
from conversation.http import Client
from conversation.posts import Later, Post, digest_of_body
from conversation.pull import Outcome, Plan, Pull
from conversation.sources import Ask, Batch, Source, kept_links
from conversation.sources.links import SERVICE, parse_posts
from conversation.store import Store
from stores import NOW, later, pull

SITE = "https://kindnesses.example"
SITES = (SITE, "http://ada-marlow.example/blog")


class Blog:
    """A blog in a folder: its store, and the posts as a pull of them finds them."""

    def __init__(self, folder: Path, store: str = "") -> None:
        self.source = Source("posts", "posts", root=folder)
        self.url = store or "conversation.sqlite"
        self.store = Store.open(f"sqlite:///{self.url}", folder)
        self.place = caches_of(folder) / "links-posts.json"
        self.hours = 0

    def ask(self, posts: Sequence[Post], *, full: bool = False) -> Ask:
        """What the next pull is asked for."""
        number = self.store.pulls("posts") + 1
        return Ask(tuple(posts), self.store.cursor("posts"), full, later(self.hours), SITES, pull=number)

    def pull(self, posts: Sequence[Post], *, full: bool = False) -> list[Batch]:
        """An hour later; each batch is in the store before the next one is asked for, as with a source of files."""
        self.hours += 1
        ask, batches = self.ask(posts, full=full), []
        with Client() as client:
            for batch in SERVICE.pull(self.source, ask, client):
                number = self.store.begin("posts", ask.now)
                self.store.commit(number, "posts", batch, ask.now)
                self.store.end(number, "posts", ask.now, error=None, pulled=batch.pulled)
                batches.append(batch)
        return batches

    def take(self, posts: Sequence[Post]) -> None:
        """The same, with all that all posts together give, and nothing is kept."""
        self.hours += 1
        published = [one for one in posts if one.status == "published"]
        published.sort(key=lambda one: ((one.original or one.url) != one.url, one.url))
        acts, problems = parse_posts(published, source="posts", sites=SITES)
        pull(self.store, Batch(acts, problems=problems, complete=("*",)), later(self.hours), "posts")

    def build(self, posts: Sequence[Post], plan: Plan | None = None) -> Outcome:
        """A pull as a build makes it."""
        self.hours += 1
        with Client() as client:
            pulling = Pull([self.source], self.store, client, plan or Plan(), sites=SITES, now=later(self.hours))
            pulling.start(())
            pulling.posts(tuple(posts))
            (outcome,) = pulling.finish()
        return outcome

    @property
    def links(self) -> list[tuple[str, str]]:
        """Which posts link to which pages, as the store has it."""
        return sorted((one.act.url, one.act.target) for one in self.store.given())


@pytest.fixture
def blog(tmp_path: Path) -> Iterator[Blog]:
    """One without posts."""
    made = Blog(tmp_path)
    with made.store:
        yield made


def link(href: str) -> str:
    return f'<a href="{href}">x</a>'


def post(path: str, *hrefs: str, **more: Any) -> Post:  # noqa: ANN401 - any field of Post
    fields = {"url": f"{SITE}/{path}", "title": path, "path": f"{path}.md", "published": NOW - timedelta(days=1)}
    return Post(**(fields | {"html": "".join(map(link, hrefs))} | more))


class Shelf:
    """Bodies that come late; `read` are the addresses of posts whose body was asked for."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def late(self, one: Post) -> Post:
        """The same post, whose body is taken from the shelf."""

        def read() -> str:
            self.read.append(one.url)
            return str(one.html)

        return structs.replace(one, html=Later(digest_of_body(one.html), read))


A, B, C = (f"https://{host}.example/" for host in "abc")
BROKEN = "http:/a.example"


# --- As if all had been read -----------------------------------------------------------------------------------------


class Step(NamedTuple):
    """What happens before a pull: posts are written (or removed, where None) in their slots, and perhaps more."""

    edits: dict[int, Post | None]
    more: str


#: A slot is a post: three originals, and two translations of each.
ORIGINALS = 3
SLOTS = ORIGINALS * 3
PAGES = ["https://a.example/", "https://a.example/x", "http://www.a.example/x#y", "//b.example/@bo", f"{SITE}/own"]
ODD = [BROKEN, "https://", "bttp://b.example/@bo", "mailto:a@a.example", "cake.html"]
FOLK = ["https://a.example/", "https://b.example/@bo"]
MORE = ["", "", "", "", "lost", "damaged", "full", "pulled elsewhere", *(f"forget {who}" for who in FOLK)]
_HREFS = st.sampled_from(PAGES + ODD)
_LINKS = st.tuples(_HREFS, st.sampled_from(["x", "y", ""]), st.sampled_from(["", ' rel="me"']))


@st.composite
def _posts(draw: st.DrawFn, slot: int) -> Post:
    original, language = slot % ORIGINALS, slot // ORIGINALS
    links = draw(st.lists(_LINKS, max_size=4))
    fields = draw(st.dictionaries(st.sampled_from(["reply_to", "like_of", "mood"]), st.lists(_HREFS, max_size=2)))
    # Few names, and sometimes another post's, so that posts take the place of others.
    name = "pqr"[original] if draw(st.integers(0, 3)) else draw(st.sampled_from("pqr"))
    url = f"{SITE}/{name}{language or ''}.html"
    return Post(
        url=url,
        title=draw(st.sampled_from(["Tea", "Cake"])),
        path=f"{slot}.md",
        status=draw(st.sampled_from(["published", "published", "published", "draft"])),
        original=f"{SITE}/{'pqr'[original]}.html" if language else draw(st.sampled_from(["", url])),
        published=draw(st.sampled_from([None, NOW, NOW - timedelta(days=9)])),
        fields={name: tuple(values) for name, values in fields.items()},
        html="".join(f'<p>a word<a href="{href}"{rel}>{said}</a>' for href, said, rel in links),
    )


_EDITS = st.lists(
    st.integers(0, SLOTS - 1).flatmap(lambda slot: st.tuples(st.just(slot), st.none() | _posts(slot))), max_size=3
).map(dict)
_FIRST = st.tuples(*(st.none() | _posts(slot) for slot in range(SLOTS))).map(lambda all_: dict(enumerate(all_)))
_STEPS = st.tuples(
    st.builds(Step, _FIRST, st.just("")), st.lists(st.builds(Step, _EDITS, st.sampled_from(MORE)), max_size=6)
).map(lambda steps: [steps[0], *steps[1]])


def content(store: Store) -> tuple[object, ...]:
    """All that a pull of posts leaves in a store, but for when an unchanged act was last seen."""
    whole = store.whole()
    acts = sorted((one.act.id, one.act, one.first_seen, one.changed) for one in whole.acts)
    return acts, sorted(whole.tombstones, key=str), sorted(store.problems("posts"), key=str)


@given(_STEPS)
@settings(max_examples=30)
def test_a_store_is_as_if_all_posts_had_been_read(steps: list[Step]) -> None:
    """Whatever is written, removed, renamed, published or translated, and whatever becomes of what was kept, nothing
    that was taken out stays, and nothing is missing.
    """
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        delta, whole = Blog(Path(one)), Blog(Path(other))
        with delta.store, whole.store:
            posts: dict[int, Post] = {}
            is_true = False  # of what is kept
            for edits, more in steps:
                posts = {slot: one for slot, one in (posts | edits).items() if one is not None}
                disturb(delta, whole, more)
                is_true = is_true and (more == "" or more.startswith("forget"))
                told = delta.pull([*posts.values()], full=more == "full")
                whole.take([*posts.values()])
                assert content(delta.store) == content(whole.store)
                assert [batch.complete for batch in told] in ([], [() if is_true else ("*",)])
                is_true = is_true or bool(told)
            compare_with_a_fresh_one(delta, [*posts.values()], steps)


def disturb(delta: Blog, whole: Blog, more: str) -> None:
    """Does to what a blog has kept, or to the stores, what may happen between two builds."""
    if more == "lost":
        delta.place.unlink(missing_ok=True)
    elif more == "damaged" and delta.place.exists():
        delta.place.write_bytes(delta.place.read_bytes()[:-1])
    elif more == "pulled elsewhere":
        again = Batch(problems=tuple(delta.store.problems("posts")))
        delta.store.commit(delta.store.begin("posts", later(delta.hours)), "posts", again, later(delta.hours))
    elif more.startswith("forget"):
        for one in (delta, whole):
            one.store.forget(more.removeprefix("forget "))


def compare_with_a_fresh_one(blog: Blog, posts: list[Post], steps: list[Step]) -> None:
    """The live acts of a blog are those of a store that was just made, and has forgotten the same people."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Blog(Path(folder))
        with fresh.store:
            for step in steps:
                if step.more.startswith("forget"):
                    fresh.store.forget(step.more.removeprefix("forget "))
            fresh.pull(posts)
            assert [one.act for one in fresh.store.given()] == [one.act for one in blog.store.given()]


# --- In proportion to what changed -----------------------------------------------------------------------------------


def test_only_a_body_that_changed_is_read(blog: Blog) -> None:
    """Of many posts one is edited: no other is loaded, and no other's act is handed to the store again."""
    posts = [post(f"{number}.html", A, f"{B}{number}") for number in range(20)]
    blog.pull(posts)
    shelf, edited = Shelf(), post("7.html", A, C)
    (batch,) = blog.pull([shelf.late(edited if one.url == edited.url else one) for one in posts])
    assert {*shelf.read} == {edited.url}
    assert [act.target for act in batch.acts] == [A, C]
    assert (len(batch.gone), batch.complete) == (1, ())
    assert (edited.url, f"{B}7") not in blog.links
    assert len(blog.links) == 40


def test_a_translation_is_read_with_its_original_and_with_nothing_else(blog: Blog) -> None:
    """A link that the original loses is the translation's from then on, so the two are looked at together."""
    german = post("a-tee.html", A, original=f"{SITE}/tea.html", lang="de")
    blog.pull([post("tea.html", A), german, post("b.html", B)])
    shelf = Shelf()
    blog.pull([shelf.late(one) for one in (post("tea.html"), german, post("b.html", B))])
    assert blog.links == [(german.url, A), (f"{SITE}/b.html", B)]
    assert f"{SITE}/b.html" not in shelf.read


def test_where_a_post_without_links_changed_the_cursor_follows(blog: Blog) -> None:
    """A pull that brings no act is remembered too, and the one after it tells nothing."""
    blog.pull([post("a.html", A), post("b.html")])
    (batch,) = blog.pull([post("a.html", A), post("b.html", title="Cake")])
    assert (batch.acts, batch.gone, batch.complete) == ((), (), ())
    assert blog.pull([post("a.html", A), post("b.html", title="Cake")]) == []


def test_other_addresses_of_the_site_make_all_posts_be_read(blog: Blog) -> None:
    """What is the blogger's own depends on them, in every post."""
    posts = [post("a.html", A), post("b.html", B)]
    blog.pull(posts)
    shelf = Shelf()
    ask = structs.replace(blog.ask([shelf.late(one) for one in posts]), sites=(SITE, A))
    with Client() as client:
        (batch,) = SERVICE.pull(blog.source, ask, client)
    assert {*shelf.read} == {one.url for one in posts}
    assert ([act.target for act in batch.acts], len(batch.gone)) == ([B], 1)


def test_what_is_known_is_as_old_as_the_newest_of_all_posts(blog: Blog) -> None:
    """An old post is edited, and the source is no older for it."""
    blog.pull([post("a.html", A, published=NOW - timedelta(days=9)), post("b.html", B)])
    (batch,) = blog.pull([post("a.html", C, published=NOW - timedelta(days=9)), post("b.html", B)])
    assert batch.pulled == NOW - timedelta(days=1)


def test_problems_of_posts_that_did_not_change_stay_told(blog: Blog) -> None:
    """A broken link is told until it is mended, by the build and by `status`, in the order of the posts."""
    posts = [post("a.html", BROKEN), post("b.html", BROKEN), post("c.html", BROKEN)]
    told = blog.build(posts).problems
    assert [problem.where for problem in told] == ["a.html.md", "b.html.md", "c.html.md"]
    after = blog.build([posts[0], post("b.html", A), posts[2]]).problems
    assert list(after) == blog.store.problems("posts") == [told[0], told[2]]
    assert blog.build([posts[0], post("b.html", A), posts[2]]).problems == ()
    assert blog.store.problems("posts") == [told[0], told[2]]


# --- What is kept may be anything ------------------------------------------------------------------------------------


def _lose(blog: Blog) -> None:
    blog.place.unlink()


def _cut(blog: Blog) -> None:
    blog.place.write_bytes(blog.place.read_bytes()[:-9])


def _turn_over(blog: Blog) -> None:
    data = bytearray(blog.place.read_bytes())
    data[-20] ^= 1
    blog.place.write_bytes(data)


def _replace(blog: Blog) -> None:
    blog.place.write_text('{"of": "another program"}')


def _block(blog: Blog) -> None:
    blog.place.unlink()
    blog.place.mkdir()


def _begin(blog: Blog) -> None:
    """A build that was killed before it told anything."""
    blog.store.begin("posts", later(blog.hours))


def _merge(blog: Blog) -> None:
    """An act that no post of this blog is or holds comes with an export of another one."""
    with tempfile.TemporaryDirectory() as folder:
        other = Blog(Path(folder))
        with other.store:
            other.pull([post("z.html", C)])
            blog.store.merge(other.store.whole())


DISTURBED = [_lose, _cut, _turn_over, _replace, _block, _begin, _merge]


@pytest.mark.parametrize("disturb", DISTURBED)
def test_what_cannot_be_believed_is_not(blog: Blog, disturb: Callable[[Blog], None]) -> None:
    """Lost, cut off, with one bit turned over, somebody else's, or of a store that was told more since: all posts are
    read, and the store is right.
    """
    blog.pull([post("a.html", A), post("b.html", B)])
    disturb(blog)
    (batch,) = blog.pull([post("a.html", A), post("b.html", f"{B}2")])
    assert (len(batch.acts), batch.complete) == (2, ("*",))
    assert blog.links == [(f"{SITE}/a.html", A), (f"{SITE}/b.html", f"{B}2")]


def test_an_empty_store_is_told_everything(blog: Blog, tmp_path: Path) -> None:
    """A store that was lost or is another one is filled, though what was kept of the former one is there."""
    blog.pull([post("a.html", A)])
    other = Blog(tmp_path, "other.sqlite")
    with other.store:
        (batch,) = other.pull([post("a.html", A), post("b.html", B)])
        assert (len(batch.acts), batch.complete) == (2, ("*",))


def test_a_store_from_a_backup_is_brought_up_to_date(blog: Blog, tmp_path: Path) -> None:
    """What was taken out since the backup does not come back with it."""
    blog.pull([post("a.html", A, B)])
    blog.store.close()
    shutil.copy(tmp_path / "conversation.sqlite", tmp_path / "backup.sqlite")
    blog.pull([post("a.html", A)])
    restored = Blog(tmp_path, "backup.sqlite")
    with restored.store:
        assert len(restored.links) == 2
        (batch,) = restored.pull([post("a.html", A), post("c.html", C)])
        assert batch.complete == ("*",)
        assert restored.links == [(f"{SITE}/a.html", A), (f"{SITE}/c.html", C)]


def test_of_two_builds_at_once_the_next_one_takes_nothing_for_granted(blog: Blog) -> None:
    """Both went on from the same state, and each knows nothing of what the other told: the next build reads all."""
    blog.pull([post("a.html", A)])
    asks = [blog.ask([post("a.html", A, B)]), blog.ask([post("a.html", A, C)])]
    with Client() as client:
        builds = [SERVICE.pull(blog.source, ask, client) for ask in asks]
        for build, batch in [(build, next(build)) for build in builds]:
            assert batch.complete == ()
            blog.store.commit(blog.store.begin("posts", NOW), "posts", batch, NOW)
            assert list(build) == []
    assert len(blog.links) == 3
    (batch,) = blog.pull([post("a.html", A, C), post("b.html")])
    assert batch.complete == ("*",)
    assert blog.links == [(f"{SITE}/a.html", A), (f"{SITE}/a.html", C)]


def test_other_code_reads_all_posts(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an upgrade, or with another Python, links may be read otherwise, in posts that did not change too."""
    blog.pull([post("a.html", A), post("b.html", B)])
    monkeypatch.setattr(kept_links, "own_code", lambda: "of tomorrow")
    (batch,) = blog.pull([post("a.html", A), post("b.html", C)])
    assert (len(batch.acts), batch.complete) == (2, ("*",))


def test_what_was_told_and_not_stored_is_told_again(blog: Blog) -> None:
    """Where the process ends between the two, what was kept is still true of the store."""
    blog.pull([post("a.html", A), post("b.html", B)])
    posts = [post("a.html", A), post("b.html", C)]
    with Client() as client:
        told = next(iter(SERVICE.pull(blog.source, blog.ask(posts), client)))
    assert blog.pull(posts) == [told]
    assert blog.links == [(f"{SITE}/a.html", A), (f"{SITE}/b.html", C)]


def test_everything_is_told_where_that_is_asked_for(blog: Blog) -> None:
    """`pull --full` lists all acts, so that nothing can stay wrong for ever; what it kept is believed afterwards."""
    posts = [post("a.html", A), post("b.html", B)]
    blog.build(posts)
    assert blog.build(posts, Plan(full=True)).changes.same == 2
    (batch,) = blog.pull([*posts, post("c.html", C)])
    assert ([act.target for act in batch.acts], batch.complete) == ([C], ())


def test_what_was_kept_lies_where_forget_empties_all_and_the_next_pull_spares_whom_it_forgot(blog: Blog) -> None:
    """A problem may hold somebody's address, and neither the file nor what is told from it afterwards may keep it."""
    bo = "https://b.example/@bo"
    posts = [post("a.html", fields={"reply_to": (f"see {bo}",)}), post("b.html", bo)]
    blog.build(posts)
    assert bo in blog.place.read_text()
    blog.store.forget(bo)
    shutil.rmtree(caches_of(blog.source.root))  # as `erasing.forget` does
    for _ in range(2):
        posts.append(post(f"{len(posts)}.html", C))
        blog.build(posts)
        assert [one.act.to.url for one in blog.store.given() if one.act.target == bo] == [""]
        (problem,) = blog.store.problems("posts")
        assert "reply_to" in problem.what
        assert bo not in problem.what


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    """All posts are read each time, as in a checkout that only may be read."""
    (tmp_path / ".cache").write_text("no folder")
    blog = Blog(tmp_path)
    with blog.store:
        assert len(blog.pull([post("a.html", A)])[0].acts) == 1
        assert len(blog.pull([post("a.html", A), post("b.html", B)])[0].acts) == 2


def test_builds_in_a_row_read_only_what_changed(blog: Blog) -> None:
    """The way through a whole pull, with its own count of pulls, is the one that is believed."""
    posts = [post("a.html", A), post("b.html", B)]
    assert blog.build(posts).changes.new == 2
    for number in range(3):
        shelf = Shelf()
        posts[1] = post("b.html", f"{B}{number}")
        changes = blog.build([shelf.late(one) for one in posts]).changes
        assert {*shelf.read} == {posts[1].url}
        assert (changes.new, changes.same, changes.gone) == (1, 0, 1)
    assert blog.build(posts).changes.new == 0
