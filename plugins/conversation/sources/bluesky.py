"""Bluesky: what copies of the blog's posts drew there, and what the blogger gave there. All of it is public: no token.

getPosts tells of many copies whether they are still there and how much there is to ask for. Where that has changed
(`stood.py`), the thread, likes, reposts and quotes are listed. Posts of others that only link to the blog's post are
known to a Constellation server, where one is named: Bluesky's own search wants a login. What the account gave is told
by `bluesky_account.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..acts import Act, Problem, Proof
from ..errors import Missing
from ..http import Client
from ..posts import Post
from . import Ask, Batch, Finding, Option, Service, Source
from .abreast import abreast
from .bluesky_account import account
from .bluesky_api import (
    AT_ONCE,
    Api,
    account_of,
    fetch_backlinks,
    fetch_did,
    fetch_pds,
    fetch_posts,
    fetch_profile,
    fetch_records,
)
from .bluesky_copy import LINKS, hear_copy, hear_linking, respect, state_of
from .bluesky_names import APP, POST, At, at_of_page, did_of, handle_of, proof_of
from .bluesky_parse import Heard, Here, numbers
from .copies import of
from .stood import Stood
from .targets import spellings

__all__ = ["SERVICE", "account", "check", "pull"]


def pull(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """Everything received on the copies of the posts asked about, a batch for each (or two). Raises SourceError."""
    api, name = Api.of(source, client), account_of(source)
    known = ask.cursor.get("did") if ask.cursor.get("account") == name else ""
    me = did_of(known) or fetch_did(api, name)
    dids = {name: me}
    silent: dict[str, bool] = {}
    places = {post.url: _places(post, ask, api, dids) for post in ask.posts}
    views = fetch_posts(api, [at.uri for found, _ in places.values() for at in found])
    more = set(filter(None, ask.cursor.get("more", "").split("\n")))
    cursor, stood = dict(ask.cursor), Stood(ask)
    states = {url: None if problems else state_of(found, views) for url, (found, problems) in places.items()}
    changed = [post for post in ask.posts if (state := states[post.url]) is None or not stood.is_still(post, state)]

    def hear(post: Post) -> tuple[Post, Here, Heard, bool]:
        found, problems = places[post.url]
        here, heard = Here(source.name, post.url, me, page=post.url), Heard(problems=problems)
        whole = not problems
        for at in found:
            whole = hear_copy(api, at, views.get(at.uri), here, heard) and whole
        return post, here, heard, whole

    for post, here, heard, heard_all in abreast(hear, changed, ask.at_a_time):
        whole = respect(api, here, heard, silent) and heard_all
        said = 0
        if api.constellation:
            said = len(heard.acts)
            yield Batch(
                tuple(heard.acts.values()), proofs=_proofs(heard.acts.values())
            )  # safe, should the other server fail
            whole = hear_linking(api, spellings(post, ask.sites), here, heard) and whole
            whole = respect(api, here, heard, silent) and whole
        counts, larger = numbers(heard, here)
        told = larger or post.url in more  # a number that was larger once has to come down again
        more = more | {post.url} if larger else more - {post.url}
        cursor["more"] = "\n".join(sorted(more))
        stood.note(post, states[post.url] if whole else None, heard.acts.values())
        acts = tuple(heard.acts.values())[said:]
        yield Batch(
            acts,
            counts=counts if told else (),
            problems=tuple(heard.problems),
            cursor=stood.kept(cursor) or (dict(cursor) if told else None),
            complete=(post.url,) if whole else (),
            answered=(post.url,),
            proofs=_proofs(acts),
        )
    if kept := stood.kept(cursor, last=True):
        yield Batch(cursor=kept)


def _proofs(acts: Iterable[Act]) -> tuple[Proof, ...]:
    return tuple(dict.fromkeys(filter(None, (proof_of(act.author) for act in acts))))


def _places(post: Post, ask: Ask, api: Api, dids: dict[str, str]) -> tuple[list[At], list[Problem]]:
    """Where the copies of a post are, and what keeps some from being found.

    `dids` remembers accounts by their handles, "" where nobody has it.
    """
    found: list[At] = []
    problems = []
    for url in of(post, ask, lambda url: at_of_page(url) is not None):
        at = at_of_page(url)
        if at is None:
            continue
        if at.who not in dids:
            try:
                dids[at.who] = fetch_did(api, at.who)
            except Missing:
                dids[at.who] = ""
        if dids[at.who]:
            found.append(at._replace(who=dids[at.who]))
        else:
            where = f"`syndication:` of {post.path or post.url}"
            problems.append(
                Problem(url, f"nobody on Bluesky has the handle {at.who}; put the present one into {where}")
            )
    return list(dict.fromkeys(found)), problems


def check(source: Source, client: Client) -> Iterator[Finding]:
    """Whether the handle leads to an account, the account has a profile, and its server gives its records."""
    api, name = Api.of(source, client), account_of(source)
    did = fetch_did(api, name)
    yield Finding(well=True, what=f"{name} is the account {did}.")
    profile = fetch_profile(api, did)
    handle = handle_of(profile.get("handle"))
    if handle:
        yield Finding(well=True, what=f"Its profile is at {APP}/profile/{handle}.")
    else:
        advice = "Repair it in Bluesky's settings, under Account, Handle; until then the DID stands in addresses."
        yield Finding(well=False, what="Its handle leads nowhere at present.", advice=advice)
    server = fetch_pds(api, did)
    fetch_records(api, server, did, POST, "")
    yield Finding(well=True, what=f"Its records are at {server}.")
    if api.constellation:
        fetch_backlinks(api, f"at://{did}", LINKS[0], "")
        yield Finding(well=True, what=f"{api.constellation} tells who links here.")


SERVICE = Service(
    name="bluesky",
    pull=pull,
    account=account,
    check=check,
    summary="Replies, likes, reposts and quotes that copies of your posts drew on Bluesky, and what you gave there.",
    options=(
        Option("account", "your handle, e.g. ada.bsky.social, or your DID", required=True),
        Option("constellation", "the address of a Constellation server, which tells of posts that only link to you"),
        Option("plc", "the directory of DIDs, where it is not https://plc.directory"),
    ),
    received=("reply", "like", "repost", "quote", "mention"),
    given=("reply", "quote", "mention", "note", "like", "repost"),
    per_post=lambda source: True,  # noqa: ARG005 - one signature for all services
    at_once=AT_ONCE,
)
