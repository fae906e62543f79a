"""Every setting there is: one table from which values are checked and the manual (docs/settings.md) is written."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from . import checks

__all__ = ["KNOWN", "UNSEEN", "Setting", "manual"]

#: Settings that say when and how long sources are asked, and not what pages show of what they told.
UNSEEN = frozenset({"CONVERSATION_BUDGET", "CONVERSATION_DEADLINE", "CONVERSATION_PULL", "CONVERSATION_STRICT"})


class Setting(Struct, frozen=True, kw_only=True):
    """A setting: its name, what it is where it is not given, what it may be, and what the manual says of it.

    `check` returns the value as the plugin uses it, or raises `checks.Wrong`. `example` is Python.
    """

    name: str
    default: object
    check: Callable[[object], object]
    meaning: str
    example: str
    #: Whether None switches off what the setting is about, as it does for Pelican's feeds; else it counts as not given.
    optional: bool = False

    @property
    def field(self) -> str:
        """The setting's name in `Settings`."""
        return self.name.removeprefix("CONVERSATION_").lower()


KNOWN: tuple[Setting, ...] = (
    Setting(
        name="CONVERSATION_SOURCES",
        default=[],
        check=checks.entries,
        meaning="""
Where replies, shares and mentions are collected, one dictionary per source: `source` is the service, the other options
are those of the service (a page each under `sources/`). Every source also takes `name` (it is listed under it and its
token is found by it; two sources of one service are called `mastodon` and `mastodon-2` where you do not say) and
`base_url` (your own copy of a service). A source named here is one that is asked; the links in your posts and
`CONVERSATION_GIVING` are always read.""",
        example="""[
    {"source": "webmention.io", "domain": "example.com"},
    {"source": "mastodon", "account": "@ada@social.example"},
]""",
    ),
    Setting(
        name="CONVERSATION_STORE",
        default="sqlite:///conversation.sqlite",
        check=checks.store,
        meaning="""
Where everything collected is remembered: a SQLite file or a PostgreSQL database, as SQLAlchemy spells addresses. A
relative SQLite file lies beside your settings file. Keep it, and keep a copy: services forget. For PostgreSQL, run
`pip install "pelican-conversation[postgresql]"`.""",
        example='"postgresql+psycopg://ada@localhost/conversation"',
    ),
    Setting(
        name="CONVERSATION_PULL",
        default="due",
        check=checks.choice("due", "always", "never"),
        meaning="""
When a build asks the sources: `"due"` asks about each post the more seldom the older it is, `"always"` asks about every
post at every build, `"never"` builds from what is remembered (`invoke pull` asks all the same).""",
        example='"never"',
    ),
    Setting(
        name="CONVERSATION_DEADLINE",
        default=30,
        check=checks.seconds,
        meaning="Seconds that a build waits for the sources before it goes on with what it has; at most 3600.",
        example="10",
    ),
    Setting(
        name="CONVERSATION_BUDGET",
        default=500,
        check=checks.requests,
        meaning="""
How many requests a build or `invoke pull` makes at most, over all sources; `0` is no limit. Each source gets its share,
and the liveliest posts come first. What is left comes with the next build (see [pulling](pulling.md)).""",
        example="2000",
    ),
    Setting(
        name="CONVERSATION_IDENTITIES",
        default=[],
        check=checks.profiles,
        meaning="""
Further profiles and handles that are yours, so that what you say in your own threads is shown as yours and never
counted as received. A handle needs its host: `"@ada@social.example"`, not `"ada"`. The addresses of your site and the
accounts of your sources are known already.""",
        example='["https://social.example/@ada", "ada.example.org"]',
    ),
    Setting(
        name="CONVERSATION_SITEURLS",
        default=[],
        check=checks.addresses,
        meaning="""
Former addresses of the site: what people said about them belongs to the same posts (see [matching](matching.md)). Where
`SITEURL` is empty, as in many a `pelicanconf.py`, the first of these is taken for the present address.""",
        example='["http://ada-marlow.example/blog"]',
    ),
    Setting(
        name="CONVERSATION_PEOPLE",
        default=[],
        check=checks.people,
        meaning="""
People whom you know on several networks: a list of profiles and handles for each, so that their like here and there
counts once (see [one conversation](one-conversation.md)). Profiles that name each other (rel=me both ways), as Mastodon
checks it, are known without this.""",
        example='[["https://ada.example.org/", "@ada@social.example"]]',
    ),
    Setting(
        name="CONVERSATION_PRIVACY",
        default={},
        check=checks.privacy,
        meaning="""
How much is shown, by kind of act or by name of a source: `"full"` (words, name, picture and link), `"name"` (no words
and no picture) or `"count"` (only a number, and nothing of the person anywhere on the site). What is not named here
is shown in full, but `like`, `repost` and `bookmark` by name: their numbers unfold to names. A source goes before a
kind; where an act came by two ways, the more private one decides (see [one conversation](one-conversation.md)). Kinds
are `reply`, `mention`, `link`, `like`, `repost`, `quote`, `bookmark`, `answer`, `guest-post`, `follow`, `rsvp`,
`note`.""",
        example='{"like": "count", "mastodon": "name"}',
    ),
    Setting(
        name="CONVERSATION_PICTURES",
        default=True,
        check=checks.flag,
        meaning="""
Whether people are shown with their picture: it is fetched once, made small and kept as a part of your site (see
[faces](faces.md)). With `False` initials stand in its place, none is fetched, and those that were are deleted.""",
        example="False",
    ),
    Setting(
        name="CONVERSATION_MODERATION",
        default="content/moderation.toml",
        check=checks.file,
        meaning="""
The file in which `invoke hide` and `invoke show` keep what you decided (see [moderation](moderation.md)). It need not
exist.""",
        example='"moderation.toml"',
    ),
    Setting(
        name="CONVERSATION_GIVING",
        default="content/giving.csv",
        check=checks.file,
        meaning="The table of what you gave and no service can tell: `invoke give` adds to it. It need not exist.",
        example='"giving.csv"',
    ),
    Setting(
        name="CONVERSATION_MILESTONES",
        default="content/milestones.csv",
        check=checks.file,
        meaning="""
A table of days that you remember: `date,posts,followers,note`, for what was before any source looked (see
[giving and receiving](giving-receiving.md)). It need not exist.""",
        example='"milestones.csv"',
    ),
    Setting(
        name="CONVERSATION_BLOGROLL",
        default="",
        check=checks.blogroll,
        meaning="""
The blogs that you follow: an OPML file as feed readers export it, or its address. `invoke balance` looks there for new
posts by people you talk with (see [what can I give?](giving.md)); nothing of it is published.""",
        example='"blogroll.opml"',
    ),
    Setting(
        name="CONVERSATION_LEDGER_URL",
        default="giving-receiving/",
        check=checks.output_url,
        meaning="The address of the page of giving and receiving, relative to `SITEURL`.",
        example='"thanks.html"',
    ),
    Setting(
        name="CONVERSATION_LEDGER_SAVE_AS",
        default="giving-receiving/index.html",
        check=checks.output_file,
        meaning="Where that page is written in the output, `ledger.json` beside it. Empty: no such page.",
        example='"thanks.html"',
    ),
    Setting(
        name="CONVERSATION_PAGE_URL",
        default="conversations/",
        check=checks.output_url,
        meaning="The address of the page with the newest comments and mentions, relative to `SITEURL`.",
        example='"comments.html"',
    ),
    Setting(
        name="CONVERSATION_PAGE_SAVE_AS",
        default="conversations/index.html",
        check=checks.output_file,
        meaning="Where that page is written in the output. Empty: no such page.",
        example='"comments.html"',
    ),
    Setting(
        name="CONVERSATION_FEED_ATOM",
        default="feeds/conversation.atom.xml",
        check=checks.output_feed,
        optional=True,
        meaning="Where the feed of all comments and mentions is written in the output. `None` or empty: no such feed.",
        example='"comments.atom.xml"',
    ),
    Setting(
        name="CONVERSATION_POST_FEED_ATOM",
        default=None,
        check=checks.output_feeds,
        optional=True,
        meaning="""
Where each post's own feed of comments and mentions is written; `{slug}` is the post's slug. `None` or empty: no such
feeds (see [feeds](feeds.md)).""",
        example='"feeds/{slug}.conversation.atom.xml"',
    ),
    Setting(
        name="CONVERSATION_PER_PAGE",
        default=150,
        check=checks.per_page,
        meaning="""
How many replies a post's page lists at most, more or less; a third as many mentions, and two thirds as many names of
people who liked or passed on. The older ones of a longer conversation get pages of their own. `0` lists all on one.""",
        example="50",
    ),
    Setting(
        name="CONVERSATION_STRICT",
        default=False,
        check=checks.flag,
        meaning="With `True`, a source that cannot be read fails the build. Without, it is a warning.",
        example="True",
    ),
    Setting(
        name="CONVERSATION_HELP",
        default="",
        check=checks.text,
        meaning="""
"How can I help you?": what opens the page of giving and receiving, in Markdown; or the path of a page's source below
your content folder, whose text is used.""",
        example='"pages/help.md"',
    ),
    Setting(
        name="CONVERSATION_CONTACT",
        default={},
        check=checks.contact,
        meaning="How readers can reach you: labels and their addresses, `https:`, `http:` or `mailto:`.",
        example='{"E-mail": "mailto:ada@example.com", "Mastodon": "https://social.example/@ada"}',
    ),
    Setting(
        name="CONVERSATION_WEIGHTS",
        default={},
        check=checks.weights,
        meaning="""
What an act counts in a score, by its kind; then, and only then, the page of giving and receiving has one for each side,
below "How this is counted" and with this table beside it. Kinds that are not named count nothing.""",
        example='{"guest-post": 20, "answer": 8, "reply": 4, "link": 3, "repost": 2, "like": 1}',
    ),
    Setting(
        name="CONVERSATION_OG_IMAGE",
        default=False,
        check=checks.flag,
        meaning="""
With `True`, what you gave this year is also a picture of words, `year.png` beside the page of giving and receiving, for
networks that show one where somebody passes the page on (see [giving and receiving](giving-receiving.md)).""",
        example="True",
    ),
    Setting(
        name="CONVERSATION_UNCONCERNED",
        default=[],
        check=checks.plugins,
        meaning="""
Other plugins of yours of which you know that what they do has nothing to do with conversations: they neither read them
nor work on pages after they are written. And functions of yours in templates, extensions of Jinja and of Markdown, and
readers, of which you know that they depend on nothing but what they are given. `refresh` need not build because of them
(see [pulling](pulling.md#refresh)), which names them as they are to be named here.""",
        example='["render_math", "myplugin", "shortened"]',
    ),
    Setting(
        name="CONVERSATION_WEBMENTION",
        default="",
        check=checks.endpoint,
        meaning="""
The address that receives webmentions for your site, which pages announce. Where it is not given, the endpoint of your
first `webmention.io` source; without such a source, none.""",
        example='"https://webmention.io/example.com/webmention"',
    ),
)


def manual() -> str:
    """The settings as Markdown, for docs/settings.md; a test holds the file to it."""
    parts = []
    for setting in KNOWN:
        default = f'"{setting.default}"' if isinstance(setting.default, str) else repr(setting.default)
        parts += [
            f"## {setting.name}",
            f"Default: `{default}`",
            setting.meaning.strip(),
            f"```python\n{setting.name} = {setting.example}\n```",
        ]
    return "\n\n".join(parts) + "\n"
