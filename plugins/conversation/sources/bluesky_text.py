"""What a Bluesky post says: its words, its links and mentions, the labels it carries. Pure, and raises over nothing.

A record of the collection ``app.bsky.feed.post`` holds plain text, "facets" that mark stretches of it by their places
in its UTF-8 bytes, and at most one "embed": a card with a link, pictures, a quoted post, or a quoted post with one of
the others (https://docs.bsky.app/docs/advanced-guides/post-richtext).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from urllib.parse import quote

from .bluesky_names import APP, Json, did_of, mapping
from .optouts import wants_silence
from .values import NAME_LIMIT, TEXT_LIMIT, address_of, clean, listed, text_of

__all__ = [
    "html_of",
    "is_shy",
    "is_withheld",
    "labels_of",
    "links_of",
    "mentions_of",
    "quoted_of",
    "text_of_post",
    "warning_of",
]

#: A post has 300 characters; more marks than this are an attack.
MAX_FACETS = 200

_BREAKS = re.compile(r"\n[ \t]*\n\s*")
#: Labels under which Bluesky's own app covers a post, in words (https://docs.bsky.app/docs/advanced-guides/moderation).
_WARNINGS = {
    "!warn": "Content warning",
    "gore": "Graphic media",
    "graphic-media": "Graphic media",
    "nudity": "Nudity",
    "porn": "Adult content",
    "sexual": "Sexually suggestive",
}
_SHY = "!no-unauthenticated"
_WITHHELD = frozenset({"!hide", "!takedown"})


def text_of_post(record: Json) -> str:
    """The words of a post; of one without, what its pictures show or what its card is called."""
    said = _raw(record).strip()
    if said:
        return clean(said)
    media = _media(record)
    shown = [text_of(mapping(image).get("alt"), NAME_LIMIT) for image in listed(media.get("images"))[:10]]
    return "\n".join(filter(None, shown)) or text_of(_card(record).get("title"), NAME_LIMIT)


def html_of(record: Json) -> str:
    """The same as HTML, with its links and mentions, and the link of its card where the text lacks it."""
    data = _raw(record).encode("utf-8", "replace")
    pieces: list[str] = []
    at = 0
    for start, end, href in sorted(_marks(record)):
        before, inner = _decoded(data[at:start]), _decoded(data[start:end])
        if at <= start < end <= len(data) and before is not None and inner is not None:
            pieces += [escape(before), f'<a href="{escape(href)}">{escape(inner)}</a>']
            at = end
    pieces.append(escape(_decoded(data[at:]) or ""))
    said = clean("".join(pieces)).strip() or escape(text_of_post(record))
    card = address_of(_card(record).get("uri"))
    if card and card not in _facet_links(record):
        said += f'\n\n<a href="{escape(card)}">{escape(text_of(_card(record).get("title"), NAME_LIMIT) or card)}</a>'
    paragraphs = [part.replace("\n", "<br>") for part in _BREAKS.split(said.strip()) if part]
    return "".join(f"<p>{part}</p>" for part in paragraphs)


def links_of(record: Json) -> tuple[str, ...]:
    """The http(s) addresses that a post links to: that of its card first, then those in its text; each once."""
    return tuple(dict.fromkeys(filter(None, (address_of(_card(record).get("uri")), *_facet_links(record)))))


def mentions_of(record: Json) -> tuple[str, ...]:
    """The accounts (DIDs) that a post names, each once."""
    named = (did_of(feature.get("did")) for _, feature in _features(record) if _kind(feature) == "mention")
    return tuple(dict.fromkeys(filter(None, named)))


def quoted_of(record: Json) -> str:
    """The at:// address of what a post quotes, "" where it quotes nothing."""
    record = mapping(mapping(record.get("embed")).get("record"))
    return text_of(record.get("uri")) or text_of(mapping(record.get("record")).get("uri"))


def labels_of(*labelled: object) -> frozenset[str]:
    """The labels that posts, records or profiles carry: those of moderation services and those of their authors."""
    given: set[str] = set()
    taken: set[str] = set()
    for one in labelled:
        found = mapping(one).get("labels")
        own = mapping(found).get("values")
        for label in listed(own if isinstance(found, dict) else found)[:100]:
            name = text_of(mapping(label).get("val"), NAME_LIMIT)
            (taken if mapping(label).get("neg") is True else given).add(name)
    return frozenset(given - taken)


def is_withheld(labels: frozenset[str]) -> bool:
    """Whether labels say that nobody is to see this."""
    return not labels.isdisjoint(_WITHHELD)


def is_shy(profile: Json) -> bool:
    """Whether an account asks not to be shown to people who are not signed in, or by programs at all.

    Posts tell of their authors without a description; for that, they have to be asked for by DID.
    """
    return _SHY in labels_of(profile) or wants_silence(profile.get("description"))


def warning_of(labels: frozenset[str]) -> str:
    """The words under which labels fold a post, "" where they do not."""
    return ", ".join(sorted({_WARNINGS[label] for label in labels if label in _WARNINGS}))


def _raw(record: Json) -> str:
    """The text as it was counted in bytes: nothing may be taken from it yet."""
    text = record.get("text")
    return text[:TEXT_LIMIT] if isinstance(text, str) else ""


def _media(record: Json) -> Json:
    """The embed, or the part of it that is no quote."""
    embed = mapping(record.get("embed"))
    return mapping(embed.get("media")) or embed


def _card(record: Json) -> Json:
    return mapping(_media(record).get("external"))


def _facet_links(record: Json) -> list[str]:
    return [address_of(feature.get("uri")) for _, feature in _features(record) if _kind(feature) == "link"]


def _features(record: Json) -> Iterator[tuple[Json, Json]]:
    """Every feature of every facet, with the place that it marks."""
    for facet in map(mapping, listed(record.get("facets"))[:MAX_FACETS]):
        for feature in listed(facet.get("features"))[:10]:
            yield mapping(facet.get("index")), mapping(feature)


def _marks(record: Json) -> Iterator[tuple[int, int, str]]:
    """Where a link begins and ends, in bytes, and where it leads."""
    for index, feature in _features(record):
        start, end, href = index.get("byteStart"), index.get("byteEnd"), _href(feature)
        if isinstance(start, int) and isinstance(end, int) and href:
            yield start, end, href


def _href(feature: Json) -> str:
    kind = _kind(feature)
    if kind == "link":
        return address_of(feature.get("uri"))
    did, tag = did_of(feature.get("did")), text_of(feature.get("tag"), NAME_LIMIT)
    if kind == "mention" and did:
        return f"{APP}/profile/{did}"
    return f"{APP}/hashtag/{quote(tag, safe='')}" if kind == "tag" and tag else ""


def _kind(feature: Json) -> str:
    return text_of(feature.get("$type")).partition("#")[2]


def _decoded(data: bytes) -> str | None:
    """The text of a stretch of bytes; None where it cuts a character in two."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
