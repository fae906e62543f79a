"""Who goes both ways: figures about people, as aggregates only. Nobody is named and nobody is scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from .entries import YEAR, Entry

__all__ = ["first_time", "mutual", "paid_forward", "periods", "reciprocity", "recurring", "sides"]


def reciprocity(out: AbstractSet[str], in_: AbstractSet[str]) -> float | None:
    """People going both ways, 0..1: 2·|out ∩ in| / (|out| + |in|).

    `out` are the people given to, `in_` those heard from. Nobody on either side: None.
    Source: reciprocity of a node, `networkx.reciprocity(graph, node)`.

    Example: Given to Noor and Jo, heard from Noor and Kim; Noor is on both sides: 2 · 1 / (2 + 2) = 0.5.
    """
    known = len(out) + len(in_)
    return 2 * len(out & in_) / known if known else None


def sides(out: AbstractSet[str], in_: AbstractSet[str]) -> tuple[int, int, int]:
    """How many people were only given to, went both ways, and were only heard from; the three add up to all known.

    Example: Given to Noor and Jo, heard from Noor and Kim: 1 only given to, 1 both ways, 1 only received from.
    """
    return len(out - in_), len(out & in_), len(in_ - out)


def mutual(given: Mapping[str, int], received: Mapping[str, int]) -> float | None:
    """Acts that are mutual, 0..1: 2·Σ_j min(g_j, r_j) / (G + R) over known people.

    Takes acts by person (`Tally.by_person`). No act with a known person: None.
    Source: Squartini, Picciolo, Ruzzenenti, Garlaschelli, "Reciprocity of weighted networks", 2013.

    Example: 2 acts given to Noor and 1 to Jo, 1 received from Noor and 1 from Kim: 2 · min(2, 1) / (3 + 2) = 0.4.
    """
    acts = sum(given.values()) + sum(received.values())
    return 2 * sum(min(number, received.get(person, 0)) for person, number in given.items()) / acts if acts else None


def paid_forward(given: Mapping[str, int], received: Mapping[str, int]) -> float | None:
    """Giving with no return seen, 0..1: acts given to people with r_j = 0, out of all acts given to known people.

    No act given to a known person: None. "Seen" is meant: a return on a channel that is not counted is no return here.
    Source: generalised reciprocity (Yamagishi and Cook, "Generalized Exchange and Social Dilemmas", 1993).

    Example: 2 acts given to Noor, who wrote back, and 2 to Jo, who did not: 2 / 4 = 0.5.
    """
    acts = sum(given.values())
    return sum(number for person, number in given.items() if not received.get(person)) / acts if acts else None


def periods(received: Sequence[Entry], now: datetime) -> dict[str, set[int]]:
    """By person, the years in which they were heard from, counted back from `now`: 0 is the last 365 days.

    What is dated after `now` belongs to no year.
    """
    years: dict[str, set[int]] = {}
    for entry in received:
        if entry.person and entry.when <= now:
            years.setdefault(entry.person, set()).add((now - entry.when) // YEAR)
    return years


def recurring(years: Mapping[str, set[int]], *, all_time: bool = False) -> int:
    """People back from last year: heard from in the last 365 days and in the 365 before them too.

    Of all time: heard from in any two years that follow each other. Takes `periods`. Source: Orbit's returning members.

    Example: Noor wrote 10 and 400 days ago, Jo 10 and 800 days ago, Kim 400 days ago: Noor alone, 1.
    """
    if all_time:
        return sum(any(year + 1 in heard for year in heard) for heard in years.values())
    return sum({0, 1} <= heard for heard in years.values())


def first_time(years: Mapping[str, set[int]], *, all_time: bool = False) -> int:
    """New voices this year: heard from in the last 365 days and never before.

    Of all time, everybody was new once: all people heard from. Takes `periods`. The figure means little where the
    history starts inside the year, so the page prints that date beside it. Source: Orbit's new members.

    Example: Noor wrote 10 and 400 days ago, Jo 10 and 20 days ago, Kim 400 days ago: Jo alone, 1.
    """
    return len(years) if all_time else sum(heard == {0} for heard in years.values())
