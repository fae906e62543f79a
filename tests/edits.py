"""Edits of a site's contents, as a blogger makes them; each takes two numbers that say which one and how."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from blog import SITE, mention
from posts_and_pages import Link, Source
from sites import Site

__all__ = ["CONTENT", "Edit", "add_post", "delete_post", "edit_body", "pick", "publish", "retag", "retitle", "rewrite"]

Edit = Callable[[Site, int, int], None]
T = TypeVar("T")


def pick(many: Sequence[T], number: int) -> T:
    """One of them; any number will do."""
    return many[number % len(many)]


def _change(site: Site, source: Source, **fields: str) -> None:
    """Saves a source with other fields; an empty one is taken out."""
    kept = {name: value for name, value in (source.fields | fields).items() if value}
    site.save(dataclasses.replace(source, fields=kept))


def _any(site: Site, which: int) -> Source:
    return pick([*site.posts, *site.pages] or list(site.sources.values()), which)


def add_post(site: Site, which: int, how: int) -> None:
    """A new post, now and then of the day of another, with links to one that is there."""
    number = site.number()
    fields = {
        "title": f"New {number}",
        "date": f"2026-0{2 + which % 4}-{1 + how % 28:02d} 12:00",
        "category": pick(("Notes", "Essays", f"Category {number}"), how),
        "tags": pick(("one", "two, three", f"tag {number}"), which),
        "authors": pick(("Ada", "Bob", "Ada, Cy"), how),
    }
    to = pick(list(site.sources), which)
    body = [f"Words of {number}.", Link("there", f"{{filename}}/{to}")]
    site.save(Source(f"posts/new-{number}{pick(('.md', '.rst', '.html'), how)}", fields, body))


def delete_post(site: Site, which: int, how: int) -> None:
    """A post is gone."""
    if site.posts:
        site.remove(pick(site.posts, which))


def edit_body(site: Site, which: int, how: int) -> None:
    """Other words in a post or a page: at its beginning, which summaries show, or at its end."""
    source = _any(site, which)
    words = f"Edited {site.number()}."
    site.save(dataclasses.replace(source, body=[words, *source.body] if how % 2 else [*source.body, words]))


def retitle(site: Site, which: int, how: int) -> None:
    """Another title; where it makes the slug, another address."""
    source = _any(site, which)
    _change(site, source, title=f"Titled {site.number()}", slug="" if how % 3 == 2 else source.fields.get("slug", ""))


def move(site: Site, which: int, how: int) -> None:
    """Another slug, on which the links of others depend; now and then one that is taken."""
    source = _any(site, which)
    taken = pick(list(site.sources.values()), how).fields.get("slug", "x")
    _change(site, source, slug=taken if how % 4 == 3 else f"moved-{site.number()}")


def rename(site: Site, which: int, how: int) -> None:
    """Another name for the file; links by the former one lead nowhere."""
    source = _any(site, which)
    folder = pick((Path(source.path).parent, Path(source.path).parts[0]), how)
    site.remove(source)
    site.save(dataclasses.replace(source, path=f"{folder}/named-{site.number()}{Path(source.path).suffix}"))


def retag(site: Site, which: int, how: int) -> None:
    """Other tags, or none."""
    if site.posts:
        _change(site, pick(site.posts, which), tags=pick(("one", "three, two", f"tag {site.number()}", ""), how))


def recategorise(site: Site, which: int, how: int) -> None:
    """Another category, or the default one."""
    if site.posts:
        _change(site, pick(site.posts, which), category=pick(("Essays", f"Category {site.number()}", ""), how))


def set_field(site: Site, which: int, how: int) -> None:
    """Another value of any other field: authors, dates, summary, template and what themes know alone."""
    name, value = pick(
        (
            ("authors", "Bob, Cy"),
            ("date", "2026-03-03 08:00"),
            ("modified", f"2026-06-{1 + how % 28:02d} 10:00"),
            ("summary", f"Summary {site.number()} with a [link]({{filename}}/posts/anchor.md)."),
            ("mood", f"good {site.number()}"),
            ("template", "page"),
            ("save_as", f"own/{site.number()}.html"),
            ("authors", ""),
            ("summary", ""),
            ("modified", ""),
            ("template", ""),
            ("save_as", ""),
        ),
        how,
    )
    _change(site, _any(site, which), **{name: value})


def publish(site: Site, which: int, how: int) -> None:
    """A draft or hidden post or page is published."""
    waiting = [one for one in (*site.posts, *site.pages) if one.fields.get("status", "published") != "published"]
    if waiting:
        _change(site, pick(waiting, which), status="published")


def withdraw(site: Site, which: int, how: int) -> None:
    """A post or page becomes a draft or hidden, or has a status that Pelican does not know."""
    _change(site, _any(site, which), status=pick(("draft", "hidden", "draft", "skip", "typo"), how))


def translate(site: Site, which: int, how: int) -> None:
    """A translation is added."""
    source = _any(site, which)
    lang = pick(("de", "fr", "es"), how)
    stem = Path(source.path)
    fields = source.fields | {"title": f"Titel {site.number()}", "lang": lang}
    site.save(Source(str(stem.with_name(f"{stem.stem}-{lang}{stem.suffix}")), fields, [f"Worte {site.number()}."]))


def untranslate(site: Site, which: int, how: int) -> None:
    """A translation is gone."""
    translations = [one for one in (*site.posts, *site.pages) if "lang" in one.fields]
    if translations:
        site.remove(pick(translations, which))


def link(site: Site, which: int, how: int) -> None:
    """A link to another content or file, or to one that is not there."""
    source = _any(site, which)
    to = pick(
        (
            f"{{filename}}/{pick(list(site.sources), how // 7)}",
            "{static}/images/a.txt",
            "{attach}/images/b.txt",
            "{attach}/images/a.txt",
            "{static}/pages/paper.txt",
            "{tag}one",
            "{filename}/posts/nowhere.md",
        ),
        how,
    )
    site.save(dataclasses.replace(source, body=[*source.body, Link(f"link {site.number()}", to)]))


def _static(site: Site, which: int) -> Path:
    return pick(sorted(one for one in (site.folder / "content").rglob("*.txt") if one.is_file()), which)


def edit_static(site: Site, which: int, how: int) -> None:
    """Another text in a file that is copied or included."""
    _static(site, which).write_text(f"Other text {site.number()}.\n", encoding="utf-8")


def add_static(site: Site, which: int, how: int) -> None:
    """Another file, in a folder that is copied."""
    site.put(f"content/images/{pick(('', 'deep/'), how)}new-{site.number()}.txt", "new")


def remove_static(site: Site, which: int, how: int) -> None:
    """A file is gone that is copied or linked."""
    path = _static(site, which)
    if path.name not in {"note.txt", "robots.txt"}:
        path.unlink()


def rewrite(path: Path, text: str) -> None:
    """Writes other text of the same length, and sets the time of the file back to what it was."""
    before = path.stat()
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size


def edit_silently(site: Site, which: int, how: int) -> None:
    """Other words, while size and time of the file stay the same."""
    source = _any(site, which)
    old = "".join(part for part in source.body if isinstance(part, str))
    new = {"W": "V", "V": "W"}
    body = [part.translate(str.maketrans(new)) if isinstance(part, str) else part for part in source.body]
    if old != "".join(part for part in body if isinstance(part, str)):
        changed = dataclasses.replace(source, body=body)
        site.sources[source.path] = changed
        rewrite(site.folder / "content" / source.path, changed.text())


def touch(site: Site, which: int, how: int) -> None:
    """Another time of the same file."""
    path = site.folder / "content" / _any(site, which).path
    os.utime(path, (1_780_000_000 + 100_000 * how,) * 2)


def hear(site: Site, which: int, how: int) -> None:
    """Somebody answers a post, or likes it."""
    target = f"{SITE}/{pick(('a', 'post-2', 'post-1', 'post-4'), which)}.html"
    kind = pick(("in-reply-to", "like-of", "mention-of", "repost-of"), how)
    site.acts.append(mention(3 + site.number(), kind, target))
    site.save_acts()


def unhear(site: Site, which: int, how: int) -> None:
    """What somebody said is edited or gone from the archive."""
    if site.acts and how % 2:
        site.acts.pop(which % len(site.acts))
    elif site.acts:
        words = f"Reworded {site.number()}."
        site.acts[which % len(site.acts)]["content"] = {"text": words, "html": f"<p>{words}</p>"}
    site.save_acts()


def moderate(site: Site, which: int, how: int) -> None:
    """Somebody's words are hidden, or shown again."""
    hidden = f'[hide]\nauthors = ["https://p{1 + which % 3}.example/"]\n' if how % 3 else ""
    site.put("moderation.toml", 'moderation = "open"\n' + hidden)


#: All of these, the commonest first.
CONTENT: tuple[Edit, ...] = (
    edit_body,
    retitle,
    add_post,
    delete_post,
    retag,
    publish,
    withdraw,
    move,
    rename,
    recategorise,
    set_field,
    translate,
    untranslate,
    link,
    edit_static,
    add_static,
    remove_static,
    edit_silently,
    touch,
    hear,
    unhear,
    moderate,
)
