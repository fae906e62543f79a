"""Blogs that have little, or far too much, to show: each builds, divides by nothing, leaves no hole, shames nobody."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blog import ROOT, Blog, mention
from conversation.acts import Act, Direction, Kind, Person
from conversation.sources import Batch
from conversation.store import Store

PAGE = "giving-receiving/index.html"
SITE = "https://e.example"
NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
POSTS = 40
#: What no page may print: numbers that are none, and what a program says to programmers.
BROKEN = re.compile(
    r"\b(?:NaN|nan|inf|Infinity|None|null|undefined|True|False|\w*Error|Traceback)\b|%\(\w+\)s|\{\{|\}\}"
)
#: What no page may say to anybody: praise of the many is shame of the few, and a gift is no debt.
SHAMING = re.compile(
    r"\b(?:ow(?:e|es|ed)|debts?|lazy|poor(?:ly)?|bad(?:ly)?|worse|worst|best|loser|winner|fail(?:ed|ure)?|shame\w*|"
    r"ignor(?:e|es|ed|ing)|neglect\w*|selfish|greedy|stingy|streaks?|scores?|grades?|points|rank(?:s|ing)?|"
    r"you should|should have|must|too (?:few|little)|not enough|disappoint\w*|unfortunately|sorry|only \d|just \d|"
    r"still no|better than|more than others|less than others)\b"
)


def new(blog: Blog) -> None:
    """The first build of a new blog."""
    blog.write("a.md", "Hello, world.", date="2026-05-30")


def gives(blog: Blog) -> None:
    """A blog that gives, and hears nothing back."""
    for number in range(6):
        links = "\n".join(f"[essay](https://p{number}.example/{one})" for one in range(number))
        blog.write(f"post-{number}.md", links, date=f"2026-0{number + 1}-02")
    rows = [
        f"2026-0{n % 5 + 1}-{n + 1:02d},reply,forum,https://f{n}.example/t,https://p{n}.example/,{n * 40},"
        for n in range(20)
    ]
    table = "\n".join(["date,kind,channel,url,person,words,note", *rows])
    (blog.folder / "content" / "giving.csv").write_text(table, "utf-8")


def receives(blog: Blog) -> None:
    """A blog that hears much, and of whose giving nothing is known."""
    for number in range(6):
        blog.write(f"post-{number}.md", date=f"2026-0{number + 1}-02")
    kinds = ["like-of", "in-reply-to", "repost-of", "mention-of"]
    blog.archive([mention(n, kinds[n % 4], f"{SITE}/post-{n % 6}.html") for n in range(60)])


def one_given(blog: Blog) -> None:
    """One link, and that is all."""
    blog.write("a.md", "See [her essay](https://noor.example/essay).", date="2026-05-30")


def one_received(blog: Blog) -> None:
    """One reply, and that is all."""
    blog.write("a.md", date="2026-05-01").archive([mention(1)])


def long_ago(blog: Blog) -> None:
    """A blog that sleeps: whatever happened was more than a year before the newest thing."""
    blog.write("a.md", "See [her essay](https://noor.example/essay).", date="2020-05-30")
    blog.write("b.md", date="2026-05-30")
    old = {"published": "2020-06-02T10:00:00+02:00", "wm-received": "2020-06-02T10:00:00Z"}
    blog.archive([mention(n, **old) for n in range(1, 4)])


def many(blog: Blog) -> None:
    """A hundred thousand acts, most of them given away: no page may break under its own numbers."""
    for number in range(POSTS):
        blog.write(f"post-{number}.md", date=f"20{20 + number // 8}-0{number % 8 + 1}-02")
    fill(blog, 100_000)


BLOGS: list[Callable[[Blog], None]] = [new, gives, receives, one_given, one_received, long_ago, many]


def fill(blog: Blog, number: int) -> None:
    """So many acts in the store, a twentieth of them received: over five years, by a thousand people."""
    with Store.open("sqlite:///conversation.sqlite", blog.folder) as store:
        pull = store.begin("everything", NOW)
        for begin in range(0, number, 5_000):
            store.commit(pull, "everything", Batch(tuple(map(_act, range(begin, begin + 5_000)))), NOW)
        store.end(pull, "everything", NOW, error=None, pulled=NOW)


def _act(number: int) -> Act:
    received = number % 20 == 0
    who = Person(f"P{number % 997}", f"https://p{number % 997}.example/")
    kinds = [Kind.REPLY, Kind.LIKE, Kind.REPOST, Kind.ANSWER] if not received else [Kind.LIKE, Kind.REPLY, Kind.MENTION]
    post = f"{SITE}/post-{number // 20 % POSTS}.html"
    return Act(
        direction=Direction.RECEIVED if received else Direction.GIVEN,
        kind=kinds[number // 7 % len(kinds)],
        source="everything",
        id=str(number),
        url=f"https://p{number % 997}.example/said/{number}" if received else f"https://ada.example/{number}",
        target=post if received else f"https://p{number % 997}.example/page/{number}",
        channel=("mastodon", "web", "forum", "hackernews", "bluesky")[number // 3 % 5],
        author=who if received else Person(),
        to=Person() if received else who,
        published=NOW - timedelta(minutes=26 * number),
        words=number % 300 if not received else None,
    )


@pytest.fixture(scope="module", params=BLOGS, ids=lambda made: made.__name__)
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, Blog]:
    """The name of a blog, its page of giving and receiving, and the blog."""
    blog = Blog(tmp_path_factory.mktemp(request.param.__name__), CONVERSATION_PICTURES=False, CONVERSATION_PULL="never")
    request.param(blog)
    with pytest.MonkeyPatch.context() as clock:
        clock.setenv("SOURCE_DATE_EPOCH", str(int(NOW.timestamp())))
        blog.build()
    return request.param.__name__, blog.page(PAGE), blog


def main(text: str) -> str:
    """The page without the theme's frame."""
    return text[text.index('<div class="giving"') :].partition("<footer")[0]


def words(markup: str) -> str:
    """The text of a piece of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def test_nothing_broken_is_printed(page: tuple[str, str, Blog]) -> None:
    """No page says NaN, None or infinity, neither in words nor in the geometry of a picture; nor does ledger.json."""
    _, text, blog = page
    assert not BROKEN.search(words(main(text)))
    values = re.findall(r'\s(?:x|y|width|height|d|points|viewBox|class|id|data-figure)="([^"]*)"', main(text))
    assert not [value for value in values if re.search(r"\b(?:nan|inf|none)\b|e[+-]\d", value.casefold())]
    json.loads(blog.page("giving-receiving/ledger.json"), parse_constant=pytest.fail)


def test_nobody_is_shamed(page: tuple[str, str, Blog]) -> None:
    """However little there is, no page blames, ranks or compares."""
    told = words(main(page[1])).casefold().replace("nobody is ranked", "")
    assert not SHAMING.findall(told)


def test_no_section_is_empty(page: tuple[str, str, Blog]) -> None:
    """Every heading has something below it; every table a row, every list an item, every picture a description."""
    text = main(page[1])
    sections = re.findall(r"<section\b.*?</section>", text, re.DOTALL)
    assert len(sections) >= 4
    for section in sections:
        rest = re.sub(r"<h[1-6].*?</h[1-6]>", "", section, flags=re.DOTALL)
        assert len(words(rest)) > 20, section
    assert not re.search(r"</h([1-6])>\s*(?:<h\1|</section>)", text)
    for tag, part in {"ul": "<li", "ol": "<li", "tbody": "<tr", "dl": "<dt", "figure": "<svg"}.items():
        assert all(part in inside for inside in re.findall(rf"<{tag}\b.*?</{tag}>", text, re.DOTALL))
    assert text.count('role="img"') == text.count("<desc ")


def test_little_is_told_kindly(page: tuple[str, str, Blog]) -> None:
    """A page begins with an offer, then with what was given; where nothing happened it invites and prints no zeros."""
    name, text, _ = page
    told = words(main(text))
    assert told.startswith("How can I help you?")
    assert told.index("What I gave this year") < told.index("By channel")
    if name in {"new", "one_given", "one_received", "receives", "gives"}:
        figures = told[: told.index("How this is counted")]
        assert not re.search(r"(?<![\d.,:-])0(?![\d.,:-])", figures)
    if name in {"receives", "one_received"}:
        # All posts were read for links: that there is none is known.
        assert "none yet Web" in told
        assert "what I gave on the web" not in told
    if name == "new":
        assert "will stand here" in told
        assert not re.search(r"<(?:table|figure)\b", main(text))


def test_every_page_of_the_site_is_there(page: tuple[str, str, Blog]) -> None:
    """What the page links to beside it exists."""
    _, text, blog = page
    files = re.findall(r'href="([\w.-]+\.(?:json|csv|html))"', main(text))
    assert {"ledger.json", "given.csv", "received.csv", "metrics.html"} <= set(files)
    assert all((blog.output / "giving-receiving" / name).is_file() for name in files)


def test_what_another_plugin_calls_a_generator_does_no_harm(tmp_path: Path) -> None:
    """Plugins such as `search` bring generators that are none of Pelican's, without settings or templates."""
    blog = Blog(tmp_path, PLUGIN_PATHS=[str(ROOT / "plugins"), "own"], PLUGINS=["lister", "conversation"])
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "lister.py").write_text(
        "from pelican import signals\n"
        "class Lister:\n"
        "    def __init__(self, context, settings, path, theme, output_path):\n"
        "        self.context = context\n"
        "    def generate_output(self, writer):\n"
        "        self.context['listed'] = True\n"
        "def register():\n"
        "    signals.get_generators.connect(lambda pelican: Lister, weak=False)\n"
    )
    blog.write("a.md").archive([mention(1, target=f"{SITE}/a.html")])
    done = blog.pelican()
    assert done.returncode == 0, done.stdout + done.stderr
    assert blog.counts("a.html")["comments"] == 1
