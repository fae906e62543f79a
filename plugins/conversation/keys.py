"""What tells whether what was kept of a page still holds: digests of all that it was made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from operator import attrgetter

from .acts import Proof
from .files import own_code
from .leaves import digest
from .posts import Post
from .settings import Settings
from .store import Versions
from .talks import Page
from .threads import Ways

__all__ = ["Keys"]

_values = attrgetter(*(name for name in Post.__struct_fields__ if name != "html"))


class Keys:
    """Digests of the pages of a site, of which `versions` tell what is in the store."""

    def __init__(
        self, settings: Settings, posts: Iterable[Post], ways: Ways, proofs: Iterable[Proof], versions: Versions
    ) -> None:
        self._settings, self._posts, self._versions = settings, posts, versions
        #: Of what all pages share, without and with moderation.
        self.rules = _rules_of(settings, ways, proofs, versions.forgotten)
        self.house = digest(self.rules, _moderated(settings))
        #: Of all that was given.
        self.given = digest(self.house, versions.given)

    @cached_property
    def posts(self) -> dict[str, str]:
        """Of each post, by its address."""
        return {post.url: digest(_values(post)) for post in self._posts}

    def leaf(self, page: Page, joined: str) -> str:
        """Of all that a page's leaf is made of; `joined` stands for the own replies that may stand on it."""
        return digest(self.house, *self._told(page), joined)

    def both(self, page: Page, joined: str, shown: Sequence[str]) -> tuple[str, str]:
        """The same, and of all that its conversation is made of, in which these acts are `shown`."""
        told = self._told(page)
        return digest(self.house, *told, joined), digest(self.rules, *told, joined, shown)

    def _told(self, page: Page) -> list[object]:
        """What a page is, and what was told of it."""
        received, counts = self._versions.received, self._versions.counts
        told = [(target, received.get(target), counts.get(target)) for target in page.targets]
        return [page.url, self.posts[page.url] if page.post else "", told, page.addresses]


def _rules_of(settings: Settings, ways: Ways, proofs: Iterable[Proof], forgotten: str) -> str:
    """A digest of what all leaves share beside moderation; `forgotten` stands for the people who are."""
    return digest(
        own_code(),
        [(one.one, one.other) for one in proofs],
        forgotten,
        settings.identities,
        settings.siteurls,
        settings.people,
        sorted(settings.privacy.items()),
        settings.per_page,
        settings.timezone.key,
        sorted(ways.services.items()),
        sorted(ways.homes.items()),
    )


def _moderated(settings: Settings) -> bytes:
    """All that the file of moderation says; nothing where there is none."""
    try:
        return settings.moderation.read_bytes()
    except OSError:
        return b""
