"""Whether markup is of a size and shape that parsers can take.

libxml2 stops at 256 levels and is quadratic in the attributes of one tag, trafilatura takes half
a second per ten thousand elements: a page built to be slow is refused before any parser sees it.
Every pass here is linear in the markup, whatever is in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.errors import SourceRejected

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST = 250
LARGEST_CHARS = 10_000_000
LARGEST_PAGE_CHARS = 4_000_000  # of a page without its scripts and pictures
MOST_ATTRIBUTES = 500
MOST_PAGE_ELEMENTS = 25_000
_START = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9.:-]*)")
_VALUE = re.compile(r"=\s*(?:\"[^\"]*\"|'[^']*')")
_NEVER_NESTED = frozenset(  # void elements, and those whose end tag may be left out
    "area base br col embed hr img input link meta param source track wbr p li dt dd td th tr "
    "thead tbody tfoot colgroup option optgroup rb rt rp html head body".split()
)
_SCRIPT_START = re.compile(r"<!--|<(script|style|template)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Script:
    """A script, style, template or comment (whose name is '') found in a page."""

    start: int
    end: int
    name: str
    attributes: str
    content: str


def scripts_in(markup: str) -> Iterator[Script]:
    """Yield the scripts, styles, templates and comments of a page, in order.

    One that is not closed reaches to the end, as a browser reads it.
    """
    position = 0
    while found := _SCRIPT_START.search(markup, position):
        name = (found[1] or "").lower()
        opened = found.end() if not name else _after(markup, ">", found.end())
        closing = re.compile(rf"</{name}\s*>", re.IGNORECASE) if name else re.compile("-->")
        closed = closing.search(markup, opened)
        start, end = (closed.start(), closed.end()) if closed else (len(markup), len(markup))
        yield Script(found.start(), end, name, markup[found.end() : opened], markup[opened:start])
        position = end


def without_scripts(markup: str) -> str:
    """Return a page without its scripts, styles, templates and comments."""
    kept: list[str] = []
    position = 0
    for script in scripts_in(markup):
        kept.append(markup[position : script.start])
        position = script.end
    return "".join([*kept, markup[position:]])


def check_shape(
    markup: str, *, most_chars: int = LARGEST_CHARS, most_elements: int | None = None
) -> None:
    """Refuse markup that would make a parser slow.

    Raises:
        SourceRejected: it is too large or too deep, or has too many attributes or elements.
    """
    if len(markup) > most_chars:
        raise SourceRejected(
            f"page of {len(markup):,} characters; at most {most_chars:,}", "too large"
        )
    depth = n_elements = 0
    tag_end = -1
    for tag in _START.finditer(markup):
        is_inside_another = tag_end >= tag.end()
        if not is_inside_another:
            tag_end = _after(markup, ">", tag.end()) - 1
            _check_attributes(markup[tag.end() : tag_end])
        name = tag[2].lower()
        n_elements += not tag[1]
        if name in _NEVER_NESTED or markup[tag_end - 1] == "/":
            continue
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > DEEPEST:
            raise SourceRejected(f"elements nested deeper than {DEEPEST}", "unsafe")
    if most_elements and n_elements > most_elements:
        raise SourceRejected(f"{n_elements:,} elements; at most {most_elements:,}", "too large")


def _check_attributes(inside: str) -> None:
    if (
        len(inside) > MOST_ATTRIBUTES
        and len(_VALUE.sub("= ", inside).split()) > 2 * MOST_ATTRIBUTES
    ):
        raise SourceRejected(f"a tag with more than {MOST_ATTRIBUTES} attributes", "unsafe")


def _after(markup: str, mark: str, position: int) -> int:
    """Return where the next `mark` from `position` ends, the end of the markup where none is."""
    found = markup.find(mark, position)
    return found + len(mark) if found >= 0 else len(markup)
