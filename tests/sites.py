"""A small real site on disk, with one of everything that Pelican knows; tests edit it and build it again."""

from __future__ import annotations

import copy
import dataclasses
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pelican

from blog import ROOT, SITE, mention

__all__ = ["FEEDS", "PLUGINS", "THEMES", "Link", "Site", "Source", "letter", "many_posts"]

COMMONS = str(ROOT / "themes" / "commons")
SIMPLE = Path(pelican.__file__).parent / "themes" / "simple"
#: `mine` is a copy of `simple` within the site, for edits of templates.
THEMES = ("simple", "notmyidea", "themes/mine", COMMONS)
#: All feeds that Pelican can write.
FEEDS = {
    f"{kind}_{form}": f"feeds/{place}.{form.lower()}.xml"
    for kind, place in {
        "FEED": "some",
        "FEED_ALL": "all",
        "CATEGORY_FEED": "category/{slug}",
        "TAG_FEED": "tag/{slug}",
        "AUTHOR_FEED": "author/{slug}",
        "TRANSLATION_FEED": "all-{lang}",
    }.items()
    for form in ("ATOM", "RSS")
}
SETTINGS: Mapping[str, Any] = {
    "SITENAME": "A blog",
    "SITEURL": SITE,
    "AUTHOR": "Ada",
    "PATH": "content",
    "OUTPUT_PATH": "output",
    "CACHE_PATH": "cache",
    "TIMEZONE": "Europe/Berlin",
    "DEFAULT_LANG": "en",
    "THEME": "simple",
    "ARTICLE_PATHS": ["posts"],
    "STATIC_PATHS": ["images", "extra"],
    "EXTRA_PATH_METADATA": {"extra/robots.txt": {"path": "robots.txt"}},
    "TEMPLATE_PAGES": {"own/all.html": "all.html"},
    "DEFAULT_PAGINATION": 3,
    "YEAR_ARCHIVE_SAVE_AS": "{date:%Y}/index.html",
    "YEAR_ARCHIVE_URL": "{date:%Y}/",
    "MONTH_ARCHIVE_SAVE_AS": "{date:%Y}/{date:%m}/index.html",
    "DAY_ARCHIVE_SAVE_AS": "{date:%Y}/{date:%m}/{date:%d}/index.html",
    "MENUITEMS": [("Home", "/")],
    "SUMMARY_MAX_LENGTH": 12,
    "THEME_TEMPLATES_OVERRIDES": ["overrides"],
    "PLUGIN_PATHS": ["plugins", str(ROOT / "plugins")],
    "CONVERSATION_SOURCES": [{"source": "archive", "path": "mentions.json"}],
    "CONVERSATION_MODERATION": "moderation.toml",
    "CONVERSATION_PICTURES": False,
    **FEEDS,
}


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


class Site:
    """A site in `folder`: `sources` by path below content/, `settings`; what is not in them is on the disk alone."""

    def __init__(self, folder: Path, sources: Iterable[Source] | None = None, **settings: Any) -> None:  # noqa: ANN401
        self.folder = folder
        self.sources: dict[str, Source] = {}
        self.settings: dict[str, Any] = {**SETTINGS, "PLUGINS": []}
        self.numbers = 0
        shutil.copytree(SIMPLE, folder / "themes" / "mine")
        for name, text in (FILES | PLUGINS).items():
            self.put(name, text)
        for source in first_sources() if sources is None else sources:
            self.save(source)
        self.acts = [mention(1), mention(2, "like-of"), mention(3, target=f"{SITE}/post-2.html")]
        self.save_acts()
        self.configure(**settings)

    @property
    def output(self) -> Path:
        """The folder that the site is built into."""
        return self.folder / str(self.settings["OUTPUT_PATH"])

    @property
    def cache(self) -> Path:
        """The folder of what builds remember."""
        return self.folder / str(self.settings["CACHE_PATH"])

    @property
    def posts(self) -> list[Source]:
        """All sources of articles but the first, which every site keeps, in the order of their names."""
        return [one for path, one in sorted(self.sources.items()) if path.startswith("posts/") and path != ANCHOR]

    @property
    def pages(self) -> list[Source]:
        """All sources of pages."""
        return [one for path, one in sorted(self.sources.items()) if path.startswith("pages/")]

    def number(self) -> int:
        """A number that this site never had before: words made of it are new."""
        self.numbers += 1
        return self.numbers

    def configure(self, **settings: Any) -> None:  # noqa: ANN401
        """Adds settings and writes pelicanconf.py; a setting of None is Pelican's own None."""
        self.settings |= settings
        lines = [f"{name} = {value!r}" for name, value in self.settings.items()]
        self.put("pelicanconf.py", CONF + "\n".join(lines) + "\n")

    def put(self, name: str, text: str) -> Path:
        """Writes a file below the site's folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def save(self, source: Source) -> None:
        """Takes a source, or its change, into the site."""
        self.sources[source.path] = source
        self.put(f"content/{source.path}", source.text())

    def remove(self, source: Source) -> None:
        """Takes a source out of the site."""
        del self.sources[source.path]
        (self.folder / "content" / source.path).unlink()

    def keep(self) -> Site:
        """A copy in a folder beside this one, without what builds wrote and remember."""
        beside = self.folder.with_name(f"{self.folder.name}-kept")
        shutil.rmtree(beside, ignore_errors=True)
        shutil.copytree(self.folder, beside, ignore=shutil.ignore_patterns("output", "public", "cache", "*.sqlite*"))
        kept = copy.copy(self)
        kept.sources, kept.settings, kept.acts = dict(self.sources), dict(self.settings), copy.deepcopy(self.acts)
        return kept

    def restore(self, kept: Site) -> None:
        """Brings everything back to what it was when `kept` was made."""
        beside = self.folder.with_name(f"{self.folder.name}-kept")
        for path in beside.iterdir():
            there = self.folder / path.name
            if there.is_dir():
                shutil.rmtree(there)
            if path.is_dir():
                shutil.copytree(path, there)
            else:
                shutil.copy2(path, there)
        self.sources, self.settings, self.acts = dict(kept.sources), dict(kept.settings), copy.deepcopy(kept.acts)

    def save_acts(self) -> None:
        """Writes the archive of what was said about the site."""
        self.put("mentions.json", json.dumps({"type": "feed", "children": self.acts}))


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


#: The post that stays published: a feed of no posts has the time of its build in it.
ANCHOR = "posts/anchor.md"


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


CONF = """\
import os, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from words import shout
JINJA_FILTERS = {"shout": shout}
"""

FILES = {
    "words.py": "def shout(text):\n    return text.upper() + '!'\n",
    "data.txt": "born once",
    "moderation.toml": 'moderation = "open"\n',
    "overrides/README.txt": "Templates that win over the theme's.\n",
    "content/parts/note.txt": "A note that a post includes.\n",
    "content/own/all.html": "{% for article in articles %}{{ article.title }} {{ article.url }}\n{% endfor %}",
    "content/images/a.txt": "picture a",
    "content/images/b.txt": "picture b",
    "content/extra/robots.txt": "User-agent: *\n",
    "content/posts/sub/deep.txt": "deep",
    "content/pages/paper.txt": "paper",
}

#: Plugins of the site itself, by their files: one for each way in which plugins touch what is built.
PLUGINS = {
    # Gives articles an attribute and templates a filter and a variable.
    "plugins/adds.py": """\
from pelican import signals
WORD = "adds"
def prepare(generator):
    generator.env.filters["adds"] = lambda text: f"{WORD}({text})"
    generator.context["added"] = WORD
def finalized(generator):
    for article in generator.articles:
        article.summary_words = f"{WORD} {len(article._content.split())}"
def register():
    signals.generator_init.connect(prepare)
    signals.article_generator_finalized.connect(finalized)
""",
    # Changes each content as it is made, by a file of its own.
    "plugins/born.py": """\
from pelican import signals
def made(content):
    if content._content:
        with open("data.txt") as file:
            content._content += f"<p>{file.read()}</p>"
def register():
    signals.content_object_init.connect(made)
""",
    # Notes what is written and in the end makes a file of it, as sitemaps do; nobody else knows of that file.
    "plugins/trail.py": """\
import os
from pelican import signals
seen = []
def wrote(path, context):
    shown = context.get("article") or context.get("page")
    seen.append(f"{path} {getattr(shown, 'title', '')} {context['output_file']}")
def finalized(pelican):
    with open(os.path.join(pelican.output_path, "trail.txt"), "w", encoding="utf-8") as file:
        file.write("\\n".join(sorted(one.replace(pelican.output_path, "") for one in seen)))
def register():
    signals.content_written.connect(wrote)
    signals.finalized.connect(finalized)
""",
    # Edits each page after it was written; twice would be once too often.
    "plugins/stamp.py": """\
from pelican import signals
def wrote(path, context):
    with open(path, "r+", encoding="utf-8") as file:
        size = len(file.read())
        file.write(f"<!-- {size} -->")
def register():
    signals.content_written.connect(wrote)
""",
    # Writes a page by Pelican's writer, and beside each article a file by its own hand, which it announces.
    "plugins/tells.py": """\
import os
import blinker
from pelican import signals
from pelican.generators import Generator
class Teller(Generator):
    def generate_output(self, writer):
        writer.write_file("told/index.html", self.get_template("archives"), self.context,
                          articles=self.context["articles"], dates=self.context["dates"], url="told/")
        for article in self.context["articles"]:
            with open(os.path.join(self.output_path, f"told/{article.slug}.txt"), "w", encoding="utf-8") as file:
                file.write(article.title)
        paths = [f"told/{article.slug}.txt" for article in self.context["articles"]]
        blinker.signal("incremental_outputs").send(self, paths=paths)
def register():
    signals.get_generators.connect(generators)
def generators(pelican):
    return Teller
""",
}
