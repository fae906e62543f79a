"""One build of a blog after the other: who comes meanwhile waits, and nobody waits for what is gone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pelican import Pelican, signals
from pelican.settings import read_settings

from all_sorts import built_anew, told
from blog import COMMAND, ROOT, Blog, mention
from conversation.errors import ConversationError
from conversation.turns import turn

#: Takes a turn, says so, and waits for a line.
HOLDER = """
import sys
from pathlib import Path
from conversation.turns import turn
with turn(Path(sys.argv[1]), print):
    print("taken", flush=True)
    sys.stdin.readline()
"""


def is_ours_at_once(folder: Path) -> bool:
    """Whether it is our turn without a word of waiting."""
    heard: list[str] = []
    with turn(folder, heard.append):
        return not heard


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process whose turn it is."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        env={"PYTHONPATH": str(ROOT / "plugins")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "taken\n"
        yield process
        process.kill()


def test_whoever_comes_second_waits_and_says_so(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    """The second build begins when the first one has ended, and its author knows why nothing happens."""
    heard = []

    def say(line: str) -> None:
        heard.append(line)
        assert holder.stdin
        holder.stdin.write("go\n")
        holder.stdin.flush()

    with turn(tmp_path, say):
        assert holder.wait(10) == 0
    assert heard == ["Another build of this blog is under way: waiting for its end."]


def test_nobody_waits_for_ever(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    """A build that hangs does not gather a crowd: the others say what to do, and end."""
    assert holder.poll() is None
    with pytest.raises(ConversationError, match="has been under way for"), turn(tmp_path, str, 0.01):
        pytest.fail("it is not our turn")


def test_nobody_waits_for_a_killed_build(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    """What a killed process held is free at once."""
    holder.kill()
    holder.wait()
    assert is_ours_at_once(tmp_path)


def test_where_nothing_can_be_locked_nobody_waits(tmp_path: Path) -> None:
    """A folder that cannot be made is no reason not to build."""
    (tmp_path / "file").write_text("")
    assert is_ours_at_once(tmp_path / "file" / "cache")


def test_a_build_that_fails_keeps_nobody_waiting(tmp_path: Path) -> None:
    """A process that goes on after a failed build, as one that builds at every change does, holds nothing."""
    blog = Blog(tmp_path / "blog").write("a.md").archive([mention(1)])
    pelican = Pelican(read_settings(str(blog.conf)))

    def fails(_: object) -> None:
        raise OSError("the disk is full")

    with signals.all_generators_finalized.connected_to(fails), pytest.raises(OSError, match="full"):
        pelican.run()
    assert is_ours_at_once(blog.folder / ".cache" / "conversation")


def edits(blog: Blog) -> None:
    """The blogger edits a post."""
    blog.write("a.md", "Other words.")


def hears(blog: Blog) -> None:
    """Somebody says something."""
    told(blog, mention(1), mention(2))


@pytest.mark.parametrize("change", [edits, hears])
@pytest.mark.parametrize("plugins", [["conversation"], ["conversation", "incremental"]], ids=["alone", "incremental"])
def test_builds_and_refreshes_at_the_same_time(
    tmp_path: Path, change: Callable[[Blog], None], plugins: list[str]
) -> None:
    """A clock refreshes while the blogger builds: both end well, and the site is what one build makes."""
    blog = Blog(tmp_path / "blog", CACHE_PATH=str(tmp_path / "blog" / "cache"), PLUGINS=plugins)
    blog.write("a.md").archive([mention(1)])
    blog.run("refresh")
    change(blog)
    environment = {"PYTHONPATH": str(ROOT / "plugins"), "NO_COLOR": "1"}
    both = [
        subprocess.Popen(
            [sys.executable, "-c", COMMAND, task],
            cwd=blog.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for task in ("build", "refresh")
    ]
    for one in both:
        said, _ = one.communicate(timeout=60)
        assert one.returncode == 0, said
    assert "Nothing new" in blog.run("refresh").stdout
    assert blog.files() == built_anew(blog, tmp_path / "twin")
