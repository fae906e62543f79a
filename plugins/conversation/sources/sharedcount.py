"""SharedCount: how often a post was shared on Facebook and pinned on Pinterest; numbers without names.

https://www.sharedcount.com/api-docs/get-default (v1.1): one address a request; asking for many at once is for paid
plans. A free key is good for some hundred requests a day. The service keeps answers for an hour.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..acts import Count, Kind, Problem
from ..errors import Malformed, Missing, Refused, Unreachable
from ..http import Client
from ..posts import Post
from . import Ask, Batch, Finding, Service, Source
from .abreast import abreast, is_hopeless

__all__ = ["SERVICE", "check", "fetch_quota", "fetch_shares", "parse_shares", "pull"]

DEFAULT_URL = "https://api.sharedcount.com/v1.1"
KEYS_AT = "https://www.sharedcount.com/"
#: More shares than people is a mistake.
MOST = 10**10


def pull(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """A batch with one number for each post.

    Raises Refused (naming the token's variable) without a good key, Unreachable where today's quota is used up, and
    Malformed where no post got an answer that can be used; where only some did not, that is a Problem of theirs.
    """
    if not source.token:
        raise Refused(f"{source.name} needs an API key in {source.variable}; get one at {KEYS_AT}")
    failed = 0
    told = abreast(lambda post: (post, _shares(source, client, post)), ask.posts, ask.at_a_time)
    for number, (post, found) in enumerate(told, 1):
        if isinstance(found, Problem):
            failed += 1
            if is_hopeless(failed, number, len(ask.posts)):
                raise Malformed(f"{source.name} answers nothing that can be used: {found.what}")
            yield Batch(problems=(found,), answered=(post.url,))
        else:
            yield Batch(counts=(found,) if found else (), answered=(post.url,))


def _shares(source: Source, client: Client, post: Post) -> Count | Problem | None:
    """What there is to be told of a post."""
    try:
        return parse_shares(fetch_shares(source, client, post), source=source.name, target=post.url)
    except (Malformed, Missing) as error:
        return Problem(post.url, str(error))


def fetch_shares(source: Source, client: Client, post: Post) -> object:
    """What the service answers about a post. Raises SourceError."""
    try:
        return _fetch(source, client, "/", (("url", post.url),))
    except Refused as error:
        if fetch_quota(source, client) == 0:  # a used up quota and a wrong key are both 403
            raise Unreachable(f"{source.name}: today's quota of requests is used up; it goes on tomorrow") from error
        raise Refused(f"{source.name} did not accept the API key in {source.variable}; see {KEYS_AT}") from error


def fetch_quota(source: Source, client: Client) -> int | None:
    """How many requests are left for today, None where the service does not tell. Raises SourceError.

    https://www.sharedcount.com/api-docs/get-quota
    """
    try:
        value = _fetch(source, client, "/quota", ())
    except Refused as error:
        raise Refused(f"{source.name} did not accept the API key in {source.variable}; see {KEYS_AT}") from error
    return _number(value.get("quota_remaining_today")) if isinstance(value, dict) else None


def _fetch(source: Source, client: Client, path: str, params: tuple[tuple[str, str], ...]) -> object:
    base = (source.base_url or DEFAULT_URL).rstrip("/")
    # The service takes the key nowhere else than in the address; the client leaves it out of all that it says.
    return client.get(f"{base}{path}", params=(*params, ("apikey", source.token))).json()


def parse_shares(value: object, *, source: str, target: str) -> Count | Problem | None:
    """Facebook's shares and Pinterest's pins together; None where one of them could not be told this time.

    A network that the service has given up is not in the answer at all, and one that it could not reach is null: then
    the number of last time stays. Never raises.
    """
    if not isinstance(value, dict) or value.keys().isdisjoint({"Facebook", "Pinterest"}):
        return Problem(target, "the answer names neither Facebook nor Pinterest; is base_url a SharedCount server?")
    facebook = value.get("Facebook", {"share_count": 0})
    shares = _number(facebook.get("share_count") if isinstance(facebook, dict) else None)
    pins = _number(value.get("Pinterest", 0))
    return None if shares is None or pins is None else Count(source, target, Kind.REPOST, shares + pins)


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST else None


def check(source: Source, client: Client) -> Iterator[Finding]:
    """Whether the key is good, and what it is good for today."""
    if not source.token:
        yield Finding(
            well=False, what="there is no API key", advice=f"get one at {KEYS_AT}, put it into {source.variable}"
        )
        return
    left = fetch_quota(source, client)
    if left is None:
        yield Finding(well=True, what="the API key is accepted")
    else:
        advice = "" if left else "it goes on tomorrow; a paid plan has more"
        yield Finding(well=left > 0, what=f"the API key is good for {left:,} more requests today", advice=advice)


SERVICE = Service(
    name="sharedcount",
    pull=pull,
    summary="How often posts were shared on Facebook and pinned on Pinterest, as numbers without names.",
    received=("repost",),
    token="the API key from www.sharedcount.com; it can read share counts and nothing else",  # noqa: S106 - help
    per_post=lambda source: True,  # noqa: ARG005
    at_once=100,  # each is ticked off by itself
    check=check,
)
