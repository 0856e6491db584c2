"""Fetch pages and feeds over HTTP without trusting the address, the server or its answer."""

from index.fetch.fetcher import Fetched, Fetcher
from index.fetch.limits import FetchLimits

__all__ = ["FetchLimits", "Fetched", "Fetcher"]
