"""What the blogger wishes of others' words: to hide or show them, done and told in lines of text.

What an entry does is found out by putting the site together as the next build would.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from .acts import Person
from .addresses import is_web
from .errors import ConversationError
from .identities import names_of
from .moderation import Draft, Moderation, Named, Rules, Verdict, draft, meant
from .notices import many
from .talks import Judged
from .workshop import Workshop

__all__ = ["hide", "show"]


def hide(shop: Workshop, what: str, field: str = "", note: str = "") -> Iterator[str]:
    """Writes that `what` is hidden, and tells what that does. Raises ConversationError, and changes nothing."""
    named = _named(shop, what, field)
    made = draft(shop.settings.moderation, named, into="hide", out_of=["show"], note=note)
    concerned = _concerned(named, shop.assembly.judged)
    if not made.changed:
        yield f"{named.entry} is hidden already ({_place(made, 'hide', named)}). Nothing was changed."
    else:
        made.write()
        yield f"{_place(made, 'hide', named)} names {named.entry} now."
    yield from _told(made, concerned, shown=False)


def show(shop: Workshop, what: str, field: str = "", note: str = "", *, trust: bool = False) -> Iterator[str]:
    """Writes that `what` is shown, or its author trusted, and tells what that does. Raises as `hide` does.

    Nothing is hidden for what is merely taken out of [hide]; [show] gets an entry where that alone does not show it.
    """
    named = _named(shop, what, field)
    concerned = _concerned(named, shop.assembly.judged)
    into = ""
    if trust:
        into, named = "trust", _author(named, concerned)
        concerned = _concerned(named, shop.assembly.judged)
    made = draft(shop.settings.moderation, named, into=into, out_of=["hide"], note=note)
    if not trust and any(not verdict.shown for _, verdict in _verdicts(made, concerned)):
        into = "show"
        made = draft(shop.settings.moderation, named, into=into, out_of=["hide"], note=note)
    if not made.changed:
        where = f" ({_place(made, into, named)})" if into else ""
        known = f"is {'trusted' if trust else 'shown'} already{where}" if concerned or trust else "is not hidden"
        yield f"{named.entry} {known}. Nothing was changed."
        yield from () if concerned or trust else _nobody(named)
    else:
        made.write()
        place = _place(made, into or "hide", named)
        yield f"{place} names {named.entry} now." if into else f"{named.entry} is taken out of {place}."
    yield from _told(made, concerned, shown=True)


def _named(shop: Workshop, what: str, field: str) -> Named:
    """What is meant; raises ConversationError for the blogger's own names: their words are never moderated."""
    person = Person(url=what) if is_web(what) else Person(handle=what)
    if field in {"", "authors"} and shop.settings.is_own(person):
        raise ConversationError(f"{what} is you, by your own settings: your own words are always shown.")
    return meant(what, [act for one in shop.assembly.judged for act in one.tellings], field)


def _author(named: Named, concerned: Sequence[Judged]) -> Named:
    """Whom to trust: the author of an act, else what was named. Raises ConversationError where nobody can be."""
    if named.field != "acts":
        return named
    for one in concerned:
        for act in one.tellings:
            for name in (act.author.url, act.author.handle):
                if names_of(name):
                    return meant(name, one.tellings, "authors")
    raise ConversationError(f"Nobody is known to have said {named.entry}: it can be shown, but its author not trusted.")


def _concerned(named: Named, judged: Iterable[Judged]) -> list[Judged]:
    """The acts that an entry is about."""
    entries = dict.fromkeys(named.names, named.entry)
    alone = Moderation(Rules(entries={("hide", named.field): entries}))
    return [one for one in judged if not alone.verdict(*one.tellings).shown]


def _verdicts(made: Draft, concerned: Iterable[Judged]) -> list[tuple[Judged, Verdict]]:
    """What the new rules say of each of the acts."""
    rules = Moderation(made.rules)
    return [(one, rules.verdict(*one.tellings)) for one in concerned]


def _told(made: Draft, concerned: Sequence[Judged], *, shown: bool) -> Iterator[str]:
    """What the entry does, in numbers, and what other entries keep from it."""
    verdicts = _verdicts(made, concerned)
    done = [one for one, verdict in verdicts if verdict.shown is shown]
    if done:
        posts = len({one.post.url for one in done if one.post})
        where = f" on {many(posts, 'post')}" if posts else ""
        when = " from the next build on" if made.changed else ""
        yield f"That {'shows' if shown else 'hides'} {many(len(done), 'act')}{where}{when}."
    elif not concerned and made.changed:
        yield "Nothing in the store goes by that so far."
    for rule, number in sorted(Counter(verdict.rule for _, verdict in verdicts if verdict.shown is not shown).items()):
        yield f"{many(number, 'act')} {'stay' if number > 1 else 'stays'} {'hidden' if shown else 'shown'}: {rule}."


def _nobody(named: Named) -> Iterator[str]:
    yield "Nothing in the store goes by that so far."
    if named.field in {"authors", "domains"}:
        yield 'To let them through when `moderation = "hold"`, add --trust.'


def _place(made: Draft, table: str, named: Named) -> str:
    return f"{made.path.name}, [{table}] {named.field}"
