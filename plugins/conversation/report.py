"""What the tasks print: a page of text that one is glad to read, and the same as plain values for scripts."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec import structs
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from . import sanitise
from .acts import placed
from .addresses import host_of, key
from .channels import place_name
from .moderation import entry_of
from .notices import left_over, many, program
from .posts import Post
from .talks import Judged
from .workshop import Workshop

__all__ = ["explanation", "show_status", "status"]

#: Unmatched addresses and problems shown before "and N more"; --json has all.
SHOWN = 12

#: Letters of what was said, to tell one waiting act from another.
FIRST_WORDS = 60

STATES = {
    "fresh": "up to date",
    "stale": "stale: the last try failed",
    "failed": "has never answered",
    "never": "not asked yet",
}


def status(shop: Workshop) -> dict[str, Any]:
    """Everything that `status` tells, as plain values; times are datetimes."""
    assembly = shop.assembly
    matched = Counter[str]()
    numbers = shop.store.targets()
    for target, match in assembly.matches.items():
        if match.post:
            matched[match.rule] += numbers[target]
    return {
        "site": shop.settings.siteurl or None,
        "posts": len(shop.posts),
        "newest_pull": shop.store.newest_pull(),
        "sources": list(_sources(shop)),
        "received": sum(numbers.values()),
        "given": len(shop.store.given()),
        "rules": dict(sorted(matched.items())),
        "pictures": shop.store.picture_number(),
        "unmatched": [{"target": row.target, "acts": row.acts, "reason": row.reason} for row in assembly.unmatched],
        "waiting": list(_waiting(assembly.waiting, assembly.judged)),
        "kept_back": dict(sorted(assembly.kept_back.items())),
        "conflicts": [str(problem) for problem in assembly.problems],
    }


def show_status(state: dict[str, Any]) -> None:
    """Prints what `status` found."""
    console = Console(highlight=False, soft_wrap=True)
    lost = sum(row["acts"] for row in state["unmatched"])
    console.print(f"[bold]{escape(state['site'] or 'A site without an address (SITEURL)')}[/bold]")
    console.print(f"{many(state['posts'], 'post')}. {many(state['received'], 'act')} received, {state['given']} given.")
    console.print()
    console.print(_source_table(state["sources"]))
    for source in state["sources"]:
        if source["error"]:
            console.print(f"\n[bold]{escape(source['name'])}[/bold] {escape(source['error'])}")
        if source["unasked"] is not None:
            console.print(f"\n[bold]{escape(source['name'])}[/bold] {left_over(source['unasked'])}")
        for account in source["accounts"]:
            console.print(f"\n[bold]{escape(source['name'])}[/bold] {escape(_account(account))}")
        _listed(console, f"{source['name']}: could not be taken", source["problems"])
        _show_copies(console, source)
    if state["pictures"]:
        console.print(f"\n{many(state['pictures'], 'picture')} of people kept.")
    if state["rules"]:
        by_rule = ", ".join(f"{number} by {rule}" for rule, number in _largest(state["rules"]))
        console.print(f"\nFound their post: {escape(by_rule)}.")
    if lost:
        _listed(
            console,
            f"Found no post: {many(lost, 'act')} on {many(len(state['unmatched']), 'address', 'addresses')}",
            [f"{row['acts']} × {row['target']} ({row['reason']})" for row in state["unmatched"]],
        )
        console.print("The task `explain` says more about one of them; `aliases:` in a post's front matter claims it.")
    _show_waiting(console, state["waiting"])
    _listed(
        console,
        "Kept back by moderation",
        [f"{number} × {rule}" for rule, number in _largest(state["kept_back"]) if number],
    )
    _listed(console, "To be mended", state["conflicts"])


def explanation(shop: Workshop, url: str) -> Iterator[str]:
    """Why an address means a post or none: lines of text."""
    match = shop.assembly.matcher.match(url)
    yield url
    if match.post:
        yield f"  means {match.post.url}"
        yield f"  “{match.post.title}” ({match.post.path}, {match.post.status})"
        yield f"  by the rule {match.rule}: {match.reason}"
        if match.fragment:
            yield f"  at the part #{match.fragment}"
    else:
        yield f"  means none of the site's {len(shop.posts)} posts: {match.reason}"
    acts = shop.store.targets().get(url, 0)
    yield f"  {many(acts, 'act')} in the store name exactly this address."


def _sources(shop: Workshop) -> Iterator[dict[str, Any]]:
    """What `status` tells of each source."""
    copies, posts = shop.store.copies(), {post.url: post for post in shop.posts}
    newest = {(one.source, one.snapshot.account): one for one in shop.store.snapshots()}
    for state in shop.assembly.sources:
        accounts = [one for (source, _), one in newest.items() if source == state.name]
        yield {
            "name": state.name,
            "state": state.state,
            "pulled": state.pulled,
            "tried": state.tried,
            "acts": state.acts,
            "error": state.error,
            "unasked": state.unasked,
            "problems": [str(problem) for problem in shop.store.problems(state.name)],
            "accounts": [structs.asdict(one.snapshot) | {"at": one.at} for one in accounts],
            "copies": [
                {"post": post, "url": url, "overruled": _is_overruled(url, posts.get(post))}
                for post, urls in copies.get(state.name, {}).items()
                for url in urls
            ],
        }


def _is_overruled(copy: str, post: Post | None) -> bool:
    """Whether the post's own front matter names copies at the same place: then it counts, and not what was found."""
    return post is not None and any(host_of(url) == host_of(copy) for url in post.syndication)


def _waiting(waiting: Sequence[Judged], judged: Sequence[Judged]) -> Iterator[dict[str, Any]]:
    """What `status` tells of each act that waits; `show` is what the task of that name has to be told."""
    shared = Counter(key(one.item.act.url) for one in judged)
    for one in waiting:
        act = one.item.act
        entry = entry_of(act, shared)
        yield {
            "show": entry,
            "command": f"{program()} show {shlex.quote(entry)}",
            "kind": str(act.kind),
            "author": sanitise.name(act.author.shown),
            "place": place_name(act.channel) if act.channel != "web" else host_of(act.url),
            "post": one.post.url if one.post else None,
            "date": placed(act, one.item.first_seen),
            "words": sanitise.line(sanitise.words(sanitise.html(act.text, act.html)) or act.title, FIRST_WORDS),
        }


def _show_waiting(console: Console, waiting: Sequence[dict[str, Any]]) -> None:
    """Who waits, what they said, and what to type to show it."""
    if not waiting:
        return
    console.print(f"\n[bold]Waiting for your word: {many(len(waiting), 'act')}[/bold]")
    for one in waiting[:SHOWN]:
        said = f": “{one['words']}”" if one["words"] else ""
        who, where = one["author"] or "Somebody", f" on {one['place']}" if one["place"] else ""
        line = f"{one['date']:%Y-%m-%d} {one['kind']} by {who}{where}{said}"
        console.print(f"  {escape(line)}", emoji=False)
        console.print(f"    about {escape(one['post'] or 'a page that is no post')}", emoji=False)
        console.print(f"    {escape(one['command'])}", emoji=False)
    if len(waiting) > SHOWN:
        console.print(f"  and {len(waiting) - SHOWN} more (--json lists all)")
    console.print(f"All that somebody says is shown with: {program()} show --trust PROFILE")


def _show_copies(console: Console, source: dict[str, Any]) -> None:
    found = source["copies"]
    number = len({copy["post"] for copy in found})
    lines = [
        f"{copy['post']} → {copy['url']}" + (" (its front matter says otherwise)" if copy["overruled"] else "")
        for copy in found
    ]
    _listed(console, f"{source['name']}: found copies of {many(number, 'post')}", lines)
    if lines:
        console.print("A copy that is wrong is overruled by `syndication:` in the post's front matter.")


def _account(account: dict[str, Any]) -> str:
    """How an account stood when it was last looked at: "@ada: 12 followers, 3 posts (2026-05-02)"."""
    numbers = [(account["followers"], "follower"), (account["posts"], "post")]
    told = ", ".join(many(number, word) for number, word in numbers if number is not None)
    return f"{account['account']}: {told or 'no numbers'} ({account['at']:%Y-%m-%d})"


def _source_table(sources: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for title in ("Source", "State", "As of"):
        table.add_column(title, header_style="dim", overflow="fold")
    table.add_column("Acts", header_style="dim", justify="right")
    for source in sources:
        when = source["pulled"]
        as_of = f"{when:%Y-%m-%d %H:%M} UTC" if isinstance(when, datetime) else "–"
        table.add_row(escape(source["name"]), STATES[source["state"]], as_of, str(source["acts"]))
    return table


def _listed(console: Console, title: str, lines: list[str]) -> None:
    if not lines:
        return
    console.print(f"\n[bold]{escape(title)}[/bold]")
    for line in lines[:SHOWN]:
        console.print(f"  {escape(line)}")
    if len(lines) > SHOWN:
        console.print(f"  and {len(lines) - SHOWN} more (--json lists all)")


def _largest(numbers: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
