"""Makes the archives of the sample blog: `python tests/sample_archives.py` writes content/archives/.

The blog has to build without an account, a token or a network, and it has to look lived in. So its conversations come
from two files, just as a blogger's own archives would lie there:

- `mentions.jf2.json`: what others said and did, in the form that webmention.io answers (a JF2 feed, newest first).
- `outbox.json`: what Ada Marlow herself wrote on Mastodon, in the form of a Mastodon archive.

Both are made from words that were written by hand: `sample/words.toml` (what people said about each post),
`sample/oddities.json` (entries that are odd in the ways in which real ones are odd) and `sample/outbox.toml` (Ada's own
messages). Likes and boosts have no words; they are dealt out by a hash, not by chance, so that the same words give
the same bytes on every machine. All people and hosts are invented. brid.gy stands only where Bridgy's own address would
stand, since that is what tells the network an answer came from.

The owner's answers are in both files under one address, so the sample shows too that such an act counts once.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from sample_mentions import mentions
from sample_outbox import activities

__all__ = ["ARCHIVES", "archives"]

WORDS = Path(__file__).parent / "sample"
ARCHIVES = Path(__file__).parents[1] / "content" / "archives"


def archives() -> dict[str, str]:
    """The text of each archive by its file name."""
    words = tomllib.loads((WORDS / "words.toml").read_text("utf-8"))
    feed = {"type": "feed", "name": "Webmentions", "children": mentions(words, WORDS)}
    items = activities(words, tomllib.loads((WORDS / "outbox.toml").read_text("utf-8"))["act"])
    outbox = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": "outbox.json",
        "type": "OrderedCollection",
        "totalItems": len(items),
        "orderedItems": items,
    }
    return {"mentions.jf2.json": _dumped(feed), "outbox.json": _dumped(outbox)}


def _dumped(value: object) -> str:
    """JSON that people can read, with marks that nobody can see (direction, joiners) written as escapes."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    return re.sub("[\u200b-\u200f\u202a-\u202e\u2066-\u2069]", lambda mark: f"\\u{ord(mark[0]):04x}", text) + "\n"


if __name__ == "__main__":
    ARCHIVES.mkdir(parents=True, exist_ok=True)
    for _name, _text in archives().items():
        (ARCHIVES / _name).write_text(_text, "utf-8", newline="\n")
