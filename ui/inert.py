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
        *("article", "section", "header", "footer", "nav", "figure", "figcaption", "div", "p"),
        *("h1", "h2", "h3", "h4", "ol", "ul", "li", "a", "span", "strong", "q", "mark", "time"),
        *("button", "details", "summary", "svg", "g", "path", "line", "circle", "text"),
    )
)
_ATTRIBUTES: Final = {
    "*": {"class", "tabindex", "role", "aria-label", "aria-current", "aria-hidden"},
    "article": {"data-exchange", "data-asked"},
    "div": {"data-conversation"},
    "a": {"href", "target"},
    "time": {"datetime"},
    "button": {"type", "value", "title", "aria-pressed", "aria-expanded", "aria-controls"},
    "details": {"open"},
    "svg": {"viewBox"},
    "path": {"d"},
    "line": {"x1", "y1", "x2", "y2"},
    "circle": {"cx", "cy", "r"},
    "text": {"x", "y", "text-anchor"},
}
# the form alone holds fields: no field can come out of an article, an answer or a title
_FORM_TAGS: Final = _TAGS | {"form", "fieldset", "legend", "label", "input", "textarea"}
_FORM_ATTRIBUTES: Final = _ATTRIBUTES | {
    "*": {*_ATTRIBUTES["*"], "id", "hidden"},
    "label": {"for"},
    "input": {"type", "name", "value", "min", "max"},
    "textarea": {"name", "rows", "maxlength", "placeholder", "aria-describedby"},
}
# C0 and C1 controls have no glyph; directional overrides can make a quote read backwards.
_INVISIBLE: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def visible(text: str) -> str:
    """Drop what has no glyph or turns the reading direction."""
    return _INVISIBLE.sub("", text)


def exact(text: str) -> str:
    """Escape text, dropping only what has no glyph; white space stays."""
    return escape(visible(text))


def inert(text: str) -> str:
    """Escape text as one line: runs of white space become one space."""
    return " ".join(exact(text).split())


def allow(page: str) -> str:
    """Keep only the elements and attributes this page uses; links only to http(s) or inside."""
    return _clean(page, _TAGS, _ATTRIBUTES)


def allow_form(page: str) -> str:
    """Keep what `allow` keeps, and the fields of the form a question is written in."""
    return _clean(page, _FORM_TAGS, _FORM_ATTRIBUTES)


def _clean(page: str, tags: frozenset[str], attributes: dict[str, set[str]]) -> str:
    return nh3.clean(
        page,
        tags=set(tags),
        attributes={tag: set(names) for tag, names in attributes.items()},
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer nofollow",
    )
