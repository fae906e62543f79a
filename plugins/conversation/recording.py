"""`give`: one row more in the table of what was given, with what the page itself tells of its title and author."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import Struct

from .acts import Act, Kind
from .addresses import split
from .channels import channel_of, place_name
from .errors import ArchiveError, ConversationError, SourceError
from .files import write_whole
from .http import Client
from .sanitise import line, plain
from .settings import Settings
from .sources import giving, tables
from .sources.bylines import Byline, byline
from .sources.keeping import decoded, encoded, inserted
from .sources.pages import page_of, whose
from .sources.tables import Row

__all__ = ["Deed", "give"]

#: A page is looked at for so long (seconds) and so far (bytes); it only adds to what the blogger said.
PATIENCE = 5.0
LARGEST = 2 << 20
#: An encoding that only the page itself names.
_CHARSET = re.compile(rb"""<meta[^>]{1,200}?charset\s*=\s*["']?([\w-]{2,40})""", re.IGNORECASE)
_HEAD = 2_048


class Deed(Struct, frozen=True, kw_only=True):
    """What was given, as it was typed; all but `kind` and `url` may be empty."""

    kind: str
    url: str
    channel: str = ""
    person: str = ""
    words: str = ""
    date: str = ""
    note: str = ""


def give(
    settings: Settings, deed: Deed, now: datetime, *, client: Client | None = None, again: bool = False
) -> Iterator[str]:
    """Writes the deed down, and tells in lines of text what stands there now.

    Title and author come from the page where `client` may ask it and the deed has none of its own. `again` allows what
    stands in the table already. Raises ConversationError, and changes nothing.
    """
    path, name = settings.giving, settings.giving.name
    cells = _cells(deed, now.astimezone(settings.timezone))
    act = _checked(settings, cells, now)
    text = decoded(tables.read(path, name) or b"")
    _refuse_repeated(text, name, act, again=again)
    told, problem = _looked_up(cells, client)
    # A guest post is by the blogger, and a gift to whose site it stands on.
    person = cells["person"] or (whose(act.url).url if act.kind is Kind.GUEST_POST else told.person)
    cells |= {"person": "" if _is_me(settings, person) else person, "note": cells["note"] or told.title}
    made = inserted(text, cells, name, columns=giving.COLUMNS, required=giving.REQUIRED, when_of=giving.when_of)
    _write(path, encoded(made.text))
    yield f"{name}, line {made.line}: {_sentence(cells)}"
    if problem:
        yield f"The page could not be read, so its title and author are not there: {problem}"
    for column in made.lost:
        yield f'{name} has no column "{column}", so "{line(cells[column], 60)}" is not there.'


def _cells(deed: Deed, now: datetime) -> dict[str, str]:
    """The row as it will be written, in one line each."""
    typed = {name: " ".join(plain(getattr(deed, name)).split()) for name in deed.__struct_fields__}
    typed["kind"] = re.sub(r"[\s_]+", "-", typed["kind"].casefold())
    typed["date"] = typed["date"] or f"{now:%Y-%m-%d}"
    typed["channel"] = typed["channel"].casefold()
    return {column: typed[column] for column in giving.COLUMNS}


def _checked(settings: Settings, cells: Mapping[str, str], now: datetime) -> Act:
    """The act that the row tells of. Raises ConversationError where there is none, or where it is no gift."""
    act = giving.act_of(Row(0, cells), "giving")
    if isinstance(act, str):
        raise ConversationError(act if act.endswith(("?", ".")) else f"{act[0].upper()}{act[1:]}.")
    if settings.on_site(act.url):
        raise ConversationError(f"{cells['url']} is a page of your own site: what is said there is found without this.")
    if _is_me(settings, cells["person"]):
        raise ConversationError(f"{cells['person']} is you, by your own settings.")
    if act.published and act.published > now + timedelta(days=1):
        raise ConversationError(f"{cells['date']} is still to come. Is the date right?")
    return act


def _is_me(settings: Settings, person: str) -> bool:
    return bool(person) and settings.is_own(giving.person_of(person))


def _refuse_repeated(text: str, name: str, act: Act, *, again: bool) -> None:
    """Raises ConversationError where the table tells of the deed already: the same kind and page, on whichever day."""
    table = tables.parse(encoded(text), name, columns=giving.COLUMNS, required=giving.REQUIRED)
    for row in table.rows:
        known = giving.act_of(row, "giving")
        if isinstance(known, str) or known.kind != act.kind or _spot(known.url) != _spot(act.url):
            continue
        stands = f"{name}, line {row.line} has this {act.kind} already ({row.cells['date']})."
        if not again:
            raise ConversationError(f"{stands} If there were two, add --again.")
        if known.published == act.published:
            raise ConversationError(f"{stands} Two on one day need a time: --date 2026-05-02T18:30")


def _spot(url: str) -> tuple[str, str]:
    """What makes two addresses one: the page in any spelling, and the part of it (a comment, say)."""
    parts = split(url)
    return page_of(url), parts.fragment if parts else ""


def _looked_up(cells: Mapping[str, str], client: Client | None) -> tuple[Byline, str]:
    """What the page says of itself, where that is asked for; and why it could not be read."""
    if client is None or (cells["person"] and cells["note"]):
        return Byline(), ""
    try:
        answer = client.get(cells["url"], accept="text/html, */*;q=0.1", deadline=PATIENCE, max_bytes=LARGEST)
    except SourceError as error:
        return Byline(), str(error)
    if "html" not in answer.headers.get("Content-Type", "html"):
        return Byline(), ""
    declared = _CHARSET.search(answer.body[:_HEAD])
    markup = answer.text
    if declared and "charset" not in answer.headers.get("Content-Type", "").casefold():
        with contextlib.suppress(LookupError):
            markup = answer.body.decode(declared[1].decode(), "replace")
    return byline(markup, answer.url), ""


def _write(path: Path, data: bytes) -> None:
    try:
        write_whole(path, data)
    except OSError as error:
        raise ArchiveError(f"{path.name} cannot be written ({error.strerror}): check its folder.") from error


def _sentence(cells: Mapping[str, str]) -> str:
    """The row in words."""
    channel = cells["channel"] or channel_of(cells["url"])
    parts = [f"{cells['date']}, {cells['kind']}"]
    parts += [f"to {cells['person']}"] if cells["person"] else []
    parts += [f"on {place_name(channel)}"] if channel != "web" else []
    parts += [f"({cells['words']} words)"] if cells["words"] else []
    note = f" “{cells['note']}”" if cells["note"] else ""
    return f"{' '.join(parts)}:{note} {cells['url']}"
