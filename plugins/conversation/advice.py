"""`balance`: what one could give, thought over and printed for the blogger alone. Nothing of it reaches the site."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from msgspec import structs
from rich.console import Console
from rich.markup import escape

from .acts import Person
from .addresses import is_web
from .balance import (
    Balance,
    Blog,
    Deeds,
    Giver,
    Heard,
    blogs_in,
    by_partners,
    fresh,
    givers,
    links,
    partners,
    read,
    unanswered,
)
from .errors import ArchiveError, ConversationError, SourceError
from .http import Client
from .notices import many
from .settings import Settings
from .workshop import Workshop

__all__ = ["advise", "as_json", "day", "show"]

#: Ideas of one kind that are shown, and in JSON; bytes of a blogroll; how old a new post was at the newest pull.
HANDFUL, PLENTY = 5, 200
LARGEST = 8 << 20
NEW = timedelta(days=14)


def advise(shop: Workshop, now: datetime, client: Client | None = None, *, since: datetime | None = None) -> Balance:
    """All ideas that the store holds, at the time `now`.

    The blogs of CONVERSATION_BLOGROLL are asked with `client`; without one they are not. Comments before `since` are
    left out.
    """
    assembly, settings = shop.assembly, shop.settings
    mine, others = list[Heard](), list[Heard]()
    for talk in assembly.talks:
        for told in talk.shown:
            own = any(settings.is_own(act.author, act.url) for act in told.acts)
            (mine if own else others).append(Heard(told, talk.page.url, talk.page.post))
    people = assembly.people
    deeds = Deeds(assembly.gifts, [one.told for one in mine], [one.told for one in others], people)
    comments = unanswered(others, mine, deeds, now)
    balance = Balance(
        comments=tuple(one for one in comments if since is None or one.when >= since),
        people=givers(others, deeds, people),
        links=links(others, deeds, people),
    )
    if client is None or not settings.blogroll:
        return balance
    try:
        blogs = blogs_in(_opml(settings, client), settings.blogroll)
    except (ArchiveError, SourceError, OSError) as error:
        problem = f"{settings.blogroll}: {error.strerror}" if isinstance(error, OSError) else str(error)
        return structs.replace(balance, problems=(f"CONVERSATION_BLOGROLL: {problem}",))
    known = partners(assembly.gifts, others, people)
    theirs = [blog for blog in by_partners(blogs, known, people) if not _is_own(settings, blog)]
    feeds, problems = read(theirs, client, settings.deadline)
    posts = fresh(feeds, deeds, since=assembly.now - NEW, until=now)
    return structs.replace(balance, posts=posts, problems=tuple(problems))


def day(text: str, settings: Settings) -> datetime | None:
    """The beginning of a day that was typed, None for none. Raises ConversationError where it is no day."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=settings.timezone) if text else None
    except ValueError:
        raise ConversationError(f"{text!r} is not a day; write it as 2026-05-02.") from None


def as_json(balance: Balance, limit: int = 0) -> dict[str, Any]:
    """The ideas as plain values; times are datetimes. At most `limit` of each kind (0: 200)."""
    return {
        name: [one if isinstance(one, str) else structs.asdict(one) for one in some[: limit if limit > 0 else PLENTY]]
        for name, some in structs.asdict(balance).items()
    }


def show(balance: Balance, limit: int = 0) -> None:
    """Prints some ideas of each kind (0: a handful)."""
    console = Console(highlight=False, soft_wrap=True, emoji=False)
    console.print("[bold]What can I give?[/bold]")
    sections = list(_sections(balance, limit if limit > 0 else HANDFUL))
    if sections:
        console.print("Some ideas, for your eyes only. Take one, or none.")
    else:
        console.print("No ideas from here today. A kind word on somebody else's blog is always a good one.")
    for title, lines, more in sections:
        console.print(f"\n[bold]{title}[/bold]")
        for line in lines:
            console.print(f"  {escape(line)}")
        if more:
            console.print("  … and more, with --limit")
    for problem in balance.problems[:HANDFUL]:
        console.print(f"\nCould not be read: {escape(problem)}")


def _sections(balance: Balance, limit: int) -> Iterator[tuple[str, list[str], bool]]:
    """The sections that have something to say: heading, lines, and whether there is more."""
    comments, people, pages, posts = balance.comments, balance.people, balance.links, balance.posts
    if comments:
        lines = []
        for comment in comments[:limit]:
            closed = " (comments are closed there)" if comment.closed else ""
            said = f": “{comment.words}”" if comment.words else ""
            lines += [f"{comment.when:%Y-%m-%d} {comment.name} on “{comment.title}”{closed}{said}"]
            lines += _indented(comment.url, comment.post)
        yield "Somebody would be glad of an answer", lines, len(comments) > limit
    if people:
        lines = []
        for one in people[:limit]:
            lines += [f"{one.name}: {_gave(one)}, last on {one.when:%Y-%m-%d}", *_indented(one.profile or one.url)]
        yield "They have been kind to you, and would not expect a hello", lines, len(people) > limit
    if pages:
        lines = []
        for page in pages[:limit]:
            title = f" “{page.title}”" if page.title else ""
            lines += [f"{page.when:%Y-%m-%d} {page.name}{title}", *_indented(page.url, f"about {page.post}")]
        yield "They wrote about you; have you seen it?", lines, len(pages) > limit
    if posts:
        lines = []
        for post in posts[:limit]:
            lines += [f"{post.when:%Y-%m-%d} {post.name} “{post.title}”", *_indented(post.url)]
        yield "New from people you talk with", lines, len(posts) > limit


def _gave(one: Giver) -> str:
    """What somebody gave: "2 replies, 1 like"."""
    words = {"reply": "replies", "guest-post": "guest posts"}
    return ", ".join(many(number, kind.replace("-", " "), words.get(kind, "")) for kind, number in one.gave.items())


def _indented(*lines: str) -> list[str]:
    return [f"  {line}" for line in lines if line]


def _is_own(settings: Settings, blog: Blog) -> bool:
    return any(settings.on_site(url) or settings.is_own(Person(url=url)) for url in (blog.site, blog.feed) if url)


def _opml(settings: Settings, client: Client) -> bytes:
    """What CONVERSATION_BLOGROLL names. Raises ArchiveError, SourceError or OSError."""
    name = settings.blogroll
    if is_web(name):
        return client.get(name, max_bytes=LARGEST).body
    with (settings.root / name).open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ArchiveError(f"{name} is larger than {LARGEST >> 20} MiB; is it the right file?")
    return data
