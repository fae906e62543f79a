"""Settings: what is right is taken, what is wrong is told with file, line and the nearest right one."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from conversation.acts import Person
from conversation.errors import SettingsError
from conversation.settings import KNOWN, Setting, Settings, environment, load, manual, token_variable
from conversation.settings.checks import Wrong
from conversation.sources import Option, Service
from conversation.suggest import did_you_mean, nearest

steady = hypothesis_settings(deadline=None, derandomize=True)
ROOT = Path(__file__).parents[1]

OPTIONS = {
    "webmention.io": (Option("domain", "the site's domain there.", required=True),),
    "mastodon": (Option("account", "the handle, @name@host.", required=True),),
    "hackernews": (Option("account", "the name there."),),
    "isso": (Option("base_url", "where it runs.", required=True),),
    "feed": (
        Option("url", "the feed.", required=True),
        Option("direction", "who speaks.", choices=("given", "received")),
    ),
    "archive": (Option("path", "the file.", required=True),),
}


def service(name: str) -> Service:
    """Services that need nothing but their options, so that these tests do not depend on any adapter."""
    if name not in OPTIONS:
        raise SettingsError(f"There is no source called {name!r}. {did_you_mean(name, OPTIONS)}")
    return Service(name, lambda *_: iter(()), "", options=OPTIONS[name])


RECEIVER = 'CONVERSATION_SOURCES = [{"source": "webmention.io", "domain": "e.example"}]'

Configure = Callable[..., Settings]


@pytest.fixture
def configure(tmp_path: Path) -> Configure:
    """Writes a settings file, runs it as Pelican does, and loads the plugin's settings from it."""

    def configured(text: str, environ: Mapping[str, str] | None = None, **more: object) -> Settings:
        file = tmp_path / "pelicanconf.py"
        file.write_text(text, "utf-8")
        names: dict[str, object] = {}
        exec(compile(text, file, "exec"), names)  # noqa: S102 - a settings file of this test
        names = {name: value for name, value in names.items() if name.isupper()} | more
        return load(names, root=tmp_path, files=[file], environ=environ or {}, service=service)

    return configured


def complaint(configure: Configure, text: str, environ: Mapping[str, str] | None = None) -> str:
    """What is said about a settings file."""
    with pytest.raises(SettingsError) as caught:
        configure(text, environ)
    return str(caught.value)


def test_without_settings_the_plugin_is_inert(tmp_path: Path) -> None:
    """Installed is not yet wanted: nothing is asked, and a strange SITEURL or TIMEZONE is none of our business."""
    ours = load({"SITEURL": ".", "TIMEZONE": "nowhere"}, root=tmp_path, environ={})
    assert not ours.active
    assert ours.sources == ()


def test_defaults_are_those_of_the_manual(configure: Configure, tmp_path: Path) -> None:
    """One setting switches the plugin on; all others have the defaults that users were promised."""
    ours = configure("CONVERSATION_STRICT = True")
    assert ours.active
    assert (ours.strict, ours.pull, ours.deadline, ours.store) == (True, "due", 30.0, "sqlite:///conversation.sqlite")
    assert (ours.moderation, ours.giving) == (tmp_path / "content/moderation.toml", tmp_path / "content/giving.csv")
    assert (ours.ledger_url, ours.ledger_save_as) == ("giving-receiving/", "giving-receiving/index.html")
    assert (ours.siteurls, ours.siteurl, ours.identities, ours.privacy, ours.contact) == ((), "", (), {}, {})
    assert (ours.timezone, ours.language, ours.help, ours.webmention) == (ZoneInfo("UTC"), "en", "", "")


def test_the_defaults_of_the_table_and_of_the_class_agree(configure: Configure, tmp_path: Path) -> None:
    """A value built by hand in a test is the same as one loaded from nothing."""
    loaded, by_hand = configure("CONVERSATION_STRICT = False"), Settings(root=tmp_path)
    for setting in KNOWN:
        if setting.field not in {"sources", "moderation", "giving", "milestones"}:
            assert getattr(loaded, setting.field) == getattr(by_hand, setting.field)


def test_implicit_sources_come_last(configure: Configure, tmp_path: Path) -> None:
    """What the blog's own folder tells is always read, from where the settings say."""
    ours = configure('CONVERSATION_GIVING = "gifts.csv"')
    assert [(source.source, source.name, source.root) for source in ours.sources] == [
        ("giving", "giving", tmp_path),
        ("posts", "posts", tmp_path),
    ]
    assert ours.sources[0].options == {"path": "gifts.csv"}


def test_sources_are_named_and_find_their_tokens(configure: Configure) -> None:
    """Every source has a name of its own and the token of that name; numbers are taken as text."""
    ours = configure(
        """
CONVERSATION_SOURCES = [
    {"source": "mastodon", "account": "@ada@social.example"},
    {"source": "mastodon", "account": "@ada@second.example", "base_url": "http://127.0.0.1:3000/"},
    {"source": "mastodon", "account": "@ada@third.example", "name": "mastodon-2"},
    {"source": "archive", "path": 2026, "name": None},
]
""",
        {
            "CONVERSATION_MASTODON_TOKEN": " one ",
            "CONVERSATION_MASTODON_2_TOKEN": "two",
            "CONVERSATION_MASTODON_3_TOKEN": "3",
        },
    )
    assert [(s.name, s.token, s.base_url) for s in ours.sources[:4]] == [
        ("mastodon", "one", ""),
        ("mastodon-3", "3", "http://127.0.0.1:3000"),
        ("mastodon-2", "two", ""),
        ("archive", "", ""),
    ]
    assert ours.sources[3].options == {"path": "2026"}
    assert "two" not in repr(ours)


def test_the_services_are_those_of_the_registry(tmp_path: Path) -> None:
    """Without a word from the caller, the plugin's own services and those of other distributions are known."""
    entry = {"source": "feed", "url": "https://e.example/comments.atom"}
    ours = load({"CONVERSATION_SOURCES": [entry]}, root=tmp_path, environ={})
    assert [source.name for source in ours.sources] == ["feed", "giving", "posts"]


def test_token_variables_are_named_after_the_source() -> None:
    """The name of the variable can be told from the name of the source, as the manual says."""
    assert token_variable("webmention.io") == "CONVERSATION_WEBMENTION_IO_TOKEN"
    assert token_variable("my blög") == "CONVERSATION_MY_BL_G_TOKEN"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("CONVERSATION_SOURCES = {}", "must be a list in square brackets, not {}."),
        (
            'CONVERSATION_PULL = "sometimes"',
            'pelicanconf.py, line 1: CONVERSATION_PULL must be one of "due", "always", "never", not "sometimes".',
        ),
        (
            "CONVERSATION_SOURCE = []",
            'pelicanconf.py, line 1: CONVERSATION_SOURCE is no setting. Did you mean "CONVERSATION_SOURCES"?',
        ),
        (
            "CONVERSATIONS_PULL = 1",
            'pelicanconf.py, line 1: CONVERSATIONS_PULL is no setting. Did you mean "CONVERSATION_PULL"?',
        ),
        ('\nCONVERSATION_DEADLINE = "30"', "line 2: CONVERSATION_DEADLINE must be a number of seconds"),
        ("CONVERSATION_DEADLINE = 0", "more than 0 and at most 3600, not 0."),
        ('CONVERSATION_DEADLINE = float("nan")', "not nan."),
        ("CONVERSATION_DEADLINE = True", "not True."),
        ('CONVERSATION_STRICT = "False"', 'CONVERSATION_STRICT must be True or False, not "False".'),
        ('CONVERSATION_STORE = "a.sqlite"', 'such as "sqlite:///conversation.sqlite"'),
        ('CONVERSATION_STORE = "sqlite://a.sqlite"', "needs three slashes"),
        ("CONVERSATION_STORE = 1", "not 1."),
        ('CONVERSATION_SITEURLS = "https://e.example"', "must be a list in square brackets"),
        ('CONVERSATION_SITEURLS = [\n "https://e.example",\n "e.example"]', "line 3: CONVERSATION_SITEURLS must hold"),
        ('CONVERSATION_SITEURLS = ["https://e.example/?a=b"]', 'without "?" and "#"'),
        ('CONVERSATION_IDENTITIES = ["ada"]', 'handles with their host such as "@ada@social.example", not "ada".'),
        ('CONVERSATION_PEOPLE = ["@ada@e.example"]', 'must hold a list for each person, such as ["https://'),
        ('CONVERSATION_PEOPLE = [["@ada@e.example"]]', "must name two or more profiles of each person"),
        ('CONVERSATION_PEOPLE = [\n ["@a@b.example",\n  "ada"]]', "line 3: CONVERSATION_PEOPLE must hold addresses of"),
        ("CONVERSATION_PRIVACY = []", 'must be a dictionary such as {"like": "count"}, not [].'),
        ('CONVERSATION_PRIVACY = {"like": "no"}', 'must be one of "full", "name", "count" for "like", not "no".'),
        ('CONVERSATION_PRIVACY = {"likes": "full"}', '"likes", which is no kind and no source. Did you mean "like"?'),
        ("CONVERSATION_PRIVACY = {1: 2}", "must have text for its keys, not 1."),
        ('CONVERSATION_MODERATION = ""', "must be the path of a file"),
        ('CONVERSATION_LEDGER_URL = "https://e.example/"', "must be an address within the site"),
        ('CONVERSATION_LEDGER_SAVE_AS = "../x.html"', "must be the path of an .html file within the output"),
        ('CONVERSATION_LEDGER_SAVE_AS = "folder/"', "must be the path of an .html file within the output"),
        ('CONVERSATION_PAGE_SAVE_AS = "talk"', "must be the path of an .html file within the output"),
        ('CONVERSATION_PAGE_URL = "/talk/"', "must be an address within the site"),
        ('CONVERSATION_FEED_ATOM = "feeds/"', "must be the path of an .xml file within the output"),
        ("CONVERSATION_FEED_ATOM = False", "must be the path of an .xml file within the output"),
        ('CONVERSATION_FEED_ATOM = "{slug}.xml"', "is one feed for the whole site"),
        ('CONVERSATION_POST_FEED_ATOM = "../{slug}.xml"', "must be the path of .xml files within the output"),
        ('CONVERSATION_POST_FEED_ATOM = "talk.xml"', "needs {slug} where the posts differ"),
        ('CONVERSATION_POST_FEED_ATOM = "{slug}.{lang}.xml"', "takes {slug} and nothing else in braces"),
        ("CONVERSATION_HELP = 1", "must be text in quotes, not 1."),
        ('CONVERSATION_CONTACT = {"Mail": "ada@e.example"}', 'needs "mailto:" before "ada@e.example".'),
        ('CONVERSATION_CONTACT = {"Mail": "javascript:x"}', 'http, https or mailto address for "Mail"'),
        ('CONVERSATION_WEBMENTION = "e.example"', "must be a full address"),
        ('CONVERSATION_PULL = "due"\nSITEURL = "localhost:8000"', "line 2: SITEURL must be a full address"),
        ('CONVERSATION_PULL = "due"\nTIMEZONE = "Europe/Berln"', 'line 2: TIMEZONE is no time zone: "Europe/Berln"'),
        ('CONVERSATION_PULL = "due"\nTIMEZONE = "Europe/Berln"', 'Did you mean "Europe/Berlin"?'),
        ('CONVERSATION_PULL = "due"\nTIMEZONE = "../passwd"', "TIMEZONE is no time zone"),
        ('CONVERSATION_PULL = "due"\nDEFAULT_LANG = 1', "DEFAULT_LANG must be text"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(configure: Configure, text: str, said: str) -> None:
    """A blogger reads which line to change, and into what."""
    message = complaint(configure, text)
    assert said in message
    assert message.startswith("pelicanconf.py, line ")


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('"mastodon"', "must hold dictionaries such as"),
        ("{1: 2}", "must hold dictionaries such as"),
        ('{"sorce": "feed"}', 'has an entry without "source"'),
        ('{"source": "mastodn"}', "There is no source called 'mastodn'. Did you mean \"mastodon\"?"),
        ('{"source": "posts"}', '"posts": it is always on'),
        ('{"source": "mastodon"}', 'a source "mastodon" without "account": the handle, @name@host.'),
        ('{"source": "isso", "base_url": ""}', 'a source "isso" without "base_url"'),
        ('{"source": "isso", "base_url": "e.example"}', 'a "base_url" that must be a full address'),
        ('{"source": "archive", "path": ["a"]}', "\"path\" that must be text in quotes, not ['a']."),
        ('{"source": "archive", "path": True}', '"path" that must be text in quotes, not True.'),
        ('{"source": "archive", "path": "a", "name": "like"}', 'the name "like"; choose one'),
        ('{"source": "archive", "path": "a", "name": "a/b"}', 'the name "a/b"; choose one'),
    ],
)
def test_what_is_wrong_with_a_source_is_told_with_its_place(configure: Configure, entry: str, said: str) -> None:
    """The message leads to the entry, not only to the list."""
    message = complaint(configure, f"CONVERSATION_SOURCES = [\n{entry}]")
    assert said in message
    assert message.startswith("pelicanconf.py, line 2: CONVERSATION_SOURCES ")


def test_an_option_is_found_on_its_own_line(configure: Configure) -> None:
    """In a long list of sources the message leads to the very option, also where the list grows later."""
    message = complaint(
        configure,
        """
CONVERSATION_SOURCES = [
    {"source": "mastodon",
     "acount": "@ada@social.example"},
]
if True:
    CONVERSATION_SOURCES += [
        {"source": "archive", "path": "a"},
        {"source": "feed", "url": "https://e.example/feed",
         "direction": "recieved"},
    ]
""",
    )
    assert [line.partition(": CONVERSATION_SOURCES has a source ")[::2] for line in message.splitlines()] == [
        ("pelicanconf.py, line 4", '"mastodon" with an unknown option "acount". Did you mean "account"?'),
        ("pelicanconf.py, line 3", '"mastodon" without "account": the handle, @name@host.'),
        (
            "pelicanconf.py, line 10",
            '"feed" with an option "direction" that must be one of "given", "received", not "recieved".',
        ),
    ]


def test_values_that_are_computed_are_told_with_the_line_of_the_setting(configure: Configure) -> None:
    """Where the file does not spell an entry out, the line of the assignment helps still."""
    message = complaint(configure, 'names = ["a"]\nCONVERSATION_SOURCES = [{"source": name} for name in names]')
    assert message.startswith("pelicanconf.py, line 2: CONVERSATION_SOURCES has an entry")
    message = complaint(configure, 'more = [{"source": "x"}]\nCONVERSATION_SOURCES = [\n*more, 1]')
    assert [line.partition(":")[0] for line in message.splitlines()] == ["pelicanconf.py, line 2"] * 2


def test_a_setting_from_the_command_line_has_no_place(configure: Configure) -> None:
    """A value that stands in no file is said to be in the settings."""
    with pytest.raises(SettingsError, match=r"^the settings: CONVERSATION_PULL must be"):
        configure("", CONVERSATION_PULL="no")


def test_of_two_files_the_one_that_gave_the_value_is_named(tmp_path: Path) -> None:
    """publishconf.py overrules pelicanconf.py; the message names the file whose value counts."""
    files = [tmp_path / "pelicanconf.py", tmp_path / "publishconf.py", tmp_path / "gone.py", tmp_path / "broken.py"]
    files[0].write_text('CONVERSATION_PULL = "no"\n', "utf-8")
    files[1].write_text('\ntry:\n    import a\nexcept ImportError:\n    CONVERSATION_PULL: str = "nono"\n', "utf-8")
    files[3].write_text("CONVERSATION_PULL = ", "utf-8")
    for value, place in (("nono", "publishconf.py, line 5"), ("no", "pelicanconf.py, line 1")):
        with pytest.raises(SettingsError, match=place):
            load({"CONVERSATION_PULL": value}, root=tmp_path, files=files, environ={})


@pytest.mark.parametrize(
    "text",
    [
        'CONVERSATION_GITHUB_TOKEN = "hush-hush"',
        'CONVERSATION_SOURCES = [{"source": "mastodon", "account": "@ada@s.example", "token": "hush-hush"}]',
        'CONVERSATION_SOURCES = [{"source": "mastodon", "account": "@ada@s.example", "access_token": "hush-hush"}]',
        'CONVERSATION_SOURCES = [{"source": "mastodon", "account": "ghp_hush-hush"}]',
        'CONVERSATION_SOURCES = [{"source": "mastodon", "account": "hushXhush0123456789abcdef0123456789"}]',
        'CONVERSATION_SOURCES = [{"source": "feed", "url": "https://ada:hush-hush@e.example/feed"}]',
        'CONVERSATION_SOURCES = [{"source": "feed", "url": "https://e.example/feed?access_token=hush-hush"}]',
    ],
)
def test_a_token_in_the_settings_is_refused_and_never_repeated(configure: Configure, text: str) -> None:
    """Settings go into version control: a token there is told to move to .env, and no message shows it."""
    message = complaint(configure, text)
    assert "hush" not in message
    assert ".env" in message
    assert "_TOKEN=…" in message


def test_a_password_of_the_store_is_never_shown(configure: Configure) -> None:
    """Neither an error nor a repr repeats the password in a store's address."""
    assert "hush" not in complaint(configure, 'CONVERSATION_STORE = "postgresql:/ada:hush@localhost/x"')
    assert "hush" not in repr(configure('CONVERSATION_STORE = "postgresql://ada:hush@localhost/x"'))


def test_a_damaged_token_is_told_without_repeating_it(configure: Configure) -> None:
    """A token with a line break would break the request; the message names the variable only."""
    text = 'CONVERSATION_SOURCES = [{"source": "mastodon", "account": "@ada@s.example"}]'
    message = complaint(configure, text, {"CONVERSATION_MASTODON_TOKEN": "hush\nhush"})
    assert "CONVERSATION_MASTODON_TOKEN" in message
    assert "hush" not in message


def test_names_that_clash_are_told(configure: Configure) -> None:
    """Two sources never share a name, nor the variable of their tokens."""
    entry = '{"source": "archive", "path": "a", "name": "%s"}'
    assert 'two sources with the name "a"' in complaint(
        configure, f"CONVERSATION_SOURCES = [{entry % 'a'}, {entry % 'a'}]"
    )
    message = complaint(configure, f"CONVERSATION_SOURCES = [{entry % 'a-b'}, {entry % 'a.b'}]")
    assert 'sources "a-b" and "a.b", whose tokens would share the variable CONVERSATION_A_B_TOKEN' in message


def test_everything_wrong_is_told_at_once(configure: Configure) -> None:
    """One build shows all mistakes, not the first of them."""
    message = complaint(configure, 'CONVERSATION_PULL = "no"\nCONVERSATION_STRICT = 1\nTIMEZONE = "x"')
    assert len(message.splitlines()) == 3


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ('SITEURL = "https://e.example/blog/"', ("https://e.example/blog",)),
        (
            'SITEURL = "https://e.example"\nCONVERSATION_SITEURLS = ["http://o.example/", "https://e.example"]',
            ("https://e.example", "http://o.example"),
        ),
        ('SITEURL = ""\nCONVERSATION_SITEURLS = ["https://e.example/"]', ("https://e.example",)),
        (
            'SITEURL = ""\nCONVERSATION_SOURCES = [{"source": "webmention.io", "domain": "e.example"}]',
            ("https://e.example",),
        ),
        (
            'SITEURL = "http://localhost:8000"\n' + RECEIVER,
            ("http://localhost:8000", "https://e.example"),
        ),
        (
            'SITEURL = "https://e.example/~a"\n' + RECEIVER,
            ("https://e.example/~a",),
        ),
        ("", ()),
    ],
)
def test_the_addresses_of_the_site(configure: Configure, text: str, addresses: tuple[str, ...]) -> None:
    """The present address comes first, whichever setting tells it; a shared host is never claimed as a whole."""
    ours = configure(f'CONVERSATION_PULL = "due"\n{text}')
    assert ours.siteurls == addresses
    assert ours.siteurl == (addresses[0] if addresses else "")


def test_the_blogger_is_known_by_the_accounts_of_sources(configure: Configure) -> None:
    """Whoever configures an account has said that it is theirs; `is_own` and `on_site` answer from all of it."""
    ours = configure("""
SITEURL = "https://e.example"
CONVERSATION_IDENTITIES = ["https://code.example/ada"]
CONVERSATION_SOURCES = [
    {"source": "mastodon", "account": "@ada@social.example"},
    {"source": "mastodon", "account": "ada", "base_url": "https://second.example/"},
    {"source": "hackernews", "account": "ada"},
    {"source": "hackernews"},
]
""")
    assert ours.identities == (
        "https://code.example/ada",
        "@ada@social.example",
        "@ada@second.example",
        "https://news.ycombinator.com/user?id=ada",
    )
    assert ours.is_own(Person(url="https://social.example/@ada"))
    assert ours.is_own(Person(), "https://e.example/a.html")
    assert not ours.is_own(Person(url="https://news.ycombinator.com/user?id=bob"))
    assert ours.on_site("https://e.example/a.html#b")


def test_the_endpoint_follows_from_the_first_webmention_source(configure: Configure) -> None:
    """Pages announce the receiver that is asked, unless another is set."""
    sources = (
        'CONVERSATION_SOURCES = [{"source": "webmention.io", "domain": "e.example", "base_url": "http://127.0.0.1:1/"}]'
    )
    assert configure(sources).webmention == "http://127.0.0.1:1/e.example/webmention"
    assert configure(sources.replace(', "base_url": "http://127.0.0.1:1/"', "")).webmention == (
        "https://webmention.io/e.example/webmention"
    )
    other = '\nCONVERSATION_WEBMENTION = "https://r.example/"'
    assert configure(sources + other).webmention == "https://r.example/"


def test_privacy_may_name_sources(configure: Configure) -> None:
    """A level can be set for a kind, for a configured source by its name, and for the implicit ones."""
    ours = configure("""
CONVERSATION_SOURCES = [{"source": "archive", "path": "a", "name": "old blog"}]
CONVERSATION_PRIVACY = {"like": "count", "old blog": "name", "giving": "full"}
""")
    assert ours.privacy == {"like": "count", "old blog": "name", "giving": "full"}


def test_settings_cannot_be_changed(configure: Configure) -> None:
    """What was validated stays as it is for the whole run."""
    with pytest.raises(AttributeError, match="immutable"):
        configure("CONVERSATION_STRICT = True").strict = False  # type: ignore[misc]


# --- .env ------------------------------------------------------------------------------------------------------------


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    """`.env` adds what the environment does not say, expands nothing and changes nobody's environment."""
    before = dict(os.environ)
    text = '\ufeff# tokens\nexport CONVERSATION_A_TOKEN=file\nCONVERSATION_B_TOKEN="$HOME x"\n\nHOME_OF=${HOME}\n'
    (tmp_path / ".env").write_text(text, "utf-8")
    found = environment(tmp_path, {"CONVERSATION_A_TOKEN": "real", "OTHER": "1"})
    assert found == {
        "CONVERSATION_A_TOKEN": "real",
        "CONVERSATION_B_TOKEN": "$HOME x",
        "HOME_OF": "${HOME}",
        "OTHER": "1",
    }
    assert dict(os.environ) == before


def test_without_a_file_the_environment_is_all(tmp_path: Path) -> None:
    """No `.env`, or a virtual environment of that name, is no mistake."""
    assert environment(tmp_path, {"A": "1"}) == {"A": "1"}
    (tmp_path / ".env").mkdir()
    assert environment(tmp_path, {"A": "1"}) == {"A": "1"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"CONVERSATION_A_TOKEN=\xff\xfe", "it is not UTF-8 text"),
        (b"A=1\n\nCONVERSATION_A_TOKEN: hush\n", ".env, line 3: write it as NAME=value"),
        (b"CONVERSATION_A_TOKEN\n", ".env, line 1: write it as NAME=value"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes, said: str) -> None:
    """A token is never lost silently, nor repeated."""
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        environment(tmp_path, {})
    assert said in str(caught.value)
    assert "hush" not in str(caught.value)


def test_odd_lines_of_others_in_the_file_are_left_alone(tmp_path: Path) -> None:
    """Other programs keep things in `.env` too."""
    (tmp_path / ".env").write_text("what is this\nCONVERSATION_A_TOKEN=a\n", "utf-8")
    assert environment(tmp_path, {}).items() == {"CONVERSATION_A_TOKEN": "a"}.items()


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ('{"replay": 4}', 'has "replay", which is no kind. Did you mean "reply"?'),
        ('{"reply": "4"}', 'must be a number from 0 to 1000000 for "reply", not "4"'),
        ('{"like": -1}', 'must be a number from 0 to 1000000 for "like", not -1'),
        ('{"like": float("nan")}', 'for "like", not nan'),
        ('{"like": True}', 'for "like", not True'),
        ("4", "must be a dictionary"),
    ],
)
def test_weights_are_numbers_by_kind(configure: Configure, weights: str, said: str) -> None:
    """Only what can be added up makes a score; nobody gets one without asking for it."""
    assert configure('CONVERSATION_WEIGHTS = {"guest-post": 20, "like": 0.5}').weights == {
        "guest-post": 20,
        "like": 0.5,
    }
    assert configure("CONVERSATION_STRICT = False").weights == {}
    with pytest.raises(SettingsError) as caught:
        configure(f"CONVERSATION_WEIGHTS = {weights}")
    assert said in str(caught.value)


@pytest.mark.parametrize("off", ["None", '""'])
def test_none_switches_feeds_off_and_leaves_other_settings_as_they_are(configure: Configure, off: str) -> None:
    """As for Pelican's own feeds, None says that there is to be none; elsewhere it says nothing."""
    assert configure("CONVERSATION_STRICT = False").feed_atom == "feeds/conversation.atom.xml"
    ours = configure(f"CONVERSATION_FEED_ATOM = {off}\nCONVERSATION_POST_FEED_ATOM = {off}\nCONVERSATION_PULL = None")
    assert (ours.feed_atom, ours.post_feed_atom, ours.pull) == ("", "", "due")


# --- The table, the manual, any value --------------------------------------------------------------------------------


def test_the_manual_is_written_from_the_table() -> None:
    """docs/settings.md says what the validator does; run `manual()` and paste it where this fails."""
    text = (ROOT / "docs/settings.md").read_text("utf-8")
    assert manual() in text
    assert all(f"## {setting.name}\n" in text for setting in KNOWN)


def test_every_setting_is_a_field_and_its_example_is_right(configure: Configure) -> None:
    """Table, class and examples agree, so that nobody copies a mistake out of the manual."""
    fields = set(Settings.__struct_fields__)
    for setting in KNOWN:
        assert setting.field in fields
        text = f"{setting.name} = {setting.example}"
        if setting.name == "CONVERSATION_PRIVACY":
            text += '\nCONVERSATION_SOURCES = [{"source": "mastodon", "account": "@ada@social.example"}]'
        assert configure(text).given[-1:] != ()


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | st.integers(), inner, max_size=3),
    max_leaves=6,
)


@steady
@given(values, st.sampled_from(KNOWN))
def test_no_value_makes_a_check_fail_otherwise(value: object, setting: Setting) -> None:
    """Whatever stands in a settings file, it is taken or refused in words."""
    check = setting.check
    said = ""
    try:
        check(value)
    except Wrong as wrong:
        said = wrong.what
    assert "\n" not in said
    assert len(said) < 400


@steady
@given(
    st.lists(values, max_size=3) | st.lists(st.dictionaries(st.sampled_from(["source", "name", "url", "path"]), values))
)
def test_no_list_of_sources_makes_loading_fail_otherwise(value: object) -> None:
    """Sources of any shape are taken or refused in words."""
    said = "CONVERSATION_SOURCES"
    try:
        load({"CONVERSATION_SOURCES": value}, root=Path(), environ={}, service=service)
    except SettingsError as error:
        said = str(error)
    assert "CONVERSATION_SOURCES" in said


def test_the_nearest_word_is_found() -> None:
    """A slip of the pen or of the shift key finds its word; where nothing is near, all are listed."""
    assert nearest("Acount", ["name", "account"]) == "account"
    assert nearest("zzz", ["name", "account"]) == ""
    assert did_you_mean("zzz", ["name", "account"]) == "Known are: account, name."
    assert did_you_mean("zzz", []) == ""
