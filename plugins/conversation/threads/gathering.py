"""From the acts on one post to its conversation: counted, grouped and put into words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from markupsafe import Markup

from .. import sanitise
from ..acts import Act, Count, Direction, Kind
from ..addresses import host_of, is_web, link
from ..channels import channel_of, place_name
from ..posts import Post
from .counting import GROUPS
from .faces import label_of, photos_of, pictured, sketches
from .grouping import Listed, grouped
from .merging import Told
from .permalinks import permalink
from .tree import threaded
from .types import Conversation, Counts, Gave, House, Join, Said, Spot

__all__ = ["gather", "words"]

#: Longer texts are folded, and quotes of whole pages (a mention's content) are cut to an excerpt.
LONG_TEXT = 1_200
LONG_LINES = 40
EXCERPT = 280


def gather(
    post: Post,
    shown: Iterable[Told],
    links: Iterable[Act],
    counts: Iterable[Count],
    house: House,
    told: Iterable[Told] | None = None,
) -> Conversation:
    """The conversation of `post`.

    `shown` are the received acts whose target means this post, once each (`merge`) and as far as readers may see them;
    and the blogger's own replies that only the blogger's accounts tell of (`OwnReplies`). `links` are what the post
    itself gave, `counts` the numbers that services tell for it. `told` is everything that was told of it, hidden or not
    (None: `shown`): what a service names is not counted once more as an act without a name.
    """
    counts = list(counts)
    found = grouped(post, shown, counts, house, told)
    groups = {group: [(one.told, _said(one, house)) for one in some] for group, some in found.groups.items()}
    flat = {group: tuple(said for _, said in pairs) for group, pairs in groups.items()}
    return Conversation(
        post=post,
        counts=Counts(**{number.group: number.value for number in found.numbers}),
        numbers=found.numbers,
        views=sum(count.value for count in counts if count.kind is Kind.VIEW),
        folded=frozenset(group for group, saids in flat.items() if any(said.level == "name" for said in saids)),
        comments=threaded(flat.get("comments", ()), _answered(groups)),
        shares=flat.get("shares", ()),
        mentions=flat.get("mentions", ()),
        likes=flat.get("likes", ()),
        bookmarks=flat.get("bookmarks", ()),
        join=() if _closed(post, house) else (*_copies(post, house), *house.contact),
        stale=house.stale,
        faces=pictured(sketches(found.groups.get("comments", ())), house.pictures),
        gave=tuple(_gave(post, act) for act in links),
        closed=_closed(post, house),
    )


def _gave(post: Post, act: Act) -> Gave:
    """A page that a post gave a link to; the post's own title is no name for it."""
    title = "" if act.title == post.title else sanitise.line(act.title, 90)
    return Gave(act.target, title, host_of(act.target))


def _answered(groups: Mapping[str, Sequence[tuple[Told, Said]]]) -> dict[str, Spot]:
    """By a comment's anchor, what it answers on this page, whichever of its permalinks any telling names.

    A permalink that several comments share leads to none of them.
    """
    spots: dict[str, list[Said]] = defaultdict(list)
    for one, said in (pair for group in ("comments", "shares", "mentions") for pair in groups.get(group, ())):
        for spot in one.spots:
            spots[spot].append(said)
    found = {}
    for one, said in groups.get("comments", ()):
        for act in (one.best.act, *one.acts):
            above = spots.get(permalink(act.parent), ()) if act.parent else ()
            if len(above) == 1 and above[0].anchor != said.anchor:
                found[said.anchor] = Spot(above[0].anchor, above[0].name)
                break
    return found


def _closed(post: Post, house: House) -> bool:
    """Whether the page says that the conversation has ended: a date counts once any source was pulled after it."""
    if isinstance(post.closed, bool):
        return post.closed
    return house.now is not None and house.now >= post.closed


def _copies(post: Post, house: House) -> Iterable[Join]:
    """The copies of the post elsewhere, as places to answer.

    Those in front matter; and of what each source found by itself the one that it knew first, where front matter names
    none at that host.
    """
    named = list(filter(is_web, post.syndication))
    hosts = set(map(host_of, named))
    found = (house.copies.get(source, {}).get(post.url, ()) for source in house.services)
    firsts = (next(filter(is_web, urls), "") for urls in found)
    for url in (*named, *(url for url in firsts if url and host_of(url) not in hosts)):
        channel = channel_of(url)
        place = place_name(channel) if channel != "web" else host_of(url)
        yield Join(f"on {place}", url, place)


def _said(one: Listed, house: House) -> Said:
    told, act, when = one.told, one.act, one.when
    author = house.me if act.direction is Direction.GIVEN else act.author
    label = label_of(act, author)
    html = words(act)
    photos = photos_of(one, author) if house.pictures else ()
    return Said(
        act=act,
        anchor=f"said-{told.name}",
        name=label,
        initials=sanitise.initials(label),
        profile=link(author.url),
        url=link(act.url),
        when=when.astimezone(house.zone),
        dated=act.published is not None and when == act.published,
        html=html,
        long=_is_long(html),
        title=sanitise.line(act.title, 120),
        warning=sanitise.line(act.warning, 120),
        place=_place_of(act),
        own=one.own,
        picture=next((house.pictures[photo] for photo in photos if photo in house.pictures), ""),
        ways=tuple(_ways(told, house)) if len(told.tellings) > 1 else (),
        level=one.level,
    )


def _place_of(act: Act) -> str:
    return place_name(act.channel) if act.channel != "web" else host_of(act.url)


def _ways(told: Told, house: House) -> Iterator[Join]:
    """The places of all tellings, where several sources tell of an act, those first that were asked at the place.

    Of two in one place, the further one is named by the service that told of it.
    """
    acts = {act.source: act for act in told.acts}
    ways = sorted((house.services.get(source, source) != act.channel, source) for source, act in acts.items())
    labels: set[str] = set()
    for _, source in ways if len(ways) > 1 else ():
        act, service = acts[source], place_name(house.services.get(source, source))
        label = _place_of(act) or service
        label = service if label in labels else label
        if label not in labels:
            labels.add(label)
            yield Join(label, link(act.url))


def words(act: Act) -> Markup:
    """What was said: in full for comments and quotes, an excerpt for pages that mention the post, else nothing."""
    group = GROUPS[act.kind]
    if group == "comments" or act.kind is Kind.QUOTE:
        return sanitise.html(act.text, act.html)
    if group == "mentions":
        return sanitise.html(sanitise.line(sanitise.words(sanitise.html(act.text, act.html)), EXCERPT))
    return Markup("")


def _is_long(words: Markup) -> bool:
    """Whether a template should fold the words: for their letters, or for their lines, however short."""
    lines = sum(words.count(end) for end in ("<br>", "</p>", "</li>")) + ("<pre" in words) * words.count("\n")
    return (len(words) > LONG_TEXT and len(words.striptags()) > LONG_TEXT) or lines > LONG_LINES
