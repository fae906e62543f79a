"""The changes that a blogger makes most, on a larger site: the bytes are those of a clean build, and little is written.

EQUALITY_POSTS=10000 does it with so many posts (a quarter of an hour and more).
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from edits import retitle
from edits_around import edit_template
from equality import Trial, stamps
from kiln import Kiln
from posts_and_pages import Source, letter, many_posts
from sites import Site

POSTS = int(os.environ.get("EQUALITY_POSTS", "60"))
#: The posts of the change: somewhere in the midst, with neighbours on all lists; and a draft.
SOME, DRAFT = f"number-{POSTS // 2}", f"number-{POSTS // 20 * 10 + 9}"

#: What one common change does not touch more than another, and takes most of the time.
QUICK: dict[str, object] = {
    "TEMPLATE_PAGES": {},
    "DAY_ARCHIVE_SAVE_AS": "",
    "AUTHOR_FEED_ATOM": None,
    "FEED_ATOM": None,
}

KilnPair = tuple[Kiln, Kiln]


def large(folder: Path, kilns: KilnPair, **settings: object) -> Trial:
    """A larger site, built."""
    about = Source("pages/about.md", {"title": "About"})
    trial = Trial(Site(folder / "site", [*many_posts(POSTS), about], **(QUICK | settings)), kilns)
    assert not trial.build().status
    return trial


def written(trial: Trial) -> set[str]:
    """The pages that a build writes, which is compared with a clean one."""
    before = stamps(trial.site.output)
    assert trial.compare()
    after = stamps(trial.site.output)
    return {path for path in after if path.endswith(".html") and after[path] != before.get(path)}


def posts(pages: set[str]) -> set[str]:
    """Those of them that show one post, without what shows lists."""
    return {path for path in pages if path.startswith(("number-", "drafts/"))}


def change(site: Site, name: str, **fields: str) -> None:
    source = site.sources[f"posts/{name}.md"]
    site.save(dataclasses.replace(source, fields=source.fields | fields))


def body_edited(site: Site) -> set[str]:
    source = site.sources[f"posts/{SOME}.md"]
    site.save(dataclasses.replace(source, body=["Other words.", *source.body[1:]]))
    return {f"{SOME}.html"}


def title_edited(site: Site) -> set[str]:
    change(site, SOME, title="Another title")
    return {f"{SOME}.html"}


def post_added(site: Site) -> set[str]:
    fields = {"title": "New", "date": "2026-10-10 10:00", "category": "Category a", "tags": "tag a"}
    site.save(Source("posts/new.md", fields | {"slug": "number-new"}))
    return {"number-new.html"}


def post_deleted(site: Site) -> set[str]:
    """The one after it had a link to it."""
    site.remove(site.sources[f"posts/{SOME}.md"])
    return {f"number-{POSTS // 2 + 1}.html"}


def post_retagged(site: Site) -> set[str]:
    change(site, SOME, tags="tag c, tag d")
    return {f"{SOME}.html"}


def draft_published(site: Site) -> set[str]:
    """The one after it has a link to it."""
    change(site, DRAFT, status="published")
    return {f"{DRAFT}.html", f"number-{int(DRAFT[7:]) + 1}.html"}


def template_edited(site: Site) -> set[str] | None:
    edit_template(site, 0, 0)
    return None


def setting_changed(site: Site) -> set[str] | None:
    site.configure(SITENAME="Another name")
    return None


CHANGES: tuple[Callable[[Site], set[str] | None], ...] = (
    body_edited,
    title_edited,
    post_added,
    post_deleted,
    post_retagged,
    draft_published,
    template_edited,
    setting_changed,
)


@pytest.mark.parametrize("changing", CHANGES, ids=lambda one: one.__name__)
def test_a_common_change_gives_the_bytes_of_a_clean_build_and_writes_no_other_post(
    changing: Callable[[Site], set[str] | None], tmp_path: Path, kilns: KilnPair
) -> None:
    """What is done every day is exact, and costs no more pages than depend on it."""
    trial = large(tmp_path, kilns, THEME="themes/mine")
    expected = changing(trial.site)
    pages = written(trial)
    assert posts(pages) == expected if expected is not None else len(posts(pages)) > POSTS // 2


def test_nothing_is_written_again_where_nothing_changed(tmp_path: Path, kilns: KilnPair) -> None:
    """The hourly build of a site on which nothing happened leaves its pages alone."""
    trial = large(tmp_path, kilns)
    assert written(trial) == set()


@pytest.mark.parametrize("settings", [{"THEME": "notmyidea"}, {"RELATIVE_URLS": True}], ids=str)
def test_nothing_is_written_again_in_another_theme_or_with_relative_addresses(
    settings: dict[str, object], tmp_path: Path, kilns: KilnPair
) -> None:
    """Reuse is not a property of one theme or of absolute addresses."""
    trial = large(tmp_path, kilns, **settings)
    assert written(trial) == set()


def test_lists_that_do_not_show_an_edited_post_are_left_alone(tmp_path: Path, kilns: KilnPair) -> None:
    """One edited body costs its page and the lists that show it, not all lists."""
    trial = large(tmp_path, kilns)
    body_edited(trial.site)
    number = int(SOME.removeprefix("number-"))
    lists = {path for path in written(trial) if path.startswith(("tag/", "category/"))}
    tags = {f"tag/tag-{letter(number, 20)}", f"tag/tag-{letter(7 * number, 20)}"}
    assert {path.removesuffix(".html").rstrip("0123456789") for path in lists} <= tags | {
        f"category/category-{letter(number, 5)}"
    }


def test_a_page_altered_by_hand_is_mended_and_no_other_is_written(tmp_path: Path, kilns: KilnPair) -> None:
    """A build repairs what somebody did to its files without beginning anew."""
    trial = large(tmp_path, kilns)
    (trial.site.output / f"{SOME}.html").write_text("by hand", encoding="utf-8")
    assert written(trial) == {f"{SOME}.html"}


def test_a_title_is_shown_wherever_it_was(tmp_path: Path, kilns: KilnPair) -> None:
    """A title stands on pages, lists and feeds: many edits of it, one after another, leave no old one."""
    trial = large(tmp_path, kilns)
    for number in range(3):
        retitle(trial.site, number, 0)
        assert trial.compare()
