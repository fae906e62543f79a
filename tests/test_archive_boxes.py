"""Archives that are damaged, locked or made to harm: what can be read is taken, the rest is named."""

from __future__ import annotations

import gzip
import hashlib
import struct
import tarfile
import zipfile
from collections.abc import Generator
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archives import NOW, collection, packed, said, scripted, status, tarred, told, tweet
from conversation.errors import ArchiveError
from conversation.sources import Batch, archive_boxes, archive_streams
from conversation.sources.archive import read, recognise

OUTBOX = collection("outbox", [status(1)])
ACCOUNT = scripted("account", [{"account": {"username": "ada"}}])
TWEETS = scripted("tweets", [tweet(n, f"Good morning {n}.") for n in range(40)])


def test_names_that_lead_out(tmp_path: Path) -> None:
    """A name that climbs out of the archive is told and left out; nothing is ever written anywhere."""
    members = {"../outbox.json": OUTBOX, "/etc/outbox.json": OUTBOX, "C:\\outbox.json": OUTBOX, "a/outbox.json": OUTBOX}
    before = sorted(tmp_path.parent.iterdir())
    for path in (packed(tmp_path / "a.zip", members), tarred(tmp_path / "a.tar.gz", members)):
        acts, problems = told(path)
        assert len(acts) == 1
        assert len(problems) == 3
        assert all("leads out of the archive" in problem.what for problem in problems)
    assert sorted(tmp_path.parent.iterdir()) == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.tar.gz", "a.zip"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A link in a tar or a folder may lead anywhere, so it leads nowhere."""
    secret = tmp_path / "secret.json"
    secret.write_text(OUTBOX, "utf-8")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "outbox.json").symlink_to(secret)
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        archive.add(folder / "outbox.json", "outbox.json")
    for path in (folder, tmp_path / "a.tar"):
        with pytest.raises(ArchiveError, match="no archive of a kind known"):
            told(path)


def locked(path: Path, name: str) -> Path:
    """The zip with one member marked as encrypted."""
    data = bytearray(path.read_bytes())
    for mark, flags, length in ((b"PK\x03\x04", 6, 30), (b"PK\x01\x02", 8, 46)):
        at = data.find(mark)
        while at >= 0:
            if data[at + length :].startswith(name.encode()):
                data[at + flags] |= 1
            at = data.find(mark, at + 1)
    path.write_bytes(data)
    return path


def test_encrypted_members(tmp_path: Path) -> None:
    """An encrypted member is named with what to do, and the others are taken; if all are, nothing is."""
    members = {"account.js": ACCOUNT, "tweets.js": TWEETS, "like.js": scripted("like", [{"like": {"tweetId": "7"}}])}
    acts, problems = told(locked(packed(tmp_path / "a.zip", members), "like.js"))
    assert len(acts) == 40
    assert [problem.where for problem in problems] == ["a.zip, like.js"]
    assert "with its password" in problems[0].what
    with pytest.raises(ArchiveError, match="with its password"):
        told(locked(packed(tmp_path / "b.zip", {"outbox.json": OUTBOX}), "outbox.json"))


def test_damaged_member(tmp_path: Path) -> None:
    """A member whose checksum is wrong is named; what it told is taken, and so are the other members."""
    many = scripted("tweets", [tweet(n, hashlib.sha256(b"%d" % n).hexdigest()) for n in range(900)])
    path = packed(tmp_path / "a.zip", {"account.js": ACCOUNT, "tweets.js": many, "z/outbox.json": OUTBOX})
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x01\x02", 0, data.rfind(b"z/outbox.json") - 46)
    data[at + 16] ^= 0xFF
    path.write_bytes(data)
    acts, problems = told(path)
    assert 500 < len(acts) <= 901
    assert acts[-1].channel == "mastodon"
    assert [problem.where for problem in problems] == ["a.zip, tweets.js"]
    assert "damaged or cut off" in problems[0].what


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.tar", "outbox.json.gz"])
def test_cut_off(tmp_path: Path, name: str) -> None:
    """A download that broke off says so; of a tar, what came before is taken."""
    members = {"outbox.json": OUTBOX, "media/1.bin": bytes(range(256)) * 40}
    if name == "outbox.json.gz":
        whole = tmp_path / name
        whole.write_bytes(gzip.compress(collection("outbox", [status(n) for n in range(90)]).encode()))
    else:
        whole = (packed if name == "a.zip" else tarred)(tmp_path / name, members)
    assert said(whole)
    whole.write_bytes(whole.read_bytes()[:-300] if name != "a.tar" else whole.read_bytes()[:9_000])
    if name in {"a.zip", "outbox.json.gz"}:
        with pytest.raises(ArchiveError, match="damaged or cut off"):
            told(whole)
    else:
        acts, problems = told(whole)
        assert (len(acts), len(problems)) == (1, 1 if name == "a.tar.gz" else len(problems))
        assert all(name in problem.where for problem in problems)


def bomb(path: Path, size: int) -> Path:
    """A zip with a script that goes on with nothing but spaces."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("account.js", ACCOUNT)
        with archive.open("tweets.js", "w") as member:
            member.write(TWEETS.removesuffix("]").encode())
            for _ in range(size >> 20):
                member.write(b" " * (1 << 20))
    return path


def test_bombs_do_not_go_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A member that grows beyond all bounds is left there; what it told before is taken."""
    monkeypatch.setattr(archive_streams, "UNSUSPICIOUS", 4 << 20)
    acts, problems = told(bomb(tmp_path / "a.zip", 6 << 20))
    assert len(acts) == 40
    assert [problem.where for problem in problems] == ["a.zip, tweets.js"]
    assert "grows beyond all bounds" in problems[0].what
    tar = tarred(tmp_path / "a.tar.gz", {"outbox.json": OUTBOX, "z.bin": bytes(6 << 20)})
    acts, problems = told(tar)
    assert len(acts) == 1
    assert "grows beyond all bounds" in problems[0].what


def test_nothing_is_larger_than_an_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No document is read beyond a fixed size, however it is packed."""
    monkeypatch.setattr(archive_streams, "MAX_DECODED", 2 << 10)
    path = tmp_path / "outbox.json"
    path.write_text(collection("outbox", [status(n) for n in range(9)]), "utf-8")
    with pytest.raises(ArchiveError, match="was not read on"):
        told(path)


def test_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive of more members or documents than any has is told, not waited for."""
    members = {f"{n}.json": OUTBOX for n in range(5)}
    monkeypatch.setattr(archive_boxes, "MAX_DOCUMENTS", 3)
    acts, problems = told(packed(tmp_path / "a.zip", members))
    assert (len(acts), len(problems)) == (3, 1)
    assert len(told(tarred(tmp_path / "a.tar", members))[1]) == 1
    monkeypatch.setattr(archive_boxes, "MAX_DIRECTORY", 100)
    with pytest.raises(ArchiveError, match="more members than an archive has"):
        told(tmp_path / "a.zip")
    (tmp_path / "folder").mkdir()
    for name, content in members.items():
        (tmp_path / "folder" / name).write_text(content, "utf-8")
    with pytest.raises(ArchiveError, match="more than 3 files"):
        told(tmp_path / "folder")


def test_lying_headers(tmp_path: Path) -> None:
    """Sizes that a header only claims are not believed: of a name in a tar, of a zip's table of contents."""
    info = tarfile.TarInfo("outbox.json")
    info.size = 1 << 32
    info.type = tarfile.GNUTYPE_LONGNAME
    (tmp_path / "a.tar").write_bytes(info.tobuf() + bytes(1 << 16))
    with pytest.raises(ArchiveError, match=r"a\.tar: "):
        told(tmp_path / "a.tar")
    large = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, 1 << 40, 0)
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04" + large + struct.pack("<4s4H2LH", b"PK\x05\x06", *[0xFFFF] * 7))
    with pytest.raises(ArchiveError, match="more members than an archive has"):
        told(tmp_path / "a.zip")


def test_other_packers(tmp_path: Path) -> None:
    """A zip whose packing is not known here, or that is empty, is named."""
    data = bytearray(packed(tmp_path / "a.zip", {"outbox.json": OUTBOX}).read_bytes())
    data[8], data[data.find(b"PK\x01\x02") + 10] = 99, 99
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(ArchiveError, match=r"a\.zip, outbox\.json"):
        told(tmp_path / "a.zip")
    with pytest.raises(ArchiveError, match="no archive of a kind known"):
        told(packed(tmp_path / "b.zip", {}))


def test_rubbish_beside_documents(tmp_path: Path) -> None:
    """What a Mac packs beside each file is no document."""
    members = {"outbox.json": OUTBOX, "__MACOSX/._outbox.json": "[x", "._outbox.json": "[x", "a.json/": ""}
    assert len(said(packed(tmp_path / "a.zip", members))) == 1


def test_files_are_closed(tmp_path: Path) -> None:
    """Whoever stops in the middle leaves no file open (an open one would be a warning, and that an error)."""
    path = packed(tmp_path / "a.zip", {"account.js": ACCOUNT, "tweets.js": TWEETS})
    batches = read(path, "a", NOW)
    next(batches)
    cast("Generator[Batch, None, None]", batches).close()
    assert recognise(path) == "x"


WHOLE = {
    "zip": lambda path: packed(path, {"account.js": ACCOUNT, "tweets.js": TWEETS, "outbox.json": OUTBOX}),
    "tar": lambda path: tarred(path, {"account.js": ACCOUNT, "tweets.js": TWEETS, "outbox.json": OUTBOX}),
    "gz": lambda path: tarred(path, {"account.js": ACCOUNT, "tweets.js": TWEETS, "outbox.json": OUTBOX}),
}


@given(st.sampled_from(sorted(WHOLE)), st.data())
def test_mutated_archives(tmp_path_factory: pytest.TempPathFactory, kind: str, data: st.DataObject) -> None:
    """However a packed archive is damaged, what comes is acts and problems, or an ArchiveError."""
    path = tmp_path_factory.getbasetemp() / f"mutated.{kind}"
    raw = bytearray(WHOLE[kind](path).read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, len(raw) - 1) | st.integers(max(len(raw) - 400, 0), len(raw) - 1))
        raw[start : start + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    path.write_bytes(raw)
    try:
        told(path)
    except ArchiveError as error:
        assert str(error).startswith(f"mutated.{kind}")  # noqa: PT017 - it may or may not be raised
