"""The year's picture of words: drawn where it is wanted, announced by the sample theme, the same every time."""

from __future__ import annotations

import io
import logging
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from blog import ROOT, SITE, Blog, mention
from conversation.languages import Languages
from conversation.ledger.wording import Piece
from conversation.poster import MARGIN, PAPER, SIZE, NoPoster, poster
from conversation.summary import Summary
from ledgers import FULL

LETTERS = "abc ÄÖÜäöüß éèçñ¿¡ 0123456789.,’“” "


def drawn(language: str) -> bytes:
    told = Summary(FULL, Languages(language))
    return poster("Small Kindnesses", "What I gave this year", told.pieces(), told.back())


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_a_picture_of_words(language: str) -> None:
    """It has the size that networks ask for, is small, and says the same in the same bytes."""
    data = drawn(language)
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.size == SIZE
        assert picture.format == "PNG"
    assert len(data) < 60_000
    assert drawn(language) == data


@settings(deadline=None, max_examples=20)
@given(st.lists(st.lists(st.text(LETTERS, max_size=40), max_size=3), max_size=3))
def test_nothing_runs_over_the_edge(texts: list[list[str]]) -> None:
    """Long sentences are broken into lines and drawn smaller: the margin stays as empty as it is."""
    sentences = [[Piece(text, strong=not place) for place, text in enumerate(one)] for one in texts]
    with Image.open(io.BytesIO(poster("A site", "What I gave", sentences, ()))) as picture:
        margin = picture.convert("RGB").crop((SIZE[0] - MARGIN // 2, 20, SIZE[0], SIZE[1]))
        assert margin.getcolors() == [(margin.width * margin.height, tuple(bytes.fromhex(PAPER[1:])))]


def test_letters_that_are_not_there() -> None:
    """A name that would be a row of boxes gives no picture, and says which letters they are."""
    with pytest.raises(NoPoster, match="lack '日本'"):
        poster("日本", "What I gave", (), ())


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    made = Blog(tmp_path, CONVERSATION_OG_IMAGE=True, THEME=str(ROOT / "themes" / "commons"))
    return made.write("a.md", "Thanks to [Noor](https://noor.example/1).").archive([mention(1)])


def test_a_site_announces_its_picture(blog: Blog) -> None:
    """The page of giving and receiving names it by its full address, no other page does, and it is there."""
    blog.build()
    page = blog.page("giving-receiving/index.html")
    assert re.findall(r'og:image" content="([^"]+)"', page) == [f"{SITE}/giving-receiving/year.png"]
    assert "1 person heard from me, in a link" in re.findall(r'og:image:alt" content="([^"]+)"', page)[0]
    assert blog.files()["giving-receiving/year.png"].startswith(b"\x89PNG")
    assert "og:image" not in blog.page("a.html") + blog.page("index.html")


def test_without_the_setting_there_is_none(blog: Blog) -> None:
    """Nothing is drawn and nothing announced unless the blogger wants it."""
    blog.configure(CONVERSATION_OG_IMAGE=False).build()
    assert "giving-receiving/year.png" not in blog.files()
    assert "og:image" not in blog.page("giving-receiving/index.html")


def test_without_letters_the_build_goes_on(
    blog: Blog, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Who lacks the package is told what to install, and gets the site all the same."""
    monkeypatch.setitem(sys.modules, "font_lato", None)
    with caplog.at_level(logging.WARNING):
        blog.build()
    assert "pelican-conversation[image]" in caplog.text
    assert "og:image" not in blog.page("giving-receiving/index.html")
