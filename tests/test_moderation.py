"""What readers may see: the narrowest rule decides, in every spelling, and a wrong file says where it is wrong."""

from __future__ import annotations

import random
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from conversation.acts import Act, Kind, Person
from conversation.errors import SettingsError
from conversation.moderation import Moderation, Verdict
from conversation.moderation.words import fold, said
from conversation.sources.hypertext import text as shown_text
from making import act

steady = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])

ROOT = Path(__file__).parents[1]
OPEN = Verdict(shown=True)
BOB = Person(name="Bob", url="https://social.example/@bob", handle="@bob@social.example")


def rules(tmp_path: Path, text: str) -> Moderation:
    """The rules of a file with this text."""
    file = tmp_path / "moderation.toml"
    file.write_text(text, "utf-8")
    return Moderation.load(file)


def wrong(tmp_path: Path, text: str) -> str:
    """What is said about a file with this text."""
    with pytest.raises(SettingsError) as caught:
        rules(tmp_path, text)
    return str(caught.value)


def toml(table: str, **lists: list[str]) -> str:
    """A table as the file spells it."""
    return "\n".join([f"[{table}]", *(f"{field} = {entries!r}" for field, entries in lists.items()), ""])


def by_bob(**more: Any) -> Act:  # noqa: ANN401 - any field of Act
    """A reply of Bob's on his own server."""
    return act(1, **{"author": BOB, "url": "https://social.example/@bob/114801234567890123", **more})


@pytest.mark.parametrize("text", ["", "# nothing\n", 'moderation = "open"\n[hide]\nwords = []\n[show]\n', "\ufeff"])
def test_an_empty_file_and_a_missing_one_show_everything(text: str, tmp_path: Path) -> None:
    """A blog without rules shows all that it received."""
    missing = Moderation.load(tmp_path / "missing.toml")
    for moderation in (missing, rules(tmp_path, text)):
        assert moderation.verdict(by_bob(text="casino")) == OPEN
        assert moderation.verdict(act(2, author=Person(), url="")) == OPEN


def test_the_files_that_we_show_can_be_read(tmp_path: Path) -> None:
    """The sample blog's own file and the one in the manual do what they say."""
    sample = Moderation.load(ROOT / "content/moderation.toml")
    assert not sample.verdict(act(1, url="https://cheap-lamps.example/slug-2/")).shown
    manual = (ROOT / "docs/moderation.md").read_text("utf-8")
    moderation = rules(tmp_path, re.findall(r"```toml\n(.*?)```", manual, re.DOTALL)[0])
    assert moderation.verdict(by_bob()).rule.startswith("show acts")
    assert moderation.verdict(by_bob(url="https://social.example/@bob/2")).rule == 'hide authors "@bob@social.example"'
    assert moderation.verdict(act(900123, id="900123")).rule == 'hide acts "webmention.io:900123"'
    assert "moderation.toml, line 4: " + wrong(tmp_path, "[hide]\ndomain = []").partition(": ")[2] in manual


LADDER = [
    ("show", "acts", "https://social.example/@bob/114801234567890123"),
    ("hide", "acts", "http://SOCIAL.example:80/@bob/11480123456789012%33"),
    ("show", "authors", "@bob@social.example"),
    ("hide", "authors", "https://social.example/@bob/"),
    ("show", "domains", "social.example"),
    ("hide", "domains", "www.Social.example"),
    ("show", "words", "kind"),
    ("hide", "words", "casino"),
]


@pytest.mark.parametrize("step", range(len(LADDER)))
def test_the_narrowest_rule_decides(step: int, tmp_path: Path) -> None:
    """Act before author before domain before word; of two that are equally narrow, show wins."""
    tables: dict[str, dict[str, list[str]]] = {}
    for side, field, entry in LADDER[step:]:
        tables.setdefault(side, {})[field] = [entry]
    text = 'moderation = "hold"\n' + "".join(toml(side, **lists) for side, lists in tables.items())
    side, field, entry = LADDER[step]
    verdict = rules(tmp_path, text).verdict(by_bob(text="A kind casino"))
    assert verdict == Verdict(side == "show", f'{side} {field} "{entry}"')
    assert not verdict.held


@pytest.mark.parametrize(
    ("entry", "said_by"),
    [
        ("@bob@social.example", Person(url="https://social.example/@bob")),
        ("bob@Social.Example", Person(url="http://social.example/users/bob/")),
        ("https://social.example/@bob", Person(handle="@bob@social.example")),
        ("@bob.example", Person(url="https://bsky.app/profile/bob.example")),
        ("https://x.com/bob", Person(url="https://mobile.twitter.com/bob")),
        ("https://social.example/@bob", Person(url="https://bsky.brid.gy/r/https:/social.example/@bob")),
    ],
)
def test_an_author_is_found_by_profile_and_handle(entry: str, said_by: Person, tmp_path: Path) -> None:
    """Whoever is hidden stays hidden however a source names them; a namesake elsewhere is somebody else."""
    moderation = rules(tmp_path, toml("hide", authors=[entry]))
    assert moderation.verdict(act(1, author=said_by)) == Verdict(shown=False, rule=f'hide authors "{entry}"')
    assert moderation.verdict(act(1, author=Person(name="bob", handle="bob", url="https://o.example/@bob"))) == OPEN


@pytest.mark.parametrize(
    ("entry", "hidden"),
    [
        ("spam.example", {"url": "http://www.Spam.example:8080/1"}),
        ("www.spam.example", {"url": "https://a.b.spam.example"}),
        ("*.spam.example", {"author": Person(url="https://spam.example/me")}),
        ("https://spam.example/", {"author": Person(handle="@eve@spam.example")}),
        ("BÜCHER.example", {"url": "https://xn--bcher-kva.example/1"}),
        ("xn--bcher-kva.example", {"url": "https://bücher.example/1"}),
        ("spam.example", {"url": "https://fed.brid.gy/r/https://spam.example/1"}),
        (
            "spam.example",
            {"url": "https://brid.gy/like/mastodon/@ada@s.example/1/2", "author": Person(url="https://spam.example")},
        ),
        ("[::1]", {"url": "http://[::1]:8000/1"}),
    ],
)
def test_a_domain_is_found_in_all_spellings(entry: str, hidden: dict[str, Any], tmp_path: Path) -> None:
    """A hidden domain is hidden with its subdomains, in profile and permalink; a look-alike is another domain."""
    moderation = rules(tmp_path, toml("hide", domains=[entry]))
    assert moderation.verdict(act(1, **hidden)) == Verdict(shown=False, rule=f'hide domains "{entry}"')
    for other in ("https://notspam.example/", "https://spam.example.net/", "https://spam.example@e.example/", "x:y"):
        assert moderation.verdict(act(1, url=other)) == OPEN


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("casino", "A CASINO!"),
        ("casino", "_casino_"),
        ("casino", "去casino吧"),
        ("casino", "в casinoом"),
        ("casino", "ｃａｓｉｎｏ"),
        ("casino", "cas\u00adi\u200bno \u202e"),
        ("buy  now", "Buy\u00a0\nnow"),
        ("c++", "I like C++."),
        ("赌场", "去赌场吧"),
        ("Straße", "STRASSE"),
        ("crédit", "CRE\u0301DITS"),
        ("🎰", "win 🎰🎰"),
    ],
)
def test_a_word_is_found_in_any_script(word: str, text: str, tmp_path: Path) -> None:
    """Letter case, forms of letters and invisible characters hide no word, nor do its neighbours of another script."""
    moderation = rules(tmp_path, toml("hide", words=[word]))
    assert moderation.verdict(act(1, text=text)) == Verdict(shown=False, rule=f'hide words "{word}"')


@pytest.mark.parametrize("text", ["casinos", "Occasino", "casinoé", "casino1", "cas ino", "c asino"])
def test_a_word_within_another_is_another_word(text: str, tmp_path: Path) -> None:
    """Words hide what they name and not their neighbours in the dictionary."""
    assert rules(tmp_path, toml("hide", words=["casino"])).verdict(act(1, text=text)) == OPEN


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"title": "The casino"}, False),
        ({"warning": "casino"}, False),
        ({"author": Person(name="Casino Royal")}, False),
        ({"html": "<p>ca<b>si</b>no</p>"}, False),
        ({"html": "cas&#105;no"}, False),
        ({"html": "<!-- > --><p title='>'>casino"}, False),
        ({"html": '<a href="https://casino.example/" class=casino>here</a>'}, True),
        ({"html": "<p>ca</p><p>sino</p>"}, True),
        ({"html": "<script>casino</script><style>casino</style>"}, True),
        ({"html": "<!-- casino -->"}, True),
        ({"title": "buy", "text": "casino-free"}, False),
    ],
)
def test_words_are_looked_for_where_readers_see_them(fields: dict[str, Any], shown: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """Name, title, warning, text and HTML text count; tags, attributes, comments and scripts do not."""
    assert rules(tmp_path, toml("hide", words=["casino"])).verdict(act(1, **fields)).shown is shown


def test_strangers_wait_and_friends_do_not(tmp_path: Path) -> None:
    """With "hold" only trusted and shown people are read at once; a hidden word is hidden for friends too."""
    moderation = rules(
        tmp_path,
        'moderation = "hold"\n'
        + toml("trust", authors=["@bob@social.example"], domains=["village.example"])
        + toml("show", authors=["https://p7.example/"])
        + toml("hide", words=["casino"]),
    )
    stranger = moderation.verdict(act(1))
    assert (stranger.shown, stranger.held, stranger.rule) == (False, True, "held: from a stranger")
    assert moderation.verdict(by_bob()).rule == 'trust authors "@bob@social.example"'
    assert moderation.verdict(act(1, url="https://a.village.example/")).rule == 'trust domains "village.example"'
    assert moderation.verdict(act(7)).shown
    hidden = moderation.verdict(by_bob(text="casino"))
    assert (hidden.shown, hidden.held) == (False, False)


def test_one_act_told_by_two_sources_has_one_verdict(tmp_path: Path) -> None:
    """What is hidden as one source tells it does not come back as another one does."""
    moderation = rules(tmp_path, toml("hide", acts=["mastodon:5"]))
    telling, other = act(5, source="mastodon"), act(6)
    assert moderation.verdict(other) == OPEN
    assert moderation.verdict(other, telling) == moderation.verdict(telling, other) == moderation.verdict(telling)


@pytest.mark.parametrize(
    ("text", "said_of_it"),
    [
        ("[hide]\nwords = [1,\n", "line 2: this is not TOML"),
        ("[hide\n", "line 1, column 6: this is not TOML"),
        ("x = " + "[" * 5_000, "line 1: this is not TOML that can be meant"),
        ('\nmoderation = "hodl"', 'line 2: moderation must be "open" or "hold", not "hodl". Did you mean "hold"?'),
        ("moderation = true", 'line 1: moderation must be "open" or "hold", not True.'),
        ("# hide\n\n[hidden]", 'line 3: "hidden" is not known here. Did you mean "hide"?'),
        ("[show]\nwords = []\n[hide]\n# word\nword = []", 'line 5: [hide] knows no "word". Did you mean "words"?'),
        ("[hide]\n\nmoderation = 'hold'", "line 3: moderation must stand above [hide]"),
        ("words = ['a']", "line 1: words must stand below [hide], [show] or [trust]"),
        ("[trust]\nwords = ['a']", "line 2: [trust] takes authors and domains only, not words."),
        ("hide = 5", "line 1: hide must be a table"),
        ("[[hide]]", "line 1: hide must be a table"),
        ("[hide]\ndomains = 'spam.example'", "line 2: [hide] domains must be a list"),
        ("hide = { acts = [\n5] }", "line 2: [hide] acts holds 5;"),
        ("hide.acts = [\n'a:1',\n'b' ]", 'line 3: [hide] acts holds "b"; give the address'),
        ("[hide]\nauthors = [\n  'Bob',\n]", 'line 3: [hide] authors holds "Bob"; give the whole'),
        ("[hide]\ndomains = [\n'e.example',\n'https://e.example/bob']", "line 4: [hide] domains holds"),
        ("[hide]\ndomains = ['e.example:8000']", "line 2: [hide] domains holds"),
        ("[show]\ndomains = ['fed.brid.gy']", "Bridgy (brid.gy) only carries"),
        ("[hide]\nwords = ['a',\n '']", 'line 3: [hide] words holds ""'),
        ("[hide]\nwords = ['\u200b']", "line 2: [hide] words holds"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, said_of_it: str, tmp_path: Path) -> None:
    """Nothing in the file is ignored: what cannot be meant is named, with the line and the nearest valid name."""
    said_all = wrong(tmp_path, text)
    assert said_of_it in said_all
    assert said_all.startswith("moderation.toml, line ")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Who mends the file need not build it once for each mistake."""
    lines = wrong(tmp_path, "[hide]\nword = []\n[trust]\nauthors = ['Bob', 'Eve']\n").split("\n")
    assert [line.partition(": ")[0] for line in lines] == [f"moderation.toml, line {n}" for n in (2, 4, 4)]


def test_a_file_that_cannot_be_read_is_no_empty_file(tmp_path: Path) -> None:
    """What was hidden does not come back because the file is damaged."""
    (tmp_path / "moderation.toml").write_bytes(b'[hide]\nwords = ["caf\xe9"]')
    with pytest.raises(SettingsError, match=r"moderation\.toml, line 2: this is not UTF-8"):
        Moderation.load(tmp_path / "moderation.toml")
    with pytest.raises(SettingsError, match="cannot be read"):
        Moderation.load(tmp_path)


anything = st.text(max_size=30) | st.lists(
    st.sampled_from(
        [
            "https://",
            "http:/",
            "@",
            "bob",
            "social.example",
            "brid.gy",
            "/r/",
            "/",
            ":80",
            "#",
            "%40",
            "casino",
            "é",
            "[",
        ]
        + ["<b>", "</b>", "<p ", 'x="', ">", "&lt;", "<!--", "-->", "<script>", "\ud800", "\0", " "]
    ),
    max_size=8,
).map("".join)
people = st.builds(Person, name=anything, url=anything, handle=anything)
acts = st.builds(
    by_bob, url=anything, author=people, text=anything, html=anything, title=anything, id=anything, source=anything
)
ENTRIES = {
    "acts": ["https://social.example/@bob/1", "HTTPS://social.example/@bob/1", "a:1", "http://social.example"],
    "authors": ["@bob@social.example", "https://social.example/@bob", "https://e.example/", "@bob.example"],
    "domains": ["social.example", "www.social.example", "example", "p1.example"],
    "words": ["casino", "CASINO", "é", "bob casino"],
}
lists = st.fixed_dictionaries(
    {}, optional={field: st.lists(st.sampled_from(entries), unique=True) for field, entries in ENTRIES.items()}
)


@steady
@given(acts, lists, lists, st.randoms(use_true_random=False))
def test_the_order_of_entries_makes_no_difference(
    tmp_path: Path, one: Act, hide: dict[str, list[str]], show: dict[str, list[str]], chance: random.Random
) -> None:
    """Any act gets a verdict, and the same one, with the same rule, in whatever order lists and tables are written."""
    tables = [("hide", hide), ("show", show)]
    verdict = rules(tmp_path, "".join(toml(side, **each) for side, each in tables)).verdict(one)
    mixed = [
        (side, {field: chance.sample(each[field], len(each[field])) for field in chance.sample(list(each), len(each))})
        for side, each in reversed(tables)
    ]
    assert rules(tmp_path, "".join(toml(side, **each) for side, each in mixed)).verdict(one) == verdict
    assert verdict.shown or hide


@steady
@given(acts, lists, st.sampled_from(["open", "hold"]))
@example(one=by_bob(), hide={"acts": ["https://social.example/@bob/114801234567890123"]}, stance="hold")
def test_an_act_that_is_shown_by_itself_is_always_shown(
    tmp_path: Path, one: Act, hide: dict[str, list[str]], stance: str
) -> None:
    """Whatever hides or holds it: the blogger's word on this very act is the last one."""
    url = "http://SOCIAL.example/@bob/114801234567890123"
    one = by_bob(author=one.author, text=one.text, html=one.html, title=one.title)
    moderation = rules(tmp_path, f'moderation = "{stance}"\n' + toml("hide", **hide) + toml("show", acts=[url]))
    assert moderation.verdict(one) == Verdict(shown=True, rule=f'show acts "{url}"')


@steady
@given(acts)
def test_without_rules_every_act_is_shown(one: Act) -> None:
    """No rules, no verdict but one."""
    assert Moderation().verdict(one) == OPEN


@steady
@given(
    st.lists(st.sampled_from(["<p>", "</p>", "<b>", "</b>", "<br/>", " ", "a", "b &amp; c", "<a href='x>", "<i", "é"]))
)
@example(["<p>", "a", "<b>", "b &amp; c", "</b>", "<br/>", "a", "</p>"])
def test_plain_markup_is_read_as_a_browser_reads_it(parts: list[str]) -> None:
    """The short way through simple HTML finds the same words as the long one."""
    markup = "".join(parts)
    assert said([act(1, html=markup)]).partition("\n")[2] == fold(shown_text(markup))


def test_no_act_holds_a_build_up(tmp_path: Path) -> None:
    """A hundred thousand accents in a row, or tags that never end: seconds for all of them, not minutes."""
    moderation = rules(tmp_path, toml("hide", words=["casino"]))
    begun = time.process_time()
    for hostile in ("\u0f39\u05b0" * 50_000, "<a " * 33_000, "<p x='" * 16_000, "&#" * 50_000, "<a x" * 25_000):
        assert moderation.verdict(act(1, Kind.MENTION, text=hostile, html=hostile)) == OPEN
    assert time.process_time() - begun < 10
