"""What could I give? Ideas for the blogger alone, from what is known anyway; they suggest, and count nobody's debts.

* ideas      the four kinds of ideas, as values
* deeds      what the blogger did: whom and which pages it reached
* thinking   ideas from what others said and did on the site's pages
* blogroll   an OPML file, and which of its blogs are by people one talks with
* reading    the new posts of those blogs, from their feeds
"""

from __future__ import annotations

from .blogroll import Blog, blogs_in, by_partners, fresh
from .deeds import Deeds
from .ideas import Balance, Fresh, Giver, Link, Open
from .reading import read
from .thinking import Heard, givers, links, partners, unanswered

__all__ = [
    "Balance",
    "Blog",
    "Deeds",
    "Fresh",
    "Giver",
    "Heard",
    "Link",
    "Open",
    "blogs_in",
    "by_partners",
    "fresh",
    "givers",
    "links",
    "partners",
    "read",
    "unanswered",
]
