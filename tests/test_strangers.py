"""What reads nobody knows what: where a blog has any, `refresh` leaves its pages to a build, and says why."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment
from jinja2.ext import Extension
from pelican.generators import Generator
from pelican.readers import MarkdownReader
from pelican.settings import read_settings

from all_sorts import built_anew, refreshed_here, told
from blog import ROOT, Blog, mention
from conversation.generator import prepare
from conversation.splice import Inputs
from conversation.strangers import strangers_in, told_of

#: A page that says something, and shows its conversation.
PAGE = '{{{{ {} }}}}{{% set conversation = article.conversation %}}{{% include "conversation/sidebar.html" %}}'


class Code(str):
    """A value of a setting that is written as it is."""

    __slots__ = ()

    def __repr__(self) -> str:
        """The code."""
        return str(self)


def with_theme(blog: Blog, said: str, **settings: Any) -> None:  # noqa: ANN401 - any setting
    """Gives the blog a theme whose articles say something more, and settings for that."""
    templates = blog.folder / "theme" / "templates"
    templates.mkdir(parents=True)
    (templates / "article.html").write_text(PAGE.format(said), "utf-8")
    blog.configure(THEME="theme", **settings)


def reads(blog: Blog) -> Code:
    """The code of a setting with a function, `version`, that tells what stands in the file beside the settings."""
    file = str(blog.folder / "version.txt")
    return Code(f"{{'version': lambda *_: __import__('pathlib').Path({file!r}).read_text()}}")


def filtered(blog: Blog) -> None:
    """The theme uses a filter of the blogger's own."""
    with_theme(blog, "article.title | version", JINJA_FILTERS=reads(blog))


def called(blog: Blog) -> None:
    """The theme calls a function of the blogger's own."""
    with_theme(blog, "version()", JINJA_GLOBALS=reads(blog))


def asked(blog: Blog) -> None:
    """The theme asks a test of the blogger's own."""
    with_theme(blog, "article.title is version", JINJA_TESTS=reads(blog))


def named(blog: Blog) -> None:
    """The theme tells a filter which other one to use."""
    with_theme(blog, "[1] | map('version') | join", JINJA_FILTERS=reads(blog))


def held(blog: Blog) -> None:
    """The theme calls a function that stands somewhere in a setting."""
    with_theme(blog, "TOOLS.version()", TOOLS=reads(blog))


def included(blog: Blog) -> None:
    """A text includes a file from beside the settings, by way of one that lies with the content."""
    (blog.folder / "content" / "more.inc").write_text(".. include:: ../version.txt\n", "utf-8")
    text = "Included\n########\n\n:date: 2026-05-02\n\nWords.\n\n.. include:: more.inc\n"
    (blog.folder / "content" / "b.rst").write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("have", "reason"),
    [
        (filtered, "nobody knows what a function in a template reads: version"),
        (called, "nobody knows what a function in a template reads: version"),
        (asked, "nobody knows what a function in a template reads: version"),
        (named, "nobody knows what a function in a template reads: version"),
        (held, "nobody knows what a function in a template reads: TOOLS"),
        (included, "nobody knows what a text that includes another reads: ../version.txt"),
    ],
)
@pytest.mark.parametrize("plugins", [["conversation"], ["conversation", "incremental"]], ids=["alone", "incremental"])
def test_what_a_stranger_reads_is_shown(
    tmp_path: Path, have: Callable[[Blog], None], reason: str, plugins: list[str]
) -> None:
    """What changed where nobody looks is on the pages after a refresh, as it is after a build."""
    blog = Blog(tmp_path / "blog", CACHE_PATH=str(tmp_path / "blog" / "cache"), PLUGINS=plugins)
    blog.write("a.md").archive([mention(1)])
    (blog.folder / "version.txt").write_text("one", "utf-8")
    have(blog)
    refreshed_here(blog)
    (blog.folder / "version.txt").write_text("", "utf-8")
    told(blog, mention(1), mention(2))
    assert refreshed_here(blog) == reason
    assert blog.files() == built_anew(blog, tmp_path / "twin")


@pytest.mark.parametrize("vouch", ["attribute", "setting"])
def test_whom_the_blogger_vouches_for_is_no_stranger(tmp_path: Path, vouch: str) -> None:
    """A function that depends on what it is given takes no build, if its author says so."""
    blog = Blog(tmp_path / "blog").write("a.md").archive([mention(1)])
    louder = "type('Louder', (), {'incremental_pure': True, '__call__': lambda _, text: text + '!'})()"
    function = louder if vouch == "attribute" else "lambda text: text + '!'"
    with_theme(blog, "article.title | louder", JINJA_FILTERS=Code(f"{{'louder': {function}}}"))
    blog.configure(CONVERSATION_UNCONCERNED=["louder"] if vouch == "setting" else None)
    refreshed_here(blog)
    told(blog, mention(1), mention(2))
    assert refreshed_here(blog) == ""
    assert blog.files() == built_anew(blog, tmp_path / "twin")


#: A plugin that gives templates a filter.
PLUGIN = """
from pelican import signals
def louder(text): return text + "!"
def register(): signals.generator_init.connect(give)
def give(generator): generator.env.filters["louder"] = louder
"""


def test_a_plugin_is_vouched_for_with_all_that_it_brings(tmp_path: Path) -> None:
    """Whoever knows a plugin need not name each of its filters, too."""
    blog = Blog(tmp_path / "blog").write("a.md").archive([mention(1)])
    with_theme(blog, "article.title | louder", PLUGINS=["conversation", "loud"], CONVERSATION_UNCONCERNED=["loud"])
    (blog.folder / "mine").mkdir()
    (blog.folder / "mine" / "loud.py").write_text(PLUGIN, "utf-8")
    blog.configure(PLUGIN_PATHS=[*blog.settings["PLUGIN_PATHS"], "mine"])
    blog.run("refresh")
    told(blog, mention(1), mention(2))
    assert "brought up to date without a build" in blog.run("refresh").stdout


def test_what_is_known_is_no_stranger(tmp_path: Path) -> None:
    """Python's functions, Jinja's and Pelican's, and plain data under any name, take no build."""
    blog = Blog(tmp_path / "blog").write("a.md").archive([mention(1)])
    said = "article.date | strftime('%Y') ~ (range(MORE[0]) | list | length) ~ least(1, 2) ~ YEAR"
    with_theme(blog, said, JINJA_GLOBALS=Code("{'least': min, 'YEAR': 2026}"), MORE=[3])
    refreshed_here(blog)
    told(blog, mention(1), mention(2))
    assert refreshed_here(blog) == ""
    assert "2026312026" in blog.page("a.html")
    assert blog.files() == built_anew(blog, tmp_path / "twin")


def test_another_time_zone_of_the_machine_takes_a_build(tmp_path: Path) -> None:
    """A clock that starts `refresh` may know another time zone than the blogger's shell: pages may go by that."""
    blog = Blog(tmp_path / "blog").write("a.md").archive([mention(1)])
    here, elsewhere = {"TZ": "Europe/Berlin"}, {"TZ": "Asia/Tokyo"}
    blog.run("refresh", env=here)
    assert "Nothing new" in blog.run("refresh", env=here).stdout
    assert "the machine's language or time zone changed" in blog.run("refresh", env=elsewhere).stdout
    assert "Nothing new" in blog.run("refresh", env=elsewhere).stdout


def strangers(**settings: Any) -> list[str]:  # noqa: ANN401 - any setting
    """All in a blog with these settings, as readers of a message are told."""
    found = strangers_in(read_settings(override=settings), Inputs(Environment(autoescape=True)), [])
    return [told_of({kind: names}) for kind, names in found.items() if names]


@pytest.mark.parametrize("known", ["toc", "markdown.extensions.toc:TocExtension", "pymdownx.superfences"])
def test_an_extension_that_depends_on_the_text_is_no_stranger(known: str) -> None:
    """Markdown's own extensions and PyMdown's are known, however they are named."""
    assert strangers(MARKDOWN={"extensions": [known]}) == []


def test_what_reads_files_for_markdown_is_a_stranger() -> None:
    """Extensions that are not known, those that include files, functions given to others, and readers, are told of."""
    extensions = ["mine", "pymdownx.snippets", Environment(autoescape=True)]
    markdown = {"extensions": extensions, "extension_configs": {"toc": {"slugify": [built_anew, len]}}}
    foreign = ["all_sorts.built_anew", "jinja2.environment.Environment", "mine", "pymdownx.snippets"]
    assert strangers(MARKDOWN=markdown, READERS={"html": None, "md": MarkdownReader}) == [
        f"nobody knows what an extension of Markdown reads: {', '.join(foreign)}",
        "nobody knows what a reader reads: pelican.readers.MarkdownReader",
    ]


class Tag(Extension):
    """Somebody's tag."""


def test_tags_of_others_are_strangers() -> None:
    """What an extension of Jinja does in a template is its own affair; Jinja's own are known."""
    environment = Environment(autoescape=True, extensions=["jinja2.ext.do", Tag])
    found = strangers_in(read_settings(), Inputs(environment), [])
    assert [names for names in found.values() if names] == [["test_strangers.Tag"]]


def test_the_sample_blog_has_no_strangers() -> None:
    """The theme that comes with the plugin, its settings and its texts are spliced."""
    blog = read_settings(str(ROOT / "pelicanconf.py"))
    generator = Generator({}, blog, blog["PATH"], blog["THEME"], blog["OUTPUT_PATH"])
    prepare(generator)
    texts = [str(path) for path in (ROOT / "content").rglob("*")]
    assert not any(strangers_in(blog, Inputs(generator.env, blog), texts).values())
