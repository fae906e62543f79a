"""What an Atom feed must be: RFC 4287's rules that can be told from the feed alone, one by one."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

__all__ = ["ATOM", "SCHEMA", "THR", "entries", "faults"]

ATOM = "{http://www.w3.org/2005/Atom}"
THR = "{http://purl.org/syndication/thread/1.0}"
#: The same rules, and those on the order and the number of elements, for a validator of RELAX NG.
SCHEMA = Path(__file__).parent / "atom.rnc"

#: RFC 3986: a scheme, and nothing that a URI cannot hold.
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~!$&'()*+,;=:@/?#\[\]-]|%[0-9A-Fa-f]{2})+")


def entries(text: str) -> list[ET.Element]:
    """The entries of a feed."""
    return ET.fromstring(text).findall(f"{ATOM}entry")  # noqa: S314 - our own


def faults(text: str) -> list[str]:
    """What is wrong with a feed; nothing where it is valid. Raises ParseError where it is no XML."""
    feed = ET.fromstring(text.encode())  # noqa: S314 - our own
    found = [] if feed.tag == f"{ATOM}feed" else ["the root is no feed"]
    found += _common(feed)
    found += [] if _links(feed, "self") else ["4.1.1: no link to itself"]
    ids = Counter(entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry"))
    found += [f"4.1.1: {number} entries with the id {id_}" for id_, number in ids.items() if number > 1]
    for entry in feed.findall(f"{ATOM}entry"):
        found += _common(entry)
        authors = [name for one in entry.findall(f"{ATOM}author") for name in one.findall(f"{ATOM}name")]
        found += [] if authors and all((one.text or "").strip() for one in authors) else ["4.1.2: no author's name"]
        found += [] if _links(entry, "alternate") else ["4.1.2: no link to what it is about"]
        found += [] if len(_links(entry, "alternate")) < 2 else ["4.1.2: two links to what it is about"]
        contents = entry.findall(f"{ATOM}content")
        found += [] if len(contents) < 2 else ["4.1.2: two contents"]
        found += [f"4.1.3: content of type {one.get('type')}" for one in contents if one.get("type") != "html"]
        found += [] if len(entry.findall(f"{THR}in-reply-to")) == 1 else ["RFC 4685: answers nothing"]
    return found


def _common(element: ET.Element) -> Iterator[str]:
    """What feeds and entries have to have alike."""
    for name in ("id", "title", "updated"):
        if len(element.findall(f"{ATOM}{name}")) != 1:
            yield f"not exactly one {name}"
    for name in ("updated", "published"):
        for one in element.findall(f"{ATOM}{name}"):
            if "T" not in (one.text or "") or datetime.fromisoformat(one.text or "").tzinfo is None:
                yield f"3.3: {one.text} is no moment"
    if not (element.findtext(f"{ATOM}title") or "").strip():
        yield "a title that says nothing"
    addresses = [one.get("href") for one in element.findall(f"{ATOM}link")]
    addresses += [one.text for one in element.findall(f"{ATOM}author/{ATOM}uri")]
    addresses += [element.findtext(f"{ATOM}id")]
    addresses += [one.get("href") for one in element.findall(f"{THR}in-reply-to")]
    yield from (f"{address} is no address" for address in addresses if not _URI.fullmatch(address or ""))


def _links(element: ET.Element, rel: str) -> list[ET.Element]:
    return [one for one in element.findall(f"{ATOM}link") if one.get("rel", "alternate") == rel]
