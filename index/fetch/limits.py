"""What a fetch may cost and whom it may ask; every bound is a setting."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Upper bounds of one fetch, and of what one host is asked.

    `bytes` and `ratio` bound what is kept after decompression; `seconds` is for one request, from
    connecting to the last byte, and `hops` for the redirects after it. `private_hosts` may be
    asked though their addresses are not public. `pages` bounds how many pages one host is asked
    for in one run.
    """

    bytes: int = 20_000_000
    ratio: int = 200
    seconds: float = 30.0
    hops: int = 5
    pause_s: float = 1.0
    pages: int = 200
    private_hosts: frozenset[str] = frozenset()
    agent: str = ""
    heeds_robots: bool = True

    @classmethod
    def of(cls, settings: Settings) -> FetchLimits:
        """Take the limits from the settings."""
        hosts = (host.strip().lower() for host in settings.fetch_private.split(","))
        return cls(
            bytes=settings.fetch_bytes,
            ratio=settings.fetch_ratio,
            seconds=settings.fetch_seconds,
            hops=settings.fetch_hops,
            pause_s=settings.fetch_pause_s,
            pages=settings.fetch_pages,
            private_hosts=frozenset(host for host in hosts if host),
            agent=settings.fetch_agent,
            heeds_robots=settings.fetch_robots,
        )

    @property
    def user_agent(self) -> str:
        """How Dateline names itself to servers, and what robots.txt may call it by."""
        return self.agent or f"Dateline/{_version()} (personal news archive)"


def _version() -> str:
    try:
        return version("dateline")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0"
