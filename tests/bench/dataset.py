"""An invented blog: posts over fifteen years, and what people did about them. The same numbers give the same blog.

A few posts drew hundreds of interactions, a third of them none: Zipf's law, with `PER_POST` a post on average.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from .prose import Prose

__all__ = ["CATEGORIES", "PER_POST", "SITE", "TAGS", "Blog", "Interaction", "Post"]

SITE = "https://blog.example"
CATEGORIES = ("Software", "Travel", "Photography", "Gardening", "Reading Notes")
TAGS = 40
PER_POST = 8
#: The most that one post drew, and how fast the numbers fall from one post to the next.
MOST = 500
EXPONENT = 1.2
#: What people do, by the name that webmentions have for it, and how often in a hundred.
KINDS = {"like-of": 55, "repost-of": 15, "in-reply-to": 20, "mention-of": 10}
WITH_WORDS = ("in-reply-to", "mention-of")
BEGINNING = datetime(2010, 1, 1, tzinfo=UTC)
YEARS = 15
#: When the posts and interactions that come later come: after all others.
LATER = datetime(2025, 3, 1, tzinfo=UTC)
#: How many posts draw something new at a time.
TALKED_ABOUT = 20
TAG_WEIGHTS = [1 / (place + 4) for place in range(TAGS)]

#: Name and profile.
Person = tuple[str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Post:
    """A post; `body` is Markdown, `other` the slug of the post that it links to where `prose.LINK` stands."""

    title: str
    slug: str
    date: datetime
    category: str
    tags: tuple[str, ...]
    body: str
    other: str

    @property
    def path(self) -> str:
        """Where readers find it, from the root of the site."""
        return f"/posts/{self.slug}/"


@dataclasses.dataclass(frozen=True, slots=True)
class Interaction:
    """What somebody did about the post at `path`; `kind` as webmention.io names it, `text` in replies and mentions."""

    number: int
    kind: str
    path: str
    name: str
    profile: str
    when: datetime
    text: str

    @property
    def url(self) -> str:
        """Its own address."""
        return f"{self.profile}/{self.number}"


class Blog:
    """A blog of `size` posts, with their interactions, the oldest first."""

    def __init__(self, size: int) -> None:
        self._prose = prose = Prose(Random(f"blog of {size}"))  # noqa: S311 - an invented blog, not a secret
        chance = prose.chance
        self.size = size
        self._tags = _distinct(prose, TAGS)
        moments = sorted(chance.sample(range(YEARS * 365 * 24 * 60), size))
        titles = [prose.words(chance.randint(4, 8)) for _ in range(size)]
        slugs = [_slug(number, title) for number, title in enumerate(titles)]
        self.posts = [
            self._post(prose, slug, " ".join(title).capitalize(), BEGINNING + timedelta(minutes=moment), slugs)
            for slug, title, moment in zip(slugs, titles, moments, strict=True)
        ]
        people = _people(prose, max(MOST, size // 2))
        self.interactions = sorted(self._drawn(prose, people), key=lambda one: (one.when, one.number))

    @property
    def tags(self) -> set[str]:
        """The tags that posts have."""
        return {tag for post in self.posts for tag in post.tags}

    def later_post(self, number: int) -> Post:
        """A post that is written later; the first has the number 0."""
        prose = self._prose.again(Random(f"post {number} after {self.size}"))  # noqa: S311
        words = prose.words(5)
        date = LATER + timedelta(days=1 + number)
        others = [post.slug for post in self.posts]
        return self._post(prose, _slug(self.size + number, words), " ".join(words).capitalize(), date, others)

    def later_interactions(self, number: int) -> list[Interaction]:
        """A reply, a like and a repost of each of `TALKED_ABOUT` posts, which come later; the first lot is number 0."""
        prose = self._prose.again(Random(f"news {number} of {self.size}"))  # noqa: S311
        first = 9_000_000 + 3 * TALKED_ABOUT * number
        drawn = []
        for place, post in enumerate(prose.chance.sample(self.posts, TALKED_ABOUT)):
            for step, kind in enumerate(("in-reply-to", "like-of", "repost-of")):
                own = first + 3 * place + step
                person = (f"Newcomer {own}", f"https://social0.example/@new{own}")
                drawn.append(_interaction(prose, own, kind, post, LATER + timedelta(hours=number), person))
        return drawn

    def _post(self, prose: Prose, slug: str, title: str, date: datetime, slugs: Sequence[str]) -> Post:
        chance = prose.chance
        category, number = chance.choice(CATEGORIES), chance.choice((1, 2, 3, 3, 4, 5))
        tags: dict[str, None] = {}
        while len(tags) < number:
            tags[chance.choices(self._tags, weights=TAG_WEIGHTS)[0]] = None
        return Post(title, slug, date, category, tuple(tags), prose.body(), chance.choice(slugs))

    def _drawn(self, prose: Prose, people: Sequence[Person]) -> Iterator[Interaction]:
        """All interactions; nobody does anything twice about the same post."""
        chance, number = prose.chance, 1_000_000
        posts = chance.sample(self.posts, len(self.posts))
        for post, drawn in zip(posts, shares(len(posts)), strict=True):
            for person in chance.sample(people, drawn):
                number += 1
                kind = chance.choices(list(KINDS), weights=list(KINDS.values()))[0]
                when = post.date + timedelta(minutes=chance.randint(1, 60 * 24 * 30))
                yield _interaction(prose, number, kind, post, when, person)


def _interaction(prose: Prose, number: int, kind: str, post: Post, when: datetime, person: Person) -> Interaction:
    text = " ".join(prose.words(40)) if kind in WITH_WORDS else ""
    return Interaction(number, kind, post.path, *person, when, text)


def _people(prose: Prose, number: int) -> list[Person]:
    names = [prose.seldom().capitalize() for _ in range(400)]
    return [
        (f"{prose.chance.choice(names)} {prose.chance.choice(names)}", f"https://social{one % 10}.example/@u{one}")
        for one in range(number)
    ]


def shares(posts: int) -> list[int]:
    """How many of `PER_POST` times `posts` interactions each post drew, the most talked about first."""
    weights = [(place + 1) ** -EXPONENT for place in range(posts)]
    wanted = PER_POST * posts
    low, high = 0.0, float(wanted) * posts
    while high - low > 1e-6 * high:
        middle = (low + high) / 2
        if sum(min(MOST, int(middle * weight)) for weight in weights) < wanted:
            low = middle
        else:
            high = middle
    drawn = [min(MOST, int(low * weight)) for weight in weights]
    left = wanted - sum(drawn)
    # The rest by ones, to those who are next.
    for place in [place for place, number in enumerate(drawn) if number < MOST][:left]:
        drawn[place] += 1
    return drawn


def _distinct(prose: Prose, number: int) -> list[str]:
    words: dict[str, None] = {}
    while len(words) < number:
        words[prose.seldom()] = None
    return list(words)


def _slug(number: int, words: Sequence[str]) -> str:
    return f"{number:05d}-" + "-".join(word.lower() for word in words[:5])
