"""Pelican's content objects as the rest of the plugin sees them, and where the settings of a site come from."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dateutil import parser as dates
from pelican.contents import Article, Content, Page

from .posts import Post

__all__ = ["posts_of", "readable_contents", "settings_files", "settings_folder"]

#: Front matter that the plugin reads as lists of URLs.
ADDRESS_FIELDS = ("aliases", "syndication", "reply_to", "like_of", "repost_of", "bookmark_of", "guest_post_of")


def settings_files(settings: Mapping[str, Any]) -> list[Path]:
    """The files that the plugin's settings were read from, as far as they can be told.

    Pelican executes a settings file as a module and passes its values on, not its place. The module that still holds
    the very objects which are in `settings` is the one.
    """
    ours = [(name, value) for name, value in settings.items() if name.startswith("CONVERSATION_")]
    found = []
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        names = vars(module) if path else {}
        if any(names.get(name, ours) is value for name, value in ours):
            found.append(Path(str(path)).resolve())
    return sorted(set(found))


def settings_folder(settings: Mapping[str, Any]) -> Path:
    """The folder that relative paths in the plugin's settings start from: the settings file's, else the working one."""
    files = settings_files(settings)
    return files[0].parent if files else Path.cwd()


def readable_contents(context: Mapping[str, Any]) -> list[Content]:
    """All articles and pages of a run, translations, drafts and hidden ones included, in a stable order."""
    contents = (item for item in context["generated_content"].values() if isinstance(item, Article | Page))
    return sorted(contents, key=lambda item: (item.save_as, item.get_relative_source_path()))


def posts_of(contents: Iterable[Content], site: str, zone: ZoneInfo) -> Iterator[tuple[Content, Post]]:
    """Each content object with the post it is. `site` is the site's address without a trailing slash."""
    for content in contents:
        yield content, _post(content, site, zone)


def _post(content: Content, site: str, zone: ZoneInfo) -> Post:
    fields = {name: _addresses(content.metadata.get(name)) for name in ADDRESS_FIELDS}
    return Post(
        url=_absolute(content, site),
        title=_text(content.title),
        content="article" if isinstance(content, Article) else "page",
        status=content.status,
        path=content.get_relative_source_path(),
        lang=content.lang,
        original=_absolute(_original(content), site),
        published=_aware(getattr(content, "date", None), zone),
        modified=_aware(getattr(content, "modified", None), zone),
        aliases=fields.pop("aliases"),
        syndication=fields.pop("syndication"),
        closed=_closed(content.metadata.get("comments"), zone),
        fields={name: urls for name, urls in fields.items() if urls},
        # The raw body: `content.content` would be memoised by Pelican before static links are known.
        html=content._content,  # noqa: SLF001
    )


def _absolute(content: Content, site: str) -> str:
    return f"{site}/{content.url.lstrip('/')}"


def _original(content: Content) -> Content:
    """The content that this one translates; itself where it is the original."""
    if content.in_default_lang:
        return content
    return next((other for other in content.translations if other.in_default_lang), content)


def _text(title: str) -> str:
    """A title without the tags that Pelican's typography may have put in."""
    return re.sub(r"<[^<>]*>", "", title)


def _addresses(value: object) -> tuple[str, ...]:
    """The URLs of a field of front matter: comma or newline separated, or a list."""
    parts = value if isinstance(value, list | tuple) else [value] if isinstance(value, str) else []
    return tuple(url for part in parts for url in re.split(r"[\s,]+", str(part)) if url)


def _closed(value: object, zone: ZoneInfo) -> bool | datetime:
    """Whether or when `comments:` ends the conversation: "closed", or the date on which it does."""
    text = str(value or "").strip()
    if text.casefold() in {"closed", "off", "no", "false"}:
        return True
    try:
        return _aware(dates.isoparse(text), zone) or False
    except ValueError:
        return False


def _aware(date: datetime | None, zone: ZoneInfo) -> datetime | None:
    """A date of Pelican's (its SafeDatetime, with the site's zone or none) as a plain aware datetime."""
    if date is None:
        return None
    plain = datetime(*date.timetuple()[:6], date.microsecond, date.tzinfo)  # noqa: DTZ001 - the zone follows
    return plain if plain.tzinfo else plain.replace(tzinfo=zone)
