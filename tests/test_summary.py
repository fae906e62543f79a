"""What was given this year, elsewhere than on its own page: a partial, year.json, a score where it is wanted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from blog import Blog, mention
from conversation.acts import Kind
from conversation.languages import Languages
from conversation.ledger import Ledger, view
from conversation.summary import Summary
from ledgers import FULL, NOOR, NOW, POST, SITE, Outline, gave, got, ledger, rendered
from talk import environment

#: In order of effort.
WEIGHTS = [("a reply", "4.5"), ("a like", "1")]
PARTIAL = """{% if giving is defined %}{% include "conversation/summary.html" %}{% endif %}"""


def summary(told: Ledger, language: str = "en") -> Summary:
    return Summary(told, Languages(language), f"{SITE}/giving-receiving/")


def partial(told: Ledger, **context: object) -> str:
    fields = {"SITEURL": "..", "CONVERSATION_LEDGER_URL": "giving/", "CONVERSATION_LEDGER_SAVE_AS": "giving/index.html"}
    return environment().from_string(PARTIAL).render(giving=summary(told), **{**fields, **context})


def test_three_sentences_as_on_the_page() -> None:
    """The home page says what the page of giving and receiving says, and leads there."""
    html = partial(FULL)
    text = Outline(html).text
    for sentence in summary(FULL).sentences:
        assert sentence in text
        assert sentence in Outline(rendered(view(FULL))).text
    assert html.count("<li>") == len(summary(FULL).sentences) == 3
    assert '<a href="../giving/">' in html


def test_nothing_where_nothing_was_given() -> None:
    """A new blog's home page gets no empty heading, and a site without the page no link to it."""
    assert partial(ledger()).strip() == ""
    assert "<a" not in partial(FULL, CONVERSATION_LEDGER_SAVE_AS="")


def test_it_speaks_the_language_of_its_page() -> None:
    """On a German post of an English blog the same three sentences are German."""

    class Article:
        lang = "de"

    german = Outline(partial(FULL, article=Article())).text
    assert "Personen" in german or "Menschen" in german
    assert summary(FULL, "de").sentences != summary(FULL).sentences


def test_year_json() -> None:
    """Its keys are a promise to programs: the sentences, the days that they are about, and the figures in them."""
    told = ledger(
        gave(person=NOOR, words=200, days=3),
        gave(Kind.LINK, person=NOOR, target=f"{NOOR}/1", post=POST, days=500),
        got(person="https://jo.example", days=4),
        got(Kind.LIKE, number=4, days=5),
    )
    assert json.loads(summary(told).as_json()) == {
        "version": 1,
        "site": SITE,
        "page": f"{SITE}/giving-receiving/",
        "language": "en",
        "from": "2025-11-22",
        "to": "2026-11-22",
        "sentences": [*summary(told).sentences, "5 acts came back"],
        "given": {"acts": 1, "people": 1, "days": 1, "words": 200},
        "received": {"acts": 5, "people": 1, "days": 2},
    }


def test_year_json_of_a_new_blog() -> None:
    """Without any act it is there all the same, without a sentence."""
    told = json.loads(summary(ledger()).as_json())
    assert told["sentences"] == []
    assert told["given"] == {"acts": 0, "people": 0, "days": 0, "words": 0}
    assert told["to"] == NOW.date().isoformat()


def test_a_score_only_where_it_is_switched_on() -> None:
    """Nothing is weighed unless the blogger says how; then the weights stand beside it."""
    rows = [*(gave(days=day) for day in (1, 2, 3)), *(gave(Kind.LIKE) for _ in range(5)), got(Kind.LINK)]
    plain = ledger(*rows)
    assert "score" not in plain.as_json()["metrics"]["all"]  # type: ignore[index]
    assert "A score" not in Outline(rendered(view(plain))).text
    told = replace(plain, weights={"like": 1, "reply": 4.5})
    for window in ("all", "year"):
        assert told.as_json()["metrics"][window]["score"] == {"given": 18.5, "received": 0}  # type: ignore[index]
    html = rendered(view(told))
    page = Outline(html)
    assert {("metrics.year.score.given", "18.5"), ("metrics.year.score.received", "0")} <= set(page.figures)
    weights = [html.index(f'<th scope="row">{kind}</th><td>{weight}</td>') for kind, weight in WEIGHTS]
    assert weights == sorted(weights)
    assert "Nothing is weighed: a like is one act" not in page.text


@pytest.mark.parametrize("weights", [{"reply": 4}, {}])
def test_a_site_with_and_without_a_score(tmp_path: Path, weights: dict[str, int]) -> None:
    """The setting reaches ledger.json; year.json stands beside it, and the partial works in a real theme."""
    blog = Blog(tmp_path, CONVERSATION_WEIGHTS=weights, THEME_TEMPLATES_OVERRIDES=[str(tmp_path / "templates")])
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "index.html").write_text(PARTIAL, encoding="utf-8")
    blog.write("a.md", "Thanks to [Noor](https://noor.example/1).", date="2026-05-02").archive([mention(1)]).build()
    assert blog.ledger()["metrics"]["all"].get("score") == ({"given": 0, "received": 4} if weights else None)
    year = json.loads(blog.page("giving-receiving/year.json"))
    assert year["received"]["acts"] == 1
    assert year["page"] == "https://e.example/giving-receiving/"
    assert year["sentences"][0] in Outline(blog.page("index.html")).text
