"""A real WordPress on loopback: PHP's own web server and a MariaDB of its own, both ended with the session.

`tests/servers/install` unpacks it. Whatever the tests say there goes in where people's words do: the comment form, the
trackback address, and the REST interface for what only the blog's owner may do.
"""

from __future__ import annotations

import contextlib
import html
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from ports import free_port

__all__ = ["WordPress", "wordpress"]

HERE = Path(__file__).parent / "servers" / "wordpress"
SITE = HERE / "site"
NAME, PASSWORD = "ada", "a-password-of-no-use"
SECONDS = 60
ROOT = ["--user=root"] if os.geteuid() == 0 else []
PHP = {
    "memory_limit": "256M",
    "sendmail_path": "/bin/true",
    "opcache.enable_cli": "1",
    "display_errors": "0",
}


class WordPress:
    """The blog at `url`, with its owner signed in."""

    def __init__(self, url: str, closed: Path) -> None:
        self.url = url
        self._closed = closed
        self._owner = requests.Session()
        self._nonce = ""

    def install(self) -> None:
        """The famous five minutes."""
        fields = {"weblog_title": "A blog", "user_name": NAME, "admin_password": PASSWORD, "admin_password2": PASSWORD}
        fields |= {"pw_weak": "on", "admin_email": "ada@example.org", "blog_public": "0"}
        done = requests.post(f"{self.url}/wp-admin/install.php?step=2", fields, timeout=SECONDS)
        assert "WordPress has been installed" in done.text, done.text
        self._owner.cookies.set("wordpress_test_cookie", "WP%20Cookie%20check")
        fields = {"log": NAME, "pwd": PASSWORD, "wp-submit": "Log In", "testcookie": "1"}
        self._owner.post(f"{self.url}/wp-login.php", fields, timeout=SECONDS)
        asked = self._owner.get(f"{self.url}/wp-admin/admin-ajax.php?action=rest-nonce", timeout=SECONDS)
        self._nonce = asked.text

    def close(self) -> None:
        """End the owner's session."""
        self._owner.close()

    @contextlib.contextmanager
    def without_rest(self) -> Iterator[None]:
        """While this lasts, strangers are refused at the REST interface, as by many a security plugin."""
        self._closed.touch()
        try:
            yield
        finally:
            self._closed.unlink()

    def rest(self, method: str, path: str, **fields: object) -> dict[str, object]:
        """A request of the owner's."""
        headers = {"X-WP-Nonce": self._nonce}
        url = f"{self.url}/wp-json/wp/v2/{path}"
        answer = self._owner.request(method, url, json=fields, headers=headers, timeout=SECONDS)
        answer.raise_for_status()
        told: dict[str, object] = answer.json()
        return told

    def post(self, slug: str, kind: str = "posts") -> int:
        """Publishes a post or a page; its number."""
        told = self.rest("POST", kind, title=slug, slug=slug, content="Words.", status="publish", comment_status="open")
        return int(str(told["id"]))

    def comment(self, post: int, words: str, *, author: str = "Bea", parent: int = 0, url: str = "") -> int:
        """Somebody fills in the comment form; the comment's number."""
        fields = {"comment": words, "author": author, "email": "somebody@example.org", "url": url}
        fields |= {"comment_post_ID": str(post), "comment_parent": str(parent)}
        done = requests.post(f"{self.url}/wp-comments-post.php", fields, timeout=SECONDS, allow_redirects=False)
        number = re.search(r"#comment-(\d+)\Z", done.headers.get("Location", ""))
        assert number, html.unescape(done.text)
        return int(number[1])

    def trackback(self, post: int, url: str, title: str) -> None:
        """Another blog says that it has linked to a post."""
        fields = {"url": url, "title": title, "excerpt": "They said it well.", "blog_name": title}
        done = requests.post(f"{self.url}/?p={post}&tb=1", fields, timeout=SECONDS)
        assert "<error>0</error>" in done.text, done.text

    def application_password(self) -> str:
        """A token for programs: name and password, without the spaces that WordPress shows in it."""
        told = self.rest("POST", "users/me/application-passwords", name="conversation")
        return f"{NAME}:{str(told['password']).replace(' ', '')}"


@pytest.fixture(scope="session")
def wordpress() -> Iterator[WordPress]:
    """A running WordPress, installed and with its owner signed in."""
    programs = {name: shutil.which(name, path=_path()) for name in ("php", "mariadbd", "mariadb-install-db")}
    if missing := [name for name, found in programs.items() if found is None]:
        pytest.skip(f"{', '.join(missing)} not installed (tests/servers/install)")
    if not (SITE / "installed").exists():
        pytest.skip("WordPress is not unpacked (tests/servers/install)")
    with tempfile.TemporaryDirectory(prefix="wp-") as folder, contextlib.ExitStack() as running:
        place = Path(folder)
        database, port = free_port(), free_port()
        running.enter_context(_database(place, database))
        blog = WordPress(f"http://127.0.0.1:{port}", place / "closed")
        running.enter_context(_php(place, blog.url, database))
        running.callback(blog.close)
        blog.install()
        yield blog


@contextlib.contextmanager
def _database(place: Path, port: int) -> Iterator[None]:
    """A MariaDB with an empty database for WordPress."""
    data = [f"--datadir={place / 'data'}", *ROOT]
    options = ["--no-defaults", *data]
    install = ["mariadb-install-db", *options, "--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run(install, env=_environ(), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    begin = place / "begin.sql"
    begin.write_text(
        "create database if not exists wordpress character set utf8mb4;\n"
        "create user if not exists wordpress@'127.0.0.1' identified by 'wordpress';\n"
        "create user if not exists wordpress@localhost identified by 'wordpress';\n"
        "grant all on wordpress.* to wordpress@'127.0.0.1';\n"
        "grant all on wordpress.* to wordpress@localhost;\n"
    )
    server = ["mariadbd", *options, f"--socket={place / 's'}", f"--pid-file={place / 'pid'}", f"--port={port}"]
    server += ["--bind-address=127.0.0.1", "--skip-log-bin", "--innodb-buffer-pool-size=32M", f"--init-file={begin}"]
    server += ["--innodb-flush-log-at-trx-commit=0"]
    with _process(server, place / "database.log", port):
        yield


@contextlib.contextmanager
def _php(place: Path, url: str, database: int) -> Iterator[None]:
    """PHP's web server; one process, which answers one request at a time."""
    options = [part for name, value in PHP.items() for part in ("-d", f"{name}={value}")]
    address = url.removeprefix("http://")
    server = ["php", *options, "-d", f"error_log={place / 'php-errors.log'}"]
    server += ["-S", address, "-t", str(SITE), str(HERE / "router.php")]
    named = {"URL": url, "DATABASE_PORT": str(database), "CLOSED": str(place / "closed")}
    environ = {f"WORDPRESS_{name}": value for name, value in named.items()}
    with _process(server, place / "php.log", int(address.rpartition(":")[2]), environ):
        yield


@contextlib.contextmanager
def _process(command: list[str], log: Path, port: int, environ: dict[str, str] | None = None) -> Iterator[None]:
    """A server that runs in the block, from when it listens at `port`."""
    with log.open("wb") as said:
        server = subprocess.Popen(command, env=_environ() | (environ or {}), stdout=said, stderr=subprocess.STDOUT)
        try:
            until = time.monotonic() + SECONDS
            while server.poll() is None and not _listens(port):
                assert time.monotonic() < until, log.read_text(errors="replace")
                time.sleep(0.05)
            assert server.poll() is None, log.read_text(errors="replace")
            yield
        finally:
            server.kill()  # nothing in there is kept
            server.wait()


def _environ() -> dict[str, str]:
    return {**os.environ, "PATH": _path()}


def _path() -> str:
    """Where programs are, those for servers too."""
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0
