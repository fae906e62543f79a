"""Writes what the plugin adds to a site: style sheets, pictures, its own pages, the feeds, and the files beside them.

Everything is known before any of it is written: `Edition` holds it.
"""

from __future__ import annotations

import dataclasses
import logging
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import markdown
from blinker import signal
from jinja2 import Environment
from markupsafe import Markup
from pelican.contents import Content
from pelican.utils import sanitised_join
from pelican.writers import Writer

from . import exports
from .acts import Direction
from .almanac import Almanac
from .feed_places import post_feeds
from .further import further_pages, remove_former
from .languages import Languages
from .leaves import digest
from .ledger import Ledger
from .ledger.catalogue import catalogue
from .pictures import Album
from .placement import base_template, links_sheet, page_template, static_files
from .posts import Post
from .reach import counted
from .settings import Settings
from .summary import Summary
from .threads import Keyed, newest, remarks, runs

if TYPE_CHECKING:
    from .ledger import Page

__all__ = ["Edition", "name_feeds", "write"]

logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Edition:
    """One edition of the site, as far as it is the plugin's.

    `pairs` are Pelican's contents, each with the post it is; `received` are the lines of received.csv, for which
    `received_key` stands; `help_html` are
    the blogger's own words on the page of giving and receiving; `poster` is the picture of the year (PNG), b"" where
    there is none; `now` is the newest pull.
    """

    ours: Settings
    pairs: Sequence[tuple[Content, Post]]
    album: Album
    ledger: Ledger
    unmatched: Sequence[Any]
    received: Iterable[str]
    received_key: str
    almanac: Almanac
    summary: Summary
    help_html: Markup
    poster: bytes
    now: datetime


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Press:
    """What Pelican lends for writing: its settings, context, templates and writer, and where the site is written."""

    settings: Mapping[str, Any]
    context: Mapping[str, Any]
    env: Environment
    writer: Writer
    output: Path
    languages: Languages
    #: What the last build wrote, by path: the key of what is in it, and the file's size and time.
    former: Mapping[str, Sequence[Any]]
    written: dict[str, Sequence[Any]] = dataclasses.field(default_factory=dict)
    #: The files of this edition that Pelican's writer does not know of, below the output.
    files: set[str] = dataclasses.field(default_factory=set)

    @cached_property
    def base(self) -> str:
        """The template that pages of the plugin extend."""
        return base_template(self.env)

    def page(self, save_as: str, template: str, **values: object) -> None:
        """Writes a page from one of the plugin's templates."""
        made = page_template(self.env, f"conversation/{template}", self.base)
        self.writer.write_file(save_as, made, self.context, relative_urls=self.settings["RELATIVE_URLS"], **values)

    def file(self, path: str | Path, text: str) -> None:
        """Writes a file of text below the output; a path that leads out of it is refused, as Pelican does."""
        self.lines(path, [text])

    def lines(self, path: str | Path, lines: Iterable[str]) -> None:
        """The same, piece by piece."""
        target = Path(sanitised_join(str(self.output), str(path)))
        self.files.add(str(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("w", encoding="utf-8") as file:
            file.writelines(lines)
        if str(path) in self.written:
            self.written[str(path)] = [*self.written[str(path)][:1], *_mark(target)]

    def is_due(self, path: str | Path, key: str) -> bool:
        """Whether a file of which `key` stands for all that is in it is to be written: it is not as it was left."""
        self.files.add(str(path))
        current = [key, *_mark(Path(sanitised_join(str(self.output), str(path))))]
        self.written[str(path)] = current
        return current != self.former.get(str(path))


def write(edition: Edition, generator: Any, writer: Writer, languages: Languages) -> None:  # noqa: ANN401 - Pelican's own
    """Writes an edition; `generator` is Pelican's, for its settings, context and templates.

    Raises ConversationError where a further page of a conversation would overwrite another page.
    """
    press = _Press(
        settings=generator.settings,
        context=generator.context,
        env=generator.env,
        writer=writer,
        output=Path(generator.output_path),
        languages=languages,
        former=former if isinstance(former := edition.almanac.note("files"), dict) else {},
    )
    theme = press.output / press.settings["THEME_STATIC_DIR"]
    theme.mkdir(parents=True, exist_ok=True)
    for sheet in static_files():
        shutil.copyfile(sheet, theme / sheet.name)
        press.files.add(f"{press.settings['THEME_STATIC_DIR']}/{sheet.name}")
    edition.album.write(press.output)
    press.files.update(edition.album.paths.values())
    _write_further(edition, press)
    _write_feeds(edition, press)
    if edition.ours.page_save_as:
        _write_conversations(edition, press)
    if edition.ours.ledger_save_as:
        _write_ledger(edition, press)
    if press.written != press.former:
        edition.almanac.write_down("files", press.written)
    # Whoever keeps the output tidy is told which files of ours are in it.
    signal("incremental_outputs").send(generator, paths=sorted(press.files))


def _mark(path: Path) -> tuple[int, ...]:
    """What shows that a file was left alone: its size, and when it was changed and touched; nothing of none."""
    try:
        stat = path.stat()
    except OSError:
        return ()
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def _key_of(edition: Edition, counted: Mapping[str, Collection[Direction]], text: str) -> str:
    """A digest of all that the page of giving and receiving shows; `text` is ledger.json."""
    ledger = edition.ledger
    sides = [side for span in (ledger.all, ledger.year) for side in (span.given, span.received)]
    drawn = [(sorted(side.by_day.items()), sorted(side.by_place.items())) for side in sides]
    unmatched = [dataclasses.astuple(one) for one in edition.unmatched]
    ways = [(channel, sorted(map(str, sides))) for channel, sides in sorted(counted.items())]
    return digest(text, drawn, ledger.props, ledger.snapshots, unmatched, ways)


def name_feeds(ours: Settings, pairs: Sequence[tuple[Content, Post]]) -> None:
    """Tells every article and page where its own feed is, as `conversation_feed`: "" where it has none."""
    public = [(item, post) for item, post in pairs if post.status == "published" and ours.siteurl]
    paths, without = post_feeds(
        [(post, item.slug) for item, post in public if ours.post_feed_atom], ours.post_feed_atom
    )
    for item, post in pairs:
        item.conversation_feed = paths.get(post.url, "")
    for url in without:
        logger.warning("CONVERSATION_POST_FEED_ATOM: %s has no feed, another post has the same slug.", url)


def _write_further(edition: Edition, press: _Press) -> None:
    """The older parts of long conversations."""
    places = [(content.save_as, content) for content, _ in edition.pairs]
    further = list(further_pages(places))
    styled = bool(further) and links_sheet(press.env, press.base)
    for one in further:
        values = {"conversation_base": press.base, "conversation_styled": styled, **one.context}
        press.page(one.save_as, "further.html", **values)
    remove_former(places, str(press.output))


def _write_ledger(edition: Edition, press: _Press) -> None:
    """The giving / receiving page and the files beside it."""
    ours, text = edition.ours, edition.ledger.as_text()
    told = counted(ours.sources, edition.ledger.sources)

    def laid_out() -> Page:
        from .ledger import view  # noqa: PLC0415 - only where the page is rendered

        return view(edition.ledger, press.languages.choose(), counted=told, unmatched=edition.unmatched)

    press.page(
        ours.ledger_save_as,
        "ledger.html",
        url=ours.ledger_url,
        ledger_base=press.base,
        ledger=Keyed(_key_of(edition, told, text), laid_out),
        ledger_json="ledger.json",
        ledger_metrics="metrics.html",
        help_html=edition.help_html,
        contact=list(ours.contact.items()),
    )
    folder = Path(ours.ledger_save_as).parent
    press.page(
        str(folder / "metrics.html"),
        "metrics.html",
        ledger_base=press.base,
        ledger_json="ledger.json",
        metrics_html=markdown.markdown(catalogue()),
    )
    press.file(folder / "ledger.json", text)
    press.file(folder / "given.csv", exports.table(edition.ledger, Direction.GIVEN))
    if press.is_due(folder / "received.csv", edition.received_key):
        press.lines(folder / "received.csv", chain([exports.head(Direction.RECEIVED)], edition.received))
    press.file(folder / "year.json", edition.summary.as_json())
    if edition.poster:
        (press.output / folder / "year.png").write_bytes(edition.poster)
        press.files.add(str(folder / "year.png"))


def _write_conversations(edition: Edition, press: _Press) -> None:
    """The page with the newest comments and mentions."""
    overview = press.context["conversations"]
    press.page(
        edition.ours.page_save_as,
        "conversations.html",
        url=edition.ours.page_url,
        conversations_base=press.base,
        runs=Keyed(overview.incremental_key(), lambda: runs(overview.latest)),
    )


def _write_feeds(edition: Edition, press: _Press) -> None:
    """The feed of the whole site and those of the posts, as far as they are wanted."""
    from . import feeds  # noqa: PLC0415 - a site without needs none of it

    ours, site = edition.ours, edition.ours.siteurl
    home = press.settings["FEED_DOMAIN"] or site
    if press.context["CONVERSATION_FEED_ATOM"]:
        words = press.languages.choose()
        name = Markup(press.settings["SITENAME"]).striptags()  # noqa: S704 - as Pelican's feeds
        about = feeds.About(
            title=words.gettext("Conversations at %(site)s", site=name),
            url=f"{home}/{ours.feed_atom}",
            page=f"{site}/{press.context['CONVERSATION_PAGE_URL']}",
            now=edition.now,
        )
        overview = press.context["conversations"]
        if press.is_due(ours.feed_atom, digest(overview.incremental_key(), repr(about), press.languages.fingerprint)):
            press.file(ours.feed_atom, feeds.atom(overview.latest, about, words))
    for item, post in edition.pairs:
        if item.conversation_feed:
            words = press.languages.choose(item.lang)
            title = words.gettext("The conversation about “%(post)s”", post=post.title)
            about = feeds.About(title=title, url=f"{home}/{item.conversation_feed}", page=post.url, now=edition.now)
            key = digest(item.conversation.incremental_key(), repr(about), post.title, press.languages.fingerprint)
            if press.is_due(item.conversation_feed, key):
                said = newest(remarks(item.conversation, site), feeds.ENTRIES)
                press.file(item.conversation_feed, feeds.atom(said, about, words))
