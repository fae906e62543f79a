"""What is odd in real collections of mentions, as tests of one entry each; the sample must hold all of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

__all__ = ["ODDITIES", "author"]

Entry = dict[str, Any]


def author(entry: Entry, field: str) -> str:
    return (entry.get("author") or {}).get(field) or ""


def content(entry: Entry, field: str = "text") -> str:
    return (entry.get("content") or {}).get(field) or ""


def days_late(entry: Entry) -> int:
    if not entry.get("published"):
        return 0
    return (datetime.fromisoformat(entry["wm-received"][:10]) - datetime.fromisoformat(entry["published"][:10])).days


def target(pattern: str) -> Callable[[Entry], bool]:
    return lambda entry: bool(re.search(pattern, entry["wm-target"]))


def named(pattern: str) -> Callable[[Entry], bool]:
    return lambda entry: bool(re.search(pattern, author(entry, "name")))


# What real collections hold, and how often at the least it must be in the sample.
ODDITIES: dict[str, tuple[int, Callable[[Entry], object]]] = {
    "published is null": (100, lambda e: "published" in e and e["published"] is None),
    "published has no zone": (10, lambda e: re.fullmatch(r"[\d-]+T[\d:]+", e.get("published") or "")),
    "published is a mere day": (1, lambda e: re.fullmatch(r"\d{4}-\d\d-\d\d", e.get("published") or "")),
    "published over a year before received": (2, lambda e: days_late(e) > 365),
    "content absent": (150, lambda e: "content" not in e),
    "content null": (1, lambda e: "content" in e and e["content"] is None),
    "content is HTML only": (2, lambda e: content(e, "html") and not content(e)),
    "content in the old form beside the new": (10, lambda e: content(e, "content-type") and content(e, "value")),
    "a whole post as a reply": (1, lambda e: len(content(e)) > 5000 and "in-reply-to" in e),
    "HTML with pictures": (2, lambda e: "<img" in content(e, "html")),
    "HTML with styles": (1, lambda e: "style=" in content(e, "html")),
    "HTML with blocks": (2, lambda e: re.search("<(div|table|h[12]|ul)", content(e, "html"))),
    "author without a name": (10, lambda e: "author" in e and not author(e, "name")),
    "author without an address": (10, lambda e: "author" in e and not author(e, "url")),
    "author without a picture": (40, lambda e: "author" in e and not author(e, "photo")),
    "author all null": (1, lambda e: "author" in e and {author(e, f) for f in ("name", "url", "photo")} == {""}),
    "author missing": (2, lambda e: "author" not in e),
    "author named like a host": (1, named(r"^[\w-]+\.\w+$")),
    "author's name is scraped text": (1, named(r".{61}")),
    "author's name is not Latin": (10, named(r"[\u0370-\u03ff\u0400-\u04ff\u0590-\u06ff\u0900-\u097f\u4e00-\ud7af]")),
    "author's name holds emoji": (2, named(r"[\U0001f300-\U0001faff]")),
    "author's name holds joiners": (1, named("\u200d")),
    "author's name holds direction marks": (1, named("[\u200e\u200f\u202a-\u202e]")),
    "author's name holds destroyed emoji": (1, named(r"\?\?\?\?")),
    "target with http": (20, target(r"^http://kindnesses\.example")),
    "target with a fragment": (10, target("#")),
    "target with a footnote": (1, target(r"#fn:1$")),
    "target with tracking parameters": (10, target("utm_source=")),
    "target with a subscriber's id": (2, target("subscriber_id=|mc_eid=")),
    "target with a slash too many": (1, target(r"\.html/$")),
    "target with a doubled slash": (1, target(r"example//")),
    "target in other capitals": (1, target("/mending-broken-links")),
    "target with small percent-escapes": (1, target("%c4%99")),
    "target with letters unescaped": (1, target("ę")),
    "target is the home page": (2, target(r"example/?(index\.html)?$")),
    "target is the home page without a slash": (1, target(r"example$")),
    "target is a tag page": (1, target("/tag/")),
    "target is a category page": (1, target("/category/")),
    "target is another site of the owner": (1, target(r"^https://marlow-bakes\.example/")),
    "target at the former address": (20, target(r"^http://ada-marlow\.example/blog/")),
    "target is no page at all": (1, target("character-sets")),
    "target is a draft": (1, target("/drafts/")),
    "target is a hidden post": (1, target("a-list-of-people")),
    "target is a translation": (3, target(r"-de\.html")),
    "target is a page": (8, target("/pages/")),
    "old address in like-of only": (
        1,
        lambda e: "ada-marlow" in e.get("like-of", "") and "ada-marlow" not in e["wm-target"],
    ),
    "no wm-id": (1, lambda e: "wm-id" not in e),
    "a like whose fragment is its identity": (60, lambda e: "#favorited-by-" in e.get("url", "")),
    "Bridgy Fed": (2, lambda e: re.search(r"/web/at://did:plc:.*%23", e["wm-source"])),
    "Bridgy, Mastodon": (150, lambda e: "//brid.gy/" in e["wm-source"] and "/mastodon/" in e["wm-source"]),
    "Bridgy, Bluesky": (15, lambda e: "//brid.gy/" in e["wm-source"] and "/bluesky/" in e["wm-source"]),
    "Bridgy, Twitter": (3, lambda e: "/twitter/" in e["wm-source"]),
    "Bridgy, Reddit": (1, lambda e: "/reddit/" in e["wm-source"]),
    "Bridgy, Facebook": (1, lambda e: "/facebook/" in e["wm-source"]),
    "Bridgy, Flickr": (1, lambda e: "/flickr/" in e["wm-source"]),
    "the owner's own answers": (40, lambda e: author(e, "name") == "Ada Marlow"),
    "answers to answers": (80, lambda e: isinstance(e.get("in-reply-to"), list)),
    "spam under numbered addresses": (3, lambda e: re.search(r"/best-lamps(-\d)?/", e.get("url", ""))),
    "a profile page as a mention": (1, lambda e: "profiles.example/u/" in e.get("url", "")),
    "private": (1, lambda e: e["wm-private"] is True),
    "rsvp yes and no": (2, lambda e: e.get("rsvp") in {"yes", "no"}),
    "bookmarks": (20, lambda e: e["wm-property"] == "bookmark-of"),
    "boosts": (30, lambda e: e["wm-property"] == "repost-of"),
    "a script in HTML": (1, lambda e: "<script" in content(e, "html")),
    "an event handler in HTML": (1, lambda e: "onerror=" in content(e, "html")),
    "a javascript: address in HTML": (1, lambda e: "javascript:" in content(e, "html")),
    "a javascript: profile": (1, lambda e: author(e, "url").startswith("javascript:")),
    "a javascript: permalink": (1, lambda e: e.get("url", "").startswith("javascript:")),
    "markup in a name": (1, named("<img")),
    "Arabic words": (2, lambda e: re.search("[\u0620-\u064a]{3}", content(e))),
    "Hebrew words": (2, lambda e: re.search("[\u05d0-\u05ea]{3}", content(e))),
    "Japanese words": (2, lambda e: re.search("[\u3040-\u30ff]", content(e))),
    "Korean words": (1, lambda e: re.search("[\uac00-\ud7af]", content(e))),
}
