"""`pelican-conversation`: Invoke's own program, but with the contract's exit code for wrong usage."""

from __future__ import annotations

import contextlib
import importlib.metadata
from collections.abc import Iterator

from invoke import Exit, ParseError, Program

__all__ = ["Command", "version"]


class Command(Program):
    """`pelican-conversation`: Invoke's own program, but with the contract's exit code for wrong usage."""

    def parse_core(self, argv: list[str] | None) -> None:
        """Reads the options before the task."""
        with _usage():
            super().parse_core(argv)

    def parse_tasks(self) -> None:
        """Reads the tasks and their options."""
        with _usage():
            super().parse_tasks()

    def parse_cleanup(self) -> None:
        """Answers --help and --list."""
        with _usage():
            super().parse_cleanup()


def version() -> str:
    """The version of the distribution, where it is installed."""
    try:
        return importlib.metadata.version("pelican-conversation")
    except importlib.metadata.PackageNotFoundError:
        return "in a checkout"


@contextlib.contextmanager
def _usage() -> Iterator[None]:
    """Exit code 2 for words that no task knows."""
    try:
        yield
    except ParseError as error:
        raise Exit(str(error), code=2) from None
