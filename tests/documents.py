"""The parts of the manual that are made from the code: `python tests/documents.py` writes them anew.

Each stands between the comments `<!-- generated: NAME -->` and `<!-- end -->`; all around them is written by hand.
"""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "plugins"))

from conversation.acts import KINDS  # noqa: E402 - the plugin lives in a folder of its own
from conversation.errors import SettingsError  # noqa: E402 - likewise
from conversation.ledger.catalogue import catalogue  # noqa: E402 - likewise
from conversation.settings import manual  # noqa: E402 - likewise
from conversation.sources import Service, Source, registry  # noqa: E402 - likewise

__all__ = ["PAGES", "TESTED", "generated", "option_table", "source_table", "write"]

SOURCES = ROOT / "docs" / "sources"
#: What each source is held against in the tests. Saying so belongs to adding one.
TESTED = {
    "activitypub": "a server of the tests with actors, outboxes and trees of replies; any JSON",
    "wordpress": "a real WordPress 6.1: comments, edits, deletions, trackbacks, a closed interface; any JSON",
    "archive": "archives of all kinds with every oddity known of, packed, damaged, mutated; large ones for memory",
    "feed": "feeds as WordPress, Atom blogs and Google Alerts write them, on a server of the tests; random bytes",
    "bluesky": "a real PLC, PDS and AppView on loopback; a server of the tests with labels and blocks; any JSON",
    "disqus": "a server of the tests with the documented API, its paging and its error codes; any JSON",
    "isso": "a real Isso 0.14 that is commented on, moderated and edited; a server of the tests; any JSON",
    "remark42": "a server of the tests made after Remark42's source; any JSON",
    "forem": "a server of the tests with the documented API v1, deleted comments and old servers; any JSON",
    "hackernews": "a server of the tests with the search's API and its ceiling of 1,000; any JSON",
    "jf2": "a server of the tests with linked, numbered and per-post pages; any JSON",
    "lemmy": "a server of the tests with both APIs, 0.19's and 1.0's, and their limits; any JSON",
    "lobsters": "a server of the tests with the site's JSON, today's and former; any JSON",
    "mastodon": "mastodon-mock, a server that keeps state; a server of the tests with the documented shapes; any JSON",
    "misskey": "a server of the tests with the documented shapes; any JSON",
    "github": "a server of the tests with GraphQL and REST as documented; any JSON",
    "stackexchange": "a server of the tests with pauses and quotas; any JSON",
    "discourse": "a server of the tests with topics, search and user actions; any JSON",
    "sharedcount": "a server of the tests with the documented answers, quota and errors; any JSON",
    "giving": "tables as people write them in editors and spreadsheets; random text",
    "posts": "posts in all spellings of links; random HTML",
    "webmention.io": "a server of the tests with the documented API, old and new, that is edited while it is read",
}
#: A source's page, where it is not that of its name.
PAGES = {name: SOURCES / f"{name}.md" for name in registry.BUILT_IN}
_PART = re.compile(
    r"(?P<begin><!-- (?:generated: (?P<name>[^>]+)|begin: written by [^>]+) -->\n)(?P<text>.*?)(?P<end><!-- end -->)",
    re.DOTALL,
)


def source_table() -> str:
    """The sources of this distribution as a table in Markdown, written from what each declares."""
    rows = []
    for service in _services():
        name = service.name
        cells = (
            f"[{name}]({name}.md)",
            service.summary.rstrip("."),
            _kinds(service.received),
            _kinds(service.given),
            service.token or "no",
            _asked(service),
            TESTED.get(name, "–"),
        )
        rows.append(cells)
    return _table(("source", "what it is", "received", "given", "token", "asked", "tested against"), rows)


def option_table(name: str) -> str:
    """The options of a source as a table in Markdown."""
    rows = []
    for option in registry.service(name).options:
        choices = ", ".join(f"`{choice}`" for choice in option.choices)
        help_ = option.help[:1].upper() + option.help[1:].rstrip(".")
        rows.append(
            (f"`{option.name}`", "yes" if option.required else "no", f"{help_}. One of {choices}" if choices else help_)
        )
    return _table(("option", "needed", "what it says"), rows)


def generated(path: Path) -> str:
    """The text of a page with all its generated parts as they should be. Raises KeyError for a part that none makes."""
    makers: dict[str, Callable[[], str]] = {"sources": source_table, "metrics": catalogue}
    for name in (service.name for service in _services()):
        makers[f"options of {name}"] = lambda name=name: option_table(name)  # type: ignore[misc]

    def made(part: re.Match[str]) -> str:
        text = makers[part["name"]]() if part["name"] else f"\n{manual()}\n"
        return f"{part['begin']}{text}{part['end']}"

    return _PART.sub(made, path.read_text("utf-8"))


def write() -> list[Path]:
    """Writes all pages of the manual whose generated parts are not as they should be, and returns them."""
    changed = [path for path in sorted((ROOT / "docs").rglob("*.md")) if generated(path) != path.read_text("utf-8")]
    for path in changed:
        path.write_text(generated(path), "utf-8")
    return changed


def _services() -> list[Service]:
    """All services of this distribution; one whose module is still being written is left out."""
    found = []
    for name in sorted(registry.BUILT_IN):
        with contextlib.suppress(SettingsError):
            found.append(registry.service(name))
    return found


def _kinds(kinds: Iterable[str]) -> str:
    names = [str(kind) for kind in kinds]
    return "any kind" if set(names) == set(KINDS) else ", ".join(names) or "–"


def _asked(service: Service) -> str:
    """How the source is asked, by what it answers for entries with and without a token and a post's place in `url`."""
    if service.local:
        return "read at every build"
    tries = [{}, {"token": "x"}, {"options": {"url": "https://example.com/{url}/{slug}"}}]
    ways = {service.per_post(Source(service.name, service.name, **one)) for one in tries}  # type: ignore[arg-type]
    return (
        "for the whole site, or post by post"
        if len(ways) > 1
        else "post by post"
        if True in ways
        else "for the whole site"
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |\n" for line in (head, *rows)]
    return "".join([lines[0], f"|{'---|' * len(head)}\n", *lines[1:]])


if __name__ == "__main__":
    for page in write():
        sys.stdout.write(f"{page.relative_to(ROOT)}\n")
