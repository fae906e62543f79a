"""How one address is spelled in many ways, and which of the differences count.

An address is taken apart into a `Form`. Each part has a chain of `STEPS`, small functions that each take one difference
away: two spellings name the same page when all parts are equal at the end of their chains (`settle`), and `differences`
names the steps without which they would not be.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote, unquote, unquote_plus

from .addresses import ascii_host, escapes

__all__ = ["RELAXED", "STEPS", "Form", "differences", "is_tracking", "read", "settle", "without_tracking"]

Step = tuple[str, Callable[[str], str]]

#: RFC 3986, appendix B: takes any text apart and never fails.
_ADDRESS = re.compile(r"(?:([a-z][a-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(\?[^#]*)?(#.*)?", re.IGNORECASE | re.DOTALL)
_HOST = re.compile(r"""[^\s\x00-\x1f\x7f<>"\\^`{|}%\[\]:]+|\[[0-9a-f:.]+\]""", re.IGNORECASE)
_PORT = re.compile(r":\d*\Z", re.ASCII)
_SLASHES = re.compile("/{2,}")
_EXTENSION = re.compile(r"(?<=[^/])\.html?\Z")
#: A letter and the escaped characters after it, which may be its accents.
_ACCENTED = re.compile(r"[A-Za-z0-9]?(?:%[89A-F][0-9A-F])+")

#: Parameters that tell who sent a reader, and never which page is meant: by their beginning, and whole.
TRACKING_FAMILIES = (
    "utm_",
    "mtm_",
    "matomo_",
    "pk_",
    "hsa_",
    "_hs",
    "__hs",
    "mc_",
    "fb_",
    "vero_",
    "oly_",
    "ck_subscriber",
)
TRACKING = frozenset(
    {
        *(
            "fbclid",
            "gclid",
            "gclsrc",
            "gbraid",
            "wbraid",
            "dclid",
            "msclkid",
            "yclid",
            "twclid",
            "ttclid",
            "srsltid",
            "epik",
        ),
        *("li_fat_id", "igsh", "igshid", "_openstat", "_ga", "_gl", "hsctatracking", "mkt_tok", "sfmc_id", "s_cid"),
        *("ref", "ref_src", "ref_url", "share", "replytocom"),
        *("subscriber_id", "ml_subscriber", "ml_subscriber_hash", "__s"),
    }
)


class Form(NamedTuple):
    """An address as it was written, in parts that keep their signs: ``ada@``, ``:8000``, ``?a=b``, ``#top``."""

    scheme: str
    credentials: str
    host: str
    port: str
    path: str
    query: str
    fragment: str


def read(text: str) -> Form | None:
    """`text` in parts, or None where it is not an http(s) address with a host."""
    match = _ADDRESS.fullmatch(text)
    if match is None or (match[1] or "").lower() not in {"http", "https"} or not match[2]:
        return None
    credentials, at, place = match[2].rpartition("@")
    port = found[0] if (found := _PORT.search(place)) else ""
    host = place.removesuffix(port)
    if not _HOST.fullmatch(host):
        return None
    return Form(match[1], credentials + at, host, port, match[3], match[4] or "", match[5] or "")


def is_tracking(name: str) -> bool:
    """Whether a query parameter of this name tells only who sent the reader; letter case and ``amp;`` apart."""
    name = unquote_plus(name).casefold().removeprefix("amp;")
    return name in TRACKING or name.startswith(TRACKING_FAMILIES)


def without_tracking(query: str) -> str:
    """`query` (with its "?") without tracking parameters and empty ones; "" where nothing is left. Order is kept."""
    if not query:
        return ""
    kept = [part for part in query[1:].split("&") if part and not is_tracking(part.partition("=")[0])]
    return "?" + "&".join(kept) if kept else ""


def _port(port: str) -> str:
    return "" if port in {":", ":80", ":443"} else port


def _composed(path: str) -> str:
    """Accents as one character (NFC), as file names on some systems are not."""
    return _ACCENTED.sub(_compose, path) if "%" in path else path


def _compose(match: re.Match[str]) -> str:
    try:
        return quote(unicodedata.normalize("NFC", unquote(match[0], errors="strict")))
    except UnicodeDecodeError:
        return match[0]


def _dots(path: str) -> str:
    """Without "." and ".." segments (RFC 3986, section 5.2.4)."""
    if "/." not in path:
        return path
    kept: list[str] = []
    parts = path.split("/")[1:]
    for part in parts:
        if part == "..":
            kept = kept[:-1]
        elif part != ".":
            kept.append(part)
    return "/" + "/".join(kept) + ("/" if parts[-1] in {".", ".."} and kept else "")


def _single(path: str) -> str:
    return _SLASHES.sub("/", path) if "//" in path else path


def _folder(path: str) -> str:
    return path.removesuffix("/").removesuffix("index.html") if path.endswith(("/index.html", "/index.html/")) else path


def _bare(path: str) -> str:
    return path.removesuffix("/")


def _stem(path: str) -> str:
    return _EXTENSION.sub("", path)


def _folded(path: str) -> str:
    return (unquote(path) if "%" in path else path).casefold()


#: What is taken away from each part, in this order.
STEPS: Mapping[str, tuple[Step, ...]] = {
    "scheme": (("scheme", lambda _: "https"),),
    "credentials": (("credentials", lambda _: ""),),
    "host": (
        ("host-case", str.lower),
        ("host-dot", lambda host: host.rstrip(".")),
        ("punycode", lambda host: host if host.isascii() else ascii_host(host)),
        ("www", lambda host: host.removeprefix("www.")),
    ),
    "port": (("port", _port),),
    "path": (
        ("percent-encoding", escapes),
        ("unicode-form", _composed),
        ("dot-segments", _dots),
        ("double-slash", _single),
        ("index.html", _folder),
        ("trailing-slash", _bare),
    ),
    "query": (("percent-encoding", escapes), ("tracking-parameters", without_tracking)),
    "fragment": (("fragment", lambda _: ""),),
}
#: What else is taken away from a path, only where nothing was found and only one post is meant then.
RELAXED: Mapping[str, Callable[[str], str]] = {"extension": _stem, "letter-case": _folded}


def settle(part: str, text: str, *, without: str = "", relaxed: Sequence[str] = ()) -> str:
    """`text` at the end of the chain of its `part`; `without` leaves one step out, `relaxed` adds some to a path's."""
    for name, step in STEPS[part]:
        if name != without:
            text = step(text)
    if part == "path":
        for name in relaxed:
            if name != without:
                text = RELAXED[name](text)
    return text


def differences(one: Form, other: Form, *, relaxed: Sequence[str] = ()) -> list[str]:
    """The names of the steps that two spellings of the same page need to become equal."""
    names: list[str] = []
    for part, left, right in zip(Form._fields, one, other, strict=True):
        if left == right:
            continue
        steps = [name for name, _ in STEPS[part]] + (list(relaxed) if part == "path" else [])
        needed = [
            name
            for name in steps
            if settle(part, left, without=name, relaxed=relaxed) != settle(part, right, without=name, relaxed=relaxed)
        ]
        # Two steps may take the same difference away; then neither is needed alone, and both that act are named.
        names += needed or [n for n, step in _chain(part, relaxed) if (step(left), step(right)) != (left, right)]
    return list(dict.fromkeys(names))


def _chain(part: str, relaxed: Sequence[str]) -> list[Step]:
    return [*STEPS[part], *((name, RELAXED[name]) for name in relaxed if part == "path")]
