"""`forget`: not a byte stays of a person in what the plugin keeps, they do not come back, and the rest is told."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from blog import SITE, Blog, mention
from conversation.acts import Act, Direction, Kind, Person, Problem, Proof
from conversation.erasing import files_naming
from conversation.exchange import load_export, write_export
from conversation.identities import names_of
from conversation.sources import Batch
from conversation.store import Erased, Store
from conversation.store.redacting import Redactor
from making import act, stored
from stores import NOW, later, pull

PROFILE = "https://social.example/@xanthippe"
XANTHIPPE = Person("Xanthippe Quill", PROFILE, f"{PROFILE}/face.png", "@xanthippe@social.example")
#: Whatever tells who she is or what she said.
TRACES = (b"anthippe", b"quill", b"sour grapes")
#: By what a source may call her.
SPELLINGS = (
    PROFILE,
    "http://www.social.example/users/xanthippe/",
    "@Xanthippe@social.example",
    "acct:xanthippe@social.example",
    "https://bsky.brid.gy/r/https://social.example/@xanthippe",
)


def by_her(number: int = 1, **more: Any) -> Act:  # noqa: ANN401 - any field of Act
    """A reply of hers."""
    url = f"{PROFILE}/{number}"
    return act(number, **{"author": XANTHIPPE, "url": url, "text": "Sour grapes!", "title": "Quill", **more})


#: What others said of her, and what the blogger gave to her.
NAMING = (
    by_her(1),
    by_her(2, kind=Kind.LIKE, author=Person(url=PROFILE)),
    by_her(3, author=Person()),
    act(4, parent=f"{PROFILE}/1"),
    act(5, text=f"See {PROFILE}/1, @xanthippe@social.example.", title=PROFILE, warning=f"({PROFILE})"),
    act(
        6,
        html=f'<p><a href="{PROFILE}" class="u">@<span>xanthippe</span></a> right, <img src="{PROFILE}/a.png"></p>',
        text="@xanthippe right",
    ),
    act(
        7,
        direction=Direction.GIVEN,
        author=Person(),
        to=XANTHIPPE,
        target=f"{PROFILE}/1",
        text="@xanthippe yes",
        source="m",
    ),
    act(8, direction=Direction.GIVEN, author=Person(), target=f"{PROFILE}/9", source="m"),
    act(9, text="Nothing of the kind, mail@social.example or https://social.example/@xeno"),
)


def fill(store: Store, *, proofs: bool = True) -> None:
    """All of them, a grave, and messages that name her."""
    told = Batch(
        acts=(*NAMING, by_her(20, id=f"{PROFILE}/20")),
        cursor={f"{PROFILE}/1": "9"},
        problems=(Problem(f"{PROFILE}/1", "by @xanthippe@social.example"),),
        proofs=(Proof(PROFILE, "https://quiet.example/"),) if proofs else (),
    )
    pull(store, told)
    pull(store, structs.replace(told, gone=(f"{PROFILE}/20",)), later(1))
    store.end(store.begin("other", NOW), "other", NOW, error=f"{PROFILE} did not answer", pulled=None)


def everything(folder: Path) -> bytes:
    """All bytes of all files below a folder, in small letters."""
    return b"\0".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()).lower()


@pytest.mark.parametrize("who", SPELLINGS)
def test_no_byte_of_a_forgotten_person_stays_in_the_store(who: str, tmp_path: Path) -> None:
    """Acts, mentions in others' words, parents, graves, messages, cursors, proofs, log and freed pages: all gone."""
    with Store.open("sqlite:///s.sqlite", tmp_path) as store:
        fill(store)
        assert all(trace in everything(tmp_path) for trace in TRACES)
        erased = store.forget(who)
        assert (erased.acts, erased.changed) == (3, 5)
        assert erased.proved == ("https://quiet.example",)
        assert not [trace for trace in TRACES if trace in everything(tmp_path)]
        left = {one.act.id: one.act for one in store.whole().acts}
        assert left["5"].text == "See …, …."
        assert left["6"].html == '<p>… right, <img src="about:blank"></p>'
        assert left["6"].text == "… right"
        assert left["9"] == NAMING[8]
        assert {number: left[number].to for number in "78"} == {"7": Person(), "8": Person()}
        assert store.cursor("webmention.io") == {}
    assert not [trace for trace in TRACES if trace in everything(tmp_path)]


@pytest.mark.parametrize("who", SPELLINGS)
def test_whoever_was_forgotten_stays_forgotten(who: str, tmp_path: Path) -> None:
    """Neither a pull, under any spelling, nor an export from before brings a byte of them back."""
    with Store.open("sqlite:///s.sqlite", tmp_path) as store:
        fill(store)
        write_export(store, tmp_path / "old.json")
        store.forget(who)
        kept = store.whole()
        fill(store)
        for number, spelling in enumerate(SPELLINGS):
            person = Person("Quill", spelling) if spelling.startswith("http") else Person("Quill", handle=spelling)
            pull(store, Batch(acts=(by_her(30 + number, author=person),)), later(2))
        load_export(store, tmp_path / "old.json")
        (tmp_path / "old.json").unlink()
        write_export(store, tmp_path / "new.json")
        assert [one.act for one in store.whole().acts] == [one.act for one in kept.acts]
    # What was taken and erased within one pull was never written.
    assert not [trace for trace in TRACES if trace in everything(tmp_path)]


def test_an_import_forgets_whom_the_other_store_forgot(tmp_path: Path) -> None:
    """Two stores brought together know nobody whom either was asked to forget."""
    with Store.open("sqlite:///a.sqlite", tmp_path) as one, Store.open("sqlite:///b.sqlite", tmp_path) as other:
        fill(one)
        other.forget(PROFILE)
        one.merge(other.whole())
        assert not [trace for trace in TRACES if trace in repr(one.whole()).lower().encode()]
        assert one.forget("https://someone.example/") == Erased()


@pytest.mark.parametrize("who", ["", "xanthippe", "Xanthippe Quill", "@", "https://", "social.example/@xanthippe"])
def test_a_name_that_tells_nobody_apart_forgets_nobody(who: str, tmp_path: Path) -> None:
    """There are many of that name, and forgetting cannot be taken back."""
    with Store.open("sqlite:///s.sqlite", tmp_path) as store:
        fill(store)
        before = store.whole()
        assert store.forget(who) == Erased()
        assert store.whole() == before


def test_a_neighbour_is_not_forgotten(tmp_path: Path) -> None:
    """The same server, a longer name, the same picture: somebody else, who stays whole."""
    others = [
        act(
            1,
            author=Person("X", "https://social.example/@xanthippe2", XANTHIPPE.photo),
            url="https://social.example/@x/1",
        ),
        act(2, author=Person("Xanthippe Quill", "https://else.example/@xanthippe")),
        act(3, author=Person("Other", "https://social.example/")),
        act(4, text="x@social.example and https://social.example/@xanthippe2/1"),
    ]
    with Store.open("sqlite:///s.sqlite", tmp_path) as store:
        pull(store, Batch(acts=(by_her(), *others[1:])))
        pull(store, Batch(acts=(others[0],)), source="other")
        store.forget(PROFILE)
        assert {one.act for one in store.whole().acts} == {*others[1:], structs.replace(others[0], source="other")}


words = st.sampled_from(
    [
        PROFILE,
        f"{PROFILE}/1?a=b#c",
        "@xanthippe@social.example",
        "<a href='",
        "'>",
        "</a>",
        "<p ",
        ">",
        "&amp;",
        "a b",
        ". ",
        '"',
    ]
)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.lists(words, max_size=10))
def test_taking_somebody_out_once_is_enough_and_never_fails(parts: list[str]) -> None:
    """Whatever others wrote around a name, it goes, and what is left does not change again: no act seems edited."""
    redactor = Redactor(names_of(PROFILE).__contains__)
    for markup in ("".join(parts), " ".join(parts)):
        once = redactor.act(act(1, html=markup, text=markup))
        assert once is not None
        assert redactor.act(once) == once
    assert "xanthippe" not in once.text


def test_a_long_text_is_searched_in_no_time() -> None:
    """A stranger cannot hold a build up with a text that is hard to search."""
    redactor = Redactor(names_of(PROFILE).__contains__)
    for hostile in ("<a href=http://a>" * 20_000, "a@" * 50_000, "https://" * 20_000, f"<a {'x' * 50_000}://@"):
        assert redactor.act(act(1, html=hostile, text=hostile)) is not None


# --- The task, the whole way -----------------------------------------------------------------------------------------


def theirs(number: int, prop: str = "in-reply-to", **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """An entry of hers as webmention.io tells it."""
    url = f"{PROFILE}/{number}"
    author = {"type": "card", "name": XANTHIPPE.name, "photo": XANTHIPPE.photo, "url": PROFILE}
    content = {"text": "Sour grapes!", "html": "<p>Sour grapes!</p>"}
    return mention(number, prop, **{"author": author, "url": url, "wm-source": url, "content": content, **more})


def a_blog(folder: Path) -> Blog:
    """A blog with her words in an archive, an import, the giving table, the moderation file, cache and backups."""
    blog = Blog(folder, CONVERSATION_IDENTITIES=["@ada@social.example"]).write("a.md")
    blog.archive([mention(1), theirs(2), theirs(3, "like-of"), mention(4, content={"text": f"As {PROFILE} said."})])
    (folder / "content" / "giving.csv").write_text(f"date,kind,url,person\n2026-05-05,reply,{PROFILE}/1,{PROFILE}\n")
    (folder / "content" / "moderation.toml").write_text(f'[show]\nauthors = ["{PROFILE}"]\n')
    return blog


def test_forget_clears_what_is_the_plugins_and_names_what_is_the_bloggers(tmp_path: Path) -> None:
    """Store, cache, backups, old pictures: emptied; archive, table and rules: named; then a build has no trace left."""
    blog = a_blog(tmp_path).build()
    assert blog.counts("a.html")["comments"] == 3
    assert blog.ledger()["received"]["all"] | {"by_kind": 0} != {}
    (tmp_path / "old.json").write_text(json.dumps({"children": [theirs(5)]}))
    assert blog.run("import", "old.json").returncode == 0
    cache = tmp_path / ".cache" / "conversation" / "a"
    cache.parent.mkdir(parents=True, exist_ok=True)
    for path in (cache, tmp_path / "conversation.sqlite.damaged-1", tmp_path / "conversation.sqlite.damaged-1-wal"):
        path.write_text("Xanthippe Quill")
    face = blog.output / "conversation" / "faces" / "0123456789abcdef.webp"
    face.parent.mkdir(parents=True, exist_ok=True)
    face.write_text("Xanthippe Quill")

    done = blog.run("forget", "@xanthippe@social.example")
    assert done.returncode == 0, done.stdout + done.stderr
    for words in ("3 acts", "giving.csv", "moderation.toml", "mentions.json", "damaged-1", "Build and publish again"):
        assert words in done.stdout
    (tmp_path / "content" / "giving.csv").unlink()
    (tmp_path / "content" / "moderation.toml").unlink()

    blog.build()
    assert blog.run("export", "export.json").returncode == 0
    assert (blog.counts("a.html")["comments"], blog.counts("a.html")["likes"]) == (2, 0)
    assert blog.ledger()["received"]["all"]["acts"] == 2
    for name in ("old.json", "mentions.json"):  # the blogger's own, and read once more since
        (tmp_path / name).unlink()
    assert not [trace for trace in TRACES if trace in everything(tmp_path)]


def test_an_archive_that_is_read_again_does_not_bring_them_back(tmp_path: Path) -> None:
    """`import`, and the archive that is a source: the same files as before, and nobody comes back."""
    blog = a_blog(tmp_path).build()
    assert blog.run("export", "export.json").returncode == 0
    assert blog.run("forget", PROFILE).returncode == 0
    for name in ("export.json", "mentions.json"):
        assert blog.run("import", name).returncode == 0
    (tmp_path / "mentions.json").write_text((tmp_path / "mentions.json").read_text() + "\n")
    blog.build()
    assert blog.counts("a.html")["comments"] == 2
    assert not [path for path, text in blog.files().items() if b"rapes" in text or b"Quill" in text]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["forget"], 2, "who"),
        (["forget", "xanthippe"], 1, "whole handle"),
        (["forget", "@ada@social.example"], 1, "--yes"),
        (["forget", f"{SITE}/"], 1, "is you"),
        (["forget", "@nobody@social.example"], 0, "knows nobody"),
        (["forget", "@ada@social.example", "--yes"], 0, "knows nobody"),
    ],
)
def test_forget_is_sure_whom_it_erases(arguments: list[str], code: int, words: str, tmp_path: Path) -> None:
    """Nobody is erased by a bare name, nor the blogger by a slip."""
    blog = a_blog(tmp_path)
    done = blog.run(*arguments)
    assert (done.returncode, words in done.stdout + done.stderr) == (code, True), done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_others_who_call_them_by_name_are_told(tmp_path: Path) -> None:
    """Others' sentences stay theirs: the blogger reads which ones still hold the name, and decides."""
    blog = Blog(tmp_path).write("a.md")
    blog.archive([theirs(1), mention(2, content={"text": "As Xanthippe Quill said."}), mention(3)]).build()
    told = blog.run("forget", PROFILE).stdout
    assert "https://p2.example/notes/2" in told
    assert "https://p3.example/notes/3" not in told


def test_files_are_searched_packed_or_not(tmp_path: Path) -> None:
    """A name is found in a zip, across pieces, with JSON's slashes and in any letter case, but not within another."""
    (tmp_path / "a.json").write_text('{"url": "https:\\/\\/Social.example\\/@xanthippe"}')
    (tmp_path / "b.txt").write_text("x" * ((1 << 20) - 12) + " social.example/@xanthippe/1")
    (tmp_path / "c.txt").write_text("https://social.example/@xanthippe2 asocial.example/@xanthippe")
    with zipfile.ZipFile(tmp_path / "d.zip", "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("outbox.json", PROFILE)
    whole = (tmp_path / "d.zip").read_bytes()
    shutil.copy(tmp_path / "d.zip", tmp_path / "e.zip")
    (tmp_path / "e.zip").write_bytes(whole[:40] + b"\xff\xff\xff" + whole[43:])
    found = files_naming([tmp_path, tmp_path / "missing"], ["social.example/@xanthippe"])
    assert [path.name for path in found] == ["a.json", "b.txt", "d.zip", "e.zip"]
    assert files_naming([tmp_path], []) == []


def test_what_is_given_in_own_files_keeps_its_address(tmp_path: Path) -> None:
    """The links of a post are the blogger's: the page shows them, so the store only forgets whose they are."""
    link = stored(
        1, Kind.LINK, direction=Direction.GIVEN, author=Person(), to=XANTHIPPE, target=PROFILE, source="posts"
    ).act
    with Store.open("sqlite:///s.sqlite", tmp_path) as store:
        pull(store, Batch(acts=(link,)), source="posts")
        store.forget(PROFILE)
        assert [one.act for one in store.given()] == [structs.replace(link, to=Person())]
