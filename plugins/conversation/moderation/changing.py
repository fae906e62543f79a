"""What `hide` and `show` do to the file of rules: entries go, one comes, and the file is written in one piece."""

from __future__ import annotations

import codecs
from collections.abc import Collection
from pathlib import Path

from msgspec import Struct

from ..errors import SettingsError
from ..files import write_whole
from .meaning import Named
from .rules import TABLES, Rules, read_text, understand
from .writing import HEADER, add, drop

__all__ = ["Draft", "draft"]


class Draft(Struct, frozen=True):
    """The file as it is and as it would be; `rules` are those of the latter."""

    path: Path
    before: str
    after: str
    rules: Rules

    @property
    def changed(self) -> bool:
        """Whether there is anything to write."""
        return self.after != self.before

    def write(self) -> None:
        """Writes the file wholly or not at all, with the permissions that it had. Raises SettingsError."""
        text = self.after if self.before else HEADER + "\n" + self.after
        path = self.path
        try:
            mark = codecs.BOM_UTF8 if path.exists() and path.read_bytes().startswith(codecs.BOM_UTF8) else b""
            write_whole(path, mark + text.encode())
        except OSError as error:
            raise SettingsError(f"{path.name} cannot be written ({error.strerror}): check its folder.") from error


def draft(path: Path, named: Named, *, into: str, out_of: Collection[str], note: str = "") -> Draft:
    """The file with `named` in the table `into` ("" for none) and in none of the tables `out_of`.

    Raises SettingsError, and changes nothing, where the file is wrong, cannot be changed, or the table takes no such
    entries.
    """
    before = after = read_text(path)
    understand(before, path.name)
    if into and named.field not in TABLES[into]:
        raise SettingsError(f"[{into}] takes {' and '.join(TABLES[into])} only, not {named.field}.")
    try:
        for table in out_of:
            after = drop(after, table, named.field, named.names)
        if into:
            after = add(after, into, named.field, named.entry, note)
    except SettingsError as error:
        raise SettingsError(f"{path.name}: {error}") from None
    return Draft(path, before, after, understand(after, path.name))
