"""A long conversation on several pages: the newest part stands with the post, older ones have pages of their own.

Older parts are cut from the oldest on. Once cut, a part stays as it is when something new is said, and so do the
addresses of what is in it; nothing moves more than once. Places that link to something that was said (feeds, lists)
take `Said.page`, the page it stands on relative to SITEURL, or the post's own address where that is "".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, structs

from .gathering import words
from .grouping import Grouped
from .types import Conversation, Part, Said, Spot

__all__ = ["fits", "further_path", "paged"]

#: A mention (with its excerpt) and a name take less of a page than a reply, but are of less interest, too.
MENTIONS, NAMES = 1 / 3, 2 / 3
#: Of what a page may list, an older part has this much, so that the post's own page is never left with next to nothing.
OLDER = 2 / 3
#: So many letters of a reply weigh as much as another reply.
WEIGHT = 1_500
#: Threads stay whole where a part becomes no smaller or larger by it than so many times its size.
LEEWAY = (0.6, 1.3)
_FLAT = ("shares", "mentions", "likes", "bookmarks")


class _Node(Struct, frozen=True):
    """A reply out of its tree, without the replies to it: what it stands below, and how much of a page it takes."""

    said: Said
    parent: str
    #: Who said that.
    above: str
    weight: int


def paged(conversation: Conversation, per_page: int, path: str) -> Conversation:
    """`conversation` with its `parts`, and with the page of everything that stands on a further one.

    A page lists about `per_page` replies, a third as many mentions and two thirds as many names of each kind; 0 is no
    limit. `path` is the post's address relative to SITEURL.
    """
    flat = (conversation.shares, conversation.mentions, conversation.likes, conversation.bookmarks)
    nodes = list(_nodes(conversation.comments))
    if _fits((node.weight for node in nodes), map(len, flat), per_page):
        return conversation
    threads = _cut(nodes, per_page)
    lists = [_sliced(saids, size) for saids, size in zip(flat, _sizes(per_page), strict=True)]
    paths = [path, *(further_path(path, number) for number in range(1, max(len(threads), *map(len, lists))))]
    where = {node.said.anchor: page for page, part in zip(paths, threads, strict=False) for node in part}
    where |= {said.anchor: page for some in lists for page, part in zip(paths, some, strict=False) for said in part}
    parts = []
    for number, page in enumerate(paths):
        nodes_here = threads[number] if number < len(threads) else []
        shares, talk, likes, bookmarks = (
            tuple(_standing(said, page, number) for said in (some[number] if number < len(some) else ()))
            for some in lists
        )
        parts.append(
            Part(
                number=number,
                path=page,
                comments=_grown([_placed(node, page, number, where) for node in nodes_here]),
                shares=shares,
                mentions=talk,
                likes=likes,
                bookmarks=bookmarks,
            )
        )
    return _with_parts(conversation, parts, nodes)


def fits(found: Grouped, per_page: int) -> bool:
    """Whether `paged` leaves what is listed here on one page."""
    weights = (_weight(words(one.act)) for one in found.groups.get("comments", ()))
    return _fits(weights, (len(found.groups.get(name, ())) for name in _FLAT), per_page)


def further_path(path: str, number: int) -> str:
    """The address of a further page: `a.html` has `a-conversation-1.html`, `a/` has `a/conversation-1/`.

    `path` is the address of the post's own page, or the file that it is saved as.
    """
    folder, slash, file = path.rpartition("/")
    if file in {"", "index.html"}:
        return f"{folder}{slash}conversation-{number}/{file}"
    stem = file.removesuffix(".html")
    return f"{folder}{slash}{stem}-conversation-{number}{file[len(stem) :]}"


def _fits(weights: Iterable[int], lists: Iterable[int], per_page: int) -> bool:
    """Whether one page takes replies of these weights, and lists of these lengths."""
    if not per_page:
        return True
    short = all(length <= size for length, size in zip(lists, _sizes(per_page), strict=True))
    return short and sum(weights) <= per_page


def _sizes(per_page: int) -> tuple[int, int, int, int]:
    """How much a page takes of shares, mentions, likes and bookmarks."""
    mentions, names = max(1, int(per_page * MENTIONS)), max(1, int(per_page * NAMES))
    return names, mentions, names, names


def _weight(html: str) -> int:
    return 1 + len(html) // WEIGHT


def _nodes(comments: Sequence[Said]) -> Iterator[_Node]:
    """The replies of all threads in the order in which they are read."""
    todo = [(said, "", "") for said in reversed(comments)]
    while todo:
        said, parent, above = todo.pop()
        yield _Node(said, parent, above, _weight(said.html))
        todo += [(reply, said.anchor, said.name) for reply in reversed(said.replies)]


def _cut(nodes: Sequence[_Node], limit: int) -> list[list[_Node]]:
    """The part for the post's own page, then the older parts from the oldest on."""
    older, begin, left = [], 0, sum(node.weight for node in nodes)
    while left > limit:
        end = _end(nodes, begin, max(1, limit * OLDER))
        older.append(list(nodes[begin:end]))
        left -= sum(node.weight for node in nodes[begin:end])
        begin = end
    return [list(nodes[begin:]), *older]


def _end(nodes: Sequence[_Node], begin: int, size: float) -> int:
    """Where a part of about this size ends: before a thread that begins near there, else in the midst of one."""
    weight, cut, best = 0.0, 0, None
    for index in range(begin, len(nodes)):
        if index > begin and not nodes[index].parent and LEEWAY[0] * size <= weight <= LEEWAY[1] * size:
            best = index if best is None or weight <= size else best
        if not cut and index > begin and weight >= size:
            cut = index
        if weight > LEEWAY[1] * size:
            break
        weight += nodes[index].weight
    return best or cut or begin + 1


def _grown(nodes: Iterable[_Node]) -> tuple[Said, ...]:
    """The threads of one part: a reply whose parent is on another page stands on the first level."""
    nodes = list(nodes)
    here = {node.said.anchor for node in nodes}
    below: dict[str, list[Said]] = defaultdict(list)
    for node in reversed(nodes):
        replies = tuple(reversed(below.pop(node.said.anchor, ())))
        below[node.parent if node.parent in here else ""].append(structs.replace(node.said, replies=replies))
    return tuple(reversed(below[""]))


def _sliced(saids: Sequence[Said], limit: int) -> list[Sequence[Said]]:
    """Like `_cut`, for what has no replies."""
    size = max(1, int(limit * OLDER))
    ends = range(0, max(0, len(saids) - limit + size - 1) // size * size + 1, size)
    return [saids[ends[-1] :], *(saids[begin : begin + size] for begin in ends[:-1])]


def _standing(said: Said, page: str, number: int) -> Said:
    """The same on a further page; on the post's own, 0, nothing has to be said of that."""
    return structs.replace(said, page=page) if number else said


def _placed(node: _Node, page: str, number: int, where: Mapping[str, str]) -> _Node:
    """The same on its page: where that is not the page of what it answers, it says what that is, and where."""
    said = _standing(node.said, page, number)
    spot = said.answers or (Spot(node.parent, node.above) if where.get(node.parent, page) != page else None)
    if spot is not None and where.get(spot.anchor, page) != page:
        spot = structs.replace(spot, page=where[spot.anchor])
    return structs.replace(node, said=said if spot is said.answers else structs.replace(said, answers=spot))


def _with_parts(conversation: Conversation, parts: Sequence[Part], nodes: Sequence[_Node]) -> Conversation:
    """The conversation with these parts, and in its own lists each act with its page."""
    pages = {node.said.anchor: part.path for part in parts[1:] for node in _nodes(part.comments)}
    moved = [structs.replace(node, said=_standing(node.said, pages.get(node.said.anchor, ""), 1)) for node in nodes]
    in_order = [*parts[1:], parts[0]]
    return structs.replace(
        conversation,
        parts=tuple(parts),
        comments=_grown(moved),
        shares=tuple(said for part in in_order for said in part.shares),
        mentions=tuple(said for part in in_order for said in part.mentions),
        likes=tuple(said for part in in_order for said in part.likes),
        bookmarks=tuple(said for part in in_order for said in part.bookmarks),
    )
