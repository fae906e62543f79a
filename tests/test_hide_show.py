"""`hide` and `show`: what they write, what they leave alone, what they say; what waits, and what hiding hides."""

from __future__ import annotations

import json
import re
import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from blog import SITE, Blog, mention
from conversation.acts import Person
from conversation.errors import ConversationError, SettingsError
from conversation.moderation import Moderation, draft, entry_of, meant
from conversation.moderation.rules import NAMES, understand
from conversation.moderation.writing import HEADER, add, drop
from making import act

steady = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

BY_HAND = """\
# mine
moderation = 'hold'   # careful

[show]
words=["kind"]


# those who only sell
[hide] # sorted by hand
domains = [
\t# lamps
\t"lamps.example", # three times
\t'chairs.example' ,
]

# friends
[trust]
authors = [ "@jo@social.example" ]
"""


# --- The text of the file --------------------------------------------------------------------------------------------


def test_an_entry_is_added_and_nothing_else_changes() -> None:
    """Comments, quotes, order, tabs and blank lines of a hand-written file are there after `hide` as before."""
    written = add(BY_HAND, "hide", "domains", "sofas.example", 'why: "odd"')
    assert written == BY_HAND.replace(" ,\n]", ' ,\n\t"sofas.example",  # why: "odd"\n]')
    again = add(written, "hide", "words", "casino")
    assert again == written.replace("\n]\n\n# friends", '\n]\nwords = ["casino"]\n\n# friends')
    assert add(again, "trust", "authors", "https://a.example/") == again.replace('" ]', '", "https://a.example/" ]')


def test_an_entry_is_taken_out_with_its_line_and_nothing_else_changes() -> None:
    """The comment beside an entry goes with it; a comment on a line of its own stays."""
    assert drop(BY_HAND, "hide", "domains", {"lamps.example"}) == BY_HAND.replace(
        '\t"lamps.example", # three times\n', ""
    )
    assert drop(BY_HAND, "hide", "domains", {"chairs.example"}) == BY_HAND.replace("\t'chairs.example' ,\n", "")
    assert drop(BY_HAND, "show", "words", {"kind"}) == BY_HAND.replace('words=["kind"]', "words=[]")
    assert drop(BY_HAND, "show", "domains", {"lamps.example"}) == BY_HAND


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", '[hide]\nwords = ["x"]\n'),
        ("# only a comment", '# only a comment\n\n[hide]\nwords = ["x"]\n'),
        ("[hide]", '[hide]\nwords = ["x"]\n'),
        ("[hide]\nwords = []\n", '[hide]\nwords = ["x"]\n'),
        ("hide.words = ['a'] # b\n", "hide.words = ['a', \"x\"] # b\n"),
        ("hide.domains = ['a']\n[show]\n", "hide.domains = ['a']\nhide.words = [\"x\"]\n[show]\n"),
        ("hide = { words = [] }\n", 'hide = { words = ["x"] }\n'),
        ("[hide]\r\nwords = [\r\n  'a'\r\n]\r\n", "[hide]\r\nwords = [\r\n  'a',\r\n  \"x\",\r\n]\r\n"),
        ("[hide]\nwords = ['a'\n , 'b' # last\n ]", "[hide]\nwords = ['a'\n , 'b', # last\n    \"x\",\n ]"),
        ("['hide']\nwords = ['''\na#b''', \"]\",]\n", "['hide']\nwords = ['''\na#b''', \"]\",\n    \"x\",\n]\n"),
    ],
)
def test_an_entry_finds_its_place_in_any_layout(text: str, expected: str) -> None:
    """Whatever right TOML people write, the entry comes to the end of its list, in that file's own line ends."""
    if "'''" in text:  # a value over two lines is a list with lines, to whoever reads it
        expected = "['hide']\nwords = ['''\na#b''', \"]\", \"x\"]\n"
    assert add(text, "hide", "words", "x") == expected


def test_a_layout_that_cannot_be_changed_without_harm_is_left_alone() -> None:
    """A list with a comment between an entry and its comma, a table in two places: said, and not guessed at."""
    for text in (
        "[hide]\nwords = ['a' # b\n , 'c']\n",
        "hide.words=['a']\nmoderation='hold'\nhide.domains=['q.example']\n",
    ):
        with pytest.raises(SettingsError, match="only hands can change"):
            drop(text, "hide", "words", {"a"})


ENTRIES = {
    "acts": ["https://p1.example/1", "HTTP://P1.example/1", "a:1", 'https://p2.example/"q"'],
    "authors": ["@bob@social.example", "https://social.example/@bob", "https://e.example/"],
    "domains": ["social.example", "www.social.example", "p1.example", "BÜCHER.example"],
    "words": ["casino", "CASINO", "a # b", 'c"]', "d\\", "é\u0301", "🎰"],
}
spaces = st.sampled_from(["", " ", "  "])
comments = st.sampled_from(["", " # c", "# 'x' ]"])
quoted = st.sampled_from([lambda text: json.dumps(text, ensure_ascii=False), lambda text: f"'{text}'"])


@st.composite
def lists(draw: st.DrawFn, field: str) -> str:
    """A list as people may write it."""
    entries = draw(st.lists(st.sampled_from(ENTRIES[field]), unique=True, max_size=4))
    values = [json.dumps(one, ensure_ascii=False) if "'" in one else draw(quoted)(one) for one in entries]
    if draw(st.booleans()):
        text = f",{draw(spaces)}".join(f"{draw(spaces)}{value}{draw(spaces)}" for value in values)
        return f"[{text}{',' if values and draw(st.booleans()) else ''}{draw(spaces)}]"
    lines = "".join(f"{draw(spaces)}{value}{draw(spaces)},{draw(comments)}\n" for value in values)
    if values and draw(st.booleans()):
        head, _, tail = lines.rpartition(",")
        lines = head + tail
    return f"[{draw(comments)}\n{draw(comments)}\n{lines}{draw(spaces)}]"


@st.composite
def files(draw: st.DrawFn) -> str:
    """A moderation file as people may write it."""
    parts = [draw(st.sampled_from(["", "# top\n", 'moderation = "hold" # m\n\n']))]
    for table in draw(st.permutations(["hide", "show", "trust"])):
        if draw(st.booleans()):
            fields = ["authors", "domains"] if table == "trust" else list(ENTRIES)
            named = draw(st.lists(st.sampled_from(fields), unique=True))
            body = "".join(
                f"{draw(spaces)}{field} ={draw(spaces)}{draw(lists(field))}{draw(comments)}\n" for field in named
            )
            end = draw(st.sampled_from(["", "# about the next", "\n"]))
            parts.append(f"[{table}]{draw(comments)}\n{body}\n{end}\n")
    text = "".join(parts)
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


things = st.sampled_from([(field, entry) for field, entries in ENTRIES.items() for entry in entries])


def comments_in(text: str) -> list[str]:
    return re.findall(r"# (?:top|m|about the next)", text)


@steady
@given(files(), things, st.sampled_from(["", "why", "a # b"]))
@example("[hide]\nwords = ['c\"]', # 'x' ]\n]\n", ("words", "casino"), "")
def test_after_hide_it_is_hidden_and_after_show_no_rule_is_left(
    tmp_path: Path, text: str, thing: tuple[str, str], note: str
) -> None:
    """Every other entry stays as it was, in its place; twice is once; and `show` takes back all that `hide` did."""
    understand(text, "moderation.toml")
    file = tmp_path / "moderation.toml"
    file.write_bytes(text.encode())
    field, entry = thing
    named = meant(entry, [], field)
    hidden = draft(file, named, into="hide", out_of=["show"], note=note)
    names = frozenset(NAMES[field](entry))
    assert names & hidden.rules.of("hide", field).keys()
    assert not names & hidden.rules.of("show", field).keys()
    before, after = tomllib.loads(text), tomllib.loads(hidden.after)
    for table in ("hide", "show"):
        for side in (before, after):
            lists = side.setdefault(table, {})
            lists[field] = [one for one in lists.get(field, []) if names.isdisjoint(NAMES[field](one))]
    assert before == after
    assert comments_in(hidden.after) == comments_in(text)
    assert ("\r\n" in text) is ("\r\n" in hidden.after) or "\n" not in text
    assume(hidden.changed)
    hidden.write()
    assert not draft(file, named, into="hide", out_of=["show"], note=note).changed
    shown = draft(file, named, into="", out_of=["hide"])
    assert not names & shown.rules.of("hide", field).keys()


def test_a_wrong_file_is_refused_with_its_line_and_stays_as_it_is(tmp_path: Path) -> None:
    """What cannot be read is not written either."""
    file = tmp_path / "moderation.toml"
    for text in ("[hide]\nwords = [\n", "[hide]\nwrods = []\n"):
        file.write_text(text)
        with pytest.raises(SettingsError, match=r"moderation.toml, line \d"):
            draft(file, meant("casino", [], "words"), into="hide", out_of=[])
        assert file.read_text() == text


def test_the_file_keeps_mark_permissions_and_link(tmp_path: Path) -> None:
    """A byte order mark, rights and a symbolic link outlive a change; nothing is left beside the file."""
    file, link = tmp_path / "real.toml", tmp_path / "moderation.toml"
    file.write_bytes(b"\xef\xbb\xbf# \xc3\xb6\r\n")
    file.chmod(0o640)
    link.symlink_to(file)
    draft(link, meant("spam.example", [], "domains"), into="hide", out_of=[]).write()
    assert file.read_bytes() == b'\xef\xbb\xbf# \xc3\xb6\r\n\r\n[hide]\r\ndomains = ["spam.example"]\r\n'
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["moderation.toml", "real.toml"]
    assert link.is_symlink()


def test_a_new_file_says_what_it_is_for(tmp_path: Path) -> None:
    """Whoever finds the file later knows who wrote it and that it may be edited."""
    file = tmp_path / "content" / "moderation.toml"
    draft(file, meant("spam.example", [], "domains"), into="hide", out_of=[]).write()
    assert file.read_text() == f'{HEADER}\n[hide]\ndomains = ["spam.example"]\n'


# --- What is meant ---------------------------------------------------------------------------------------------------

BOB = act(
    1,
    author=Person("Bob", "https://social.example/@bob", "", "@bob@social.example"),
    url="https://social.example/@bob/1",
)
KNOWN = [BOB, act(2, url=""), act(3, author=Person("Eve", "https://bsky.app/profile/eve.example"))]


@pytest.mark.parametrize(
    ("what", "field"),
    [
        ("http://SOCIAL.example/@bob/1", "acts"),
        ("webmention.io:2", "acts"),
        ("https://social.example/users/bob/", "authors"),
        ("@bob@social.example", "authors"),
        ("@nobody@else.example", "authors"),
        ("did:plc:abc123", "authors"),
        ("social.example", "domains"),
        ("new.example", "domains"),
    ],
)
def test_what_is_typed_is_found_in_the_store(what: str, field: str) -> None:
    """Permalink, profile, handle and host need no further word."""
    assert meant(what, KNOWN).field == field


@pytest.mark.parametrize(
    ("what", "ways"),
    [
        ("casino", ["--word"]),
        ("https://unknown.example/", ["--as authors", "--as domains"]),
        ("https://unknown.example/1", ["--as acts", "--as authors"]),
        ("eve.example", ["--as authors", "--as domains"]),
        ("other:9", ["--word"]),
    ],
)
def test_what_may_mean_several_things_is_asked_back(what: str, ways: list[str]) -> None:
    """Nothing is guessed: the message names the options that say it."""
    with pytest.raises(ConversationError) as caught:
        meant(what, KNOWN)
    assert all(way in str(caught.value) for way in ways)


@pytest.mark.parametrize(
    ("what", "field"), [("bob", "authors"), (" ", "words"), ("a\x00b", "words"), ("brid.gy", "domains")]
)
def test_what_can_be_no_entry_is_refused(what: str, field: str) -> None:
    """An entry that reading would refuse is never written."""
    with pytest.raises(ConversationError):
        meant(what, [], field)


def test_an_act_is_named_by_its_permalink_only_where_that_is_its_own() -> None:
    """Likes may all have the address of the post: to show one must not show them all."""
    assert entry_of(BOB, {"https://social.example/@bob/1": 1}) == BOB.url
    assert entry_of(BOB, {"https://social.example/@bob/1": 2}) == "webmention.io:1"
    assert entry_of(KNOWN[1], {}) == "webmention.io:2"


# --- The tasks, the whole way ----------------------------------------------------------------------------------------


def a_blog(folder: Path, rules: str = "") -> Blog:
    """Two posts; on the first a reply, a like of the same person, another reply; on the second a reply."""
    again = mention(5, "like-of", author=mention(1)["author"])
    blog = Blog(folder).write("a.md").write("b.md")
    blog.archive([mention(1), again, mention(2), mention(4, target=f"{SITE}/b.html")])
    (folder / "content" / "moderation.toml").write_text(rules, "utf-8")
    return blog.build()


def acts(blog: Blog) -> tuple[int, int, int]:
    """Comments and likes of the first post, acts received in the ledger, after a build."""
    blog.build()
    counts = blog.counts("a.html")
    return counts["comments"], counts["likes"], blog.ledger()["received"]["all"]["acts"]


def rules(blog: Blog) -> dict[str, object]:
    return tomllib.loads((blog.folder / "content" / "moderation.toml").read_text("utf-8"))


def test_hide_and_show_reach_pages_counts_and_ledger(tmp_path: Path) -> None:
    """What is hidden is on no page and in no number, what is shown again is back, byte for byte."""
    blog = a_blog(tmp_path)
    first = blog.files()
    assert acts(blog) == (2, 1, 4)
    done = blog.run("hide", "https://p1.example/", "--note", "rude")
    assert (done.returncode, "hides 2 acts on 1 post" in done.stdout) == (0, True), done.stdout + done.stderr
    assert acts(blog) == (1, 0, 2)
    assert not [path for path, text in blog.files().items() if b"p1.example" in text or b"Person 1<" in text]
    assert {post["url"]: post["comments"] for post in blog.ledger()["posts"]} == {
        f"{SITE}/a.html": 1,
        f"{SITE}/b.html": 1,
    }
    written = (tmp_path / "content" / "moderation.toml").read_text()
    twice = blog.run("hide", "http://p1.example")
    assert (twice.returncode, "Nothing was changed" in twice.stdout) == (0, True)
    assert (tmp_path / "content" / "moderation.toml").read_text() == written
    assert "# rude" in written
    assert "shows 2 acts on 1 post" in blog.run("show", "https://p1.example/").stdout
    assert "Nothing was changed" in blog.run("show", "https://p1.example/").stdout
    assert acts(blog) == (2, 1, 4)
    assert blog.files() == first
    assert not any(rules(blog)["hide"].values())  # type: ignore[union-attr]


def test_a_narrower_rule_is_told_and_one_against_it_is_made(tmp_path: Path) -> None:
    """`hide` says what stays shown, and `show` of an act that a wider rule hides writes it down."""
    blog = a_blog(tmp_path, '[show]\nacts = ["https://p1.example/notes/1"]\n')
    done = blog.run("hide", "p1.example")
    assert "1 act stays shown: show acts" in done.stdout
    assert "hides 1 act" in blog.run("hide", "--word", "Words of person 2").stdout
    assert "shows 1 act" in blog.run("show", "https://p2.example/notes/2").stdout
    assert rules(blog)["show"] == {"acts": ["https://p1.example/notes/1", "https://p2.example/notes/2"]}
    assert acts(blog) == (2, 0, 3)


def test_what_waits_is_listed_with_the_command_that_shows_it(tmp_path: Path) -> None:
    """With "hold" the build says how many wait, `status` says who and what to type, and that works."""
    blog = a_blog(tmp_path, 'moderation = "hold"\n')
    assert acts(blog) == (0, 0, 0)
    assert "4 acts wait for your word" in blog.run("build").stdout
    state = json.loads(blog.run("status", "--json").stdout)
    assert [(one["author"], one["kind"], one["post"]) for one in state["waiting"]] == [
        ("Person 1", "reply", f"{SITE}/a.html"),
        ("Person 2", "reply", f"{SITE}/a.html"),
        ("Person 1", "like", f"{SITE}/a.html"),
        ("Person 4", "reply", f"{SITE}/b.html"),
    ]
    text = blog.run("status").stdout
    one = state["waiting"][0]
    for words in (one["command"], "Words of person 1.", f"{SITE}/b.html", "Waiting for your word: 4 acts"):
        assert words in text
    assert blog.run("show", one["show"]).returncode == 0
    assert acts(blog) == (1, 0, 1)
    assert blog.run("show", "https://p1.example/notes/1", "--trust").returncode == 0
    assert rules(blog)["trust"] == {"authors": ["https://p1.example/"]}
    assert acts(blog) == (1, 1, 2)
    assert "2 replies wait for your word" in blog.run("build").stdout


def test_many_that_wait_are_bounded_on_the_terminal_and_whole_in_json(tmp_path: Path) -> None:
    """A flood of strangers does not scroll everything else away."""
    blog = Blog(tmp_path).write("a.md").archive([mention(n) for n in range(1, 31)])
    (tmp_path / "content" / "moderation.toml").write_text('moderation = "hold"\n')
    assert blog.run("build").returncode == 0
    text = blog.run("status").stdout
    assert (text.count("pelican-conversation show https://"), "and 18 more" in text) == (12, True)
    assert len(json.loads(blog.run("status", "--json").stdout)["waiting"]) == 30


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["hide"], 2, "what"),
        (["hide", "x", "--as", "author"], 2, "authors"),
        (["hide", "x", "--as", "acts", "--word"], 2, "contradict"),
        (["hide", "casino"], 1, "--word"),
        (["hide", f"{SITE}/"], 1, "is you"),
        (["hide", "https://nowhere.example/1"], 1, "--as acts"),
        (["show", "casino", "--word", "--trust"], 1, "authors and domains only"),
    ],
)
def test_mistakes_get_a_clear_line_and_change_nothing(
    arguments: list[str], code: int, words: str, tmp_path: Path
) -> None:
    """2 for words that no task knows, 1 for what the blogger can mend; the file is not made."""
    blog = Blog(tmp_path).write("a.md").archive([mention(1)])
    done = blog.run(*arguments)
    assert done.returncode == code, done.stdout + done.stderr
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not (tmp_path / "content" / "moderation.toml").exists()


def test_a_thing_that_the_store_knows_by_two_names_is_hidden_under_both(tmp_path: Path) -> None:
    """A [show] entry by source and id gives way to hiding the same act by its address."""
    file = tmp_path / "moderation.toml"
    file.write_text('[show]\nacts = ["webmention.io:1"]\nauthors = ["@bob@social.example"]\n')
    for what in (BOB.url, BOB.author.url):
        draft(file, meant(what, KNOWN), into="hide", out_of=["show"]).write()
    assert tomllib.loads(file.read_text())["show"] == {"acts": [], "authors": []}
    assert Moderation.load(file).verdict(BOB).rule == f'hide acts "{BOB.url}"'
