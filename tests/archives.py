"""Archives as services give them out, made small: invented people, example hosts."""

from __future__ import annotations

import io
import json
import sqlite3
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from conversation.acts import Act, Problem
from conversation.sources.archive import read

__all__ = [
    "ME",
    "NOW",
    "PUBLIC",
    "boost",
    "collection",
    "disqus",
    "disqus_post",
    "isso",
    "mention",
    "packed",
    "said",
    "scripted",
    "status",
    "tarred",
    "told",
    "tweet",
    "written",
    "wxr",
    "wxr_comment",
]

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ME = "https://social.example/users/ada"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


def told(path: Path, site: str = "https://blog.example") -> tuple[tuple[Act, ...], tuple[Problem, ...]]:
    """All acts and problems of an archive."""
    batches = list(read(path, "a", NOW, site))
    return tuple(act for each in batches for act in each.acts), tuple(one for each in batches for one in each.problems)


def said(path: Path, site: str = "https://blog.example") -> tuple[Act, ...]:
    """The acts of an archive that has no problems."""
    acts, problems = told(path, site)
    assert problems == ()
    return acts


def written(folder: Path, value: object, name: str = "archive.json") -> Path:
    """`value` as a file: a text as it is, all else as JSON."""
    path = folder / name
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def packed(path: Path, members: Mapping[str, str | bytes]) -> Path:
    """A zip of these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def tarred(path: Path, members: Mapping[str, str | bytes]) -> Path:
    """A tar of these members, packed by gzip where its name says so."""
    with path.open("wb") as file, tarfile.open(fileobj=file, mode="w:gz" if path.suffix == ".gz" else "w") as archive:
        for name, content in members.items():
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def status(number: int, content: str = "<p>Hello.</p>", **values: object) -> dict[str, object]:
    """A public status of Ada's as Mastodon exports it."""
    url = f"{ME}/statuses/{number}"
    note = {
        "id": url,
        "type": "Note",
        "summary": None,
        "inReplyTo": None,
        "published": "2024-03-01T10:20:30Z",
        "url": f"https://social.example/@ada/{number}",
        "attributedTo": ME,
        "to": [PUBLIC],
        "cc": [f"{ME}/followers"],
        "content": content,
        "contentMap": {"en": content},
        "tag": [],
    }
    note |= {name.replace("_", ""): value for name, value in values.items()}
    who = {name: note[name] for name in ("to", "cc", "published")}
    return {"id": f"{url}/activity", "type": "Create", "actor": ME, "object": note, **who}


def boost(number: int, target: object, **values: object) -> dict[str, object]:
    """A boost as Mastodon exports it."""
    plain = {"id": f"{ME}/statuses/{number}/activity", "type": "Announce", "actor": ME, "object": target}
    return {**plain, "published": "2024-03-02T10:20:30Z", "to": [PUBLIC], "cc": [], **values}


def mention(name: str, href: str) -> dict[str, str]:
    """A tag that names somebody."""
    return {"type": "Mention", "name": name, "href": href}


def collection(name: str, items: Iterable[object]) -> str:
    """A collection of Mastodon's archive as its file's text."""
    head = {"@context": "https://www.w3.org/ns/activitystreams", "id": f"{name}.json", "type": "OrderedCollection"}
    return json.dumps({**head, "totalItems": 1, "orderedItems": list(items)})


def scripted(name: str, items: Iterable[object], part: int = 0) -> str:
    """A script of X's archive."""
    return f"window.YTD.{name}.part{part} = " + json.dumps(list(items), indent=2)


def tweet(number: int, text: str, *, people: Iterable[str] = (), links: Iterable[str] = (), **values: object) -> object:
    """A tweet as X exports it, with links shortened to https://t.co/0 and so on."""
    urls = [{"url": f"https://t.co/{n}", "expanded_url": url, "display_url": url} for n, url in enumerate(links)]
    plain = {
        "id_str": str(number),
        "id": str(number),
        "created_at": "Wed Oct 10 20:19:24 +0000 2018",
        "full_text": text,
        "entities": {"urls": urls, "user_mentions": [{"screen_name": name, "id_str": "9"} for name in people]},
        "retweeted": False,
        "favorite_count": "3",
    }
    return {"tweet": {**plain, **values}}


def disqus(*posts: str, threads: Iterable[str] = ("https://blog.example/tea.html",)) -> str:
    """An export of Disqus: threads are numbered from 1."""
    declared = "".join(
        f'<thread dsq:id="{n}"><id>{n}</id><forum>ada</forum><category dsq:id="9"/><link>{url}</link>'
        "<title>Tea</title><message/><createdAt>2019-01-02T11:00:00Z</createdAt>"
        "<author><email>ada@example.com</email><name>Ada</name></author></thread>"
        for n, url in enumerate(threads, 1)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<disqus xmlns="http://disqus.com"'
        ' xmlns:dsq="http://disqus.com/disqus-internals" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
        f'<category dsq:id="9"><forum>ada</forum></category>{declared}{"".join(posts)}</disqus>'
    )


def disqus_post(number: int, message: str = "<p>Fine &amp; well.</p>", *, thread: int = 1, more: str = "") -> str:
    """A comment as Disqus exports it; `more` are further elements."""
    return (
        f'<post dsq:id="{number}"><id>wp_id={number}</id><message><![CDATA[{message}]]></message>'
        "<createdAt>2020-02-03T04:05:06Z</createdAt><isDeleted>false</isDeleted><isSpam>false</isSpam>"
        "<author><email>bea@example.com</email><name>Bea</name><isAnonymous>false</isAnonymous>"
        f'<username>bea1</username></author><ipAddress>192.0.2.7</ipAddress><thread dsq:id="{thread}"/>{more}</post>\n'
    )


def wxr(*comments: str, link: str = "https://blog.example/2019/tea/", status: str = "publish", head: str = "") -> str:
    """An export of WordPress with one post."""
    return (
        '<?xml version="1.0" encoding="UTF-8" ?>\n<!-- This is a WordPress eXtended RSS file -->\n'
        '<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wp="http://wordpress.org/export/1.2/">\n'
        "<channel><title>Old</title><link>https://blog.example</link><wp:wxr_version>1.2</wp:wxr_version>"
        "<wp:base_blog_url>https://blog.example/old</wp:base_blog_url><wp:author><wp:author_id>1</wp:author_id>"
        f"<wp:author_login><![CDATA[ada]]></wp:author_login></wp:author>{head}\n"
        f"<item><title>Tea</title><link>{link}</link><content:encoded><![CDATA[<p>A & B</p>]]></content:encoded>"
        f"<wp:post_id>7</wp:post_id><wp:status><![CDATA[{status}]]></wp:status>{''.join(comments)}</item>\n"
        "</channel></rss>"
    )


def wxr_comment(number: int, content: str = "Fine & well.", **values: object) -> str:
    """A comment as WordPress exports it: text between CDATA marks, addresses bare."""
    plain: dict[str, object] = {
        "author_url": "https://bea.example/?a=1&b=2",
        "date_gmt": "2020-02-03 04:05:06",
        "approved": 1,
        "type": "comment",
        "parent": 0,
        "user_id": 0,
    }
    author = values.pop("author", "Bea")
    told = "".join(f"<wp:comment_{name}>{value}</wp:comment_{name}>\n" for name, value in {**plain, **values}.items())
    return (
        f"<wp:comment><wp:comment_id>{number}</wp:comment_id><wp:comment_author><![CDATA[{author}]]></wp:comment_author>"
        "<wp:comment_author_email>bea@example.com</wp:comment_author_email>"
        "<wp:comment_author_IP>192.0.2.7</wp:comment_author_IP>"
        f"<wp:comment_content><![CDATA[{content}]]></wp:comment_content>{told}</wp:comment>\n"
    )


def isso(path: Path, rows: Iterable[tuple[object, ...]], uris: Iterable[object] = ("/tea.html",)) -> Path:
    """Isso's database; rows: thread, id, parent, mode, text, author, website. Threads are numbered from 1."""
    with sqlite3.connect(path) as connection:
        connection.executescript(
            "CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR(256) UNIQUE, title VARCHAR(256));"
            "CREATE TABLE comments (tid REFERENCES threads(id), id INTEGER PRIMARY KEY, parent INTEGER,"
            " created FLOAT NOT NULL, modified FLOAT, mode INTEGER, remote_addr VARCHAR, text VARCHAR, author VARCHAR,"
            " email VARCHAR, website VARCHAR, likes INTEGER DEFAULT 0, dislikes INTEGER DEFAULT 0,"
            " voters BLOB NOT NULL, notification INTEGER DEFAULT 0);"
        )
        connection.executemany("INSERT INTO threads VALUES (NULL, ?, 'Tea')", [(uri,) for uri in uris])
        connection.executemany(
            "INSERT INTO comments VALUES (?, ?, ?, 1580702706.5, NULL, ?, '192.0.2.7', ?, ?, 'bea@example.com', ?,"
            " 0, 0, x'00', 0)",
            rows,
        )
    connection.close()
    return path
