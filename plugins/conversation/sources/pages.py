"""Pages as acts are about them: one page under many spellings, whether it is the blogger's own, whose it is. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from ..acts import Person
from ..addresses import split
from ..spellings import Form, read, settle

__all__ = ["digest_of", "is_within", "page_of", "site_of", "whose"]

#: Hosts where the first part of the path is somebody, and those first parts that are nobody.
_PEOPLE_AT = {
    "bsky.app": re.compile(r"/profile/[^/]+"),
    "codeberg.org": re.compile(r"/(?!(?:explore|user|org|assets)(?:/|\Z))[^/]+"),
    "dev.to": re.compile(r"/(?!(?:t|search|tags|about|settings|enter)(?:/|\Z))[^/]+"),
    "github.com": re.compile(
        r"/(?!(?:about|apps|collections|enterprise|explore|features|login|marketplace|orgs|pricing|search|security|settings"
        r"|site|sponsors|topics|trending)(?:/|\Z))[^/]+"
    ),
    "gitlab.com": re.compile(r"/(?!(?:explore|users|help|-)(?:/|\Z))[^/]+"),
    "twitter.com": re.compile(r"/(?!(?:explore|hashtag|home|i|intent|search|share|settings)(?:/|\Z))\w+"),
    "x.com": re.compile(r"/(?!(?:explore|hashtag|home|i|intent|search|share|settings)(?:/|\Z))\w+"),
}
#: /@name on Mastodon and its kin, Medium, YouTube and others; /~name on old university servers and new tilde ones.
_ANYWHERE = re.compile(r"/[@~][^/]+")


def page_of(url: str) -> str:
    """The page that an http(s) address means, in one spelling: no scheme, fragment or tracking parameters.

    For comparing, not for linking. What is no address stays as it is.
    """
    form = read(url)
    if form is None:
        return url.strip()
    parts = (
        settle(name, part) for name, part in zip(Form._fields, form, strict=True) if name not in {"scheme", "fragment"}
    )
    return "".join(parts)


def is_within(page: str, sites: Iterable[str]) -> bool:
    """Whether a page is on one of the sites; all of them as `page_of` spells them."""
    return any(page == site or page.startswith((f"{site}/", f"{site}?")) for site in sites)


def site_of(url: str) -> str:
    """The root of the site that `url` is on, "" where it is no address."""
    parts = split(url)
    return f"{parts.scheme}://{parts.netloc}/" if parts and parts.netloc else ""


def whose(url: str) -> Person:
    """Whose page it is, as far as its address tells: a person's where many share a host, else the whole site's."""
    parts = split(url)
    if parts is None or not parts.netloc:
        return Person()
    known = _PEOPLE_AT.get((parts.hostname or "").removeprefix("www."))
    person = (known and known.match(parts.path)) or _ANYWHERE.match(parts.path)
    return Person(url=f"{parts.scheme}://{parts.netloc}{person[0] if person else '/'}")


def digest_of(*parts: str) -> str:
    """A short stable id made of `parts`; give addresses as `addresses.key` or `page_of` spell them."""
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
