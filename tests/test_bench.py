"""The benchmark measures what it says: sites are whole, a wrong one is noticed, tables hold every row. No times."""

from __future__ import annotations

import pstats
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from bench import checks, dataset, living, machine, names, pulling, report, running, sites, targets, trees, writing
from bench.processes import Command, Figures, measure
from blog import ROOT

SIZE = 100
#: A plugin in the place of `incremental` that writes what Pelican does not.
CHEATING = """
from pelican import signals
def register():
    signals.finalized.connect(cheat)
def cheat(pelican):
    open(pelican.output_path + "/index.html", "a").write("faster")
"""


@pytest.fixture(scope="module")
def blog() -> dataset.Blog:
    return dataset.Blog(SIZE)


@pytest.fixture(scope="module")
def profiles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("profiles")


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory, profiles: Path) -> running.Outcome:
    """The whole benchmark, as small as it can be."""
    profiled = ["with 1 interaction", "python, doing nothing"]
    wish = running.Wish(sizes=[SIZE], runs=1, profile=profiled, profiles=profiles, posts=10, latency=0.001)
    return running.run(wish, tmp_path_factory.mktemp("bench"), lambda _: None)


def test_every_site_is_what_it_should_be(outcome: running.Outcome) -> None:
    """Every post shows its interactions, and what is built incrementally equals what Pelican builds."""
    assert outcome.faults == []


def test_every_row_is_measured_or_not_there(outcome: running.Outcome) -> None:
    """A row is never silently left out: it has figures, or says that what it needs is not there."""
    head, *sheets = outcome.sheets
    cells = [line for sheet in sheets for line in sheet.lines]
    assert {line[0] for line in cells} >= {
        names.PLAIN,
        names.QUICK,
        names.ALONE,
        names.COLD,
        names.REFRESH,
        names.AT_WORK,
    }
    assert all(re.fullmatch(r"[\d.]+", line[1]) or line[1] == "not there" for line in cells)
    assert all(len(line) == len(sheet.head) for sheet in outcome.sheets for line in sheet.lines)
    assert {line[-1] for line in head.lines} <= {"met", "missed", "not measured"}
    assert ((names.COLD, SIZE) in outcome.book) == sites.has_incremental()


def test_processes_are_weighed_and_pages_too(outcome: running.Outcome) -> None:
    """Memory is that of the process alone, and a page of a long conversation has a weight."""
    assert 5 << 20 < outcome.book[names.PYTHON, 0].peak < outcome.book[names.IMPORT, 0].peak
    lines = {line[0]: line for sheet in outcome.sheets for line in sheet.lines}
    assert re.fullmatch(r"[\d.]+ kB, [\d.]+ kB gzipped", lines["build of one post with 2,000 interactions"][-1])
    assert lines[names.FULL_PULL][-1] == f"{10 * pulling.SERVICES} requests"


def test_the_page_tells_of_no_machine(outcome: running.Outcome) -> None:
    """What is written down of the machine is what matters for the figures, and nobody's folders or names."""
    page = report.page(outcome.sheets, machine.described(), ["a | b"], 1, date(2026, 11, 22))
    assert "Measured on 22 November 2026, a single run" in page
    assert "- a &#124; b" in page
    assert "GiB of memory" in page
    assert str(Path.home()) not in page
    assert str(ROOT) not in page
    tables = [line.count("|") for line in page.splitlines() if line.startswith("|")]
    assert set(tables) == {len(report.TARGETS) + 1, len(report.FIGURES) + 1}


def test_the_same_size_gives_the_same_blog(blog: dataset.Blog) -> None:
    """Figures of two machines are about the same work: nothing in the blog depends on anything but its size."""
    again = dataset.Blog(SIZE)
    assert (again.posts, again.interactions) == (blog.posts, blog.interactions)
    assert again.later_post(3) == blog.later_post(3) != blog.later_post(4)
    assert again.later_interactions(1) == blog.later_interactions(1)


def test_the_blog_is_as_the_page_describes_it(blog: dataset.Blog) -> None:
    """Words, code, tags, categories and interactions are what readers of the figures are told."""
    words = sum(len(post.body.split()) for post in blog.posts) / SIZE
    assert 560 < words < 680
    assert 20 < sum("```" in post.body for post in blog.posts) < 45
    assert {post.category for post in blog.posts} == {*dataset.CATEGORIES}
    assert 35 < len(blog.tags) <= dataset.TAGS
    assert len(blog.interactions) == dataset.PER_POST * SIZE
    assert len({(one.path, one.profile) for one in blog.interactions}) == dataset.PER_POST * SIZE


@pytest.mark.parametrize("size", [1, 20, 1_000, 10_000])
def test_a_few_posts_drew_most(size: int) -> None:
    """Interactions are spread as Zipf has it: exactly so many in all, none above the most, a long tail of silence."""
    drawn = dataset.shares(size)
    assert sum(drawn) == min(dataset.PER_POST, dataset.MOST) * size
    assert drawn == sorted(drawn, reverse=True)
    assert drawn[0] <= dataset.MOST
    assert (drawn[-1] == 0) == (size >= 1_000)


def test_every_generator_gets_the_same_words(blog: dataset.Blog, tmp_path: Path) -> None:
    """Only front matter and the address of the other post differ."""
    post = blog.posts[0]
    bodies = set()
    for name, form in writing.FORMATS.items():
        text = writing.write_post(tmp_path, post, form).read_text("utf-8")
        assert post.title in text
        assert name == "pelican" or f"(/posts/{post.other}/)" in text
        bodies.add(re.sub(r"\]\([^)]*\)", "]", text.partition("---\n\n")[2] or text.partition("\n\n")[2]))
    assert len(bodies) == 1


def test_differences_of_two_sites(tmp_path: Path) -> None:
    """A file that is missing, one too many and one byte that differs are each told; equal sites have none."""
    for name in ("made", "expected"):
        (tmp_path / name / "a").mkdir(parents=True)
        (tmp_path / name / "a" / "same.html").write_text("same")
        (tmp_path / name / "other.html").write_text(name[:2])
    assert trees.differences(tmp_path / "made", tmp_path / "made") == []
    (tmp_path / "made" / "stale.html").write_text("")
    (tmp_path / "expected" / "a" / "lost.html").write_text("")
    assert trees.differences(tmp_path / "made", tmp_path / "expected") == [
        *("a/lost.html is missing", "other.html is different", "stale.html should not be there"),
    ]


def test_a_site_that_shows_too_little_is_noticed(blog: dataset.Blog, tmp_path: Path) -> None:
    """A generator that leaves pages or interactions out would be fast, and is told of instead."""
    drawn = Counter({blog.posts[0].path: 2})
    for post in blog.posts[:-1]:
        page = tmp_path / post.path.strip("/") / "index.html"
        page.parent.mkdir(parents=True)
        page.write_text(checks.ITEM * (post is blog.posts[0]))
    found = checks.shortcomings(tmp_path, blog, checks.as_items, drawn)
    assert f"{blog.posts[0].path} shows 1 interactions instead of 2" in found
    assert f"{blog.posts[-1].path} is missing" in found
    assert {"feed.xml is missing", "index.html is missing", "categories/reading-notes/index.html is missing"} <= {
        *found
    }
    assert len(found) == 4 + len(blog.tags) + len(dataset.CATEGORIES)


@pytest.fixture
def cheated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> living.Living:
    """A living site of twenty posts, with the true `conversation` and a false `incremental`."""
    plugins, store = tmp_path / "plugins", tmp_path / sites.STORE
    (plugins / sites.INCREMENTAL).mkdir(parents=True)
    (plugins / sites.INCREMENTAL / "__init__.py").write_text(CHEATING)
    (plugins / "conversation").symlink_to(ROOT / "plugins" / "conversation")
    monkeypatch.setattr(sites, "PLUGINS", plugins)
    store.touch()
    return living.Living(tmp_path / "living", dataset.Blog(20), store, sites.PLAIN)


def test_an_incremental_build_that_is_not_equal_is_noticed(cheated: living.Living) -> None:
    """Speed that is bought with one wrong byte is no speed; and the changes that are measured do happen."""
    for change in (cheated.draw, cheated.edit, cheated.add):
        change()
    cheated.site.build()
    assert cheated.unequal() == ["index.html is different"]
    blog = dataset.Blog(20)
    drawn = Counter(one.path for one in blog.later_interactions(0))
    assert not [
        line for line in checks.shortcomings(cheated.site.output, blog, checks.as_numbers, drawn) if "post" in line
    ]
    pages = [path.read_text("utf-8") for path in cheated.site.output.glob("posts/*/index.html")]
    assert sum("<em>this</em> was missing" in page for page in pages) == 1
    assert sum(f"<h1>{blog.later_post(0).title}</h1>" in page for page in pages) == 1


BOOK = {
    (names.QUICK, 1_000): Figures(6.0, 5.0, 70 << 20),
    (names.PLAIN, 1_000): Figures(5.0, 4.0, 50 << 20),
    (names.ALONE, 1_000): Figures(5.1, 4.1, 90 << 20),
    (names.COLD, 1_000): Figures(3.0, 4.0, 60 << 20),
    (names.COLD + names.WITH_ARCHIVES, 1_000): Figures(3.0, 4.0),
    (names.COLD + names.WITH_ARCHIVES, 10_000): Figures(30.0, 41.0),
    (names.IMPORT, 0): Figures(0.4, 0.4),
    (names.AT_WORK, 0): Figures(0.6, 0.6),
    (names.CLIENT, 0): Figures(1.0, 0.1),
}


@pytest.mark.parametrize(
    ("what", "size", "measured", "verdict"),
    [
        ("cold build, of Pelican + plugin", "1,000", "×0.500", "met"),
        ("cold build, of Eleventy", "1,000", "", "not measured"),
        ("growth of CPU from the size before, with years and months: exponent", "10,000", "1.01", "missed"),
        ("conversation over plain Pelican, 8 interactions a post: CPU", "1,000", "+2.5 %", "met"),
        ("conversation over plain Pelican: memory", "1,000", "+40 MiB", "missed"),
        ("import of the plugin at work over import pelican", "", "200 ms", "missed"),
        ("requests by the client, 32 threads: share of what latency allows at 32", "", "96 %", "met"),
        ("full pull: share of what latency allows at 32", "", "", "not measured"),
    ],
)
def test_targets_are_met_missed_or_not_measured(what: str, size: str, measured: str, verdict: str) -> None:
    """A figure that is missing meets nothing, and one on the wrong side of its limit is missed."""
    pulls = {names.CLIENT: targets.Pulled(307, 0.1)}
    (found,) = [one for one in targets.judged(BOOK, pulls) if (one.what, one.size) == (what, size)]
    assert (found.measured, found.verdict) == (measured, verdict)


def test_a_target_for_a_larger_blog_is_not_met_by_a_small_one() -> None:
    """A run of the small sizes shows how it stands, and claims nothing."""
    small = {row: figures for row, figures in BOOK.items() if row[1] < 10_000}
    found = [one for one in targets.judged(small, {}) if one.what == "cold build, of Pelican + plugin"]
    assert [(one.size, one.measured, one.verdict) for one in found] == [
        ("1,000", "×0.500", "met"),
        ("10,000", "×0.500 at 1,000", "not measured"),
    ]


def test_medians_are_taken_figure_by_figure() -> None:
    """One slow run of three says nothing."""
    taken = {("a", 0): [Figures(1.0, 9.0, 2), Figures(2.0, 3.0, 3), Figures(50.0, 2.0, 1)], ("b", 0): []}
    assert targets.medians(taken) == {("a", 0): Figures(2.0, 3.0, 2)}


def test_a_command_that_fails_ends_the_benchmark(tmp_path: Path) -> None:
    """A build that breaks is no fast build: its last words are shown."""
    with pytest.raises(SystemExit, match=r"ended with 3:\nalas"):
        measure(Command(["sh", "-c", "echo alas; exit 3"], tmp_path))


def test_a_profile_is_kept_of_the_rows_that_were_named(outcome: running.Outcome, profiles: Path) -> None:
    """`--profile` leaves a file that pstats can read for each row of Python's that it names, and for no other."""
    (file,) = profiles.iterdir()
    assert file.name == "build-of-one-post-with-1-interaction-0.prof"
    assert any(name == "generate_output" for _, _, name in pstats.Stats(str(file)).stats)  # type: ignore[attr-defined]
