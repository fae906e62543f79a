"""How the requests of a build are shared out: one source with a thousand posts must not leave nothing for the others.

The client counts all requests and ends them at CONVERSATION_BUDGET. Before that, every source has a share of its own;
what some leave over is shared out again among those that want more, until nothing is left.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from typing import Any, cast

from ..errors import Exhausted
from ..http import Client, Response

__all__ = ["SMALLEST", "Shares"]

#: A share of fewer requests may not do for a single post with many answers, and would be spent in vain.
SMALLEST = 20


class Shares:
    """The shares of one pull; `budget` is the number of requests in all, 0 for no limit."""

    def __init__(self, client: Client, budget: int, names: Collection[str]) -> None:
        self._client, self._budget = client, budget
        self._lock = threading.Lock()
        self._left: dict[str, int] = {}
        self._share_out(names)

    def client(self, name: str) -> Client:
        """The client as the source `name` may use it: it raises Exhausted where its share is used up."""
        # To a service it is the client: all that services do is get and post.
        return cast("Client", _Share(self._client, self, name)) if self._budget else self._client

    @property
    def at_a_time(self) -> int:
        """About how many posts a source may ask at a time: as many as one host gets requests at a time.

        Where requests are counted it is one, so that they tell everything of a few posts and not something of many,
        which would be asked about from the beginning next time.
        """
        return 1 if self._budget else self._client.per_host

    def renew(self, names: Collection[str]) -> bool:
        """Shares out among these sources what nobody has used; False where nothing is left."""
        return bool(names) and self._share_out(names)

    def spend(self, name: str) -> None:
        """Takes note of a request by the source `name`. Raises Exhausted where it has none left."""
        with self._lock:
            left = self._left.get(name, 0)
            if left < 1:
                raise Exhausted(f"{name}: its share of the requests that CONVERSATION_BUDGET allows is used up")
            self._left[name] = left - 1

    def _share_out(self, names: Collection[str]) -> bool:
        with self._lock:
            left = max(self._budget - self._client.requests, 0) if self._budget else 0
            share = max(left // max(len(names), 1), SMALLEST) if left else 0
            self._left = dict.fromkeys(names, share)
            return left > 0


class _Share:
    """A client that asks first whether its source may."""

    def __init__(self, client: Client, shares: Shares, name: str) -> None:
        self._client, self._shares, self._name = client, shares, name

    def get(self, url: str, **options: Any) -> Response:  # noqa: ANN401 - as `Client.get`
        """As `Client.get`."""
        self._shares.spend(self._name)
        return self._client.get(url, **options)

    def post(self, url: str, **options: Any) -> Response:  # noqa: ANN401 - as `Client.post`
        """As `Client.post`."""
        self._shares.spend(self._name)
        return self._client.post(url, **options)
