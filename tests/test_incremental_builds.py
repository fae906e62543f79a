"""Whole builds: what is rendered again, what is left, what is removed, and what is said about it."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from blog import ROOT, Blog

#: What a build says at its end: pages and feeds that were rendered, all of them, files that were read.
SUMMARY = re.compile(r"Incremental: (\d+) of (\d+) pages and feeds rendered, (\d+) files read")


class Kept(Blog):
    """A blog with the plugin, built by Pelican's own command; `again` tells what the second build rendered."""

    def __init__(self, folder: Path, **settings: object) -> None:
        super().__init__(
            folder, **{"PLUGINS": ["incremental"], "CACHE_PATH": "cache", "DEFAULT_PAGINATION": 5, **settings}
        )
        for number in range(12):
            self.write(
                f"post-{number:02}.md",
                f"Words of {number}.",
                date=f"2026-03-{number + 1:02} 10:00",
                tags=f"t{number % 3}",
            )

    def again(self, *arguments: str) -> set[str]:
        """Builds; the pages that were rendered, as the log of --verbose names them."""
        done = self.pelican("--verbose", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        self.said = done.stdout + done.stderr
        return set(re.findall(r"Rendered (\S+):", self.said))

    def plain(self) -> dict[str, bytes]:
        """What plain Pelican makes of the same blog in an empty folder."""
        plugins = [name for name in self.settings["PLUGINS"] if name != "incremental"]
        other = self.folder / "plain.py"
        other.write_text(f"from pelicanconf import *\nPLUGINS = {plugins!r}\nOUTPUT_PATH = 'plain'\n", encoding="utf-8")
        environ = {"PYTHONPATH": os.pathsep.join([str(ROOT / "plugins"), str(self.folder)])}
        done = self.pelican("--settings", "plain.py", "--delete-output-directory", env=environ)
        assert done.returncode == 0, done.stdout + done.stderr
        found = self.folder / "plain"
        return {str(path.relative_to(found)): path.read_bytes() for path in found.rglob("*") if path.is_file()}


@pytest.fixture
def blog(tmp_path: Path) -> Kept:
    """A blog that was built once."""
    made = Kept(tmp_path)
    made.again()
    return made


def test_the_first_build_makes_what_plain_pelican_makes(blog: Kept) -> None:
    """The plugin may be installed at any time: the site stays as it is, byte for byte."""
    assert blog.files() == blog.plain()


def test_when_nothing_changed_nothing_is_rendered_and_nothing_is_read(blog: Kept) -> None:
    """A build in which nothing happened costs nothing: no page is rendered, no file is parsed, no file is touched."""
    before = {path: (blog.output / path).stat().st_mtime_ns for path in blog.files() if path.endswith(".html")}
    assert blog.again() == set()
    rendered, all_of_them, read = SUMMARY.findall(blog.said)[0]
    assert (rendered, read) == ("0", "0")
    assert int(all_of_them) > 20
    assert before == {path: (blog.output / path).stat().st_mtime_ns for path in before}


def test_an_edited_text_renders_its_page_and_the_lists_that_quote_it(blog: Kept) -> None:
    """The other articles, and the lists that show its title only, stay."""
    blog.write("post-11.md", "Quite other words.", date="2026-03-12 10:00", tags="t2")
    rendered = blog.again()
    assert "post-11.html" in rendered
    assert "index.html" in rendered, "which shows the beginning of the newest articles"
    assert not {"post-10.html", "archives.html", "tags.html", "index2.html", "index3.html"} & rendered
    assert blog.files() == blog.plain()


def test_an_edited_title_renders_all_lists_with_it(blog: Kept) -> None:
    """A title stands in more places than the words do."""
    blog.write("post-00.md", "Words of 0.", title="Another", date="2026-03-01 10:00", tags="t0")
    rendered = blog.again()
    assert {"post-00.html", "archives.html", "index3.html", "tag/t02.html"} >= rendered & {
        "post-00.html",
        "archives.html",
        "index3.html",
        "tag/t02.html",
    }
    assert {"post-00.html", "archives.html", "index3.html"} <= rendered
    assert "index.html" not in rendered
    assert blog.files() == blog.plain()


def test_a_new_article_leaves_the_pages_of_the_others(blog: Kept) -> None:
    """Adding a post renders the lists and not the site."""
    blog.write("post-12.md", "New.", date="2026-03-20 10:00", tags="t1")
    rendered = blog.again()
    assert {name for name in rendered if name.startswith("post-")} == {"post-12.html"}
    assert "index.html" in rendered
    assert blog.files() == blog.plain()


def test_what_is_gone_is_removed_and_what_is_the_readers_own_stays(blog: Kept) -> None:
    """The page of a deleted article goes with its folder; a file that no build made is none of the plugin's."""
    blog.configure(ARTICLE_SAVE_AS="posts/{slug}/index.html", ARTICLE_URL="posts/{slug}/")
    blog.again()
    (blog.output / "CNAME").write_text("e.example")
    (blog.folder / "content" / "post-03.md").unlink()
    blog.again()
    assert not (blog.output / "posts" / "post-03").exists()
    assert not (blog.output / "post-02.html").exists()
    files = blog.files()
    assert files.pop("CNAME") == b"e.example"
    assert files == blog.plain()


def test_what_a_killed_build_left_is_removed(tmp_path: Path) -> None:
    """A build that ended half way wrote files that no other build wants: the next one removes them."""
    blog = Kept(
        tmp_path,
        PLUGIN_PATHS=[str(ROOT / "plugins"), "own"],
        PLUGINS=["killer", "incremental"],
        TAG_FEED_ATOM="feeds/tag/{slug}.xml",
        INCREMENTAL_OBSERVERS=["killer"],
    )
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "killer.py").write_text(
        "import os, signal\n"
        "from pelican import signals\n"
        "def kill(path, context):\n"
        "    if os.path.exists('kill') and path.endswith(open('kill').read()):\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "def register():\n"
        "    signals.content_written.connect(kill)\n"
    )
    blog.again()
    blog.write("late.md", tags="other", date="2026-04-01 10:00")
    (tmp_path / "kill").write_text("late.html")
    assert blog.pelican().returncode < 0
    assert (blog.output / "feeds" / "tag" / "other.xml").exists()
    (tmp_path / "kill").unlink()
    (blog.folder / "content" / "late.md").unlink()
    blog.again()
    assert blog.files() == blog.plain()


@pytest.mark.parametrize("harm", ["altered", "removed", "a folder"])
def test_a_page_that_somebody_touched_is_written_again(blog: Kept, harm: str) -> None:
    """The site is as a whole build leaves it, whatever was done to it, even where size and time tell nothing."""
    page = blog.output / "post-05.html"
    stat = page.stat()
    text = page.read_bytes()
    page.unlink()
    if harm == "altered":
        page.write_bytes(text.replace(b"Words of 5", b"Wurds of 5"))
        os.utime(page, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    elif harm == "a folder":
        page.mkdir()
    assert blog.again() == {"post-05.html"}
    assert page.read_bytes() == text


def test_a_page_that_asks_a_clock_is_rendered_each_time_and_it_is_said_why(tmp_path: Path) -> None:
    """What the plugin cannot be sure of it renders; `--verbose` says why."""
    blog = Kept(tmp_path, THEME_TEMPLATES_OVERRIDES=["mine"])
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "archives.html").write_text("{{ dates[0].date.now().year > 0 }}")
    blog.again()
    assert blog.again() == {"archives.html"}
    assert "calls now(), which may answer otherwise each time" in blog.said


def test_a_filter_of_the_bloggers_own_makes_its_pages_rendered_each_time(tmp_path: Path) -> None:
    """Nobody knows what a function reads; pages that do not use it are left all the same."""
    blog = Kept(tmp_path, THEME_TEMPLATES_OVERRIDES=["mine"])
    blog.conf.write_text(
        blog.conf.read_text() + "def shout(x):\n    return x.upper()\nJINJA_FILTERS = {'shout': shout}\n"
    )
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "tags.html").write_text("{{ SITENAME|shout }}")
    blog.again()
    assert blog.again() == {"tags.html"}
    assert "the filter shout, of which nobody knows what it reads" in blog.said


def test_a_plugin_that_edits_written_pages_gets_all_of_them(tmp_path: Path) -> None:
    """Whoever works on written files must find every file as Pelican wrote it; the reason names the plugin."""
    blog = Kept(tmp_path, PLUGIN_PATHS=[str(ROOT / "plugins"), "own"], PLUGINS=["stamper", "incremental"])
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "stamper.py").write_text(
        "from pelican import signals\n"
        "def stamp(path, context):\n"
        "    text = open(path).read()\n"
        "    open(path, 'w').write(text + '<!-- stamped -->')\n"
        "def register():\n"
        "    signals.content_written.connect(stamp)\n"
    )
    blog.again()
    rendered = blog.again()
    assert len(rendered) > 20
    assert "everything was rendered, because stamper works on pages after they are written" in " ".join(
        blog.said.split()
    )
    assert blog.files() == blog.plain()


def test_a_plugin_that_only_looks_sees_every_page(tmp_path: Path) -> None:
    """A sitemap lists pages that are left as they are, too: observers are told of each, and nothing is rendered."""
    blog = Kept(
        tmp_path,
        PLUGIN_PATHS=[str(ROOT / "plugins"), "own"],
        PLUGINS=["looker", "incremental"],
        INCREMENTAL_OBSERVERS=["looker"],
    )
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "looker.py").write_text(
        "import os\n"
        "from pelican import signals\n"
        "seen = []\n"
        "def look(path, context):\n"
        "    article = context.get('article')\n"
        "    about = [context['output_file'], context['SITEURL'], article.title if article else '-']\n"
        "    seen.append(' '.join([os.path.basename(path), *about]))\n"
        "def tell(pelican):\n"
        "    open(os.path.join(pelican.output_path, 'seen.txt'), 'w').write('\\n'.join(sorted(seen)))\n"
        "def register():\n"
        "    signals.content_written.connect(look)\n"
        "    signals.finalized.connect(tell)\n"
    )
    blog.again()
    assert blog.again() == set()
    assert blog.files() == blog.plain()


def test_what_a_plugin_does_to_articles_is_noticed(tmp_path: Path) -> None:
    """Something set, of an article or its tags, changed in place, or edited: each renders the pages that show it."""
    blog = Kept(
        tmp_path,
        PLUGIN_PATHS=[str(ROOT / "plugins"), "own"],
        PLUGINS=["marker", "incremental"],
        THEME_TEMPLATES_OVERRIDES=["mine"],
    )
    (tmp_path / "mine").mkdir()
    shown = "{{ article.metadata.mood }} {{ article.tags|join(' ') }} {{ article.mark }} {{ article.content }}"
    coloured = "{{ article.category.colour }} {{ article.tags[0].colour }}"
    (tmp_path / "mine" / "article.html").write_text(f"{shown} {coloured}")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "marker.py").write_text(
        "import json\n"
        "from pelican import signals\n"
        "def mark(generator):\n"
        "    for article in generator.articles:\n"
        "        for what, value in json.load(open('marks.json')).get(article.slug, {}).items():\n"
        "            if what == 'mood':\n"
        "                article.metadata['mood'] = value\n"
        "            elif what == 'tags':\n"
        "                article.tags.append(value)\n"
        "            elif what == 'mark':\n"
        "                article.mark = value\n"
        "            elif what == 'category':\n"
        "                article.category.colour = value\n"
        "            elif what == 'tag':\n"
        "                article.tags[0].colour = value\n"
        "            else:\n"
        "                article._content += value\n"
        "def register():\n"
        "    signals.article_generator_finalized.connect(mark)\n"
    )
    marks = {}
    for number, what in enumerate(["mood", "tags", "mark", "body", "category", "tag"]):
        (tmp_path / "marks.json").write_text(json.dumps(marks))
        blog.again()
        marks[f"post-{number:02}"] = {what: "other"}
        (tmp_path / "marks.json").write_text(json.dumps(marks))
        assert {name for name in blog.again() if name.startswith("post-")} == {f"post-{number:02}.html"}
        assert "other" in blog.page(f"post-{number:02}.html")
    (tmp_path / "marks.json").write_text("{}")
    blog.again()
    assert blog.files() == blog.plain()


def test_a_setting_that_cannot_be_told_is_named(tmp_path: Path) -> None:
    """An object in the settings prevents reuse: the blogger learns which setting it is."""
    blog = Kept(tmp_path)
    blog.conf.write_text(blog.conf.read_text() + "MY_THING = iter([1])\n")
    blog.again()
    assert len(blog.again()) > 20
    assert "the setting MY_THING holds list_iterator, of which nobody" in " ".join(blog.said.split())
    assert blog.files() == blog.plain()


def test_a_changed_setting_renders_all_and_is_named(blog: Kept) -> None:
    """A setting has its say in everything; which one it was is said."""
    blog.configure(SITENAME="Another name")
    assert len(blog.again()) > 20
    assert "because setting SITENAME changed" in " ".join(blog.said.split())
    assert SUMMARY.findall(blog.said)[0][2] == "0", "but no article is parsed again for a name that only templates show"
    assert blog.files() == blog.plain()


@pytest.mark.parametrize("kept", [40, 200, 1000])
def test_a_damaged_template_is_compiled_again(blog: Kept, kept: int) -> None:
    """Python does not look whether what was compiled is whole: it runs it, or falls over it."""
    for path in (blog.folder / "cache" / "incremental").glob("template-*"):
        path.write_bytes(path.read_bytes()[:kept] + b"\xe3" * 50)
    blog.configure(SITENAME="Another name")
    assert len(blog.again()) > 20
    assert blog.files() == blog.plain()


@pytest.mark.parametrize("dialect", [{"trim_blocks": True, "lstrip_blocks": True}, {"autoescape": True}])
def test_templates_of_another_dialect_are_compiled_again(blog: Kept, dialect: dict[str, object]) -> None:
    """What was compiled under other settings of Jinja's is of no use, though the template's text is the same."""
    blog.configure(JINJA_ENVIRONMENT={**dialect, "extensions": []})
    blog.again()
    assert blog.files() == blog.plain()


def test_an_emptied_output_folder_keeps_what_is_still_good(tmp_path: Path) -> None:
    """DELETE_OUTPUT_DIRECTORY asks that nothing else is left; pages that would be made again may stay."""
    blog = Kept(tmp_path, DELETE_OUTPUT_DIRECTORY=True, OUTPUT_RETENTION=[".git"])
    blog.again()
    (blog.output / "stranger.txt").write_text("x")
    (blog.output / "strange" / "deep").mkdir(parents=True)
    (blog.output / "strange" / "deep" / "file").write_text("x")
    (blog.output / ".git").mkdir()
    (blog.output / ".git" / "config").write_text("kept")
    assert blog.again() == set()
    files = blog.files()
    assert files.pop(".git/config") == b"kept"
    assert files == blog.plain()


def test_relative_addresses_and_several_processes_change_nothing(tmp_path: Path) -> None:
    """Pages rendered by several processes, with addresses relative to each, are those of one process."""
    blog = Kept(
        tmp_path, RELATIVE_URLS=True, INCREMENTAL_JOBS=3, MONTH_ARCHIVE_SAVE_AS="{date:%Y}/{date:%m}/index.html"
    )
    for number in range(80):
        blog.write(f"more-{number}.md", f"See [it]({{filename}}/post-{number % 12:02}.md).", tags=f"m{number % 5}")
    blog.again()
    assert blog.files() == blog.plain()
    assert blog.again() == set()


#: A plugin that writes pages after all articles, and has something computed for them before.
_LATER = """
import contextlib, pathlib
from blinker import signal
from pelican import signals
from pelican.generators import Generator

class Later(Generator):
    def generate_context(self):
        self.folder = pathlib.Path(self.settings["CACHE_PATH"], "later")
        self.folder.mkdir(parents=True, exist_ok=True)

        def work(numbers):
            for number in numbers:
                (self.folder / str(number)).write_text(f"number {number}")

        answers = signal("incremental_share").send(self, tasks=30, work=work)
        left = next((left for _, left in answers if left is not None), range(30))
        work(left)
        (self.folder / "left").write_text(f"{[*left]}, heard by {len(answers)}")

    def generate_output(self, writer):
        with getattr(writer, "together", contextlib.nullcontext)():
            for number in range(30):
                text = (self.folder / str(number)).read_text()
                writer.write_file(f"later/{number}.html", self.get_template("later"), self.context, text=text)

def register():
    signals.get_generators.connect(lambda _: Later, weak=False)
"""


@pytest.mark.parametrize("jobs", [1, 3])
def test_another_generators_pages_and_tasks_are_shared(tmp_path: Path, jobs: int) -> None:
    """What a plugin lets share is done once, by all processes or by one; its pages are plain Pelican's, and kept."""
    plugins = {"PLUGIN_PATHS": [str(ROOT / "plugins"), "own"], "PLUGINS": ["later", "incremental"]}
    blog = Kept(tmp_path, INCREMENTAL_JOBS=jobs, THEME_TEMPLATES_OVERRIDES=["templates"], **plugins)
    for name, text in (("own/later.py", _LATER), ("templates/later.html", "<p>{{ text }} of {{ SITENAME }}</p>")):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, encoding="utf-8")
    told = tmp_path / "cache" / "later" / "left"
    blog.again()
    assert told.read_text() == f"{[*range(30)] if jobs == 1 else []}, heard by 1"
    assert blog.files() == blog.plain()
    assert told.read_text() == f"{[*range(30)]}, heard by 0"
    assert blog.again() == set()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("INCREMENTAL_JOBS", "many", "INCREMENTAL_JOBS is 'many'"),
        ("INCREMENTAL_OBSERVERS", "sitemap", "INCREMENTAL_OBSERVERS is 'sitemap'; it is a list of names"),
        ("INCREMENTAL_JOB", 2, "Did you mean INCREMENTAL_JOBS?"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, value: object, said: str) -> None:
    """Bad input ends the build with one line that says what to mend."""
    done = Kept(tmp_path, **{name: value}).pelican()
    assert done.returncode == 1
    assert said in " ".join((done.stdout + done.stderr).split())
    assert "Traceback" not in done.stdout + done.stderr
