"""Every word that readers see can be translated, and is: what the templates say, and the catalogues that ship."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from jinja2 import Environment, nodes

from catalogues import CATALOGUES, ROOT, read, said

SHIPPED = CATALOGUES[0]
PLACEHOLDER = re.compile(r"%\(\w+\)s")
TEMPLATES = sorted(
    path for place in CATALOGUES for source in place.sources for path in source.rglob("*.html") if path.is_file()
)
#: What is the same in every language: names of files and of things.
NAMES = {"given.csv", "ledger.json", "metrics.html", "received.csv", "https://"}


def sentences(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def forms(message: Message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Its English forms and its translated ones."""
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    return tuple(map(str, ids)), tuple(map(str, strings))


EVERY = [
    pytest.param(path, language, said(place.sources), id=str(path.relative_to(ROOT)))
    for place in CATALOGUES
    for language, path in place.paths().items()
]


def test_german_french_and_spanish_ship() -> None:
    """The three languages that are promised are there."""
    assert {"de", "es", "fr"} <= set(SHIPPED.paths())


@pytest.mark.parametrize(("path", "language", "told"), EVERY)
def test_a_catalogue_is_complete(path: Path, language: str, told: Catalog) -> None:
    """Every sentence of templates and Python is translated in every language, and nothing else is kept."""
    catalogue = read(path, language)
    here, there = ({str(message.id) for message in sentences(one)} for one in (catalogue, told))
    assert here == there, "Run `python tests/catalogues.py`, then translate what is new."
    untold = [message.id for message in sentences(catalogue) if message.fuzzy or not all(forms(message)[1])]
    assert not untold, f"Translate these in {path.name}."


@pytest.mark.parametrize(("path", "language", "told"), EVERY)
def test_a_translation_fits_its_sentence(path: Path, language: str, told: Catalog) -> None:
    """It has as many forms as its language, the same placeholders, no HTML, and no space where there was none."""
    catalogue = read(path, language)
    for message in sentences(catalogue):
        english, translated = forms(message)
        assert len(translated) == (catalogue.num_plurals if len(english) > 1 else 1), english
        for text in filter(None, translated):
            assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(english[-1])), text
            assert not re.search(r"[<>&]", text), text
            assert text.strip() == text, text
    assert not list(catalogue.check())


@pytest.mark.parametrize(
    "message", sentences(said(source for place in CATALOGUES for source in place.sources)), ids=str
)
def test_a_sentence_can_be_translated(message: Message) -> None:
    """It is a phrase with named placeholders: no HTML, no sign that a placeholder is not, no space at its ends."""
    for text in forms(message)[0]:
        assert "%" not in PLACEHOLDER.sub("", text), "A placeholder is %(name)s."
        assert not re.search(r"[<>&]", text), "Give HTML as the value of a placeholder."
        assert text.strip() == text
        assert re.search(r"[^\W\d_]", PLACEHOLDER.sub("", text)) or text == "%(gifts)s %(where)s"


# --- Templates -------------------------------------------------------------------------------------------------------


class Seen(HTMLParser):
    r"""The texts and the readable attributes of a template, in which `\0N\0` stands for its expression N."""

    READ = frozenset({"alt", "aria-label", "aria-description", "placeholder", "summary", "title"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: D102 - the parser's
        self.texts += [value or "" for name, value in attrs if name in self.READ]
        if tag == "meta" and dict(attrs).get("name") == "description":
            self.texts.append(dict(attrs).get("content") or "")

    def handle_data(self, data: str) -> None:  # noqa: D102 - likewise
        self.texts.append(data)


def outputs(node: nodes.Node) -> Iterator[nodes.Expr]:
    """All that a template prints, in its order, but for the blocks whose content is the name of a class."""
    if isinstance(node, nodes.Output):
        yield from node.nodes
    elif not (isinstance(node, nodes.Block) and node.name.endswith("_class")):
        for child in node.iter_child_nodes():
            yield from outputs(child)


def printed(node: nodes.Node) -> Iterator[str]:
    """The strings that an expression may print as they stand."""
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, nodes.CondExpr):
        yield from printed(node.expr1)
        yield from (text for text in (printed(node.expr2) if node.expr2 else ()))
    elif isinstance(node, nodes.Or | nodes.And):
        yield from (text for side in (node.left, node.right) for text in printed(side))
    elif isinstance(node, nodes.Concat):
        yield from (text for part in node.nodes for text in printed(part))
    elif isinstance(node, nodes.Filter) and node.node and node.name in {"default", "safe", "e", "escape", "striptags"}:
        yield from (text for part in (node.node, *node.args) for text in printed(part))


def kept(node: nodes.Node) -> Iterator[str]:
    """The strings in lists, tuples and tables that a template makes to go through or to choose from."""
    for holder in (*node.find_all(nodes.Assign), *node.find_all(nodes.For)):
        made = holder.node if isinstance(holder, nodes.Assign) else holder.iter
        if isinstance(made, nodes.List | nodes.Tuple | nodes.Dict):
            values = (pair.value for pair in made.items) if isinstance(made, nodes.Dict) else made.items
            flat = [part for value in values for part in (value.items if isinstance(value, nodes.Tuple) else [value])]
            yield from (text for part in flat for text in printed(part) if " " in text or re.match(r"[A-Z]", text))


def bare(template: str) -> list[str]:
    """The words of a template that no translator gets to see."""
    tree = Environment(autoescape=True, extensions=["jinja2.ext.i18n"]).parse(template)
    expressions = list(outputs(tree))
    page = "".join(
        one.data if isinstance(one, nodes.TemplateData) else f"\0{place}\0" for place, one in enumerate(expressions)
    )
    texts = Seen(page).texts
    words = [re.sub(r"\0\d+\0", "", text) for text in texts]
    words += [text for place in re.findall(r"\0(\d+)\0", "".join(texts)) for text in printed(expressions[int(place)])]
    words += kept(tree)
    return [word.strip() for word in words if re.search(r"[^\W\d_]", word) and word.strip() not in NAMES]


@pytest.mark.parametrize(
    "path",
    # That one offers each language in its own words.
    [path for path in TEMPLATES if path.name != "_translations.html"],
    ids=lambda path: path.name,
)
def test_a_template_says_nothing_by_itself(path: Path) -> None:
    """Words stand in gettext() and ngettext(), or a reader of another language meets English."""
    assert bare(path.read_text("utf-8")) == [], "Put these words into gettext() or ngettext()."


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ('<p class="Hello" id="a{{ b }}c">{{ gettext("Hello") }} · 12</p>', []),
        ('<a title="Say {{ name }}">{{ name }}</a>', ["Say"]),
        ('{{ "more" if a else gettext("less") }}', ["more"]),
        ('<p class="{{ "more" if a }}">{{ a or "nobody" }}</p>', ["nobody"]),
        ('{% for a, b in [("u-like", "liked this")] %}{{ b }}{% endfor %}', ["liked this"]),
        ('{% set a = {"x": "Somebody"} %}{{ a.x }}', ["Somebody"]),
        ('{% if a %}<b class="x">{% else %}<b>{% endif %}{{ ngettext("a reply", "replies", 2) }}</b>', []),
        ("{% trans %}Hello{% endtrans %}", []),
    ],
)
def test_words_in_a_template_are_found(template: str, found: list[str]) -> None:
    """The rule above sees words wherever a template can have them, and only words."""
    assert bare(template) == found
