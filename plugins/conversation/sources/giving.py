"""`content/giving.csv`: what the blogger gave where no service tells, written down by hand (or by `give`).

People edit this file in spreadsheets and text editors, so much is forgiven (column order, byte order marks, semicolons,
comments, blank lines) and everything that cannot be taken is told with its line. All other rows count.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from ..acts import KINDS, Act, Direction, Kind, Person, Problem
from ..addresses import is_web, key
from ..channels import channel_of
from ..sanitise import line, plain
from ..suggest import did_you_mean
from . import Ask, Batch, Option, Service, Source, tables
from .pages import digest_of
from .tables import Row

if TYPE_CHECKING:
    from ..http import Client

__all__ = ["COLUMNS", "EXPORTED", "REQUIRED", "SERVICE", "act_of", "parse_giving", "person_of", "pull", "when_of"]

#: The columns, in the order in which `give` writes them; the first two and `url` are required.
COLUMNS = ("date", "kind", "channel", "url", "person", "words", "note")
#: Further ones of `given.csv`, the site's export, which may be read as such a table.
EXPORTED = ("name", "target", "post", "number")
REQUIRED = frozenset({"date", "kind", "url"})
MAX_WORDS = 10_000_000
#: What people call things, where a slip of the pen would lead to another kind.
_MEANT = {
    "boost": Kind.REPOST,
    "comment": Kind.REPLY,
    "favorite": Kind.LIKE,
    "favourite": Kind.LIKE,
    "retweet": Kind.REPOST,
    "share": Kind.REPOST,
    "star": Kind.LIKE,
}

_HANDLE = re.compile(r"@?[\w.-]+@[\w.-]+\.\w+|@[\w.-]+|[\w-]+(\.[\w-]+)+")
_MISSING = "missing"


def pull(source: Source, ask: Ask, client: Client) -> Iterator[Batch]:  # noqa: ARG001 - one signature for all services
    """One batch with all rows where the file has changed, none where it has not; raises ArchiveError if unreadable."""
    name = source.options["path"]
    data = tables.read(source.root / name, name)
    digest = _MISSING if data is None else hashlib.blake2b(data, digest_size=16).hexdigest()
    if digest == ask.cursor.get("digest", _MISSING) and not (ask.full and data is not None):
        return
    acts, problems, whole = parse_giving(data or b"", name, source=source.name, now=ask.now)
    if not whole:  # nothing could be read at all: what is known stays, and the file is looked at again next time
        yield Batch(problems=problems)
        return
    past = [act.published for act in acts if act.published and act.published <= ask.now]
    yield Batch(acts, problems=problems, cursor={"digest": digest}, complete=("*",), pulled=max(past, default=None))


def parse_giving(
    data: bytes, name: str, *, source: str, now: datetime
) -> tuple[tuple[Act, ...], tuple[Problem, ...], bool]:
    """The acts in a file called `name` (for messages), its problems, and whether its rows could be read at all."""
    table = tables.parse(data, name, columns=(*COLUMNS, *EXPORTED), required=REQUIRED)
    problems = list(table.problems)
    acts: dict[tuple[str, ...], Act] = {}
    for row in table.rows:
        act = act_of(row, source)
        if isinstance(act, str):
            problems.append(tables.problem(name, row.line, act))
            continue
        same = (str(act.published), act.kind, key(act.url))
        if same in acts:
            problems.append(tables.problem(name, row.line, "the same date, kind and url stand above; counted once"))
        elif act.published and act.published > now + timedelta(days=1):
            problems.append(tables.problem(name, row.line, f"{row.cells['date']} is still to come; is the date right?"))
        acts.setdefault(same, act)
    return tuple(acts.values()), tuple(problems), table.whole


def act_of(row: Row, source: str) -> Act | str:
    """The act that a row tells of, or what is wrong with it."""
    cells = row.cells
    if any("\0" in cell for cell in cells.values()):
        return "there are NUL bytes in this line; save the file as plain text"
    when = when_of(cells.get("date", ""))
    kind = _kind(cells.get("kind", ""))
    count = _words(cells.get("words", ""))
    for wrong in (when, kind, count):
        if isinstance(wrong, str) and not isinstance(wrong, Kind):
            return wrong
    url = cells.get("url", "")
    if not is_web(url):
        return f"{line(url, 80)!r} is not an http or https address" if url else "the url is missing"
    assert isinstance(when, datetime) and isinstance(kind, Kind)  # noqa: S101, PT018 - the loop above saw to it
    who = person_of(cells.get("person", ""))
    return Act(
        direction=Direction.GIVEN,
        kind=kind,
        source=source,
        id=digest_of(when.isoformat(), kind, key(url), who.key or who.name),
        url=url,
        target=url,
        channel=cells.get("channel", "").casefold() or channel_of(url),
        to=who,
        published=when,
        title=plain(cells.get("note", "")),
        words=count if isinstance(count, int) else None,
    )


def when_of(text: str) -> datetime | str:
    """A date (noon, UTC) or an ISO time (UTC where it names no zone), or what is wrong with it."""
    wrong = f"{line(text, 40)!r} is not a date; write it as 2026-05-02" if text else "the date is missing"
    try:
        when = datetime.fromisoformat(text)
        if len(text) <= len("2026-W18-6"):
            when = datetime.combine(when.date(), time(12))
        when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, OverflowError):
        return wrong
    return when if when.year >= 1970 else wrong  # noqa: PLR2004 - before that nobody gave anything on the Internet


def _kind(text: str) -> Kind | str:
    """The kind that a cell names ("Guest post" is as good as "guest-post"), or what is wrong with it."""
    word = re.sub(r"[\s_]+", "-", text.casefold())
    if not word:
        return "the kind is missing"
    if word in KINDS:
        return Kind(word)
    meant = f'Did you mean "{_MEANT[word]}"?' if word in _MEANT else did_you_mean(word, KINDS)
    return f"{line(text, 40)!r} is not a kind. {meant}"


def _words(text: str) -> int | str | None:
    """A number of words, None where none is given, or what is wrong with it."""
    if not text:
        return None
    if re.fullmatch(r"\d{1,8}", text, re.ASCII) and int(text) <= MAX_WORDS:
        return int(text)
    return f"{line(text, 40)!r} is not a number of words"


def person_of(text: str) -> Person:
    """Who it was given to: a profile's address, a handle, or else just a name."""
    if is_web(text):
        return Person(url=text)
    if _HANDLE.fullmatch(text):
        return Person(handle=text)
    return Person(name=line(text, 200))


SERVICE = Service(
    name="giving",
    pull=pull,
    summary="What you gave where no service tells, from a table that you keep by hand.",
    options=(Option("path", "The table, a CSV file.", required=True),),
    given=KINDS,
    local=True,
)
