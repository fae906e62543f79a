"""Articles and pages read once, and again only when they change.

`attach` gives a generator of Pelican's a cache of its own: one SQLite file, a row per file. What may be reused, and
why something was not, is in `purity` and `ContentCache.reasons`. There are two levels. Where nobody else listens while
contents are read, whole contents are restored (`whole`), their bodies only when somebody asks; where somebody does,
Pelican constructs them as ever, from texts that need not be parsed again (`texts`). Both give what a plain build
gives, and the log says the same warnings.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .cache import ContentCache
from .kept import Kept, Origin, additions, as_it_came, body_digest, kept, lacks, origin_of, raw
from .links import links_of, targets_of
from .purity import why_not_whole
from .texts import TextCache
from .whole import WholeCache

__all__ = [
    "ContentCache",
    "Kept",
    "Origin",
    "additions",
    "as_it_came",
    "attach",
    "body_digest",
    "kept",
    "lacks",
    "links_of",
    "origin_of",
    "raw",
    "targets_of",
]


def attach(generator: Any, home: Path, fingerprint: bytes, *, alone: bool, jobs: int) -> ContentCache:
    """Give a generator of articles or pages a cache in the folder `home`, before it reads anything.

    `fingerprint` stands for the settings and the versions of all code; with another one, the cache is begun anew.
    `alone` says that nobody else listens to the signals that are sent while contents are read. With more than one of
    `jobs`, many new files are read in as many processes, now.
    """
    why = why_not_whole(generator.settings)
    kind = WholeCache if alone and not why else TextCache
    cache = kind(generator, home, fingerprint)
    if why:
        cache.reasons.append(why)
    cache.read_ahead(jobs)
    return cache
