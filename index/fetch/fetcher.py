"""Fetches addresses one after the other, as a well-behaved guest.

Every hop of a redirect is checked anew; robots.txt is asked for once a host and heeded; two
requests of one host lie a pause apart; one host is asked for so many pages in a run and no more.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from index.fetch.address import REFUSED, UNREACHABLE, locate, resolve
from index.fetch.connection import Deadline, requested
from index.fetch.content import ACCEPTED, read_body
from index.readers.dates import find_date
from rag.errors import SourceRejected

if TYPE_CHECKING:
    import http.client
    from collections.abc import Callable, Mapping

    from protego import Protego

    from index.fetch.address import Resolve, Target
    from index.fetch.limits import FetchLimits

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_ALL_FORBIDDEN = "User-agent: *\nDisallow: /"
_LONGEST_CRAWL_DELAY_S = 30.0
_LARGEST_ROBOTS_CHARS = 512_000  # RFC 9309 asks for at least 500 KiB


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: `url` is where the last redirect led; `content` is empty for 304, not modified."""

    url: str
    status: int
    content: bytes
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None

    @property
    def is_unchanged(self) -> bool:
        """True where the server says that nothing changed since the stated etag or date."""
        return self.status == 304


class BadStatus(SourceRejected):
    """The server answers, but not with what was asked for.

    `wait_s` is how long it asks to be left alone, None where it does not say.
    """

    def __init__(self, status: int, phrase: str, wait_s: float | None) -> None:
        super().__init__(f"the server answers {status} {phrase}".rstrip(), UNREACHABLE)
        self.status = status
        self.wait_s = wait_s


@dataclass(slots=True)
class Fetcher:
    """Fetches addresses within limits; keeps what it knows of hosts for one run."""

    limits: FetchLimits
    resolve: Resolve = resolve
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    _asked_at: dict[str, float] = field(default_factory=dict)
    _n_pages: dict[str, int] = field(default_factory=dict)
    _robots: dict[str, Protego | None] = field(default_factory=dict)

    def get(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None
    ) -> Fetched:
        """Return what stands at an address; with `etag` or `last_modified` only if it changed.

        Raises:
            SourceRejected: the address or its answer is refused, or it cannot be reached.
            BadStatus: the server's answer is an error, 'busy' (429, 503) among them.
        """
        headers = {
            "User-Agent": self.limits.user_agent,
            "Accept": "text/html, application/xhtml+xml, application/rss+xml, "
            "application/atom+xml, application/xml;q=0.9, application/json;q=0.9, */*;q=0.5",
            "Accept-Encoding": ACCEPTED,
            "Connection": "close",
        }
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        return self._follow(url, headers)

    def _follow(
        self, url: str, headers: Mapping[str, str], *, is_robots_txt: bool = False
    ) -> Fetched:
        for _ in range(self.limits.hops + 1):
            target = locate(url, self.limits.private_hosts, self.resolve)
            if not is_robots_txt:
                self._require_allowed(url, target)
                self._count(target)
            self._pause(target)
            deadline = Deadline(self.limits.seconds, self.clock)
            with requested(target, headers, deadline) as response:
                location = response.getheader("Location")
                if response.status in _REDIRECTS and location:
                    url = urljoin(url, location)
                    continue
                return self._answer(url, response)
        raise SourceRejected(f"more than {self.limits.hops} redirects", REFUSED)

    def _answer(self, url: str, response: http.client.HTTPResponse) -> Fetched:
        status = response.status
        if status != 304 and not 200 <= status < 300:
            raise BadStatus(status, response.reason, self._wait_s(response))
        return Fetched(
            url=url,
            status=status,
            content=b"" if status == 304 else read_body(response, self.limits),
            content_type=response.getheader("Content-Type") or "",
            etag=response.getheader("ETag"),
            last_modified=response.getheader("Last-Modified"),
        )

    def _wait_s(self, response: http.client.HTTPResponse) -> float | None:
        """Return what Retry-After asks for, in seconds; it may be a number or a date."""
        stated = (response.getheader("Retry-After") or "").strip()
        if stated.isdecimal():
            return min(float(stated[:9]), 86_400.0)
        moment = find_date(stated) if stated else None
        return max(0.0, min(moment.timestamp() - self.now(), 86_400.0)) if moment else None

    def _count(self, target: Target) -> None:
        n_pages = self._n_pages[target.authority] = self._n_pages.get(target.authority, 0) + 1
        if n_pages > self.limits.pages:
            reason = f"more than {self.limits.pages:,} pages of {target.authority} in one run"
            raise SourceRejected(reason, REFUSED)

    def _pause(self, target: Target) -> None:
        """Wait until the host may be asked again."""
        robots = self._robots.get(_origin(target))
        delay = robots.crawl_delay(self.limits.user_agent) if robots else None
        pause_s = max(self.limits.pause_s, min(float(delay or 0), _LONGEST_CRAWL_DELAY_S))
        wait_s = max(0.0, self._asked_at.get(target.authority, -1e9) + pause_s - self.clock())
        if wait_s:
            self.sleep(wait_s)
        self._asked_at[target.authority] = self.clock()

    def _require_allowed(self, url: str, target: Target) -> None:
        if not self.limits.heeds_robots:
            return
        origin = _origin(target)
        if origin not in self._robots:
            self._robots[origin] = self._ask_robots(origin)
        robots = self._robots[origin]
        if robots is not None and not robots.can_fetch(url, self.limits.user_agent):
            raise SourceRejected(f"{target.authority}/robots.txt forbids {target.path}", REFUSED)

    def _ask_robots(self, origin: str) -> Protego | None:
        """Return a host's rules, None where it has none; one that fails allows nothing.

        Source: RFC 9309, section 2.3.1.
        """
        from protego import Protego

        headers = {"User-Agent": self.limits.user_agent, "Accept-Encoding": ACCEPTED}
        try:
            answer = self._follow(f"{origin}/robots.txt", headers, is_robots_txt=True)
        except BadStatus as error:
            is_missing = 400 <= error.status < 500 and error.status != 429
            return None if is_missing else Protego.parse(_ALL_FORBIDDEN)
        except SourceRejected as error:
            if error.kind == REFUSED:
                raise
            return Protego.parse(_ALL_FORBIDDEN)
        return Protego.parse(answer.content.decode("utf-8", "replace")[:_LARGEST_ROBOTS_CHARS])


def _origin(target: Target) -> str:
    return f"{target.scheme}://{target.authority}"
