"""Figures in a sentence, and the one among them that tells the same thing as another's.

Reads digits ('1,900', '4.2 million', '$12bn', '7.5%') and English number words ('twenty-one').
Years, days of a month, times of day and ordinals are no figures.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from rag.types import Span
from rag.words import content_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_ONES: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS: Final = {word: n for n, word in enumerate(_ONES)} | {
    word: 20 + 10 * n for n, word in enumerate(_TENS)
}
_SCALES: Final = {
    "hundred": 1e2,
    **dict.fromkeys(("thousand", "k"), 1e3),
    **dict.fromkeys(("million", "mn", "m"), 1e6),
    **dict.fromkeys(("billion", "bn", "b"), 1e9),
    "trillion": 1e12,
}
_TENS_WORD: Final = rf"(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES[1:10])}))?"
_NUMBER: Final = re.compile(
    rf"(?:(?P<currency>[$€£¥])\s?)?"
    rf"(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)(?!\d)"
    rf"(?:[ -]?(?P<scale>hundred|thousand|million|billion|trillion|bn|mn|[kmb](?![a-z])))?"
    rf"|\b(?P<word>{_TENS_WORD}|{'|'.join(reversed(_ONES))})\b"
    rf"(?:[ -](?P<wordscale>hundred|thousand|million|billion))?",
    re.IGNORECASE,
)
_PERCENT: Final = re.compile(r"\s?(?:%|per ?cent\b|percentage points?\b)", re.IGNORECASE)
_MONTH: Final = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
_TIME_AFTER: Final = re.compile(r"\s?(?:[ap]\.?m\b|:\d|o'clock|(?:st|nd|rd|th)\b)", re.IGNORECASE)
_DAY: Final = re.compile(rf"{_MONTH}\s\d{{1,2}}\b|\b\d{{1,2}}\s{_MONTH}(?![a-z])")
CURRENCIES: Final = frozenset(
    "$ € £ ¥ dollar euro pound crown krona krone kroner kronor franc yen yuan rupee rouble ruble "
    "peso cent".split()
)
TIMES: Final = frozenset("year month week day hour minute second".split())
_OTHER_MEASURES: Final = (
    "kilometre kilometer km metre meter mile feet foot tonne ton kg kilogram litre liter hectare "
    "acre degree seat vote".split()
)
_MEASURE: Final = re.compile(
    rf"[\s-]?({'|'.join(w for w in (*CURRENCIES, *TIMES, *_OTHER_MEASURES) if w.isalpha())})s?\b",
    re.IGNORECASE,
)
_NEAR_WORDS: Final = 12
_STEM_CHARS: Final = 6  # 'prevent' and 'prevented' are the same word, roughly
AFTER: Final = 2
LEAST_TELLING: Final = 2
# Words by which news tells the same count; a count of one kind is compared with its like.
_SAME: Final = tuple(
    frozenset(words.split())
    for words in (
        "dead death deaths died dies killed kill fatal fatalities toll victims lost drowned",
        "injured injuries hurt wounded",
        "missing unaccounted",
        "rescued saved survivors survived ashore",
        "arrested detained arrests held",
    )
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a text with the words around it, up to the next figure.

    `kind` is '%', a currency's sign, a measure in the singular ('crown', 'hour'), or '' for a
    plain count. Figures of two kinds are never compared.
    """

    value: float
    kind: str
    span: Span
    before: frozenset[str]
    after: frozenset[str]


def figures_in(text: str) -> tuple[Figure, ...]:
    """Return the figures of a sentence in order; of 'from 28 to 30' the one it came to."""
    days = [match.span() for match in _DAY.finditer(text)]
    found = [
        match
        for match in _NUMBER.finditer(text)
        if _counts(match, text) and not any(s <= match.start() < e for s, e in days)
    ]
    left = [one for one, next_ in pairwise(found) if _gave_way(one, next_, text)]
    found = [match for match in found if match not in left]
    edges = [0, *(match.end() for match in found)], [*(match.start() for match in found), len(text)]
    return tuple(
        Figure(
            value=_value(match),
            kind=_kind(match, text),
            span=Span(match.start(), match.end()),
            before=_words(text[edges[0][n] : match.start()].split()[-_NEAR_WORDS:]),
            after=_words(text[match.end() : edges[1][n + 1]].split()[:_NEAR_WORDS]),
        )
        for n, match in enumerate(found)
    )


def best_figure(
    candidates: Sequence[Figure], about: frozenset[str], *, lead: Span | None = None
) -> Figure | None:
    """Return the candidate that most tells what is asked, None where none seems to.

    A figure must share more than a word with the question, or the kind of count it asks for.
    Words after a figure say more of it than those before, and a word that stands for another kind
    of count speaks against it: of 'nine were killed and 35 were missing' each has its own.

    Args:
        candidates: The figures of one sentence; of equals the first wins.
        about: What is counted, as `topic` makes it of a question's words.
        lead: The span of the sentence that answers most directly.
    """
    scored = [
        (_telling(one, about) + _is_in(one, lead), -n, one) for n, one in enumerate(candidates)
    ]
    best = max(scored, default=None, key=lambda row: row[:2])
    least = LEAST_TELLING if _counts_in(about) else LEAST_TELLING + 1
    return best[2] if best and best[0] >= least else None


def _telling(figure: Figure, about: frozenset[str]) -> int:
    asked, around = _counts_in(about), figure.before | figure.after
    if figure.kind == "" and asked and not asked & around:
        return 0
    told = len(about & figure.before) + AFTER * len(about & figure.after)
    other = len(_counts_in(figure.before) - asked) + 2 * AFTER * len(
        _counts_in(figure.after) - asked
    )
    # one word that stands for the count asked for is as good as two others
    return told + len(asked & around) - (other if asked else 0)


def _counts_in(words: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in words if word.startswith("="))


def topic(words: Iterable[str]) -> frozenset[str]:
    """Return what words are about: their plain forms, and the kind of count they stand for."""
    return frozenset(_all_forms(words))


def written(value: float, kind: str) -> str:
    """Write a figure in little room, '1,900', '4.2m', '$12bn', '7.5%'; a measure is left out."""
    for scale, sign in ((1e9, "bn"), (1e6, "m")):
        if abs(value) >= scale:
            short = f"{value / scale:,.2f}".rstrip("0").rstrip(".") + sign
            break
    else:
        short = f"{value:,.2f}".rstrip("0").rstrip(".")
    if kind == "%":
        return f"{short}%"
    return f"{kind}{short}" if kind in {"$", "€", "£", "¥"} else short


def _is_in(figure: Figure, lead: Span | None) -> bool:
    return lead is not None and lead.start <= figure.span.start < lead.end


def _kind(match: re.Match[str], text: str) -> str:
    if _PERCENT.match(text, match.end()):
        return "%"
    measure = _MEASURE.match(text, match.end())
    if match["currency"] or not measure:
        return match["currency"] or ""
    return measure[1].lower()


def _counts(match: re.Match[str], text: str) -> bool:
    before, after = text[: match.start()], match.end()
    digits = match["digits"] or ""
    is_year = re.fullmatch(r"(?:1[89]|20)\d\d", digits) and not (
        match["currency"] or match["scale"] or _PERCENT.match(text, after)
    )
    glued = before[-1:].isalnum() or before[-1:] in {"-", ":", "."} or before.endswith("No. ")
    return not (is_year or glued or _TIME_AFTER.match(text, after))


def _gave_way(one: re.Match[str], following: re.Match[str], text: str) -> bool:
    between = text[one.end() : following.start()]
    came_from = text[: one.start()].rstrip().endswith("from")
    return came_from and re.fullmatch(r"%?(?:\s[\w%]+)?\sto\s", between) is not None


def _value(match: re.Match[str]) -> float:
    if match["digits"]:
        value = float(match["digits"].replace(",", ""))
        scale = match["scale"]
    else:
        value = float(sum(_WORDS[part] for part in re.split("[- ]", match["word"].lower())))
        scale = match["wordscale"]
    return value * (_SCALES[scale.lower()] if scale else 1)


def _words(near: Iterable[str]) -> frozenset[str]:
    return topic(content_words(" ".join(near)))


def _all_forms(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        form = word.lower()
        yield re.sub(r"(?<=\w{3})(?:ies|ied)$", "y", form)[:_STEM_CHARS].removesuffix("s")
        yield from (f"={n}" for n, group in enumerate(_SAME) if form in group)
