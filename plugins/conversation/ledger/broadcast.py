"""Broadcast or talk: the blogger's messages by what they are, from talk to broadcast."""

from __future__ import annotations

from msgspec import Struct

from ..languages import Words
from .book import Ledger
from .mix import Form
from .strips import Part, Strip, strip
from .wording import Piece, percentage, phrase, quantity, shared, stressed

__all__ = ["Broadcast", "broadcast"]

#: From talk to broadcast; the rest comes last.
ORDER = (
    Form.CONVERSATION,
    Form.MENTION,
    Form.AMPLIFY,
    Form.SHARE,
    Form.STATEMENT,
    Form.OWN_LINK,
    Form.UNCLASSIFIED,
)


class Broadcast(Struct, frozen=True):
    """Section 5. `year` is whether it shows the last 365 days; else all time, for nothing was written in them."""

    sentences: tuple[tuple[Piece, ...], ...]
    strip: Strip
    year: bool


def broadcast(ledger: Ledger, words: Words) -> Broadcast | None:
    """Lays out the mix; None where no message is known."""
    year = any(ledger.year.metrics.talk.mix_counts.values())
    name, talk = ("year", ledger.year.metrics.talk) if year else ("all", ledger.all.metrics.talk)
    counts, path = talk.mix_counts, f"metrics.{name}"
    whole = sum(counts.values())
    if not whole:
        return None
    names = _names(words)
    parts = [
        (
            Part(
                form.value.replace("_", "-"),
                names[form],
                quantity(counts[form], f"{path}.mix_counts.{form}", words),
                percentage(counts[form], whole, f"{path}.mix.{form}", words),
            ),
            counts[form],
        )
        for form in ORDER
    ]
    return Broadcast(_sentences(ledger, name, words), strip(parts, title=words.gettext("Broadcast or talk")), year)


def _sentences(ledger: Ledger, name: str, words: Words) -> tuple[tuple[Piece, ...], ...]:
    """How much was said to somebody, and how much about the own things or to nobody in particular."""
    span = ledger.year if name == "year" else ledger.all
    counts, path = span.metrics.talk.mix_counts, f"metrics.{name}"
    whole = sum(counts.values())
    talk = counts[Form.CONVERSATION] + counts[Form.MENTION]
    broadcast_ = counts[Form.OWN_LINK] + counts[Form.STATEMENT]
    num = quantity(whole, f"{path}.mix_counts", words)
    sentences = []
    for number, figure, sentence in (
        (
            talk,
            "conversation_share",
            # Translators: share is " (66 %)", or nothing.
            words.ngettext(
                "%(part)s of %(num)s message%(share)s answered or named somebody.",
                "%(part)s of %(num)s messages%(share)s answered or named somebody.",
                whole,
            ),
        ),
        (
            broadcast_,
            "broadcast_share",
            # Translators: share is " (34 %)", or nothing.
            words.ngettext(
                "%(part)s of %(num)s message%(share)s was about my own pages, or to nobody in particular.",
                "%(part)s of %(num)s messages%(share)s were about my own pages, or to nobody in particular.",
                whole,
            ),
        ),
    ):
        if number:
            part = stressed([Piece(words.number(number))])
            told = shared(number, whole, f"{path}.{figure}", words)
            sentences.append(phrase(sentence, part=part, num=num, share=told))
    return tuple(sentences)


def _names(words: Words) -> dict[Form, str]:
    """What each form is, as its row in the table says it."""
    return {
        Form.CONVERSATION: words.gettext("Replies to others, and quotes of them"),
        Form.MENTION: words.gettext("Naming somebody"),
        Form.AMPLIFY: words.gettext("Reposts of others"),
        Form.SHARE: words.gettext("Links to pages elsewhere"),
        Form.STATEMENT: words.gettext("Said to nobody in particular"),
        Form.OWN_LINK: words.gettext("Links to my own pages"),
        Form.UNCLASSIFIED: words.gettext("Unclassified, such as guest posts"),
    }
