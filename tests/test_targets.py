"""targets.py: the addresses under which a service is asked about a post."""

from conversation.sources.targets import MAX_QUERY, packed, spellings
from making import SITE, post


def test_a_post_is_asked_for_under_every_spelling_that_people_use() -> None:
    """Scheme and slash vary, former addresses of the site count, and the present one comes first."""
    found = spellings(post("a/"), (SITE, "http://old.example/blog"))
    assert found[0] == f"{SITE}/a/"
    assert {"http://e.example/a", "https://old.example/blog/a/", "http://old.example/blog/a"} <= set(found)


def test_an_alias_without_a_host_is_one_of_the_sites() -> None:
    """`aliases: /drinks/tea/` is asked for at the site, not at a host named ""."""
    found = spellings(post("a/", aliases=("/drinks/tea/", "https://else.example/tea")), (SITE, "https://old.example"))
    assert {f"{SITE}/drinks/tea/", "https://old.example/drinks/tea", "http://else.example/tea/"} <= set(found)
    assert not [url for url in found if ":///" in url]


def test_targets_are_packed_into_requests_that_servers_accept() -> None:
    """Neither too many targets nor too long a line, and none is lost."""
    targets = [f"{SITE}/{number}/{'x' * 200}" for number in range(60)]
    groups = list(packed([*targets, targets[0]], 50))
    assert [target for group in groups for target in group] == targets
    assert max(len(group) for group in groups) <= 50
    assert all(sum(map(len, group)) < MAX_QUERY for group in groups)
