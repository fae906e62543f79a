"""Where acts come from: one module per service, all alike.

A service is a `Service` value: its name, its options, and a `pull` function that turns an `Ask` into `Batch`es. In
every module `fetch_*` talks to the network and `parse_*` is pure (bytes or parsed JSON in, acts and problems out), so
that a saved response is a test. Services know nothing of the store or of Pelican.

Third parties add services through the entry point group `pelican_conversation.sources`: docs/sources/writing-one.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ..acts import Act, Count, Problem, Proof
from ..posts import Post

if TYPE_CHECKING:
    from ..http import Client

__all__ = [
    "Ask",
    "Batch",
    "Check",
    "Copy",
    "Finding",
    "Option",
    "Pull",
    "Service",
    "Snapshot",
    "Source",
    "token_variable",
]


def token_variable(name: str) -> str:
    """The environment variable that holds the token of the source `name`: ``CONVERSATION_WEBMENTION_IO_TOKEN``."""
    return f"CONVERSATION_{re.sub('[^A-Z0-9]', '_', name.upper())}_TOKEN"


class Source(Struct, frozen=True):
    """One entry of CONVERSATION_SOURCES after validation.

    `source` is the service's name, `name` the one it is listed under (unique), `options` everything else, as strings.
    `token` never shows in `repr`, logs or errors. `root` is the folder that relative paths start from.
    """

    source: str
    name: str
    options: Mapping[str, str] = field(default_factory=dict)
    base_url: str = ""
    token: str = ""
    root: Path = Path()

    def __repr__(self) -> str:
        return f"Source({self.source!r}, {self.name!r})"

    @property
    def variable(self) -> str:
        """The environment variable that holds the token."""
        return token_variable(self.name)


class Ask(Struct, frozen=True):
    """What a pull is asked for.

    `posts` are the posts due now (all posts, for a service that answers for the whole site); `cursor` is what this
    source's last committed batch left; `full` asks for everything again, so that deletions show; `now` is the time of
    the pull (aware, UTC).
    `sites` are the site's addresses, the present one first.
    """

    posts: tuple[Post, ...]
    cursor: Mapping[str, str]
    full: bool
    now: datetime
    sites: tuple[str, ...] = ()
    #: By post URL: its copies elsewhere that earlier pulls of this source found by themselves (`copies.py`).
    copies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: About so many posts a source may ask at a time, if it can (`abreast.py`).
    at_a_time: int = 1
    #: The number of this pull of the source: one more than the last one's, unless the store is told of it meanwhile.
    #: 0: nobody keeps what is told.
    pull: int = 0


class Copy(Struct, frozen=True):
    """A copy of a post elsewhere that a source found by itself: the post's URL, and the copy's."""

    post: str
    url: str


class Snapshot(Struct, frozen=True):
    """How an account of the blogger's stood at one pull; a number that the service does not tell is None."""

    account: str
    followers: int | None = None
    posts: int | None = None


class Batch(Struct, frozen=True):
    """A part of an answer, committed to the store in one transaction together with its cursor.

    `acts` are added or replace their former version by (source, id); `gone` are ids deleted at the service. `cursor`
    replaces the stored cursor where given. `complete` says, on the last batch of a listing, that the listing is whole:
    acts of this source that were not in it since the pull began are gone. It holds any of

    * the targets (as spelled in `Act.target`) whose listing of received acts is whole,
    * "*given" or "*received" where all acts of that direction were listed, "*" where all of both were,
    * "*copies" where all copies of all posts were: copies not named since the pull began are forgotten.

    `pulled` is when the information is of, where that is not the time of the pull: an archive knows nothing later than
    its newest entry. `copies` are added to those known of the same posts. A snapshot is kept where a number in it
    changed, and otherwise once a day. `proofs` tell which profiles of the people in `acts` are one person's: to tell of
    an author again without a proof takes it back.

    `answered` are the URLs of posts about which nothing more is to be asked in this pull, though `complete` does not
    name them: nothing has changed, or not all could be understood.
    """

    acts: tuple[Act, ...] = ()
    gone: tuple[str, ...] = ()
    counts: tuple[Count, ...] = ()
    problems: tuple[Problem, ...] = ()
    cursor: Mapping[str, str] | None = None
    complete: tuple[str, ...] = ()
    pulled: datetime | None = None
    copies: tuple[Copy, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    proofs: tuple[Proof, ...] = ()
    answered: tuple[str, ...] = ()


class Finding(Struct, frozen=True):
    """What `doctor` found about a source: whether it is well, what was found, and what to do where it is not."""

    well: bool
    what: str
    advice: str = ""


Check = Callable[[Source, "Client"], Iterator[Finding]]
Pull = Callable[[Source, Ask, "Client"], Iterator[Batch]]


class Option(Struct, frozen=True):
    """An option of a service, for validation and for the generated table of the documentation."""

    name: str
    help: str
    required: bool = False
    choices: tuple[str, ...] = ()


class Service(Struct, frozen=True):
    """What a module offers: a kind of source.

    `per_post` services are asked post by post (only posts that are due); others answer for the whole site at once.
    `local` services read files or the posts themselves: they never open a socket and run at every build.
    `pull` (and `account`) yield batches; they may raise SourceError (or ArchiveError) at any point: what was yielded
    before stays. `Exhausted`, which the client raises where the build has asked as much as it may, goes through.
    """

    name: str
    pull: Pull
    summary: str
    options: tuple[Option, ...] = ()
    received: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    token: str = ""
    local: bool = False
    per_post: Callable[[Source], bool] = lambda source: False  # noqa: ARG005
    #: A per-post service is asked about so many posts at a time: as many as one request can tell of, where it can tell
    #: of many; a hundred or so, where each batch ticks off its post. All are ticked off then, at the latest.
    at_once: int = 10
    #: For a per-post service: the part that concerns the whole account, asked before the posts: what was given, the
    #: copies of posts, snapshots. None where there is none, or where the source names no account.
    account: Pull | None = None
    #: What `doctor` asks beyond reaching the service: the token's scope, the account. Raises SourceError as pull does.
    check: Check | None = None
