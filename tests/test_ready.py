"""ready: what is read before its page is asked for."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import cast

import pytest

from conversation.ready import AHEAD, Ahead
from conversation.talks import Page, Reader, Talk
from making import DAY, post


class Shelf:
    """Gives talks of which only the page is known, and notes how many pages were read together."""

    def __init__(self) -> None:
        self.together: list[int] = []

    def talks(self, pages: Sequence[Page]) -> Iterator[Talk]:
        """As `Reader.talks`."""
        self.together.append(len(pages))
        return (Talk(page, (), (), (), ()) for page in pages)


def pages_of_days(number: int) -> list[Page]:
    """Posts of as many days, the first of which has the last address."""
    posts = [post(f"{number - day}.html", published=DAY + timedelta(days=day)) for day in range(number)]
    return [Page(one.url, one, (one.url,), (one.url,)) for one in posts]


def asked(order: Sequence[int], size: int = 1) -> list[int]:
    """How many pages are read together where those of 6 days, of so many acts each, are asked for in this order."""
    shelf, pages = Shelf(), pages_of_days(6)
    ahead = Ahead(cast("Reader", shelf), reversed(pages), {page.url: size for page in pages})
    assert [ahead.talk(pages[day]).page for day in order] == [pages[day] for day in order]
    return shelf.together


@pytest.mark.parametrize(
    ("order", "together"),
    [
        pytest.param((0, 1, 2, 3, 4, 5), [6], id="oldest first"),
        pytest.param((5, 4, 3, 2, 1, 0), [1, 5], id="newest first"),
        pytest.param((4, 1, 3), [1, 1, 1], id="here and there"),
        pytest.param((0, 1, 4, 5, 0), [6, 1], id="back to what was read"),
    ],
)
def test_pages_that_are_asked_for_by_date_are_read_together(order: Sequence[int], together: list[int]) -> None:
    """A build that writes one post after the other reads the store a few times, and one that skips reads no more."""
    assert asked(order) == together


def test_what_is_read_ahead_is_bounded() -> None:
    """Long conversations are not all in memory before anybody asks for them."""
    assert asked((0, 1, 2, 3), size=AHEAD // 2) == [3, 3]
