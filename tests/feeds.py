"""Feeds for tests, as WordPress, Atom blogs and Google Alerts write them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

__all__ = ["atom", "comment", "item", "rss"]

MAY = "Sat, 02 May 2026 10:00:00 +0000"
_NAMESPACES = {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "atom": "http://www.w3.org/2005/Atom",
}


def rss(*items: str, title: str = "Comments", link: str = "https://kindnesses.example/", following: str = "") -> bytes:
    """An RSS 2.0 feed; `following` is the address of its next page."""
    spaces = " ".join(f'xmlns:{name}="{url}"' for name, url in _NAMESPACES.items())
    further = f'<atom:link rel="next" href="{escape(following)}"/>' if following else ""
    head = f"<title>{title}</title><link>{link}</link>{further}"
    begin = f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" {spaces}><channel>'
    return f"{begin}{head}{''.join(items)}</channel></rss>".encode()


def item(link: str, *, guid: str = "", when: str = MAY, html: str = "", more: str = "") -> str:
    """An RSS item; `more` is further XML."""
    guid = escape(guid or link)
    return (
        f'<item><title>A title</title><link>{escape(link)}</link><guid isPermaLink="false">{guid}</guid>'
        f"<pubDate>{when}</pubDate><content:encoded><![CDATA[{html}]]></content:encoded>{more}</item>"
    )


def comment(number: int, post: str, said: str = "Thank you!", name: str = "Bea") -> str:
    """A comment in a feed of WordPress."""
    return item(
        f"{post}#comment-{number}",
        guid=f"https://kindnesses.example/?p=1#comment-{number}",
        when=f"Sat, 02 May 2026 10:00:{number % 60:02} +0000",
        html=f"<p>{said}</p>",
        more=f"<dc:creator><![CDATA[{name}]]></dc:creator>",
    )


def atom(entries: Sequence[str], head: str = "<title>Atom</title>") -> bytes:
    """An Atom feed."""
    spaces = 'xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"'
    return f'<?xml version="1.0" encoding="utf-8"?><feed {spaces}>{head}{"".join(entries)}</feed>'.encode()
