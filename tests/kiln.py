"""Builds sites for tests, each in a fresh process that does not first have to load Pelican.

What a build leaves in memory must not help the next one, so each has a process of its own; a new Python costs half a
second, though, and a fork of one that has loaded the libraries nearly nothing. That one runs this file as a script: it
reads an order on each line of its input, forks, and answers with the outcome. It has one thread, as forking asks for,
and its own PYTHONHASHSEED, on which the order of some of Pelican's lists depends.
"""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import datetime as dt
import functools
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import types
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

__all__ = ["Fired", "Kiln", "Order", "kilns"]

#: No build of a test takes so many seconds; one that hangs is ended.
TOO_LONG = 600
#: What a build would load first, without anything that is tested; what else it loads is told by the first builds.
LIBRARIES = ("pelican", "conversation.generator")
ROOT = Path(__file__).resolve().parent.parent


@dataclasses.dataclass(frozen=True)
class Order:
    """One build: of the site in the folder `site`, by the settings in its pelicanconf.py."""

    site: str
    #: Plugins in place of those in the settings.
    plugins: Sequence[str] | None = None
    #: By the command `pelican`, or by Pelican's classes.
    command: bool = False
    #: Kill the build where it opens, renames or deletes its n-th file below `site`; 0 lets it end.
    kill_at: int = 0
    #: A folder for compiled templates, which take most of a build's time; nothing to compile them anew.
    compiled: str = ""
    #: What Pelican takes for the present moment, in ISO 8601 with its offset.
    now: str = "2026-11-21T10:00:00+00:00"


@dataclasses.dataclass(frozen=True)
class Fired:
    """What came of a build: its exit status (negative: the signal that ended it) and what it printed."""

    status: int
    said: str


class Kiln:
    """The process that forks; one hash seed for all of its builds."""

    def __init__(self, seed: int) -> None:
        environ = {
            **os.environ,
            "PYTHONHASHSEED": str(seed),
            "PYTHONDONTWRITEBYTECODE": "1",  # Python itself would take an edit that keeps size and time for none
            "SOURCE_DATE_EPOCH": "1795255200",
            "LC_ALL": "C.UTF-8",
            "NO_COLOR": "1",
            "COLUMNS": "200",
        }
        command = [sys.executable, "-W", "ignore", __file__]
        self._process = subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def build(self, order: Order) -> Fired:
        """Builds, waits, and gives the outcome."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(dataclasses.asdict(order)) + "\n")
        self._process.stdin.flush()
        return Fired(**json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        """Ends the process."""
        self._process.communicate()


@pytest.fixture(scope="session")
def kilns() -> Iterator[tuple[Kiln, Kiln]]:
    """Two kilns of different hash seeds: nothing that one build tells the next may depend on the seed."""
    lit = Kiln(1), Kiln(2)
    yield lit
    for one in lit:
        one.close()


# --- The process itself ----------------------------------------------------------------------------------------------


def main() -> None:
    """Builds what is ordered until there are no more orders."""
    sys.path.insert(0, str(ROOT / "plugins"))
    for name in LIBRARIES:
        importlib.import_module(name)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        order = Order(**json.loads(line))
        with tempfile.TemporaryFile() as log, tempfile.NamedTemporaryFile("w+") as loaded:
            gc.freeze()
            pid = os.fork()
            if not pid:
                _child(order, log.fileno(), loaded.name)
            _, status = os.waitpid(pid, 0)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)  # what a killed build had forked must not write into the next one
            log.seek(0)
            said = log.read().decode("utf-8", "replace")
            for name in loaded.read().split():
                importlib.import_module(name)
        fired = Fired(os.waitstatus_to_exitcode(status), said)
        answers.write(json.dumps(dataclasses.asdict(fired)) + "\n")
        answers.flush()


def _child(order: Order, log: int, loaded: str) -> None:
    """Builds in the forked process; leaves word of what it had to load, so that the next need not; never returns."""
    before = set(sys.modules)
    os.setpgid(0, 0)
    signal.alarm(TOO_LONG)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.chdir(order.site)
    status = 0
    try:
        status = _build(order)
    finally:
        if error := sys.exception():
            status = _status(error)
        atexit._run_exitfuncs()  # noqa: SLF001 - os._exit leaves out what a process does in the end
        sys.stdout.flush()
        sys.stderr.flush()
        Path(loaded).write_text("\n".join(_libraries(set(sys.modules) - before)), encoding="utf-8")
        os._exit(status)


def _status(error: BaseException) -> int:
    """Says what ended a build, and gives the exit status for it, as the interpreter does."""
    if not isinstance(error, SystemExit):
        sys.excepthook(type(error), error, error.__traceback__)
        return 1
    if isinstance(error.code, str):
        print(error.code, file=sys.stderr)  # noqa: T201 - as above
        return 1
    return error.code or 0


def _libraries(names: set[str]) -> list[str]:
    """Those of the modules that are neither a site's own nor what is tested."""
    below = (sys.prefix, sys.base_prefix, str(ROOT / "plugins" / "conversation"))
    files = {name: str(getattr(sys.modules[name], "__file__", None)) for name in names}
    return sorted(name for name, file in files.items() if file.startswith(below) and sys.modules[name].__spec__)


def _build(order: Order) -> int:
    import jinja2  # noqa: PLC0415 - as above
    import pelican  # noqa: PLC0415
    from pelican.settings import read_settings  # noqa: PLC0415

    if order.kill_at:
        sys.addaudithook(_killer(order.site + os.sep, order.kill_at))
    if order.compiled:
        init = functools.partialmethod(
            jinja2.Environment.__init__, bytecode_cache=jinja2.FileSystemBytecodeCache(order.compiled)
        )
        vars(jinja2)["Environment"].__init__ = init
    _set_clock(dt.datetime.fromisoformat(order.now))
    override: dict[str, Any] = {} if order.plugins is None else {"PLUGINS": list(order.plugins)}
    if order.command:
        extra = [f"{name}={json.dumps(value)}" for name, value in override.items()]
        pelican.main(["-s", "pelicanconf.py", *(["-e", *extra] if extra else [])])
        return 0
    pelican.Pelican(read_settings("pelicanconf.py", override=override)).run()
    return 0


def _killer(below: str, at: int) -> Callable[[str, tuple[Any, ...]], None]:
    """An audit hook that ends the whole group of processes where one of them touches its n-th file."""
    left = at

    def hook(event: str, args: tuple[Any, ...]) -> None:
        nonlocal left
        writes = event in {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink"} or (
            event == "open" and bool(args[2] & (os.O_WRONLY | os.O_RDWR))
        )
        if writes and os.path.abspath(os.fsdecode(args[0])).startswith(below):  # noqa: PTH100 - a hook must be light
            left -= 1
            if not left:
                os.killpg(0, signal.SIGKILL)

    return hook


def _set_clock(moment: dt.datetime) -> None:
    """Lets Pelican's contents, and a plugin that asks the clock by itself, live at another moment."""
    import pelican.contents  # noqa: PLC0415 - as above

    true = dt.datetime

    class Alike(type):
        def __instancecheck__(cls, one: object) -> bool:
            return isinstance(one, true)

    class Clock(true, metaclass=Alike):
        def __new__(cls, *parts: Any, **more: Any) -> dt.datetime:  # type: ignore[misc]  # noqa: ANN401 - as the true one
            return true(*parts, **more)

        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            return moment.astimezone(tz) if tz else moment.astimezone().replace(tzinfo=None)

    module = types.ModuleType("datetime")
    module.__dict__.update(vars(dt), datetime=Clock)
    vars(pelican.contents)["datetime"] = module
    run = pelican.Pelican.run

    def set_and_run(self: pelican.Pelican) -> None:
        for name, loaded in list(sys.modules.items()):
            for key, value in list(vars(loaded).items()) if name.partition(".")[0] == "incremental" else ():
                if value is dt or value is true:
                    vars(loaded)[key] = module if value is dt else Clock
        run(self)

    pelican.Pelican.run = set_and_run


if __name__ == "__main__":
    main()
