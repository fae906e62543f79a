"""The whole ledger: both sides, all metrics, posts and sources, ready for ledger.json and for the page."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from .entries import Entry, Part, PostFacts, Site, SourceFacts, Window
from .metrics import History, Metrics, measure
from .milestones import Snapshot, in_order
from .props import Props, props
from .scoring import score
from .tally import Tally, tally

__all__ = ["Ledger", "Span", "compute"]

#: The version of the form of ledger.json.
VERSION = 1
ERROR_LENGTH = 300

# What a message of an error may carry by accident: credentials in an address, a token in a query or a header.
_SECRETS = re.compile(
    r"(?<=://)[^/\s@]+@"
    r"|(?<=[?&])[\w.-]*(?:token|key|secret|password|signature|auth)[\w.-]*=[^&\s]*"
    r"|\b(?:bearer|basic)\s+[\w.~+/=-]+",
    re.IGNORECASE,
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One window of the ledger: what was given, what was received, and the metrics."""

    given: Tally
    received: Tally
    metrics: Metrics


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
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
    acts: Part = dataclasses.field(default_factory=Part, repr=False)
    weights: Mapping[str, float] = dataclasses.field(default_factory=dict)

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
            "sources": [{**dataclasses.asdict(source), "pulled": _stamp(source.pulled)} for source in self.sources],
        }

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
) -> Ledger:
    """Computes the ledger of `site` as of `now` (aware), with the days and months of `zone`.

    `former` are further addresses that are the site's own, `weights` those of the score. The order of `entries`,
    `posts` and `sources` makes no difference; the same input gives the same ledger.
    """
    own = Site((site, *former))
    shown = tuple(sorted(posts, key=_newest_first))
    part = Part.sort(entries, own)
    given, received = tally(part.given, zone), tally(part.received, zone)
    days = in_order(snapshots)
    history = History(part, received.by_month, shown, own, zone, now, days)
    year = Window.year(now)
    late = part.within(year)
    return Ledger(
        site=site,
        generated=now,
        zone=zone,
        all=_span(history, Window(None, now), part, given, received),
        year=_span(history, year, late, tally(late.given, zone), tally(late.received, zone)),
        posts=shown,
        sources=tuple(sorted(map(_clean, sources), key=lambda source: source.name)),
        props=props(part.given),
        snapshots=days,
        acts=part,
        weights=weights,
    )


def _span(history: History, window: Window, part: Part, given: Tally, received: Tally) -> Span:
    return Span(given=given, received=received, metrics=measure(history, window, part, given, received))


def _newest_first(post: PostFacts) -> tuple[float, str]:
    """Newest post first; those without a date, such as pages, come last."""
    return (-post.published.timestamp() if post.published else float("inf"), post.url)


def _post(post: PostFacts) -> dict[str, object]:
    shown = dataclasses.asdict(post)
    del shown["published"]
    return shown | {"first": post.first and post.first.isoformat(), "last": post.last and post.last.isoformat()}


def _clean(source: SourceFacts) -> SourceFacts:
    """A source whose error can be published: one line, not too long, without credentials."""
    if source.error is None:
        return source
    error = _SECRETS.sub("…", " ".join(source.error.split()))
    return dataclasses.replace(source, error=error if len(error) <= ERROR_LENGTH else error[: ERROR_LENGTH - 1] + "…")


def _stamp(when: datetime | None) -> str | None:
    return when.astimezone(UTC).isoformat(timespec="seconds") if when else None
