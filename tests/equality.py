"""Is what an incremental build leaves in the output folder, byte for byte, what a clean full build would write?"""

from __future__ import annotations

import contextlib
import difflib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from kiln import Fired, Kiln, Order
from sites import Site

__all__ = ["Trial", "differences", "stamps", "tree"]

#: What a plugin writes and does not announce is its own: nobody removes it when the plugin is listed no more.
UNANNOUNCED = "trail.txt"
#: Beside the folders of settings: what builds leave in the site's folder.
STORE = "conversation.sqlite*"


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder, by path; nothing where there is none."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def differences(got: Mapping[str, bytes], wanted: Mapping[str, bytes]) -> list[str]:
    """In words, what is too much, what is missing, and the first lines that differ."""
    found = [f"{path} is left over" for path in sorted(got.keys() - wanted.keys())]
    found += [f"{path} is missing" for path in sorted(wanted.keys() - got.keys())]
    for path in sorted(path for path in got.keys() & wanted.keys() if got[path] != wanted[path]):
        old, new = (data.decode("utf-8", "replace").splitlines() for data in (got[path], wanted[path]))
        changed = list(difflib.unified_diff(old, new, n=0, lineterm=""))[2:8]
        found.append("\n    ".join((f"{path} differs", *(line[:200] for line in changed))))
    return found


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """What changes with each file below a folder when that is written again, by whichever way: inode and time."""
    stats = {str(path.relative_to(folder)): path.stat() for path in folder.rglob("*") if path.is_file()}
    return {path: (stat.st_ino, stat.st_mtime_ns) for path, stat in stats.items()}


class Trial:
    """A site that is built incrementally, and beside each build a clean one to compare with.

    `hand` are files that somebody put into an output folder; they stay there unless DELETE_OUTPUT_DIRECTORY is set.
    `doubtful` are files of which nobody can know whether a build wrote them, since what builds remember is lost: they
    may stay. Both are named by their path below the site's folder.
    """

    def __init__(self, site: Site, kilns: tuple[Kiln, Kiln], plugin: str = "incremental") -> None:
        self.site = site
        self.plugin = plugin
        self.hand: dict[str, bytes] = {}
        self.doubtful: set[str] = set()
        self.builds = 0
        self._kilns = kilns

    def build(self, *, seed: int = 0, command: bool = False, kill_at: int = 0, now: str = Order.now) -> Fired:
        """One incremental build."""
        self.builds += 1
        self._look()
        plugins = [*self.site.settings["PLUGINS"], self.plugin]
        order = Order(
            site=str(self.site.folder),
            plugins=plugins,
            command=command,
            kill_at=kill_at,
            compiled="" if seed else self._compiled(),
            now=now,
        )
        fired = self._kilns[seed].build(order)
        if self.site.settings.get("DELETE_OUTPUT_DIRECTORY"):
            self._look()
        return fired

    def _compiled(self) -> str:
        folder = self.site.folder.with_name(f"{self.site.folder.name}-compiled")
        folder.mkdir(exist_ok=True)
        return str(folder)

    def _look(self) -> None:
        """Whoever put a file there may have edited or deleted it meanwhile."""
        there = {path: self.site.folder / path for path in self.hand}
        self.hand = {path: file.read_bytes() for path, file in there.items() if file.is_file()}

    def clean(self, *, seed: int = 0, now: str = Order.now) -> tuple[Fired, dict[str, bytes]]:
        """A full build with plain Pelican, from nothing, in the same place; what is there is moved aside meanwhile."""
        with self._aside():
            fired = self._kilns[seed].build(Order(str(self.site.folder), now=now, compiled=self._compiled()))
            written = tree(self.site.output)
        return fired, written

    def compare(self, *, seed: int = 0, command: bool = False, now: str = Order.now) -> bool:
        """Builds both ways and asserts that they agree; False where Pelican itself cannot build the site."""
        for old in self.site.folder.glob(f"before-{STORE}"):
            old.unlink()
        for store in self.site.folder.glob(STORE):  # both begin with what is remembered of conversations now
            shutil.copy2(store, store.with_name(f"before-{store.name}"))
        fired = self.build(seed=seed, command=command, now=now)
        plain, wanted = self.clean(seed=seed, now=now)
        if plain.status:
            assert fired.status, f"Pelican cannot build this, and {self.plugin} does not say so:\n{plain.said[-2000:]}"
            return False
        assert not fired.status, f"Pelican can build this, and {self.plugin} cannot:\n{fired.said[-4000:]}"
        found = differences(self._got(wanted), wanted)
        assert not found, "\n".join((*found[:20], fired.said[-2000:]))
        return True

    def put_by_hand(self, name: str) -> None:
        """Somebody puts a file into the output folder."""
        path = self.site.output / name
        if self.site.output.is_dir() and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"by hand")
            self.hand[str(path.relative_to(self.site.folder))] = b"by hand"

    def doubt(self) -> None:
        """What builds remember is lost, in part or altogether."""
        for name in ("output", "public"):
            self.doubtful |= {f"{name}/{path}" for path in tree(self.site.folder / name)} - self.hand.keys()

    def _got(self, wanted: Mapping[str, bytes]) -> dict[str, bytes]:
        """What the incremental build left, without what may stay beside it."""
        got, place = tree(self.site.output), self.site.output.name
        self.doubtful -= {f"{place}/{path}" for path in wanted}
        if UNANNOUNCED not in wanted:
            got.pop(UNANNOUNCED, None)
        stays = not self.site.settings.get("DELETE_OUTPUT_DIRECTORY")
        for path, data in list(self.hand.items()):
            below = path.removeprefix(f"{place}/")
            if below in wanted:
                del self.hand[path]
            elif below != path and stays:
                assert got.pop(below, None) == data, f"{below} was put there by hand, and is gone"
        return {path: data for path, data in got.items() if not (stays and f"{place}/{path}" in self.doubtful)}

    @contextlib.contextmanager
    def _aside(self) -> Iterator[None]:
        """Moves away what builds wrote and remember, and in the end brings it back in place of what is there then."""
        folder, aside = self.site.folder, self.site.folder.with_name(f"{self.site.folder.name}-aside")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        places = [self.site.output, self.site.cache, *folder.glob(STORE)]
        for place in places:
            if os.path.lexists(place):
                place.rename(aside / place.name)
        for store in folder.glob(f"before-{STORE}"):
            shutil.copy2(store, store.with_name(store.name.removeprefix("before-")))
        try:
            yield
        finally:
            for place in (self.site.output, self.site.cache):
                shutil.rmtree(place, ignore_errors=True)
            for store in folder.glob(STORE):
                store.unlink()
            for kept in aside.iterdir():
                kept.rename(folder / kept.name)
