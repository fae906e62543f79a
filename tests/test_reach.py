"""How far sources reach: what can be counted, so that the page says "none yet" where that is true, and nowhere else."""

from __future__ import annotations

import pytest

from conversation.acts import Direction
from conversation.ledger import SourceFacts
from conversation.reach import counted
from conversation.sources import Source
from ledgers import NOW

GIVEN, RECEIVED = Direction.GIVEN, Direction.RECEIVED


@pytest.mark.parametrize(
    ("service", "options", "expected"),
    [
        ("mastodon", {"account": "@ada@social.example"}, {"mastodon": {GIVEN, RECEIVED}}),
        ("hackernews", {"account": "ada"}, {"hackernews": {GIVEN, RECEIVED}}),
        ("hackernews", {}, {"hackernews": {RECEIVED}}),
        ("forem", {"account": "ada"}, {"forem": {RECEIVED}}),
        ("isso", {}, {"isso": {RECEIVED}}),
        ("posts", {}, {"web": {GIVEN}}),
        ("webmention.io", {"domain": "e.example"}, {"web": {RECEIVED}}),
        ("archive", {"path": "outbox.json"}, {}),
        ("giving", {"path": "giving.csv"}, {}),
    ],
)
def test_what_a_source_can_tell(service: str, options: dict[str, str], expected: dict[str, set[Direction]]) -> None:
    """What was given is known only where the service is told whose account it is; of a file nobody knows."""
    facts = [SourceFacts(name="one", state="fresh", pulled=NOW)]
    assert counted([Source(service, "one", options)], facts) == expected


def test_what_was_never_read_tells_nothing() -> None:
    """Before the first answer of a source nothing can be said about its channel."""
    source = Source("mastodon", "one", {"account": "@ada@social.example"})
    assert counted([source], [SourceFacts(name="one", state="failed")]) == {}
    assert counted([source], []) == {}
