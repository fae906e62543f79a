"""What the blogger configured: typed, validated, documented in one table (`known.py`).

* known         every setting, what it may hold and what the manual says of it
* checks        what each kind of setting may hold
* entries       CONVERSATION_SOURCES
* environment   tokens, from the environment and `.env`
* places        in which file and line a setting stands, for messages
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from ..acts import Person
from ..addresses import host_of, is_web
from ..errors import SettingsError
from ..identities import Identities, names_of
from ..sources import Service, Source
from ..sources.registry import IMPLICIT
from ..sources.registry import service as registered
from ..suggest import did_you_mean
from . import checks
from .checks import Wrong
from .entries import read_sources
from .environment import environment, token_variable
from .known import KNOWN, Setting, manual
from .places import Places

__all__ = ["KNOWN", "Setting", "Settings", "environment", "load", "manual", "token_variable"]

#: Everything of ours begins so; a slip such as CONVERSATIONS_PULL is caught too.
_PREFIX = "CONVERSATION"
_WEBMENTION_IO = "https://webmention.io"
#: Profiles of the services whose accounts are bare names.
_PROFILES = {
    "forem": "https://dev.to/{}",
    "github": "https://github.com/{}",
    "hackernews": "https://news.ycombinator.com/user?id={}",
    "lobsters": "https://lobste.rs/~{}",
}


class Settings(Struct, frozen=True, kw_only=True, dict=True):
    """The plugin's settings after validation; the manual is docs/settings.md.

    `root` is the folder of the settings file: relative paths start there. `sources` ends with the implicit ones,
    `identities` with the accounts of sources. `siteurls` holds the site's addresses without slashes at their ends, the
    present one first, and is empty where none is known. `store` is as it was given and may hold a password.
    """

    root: Path
    sources: tuple[Source, ...] = ()
    store: str = "sqlite:///conversation.sqlite"
    pull: str = "due"
    #: Seconds.
    deadline: float = 30.0
    #: Requests over all sources; 0 is no limit.
    budget: int = 500
    identities: tuple[str, ...] = ()
    siteurls: tuple[str, ...] = ()
    #: Profiles and handles of one person each.
    people: tuple[tuple[str, ...], ...] = ()
    privacy: Mapping[str, str] = field(default_factory=dict)
    pictures: bool = True
    moderation: Path = Path("content/moderation.toml")
    giving: Path = Path("content/giving.csv")
    milestones: Path = Path("content/milestones.csv")
    blogroll: str = ""
    ledger_url: str = "giving-receiving/"
    ledger_save_as: str = "giving-receiving/index.html"
    page_url: str = "conversations/"
    page_save_as: str = "conversations/index.html"
    feed_atom: str = "feeds/conversation.atom.xml"
    post_feed_atom: str = ""
    per_page: int = 150
    strict: bool = False
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    language: str = "en"
    help: str = ""
    contact: Mapping[str, str] = field(default_factory=dict)
    webmention: str = ""
    #: By kind of act, what one counts in the score; empty: no score.
    weights: Mapping[str, float] = field(default_factory=dict)
    og_image: bool = False
    #: Plugins that the blogger knows to take no notice of conversations.
    unconcerned: tuple[str, ...] = ()
    #: The names of the settings that were given.
    given: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Settings({str(self.root)!r})"

    @property
    def active(self) -> bool:
        """Whether any of the plugin's settings was given: without one it does nothing."""
        return bool(self.given)

    @property
    def siteurl(self) -> str:
        """The present address of the site, "" where none is known."""
        return self.siteurls[0] if self.siteurls else ""

    def is_own(self, person: Person, url: str = "") -> bool:
        """Whether an act by `person` with the permalink `url` is the blogger's own (`Identities.owns`)."""
        return self._own.owns(person, url)

    def on_site(self, url: str) -> bool:
        """Whether `url`, with or without a fragment, is a page of the site under any of its addresses."""
        return self._own.holds(url)

    @cached_property
    def _own(self) -> Identities:
        return Identities(self.identities, self.siteurls)


class _Complaints(Struct):
    """What is wrong, each with its place: all of it is told at once."""

    places: Places
    lines: list[str] = field(default_factory=list)

    def add(self, name: str, wrong: Wrong, value: object = None) -> None:
        place = self.places.of(name, *wrong.path, value=value)
        stop = "" if wrong.what.endswith((".", "?", "!")) else "."
        self.lines.append(f"{place}: {name} {wrong.what}{stop}")

    def check(self, name: str, check: Callable[[object], Any], value: object, default: object = None) -> Any:  # noqa: ANN401
        """The checked value; `default` where it is wrong. Each check knows its type (`known.py`)."""
        try:
            return check(value)
        except Wrong as wrong:
            self.add(name, wrong, value)
            return default


def load(
    settings: Mapping[str, object],
    *,
    root: Path,
    files: Sequence[Path] = (),
    environ: Mapping[str, str],
    service: Callable[[str], Service] = registered,
) -> Settings:
    """The plugin's settings out of Pelican's.

    `root` is the folder of the settings file, `files` the settings files (of several that assign a setting the later
    one counts), `environ` what `environment` returned; `service` finds a source's service by its name.

    Raises:
        SettingsError: with a line for each thing that is wrong, that names file, line and setting.
    """
    given = tuple(sorted(name for name in settings if name.startswith(_PREFIX)))
    if not given:
        return Settings(root=root)
    complaints = _Complaints(Places(files))
    values = _checked(settings, given, complaints)
    values["sources"] = read_sources(
        values["sources"],
        root=root,
        environ=environ,
        service=service,
        report=lambda wrong: complaints.add("CONVERSATION_SOURCES", wrong, settings.get("CONVERSATION_SOURCES")),
    )
    names = (*(source.name for source in values["sources"]), *IMPLICIT)
    complaints.check("CONVERSATION_PRIVACY", checks.privacy_among(names), values["privacy"])
    here = complaints.check("SITEURL", lambda url: checks.address(url) if url else "", settings.get("SITEURL"), "")
    values["timezone"] = complaints.check("TIMEZONE", _zone, settings.get("TIMEZONE") or "UTC", ZoneInfo("UTC"))
    values["language"] = complaints.check("DEFAULT_LANG", checks.text, settings.get("DEFAULT_LANG") or "en", "en")
    if complaints.lines:
        raise SettingsError("\n".join(complaints.lines))
    return Settings(root=root, given=given, **_completed(values, here, root))


def _checked(settings: Mapping[str, object], given: Sequence[str], complaints: _Complaints) -> dict[str, Any]:
    """Every known setting by its field, each checked by itself; complaints about the unknown ones too."""
    known = {setting.name: setting for setting in KNOWN}
    for name in given:
        if name not in known:
            complaints.add(name, _unknown(name, known))
    values = {}
    for setting in KNOWN:
        value = settings.get(setting.name, setting.default)
        value = setting.default if value is None and not setting.optional else value
        values[setting.field] = complaints.check(setting.name, setting.check, value, setting.check(setting.default))
    return values


def _completed(values: dict[str, Any], here: str, root: Path) -> dict[str, Any]:
    """The values with what follows from others: implicit sources, addresses, the endpoint, paths."""
    sources: tuple[Source, ...] = values["sources"]
    giving = Source("giving", "giving", {"path": values["giving"]}, root=root)
    return {
        **values,
        "sources": (*sources, giving, Source("posts", "posts", root=root)),
        "identities": tuple(dict.fromkeys((*values["identities"], *_accounts(sources)))),
        "siteurls": _siteurls(here, values["siteurls"], sources),
        "webmention": values["webmention"] or _endpoint(sources),
        "moderation": root / values["moderation"],
        "giving": root / values["giving"],
        "milestones": root / values["milestones"],
    }


def _unknown(name: str, known: Mapping[str, Setting]) -> Wrong:
    """What to say of a setting that there is not; a token among the settings is told where it belongs."""
    if name.endswith(("_TOKEN", "_PASSWORD", "_SECRET", "_KEY")):
        return Wrong(f"is no setting. A token belongs into the file .env beside your settings: {name}=…")
    return Wrong(f"is no setting. {did_you_mean(name, known)}")


def _zone(name: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        near = did_you_mean(str(name), zoneinfo.available_timezones()) if str(name).strip() else ""
        near = near if near.startswith("Did") else 'Write it as in "Europe/Berlin".'
        raise Wrong(f"is no time zone: {checks.shown(name)}. {near}") from None


def _siteurls(here: str, former: Sequence[str], sources: Sequence[Source]) -> tuple[str, ...]:
    """The site's addresses, the present one first.

    The domains of webmention.io sources are the site's own too, unless an address there is known better.
    """
    addresses = [address for address in (here, *former) if address]
    for source in sources:
        domain = f"https://{source.options.get('domain', '')}"
        if source.source == "webmention.io" and is_web(domain) and host_of(domain) not in map(host_of, addresses):
            addresses.append(domain.rstrip("/"))
    return tuple(dict.fromkeys(addresses))


def _accounts(sources: Sequence[Source]) -> Iterator[str]:
    """The profiles and handles that the accounts of sources are: the blogger's own by configuration."""
    for source in sources:
        account = source.options.get("account", "").strip()
        if not account:
            continue
        if source.source in _PROFILES and not is_web(account):
            yield _PROFILES[source.source].format(account.lstrip("@"))
        elif names_of(account):
            yield account
        elif source.base_url:
            yield f"@{account.lstrip('@')}@{host_of(source.base_url)}"


def _endpoint(sources: Sequence[Source]) -> str:
    """The webmention endpoint of the first webmention.io source, or ""."""
    for source in sources:
        if source.source == "webmention.io":
            return f"{source.base_url or _WEBMENTION_IO}/{source.options['domain']}/webmention"
    return ""
