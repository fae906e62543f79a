"""Opening the store: what is refused and stays untouched, what is set aside, what is migrated, what the user reads."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from conversation.acts import identity
from conversation.errors import StoreError
from conversation.sources import Batch, Copy, Snapshot
from conversation.store import Changes, Store, damage, migrations, schema
from conversation.store.database import Place
from conversation.store.postgresql import Server
from conversation.store.sqlite import File
from making import act
from postgres import fresh_database
from stores import NOW, SOURCE, later, pull

URL = "sqlite:///conversation.sqlite"

#: The tables of version 1, as they were: never to be changed.
VERSION_1 = """
CREATE TABLE conversation_meta (name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name));
CREATE TABLE conversation_sources (name TEXT NOT NULL, pull BIGINT NOT NULL, tried BIGINT, pulled BIGINT,
  outcome TEXT NOT NULL, error TEXT, cursor TEXT NOT NULL, PRIMARY KEY (name));
CREATE TABLE conversation_acts (source TEXT NOT NULL REFERENCES conversation_sources (name), id TEXT NOT NULL,
  direction TEXT NOT NULL, kind TEXT NOT NULL, url TEXT NOT NULL, target TEXT NOT NULL, channel TEXT NOT NULL,
  author_name TEXT NOT NULL, author_url TEXT NOT NULL, author_photo TEXT NOT NULL, author_handle TEXT NOT NULL,
  to_name TEXT NOT NULL, to_url TEXT NOT NULL, to_photo TEXT NOT NULL, to_handle TEXT NOT NULL,
  published BIGINT, updated BIGINT, received BIGINT, title TEXT NOT NULL, text TEXT NOT NULL, html TEXT NOT NULL,
  warning TEXT NOT NULL, parent TEXT NOT NULL, fragment TEXT NOT NULL, rsvp TEXT NOT NULL, words BIGINT,
  digest TEXT NOT NULL, first_seen BIGINT NOT NULL, last_seen BIGINT NOT NULL, changed BIGINT NOT NULL,
  pull BIGINT NOT NULL, PRIMARY KEY (source, id));
CREATE INDEX conversation_acts_target ON conversation_acts (direction, target, changed);
CREATE TABLE conversation_tombstones (source TEXT NOT NULL REFERENCES conversation_sources (name), id TEXT NOT NULL,
  first_seen BIGINT NOT NULL, gone_at BIGINT NOT NULL, PRIMARY KEY (source, id));
CREATE TABLE conversation_problems (source TEXT NOT NULL REFERENCES conversation_sources (name),
  position BIGINT NOT NULL, place TEXT NOT NULL, what TEXT NOT NULL, PRIMARY KEY (source, position));
CREATE TABLE conversation_counts (source TEXT NOT NULL REFERENCES conversation_sources (name), target TEXT NOT NULL,
  kind TEXT NOT NULL, at BIGINT NOT NULL, value BIGINT NOT NULL, PRIMARY KEY (source, target, kind, at));
CREATE TABLE conversation_asked (source TEXT NOT NULL REFERENCES conversation_sources (name), post TEXT NOT NULL,
  at BIGINT NOT NULL, PRIMARY KEY (source, post));
CREATE TABLE conversation_posts (url TEXT NOT NULL, post TEXT NOT NULL, PRIMARY KEY (url));
INSERT INTO conversation_meta VALUES ('application', 'pelican-conversation'), ('version', '1');
INSERT INTO conversation_sources VALUES ('webmention.io', 3, 0, 0, 'done', NULL, '{"since": "1"}');
INSERT INTO conversation_acts VALUES ('webmention.io', '1', 'received', 'reply', 'https://p1.example/reply/1',
  'https://e.example/a.html', 'web', 'Person 1', 'https://p1.example/', '', '', '', '', '', '',
  1777726800000000, NULL, NULL, '', 'Hello', '', '', '', '', '', NULL, 'old', 0, 5, 5, 3);
INSERT INTO conversation_tombstones VALUES ('webmention.io', '2', 0, 7);
"""


def _make_version_1(url: str) -> None:
    """Writes a store of version 1."""
    engine = create_engine(url)
    postgresql = engine.dialect.name == "postgresql"
    with engine.begin() as connection:
        for statement in VERSION_1.split(";")[:-1]:
            connection.execute(
                text(statement.replace("TEXT", 'TEXT COLLATE "C"') if postgresql else statement.replace(":", "\\:"))
            )
        if not postgresql:
            connection.execute(text(f"PRAGMA application_id = {schema.APPLICATION_ID}"))
            connection.execute(text("PRAGMA user_version = 1"))
    engine.dispose()


def _step(url: str, version: int) -> None:
    """Brings a store of this version to the next one, and no further."""
    if url.startswith("sqlite"):
        place: Place = File(Path(url.removeprefix("sqlite:///")))
    else:
        place = Server(create_engine(url), url, "")
    with place.writing() as connection:
        migrations.STEPS[version](connection)
        connection.change(f"UPDATE conversation_meta SET value = '{version + 1}' WHERE name = 'version'")  # noqa: S608
    place.close()


def _make_version_2(url: str) -> None:
    """Writes a store of version 2: what version 1 held, one step on."""
    _make_version_1(url)
    _step(url, 1)


def _make_version_3(url: str) -> None:
    """Writes a store of version 3: two steps on."""
    _make_version_2(url)
    _step(url, 2)


def _shape(url: str) -> dict[str, object]:
    """Columns, keys and indexes of all tables."""
    engine = create_engine(url)
    seen = inspect(engine)
    shape: dict[str, object] = {
        table: (
            sorted((c["name"], str(c["type"]), c["nullable"]) for c in seen.get_columns(table)),
            seen.get_pk_constraint(table)["constrained_columns"],
            sorted((i["name"] or "", i["column_names"]) for i in seen.get_indexes(table)),
            sorted((f["constrained_columns"], f["referred_table"]) for f in seen.get_foreign_keys(table)),
        )
        for table in seen.get_table_names()
    }
    engine.dispose()
    return shape


def _filled(root: Path, acts: int = 1) -> Path:
    """A store with some acts, closed; returns its file."""
    with Store.open(URL, root) as store:
        pull(store, Batch(acts=tuple(act(n, text="word " * 200) for n in range(acts))))
    return root / "conversation.sqlite"


def test_a_new_store_says_whose_it_is(tmp_path: Path) -> None:
    """The file names its program and version in its header and its tables, and logs ahead."""
    path = _filled(tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        values = [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("application_id", "user_version", "journal_mode")
        ]
        meta = dict(connection.execute("SELECT name, value FROM conversation_meta"))
    assert values == [schema.APPLICATION_ID, schema.VERSION, "wal"]
    assert meta == {"application": "pelican-conversation", "version": str(schema.VERSION)}
    assert sorted(file.name for file in tmp_path.iterdir()) == ["conversation.sqlite"]


def test_relative_paths_start_at_the_root(tmp_path: Path) -> None:
    """The store lies beside the settings file whatever the working directory, its address spelled as in SQLAlchemy."""
    Store.open("sqlite:///cache/deep/c.sqlite", tmp_path).close()
    Store.open(f"sqlite:///{tmp_path}/absolute.db", Path("/nowhere")).close()
    Store.open("sqlite+pysqlite:///my%20blog.db?timeout=5", tmp_path).close()
    assert (tmp_path / "cache/deep/c.sqlite").is_file()
    assert (tmp_path / "absolute.db").is_file()
    assert (tmp_path / "my blog.db").is_file()


def test_an_empty_file_is_a_new_store(tmp_path: Path) -> None:
    """What `touch` or `mktemp` made may become a store, whatever its name."""
    for name in ("c.sqlite", "plain"):
        (tmp_path / name).touch()
        with Store.open(f"sqlite:///{name}", tmp_path) as store:
            assert pull(store, Batch(acts=(act(1),))) == Changes(new=1)
            assert store.set_aside is None


@pytest.mark.parametrize("make", [_make_version_1, _make_version_2, _make_version_3])
def test_migrating_an_older_version_gives_the_tables_of_today(
    make: Callable[[str], None], store_url: str, tmp_path: Path
) -> None:
    """A store of an older version keeps all it held, and its tables cannot be told from new ones afterwards."""
    make(store_url)
    with Store.open(store_url, tmp_path) as store:
        whole = store.whole()
        assert [(one.act.id, one.act.text) for one in whole.acts] == [("1", "Hello")]
        assert [(one.id, one.identity) for one in whole.tombstones] == [("2", "")]
        assert store.cursor(SOURCE) == {"since": "1"}
        with store._place.reading() as connection:  # noqa: SLF001 - identity is for queries only
            (known,) = connection.column("SELECT identity FROM conversation_acts")
        assert known == identity(whole.acts[0].act)
        assert store.begin(SOURCE, NOW) == 4
        store.save_matches([("t", "p", "r")])
        pull(store, Batch(copies=(Copy("p", "u"),), snapshots=(Snapshot("@a", 1),)), source=SOURCE)
        assert store.copies() == {SOURCE: {"p": ("u",)}}
        migrated = _shape(store_url)
        assert store.set_aside is None
    if store_url.startswith("sqlite"):
        fresh = f"sqlite:///{tmp_path / 'fresh.sqlite'}"
    else:
        fresh = fresh_database(store_url.rsplit("/", 1)[0])
    Store.open(fresh, tmp_path).close()
    assert migrated == _shape(fresh)


def test_every_older_version_has_a_step() -> None:
    """There is a way from each version to the next."""
    assert sorted(migrations.STEPS) == list(range(1, schema.VERSION))


def test_a_migration_that_fails_changes_nothing(store_url: str, tmp_path: Path) -> None:
    """Where a step cannot be done, the old store is still there, complete and of its old version."""
    _make_version_1(store_url)
    engine = create_engine(store_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE conversation_forgotten (x INTEGER)"))
    before = _shape(store_url)
    with pytest.raises(StoreError):
        Store.open(store_url, tmp_path)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT value FROM conversation_meta WHERE name = 'version'")) == "1"
    engine.dispose()
    assert _shape(store_url) == before


def test_a_store_of_a_newer_version_is_refused(store_url: str, tmp_path: Path) -> None:
    """An old program leaves a newer store alone and says to upgrade."""
    Store.open(store_url, tmp_path).close()
    engine = create_engine(store_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE conversation_meta SET value = '99' WHERE name = 'version'"))
    with pytest.raises(StoreError, match=r"newer.*99.*pip install --upgrade"):
        Store.open(store_url, tmp_path)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT value FROM conversation_meta WHERE name = 'version'")) == "99"
    engine.dispose()


@pytest.mark.parametrize(
    "tables", ["CREATE TABLE mine (x); INSERT INTO mine VALUES (1)", "PRAGMA application_id = 7; CREATE TABLE t (x)"]
)
@pytest.mark.parametrize("wal", [False, True])
def test_another_programs_database_is_refused_untouched(tmp_path: Path, tables: str, wal: bool) -> None:  # noqa: FBT001
    """A database that is not ours keeps every byte, and the message says what to do."""
    path = tmp_path / "conversation.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        if wal:
            connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(tables)
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"another program.*CONVERSATION_STORE"):
        Store.open(URL, tmp_path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["conversation.sqlite"]


def test_tables_that_only_look_like_ours_are_refused(store_url: str, tmp_path: Path) -> None:
    """A database in which another program has a table of our name is not written to."""
    engine = create_engine(store_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE conversation_acts (x INTEGER)"))
    before = _shape(store_url)
    with pytest.raises(StoreError, match="another"):
        Store.open(store_url, tmp_path)
    assert _shape(store_url) == before
    engine.dispose()


def test_a_file_of_another_kind_is_refused_untouched(tmp_path: Path) -> None:
    """A mistyped path that names, say, a post is never renamed or overwritten."""
    path = tmp_path / "first-post.md"
    path.write_text("Title: First\n")
    with pytest.raises(StoreError, match=r"first-post\.md is not a SQLite file"):
        Store.open("sqlite:///first-post.md", tmp_path)
    assert path.read_text() == "Title: First\n"


def _garbage(path: Path) -> None:
    path.write_bytes(b"garbage" * 1000)


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _cut_header(path: Path) -> None:
    os.truncate(path, 50)


def _zeros_inside(path: Path) -> None:
    data = path.read_bytes()
    half = len(data) // 2
    path.write_bytes(data[:half] + bytes(8192) + data[half + 8192 :])


def _odd_header(path: Path) -> None:
    data = bytearray(path.read_bytes())
    struct.pack_into(">H", data, 16, 1000)
    path.write_bytes(data)


def _no_tables(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:100] + b"\xff" * 4000 + data[4100:])


@pytest.mark.parametrize("harm", [_garbage, _cut, _cut_header, _zeros_inside, _odd_header, _no_tables])
def test_a_damaged_store_is_set_aside_and_a_new_one_begun(tmp_path: Path, harm: object) -> None:
    """A damaged file is kept under another name, never overwritten, and the build goes on with an empty store."""
    assert callable(harm)
    for number in (1, 2):
        path = _filled(tmp_path, 100)
        harm(path)
        broken = path.read_bytes()
        with Store.open(URL, tmp_path) as store:
            assert store.set_aside == tmp_path / f"conversation.sqlite.damaged-{number}"
            assert store.targets() == {}
            assert pull(store, Batch(acts=(act(1),))) == Changes(new=1)
        assert store.set_aside.read_bytes() == broken
        with Store.open(URL, tmp_path) as again:
            assert again.set_aside is None
            assert len(again.whole().acts) == 1
        path.unlink()


def test_the_log_of_a_damaged_store_goes_with_it(tmp_path: Path) -> None:
    """SQLite's side files stay with their database: else they would be played into the new one."""
    path = tmp_path / "conversation.sqlite"
    _garbage(path)
    for suffix in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).write_bytes(suffix.encode())
    Store.open(URL, tmp_path).close()
    for suffix in ("-wal", "-shm", "-journal"):
        assert (tmp_path / f"conversation.sqlite.damaged-1{suffix}").read_bytes() == suffix.encode()


def _harm_text(path: Path) -> None:
    """Makes a text that is no UTF-8, which no check of SQLite's notices."""
    path.write_bytes(path.read_bytes().replace(b"word word", b"word\xffword"))


def _harm_pages(path: Path) -> None:
    """Breaks the pages behind the tables' definitions, in a file too large to be checked at every open."""
    data = path.read_bytes()
    half = len(data) // 2
    path.write_bytes(data[:half] + b"\xfe" * (len(data) - half))


@pytest.mark.parametrize("harm", [_harm_text, _harm_pages])
def test_damage_met_later_is_set_aside_at_the_next_open(
    tmp_path: Path, harm: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Damage that opening does not notice is told by the query that meets it, and mended by the next open."""
    assert callable(harm)
    monkeypatch.setattr(damage, "CHECKED_SIZE", 0)
    path = _filled(tmp_path, 200)
    harm(path)
    with Store.open(URL, tmp_path) as store:
        assert store.set_aside is None
        with pytest.raises(StoreError, match=r"is damaged\. Run this again") as told:
            store.whole()
        assert "word" not in str(told.value)
    with Store.open(URL, tmp_path) as again:
        assert again.set_aside == tmp_path / "conversation.sqlite.damaged-1"
        assert again.targets() == {}
    with Store.open(URL, tmp_path) as third:
        assert third.set_aside is None


def test_a_store_cut_off_by_a_full_disk_loses_nothing_that_was_committed(tmp_path: Path) -> None:
    """A file as a killed process left it, log and all, opens with everything in it."""
    with Store.open(URL, tmp_path) as store:
        pull(store, Batch(acts=(act(1),)))
        other = tmp_path / "copy"
        other.mkdir()
        for file in tmp_path.glob("conversation.sqlite*"):
            shutil.copy(file, other)
    assert (other / "conversation.sqlite-wal").stat().st_size > 0
    with Store.open(URL, other) as again:
        assert again.set_aside is None
        assert len(again.whole().acts) == 1


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("conversation.sqlite", "not a database URL"),
        ("", "not a database URL"),
        ("postgresql://ada:hunter2@host:port/db", "not a database URL"),
        ("mysql://ada:hunter2@host/db", '"mysql"'),
        ("sqlite+aiosqlite:///x.sqlite", r'"sqlite\+aiosqlite"'),
        ("nonsense://x", '"nonsense"'),
        ("sqlite://", "has to name a file"),
        ("sqlite:///:memory:", "has to name a file"),
        ("sqlite:///file:x?uri=true", "has to name a file"),
        ("postgresql+nonsense://ada:hunter2@host/db", "unknown driver"),
        ("postgresql+psycopg2://ada:hunter2@127.0.0.1/db", r"pelican-conversation\[postgresql\]"),
        ("sqlite:///folder", "is a folder"),
        ("sqlite:///file/x.sqlite", "cannot be made"),
        ("sqlite:////proc/conversation.sqlite", "failed"),
    ],
)
def test_a_store_that_cannot_be_opened_says_what_to_do(tmp_path: Path, url: str, says: str) -> None:
    """Every wrong value of CONVERSATION_STORE gets one plain message, which never holds the password."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("text")
    with pytest.raises(StoreError, match=says) as told:
        Store.open(url, tmp_path)
    assert "hunter2" not in str(told.value)
    assert told.value.__cause__ is None or "hunter2" not in str(told.value.__cause__)


def test_a_missing_driver_is_named_with_its_remedy(tmp_path: Path) -> None:
    """Without psycopg, the message tells what to install."""
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from pathlib import Path; from conversation.store import Store; from conversation.errors import StoreError\n"
        "try: Store.open('postgresql://ada:hunter2@127.0.0.1/db', Path('.'))\n"
        "except StoreError as error: print(error)"
    )
    paths = os.pathsep.join(filter(None, sys.path))
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={"PYTHONPATH": paths},
    )
    assert 'pip install "pelican-conversation[postgresql]"' in done.stdout
    assert "hunter2" not in done.stdout + done.stderr


def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    """A refused connection says which server, and what to check."""
    pytest.importorskip("psycopg", reason="PostgreSQL's driver psycopg is not installed")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(StoreError, match=r"127\.0\.0\.1.*Check that the server runs") as told:
            Store.open(f"postgresql://ada:hunter2@127.0.0.1:{port}/db?password=hunter2", tmp_path)
    assert "hunter2" not in str(told.value)


@pytest.mark.server
def test_a_database_that_cannot_hold_every_letter_is_refused(postgres: str, tmp_path: Path) -> None:
    """A PostgreSQL database in another encoding than UTF-8 would fail at the first emoji: it fails at once."""
    url = fresh_database(postgres, "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    with pytest.raises(StoreError, match=r"LATIN1.*UTF8"):
        Store.open(url, tmp_path)


@pytest.mark.server
def test_a_database_may_be_shared_with_other_programs(postgres_url: str, tmp_path: Path) -> None:
    """Our tables have a name of their own, so that any PostgreSQL database serves; the short URL form does too."""
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE posts (x INTEGER)"))
    engine.dispose()
    with Store.open(postgres_url.replace("postgresql+psycopg", "postgresql"), tmp_path) as store:
        assert pull(store, Batch(acts=(act(1),))) == Changes(new=1)


def test_a_store_that_another_program_locks_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database in use for too long ends in a plain message, with nothing half written."""
    monkeypatch.setattr("conversation.store.sqlite.PATIENCE", 0)
    path = _filled(tmp_path)
    with Store.open(URL, tmp_path) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="in use by another program"):
            store.begin(SOURCE, later(1))
        other.execute("ROLLBACK")
        assert store.begin(SOURCE, later(1)) == 2
