"""files: what is written takes its place wholly or not at all, and drafts of it are never part of a site."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from conversation.files import drafts_of, replacing


class Elsewhere(type(Path())):  # type: ignore[misc]  # which class a path is depends on the system
    """A folder on another disk."""

    def stat(self, **_: object) -> Any:  # noqa: ANN401, D102 - as much of it as is asked for
        return SimpleNamespace(st_dev=-1)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page of a site, which only its author may read."""
    path = tmp_path / "output" / "index.html"
    path.parent.mkdir()
    path.write_text("as it was")
    path.chmod(0o600)
    return path


def test_a_draft_does_not_lie_in_the_site(page: Path, tmp_path: Path) -> None:
    """What a build leaves that is killed while it writes is nothing that readers, or the next build, could find."""
    with replacing(page, drafts_of(tmp_path)) as draft:
        draft.write_text("as it is")
        assert [*page.parent.iterdir()] == [page]
        assert page.read_text() == "as it was"
    assert (page.read_text(), page.stat().st_mode & 0o777) == ("as it is", 0o600)
    assert not [*drafts_of(tmp_path).iterdir()]


def test_on_another_disk_a_draft_lies_beside_its_place(page: Path, tmp_path: Path) -> None:
    """It could not be moved from there in one step."""
    with replacing(page, Elsewhere(drafts_of(tmp_path))) as draft:
        draft.write_text("as it is")
        assert draft.parent == page.parent
    assert page.read_text() == "as it is"
    assert [*page.parent.iterdir()] == [page]


def test_what_goes_wrong_changes_nothing(page: Path, tmp_path: Path) -> None:
    """The old file stays, and no draft does."""
    with pytest.raises(IsADirectoryError), replacing(page, drafts_of(tmp_path)) as draft:
        draft.parent.write_text("no file")
    assert page.read_text() == "as it was"
    assert not [*drafts_of(tmp_path).iterdir()]
