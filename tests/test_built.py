"""What is remembered of a built site, so that a change of any file of it is noticed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from conversation import built
from conversation.built import Built, Outputs, outputs_of

LONG_AGO, FAR_AHEAD = 10**18, 10**19 - 1


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Two posts, each in a folder of its own, and a picture."""
    for name in ("posts/a/index.html", "posts/b/index.html", "b.png"):
        path = tmp_path / "output" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "output"


def _age(site: Path, when: int = LONG_AGO) -> None:
    """All folders changed at this time."""
    for folder, _, _ in os.walk(site):
        os.utime(folder, ns=(when, when))


CHANGES: dict[str, Callable[[Path], object]] = {
    "a file came": lambda site: (site / "posts" / "a" / "more.html").write_text(""),
    "a file went": lambda site: (site / "posts" / "b" / "index.html").unlink(),
    "a file grew": lambda site: (site / "b.png").write_text("something longer"),
    "a file was touched": lambda site: os.utime(site / "posts" / "a" / "index.html", ns=(1, 1)),
    "a folder came": lambda site: (site / "posts" / "c").mkdir(),
    "a folder went": lambda site: ((site / "posts" / "b" / "index.html").unlink(), (site / "posts" / "b").rmdir()),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_of_a_site_is_noticed(site: Path, change: Callable[[Path], object]) -> None:
    """Whatever comes, goes or changes makes another site of it, seen with the help of the last look as without."""
    _age(site)
    before = outputs_of(site, Outputs())
    change(site)
    assert outputs_of(site, before).files != before.files
    assert outputs_of(site, before).files == outputs_of(site, Outputs()).files


def test_a_folder_that_nothing_came_to_is_not_listed_again(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand folders are not opened to see that nothing came."""
    _age(site)
    before = outputs_of(site, Outputs())
    monkeypatch.setattr(built, "_listed", lambda folder: pytest.fail(f"{folder} was listed"))
    assert outputs_of(site, before) == before


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_second_look_at_touched_folders_sees_what_a_whole_one_sees(
    site: Path, change: Callable[[Path], object]
) -> None:
    """Whoever knows where something was written need not look at ten thousand files again."""
    before = outputs_of(site, Outputs())
    change(site)
    touched = {str(site), str(site / "posts"), *(str(site / "posts" / name) for name in "abc")}
    assert outputs_of(site, before, touched).files == outputs_of(site, Outputs()).files


def test_a_second_look_passes_over_what_was_not_touched(site: Path) -> None:
    """What somebody alters by hand while the site is refreshed is noticed at the next time, not taken for ours."""
    before = outputs_of(site, Outputs())
    (site / "posts" / "a" / "index.html").write_text("something by hand")
    assert outputs_of(site, before, {str(site), str(site / "posts" / "b")}).files == before.files


def test_the_time_of_a_folder_that_just_changed_is_not_relied_on(site: Path) -> None:
    """What came in the same tick as the last look at its folder is noticed all the same."""
    _age(site, FAR_AHEAD)
    before = outputs_of(site, Outputs())
    (site / "late.html").write_text("")
    _age(site, FAR_AHEAD)
    assert outputs_of(site, before).files != before.files


def test_a_build_is_remembered_as_it_was(site: Path, tmp_path: Path) -> None:
    """What is kept of a build says the same when it is read again."""
    _age(site)
    one = Built({"a setting": "1"}, outputs_of(site, Outputs()), "state", 3, "2026-01-01")
    built.keep(tmp_path, one)
    assert built.kept(tmp_path) == one
    built.keep(tmp_path, None)
    assert built.kept(tmp_path) is None
