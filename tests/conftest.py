"""Fixtures that several test files share, and the rule that CI skips nothing."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from blinker import ANY, Signal
from hypothesis import settings

from blog import ROOT

# The same examples on every machine, however busy it is.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")

pytest_plugins = ["postgres", "stores", "browser", "crowd", "kiln"]


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample blog as `invoke build` makes it, in a folder of its own; the site is in output/."""
    folder = tmp_path_factory.mktemp("sample")
    for name in ("content", "themes"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("pelicanconf.py", "publishconf.py"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "plugins").symlink_to(ROOT / "plugins")
    from pelican import Pelican  # noqa: PLC0415 - most tests do without
    from pelican.settings import read_settings  # noqa: PLC0415

    Pelican(read_settings(str(folder / "pelicanconf.py"))).run()
    return folder


@pytest.fixture(autouse=True)
def _disconnected() -> Iterator[None]:
    """No test's plugins listen to the builds of another: Pelican's signals belong to the whole process.

    Both before and after: fixtures that several tests share are made before this one, and build blogs too.
    """
    _disconnect()
    yield
    _disconnect()


@pytest.fixture
def own_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test sees the threads that it starts itself, and not those that other tests, or their runner, have left."""
    before, every = set(threading.enumerate()), threading.enumerate
    before.discard(threading.current_thread())
    monkeypatch.setattr(threading, "enumerate", lambda: [one for one in every() if one not in before])


def _disconnect() -> None:
    """Pelican itself listens to none of its signals: whoever does is a plugin of some blog."""
    from pelican import signals  # noqa: PLC0415 - as above

    for signal in vars(signals).values():
        for receiver in list(signal.receivers_for(ANY)) if isinstance(signal, Signal) else ():
            signal.disconnect(receiver)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """In CI a skipped test is a failed run: there everything that the tests need is installed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("NOTHING_SKIPPED") and reporter and reporter.stats.get("skipped") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    yield
