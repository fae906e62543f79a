"""Which post an address means, and by which rule: the manual is docs/matching.md.

People and services spell one address in many ways. A `Matcher` finds the post all the same, by dictionary look-ups, and
tells which differences it overlooked; what matches no post is told apart too (`Match.reason`), never dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from .acts import Problem
from .addresses import escapes
from .posts import Post
from .sites import Key, Site, Sites, key_of
from .spellings import Form, differences, settle

__all__ = ["RULES", "Match", "Matcher", "exact"]

#: Every rule by its name, in the order in which `Match.rule` names them, and what it overlooks.
RULES: Mapping[str, str] = {
    "exact": "nothing",
    "former-address": "a former address of the site",
    "alias": "an alias from the post's front matter",
    "relative": "the host left out",
    "scheme": "http or https",
    "credentials": "a user name before the host",
    "host-case": "capital letters in the host",
    "host-dot": "a dot after the host",
    "punycode": "the spelling of an international host",
    "www": "www. before the host",
    "port": "a default port",
    "percent-encoding": "percent-escapes",
    "unicode-form": "accents as characters of their own",
    "dot-segments": "./ or ../ in the path",
    "double-slash": "doubled slashes",
    "index.html": "index.html at the end",
    "trailing-slash": "a slash at the end",
    "extension": ".html at the end",
    "letter-case": "capital letters in the path",
    "tracking-parameters": "tracking parameters",
    "fragment": "the part after #",
}

#: Tried in this order: literally; then, where only one post is meant, without .html, without capitals, without both.
_RELAXATIONS: tuple[tuple[str, ...], ...] = ((), ("extension",), ("letter-case",), ("letter-case", "extension"))
_LISTS = re.compile(
    r"/(?:(?:tags?|categor(?:y|ies)|authors?|archives?|page)(?:[/.].*)?|(?:index|tags|categories|authors|archives)\d*\.html"
    r"|\d{4}(?:/\w{2,3}){0,2})",
)
_RANKS = {"published": 0, "hidden": 1, "draft": 2}
#: How much of somebody else's address a message repeats.
_SHOWN = 200


class Match(Struct, frozen=True):
    """What became of an address.

    `rule` is "exact" or the names of the differences overlooked (`RULES`), joined by "+"; "" where no post is meant.
    `fragment` is the part of the post that was meant, without "#". `reason` is a sentence for `explain`; where no post
    is meant it begins with "home page", "list page", "no such page", "several pages" (all these with `on_site`),
    "another site" or "not an address".
    """

    post: Post | None
    rule: str
    fragment: str
    reason: str
    #: Whether the address is one of the site's, be it a post or not.
    on_site: bool = True


class _Entry(Struct, frozen=True):
    """An address of a post: its own, or one of its aliases as front matter spells it."""

    post: Post
    form: Form
    alias: str = ""


class Matcher:
    """Finds the post that an address means.

    `sites` are the site's addresses, the present one first. `conflicts` tells of addresses that two posts claim; which
    of them gets it (own address before alias, published before hidden before draft, then by URL) does not depend on the
    order of `posts`.
    """

    def __init__(self, posts: Iterable[Post], sites: Sequence[str]) -> None:
        self._sites = Sites(sites)
        self._exact: dict[str, _Entry] = {}
        self._entries: dict[Key, _Entry] = {}
        self._relaxed: dict[tuple[str, ...], dict[Key, list[_Entry]]] = {}
        self._memo: dict[str, Match] = {}
        self._conflicts: list[Problem] = []
        ordered = sorted(posts, key=lambda p: (_RANKS.get(p.status, len(_RANKS)), p.url, p.path, p.title, p.aliases))
        for post in ordered:
            self._add_post(post)
        for post in ordered:
            for alias in dict.fromkeys(post.aliases):
                self._add_alias(post, alias.strip())

    @property
    def conflicts(self) -> tuple[Problem, ...]:
        """Addresses that two posts claim, and aliases that are no addresses."""
        return tuple(self._conflicts)

    def match(self, target: str) -> Match:
        """The post that `target` means, whatever text it is."""
        found = self._memo.get(target)
        if found is None:
            found = self._memo[target] = self._decide(target.strip())
        return found

    def _add_post(self, post: Post) -> None:
        forms = list(self._sites.readings(post.url))
        if not forms:
            self._conflicts.append(Problem(_source(post), f'"{post.url}" is not an address; set SITEURL'))
            return
        entry = _Entry(post, forms[0][0])
        self._exact.setdefault(post.url, entry)
        other = self._entries.setdefault(key_of(entry.form), entry)
        if other is not entry:
            self._conflicts.append(
                Problem(_source(post), f'has the same address as "{_source(other.post)}": {post.url}')
            )

    def _add_alias(self, post: Post, alias: str) -> None:
        forms = list(self._sites.aliases(alias))
        if not forms:
            self._conflicts.append(Problem(_source(post), f'alias "{alias}" is neither a path nor an http address'))
        for form in forms:
            entry = _Entry(post, form, alias)
            other = self._entries.setdefault(key_of(form), entry)
            if other.post.url != post.url:
                claim = f'{"an alias" if other.alias else "the address"} of "{_source(other.post)}"'
                what = f'alias "{alias}" is {claim} too, which keeps it; remove one of them'
                self._conflicts.append(Problem(_source(post), what))

    def _decide(self, target: str) -> Match:
        if entry := self._exact.get(target):
            return exact(entry.post)
        readings = list(self._sites.readings(target))
        if not readings:
            return Match(None, "", "", "not an address", on_site=False)
        ways = [(form, how, key, site) for form, how in readings for key, site in self._keys(form)]
        for relaxed in _RELAXATIONS:
            for form, how, key, site in ways:
                if entry := self._find(key, relaxed):
                    return _matched(form, how, entry, self._expected(entry, site), relaxed)
        return self._unmatched(readings[0][0])

    def _keys(self, form: Form) -> Iterator[tuple[Key, Site | None]]:
        """What to look up: the query whole, then without tracking; at the site as named, then as a former address."""
        whole = key_of(form)
        for query in dict.fromkeys((whole.query, settle("query", form.query))):
            key = whole._replace(query=query)
            yield key, None
            for site in self._sites.former:
                below = site.below(key)
                if below is not None:
                    here = self._sites.here.key
                    yield here._replace(path=here.path + below, query=query), site

    def _find(self, key: Key, relaxed: tuple[str, ...]) -> _Entry | None:
        """The only entry of a key; the literal one where there is one."""
        if not relaxed:
            return self._entries.get(key)
        found = self._alike(key, relaxed)
        return found[0] if len({entry.post.url for entry in found}) == 1 else None

    def _alike(self, key: Key, relaxed: tuple[str, ...]) -> list[_Entry]:
        """All entries that differ from `key` only in what `relaxed` takes away; the table is made when first needed."""
        table = self._relaxed.get(relaxed)
        if table is None:
            table = self._relaxed[relaxed] = {}
            for known, entry in self._entries.items():
                table.setdefault(known.relaxed(relaxed), []).append(entry)
        return table.get(key.relaxed(relaxed), [])

    def _expected(self, entry: _Entry, site: Site | None) -> Form:
        """How the entry's address would be spelled, at a former address where that was used."""
        if site is None:
            return entry.form
        root = self._sites.here.form.path.rstrip("/")
        path = entry.form.path
        below = path[len(root) :] if path.startswith(f"{root}/") else self._sites.here.below(key_of(entry.form)) or ""
        return site.page(below, entry.form.query)

    def _unmatched(self, form: Form) -> Match:
        key = key_of(form)
        host, page, query = escapes(form.host)[:_SHOWN], escapes(form.path or "/")[:_SHOWN], settle("query", form.query)
        sites = (self._sites.here, *self._sites.former)
        below = next((rest for site in sites if (rest := site.below(key)) is not None), None)
        if below is None:
            aside = next((f", outside {site.key.path}" for site in sites if site.key[:2] == key[:2]), "")
            return Match(None, "", form.fragment[1:], f"another site ({host}{aside})", on_site=False)
        plain = key._replace(query="")
        if query and plain in self._entries:
            reason = f"no such page ({page}{query[:_SHOWN]}): it would be a post without what follows the question mark"
        elif not below and not query:
            reason = "home page"
        elif any(self._alike(key._replace(query=query), relaxed) for relaxed in _RELAXATIONS[1:]):
            reason = f"several pages ({page}): more than one post differs from it only in .html or capital letters"
        else:
            reason = f"{'list' if _LISTS.fullmatch(below) else 'no such'} page ({page}{query[:_SHOWN]})"
        return Match(None, "", form.fragment[1:], reason)


def exact(post: Post) -> Match:
    """What the address of a post means that no other post claims."""
    return Match(post, "exact", "", "This is the address of the post.")


def _matched(form: Form, how: str, entry: _Entry, expected: Form, relaxed: tuple[str, ...]) -> Match:
    found = {how, "alias" if entry.alias else "", *differences(form, expected, relaxed=relaxed)}
    if expected is not entry.form:
        found.add("former-address")
    names = [name for name in RULES if name in found]
    overlooked = [RULES[name] for name in names if name not in {"former-address", "alias"}]
    kind = f'the alias "{entry.alias}"' if entry.alias else "the address"
    where = ", at a former address of the site" if "former-address" in found else ""
    apart = f", apart from {', '.join(overlooked)}" if overlooked else ""
    return Match(entry.post, "+".join(names), form.fragment[1:], f"This is {kind} of the post{where}{apart}.")


def _source(post: Post) -> str:
    """What to call a post in a message: its file, where known."""
    return post.path or post.url
