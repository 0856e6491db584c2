"""Whose page an address is, and under which id a page is kept."""

from __future__ import annotations

from urllib.parse import urlsplit

from index.identity import canonical_url

_EDITIONS = ("www.", "m.", "amp.", "mobile.")


def page_id(url: str) -> str:
    """Return the id of the page at an address: one for all ways of writing the address."""
    return canonical_url(url) or url


def site_of(url: str) -> str:
    """Return an address's host without what only names another edition of the same site."""
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
    for prefix in _EDITIONS:
        if host.startswith(prefix) and host.count(".") > 1:
            host = host.removeprefix(prefix)
    return host
