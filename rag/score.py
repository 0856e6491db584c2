"""Score every candidate sentence of the hits, and the chance that the best one answers.

Two fitted linear models: one over `rag.features` orders sentences, one over `rag.evidence` says
how likely it is that the best answer is right. Their weights come from `eval/training` and
carry their provenance.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol

from rag.evidence import weigh_evidence
from rag.features import FeatureReader, Features, Reading
from rag.opinion import may_speak
from rag.selector import Window, WindowScore, beside, headed
from rag.types import Candidate, Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.evidence import Evidence
    from rag.types import Hit, Question
    from rag.words import Vocabulary

N_WINDOWS = 16  # passages the selector reads per question: 8 found a tenth fewer right sentences
N_BESIDE = 4  # sentences read once more, side by side: with six the last would not fit a window
N_COPIED = 8  # words from which a sentence under two headlines is a copy: 'He denied it.' is none


class Selector(Protocol):
    """Reads windows of sentences for a question."""

    def score(self, question: str, windows: Sequence[Window]) -> list[WindowScore]:
        """Return, for each window, its null logit, a logit and a best span per sentence."""
        ...

    def room(self, question: str) -> int:
        """Return how many tokens of sentences share one null, in a window without header."""
        ...

    def n_tokens(self, sentence: str) -> int:
        """Return how many tokens of a window a sentence takes."""
        ...


@dataclass(frozen=True, slots=True)
class Weights:
    """A linear model over named numbers: `bias` plus the sum of weight times value."""

    bias: float
    by_name: Mapping[str, float]

    def apply(self, numbers: Features | Evidence) -> float:
        """Return the model's value; a name without a weight counts for nothing."""
        return self.bias + math.fsum(w * getattr(numbers, n) for n, w in self.by_name.items())


@dataclass(frozen=True, slots=True)
class Blend:
    """The fitted weights: `order` ranks sentences, `answerable` gives the log-odds.

    `threshold` is the probability above which answering pays, chosen on held-out folds. `join`
    is the most a further sentence may score below the best to be shown with it.
    """

    order: Weights
    answerable: Weights
    threshold: float
    join: float


@dataclass(frozen=True, slots=True)
class Scored:
    """Candidates, best first, with the features of each and the chance that the best answers."""

    candidates: tuple[Candidate, ...]
    features: tuple[Features, ...]
    probability: float


class Scorer:
    """Reads the best hits with the selector and the features, and orders their sentences."""

    def __init__(self, selector: Selector, vocabulary: Vocabulary, blend: Blend) -> None:
        self._selector = selector
        self._vocabulary = vocabulary
        self._blend = blend

    def score(self, question: Question, hits: Sequence[Hit]) -> Scored:
        """Score the sentences of the first hits; ties go to the better hit, then text order.

        Opinion pieces are not read unless opinion is asked for.
        """
        read = [hit for hit in hits if may_speak(question, hit.article)][:N_WINDOWS]
        rows = candidates(question, read, self._selector, self._vocabulary, self._blend.order)
        return _scored(rows, self._blend)


def rescore(scored: Scored, blend: Blend) -> Scored:
    """Order and judge the same sentences by other weights."""
    rows = [
        _ordered(candidate, features, blend.order)
        for candidate, features in zip(scored.candidates, scored.features, strict=True)
    ]
    return _scored(rows, blend)


def _scored(rows: list[tuple[Candidate, Features]], blend: Blend) -> Scored:
    if not rows:
        return Scored((), (), 0.0)
    rows.sort(key=lambda row: _best_first(row[0]))
    ordered, features = zip(*rows, strict=True)
    evidence = weigh_evidence(ordered, features)
    return Scored(ordered, features, sigmoid(blend.answerable.apply(evidence)))


def candidates(
    question: Question,
    hits: Sequence[Hit],
    selector: Selector,
    vocabulary: Vocabulary,
    order: Weights,
) -> list[tuple[Candidate, Features]]:
    """Return every sentence of `hits` with its features and its score under `order`.

    The best are read twice: in their passages, and side by side, where the selector compares them.
    """
    reader = FeatureReader(question, hits, vocabulary)
    windows = [Window(header(hit), tuple(s.text for s in hit.passage.sentences)) for hit in hits]
    rows = []
    for hit, scores in zip(hits, selector.score(question.standalone, windows), strict=True):
        for n, sentence in enumerate(hit.passage.sentences):
            reading = _reading(scores, n, sentence.text)
            features = reader.read(hit, sentence, reading)
            lead = _lead(scores.spans[n], sentence.start)
            score = order.apply(features)
            rows.append((Candidate(hit, sentence, score, lead, reading.margin), features))
    margins = _beside(question, rows, selector)
    least = min(margins.values(), default=0.0) - 1
    read = ((c, replace(f, beside=margins.get(_copied(c), least))) for c, f in rows)
    return [_ordered(candidate, features, order) for candidate, features in read]


def _ordered(
    candidate: Candidate, features: Features, order: Weights
) -> tuple[Candidate, Features]:
    """Return a candidate scored anew by its features, with them."""
    return replace(candidate, score=order.apply(features)), features


def _best_first(candidate: Candidate) -> tuple[float, int, int]:
    """Return what sorts candidates: score, then the better hit, then text order."""
    return -candidate.score, candidate.hit.rank, candidate.sentence.ordinal


def _beside(
    question: Question, rows: Sequence[tuple[Candidate, Features]], selector: Selector
) -> dict[str, float]:
    """Return the margins of the best sentences read in one window, oldest first.

    They go by what copies share, which is read once. A sentence that has no room in the window is
    passed over, but for the best: nulls of two windows differ.
    """
    asked, read = question.standalone, dict[str, Candidate]()
    room = selector.room(asked)
    for candidate in sorted((c for c, _ in rows), key=_best_first):
        if len(read) == N_BESIDE:
            break
        if (shared := _copied(candidate)) in read:
            continue
        n_tokens = selector.n_tokens(_told(candidate))
        if not read or n_tokens <= room:
            read[shared] = candidate
            room -= n_tokens
    if not read:
        return {}
    aged = sorted(read, key=lambda shared: _age(read[shared]))
    window = Window("", tuple(_told(read[shared]) for shared in aged))
    (found,) = selector.score(asked, [window])
    return dict(zip(aged, found.margins, strict=True))


def _age(candidate: Candidate) -> tuple[float, str, int]:
    return candidate.timestamp, candidate.hit.article.id, candidate.sentence.ordinal


def _told(candidate: Candidate) -> str:
    """Return a sentence as it is read beside others."""
    return beside(header(candidate.hit), candidate.sentence.text)


def _copied(candidate: Candidate) -> str:
    """Return what a sentence shares with its copies: its words, if few with its headline."""
    text = candidate.sentence.text
    return text if len(text.split()) >= N_COPIED else _told(candidate)


def _reading(scores: WindowScore, n: int, text: str) -> Reading:
    margin = scores.sentences[n] - scores.null
    if (span := scores.spans[n]) is None:
        return Reading(margin, scores.null)
    start, end, probability = span
    return Reading(margin, scores.null, text[start:end], probability)


def header(hit: Hit) -> str:
    """Return what the selector reads before a passage: headline and date."""
    return headed(hit.article.title, hit.article.dated_at)


def sigmoid(x: float) -> float:
    """Return the logistic function of x, without overflow."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


@cache
def load_blend() -> Blend:
    """Return the shipped weights."""
    fitted = json.loads(files("rag").joinpath("weights", "blend.json").read_text("utf-8"))
    return Blend(
        order=Weights(fitted["order"]["bias"], fitted["order"]["weights"]),
        answerable=Weights(fitted["answerable"]["bias"], fitted["answerable"]["weights"]),
        threshold=fitted["threshold"],
        join=fitted["join"],
    )


def _lead(span: tuple[int, int, float] | None, offset: int) -> Span | None:
    return Span(offset + span[0], offset + span[1]) if span else None
