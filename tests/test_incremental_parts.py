"""The parts of incremental builds: templates, memory, files of the site, work shared by processes, versions."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import blinker
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment

from blog import ROOT
from incremental.fingerprint import changed, fingerprint, reading_part, unknown_settings
from incremental.forking import can_fork, share
from incremental.listeners import others
from incremental.memory import Copied, Memory, Written
from incremental.outputs import clear_way, remove_others, remove_stale, signature
from incremental.settings import KNOWN
from incremental.templates import Closure, Templates
from incremental.traces import Trace


def environment(**sources: str) -> Environment:
    return Environment(loader=DictLoader(sources), autoescape=True)


def about(
    made: Environment, name: str = "page", known: dict[str, Closure] | None = None
) -> tuple[bytes, tuple[str, ...]]:
    return Templates(known or {}).digest(made.get_template(name))


# --- Templates -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["base", "card", "macros"])
def test_a_page_depends_on_every_template_that_it_is_made_of(part: str) -> None:
    """What is extended, included and imported counts; a template that it does not use does not."""
    sources = {
        "page": "{% extends 'base' %}{% from 'macros' import m %}{% include 'card' %}",
        "base": "1",
        "card": "2",
        "macros": "{% macro m() %}{% endmacro %}",
        "other": "4",
    }
    before = about(environment(**sources))[0]
    assert about(environment(**{**sources, "other": "changed"}))[0] == before
    assert about(environment(**{**sources, part: sources[part] + "{# changed #}"}))[0] != before


def test_a_template_that_comes_to_be_there_counts() -> None:
    """`include ... ignore missing` begins to include something on the day that the theme has it."""
    page = "{% include 'extra' ignore missing %}"
    assert about(environment(page=page))[0] != about(environment(page=page, extra="x"))[0]


def test_what_is_known_of_templates_is_used_only_while_they_are_the_same() -> None:
    """Templates are parsed once; one that changed is parsed again, with what it includes by now."""
    first = Templates({})
    first.digest(environment(page="{% include 'a' %}", a="A", b="B").get_template("page"))
    changed_page = environment(page="{% include 'b' %}", a="A", b="B")
    assert about(changed_page, known=first.closures) == about(changed_page)
    again = environment(page="{% include 'a' %}", a="A", b="other")
    assert about(again, known=first.closures) == about(again)


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("{% include name %}", "names another template by a variable"),
        ("{{ [1, 2]|random }}", "the filter random"),
        ("{{ x|attr('title') }}", "the filter attr"),
        ("{{ x|own }}", "the filter own"),
        ("{{ x|map('own')|list }}", "the filter own"),
        ("{{ x|map(y)|list }}", "the filter (named by a variable)"),
        ("{{ x|selectattr('a', 'mine')|list }}", "the test mine"),
        ("{% if x is mine %}{% endif %}", "the test mine"),
    ],
)
def test_what_nobody_can_vouch_for_is_named(page: str, reason: str) -> None:
    """Filters and tests of unknown code, and templates named by variables, make a page rendered each time."""
    made = environment(page=page)
    made.filters["own"], made.tests["mine"] = (lambda value: value), bool
    made.tests["mine"] = lambda value: bool(value)  # noqa: PLW0108 - a function of unknown code
    assert any(reason in one for one in about(made)[1])


def test_filters_and_tests_of_jinja_and_pelican_are_vouched_for() -> None:
    """The templates of ordinary themes are not rendered each time."""
    page = "{{ x|upper|sort(attribute='a')|map('lower')|list }}{% if x is odd and x is defined %}{% endif %}"
    assert about(environment(page=page))[1] == ()


def test_a_filter_declared_pure_is_vouched_for() -> None:
    """The protocol for other plugins' functions holds for filters."""

    def shout(words: str) -> str:
        return words.upper()

    shout.incremental_pure = True  # type: ignore[attr-defined]
    made = environment(page="{{ x|shout }}")
    made.filters["shout"] = shout
    assert about(made)[1] == ()


def test_what_stands_for_templates_names_them() -> None:
    """A plugin's stand-in for a template is as good as the templates that it renders; an unknown one is none."""
    made = environment(a="A", b="B")
    stand_in = SimpleNamespace(incremental_templates=[made.get_template("a"), made.get_template("b")])
    digest, reasons = Templates({}).digest(stand_in)
    assert reasons == ()
    changed_part = environment(a="A", b="other")
    other = SimpleNamespace(incremental_templates=[changed_part.get_template("a"), changed_part.get_template("b")])
    assert Templates({}).digest(other)[0] != digest
    assert Templates({}).digest(SimpleNamespace())[1] != ()


# --- What is remembered ----------------------------------------------------------------------------------------------

TRACE = Trace(
    b"t",
    (("SITENAME", b"1"),),
    (("article", b"2"),),
    (("Article:a.md", b"3", ("title",), b"4"),),
    ((("articles",), ("from", None, 5, None), b"5"),),
    ("always",),
)


def memory() -> Memory:
    pages = {"/out/a.html": Written((1, 2, 3, 4), TRACE), "/out/feed.xml": Written((1, 2, 3, 5), b"key")}
    copied = {"/out/x.png": Copied("/in/x.png", (1, 1, 1, 1), None)}
    return Memory({"setting A": b"1"}, pages, copied, {"page": Closure((("page", b"1"),), ("|upper",), ())})


def test_memory_is_as_it_was_left(tmp_path: Path) -> None:
    """The next build knows all that the last one knew, slices of lists and all."""
    memory().save(tmp_path / "deep" / "pages")
    assert Memory.load(tmp_path / "deep" / "pages") == memory()
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["pages"]


def test_no_memory_is_an_empty_one(tmp_path: Path) -> None:
    """The first build begins with nothing."""
    assert Memory.load(tmp_path / "pages") == Memory()


@given(st.data())
def test_a_damaged_memory_is_an_empty_one(data: st.DataObject) -> None:
    """Whatever a full disk or a killed process left of the file, the build begins anew and does not crash."""
    path = Path(f"/tmp/incremental-{os.getpid()}")  # noqa: S108 - removed below
    memory().save(path)
    whole = path.read_bytes()
    cut = data.draw(st.integers(0, len(whole) - 1))
    harmed = data.draw(
        st.sampled_from([whole[:cut], whole[:cut] + bytes([whole[cut] ^ 1]) + whole[cut + 1 :], b"", b"junk"])
    )
    path.write_bytes(harmed)
    assert Memory.load(path) == Memory()
    path.unlink()


# --- Files of the site -----------------------------------------------------------------------------------------------


def test_stale_files_go_and_empty_folders_with_them(tmp_path: Path) -> None:
    """What is left of a post that is gone is its neighbours; nothing outside of the site is touched."""
    for name in ("site/a/b/gone.html", "site/a/kept.html", "outside.html"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    asked = [str(tmp_path / name) for name in ("site/a/b/gone.html", "site/never.html", "outside.html")]
    assert remove_stale(asked, str(tmp_path / "site")) == [str(tmp_path / "site/a/b/gone.html")]
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")}
    assert left == {"site", "site/a", "site/a/kept.html", "outside.html"}


def test_emptying_keeps_what_is_good_and_what_is_retained(tmp_path: Path) -> None:
    """As DELETE_OUTPUT_DIRECTORY: a link is removed and what it leads to is not."""
    for name in ("out/kept/a.html", "out/kept/strange", "out/strange/x", "out/.git/config", "elsewhere/x"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "out" / "link").symlink_to(tmp_path / "elsewhere")
    remove_others(str(tmp_path / "out"), [str(tmp_path / "out/kept/a.html")], [".git"])
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"out/kept/a.html", "out/.git/config", "elsewhere/x"}
    assert not (tmp_path / "out" / "link").exists()


def test_former_pages_make_way_and_nothing_else_does(tmp_path: Path) -> None:
    """A page a/index.html comes where the page a was, and the other way round; a reader's own files are left."""
    (tmp_path / "a").write_text("former")
    clear_way(str(tmp_path / "a" / "index.html"), {str(tmp_path / "a")})
    assert (tmp_path / "a").is_dir()
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "index.html").write_text("former")
    clear_way(str(tmp_path / "b"), {str(tmp_path / "b" / "index.html")})
    assert not (tmp_path / "b").exists()
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "own").write_text("a reader's")
    clear_way(str(tmp_path / "c"), set())
    assert (tmp_path / "c" / "own").exists()


def test_a_file_written_again_has_another_signature(tmp_path: Path) -> None:
    """Same size, same time, other bytes: noticed all the same."""
    path = tmp_path / "a"
    path.write_text("one")
    before, times = signature(str(path)), path.stat()
    path.write_text("two")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert signature(str(path)) != before
    assert signature(str(tmp_path / "none")) is None


# --- Several processes -----------------------------------------------------------------------------------------------

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform cannot fork")


@needs_fork
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("processes", [1, 2, 4])
def test_every_task_is_done_once(processes: int) -> None:
    """Nothing is left out and nothing done twice, however many share the work."""

    def work(numbers: Iterator[int]) -> list[int]:
        return [number * number for number in numbers]

    parts = share(100, processes, work)
    assert sorted(one for part in parts for one in part.result) == [number * number for number in range(100)]
    assert sorted(one for part in parts for one in part.done) == list(range(100))


@needs_fork
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_what_a_child_could_not_do_is_left_to_do() -> None:
    """A child that dies takes its tasks with it: they are in nobody's list, and the parent can do them."""
    parent = os.getpid()

    def work(numbers: Iterator[int]) -> str:
        for _ in numbers:
            if os.getpid() != parent:
                os._exit(3)
        return "done"

    mine, *others = share(50, 3, work)
    assert mine.result == "done"
    assert len({number for part in (mine, *others) for number in part.done}) >= 48


@needs_fork
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_what_children_log_is_logged_here(caplog: pytest.LogCaptureFixture) -> None:
    """A warning about a page reaches the reader of the log, whichever process rendered it."""

    def work(numbers: Iterator[int]) -> None:
        for number in numbers:
            logging.getLogger("pelican.some").warning("About page %s", number)

    share(20, 2, work)
    assert {record.getMessage() for record in caplog.records} == {f"About page {number}" for number in range(20)}


@needs_fork
@pytest.mark.usefixtures("own_threads")
def test_no_fork_beside_other_threads() -> None:
    """A fork in the middle of another thread's work could leave a lock closed for ever."""
    assert can_fork()
    ready = threading.Event()
    thread = threading.Thread(target=ready.wait)
    thread.start()
    assert not can_fork()
    ready.set()
    thread.join()
    assert can_fork()


@needs_fork
@pytest.mark.usefixtures("own_threads")
def test_the_thread_of_the_progress_line_is_no_hindrance() -> None:
    """Pelican's own command runs inside a line that rich keeps moving."""
    ready = threading.Event()
    thread = type("Refresh", (threading.Thread,), {"__module__": "rich.live"})(target=ready.wait)
    thread.start()
    assert can_fork()
    ready.set()
    thread.join()


@needs_fork
def test_where_no_process_can_be_had_the_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine at its limit builds slowly, but it builds."""

    def refuse() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refuse)
    assert share(3, 4, list) == [([0, 1, 2], [0, 1, 2])]


@needs_fork
def test_what_goes_wrong_here_is_heard_of_and_leaves_no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error in the build ends it at once: nobody waits for children, and none writes on behind its back."""
    parent, begun, fork = os.getpid(), list[int](), os.fork

    def noted() -> int:
        begun.extend([child] if (child := fork()) else [])
        return child

    def work(_: Iterator[int]) -> None:
        if os.getpid() != parent:
            signal.pause()
        raise LookupError

    monkeypatch.setattr(os, "fork", noted)
    with pytest.raises(LookupError):
        share(3, 3, work)
    assert len(begun) == 2
    for child in begun:
        with pytest.raises(ChildProcessError):
            os.waitpid(child, 0)


def test_every_setting_is_in_the_manual() -> None:
    """A setting that nobody can read of is none."""
    manual = (ROOT / "docs" / "incremental.md").read_text("utf-8")
    assert [name for name in KNOWN if f"| `{name}` |" not in manual] == []


# --- What everything depends on --------------------------------------------------------------------------------------


def pelican(**settings: object) -> SimpleNamespace:
    return SimpleNamespace(settings=settings, plugins=[])


def function_of_settings() -> None:
    """Stands for a function in somebody's settings."""


def test_a_changed_setting_is_named() -> None:
    """`--verbose` can say which setting made everything be rendered."""
    before, now = fingerprint(pelican(SITENAME="A", X=[1])), fingerprint(pelican(SITENAME="B", X=[1]))
    assert changed(before, now) == ["setting SITENAME"]


def test_settings_of_how_pelican_works_do_not_count() -> None:
    """Another cache folder or port makes no page different."""
    assert changed(fingerprint(pelican(CACHE_PATH="a", PORT=1)), fingerprint(pelican(CACHE_PATH="b", PORT=2))) == []


def test_what_is_read_from_files_does_not_depend_on_what_only_templates_show() -> None:
    """A new menu renders every page and parses no article."""
    before, now = (
        fingerprint(pelican(MENUITEMS=[], TIMEZONE="UTC")),
        fingerprint(pelican(MENUITEMS=[1], TIMEZONE="UTC")),
    )
    assert reading_part(before) == reading_part(now)
    assert reading_part(before) != reading_part(fingerprint(pelican(MENUITEMS=[], TIMEZONE="Europe/Berlin")))


def test_what_a_plugin_says_of_its_functions_renders_everything_and_parses_nothing() -> None:
    """The first `refresh` of a large blog has every page rendered, and need not read ten thousand articles for that."""
    said = ["a"]

    def told(_: object) -> str:
        return said[0]

    with blinker.signal("incremental_fingerprint").connected_to(told):
        before = fingerprint(pelican())
        said[0] = "b"
        now = fingerprint(pelican())
    assert changed(before, now) == [f"what {__name__} says"]
    assert reading_part(before) == reading_part(now)


def test_functions_in_settings_are_told_by_their_file_and_objects_are_named() -> None:
    """A function in the configuration prevents nothing; what cannot be told is named, and prevents reuse."""
    found = fingerprint(pelican(FILTERS={"x": function_of_settings}, THING=iter([1])))
    assert unknown_settings(found) == ["THING holds list_iterator"]
    assert changed(found, fingerprint(pelican(FILTERS={"x": os.path.join}, THING=iter([1])))) == ["setting FILTERS"]


def test_objects_in_settings_are_told_by_class_and_state() -> None:
    """Plugins put extensions of Markdown into the settings as objects: set up otherwise, they are another setting."""
    one, same, other = (SimpleNamespace(config={"auto": auto}) for auto in (True, True, False))
    assert changed(fingerprint(pelican(EXT=[one])), fingerprint(pelican(EXT=[same]))) == []
    assert changed(fingerprint(pelican(EXT=[one])), fingerprint(pelican(EXT=[other]))) == ["setting EXT"]
    loop = SimpleNamespace()
    loop.itself = loop
    assert unknown_settings(fingerprint(pelican(EXT=loop))) == ["EXT holds something that holds itself"]


def test_a_plugins_code_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin that was edited or updated may make other pages of the same articles."""
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "toy_plugin").mkdir()
    (tmp_path / "toy_plugin" / "__init__.py").write_text("")
    (tmp_path / "toy_plugin" / "part.html").write_text("a")
    monkeypatch.delitem(sys.modules, "toy_plugin", raising=False)
    import toy_plugin  # type: ignore[import-not-found]  # noqa: PLC0415 - made a moment ago

    with_plugin = SimpleNamespace(settings={}, plugins=[toy_plugin])
    before = fingerprint(with_plugin)
    (tmp_path / "toy_plugin" / "part.html").write_text("b")
    assert changed(before, fingerprint(with_plugin)) == ["plugin toy_plugin"]


def test_listeners_are_named_but_for_those_that_are_known() -> None:
    """Whoever else listens to a signal would miss what is skipped."""
    from blinker import Signal  # noqa: PLC0415 - only here

    signal = Signal()
    signal.connect(test_listeners_are_named_but_for_those_that_are_known)
    assert others(signal) == [__name__]
    assert others(signal, known=[__name__]) == []
