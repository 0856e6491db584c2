"""The capitalised names in a text, found by rule."""

from __future__ import annotations

import re

NAME = re.compile(
    r"\b(?:[A-Z][\w’'.-]*[\w]|[A-Z])(?:\s+(?:(?:of|the|and|de|del|der|van|von|al|bin|for)\s+)?"
    r"(?:[A-Z][\w’'-]*))*"
)
NOT_NAMES = frozenset(
    "a an and are as at but by can could did do does for from had has have he her his how if in "
    "is it its may might must my no not of on or our she should so some than that the their "
    "then there these they this those to was we were what when where which who whom whose why "
    "will with would you your yes according".split()
)


def names(text: str) -> tuple[str, ...]:
    """Return the capitalised names in `text` in order, each once; question words are none."""
    found: dict[str, None] = {}
    for match in NAME.finditer(text):
        words = match.group().split()
        before = text[: match.start()].rstrip("\"“‘' ")
        begins = not before or before[-1] in ".?!"
        while begins and words and words[0].lower().strip("’'") in NOT_NAMES:
            words = words[1:]
        name = re.sub(r"[’']s?$", "", " ".join(words))
        if len(name) > 1 or name.isdigit():
            found.setdefault(name)
    return tuple(found)
