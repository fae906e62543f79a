"""What is noted while a file is read: the warnings that it drew, and whether its date depends on today's.

A file that is not read again would not be warned of again, so its warnings are kept and said again. They are heard
before Pelican's filter, which drops the sixth of a kind: in the next build it may be the first.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from dateutil import parser
from msgspec import Struct, field

from .plain import is_plain

#: logger, level, message, its arguments, and what Pelican's filter reads of a warning.
Said = tuple[str, int, str, tuple[Any, ...], dict[str, Any]]

COMPLETE = re.compile(r"\s*\d{4}-\d{1,2}-\d{1,2}(?!\d)")
#: Two days that have no part in common. dateutil takes what a date leaves out from such a day.
ONE_DAY = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - as dates without a zone
ANOTHER = dt.datetime(2003, 12, 24)  # noqa: DTZ001 - likewise


def names_a_day(text: str) -> bool:
    """Whether a date says all of itself. "March 2020" does not: Pelican takes the day from today."""
    if COMPLETE.match(text):
        return True
    try:
        return bool(parser.parse(text, default=ONE_DAY) == parser.parse(text, default=ANOTHER))
    except (ValueError, OverflowError, TypeError):
        return True  # Pelican will say what is wrong with it.


class Hearing(Struct):
    """What happened while something was read."""

    records: list[tuple[logging.LogRecord, Said]] = field(default_factory=list)
    today: bool = False

    def said(self, since: int = 0) -> list[Said] | None:
        """The warnings as plain data, or None if there was more than warnings: that must be seen again."""
        if any(record.levelno > logging.WARNING for record, _ in self.records[since:]):
            return None
        return [said_by(record, said) for record, said in self.records[since:]]


def said_by(record: logging.LogRecord, said: Said) -> Said:
    """A warning with what Pelican added to its record; its words alone where they hold what is not plain."""
    name, level, message, arguments, _ = said
    limits: dict[str, Any] = {key: vars(record)[key] for key in ("limit_msg", "limit_args") if key in vars(record)}
    if not (is_plain(arguments) and is_plain(limits) and type(message) is str):
        message, arguments, limits = "%s", (record.getMessage(),), {}
    return name, level, message, arguments, limits


def say_again(warnings: Iterable[Said]) -> None:
    """Log warnings as if they came from where they came from first."""
    for name, level, message, arguments, limits in warnings:
        logging.getLogger(name).log(level, message, *arguments, extra=limits or None)


def warnings_can_be_heard() -> bool:
    """Whether a warning makes a record at all; with `--quiet` it does not."""
    return logging.getLogger("pelican.readers").isEnabledFor(logging.WARNING)


class Ear:
    """Listens while files are read, one at a time."""

    def __init__(self) -> None:
        self.hearing: Hearing | None = None

    @contextmanager
    def listening(self) -> Iterator[Hearing]:
        """Note what happens in this thread. The process's record factory is borrowed and given back."""
        hearing, me, outer, factory = Hearing(), threading.get_ident(), self.hearing, logging.getLogRecordFactory()

        def note(*args: Any, **kwargs: Any) -> logging.LogRecord:
            record = factory(*args, **kwargs)
            if record.levelno >= logging.WARNING and record.thread == me:
                arguments = record.args if isinstance(record.args, tuple) else (record.args,)
                hearing.records.append((record, (record.name, record.levelno, record.msg, arguments, {})))
            return record

        self.hearing = hearing
        logging.setLogRecordFactory(note)
        try:
            yield hearing
        finally:
            logging.setLogRecordFactory(factory)
            self.hearing = outer

    def attend(self, reader: Any) -> None:
        """Look at the dates that this reader makes of words."""
        process: Callable[[str, object], object] = reader.process_metadata

        def attentively(name: str, value: object) -> object:
            if name in {"date", "modified"} and isinstance(value, str) and self.hearing:
                self.hearing.today |= not names_a_day(value.replace("_", " "))
            return process(name, value)

        reader.process_metadata = attentively
