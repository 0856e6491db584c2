"""Whether markup is of a size and depth that parsers can take.

libxml2 stops at 256 levels, other parsers have been quadratic in depth: a page built to be slow is
refused before any parser sees it.
"""

from __future__ import annotations

import re

from rag.errors import SourceRejected

DEEPEST = 250
LARGEST_CHARS = 10_000_000
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_SCRIPT = re.compile(r"<(script|style|template)\b[^>]*>.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9.:-]*)[^>]{0,4000}?(/?)>")
_NEVER_NESTED = re.compile(  # void elements, and those whose end tag may be left out
    r"area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|p|li|dt|dd|td|th|tr|"
    r"thead|tbody|tfoot|colgroup|option|optgroup|rb|rt|rp|html|head|body",
    re.IGNORECASE,
)


def check_depth(markup: str) -> None:
    """Refuse markup nested deeper than a parser can take.

    Raises:
        SourceRejected: the markup is too deep.
    """
    depth = 0
    for closing, name, empty in _TAG.findall(_SCRIPT.sub("", _COMMENT.sub("", markup))):
        if empty or _NEVER_NESTED.fullmatch(name):
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        if depth > DEEPEST:
            raise SourceRejected(f"elements nested deeper than {DEEPEST}", "unsafe")


def check_size(markup: str) -> None:
    """Refuse a page that is larger than any article.

    Raises:
        SourceRejected: the page is too large.
    """
    if len(markup) > LARGEST_CHARS:
        raise SourceRejected(
            f"page of {len(markup):,} characters; at most {LARGEST_CHARS:,}", "too large"
        )
