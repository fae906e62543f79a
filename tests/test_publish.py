"""The task `publish`: rsync to a folder, and over ssh to a real server on loopback."""

from __future__ import annotations

import os
import pwd
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from checkout import Checkout
from ports import free_port

#: A line of rsync's about one file: sent, deleted, made or changed.
CHANGE = re.compile(r"^(?:[<>ch.][fdLDS]\S{9}|\*deleting) +(.*)$", re.MULTILINE)
SSHD = """
ListenAddress 127.0.0.1
Port {port}
HostKey {keys}/host
AuthorizedKeysFile "{keys}/user.pub"
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
"""

needs_rsync = pytest.mark.skipif(shutil.which("rsync") is None, reason="needs rsync (Debian: apt install rsync)")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "blog")


@pytest.fixture(scope="module")
def ssh_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """A running sshd of our own that lets one key in; the options with which ssh finds and trusts it."""
    sshd = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
    if sshd is None or shutil.which("ssh") is None or shutil.which("ssh-keygen") is None:
        pytest.skip("needs ssh, ssh-keygen and sshd (Debian: apt install openssh-server)")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # without it, sshd does not serve root
    keys = tmp_path_factory.mktemp("my keys")  # a blank, so that quoting is tried as well
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(keys / name)], check=True)
    port = free_port()
    config = keys / "sshd_config"
    config.write_text(SSHD.format(port=port, keys=keys).replace(f"HostKey {keys}/host", f'HostKey "{keys}/host"'))
    known = tmp_path_factory.mktemp("known") / "hosts"
    kind, key = (keys / "host.pub").read_text().split()[:2]
    known.write_text(f"[127.0.0.1]:{port} {kind} {key}\n")
    with subprocess.Popen([sshd, "-D", "-e", "-f", str(config)], stderr=subprocess.PIPE, text=True) as server:
        try:
            first = server.stderr.readline() if server.stderr else ""
            assert "Server listening" in first, first
            options = ["-o", f"UserKnownHostsFile={known}", "-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes"]
            yield ["-F", "none", "-p", str(port), "-i", str(keys / "user"), *options]
        finally:
            server.terminate()


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@needs_rsync
@pytest.mark.server
def test_publishing_to_a_folder_brings_what_changed_and_removes_what_is_gone(
    checkout: Checkout, tmp_path: Path
) -> None:
    """The target is the site and nothing else; a second time nothing moves; a deleted post does not stay online."""
    target = tmp_path / "the web"
    first = checkout.invoke("publish", "--target", str(target))
    assert (first.returncode, files(target)) == (0, files(checkout.output)), first.stderr
    page = (target / "tea.html").read_text("utf-8")
    assert "https://kindnesses.example/" in page

    again = checkout.invoke("publish", "--target", str(target))
    assert (again.returncode, CHANGE.findall(again.stdout)) == (0, [])

    before = files(target)
    (checkout.folder / "content/posts/bread.md").unlink()
    checkout.post("tea", "Tea is cold.")
    third = checkout.invoke("publish", "--target", str(target))
    after = files(target)
    differ = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert {name for name in CHANGE.findall(third.stdout) if not name.endswith("/")} == differ
    assert {"tea.html", "bread.html", "index.html"} <= differ
    assert "theme/conversation.css" not in differ
    assert (third.returncode, "bread.html" in after) == (0, False)
    assert "Tea is cold." in (target / "tea.html").read_text("utf-8")


@needs_rsync
@pytest.mark.server
def test_a_dry_run_builds_and_changes_nothing_at_the_target(checkout: Checkout, tmp_path: Path) -> None:
    """`--dry-run` shows what would go and what would vanish, and the target stays as it is."""
    target = tmp_path / "web"
    target.mkdir()
    (target / "old.html").write_text("old")
    done = checkout.invoke("publish", "--target", str(target), "--dry-run")
    assert done.returncode == 0
    assert {"tea.html", "old.html"} <= set(CHANGE.findall(done.stdout))
    assert f"This would go to {target}." in done.stdout
    assert files(target) == {"old.html": b"old"}
    assert (checkout.output / "tea.html").is_file()


@needs_rsync
@pytest.mark.server
def test_publishing_over_ssh_with_options(checkout: Checkout, tmp_path: Path, ssh_server: list[str]) -> None:
    """PUBLISH_TARGET and PUBLISH_SSH reach rsync and ssh as they were written: port, key and strict host keys."""
    target = tmp_path / "web"
    user = pwd.getpwuid(os.geteuid()).pw_name
    options = shlex.join(ssh_server)
    checkout.add("publishconf.py", f"PUBLISH_TARGET = '{user}@127.0.0.1:{target}/'\nPUBLISH_SSH = {options!r}\n")
    first = checkout.invoke("publish")
    assert (first.returncode, files(target)) == (0, files(checkout.output)), first.stderr
    again = checkout.invoke("publish")
    assert (again.returncode, CHANGE.findall(again.stdout)) == (0, [])


@needs_rsync
@pytest.mark.server
def test_a_server_that_is_not_known_gets_nothing(checkout: Checkout, tmp_path: Path, ssh_server: list[str]) -> None:
    """`--ssh` overrules the settings; where ssh refuses, the task says so and exits with 1."""
    options = [option.replace("UserKnownHostsFile=", f"UserKnownHostsFile={tmp_path}/none-") for option in ssh_server]
    target = f"127.0.0.1:{tmp_path}/web"
    done = checkout.invoke("publish", "--target", target, "--ssh", shlex.join(options))
    assert done.returncode == 1
    assert "Host key verification failed" in done.stderr
    assert f"Nothing more was brought to {target}" in done.stderr.splitlines()[-1]
    assert not (tmp_path / "web").exists()


@needs_rsync
@pytest.mark.server
def test_a_site_that_cannot_be_built_is_not_published(checkout: Checkout, tmp_path: Path) -> None:
    """A mistake in the settings stops before anything at the target is touched."""
    target = tmp_path / "web"
    assert checkout.invoke("publish", "--target", str(target)).returncode == 0
    before = files(target)
    checkout.add("publishconf.py", "CONVERSATION_SORCES = []\n")
    done = checkout.invoke("publish", "--target", str(target))
    assert (done.returncode, files(target)) == (1, before)
    assert "CONVERSATION_SORCES" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@needs_rsync
@pytest.mark.server
@pytest.mark.parametrize("target", [".", "content", "..", "output/site"])
def test_the_blogs_own_folder_is_no_target(target: str, checkout: Checkout) -> None:
    """Publishing deletes what is not part of the site: it must never be pointed at the posts themselves."""
    before = files(checkout.folder)
    done = checkout.invoke("publish", "--target", target)
    assert done.returncode == 1
    assert "Choose a folder elsewhere" in done.stderr
    assert {path for path in files(checkout.folder) if "__pycache__" not in path} == set(before)


@needs_rsync
@pytest.mark.server
def test_without_a_target_publish_asks_for_one(checkout: Checkout) -> None:
    """As the sample blog comes, its target is empty: one line says where to write it."""
    done = checkout.invoke("publish")
    assert (done.returncode, done.stderr.strip()) == (
        1,
        "Where to? Set PUBLISH_TARGET in publishconf.py, or give --target.",
    )
    assert not checkout.output.exists()


def test_without_rsync_publish_says_so(checkout: Checkout, tmp_path: Path) -> None:
    """A program that is missing is named before anything is built."""
    (tmp_path / "bin").mkdir()
    done = checkout.invoke("publish", "--target", str(tmp_path / "web"), PATH=str(tmp_path / "bin"))
    assert (done.returncode, done.stderr.strip()) == (1, "publish needs rsync, which is not installed here.")
    assert not checkout.output.exists()
