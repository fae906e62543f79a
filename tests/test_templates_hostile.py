"""The conversation's templates against what strangers call themselves."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.posts import Post
from conversation.threads import Conversation, Counts, Gave, Join, Said, Stale
from hostile import CASES
from talk import TEMPLATES, Skeleton, conversation, said, sidebar

PARTS = sorted(path.stem for path in (TEMPLATES / "conversation").glob("*.html") if "ledger" not in path.name)
#: Frames: what they print they escape piece by piece.
FRAMES = {"further", "conversations", "metrics", "placed"}
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=y>&amp;"


@pytest.mark.parametrize("name", [name for name in PARTS if name not in FRAMES])
def test_escaping_is_switched_on_in_every_part(name: str) -> None:
    """Pelican does not escape by itself, and an include does not inherit it: each file must do so from end to end."""
    source = (TEMPLATES / "conversation" / f"{name}.html").read_text("utf-8")
    code = re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL).strip()
    assert code.startswith("{% autoescape true %}")
    assert code.endswith("{% endautoescape %}")
    assert "| safe" not in code


def hostile(text: str, words: str | None = None) -> Conversation:
    def one(kind: str, **more: object) -> Said:
        fields: dict[str, object] = dict.fromkeys(("initials", "profile", "url", "title", "place", "rsvp"), text)
        return said(text, text if words is None else words, kind=kind, anchor=f"said-{kind}", **(fields | more))

    return conversation(
        post=Post(url=text),
        counts=Counts(1, 2, 2, 1, 1),
        comments=(one("reply", warning=text),),
        shares=(one("repost"), one("quote")),
        mentions=(one("mention"), one("rsvp", title="")),
        likes=(one("like"),),
        bookmarks=(one("bookmark"),),
        join=(Join(text, text),),
        gave=(Gave(text, text, text),),
        stale=(Stale(text, None),),
    )


def test_hostile_strings_come_out_as_text() -> None:
    """Nothing that a stranger calls themselves becomes markup; only the sanitised words are printed as HTML."""
    talk = hostile(HOSTILE)
    page = sidebar(talk, conversation_endpoint=HOSTILE)
    words = str(talk.comments[0].html)
    assert "<script>" not in page.replace(words, "")
    assert "onerror=y>" not in page.replace(words, "")
    tags = Skeleton(page.replace(words, "")).tags
    assert ("p", {"class": "conversation-title p-name", "dir": "auto"}) in tags
    assert tags[0][1]["data-post"] == HOSTILE


def shape(text: str) -> list[tuple[str, list[str]]]:
    """The elements of a page with `text` in every plain field, each with the names of its attributes."""
    page = sidebar(hostile(text, "<p>Words.</p>"), conversation_endpoint=text)
    return [(tag, sorted(attrs)) for tag, attrs in Skeleton(page).tags]


@pytest.mark.parametrize("name", [name for name, text in CASES.items() if text.strip()])
def test_no_trick_adds_an_element_or_an_attribute(name: str) -> None:
    """Even a text that nothing has been over, in any field but the words, is a text when the templates are done."""
    assert shape(CASES[name]) == shape("x")


@given(st.text(max_size=40))
def test_no_name_changes_the_shape_of_the_page(text: str) -> None:
    """Whatever people are called, the page has the same elements as with a harmless name of theirs."""
    shapes = []
    for name in (text or "x", "x"):
        talk = conversation(
            counts=Counts(1, likes=1), comments=(said(name, place=name),), likes=(said(name, kind="like"),)
        )
        shapes.append([tag for tag, _ in Skeleton(sidebar(talk)).tags])
    assert shapes[0] == shapes[1]
