"""Lighthouse over a post with two hundred comments in the sample's theme: a hundred of a hundred, four times."""

from __future__ import annotations

import gzip
import json
import mimetypes
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from blog import ROOT, Blog
from crowd import PROSE, acts
from loopback import Answer, Handler, Request, serve

Report = dict[str, Any]

TOOL = ROOT / "tests" / "tools" / "node_modules" / ".bin" / "lighthouse"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
COMMENTS = 200
#: A busy machine makes any page slow, and no machine makes a slow page fast: the best of so many counts.
ATTEMPTS = 3


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A blog that lists all of a long conversation on the post's own page."""
    blog = Blog(tmp_path_factory.mktemp("lighthouse"), THEME=str(ROOT / "themes" / "commons"), RELATIVE_URLS=True)
    blog.configure(CONVERSATION_PER_PAGE=0, CONVERSATION_CONTACT={"by mail": "mailto:ada@e.example"})
    blog.write("post.md", PROSE, summary="Give before you are asked, and do not count.", title="What comes back")
    output = blog.archive(acts("post", COMMENTS, ("in-reply-to",))).build().output
    (output / "robots.txt").write_text("User-agent: *\nAllow: /\n", encoding="utf-8")
    return output


def answering(site: Path) -> Handler:
    """What serves `site` as hosts do: compressed, and saying how long a file may be kept."""

    def answer(request: Request) -> Answer:
        file = site / request.path.lstrip("/")
        if not file.is_file():
            return 404, {"Content-Type": "text/plain"}, b"Not found"
        kind = mimetypes.guess_type(file.name)[0] or "text/plain"
        kind += "; charset=utf-8" if kind.startswith("text/") else ""
        headers = {"Content-Type": kind, "Content-Encoding": "gzip", "Cache-Control": "max-age=31536000"}
        return 200, headers, gzip.compress(file.read_bytes())

    return answer


def asked(url: str, folder: Path) -> Report:
    """What Lighthouse says of a page as a phone sees it."""
    path = folder / "report.json"
    command = [str(TOOL), url, "--quiet", "--output=json", f"--output-path={path}", "--no-enable-error-reporting"]
    command += ["--chrome-flags=--headless=new --no-sandbox --disable-gpu"]
    environ = {**os.environ, "CHROME_PATH": shutil.which("chromium") or ""}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    found: Report = json.loads(path.read_text("utf-8"))
    return found


def scores(report: Report) -> dict[str, float]:
    """Points by category: 1 is all of them."""
    return {name: report["categories"][name]["score"] for name in CATEGORIES}


@pytest.mark.browser
@pytest.mark.server
def test_a_post_with_two_hundred_comments_has_all_points(site: Path, tmp_path: Path) -> None:
    """Performance, accessibility, best practices, SEO: the theme and the conversation cost none of them a point."""
    if shutil.which("chromium") is None or not TOOL.is_file():
        pytest.skip("needs Chromium and Lighthouse (npm ci --prefix tests/tools)")
    assert (site / "post.html").read_text("utf-8").count(" p-comment") == COMMENTS
    with serve(answering(site)) as server:
        for _ in range(ATTEMPTS):
            report = asked(f"{server.url}/post.html", tmp_path)
            if scores(report)["performance"] == 1:
                break
        pages = {request.path for request in server.requests}
    audits = report["audits"]
    parts = [part for name in CATEGORIES for part in report["categories"][name]["auditRefs"] if part["weight"]]
    lost = {part["id"] for part in parts if (audits[part["id"]]["score"] or 0) < 0.9} - {
        part["id"] for part in parts if audits[part["id"]]["scoreDisplayMode"] == "notApplicable"
    }
    assert (scores(report), lost) == (dict.fromkeys(CATEGORIES, 1), set())
    assert audits["cumulative-layout-shift"]["numericValue"] == 0
    assert pages == {
        "/post.html",
        "/theme/css/commons.css",
        "/theme/conversation.css",
        "/theme/icon.svg",
        "/robots.txt",
    }
