"""The sample blog "Small Kindnesses": everything that `invoke build` needs to know.

Copy it, change the names, and it is yours. Pelican reads the names in CAPITALS and nothing else. Paths are relative to
this file. Whatever is only for the published site stands in publishconf.py.
"""

# --- Who writes, and where -------------------------------------------------------------------------------------------
AUTHOR = "Ada Marlow"
SITENAME = "Small Kindnesses"
SITESUBTITLE = "Notes on giving, receiving and rye"
# The address that readers will use, without a slash at its end. Conversations are matched by it, so it stands here even
# while you work at home; RELATIVE_URLS makes the links on the pages work from a folder all the same.
SITEURL = "https://kindnesses.example"
RELATIVE_URLS = True
TIMEZONE = "Europe/Berlin"
DEFAULT_LANG = "en"

# --- What is read ----------------------------------------------------------------------------------------------------
PATH = "content"
PAGE_PATHS = ["pages"]
STATIC_PATHS = ["images"]
# The archives and the words of moderation are the plugin's business; they are never copied into the site.
ARTICLE_EXCLUDES = ["archives"]
USE_FOLDER_AS_CATEGORY = False
DEFAULT_CATEGORY = "Essays"
DEFAULT_DATE_FORMAT = "%-d %B %Y"
# `extra` brings footnotes, tables and abbreviations; `smarty` typographic dashes and quotation marks.
MARKDOWN = {
    "extension_configs": {
        "markdown.extensions.extra": {},
        "markdown.extensions.footnotes": {"BACKLINK_TITLE": "Back to note %d in the text"},
        "markdown.extensions.codehilite": {"css_class": "highlight"},
        "markdown.extensions.meta": {},
        "markdown.extensions.smarty": {},
        "markdown.extensions.toc": {},
    },
    "output_format": "html5",
}

# --- What is written -------------------------------------------------------------------------------------------------
OUTPUT_PATH = "output"
THEME = "themes/commons"
DEFAULT_PAGINATION = 10
FEED_ALL_ATOM = "feeds/all.atom.xml"
CATEGORY_FEED_ATOM = None
TRANSLATION_FEED_ATOM = None
AUTHOR_FEED_ATOM = None
AUTHOR_FEED_RSS = None

# --- The plugin ------------------------------------------------------------------------------------------------------
PLUGIN_PATHS = ["plugins"]
# `incremental` makes only what changed since the last build; it works for any Pelican site.
PLUGINS = ["conversation", "incremental"]
CACHE_PATH = ".cache"

# Where answers come from, and where your own deeds can be read. These two are files, so that the sample blog builds on
# a train. A living blog asks the services themselves: the source "webmention.io" wants your `domain`, and its token as
# CONVERSATION_WEBMENTION_IO_TOKEN in a file called .env; the source "mastodon" wants your `account` and nothing else.
CONVERSATION_SOURCES = [
    {"source": "archive", "name": "webmentions", "path": "content/archives/mentions.jf2.json"},
    {"source": "archive", "name": "mastodon archive", "path": "content/archives/outbox.json"},
]
# Where the blog lived before: links to the old address still find their post.
CONVERSATION_SITEURLS = ["http://ada-marlow.example/blog"]
# Who you are elsewhere: what these accounts say is yours, so it counts as given and never as received.
CONVERSATION_IDENTITIES = ["@ada@social.example", "https://sky.example/profile/ada"]
# The page that says how you can help, shown first of all on "Giving & receiving", and how to reach you.
CONVERSATION_HELP = "pages/how-can-i-help-you.md"
CONVERSATION_CONTACT = {
    "by mail": "mailto:ada@kindnesses.example",
    "on Mastodon": "https://social.example/@ada",
}
