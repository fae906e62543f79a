"""Pictures of people, kept by the site itself, so that no page ever asks a third party for anything.

    told = refresh(settings, store, wanted, Errand(now, seconds=20.0))
    album = album_of(store, wanted)
    album.write(output)

Each picture is fetched once from the address that a source told, made small and written anew, shared by all acts of its
person, looked at again after two months, and dropped when nobody on the site has it any more.

* shrinking   from whatever a stranger's server sends to a small square WebP, or a refusal
* refreshing  which pictures are due, and fetching them
* album       from the store to files of the site
"""

from __future__ import annotations

from .album import Album, album_of
from .refreshing import Errand, Refreshed, due, refresh
from .shrinking import NoPicture, shrink

__all__ = ["Album", "Errand", "NoPicture", "Refreshed", "album_of", "due", "refresh", "shrink"]
