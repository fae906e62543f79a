"""Several processes on one store, and processes that are killed: nothing is lost, nothing breaks."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from conversation.store import Store

#: Opens the store, waits for a line, and commits batch after batch; tells on standard output after each.
WRITER = """
import itertools, sys
from datetime import UTC, datetime
from pathlib import Path
from making import act
from conversation.sources import Batch
from conversation.store import Store

url, source, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
now = datetime(2026, 11, 22, tzinfo=UTC)
with Store.open(url, Path(".")) as store:
    print("open", flush=True)
    sys.stdin.readline()
    for number in itertools.count() if rounds == 0 else range(rounds):
        pull = store.begin(source, now)
        acts = tuple(act(number * 50 + n, text="words " * 50) for n in range(50))
        store.commit(pull, source, Batch(acts=acts, cursor={"done": str(number)}), now)
        store.end(pull, source, now, error=None, pulled=None)
        print(number, flush=True)
"""


def _other(url: str) -> None:
    """Opens and closes the store in another process."""
    code = (
        "import sys; from pathlib import Path; from conversation.store import Store; "
        "Store.open(sys.argv[1], Path()).close()"
    )
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    subprocess.run([sys.executable, "-c", code, url], env=environment, check=True)


@pytest.mark.parametrize("opened", [1, 2], ids=["opened once", "opened twice"])
def test_the_log_stays_where_it_is_while_somebody_writes_to_it(tmp_path: Path, opened: int) -> None:
    """SQLite goes by locks: another process, the last one as it believes, must not delete the log of this one."""
    url, log = f"sqlite:///{tmp_path}/s.sqlite", tmp_path / "s.sqlite-wal"
    Store.open(url, tmp_path).close()
    stores = [Store.open(url, tmp_path) for _ in range(opened)]
    before = log.stat().st_ino
    _other(url)
    assert log.is_file()
    assert log.stat().st_ino == before
    for store in stores:
        store.close()
    assert not log.exists()


def _writer(url: str, source: str, rounds: int) -> subprocess.Popen[str]:
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, url, source, str(rounds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


def _lines(writer: subprocess.Popen[str], until: str) -> None:
    assert writer.stdout is not None
    for line in writer.stdout:
        if line.strip() == until:
            return
    pytest.fail(f"the writer ended before it said {until!r}")


def _go(writer: subprocess.Popen[str]) -> None:
    assert writer.stdin is not None
    writer.stdin.write("go\n")
    writer.stdin.flush()


def test_two_builds_at_once_take_turns(store_url: str, tmp_path: Path) -> None:
    """Two processes that make the store and write to it at the same time both finish, and every act is there."""
    with _writer(store_url, "one", 8) as one, _writer(store_url, "two", 8) as two:
        for writer in (one, two):
            _lines(writer, "open")
        for writer in (one, two):
            _go(writer)
        for writer in (one, two):
            _lines(writer, "7")
    assert (one.returncode, two.returncode) == (0, 0)
    with Store.open(store_url, tmp_path) as store:
        assert [(state.name, state.state, state.acts) for state in store.sources()] == [
            ("one", "fresh", 400),
            ("two", "fresh", 400),
        ]
        assert store.set_aside is None


@pytest.mark.parametrize("after", ["0", "2", "5"])
def test_a_killed_build_loses_nothing_that_it_had_committed(store_url: str, tmp_path: Path, after: str) -> None:
    """After SIGKILL in the middle of writing, every batch is there wholly or not at all, and the store is sound."""
    with _writer(store_url, "one", 0) as writer:
        _lines(writer, "open")
        _go(writer)
        _lines(writer, after)
        writer.kill()
    with Store.open(store_url, tmp_path) as store:
        assert store.set_aside is None
        (state,) = store.sources()
        done = int(store.cursor("one")["done"])
        assert done >= int(after)
        assert state.acts == (done + 1) * 50
        assert state.state in {"fresh", "stale"}
    if store_url.startswith("sqlite"):
        with closing(sqlite3.connect(tmp_path / "conversation.sqlite")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
