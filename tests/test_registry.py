"""The registry of services: our own by a table, other people's by entry points."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conversation.errors import SettingsError
from conversation.sources import Service, registry
from loopback import answer_json, serve

HERE = Path(__file__).parent
EXAMPLE = HERE / "example_source"
PLUGINS = HERE.parent / "plugins"
Install = Callable[..., Path]


def lay_out(folder: Path, name: str, entries: dict[str, str], **modules: str) -> Path:
    """A distribution as pip leaves it in `folder`: modules beside a .dist-info with entry points."""
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", "utf-8")
    points = "".join(f"{key} = {value}\n" for key, value in entries.items())
    (info / "entry_points.txt").write_text(f"[{registry.GROUP}]\n{points}", "utf-8")
    for module, code in modules.items():
        (folder / f"{module}.py").write_text(code, "utf-8")
    return folder


def lay_out_example(folder: Path) -> Path:
    """The example distribution, laid out without pip."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text("utf-8"))["project"]
    code = (EXAMPLE / "pelican_guestbook.py").read_text("utf-8")
    return lay_out(folder, project["name"], project["entry-points"][registry.GROUP], pelican_guestbook=code)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Installs a distribution for the length of one test."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield lambda *args, **modules: lay_out(tmp_path, *args, **modules)
    for name in set(sys.modules) - before:
        if name.startswith("third_party"):
            del sys.modules[name]


def run(code: str, *path: Path) -> str:
    """What a fresh Python prints that finds modules in `path` first."""
    env = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, path)), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], env=env, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def as_installed(folder: Path) -> Path:
    """A folder from which our package is imported as `pelican.plugins.conversation`, as if pip had put it there."""
    shutil.copytree(
        PLUGINS / "conversation",
        folder / "pelican" / "plugins" / "conversation",
        ignore=shutil.ignore_patterns("__pycache__", "templates", "static"),
    )
    return folder


GOOD = """
from conversation.sources import Service
SERVICE = Service(name="guestbook", pull=lambda source, ask, client: iter(()), summary="An example.")
"""


@pytest.mark.parametrize("name", sorted(registry.BUILT_IN))
def test_every_service_of_the_table_is_there_and_bears_its_name(name: str) -> None:
    """The table must not name a module that is missing or that calls itself otherwise."""
    found = registry.service(name)
    assert isinstance(found, Service)
    assert found.name == name
    assert name in registry.names()


def test_only_the_module_that_is_asked_for_is_imported() -> None:
    """A blog with one feed must not wait for the import of every other service."""
    code = (
        "import sys; from conversation.sources import registry; registry.names(); "
        "before = 'conversation.sources.feed' in sys.modules; registry.service('feed'); "
        "print(before, 'conversation.sources.feed' in sys.modules, 'conversation.sources.webmention_io' in sys.modules)"
    )
    assert run(code, PLUGINS) == "False True False"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("webmentions.io", "webmention.io"), ("Feed", "feed"), ("feeds", "feed"), ("archiv", "archive")],
)
def test_a_slip_of_the_pen_is_answered_with_the_nearest_name(wrong: str, right: str) -> None:
    """An unknown source is an error that says which one was meant."""
    with pytest.raises(SettingsError, match=f'Did you mean "{right}"'):
        registry.service(wrong)


def test_a_name_like_no_other_is_answered_with_all_names() -> None:
    """Where nothing is near, the message lists what there is."""
    with pytest.raises(SettingsError, match=r"archive, bluesky, .*webmention\.io, wordpress"):
        registry.service("zzzzzzzz")


def test_a_copy_of_the_plugin_that_lacks_a_module_says_so(tmp_path: Path) -> None:
    """A half copied folder is no traceback; and the error is about our module, not about one that it imports."""
    folder = as_installed(tmp_path)
    (folder / "pelican" / "plugins" / "conversation" / "sources" / "feed.py").unlink()
    kind, message = json.loads(
        run(ASK.format(package="pelican.plugins.conversation").replace("guestbook", "feed"), folder)
    )
    assert kind == "SettingsError"
    assert "lacks its module 'pelican.plugins.conversation.sources.feed'" in message


def test_a_service_of_somebody_else_is_found_by_its_entry_point(install: Install) -> None:
    """Third parties add services by installing a distribution, without a change in ours."""
    install("third-party", {"guestbook": "third_party_good:SERVICE"}, third_party_good=GOOD)
    assert "guestbook" in registry.names()
    assert "third_party_good" not in sys.modules
    assert registry.service("guestbook").summary == "An example."


def test_nobody_takes_the_name_of_a_service_of_ours(install: Install) -> None:
    """A distribution that brings "feed" must not replace ours in silence: the error says who does it."""
    install("third-party", {"feed": "third_party_feed:SERVICE"}, third_party_feed=GOOD)
    with pytest.raises(SettingsError, match=r"third-party 1\.0 .*'feed'"):
        registry.service("feed")
    with pytest.raises(SettingsError, match=r"third-party 1\.0"):
        registry.names()


def test_two_distributions_cannot_bring_the_same_service(install: Install) -> None:
    """Which of two wins must not hang on the order of a folder: both are named instead."""
    install("third-party-a", {"guestbook": "third_party_a:SERVICE"}, third_party_a=GOOD)
    install("third-party-b", {"guestbook": "third_party_b:SERVICE"}, third_party_b=GOOD)
    with pytest.raises(SettingsError, match=r"third-party-[ab] 1\.0 and third-party-[ab] 1\.0"):
        registry.service("guestbook")


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("import not_there_at_all", "not_there_at_all"),
        ("SERVICE =", "invalid syntax"),
        ("pass", "SERVICE"),
        ("SERVICE = 1", "is no Service"),
        (GOOD.replace('"guestbook"', '"visitors"'), "calls itself 'visitors'"),
    ],
)
def test_a_broken_service_of_somebody_else_names_its_distribution(install: Install, code: str, complaint: str) -> None:
    """A blogger who reads the error knows what to uninstall or whom to ask."""
    install("third-party", {"guestbook": "third_party_bad:SERVICE"}, third_party_bad=code)
    with pytest.raises(SettingsError, match=r"third-party 1\.0") as caught:
        registry.service("guestbook")
    assert complaint in str(caught.value)


ASK = """
import json
from {package}.sources import registry
try:
    print(json.dumps(registry.service("guestbook").summary))
except Exception as error:
    print(json.dumps([type(error).__name__, str(error)]))
"""


PULL = """
import datetime, json, sys
from pelican.plugins.conversation.http import Client
from pelican.plugins.conversation.sources import Ask, Source, registry
ask = Ask((), {}, False, datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC))
with Client() as client:
    source = Source("guestbook", "visitors", base_url=BASE)
    (batch,) = registry.service("guestbook").pull(source, ask, client)
print(json.dumps([[act.target, act.text, act.author.name] for act in batch.acts] + [str(p) for p in batch.problems]))
"""


def test_the_example_fetches_and_parses(tmp_path: Path) -> None:
    """The code that people copy works against a real server, broken entries included."""
    page = "https://kindnesses.example/tea.html"
    entries = [{"id": 7, "page": page, "name": "Bea", "said": "Thank you!", "when": "2026-05-02T10:00:00+00:00"}, {}, 3]
    with serve(lambda request: answer_json(entries if request.path == "/entries.json" else [])) as server:
        code = PULL.replace("BASE", repr(server.url))
        told = json.loads(run(code, as_installed(tmp_path / "a"), lay_out_example(tmp_path / "b")))
    assert told[0] == [page, "Thank you!", "Bea"]
    assert [line.split(":")[0] for line in told[1:]] == ["visitors, entry 1", "visitors, entry 2"]


def test_the_example_works_with_the_installed_plugin(tmp_path: Path) -> None:
    """The package that docs/sources/writing-one.md shows is found and loaded as it stands."""
    told = run(
        ASK.format(package="pelican.plugins.conversation"),
        as_installed(tmp_path / "a"),
        lay_out_example(tmp_path / "b"),
    )
    assert json.loads(told) == "Replies from a guestbook."


def test_the_example_with_the_plugin_from_a_folder_says_what_to_do(tmp_path: Path) -> None:
    """Sources of others import the installed plugin; where only the folder is there, the error says so."""
    kind, message = json.loads(run(ASK.format(package="conversation"), PLUGINS, lay_out_example(tmp_path)))
    assert kind == "SettingsError"
    assert "pelican-guestbook 1.0" in message
    assert "pip install pelican-conversation" in message


def test_a_second_copy_of_the_plugin_never_comes_in_silently(tmp_path: Path) -> None:
    """With the folder in use and another copy installed, the error names both copies and the way out."""
    path = (PLUGINS, as_installed(tmp_path / "a"), lay_out_example(tmp_path / "b"))
    kind, message = json.loads(run(ASK.format(package="conversation"), *path))
    assert kind == "SettingsError"
    assert "another copy of this plugin" in message
    assert str(tmp_path / "a" / "pelican" / "plugins" / "conversation") in message
    assert str(PLUGINS / "conversation") in message


@pytest.mark.install
def test_the_example_is_installed_by_pip(tmp_path: Path) -> None:
    """The example's own pyproject.toml makes a wheel with the module and the entry point in it."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-index",
        "--no-deps",
    ]
    source = shutil.copytree(EXAMPLE, tmp_path / "source")
    subprocess.run([*command, "--no-build-isolation", "--target", tmp_path / "b", source], check=True, timeout=300)
    told = run(ASK.format(package="pelican.plugins.conversation"), as_installed(tmp_path / "a"), tmp_path / "b")
    assert json.loads(told) == "Replies from a guestbook."
