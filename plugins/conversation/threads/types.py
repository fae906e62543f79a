"""What a template sees of a conversation. All values are immutable; texts are plain unless they are Markup."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo

from markupsafe import Markup
from msgspec import Struct, field

from ..acts import Act, Kind, Person
from ..posts import Post

__all__ = ["Conversation", "Counts", "Face", "Gave", "House", "Join", "Number", "Part", "Said", "Spot", "Stale"]

#: How `Conversation.lines` reckons: who and when of each, the letters of a line, and of what is folded.
LINES_AROUND = 3
LETTERS_PER_LINE = 36
FOLDED_LETTERS = 1_200

#: The name of who has none.
NAMELESS = "Somebody"


class Counts(Struct, frozen=True, omit_defaults=True):
    """The five numbers of a post, as the contract defines them."""

    comments: int = 0
    shares: int = 0
    mentions: int = 0
    likes: int = 0
    bookmarks: int = 0

    @property
    def total(self) -> int:
        """All five together: whether there is anything to show at all."""
        return self.comments + self.shares + self.mentions + self.likes + self.bookmarks


class Number(Struct, frozen=True):
    """One of the five numbers of a post, and how sure it is: "12 likes, 3 not shown", "at least 12 likes".

    `group` is its name in `Counts`, `value` the number there; `listed` of them have a name on the page. `at_least`:
    some are only known as a number of a server in a federated network, which counts no more than what reached it.
    """

    group: str
    value: int = 0
    listed: int = 0
    at_least: bool = False

    @property
    def unlisted(self) -> int:
        """How many are only known as a number, or shown only as one."""
        return self.value - self.listed


class Spot(Struct, frozen=True):
    """Something that is said on this page: its anchor and the name of who said it.

    `page` is where it stands, relative to SITEURL, where that is another page of a long conversation.
    """

    anchor: str
    name: str
    page: str = ""


class Said(Struct, frozen=True, kw_only=True):
    """One act as a template shows it. Every text is safe: `html` is sanitised Markup, all others are plain strings.

    Where only the name may be shown (`level`), `act` has lost its words as well.
    """

    act: Act
    #: Fragment for a permalink on the page, unique there and stable: "said-…".
    anchor: str
    #: Name to show, shortened; never empty (NAMELESS at the very least).
    name: str
    #: One or two letters to stand for a face.
    initials: str
    #: The author's page and the act's permalink: http(s) or "".
    profile: str
    url: str
    #: In the site's time zone. `dated` is False where the source gave no time and this is when it was first heard of.
    when: datetime
    dated: bool
    #: The words, sanitised; empty for likes and the like. `long` says that a template should fold them.
    html: Markup
    long: bool
    title: str
    warning: str
    #: "Mastodon", "Hacker News", or the host of the page for the open web.
    place: str
    #: The blogger's own.
    own: bool
    #: A small picture of the author on the site itself, relative to SITEURL; "" where the initials stand in.
    picture: str = ""
    #: All places that told of this act, where there are several: it came by two ways and counts once.
    ways: tuple[Join, ...] = ()
    replies: tuple[Said, ...] = ()
    #: What it answers, where that is on this page but not right above: in a thread too deep to nest, or a mention.
    answers: Spot | None = None
    #: How much of it is shown: "full", or "name" for who did it without the words.
    level: str = "full"
    #: The page on which it stands, relative to SITEURL; "" on the post's own. Long conversations have several.
    page: str = ""

    @property
    def kind(self) -> Kind:
        """The kind of the act."""
        return self.act.kind

    @property
    def nameless(self) -> bool:
        """Whether nothing is known of who it was; templates then say so in the language of the page."""
        return self.name == NAMELESS


class Face(Struct, frozen=True):
    """Somebody who answered, without a name: one or two letters ("" where there are none), and a picture.

    `picture` is the site's own, relative to SITEURL; "" where the initials stand in.
    """

    initials: str
    picture: str = ""


class Join(Struct, frozen=True):
    """A place where a reader can answer: "on Mastodon" and its address (http(s) or mailto).

    `place` is the place's name alone, where the label is "on" it, for who says that in another language.
    """

    label: str
    url: str
    place: str = ""


class Stale(Struct, frozen=True):
    """A source whose state shown here may be old: its name and when it was last reached (site's zone), if ever."""

    name: str
    since: datetime | None
    #: Its service as readers know it, "Mastodon"; "" where it has another name than its service.
    place: str = ""


class Gave(Struct, frozen=True):
    """What the post itself gave: a page that it links to.

    `name` is whose it is, where that is somebody who said something on this site; `answered`, whether on this post.
    """

    url: str
    title: str
    host: str
    name: str = ""
    answered: bool = False


class Part(Struct, frozen=True, kw_only=True):
    """What one page lists of a conversation, in the same order: all of it, or a part of a long one.

    `number` is 0 on the post's own page, which has the newest; further pages are counted from the oldest, 1, so that
    they stay as they are when something new is said. `path` is the page's address relative to SITEURL.
    """

    number: int = 0
    path: str = ""
    comments: tuple[Said, ...] = ()
    shares: tuple[Said, ...] = ()
    mentions: tuple[Said, ...] = ()
    likes: tuple[Said, ...] = ()
    bookmarks: tuple[Said, ...] = ()


class Conversation(Struct, frozen=True, kw_only=True):
    """Everything that a template needs to know of one post's conversation.

    `comments` are threaded (`Said.replies`), oldest first; `shares`, `likes`, `mentions`, `bookmarks` are flat, oldest
    first. `counts` may be larger than what is listed where a service tells numbers without names, and never smaller.
    """

    post: Post
    counts: Counts = Counts()
    #: The same five, each with how many are listed and whether there may be more; in the contract's order, zeros too.
    numbers: tuple[Number, ...] = ()
    #: How often copies of the post were looked at, as far as services tell; it is none of the five.
    views: int = 0
    #: Of which of the five the names are to be folded away below the number: those that are shown at the level "name".
    folded: frozenset[str] = frozenset()
    comments: tuple[Said, ...] = ()
    shares: tuple[Said, ...] = ()
    mentions: tuple[Said, ...] = ()
    likes: tuple[Said, ...] = ()
    bookmarks: tuple[Said, ...] = ()
    join: tuple[Join, ...] = ()
    stale: tuple[Stale, ...] = ()
    gave: tuple[Gave, ...] = ()
    #: Of the first people who said something, for a row of faces beside the post in a list.
    faces: tuple[Face, ...] = ()
    closed: bool = False
    #: What each page lists, the post's own first, then from the oldest on; empty where that one lists everything.
    parts: tuple[Part, ...] = ()

    @property
    def here(self) -> Part:
        """What the post's own page lists."""
        if self.parts:
            return self.parts[0]
        return Part(
            comments=self.comments,
            shares=self.shares,
            mentions=self.mentions,
            likes=self.likes,
            bookmarks=self.bookmarks,
        )

    @property
    def pages(self) -> tuple[Part, ...]:
        """What further pages list, from the oldest on."""
        return self.parts[1:]

    @property
    def lines(self) -> int:
        """How many lines of a narrow column the words on the post's own page fill, about: for a theme's layout."""
        number, todo = 0, [*self.here.comments, *self.here.mentions]
        while todo:
            said = todo.pop()
            number += LINES_AROUND + min(len(said.html), FOLDED_LETTERS) // LETTERS_PER_LINE
            todo += said.replies
        return number

    def outgrows(self, comments: int, lines: float) -> bool:
        """Whether it has more than so many comments, or fills more lines: for a layout that goes by that alone."""
        return self.counts.comments > comments or self.lines > lines

    @property
    def url(self) -> str:
        """The post's absolute URL, as in `data-post`."""
        return self.post.url

    @property
    def quiet(self) -> bool:
        """Whether nothing is there to show: a template invites instead of printing zeros."""
        return not self.counts.total and not self.comments


class House(Struct, frozen=True):
    """The rules that all conversations of a site share.

    `is_own` tells whether an act (its author, its permalink) is the blogger's own. `privacy` maps a kind or a source's
    name to "full", "name" (no words) or "count" (only counted). `zone` is the site's time zone, `contact` the ways to
    reach the blogger, `stale` the sources whose last pull failed.
    """

    zone: tzinfo
    is_own: Callable[[Person, str], bool]
    #: The blogger, as their own replies are signed that came by no other way than their own accounts.
    me: Person = field(default_factory=Person)
    #: By the name of a source, its service.
    services: Mapping[str, str] = field(default_factory=dict)
    privacy: Mapping[str, str] = field(default_factory=dict)
    contact: tuple[Join, ...] = ()
    stale: tuple[Stale, ...] = ()
    #: The newest pull: the only clock that a page may depend on.
    now: datetime | None = None
    #: By the name of a source and the URL of a post: where its copies are that the source found by itself.
    copies: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    #: By the address of a person's picture: where the site keeps a small copy, relative to SITEURL.
    pictures: Mapping[str, str] = field(default_factory=dict)
