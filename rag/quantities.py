"""Read the quantities in a text, so that two reports of one figure can be compared."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.types import Span
from rag.words import MONTH

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SMALL = {word: n for n, word in enumerate(_UNITS)} | {
    word: 10 * n for n, word in enumerate(_TENS, 2)
}
_SCALES = {
    "dozen": 12.0, "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9,
    "trillion": 1e12, "m": 1e6, "bn": 1e9, "tn": 1e12,
}  # fmt: skip
_LONG_SCALE = r"(?:dozen|hundred|thousand|million|billion|trillion)"
_SMALL_WORD = rf"(?:{'|'.join(sorted(_SMALL, key=len, reverse=True))})"
_WORDS = (
    rf"\b{_SMALL_WORD}(?:[- ]{_SMALL_WORD})?\b"
    rf"(?:[ -]{_LONG_SCALE}\b(?:(?: and)? {_SMALL_WORD}(?:[- ]{_SMALL_WORD})?\b)?)*"
    rf"|\b(?:half )?an? {_LONG_SCALE}\b(?: and a half)?"
)
_QUANTITY = re.compile(
    rf"(?P<sign>(?:[A-Z]{{1,2}})?[$€£¥])?\s?"
    rf"(?:(?P<digits>\d+(?:,\d{{3}})*(?:\.\d+)?)(?:[ -]?(?P<scale>{_LONG_SCALE}|bn|tn|m)\b)?"
    rf"|(?P<words>{_WORDS}))"
    r"(?:[\s-]?(?P<unit>%|[a-z]+))?",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"^(?:%|pct|percent|per cent)", re.IGNORECASE)
_RATE = re.compile(r"^\W*(?:per|an?|each|every)\s+(year|month|week|day|hour|person|share|head)\b")
_NO_UNIT = frozenset(
    "to and or of in at per on for a an the by from as that who which were was is are have had "
    "has than but with more less fewer others other people".split()
)
_ROUGH = re.compile(
    r"(?:more|less|fewer|better|higher|lower) than|at least|at most|up to|as many as|nearly|"
    r"almost|about|around|some|roughly|approximately|over|under|close to|an estimated|"
    r"between|dozens of|hundreds of|thousands of",
    re.IGNORECASE,
)
_ROUGH_BEFORE = re.compile(rf"(?:\b(?:{_ROUGH.pattern})\s*|\d\s?(?:to|-|–)\s?)$", re.IGNORECASE)
_RANGE_AFTER = re.compile(r"^\s*(?:to|-|–)\s*\d")
_CLOCK_AFTER = re.compile(r"^(?::\d\d|\s?[ap]\.?m\b|-year-old|th\b|st\b|nd\b|rd\b)", re.IGNORECASE)
_MONTH_BEFORE = re.compile(rf"\b{MONTH}\.? ?$")
_MONTH_AFTER = re.compile(rf"^ (?:of )?{MONTH}\b")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_NO_ONE = re.compile(r"\bno one$", re.IGNORECASE)
NEARLY = 0.15  # rough figures within this share of each other do not contradict


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what it counts and where it stands.

    `unit` is a currency sign, 'percent' or the next word in lower case, with '/month' and the like
    where it is a rate; empty where the text does not say. `rough` figures are bounds, estimates
    and ends of ranges. `span` is in the text read.
    """

    value: float
    unit: str
    rough: bool
    span: Span

    def differs(self, other: Quantity) -> bool:
        """Say whether the two are contradicting values of one unit."""
        if self.unit != other.unit:
            return False
        if self.rough or other.rough:
            return abs(self.value - other.value) > NEARLY * max(self.value, other.value)
        return self.value != other.value


def quantities(text: str) -> tuple[Quantity, ...]:
    """Return the quantities of `text` in order; '1.2 million crowns' is (1200000, 'crowns').

    Times of day, days of a month, years, ages in '-year-old' and ordinals are no quantities.
    """
    found = []
    for match in _QUANTITY.finditer(text):
        end = match.end("scale") if match["scale"] else max(match.end("digits"), match.end("words"))
        if _CLOCK_AFTER.match(text[end:]) or text[max(0, match.start() - 1) : match.start()] == ":":
            continue
        if match["scale"] and match["scale"].lower() == "m" and not match["sign"]:
            continue  # '3 m' are metres
        if _YEAR.fullmatch(match["digits"] or "") and not (match["sign"] or match["scale"]):
            continue
        before = text[: match.start()]
        if _MONTH_AFTER.match(text[end:]) or (_MONTH_BEFORE.search(before) and not match["scale"]):
            continue
        if match["words"] and _NO_ONE.search(text[:end]):
            continue
        rough = bool(_ROUGH_BEFORE.search(before) or _RANGE_AFTER.match(text[end:]))
        start = match.start("sign") if match["sign"] else match.start("digits")
        start = start if start >= 0 else match.start("words")
        found.append(Quantity(_value(match), _unit(match, text[end:]), rough, Span(start, end)))
    return tuple(found)


def _unit(match: re.Match[str], after: str) -> str:
    if match["sign"]:
        unit = match["sign"]
    elif _PERCENT.match(after.lstrip()):
        return "percent"
    else:
        unit = (match["unit"] or "").lower()
        unit = "" if unit in _NO_UNIT else unit
    rate = _RATE.match(after[len(unit) + 1 :] if unit and not match["sign"] else after)
    return f"{unit}/{rate[1].lower()}" if rate else unit


def _value(match: re.Match[str]) -> float:
    if match["digits"]:
        scale = _SCALES[match["scale"].lower()] if match["scale"] else 1.0
        return float(match["digits"].replace(",", "")) * scale
    total = current = 0.0
    words = re.findall(r"[a-z]+", match["words"].lower())
    for n, word in enumerate(words):
        if word in _SMALL:
            current += _SMALL[word]
        elif word in _SCALES:
            current = (current or 1.0) * _SCALES[word]
            if _SCALES[word] >= 1e3:
                total, current = total + current, 0.0
        elif word == "half":
            last = total or current
            if n:  # 'a million and a half'
                return last * 1.5
            return 0.5 * _SCALES[words[-1]]
    return total + current
