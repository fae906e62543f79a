"""What can go wrong, as one small tree. Every message is meant for a blogger and says what to do.

* ConversationError
    * SettingsError   a setting, option or front matter field is wrong; names the setting, file and line
    * SourceError     a source could not be read; its last known state is kept
        * Refused     the service said no (401, 403): a token is missing, wrong or too narrow
        * Missing     what was asked for is not there (404, 410)
        * Unreachable the service did not answer in time or in full
        * Exhausted   the build has asked as much as CONVERSATION_BUDGET allows; the rest comes with the next one
        * Malformed   the service answered something that is not what it documents
    * StoreError      the store cannot be used
    * ArchiveError    a file given to `import` or `archive` is of the wrong kind or damaged
"""

from __future__ import annotations

__all__ = [
    "ArchiveError",
    "ConversationError",
    "Exhausted",
    "Malformed",
    "Missing",
    "Refused",
    "SettingsError",
    "SourceError",
    "StoreError",
    "Unreachable",
]


class ConversationError(Exception):
    """Something that the blogger can mend; the tasks print it without a traceback and exit with `exitcode`."""

    exitcode = 1


class SettingsError(ConversationError):
    """A setting, an option or a field of front matter is wrong."""


class SourceError(ConversationError):
    """A source could not be read; never fails a build unless CONVERSATION_STRICT is set."""


class Refused(SourceError):
    """The service refused: a token is missing, wrong or lacks a scope."""


class Missing(SourceError):
    """What was asked for is not there, or not any more (404, 410)."""


class Unreachable(SourceError):
    """The service did not answer, or not in time, or not in full."""


class Exhausted(SourceError):
    """The build has asked as much as it may; what is left comes with the next one."""


class Malformed(SourceError):
    """The service's answer is not what it documents."""


class StoreError(ConversationError):
    """The store cannot be used as it is."""


class ArchiveError(ConversationError):
    """A file given as an archive is of the wrong kind or damaged."""
