"""Whatever happens between builds: an incremental build leaves what a clean full build would write.

EQUALITY_SEQUENCES=500 tries more sequences of edits than a usual run does, EQUALITY_STEPS makes them longer, and
EQUALITY_SEED=7 chooses others. How many were tried is printed.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from edits import CONTENT, Edit, add_post, delete_post, edit_body, retag
from edits_around import AROUND, CACHE, OUTPUT
from equality import Trial, differences, tree
from kiln import Kiln
from site_plugins import PLUGINS
from sites import THEMES, Site

SEQUENCES = int(os.environ.get("EQUALITY_SEQUENCES", "6"))
STEPS = int(os.environ.get("EQUALITY_STEPS", "8"))
SEED = os.environ.get("EQUALITY_SEED", "")
#: Before the future post's day, and after it.
MOMENTS = ("2026-11-21T10:00:00+00:00", "2026-12-25T10:00:00+00:00", "2026-03-20T10:00:00+00:00")
NAMES = tuple(Path(name).stem for name in PLUGINS)

KilnPair = tuple[Kiln, Kiln]
numbers = st.integers(0, 30)


def edits_of(those: tuple[Edit, ...]) -> st.SearchStrategy[tuple[Edit, int, int]]:
    return st.tuples(st.sampled_from(those), numbers, numbers)


class Blogging(RuleBasedStateMachine):
    """A blogger's days: some edits, then a build that is compared with a clean one."""

    #: What all machines of a test did.
    done: Counter[str]

    def __init__(self, folder: Path, kilns: KilnPair, done: Counter[str]) -> None:
        super().__init__()
        self.folder = folder
        self.kilns = kilns
        self.done = done
        self.now = MOMENTS[0]
        self.trial: Trial | None = None

    @initialize(
        theme=st.sampled_from(THEMES),
        relative=st.booleans(),
        plugins=st.just(()) | st.just(("conversation",)) | st.lists(st.sampled_from(NAMES), unique=True),
    )
    def begin(self, theme: str, relative: bool, plugins: list[str]) -> None:  # noqa: FBT001 - drawn
        """A new site, built for the first time."""
        shutil.rmtree(self.folder, ignore_errors=True)
        site = Site(self.folder, THEME=theme, RELATIVE_URLS=relative, PLUGINS=list(plugins))
        self.trial = Trial(site, self.kilns)
        self.done["sequences"] += 1
        self._compare()

    @rule(
        edits=st.lists(edits_of(CONTENT + AROUND), min_size=1, max_size=3),
        seed=st.integers(0, 1),
        command=st.booleans(),
    )
    def edit(self, edits: list[tuple[Edit, int, int]], seed: int, command: bool) -> None:  # noqa: FBT001 - drawn
        """Some edits; taken back where Pelican cannot build what they make."""
        kept = self._trial.site.keep()
        for change, which, how in edits:
            change(self._trial.site, which, how)
        if not self._compare(seed, command=command):
            self._trial.site.restore(kept)
            assert self._compare(seed)

    @rule(edits=st.lists(edits_of(CONTENT + AROUND), min_size=1, max_size=2), kill_at=st.integers(1, 150))
    def be_killed(self, edits: list[tuple[Edit, int, int]], kill_at: int) -> None:
        """Some edits, and a build that ends half way; the next one mends what it left."""
        kept = self._trial.site.keep()
        for change, which, how in edits:
            change(self._trial.site, which, how)
        self.done["killed builds"] += self._trial.build(kill_at=kill_at, now=self.now).status < 0
        self._trial.site.restore(kept)
        self._compare()

    @rule(edits=st.lists(edits_of(OUTPUT), min_size=1, max_size=3))
    def spoil_output(self, edits: list[tuple[Edit, int, int]]) -> None:
        """Somebody lays hands on what builds wrote."""
        for change, which, how in edits:
            change(self._trial.site, which, how)
        self._compare()

    @rule(spoil=edits_of(CACHE), edits=st.lists(edits_of(CONTENT), max_size=2))
    def spoil_cache(self, spoil: tuple[Edit, int, int], edits: list[tuple[Edit, int, int]]) -> None:
        """What builds remember is lost or garbage."""
        kept = self._trial.site.keep()
        for change, which, how in (spoil, *edits):
            change(self._trial.site, which, how)
        self._trial.doubt()
        if not self._compare():
            self._trial.site.restore(kept)
            assert self._compare()

    @rule(name=st.sampled_from(("by-hand.txt", "tag/by-hand.html", "feeds/by-hand/a.xml", "told/by-hand.txt")))
    def put_by_hand(self, name: str) -> None:
        """Somebody puts a file of their own into the output folder."""
        self._trial.put_by_hand(name)

    @rule(moment=st.sampled_from(MOMENTS))
    def wait(self, moment: str) -> None:
        """Time goes by, or the clock is set back."""
        self.now = moment
        self._compare()

    @property
    def _trial(self) -> Trial:
        assert self.trial
        return self.trial

    def _compare(self, seed: int = 0, *, command: bool = False) -> bool:
        self.done["comparisons"] += 1
        return self._trial.compare(seed=seed, command=command, now=self.now)

    def teardown(self) -> None:
        """Leaves nothing behind."""
        for folder in self.folder.parent.glob(f"{self.folder.name}*"):
            shutil.rmtree(folder)


def test_every_build_of_every_sequence_equals_a_clean_one(
    tmp_path: Path, kilns: KilnPair, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exactness is what the plugin promises, whatever was edited, lost, spoilt or killed in between."""
    done = Counter[str]()

    def machine() -> Blogging:
        return Blogging(tmp_path / "site", kilns, done)

    chosen: Callable[[], Blogging] = hypothesis.seed(int(SEED))(machine) if SEED else machine
    given = hypothesis.settings(
        max_examples=SEQUENCES,
        stateful_step_count=STEPS,
        derandomize=not SEED,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    try:
        run_state_machine_as_test(chosen, settings=given)
    finally:
        with capsys.disabled():
            sys.stdout.write("\n" + ", ".join(f"{number} {what}" for what, number in done.items()) + "\n")


def test_files_that_a_plugin_announces_go_with_what_they_were_made_from(tmp_path: Path, kilns: KilnPair) -> None:
    """What other plugins write by themselves is removed like pages, if they say that it is theirs."""
    trial = Trial(Site(tmp_path / "site", PLUGINS=["tells"]), kilns)
    assert trial.compare()
    delete_post(trial.site, 4, 0)
    assert trial.compare()
    trial.site.configure(PLUGINS=[])
    assert trial.compare()


def test_an_output_that_is_to_be_emptied_holds_nothing_else(tmp_path: Path, kilns: KilnPair) -> None:
    """With DELETE_OUTPUT_DIRECTORY even what nobody knows of goes: files put there by hand or by a plugin of once."""
    trial = Trial(Site(tmp_path / "site", PLUGINS=["trail"], DELETE_OUTPUT_DIRECTORY=True), kilns)
    assert trial.compare()
    trial.put_by_hand("tag/by-hand.html")
    assert trial.compare()
    trial.site.configure(PLUGINS=[])
    assert trial.compare()
    assert not (trial.site.output / "trail.txt").exists()


def test_what_a_killed_build_began_is_removed_where_it_is_taken_back(tmp_path: Path, kilns: KilnPair) -> None:
    """A new tag's feed, written just before the build was killed, goes when the tag does."""
    trial = Trial(Site(tmp_path / "site"), kilns)
    assert trial.compare()
    kept = trial.site.keep()
    retag(trial.site, 4, 2)  # a tag of its own
    for kill_at in range(5, 60, 5):
        trial.build(kill_at=kill_at)
    trial.site.restore(kept)
    assert trial.compare()


@pytest.fixture
def idle(tmp_path: Path, kilns: KilnPair) -> Trial:
    """A site, built, with a plugin that does nothing at all in place of ours: full builds into the same folder."""
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    (plugins / "idle.py").write_text("def register():\n    pass\n", encoding="utf-8")
    trial = Trial(
        Site(tmp_path / "site", PLUGIN_PATHS=["plugins", str(plugins)], PLUGINS=["stamp", "trail"]), kilns, "idle"
    )
    assert trial.compare()
    return trial


def test_the_comparison_agrees_where_builds_do(idle: Trial) -> None:
    """Pelican's own builds are equal to each other, from process to process and into a folder that is full already."""
    idle.put_by_hand("tag/by-hand.html")
    for seed, change in enumerate((edit_body, add_post)):
        change(idle.site, 1, 1)
        assert idle.compare(seed=seed, command=bool(seed))


def test_the_comparison_notices_what_is_left_over(idle: Trial) -> None:
    """A comparison that could not fail would promise nothing."""
    delete_post(idle.site, 0, 0)
    with pytest.raises(AssertionError, match=r"\ncoming\.html is left over"):
        idle.compare()


def test_the_comparison_forgives_what_nobody_can_know(idle: Trial) -> None:
    """Where all memory is lost, a page without a source may be somebody's own."""
    delete_post(idle.site, 0, 0)
    idle.doubt()
    assert idle.compare()


def test_the_comparison_notices_every_kind_of_difference() -> None:
    """What is missing is as bad as what is too much, and other bytes are as bad as either."""
    found = differences({"same": b"1", "other": b"1", "more": b""}, {"same": b"1", "other": b"2", "less": b""})
    assert [one.splitlines()[0] for one in found] == ["more is left over", "less is missing", "other differs"]


def test_a_build_can_be_killed_half_way(idle: Trial) -> None:
    """The test of killed builds kills them: before the end, and after the beginning."""
    shutil.rmtree(idle.site.output)
    assert idle.build(kill_at=40).status == -signal.SIGKILL
    assert 10 < len(tree(idle.site.output)) < 40


def test_the_clock_of_a_build_can_be_moved(idle: Trial) -> None:
    """A post of the future is a draft before its day, and published afterwards."""
    idle.site.configure(WITH_FUTURE_DATES=False)
    before, after = (idle.clean(now=moment)[1] for moment in MOMENTS[:2])
    assert "drafts/coming.html" in before.keys() - after.keys()
    assert "coming.html" in after.keys() - before.keys()
