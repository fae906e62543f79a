"""The one polite client: everything that comes over the network comes through here.

It says who asks, asks each host slowly, keeps to a total deadline and a size limit whatever the server does, remembers
what has not changed, and never shows a token.

* clock       what time it is, and how long is left
* wording     addresses and failures in words, secrets left out
* response    what a caller gets
* guard       which network addresses may be dialled
* connection  sockets whose timeout is a total, and the adapter that puts them under `requests`
* body        bodies, bounded in size as they are decoded
* manners     whose turn it is at a host
* budget      how many requests a build may make in all
* cache       what was fetched before (by CacheControl)
* quiet       keeps the libraries' log lines, which show addresses in full, out of the log
* calls       a request to be made, its answer or failure, as values
* reasons     why a request failed, in words
* attempt     one request, sent
* wire        one answer to one call, by way of the cache
* client      redirects, retries, and the verbs; loads what sends with the first request
"""

from __future__ import annotations

from .client import Client
from .response import Response

__all__ = ["Client", "Response"]
