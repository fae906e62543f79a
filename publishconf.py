"""What `invoke publish` changes: everything of pelicanconf.py, and what only the public site needs.

Try it without a server: leave PUBLISH_TARGET empty, and the site is built but goes nowhere.
"""

import sys
from pathlib import Path

# Pelican runs this file from wherever you are; its sister stands beside it.
sys.path.insert(0, str(Path(__file__).resolve().parent))

from pelicanconf import *  # noqa: F403

# Feeds and shared pages need whole addresses.
RELATIVE_URLS = False

FEED_ALL_ATOM = "feeds/all.atom.xml"
CATEGORY_FEED_ATOM = "feeds/{slug}.atom.xml"
TRANSLATION_FEED_ATOM = "feeds/all-{lang}.atom.xml"

# `invoke publish` empties the folder itself; rsync compares contents, so that only what changed travels.
DELETE_OUTPUT_DIRECTORY = False

# Where rsync copies `output/` to, for example "ada@kindnesses.example:/var/www/blog/". Empty: nowhere.
PUBLISH_TARGET = ""
# How ssh is called on the way, for example "-p 2222 -i ~/.ssh/blog". Empty: as you have set it up.
PUBLISH_SSH = ""
