"""One spelling of a page's address, so that one page is one article however it was found."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

# What marketing adds to an address to see where a reader came from; none of it names a page.
_TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|dclid|msclkid|yclid|mc_[ce]id|igshid|ocid|cmpid|cmp|ns_\w+|"
    r"at_(?:medium|campaign|link\w*|format|ptr\w*|bbc\w*)|traffic_source|smid|partner|ref_src|"
    r"taid|guccounter|guce_\w+)",
    re.IGNORECASE,
)
_EDITIONS = ("www.", "m.", "amp.", "mobile.")


def plain_address(url: str) -> str:
    """Return an address without fragment, tracking and default port, its host in lower case."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    is_usual = port is None or (parts.scheme, port) in (("http", 80), ("https", 443))
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True)]
    kept = [(k, v) for k, v in query if not _TRACKING.fullmatch(k)]
    text = parts.query if len(kept) == len(query) else urlencode(kept)
    netloc = host if is_usual else f"{host}:{port}"
    return urlunsplit((parts.scheme, netloc, parts.path or "/", text, ""))


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
