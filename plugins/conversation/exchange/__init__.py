"""Everything in a store as one JF2 file, and back.

Every act is a JF2 entry (https://jf2.spec.indieweb.org/) that any reader of webmention.io's answers understands:
author, url, published, content, and the relation that names its target. What JF2 has no word for stands in an extension
object of the entry, `x-conversation`; the state of the sources and all else in the same object of the feed. Reading
takes from the JF2 properties what they can say and from the extension the rest.

Equal stores give equal bytes, one act a line: such a file can be kept under version control and compared.
"""

from __future__ import annotations

from .entries import export
from .files import is_export, is_export_file, load_export, write_export

__all__ = ["export", "is_export", "is_export_file", "load_export", "write_export"]
