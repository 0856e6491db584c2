"""Score every candidate sentence of the hits, and the chance that the best one answers.

Two fitted linear models over `rag.features`: one orders sentences, one says how likely it is that
the archive answers at all. Their weights come from `eval/training` and carry their provenance.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol

from rag.features import NAMES, FeatureReader, Features
from rag.selector import Window, WindowScore
from rag.types import Candidate, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types import Hit, Question
    from rag.words import Vocabulary

N_WINDOWS = 8  # passages the selector reads per question


class Selector(Protocol):
    """Reads windows of sentences for a question."""

    def score(self, question: str, windows: Sequence[Window]) -> list[WindowScore]:
        """Return, for each window, its null logit, a logit and a best span per sentence."""
        ...


@dataclass(frozen=True, slots=True)
class Weights:
    """A linear model over features: `bias` plus the sum of weight times value."""

    bias: float
    by_name: dict[str, float]

    def apply(self, features: Features) -> float:
        """Return the model's value for one candidate."""
        products = (
            self.by_name.get(n, 0.0) * v for n, v in zip(NAMES, features.values(), strict=True)
        )
        return self.bias + math.fsum(products)


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

    def score(self, question: Question, hits: tuple[Hit, ...]) -> Scored:
        """Score the sentences of the first hits; ties go to the better hit, then text order."""
        read = hits[:N_WINDOWS]
        rows = candidates(question, read, self._selector, self._vocabulary, self._blend.order)
        rows.sort(key=lambda row: (-row[0].score, row[0].hit.rank, row[0].sentence.ordinal))
        probability = sigmoid(self._blend.answerable.apply(rows[0][1])) if rows else 0.0
        return Scored(
            tuple(candidate for candidate, _ in rows),
            tuple(features for _, features in rows),
            probability,
        )


def candidates(
    question: Question,
    hits: tuple[Hit, ...],
    selector: Selector,
    vocabulary: Vocabulary,
    order: Weights,
) -> list[tuple[Candidate, Features]]:
    """Return every sentence of `hits` with its features and its score under `order`."""
    reader = FeatureReader(question, hits, vocabulary)
    windows = [Window(header(hit), tuple(s.text for s in hit.passage.sentences)) for hit in hits]
    rows = []
    for hit, scores in zip(hits, selector.score(question.standalone, windows), strict=True):
        for n, sentence in enumerate(hit.passage.sentences):
            logit = scores.sentences[n] - scores.null
            features = reader.read(hit, sentence, selector=logit, null=scores.null)
            lead = _lead(scores.spans[n], sentence.start)
            rows.append((Candidate(hit, sentence, order.apply(features), lead), features))
    return rows


def header(hit: Hit) -> str:
    """Return what the selector reads before a passage: headline and date."""
    at = hit.article.dated_at
    return f"{hit.article.title} ({at:%B} {at.day}, {at.year})" if at else hit.article.title


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
