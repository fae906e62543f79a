"""Archives of any size: the memory that reading takes does not grow with them."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archives import collection, disqus, disqus_post, scripted, status, tweet, wxr, wxr_comment

PLUGINS = Path(__file__).parents[1] / "plugins"
MEASURE = """
import sys
sys.path.insert(0, sys.argv[1])
from datetime import UTC, datetime
from pathlib import Path
from conversation.sources.archive import read
acts = 0
for batch in read(Path(sys.argv[2]), "a", datetime(2026, 5, 1, tzinfo=UTC), "https://blog.example"):
    acts += len(batch.acts)
    assert len(batch.acts) <= 500 and not batch.problems, batch.problems[:1]
status = Path("/proc/self/status").read_text()
print(acts, next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
"""
TEXT = "Kind words about bread, letters and slow mornings. " * 8

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")


def repeated(whole: str, entry: Callable[[int], str], times: int, between: str = "") -> Iterator[str]:
    """A document made of one with a single entry, which stands there `times` times with other numbers."""
    begin, _, end = whole.partition(entry(0))
    assert end
    yield begin + entry(0)
    for number in range(1, times):
        yield between + entry(number)
    yield end


def entries(kind: str, times: int) -> Iterator[str]:
    """An archive of `times` entries of about 600 bytes."""
    if kind == "x":
        return repeated(
            scripted("tweets", [tweet(10, TEXT)]),
            lambda n: json.dumps(tweet(10 + n, TEXT), indent=2).replace("\n", "\n  "),
            times,
            ",",
        )
    if kind == "mastodon":
        return repeated(collection("outbox", [status(0, TEXT)]), lambda n: json.dumps(status(n, TEXT)), times, ", ")
    if kind == "jf2":
        mention = {
            "type": "entry",
            "wm-target": "https://blog.example/",
            "content": {"text": TEXT},
            "url": "https://p.example/{}",
        }
        return repeated(
            json.dumps({"children": [mention]}).replace("{}", "0"),
            lambda n: json.dumps(mention).replace("{}", str(n)),
            times,
            ", ",
        )
    if kind == "disqus":
        return repeated(disqus(disqus_post(0, TEXT)), lambda n: disqus_post(n, TEXT), times)
    return repeated(wxr(wxr_comment(0, TEXT)), lambda n: wxr_comment(n, TEXT), times)


@pytest.mark.parametrize("kind", ["x", "mastodon", "jf2", "disqus", "wordpress"])
def test_memory_is_flat(tmp_path: Path, kind: str) -> None:
    """An archive ten times as large is read in the memory of the small one: nothing of it piles up."""
    peaks = []
    for times in (2_000, 20_000):
        path = tmp_path / "archive.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr("data/account.js", scripted("account", [{"account": {"username": "ada"}}]))
            with archive.open("data/document." + ("js" if kind == "x" else "json"), "w") as member:
                for piece in entries(kind, times):
                    member.write(piece.encode())
        told = subprocess.run(
            [sys.executable, "-c", MEASURE, PLUGINS, path], check=True, capture_output=True, text=True
        )
        acts, peak = map(int, told.stdout.split())
        assert acts == times
        peaks.append(peak)
    assert peaks[1] - peaks[0] < 4 << 10, "KiB more"
