"""One conversation per post: what was said and done about it, threaded and counted. Pure: no input or output."""

from .answering import OwnReplies, answered_by
from .apart import Ways
from .faces import Sketch, sketches
from .gathering import gather
from .grouping import after_closing, grouped, is_own
from .merging import Told, merge, signers
from .newest import LATEST, Conversations, Remark, Talked, most_talked, newest, overview, path_of, remarks, runs, times
from .pages import fits, further_path, paged
from .permalinks import permalink
from .privacy import level, without_words
from .promised import Keyed, Overview, Promised
from .types import Conversation, Counts, Face, Gave, House, Join, Number, Part, Said, Spot, Stale

__all__ = [
    "LATEST",
    "Conversation",
    "Conversations",
    "Counts",
    "Face",
    "Gave",
    "House",
    "Join",
    "Keyed",
    "Number",
    "Overview",
    "OwnReplies",
    "Part",
    "Promised",
    "Remark",
    "Said",
    "Sketch",
    "Spot",
    "Stale",
    "Talked",
    "Told",
    "Ways",
    "after_closing",
    "answered_by",
    "fits",
    "further_path",
    "gather",
    "grouped",
    "is_own",
    "level",
    "merge",
    "most_talked",
    "newest",
    "overview",
    "paged",
    "path_of",
    "permalink",
    "remarks",
    "runs",
    "signers",
    "sketches",
    "times",
    "without_words",
]
