"""What a post gave, and to whom: people who are known here are named beside the links that lead to them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from blog import Blog, mention
from conversation.threads import Gave
from talk import Skeleton, conversation, sidebar

TEXT = """
[One](https://p1.example/1), [two](https://p2.example/2), [three](https://p3.example/3), [Person 4](https://p4.example/),
[five](https://p5.example/5), [team](https://team.example/a), [nobody](https://q.example/).
"""
OTHER = "https://e.example/b.html"


def signed(number: int, name: str) -> dict[str, object]:
    """Somebody of a team that shares one address."""
    return mention(number, target=OTHER) | {
        "author": {"type": "card", "name": name, "photo": "", "url": "https://team.example/"}
    }


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The links that the post a gave, in words."""
    blog = Blog(tmp_path_factory.mktemp("known"), CONVERSATION_PRIVACY={"bookmark": "count"})
    blog.write("a.md", TEXT).write("b.md")
    blog.archive(
        [
            mention(1),
            mention(2, "like-of"),
            mention(3, target=OTHER),
            mention(4),
            mention(5, "bookmark-of"),
            signed(6, "Luz"),
            signed(7, "Dov"),
        ]
    )
    blog.build()
    (gave,) = re.findall(
        r'<section class="conversation-part conversation-gave">.*?</section>', blog.page("a.html"), re.DOTALL
    )
    return [Skeleton(item).text for item in re.findall(r"<li>.*?</li>", gave)]


def test_whoever_answered_is_named(lines: list[str]) -> None:
    """The post gave them a link, and they answered: both stand in one line, and no name stands there twice."""
    assert "One by Person 1, who answered" in lines
    assert "Person 4, who answered" in lines


def test_who_is_known_from_elsewhere_is_named(lines: list[str]) -> None:
    """Whoever liked it, or spoke below another post, did not answer here."""
    assert "two by Person 2" in lines
    assert "three by Person 3" in lines


def test_nobody_is_named_by_guess_or_against_the_settings(lines: list[str]) -> None:
    """Not who is only counted, not one of several who share an address, not a page of somebody unknown."""
    assert {"five at p5.example", "team at team.example", "nobody at q.example"} <= set(lines)


def test_a_hostile_name_stays_text() -> None:
    """What somebody calls themselves is escaped beside a link, too."""
    name = "<script>alert(1)</script>"
    html = sidebar(conversation(gave=(Gave("https://x.example/", "X", "x.example", name, answered=True),)))
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_without_people_nothing_changes(tmp_path: Path) -> None:
    """A new blog's posts say where their links lead, and no more."""
    blog = Blog(tmp_path, CONVERSATION_PULL="always").write("a.md", "[Noor](https://noor.example/1)").build()
    assert "Noor at noor.example" in Skeleton(blog.page("a.html")).text
