"""The paragraphs of a news item, out of whichever of its fields hold them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from index.readers.fragment import body_paragraphs, has_markup
from index.readers.item import Item, folded, objects_in

if TYPE_CHECKING:
    from collections.abc import Sequence

# Best first: what marks paragraphs before plain text.
BODIES = (
    "bodynitf nitf bodyxhtml bodyhtml5 bodyrichhtml5 bodyhtml bodyrichtext contentencoded "
    "contenthtml htmlbody bodies body articlebody storyhtml storytext fulltext maintext bodytext "
    "bodymain bodyplain bodycontent content contenttext articletext text paragraphs news"
).split()
"""The fields a body may be in, as `folded` spells them."""
SUMMARIES = (
    "description descriptions summary descriptiontext descriptionhtml descriptionsummary abstract "
    "trailtext"
).split()
_INSIDE = "value nitf xhtml html rendered content text plain".split()
_MUCH_SHORTER = 0.5  # of the longest body: a body shorter than this is a teaser


def body_of(item: Item) -> list[str]:
    """Return the paragraphs of the item's best body, [] where it has none.

    The first field that parts paragraphs is best, unless it is far shorter than another.

    Raises:
        SourceRejected: its markup is nested too deep.
    """
    return _best([body for key in BODIES for body in _bodies(item.get(key), key)])


def summary_of(item: Item) -> list[str]:
    """Return the paragraphs of the item's summary, [] where it has none."""
    return _best([body for key in SUMMARIES for body in _bodies(item.get(key), key)])


def _best(bodies: list[list[str]]) -> list[str]:
    if not bodies:
        return []
    longest = max(bodies, key=_n_chars)
    parted = next((body for body in bodies if len(body) > 1), bodies[0])
    return parted if _n_chars(parted) >= _MUCH_SHORTER * _n_chars(longest) else longest


def _bodies(value: object, key: str) -> Iterator[list[str]]:
    """Yield the non-empty bodies a field holds."""
    if isinstance(value, str):
        if paragraphs := body_paragraphs(value):
            yield paragraphs
    elif isinstance(value, Mapping):
        inner = folded(value)
        for name in _INSIDE:
            yield from _bodies(inner.get(name), name)
    elif isinstance(value, list) and key in ("bodies", "descriptions"):  # one body in many forms
        for form in sorted(objects_in(value), key=_is_plain):
            yield from _bodies(form, "")
    elif isinstance(value, list):  # one body in many blocks
        blocks = [next(_bodies(block, ""), []) for block in value]
        if paragraphs := [paragraph for block in blocks for paragraph in block]:
            yield paragraphs


def _is_plain(form: Item) -> bool:
    stated = f"{form.get('contenttype')} {form.get('role')} {form.get('type')}".lower()
    is_marked = any(word in stated for word in ("nitf", "html", "rich"))
    return not is_marked and not has_markup(str(form.get("value") or ""))


def _n_chars(paragraphs: Sequence[str]) -> int:
    return sum(map(len, paragraphs))
