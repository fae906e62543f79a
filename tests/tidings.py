"""Brings a story (five_years.py) to a blog: its posts and files, what its store knows, and the server of a service."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from blog import Blog
from conversation.acts import Act, Count, Direction, Kind, Person, Proof
from conversation.pull import Outcome, Plan, Pull
from conversation.sources import Batch, Snapshot
from conversation.store import Store
from conversation.workshop import Workshop, client_for
from deeds import HANDLE, IMPORTED, OWNER, PEOPLE, POSTS, SITE, VILLAGE
from five_years import Story
from webmention_io_server import WebmentionIo

__all__ = ["keep", "pull", "service", "write"]

MODERATION = f"""
moderation = "hold"
[hide]
authors = ["https://mob.{VILLAGE}/"]
words = ["casino"]
[show]
acts = ["https://s0.elsewhere.example/shown"]
[trust]
domains = ["{VILLAGE}", "twitter.com", "ycombinator.com"]
"""


def write(story: Story, blog: Blog, base_url: str, posts: Iterable[int] = range(POSTS)) -> Blog:
    """Writes posts, archives, tables and settings; the server of webmention.io is at `base_url`."""
    for post in posts:
        when = story.published(post).strftime("%Y-%m-%d %H:%M")
        blog.write(f"post-{post}.md", "\n\n".join(story.bodies[post]), date=when, **story.fields[post])
    for name, entries in (("mentions", story.old), ("letters", story.letters)):
        (blog.folder / f"{name}.json").write_text(json.dumps({"type": "feed", "children": entries}), "utf-8")
    (blog.folder / "social").mkdir()
    for name, items in (("outbox", story.outbox), ("likes", story.liked)):
        told = {"id": f"{name}.json", "type": "OrderedCollection", "orderedItems": items}
        (blog.folder / "social" / f"{name}.json").write_text(json.dumps(told), "utf-8")
    content = blog.folder / "content"
    table = "\n".join(["date,kind,channel,url,person,words,note", *story.rows])
    (content / "giving.csv").write_text(table, "utf-8")
    (content / "moderation.toml").write_text(MODERATION, "utf-8")
    (content / "milestones.csv").write_text("date,posts,followers,note\n2021-08-01,,60,begun\n", "utf-8")
    same = [[story.profile(n, "web"), f"@p{n}@social.{VILLAGE}"] for n in range(0, PEOPLE, 10)]
    return blog.configure(
        SITEURL=SITE,
        CONVERSATION_IDENTITIES=[OWNER],
        CONVERSATION_PEOPLE=same,
        CONVERSATION_PRIVACY={"bookmark": "count", "letters": "count", "mention": "name"},
        CONVERSATION_PICTURES=False,
        CONVERSATION_SOURCES=[
            {"source": "webmention.io", "domain": "ada.example", "base_url": base_url},
            {"source": "archive", "path": "mentions.json"},
            {"source": "archive", "path": "letters.json", "name": "letters"},
            {"source": "archive", "path": "social", "name": "account"},
        ],
    )


def keep(story: Story, store: Store) -> None:
    """What services tell beside acts: proofs, bare numbers, followers, and votes as they were seen to grow."""
    acts, proofs = [], []
    for person, when in story.proved:
        home, profile = story.profile(person, "web"), story.profile(person, "mastodon")
        author = Person(f"P{person}", profile, handle=f"@p{person}@social.{VILLAGE}")
        place = {"id": f"like {person}", "url": f"{OWNER}/1#favorited-by-{person}", "target": story.url(person)}
        acts.append(_act(Direction.RECEIVED, Kind.LIKE, when, "mastodon", author=author, **place))
        proofs.append(Proof(home, profile))
    likes = [Count("mastodon", story.url(post), Kind.LIKE, value) for post, value in story.counted.items()]
    _tell(store, "mastodon", IMPORTED, Batch(tuple(acts), counts=tuple(likes), proofs=tuple(proofs)))
    place = {"id": "1", "url": "https://s.example/a/1", "target": "https://s.example/q/1", "words": 80}
    to = Person(url=story.profile(3, "web"))
    written = datetime(2024, 4, 20, tzinfo=UTC)
    answer = _act(Direction.GIVEN, Kind.ANSWER, written, "stackexchange", to=to, **place)
    for at, votes in story.votes:
        count = Count("stackexchange", answer.url, Kind.LIKE, votes)
        _tell(store, "stackexchange", at, Batch((answer,), counts=(count,)))
    for look in story.looks:
        at = datetime(look.day.year, look.day.month, look.day.day, 12, tzinfo=UTC)
        seen = [Snapshot(HANDLE, look.followers)]
        seen += [Snapshot("ada.bsky.example", look.others)] if look.others else []
        _tell(store, "followers", at, Batch(snapshots=tuple(seen)))


def pull(blog: Blog, at: datetime) -> dict[str, Outcome]:
    """All sources are read at a moment of the story; what came of each, by name."""
    with Workshop.open(blog.conf) as shop, client_for(shop.settings) as client:
        sources, plan = shop.settings.sources, Plan(policy="always")
        pulling = Pull(sources, shop.store, client, plan, sites=shop.settings.siteurls, now=at)
        pulling.start(())
        pulling.posts(shop.posts)
        outcomes = pulling.finish()
        shop.store.save_posts(shop.posts)
    return {outcome.name: outcome for outcome in outcomes}


def service(entries: Iterable[dict[str, Any]], token: str) -> WebmentionIo:
    """A server of webmention.io that heard of everything when it was published."""
    made = WebmentionIo(SITE.removeprefix("https://"), token)
    for entry in sorted(entries, key=lambda entry: (entry["published"], entry["wm-id"])):
        made.now = datetime.fromisoformat(entry["published"])
        made.add(entry)
    return made


def _act(direction: Direction, kind: Kind, when: datetime, source: str, **more: Any) -> Act:  # noqa: ANN401
    return Act(direction=direction, kind=kind, source=source, channel=source, published=when, **more)


def _tell(store: Store, source: str, at: datetime, batch: Batch) -> None:
    number = store.begin(source, at)
    store.commit(number, source, batch, at)
    store.end(number, source, at, error=None, pulled=None)
