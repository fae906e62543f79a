"""Who is the blogger: by evidence, and never a neighbour."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversation.acts import Person
from conversation.identities import Identities, names_of

steady = settings(deadline=None, derandomize=True)

ADA = Identities(
    ["@ada@social.example", "ada.bsky.social", "https://code.example/ada", "https://x.com/ada"],
    ["https://tilde.example/~ada/", "http://ada-marlow.example/blog"],
)


@pytest.mark.parametrize(
    "person",
    [
        Person(url="https://tilde.example/~ada"),
        Person(url="http://www.tilde.example:80/~ada/"),
        Person(url="https://tilde.example/~ada/about.html"),
        Person(url="http://ada-marlow.example/blog/"),
        Person(url="https://social.example/@ada"),
        Person(url="https://social.example/@Ada/"),
        Person(url="https://social.example/users/ada"),
        Person(handle="@ada@social.example"),
        Person(handle="ada@Social.Example"),
        Person(handle="acct:ada@social.example"),
        Person(url="https://bsky.app/profile/ada.bsky.social"),
        Person(handle="@ada.bsky.social"),
        Person(url="http://code.example/ada/"),
        Person(url="https://twitter.com/ada"),
    ],
    ids=str,
)
def test_the_blogger_is_known_by_address_profile_and_handle(person: Person) -> None:
    """All spellings of the site, of a named profile and of a named handle are the blogger."""
    assert ADA.owns(person)


@pytest.mark.parametrize(
    "person",
    [
        Person(),
        Person(name="Ada Marlow"),
        Person(name="Ada", handle="ada"),
        Person(url="https://tilde.example/~bob"),
        Person(url="https://tilde.example/"),
        Person(url="https://tilde.example/~adam"),
        Person(url="http://ada-marlow.example/blogger"),
        Person(url="https://social.example/@adam"),
        Person(url="https://social.example/"),
        Person(url="https://evil.example/@ada"),
        Person(url="https://evil.example/@ada@social.example"),
        Person(url="https://evil.example/profile/ada.bsky.social"),
        Person(url="https://tilde.example.evil.example/~ada"),
        Person(url="https://tilde.example@evil.example/~ada"),
        Person(url="javascript:https://tilde.example/~ada"),
        Person(handle="@ada@other.example"),
        Person(handle="evil.bsky.social"),
    ],
    ids=str,
)
def test_nobody_else_is_taken_for_the_blogger(person: Person) -> None:
    """Neighbours on a shared host, namesakes and impostors stay others: a name is no evidence."""
    assert not ADA.owns(person)


def test_a_page_of_the_site_speaks_for_the_blogger_and_a_comment_under_it_does_not() -> None:
    """A post that links to another post is the blogger's own; `/post.html#comment-5` is a stranger's comment."""
    assert ADA.owns(Person(), "https://tilde.example/~ada/b.html")
    assert not ADA.owns(Person(name="Bob"), "https://tilde.example/~ada/b.html#comment-5")
    assert not ADA.owns(Person(), "https://tilde.example/~bob/b.html")
    assert ADA.holds("https://tilde.example/~ada/b.html#comment-5")


def test_without_a_site_and_names_nobody_is_the_blogger() -> None:
    """An empty configuration claims nothing, not even what has no address."""
    nobody = Identities([], [])
    assert not nobody.owns(Person(), "")
    assert not nobody.owns(Person(url="https://e.example/"), "https://e.example/")
    assert not nobody.holds("/a.html")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://social.example/@ada", "@ada@social.example"),
        ("https://social.example/users/ada", "https://social.example/@ada/"),
        ("https://bsky.app/profile/ada.example", "@Ada.Example"),
        ("@ada@bücher.example", "https://xn--bcher-kva.example/@ada"),
        ("https://social.example:3000/@ada", "@ada@social.example:3000"),
        ("https://mobile.twitter.com/ada", "https://x.com/ada"),
    ],
)
def test_names_of_one_account_meet(one: str, other: str) -> None:
    """A handle and the addresses of its profile are recognised as one person."""
    assert names_of(one) & names_of(other)


def test_texts_that_are_no_names_have_none() -> None:
    """A name in passing, an endless handle or a broken address identify nobody."""
    assert not names_of("Ada Marlow")
    assert not names_of("a" * 600 + "@social.example")
    assert not names_of("https://")


def test_accounts_told_apart_by_a_query_stay_apart() -> None:
    """Some sites keep people in the query: `user?id=ada` is not `user?id=bob`."""
    assert not names_of("https://news.example/user?id=ada") & names_of("https://news.example/user?id=bob")


@steady
@given(
    st.text(max_size=40)
    | st.lists(st.sampled_from(["@", "ada", ".", "example", "https://", "/", "acct:", "did:", ":80", "\0", "é"])).map(
        "".join
    )
)
def test_no_text_makes_identities_fail(text: str) -> None:
    """Whatever a service gives as profile, handle or permalink, the question has an answer."""
    person = Person(url=text, handle=text)
    assert Identities([text], []).owns(person) == bool(names_of(text))
    assert ADA.owns(Person(), text) in {True, False}
