"""The posts and pages of a site (sites.py), as somebody wrote them: one of everything, or many."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

__all__ = ["ANCHOR", "Link", "Source", "first_sources", "letter", "many_posts"]

#: The post that stays published: a feed of no posts has the time of its build in it.
ANCHOR = "posts/anchor.md"


@dataclasses.dataclass(frozen=True)
class Link:
    """A link in a body: `{filename}/posts/a.md` or any other of Pelican's."""

    words: str
    to: str


@dataclasses.dataclass
class Source:
    """A post or a page: its fields and its body, in whichever format its file's name says."""

    path: str
    fields: dict[str, str]
    body: Sequence[str | Link] = ("Words.",)

    def text(self) -> str:
        """The file's text."""
        return {".md": _markdown, ".rst": _rst, ".html": _html}[Path(self.path).suffix](self)


def _markdown(source: Source) -> str:
    front = "\n".join(f"{name.title()}: {value}" for name, value in source.fields.items())
    body = "\n\n".join(part if isinstance(part, str) else f"[{part.words}]({part.to})" for part in source.body)
    return f"{front}\n\n{body}\n"


def _rst(source: Source) -> str:
    title = source.fields["title"]
    front = "\n".join(f":{name}: {value}" for name, value in source.fields.items() if name != "title")
    body = "\n\n".join(part if isinstance(part, str) else f"`{part.words} <{part.to}>`__" for part in source.body)
    return f"{title}\n{'#' * len(title)}\n\n{front}\n\n{body}\n"


def _html(source: Source) -> str:
    fields = [f'<meta name="{name}" content="{value}">' for name, value in source.fields.items() if name != "title"]
    body = [
        f"<p>{part}</p>" if isinstance(part, str) else f'<a href="{part.to}">{part.words}</a>' for part in source.body
    ]
    head = f"<head><title>{source.fields['title']}</title>{''.join(fields)}</head>"
    return f"<html>{head}<body>{''.join(body)}</body></html>\n"


def letter(number: int, of: int) -> str:
    """One of the first `of` letters."""
    return chr(ord("a") + number % of)


def many_posts(number: int) -> Iterator[Source]:
    """So many posts more, of some years, in five categories and with twenty tags; each links to the one before it."""
    for n in range(number):
        day = datetime(2010, 1, 2, 12, tzinfo=UTC) + timedelta(hours=37 * n % 130_000)
        fields = {
            "title": f"Number {n}",
            "date": f"{day:%Y-%m-%d %H:%M}",
            "slug": f"number-{n}",
            "category": f"Category {letter(n, 5)}",  # page 2 of a tag "t1" would have the name of a tag "t12"
            "tags": f"tag {letter(n, 20)}, tag {letter(7 * n, 20)}",
            "status": "draft" if n % 10 == 9 else "published",
        }
        body = [f"Words of number {n}. " * 20, Link("before", f"{{filename}}number-{n - 1}.md")]
        yield Source(f"posts/number-{n}.md", fields, body[: 2 if n else 1])


def post(name: str, day: int, *body: str | Link, **fields: str) -> Source:
    """A post, of a day in spring."""
    stem = Path(name).stem
    given = {"title": f"Title of {stem}", "date": f"2026-0{3 + day // 28}-{1 + day % 28:02d} 12:00", "slug": stem}
    return Source(f"posts/{name}", given | {"category": "Notes", "tags": "one, two"} | fields, body or ("Words.",))


def page(name: str, *body: str | Link, **fields: str) -> Source:
    """A page."""
    stem = Path(name).stem
    return Source(f"pages/{name}", {"title": f"Page {stem}", "slug": stem} | fields, body or ("Words.",))


def first_sources() -> list[Source]:
    """One of everything."""
    long = "Many words, and then some more, so that the summary of this post has to be cut somewhere in its midst."
    to_rst, picture = Link("an older one", "{filename}/posts/old.rst"), Link("a picture", "{static}/images/a.txt")
    return [
        Source(
            ANCHOR,
            {"title": "Anchor", "date": "2026-02-02 12:00", "slug": "a", "category": "Notes"},
            ["Words.", to_rst],
        ),
        post("post-1.md", 1, long, picture, Link("one", "{tag}one"), authors="Ada, Bob"),
        post("post-2.md", 2, long, Link("attached", "{attach}/images/b.txt"), category="Essays", tags="two, three"),
        post(
            "post-3.md", 30, "```python\nprint(1)\n```", Link("2", "{filename}post-2.md"), modified="2026-05-05 10:00"
        ),
        post("post-4.md", 31, long, summary="Told *by* [hand]({filename}/pages/about.md).", author="Bob"),
        post("post-3-de.md", 30, "Worte.", title="Titel", slug="post-3", lang="de"),
        post("post-3-fr.md", 30, "Mots.", title="Titre", slug="post-3", lang="fr"),
        post("sub/draft.md", 32, long, Link("attached", "{attach}deep.txt"), status="draft"),
        post("hidden.md", 33, "Words.", Link("Essays", "{category}Essays"), status="hidden"),
        post("old.rst", 3, ".. include:: ../parts/note.txt", "Words *of* rst.", Link("a", "{filename}anchor.md")),
        post("markup.html", 4, long, Link("home", "{index}"), Link("Bob", "{author}Bob"), author="Cy"),
        post("coming.md", 34, "Words.", date="2026-12-24 18:00", category="Coming"),
        page("about.md", long, Link("post", "{filename}/posts/post-1.md"), Link("paper", "{attach}paper.txt")),
        page("about-de.md", "Worte.", title="Über", slug="about", lang="de"),
        page("secret.md", "Words.", status="hidden"),
        page("later.md", "Words.", status="draft"),
    ]
