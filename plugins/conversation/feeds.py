"""Feeds of conversations: what was said on the whole site, and on one post, as Atom.

Valid by RFC 4287, and threaded by RFC 4685: each entry names what it answers, a post by the id that Pelican's own feeds
give it. Ids depend on the post's address and the act alone, so that no reader shows an entry twice.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from io import StringIO
from typing import Any

from feedgenerator import Atom1Feed, get_tag_uri
from markupsafe import Markup
from msgspec import Struct, structs

from . import sanitise
from .acts import Kind
from .addresses import ascii_host, escapes, is_web, split
from .languages import ENGLISH, Words
from .posts import Post
from .threads import Remark, Said

__all__ = ["ENTRIES", "About", "atom"]

#: Entries in a feed, at most.
ENTRIES = 50
_THREADING = "http://purl.org/syndication/thread/1.0"
#: What XML 1.0 has no way to write (section 2.2).
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: Allowed before the path alone (RFC 3986, section 3.3); browsers take them anywhere.
_FOR_HOSTS_ONLY = str.maketrans({"[": "%5B", "]": "%5D", "#": "%23"})


class About(Struct, frozen=True, kw_only=True):
    """What a feed says of itself: its title, its own address, and that of the page it goes with.

    `begun` is the moment that an empty feed was last changed; nothing is believed to have been edited after `now`.
    """

    title: str
    url: str
    page: str
    begun: datetime
    now: datetime
    subtitle: str = ""


def atom(some: Iterable[Remark], about: About, language: Words = ENGLISH) -> str:
    """The feed of `some` remarks, newest first, at most `ENTRIES` of them, with its phrases in `language`."""
    entries = tuple(some)[:ENTRIES]
    feed = _Atom(
        title=legible(about.title),
        link=_here(about.page),
        description=None,
        subtitle=legible(about.subtitle),
        language=language.language,
        feed_url=_here(about.url),
        feed_guid=_here(about.url),
        changed=max((_changed(remark, about.now) for remark in entries), default=about.begun),
    )
    for remark in entries:
        feed.add_item(
            title=headline(remark, language),
            link=_here(remark.url),
            description=None,
            author_name=legible(remark.said.name) or "?",
            author_link=uri(remark.said.profile) or None,
            pubdate=remark.said.when,
            updateddate=_changed(remark, about.now),
            unique_id=_id(remark.post, remark.said),
            words=words(remark, language),
            related=uri(remark.said.url),
            answers=_answered(remark),
        )
    out = StringIO()
    feed.write(out, "utf-8")
    return f"{out.getvalue()}\n"


def headline(remark: Remark, language: Words) -> str:
    """Who did what, in one line."""
    name, post = legible(remark.said.name), legible(remark.post.title) or legible(remark.path)
    match remark.said.kind:
        case Kind.QUOTE:
            return language.gettext("%(name)s quoted “%(post)s”", name=name, post=post)
        case Kind.LINK:
            return language.gettext("%(name)s linked to “%(post)s”", name=name, post=post)
        case Kind.RSVP:
            return language.gettext("%(name)s answered the invitation “%(post)s”", name=name, post=post)
        case Kind.MENTION:
            return language.gettext("%(name)s mentioned “%(post)s”", name=name, post=post)
    return language.gettext("%(name)s replied to “%(post)s”", name=name, post=post)


def words(remark: Remark, language: Words) -> Markup:
    """What was said, as HTML; of what a content warning stands before, the warning alone."""
    said = remark.said
    if said.warning:
        return Markup("<p>%s</p>") % language.gettext("Content warning: %(warning)s", warning=legible(said.warning))
    title = Markup("<p><b>%s</b></p>") % legible(said.title) if said.title else Markup("")
    return title + Markup(_clean(said.html))  # noqa: S704 - sanitised, and only characters are taken out


def legible(text: str) -> str:
    """A text in one line, without characters that XML cannot hold or that disturb their surroundings."""
    return " ".join(_clean(text).split())


def uri(address: str) -> str:
    """An address that others gave, as RFC 3986 wants it; "" where no page would link to it."""
    return _here(address) if is_web(address) else ""


class _Atom(Atom1Feed):
    """Pelican's Atom with what it lacks: threading, the permalink elsewhere, and no clock of its own."""

    def root_attributes(self) -> dict[str, str]:
        return {**super().root_attributes(), "xmlns:thr": _THREADING}

    def latest_post_date(self) -> datetime:
        changed: datetime = self.feed["changed"]
        return changed

    def add_item_elements(self, handler: Any, item: Mapping[str, Any]) -> None:  # noqa: ANN401 - feedgenerator's
        super().add_item_elements(handler, item)
        if item["related"]:
            handler.addQuickElement("link", "", {"rel": "related", "href": item["related"]})
        handler.addQuickElement("thr:in-reply-to", "", item["answers"])
        if item["words"]:  # in whatever language: not necessarily the feed's
            handler.addQuickElement("content", str(item["words"]), {"type": "html", "xml:lang": ""})


def _answered(remark: Remark) -> dict[str, str]:
    """What a remark answers, as attributes of thr:in-reply-to: what it names, or stands below, else the post."""
    post, to = remark.post, remark.to
    if spot := remark.said.answers:
        to = structs.replace(remark.said, anchor=spot.anchor)
    if to is not None:
        return {"ref": _id(post, to), "href": _here(structs.replace(remark, said=to).url), "type": "text/html"}
    known = get_tag_uri(post.url, post.published) if post.published else _here(post.url)
    return {"ref": _clean(known), "href": _here(post.url), "type": "text/html"}


def _id(post: Post, said: Said) -> str:
    """A name for ever, made of the post's address and of what the act is; never of the page on which it stands."""
    return uuid.uuid5(uuid.NAMESPACE_URL, _clean(f"{post.url}#{said.anchor}")).urn


def _changed(remark: Remark, now: datetime) -> datetime:
    """When a remark was edited, where that is known and can be true, else when it was said."""
    when, edited = remark.said.when, remark.said.act.updated
    return edited.astimezone(when.tzinfo) if edited is not None and when < edited <= now else when


def _here(address: str) -> str:
    """An address on the site itself, with everything escaped that RFC 3986 wants escaped."""
    parts = split(_clean(address))
    if parts is None:
        return escapes(_clean(address))
    host = ascii_host(parts.hostname or "")
    host = f"[{host}]" if ":" in host else host
    return parts._replace(
        netloc=f"{host}:{parts.port}" if parts.port else host,
        path=_escaped(parts.path),
        query=_escaped(parts.query),
        fragment=_escaped(parts.fragment),
    ).geturl()


def _escaped(part: str) -> str:
    return escapes(part).translate(_FOR_HOSTS_ONLY)


def _clean(text: str) -> str:
    return _ILLEGAL.sub("", sanitise.plain(str(text)))
