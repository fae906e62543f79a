"""What the blogger wrote on a Stack Exchange site, as acts given, and its score. Pure, and raises over no JSON.

Fields: https://api.stackexchange.com/docs/types/answer, /comment, /question and /post. Names and titles come with HTML
entities in them.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping

from msgspec import structs

from ..acts import Act, Count, Direction, Kind, Person, Problem
from .hypertext import text, words
from .pages import site_of
from .values import NAME_LIMIT, address_of, text_of, time_of

__all__ = ["number_of", "parse_answers", "parse_comments", "parse_scores", "second_of"]

CHANNEL = "stackexchange"
_LONGEST = 20

Table = Mapping[str, Mapping[str, object]]
Told = tuple[tuple[Act, ...], tuple[Problem, ...]]


def parse_answers(items: Iterable[object], questions: Table, *, source: str, me: str) -> Told:
    """Answers, given to whoever asked; `questions` by id. An answer to the own question is nobody's gift."""
    acts: list[Act] = []
    problems: list[Problem] = []
    for item in items:
        number, about = number_of(item, "answer_id"), number_of(item, "question_id")
        question = questions.get(about, {})
        link = _link(question)
        if not isinstance(item, dict) or not number or not link:
            problems.append(_unread(source, "answer", number, "question"))
        elif _user_of(question.get("owner")) != me:
            act = _act(item, source, Kind.ANSWER, f"answer:{number}", question.get("owner"))
            url, title = f"{site_of(link)}a/{number}", _name(question.get("title"))
            acts.append(structs.replace(act, url=url, target=link, title=title))
    return tuple(acts), tuple(problems)


def parse_scores(items: Iterable[object], acts: Iterable[Act]) -> tuple[Count, ...]:
    """The score of each answer that is among `acts`, at its address: votes for it less votes against it, at least 0."""
    known = {act.id: act for act in acts if act.kind is Kind.ANSWER}
    found = []
    for item in items:
        act, score = (
            known.get(f"answer:{number_of(item, 'answer_id')}"),
            item.get("score") if isinstance(item, dict) else None,
        )
        if act and isinstance(score, int) and not isinstance(score, bool):
            found.append(Count(act.source, act.url, Kind.LIKE, max(score, 0)))
    return tuple(found)


def parse_comments(items: Iterable[object], posts: Table, *, source: str, me: str) -> Told:
    """Comments, given to the one whom they answer, else to who wrote the post; `posts` by id.

    A comment under an own post that answers nobody by name is left out: it is a note on one's own words.
    """
    acts: list[Act] = []
    problems: list[Problem] = []
    for item in items:
        number, about = number_of(item, "comment_id"), number_of(item, "post_id")
        post = posts.get(about, {})
        link = _link(post)
        if not isinstance(item, dict) or not number or not link:
            problems.append(_unread(source, "comment", number, "post"))
            continue
        to = item.get("reply_to_user") or post.get("owner")
        if _user_of(to) != me:
            act = _act(item, source, Kind.REPLY, f"comment:{number}", to)
            acts.append(structs.replace(act, url=f"{link}#comment{number}_{about}", target=link))
    return tuple(acts), tuple(problems)


def number_of(item: object, field: str) -> str:
    """An id, as text; "" where there is none."""
    number = item.get(field) if isinstance(item, dict) else None
    whole = isinstance(number, int) and not isinstance(number, bool) and number > 0
    return str(number) if whole and len(str(number)) < _LONGEST else ""


def second_of(item: object, field: str) -> int:
    """A time of an item in Unix seconds, 0 where it has none."""
    value = item.get(field) if isinstance(item, dict) else None
    time = time_of(value) if isinstance(value, int) else None
    return int(time.timestamp()) if time else 0


def _act(item: Mapping[str, object], source: str, kind: Kind, number: str, to: object) -> Act:
    """What an answer and a comment have in common."""
    markup = text_of(item.get("body"))
    plain = text(markup)
    return Act(
        direction=Direction.GIVEN,
        kind=kind,
        source=source,
        id=number,
        channel=CHANNEL,
        to=_person(to),
        published=time_of(item.get("creation_date")),
        updated=time_of(item.get("last_edit_date")),
        html=markup,
        text=plain,
        words=words(plain) if plain else None,
    )


def _unread(source: str, what: str, number: str, under: str) -> Problem:
    why = f"the {under} that it belongs to cannot be seen" if number else "it has no number"
    return Problem(f"{source}, {what} {number or '?'}", f"{why}; left out")


def _link(post: Mapping[str, object]) -> str:
    return address_of(post.get("link")).partition("?")[0]


def _name(value: object) -> str:
    return html.unescape(text_of(value, NAME_LIMIT))


def _user_of(owner: object) -> str:
    """The number of a user; "" of one who has left, or of none."""
    return number_of(owner, "user_id")


def _person(owner: object) -> Person:
    if not isinstance(owner, dict):
        return Person()
    return Person(
        _name(owner.get("display_name")), address_of(owner.get("link")), address_of(owner.get("profile_image"))
    )
