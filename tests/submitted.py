"""What the tests of Hacker News, Lobsters, Lemmy and Forem share: one pull, and what came of it."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import strategies as st
from msgspec import structs

from conformance import NOW, POST, SITE
from conversation.acts import Act, Kind
from conversation.http import Client
from conversation.posts import Post
from conversation.sources import Ask, Batch, Finding, Source, registry
from loopback import Handler, Request, serve

__all__ = ["ANYTHING", "Came", "ask_of", "asked", "checked"]


#: Any JSON, with the words of these services in it more often than chance would have them.
_WORDS = ["id", "objectID", "short_id", "id_code", "children", "comments", "comment", "post", "creator", "user", "path"]
_WORDS += ["text", "content", "body_html", "author", "url", "ap_id", "created_at", "created_at_i", "parent_comment"]
_WORDS += ["points", "score", "depth", "counts", "username", "commenting_user", "published", "deleted", "name"]
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9)
ANYTHING = st.recursive(
    _SCALARS | st.sampled_from(["0.1.2", "https://a.example/", "2026-01-01T00:00:00Z", "c1"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_WORDS), inner, max_size=8),
    max_leaves=30,
)


@dataclasses.dataclass
class Came:
    """What a part of a pull told, and what it asked for."""

    batches: list[Batch]
    requests: list[Request]

    @property
    def acts(self) -> list[Act]:
        """All acts, in order."""
        return [act for batch in self.batches for act in batch.acts]

    @property
    def problems(self) -> list[str]:
        """All problems, in words."""
        return [str(problem) for batch in self.batches for problem in batch.problems]

    @property
    def complete(self) -> list[str]:
        """What was said to be whole."""
        return [scope for batch in self.batches for scope in batch.complete]

    @property
    def copies(self) -> list[tuple[str, str]]:
        """The copies found: of which post, and where."""
        return [(copy.post, copy.url) for batch in self.batches for copy in batch.copies]

    @property
    def points(self) -> list[int]:
        """The numbers of likes."""
        return [count.value for batch in self.batches for count in batch.counts if count.kind is Kind.LIKE]

    @property
    def cursor(self) -> dict[str, str]:
        """The cursor that was left."""
        return dict(next(batch.cursor for batch in reversed(self.batches) if batch.cursor is not None))

    def said(self, kind: Kind = Kind.REPLY) -> list[str]:
        """The words of the acts of a kind, in order."""
        return [act.text for act in self.acts if act.kind is kind]


def ask_of(*posts: Post, **changes: Any) -> Ask:  # noqa: ANN401 - fields of Ask
    """What is asked: about one post, or these."""
    plain = Ask(posts or (Post(url=POST),), {}, full=False, now=NOW, sites=(SITE,))
    return structs.replace(plain, **changes)


def asked(
    service: str, handler: Handler, ask: Ask | None = None, *, part: str = "pull", account: str = "", base: str = ""
) -> Came:
    """What the service's `pull` or `account` comes back with from such a server."""
    with serve(handler) as server, Client(retries=0) as client:
        options = {"account": account} if account else {}
        source = Source(service, service, options, (base or "{}").format(server.url))
        found = registry.service(service)
        run = found.account if part == "account" else found.pull
        assert run
        return Came(list(run(source, ask or ask_of(), client)), server.requests)


def checked(service: str, handler: Handler, account: str = "") -> list[Finding]:
    """What `doctor` finds at such a server."""
    with serve(handler) as server, Client(retries=0) as client:
        check = registry.service(service).check
        assert check
        return list(check(Source(service, service, {"account": account} if account else {}, server.url), client))
