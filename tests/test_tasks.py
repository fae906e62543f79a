"""tasks.py: what a blogger types, what they read then, and the exit codes that scripts rely on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from blog import ROOT, SITE, Blog, mention


def a_blog(folder: Path, **settings: object) -> Blog:
    """A post with two mentions, one that finds no post, and one of another site."""
    entries = [
        mention(1),
        mention(2, "like-of", target="http://e.example/a.html?utm_source=x#fn:1"),
        mention(3, target=f"{SITE}/nowhere.html"),
        mention(4, target="https://other.example/a.html"),
    ]
    return Blog(folder, **settings).write("a.md").archive(entries)


def test_build_offline_opens_no_socket(tmp_path: Path) -> None:
    """`--offline` builds from what is known: not even a name is looked up."""
    blog = a_blog(tmp_path)
    sources = [*blog.settings["CONVERSATION_SOURCES"], {"source": "feed", "url": "http://127.0.0.1:9/feed"}]
    blog.configure(CONVERSATION_SOURCES=sources, CONVERSATION_PULL="always")
    (tmp_path / "sitecustomize.py").write_text(
        "import socket\ndef refuse(*a, **k): raise SystemExit('a socket was opened')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse\n"
    )
    done = blog.run("build", "--offline", env={"PYTHONPATH": f"{tmp_path}:{ROOT / 'plugins'}"})
    assert (done.returncode, "a socket was opened" in done.stdout + done.stderr) == (0, False)
    assert blog.counts("a.html")["comments"] == 1
    assert {s["name"]: s["state"] for s in blog.ledger()["sources"]}["feed"] == "never"


def test_status_tells_everything_and_names_what_found_no_post(tmp_path: Path) -> None:
    """The page of text and its JSON agree: sources, numbers, rules, and each act on no post with the reason."""
    blog = a_blog(tmp_path)
    assert blog.run("build").returncode == 0
    state = json.loads(blog.run("status", "--json").stdout)
    assert state["received"] == 4
    assert {row["target"]: row["acts"] for row in state["unmatched"]} == {
        f"{SITE}/nowhere.html": 1,
        "https://other.example/a.html": 1,
    }
    assert sum(state["rules"].values()) + sum(row["acts"] for row in state["unmatched"]) == state["received"]
    text = blog.run("status").stdout
    for words in (SITE, "archive", "up to date", "nowhere.html", "another site", "2 acts on 2 addresses"):
        assert words in text


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (f"{SITE}/a.html", "by the rule exact"),
        ("http://e.example/a.html?utm_source=x#fn:1", "by the rule scheme+tracking-parameters+fragment"),
        (f"{SITE}/nowhere.html", "no such page"),
        ("https://other.example/a.html", "another site"),
    ],
)
def test_explain_names_the_rule_that_decided(url: str, words: str, tmp_path: Path) -> None:
    """The commonest question, "why is it not on my post?", has an answer in one line."""
    done = a_blog(tmp_path).run("explain", url)
    assert done.returncode == 0, done.stderr
    assert words in done.stdout


def test_export_and_import_give_the_same_site_byte_for_byte(tmp_path: Path) -> None:
    """A store can be moved: nothing that any page shows is lost on the way."""
    first = a_blog(tmp_path / "one").write(
        "b.md", "A [link](https://rye.example/x).", syndication="https://s.example/@ada/1"
    )
    (tmp_path / "one" / "content" / "giving.csv").write_text(
        "date,kind,channel,url\n2026-03-01,answer,forum,https://f.example/1\n"
    )
    first.configure(CONVERSATION_PRIVACY={"like": "name"})
    assert first.run("build", "--offline").returncode == 0
    done = first.run("export", "all.json")
    assert "acts" in done.stdout
    second = Blog(tmp_path / "two", **{k: v for k, v in first.settings.items() if k != "CONVERSATION_SOURCES"})
    second.write("a.md").write("b.md", "A [link](https://rye.example/x).", syndication="https://s.example/@ada/1")
    (tmp_path / "two" / "content" / "giving.csv").write_text((tmp_path / "one" / "content" / "giving.csv").read_text())
    (tmp_path / "two" / "mentions.json").write_text((tmp_path / "one" / "mentions.json").read_text())
    second.configure(CONVERSATION_SOURCES=first.settings["CONVERSATION_SOURCES"])
    assert second.run("import", str(tmp_path / "one" / "all.json")).returncode == 0
    assert second.run("build", "--offline").returncode == 0
    assert second.files() == first.files()
    again = second.run("export", "again.json")
    assert again.returncode == 0
    assert (tmp_path / "two" / "again.json").read_bytes() == (tmp_path / "one" / "all.json").read_bytes()


def test_moderation_hides_and_status_tells_by_which_rule(tmp_path: Path) -> None:
    """What moderation.toml hides is neither shown nor counted; a mistake in it is named with its line."""
    blog = Blog(tmp_path).write("a.md").archive([mention(1), mention(2), mention(3, "like-of")])
    rules = tmp_path / "content" / "moderation.toml"
    rules.write_text('[hide]\nauthors = ["https://p1.example/"]\n')
    assert blog.run("build").returncode == 0
    assert blog.counts("a.html") == {"comments": 1, "shares": 0, "mentions": 0, "likes": 1, "bookmarks": 0}
    assert "Person 1" not in blog.page("a.html")
    assert blog.ledger()["received"]["all"]["acts"] == 2
    assert sum(json.loads(blog.run("status", "--json").stdout)["kept_back"].values()) == 1
    rules.write_text("[hide]\nautors = []\n")
    done = blog.run("build")
    assert (done.returncode, "Traceback" in done.stderr + done.stdout) == (1, False)
    assert "moderation.toml, line 2" in done.stdout + done.stderr


def test_importing_an_archive_twice_adds_nothing(tmp_path: Path) -> None:
    """`import` takes a JF2 file for good, and once."""
    blog = Blog(tmp_path, CONVERSATION_IDENTITIES=["@ada@social.example"]).write("a.md")
    (tmp_path / "old.json").write_text(json.dumps({"children": [mention(1), mention(2, "repost-of")]}))
    first, second = blog.run("import", "old.json"), blog.run("import", "old.json")
    assert first.returncode == second.returncode == 0
    assert "2 new" in first.stdout
    assert "2 new" not in second.stdout
    blog.run("build")
    assert blog.counts("a.html") == {"comments": 1, "shares": 1, "mentions": 0, "likes": 0, "bookmarks": 0}


def test_a_second_build_of_the_same_gives_the_same_bytes(tmp_path: Path) -> None:
    """No clock, no order of a set, no temporary path gets into a page."""
    one, two = a_blog(tmp_path / "one"), a_blog(tmp_path / "two")
    assert one.run("build", env={"PYTHONHASHSEED": "1"}).returncode == 0
    assert two.run("build", env={"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo"}).returncode == 0
    assert one.files() == two.files()
    before = one.files()
    one.run("build", "--fresh")
    assert one.files() == before


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["explain"], 2, "url"),
        (["biuld"], 2, "biuld"),
        (["build", "--ofline"], 2, "ofline"),
        (["build", "--offline", "--fresh"], 2, "contradict"),
        (["pull", "--source", "nobody"], 1, "nobody"),
        (["import", "missing.json"], 1, "missing.json"),
        (["status", "--settings", "other.py"], 1, "other.py"),
    ],
)
def test_mistakes_get_one_clear_line_and_the_right_exit_code(
    arguments: list[str], code: int, words: str, tmp_path: Path
) -> None:
    """2 for words that no task knows, 1 for what the blogger can mend; never a traceback."""
    done = a_blog(tmp_path).run(*arguments)
    assert done.returncode == code, done.stdout + done.stderr
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


BAD = {
    "unknown setting": ("CONVERSATION_SORCES = []", ["pelicanconf.py", "CONVERSATION_SORCES", "CONVERSATION_SOURCES"]),
    "unknown source": ("CONVERSATION_SOURCES = [{'source': 'webmention_io', 'domain': 'x'}]", ["webmention.io"]),
    "unknown option": ("CONVERSATION_SOURCES = [{'source': 'feed', 'ulr': 'https://x.example'}]", ["ulr", "url"]),
    "missing option": ("CONVERSATION_SOURCES = [{'source': 'webmention.io'}]", ["domain"]),
    "wrong choice": ("CONVERSATION_PULL = 'sometimes'", ["sometimes", "due", "always", "never"]),
    "wrong number": ("CONVERSATION_DEADLINE = 'soon'", ["CONVERSATION_DEADLINE", "soon"]),
    "a token in settings": (
        "CONVERSATION_SOURCES = [{'source': 'webmention.io', 'domain': 'x.example', 'token': 's3cret'}]",
        [".env"],
    ),
    "a store that is a folder": ("CONVERSATION_STORE = 'sqlite:///content'", ["content"]),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_settings_are_named_with_file_and_line(case: str, tmp_path: Path) -> None:
    """Pelican's own command and the plugin's both say what is wrong and where, without a traceback."""
    line, words = BAD[case]
    blog = Blog(tmp_path).write("a.md")
    number = len(blog.conf.read_text().splitlines()) + 1
    blog.conf.write_text(f"{blog.conf.read_text()}{line}\n")
    for done in (blog.pelican(), blog.run("status")):
        said = " ".join((done.stdout + done.stderr).split())
        assert done.returncode == 1, said
        assert "Traceback" not in said
        assert "s3cret" not in said
        for word in words:
            assert word in said
        if "store" not in case:
            assert f"line {number}" in said


def test_bad_input_is_named_and_the_rest_is_taken(tmp_path: Path) -> None:
    """Bad rows of giving.csv and bad entries of an archive are told with file and line; the good ones are shown."""
    blog = Blog(tmp_path).write("a.md")
    (tmp_path / "content" / "giving.csv").write_text(
        "date,kind,channel,url,person,words,note\n2026-02-31,reply,web,https://x.example/1,,,\n"
        "2026-02-01,replay,web,https://x.example/2,,,\n2026-02-01,reply,web,https://x.example/3,,12,\n"
    )
    blog.archive([mention(1), {"type": "entry"}, mention(2, published="2026-13-45T99:00:00Z")])
    done = blog.run("build")
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode == 0, said
    assert "line 2" in said
    assert "line 3" in said
    assert "“reply”" in said or '"reply"' in said or "reply" in said
    assert blog.ledger()["given"]["all"]["by_kind"] == {"reply": 1}
    assert blog.counts("a.html")["comments"] == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{not json", "mentions.json"),
        ("[1, 2]", "mentions.json"),
        ('{"a": 1}', "mentions.json"),
        ("\x00\xff", "mentions.json"),
    ],
)
def test_an_archive_of_the_wrong_kind_does_not_stop_the_build(text: str, words: str, tmp_path: Path) -> None:
    """The file is named, everything else is built, and CONVERSATION_STRICT turns it into exit code 1."""
    blog = Blog(tmp_path).write("a.md").archive([])
    (tmp_path / "mentions.json").write_text(text, encoding="latin-1")
    done = blog.run("build")
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode == 0, said
    assert words in said
    assert "Traceback" not in said
    assert blog.counts("a.html")["comments"] == 0
    strict = blog.configure(CONVERSATION_STRICT=True).run("build")
    assert strict.returncode == 1
    assert "Traceback" not in strict.stdout + strict.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("balance", "--offline"),
        ("balance", "--offline", "--json"),
        ("status",),
        ("status", "--json"),
        ("doctor", "--json"),
        ("explain", f"{SITE}/a.html"),
    ],
    ids=" ".join,
)
def test_who_stops_reading_gets_no_traceback(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """`balance --json | head -1` is how people look into JSON: the task ends, and complains of nothing."""
    done = a_blog(tmp_path).run_unread(*arguments)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize("arguments", [("give",), ("give", "reply"), ("explain",), ("balance", "--jason"), ("weigh",)])
def test_a_command_that_is_wrong_has_a_code_of_its_own(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """A script can tell a mistake of its own (2) from something that is to be mended in the blog (1)."""
    done = a_blog(tmp_path).run(*arguments)
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (2, "", False)
    assert done.stderr
