"""The house's own rules. Each says, where it is broken, what to do."""

from __future__ import annotations

import ast
import fnmatch
import importlib.util
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from invoke import Collection
from jinja2 import Environment, nodes

from conversation.settings import KNOWN
from conversation.sources import registry
from documents import PAGES, TESTED, generated

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = sorted((ROOT / "plugins" / "conversation" / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "plugins" / "conversation" / "static").glob("*.css"))
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def read(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def project_files() -> Iterator[Path]:
    """All files of the project: what .gitignore names is none of them."""
    patterns = [line.rstrip("/") for line in read(".gitignore").splitlines() if line]

    def is_ours(path: Path) -> bool:
        place = f"/{path.relative_to(ROOT)}"
        return path.name != ".git" and not any(
            fnmatch.fnmatch(place if one.startswith("/") else path.name, one) for one in patterns
        )

    folders = [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            if is_ours(path):
                if path.is_dir():
                    folders.append(path)
                else:
                    yield path


FILES = list(project_files())
MANUAL = [
    path for path in FILES if path.suffix == ".md" and path.relative_to(ROOT).parts[0] not in {"content", "tests"}
]
PYTHON = [path for path in FILES if path.suffix == ".py"]
PLUGIN = [path for path in PYTHON if ROOT / "plugins" in path.parents]


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


# --- What exists is documented ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [setting.name for setting in KNOWN])
def test_every_setting_is_in_the_manual(name: str) -> None:
    """A setting that nobody can read about is not there."""
    assert f"\n## {name}\n" in read("docs/settings.md"), "Run `python tests/documents.py`."


def tasks() -> list[str]:
    spec = importlib.util.spec_from_file_location("root_tasks", ROOT / "tasks.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    namespace: Collection = module.namespace
    return sorted(namespace.task_names)


def test_every_task_is_in_the_readme() -> None:
    """Whoever reads the README knows what can be typed, and what is written there can be typed."""
    table = read("README.md").partition("\n## Tasks\n")[2].partition("\n## ")[0]
    named = re.findall(r"`([a-z]+)(?: [A-Z]+)?`", "".join(re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)))
    assert sorted(named) == tasks(), "Bring the table of tasks in README.md up to date."


@pytest.mark.parametrize("name", sorted(registry.BUILT_IN))
def test_every_source_has_a_page_with_its_options_and_is_tested_against_something(name: str) -> None:
    """A source is set up by its page alone: what it takes, what it gives and what it cannot."""
    assert PAGES[name].is_file(), f"Write docs/sources/{name}.md: set-up, options, what it gives, what it cannot."
    text = PAGES[name].read_text("utf-8")
    missing = [option.name for option in registry.service(name).options if f"`{option.name}`" not in text]
    assert not missing, f"docs/sources/{name}.md does not name these options."
    for part in ("## Options", "## Edits and deletions"):
        assert part in text, f"docs/sources/{name}.md lacks the part {part!r}."
    assert TESTED.get(name), "Say in tests/documents.py (TESTED) what this source is tested against."
    assert f"]({name}.md)" in read("docs/sources/README.md")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_template_is_named_in_the_manual_of_themes(path: Path) -> None:
    """A theme can take the place of each part, so each is part of the promise."""
    assert f"| `{path.name}` |" in read("docs/themes.md"), "Add it to the table of parts in docs/themes.md."


def test_every_custom_property_is_in_the_manual_of_themes() -> None:
    """What a style sheet asks for a theme can set."""
    asked = {
        name for sheet in STYLES for name in re.findall(r"var\((--conversation-[a-z-]+)", sheet.read_text("utf-8"))
    }
    missing = sorted(name for name in asked if f"`{name}`" not in read("docs/themes.md"))
    assert not missing, "Add them to the table of colours in docs/themes.md."


@pytest.mark.parametrize("path", MANUAL, ids=shown)
def test_generated_parts_are_up_to_date(path: Path) -> None:
    """What the manual says of the code is what the code says."""
    assert path.read_text("utf-8") == generated(path), "Run `python tests/documents.py`."


# --- Links -----------------------------------------------------------------------------------------------------------


def prose(path: Path) -> str:
    """A page of the manual without its code."""
    text = re.sub(r"^( *)(```|~~~).*?^\1\2$", "", path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`", lambda code: "`" + re.sub(r"[\[\]()<>#]", "", code[0][1:-1]) + "`", text)


def anchors(path: Path) -> set[str]:
    """The fragments of a page's headings, as GitHub and GitLab make them."""
    seen = Counter[str]()
    found = set()
    for heading in re.findall(r"^#{1,6} +(.+?) *#*$", prose(path), re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


@pytest.mark.parametrize("path", MANUAL, ids=shown)
def test_every_link_in_the_manual_leads_somewhere(path: Path) -> None:
    """A reader who follows a link within the project finds the page and the heading."""
    lost = []
    for target in re.findall(r"\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)", prose(path)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, fragment = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        if not there.exists() or (fragment and there.suffix == ".md" and fragment not in anchors(there)):
            lost.append(target)
    assert not lost, f"These links in {shown(path)} lead nowhere."


def test_every_page_of_the_manual_can_be_reached() -> None:
    """No page waits for a reader who happens to know its name."""
    todo, seen = [ROOT / "README.md"], set[Path]()
    while todo:
        page = todo.pop()
        seen.add(page)
        links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+\.md[^)\s]*)\)", prose(page))]
        todo += [there for link in links if (there := (page.parent / link).resolve()) not in seen and there.is_file()]
    lost = sorted(shown(path) for path in MANUAL if path not in seen)
    assert not lost, "Link these pages from docs/README.md."


# --- Code ------------------------------------------------------------------------------------------------------------


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_every_test_says_in_one_sentence_what_it_protects() -> None:
    """Whoever breaks a test reads what would be lost, and not only which value differs."""
    silent = []
    for path in PYTHON:
        for function in functions(path) if path.name.startswith("test_") else ():
            sentence = " ".join((ast.get_docstring(function) or "").split())
            if function.name.startswith("test_") and not re.fullmatch(r"(?:(?![.!?] [A-Z]).)+[.!?]", sentence):
                silent.append(f"{shown(path)}, line {function.lineno}: {function.name}")
    assert not silent, "Give each of these tests a docstring of one sentence."


def caught(node: ast.AST) -> list[ast.expr | None]:
    """What an `except` or a `contextlib.suppress` catches; None for a bare `except`."""
    if isinstance(node, ast.ExceptHandler):
        return list(node.type.elts) if isinstance(node.type, ast.Tuple) else [node.type]
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
        return list(node.args)
    return []


def test_no_code_swallows_what_it_does_not_know() -> None:
    """A mistake in the code is heard of, and not taken for bad input."""
    broad = [
        f"{shown(path)}, line {getattr(node, 'lineno', 0)}"
        for path in PLUGIN
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for kind in caught(node)
        if kind is None or ast.unparse(kind).rpartition(".")[2] in {"Exception", "BaseException"}
    ]
    assert not broad, "Name the exceptions that you expect."


def test_modules_and_functions_can_be_read_at_a_sitting() -> None:
    """No module of the plugin is longer than 350 lines, no function anywhere longer than 60."""
    long = [shown(path) for path in PLUGIN if path.read_text("utf-8").count("\n") > 350]
    long += [
        f"{shown(path)}, line {function.lineno}: {function.name}"
        for path in PYTHON
        for function in functions(path)
        if (function.end_lineno or 0) - function.lineno >= 60
    ]
    assert not long, "Part these where the data changes its form."


def bare_output(node: nodes.Node, *, escaped: bool) -> Iterator[int]:
    """The lines of a template on which something is printed that is not escaped."""
    if isinstance(node, nodes.ScopedEvalContextModifier):
        options = {option.key: option.value.as_const() for option in node.options}
        escaped = options.get("autoescape", escaped)
    if isinstance(node, nodes.Output) and not escaped:
        yield from (part.lineno for part in node.nodes if not isinstance(part, nodes.TemplateData))
    for child in node.iter_child_nodes():
        yield from bare_output(child, escaped=escaped)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_nothing_is_printed_unescaped(path: Path) -> None:
    """Pelican does not escape by itself, and an include or a macro does not inherit it."""
    tree = Environment(autoescape=False).parse(path.read_text("utf-8"))  # noqa: S701 - as Pelican
    lines = sorted(set(bare_output(tree, escaped=False)))
    assert not lines, f"Put these lines of {path.name} between {{% autoescape true %}} and {{% endautoescape %}}."


# --- The distribution ------------------------------------------------------------------------------------------------


def test_the_changelog_keeps_its_form() -> None:
    """People and programs read it as Keep a Changelog describes it."""
    text = read("CHANGELOG.md")
    versions = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert versions[:1] == ["[Unreleased]"], "CHANGELOG.md begins with ## [Unreleased]."
    wrong = [one for one in versions[1:] if not re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", one)]
    assert not wrong, "Write a version as ## [1.2.3] - 2026-11-22."
    known = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= known, f"Sections are {', '.join(sorted(known))}."


def test_the_version_is_a_semantic_one() -> None:
    """What a version promises is what Semantic Versioning says."""
    number = r"(?:0|[1-9]\d*)"
    version = PYPROJECT["project"]["version"]
    assert re.fullmatch(rf"{number}\.{number}\.{number}(?:-[0-9A-Za-z.-]+)?", version), "Write it as 1.2.3."


def test_every_dependency_has_its_reason() -> None:
    """Each package that comes along is there for something that our own code would do worse."""
    listed = [*PYPROJECT["project"]["dependencies"], *PYPROJECT["build-system"]["requires"]]
    for group in (PYPROJECT["project"]["optional-dependencies"], PYPROJECT["dependency-groups"]):
        listed += [one for many in group.values() for one in many if isinstance(one, str)]
    reasons = read("docs/decisions/0002-dependencies.md").lower()
    names = {re.split(r"[\[<>=~!; ]", one)[0].lower() for one in listed}
    missing = sorted(name for name in names if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", reasons))
    assert not missing, "Say in docs/decisions/0002-dependencies.md what these are for, and instead of what."


@pytest.mark.parametrize("path", LOCKS, ids=shown)
def test_lock_files_hold_hashes_and_no_addresses(path: Path) -> None:
    """What is installed is what was tried, from whichever mirror it comes."""
    text = path.read_text("utf-8")
    assert not re.search(r"://|--(?:extra-)?index-url|--find-links", text), "Lock with --no-emit-index-url."
    requirements = re.split(r"^(?=[^\s#])", text, flags=re.MULTILINE)
    pinned = [one for one in requirements if re.match(r"[^\s#]", one)]
    loose = [one.split()[0] for one in pinned if not re.match(r"\S+==\S+", one) or "--hash=sha256:" not in one]
    assert pinned
    assert not loose, "Lock these with --generate-hashes; docs/decisions/0002-dependencies.md has the command."


#: What belongs to the machine on which somebody works; in pieces, so that this file does not hold it.
FORBIDDEN = [
    re.escape("farm-" + "studio"),
    r"(?<![\w.~-])" + "/?sha" + "red/",
    *(r"(?<![\w.~-])/" + name + "/" for name in ("ro" + "ot", "ho" + "me", "wo" + "rk", "Us" + "ers")),
    *(re.escape(name) for name in ("pypi" + ".org", "python" + "hosted.org", "registry." + "npmjs.org")),
]


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_no_file_speaks_of_the_machine_that_it_was_written_on(pattern: str) -> None:
    """A checkout works on every machine, from every mirror, and betrays nobody's folders."""
    found = []
    for path in FILES:
        text = path.read_bytes()
        lines = [] if b"\0" in text[:1000] else text.splitlines()
        found += [f"{shown(path)}, line {n}" for n, line in enumerate(lines, 1) if re.search(pattern.encode(), line)]
    assert not found, "Use a path within the project, tmp_path in tests, and no address of a registry."


def test_the_rules_look_at_the_project_and_at_nothing_else() -> None:
    """A rule that looks at no file, or at other people's, protects nothing."""
    assert {ROOT / name for name in ("README.md", ".ci/run", "tests/test_house.py", "content/giving.csv")} <= {*FILES}
    assert len(PLUGIN) > 50
    assert not [one for one in FILES if {".git", ".venv", "node_modules", "__pycache__"} & set(one.parts)]
