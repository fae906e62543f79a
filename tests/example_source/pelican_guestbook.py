"""An example of a source: replies from a guestbook that answers JSON at BASE_URL/entries.json.

    [{"id": 7, "page": "https://kindnesses.example/tea.html", "name": "Bea", "home": "https://bea.example/",
      "said": "Thank you!", "when": "2026-05-02T10:00:00+00:00"}]

Copy this file and change what differs; docs/sources/writing-one.md explains it step by step.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from pelican.plugins.conversation.acts import Act, Direction, Kind, Person, Problem
from pelican.plugins.conversation.http import Client
from pelican.plugins.conversation.sources import Ask, Batch, Option, Service, Source


def pull(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:
    """One batch with the whole guestbook: what is not in it any more is gone."""
    acts, problems = parse_guestbook(fetch_guestbook(source, client), source.name)
    wanted = source.options.get("said_by", "")
    yield Batch(
        acts=tuple(act for act in acts if wanted in {"", act.author.name}),
        problems=tuple(problems),
        cursor={"pulled": ask.now.isoformat()},
        complete=("*",),
    )


def fetch_guestbook(source: Source, client: Client) -> object:
    """The guestbook's entries as JSON; the client raises SourceError where that fails."""
    return client.get(f"{source.base_url}/entries.json", accept="application/json", token=source.token).json()


def parse_guestbook(found: object, name: str) -> tuple[list[Act], list[Problem]]:
    """The acts in the answer, and what of it could not be understood. Pure: a saved answer is a test."""
    acts: list[Act] = []
    problems: list[Problem] = []
    for number, entry in enumerate(found if isinstance(found, list) else []):
        act = _act(entry, name) if isinstance(entry, dict) else None
        if act is None:
            problems.append(Problem(f"{name}, entry {number}", "has no id, page or time that can be read"))
        else:
            acts.append(act)
    return acts, problems


def _act(entry: dict[str, object], name: str) -> Act | None:
    try:
        when = datetime.fromisoformat(str(entry.get("when"))).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    if not entry.get("id") or not entry.get("page"):
        return None
    return Act(
        direction=Direction.RECEIVED,
        kind=Kind.REPLY,
        source=name,
        id=str(entry["id"]),
        target=str(entry["page"]),
        author=Person(name=str(entry.get("name") or ""), url=str(entry.get("home") or "")),
        published=when,
        text=str(entry.get("said") or ""),
    )


SERVICE = Service(
    name="guestbook",
    pull=pull,
    summary="Replies from a guestbook.",
    options=(Option("said_by", "Only what this person said."),),
    received=(Kind.REPLY,),
)
