"""Tokens: read from the environment and from a file `.env`, never from settings, never told to anybody."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from dotenv.parser import parse_stream

from ..errors import SettingsError
from ..sources import token_variable

__all__ = ["environment", "token_of", "token_variable"]


def environment(root: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` and what the file `.env` in `root` adds to it; `environ` wins and is not changed.

    Nothing in the file is expanded: a token may hold a "$". A folder of that name (a virtual environment) is no file.

    Raises:
        SettingsError: the file cannot be read, or a line that names one of our variables says nothing.
    """
    file = root / ".env"
    try:
        text = file.read_text("utf-8-sig")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return dict(environ)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SettingsError(f"{file.name} cannot be read: {reason}. The tokens of your sources belong there.") from None
    found = {}
    for binding in parse_stream(io.StringIO(text)):
        ours = "CONVERSATION_" in binding.original.string
        if ours and (binding.error or (binding.key and binding.value is None)):
            line = binding.original.line + len(binding.original.string) - len(binding.original.string.lstrip("\n"))
            raise SettingsError(f"{file.name}, line {line}: write it as NAME=value, without spaces around the value.")
        if binding.key and binding.value is not None:
            found[binding.key] = binding.value
    return {**found, **environ}


def token_of(name: str, environ: Mapping[str, str]) -> str:
    """The token of the source `name`, or "".

    Raises:
        SettingsError: it holds what no token can (a space, a line break): half a line was copied. Never repeats it.
    """
    variable = token_variable(name)
    token = environ.get(variable, "").strip()
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise SettingsError(f"{variable} in the environment or .env holds characters that no token has; copy it again.")
    return token
