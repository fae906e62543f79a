"""The distribution: what is in the wheel, and that it works where pip has put it, on every Python that is here."""

from __future__ import annotations

import dataclasses
import email
import functools
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from blog import ASIDE, ROOT, SITE, Blog, mention
from loopback import answer_json, serve

pytestmark = pytest.mark.install

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
#: What the build needs of the repository.
PARTS = ("pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "plugins")
#: The Pythons that we promise.
PYTHONS = ("3.11", "3.12", "3.13")
GUESTBOOK = [
    {
        "id": 7,
        "page": f"{SITE}/a.html",
        "name": "Bea",
        "home": "https://bea.example/",
        "said": "Thank you for the tea!",
        "when": "2026-05-02T10:00:00+00:00",
    }
]


@dataclasses.dataclass(frozen=True)
class Environment:
    """A virtual environment of its own, outside this repository and its environment."""

    folder: Path

    def run(self, program: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Runs one of its programs."""
        environ = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
        environ |= {"COLUMNS": "2000", "NO_COLOR": "1"}
        return subprocess.run(
            [str(self.folder / "bin" / program), *arguments],
            cwd=cwd, env=environ, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip

    def pip(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs its pip."""
        return self.run("python", "-m", "pip", "--disable-pip-version-check", *arguments, cwd=self.folder)


def interpreter(version: str) -> str | None:
    """A Python of this version, such as "3.12": the running one, one of pyenv's, one on the path; or None."""
    if version == HERE:
        return sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    places = [*map(str, sorted(pyenv.glob(f"{version}.*/bin/python"))), shutil.which(f"python{version}")]
    # pyenv puts programs on the path that only say that there is no such Python; Debian's may lack venv.
    works = (place for place in places if place and not _status(place, "-c", "import ensurepip, venv"))
    return next(works, None)


def _status(*command: str) -> int:
    return subprocess.run(command, check=False, capture_output=True).returncode


INTERPRETERS = {version: found for version in sorted({HERE, *PYTHONS}) if (found := interpreter(version))}
#: Each Python that is here with the newest Pelican, and the oldest Pelican that we promise with the running Python.
PLACES = [*((version, "pelican") for version in INTERPRETERS), (HERE, "pelican==4.11.*")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy."""
    copy, dist = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in PARTS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, copy / name)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(dist)]
    subprocess.run(command, cwd=copy, check=True, capture_output=True)
    (built,) = dist.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Environment]:
    """Gives a fresh environment of some Python and Pelican with the wheel in it; made once for each pair."""

    @functools.cache
    def install(version: str, pelican: str) -> Environment:
        environment = Environment(tmp_path_factory.mktemp("venv"))
        command = [INTERPRETERS[version], "-m", "venv", str(environment.folder)]
        subprocess.run(command, check=True, capture_output=True)
        reached = environment.pip("download", "--no-deps", "--dest", str(environment.folder / "probe"), pelican)
        if reached.returncode:
            pytest.skip(f"the package index does not give {pelican} ({reached.stderr.strip().splitlines()[-1]})")
        done = environment.pip("install", "--quiet", str(wheel), pelican)
        assert done.returncode == 0, done.stderr
        return environment

    return install


@pytest.fixture
def here(installed: Callable[[str, str], Environment]) -> Environment:
    """The environment of the running Python."""
    return installed(HERE, "pelican")


def a_blog(folder: Path, **settings: object) -> Blog:
    """Two posts and a like, without any PLUGIN_PATHS; PLUGINS only where `settings` has it."""
    settings = {"PLUGIN_PATHS": None, "PLUGINS": None} | settings
    return Blog(folder, **settings).write("a.md").write("b.md").archive([mention(1, "like-of")])


def test_the_wheel_holds_the_two_packages_and_nothing_else(wheel: Path) -> None:
    """A namespace plugin shares pelican/plugins with others: an __init__.py there would hide them all."""
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    own = {
        str(path.relative_to(ROOT / "plugins"))
        for package in ("conversation", "incremental")
        for path in (ROOT / "plugins" / package).rglob("*.*")
    }
    assert names == {f"pelican/plugins/{name}" for name in own if "__pycache__" not in name}
    needed = ("py.typed", "__init__.py", "templates/conversation/sidebar.html", "static/conversation.css")
    assert {f"conversation/{name}" for name in needed} | {"incremental/py.typed", "incremental/reading/cache.py"} <= own


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    """Licence, classifiers and the command's name are what package indexes and users look for."""
    archive = zipfile.ZipFile(wheel)
    (info,) = {name.split("/")[0] for name in archive.namelist() if ".dist-info/" in name}
    metadata = email.message_from_bytes(archive.read(f"{info}/METADATA"))
    assert (metadata["Name"], metadata["License-Expression"]) == ("pelican-conversation", "AGPL-3.0-or-later")
    assert metadata["Requires-Python"] == ">=3.11"
    classifiers = set(metadata.get_all("Classifier", []))
    assert {"Framework :: Pelican :: Plugins", "Typing :: Typed"} <= classifiers
    assert {f"Programming Language :: Python :: {version}" for version in PYTHONS} <= classifiers
    # The index refuses a licence that is named twice, as expression and as classifier.
    assert [name for name in classifiers if name.startswith("License ::")] == []
    assert archive.read(f"{info}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()
    scripts = archive.read(f"{info}/entry_points.txt").decode().split()
    assert "".join(scripts) == "[console_scripts]pelican-conversation=pelican.plugins.conversation.tasks:program.run"


@pytest.mark.parametrize(("version", "pelican"), PLACES)
def test_an_installed_plugin_shows_conversations(
    version: str, pelican: str, installed: Callable[[str, str], Environment], tmp_path: Path
) -> None:
    """With `pip install` and one setting, found by itself or named in PLUGINS: the sidebar is on each post, once."""
    environment = installed(version, pelican)
    for plugins in (None, ["conversation"]):
        blog = a_blog(tmp_path / str(plugins), PLUGINS=plugins)
        done = environment.run("pelican", "--settings", "pelicanconf.py", "--fatal", "warnings", cwd=blog.folder)
        assert done.returncode == 0, done.stdout + done.stderr
        assert [len(ASIDE.findall(blog.page(name))) for name in ("a.html", "b.html", "index.html")] == [1, 1, 0]
        assert blog.counts("a.html")["likes"] == 1
        assert (blog.output / "theme" / "conversation.css").is_file()
        assert "Giving" in blog.page("giving-receiving/index.html")


def test_the_command_is_installed(here: Environment, tmp_path: Path) -> None:
    """`pelican-conversation` lists its tasks, tells its version, does its work and knows the exit codes."""
    blog = a_blog(tmp_path)
    run = functools.partial(here.run, "pelican-conversation", cwd=blog.folder)
    assert run("build").returncode == 0
    for arguments, code, words in (
        (["--help"], 0, "Usage: pelican-conversation"),
        (["--list"], 0, "explain"),
        (["--version"], 0, "0.1.0"),
        (["status"], 0, SITE),
        (["statsu"], 2, "statsu"),
        (["status", "--nonsense"], 2, "--nonsense"),
        (["explain"], 2, "url"),
        (["status", "--settings", "none.py"], 1, "There is no none.py here"),
    ):
        done = run(*arguments)
        said = done.stdout + done.stderr
        assert (done.returncode, words in said, "Traceback" in said) == (code, True, False), said


def test_a_source_of_somebody_elses_package_is_found(
    wheel: Path, installed: Callable[[str, str], Environment], tmp_path: Path
) -> None:
    """The example of docs/sources/writing-one.md, installed beside the plugin, brings its reply to the post."""
    environment = installed(HERE, "pelican")
    example = tmp_path / "example"
    shutil.copytree(ROOT / "tests/example_source", example, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=example, check=True, capture_output=True)
    (guestbook,) = tmp_path.glob("*.whl")
    done = environment.pip("install", "--quiet", "--no-index", "--no-deps", str(guestbook))
    assert done.returncode == 0, done.stderr
    with serve(lambda _: answer_json(GUESTBOOK)) as server:
        source = {"source": "guestbook", "base_url": server.url}
        blog = a_blog(tmp_path / "blog", CONVERSATION_SOURCES=[source])
        done = environment.run("pelican", "--settings", "pelicanconf.py", "--fatal", "warnings", cwd=blog.folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (blog.counts("a.html")["comments"], blog.counts("a.html")["likes"]) == (1, 1)
    assert "Thank you for the tea!" in blog.page("a.html")


@pytest.mark.parametrize("plugins", [["conversation"], ["pelican.plugins.conversation"], None])
def test_two_copies_are_refused(plugins: list[str] | None, here: Environment, tmp_path: Path) -> None:
    """Installed and in PLUGIN_PATHS too: nobody should wonder which of the two they are changing."""
    copy = tmp_path / "mine" / "conversation"
    shutil.copytree(ROOT / "plugins/conversation", copy, ignore=shutil.ignore_patterns("__pycache__"))
    blog = a_blog(tmp_path / "blog", PLUGINS=plugins, PLUGIN_PATHS=[str(copy.parent)])
    commands = ["pelican --settings pelicanconf.py", "pelican-conversation build", "pelican-conversation status"]
    for command in commands:
        done = here.run(*command.split(), cwd=blog.folder)
        (line,) = (done.stdout + done.stderr).strip().splitlines()
        assert (done.returncode, "Two copies of the conversation plugin" in line) == (1, True), line
        assert str(copy) in line
    assert not blog.output.exists()
