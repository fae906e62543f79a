"""A real PostgreSQL on loopback for the tests: one server a session, a fresh database a test.

Registered as a pytest plugin by conftest.py. Skips with the reason where the server or the driver is not installed.
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ports import free_port

__all__ = ["postgres", "postgres_url"]

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a running server, without a database's name: postgresql+psycopg://postgres@127.0.0.1:PORT."""
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip("PostgreSQL's driver psycopg is not installed")
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    if initdb is None or pg_ctl is None:
        pytest.skip("PostgreSQL's initdb and pg_ctl are not installed")
    # A short path: PostgreSQL's socket lies in it. The server's user must be able to enter it.
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        data, port = Path(folder) / "data", free_port()
        _run([initdb, "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"], folder)
        options = f"-c listen_addresses=127.0.0.1 -p {port} -c unix_socket_directories={folder} -c fsync=off"
        _run([pg_ctl, "-D", str(data), "-w", "-l", f"{folder}/log", "-o", options, "start"], folder)
        try:
            yield f"postgresql+psycopg://postgres@127.0.0.1:{port}"
        finally:
            _run([pg_ctl, "-D", str(data), "-w", "-m", "immediate", "stop"], folder)


@pytest.fixture
def postgres_url(postgres: str) -> str:
    """The URL of a fresh, empty database."""
    return fresh_database(postgres)


def fresh_database(server: str, options: str = "") -> str:
    """Makes an empty database on the server; `options` go behind CREATE DATABASE. Returns its URL."""
    import psycopg  # noqa: PLC0415 - may be missing: the fixture above skips then

    name = f"conversation_{next(_numbers)}"
    with contextlib.closing(psycopg.connect(server.replace("+psycopg", ""), autocommit=True)) as connection:
        connection.execute(f"CREATE DATABASE {name} {options}")
    return f"{server}/{name}"


def _program(name: str) -> str | None:
    """A program of PostgreSQL's: on the path, or where Debian puts the newest."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4]))
    return shutil.which(name) or (str(places[-1]) if places else None)


def _run(command: list[str], folder: str) -> None:
    """Runs a program in `folder`; as the user postgres where we are root, whom PostgreSQL does not serve."""
    user = "postgres" if os.geteuid() == 0 else None
    subprocess.run(command, check=True, cwd=folder, user=user, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
