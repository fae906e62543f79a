"""docs/metrics.md: every figure is explained, and every worked example there is what the code computes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from blog import Blog
from conversation.acts import Kind
from conversation.languages import ENGLISH
from conversation.ledger import PostFacts, Snapshot
from conversation.ledger.answering import response_hours, response_rate, thread_depth
from conversation.ledger.catalogue import FAMILIES, catalogue
from conversation.ledger.drawn import balance, bursts, concentration, per_post, top_post
from conversation.ledger.entries import Part, Site, Window
from conversation.ledger.formulas import formulas
from conversation.ledger.gifts import long_gifts, words_given
from conversation.ledger.milestones import milestones
from conversation.ledger.mix import Form, messages, mix, reply_share, share
from conversation.ledger.people import first_time, mutual, paid_forward, periods, reciprocity, recurring, sides
from conversation.ledger.scoring import score
from conversation.ledger.tally import tally
from documents import ROOT
from ledgers import BERLIN, FULL, JO, NOOR, NOW, POST, SITE, Outline, ago, gave, got

#: Figures that are told in the beginning of the page: a number of rows, a date.
PLAIN = ("unmatched", "history_start")
KEYS = tuple(key for family in FAMILIES.values() for keys in family for key in keys) + PLAIN
KIM = "https://kim.example"
FORMS = {Form.CONVERSATION: 6, Form.OWN_LINK: 3, Form.STATEMENT: 1} | dict.fromkeys(
    (Form.AMPLIFY, Form.SHARE, Form.MENTION, Form.UNCLASSIFIED), 0
)
NOT_MINE = {"noor": 2, "jo": 1}, {"noor": 1, "kim": 1}
HEARD = {NOOR: (10, 400), KIM: (400,)}


def heard(jo: tuple[int, int]) -> dict[str, set[int]]:
    days = HEARD | {JO: jo}
    return periods([got(person=who, days=ago_) for who, many in days.items() for ago_ in many], NOW)


def said() -> tuple[int, int]:
    one, two = (gave(person=NOOR, url=f"{SITE}/r{n}", target=f"{NOOR}/{n}") for n in (1, 2))
    alone = gave(url=f"{SITE}/r3", target=f"{SITE}/r1", parent=f"{SITE}/r1")
    rest = [gave(Kind.REPOST, person=JO, target=f"{JO}/1"), *(gave(Kind.NOTE, url=f"{SITE}/n{n}") for n in range(3))]
    site = Site((SITE,))
    return reply_share(messages(Part.sort([one, two, alone, *rest], site), site))


def months(*numbers: int) -> dict[str, int]:
    return {f"{2024 + place // 12}-{place % 12 + 1:02}": number for place, number in enumerate(numbers)}


def drew(*numbers: int) -> list[Any]:
    return [got(post=f"{SITE}/{place}", number=number) for place, number in enumerate(numbers)]


def facts(*comments: int) -> list[PostFacts]:
    days = (300, 200, 100, 7)
    return [PostFacts(url=POST, published=ago(day), comments=n) for day, n in zip(days, comments, strict=True)]


def summed() -> object:
    sums = tally([gave(person=NOOR), gave(person=NOOR), gave(Kind.LIKE), gave(person=JO, days=9)], BERLIN)
    return sums.acts, sums.people, sums.days, sums.attributed


def grown() -> object:
    days = Snapshot(date(2024, 1, 1), 800, 3035), Snapshot(date(2025, 1, 1), 1000, 5756)
    (pair,) = milestones(days)
    return pair["posts"], round(pair["followers"], 3), pair["followers_per_1000_posts"]  # type: ignore[call-overload]


#: What a docstring works out by hand: the words in which it says so, and the same by the function.
EXAMPLES: dict[Callable[..., Any], tuple[str, object, object]] = {
    words_given: (
        "= 420.",
        420,
        words_given([gave(words=120), gave(Kind.ANSWER, words=300), gave(words=None), gave(Kind.LIKE)]),
    ),
    long_gifts: (
        "1 guest post, 2 answers, 2 comments.",
        {"guest_posts": 1, "answers": 2, "comments": 2},
        long_gifts(
            [
                gave(Kind.GUEST_POST),
                gave(Kind.ANSWER),
                gave(Kind.ANSWER),
                *(gave(words=number) for number in (149, 150, 400)),
            ]
        ),
    ),
    mix: (
        "0.6 conversation, 0.3 own link, 0.1 statement.",
        {"conversation": 0.6, "own_link": 0.3, "statement": 0.1},
        {form: number for form, number in (mix(FORMS) or {}).items() if number},
    ),
    share: (
        "(3 + 1) / 10 = 0.4, conversation (6 + 0) / 10 = 0.6.",
        (0.4, 0.6),
        (share(FORMS, Form.OWN_LINK, Form.STATEMENT), share(FORMS, Form.CONVERSATION, Form.MENTION)),
    ),
    reply_share: ("2 / (2 + 3) = 0.4.", (2, 5), said()),
    response_rate: ("3 / 4 = 0.75.", 0.75, response_rate([1, 2, 720, None])),
    response_hours: ("the median of 1, 5 and 30 = 5.", 5, response_hours([30, None, 1, 5])),
    thread_depth: ("(2 + 2 + 5) / 3 = 3.", 3, thread_depth([2, 5, 2])),
    reciprocity: ("2 · 1 / (2 + 2) = 0.5.", 0.5, reciprocity({"noor", "jo"}, {"noor", "kim"})),
    sides: (
        "1 only given to, 1 both ways, 1 only received from.",
        (1, 1, 1),
        sides({"noor", "jo"}, {"noor", "kim"}),
    ),
    mutual: ("2 · min(2, 1) / (3 + 2) = 0.4.", 0.4, mutual(*NOT_MINE)),
    paid_forward: ("2 / 4 = 0.5.", 0.5, paid_forward({"noor": 2, "jo": 2}, {"noor": 1})),
    recurring: ("Noor alone, 1.", 1, recurring(heard((10, 800)))),
    first_time: ("Jo alone, 1.", 1, first_time(heard((10, 20)))),
    balance: ("(3 - 2) / (3 + 2) = 0.2.", 0.2, balance(3, 2)),
    top_post: ("which is no post: 4.", 4, top_post([*drew(4, 3), got(post="", number=5)])),
    concentration: (
        "4 / 8 = 0.5. The same with 4 posts: None.",
        (0.5, None),
        (concentration(drew(4, 3, 1), 6), concentration(drew(4, 3, 1), 4)),
    ),
    per_post: (
        "a median of 2 comments.",
        {"comments": 2, "shares": 0, "likes": 0},
        per_post(facts(0, 7, 2, 40), Window.year(NOW)),
    ),
    bursts: ("the last month alone.", ["2025-02"], bursts(months(*[2] * 12, 6, 7))),
    milestones: ("0.25, followers (5,756 - 3,035) / 3,035 = 0.897", (0.25, 0.897, 13605), grown()),
    tally: ("4 acts, 2 people, 2 days, and 3 of the acts", (4, 2, 2, 3), summed()),
    score: ("4 · 3 + 1 · 5 = 17.", 17, score({"reply": 3, "like": 5, "link": 2}, {"reply": 4, "like": 1})),
}


@pytest.mark.parametrize("function", EXAMPLES, ids=lambda function: function.__name__)
def test_an_example_is_what_the_code_computes(function: Callable[..., Any]) -> None:
    """Whoever checks the page with a pencil comes to the number that the site prints."""
    end, by_hand, computed = EXAMPLES[function]
    _, example, told = " ".join((inspect.getdoc(function) or "").split()).partition(" Example: ")
    assert example
    assert end in told
    assert computed == by_hand


def test_every_figure_is_explained() -> None:
    """What stands in ledger.json is in the manual, each once, and nothing else is; each has an example."""
    assert sorted(KEYS) == sorted([*FULL.all.metrics.as_json(), "score"])
    functions = {function for family in FAMILIES.values() for function in family.values()}
    assert functions <= EXAMPLES.keys()
    text = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    assert not [key for key in (*KEYS, *PLAIN) if f"`{key}`" not in text]


def test_no_figure_is_explained_in_words_for_programmers() -> None:
    """The page is for people who write a blog: it does not say what a function takes."""
    text = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    assert "Takes" not in text
    assert ">>>" not in text


def test_the_page_explains_figures_that_there_are() -> None:
    """The small print names figures of ledger.json, each once."""
    keys = [key for formula in formulas(ENGLISH) for key in formula.keys]
    assert len(keys) == len(set(keys))
    assert set(keys) <= set(KEYS)


def test_the_site_explains_its_figures(tmp_path: Path) -> None:
    """Beside the page stands the catalogue of the manual, in English whatever the site speaks, linked both ways."""
    blog = Blog(tmp_path, DEFAULT_LANG="de", CONVERSATION_SOURCES=[]).write("a.md").build()
    page = blog.page("giving-receiving/metrics.html")
    text = Outline(page).text
    assert not [key for key in KEYS if f"<code>{key}</code>" not in page]
    assert '<div class="giving-colophon" lang="en">' in page
    assert text.count("Example.") == catalogue().count("*Example.*") > 20
    assert "2·Σ_j min(g_j, r_j) / (G + R)" in text  # what Markdown could have taken for emphasis
    assert re.search(r'href="[^"]*/giving-receiving/"', page)
    assert '<a href="metrics.html" hreflang="en">' in blog.page("giving-receiving/index.html")
