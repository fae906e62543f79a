"""Posts that drew nothing, one act, forty, two hundred comments, two thousand acts: the sizes that a page must bear."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from blog import ROOT, SITE, Blog, mention
from browser import Site

__all__ = ["POSTS", "PROSE", "acts", "crowded"]

#: By slug of the post: how many acts it drew, and of which property each is in turn.
MIXED = (
    "in-reply-to",
    "like-of",
    "in-reply-to",
    "like-of",
    "repost-of",
    "like-of",
    "mention-of",
    "like-of",
    "bookmark-of",
)
POSTS: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "quiet": (0, MIXED),
    "one": (1, MIXED),
    "forty": (40, MIXED),
    "comments": (200, ("in-reply-to",)),
    "crowd": (2_000, MIXED),
}
NAMES = (
    "Noor Haddad",
    "村上 例",
    "שרה כהן",
    "Åsa",
    "jun",
    "Ngozi Adeyemi-Okonkwo",
    "🌾 Bo",
    "Мария",
    "a-very-long-handle-without-a-break",
)
WORDS = (
    "<p>Thank you, this is the kindest thing that I have read all week.</p>",
    "<p>I do the same with <a href='https://rye.example/starter'>my starter</a>, and <em>never</em> on Mondays.</p>",
    "<p>So do I.</p><p>Have you tried <code>a_very_long_name_of_a_function_that_nobody_breaks()</code>?</p>",
    "<blockquote><p>What you give, you get.</p></blockquote><p>Not always. But more often than not.</p>",
    "<p>شكراً جزيلاً على هذه الكلمات</p>",
    "<p>とても良い記事でした。ありがとうございます。</p>",
    "<ul><li>Flour</li><li>Water</li><li>Time</li></ul>",
    "<p>" + "A long answer that says what a short one could have said. " * 25 + "</p>",
    "<pre><code>for loaf in bread:\n    share(loaf)</code></pre>",
)
PROSE = (
    "Give before you are asked, and do not count.\n\n## What comes back\n\nMore than I gave, and from [elsewhere]"
    "(https://neighbour.example/). " + "A porch is a place to sit, to be seen and to be asked something. " * 40
)


def acts(slug: str, number: int, kinds: tuple[str, ...]) -> list[dict[str, Any]]:
    """So many acts on a post: people of many tongues, long and short words, every fourth reply an answer to another."""
    target, made = f"{SITE}/{slug}.html", []
    for place in range(number):
        prop, which = kinds[place % len(kinds)], place + place // len(kinds)
        one = mention(place + number * 10_000, prop, target)
        one["author"]["name"] = f"{NAMES[which % len(NAMES)]} {place}"
        if "content" in one:
            one["content"] = {"html": WORDS[which % len(WORDS)]}
        if prop == "mention-of":
            one["name"] = f"Weekly reading, number {place}"
        if prop == "in-reply-to" and place % 4 == 2:
            one[prop] = [next(other["url"] for other in reversed(made) if "in-reply-to" in other), target]
        made.append(one)
    return made


@pytest.fixture(scope="session")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A blog in the sample's theme with these posts, built."""
    blog = Blog(tmp_path_factory.mktemp("crowded"), THEME=str(ROOT / "themes" / "commons"), SITENAME="Small Kindnesses")
    blog.configure(
        CONVERSATION_CONTACT={"by mail": "mailto:ada@e.example"}, CONVERSATION_WEBMENTION=f"{SITE}/webmention"
    )
    for slug in POSTS:
        blog.write(f"{slug}.md", PROSE, summary="Notes on giving.")
    blog.archive([one for slug, (number, kinds) in POSTS.items() for one in acts(slug, number, kinds)])
    return Site(blog.build().output, SITE)
