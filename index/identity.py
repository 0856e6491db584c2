"""By what a document is known: its id, else its canonical URL, else its content."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

if TYPE_CHECKING:
    from rag.types import Article

_DEFAULT_PORTS = {"http": 80, "https": 443}
_TRACKING = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid", "cmpid", "ns_campaign")


def identity_of(article: Article) -> str:
    """Return the id an article is stored under: the one it states, or one made for it.

    One made from the content belongs to that content: where such an article changes, it is
    another article.
    """
    if article.id.strip():
        return article.id
    if article.url and (canonical := canonical_url(article.url)):
        return canonical
    return f"sha256:{article.content_hash[:32]}"


def canonical_url(url: str) -> str | None:
    """Return the one way of writing an address, None where it is not one of the web.

    Scheme and host are lower-cased, the scheme is https, and the default port, the fragment,
    what only tracks the reader and a slash at the end are dropped; the query is sorted.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if scheme not in _DEFAULT_PORTS or not host:
        return None
    host = f"[{host}]" if ":" in host else host
    place = host if port in (None, _DEFAULT_PORTS[scheme]) else f"{host}:{port}"
    query = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not name.lower().startswith(_TRACKING)
    )
    return urlunsplit(("https", place, parts.path.rstrip("/"), urlencode(query), ""))
