"""Notes, users and reactions of Misskey and its kin (Sharkey, Iceshrimp ...) as acts (https://misskey-hub.net/docs/for-developers/api/).

Pure: parsed JSON in, acts and problems out; nothing is raised over anything. A renote without words is a repost, one
with words a quote, a reaction with whatever emoji a like. What is not for everybody is left out: notes for followers
and for single people, and those that their authors keep from strangers (`isHidden`); those that are kept off the public
timelines are told without their words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct, structs

from ..acts import Act, Direction, Kind, Person, Problem, Proof
from ..addresses import host_of, split
from .hypertext import words
from .optouts import wants_silence
from .values import NAME_LIMIT, address_of, listed, text_of, time_of

__all__ = [
    "Home",
    "Note",
    "id_of",
    "is_open",
    "is_renote",
    "is_silent",
    "links_of",
    "number_of",
    "parse_given",
    "parse_person",
    "parse_reacted",
    "parse_reaction",
    "parse_said",
    "proofs_of",
    "user_of",
]

Note = Mapping[str, object]

_ID = re.compile(r"[A-Za-z0-9]{1,64}")
_NOTE = re.compile(r"/notes/([A-Za-z0-9]{1,64})/?")
_OPEN = ("public", "home", "public_non_ltl")
_URL = re.compile(r"https?://[^\s<>\"'`\[\]{}|\\^「」『』【】〈〉《》（）、。]+")
_NAMED = re.compile(r"(?<![\w/@.])@([\w.-]+)(?:@([\w.-]+\w))?")
_GREETING = re.compile(r"(?:@[\w.-]+(?:@[\w.-]+)?\s+)+")
_LARGEST = 10**9


class Home(Struct, frozen=True):
    """An account and its instance: the source's name, where the API is, the user's name and the host in handles."""

    source: str
    base: str
    user: str
    host: str

    def is_me(self, user: object) -> bool:
        """Whether a user is the blogger: a local one of that name."""
        if not isinstance(user, dict):
            return False
        name, host = text_of(user.get("username"), NAME_LIMIT), text_of(user.get("host"), NAME_LIMIT)
        return name.casefold() == self.user.casefold() and host.casefold() in {"", self.host.casefold()}

    def note_in(self, url: str) -> str:
        """The id in the address of a note of this instance, "" in every other address."""
        parts = split(url)
        if parts is None or host_of(url) not in {host_of(f"https://{self.host}"), host_of(self.base)}:
            return ""
        found = _NOTE.fullmatch(parts.path)
        return found[1] if found else ""

    def url_of(self, note: Note) -> str:
        """The address of a note: where it came from, or here."""
        return address_of(note.get("url")) or self.uri_of(note)

    def uri_of(self, note: Note) -> str:
        """The ActivityPub id of a note."""
        return address_of(note.get("uri")) or (f"https://{self.host}/notes/{id_of(note)}" if id_of(note) else "")


def id_of(value: object) -> str:
    """The id of a note or a user; "" where there is none that could be asked for."""
    number = text_of(value.get("id"), 80) if isinstance(value, dict) else ""
    return number if _ID.fullmatch(number) else ""


def user_of(note: object) -> Note:
    """The user in a note or a reaction; an empty one where there is none."""
    user = note.get("user") if isinstance(note, dict) else None
    return user if isinstance(user, dict) else {}


def number_of(value: object) -> int:
    """A count as told: 0 where it is missing or no number."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LARGEST else 0


def is_open(note: object) -> bool:
    """Whether a note is for everybody. "home" only stays off the public timelines."""
    if not isinstance(note, dict) or note.get("isHidden") is True or note.get("deletedAt"):
        return False
    return note.get("visibility") in _OPEN


def is_renote(note: Note) -> bool:
    """Whether a note passes another one on and says nothing itself."""
    says = text_of(note.get("text")) or text_of(note.get("cw")) or note.get("poll") or listed(note.get("fileIds"))
    return bool(note.get("renoteId")) and not says and not note.get("replyId")


def links_of(note: Note) -> tuple[str, ...]:
    """The pages that a note's text links to, in its order."""
    found = (_trimmed(url) for url in _URL.findall(text_of(note.get("text"))))
    return tuple(dict.fromkeys(url for one in found if (url := address_of(one))))


def _trimmed(url: str) -> str:
    """An address without what ends the sentence, or the brackets around it."""
    while url and (url[-1] in ".,;:!?" or (url[-1] == ")" and url.count(")") > url.count("("))):
        url = url[:-1]
    return url


def parse_person(user: object, home: Home) -> Person:
    """A user as a person; the profile of one from elsewhere is told by name and host only."""
    if not isinstance(user, dict):
        return Person()
    name, host = text_of(user.get("username"), NAME_LIMIT), text_of(user.get("host"), NAME_LIMIT) or home.host
    url = address_of(user.get("url")) or address_of(f"https://{host}/@{name}") if name else ""
    return Person(
        name=text_of(user.get("name"), NAME_LIMIT) or name,
        url=url,
        photo=address_of(user.get("avatarUrl")),
        handle=f"@{name}@{host}" if name else "",
    )


def is_silent(user: Note) -> bool:
    """Whether a profile, told in full, asks programs to leave its owner alone: they are counted, not named."""
    return wants_silence(user.get("description"), user.get("fields"))


def proofs_of(user: Note, home: Home) -> tuple[Proof, ...]:
    """The pages that a user has named and that link back with rel=me, as their server has seen (`verifiedLinks`)."""
    profile = parse_person({**user, "url": None}, home).url  # as notes tell it
    pages = [] if is_silent(user) else map(address_of, listed(user.get("verifiedLinks"))[:20])
    return tuple(Proof(profile, page) for page in dict.fromkeys(pages) if profile and page)


def parse_said(note: object, home: Home, kind: Kind, target: str, parent: str = "") -> Act | Problem | None:
    """What somebody wrote about the post `target`, or (a repost) passed on; None for what is not for everybody."""
    number = id_of(note)
    if not isinstance(note, dict) or not number:
        return Problem(f"{home.source}, {target}", "an answer lists something that is no note")
    if not is_open(note):
        return None
    quiet = note.get("visibility") == "home" and not home.is_me(user_of(note))
    said = "" if quiet else _said(note)
    return Act(
        direction=Direction.RECEIVED,
        kind=kind,
        source=home.source,
        id=number if kind is Kind.REPLY else f"{kind}:{number}",
        url=home.url_of(note),
        target=target,
        channel="misskey",
        author=parse_person(note.get("user"), home),
        published=time_of(note.get("createdAt")),
        updated=time_of(note.get("updatedAt")),
        text=said,
        warning="" if quiet else text_of(note.get("cw"), NAME_LIMIT),
        parent=parent,
        words=None if quiet or kind is Kind.REPOST else words(_GREETING.sub("", said, count=1)),
    )


def parse_reaction(reaction: object, home: Home, copy: str, target: str) -> Act | Problem | None:
    """A reaction to the copy with the id `copy` of the post `target`, as a like."""
    user = user_of(reaction)
    if not isinstance(reaction, dict) or not id_of(user):
        return Problem(f"{home.source}, {target}", "a reaction is by nobody that could be told")
    return Act(
        direction=Direction.RECEIVED,
        kind=Kind.LIKE,
        source=home.source,
        id=f"like:{copy}:{id_of(user)}",
        target=target,
        channel="misskey",
        author=parse_person(user, home),
        published=time_of(reaction.get("createdAt")),
    )


def parse_given(note: object, home: Home) -> Act | Problem | None:
    """A note of the blogger's own as an act given; None for what is not for everybody."""
    number = id_of(note)
    if not isinstance(note, dict) or not number:
        return Problem(home.source, "the account's notes hold something that is no note")
    if not is_open(note):
        return None
    said = _said(note)
    kind, target, to, parent = _addressed(note, home)
    return Act(
        direction=Direction.GIVEN,
        kind=kind,
        source=home.source,
        id=f"given:{number}",
        url=home.url_of(note),
        target=target,
        channel="misskey",
        to=to,
        published=time_of(note.get("createdAt")),
        updated=time_of(note.get("updatedAt")),
        text=said,
        warning=text_of(note.get("cw"), NAME_LIMIT),
        parent=parent,
        words=None if is_renote(note) else words(_GREETING.sub("", said, count=1)),
    )


def _addressed(note: Note, home: Home) -> tuple[Kind, str, Person, str]:
    """What the blogger did, about what, to whom, and what a thread of their own goes on from."""
    answered, passed = _inner(note, "reply"), _inner(note, "renote")
    if answered and not home.is_me(user_of(answered)):
        return Kind.REPLY, home.uri_of(answered), parse_person(user_of(answered), home), ""
    if passed and not home.is_me(user_of(passed)):
        kind = Kind.REPOST if is_renote(note) else Kind.QUOTE
        return kind, home.uri_of(passed), parse_person(user_of(passed), home), ""
    if passed and is_renote(note):
        return Kind.NOTE, home.uri_of(passed), Person(), ""
    to, link = _named(note, home), next(iter(links_of(note)), "")
    parent = home.uri_of(answered) if answered else ""
    return (Kind.MENTION if to.key else Kind.NOTE), link or to.url, to, parent


def _inner(note: Note, name: str) -> Note | None:
    inner = note.get(name)
    return inner if isinstance(inner, dict) and id_of(inner) else None


def _named(note: Note, home: Home) -> Person:
    """The first other person named in a note, where Misskey says that somebody is: not every @ begins a name."""
    if not listed(note.get("mentions")):
        return Person()
    for found in _NAMED.finditer(text_of(note.get("text"))):
        user = {"username": found[1], "host": found[2]}
        if not home.is_me(user):
            person = parse_person(user, home)
            return structs.replace(person, name="")
    return Person()


def parse_reacted(entry: object, home: Home) -> Act | Problem | None:
    """A reaction of the blogger's, as a like given."""
    note = entry.get("note") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(note, dict) or not id_of(note):
        return Problem(home.source, "the account's reactions hold something that is no reaction to a note")
    if not is_open(note) or home.is_me(user_of(note)):
        return None
    return Act(
        direction=Direction.GIVEN,
        kind=Kind.LIKE,
        source=home.source,
        id=f"reacted:{id_of(note)}",
        url=home.uri_of(note),
        target=home.uri_of(note),
        channel="misskey",
        to=parse_person(user_of(note), home),
        published=time_of(entry.get("createdAt")),
    )


def _said(note: Note) -> str:
    """What a note says; of one that is only pictures, what they show."""
    said = text_of(note.get("text"))
    if said or is_renote(note):
        return said
    shown = (one.get("comment") for one in listed(note.get("files"))[:20] if isinstance(one, dict))
    return "\n".join(filter(None, (text_of(comment, NAME_LIMIT * 2) for comment in shown)))
