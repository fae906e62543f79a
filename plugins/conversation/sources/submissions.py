"""Posts that somebody submitted to a place where links are discussed, and the blogger's own acts there.

What Hacker News, Lobsters, Lemmy and Forem share. A `Forum` says how one of them finds and reads submissions;
`pull_posts` asks it about every post, `list_own` about the account. Nothing here opens a socket by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice

from msgspec import Struct, structs

from ..acts import Act, Count, Kind, Problem
from ..addresses import is_web, split
from ..errors import Malformed, Missing
from ..posts import Post
from . import Ask, Batch, Copy, Source, copies
from .abreast import abreast
from .copies import Index
from .pages import is_within, page_of
from .paging import Listing
from .stood import Stood
from .values import time_of

__all__ = [
    "Desk",
    "Forum",
    "Thread",
    "account_of",
    "ancestor",
    "base_of",
    "list_own",
    "pages_of",
    "pull_posts",
    "since_of",
    "younger",
]

#: The account is listed in full so often, so that what was deleted vanishes; otherwise back to this long before the
#: newest act known, for what was edited since.
FULL_EVERY = timedelta(days=30)
OVERLAP = timedelta(days=2)
#: Entries that are committed at a time.
PORTION = 500


class Thread(Struct, frozen=True):
    """A submission: the page that it is about ("" if none), all that was said there, and its points (None: untold)."""

    link: str = ""
    acts: tuple[Act, ...] = ()
    points: int | None = None
    problems: tuple[Problem, ...] = ()
    whole: bool = True


class Forum(Struct, frozen=True):
    """How one place is asked, all about the post with the URL `target`.

    `name` gives the one spelling of a submission's address, "" for what is none. `find(page)` gives pairs: the page
    that a submission links to, as spelled there, and the submission's address. `read(address, target)` gives what
    stands there; it raises Missing where that is nothing any more. `stands(address)` says how a submission stands, by
    what is told of many at once ("": nothing is): where that has not changed it is not read again (`stood.py`). Several
    threads may call them at a time.
    """

    source: str
    name: Callable[[str], str]
    find: Callable[[str], Iterable[tuple[str, str]]]
    read: Callable[[str, str], Thread]
    stands: Callable[[str], str] = lambda address: ""  # noqa: ARG005


def pull_posts(forum: Forum, ask: Ask) -> Iterator[Batch]:
    """A batch for each post: what was said wherever it was submitted; complete where all of that could be read.

    Submissions named in front matter are believed. Those found by searching, now or earlier, count only if they link
    to the post: searches are fuzzy, and a moderator may change a link. Raises SourceError, but not over what is
    missing or damaged at one submission.
    """
    index, stood = Index(ask.posts, ask.sites), Stood(ask)

    def told_of(post: Post) -> tuple[_Searched, str | None, Batch | None]:
        searched = _search(forum, ask, index, post)
        state = _state(forum, searched)
        still = state is not None and stood.is_still(post, state)
        return searched, state, None if still else _read(forum, index, searched)

    for searched, state, read in abreast(told_of, ask.posts, ask.at_a_time):
        post, batch = searched.post, read or Batch(answered=(searched.post.url,))
        if read:
            stood.note(post, state if read.complete else None, read.acts)
        found = tuple(Copy(post.url, url) for url in searched.found)
        yield structs.replace(batch, copies=found, cursor=stood.kept(ask.cursor))
    if cursor := stood.kept(ask.cursor, last=True):
        yield Batch(cursor=cursor)


class _Searched(Struct, frozen=True):
    """The submissions of a post: those in front matter, those known from earlier pulls, those that a search found."""

    post: Post
    named: tuple[str, ...]
    known: tuple[str, ...]
    found: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def urls(self) -> tuple[str, ...]:
        """All of them, each once."""
        return tuple(dict.fromkeys((*self.named, *self.known, *self.found)))


def _search(forum: Forum, ask: Ask, index: Index, post: Post) -> _Searched:
    """All submissions of a post; of those that a search finds, the ones that do link to it."""
    named = tuple(name for url in post.syndication if (name := forum.name(url)))
    known = tuple(map(forum.name, copies.of(post, ask, lambda url: bool(forum.name(url)))))
    found: dict[str, None] = {}
    problems = []
    for page in pages_of(post, ask.sites):
        try:
            hits = list(forum.find(page))
        except Malformed as error:
            problems.append(Problem(page, str(error)))
            continue
        found |= {name: None for link, url in hits if index.post_of([link]) is post and (name := forum.name(url))}
    return _Searched(post, named, known, tuple(found), tuple(problems))


def _state(forum: Forum, searched: _Searched) -> str | None:
    """How the submissions stand; None where that is not told of each, or where there are none to be read."""
    stands = [forum.stands(url) for url in searched.urls]
    if searched.problems or not stands or not all(stands):
        return None
    return " ".join(f"{url} {state}" for url, state in zip(searched.urls, stands, strict=True))


def _read(forum: Forum, index: Index, searched: _Searched) -> Batch:
    """What is said at the submissions; complete where all of it could be read."""
    post, problems = searched.post, list(searched.problems)
    acts: dict[str, Act] = {}
    points: list[int] = []
    whole = not problems
    for url in searched.urls:
        try:
            thread = forum.read(url, post.url)
        except Missing:
            continue
        except Malformed as error:
            thread = Thread(post.url, problems=(Problem(url, str(error)),), whole=False)
        if url not in searched.named and index.post_of([thread.link]) is not post:
            continue
        acts |= {act.id: act for act in thread.acts}
        points += [] if thread.points is None else [max(0, thread.points)]
        problems += thread.problems
        whole = whole and thread.whole
    return Batch(
        tuple(acts.values()),
        counts=(Count(forum.source, post.url, Kind.LIKE, sum(points)),) if searched.urls and whole else (),
        problems=tuple(problems),
        complete=(post.url,) if whole else (),
        answered=(post.url,),
    )


def pages_of(post: Post, sites: Iterable[str]) -> tuple[str, ...]:
    """The addresses to search for: the post's own, its aliases, and itself at former sites; one spelling of each."""
    present, *former = [site.rstrip("/") for site in sites] or [""]
    urls = [post.url]
    urls += [url if is_web(url) else f"{present}/{url.lstrip('/')}" for url in post.aliases]
    if present and post.url.startswith(f"{present}/"):
        urls += [site + post.url.removeprefix(present) for site in former]
    found: dict[str, str] = {}
    for url in urls:
        if is_web(url):
            found.setdefault(page_of(url), url.partition("#")[0])
    return tuple(found.values())


def ancestor(name: str, parents: Mapping[str, str], living: Mapping[str, str]) -> str:
    """The address of the nearest comment above that is still there; "" where there is none.

    `parents` are names by name, `living` addresses by name.
    """
    met = {name}
    while (name := parents.get(name, "")) and name not in met:
        if name in living:
            return living[name]
        met.add(name)
    return ""


# --- The account ------------------------------------------------------------------------------------------------------


class Desk:
    """What telling the blogger's own acts apart needs: which links are the site's, and of which post."""

    def __init__(self, ask: Ask, name: Callable[[str], str]) -> None:
        self._index = Index(ask.posts, ask.sites)
        self._sites = [page_of(site) for site in ask.sites]
        known = [url for post in ask.posts for url in post.syndication]
        known += [url for urls in ask.copies.values() for url in urls]
        self._threads = {name(url) for url in known} - {""}

    def post_of(self, link: str) -> Post | None:
        """The post that `link` leads to."""
        return self._index.post_of([link])

    def is_own(self, link: str) -> bool:
        """Whether `link` leads to a page of the site."""
        return is_within(page_of(link), self._sites)

    def is_about_a_post(self, link: str, thread: str) -> bool:
        """Whether a submission is about one of the posts: what is said there is told with the post."""
        return thread in self._threads or self.post_of(link) is not None


def since_of(ask: Ask) -> datetime | None:
    """From when on the account's acts are to be asked for; None for all."""
    listed, newest = time_of(ask.cursor.get("listed")), time_of(ask.cursor.get("newest"))
    if ask.full or listed is None or newest is None or not timedelta(0) <= ask.now - listed < FULL_EVERY:
        return None
    return newest - OVERLAP


def younger(entries: list[object], moment: Callable[[object], datetime | None], since: datetime | None) -> list[object]:
    """A page, or nothing where all on it is older than `since`: then those that follow are, too."""
    times = [time for entry in entries if (time := moment(entry))]
    return [] if since and times and max(times) < since else entries


def list_own(
    ask: Ask, listing: Listing[object], parse: Callable[[object], Batch], since: datetime | None
) -> Iterator[Batch]:
    """The account's own acts, portion by portion; complete if all were asked for (`since` None) and could be read."""
    newest = time_of(ask.cursor.get("newest")) or ask.now - FULL_EVERY
    clear = True
    while entries := list(islice(listing, PORTION)):
        parts = [parse(entry) for entry in entries]
        acts = tuple({act.id: act for part in parts for act in part.acts}.values())
        problems = tuple(problem for part in parts for problem in part.problems)
        newest = max([newest, *(act.published for act in acts if act.published and act.published <= ask.now)])
        clear = clear and not problems
        yield Batch(acts, problems=problems, copies=tuple(copy for part in parts for copy in part.copies))
    listed = ask.now.isoformat() if since is None else ask.cursor.get("listed", "")
    problem = (Problem("account", f"not all could be listed: {listing.why}"),) if listing.why else ()
    yield Batch(
        problems=problem,
        cursor={**ask.cursor, "newest": newest.isoformat(), "listed": listed},
        complete=("*given",) if since is None and listing.whole and clear else (),
    )


def account_of(source: Source) -> str:
    """The account's name as the service knows it: without an "@" in front, and of a profile's address the last part."""
    account = source.options.get("account", "").strip()
    parts = split(account)
    if parts and parts.scheme in {"http", "https"}:
        account = (
            parts.query.rpartition("id=")[2] if "id=" in parts.query else parts.path.rstrip("/").rpartition("/")[2]
        )
    return account.lstrip("@~")


def base_of(source: Source, default: str) -> str:
    """The service's address without a final slash."""
    return (source.base_url or default).rstrip("/")
