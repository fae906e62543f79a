"""Which acts belong to which page, each of them once, and what of it readers may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from .acts import Act, Count
from .moderation import Moderation, Verdict
from .people import People
from .posts import Post
from .settings import Settings
from .store import Store, Stored
from .threads import Told, Ways, after_closing, merge
from .urls import Match

__all__ = ["Judged", "Page", "Reader", "Talk", "pages_of"]

#: Pages whose acts are read from the store together.
AT_ONCE = 200


class Page(Struct, frozen=True):
    """An address that acts are about: a post, or another page of the site (`post` is None), and all its spellings."""

    url: str
    post: Post | None
    targets: tuple[str, ...]
    #: Where the page and its copies are: what has one of these for its permalink is not told apart by it.
    addresses: tuple[str, ...]


class Judged(Struct, frozen=True):
    """What moderation says of an act of somebody else's; `tellings` are the act as every source tells it.

    `post` is None where the act is about a page of the site that is no post.
    """

    post: Post | None
    item: Stored
    tellings: tuple[Act, ...]
    verdict: Verdict


class Talk(Struct, frozen=True):
    """What was told of a page, each act once, what of it readers may see, and what services count.

    `judged` are the acts of others, and whether readers may see them.
    """

    page: Page
    told: tuple[Told, ...]
    shown: tuple[Told, ...]
    counts: tuple[Count, ...]
    judged: tuple[Judged, ...]


def pages_of(
    posts: Iterable[Post], matches: Mapping[str, Match], copies: Mapping[str, Mapping[str, Sequence[str]]]
) -> list[Page]:
    """Every post, and every other page of the site that acts are about, in the order of their addresses.

    `matches` says what each target means, `copies` where copies of posts are, by source and URL of the post.
    """
    known = {post.url: post for post in posts}
    targets: dict[str, list[str]] = {url: [] for url in known}
    for target, match in sorted(matches.items()):
        if match.on_site:
            targets.setdefault(match.post.url if match.post else target, []).append(target)
    elsewhere: dict[str, list[str]] = defaultdict(list)
    for found in copies.values():
        for url, urls in found.items():
            elsewhere[url] += urls
    pages = []
    for url, spelled in sorted(targets.items()):
        post = known.get(url)
        named = post.syndication if post else ()
        # Numbers are told of the post's own address, which no act may name.
        told_of = tuple(dict.fromkeys((*spelled, url)))
        pages.append(Page(url, post, told_of, (url, *spelled, *elsewhere.get(url, ()), *named)))
    return pages


class Reader:
    """Reads what was told of pages.

    `ways` is what is to be known of the sources that tell. Of targets that are not in `known` nothing was ever told
    (None: nobody knows which those are).
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        people: People,
        moderation: Moderation,
        ways: Ways,
        known: Container[str] | None = None,
    ) -> None:
        self._settings, self._store, self._people = settings, store, people
        self._moderation, self._ways, self._known = moderation, ways, known

    def talks(self, pages: Sequence[Page]) -> Iterator[Talk]:
        """Each page with what was told of it, merged and moderated; many pages in one reading."""
        for start in range(0, len(pages), AT_ONCE):
            some = pages[start : start + AT_ONCE]
            known = self._known
            wanted = [target for page in some for target in page.targets if known is None or target in known]
            received, numbers = self._store.told_of(wanted) if wanted else ((), ())
            acts, counts = defaultdict(list), defaultdict(list)
            for item in received:
                acts[item.act.target].append(item)
            for count in numbers:
                counts[count.target].append(count)
            for page in some:
                stored = [item for target in page.targets for item in acts.pop(target, ())]
                yield self._talk(page, stored, tuple(count for target in page.targets for count in counts[target]))

    def _talk(self, page: Page, stored: Sequence[Stored], counts: tuple[Count, ...]) -> Talk:
        """What came after a post's closing is of no account.

        All tellings of an act are judged together, so that what hides one of them hides the act.
        """
        told = tuple(merge(stored, self._people, page.addresses, self._ways))
        shown, judged = [], []
        for one in told:
            if after_closing(one, page.post):
                continue
            own = any(self._settings.is_own(act.author, act.url) for act in one.acts)
            verdict = Verdict(shown=True) if own else self._moderation.verdict(*one.acts)
            if verdict.shown:
                shown.append(one)
            if not own:
                judged.append(Judged(page.post, one.best, one.acts, verdict))
        return Talk(page, told, tuple(shown), counts, tuple(judged))
