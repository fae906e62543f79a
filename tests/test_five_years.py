"""Five years of giving and receiving, built as a real site: every number is that of a reckoning without its code.

And what happens when a service cannot be read for a month: nothing falls, all is said, and nothing is left of it.
"""

from __future__ import annotations

import copy
import csv
import math
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import reckoning
from blog import Blog
from conversation.store import Store
from deeds import IMPORTED, NOW, SITE
from five_years import Story
from ledgers import Outline
from loopback import serve
from tidings import keep, pull, service, write

TOKEN = "of-a-server-on-loopback"  # noqa: S105
SPANS = ("all", "year")
PAGE = "giving-receiving/index.html"


@pytest.fixture(scope="module")
def clock() -> Iterator[pytest.MonkeyPatch]:
    """The moment that pages speak of, and the token where a blogger puts it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVERSATION_WEBMENTION_IO_TOKEN", TOKEN)
        patch.setenv("SOURCE_DATE_EPOCH", str(int(NOW.timestamp())))
        yield patch


@pytest.fixture(scope="module", params=[5, 11])
def told(
    request: pytest.FixtureRequest, clock: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Story, Blog]:
    """A story, and the blog that was built from what services and files tell of it; its page in German is kept."""
    assert clock
    story, folder = Story(request.param), tmp_path_factory.mktemp("five-years")
    with serve(service(story.live, TOKEN)) as server:
        blog = write(story, Blog(folder), server.url)
        with Store.open("sqlite:///conversation.sqlite", folder) as store:
            keep(story, store)
        outcomes = pull(blog, IMPORTED)
        assert not any(one.error or one.problems for one in outcomes.values())
    blog.configure(CONVERSATION_PULL="never", DEFAULT_LANG="de").build()
    (folder / "de.html").write_text(blog.page(PAGE), "utf-8")
    return story, blog.configure(DEFAULT_LANG="en").build()


def near(expected: object) -> object:
    """The same, with numbers that need be equal to a billionth only."""
    if isinstance(expected, dict):
        return {name: near(value) for name, value in expected.items()}
    if isinstance(expected, list):
        return [near(value) for value in expected]
    return pytest.approx(expected, abs=1e-9) if isinstance(expected, float) else expected


def test_the_story_has_something_of_everything(told: tuple[Story, Blog]) -> None:
    """A story in which a case does not occur proves nothing about it."""
    story, _ = told
    for side, least in {"given": 600, "received": 1200, "mine": 60, "note": 120}.items():
        assert len(reckoning.of(story, side)) > least
    found = reckoning.metrics(story, "all")
    assert len(found["bursts"]) >= 2
    assert all(found["mix_counts"].values())
    assert min(found["only_given"], found["both_ways"], found["only_received"], found["unmatched"]) > 0
    assert 0 < found["attributed_received"] < reckoning.side(story, "received", "all")["acts"]
    assert {"radio-club", "stackexchange"} <= set(reckoning.side(story, "given", "all")["by_channel"])
    assert {"quietnet", "twitter", "hackernews"} <= set(reckoning.side(story, "received", "all")["by_channel"])


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("side", ["given", "received"])
def test_the_sums_of_both_sides(told: tuple[Story, Blog], side: str, span: str) -> None:
    """Acts, people, days, and the tables by kind, channel and month are those that are reckoned from what happened."""
    story, blog = told
    assert blog.ledger()[side][span] == reckoning.side(story, side, span)


@pytest.mark.parametrize("span", SPANS)
def test_every_metric_of_the_catalogue(told: tuple[Story, Blog], span: str) -> None:
    """There is no metric in ledger.json that is not reckoned here, and none is anything else."""
    story, blog = told
    assert blog.ledger()["metrics"][span] == near(reckoning.metrics(story, span))


def test_the_numbers_of_every_post(told: tuple[Story, Blog]) -> None:
    """The five numbers, the links given, the first and the last day: in ledger.json, and the five on the page."""
    story, blog = told
    expected = reckoning.posts(story)
    assert {post["url"]: post for post in blog.ledger()["posts"]} == expected
    for url, post in expected.items():
        numbers = blog.counts(url.removeprefix(f"{SITE}/"))
        assert numbers == {name: post[name] for name in numbers}


def test_all_sources_stand_well(told: tuple[Story, Blog]) -> None:
    """What was read is fresh, and tells of as many acts as stand in its file."""
    story, blog = told
    sources = {one["name"]: one for one in blog.ledger()["sources"]}
    assert {one["state"] for one in sources.values()} == {"fresh"}
    assert sources["letters"]["acts"] == len(story.letters)
    assert sources["giving"]["acts"] == len(story.rows)
    private = sum(bool(entry["wm-private"]) for entry in story.live)
    assert sources["webmention.io"]["acts"] == len(story.live) - private


# --- the page -------------------------------------------------------------------------------------------------------


def place(ledger: Any, path: str) -> Any:  # noqa: ANN401 - any value of JSON
    """What stands at a path of ledger.json; of a table, its sum."""
    for step in path.split("."):
        ledger = ledger[int(step)] if isinstance(ledger, list) else ledger[step]
    return sum(ledger.values()) if isinstance(ledger, dict) else ledger


def written(path: str, value: float, language: str) -> str:
    """A figure as the page has to print it, but for words: "1,234", "93 %", "+25 %", "3.4"."""
    name = path.rpartition(".")[2]
    if name in {"posts", "followers"}:
        return f"{'−' if value < 0 else '+' if value else '±'}{abs(round(100 * value))}\N{NO-BREAK SPACE}%"
    if ".mix." in path or name.endswith(("_share", "_rate", "reciprocity")):
        return f"{min(max(round(100 * value), 1), 99) if 0 < value < 1 else round(100 * value)}\N{NO-BREAK SPACE}%"
    text = f"{round(value, 1):,}".removesuffix(".0") if name == "thread_depth" else f"{value:,}"
    return text.translate(str.maketrans(",.", ".,")) if language == "de" else text


def duration(hours: float) -> str:
    """The number in "about 5 hours", "about 3 days"."""
    return str(round(hours) if hours < 35.5 else round(hours / 24))


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_figure_on_the_page_is_that_of_the_json(told: tuple[Story, Blog], language: str) -> None:
    """Wherever a number says which figure it is, it prints that figure, as the language writes numbers."""
    _, blog = told
    page = blog.page(PAGE) if language == "en" else (blog.folder / "de.html").read_text("utf-8")
    ledger, figures = blog.ledger(), Outline(page).figures
    names = {re.sub(r"\d+", "#", path.rpartition(".")[2]) for path, _ in figures}
    assert {"people_given", "response_rate", "response_hours", "thread_depth", "reciprocity", "followers"} <= names
    assert len(figures) > 150
    for path, shown in figures:
        value = place(ledger, path)
        if path.endswith("response_hours"):
            assert re.findall(r"\d+", shown) == [duration(value)], path
        else:
            text = shown.removeprefix("over ").removeprefix("under ").removeprefix("über ").removeprefix("unter ")
            assert text == written(path, value, language), path


def test_the_shares_that_are_made_of_two_numbers(told: tuple[Story, Blog]) -> None:
    """What is told as "12 of 40 (30 %)" is true, whether the percentage has a place in ledger.json or not."""
    story, blog = told
    text = Outline(blog.page(PAGE)).text
    found = re.findall(r"([\d,]+) of ([\d,]+) [^.]*?\((\d+)\s%\)", text)
    assert len(found) == 5  # two of the mix, one of answering, two of coverage
    numbers = [tuple(int(one.replace(",", "")) for one in some) for some in found]
    assert all(share == round(100 * part / whole) for part, whole, share in numbers)
    year, always = (reckoning.metrics(story, span) for span in ("year", "all"))
    forms, whole = year["mix_counts"], sum(year["mix_counts"].values())
    assert [(part, of) for part, of, _ in numbers] == [
        (forms["conversation"] + forms["mention"], whole),
        (forms["own_link"] + forms["statement"], whole),
        (year["answered"], year["answerable"]),
        (always["attributed_given"], reckoning.side(story, "given", "all")["acts"]),
        (always["attributed_received"], reckoning.side(story, "received", "all")["acts"]),
    ]


def test_the_months_of_the_picture(told: tuple[Story, Blog]) -> None:
    """What a sentence says of a month is of that month, and every column has the number of its month beside it."""
    story, blog = told
    page = blog.page(PAGE)
    figure = r"data-figure=.(\w+)\.all\.by_month\.([\d-]+)"
    sentences = re.findall(rf"(\w+ 20\d\d)[^<.]*(?:<strong>)?<span {figure}", page)
    assert sentences
    sums = {side: reckoning.side(story, side, "all")["by_month"] for side in ("given", "received")}
    rows = re.findall(r"<tr><th scope=.row.>(\w+ \d{4})</th>(.*?)</tr>", page, re.DOTALL)
    told_of = [(month, side, name) for month, cells in rows for side, name in re.findall(figure, cells)]
    for month, side, name in [*sentences, *told_of]:
        assert month == f"{date.fromisoformat(f'{name}-01'):%B %Y}"
        assert name in sums[side]
    assert {name for _, _, name in told_of} >= {f"{NOW.year}-0{month}" for month in range(1, NOW.month + 1)}


@pytest.mark.parametrize("side", ["given", "received"])
def test_the_tables_for_spreadsheets_add_up(told: tuple[Story, Blog], side: str) -> None:
    """The rows of given.csv and received.csv make the same sums as the story; held and hidden people are in neither."""
    story, blog = told
    text = blog.page(f"giving-receiving/{side}.csv")
    rows = list(csv.DictReader(text.splitlines()))
    expected = reckoning.side(story, side, "all")
    for name, cut in {"kind": "by_kind", "date": "by_month"}.items():
        sums: Counter[str] = Counter()
        for row in rows:
            sums[row[name][:7] if name == "date" else row[name]] += int(row["number"])
        assert sums == expected[cut]
    named = {deed.who for deed in reckoning.of(story, side) if deed.kind != "bookmark"}  # of these only the number
    assert len({row["person"] for row in rows} - {""}) == len(named - {""})
    for secret in ("elsewhere.example/held", "casino", "mob.village", "/letter", "For you alone"):
        assert secret not in text


# --- a service that cannot be read for a month ----------------------------------------------------------------------


OUTAGE = [NOW - timedelta(days=days) for days in (40, 33, 22, 12)]
BACK = NOW - timedelta(days=5)


def small(folder: Path, story: Story, base_url: str) -> Blog:
    """Six posts of the story, with all that was said of the others told of these."""
    return write(story, Blog(folder), base_url, posts=range(114, 120)).configure(CONVERSATION_PULL="never")


def seen(blog: Blog, at: datetime, clock: pytest.MonkeyPatch) -> dict[str, Any]:
    """The ledger as the blog is pulled and built at a moment."""
    pull(blog, at)
    clock.setenv("SOURCE_DATE_EPOCH", str(int(at.timestamp())))
    ledger = blog.build().ledger()
    clock.setenv("SOURCE_DATE_EPOCH", str(int(NOW.timestamp())))
    return ledger


def figures_of(ledger: dict[str, Any]) -> dict[str, Any]:
    """All but how the sources stand."""
    return {name: value for name, value in ledger.items() if name != "sources"}


def test_a_month_without_a_source(tmp_path: Path, clock: pytest.MonkeyPatch) -> None:
    """While it is down all figures are those of a quiet service; it is marked; then all is as if it had not failed."""
    story = Story(5)
    early = [entry for entry in story.live if datetime.fromisoformat(entry["published"]) <= OUTAGE[0]]
    late = [entry for entry in story.live if datetime.fromisoformat(entry["published"]) <= BACK]
    assert len(early) + 10 < len(late)
    quiet, well = service(early, TOKEN), service(early, TOKEN)
    broken = service(early, TOKEN)
    down: list[bool] = []
    with (
        serve(quiet) as one,
        serve(well) as two,
        serve(lambda request: (503, {}, b"") if down else broken(request)) as three,
    ):
        blogs = [
            small(tmp_path / name, story, server.url)
            for name, server in (("quiet", one), ("well", two), ("broken", three))
        ]
        first = [seen(blog, OUTAGE[0], clock) for blog in blogs]
        assert first[0] == first[1] == first[2]
        down.append(True)
        before = first[2]
        for at in OUTAGE[1:]:
            calm, failed = seen(blogs[0], at, clock), seen(blogs[2], at, clock)
            assert figures_of(failed) == figures_of(calm)
            months = (before["received"]["all"]["by_month"], failed["received"]["all"]["by_month"])
            assert all(months[1].get(month, 0) >= number for month, number in months[0].items())
            assert failed["received"]["all"]["acts"] >= before["received"]["all"]["acts"]
            assert marked(failed) == {"webmention.io": "stale"}
            assert marked(calm) == {}
            page = blogs[2].page(PAGE)
            assert '<li class="giving-stale"><b>webmention.io</b>: could not be read' in page
            note = f"Since {OUTAGE[0]:%-d %B %Y} not everything could be read (webmention.io)"
            assert note in Outline(page).text
            assert "not everything could be read" not in blogs[0].page(PAGE)
            before = failed
        down.clear()
        for server in (well, broken):
            known = {row.number for row in server.rows}
            for row in service(late, TOKEN).rows:
                server.rows += [] if row.number in known else [copy.copy(row)]
        healed, never = (seen(blog, BACK, clock) for blog in (blogs[2], blogs[1]))
        assert healed == never
        assert marked(healed) == {}
        assert healed["received"]["all"]["acts"] > before["received"]["all"]["acts"]
        files = [
            {name: data.replace(server.url.encode(), b"") for name, data in blog.files().items()}
            for blog, server in ((blogs[1], two), (blogs[2], three))
        ]
        assert files[0] == files[1]


def marked(ledger: dict[str, Any]) -> dict[str, str]:
    """The sources that are not fresh."""
    return {one["name"]: one["state"] for one in ledger["sources"] if one["state"] != "fresh"}


def test_no_number_is_no_number(told: tuple[Story, Blog]) -> None:
    """Nothing in ledger.json is infinite or not a number."""

    def walk(value: object) -> Iterator[float]:
        if isinstance(value, dict | list):
            for one in value.values() if isinstance(value, dict) else value:
                yield from walk(one)
        elif isinstance(value, float):
            yield value

    assert all(map(math.isfinite, walk(told[1].ledger())))
