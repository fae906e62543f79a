"""The names of the rows that targets speak of."""

PLAIN = "Pelican"
SILENT = "Pelican + conversation, nobody said anything"
ALONE = "Pelican + conversation"
AGAIN = f"{ALONE}, nothing new since the last build"
QUICK = "Pelican + quickest honest plugin"
QUICK_ONE_CORE = f"{QUICK}, 1 core"
TAKING = "import of all interactions into an empty store"
HUGO, ELEVENTY, JEKYLL = "Hugo", "Eleventy", "Jekyll"

COLD = "incremental: cold"
ONE_CORE = "incremental: cold, 1 core"
NOTHING = "incremental: nothing changed"
DREW = "incremental: 20 posts drew something new"
EDITED = "incremental: one body edited"
ADDED = "incremental: one post added"
#: The rows of a site that is built incrementally.
INCREMENTAL = (ONE_CORE, COLD, NOTHING, DREW, EDITED, ADDED)
REFRESH = "refresh: 20 posts drew something new"
IDLE = "refresh: nothing new"
LOADING = "refresh: only starting and importing"
#: The rows of the task that brings a built site up to date.
REFRESHING = (IDLE, REFRESH, LOADING)
WITH_ARCHIVES = ", with years and months"
#: Before the names of rows of a site whose author talks a lot elsewhere, and what happens to it.
TALKATIVE = "20 acts given a post, "
TALKED = "somebody with a verified link liked a post, and I replied elsewhere"
TALKED_BUILD, TALKED_REFRESH = f"{TALKATIVE}incremental: {TALKED}", f"{TALKATIVE}refresh: {TALKED}"
#: Before the name of a row with the theme of the sample blog.
COMMONS = "commons, "

PYTHON = "python, doing nothing"
IMPORT = "import pelican"
INERT = "… and the plugin, inert"
AT_WORK = "… and the plugin at work"
CLIENT = "requests by the client, 32 threads"
FULL_PULL = "full pull"
LATER_PULL = "an hour later, nothing new"
