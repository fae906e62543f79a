"""What the store knows of people with several profiles: proofs come with their acts, and go with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from conversation.acts import Act, Direction, Person, Proof
from conversation.exchange import load_export, write_export
from conversation.sources import Batch
from conversation.store import Proved, Store
from making import act
from stores import NOW, SOURCE, later, pull

#: The author of `act(1)`, spelled as `Person.key` spells it, and other profiles.
ME = "https://p1.example"
BLOG, FORGE = "https://blog.example", "https://forge.example/bea"


def told(*others: str, by: int = 1, acts: tuple[Act, ...] = (), **more: tuple[str, ...]) -> Batch:
    """A batch with an act by a person, and what the service has proved of them."""
    proofs = tuple(Proof(f"https://p{by}.example/", other) for other in others)
    return Batch(acts=acts or (act(by),), proofs=proofs, **more)  # type: ignore[arg-type]


def test_proofs_are_kept_in_one_spelling_and_order(store: Store) -> None:
    """However a source spells and turns a pair, it is one proof, seen when it was seen last."""
    pull(store, told("http://Blog.example:80"))
    pull(store, Batch(acts=(act(1),), proofs=(Proof("https://blog.example/", "http://P1.example"),)), later(1))
    pull(store, told(BLOG), source="another")
    assert store.proofs() == [Proof(BLOG, ME)]
    assert store.whole().proofs == (Proved("another", Proof(BLOG, ME), NOW), Proved(SOURCE, Proof(BLOG, ME), later(1)))


def test_a_proof_does_not_grow_older(store: Store) -> None:
    """A clock that went back sets no time back."""
    pull(store, told(BLOG), later(5))
    pull(store, told(BLOG), NOW)
    assert [one.at for one in store.whole().proofs] == [later(5)]


@pytest.mark.parametrize(
    "other",
    [
        "",
        "@bea@s.example",
        "mailto:bea@blog.example",
        "javascript:alert(1)",
        "https://me@blog.example/",
        ME,
        "https://",
    ],
)
def test_what_is_no_address_of_another_page_proves_nothing(other: str, store: Store) -> None:
    """Only two different web addresses can be one person's two profiles."""
    pull(store, told(other, FORGE))
    assert store.proofs() == [Proof(FORGE, ME)]


def test_what_people_prove_is_bounded(store: Store) -> None:
    """Neither an endless address nor an endless list of them gets in."""
    pull(store, told("https://blog.example/" + "x" * 1200, *(f"https://b{number}.example" for number in range(90))))
    assert len(store.proofs()) == 20
    assert all(len(one.one) < 100 for one in store.proofs())


def test_a_proof_names_somebody_in_the_batch(store: Store) -> None:
    """What a source says of people who did nothing here is not kept; people to whom something was given are in."""
    pull(store, Batch(acts=(act(2),), proofs=(Proof(ME, BLOG),)))
    assert store.proofs() == []
    given = act(3, direction=Direction.GIVEN, author=Person(), to=Person("P", ME))
    pull(store, told(BLOG, acts=(given,)))
    assert store.proofs() == [Proof(BLOG, ME)]
    pull(store, Batch(acts=(given,)), later(1))
    assert store.proofs() == [Proof(BLOG, ME)]


def test_who_is_told_again_without_a_proof_has_taken_it_back(store: Store) -> None:
    """The newest word on a person counts, at that source only; a batch without them says nothing about them."""
    pull(store, told(BLOG, FORGE))
    pull(store, told(BLOG, by=2))
    pull(store, told(BLOG), source="another")
    pull(store, told(FORGE), later(1))
    assert store.proofs() == [Proof(BLOG, ME), Proof(BLOG, "https://p2.example"), Proof(FORGE, ME)]
    pull(store, told(), later(2), "another")
    assert store.proofs() == [Proof(BLOG, "https://p2.example"), Proof(FORGE, ME)]


@pytest.mark.parametrize(
    "batch",
    [
        Batch(gone=("1",)),
        Batch(acts=(act(2),), proofs=(Proof("https://p2.example/", FORGE),), complete=("*",)),
        Batch(acts=(structs.replace(act(1), author=Person()),)),
    ],
)
def test_who_is_gone_leaves_no_proof(batch: Batch, store: Store) -> None:
    """With a person's last act, deleted or made nameless, goes what was known of their profiles."""
    pull(store, Batch(acts=(act(1), act(2)), proofs=(Proof(ME, BLOG), Proof("https://p2.example/", FORGE))))
    pull(store, batch, later(1))
    assert store.proofs() == [Proof(FORGE, "https://p2.example")]


@pytest.mark.parametrize("who", ["https://P1.example/", "http://blog.example", "@bea@s.example"])
def test_who_is_forgotten_is_no_longer_in_any_proof(who: str, store: Store) -> None:
    """By profile, by the other profile or by handle; and neither a pull nor an import brings the proof back."""
    bea = act(1, author=Person("Bea", ME, handle="@bea@s.example"))
    pull(store, told(BLOG, acts=(bea, act(2))))
    before = store.whole()
    store.forget(who)
    assert store.proofs() == []
    pull(store, told(BLOG, acts=(bea, act(2))), later(1))
    store.merge(before)
    assert store.proofs() == []


def test_proofs_survive_an_export(store: Store, tmp_path: Path) -> None:
    """What was exported comes back; of one proof in both stores, the later time stays."""
    pull(store, told(BLOG, FORGE))
    write_export(store, tmp_path / "export.json")
    with Store.open("sqlite:///copy.sqlite", tmp_path) as copy:
        load_export(copy, tmp_path / "export.json")
        assert copy.whole().proofs == store.whole().proofs
        pull(copy, told(BLOG, FORGE), later(2))
        load_export(copy, tmp_path / "export.json")
        assert {one.at for one in copy.whole().proofs} == {later(2)}
