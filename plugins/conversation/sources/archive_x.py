"""X, once Twitter: the archive that one asks for in the account's settings.

`tweets.js` (`tweet.js` before 2022; parts `tweets-part1.js`; monthly files before 2019), `like.js` and `account.js`,
each a script that assigns a list. A reply to somebody else is a reply given, `RT @` a repost, a link to somebody else's
tweet a quote, a tweet that names somebody a mention of them, everything else a note. Likes have no dates.
"""

from __future__ import annotations

import contextlib
import html
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from ..acts import Act, Direction, Kind, Person, Problem
from ..addresses import host_of, split
from ..errors import ArchiveError
from .archive_json import Reader
from .archive_parts import Document, Part, Reading
from .archive_parts import Kind as ArchiveKind
from .hypertext import words
from .values import NAME_LIMIT, address_of, listed, text_of, time_of

__all__ = ["KIND", "Account", "parse_likes", "parse_tweets"]

#: The words before the list: `window.YTD.tweets.part0 = `, before 2019 `Grailbird.data.tweets_2016_05 = `.
_BEGIN = re.compile(r"\s*(?:window\.YTD\.(\w{1,60})\.part\d+|Grailbird\.data\.(tweet)s_\w{1,20})\s*=\s*")
_PARTS = {"tweet": "tweets", "tweets": "tweets", "like": "likes", "account": "account"}

#: Wed Oct 10 20:19:24 +0000 2018.
_TIME = re.compile(r"\w{3} (\w{3}) (\d{1,2}) ([\d:]{8}) ([+-]\d{4}) (\d{4})", re.ASCII)
_NAME = re.compile(r"\w{1,30}", re.ASCII)
_NUMBER = re.compile(r"\d{1,20}", re.ASCII)
_NUMBERS = 2**64
_STATUS = re.compile(r"/(\w{1,30})/status(?:es)?/(\d{1,20})", re.ASCII)
_REPOST = re.compile(r"RT @(\w{1,30}):?\s*", re.ASCII)
_GREETING = re.compile(r"\.?(?:@\w{1,30}\s+)+", re.ASCII)
_ADDRESS = re.compile(r"https?://\S+")
_HOSTS = frozenset({"twitter.com", "x.com", "mobile.twitter.com"})


class Account(Struct, frozen=True):
    """Whose archive it is, "" where `account.js` is not beside the tweets."""

    username: str = ""
    id: str = ""

    def status(self, number: str) -> str:
        """The address of one of their own tweets."""
        return f"https://x.com/{self.username or 'i/web'}/status/{number}"

    def is_named(self, name: str) -> bool:
        """Whether `name` is theirs."""
        return bool(name) and name.casefold() == self.username.casefold()


def parse_tweets(items: Iterable[object], account: Account, *, source: str, where: str) -> Iterator[Act | Problem]:
    """The acts of a list of tweets, wrapped each under "tweet" or not."""
    for number, item in enumerate(items, 1):
        tweet = item.get("tweet", item) if isinstance(item, dict) else None
        own = _number(tweet, "id") if isinstance(tweet, dict) else ""
        if not isinstance(tweet, dict) or not own:
            yield Problem(f"{where}, tweet {number}", "is no tweet: it has no number")
            continue
        act = _act(tweet, own, account, source)
        if act.published is None:
            yield Problem(f"{where}, tweet {number} (id {own})", "its date is missing or cannot be read")
        yield act


def parse_likes(items: Iterable[object], *, source: str, where: str) -> Iterator[Act | Problem]:
    """The acts of a list of likes. Nothing says when they were given, nor to whom."""
    for number, item in enumerate(items, 1):
        like = item.get("like", item) if isinstance(item, dict) else None
        liked = text_of(like.get("tweetId"), 20) if isinstance(like, dict) else ""
        if not isinstance(like, dict) or not _NUMBER.fullmatch(liked):
            yield Problem(f"{where}, like {number}", "does not say which tweet was liked")
            continue
        target = address_of(like.get("expandedUrl")) or _status("", liked)
        yield Act(
            direction=Direction.GIVEN,
            kind=Kind.LIKE,
            source=source,
            id=f"like:{liked}",
            url=target,
            target=target,
            channel="twitter",
            to=_whose(target),
        )


def _act(tweet: Mapping[str, object], own: str, account: Account, source: str) -> Act:
    said, links = _said(tweet)
    kind, target, to = _relation(tweet, said, links, account)
    url = account.status(own)
    if kind is Kind.REPOST:
        # An archive has no number of what was passed on; the tweet's own address leads there.
        said, target = "", target or url
    answered = _number(tweet, "in_reply_to_status_id")
    return Act(
        direction=Direction.GIVEN,
        kind=kind,
        source=source,
        id=f"tweet:{own}",
        url=url,
        target=target,
        channel="twitter",
        to=to,
        published=_time(tweet.get("created_at")),
        text=said,
        parent=account.status(answered) if answered and kind is Kind.NOTE else "",
        words=None if kind is Kind.REPOST else words(_ADDRESS.sub("", _GREETING.sub("", said, count=1))),
    )


def _relation(tweet: Mapping[str, object], said: str, links: list[str], account: Account) -> tuple[Kind, str, Person]:
    """What a tweet is, to which address, and to whom."""
    if repost := _REPOST.match(said):
        target = _passed_on(tweet, repost[1])
        return (
            (Kind.NOTE, target, Person()) if account.is_named(repost[1]) else (Kind.REPOST, target, _person(repost[1]))
        )
    name, answered = _name(tweet.get("in_reply_to_screen_name")), _number(tweet, "in_reply_to_status_id")
    own = account.is_named(name) or bool(account.id and _number(tweet, "in_reply_to_user_id") == account.id)
    if answered and not own:
        return Kind.REPLY, _status(name, answered), _person(name)
    if own:
        return Kind.NOTE, next(iter(links), ""), Person()
    quoted = next((link for link in reversed(links) if _quotes(link, account)), "")
    if quoted:
        return Kind.QUOTE, quoted, _whose(quoted)
    people = [_name(each.get("screen_name")) for each in _entities(tweet, "user_mentions")]
    others = [each for each in (name, *people) if each and not account.is_named(each)]
    if others:
        return Kind.MENTION, next(iter(links), f"https://twitter.com/{others[0]}"), _person(others[0])
    return Kind.NOTE, next(iter(links), ""), Person()


def _said(tweet: Mapping[str, object]) -> tuple[str, list[str]]:
    """The words of a tweet with its links written out and without those to its own pictures, and the links."""
    said = html.unescape(text_of(tweet.get("full_text") or tweet.get("text")))
    links = []
    for each in _entities(tweet, "urls"):
        short, long = text_of(each.get("url"), NAME_LIMIT), address_of(each.get("expanded_url"))
        if long:
            links.append(long)
        if short and long:
            said = said.replace(short, long)
    for each in _entities(tweet, "media"):
        if short := text_of(each.get("url"), NAME_LIMIT):
            said = said.replace(short, "")
    return text_of(said), links


def _entities(tweet: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    entities = tweet.get("entities")
    found = listed(entities.get(name)) if isinstance(entities, dict) else []
    return [each for each in found[:100] if isinstance(each, dict)]


def _passed_on(tweet: Mapping[str, object], name: str) -> str:
    """The tweet that was passed on, where the archive happens to tell: in old ones, and by the pictures in it."""
    whole = tweet.get("retweeted_status")
    number = _number(whole, "id") if isinstance(whole, dict) else ""
    number = number or next((_number(each, "source_status_id") for each in _entities(tweet, "media")), "")
    return _status(name, number) if number else ""


def _quotes(link: str, account: Account) -> bool:
    """Whether a link leads to somebody else's tweet."""
    match = _STATUS.match(_path(link)) if host_of(link) in _HOSTS else None
    return bool(match and not account.is_named(match[1]))


def _whose(link: str) -> Person:
    match = _STATUS.match(_path(link))
    return _person("" if match is None or match[1] in {"i", "web"} else match[1])


def _path(link: str) -> str:
    parts = split(link)
    return parts.path if parts else ""


def _person(name: str) -> Person:
    return Person(url=f"https://twitter.com/{name}", handle=f"@{name}") if name else Person()


def _status(name: str, number: str) -> str:
    return f"https://twitter.com/{name or 'i/web'}/status/{number}"


def _name(value: object) -> str:
    name = text_of(value, 40)
    return name if _NAME.fullmatch(name) else ""


def _number(thing: Mapping[str, object], name: str) -> str:
    """A number by its text (`id_str`), which is exact, else by the number itself."""
    found = (thing.get(each) for each in (f"{name}_str", name))
    known = (str(each) if isinstance(each, int) and 0 < each < _NUMBERS else text_of(each, 40) for each in found)
    return next((number for number in known if _NUMBER.fullmatch(number)), "")


def _time(value: object) -> datetime | None:
    text = text_of(value, 60)
    match = _TIME.fullmatch(text)
    return time_of(f"{match[2]} {match[1]} {match[5]} {match[3]} {match[4]}" if match else text.replace(" +", "+"))


def _recognise(_: Document, beginning: str) -> str:
    match = _BEGIN.match(beginning)
    return _PARTS.get(match[1] or match[2], "") if match else ""


def _parse(part: Part, reading: Reading) -> Iterator[Act | Problem]:
    """One of the scripts. `account.js` itself tells of no act."""
    where = part.document.name
    if part.name == "account":
        return
    account = Account()
    if part.name == "tweets":
        account = _account(reading.parts)
        if not account.username:
            yield Problem(where, "account.js is not beside it, so answers to yourself count as answers to others")
    with part.document.open() as stream:
        reader = Reader(stream, where)
        reader.skip(_BEGIN)
        if part.name == "tweets":
            yield from parse_tweets(reader.items(), account, source=reading.source, where=where)
        else:
            yield from parse_likes(reader.items(), source=reading.source, where=where)
        reader.finish()


def _account(parts: Iterable[Part]) -> Account:
    """Whose archive this is; nobody's where nothing says so."""
    for document in (part.document for part in parts if (part.kind, part.name) == (KIND.name, "account")):
        with contextlib.suppress(ArchiveError), document.open() as stream:
            reader = Reader(stream, document.name)
            reader.skip(_BEGIN)
            item = next(reader.items(), None)
            inner = item.get("account", item) if isinstance(item, dict) else None
            if isinstance(inner, dict) and (name := _name(inner.get("username"))):
                return Account(name, _number({"id": inner.get("accountId")}, "id"))
    return Account()


KIND = ArchiveKind("x", _recognise, _parse)
