"""Pure parts of the client: addresses in words, times in headers, JSON, links."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from conversation.errors import Malformed
from conversation.http import Response
from conversation.http.manners import retry_after, used_up
from conversation.http.wording import duration, shown, size

NOW = 1_800_000_000.0


def response(body: bytes = b"", **headers: str) -> Response:
    """An answer of example.com."""
    return Response("https://example.com/a/b?key=k3y", 200, CaseInsensitiveDict(headers), body)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://a.example/b?page=2&token=x&api_key=y&access_token=z", "https://a.example/b?page=2&token=…&api_key=…&access_token=…"),
        ("https://ada:pw@a.example/#token=x", "https://a.example/"),
        ("https://a.example/hidden/x?q=hid%64en", "https://a.example/…/x?q=hid%64en"),
        ("http://a.example/\x1b[31m\n", "http://a.example/\ufffd[31m"),
        ("http://[", "an address that cannot be read"),
        ("https://a.example/" + "x" * 300, "https://a.example/" + "x" * 181 + "…"),
    ],
)  # fmt: skip
def test_shown(url: str, words: str) -> None:
    """An address in a message holds no secret, no control character, and stays short."""
    assert shown(url, "hidden") == words


@given(st.text(), st.text(min_size=4, alphabet=st.characters(codec="ascii", categories=["L", "N"])))
def test_shown_never_holds_the_token(text: str, token: str) -> None:
    """Whatever an address looks like, the token in it is not printed."""
    for url in (text + token, f"https://a.example/{text}/{token}?{text}={token}#{token}"):
        assert token not in shown(url, token)
        assert shown(url, token).isprintable()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "in 1 seconds"), (119, "in 119 seconds"), (600, "in 10 minutes (at 08:10 UTC)")]
    + [(86400, "in 24 hours (on 2027-01-16 at 08:00 UTC)"), (1e30, "some day far off")],
)
def test_duration(seconds: float, words: str) -> None:
    """How long to wait is said in the unit that helps."""
    assert duration(seconds, NOW) == words


@pytest.mark.parametrize(("count", "words"), [(9, "9 bytes"), (2048, "2 KiB"), (16 << 20, "16 MiB")])
def test_size(count: int, words: str) -> None:
    """Sizes are said in the unit that helps."""
    assert size(count) == words


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120.0), ("0", 0.0), (" 5 ", 5.0), ("Fri, 15 Jan 2027 08:01:00 GMT", 60.0)]
    + [("Fri, 15 Jan 2027 07:00:00 GMT", 0.0)]
    + [("", None), ("soon", None), ("-5", None), ("1.5", None), ("²", None), ("Fri, 99 Jan 2027 08:01:00 GMT", None)],
)  # fmt: skip
def test_retry_after(value: str, seconds: float | None) -> None:
    """Retry-After is read as seconds or as a date; nonsense counts as absent."""
    assert retry_after({"Retry-After": value}, NOW) == seconds


@given(st.text(), st.text())
def test_limits_of_any_spelling(remaining: str, reset: str) -> None:
    """Whatever stands in these headers, the outcome is a number of seconds or nothing."""
    for headers in ({"Retry-After": reset}, {"X-RateLimit-Remaining": remaining, "X-RateLimit-Reset": reset}):
        for seconds in (retry_after(headers, NOW), used_up(headers, NOW)):
            assert seconds is None or (seconds >= 0 and math.isfinite(seconds))


@pytest.mark.parametrize("reset", ["", "nan", "inf", "-5", "1e400", "tomorrow", "2027-13-01T00:00:00Z", "9" * 50])
def test_used_up_without_a_time(reset: str) -> None:
    """A limit that is used up until nobody knows when is not waited for."""
    assert used_up({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}, NOW) is None


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"{", b"[1,]", b"NaN", b"[Infinity]", b"[-Infinity]", b"1e999", b"\xff\xfe\xff", b"[" * 200_000]
    + [b"9" * 5000, b'{"a":' * 200_000, b'"\x01"'],
)
def test_not_json(body: bytes) -> None:
    """What is not JSON is reported with the address, key left out; no body makes it crash."""
    with pytest.raises(Malformed, match=r"https://example\.com/a/b\?key=…: the answer is not JSON") as failure:
        response(body).json()
    assert failure.value.__context__ is None


@given(st.binary())
def test_any_body(body: bytes) -> None:
    """Any bytes are JSON that can be written again as UTF-8, or Malformed."""
    try:
        value = response(body).json()
    except Malformed:
        return
    assert json.dumps(value, ensure_ascii=False).encode()


def test_half_characters() -> None:
    """Lone surrogates, which no database keeps, become question marks; pairs stay characters."""
    assert response(rb'{"a": "x\ud800y", "b": "\ud83d\ude00", "\udfff": 1}').json() == {"a": "x?y", "b": "😀", "?": 1}


@pytest.mark.parametrize("body", [b'\xef\xbb\xbf{"a": "\xc3\xa4"}', '{"a": "ä"}'.encode("utf-16")])
def test_json_of_other_encodings(body: bytes) -> None:
    """A byte order mark, or UTF-16, does not hinder."""
    assert response(body).json() == {"a": "ä"}


def test_links() -> None:
    """Links are told by relation, absolute, the first one of each; what is no web address is left out."""
    header = (
        '<https://example.com/?max_id=1>; rel="next", </c>; rel="prev NEXT", <ftp://x>; rel=a, <http://[>; rel=b, x;;=,'
    )
    assert response(Link=header).links == {"next": "https://example.com/?max_id=1", "prev": "https://example.com/c"}
    assert response().links == {}


@given(st.text())
def test_links_of_any_spelling(header: str) -> None:
    """Whatever a Link header holds, it gives relations and web addresses or nothing."""
    assert all(url.startswith("http") for url in response(Link=header).links.values())


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [("text/html; charset=iso-8859-1", b"\xe4", "ä"), ("text/html", "ä".encode(), "ä"), ("", b"\xe4", "\ufffd")]
    + [("text/html; charset=nonsense", b"a", "a"), ("a/b; charset=hex", b"a", "a"), ("a; charset*=x'y", b"a", "a")],
)
def test_text(kind: str, body: bytes, text: str) -> None:
    """A body is decoded by its declared charset, or else as UTF-8, and never fails."""
    assert response(body, **{"Content-Type": kind}).text == text
