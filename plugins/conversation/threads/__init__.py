"""One conversation per post: what was said and done about it, threaded and counted. Pure: no input or output."""

from .answering import OwnReplies
from .apart import Ways
from .gathering import after_closing, gather, is_own
from .merging import Told, merge
from .newest import Conversations, Remark, Talked, newest, overview, remarks, runs
from .pages import further_path, paged
from .permalinks import permalink
from .privacy import level, without_words
from .types import Conversation, Counts, Gave, House, Join, Number, Part, Said, Spot, Stale

__all__ = [
    "Conversation",
    "Conversations",
    "Counts",
    "Gave",
    "House",
    "Join",
    "Number",
    "OwnReplies",
    "Part",
    "Remark",
    "Said",
    "Spot",
    "Stale",
    "Talked",
    "Told",
    "Ways",
    "after_closing",
    "further_path",
    "gather",
    "is_own",
    "level",
    "merge",
    "newest",
    "overview",
    "paged",
    "permalink",
    "remarks",
    "runs",
    "without_words",
]
