"""Brings a built site up to date: without Pelican where nothing that a page shows has changed, else by a build.

What is said here is either "nothing new", and then a build would write every byte again as it is; or why it takes one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pelican import Pelican

from .almanac import Almanac, path_of
from .built import Built, inputs_of, keep, kept, outputs_of, plugins_beside, state_of, want, wanted
from .errors import ConversationError
from .generator import settings_of
from .pictures import due
from .posts import Post
from .pull import Plan, Pull
from .store import Store
from .workshop import Workshop, cache_of, client_for

__all__ = ["begin", "end", "reason_to_build"]

#: The source that reads the posts' own words: while the content is as it was, it has nothing new to say.
POSTS = "posts"


def begin(pelican: Pelican) -> None:
    """Notes what a build that begins is made of, where the site is refreshed at times."""
    ours = settings_of(pelican.settings)
    folder = cache_of(ours)
    if wanted(folder):
        keep(folder, None)
        pelican.conversation_inputs = inputs_of(pelican.settings, ours)


def end(pelican: Pelican) -> None:
    """Notes what a build left, where it was noted what it is made of."""
    inputs = getattr(pelican, "conversation_inputs", None)
    if inputs is None:
        return
    ours, now = settings_of(pelican.settings), datetime.now(UTC)
    with Store.open(ours.store, ours.root) as store:
        posts = store.posts()
        future = [post.published for post in posts if post.published and post.published > now]
        until = min(future).isoformat() if future else ""
        output = Path(pelican.settings["OUTPUT_PATH"])
        keep(cache_of(ours), Built(inputs, outputs_of(output), state_of(store, posts), until))


def reason_to_build(shop: Workshop, now: datetime) -> str:
    """Pulls what is due, and says why the site has to be built; "" where it is as a build would leave it.

    Raises ConversationError.
    """
    folder = cache_of(shop.settings)
    before = kept(folder)
    want(folder)
    if before is None:
        return "no finished build is remembered"
    if others := plugins_beside(shop.pelican_settings):
        return f"nobody knows what a plugin reads: {', '.join(others)}"
    changed = before.difference(inputs_of(shop.pelican_settings, shop.settings), now)
    return changed or _news(shop, before, now)


def _news(shop: Workshop, before: Built, now: datetime) -> str:
    """What is new in the store, once what is due was pulled, or different in the output; "" where nothing is."""
    posts = tuple(shop.store.posts())
    _pull(shop, posts, now)
    if state_of(shop.store, posts) != before.state:
        return "the sources told something new"
    if shop.settings.pictures and shop.settings.pull != "never" and _pictures_due(shop, now):
        return "pictures of people are due"
    if outputs_of(shop.output) != before.output:
        return f"{shop.output.name}/ is not as the last build left it"
    return ""


def _pull(shop: Workshop, posts: tuple[Post, ...], now: datetime) -> None:
    """Pulls what is due, as a build does before it reads the content."""
    settings = shop.settings
    names = [source.name for source in settings.sources if source.name != POSTS]
    plan = Plan(policy=settings.pull, deadline=settings.deadline, budget=settings.budget, only=names)
    with client_for(settings) as client:
        pull = Pull(settings.sources, shop.store, client, plan, sites=settings.siteurls, now=now)
        pull.start(posts)
        pull.posts(posts)
        failed = [outcome.name for outcome in pull.finish() if outcome.error]
    if failed and settings.strict:
        raise ConversationError(f"CONVERSATION_STRICT is set, and could not be pulled: {', '.join(failed)}.")


def _pictures_due(shop: Workshop, now: datetime) -> bool:
    almanac = Almanac(path_of(shop.settings.root))
    try:
        return bool(due(shop.store, {photo for photos in almanac.photos().values() for photo in photos}, now))
    finally:
        almanac.rest()
