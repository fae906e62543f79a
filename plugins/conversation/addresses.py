"""Web addresses as words: what may be followed, what two spellings have in common.

Purely lexical: nothing here opens a socket or knows a post. `urls.py` decides which post an address means.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

__all__ = ["ascii_host", "escapes", "host_of", "is_web", "key", "link", "split"]

#: Longer than any address that people meet; browsers and servers give up at 8 KiB and before.
MAX_LENGTH = 8_192
#: RFC 1035: no host name is longer.
_MAX_HOST = 253

#: Addresses in plain form, as most are: they are fit to be linked to, and are their own `key`.
_SIMPLE = re.compile(r"https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?/[A-Za-z0-9/._~@-]*(?:#[A-Za-z0-9/._~@:-]+)?")
#: The host of such an address, as most are told.
_PLAIN_HOST = re.compile(r"https?://([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?=[/?#]|\Z)")
_WEB = ("http", "https")
_DEFAULT_PORTS = {None, 80, 443}
_HOST = re.compile(r"[a-z0-9_.-]+|[0-9a-f:.]*:[0-9a-f:.]*")
#: Never in an address that a page links to: spaces, controls, what ends an attribute, lone surrogates (not UTF-8).
_UNSAFE = re.compile('[\x00-\x20\x7f<>"\\\\\ud800-\udfff]')
_SURROGATES = re.compile("[\ud800-\udfff]")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")
_RESERVED = "!#$&'()*+,/:;=?@[]"
_PLAIN = re.compile(r"[A-Za-z0-9._~!#$&'()*+,/:;=?@\[\]-]*")
#: What may stand in any part of an address (RFC 3986), and the letters of the world (RFC 3987).
_LEGAL = "A-Za-z0-9._~!$&'()*+,/:;=?@%\\-"
_UCSCHAR = "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\U00010000-\U0001fffd\U00020000-\U0002fffd\U00030000-\U0003fffd"
_ILLEGAL = re.compile(f"%(?![0-9A-Fa-f]{{2}})|[^{_LEGAL}{_UCSCHAR}]")
_NOT_ASCII = re.compile(f"%(?![0-9A-Fa-f]{{2}})|[^{_LEGAL}]")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def is_web(url: str) -> bool:
    """Whether a page may link to `url`: an absolute http or https address with a host, as RFC 3986 spells it.

    Addresses with a user name in them (``https://bank.example@evil.example/``), with spaces or control characters, or
    longer than `MAX_LENGTH` are not.
    """
    url = url.strip()
    if len(url) > MAX_LENGTH or _UNSAFE.search(url):
        return False
    if _SIMPLE.fullmatch(url):
        return True
    parts = split(url)
    if not parts or parts.scheme not in _WEB or "@" in parts.netloc:
        return False
    return bool(_HOST.fullmatch(ascii_host(parts.hostname or "")))


def link(url: str) -> str:
    """`url` as an attribute of a valid page may hold it; "" where a page may not link to it at all (`is_web`).

    What RFC 3987 does not allow where it stands is percent-escaped (a second "#", brackets in a path), and letters that
    are not in normal form C are; all else stays as its writer spelled it.
    """
    if _SIMPLE.fullmatch(url) and len(url) <= MAX_LENGTH:
        return url
    parts = split(url) if is_web(url) else None
    if parts is None:
        return ""
    illegal = _ILLEGAL if unicodedata.is_normalized("NFC", url) else _NOT_ASCII
    told = [illegal.sub(lambda char: quote(char[0]), part) for part in (parts.path, parts.query, parts.fragment)]
    return urlunsplit((parts.scheme, parts.netloc, *told)) if told != list(parts[2:]) else url.strip()


def split(url: str) -> SplitResult | None:
    """The parts of `url`, or None where it is not an address at all (``http://[`` and the like)."""
    try:
        parts = urlsplit(url.strip())
        _ = parts.port, parts.hostname
    except ValueError:
        return None
    return parts


def host_of(url: str) -> str:
    """The host that `url` names, in lower case and punycode, without ``www.``; empty where it names none."""
    if plain := _PLAIN_HOST.match(url):
        return plain[1].removeprefix("www.")
    parts = split(url)
    return ascii_host((parts and parts.hostname) or "").removeprefix("www.")


def key(url: str) -> str:
    """One spelling for all spellings that certainly name the same thing; keeps path, query and fragment.

    http and https, letter case of the host, IDN and punycode, the default port, an empty path and the spelling of
    percent-escapes make no difference (RFC 3986, section 6.2.2). Everything else does: a doubled slash, a query, a
    fragment (``#favorited-by-12`` is the identity of a like), a trailing slash. What is no address stays as it is.
    """
    if _SIMPLE.fullmatch(url):
        return url
    parts = split(url)
    if parts is None or not parts.hostname:
        return url.strip()
    host = ascii_host(parts.hostname)
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in _DEFAULT_PORTS else f":{parts.port}"
    scheme = "https" if parts.scheme == "http" else parts.scheme
    path = escapes(parts.path) or "/"
    return urlunsplit((scheme, host + port, path, escapes(parts.query), escapes(parts.fragment)))


def ascii_host(host: str) -> str:
    """A host in lower case and punycode, without a dot at its end; left as it is where it cannot be written so.

    By UTS 46 as browsers do it: ``straße.example`` is not ``strasse.example``. Names that only the older IDNA 2003
    allows (``☃.example``) are written by its rules.
    """
    host = host.lower().rstrip(".")
    if host.isascii() or len(host) > _MAX_HOST:
        return host
    import idna  # noqa: PLC0415 - 20 ms that a site without such addresses need not pay

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        pass
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def escapes(text: str) -> str:
    """Percent-escapes in one spelling: unreserved characters bare, all else that RFC 3986 wants escaped in upper case.

    A bare "%" becomes ``%25``, a lone surrogate U+FFFD. Applied twice it changes nothing more.
    """
    if _PLAIN.fullmatch(text):
        return text
    return quote(_ESCAPE.sub(_escape, _SURROGATES.sub("\ufffd", text)), safe=_RESERVED + "%")


def _escape(match: re.Match[str]) -> str:
    if match[1] is None:
        return "%25"
    char = chr(int(match[1], 16))
    return char if char in _UNRESERVED else f"%{match[1].upper()}"
