"""Statuses and accounts of the Mastodon API as acts (https://docs.joinmastodon.org/entities/Status/).

Pure: parsed JSON in, acts and problems out; nothing is raised over anything. What is not for everybody (followers only,
direct) is left out; what is unlisted is told without its words. Pleroma, Akkoma, GoToSocial and Pixelfed tell the same
with small differences: ids that are no numbers, `url` that is null, `quote` that is a status itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from ..acts import Act, Direction, Kind, Person, Problem, Proof
from ..addresses import host_of, key, split
from .hypertext import addresses, text, words
from .optouts import wants_silence
from .values import NAME_LIMIT, address_of, listed, text_of, time_of

__all__ = [
    "Home",
    "Status",
    "address_in",
    "content_of",
    "id_of",
    "is_open",
    "is_silent",
    "links_of",
    "number_of",
    "parse_person",
    "parse_reaction",
    "parse_said",
    "proofs_in",
    "quoted_in",
    "split_account",
    "warning_of",
    "words_in",
]

Status = Mapping[str, object]

#: Longer than any server's ids: 18 digits, ULIDs of 26 characters, UUIDs.
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
# Where the id stands in the address of a status: Mastodon and Pixelfed, their ActivityPub ids, GoToSocial, Pleroma.
_STATUS = re.compile(
    r"/(?:(?:web/|deck/)?@[^/]+/(?:statuses/|posts/)?|(?:web/)?statuses/|users/[^/]+/statuses/|p/[^/]+/|notice/)"
    r"([A-Za-z0-9_-]{1,64})(?:/activity)?/?"
)
_ACCOUNT = re.compile(r"@?([\w.-]+)@([\w.-]+(?::\d+)?)")
_PROFILE = re.compile(r"/(?:web/)?(?:@|users/)([\w.-]+)/?")
# The names at the beginning of a reply say whom it is for; they are not words said.
_GREETING = re.compile(r"(?:@[\w.-]+(?:@[\w.-]+)?\s+)+")
_OPEN = ("public", "unlisted")
_UNACCEPTED = ("revoked", "deleted", "pending", "rejected", "unauthorized", "blocked_account", "blocked_domain")
_LARGEST = 10**9


class Home(Struct, frozen=True):
    """An account and its instance: the source's name, where the API is, the user's name and the host in handles."""

    source: str
    base: str
    user: str
    host: str

    def is_me(self, account: object) -> bool:
        """Whether an account is the blogger's: a local one of that name, or the same in full."""
        acct = text_of(account.get("acct"), NAME_LIMIT).casefold() if isinstance(account, dict) else ""
        return acct in {self.user.casefold(), f"{self.user}@{self.host}".casefold()}

    def status_in(self, url: str) -> str:
        """The id in the address of a status of this instance, "" in every other address."""
        parts = split(url)
        if parts is None or host_of(url) not in {host_of(f"https://{self.host}"), host_of(self.base)}:
            return ""
        found = _STATUS.fullmatch(parts.path)
        return found[1] if found else ""


def split_account(account: str) -> tuple[str, str]:
    """The name and the host in "@ada@social.example" or in a profile's address; empty where it is neither."""
    if found := _ACCOUNT.fullmatch(account.strip()):
        return found[1], found[2].lower()
    parts = split(account)
    profile = _PROFILE.fullmatch(parts.path) if parts and parts.netloc else None
    return (profile[1], parts.netloc.lower()) if profile and parts else ("", "")


def id_of(value: object) -> str:
    """The id of a status or an account; "" where there is none that could be asked for."""
    number = text_of(value.get("id"), 80) if isinstance(value, dict) else ""
    return number if _ID.fullmatch(number) else ""


def number_of(value: object) -> int:
    """A count as told: 0 where it is missing, negative (hidden by the server) or no number."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LARGEST else 0


def is_open(status: Status) -> bool:
    """Whether a status is for everybody. Unlisted ones are, though they stay off the timelines."""
    return status.get("visibility") in _OPEN


def is_silent(account: object) -> bool:
    """Whether a profile asks programs to leave it alone: such people are counted, not named."""
    return isinstance(account, dict) and wants_silence(account.get("note"), account.get("fields"))


def proofs_in(entries: Iterable[object]) -> tuple[Proof, ...]:
    """What the server has proved of the people in accounts, statuses or notifications.

    It looks at each page that a profile names in its `fields`, and where that links back with rel=me it writes down
    when (`verified_at`).
    """
    found: dict[Proof, None] = {}
    for entry in entries:
        account = entry.get("account", entry) if isinstance(entry, dict) else None
        if not isinstance(account, dict) or is_silent(account):
            continue
        profile = address_of(account.get("url"))
        for field in listed(account.get("fields"))[:20]:
            if profile and isinstance(field, dict) and time_of(field.get("verified_at")):
                value = text_of(field.get("value"))
                page = next(iter(addresses(value)), "") or address_of(value)
                found |= {Proof(profile, page): None} if page else {}
    return tuple(found)


def parse_person(account: object, host: str) -> Person:
    """An account as a person; `host` is that of local accounts. Custom emoji are left out of the name."""
    if not isinstance(account, dict):
        return Person()
    acct = text_of(account.get("acct"), NAME_LIMIT).lstrip("@")
    name = text_of(account.get("display_name"), NAME_LIMIT)
    for emoji in listed(account.get("emojis"))[:50]:
        code = text_of(emoji.get("shortcode"), 100) if isinstance(emoji, dict) else ""
        name = name.replace(f":{code}:", "") if code else name
    return Person(
        name=" ".join(name.split()) or text_of(account.get("username"), NAME_LIMIT),
        url=address_of(account.get("url")),
        photo=address_of(account.get("avatar_static")) or address_of(account.get("avatar")),
        handle=f"@{acct}" if "@" in acct else f"@{acct}@{host}" if acct else "",
    )


def parse_said(status: object, home: Home, kind: Kind, target: str, parent: str = "") -> Act | Problem | None:
    """What somebody else wrote about the post `target`; None for what is not for everybody, or for no programs."""
    number = id_of(status)
    if not isinstance(status, dict) or not number:
        return Problem(f"{home.source}, {target}", "an answer lists something that is no status")
    account = status.get("account")
    if not is_open(status) or is_silent(account):
        return None
    quiet = status.get("visibility") == "unlisted" and not home.is_me(account)
    html, said = ("", "") if quiet else content_of(status)
    return Act(
        direction=Direction.RECEIVED,
        kind=kind,
        source=home.source,
        id=number if kind is Kind.REPLY else f"{kind}:{number}",
        url=address_of(status.get("url")) or address_of(status.get("uri")),
        target=target,
        channel="mastodon",
        author=parse_person(account, home.host),
        published=time_of(status.get("created_at")),
        updated=time_of(status.get("edited_at")),
        text=said,
        html=html,
        warning="" if quiet else warning_of(status),
        parent=parent,
        words=None if quiet else words_in(said),
    )


def parse_reaction(account: object, home: Home, status: Status, kind: Kind, target: str) -> Act | Problem | None:
    """A like or a repost by `account`, of the copy `status` of the post `target`; the API tells no dates of them.

    Its address is made as Bridgy makes it, so that one that came both ways is one act.
    """
    number = id_of(account)
    if not number:
        return Problem(f"{home.source}, {target}", f"a {kind} is by nobody that could be told")
    if is_silent(account):
        return None
    label = "favorited" if kind is Kind.LIKE else "reblogged"
    copy = address_of(status.get("url")) or address_of(status.get("uri"))
    return Act(
        direction=Direction.RECEIVED,
        kind=kind,
        source=home.source,
        id=f"{kind}:{id_of(status)}:{number}",
        url=f"{copy}#{label}-by-{number}" if copy else "",
        target=target,
        channel="mastodon",
        author=parse_person(account, home.host),
    )


def quoted_in(status: Status) -> Status | None:
    """The status that another one quotes, where its author agreed to that (or the server knows no agreement)."""
    quote = status.get("quote")
    if not isinstance(quote, dict) or quote.get("state") in _UNACCEPTED:
        return None
    inner = quote.get("quoted_status")
    return inner if isinstance(inner, dict) else quote if isinstance(quote.get("account"), dict) else None


def links_of(status: Status) -> tuple[str, ...]:
    """The pages that a status links to: those in its text, then its card's; not the people and tags in it."""
    aside: set[str] = set()
    for one in (*listed(status.get("mentions"))[:200], *listed(status.get("tags"))[:200]):
        aside |= {key(address_of(one.get("url")))} if isinstance(one, dict) else set()
    card = status.get("card")
    found: Iterable[str] = (*addresses(text_of(status.get("content"))), address_of(card) if card else "")
    return tuple(dict.fromkeys(url for url in found if url and key(url) not in aside and "/tags/" not in url))


def address_in(status: Status) -> str:
    """The address of a status as archives have it: its ActivityPub id."""
    return address_of(status.get("uri")) or address_of(status.get("url"))


def words_in(said: str) -> int:
    """How many words were said, without the names that a reply begins with."""
    return words(_GREETING.sub("", said, count=1))


def content_of(status: Status) -> tuple[str, str]:
    """What a status says, as HTML and as text; of one that is only pictures, what they show."""
    html = text_of(status.get("content"))
    said = text(html)
    if not said:
        shown = (
            one.get("description") for one in listed(status.get("media_attachments"))[:20] if isinstance(one, dict)
        )
        said = "\n".join(filter(None, (text_of(words_of, NAME_LIMIT * 2) for words_of in shown)))
    return html if text(html) else "", said


def warning_of(status: Status) -> str:
    """The words under which a status is folded."""
    told = text_of(status.get("spoiler_text"), NAME_LIMIT)
    return told or ("Sensitive content" if status.get("sensitive") is True else "")
