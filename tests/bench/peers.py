"""Sites of other generators, which do the same work: Hugo, Eleventy and Jekyll."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from . import checks
from .dataset import Blog
from .processes import Command
from .sites import Site
from .writing import FORMATS, by_path, write_posts

__all__ = ["PEERS", "install", "peer", "versions"]

HERE = Path(__file__).resolve().parent / "peers"
ELEVENTY = HERE / "node_modules" / "@11ty" / "eleventy"
#: By generator: its command, where posts belong, and where the interactions.
PEERS = {
    "hugo": (("hugo", "--quiet", "--cacheDir", "{folder}/cache"), "content/posts", "data/interactions.json"),
    "eleventy": (("node", str(ELEVENTY / "cmd.cjs"), "--quiet"), "posts", "interactions.json"),
    "jekyll": (("jekyll", "build", "--quiet"), "_posts", "_data/interactions.json"),
}
VERSIONS = {
    "hugo": ("hugo", "version"),
    "eleventy": ("node", str(ELEVENTY / "cmd.cjs"), "--version"),
    "jekyll": ("jekyll", "--version"),
}


def install() -> None:
    """Installs what is missing of them (Debian, root). Raises CalledProcessError."""
    subprocess.run([str(HERE / "install")], check=True)


def versions() -> dict[str, str]:
    """The version of each, as it says itself."""
    said = {name: subprocess.run(words, capture_output=True, text=True, check=True) for name, words in VERSIONS.items()}
    return {name: f"{name.capitalize()} {_number(done.stdout)}" for name, done in said.items()}


def _number(words: str) -> str:
    return next(word.lstrip("v").partition("+")[0] for word in words.split() if any(map(str.isdigit, word)))


def peer(name: str, folder: Path, blog: Blog) -> Site:
    """A site of the generator `name` in `folder`, which is made."""
    words, posts, interactions = PEERS[name]
    shutil.copytree(HERE / name, folder)
    places = folder / posts
    write_posts(places, blog.posts, FORMATS[name])
    data = folder / interactions
    data.parent.mkdir(exist_ok=True)
    data.write_text(by_path(blog.interactions), encoding="utf-8")
    if name == "eleventy":
        (folder / "node_modules").symlink_to(HERE / "node_modules")
    command = Command([word.format(folder=folder) for word in words], folder)
    laid = frozenset(path.name for path in folder.iterdir())
    return Site(command, laid, checks.as_items, folder / "output")
