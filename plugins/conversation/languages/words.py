"""One language: its sentences, and how it writes numbers, dates and lists.

English is what the code holds, so it needs neither a catalogue nor Babel. Every other language has its sentences from
its catalogue, and the rest from Unicode's CLDR through Babel. Nothing here depends on the machine's locale: a page is
the same wherever it is built.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date, datetime
from functools import cached_property
from gettext import NullTranslations
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from babel import Locale

__all__ = ["ENGLISH", "Silence", "Words"]

SOURCE_LANGUAGE = "en"
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Silence(NullTranslations):
    """The end of a chain of catalogues: it has no sentence at all, and says so by "" instead of the English one."""

    def gettext(self, *_: object) -> str:
        """Nothing, whatever is asked for."""
        return ""

    def ngettext(self, *_: object) -> str:
        """Likewise."""
        return ""


@dataclasses.dataclass(frozen=True)
class Words:
    """A language by its tag ("de", "pt-BR"), with the catalogue of its sentences.

    Placeholders are named and filled from keywords: `gettext("%(name)s liked this", name="Noor")`. Without any keyword
    they stay in the sentence, for who fills them with more than text.
    """

    language: str = SOURCE_LANGUAGE
    catalogue: NullTranslations = dataclasses.field(default_factory=Silence, repr=False, compare=False)

    def find(self, sentence: str, many: str = "", number: int = 0) -> str:
        """The sentence as the catalogue has it, with its placeholders still in it; "" where it has none.

        `many` is its English plural, where it depends on a `number`.
        """
        if many:
            return self.catalogue.ngettext(sentence, many, number)
        return self.catalogue.gettext(sentence)

    def gettext(self, sentence: str, **values: object) -> str:
        """The sentence in this language, else in English, with `values` in the places of its placeholders."""
        found = self.find(sentence) or sentence
        return found % values if values else found

    def ngettext(self, one: str, many: str, number: int, **values: object) -> str:
        """Likewise in the form that `number` asks for; `%(num)s` is that number as the language writes it."""
        found = self.find(one, many, number) or (one if number == 1 else many)
        return found % {"num": self.number(number), **values} if values else found

    def number(self, number: int) -> str:
        """As in "1,234", German "1.234"."""
        if self._locale is None:
            return f"{number:,}"
        from babel.numbers import format_decimal  # noqa: PLC0415 - English pages do without Babel

        return format_decimal(number, locale=self._locale)

    def decimal(self, number: float) -> str:
        """With one digit behind the point, as in "3.4", German "3,4"; none for a whole number."""
        rounded = round(number, 1)
        if rounded == int(rounded):
            return self.number(int(rounded))
        if self._locale is None:
            return f"{rounded:,}"
        from babel.numbers import format_decimal  # noqa: PLC0415 - as above

        return format_decimal(rounded, format="#,##0.0", locale=self._locale)

    def growth(self, number: int) -> str:
        """A change in per cent, always with its sign: "+25 %", "−3 %"."""
        sign = "\N{MINUS SIGN}" if number < 0 else "+" if number else "±"
        return sign + self.percent(abs(number))

    def percent(self, number: int) -> str:
        """As in "93 %", with a space that no line breaks at."""
        if self._locale is None:
            return f"{number:,}\N{NO-BREAK SPACE}%"
        from babel.numbers import format_percent  # noqa: PLC0415 - as above

        return format_percent(number / 100, locale=self._locale)

    def month(self, when: date) -> str:
        """As in "May 2026", French "mai 2026"."""
        if self._locale is None:
            return f"{_MONTHS[when.month - 1]} {when.year}"
        from babel.dates import format_skeleton  # noqa: PLC0415 - as above

        return format_skeleton("yMMMM", when, locale=self._locale)

    def date(self, when: date) -> str:
        """As in "3 May 2026", German "3. Mai 2026"."""
        day = when.date() if isinstance(when, datetime) else when
        if self._locale is None:
            return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
        from babel.dates import format_date  # noqa: PLC0415 - as above

        return format_date(day, format="long", locale=self._locale)

    def month_name(self, month: int) -> str:
        """The short name of a month, 1 to 12, as a picture has room for: "Nov"."""
        if self._locale is None:
            return _MONTHS[month - 1][:3]
        return str(self._locale.months["stand-alone"]["abbreviated"][month]).rstrip(".")[:4]

    def weekday_name(self, weekday: int) -> str:
        """The short name of a day of the week, 0 (Monday) to 6: "Mon"."""
        if self._locale is None:
            return _WEEKDAYS[weekday]
        return str(self._locale.days["stand-alone"]["abbreviated"][weekday]).rstrip(".")[:3]

    def moment(self, when: datetime, zone: ZoneInfo) -> str:
        """As in "22 November 2026 at 10:59", in the time zone of the site."""
        local = when.astimezone(zone)
        return self.gettext("%(date)s at %(time)s", date=self.date(local), time=f"{local.hour:02}:{local.minute:02}")

    def listing(self, words: Sequence[str]) -> str:
        """As in "a", "a and b", "a, b and c"; nothing for nothing."""
        if self._locale is None:
            return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
        from babel.lists import format_list  # noqa: PLC0415 - as above

        return format_list(list(words), locale=self._locale)

    @cached_property
    def _locale(self) -> Locale | None:
        """Babel's rules for the language; None where English's own are enough, or Unicode knows no others."""
        if self.language == SOURCE_LANGUAGE:
            return None
        from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - as above

        try:
            return Locale.parse(self.language, sep="-")
        except (UnknownLocaleError, ValueError):
            return None


#: What the code speaks by itself.
ENGLISH = Words()
