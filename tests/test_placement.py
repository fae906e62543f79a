"""placement.py: the sidebar exactly once on every article and page, in any theme, and nowhere else."""

from pathlib import Path

import pytest

from blog import ASIDE, Blog, mention
from themes import THEMES


def filled(folder: Path, **settings: object) -> Blog:
    """A blog with everything that a theme may meet: articles, a page, a translation, a draft, tags, feeds."""
    blog = Blog(folder, FEED_ALL_RSS="feeds/all.rss.xml", **settings)
    blog.write("a.md", tags="x, y", category="one", summary="Short.")
    blog.write("b.md", category="one").write("b.de.md", slug="b", lang="de").write("d.md", status="draft")
    blog.write("h.md", status="hidden").write("pages/p.md").write("pages/hp.md", status="hidden")
    page = "https://e.example/pages/p.html"
    return blog.archive(
        [mention(1), mention(2, "like-of"), mention(3, target=page), mention(4, target=f"{page}?utm_source=x")]
    )


def placed_theme(folder: Path, templates: dict[str, str]) -> str:
    """A theme made of the given templates."""
    for name, text in templates.items():
        (folder / "theme" / "templates" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "theme" / "templates" / name).write_text(text, encoding="utf-8")
    (folder / "theme" / "static").mkdir()
    return str(folder / "theme")


@pytest.mark.parametrize("name", THEMES)
def test_the_sidebar_is_once_on_each_article_and_page_and_nowhere_else(name: str, tmp_path: Path) -> None:
    """Themes of Pelican's and from PyPI show each conversation once; indexes and feeds show none."""
    blog = filled(tmp_path, **THEMES[name])
    done = blog.pelican()  # in a process of its own: some themes are plugins too
    assert done.returncode == 0, done.stdout + done.stderr
    own = {"a.html", "b.html", "b-de.html", "drafts/d.html", "h.html", "pages/p.html", "pages/hp.html"}
    found = {
        path: len(ASIDE.findall(data.decode()))
        for path, data in blog.files().items()
        if path.endswith((".html", ".xml"))
    }
    assert own <= set(found)
    assert {path: number for path, number in found.items() if number} == dict.fromkeys(own, 1)
    assert blog.counts("a.html") == {"comments": 1, "shares": 0, "mentions": 0, "likes": 1, "bookmarks": 0}
    assert blog.counts("pages/p.html")["comments"] == 2
    assert "conversation" not in blog.page("feeds/all.atom.xml")


def test_an_article_with_its_own_template_has_its_sidebar(tmp_path: Path) -> None:
    """`template: essay` in front matter does not lose the conversation."""
    name = placed_theme(tmp_path, {"essay.html": '{% extends "base.html" %}{% block content %}Essay{% endblock %}'})
    blog = Blog(tmp_path, THEME=name).write("a.md", template="essay").archive([mention(1)]).build()
    assert len(ASIDE.findall(blog.page("a.html"))) == 1
    assert blog.page("a.html").index("Essay") < blog.page("a.html").index("<aside")


def test_a_theme_without_a_content_block_gets_it_inside_the_article(tmp_path: Path) -> None:
    """Themes that fill no block named content still show the conversation, inside their article or body."""
    name = placed_theme(
        tmp_path,
        {
            "article.html": "<html><body><article>{{ article.content }}</article><p>after</p></body></html>",
            "page.html": "<html><body>{{ page.content }}</body></html>",
        },
    )
    blog = Blog(tmp_path, THEME=name).write("a.md").write("pages/p.md").archive([mention(1)]).build()
    article, page = blog.page("a.html"), blog.page("pages/p.html")
    assert len(ASIDE.findall(article)) == len(ASIDE.findall(page)) == 1
    assert article.index("<aside") < article.index("</article>") < article.index("after")
    assert page.index("<aside") < page.index("</body>")


def test_a_theme_without_article_template_uses_the_one_of_simple(tmp_path: Path) -> None:
    """A theme that brings only a base template shows the conversation on Pelican's fallback templates."""
    name = placed_theme(tmp_path, {"base.html": "<html><body>{% block content %}{% endblock %}</body></html>"})
    blog = Blog(tmp_path, THEME=name).write("a.md").archive([mention(1)]).build()
    assert len(ASIDE.findall(blog.page("a.html"))) == 1


def test_a_theme_that_places_the_sidebar_itself_is_left_alone(tmp_path: Path) -> None:
    """Where the theme includes the partial, even through an include of its own, it is not added again."""
    name = placed_theme(
        tmp_path,
        {
            "article.html": (
                '{% extends "base.html" %}'
                '{% block content %}{% include "_side.html" %}{{ article.content }}{% endblock %}'
            ),
            "_side.html": '{% set conversation = article.conversation %}{% include "conversation/sidebar.html" %}',
        },
    )
    blog = Blog(tmp_path, THEME=name).write("a.md").archive([mention(1)]).build()
    page = blog.page("a.html")
    assert len(ASIDE.findall(page)) == 1
    assert page.index("<aside") < page.index("Words.")


def test_a_theme_overrides_a_partial_by_a_file_of_its_name(tmp_path: Path) -> None:
    """One partial can be changed without copying the others."""
    name = placed_theme(tmp_path, {"conversation/join.html": "<p>Come in!</p>"})
    blog = Blog(tmp_path, THEME=name).write("a.md").archive([mention(1)])
    blog.configure(CONVERSATION_CONTACT={"by mail": "mailto:ada@e.example"}).build()
    assert "Come in!" in blog.page("a.html")


def test_a_plugin_without_settings_is_inert(tmp_path: Path) -> None:
    """Installed is not yet wanted: without a setting of its own the plugin changes no byte."""
    with_plugin = Blog(tmp_path / "a").write("a.md").build()
    without = Blog(tmp_path / "b", PLUGINS=[]).write("a.md").build()
    assert with_plugin.files() == without.files()
