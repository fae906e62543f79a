"""WordPress: the XML that *Tools → Export* gives (WXR, RSS 2.0 with additions). Comments, pingbacks and trackbacks.

Of comments those that were approved, on what was published without a password; with their threads. Other programs that
export this form are read too. What it looks like: wp-admin/includes/export.php.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from msgspec import structs

from ..acts import Act, Kind, Person, Problem
from ..channels import channel_of
from .archive_parts import Document, Part, Reading
from .archive_parts import Kind as ArchiveKind
from .archive_xml import Record, begins_with, records
from .comments import Page, comment, name
from .pages import whose
from .values import address_of, text_of, time_of

__all__ = ["KIND", "parse_records"]

_WANTED = {
    "rss/channel": frozenset({"link", "base_blog_url"}),
    "rss/channel/author": frozenset({"author_id"}),
    "rss/channel/item": frozenset({"link", "status", "post_password"}),
    "rss/channel/item/comment": frozenset(
        ["comment_id", "comment_author", "comment_author_url", "comment_date", "comment_date_gmt", "comment_content"]
        + ["comment_approved", "comment_type", "comment_parent", "comment_user_id"]
    ),
}
#: The types of comments, those of the plugins Webmention and Semantic Linkbacks too.
_KINDS = {
    "": Kind.REPLY,
    "comment": Kind.REPLY,
    "reply": Kind.REPLY,
    "review": Kind.REPLY,
    "bookmark": Kind.BOOKMARK,
    "favorite": Kind.LIKE,
    "like": Kind.LIKE,
    "mention": Kind.MENTION,
    "pingback": Kind.MENTION,
    "reaction": Kind.LIKE,
    "repost": Kind.REPOST,
    "trackback": Kind.MENTION,
    "webmention": Kind.MENTION,
}
_PUBLIC = frozenset({"", "publish", "inherit"})
_PARAGRAPH = re.compile(r"\s*\n\s*\n\s*")
_BLOCK = re.compile(r"<(?:p|br|div|ul|ol|blockquote|pre)\b", re.IGNORECASE)


def parse_records(told: Iterable[Record], *, source: str, where: str) -> Iterator[Act | Problem]:
    """The acts of an export's records. The numbers of the blog's authors are kept until the end."""
    authors: set[str] = set()
    for record in told:
        if record.place == "rss/channel/author":
            authors.add(record["author_id"])
        if record.place != "rss/channel/item/comment" or record.within is None or not _is_public(record, record.within):
            continue
        own, target = text_of(record["comment_id"], 40), address_of(record.within["link"])
        place = f"{where}, comment {own}".rstrip()
        kind = _KINDS.get(record["comment_type"].lower())
        if not own or not target or kind is None:
            wrong = f"is of the type {record['comment_type'][:40]!r}, which is none that readers write"
            yield Problem(place, "has no number" if not own else wrong if target else "is on a page without an address")
            continue
        act = _act(record, own, target, kind, source)
        if record["comment_user_id"] in authors - {"", "0"}:
            act = _by_the_blogger(act, record.within.within)
        if act.published is None:
            yield Problem(place, "its date is missing or cannot be read")
        yield act


def _is_public(comment: Record, item: Record) -> bool:
    """Whether a comment can be read by everybody: spam, trash and what waits cannot, nor what is on hidden pages."""
    return (
        comment["comment_approved"] in {"1", "approve", "approved"}
        and item["status"] in _PUBLIC
        and not item["post_password"]
    )


def _act(told: Record, own: str, target: str, kind: Kind, source: str) -> Act:
    there, parent = address_of(html.unescape(told["comment_author_url"])), text_of(told["comment_parent"], 40)
    act = comment(
        Page(source, "wordpress", target.partition("#")[0], "comment-"),
        own,
        parent=parent if parent.strip("0") else "",
        author=Person(name=name(told["comment_author"]), url=there),
        markup=_paragraphs(text_of(told["comment_content"])),
        published=time_of(told["comment_date_gmt"]) or time_of(told["comment_date"]),
    )
    act = structs.replace(act, id=act.url, target=target, kind=kind)  # every blog counts from 1
    if kind is Kind.REPLY or not there:
        return act
    # Another page that links here: that page is the act, and its title stands where a name would.
    title, channel = act.author.name, channel_of(there)
    return structs.replace(act, url=there, channel=channel, author=whose(there), title=title, parent="")


def _by_the_blogger(act: Act, channel: Record | None) -> Act:
    """An answer by one of the blog's own authors, known by the blog's address where they left none."""
    home = address_of([channel["base_blog_url"], channel["link"]]) if channel and not act.author.url else ""
    return structs.replace(act, author=structs.replace(act.author, url=home)) if home else act


def _paragraphs(said: str) -> str:
    """WordPress keeps lines as they were typed and makes paragraphs of them when it shows them."""
    if not said or _BLOCK.search(said):
        return said
    return "".join(f"<p>{'<br>'.join(part.splitlines())}</p>" for part in _PARAGRAPH.split(said))


def _recognise(_: Document, beginning: str) -> str:
    return "posts" if begins_with(beginning, "rss", "wordpress.org/export/") else ""


def _parse(part: Part, reading: Reading) -> Iterator[Act | Problem]:
    with part.document.open() as stream:
        told = records(stream, part.document.name, _WANTED)
        yield from parse_records(told, source=reading.source, where=part.document.name)


KIND = ArchiveKind("wordpress", _recognise, _parse)
