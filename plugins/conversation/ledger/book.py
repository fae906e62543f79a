"""The whole ledger: both sides, all metrics, posts and sources, ready for ledger.json and for the page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from json.encoder import encode_basestring
from operator import attrgetter
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct, field, structs

from .entries import Entry, Part, PostFacts, Site, SourceFacts, Window
from .metrics import Extent, History, Metrics, measure
from .milestones import Snapshot, in_order
from .props import Props, props
from .received import Listed, Received
from .scoring import score
from .tally import Tally, tally

__all__ = ["Ledger", "Span", "compute"]

#: The version of the form of ledger.json.
VERSION = 1
ERROR_LENGTH = 300

#: The list of posts in ledger.json; no text there can look like it, for quotes in texts are escaped.
_NO_POSTS = '\n "posts": []'
_POSTS = '\n "posts": [\n%s\n ]'
_dumps = json.JSONEncoder(ensure_ascii=False).encode
#: What it writes for a value of each type that the fields of a post have.
_WRITTEN: Mapping[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: str,
    date: lambda day: f'"{day.isoformat()}"',
    type(None): lambda _: "null",
}
_SHOWN = tuple(name for name in PostFacts.__struct_fields__ if name != "published")
_values = attrgetter(*_SHOWN)
_ONE_POST = "  {\n" + ",\n".join(f'   "{name}": %s' for name in _SHOWN) + "\n  }"

# What a message of an error may carry by accident: credentials in an address, a token in a query or a header.
_SECRETS = re.compile(
    r"(?<=://)[^/\s@]+@"
    r"|(?<=[?&])[\w.-]*(?:token|key|secret|password|signature|auth)[\w.-]*=[^&\s]*"
    r"|\b(?:bearer|basic)\s+[\w.~+/=-]+",
    re.IGNORECASE,
)


class Span(Struct, frozen=True, kw_only=True):
    """One window of the ledger: what was given, what was received, and the metrics."""

    given: Tally
    received: Tally
    metrics: Metrics


class Ledger(Struct, frozen=True, kw_only=True):
    """Giving and receiving of one blog at one time. `props` and `snapshots` (oldest first) are for the page only.

    `acts` are the acts themselves, for the exports; `weights` those of the score, by kind, none where there is none.
    """

    site: str
    generated: datetime
    zone: ZoneInfo
    all: Span
    year: Span
    posts: tuple[PostFacts, ...]
    sources: tuple[SourceFacts, ...]
    props: tuple[Props, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    acts: Part = field(default_factory=Part)
    weights: Mapping[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """What stands in ledger.json: plain values only; times in UTC, dates and months in the site's zone."""
        spans = {"all": self.all, "year": self.year}
        return {
            "version": VERSION,
            "site": self.site,
            "generated": _stamp(self.generated),
            "given": {name: span.given.as_json() for name, span in spans.items()},
            "received": {name: span.received.as_json() for name, span in spans.items()},
            "metrics": {name: span.metrics.as_json() | self._scores(span) for name, span in spans.items()},
            "posts": [_post(post) for post in self.posts],
            "sources": [{**structs.asdict(source), "pulled": _stamp(source.pulled)} for source in self.sources],
        }

    def as_text(self) -> str:
        """The same as ledger.json has it; what is said of posts is put together by hand, for there are many."""
        figures = json.dumps(structs.replace(self, posts=()).as_json(), ensure_ascii=False, indent=1) + "\n"
        before, _, after = figures.partition(_NO_POSTS)
        posts = ",\n".join(_written(post) for post in self.posts)
        return f"{before}{_POSTS % posts}{after}" if posts else figures

    def _scores(self, span: Span) -> dict[str, object]:
        """The scores of both sides, where they are wanted."""
        sides = {"given": span.given, "received": span.received}
        scores = {name: score(side.by_kind, self.weights) for name, side in sides.items()}
        return {"score": scores} if self.weights else {}


def compute(  # noqa: PLR0913 - a ledger takes this much, and all but the rows goes by name
    entries: Iterable[Entry],
    posts: Iterable[PostFacts],
    sources: Iterable[SourceFacts],
    *,
    site: str,
    now: datetime,
    zone: ZoneInfo,
    former: Sequence[str] = (),
    snapshots: Iterable[Snapshot] = (),
    weights: Mapping[str, float] = MappingProxyType({}),
    received: Callable[[Sequence[Entry]], Received] | None = None,
) -> Ledger:
    """Computes the ledger of `site` as of `now` (aware), with the days and months of `zone`.

    `former` are further addresses that are the site's own, `weights` those of the score. The order of `entries`,
    `posts` and `sources` makes no difference; the same input gives the same ledger. Where most acts received are known
    in another form than as entries, `received` joins them with those that are (`received.Columns`).
    """
    own = Site((site, *former))
    shown = tuple(sorted(posts, key=_newest_first))
    part = Part.sort(entries, own)
    drew = Listed(part.received) if received is None else received(part.received)
    whole = Extent(part, drew, tally(part.given, zone), drew.tally(zone))
    days = in_order(snapshots)
    history = History(part, drew, whole.received.by_month, shown, own, zone, now, days)
    year = Window.year(now)
    late, lately = part.within(year), drew.within(year)
    return Ledger(
        site=site,
        generated=now,
        zone=zone,
        all=_span(history, Window(None, now), whole),
        year=_span(history, year, Extent(late, lately, tally(late.given, zone), lately.tally(zone))),
        posts=shown,
        sources=tuple(sorted(map(_clean, sources), key=lambda source: source.name)),
        props=props(part.given),
        snapshots=days,
        acts=part,
        weights=weights,
    )


def _span(history: History, window: Window, extent: Extent) -> Span:
    return Span(given=extent.given, received=extent.received, metrics=measure(history, window, extent))


def _newest_first(post: PostFacts) -> tuple[float, str]:
    """Newest post first; those without a date, such as pages, come last."""
    return (-post.published.timestamp() if post.published else float("inf"), post.url)


def _post(post: PostFacts) -> dict[str, object]:
    shown: dict[str, object] = dict(zip(_SHOWN, _values(post), strict=True))
    return shown | {"first": post.first and post.first.isoformat(), "last": post.last and post.last.isoformat()}


def _written(post: PostFacts) -> str:
    """What stands of a post in ledger.json, as `json.dumps` with an indent of 1 writes it there."""
    return _ONE_POST % tuple(_WRITTEN.get(type(value), _dumps)(value) for value in _values(post))


def _clean(source: SourceFacts) -> SourceFacts:
    """A source whose error can be published: one line, not too long, without credentials."""
    if source.error is None:
        return source
    error = _SECRETS.sub("…", " ".join(source.error.split()))
    return structs.replace(source, error=error if len(error) <= ERROR_LENGTH else error[: ERROR_LENGTH - 1] + "…")


def _stamp(when: datetime | None) -> str | None:
    return when.astimezone(UTC).isoformat(timespec="seconds") if when else None
