"""What templates made of conversations is kept for sites that render all pages, and shown only where it still holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import conversation.assembly
from all_sorts import PAGES, blog_of_all_sorts, built_anew, said, told
from blog import ROOT, Blog

#: Nothing reads whole conversations but the pages of posts.
QUIET = {"CONVERSATION_PAGE_SAVE_AS": "", "CONVERSATION_FEED_ATOM": "", "CONVERSATION_LEDGER_SAVE_AS": ""}


@pytest.fixture
def gathered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses of posts whose conversations are put together."""
    found: list[str] = []
    gather = conversation.assembly.gather

    def noted(post: Any, *rest: Any) -> Any:  # noqa: ANN401 - as `gather`
        found.append(post.url.rpartition("/")[2])
        return gather(post, *rest)

    monkeypatch.setattr(conversation.assembly, "gather", noted)
    return found


def almanac(blog: Blog) -> Path:
    return blog.folder / ".cache" / "conversation" / "almanac.sqlite"


def kept(blog: Blog) -> list[str]:
    """All texts that are kept."""
    with sqlite3.connect(almanac(blog)) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM reprints")]


def test_what_is_as_it_was_is_not_put_together_again(tmp_path: Path, gathered: list[str]) -> None:
    """A conversation in which nothing is new costs the next build next to nothing; one with news is shown with them."""
    blog = blog_of_all_sorts(tmp_path / "blog", *(said(place, page) for place, page in enumerate(PAGES, 1)), **QUIET)
    blog.build()
    assert sorted(gathered) == ["a.html", "b-de.html", "b.html", "c.html"]
    gathered.clear()
    before = blog.files()
    blog.build()
    assert gathered == []
    assert blog.files() == before
    told(blog, *(said(place, page) for place, page in enumerate(PAGES, 1)), said(9))
    blog.build()
    assert gathered == ["a.html"]
    assert blog.counts("a.html")["comments"] == 2
    assert blog.files() == built_anew(blog, tmp_path / "twin")


def test_further_pages_of_what_is_as_it_was_need_no_conversation(tmp_path: Path, gathered: list[str]) -> None:
    """A long conversation is not read for the numbers and addresses of its pages, nor for what stands on them."""
    blog = blog_of_all_sorts(tmp_path / "blog", *map(said, range(1, 25)), **QUIET, CONVERSATION_PER_PAGE=10)
    blog.build()
    gathered.clear()
    blog.build()
    assert gathered == []
    assert "Person 1<" in blog.page("a-conversation-1.html")
    assert blog.files() == built_anew(blog, tmp_path / "twin")


def test_what_was_said_and_is_no_longer_shown_is_not_kept(tmp_path: Path) -> None:
    """Nobody finds in a cache what was hidden, or deleted where it was said."""
    blog = blog_of_all_sorts(tmp_path / "blog", said(1), said(2, words="Buy this.")).build()
    assert any("Buy this." in text for text in kept(blog))
    (blog.folder / "content" / "moderation.toml").write_text('[hide]\nwords = ["buy this"]\n', "utf-8")
    blog.build()
    assert not any("Buy this." in text for text in kept(blog))
    assert any("Well said." in text for text in kept(blog))


def test_a_damaged_almanac_costs_time_and_nothing_else(tmp_path: Path) -> None:
    """Whatever happens to what was kept, pages are right, and the next build keeps it again."""
    blog = blog_of_all_sorts(tmp_path / "blog", said(1)).build()
    before, known = blog.files(), sorted(kept(blog))
    with sqlite3.connect(almanac(blog)) as connection:
        connection.execute("DROP TABLE reprints")
    assert blog.build().files() == before
    almanac(blog).write_bytes(b"no database" * 100)
    assert blog.build().build().files() == before
    assert sorted(kept(blog)) == known


def override(blog: Blog, name: str, text: str) -> None:
    """The blog's own template in the place of ours."""
    file = blog.folder / "templates" / "conversation" / f"{name}.html"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    blog.configure(THEME_TEMPLATES_OVERRIDES=[str(blog.folder / "templates")])


@pytest.mark.parametrize(
    "text",
    [
        "{{ (article or page).summary }}",
        "{{ [1] | random }}",
        "{% include 'unheard_of.html' ignore missing %}",
        "{{ articles | length }}",
    ],
)
def test_a_template_that_reads_more_is_rendered_each_time(tmp_path: Path, text: str) -> None:
    """Where a theme's own part shows what nobody can tell, nothing is kept."""
    blog = blog_of_all_sorts(tmp_path / "blog", said(1))
    override(blog, "heading", f"<h2 id='conversation-heading'>Talk</h2>{text}")
    blog.build()
    assert kept(blog) == []
    blog.write("a.md", "Quite other words.", summary="Other words.").write("d.md")
    blog.build()
    assert blog.files() == built_anew(blog, tmp_path / "twin")


Change = Callable[[Blog, int], object]
CHANGES: Sequence[Change] = (
    lambda blog, number: told(blog, *(said(one, PAGES[one % 4]) for one in range(number))),
    lambda blog, number: told(blog, said(1, words=f"Words {number}.")),
    lambda blog, number: blog.write("a.md", title=f"Title {number % 3}"),
    lambda blog, number: blog.write("b-de.md", slug="b", lang=("de", "fr")[number % 2], title="Auf Deutsch"),
    lambda blog, number: blog.configure(CONVERSATION_PER_PAGE=(0, 10)[number % 2]),
    lambda blog, number: blog.configure(RELATIVE_URLS=bool(number % 2)),
    lambda blog, number: blog.write("a.md", lang=("en", "de")[number % 2]),
    lambda blog, number: blog.configure(CONVERSATION_CONTACT={"by mail": f"https://e.example/{number % 2}"}),
    lambda blog, number: blog.configure(THEME=("simple", str(ROOT / "themes" / "commons"))[number % 2]),
    lambda blog, number: override(blog, "quiet", f"<p>Nobody yet {number % 3}.</p>"),
    lambda blog, number: override(blog, "heading", f"<h2 id='conversation-heading'>{number % 3}</h2>"),
    lambda blog, number: (blog.folder / "content" / "moderation.toml").write_text(
        f'[hide]\nauthors = ["https://p{number % 4}.example/"]\n', "utf-8"
    ),
)


@settings(max_examples=8, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
@given(st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(0, 12)), min_size=2, max_size=5))
def test_whatever_changes_pages_are_as_if_nothing_were_kept(changes: list[tuple[Change, int]]) -> None:
    """After any sequence of changes, each build writes what a clean one writes."""
    with TemporaryDirectory() as folder:
        emptied = {"DELETE_OUTPUT_DIRECTORY": True}  # Pelican leaves pages that have another address now
        blog = blog_of_all_sorts(Path(folder) / "blog", said(1), said(2, "b.html"), **emptied).build()
        for step, (change, number) in enumerate(changes):
            change(blog, number)
            blog.build()
            assert blog.files() == built_anew(blog, Path(folder) / f"twin {step}")
