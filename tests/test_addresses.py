"""Addresses as words: what may be linked to, and what two spellings share."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conversation.addresses import MAX_LENGTH, ascii_host, escapes, host_of, is_web, key, split

steady = settings(deadline=None, derandomize=True)

#: Text that looks like an address more often than any text would.
addresses = st.lists(
    st.sampled_from(
        ["http", "https", "at", ":", "//", "/", "?", "#", "@", "%", "%41", "%C3", "[", "]", "::1", ":80", ":443"]
    )
    | st.sampled_from(["e.example", "é.example", "☃", "\\", " ", "\n", "\0", "\ud800", ".", "..", "a", "=", "&"])
    | st.text(max_size=3),
    max_size=12,
).map("".join)


@pytest.mark.parametrize(
    "url",
    [
        "https://e.example",
        "http://e.example:8000/a%20b?c=d#e",
        "HTTPS://E.example/",
        "https://bücher.example/ä",
        "https://☃.example/",
        "http://[::1]:8000/",
        "http://127.0.0.1:8000/a",
        "https://under_score.example/",
        "  https://e.example/  ",
    ],
)
def test_web_addresses_may_be_linked_to(url: str) -> None:
    """Addresses that browsers open are not refused for an odd host, port or letter."""
    assert is_web(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "e.example",
        "//e.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://e.example/",
        "mailto:ada@e.example",
        "at://did:plc:abc/app.bsky.feed.post/1",
        "bttp://e.example/",
        "https:e.example",
        "http:/e.example",
        "https://",
        "https:///a",
        "http://[",
        "https://bank.example@evil.example/",
        "https://:secret@evil.example/",
        "https://e.example:port/",
        "https://e.example/a b",
        "https://e.example/a\nb",
        "https://e.example/\0",
        'https://e.example/"onclick="x',
        "https://e.example/<script>",
        "https://e.example\\@evil.example/",
        "https://e.example/\ud800",
        "https://e%2Eexample/",
        "https://" + "a" * MAX_LENGTH,
    ],
)
def test_other_texts_may_not_be_linked_to(url: str) -> None:
    """Schemes that run code, disguised hosts, what breaks out of an attribute, and mere text never become links."""
    assert not is_web(url)


@steady
@given(addresses)
@example("http://[::1]:443")
@example("https://e.example/%%41B")
def test_no_text_makes_an_address_function_fail(text: str) -> None:
    """Whatever a service sends, taking it apart gives an answer and not an exception."""
    assert is_web(text) in {True, False}
    assert host_of(text) == host_of(text).removeprefix("www.")
    assert split(text) is None or split(text) == split(text.strip())


@steady
@given(addresses)
@example("http://[::1]:8080/")
@example("http://e.example:443/")
@example("https://e.example/%%41B?%zz#\ud800")
def test_a_key_is_its_own_key(text: str) -> None:
    """A key that was stored is found again under the key of itself."""
    assert key(key(text)) == key(text)


@steady
@given(st.text(max_size=40))
def test_escapes_are_stable_and_ascii(text: str) -> None:
    """Escaping twice changes nothing more, and what comes out can be written anywhere."""
    assert escapes(escapes(text)) == escapes(text)
    assert escapes(text).isascii()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://e.example/a", "https://e.example/a"),
        ("https://E.EXAMPLE/a", "https://e.example/a"),
        ("https://e.example:443/a", "https://e.example/a"),
        ("http://e.example:80/a", "https://e.example/a"),
        ("https://e.example.", "https://e.example/"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://e.example/%7eada", "https://e.example/~ada"),
        ("https://e.example/ä", "https://e.example/%c3%a4"),
        ("https://e.example/a b", "https://e.example/a%20b"),
        ("https://e.example/100%", "https://e.example/100%25"),
        (" https://e.example/a\n", "https://e.example/a"),
    ],
)
def test_spellings_of_one_address_share_a_key(one: str, other: str) -> None:
    """The differences that RFC 3986 calls none make none."""
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://e.example/a", "https://e.example/A"),
        ("https://e.example/a", "https://e.example/a/"),
        ("https://e.example/a//b", "https://e.example/a/b"),
        ("https://e.example/a?b=1", "https://e.example/a?b=2"),
        ("https://e.example/a#favorited-by-1", "https://e.example/a#favorited-by-2"),
        ("https://e.example/a%2Fb", "https://e.example/a/b"),
        ("https://e.example/a%253F", "https://e.example/a%3F"),
        ("https://e.example:8000/", "https://e.example/"),
        ("https://www.e.example/", "https://e.example/"),
        ("https://straße.example/", "https://strasse.example/"),
        ("https://fed.example/web/at://did:plc:1%231", "https://fed.example/web/at:/did:plc:1%231"),
        ("http://[::1]:8080/", "http://[::1]:8081/"),
    ],
)
def test_different_addresses_have_different_keys(one: str, other: str) -> None:
    """A like is not lost because its fragment, its doubled slash or its query was taken for decoration."""
    assert key(one) != key(other)


def test_hosts_are_compared_in_punycode() -> None:
    """Hosts are told as browsers tell them: lower case, punycode, without www; a name that cannot be is left alone."""
    assert host_of("https://WWW.Bücher.Example:8000/a") == "xn--bcher-kva.example"
    assert host_of("not an address") == ""
    assert ascii_host("straße.example") == "xn--strae-oqa.example"
    assert ascii_host("☃.example") == "xn--n3h.example"
    assert ascii_host("é" * 300) == "é" * 300
    assert ascii_host("é..example") == "é..example"
