"""What a caller gets: the answer, whole and within bounds."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from email.message import Message
from urllib.parse import urljoin

from msgspec import Struct

from ..addresses import is_web
from ..errors import Malformed
from .wording import shown

__all__ = ["Response"]

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class Response(Struct, frozen=True):
    """An answer that was read to its end.

    `url` is the address that answered after redirects, `status` 200 or another 2xx (304 only where the caller sent a
    validator of its own), `headers` is without letter case, `body` is decoded. `where` is `url` as it may be printed.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    where: str = ""

    def __repr__(self) -> str:
        return f"Response({self.status}, where={self.where!r})"

    @property
    def text(self) -> str:
        """The body as text, by the charset of Content-Type or else UTF-8; what cannot be decoded is replaced."""
        declared = Message()
        declared["Content-Type"] = self.headers.get("Content-Type", "")
        charset = declared.get_param("charset", "utf-8")
        try:
            return self.body.decode(str(charset), "replace")
        except (LookupError, ValueError):
            return self.body.decode("utf-8", "replace")

    @property
    def links(self) -> Mapping[str, str]:
        """Relation to absolute address, from the Link header (RFC 8288); the first link of a relation counts."""
        from requests.utils import parse_header_links  # noqa: PLC0415 - loaded by the request, not by the build

        links: dict[str, str] = {}
        for link in parse_header_links(self.headers.get("Link", "")):
            try:
                target = urljoin(self.url, link.get("url", ""))
            except ValueError:
                continue
            if is_web(target):
                for relation in link.get("rel", "").lower().split():
                    links.setdefault(relation, target)
        return links

    def json(self) -> object:
        """The body as JSON (RFC 8259). Half characters (lone surrogates), which no store can keep, become ``?``.

        Raises:
            Malformed: It is not JSON: another format, NaN or a number beyond all bounds, nested too deeply.
        """
        try:
            value: object = json.loads(self.body, parse_constant=_no_constant, parse_float=_finite)
            if _SURROGATE.search(self.body):
                value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
        except ValueError as error:
            problem = str(error) if isinstance(error, json.JSONDecodeError) else "it holds what JSON cannot"
        except RecursionError:
            problem = "it is nested too deeply"
        else:
            return value
        raise Malformed(f"{self.where or shown(self.url)}: the answer is not JSON ({problem})")


def _no_constant(name: str) -> object:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(digits)
    return number
