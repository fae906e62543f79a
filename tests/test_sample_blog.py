"""The sample blog: what a newcomer sees first, and what every parser has to survive."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from conversation.sources.giving import parse_giving
from conversation.sources.jf2 import parse_feed
from sample_archives import ARCHIVES, archives
from sample_mentions import record_key
from sample_oddities import ODDITIES, author

ROOT = Path(__file__).parents[1]
CONTENT = ROOT / "content"
NEWEST = datetime(2026, 11, 20, 23, 59, tzinfo=UTC)

Entry = dict[str, Any]
ENTRIES: list[Entry] = json.loads((ARCHIVES / "mentions.jf2.json").read_text("utf-8"))["children"]
ACTIVITIES: list[Entry] = json.loads((ARCHIVES / "outbox.json").read_text("utf-8"))["orderedItems"]
POSTS = sorted((CONTENT / "posts").glob("*.md"))


def front_matter(path: Path) -> dict[str, str]:
    """The front matter of a post by lower-case name."""
    head = path.read_text("utf-8").partition("\n\n")[0]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head.splitlines())}


@pytest.mark.parametrize("name", ["mentions.jf2.json", "outbox.json"])
def test_archives_are_what_the_generator_makes(name: str) -> None:
    """The committed archives come byte for byte from tests/sample, so that nobody edits the wrong file."""
    assert (ARCHIVES / name).read_bytes() == archives()[name].encode()


@pytest.mark.parametrize("what", ODDITIES)
def test_every_oddity_is_in_the_sample(what: str) -> None:
    """Whatever real collections hold, the sample holds too: who builds it has tried the parsers on all of it."""
    least, is_odd = ODDITIES[what]
    assert sum(bool(is_odd(entry)) for entry in ENTRIES) >= least


@pytest.mark.parametrize(
    ("least", "same", "differ"),
    [
        (1, ("url",), "wm-source"),
        (1, ("wm-source",), "wm-target"),
        (1, ("author", "wm-target", "wm-property"), "url"),
        (1, ("wm-id",), "wm-source"),
    ],
)
def test_duplicates_of_every_sort_are_in_the_sample(least: int, same: tuple[str, ...], differ: str) -> None:
    """One act that came twice, in each way in which that happens, is there for merging to be tried on."""
    groups: dict[str, set[str]] = {}
    for entry in ENTRIES:
        if all(entry.get(name) for name in same):
            key = json.dumps([entry[name] for name in same], sort_keys=True)
            groups.setdefault(key, set()).add(entry.get(differ, ""))
    assert sum(len(values) > 1 for values in groups.values()) >= least


def test_entries_are_newest_first_and_none_is_from_the_future() -> None:
    """The feed has webmention.io's order, and its newest entry decides what `generated` says in the sample's ledger."""
    received = [entry["wm-received"] for entry in ENTRIES]
    assert received == sorted(received, reverse=True)
    assert datetime.fromisoformat(received[0]) < NEWEST


def test_nobody_answers_before_being_spoken_to() -> None:
    """Answers name a parent that is in the sample and is older than they are."""
    published = {entry["url"]: entry["published"] for entry in ENTRIES if entry.get("url")}
    answers = [entry for entry in ENTRIES if isinstance(entry.get("in-reply-to"), list)]
    assert answers
    for entry in answers:
        assert published[entry["in-reply-to"][0]][:19] < entry["published"][:19], entry["url"]


def test_the_conversation_is_uneven() -> None:
    """One post is much talked about, one not at all, as in life; both must look good."""
    slugs = Counter(re.split(r"[?#]", entry["wm-target"])[0].rpartition("/")[2] for entry in ENTRIES)
    assert slugs.most_common(1)[0][0] == "you-get-what-you-give.html"
    assert slugs["you-get-what-you-give.html"] > 80
    assert slugs["a-week-without-an-audience.html"] == 0


def test_entries_can_be_read() -> None:
    """The plugin's own reader takes every entry but the private one, and keeps what is private out."""
    acts, problems = parse_feed(ENTRIES, source="sample", where="mentions.jf2.json", ids="hash")
    assert len(acts) + len([p for p in problems if "names no page" in p.what]) == len(ENTRIES) - 1
    assert not any("PRIVATE-WORDS" in act.text for act in acts)


def test_outbox_holds_every_kind_of_message() -> None:
    """Replies, boosts, notes, links to the own site, a thread, a warning, and all four degrees of publicity."""
    public = "https://www.w3.org/ns/activitystreams#Public"
    notes = [item["object"] for item in ACTIVITIES if item["type"] == "Create"]
    assert sum(item["type"] == "Announce" for item in ACTIVITIES) >= 20
    assert sum(bool(note["inReplyTo"]) for note in notes) >= 75
    assert sum("https://kindnesses.example/" in note["content"] for note in notes) >= 14
    assert sum((note["inReplyTo"] or "").startswith(note["attributedTo"]) for note in notes) == 2
    assert [note["summary"] for note in notes if note["sensitive"]] == ["death of a parent, bread"]
    hidden = [note for note in notes if public not in note["to"] + note["cc"]]
    assert sorted(re.findall("[A-Z]+-[A-Z]+", " ".join(note["content"] for note in hidden))) == [
        "DIRECT-WORDS",
        "FOLLOWERS-ONLY",
    ]
    assert sum(public in note["cc"] for note in notes) == 1


def test_own_answers_are_in_both_archives_under_one_address() -> None:
    """An answer that came by Bridgy and by the Mastodon archive must be able to count once."""
    written = {item["object"]["url"] for item in ACTIVITIES if item["type"] == "Create"}
    carried = {entry["url"] for entry in ENTRIES if author(entry, "url") == "https://social.example/@ada"}
    assert carried
    assert carried <= written


def test_syndicated_copies_exist() -> None:
    """Every `syndication:` of a post names a status that is in the outbox or the post's copy on the other network."""
    written = {item["object"]["url"] for item in ACTIVITIES if item["type"] == "Create"}
    for path in POSTS:
        fields = front_matter(path)
        language = f"-{fields['lang']}" if fields.get("lang", "en") != "en" else ""
        copy = "https://sky.example/profile/ada/post/" + record_key(f"{fields['slug']}{language}.html")
        urls = [url.strip() for url in fields.get("syndication", "").split(",") if url]
        assert {*urls} <= {*written, copy}, path.name


def test_front_matter_shows_what_there_is() -> None:
    """Whoever looks for an example of a field finds one in the sample."""
    fields = [front_matter(path) for path in POSTS]
    for name in ("modified", "aliases", "syndication", "comments", "reply_to", "guest_post_of", "summary", "tags"):
        assert any(name in post for post in fields), name
    assert {post["comments"] for post in fields if "comments" in post} == {"closed", "2026-03-31"}
    assert {post["status"] for post in fields if "status" in post} == {"draft", "hidden"}
    assert [post["slug"] for post in fields].count("you-get-what-you-give") == 2
    assert any(not post["slug"].isascii() for post in fields)
    assert any(post["slug"] != post["slug"].lower() for post in fields)
    assert all(datetime.fromisoformat(post["date"]).replace(tzinfo=UTC) < NEWEST for post in fields)


@pytest.mark.parametrize("path", POSTS, ids=lambda path: path.stem)
def test_posts_are_essays(path: Path) -> None:
    """Published posts are of the length that people read, and every picture in them exists and says what it shows."""
    text = path.read_text("utf-8")
    body = text.partition("\n\n")[2]
    if "status" not in front_matter(path):
        assert 600 <= len(body.split()) <= 1200
    for words, image in re.findall(r"!\[([^\]]*)\]\(\{static\}/([^)]+)\)", body):
        assert len(words) > 20, image
        assert (CONTENT / image).is_file(), image


def test_pictures_are_small_and_harmless() -> None:
    """The drawings are well-formed, under 20 kB, and load nothing from anywhere."""
    pictures = sorted((CONTENT / "images").iterdir())
    assert len(pictures) >= 8
    for path in pictures:
        text = path.read_text("utf-8")
        root = ET.fromstring(text)  # noqa: S314 - our own file
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert len(text) < 20_000
        assert not re.search(r"<script|\bon\w+=|href=|style", text), path.name


def test_giving_can_be_read() -> None:
    """The hand-kept list of gifts has rows of every sort and not one that the plugin would complain about."""
    data = (CONTENT / "giving.csv").read_bytes()
    acts, problems, whole = parse_giving(data, "giving.csv", source="giving", now=NEWEST)
    rows = list(csv.DictReader(data.decode().splitlines()))
    assert (len(acts), problems, whole) == (len(rows), (), True)
    assert len(rows) >= 60
    assert {row["kind"] for row in rows} >= {"answer", "guest-post", "reply", "like", "link", "bookmark"}
    assert [row["date"] for row in rows] == sorted(row["date"] for row in rows)


def addresses_in_files() -> Iterator[tuple[str, str]]:
    for path in sorted(CONTENT.rglob("*")):
        if path.is_file() and path.suffix != ".svg":
            for url in re.findall(r"https?://[^\s\"'<>)\]\\,|]+", path.read_text("utf-8")):
                yield path.name, url


def test_all_hosts_are_invented() -> None:
    """No real person, site or server is named; Bridgy's own addresses stand only where they tell the network."""
    real = {(file, urlsplit(url).hostname) for file, url in addresses_in_files() if not _invented(url)}
    assert real == {
        ("mentions.jf2.json", "brid.gy"),
        ("mentions.jf2.json", "bsky.brid.gy"),
        ("outbox.json", "www.w3.org"),
    }
    for entry in ENTRIES:
        assert "brid.gy" not in json.dumps({name: value for name, value in entry.items() if name != "wm-source"})


def _invented(url: str) -> bool:
    return bool(re.search(r"(^|\.)(example|example\.(com|org|net))$", urlsplit(url).hostname or ""))


@pytest.mark.parametrize("settings", ["pelicanconf.py", "publishconf.py"])
def test_the_blog_builds_without_a_warning(settings: str, tmp_path: Path) -> None:
    """A newcomer's first build says nothing, shows the conversations, and shows nothing that is private."""
    store = json.dumps(f"sqlite:///{tmp_path}/conversation.sqlite")
    command = [sys.executable, "-m", "pelican", "content", "-s", settings, "-o", str(tmp_path / "output")]
    command += ["--fatal=warnings", "-e", f"CONVERSATION_STORE={store}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    pages = {path.name: path.read_text("utf-8") for path in (tmp_path / "output").rglob("*.html")}
    said = pages["you-get-what-you-give.html"]
    assert "I’m the one pixel." in said
    assert re.search(r'data-comments="[2-9]\d"', said)
    assert 'data-comments="0"' in pages["a-week-without-an-audience.html"]
    everything = "".join(pages.values())
    assert not re.search("PRIVATE-WORDS|DIRECT-WORDS|FOLLOWERS-ONLY", everything)
    assert not re.search(r"<script>alert|<img src=x|href=[\"']?javascript:", everything)
