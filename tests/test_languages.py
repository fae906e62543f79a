"""Pages speak the language of what they show, in sentences, plurals, numbers and dates, beside a theme's own words."""

from __future__ import annotations

import gettext
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment
from pelican import Pelican
from pelican.settings import read_settings

from blog import ROOT, SITE, Blog, mention
from catalogues import CATALOGUES, read
from conversation.errors import SettingsError
from conversation.languages import ENGLISH, Languages, speak
from conversation.ledger import view
from conversation.ledger.wording import Piece, phrase
from conversation.threads import Counts, Join
from ledgers import FULL, Outline, gave, got, ledger, rendered
from talk import Skeleton, conversation, said, text_of
from vnu import complaints

SHIPPED = sorted(CATALOGUES[0].paths())


class Theme(gettext.NullTranslations):
    """A theme's own catalogue: it knows one sentence that we do not, and one that we do."""

    KNOWN = {"Elsewhere": "Theme: elsewhere", "Read on, %(name)s": "Theme: %(name)s"}  # noqa: RUF012 - a constant

    def gettext(self, message: str) -> str:  # noqa: D102 - the standard library's
        return self.KNOWN.get(message, message)


def page(source: str, languages: Languages | None = None, **context: object) -> str:
    """What a template says with the functions that the plugin gives it."""
    env = Environment(loader=DictLoader({"page": source}))  # noqa: S701 - as Pelican
    speak(env, languages or Languages())
    return env.get_template("page").render(context)


def lang(tag: str) -> SimpleNamespace:
    """An article in a language."""
    return SimpleNamespace(lang=tag)


# --- Which language --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "site", "language"),
    [
        ("de", "en", "de"),
        ("de-AT", "en", "de"),
        ("fr_CA", "en", "fr"),
        ("ES", "en", "es"),
        ("en-GB", "de", "en"),
        ("tlh", "de", "de"),
        ("tlh", "de-CH", "de"),
        ("", "fr", "fr"),
        ("", "tlh", "en"),
        ("../de", "x/../../es", "en"),
    ],
)
def test_the_language_of_a_page(wanted: str, site: str, language: str) -> None:
    """A page speaks its own language where we have it, else the site's, else English, and says which."""
    said = page("{{ conversation_language() }}", Languages(site), article=lang(wanted))
    assert said == language


def test_pages_count_like_articles() -> None:
    """Pelican's pages have a language, too; a page of lists has that of the site, a card in it that of its post."""
    source = "{{ conversation_language() }}{% for article in cards %} {% include 'card' %}{% endfor %}"
    env = Environment(loader=DictLoader({"page": source, "card": "{{ conversation_language() }}"}))  # noqa: S701
    speak(env, Languages("es"))
    assert env.get_template("page").render(page=lang("fr")) == "fr"
    assert env.get_template("page").render(cards=[lang("de"), lang("fr")]) == "es de fr"


def po(folder: Path, language: str, text: str, header: str = "") -> Path:
    """Writes a catalogue as a blogger or a theme's author does."""
    path = folder / language / "LC_MESSAGES" / "conversation.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    header = f"Content-Type: text/plain; charset=utf-8\\n{header}"
    path.write_text(f'msgid ""\nmsgstr "{header}"\n\n{text}\n', "utf-8", "surrogateescape")
    return path


def test_a_site_adds_a_language_and_changes_a_sentence(tmp_path: Path) -> None:
    """One's own catalogue wins sentence by sentence, over the theme's, over ours; new languages need nothing else."""
    site, theme = tmp_path / "site", tmp_path / "theme"
    po(site, "de", 'msgid "Elsewhere"\nmsgstr "Drüben"')
    po(theme, "de", 'msgid "Elsewhere"\nmsgstr "Im Theme"\n\nmsgid "Posts"\nmsgstr "Texte"')
    po(site, "pt_BR", 'msgid "Elsewhere"\nmsgstr "Alhures"')
    languages = Languages("en", [site, theme])
    source = '{{ gettext("Elsewhere") }}/{{ gettext("Posts") }}/{{ gettext("The conversation") }}'
    assert page(source, languages, article=lang("de")) == "Drüben/Texte/Das Gespräch"
    source = '{{ conversation_language() }} {{ gettext("Elsewhere") }} {{ gettext("The conversation") }}'
    assert page(source, languages, article=lang("pt-br")) == "pt-BR Alhures The conversation"


def test_a_language_of_ones_own_has_its_own_plurals(tmp_path: Path) -> None:
    """How many forms there are, and which number takes which, is what Unicode knows of the language."""
    reply = 'msgid "%(num)s reply"\nmsgid_plural "%(num)s replies"\n'
    po(tmp_path, "ja", f'{reply}msgstr[0] "返信 %(num)s 件"')
    po(tmp_path, "pl", f'{reply}msgstr[0] "a"\nmsgstr[1] "b"\nmsgstr[2] "c"')
    languages = Languages("en", [tmp_path])
    source = '{{ ngettext("%(num)s reply", "%(num)s replies", n) }}'
    told = [
        "".join(page(source, languages, article=lang(tag), n=n) for n in numbers)
        for tag, numbers in (("ja", [1, 2]), ("pl", [1, 2, 5, 22]))
    ]
    assert told == ["返信 1 件返信 2 件", "abcb"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('msgid "a %(name)s"\nmsgstr "b %(nam)s"', "line 4"),
        ("msgid nonsense", "no catalogue"),
        ('msgid "a"\nmsgstr "\udcff"', "no catalogue"),
    ],
)
def test_a_broken_catalogue_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    """A slip in a site's own translation is told with its file and what is wrong, before any page is rendered."""
    path = po(tmp_path, "de", text)
    with pytest.raises(SettingsError, match=complaint) as told:
        Languages("en", [tmp_path]).check()
    assert str(path) in str(told.value)


# --- What templates say ----------------------------------------------------------------------------------------------


def test_values_are_escaped_and_sentences_are_not() -> None:
    """Names that strangers chose stay words in every language; HTML that a template made stays HTML."""
    source = (
        "{% autoescape true %}{% set bold %}<b>{{ name }}</b>{% endset %}"
        '{{ gettext("%(title)s at %(host)s", title=bold, host=name) }}{% endautoescape %}'
    )
    assert page(source, article=lang("de"), name="<i>%(x)s") == "<b>&lt;i&gt;%(x)s</b> auf &lt;i&gt;%(x)s"
    assert page(source, article=lang("en"), name="&") == "<b>&amp;</b> at &amp;"


def test_trans_blocks_speak_the_same_language() -> None:
    """Jinja's `trans` is another way to write the same."""
    source = (
        "{% trans %}Elsewhere{% endtrans %} {% trans title=1, host=2 %}{{ title }} at {{ host }}{% endtrans %} 100%"
        "{% trans num=n %}{{ num }} reply{% pluralize %}{{ num }} replies{% endtrans %}"
    )
    assert page(source, article=lang("de"), n=2) == "Anderswo 1 auf 2 100%2 Antworten"


@pytest.mark.parametrize("newstyle", [True, False])
@pytest.mark.parametrize("first", ["theme", "plugin", "both"])
def test_a_themes_own_translations_go_on_working(first: str, *, newstyle: bool) -> None:
    """Whoever comes first, our sentences are ours in a language that we have, and all others are the theme's."""
    names = '"Read on, %(name)s", name="Noor"' if newstyle else '"Read on, %(name)s") % ({"name": "Noor"}'
    source = f'{{{{ gettext("Elsewhere") }}}}|{{{{ gettext({names}) }}}}|{{{{ gettext("Unknown, 100%%") }}}}'
    env = Environment(loader=DictLoader({"page": source}), extensions=["jinja2.ext.i18n"])  # noqa: S701 - as Pelican

    def theme() -> None:
        env.install_gettext_translations(Theme(), newstyle=newstyle)  # type: ignore[attr-defined]

    if first != "plugin":
        theme()
    speak(env, Languages())
    if first != "theme":
        theme()
        speak(env, Languages())
    speak(env, Languages())
    told = env.get_template("page").render(article=lang("de"))
    assert told.startswith("Anderswo|Theme: Noor|Unknown, 100%")
    assert env.get_template("page").render(article=lang("en")).startswith("Theme: elsewhere|Theme: Noor|")


def test_a_theme_without_translations_may_call_what_it_likes() -> None:
    """A sentence that nobody translates stands in English, filled where its values came along."""
    assert page('{{ _("Hello %(name)s", name="Noor") }} {{ _("Hello %(name)s") % {"name": "Jo"} }}') == (
        "Hello Noor Hello Jo"
    )
    assert page('{{ ngettext("%(num)s tea", "%(num)s teas", 2) }}', Languages("de")) == "2 teas"


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["0 replies", "1 reply", "2 replies", "1,000 replies"]),
        ("de", ["0 Antworten", "1 Antwort", "2 Antworten", "1.000 Antworten"]),
        ("fr", ["0 réponse", "1 réponse", "2 réponses", "1\u202f000 réponses"]),
        ("es", ["0 respuestas", "1 respuesta", "2 respuestas", "1.000 respuestas"]),
    ],
)
def test_plurals(language: str, told: list[str]) -> None:
    """Each language has its own idea of how many are one, and of how a thousand is written."""
    source = '{{ ngettext("%(num)s reply", "%(num)s replies", n) }}'
    assert [page(source, article=lang(language), n=n) for n in (0, 1, 2, 1000)] == told


@pytest.mark.parametrize(
    ("language", "day", "moment", "percent", "names"),
    [
        ("en", "3 May 2026", "3 May 2026 at 09:05", "93\xa0%", "a, b and c"),
        ("de", "3. Mai 2026", "3. Mai 2026 um 09:05 Uhr", "93\xa0%", "a, b und c"),
        ("fr", "3 mai 2026", "3 mai 2026 à 09:05", "93\xa0%", "a, b et c"),
        ("es", "3 de mayo de 2026", "3 de mayo de 2026 a las 09:05", "93\xa0%", "a, b y c"),
    ],
)
def test_days_shares_and_lists(language: str, day: str, moment: str, percent: str, names: str) -> None:
    """Dates, times, shares and lists are as people write them, whatever the locale of the machine."""
    words = Languages().choose(language)
    at = datetime(2026, 5, 3, 7, 5, tzinfo=UTC)
    assert (
        words.date(at) == words.date(date(2026, 5, 3)) == page("{{ at|conversation_date }}", Languages(language), at=at)
    )
    assert words.date(at) == day
    assert words.moment(at, ZoneInfo("Europe/Berlin")) == moment
    assert words.percent(93) == percent
    assert words.growth(1234567) == f"+{words.number(1234567)}{percent[2:]}"
    assert words.listing(["a", "b", "c"]) == names
    assert [words.listing(some) for some in ([], ["a"])] == ["", "a"]
    assert page("{{ 1234567|conversation_number }}", Languages(language)) == words.number(1234567)


def test_a_language_that_unicode_does_not_know_has_english_dates(tmp_path: Path) -> None:
    """A catalogue for any language will do; what Unicode cannot tell of it is told as in English."""
    po(tmp_path, "tlh", 'msgid "Elsewhere"\nmsgstr "latlh Daq"')
    words = Languages("tlh", [tmp_path]).choose()
    assert (words.language, words.gettext("Elsewhere")) == ("tlh", "latlh Daq")
    assert (words.date(date(2026, 5, 3)), words.number(1234), words.listing(["a", "b"])) == (
        "3 May 2026",
        "1,234",
        "a and b",
    )


def test_english_pages_do_without_babel() -> None:
    """A blog in English does not pay for the other languages of the world."""
    code = (
        "import sys; from conversation.languages import *; words = Languages('en').choose('en-GB');"
        "words.ngettext('%(num)s reply', '%(num)s replies', 2, x=1); words.listing(['a']); words.number(5);"
        "print('babel' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "plugins", check=True, capture_output=True, text=True
    )
    assert done.stdout == "False\n"


def test_places_and_the_nameless_are_told_in_the_language() -> None:
    """What Python makes for a page, and no template, is said in the language of the page, too."""
    talk = conversation(
        counts=Counts(comments=3, likes=1),
        comments=(
            said("Somebody", place="the fediverse"),
            said(place="", url="https://a.example/"),
            said(place="b.example"),
        ),
        likes=(said("Somebody", kind="like"),),
        join=(Join("on Mastodon", "https://social.example/1", "Mastodon"), Join("by mail", "mailto:ada@b.example")),
    )
    told = text_of(talk, article=lang("de"))
    for words in (
        "Jemand",
        "im Fediverse",
        "im Web",
        "auf b.example",
        "auf Mastodon",
        "by mail",
        "1 Person gefällt das",
    ):
        assert words in told
    assert "Somebody" not in told
    assert "Somebody" in text_of(talk, article=lang("en"))


# --- Sentences made of pieces ----------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from(["%(a)s", "%(b)s", "%%", "x ", "ü", "(a)"]), max_size=8).map("".join))
def test_pieces_stand_where_the_sentence_wants_them(sentence: str) -> None:
    """A sentence of pieces reads as the same sentence of strings does, and figures keep their place in ledger.json."""
    pieces = phrase(sentence, a=Piece("1,234", "given.all.acts"), b=[Piece("B"), Piece("C", strong=True)])
    assert "".join(piece.text for piece in pieces) == sentence % {"a": "1,234", "b": "BC"}
    assert [piece.text for piece in pieces if piece.figure] == ["1,234"] * sentence.count("%(a)s")


@pytest.mark.parametrize("language", SHIPPED)
def test_the_ledger_has_the_same_figures_in_every_language(language: str) -> None:
    """Figures do not depend on the language: the same places of ledger.json, as many times."""
    words = Languages(language).choose()
    for told in (FULL, ledger(), ledger(gave()), ledger(got(), got())):
        english, other = (Outline(rendered(view(told, one), article=lang(one.language))) for one in (ENGLISH, words))
        assert sorted(path for path, _ in other.figures) == sorted(path for path, _ in english.figures)
        assert {re.sub(r"\D", "", text) for _, text in other.figures} == {
            re.sub(r"\D", "", text) for _, text in english.figures
        }


# --- No English on a page in another language ------------------------------------------------------------------------


ACTS = [
    mention(1, content={"text": "Words of person 1.", "html": f"<p>{'Words of person 1. ' * 90}</p>"}),
    mention(2, summary="Words of person 2."),
    *(mention(number, "like-of") for number in range(10, 23)),
    *(mention(number, "repost-of") for number in range(30, 33)),
    mention(40, "bookmark-of"),
    *(mention(number, "mention-of", name="Words of person 50.") for number in range(50, 53)),
    mention(60, rsvp="yes"),
    mention(61, target=f"{SITE}/shut.html"),
    mention(62, url="", author={"type": "card", "name": "", "photo": "", "url": ""})
    | {"wm-source": "https://brid.gy/comment/mastodon/@a@b/1/62"},
]
#: What is not ours to translate: names, addresses and words of others, names of sources, settings and files.
FOREIGN = re.compile(
    r"Words of person \d+\.|Words\.|Person \d+|\b[PBG]+\b|P\d+|[\w.-]+\.example\S*|https?://\S*|brid\.gy|Mastodon"
    r"|Title of \w+|A blog|Ada|misc|Europe/Berlin|X, LinkedIn, Facebook"
    r"|webmentions?|posts|giving|archive|\w+\.(?:json|csv|html)"
)


class Body(Skeleton):
    """A page's text and its readable attributes, without the words that others wrote."""

    def __init__(self, built: str) -> None:
        body = built[built.index("<body") :]
        super().__init__(
            re.sub(r'<(div|span) class="conversation-(?:words|preview).*?</\1>', "", body, flags=re.DOTALL)
        )
        shown = [
            value or "" for _, attrs in self.tags for name, value in attrs.items() if name in {"title", "aria-label"}
        ]
        self.text = " ".join([self.text, *shown])


def in_brackets(site: Path) -> None:
    """Writes a catalogue for Japanese, whose dates have no Latin letters, that says every sentence ⟦in brackets⟧."""
    for place in CATALOGUES:
        catalogue = read(place.paths()["de"], "de")
        lines = []
        for message in catalogue:
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            texts = [f"⟦{one}⟧".replace("\\", "\\\\").replace('"', '\\"') for one in ids]
            names = [one.replace("\\", "\\\\").replace('"', '\\"') for one in ids]
            if len(ids) > 1:
                lines.append(f'msgid "{names[0]}"\nmsgid_plural "{names[1]}"\nmsgstr[0] "{texts[1]}"\n')
            elif ids[0]:
                lines.append(f'msgid "{names[0]}"\nmsgstr "{texts[0]}"\n')
        path = site if place is CATALOGUES[0] else site.parent / "theme" / "translations"
        header = "Plural-Forms: nplurals=1; plural=0;\\n"
        po(path, "ja", "\n".join(lines), header)


@pytest.fixture(scope="module")
def bracketed(tmp_path_factory: pytest.TempPathFactory) -> Blog:
    """A lively blog in a language that has every sentence in brackets."""
    folder = tmp_path_factory.mktemp("blog")
    shutil.copytree(ROOT / "themes" / "commons", folder / "theme")
    in_brackets(folder / "translations")
    blog = Blog(
        folder,
        DEFAULT_LANG="ja",
        THEME="theme",
        DEFAULT_DATE_FORMAT="%Y-%m-%d",
        CONVERSATION_WEBMENTION="https://wm.example/",
    )
    blog.write(
        "a.md",
        "[Words of person 1.](https://p1.example/) " * 3,
        tags="1, 2",
        modified="2026-05-04",
        reply_to="https://p1.example/2",
        syndication="https://mastodon.social/@ada/109876543210987654",
    )
    blog.write("shut.md", comments="closed").write("quiet.md").archive(ACTS)
    return blog.build()


@pytest.mark.parametrize(
    "path",
    ["a.html", "shut.html", "quiet.html", "index.html", "giving-receiving/index.html", "tags.html", "archives.html"],
)
def test_every_word_of_a_page_can_be_translated(bracketed: Blog, path: str) -> None:
    """With every sentence in brackets nothing but other people's words is left outside of them."""
    text = Body(bracketed.page(path)).text
    assert text.count("⟦") > 5
    while "⟦" in text:
        text = re.sub(r"⟦[^⟦⟧]*⟧", " ", text)
    left = re.findall(r"[A-Za-z][A-Za-z ]+", FOREIGN.sub(" ", text))
    assert left == [], "Put these words into gettext() or words.gettext()."


#: The blogger's own words happen to hold some of ours.
WRITTEN = "".join(path.read_text("utf-8") for path in (ROOT / "content").rglob("*.md"))


@pytest.mark.server
def test_pages_in_another_language_are_valid(bracketed: Blog) -> None:
    """Whatever a sentence says, and wherever it puts its values, the page is HTML as it should be."""
    found = [one for one in complaints(bracketed.output) if "appears to be written in" not in one[1]]
    assert found == []


def english(language: str) -> Iterator[str]:
    """Pieces of English sentences that a page in the language has no reason to show."""
    for place in CATALOGUES:
        for message in read(place.paths()[language], language):
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            for piece in (piece.strip() for one in ids for piece in re.split(r"%\(\w+\)s", one)):
                said_too = piece in WRITTEN or any(piece in one for one in strings)
                if piece.count(" ") > 1 and not said_too:
                    yield piece


@pytest.mark.parametrize("language", SHIPPED)
def test_the_sample_blog_speaks(language: str, sample: Path, tmp_path: Path) -> None:
    """The sample blog with one setting changed has its conversation and its ledger in that language, and valid HTML."""
    override = {"DEFAULT_LANG": language, "OUTPUT_PATH": str(tmp_path)}
    Pelican(read_settings(str(sample / "pelicanconf.py"), override=override)).run()
    pages = [tmp_path / name for name in ("a-link-is-a-gift.html", "giving-receiving/index.html", "index.html")]
    for path in pages:
        text = Body(path.read_text("utf-8")).text
        assert [piece for piece in english(language) if piece in text] == [], path.name
    assert f'<div class="giving" lang="{language}">' in pages[1].read_text("utf-8")
    assert re.search(rf'<aside class="conversation"[^>]* lang="{language}"', pages[0].read_text("utf-8"))


def test_a_translated_post_has_a_conversation_in_its_language(sample: Path) -> None:
    """The sample blog is in English, and one of its posts also in German: so is what stands around it."""
    (german,) = (path for path in (sample / "output").rglob("*-de.html"))
    built = german.read_text("utf-8")
    assert re.search(r'<aside class="conversation"[^>]* lang="de"', built)
    assert "Das Gespräch" in built
    text = Body(built).text
    assert [piece for piece in english("de") if piece in text] == []


def test_the_sample_theme_speaks_english_without_the_plugin(tmp_path: Path) -> None:
    """A theme that is copied and used alone has its words all the same, escaped and in their plural."""
    theme = str(ROOT / "themes" / "commons")
    blog = Blog(tmp_path, THEME=theme, PLUGINS=[], SITENAME="Tea & <b>bread</b>", DEFAULT_DATE_FORMAT="%Y-%m-%d")
    blog.write("a.md", tags="rye", modified="2026-05-04").write("b.md", tags="rye").build()
    assert "Skip to the text" in blog.page("a.html")
    assert re.search(r"Last changed on <time [^>]*>2026-05-04</time>\.", blog.page("a.html"))
    assert "Tea &amp; bread, by Ada. Everybody is welcome to answer." in blog.page("index.html")
    assert "2 posts" in blog.page("tags.html")
