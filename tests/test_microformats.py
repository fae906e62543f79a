"""What other sites' programs read out of a built page: the same acts as the store shows, in every theme."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import mf2py
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from pelican import Pelican, signals
from pelican.settings import read_settings

from blog import ROOT, SITE, Blog, mention
from conversation import sanitise
from conversation.threads import Conversation, Counts, Said
from odd_mentions import OWNER, mentions
from talk import conversation, said, sidebar
from themes import THEMES

PROPERTIES = {
    "comment": "comments",
    "repost": "shares",
    "mention": "mentions",
    "like": "likes",
    "bookmark": "bookmarks",
}
#: What is compared of an act: its list, who (name, profile), its permalink, when it was published, what was said.
Known = tuple[str, str, str, str, str, str]


def squeezed(text: str) -> str:
    """Without white space, of which parsers and browsers make what they like."""
    return "".join(text.split())


def shown(talk: Conversation) -> Counter[Known]:
    """The acts of a conversation as its page should tell them."""
    found: Counter[Known] = Counter()
    for group in PROPERTIES.values():
        todo: list[Said] = list(getattr(talk, group))
        while todo:
            one = todo.pop()
            when = one.when.isoformat() if one.dated else ""
            words = squeezed(one.html.striptags())
            found[group, squeezed(one.name), one.profile, one.url, when, words] += 1
            todo += one.replies
    return found


def read(html: str, url: str) -> tuple[Counter[Known], list[Any]]:
    """The acts that a page's entries tell, and these entries."""
    items = mf2py.parse(html, url=url, html_parser="html.parser")["items"]
    entries = [item for item in items if "h-entry" in item["type"]]
    found: Counter[Known] = Counter()
    for entry in entries:
        for name, group in PROPERTIES.items():
            for cite in entry["properties"].get(name, ()):
                assert cite["type"] == ["h-cite"]
                found[_known(group, cite["properties"])] += 1
    return found, entries


def _known(group: str, cite: dict[str, Any]) -> Known:
    (author,) = (one["properties"] for one in cite["author"])
    when = cite.get("published", [""])[0]
    words = cite["content"][0]["value"] if "content" in cite else ""
    urls = cite.get("url", [""])
    assert len(urls) == 1
    return (
        group,
        squeezed(author["name"][0]),
        author.get("url", [""])[0],
        urls[0],
        datetime.fromisoformat(when).isoformat() if when else "",
        squeezed(words),
    )


@contextlib.contextmanager
def conversations() -> Iterator[dict[str, Conversation]]:
    """By the file of each article and page that is built meanwhile, its conversation."""
    kept: dict[str, Conversation] = {}

    def keep(generators: list[Any]) -> None:
        for generator in generators:
            for content in getattr(generator, "context", {}).get("generated_content", {}).values():
                if hasattr(content, "conversation"):
                    kept[content.save_as] = content.conversation

    signals.all_generators_finalized.connect(keep)
    try:
        yield kept
    finally:
        signals.all_generators_finalized.disconnect(keep)


def test_the_sample_blog_tells_machines_what_its_store_holds(sample: Path) -> None:
    """Who, what, where and when of each act comes back out of every page of the sample blog, and nothing else does."""
    with conversations() as kept:
        Pelican(read_settings(str(sample / "pelicanconf.py"))).run()
    assert sum(len(shown(talk)) for talk in kept.values()) > 300
    for name, talk in kept.items():
        found, (entry,) = read((sample / "output" / name).read_text("utf-8"), talk.url)
        assert found == shown(talk), name
        assert entry["properties"]["url"][0] == talk.url, name


@pytest.mark.parametrize("look", ["simple", str(ROOT / "themes" / "commons")], ids=["simple", "commons"])
def test_odd_mentions_come_back_as_they_are_shown(tmp_path: Path, look: str) -> None:
    """Whatever collections hold (no author, no date, a page for a name, hostile HTML) can be read back as shown."""
    made = mentions(400, [f"{SITE}/a.html", f"{SITE}/b.html"], seed=4)
    blog = Blog(tmp_path, THEME=look, CONVERSATION_IDENTITIES=[OWNER], CONVERSATION_PER_PAGE=0)
    blog.write("a.md").write("b.md").archive(made.entries)
    with conversations() as kept:
        blog.build()
    for name in ("a.html", "b.html"):
        found, _ = read(blog.page(name), f"{SITE}/{name}")
        assert found == shown(kept[name])
        assert sum(found.values()) > 100


@pytest.mark.parametrize("name", THEMES)
def test_every_theme_has_an_entry_that_the_acts_belong_to(tmp_path: Path, name: str) -> None:
    """In a theme that knows nothing of microformats, too, an act is a property of its post, told once."""
    blog = Blog(tmp_path, **THEMES[name])
    blog.write("a.md").archive([mention(1), mention(2, "like-of")]).build()
    found, entries = read(blog.page("a.html"), f"{SITE}/a.html")
    assert sum(found.values()) == 2
    (entry,) = [entry for entry in entries if "comment" in entry["properties"]]
    assert entry["properties"]["url"] == [f"{SITE}/a.html"]


words = st.text(max_size=60).map(lambda text: sanitise.html(text, ""))
names = st.text(max_size=30).map(lambda text: sanitise.name(text) or "Somebody")
urls = st.sampled_from(["", "https://p.example/?a=1&b=%22#c", "https://p.example/ü", "http://p.example/'\"<>"])


@given(st.lists(st.tuples(names, words, urls, urls, st.booleans(), st.sampled_from(list(PROPERTIES))), max_size=6))
def test_whatever_people_are_called_and_say_comes_back(acts: list[tuple[str, Markup, str, str, bool, str]]) -> None:
    """No name, no word and no address changes what the page says, or to which act it belongs."""
    kinds = {"comment": "reply"}
    lists: dict[str, list[Said]] = {group: [] for group in PROPERTIES.values()}
    for number, (name, text, profile, url, dated, kind) in enumerate(acts):
        html = text if kind in {"comment", "mention"} else ""
        fields = {"profile": profile, "url": url, "dated": dated, "anchor": f"said-{number}"}
        lists[PROPERTIES[kind]].append(said(name, html, kind=kinds.get(kind, kind), **fields))
    counts = Counts(**{group: len(some) for group, some in lists.items()})
    talk = conversation(counts=counts, **{group: tuple(some) for group, some in lists.items()})
    found, _ = read(f'<div class="h-entry">{sidebar(talk)}</div>', "")
    assert found == shown(talk)
