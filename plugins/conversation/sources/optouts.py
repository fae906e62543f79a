"""Who asked to be left alone, by custom of the fediverse: with a tag in their profile. Pure, and raises over nothing.

Such people are counted where the service counts them, and neither named, pictured nor quoted; so are those who carry
Bluesky's label ``!no-unauthenticated`` (`bluesky_text.py`). What is public but unlisted may be pointed at and is not
repeated: who wrote it and where, without the words.
"""

from __future__ import annotations

import re

from .values import listed

__all__ = ["TAGS", "wants_silence"]

#: "#nobot" and the like: no programs, no search engines, no archives, no bridges to other networks.
TAGS = ("nobot", "nobots", "noindex", "noarchive", "nobridge")
# Servers write a tag as a link: <a href="…">#<span>nobot</span></a>.
_TAG = re.compile(rf"[#\N{{FULLWIDTH NUMBER SIGN}}](?:<[^<>]{{0,200}}>){{0,5}}(?:{'|'.join(TAGS)})\b", re.IGNORECASE)
#: Characters of a profile that are looked at, and fields of its table.
_LONGEST = 20_000
_MOST = 50


def wants_silence(about: object, fields: object = ()) -> bool:
    """Whether a profile carries one of `TAGS`: in the text about its owner, or in its `fields` of names and values.

    Texts may be plain or HTML.
    """
    texts = [about]
    for field in listed(fields)[:_MOST]:
        texts += [field.get("name"), field.get("value")] if isinstance(field, dict) else []
    return any(isinstance(text, str) and _TAG.search(text[:_LONGEST]) for text in texts)
