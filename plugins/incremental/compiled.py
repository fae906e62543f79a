"""Compiled templates, kept from build to build."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import IO, Any

from jinja2 import Environment, FileSystemBytecodeCache
from jinja2.bccache import Bucket

from .digests import SIZE, joined

__all__ = ["Compiled"]

#: What has a say in how a template is compiled, beside its text.
_DIALECT = (
    "block_start_string",
    "block_end_string",
    "variable_start_string",
    "variable_end_string",
    "comment_start_string",
    "comment_end_string",
    "line_statement_prefix",
    "line_comment_prefix",
    "trim_blocks",
    "lstrip_blocks",
    "newline_sequence",
    "keep_trailing_newline",
    "optimized",
    "autoescape",
    "finalize",
    "sandboxed",
    "is_async",
    "newstyle_gettext",
)


class Compiled(FileSystemBytecodeCache):
    """Jinja's own, which goes by a template's text alone; here templates of another dialect are others."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(str(folder), "template-%s")

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        """As Jinja's, which makes a key of `name`."""
        key = self.get_cache_key(f"{_dialect(environment)} {name}", filename)
        bucket = _Checked(environment, key, self.get_source_checksum(source))
        self.load_bytecode(bucket)
        return bucket


class _Checked(Bucket):
    """A compiled template with a digest before it: Python would run a damaged one, or fall over it."""

    def load_bytecode(self, f: IO[bytes]) -> None:
        """Reads what was compiled, if it is what was written."""
        check, code = f.read(SIZE), f.read()
        if check == joined(code):
            super().load_bytecode(BytesIO(code))
        else:
            self.reset()

    def write_bytecode(self, f: IO[bytes]) -> None:
        """Writes what was compiled."""
        compiled = BytesIO()
        super().write_bytecode(compiled)
        f.write(joined(compiled.getvalue()) + compiled.getvalue())


def _dialect(environment: Environment) -> str:
    values = [_told(getattr(environment, name, None)) for name in _DIALECT]
    extensions = [f"{name} {one.priority}" for name, one in environment.extensions.items()]
    return joined(repr([values, extensions]).encode()).hex()


def _told(value: Any) -> str:
    """A setting; a function by what it is called, since its code is looked at with that of plugins and settings."""
    return f"{value.__module__}.{value.__qualname__}" if callable(value) else repr(value)
