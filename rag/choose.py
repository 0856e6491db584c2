"""Choose the sentences to show: the best of every part, and those nearly as good."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.features import names_person
from rag.question import asks_for_several, compares
from rag.sides import other_side
from rag.types import Expected
from rag.words import NUMBER_WORDS, numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.types import Candidate, Question

MAX_WORDS = 90  # a reader asked a question, not for the article
SAME = 0.6  # share of shared words above which two sentences say one thing


def choose(question: Question, candidates: Sequence[Candidate], *, join: float) -> list[Candidate]:
    """Choose the sentences for one question: the best, and those nearly as good that say more.

    A question of several parts takes further sentences more readily. Where a person is asked for
    and the best sentence names none, the sentence before it that does comes with it; where figures
    are compared, the sentence with the other one. At most `question.max_sentences` sentences and
    90 words; the first is always whole.
    """
    chosen = [candidates[0]]
    if (speaker := _speaker(question, candidates)) is not None:
        chosen.append(speaker)
    if len(chosen) < question.max_sentences and compares(question.text):
        fitting = (c for c in candidates[1:] if fits_beside(c, chosen))
        if (side := other_side(candidates[0], fitting)) is not None:
            chosen.append(side)
    margin = join * (2.0 if asks_for_several(question.text) else 1.0)
    for candidate in candidates[1:]:
        if len(chosen) >= question.max_sentences or candidate.score < candidates[0].score - margin:
            break
        if candidate not in chosen and fits_beside(candidate, chosen):
            chosen.append(candidate)
    return chosen


def choose_parts(chosen: Iterable[Sequence[Candidate]]) -> list[Candidate]:
    """Join what was chosen for each part: the best of every part first, then what else fits."""
    by_part = list(chosen)
    joined: list[Candidate] = []
    for n in range(max(len(part) for part in by_part)):
        for part in by_part:
            if n < len(part) and (not joined or fits_beside(part[n], joined)):
                joined.append(part[n])
    return joined


def fits_beside(candidate: Candidate, chosen: Sequence[Candidate]) -> bool:
    """Say whether a sentence tells something new and there is room for its words."""
    n_words = sum(len(other.sentence.text.split()) for other in (candidate, *chosen))
    return n_words <= MAX_WORDS and not any(same(candidate, other) for other in chosen)


def same(one: Candidate, other: Candidate) -> bool:
    """Say whether the one tells nothing that the other does not.

    Another figure, name, day or negation is news, however alike the rest of the words.
    """
    texts = one.sentence.text, other.sentence.text
    if numbers(texts[0]) - numbers(texts[1]) or _telling(texts[0]) - _telling(texts[1]):
        return False
    if bool(_NEGATION.search(texts[0])) != bool(_NEGATION.search(texts[1])):
        return False
    first, second = (set(re.findall(r"\w+", text.lower())) for text in texts)
    return len(first & second) >= SAME * max(1, min(len(first), len(second)))


_NEGATION = re.compile(
    r"\b(?:not|no|never|nobody|none|neither|nor|without|cannot)\b|n[’']t\b", re.IGNORECASE
)


def _telling(text: str) -> frozenset[str]:
    """Return the number words of a text, and its capitalised words but the first."""
    words = re.findall(r"[\w’'-]+", text)
    named = {word.removesuffix("’s").removesuffix("'s") for word in words[1:] if word[0].isupper()}
    return frozenset(named | ({word.lower() for word in words} & NUMBER_WORDS))


def _speaker(question: Question, candidates: Sequence[Candidate]) -> Candidate | None:
    """Return the nearest sentence before the best, in its passage, that names the person."""
    best = candidates[0]
    if question.expected is not Expected.PERSON or names_person(best.sentence.text):
        return None
    before = [
        candidate
        for candidate in candidates
        if candidate.hit.passage.id == best.hit.passage.id
        and 0 < best.sentence.ordinal - candidate.sentence.ordinal <= 2
        and names_person(candidate.sentence.text)
    ]
    return max(before, key=lambda candidate: candidate.sentence.ordinal, default=None)
