"""One conversation per post: what was said and done about it, threaded and counted. Pure: no input or output."""

from .gathering import distinct, gather
from .types import Conversation, Counts, Gave, House, Join, Said, Stale

__all__ = ["Conversation", "Counts", "Gave", "House", "Join", "Said", "Stale", "distinct", "gather"]
