"""Writes what the plugin adds to a site: style sheets, pictures, its own pages, the feeds, and the files beside them.

Everything is known before any of it is written (`edition.Edition`). Pages take Pelican and the theme, files do
not: so a built site gets new files (`write_files`) without either.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any

import markdown
from blinker import signal
from jinja2 import Environment
from markupsafe import Markup
from msgspec import Struct, field
from pelican.contents import Content
from pelican.utils import sanitised_join
from pelican.writers import Writer

from . import exports
from .acts import Direction
from .edition import Edition
from .feed_places import post_feeds
from .files import drafts_of, replacing
from .further import Place, further_pages, remove_former
from .leaves import digest
from .ledger.catalogue import catalogue
from .pictures.album import FOLDER
from .placement import base_template, links_sheet, page_template, static_files
from .posts import Post
from .settings import Settings
from .threads import newest, remarks

__all__ = ["name_feeds", "write", "write_files"]

#: When the feed of an undated page that nobody answered was last changed.
_LONG_AGO = datetime.fromtimestamp(0, UTC)
#: So many posts stand on the page of conversations where nobody said anything yet.
NEWEST = 3

logger = logging.getLogger(__name__)


Pair = tuple[Any, Post]
"""What Pelican made of a file, or what stands in for that, with the post that it is."""


class _Files(Struct, frozen=True, kw_only=True, dict=True):
    """Where files are written; and which were, in this edition and in the last."""

    settings: Mapping[str, Any]
    output: Path
    drafts: Path
    #: What the last build wrote, by path: the key of what is in it, and the file's size and time.
    former: Mapping[str, Sequence[Any]]
    written: dict[str, Sequence[Any]] = field(default_factory=dict)
    #: The files of this edition that Pelican's writer does not know of, below the output.
    files: set[str] = field(default_factory=set)
    #: The folders into which files were written, below the output.
    touched: set[str] = field(default_factory=set)

    def file(self, path: str | Path, text: str) -> None:
        """Writes a file of text below the output; a path that leads out of it is refused, as Pelican does."""
        self.lines(path, [text])

    def lines(self, path: str | Path, lines: Iterable[str]) -> None:
        """The same, piece by piece. Whoever reads the site meanwhile has the old file, or the new one."""
        with self._replacing(path) as (target, draft), draft.open("w", encoding="utf-8") as file:
            file.writelines(lines)
        if str(path) in self.written:
            self.written[str(path)] = [*self.written[str(path)][:1], *_mark(target)]

    def image(self, path: str, image: bytes) -> None:
        """Writes a picture likewise."""
        with self._replacing(path) as (_, draft):
            draft.write_bytes(image)

    @contextmanager
    def _replacing(self, path: str | Path) -> Iterator[tuple[Path, Path]]:
        """The file's place, and the draft that comes there."""
        target = Path(sanitised_join(str(self.output), str(path)))
        self.files.add(str(path))
        self.touched.update(map(str, PurePosixPath(path).parents))
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target, self.drafts) as draft:
            yield target, draft

    def is_due(self, path: str | Path, key: str) -> bool:
        """Whether a file of which `key` stands for all that is in it is to be written: it is not as it was left."""
        self.files.add(str(path))
        current = [key, *_mark(Path(sanitised_join(str(self.output), str(path))))]
        self.written[str(path)] = current
        return current != self.former.get(str(path))


class _Press(Struct, frozen=True, kw_only=True, dict=True):
    """What Pelican lends for writing pages: its settings, context, templates and writer."""

    settings: Mapping[str, Any]
    context: Mapping[str, Any]
    env: Environment
    writer: Writer
    living: Callable[[Any, str], Any]

    @cached_property
    def base(self) -> str:
        """The template that pages of the plugin extend."""
        return base_template(self.env)

    def page(self, save_as: str, template: str, **values: object) -> None:
        """Writes a page from one of the plugin's templates."""
        made = page_template(self.env, f"conversation/{template}", self.base)
        self.writer.write_file(save_as, made, self.context, relative_urls=self.settings["RELATIVE_URLS"], **values)


def write(
    edition: Edition,
    pairs: Sequence[Pair],
    generator: Any,  # noqa: ANN401 - Pelican's own
    writer: Writer,
    *,
    help_html: Markup,
    living: Callable[[Any, str], Any],
) -> None:
    """Writes an edition; `generator` is Pelican's, for its settings, context and templates.

    `help_html` are the blogger's own words on the page of giving and receiving. `living` is told of everything that
    pages are given and that may be another in the next edition, with its name, and gives what stands for it.

    Raises ConversationError where a further page of a conversation would overwrite another page.
    """
    settings, output = generator.settings, Path(generator.output_path)
    theme = output / settings["THEME_STATIC_DIR"]
    theme.mkdir(parents=True, exist_ok=True)
    for sheet in static_files():
        shutil.copyfile(sheet, theme / sheet.name)
    press = _Press(settings=settings, context=generator.context, env=generator.env, writer=writer, living=living)
    # A writer that can have pages rendered on all cores may do so with these.
    with getattr(writer, "together", nullcontext)():
        _write_further(edition, pairs, press, output)
        _write_pages(edition, press, help_html)
    files = write_files(edition, pairs, settings, output).paths
    files |= {f"{settings['THEME_STATIC_DIR']}/{sheet.name}" for sheet in static_files()}
    # Whoever keeps the output tidy is told which files of ours are in it.
    signal("incremental_outputs").send(generator, paths=sorted(files))


class Files(Struct, frozen=True):
    """The files of an edition that are no pages, by their paths below the output; and which folders were `touched`."""

    paths: set[str]
    touched: set[str]


def write_files(edition: Edition, pairs: Sequence[Pair], settings: Mapping[str, Any], output: Path) -> Files:
    """Writes all of an edition that is no page. `settings` are Pelican's."""
    former = edition.almanac.note("files", dict[str, list[Any]]) or {}
    desk = _Files(settings=settings, output=output, drafts=drafts_of(edition.ours.root), former=former)
    edition.album.write(output)
    desk.files.update(edition.album.paths.values())
    _write_feeds(edition, pairs, desk)
    if edition.ours.ledger_save_as:
        _write_ledger(edition, desk)
    if desk.written != desk.former:
        edition.almanac.write_down("files", desk.written)
    pictures = {str(folder) for folder in (PurePosixPath(FOLDER), *PurePosixPath(FOLDER).parents)}
    return Files(desk.files, desk.touched | pictures)


def _write_pages(edition: Edition, press: _Press, help_html: Markup) -> None:
    """The plugin's own pages, in the theme's frame."""
    if edition.ours.page_save_as:
        press.page(
            edition.ours.page_save_as,
            "conversations.html",
            url=edition.ours.page_url,
            conversations_base=press.base,
            runs=press.living(edition.runs, "runs"),
            newest_posts=list(press.context["articles"][:NEWEST]),
        )
    if edition.ours.ledger_save_as:
        _write_ledger_page(edition, press, help_html)


def _mark(path: Path) -> tuple[int, ...]:
    """What shows that a file was left alone: its size, and when it was changed and touched; nothing of none."""
    try:
        stat = path.stat()
    except OSError:
        return ()
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def name_feeds(ours: Settings, pairs: Sequence[tuple[Content, Post]]) -> None:
    """Tells articles and pages where their own feeds are, as `conversation_feed`, which those without do not have.

    Another attribute of each of ten thousand articles takes 15 MiB.
    """
    public = [(item, post) for item, post in pairs if post.status == "published" and ours.siteurl]
    paths, without = post_feeds(
        [(post, item.slug) for item, post in public if ours.post_feed_atom], ours.post_feed_atom
    )
    for item, post in pairs:
        if path := paths.get(post.url):
            item.conversation_feed = path
    for url in without:
        logger.warning("CONVERSATION_POST_FEED_ATOM: %s has no feed, another post has the same slug.", url)


def _write_further(edition: Edition, pairs: Sequence[Pair], press: _Press, output: Path) -> None:
    """The older parts of long conversations."""
    leaves = edition.assembly.leaves
    places = [Place(content.save_as, content, max(leaves[post.url].parts - 1, 0)) for content, post in pairs]
    further = list(further_pages(places))
    styled = bool(further) and links_sheet(press.env, press.base)
    for one in further:
        values = {"conversation_base": press.base, "conversation_styled": styled, **one.context}
        press.page(one.save_as, "further.html", **values)
    remove_former(places, str(output))


def _write_ledger_page(edition: Edition, press: _Press, help_html: Markup) -> None:
    """The giving / receiving page, and the one that explains each of its figures."""
    ours = edition.ours
    press.page(
        ours.ledger_save_as,
        "ledger.html",
        url=ours.ledger_url,
        ledger_base=press.base,
        ledger=press.living(edition.laid_out, "ledger"),
        ledger_json="ledger.json",
        ledger_metrics="metrics.html",
        help_html=help_html,
        contact=list(ours.contact.items()),
    )
    press.page(
        str(Path(ours.ledger_save_as).parent / "metrics.html"),
        "metrics.html",
        ledger_base=press.base,
        ledger_json="ledger.json",
        metrics_html=markdown.markdown(catalogue()),
    )


def _write_ledger(edition: Edition, files: _Files) -> None:
    """The files beside the giving / receiving page."""
    folder = Path(edition.ours.ledger_save_as).parent
    files.file(folder / "ledger.json", edition.ledger_text)
    if files.is_due(folder / "given.csv", digest(*exports.made_of(edition.ledger, Direction.GIVEN))):
        files.file(folder / "given.csv", exports.table(edition.ledger, Direction.GIVEN))
    if files.is_due(folder / "received.csv", edition.assembly.lines_key(edition.ledger)):
        lines = edition.assembly.lines(edition.ledger)
        files.lines(folder / "received.csv", chain([exports.head(Direction.RECEIVED)], lines))
    files.file(folder / "year.json", edition.summary.as_json())
    if edition.poster:
        files.image(edition.poster_path, edition.poster)


def _write_feeds(edition: Edition, pairs: Sequence[Pair], files: _Files) -> None:
    """The feed of the whole site and those of the posts, as far as they are wanted."""
    from . import feeds  # noqa: PLC0415 - a site without needs none of it

    ours, languages, leaves = edition.ours, edition.languages, edition.assembly.leaves
    home = files.settings["FEED_DOMAIN"] or ours.siteurl

    def about(title: str, path: str, page: str, posts: Iterable[Post]) -> feeds.About:
        """What a feed of these posts says of itself."""
        posts = [post for post in posts if post.status == "published"]
        begun = max((post.published for post in posts if post.published), default=_LONG_AGO)
        edited = max((when for post in posts if (when := leaves[post.url].edited)), default=begun)
        # No later than the newest pull, and no later than need be: else each hour all feeds would seem to be others.
        begun, now = (min(edition.assembly.now, when) for when in (begun, edited))
        return feeds.About(title=title, url=f"{home}/{path}", page=page, begun=begun, now=now)

    if ours.feed_atom and ours.siteurl:
        words = languages.choose()
        name = Markup(files.settings["SITENAME"]).striptags()  # noqa: S704 - as Pelican's feeds
        title = words.gettext("Conversations at %(site)s", site=name)
        page = f"{ours.siteurl}/{edition.variables['CONVERSATION_PAGE_URL']}"
        told = about(title, ours.feed_atom, page, (post for _, post in pairs))
        if files.is_due(ours.feed_atom, digest(edition.overview.incremental_key(), told, languages.fingerprint)):
            files.file(ours.feed_atom, feeds.atom(edition.overview.latest, told, words))
    for item, post in pairs:
        if path := getattr(item, "conversation_feed", ""):
            words = languages.choose(item.lang)
            title = words.gettext("The conversation about “%(post)s”", post=post.title)
            told = about(title, path, post.url, [post])
            conversation: Any = edition.assembly.conversations[post.url]
            key = digest(conversation.incremental_key(), told, post.title, languages.fingerprint)
            if files.is_due(path, key):
                said = newest(remarks(conversation, ours.siteurl), feeds.ENTRIES)
                files.file(path, feeds.atom(said, told, words))
