"""Pelican's content objects as the rest of the plugin sees them, and where the settings of a site come from."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dateutil import parser as dates
from pelican.contents import Article, Content, Page

from .posts import Later, Post
from .sanitise import line

__all__ = ["posts_of", "readable_contents", "settings_files", "settings_folder"]

logger = logging.getLogger(__name__)

#: Front matter that the plugin reads as lists of URLs.
ADDRESS_FIELDS = ("aliases", "syndication", "reply_to", "like_of", "repost_of", "bookmark_of", "guest_post_of")
#: What `comments:` may say beside a date.
CLOSED = frozenset({"closed", "off", "no", "false"})
OPEN = frozenset({"", "open", "on", "yes", "true"})

_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--.*?-->", re.DOTALL)


def settings_files(settings: Mapping[str, Any]) -> list[Path]:
    """The files that the plugin's settings were read from, as far as they can be told, the one given to Pelican last.

    Pelican executes a settings file as a module and passes its values on, not its place. A module that still holds the
    very objects which are in `settings` is one of them.
    """
    found: dict[Path, bool] = {}
    ours = [name for name in settings if name.startswith("CONVERSATION_")]
    for module in reversed(list(sys.modules.values())):  # a file is noted before those that it imports
        names = getattr(module, "__dict__", {})
        if _is_source(names, settings, ours):
            found.setdefault(Path(names["__file__"]).resolve(), _is_home(names, settings) is True)
    return sorted(found, key=found.__getitem__)


def settings_folder(settings: Mapping[str, Any]) -> Path:
    """The folder that relative paths in the plugin's settings start from: that of the settings file.

    Where the file cannot be told, because another site was read after this one, it is the nearest folder above the
    content that holds a pelicanconf.py; where there is none either, the working folder.
    """
    files = settings_files(settings)
    if files:
        return files[-1].parent
    content = Path(str(settings.get("PATH") or ""))
    above = [folder for folder in (content, *content.parents) if (folder / "pelicanconf.py").is_file()]
    return above[0].resolve() if above and content.is_absolute() else Path.cwd()


def _is_source(names: Mapping[str, Any], settings: Mapping[str, Any], ours: Sequence[str]) -> bool:
    """Whether `settings` came from a module with these names; `ours` are those of the plugin's settings.

    Short texts, numbers and True are one object wherever they stand, so that two sites may share them. A list or a
    dictionary is shared by no other site; without one, the folder must not tell otherwise.
    """
    if not any(name in names and names[name] is settings[name] for name in ours):
        return False  # as nearly all of a thousand modules
    same = [name for name in names.keys() & settings.keys() if names[name] is settings[name]]
    if not isinstance(names.get("__file__"), str):
        return False
    return any(isinstance(settings[name], list | dict) for name in same) or _is_home(names, settings) is not False


def _is_home(names: Mapping[str, Any], settings: Mapping[str, Any]) -> bool | None:
    """Whether the paths that Pelican made absolute start in the folder of this module; None where it has none."""
    given = [name for name in ("PATH", "OUTPUT_PATH", "CACHE_PATH") if isinstance(names.get(name), str)]
    folder = Path(names["__file__"]).parent
    there = [Path(str(settings.get(name))).resolve() == (folder / names[name]).resolve() for name in given]
    return any(there) if there else None


def readable_contents(context: Mapping[str, Any]) -> list[Content]:
    """All articles and pages of a run, translations, drafts and hidden ones included, in a stable order."""
    contents = (item for item in context["generated_content"].values() if isinstance(item, Article | Page))
    return sorted(contents, key=lambda item: (item.save_as, item.source_path))


def posts_of(contents: Iterable[Content], site: str, zone: ZoneInfo) -> Iterator[tuple[Content, Post]]:
    """Each content object with the post it is. `site` is the site's address without a trailing slash."""
    for content in contents:
        yield content, _post(content, site, zone)


def _post(content: Content, site: str, zone: ZoneInfo) -> Post:
    # Metadata are attributes, too: a content that was not read again has these at hand.
    fields = {name: _addresses(getattr(content, name, None)) for name in ADDRESS_FIELDS}
    url, original = _absolute(content, site), _original(content)
    return Post(
        url=url,
        title=_text(content.title),
        content="article" if isinstance(content, Article) else "page",
        status=content.status,
        path=_path(content),
        lang=content.lang,
        original=url if original is content else _absolute(original, site),
        published=_aware(getattr(content, "date", None), zone),
        modified=_aware(getattr(content, "modified", None), zone),
        aliases=fields.pop("aliases"),
        syndication=fields.pop("syndication"),
        closed=_closed(content, zone),
        fields={name: urls for name, urls in fields.items() if urls},
        html=_body(content),
    )


def _body(content: Content) -> str | Later:
    """The raw body: `content.content` would be memoised by Pelican before static links are known."""
    if told := getattr(content, "incremental_body", None):
        return Later(told(), partial(getattr, content, "_content"))
    return str(content._content or "")  # noqa: SLF001


def _absolute(content: Content, site: str) -> str:
    return f"{site}/{content.url.lstrip('/')}"


def _original(content: Content) -> Content:
    """The content that this one translates; itself where it is the original."""
    if content.in_default_lang:
        return content
    return next((other for other in content.translations if other.in_default_lang), content)


def _path(content: Content) -> str:
    """The file that it was read from, relative to PATH: as Pelican says, and quicker where it lies there plainly.

    What of its name is no text in UTF-8 becomes question marks: nobody could print it, or keep it as JSON.
    """
    path, root = str(content.source_path), f"{content.settings['PATH']}/"
    plain = path.startswith(root) and "/." not in path and "//" not in path and "\\" not in path
    found = path[len(root) :] if plain else str(content.get_relative_source_path())
    return found if found.isascii() else found.encode("utf-8", "replace").decode("utf-8")


def _text(title: str) -> str:
    """A title as plain text: to Pelican it is HTML, and its typography puts tags and entities in."""
    return unescape(_TAG.sub("", title)) if "<" in title or "&" in title else title


def _addresses(value: object) -> tuple[str, ...]:
    """The URLs of a field of front matter: comma or newline separated, or a list."""
    if value is None:  # as nearly always
        return ()
    parts = value if isinstance(value, list | tuple) else [value] if isinstance(value, str) else []
    return tuple(url for part in parts for url in re.split(r"[\s,]+", str(part)) if url)


def _closed(content: Content, zone: ZoneInfo) -> bool | datetime:
    """Whether or when `comments:` ends the conversation: "closed", or the date on which it does."""
    value = getattr(content, "comments", None)
    text = "" if value is None else str(value).strip()
    if text.casefold() in OPEN:
        return False
    if text.casefold() in CLOSED:
        return True
    try:
        ends = dates.isoparse(text)
        ends = _placed(ends, zone)
        ends.astimezone(UTC)  # the first and the last day of all are none everywhere
    except (ValueError, OverflowError):
        path, shown = content.get_relative_source_path(), line(text, 40)
        logger.warning(
            '%s: "comments: %s" is neither "closed" nor a date such as 2026-12-31; it stays open.', path, shown
        )
        return False
    return ends


def _aware(date: datetime | None, zone: ZoneInfo) -> datetime | None:
    """A date of Pelican's (its SafeDatetime, with the site's zone or none) as a plain aware datetime."""
    if date is None:
        return None
    day, time = (date.year, date.month, date.day), (date.hour, date.minute, date.second, date.microsecond)
    return _placed(datetime(*day, *time, date.tzinfo), zone)  # noqa: DTZ001 - as it is


def _placed(when: datetime, zone: ZoneInfo) -> datetime:
    """The same with its offset from UTC, as it can be written down and read; `zone` is where it is if it does not say.

    Raises OverflowError on the first and the last day of all.
    """
    placed = when if when.tzinfo else when.replace(tzinfo=zone)
    return placed.replace(tzinfo=timezone(placed.utcoffset() or timedelta()))
