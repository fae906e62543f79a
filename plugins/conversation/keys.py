"""What tells whether what was kept of a page still holds: digests of all that it was made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from operator import attrgetter

from .files import own_code
from .leaves import digest
from .ledger.received import number_of
from .people import People
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
        self, settings: Settings, posts: Iterable[Post], ways: Ways, people: People, versions: Versions
    ) -> None:
        self._settings, self._posts, self._versions = settings, posts, versions
        #: The addresses of people who are known by several names, by the numbers of these.
        self._known = {number_of(name): address for name, address in people.known.items()}
        #: Of what all pages share, without and with moderation.
        self.rules = _rules_of(settings, ways, versions.forgotten)
        self.house = digest(self.rules, _moderated(settings))
        #: Of all that was given.
        self.given = digest(self.house, versions.given, sorted(self._known.items()))

    @property
    def knows_people(self) -> bool:
        """Whether anybody is known by several names."""
        return bool(self._known)

    def among(self, names: Iterable[int]) -> str:
        """What stands for the people with these names (`number_of`), as far as they are known by others, too."""
        found = sorted({name for name in names if name in self._known}) if self._known else ()
        return digest(*((name, self._known[name]) for name in found)) if found else ""

    @cached_property
    def posts(self) -> dict[str, str]:
        """Of each post, by its address."""
        return {post.url: digest(_values(post)) for post in self._posts}

    def leaf(self, page: Page, joined: str, names: Iterable[int]) -> str:
        """Of all that a page's leaf is made of.

        `joined` stands for the own replies that may stand on it; `names` are those of all who did anything on it.
        """
        return digest(self.house, *self._told(page), joined, self.among(names))

    def both(self, page: Page, joined: str, names: Iterable[int], shown: Sequence[str]) -> tuple[str, str]:
        """The same, and of all that its conversation is made of, in which these acts are `shown`."""
        told = [*self._told(page), joined, self.among(names)]
        return digest(self.house, *told), digest(self.rules, *told, shown)

    def _told(self, page: Page) -> list[object]:
        """What a page is, and what was told of it."""
        received, counts = self._versions.received, self._versions.counts
        told = [(target, received.get(target), counts.get(target)) for target in page.targets]
        return [page.url, self.posts[page.url] if page.post else "", told, page.addresses]


def _rules_of(settings: Settings, ways: Ways, forgotten: str) -> str:
    """A digest of what all leaves share beside moderation; `forgotten` stands for the people who are."""
    return digest(
        own_code(),
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
