"""Edits around a site's contents: settings, themes, plugins; and what happens to what builds wrote and remember."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edits import Edit, pick, rewrite
from site_plugins import PLUGINS
from sites import THEMES, Site

__all__ = ["AROUND", "CACHE", "OUTPUT", "edit_template", "set_setting"]

#: What may be set, with what it is at first.
CHOICES: tuple[Mapping[str, Any], ...] = (
    {"SITENAME": "Another blog"},
    {"WITH_FUTURE_DATES": False},
    {"SITENAME": "A blog"},
    {"DEFAULT_PAGINATION": 2},
    {"DEFAULT_PAGINATION": False},
    {"DEFAULT_PAGINATION": 3},
    {"ARTICLE_URL": "{date:%Y}/{slug}/", "ARTICLE_SAVE_AS": "{date:%Y}/{slug}/index.html"},
    {"ARTICLE_URL": "{slug}.html", "ARTICLE_SAVE_AS": "{slug}.html"},
    {"SUMMARY_MAX_LENGTH": 3},
    {"SUMMARY_MAX_LENGTH": None},
    {"MENUITEMS": [("Home", "/"), ("About", "/pages/about.html")]},
    {"MENUITEMS": []},
    {"RELATIVE_URLS": True},
    {"RELATIVE_URLS": False},
    {"SITEURL": "https://other.example"},
    {"SITEURL": ""},
    {"SITEURL": "https://e.example"},
    {"TAG_SAVE_AS": ""},
    {"TAG_SAVE_AS": "tags/{slug}/index.html", "TAG_URL": "tags/{slug}/"},
    {"FEED_ALL_ATOM": None},
    {"FEED_ALL_ATOM": "feeds/all.atom.xml"},
    {"FEED_MAX_ITEMS": 2},
    {"DAY_ARCHIVE_SAVE_AS": ""},
    {"DEFAULT_DATE_FORMAT": "%Y/%m/%d"},
    {"TIMEZONE": "America/New_York"},
    {"DEFAULT_LANG": "de"},
    {"DEFAULT_LANG": "en"},
    {"MARKDOWN": {"extension_configs": {"markdown.extensions.toc": {}, "markdown.extensions.meta": {}}}},
    {"DEFAULT_METADATA": {"mood": "fine", "category": "Set"}},
    {"DEFAULT_DATE": "fs"},
    {"SLUGIFY_SOURCE": "basename"},
    {"ARTICLE_ORDER_BY": "title"},
    {"NEWEST_FIRST_ARCHIVES": False},
    {"REVERSE_CATEGORY_ORDER": True},
    {"STATIC_PATHS": ["images"]},
    {"STATIC_PATHS": ["images", "extra"]},
    {"EXTRA_PATH_METADATA": {"images/a.txt": {"path": "favicon.txt"}}},
    {"STATIC_CHECK_IF_MODIFIED": True},
    {"IGNORE_FILES": ["post-1*", "**/.*"]},
    {"OUTPUT_SOURCES": True},
    {"OUTPUT_SOURCES": False},
    {"CACHE_CONTENT": True, "LOAD_CONTENT_CACHE": True},
    {"DELETE_OUTPUT_DIRECTORY": True},
    {"DELETE_OUTPUT_DIRECTORY": False},
    {"OUTPUT_PATH": "public"},
    {"OUTPUT_PATH": "output"},
    {"TEMPLATE_PAGES": {}},
    {"DIRECT_TEMPLATES": ["index", "archives"]},
    {"THEME_STATIC_DIR": "assets"},
    {"CONVERSATION_PER_PAGE": 1},
    {"CONVERSATION_POST_FEED_ATOM": "feeds/conversation/{slug}.atom.xml"},
)

#: Templates that win over the theme's: each reads something that pages do not read otherwise.
OVERRIDES: Mapping[str, str] = {
    "article.html": (
        '{% extends "!theme/article.html" %}{% block content %}{{ super() }}'
        "{% for one in articles %}{% if one.url == article.url %}{{ (loop.previtem or one).title }}"
        "{{ (loop.nextitem or one).summary }}{% endif %}{% endfor %}"
        '{% include "badge.html" ignore missing %}{{ article.mood }} {{ added }}{% endblock %}'
    ),
    "badge.html": "{{ article.summary }} {{ articles | length }} {{ article.summary_words }}",
    "page.html": (
        '{% extends "!theme/page.html" %}{% block content %}{{ super() }}{{ page.title | shout }}'
        "{% for tag, those in tags %}{{ tag }}: {{ those | length }} {% endfor %}"
        "{% for one in staticfiles | sort(attribute='url') %}{{ one.url }} {% endfor %}{% endblock %}"
    ),
    "period_archives.html": (
        '{% extends "!theme/period_archives.html" %}{% block content %}{{ super() }}'
        "{% for one in dates %}{{ one.summary }} {{ one.content | length }}{% endfor %}{% endblock %}"
    ),
    "index.html": (
        '{% extends "!theme/index.html" %}{% block content %}{{ super() }}{% set name = "badge" %}'
        "{% for article in hidden_articles + drafts %}{% include name ~ '.html' ignore missing %}{% endfor %}"
        "{% endblock %}"
    ),
    "tag.html": '{% extends "!simple/tag.html" %}{% block title %}{{ tag }} {{ categories | length }}{% endblock %}',
    "author.html": "{% broken",
}


def set_setting(site: Site, which: int, how: int) -> None:
    """A setting, or two that belong together, is changed."""
    site.configure(**pick(CHOICES, which * 7 + how))


def switch_theme(site: Site, which: int, how: int) -> None:
    """Another theme."""
    site.configure(THEME=pick(THEMES, which))


def switch_plugin(site: Site, which: int, how: int) -> None:
    """A plugin is listed, or no longer."""
    name = pick(("conversation", *(Path(name).stem for name in PLUGINS)), which)
    listed = site.settings["PLUGINS"]
    others = [one for one in listed if one != name]
    site.configure(PLUGINS=others if name in listed else [*others, name])


def edit_plugin(site: Site, which: int, how: int) -> None:
    """The code of one of the site's own plugins, or of the settings', is edited; or the data that one reads."""
    path = site.folder / pick(("plugins/adds.py", "words.py", "data.txt"), which)
    text = path.read_text("utf-8")
    if how % 2:
        site.put(str(path.relative_to(site.folder)), text.replace("adds(", f"adds{site.number()}(").replace("!", "!!"))
    else:
        swapped = text.replace("born once", "born 0nce") if "once" in text else text.replace("born 0nce", "born once")
        rewrite(path, swapped.replace("'!", "'?") if "'!" in swapped else swapped.replace("'?", "'!"))


def edit_template(site: Site, which: int, how: int) -> None:
    """A template of the site's own theme is edited; only that theme's pages show it."""
    names = ("base.html", "article.html", "translations.html", "article_infos.html", "index.html", "pagination.html")
    path = site.folder / "themes" / "mine" / "templates" / pick(names, which)
    if path.exists():
        text = path.read_text("utf-8").replace("<body>", f"<body><!-- {site.number()} -->")
        path.write_text(text.replace("</article>", f"{site.number()}</article>").replace("<li>", "<li >"), "utf-8")


def add_override(site: Site, which: int, how: int) -> None:
    """A template that wins over the theme's is added; one of them does not compile."""
    name = pick(list(OVERRIDES), which)
    site.put(f"overrides/{name}", OVERRIDES[name])


def remove_override(site: Site, which: int, how: int) -> None:
    """A template that won over the theme's is gone."""
    present = sorted((site.folder / "overrides").glob("*.html"))
    if present:
        pick(present, which).unlink()


def edit_theme_file(site: Site, which: int, how: int) -> None:
    """A static file of the site's own theme is added or edited."""
    site.put(f"themes/mine/static/css/{pick(('main', 'other'), which)}.css", f"/* {site.number()} */")


def edit_template_page(site: Site, which: int, how: int) -> None:
    """The template of a template page is edited."""
    site.put("content/own/all.html", f"{site.number()} {{% for one in articles %}}{{{{ one.summary }}}} {{% endfor %}}")


#: All of these.
AROUND: tuple[Edit, ...] = (
    set_setting,
    set_setting,
    set_setting,
    edit_template,
    switch_theme,
    switch_plugin,
    switch_plugin,
    edit_plugin,
    add_override,
    add_override,
    remove_override,
    edit_theme_file,
    edit_template_page,
)


# --- What builds wrote and remember ----------------------------------------------------------------------------------


def _written(site: Site) -> list[Path]:
    return sorted(path for path in site.output.rglob("*") if path.is_file())


def delete_output(site: Site, which: int, how: int) -> None:
    """A file that a build wrote is deleted, or all of them are."""
    if how % 5 == 4:
        shutil.rmtree(site.output, ignore_errors=True)
    elif written := _written(site):
        pick(written, which * 7 + how).unlink()


def alter_output(site: Site, which: int, how: int) -> None:
    """A file that a build wrote is edited by hand; once in a while its size and time stay the same."""
    if written := _written(site):
        path = pick(written, which * 7 + how)
        before = path.stat()
        data = path.read_bytes()
        path.write_bytes(data[:-1] + b"?" if how % 2 else data + b"more")
        if how % 2:
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def truncate_output(site: Site, which: int, how: int) -> None:
    """A file that a build wrote is empty, or half of it is missing."""
    if written := _written(site):
        path = pick(written, which * 7 + how)
        os.truncate(path, path.stat().st_size // 2 * (how % 2))


def replace_output(site: Site, which: int, how: int) -> None:
    """An empty folder stands where a page was written; Pelican's own writer cannot do away with it."""
    pages = [path for path in _written(site) if path.suffix == ".html"]
    if pages:
        path = pick(pages, which * 7 + how)
        path.unlink()
        path.mkdir()


def swap_outputs(site: Site, which: int, how: int) -> None:
    """Two files that builds wrote are swapped."""
    if written := _written(site):
        one, other = pick(written, which), pick(written, which * 7 + how)
        first, second = one.read_bytes(), other.read_bytes()
        one.write_bytes(second)
        other.write_bytes(first)


def _remembered(site: Site) -> list[Path]:
    return sorted(path for path in site.cache.rglob("*") if path.is_file()) if site.cache.is_dir() else []


def delete_cache(site: Site, which: int, how: int) -> None:
    """A file that builds remember by is deleted, or all of them are."""
    if how % 2:
        shutil.rmtree(site.cache, ignore_errors=True)
    elif remembered := _remembered(site):
        pick(remembered, which).unlink()


def spoil_cache(site: Site, which: int, how: int) -> None:
    """A file that builds remember by is garbage: empty, cut off, overwritten in its midst, or altogether."""
    if remembered := _remembered(site):
        path = pick(remembered, which)
        data = path.read_bytes()
        middle = len(data) * (1 + how) // 24
        path.write_bytes(
            pick(
                (
                    b"",
                    data[:middle],
                    data[:middle] + b"\xff\x00garbage" * 20 + data[middle + 180 :],
                    b"\x80garbage\x00" * 100,
                ),
                how,
            )
        )


OUTPUT: tuple[Edit, ...] = (delete_output, alter_output, truncate_output, replace_output, swap_outputs)
#: After one of these nobody can know any more which of the files without a source a build once wrote.
CACHE: tuple[Edit, ...] = (delete_cache, spoil_cache)
