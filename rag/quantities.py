"""Read the quantities in a text, so that two reports of one figure can be compared."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.words import NUMBER_WORDS

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SMALL = {word: n for n, word in enumerate(_UNITS)} | {
    word: 10 * n for n, word in enumerate(_TENS, 2)
}
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
    "m": 1e6, "bn": 1e9, "tn": 1e12, "dozen": 12.0,
}  # fmt: skip
_WORDS = "|".join(sorted(NUMBER_WORDS - {"half", "third", "quarter"}, key=len, reverse=True))
_QUANTITY = re.compile(
    rf"(?P<sign>[$€£¥])?\s?(?P<number>\d+(?:,\d{{3}})*(?:\.\d+)?|\b(?:{_WORDS})\b"
    rf"(?:[- ](?:{_WORDS})\b)*)"
    r"(?:\s?(?P<scale>hundred|thousand|million|billion|trillion|dozen|bn|tn|m)\b)?"
    r"(?:\s?(?P<unit>%|[a-z]+))?",
    re.IGNORECASE,
)
_PERCENT = {"%": "percent", "pct": "percent", "per": "percent"}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what it counts: `unit` is the next word in lower case, a sign, or empty."""

    value: float
    unit: str

    def differs(self, other: Quantity) -> bool:
        """Say whether the two are other values of what may be the same thing."""
        alike = self.unit == other.unit or not self.unit or not other.unit
        return alike and self.value != other.value


def quantities(text: str) -> tuple[Quantity, ...]:
    """Return the quantities of `text` in order; '1.2 million crowns' is (1200000, 'crowns')."""
    found = []
    for match in _QUANTITY.finditer(text):
        value = _value(match["number"].lower())
        if value is None:
            continue
        scale = _SCALES[match["scale"].lower()] if match["scale"] else 1.0
        unit = (match["sign"] or match["unit"] or "").lower()
        found.append(Quantity(value * scale, _PERCENT.get(unit, unit)))
    return tuple(found)


def _value(number: str) -> float | None:
    if number[0].isdigit():
        return float(number.replace(",", ""))
    total = 0.0
    for word in re.split(r"[- ]", number):
        if word in _SMALL:
            total += _SMALL[word]
        elif word in _SCALES:
            total = (total or 1.0) * _SCALES[word]
        else:
            return None
    return total
