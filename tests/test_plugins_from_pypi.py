"""The sample blog with eight plugins from PyPI: an incremental build leaves what plain Pelican writes, or says why not.

Plugins that edit pages after they are written force builds of everything, and the build names them. The table in
docs/incremental.md tells bloggers what is tested here.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image

from blog import ROOT
from equality import differences, stamps, tree
from kiln import Kiln, Order


class Plugin(NamedTuple):
    """What is known of a plugin: a file of the site and what stands in it because of the plugin.

    `also` are the posts that show something of the edited one by this plugin; None where it edits pages after they are
    written, so that all are rendered.
    """

    file: str
    shows: str
    also: frozenset[str] | None = frozenset()


PLUGINS = {
    "image_process": Plugin("a-week-without-an-audience.html", "/derivatives/small/square.png", None),
    "neighbors": Plugin(
        "guest-in-a-smaller-house.html",
        "<p>A year without an audience</p>",
        frozenset({"guest-in-a-smaller-house.html", "comments-that-changed-my-mind.html"}),
    ),
    "related_posts": Plugin(
        "attention-and-gifts.html",
        "<p>A year without an audience</p>",
        frozenset({"attention-and-gifts.html", "how-to-write-a-reply-worth-getting.html"}),
    ),
    "render_math": Plugin("a-week-without-an-audience.html", '<span class="math">'),
    "search": Plugin("search-index.st", "a-week-without-an-audience.html"),
    "seo": Plugin("a-week-without-an-audience.html", 'property="og:title"', None),
    "series": Plugin(
        "how-to-write-a-reply-worth-getting.html",
        "<p>Bread and letters, 2: A year without an audience</p>",
        frozenset({"how-to-write-a-reply-worth-getting.html"}),
    ),
    "sitemap": Plugin("sitemap.xml", "/a-week-without-an-audience.html</loc>"),
}
MISSING = [name for name in PLUGINS if importlib.util.find_spec(f"pelican.plugins.{name}") is None]

pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"plugins from PyPI are not installed (requirements/test.txt): {', '.join(MISSING)}"
)

SETTINGS = """
import os
os.environ["PATH"] = os.path.abspath("bin") + os.pathsep + os.environ["PATH"]
THEME_TEMPLATES_OVERRIDES = ["overrides"]
IMAGE_PROCESS = {"small": ["scale_in 20 20 True"]}
SEO_ENHANCER = SEO_ENHANCER_OPEN_GRAPH = True
"""
#: The sample's theme shows nothing of what these plugins tell templates.
TEMPLATE = """{% extends "!theme/article.html" %}
{% block content %}{{ super() }}
{% for one in [article.prev_article, article.next_article] + (article.related_posts or []) if one %}
<p>{{ one.title }}</p>
{% endfor %}
{% if article.series %}
{% for one in article.series.all %}<p>{{ article.series.name }}, {{ loop.index }}: {{ one.title }}</p>{% endfor %}
{% endif %}
{% endblock %}
"""
#: In place of the program that `search` calls, which PyPI does not have: its index tells what each page held by then.
STORK = """
import hashlib, pathlib, sys, tomllib
_, _, _, told, _, index = sys.argv
told = tomllib.loads(pathlib.Path(told).read_text("utf-8"))["input"]
pages = [pathlib.Path(told["base_directory"], one["path"]) for one in told["files"]]
pathlib.Path(index).write_text("".join(f"{hashlib.sha256(one.read_bytes()).hexdigest()} {one}\\n" for one in pages))
"""
#: Two posts of a series, with a formula and a picture.
ADDED = """
And so $e^{i\\pi} + 1 = 0$.

<img class="image-process-small" src="{static}/images/square.png" alt="A square">
"""
#: Its page is named "a-week-without-an-audience.html".
EDITED = "2024-12-29-a-week-without-an-audience.md"
EARLIER = "2024-03-10-how-to-write-a-reply.md"
#: The pages of all posts.
POSTS = frozenset(
    f"{slug}.html"
    for post in (ROOT / "content" / "posts").glob("*.md")
    for slug in re.findall(r"^Slug: (.+)$", post.read_text("utf-8"), re.MULTILINE)
)
#: `sitemap` asks its own clock when lists were changed, with plain Pelican as well; articles and pages have a date.
LISTED_NOW = re.compile(rb"<lastmod>[^<]+(?=</lastmod>\s*<changefreq>daily<)")


class Sample:
    """A copy of the sample blog in `folder`, with some of the plugins, and something to do for each of them."""

    def __init__(self, folder: Path, kiln: Kiln, plugins: Sequence[str]) -> None:
        self._folder, self._kiln = folder, kiln
        self._plugins = ["conversation", *plugins]
        for name in ("content", "themes"):
            shutil.copytree(ROOT / name, folder / name)
        (folder / "plugins").symlink_to(ROOT / "plugins")
        (folder / "pelicanconf.py").write_text((ROOT / "pelicanconf.py").read_text("utf-8") + SETTINGS, "utf-8")
        for name in ("overrides", "bin"):
            (folder / name).mkdir()
        (folder / "overrides" / "article.html").write_text(TEMPLATE, "utf-8")
        (folder / "bin" / "stork").write_text(f"#!{sys.executable}{STORK}", "utf-8")
        (folder / "bin" / "stork").chmod(0o755)
        Image.new("RGB", (40, 40), "teal").save(folder / "content" / "images" / "square.png")
        for name in (EARLIER, EDITED):
            self.edit(name, "Category:", "Series: Bread and letters\nCategory:", ADDED)

    def edit(self, name: str, old: str, new: str, added: str) -> None:
        """Changes something in the front matter of a post, and adds words at its end."""
        path = self._folder / "content" / "posts" / name
        path.write_text(path.read_text("utf-8").replace(old, new, 1) + added, "utf-8")

    def build(self) -> str:
        """Builds incrementally, and gives what the build said."""
        return self._build([*self._plugins, "incremental"])

    def written(self) -> dict[str, bytes]:
        """The files of the site, by path."""
        files = tree(self._folder / "output")
        return files | {name: LISTED_NOW.sub(b"", data) for name, data in files.items() if name == "sitemap.xml"}

    def stamps(self) -> dict[str, tuple[int, int]]:
        """What tells of each page of the site whether it was written again."""
        return {path: stamp for path, stamp in stamps(self._folder / "output").items() if path.endswith(".html")}

    def plain(self) -> dict[str, bytes]:
        """What Pelican writes without the plugin, into an empty folder of the same name."""
        for name in ("output", ".cache"):
            shutil.rmtree(self._folder / name)
        self._build(self._plugins)
        return self.written()

    def _build(self, plugins: Sequence[str]) -> str:
        compiled = self._folder.with_name("compiled")
        compiled.mkdir(exist_ok=True)
        fired = self._kiln.build(Order(str(self._folder), plugins=plugins, compiled=str(compiled)))
        assert not fired.status, fired.said
        return fired.said


@pytest.mark.parametrize("plugins", [*((name,) for name in PLUGINS), tuple(PLUGINS)], ids="+".join)
def test_the_sample_blog_is_the_same_with_plugins_or_the_build_names_the_one_that_needs_all_pages(
    plugins: Sequence[str], tmp_path: Path, kilns: tuple[Kiln, Kiln]
) -> None:
    """Bloggers use other plugins, too: the bytes stay those of plain Pelican, and a slow build gives its reason."""
    sample = Sample(tmp_path / "site", kilns[0], plugins)
    sample.build()
    before = sample.stamps()
    sample.edit(EDITED, "Title: A week", "Title: A year", "\nOther words.\n")
    said, after = sample.build(), sample.stamps()
    rendered = {path for path in after if after[path] != before.get(path)}
    blamed = re.findall(r"everything was rendered, because pelican\.plugins\.(\w+)", said)
    editors = [name for name in plugins if PLUGINS[name].also is None]
    if editors:
        assert rendered == after.keys()
        assert blamed == editors[:1]
    else:
        posts = frozenset({"a-week-without-an-audience.html"}).union(*(PLUGINS[name].also or () for name in plugins))
        assert rendered & POSTS == posts
        assert blamed == []
    written = sample.written()
    assert [name for name in plugins if PLUGINS[name].shows.encode() not in written[PLUGINS[name].file]] == []
    assert differences(written, sample.plain()) == []
