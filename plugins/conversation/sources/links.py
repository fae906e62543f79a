"""The posts themselves as a source: every link to somebody else's page is something given, and so says front matter.

`reply_to`, `like_of`, `repost_of`, `bookmark_of` and `guest_post_of` make the whole post an act; a page that a post is
a reply to is not counted a second time because the post links to it.
"""

from __future__ import annotations

import difflib
import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from ..acts import Act, Direction, Kind, Problem
from ..addresses import is_web
from ..files import caches_of
from ..posts import Post, digest_of_body
from ..sanitise import line
from . import Ask, Batch, Service, Source, kept_links
from .hypertext import anchors, text, words
from .kept_links import Gave
from .pages import digest_of, is_within, page_of, whose

if TYPE_CHECKING:
    from ..http import Client

__all__ = ["FIELDS", "SERVICE", "parse_posts", "pull"]

#: Fields of front matter that make a post an act, and which.
FIELDS: Mapping[str, Kind] = MappingProxyType(
    {
        "reply_to": Kind.REPLY,
        "like_of": Kind.LIKE,
        "repost_of": Kind.REPOST,
        "bookmark_of": Kind.BOOKMARK,
        "guest_post_of": Kind.GUEST_POST,
    }
)
#: Kinds in which something was written to the other.
WRITTEN = frozenset({Kind.REPLY, Kind.GUEST_POST})


class _Found(NamedTuple):
    """Something that a post may give: `wrong` says why it cannot be counted."""

    kind: Kind
    url: str
    title: str
    wrong: str


_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_BREAKS = re.compile(r"[\t\r\n]")  # browsers take them out of addresses
_CONTROL = "".join(map(chr, range(33)))


def pull(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:  # noqa: ARG001 - one signature for all services
    """One batch with what is other than at the last pull; none where no post is.

    It holds everything where all is asked for, or where what was kept of the last pull cannot be believed.
    """
    units = _units(ask)
    digest = _digest(units)
    if digest == ask.cursor.get("digest") and not ask.full:
        return
    place = caches_of(source.root) / f"links-{source.name}.json"
    former = None if ask.full else kept_links.read(place, ask)
    known = former or {}
    acts, kept = _gather(units, known, source=source.name, sites=ask.sites)
    data = kept_links.dumped(kept)
    published = [post.published for posts in units.values() for post in posts if post.published]
    yield Batch(
        acts,
        gone=_gone(known, kept),
        problems=tuple(dict.fromkeys(problem for gave in kept.values() for problem in gave.problems)),
        cursor={"digest": digest, **kept_links.cursor_of(ask, data)},
        complete=("*",) if former is None else (),
        pulled=max((time for time in published if time <= ask.now), default=None),
    )
    if ask.pull:  # now that it is in the store: until then the former one is true
        kept_links.write(place, data)


def parse_posts(
    posts: Sequence[Post], *, source: str, sites: Iterable[str]
) -> tuple[tuple[Act, ...], tuple[Problem, ...]]:
    """The acts that `posts` are and hold, one per post, kind and page, and what is wrong with them."""
    ours = [page_of(site) for site in sites]
    acts: dict[str, Act] = {}
    problems: dict[Problem, None] = {}
    taken: set[tuple[str, str]] = set()
    for parse in (_parse_fields, _parse_links):
        for post in posts:
            for kind, url, title, wrong in parse(post):
                page = page_of(url)
                if wrong:
                    problems[Problem(post.path or post.url, wrong)] = None
                elif not is_within(page, ours) and (kind is not Kind.LINK or (_origin(post), page) not in taken):
                    taken.add((_origin(post), page))
                    act = _act(post, source, kind, url, page, title)
                    acts.setdefault(act.id, act)
    return tuple(acts.values()), tuple(problems)


def _units(ask: Ask) -> dict[str, list[Post]]:
    """All published posts, each original with its translations, by a digest of all that their acts are made of.

    Nothing that one unit gives depends on another: ids, and what counts once, go by the original. It comes first in its
    unit: what a translation links to counts as the original's where both have it.
    """
    published = [post for post in ask.posts if post.status == "published"]
    published.sort(key=lambda post: (_origin(post), _origin(post) != post.url, post.url))
    shared = hashlib.blake2b(repr(ask.sites).encode("utf-8", "surrogatepass"), digest_size=16)
    units = {}
    for _, unit in itertools.groupby(published, _origin):
        posts = list(unit)
        digest = shared.copy()
        digest.update("\n".join(map(_told, posts)).encode("utf-8", "surrogatepass"))
        units[digest.hexdigest()] = posts
    return units


def _told(post: Post) -> str:
    """Everything that the acts of a post are made of; its body as a digest."""
    fields = sorted((name, values) for name, values in post.fields.items() if name in FIELDS)
    return repr((post.url, post.original, post.published, post.title, post.path, fields, digest_of_body(post.html)))


def _digest(units: Iterable[str]) -> str:
    """One digest of all units."""
    return hashlib.blake2b("".join(units).encode(), digest_size=16).hexdigest()


def _gather(
    units: Mapping[str, Sequence[Post]], former: Mapping[str, Gave], *, source: str, sites: Sequence[str]
) -> tuple[tuple[Act, ...], dict[str, Gave]]:
    """The acts of those units that are not among the former ones, and what all of them gave."""
    acts: list[Act] = []
    kept = {}
    for digest, posts in units.items():
        if digest in former:
            kept[digest] = former[digest]
        else:
            found, problems = parse_posts(posts, source=source, sites=sites)
            kept[digest] = Gave(tuple(act.id for act in found), problems)
            acts += found
    return tuple(acts), kept


def _gone(former: Mapping[str, Gave], kept: Mapping[str, Gave]) -> tuple[str, ...]:
    """The ids of acts that were given and are so no more."""
    given = {one for gave in kept.values() for one in gave.ids}
    return tuple(sorted({one for gave in former.values() for one in gave.ids} - given))


def _parse_fields(post: Post) -> Iterator[_Found]:
    """The acts that front matter makes of a post: named as the post itself names the page, else like the post."""
    stated = [(name, kind, value.strip()) for name, kind in FIELDS.items() for value in post.fields.get(name, ())]
    links = reversed([*_parse_links(post)]) if stated else ()  # what a page is called first is what it is called
    named = {page_of(found.url): found.title for found in links if found.title}
    for name, kind, value in stated:
        wrong = "" if is_web(value) else f"{name}: {line(value, 100)!r} is not an http or https address"
        yield _Found(kind, value, named.get(page_of(value)) or post.title, wrong)


def _parse_links(post: Post) -> Iterator[_Found]:
    """The links in a post, but for those that name the blogger elsewhere (`rel=me`)."""
    for anchor in anchors(str(post.html)):
        url, wrong = _address(anchor.href)
        if (url or wrong) and "me" not in anchor.rel:
            told = wrong and f"the link {line(anchor.href, 100)!r} {wrong}"
            yield _Found(Kind.LINK, url, line(anchor.text, 300), told)


def _act(post: Post, source: str, kind: Kind, url: str, page: str, title: str) -> Act:
    return Act(
        direction=Direction.GIVEN,
        kind=kind,
        source=source,
        id=digest_of(_origin(post), kind, page),
        url=post.url,
        target=url,
        to=whose(url),
        published=post.published,
        title=title,
        words=words(text(str(post.html))) if kind in WRITTEN else None,
    )


def _origin(post: Post) -> str:
    """The post that a translation is a translation of, else the post itself."""
    return post.original or post.url


def _address(href: str) -> tuple[str, str]:
    """The web address that a link leads to, "" for mail, scripts and the own site; and what is wrong with it."""
    url = _BREAKS.sub("", href.strip(_CONTROL)).replace(" ", "%20")
    if url.startswith("//"):
        url = f"https:{url}"
    scheme = _SCHEME.match(url)
    if scheme is None:
        return "", ""
    name, rest = scheme[1].lower(), url[scheme.end() :]
    if name in {"http", "https"}:
        if rest.startswith("//"):
            return (url, "") if is_web(url) else ("", "is not an address")
        return "", f"lacks slashes; is {name}://{line(rest.lstrip('/'), 80)} meant?"
    if rest.startswith("//") and difflib.get_close_matches(name, ["http", "https"], cutoff=0.7):
        return "", f"begins with a slip of the pen; is http{'s' if name.endswith('s') else ''}:{line(rest, 80)} meant?"
    return "", ""


SERVICE = Service(
    name="posts",
    pull=pull,
    summary="The links in your own posts, and front matter such as `reply_to`.",
    given=(Kind.LINK, *FIELDS.values()),
    local=True,
)
