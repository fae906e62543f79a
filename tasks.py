"""The tasks of this blog: those of the plugin, and those for writing, serving, publishing and working on the code.

`invoke --list` shows them all; `invoke --help TASK` tells what one does.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import socket
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from invoke import Collection, Context, Exit, task

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "plugins"))

from conversation import tasks as plugin  # noqa: E402 - the plugin lives in a folder of its own

#: What `clean` may remove: made by the tasks, made again by them. The store is not among it.
MADE = (
    "output",
    ".cache",
    ".coverage",
    ".hypothesis",
    ".import_linter_cache",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    "dist",
)
#: The sizes of blog that are measured, and the page of the manual with what came of it.
SIZES = "100,1000,10000"
BENCHMARKS = "docs/benchmarks.md"
#: A file's name has 255 bytes at most on most disks, and a letter up to four.
SLUG_LETTERS = 60


@task(help={"port": "port on this machine", "bind": "address to listen on"})
def serve(_: Context, port: int = 8000, bind: str = "127.0.0.1") -> None:
    """Show output/ in the browser at http://127.0.0.1:8000/ until Ctrl-C."""
    from pelican import main  # noqa: PLC0415 - only some tasks need Pelican

    output = Path(_settings("pelicanconf.py")["OUTPUT_PATH"])
    if not output.is_dir():
        raise Exit(f"There is nothing to show yet: {os.path.relpath(output)} is made by the task build.", code=1)
    _check_port(bind, port)
    main(["--settings", str(ROOT / "pelicanconf.py"), "--listen", "--port", str(port), "--bind", bind])


@task(help={"port": "port on this machine"})
def livereload(c: Context, port: int = 8000) -> None:
    """Serve output/, build again whenever a file changes, and tell the browser; needs no network."""
    from livereload import Server  # noqa: PLC0415

    def build() -> None:
        with c.cd(str(ROOT)):
            c.run(shlex.join([sys.executable, "-m", "invoke", "build", "--offline"]), warn=True)

    output = _settings("pelicanconf.py")["OUTPUT_PATH"]
    _check_port("127.0.0.1", port)
    build()
    server = Server()
    for path in ("content", "themes", "plugins", "pelicanconf.py"):
        server.watch(str(ROOT / path), build)
    server.serve(host="127.0.0.1", port=port, root=output)


@task(
    help={
        "target": "where to: a folder, or user@host:/folder (default: PUBLISH_TARGET in publishconf.py)",
        "ssh": "options for ssh, such as '-p 2222 -i ~/.ssh/blog' (default: PUBLISH_SSH in publishconf.py)",
        "dry-run": "build, and only show what rsync would do",
    }
)
def publish(c: Context, target: str = "", ssh: str = "", dry_run: bool = False) -> None:
    """Build with publishconf.py and bring the site to its place with rsync."""
    from pelican import main  # noqa: PLC0415

    configured = _settings("publishconf.py")
    place = _place(target, Path.cwd()) or _place(configured.get("PUBLISH_TARGET", ""), ROOT)
    if not place:
        raise Exit("Where to? Set PUBLISH_TARGET in publishconf.py, or give --target.")
    if shutil.which("rsync") is None:
        raise Exit("publish needs rsync, which is not installed here.")
    # Emptied first: what an earlier build left behind, such as a post that is deleted by now, must not go out.
    main(["--settings", str(ROOT / "publishconf.py"), "--delete-output-directory"])
    # Compared by their content: a build writes every file anew, and readers need fetch only what really changed.
    command = ["rsync", "--recursive", "--links", "--checksum", "--compress", "--delete", "--itemize-changes"]
    command += ["--dry-run"] if dry_run else []
    options = ssh or configured.get("PUBLISH_SSH", "")
    command += ["--rsh", f"ssh {options}"] if options else []
    done = c.run(shlex.join([*command, f"{configured['OUTPUT_PATH'].rstrip('/')}/", place]), warn=True)
    if not done:
        raise Exit(f"Nothing more was brought to {place}: rsync stopped, and says why above.")
    print(f"{'This would go' if dry_run else 'Published'} to {place}.")


@task(help={"title": "the post's title, in quotes", "category": "its category", "lang": "its language, e.g. de"})
def new(_: Context, title: str, category: str = "", lang: str = "") -> None:
    """Begin a new post in content/, as a draft with front matter."""
    from pelican.utils import slugify  # noqa: PLC0415

    title, category, lang = (" ".join(words.split()) for words in (title, category, lang))
    if not title:
        raise Exit("A post needs a title: invoke new 'The title'", code=2)
    configured = _settings("pelicanconf.py")
    now = datetime.now(ZoneInfo(configured["TIMEZONE"]))
    slug = slugify(title, regex_subs=configured["SLUG_REGEX_SUBSTITUTIONS"], use_unicode=True)
    slug = slug[:SLUG_LETTERS].strip("-") or f"post-{now:%H%M}"
    posts = Path(configured["PATH"]) / "posts"
    dated = re.compile(rf"(\d{{4}}-\d\d-\d\d-)?{re.escape(slug)}\.(md|rst|html)")
    taken = [path for path in posts.glob("*") if dated.fullmatch(path.name)]
    if taken:
        raise Exit(f"{os.path.relpath(taken[0])} is there already: choose another title.")
    fields = {"Title": title, "Slug": slug, "Date": f"{now:%Y-%m-%d %H:%M}", "Category": category}
    fields |= {"Lang": lang, "Tags": "", "Status": "draft"}
    optional = {"Category", "Lang"}
    lines = [f"{name}: {value}".rstrip() for name, value in fields.items() if value or name not in optional]
    posts.mkdir(parents=True, exist_ok=True)
    path = posts / f"{now:%Y-%m-%d}-{slug}.md"
    path.write_text("\n".join(lines) + "\n\n", encoding="utf-8")
    print(os.path.relpath(path))


@task(help={"k": "only tests whose name holds this", "fast": "leave out browser, servers and the installation test"})
def test(c: Context, k: str = "", fast: bool = False) -> None:
    """Run the tests, in random order, and report what they cover."""
    _check_workshop("pytest")
    arguments = ["--cov", "--cov-report=term:skip-covered"] if not k else ["-k", k]
    # Side by side, a file in one process: what its tests share is made once.
    arguments += [] if k else ["--numprocesses", "auto", "--dist", "loadfile"]
    arguments += ["-m", "not browser and not server and not install"] if fast else []
    c.run(shlex.join([sys.executable, "-m", "pytest", *arguments]), pty=sys.stdout.isatty())


@task(help={"fix": "mend what can be mended"})
def lint(c: Context, fix: bool = False) -> None:
    """Check style, types, the order of the rooms and dead code."""
    _check_workshop("ruff")
    python = shlex.quote(sys.executable)
    bin_ = Path(sys.executable).parent
    environment = {"PYTHONPATH": os.pathsep.join([str(ROOT / "plugins"), str(ROOT)])}
    with c.cd(str(ROOT)):
        c.run(f"{python} -m ruff check {'--fix' if fix else ''} .")
        c.run(f"{python} -m ruff format {'' if fix else '--check'} .")
        c.run(f"{python} -m mypy")
        c.run(shlex.quote(str(bin_ / "lint-imports")), env=environment)
        c.run(f"{python} -m vulture")


@task(
    help={
        "peers": "beside Hugo, Eleventy and Jekyll, installed first where missing (on Debian, as root)",
        "sizes": "how many posts the blogs have, with commas between; '' for what has no size",
        "runs": "how often each row is run, in turn; the table shows medians",
        "only": "only rows whose name holds one of these, with commas between",
        "profile": "run such rows once more under cProfile; the files go to .cache/bench/",
        "page": f"where to write the tables as Markdown ({BENCHMARKS}, where nothing is left out)",
    }
)
def bench(  # noqa: PLR0913, PLR0917 - the options of a command
    c: Context,
    peers: bool = False,
    sizes: str = SIZES,
    runs: int = 3,
    only: str = "",
    profile: str = "",
    page: str = "",
) -> None:
    """Measure builds, refreshes, pulls and imports, hold them against the targets; exit code 1 if a site is wrong."""
    whole = peers and not only and sizes == SIZES
    page = str(Path(page).resolve()) if page else str(ROOT / BENCHMARKS) if whole else ""
    options = [f"--sizes={sizes}", f"--runs={runs}", f"--only={only}", f"--profile={profile}", f"--page={page}"]
    environ = {"PYTHONPATH": os.pathsep.join([str(ROOT / "plugins"), str(ROOT / "tests")])}
    command = [sys.executable, "-m", "bench", *options, *(["--peers"] if peers else [])]
    c.run(shlex.join(command), env=environ, pty=sys.stdout.isatty())


@task
def clean(_: Context) -> None:
    """Remove what the tasks have made; the store of conversations stays."""
    compiled = [path for folder in ("plugins", "tests") for path in (ROOT / folder).rglob("__pycache__")]
    for path in [*(ROOT / name for name in MADE), *compiled, ROOT / "__pycache__"]:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _settings(name: str) -> dict[str, Any]:
    """What a settings file of the blog says, with Pelican's defaults and whole paths."""
    from pelican.settings import read_settings  # noqa: PLC0415

    path = ROOT / name
    if not path.is_file():
        raise Exit(f"{name} is missing: it belongs beside tasks.py.")
    return dict(read_settings(str(path)))


def _place(target: str, base: Path) -> str:
    """The target as rsync takes it: a local folder with its whole path, from `base`; a remote one as it is."""
    if not target or ":" in target.split("/", 1)[0]:
        return target
    folder = (base / Path(target).expanduser()).resolve()
    if folder == ROOT or ROOT in folder.parents or folder in ROOT.parents:
        raise Exit(
            f"{folder} holds the blog's own files, or lies among them, and publishing removes from the target whatever "
            "is not part of the site. Choose a folder elsewhere."
        )
    return str(folder)


def _check_port(bind: str, port: int) -> None:
    """Servers say it with a traceback, or not at all, when their port cannot be had."""
    try:
        with socket.create_server((bind, port)):
            pass
    except (OSError, OverflowError) as error:
        raise Exit(f"Cannot listen on port {port} of {bind} ({error}): choose another with --port.") from None


def _check_workshop(name: str) -> None:
    """What the tests and checks need is not there after `make build`."""
    if importlib.util.find_spec(name) is None:
        raise Exit(f"{name} is not installed here: run `make test` or `make lint`, which install what they need.")


namespace = Collection(*plugin.collection.tasks.values(), serve, livereload, publish, new, test, lint, bench, clean)
