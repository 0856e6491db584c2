"""Making outside text harmless: two locks, each enough by itself.

Everything on the page is HTML that the server writes (`gr.HTML`, which sanitises nothing; no
Markdown is rendered anywhere). So text is escaped where it enters, with `inert` or `exact`, and
each finished piece passes an allowlist of what this page uses, with `allow`.
"""

from __future__ import annotations

import re
from html import escape
from typing import Final

import nh3

_TAGS: Final = frozenset(
    (
        *("article", "section", "header", "div", "p", "h1", "h2", "ol", "li"),
        *("a", "span", "strong", "q", "mark", "time", "button"),
    )
)
_ATTRIBUTES: Final = {
    "*": {"class", "tabindex", "aria-label"},
    "div": {"role", "aria-live"},
    "a": {"href", "target", "title"},
    "time": {"datetime"},
    "button": {"type"},
}
# C0 and C1 controls have no glyph; directional overrides can make a quote read backwards.
_INVISIBLE: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def exact(text: str) -> str:
    """Escape text, dropping only what has no glyph; white space stays."""
    return escape(_INVISIBLE.sub("", text))


def inert(text: str) -> str:
    """Escape text as one line: runs of white space become one space."""
    return " ".join(exact(text).split())


def allow(page: str) -> str:
    """Keep only the elements and attributes this page uses; links only to http(s) or inside."""
    return nh3.clean(
        page,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer nofollow",
    )
