"""Which services there are: a plain table of our own, and what other distributions add through entry points.

A module is imported when its service is asked for and not before, so that nobody waits for services that they do not
use. Other people's services come in through the entry point group `pelican_conversation.sources`; they can add to the
table and never take a name that is in it.
"""

from __future__ import annotations

import importlib
import sys
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import MappingProxyType, ModuleType

from ..errors import SettingsError
from ..suggest import did_you_mean
from . import Service

__all__ = ["BUILT_IN", "GROUP", "IMPLICIT", "names", "service"]

#: The entry point group of other people's services.
GROUP = "pelican_conversation.sources"
#: Our own: name of the service -> module in this package.
BUILT_IN = MappingProxyType(
    {
        "activitypub": "activitypub",
        "archive": "archive",
        "bluesky": "bluesky",
        "discourse": "discourse",
        "disqus": "disqus",
        "feed": "feed",
        "forem": "forem",
        "github": "github",
        "giving": "giving",
        "hackernews": "hackernews",
        "isso": "isso",
        "jf2": "jf2_receiver",  # jf2 is the format, which others speak too
        "lemmy": "lemmy",
        "lobsters": "lobsters",
        "mastodon": "mastodon",
        "misskey": "misskey",
        "posts": "links",
        "remark42": "remark42",
        "sharedcount": "sharedcount",
        "stackexchange": "stackexchange",
        "webmention.io": "webmention_io",
        "wordpress": "wordpress",
    }
)
#: Always on, and never named in CONVERSATION_SOURCES: they read what is in the blog's own folder.
IMPLICIT = ("posts", "giving")

_OURS = __name__.removesuffix(".sources.registry")  # "conversation" or "pelican.plugins.conversation"


def names() -> tuple[str, ...]:
    """The names of all services, our own and other people's, sorted; imports none of them.

    Raises SettingsError where two distributions claim one name.
    """
    return tuple(sorted({*BUILT_IN, *_claims()}))


def service(name: str) -> Service:
    """The service called `name`; imports its module and no other.

    Raises SettingsError where there is none of that name (it names the nearest), where two claim it, and where
    somebody else's cannot be loaded (it names the distribution).
    """
    claims = _claims()
    if name in BUILT_IN:
        return _exported(_module(BUILT_IN[name]))
    if name in claims:
        return _theirs(claims[name])
    raise SettingsError(f"There is no source called {name!r}. {did_you_mean(name, {*BUILT_IN, *claims})}")


def _claims() -> dict[str, EntryPoint]:
    """Other people's entry points by the name of the service; SettingsError where a name is taken already."""
    return _claims_on(tuple((path, _changed(path)) for path in sys.path))


def _changed(folder: str) -> int:
    """When something in a folder was added or removed; 0 for none."""
    try:
        return Path(folder).stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=1)  # every source asks, and each answer is a walk over all that is installed
def _claims_on(_: tuple[tuple[str, int], ...]) -> dict[str, EntryPoint]:
    claims: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        if point.name in BUILT_IN:
            raise SettingsError(
                f"{_who(point)} brings a source called {point.name!r}, but that is one of our own. "
                "Uninstall it, or ask its authors to rename the source."
            )
        other = claims.setdefault(point.name, point)
        if other != point:
            raise SettingsError(
                f"{_who(other)} and {_who(point)} both bring a source called {point.name!r}. Uninstall one of them."
            )
    return claims


def _who(point: EntryPoint) -> str:
    """The distribution that brings an entry point, as a user knows it: "pelican-example 1.0"."""
    dist = point.dist
    return f"{dist.name} {dist.version}" if dist else f"the entry point {point.value!r}"


def _module(name: str) -> ModuleType:
    """One of our own modules; SettingsError where this copy of the plugin lacks it."""
    full = f"{__name__.rpartition('.')[0]}.{name}"
    try:
        return importlib.import_module(full)
    except ModuleNotFoundError as error:
        if error.name != full:
            raise
        raise SettingsError(f"This copy of the plugin lacks its module {full!r}: install it again.") from error


def _exported(module: ModuleType) -> Service:
    """The `SERVICE` of one of our own modules."""
    found = getattr(module, "SERVICE", None)
    if not isinstance(found, Service):
        raise SettingsError(f"{module!r} has no SERVICE.")
    return found


def _theirs(point: EntryPoint) -> Service:
    """Somebody else's service, checked before it is believed."""
    try:
        found = point.load()
    except (ImportError, AttributeError, SyntaxError) as error:
        raise SettingsError(
            f"The source {point.name!r} of {_who(point)} cannot be loaded: {error}.{_advice()}"
        ) from error
    if isinstance(found, Service):
        if found.name != point.name:
            raise SettingsError(
                f"The source {point.name!r} of {_who(point)} calls itself {found.name!r}: the entry point's name and "
                "the service's must be the same. Ask its authors."
            )
        return found
    if type(found).__name__ == Service.__name__ and type(found).__module__.endswith("conversation.sources"):
        other = type(found).__module__.removesuffix(".sources")
        raise SettingsError(
            f"The source {point.name!r} of {_who(point)} belongs to another copy of this plugin: {_place(other)}, "
            f"while this site runs {_place(_OURS)}. Keep one of them: take its folder out of PLUGIN_PATHS and write "
            f'PLUGINS = ["pelican.plugins.conversation"], or uninstall pelican-conversation.'
        )
    raise SettingsError(f"The entry point {point.value!r} of {_who(point)} is no Service. Ask its authors.")


def _place(package: str) -> str:
    """A copy of the plugin, by name and folder."""
    file = getattr(sys.modules.get(package), "__file__", None)
    return f"{package} ({file})" if file else package


def _advice() -> str:
    """What to do where the plugin runs from a folder but somebody else's source looks for the installed one."""
    if _OURS == "pelican.plugins.conversation":
        return ""
    return (
        " Sources of others need the plugin installed: pip install pelican-conversation, take its folder out of "
        'PLUGIN_PATHS and write PLUGINS = ["pelican.plugins.conversation"].'
    )
