"""The words of a question that carry meaning, and how rare they are in an archive."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

FUNCTION_WORDS = frozenset(
    "a about after all also an and any are as at be because been before being between both but "
    "by can could did do does doing during each for from had has have having he her here him "
    "his how i if in into is it its just many may might more most much must my no nor not of "
    "off on one only or other our out over own said say says shall she should since so some "
    "such tell than that the their them then there these they this those to too under until up "
    "upon us was we were what when where which while who whom whose why will with would you "
    "your".split()
)
NUMBER_WORDS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety "
    "hundred thousand million billion half third quarter dozen".split()
)
MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|March|April|May|June|July|Aug(?:ust)?|Sept?(?:ember)?|"
    r"Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
APOSTROPHES = str.maketrans({"’": "'", "‘": "'"})


class Vocabulary(Protocol):
    """What an archive knows of words: their stems, and how many passages hold each."""

    def stems(self, text: str) -> list[str]:
        """Return the lower-cased stems of the words in `text`, in order."""
        ...

    def document_frequency(self, stem: str) -> int:
        """Return the number of passages that hold `stem`."""
        ...

    def __len__(self) -> int:
        """Return the number of passages."""
        ...


def content_words(text: str) -> list[str]:
    """Return the words of `text` that are not function words, in order, each once."""
    words = re.findall(r"[\w]+(?:['’-][\w]+)*", text.translate(APOSTROPHES))
    bare = (word.removesuffix("'s") for word in words)
    return list(dict.fromkeys(w for w in bare if w.lower() not in FUNCTION_WORDS))


# A word's rarity is reckoned as in an archive of at least so many passages: in one of a dozen,
# where five copies of an article make its words common, it would say next to nothing.
LEAST_PASSAGES = 100


def weigh(stems: Iterable[str], vocabulary: Vocabulary) -> dict[str, float]:
    """Return the inverse document frequency of each stem; one never seen weighs most.

    Source: Robertson & Spärck Jones, 'Relevance weighting of search terms', JASIS 1976, in the
    always-positive form of Lucene's BM25.
    """
    n = max(LEAST_PASSAGES, len(vocabulary))
    frequency = {stem: vocabulary.document_frequency(stem) for stem in dict.fromkeys(stems)}
    return {s: math.log(1 + (n - f + 0.5) / (f + 0.5)) for s, f in frequency.items()}


def coverage(weights: Mapping[str, float], stems: Collection[str]) -> float:
    """Return the share of the weight that falls on `stems`, 0 to 1; 1 where nothing is asked."""
    total = sum(weights.values())
    if not total:
        return 1.0
    return sum(weight for stem, weight in weights.items() if stem in stems) / total


def numbers(text: str) -> frozenset[str]:
    """Return the numbers of a text as digits without thousands separators."""
    return frozenset(found.replace(",", "") for found in NUMBER.findall(text))
