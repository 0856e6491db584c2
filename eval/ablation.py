"""What each feature and each step of answering is worth: switch it off and measure again.

The sentences of every question are read once; only what is made of them changes. A feature that
is switched off counts for every candidate as it does on average, so that probabilities stay
comparable; nothing is fitted again, so a feature others could stand in for looks dearer than it
is. Features are those of `rag.features` (which sentence) and `rag.evidence` (whether to answer).
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from eval.cache import index_folder
from eval.measures import MEASURES, ratios, score, terms
from eval.predictions import Cited, Prediction
from eval.questions import load_set
from eval.summary import number
from index.answerer import open_answerer
from index.build import build
from rag.errors import IndexUnavailable, UsageError
from rag.evidence import NAMES as EVIDENCE
from rag.evidence import weigh_evidence
from rag.score import Blend, Scored, Weights, load_blend, rescore
from rag.weighed import Part, Weighed, rerank

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from eval.questions import Case, QuestionSet
    from eval.system import Progress
    from index.answerer import LiveAnswerer
    from rag.settings import Settings
    from rag.types import Answer

SHOWN = ("trust", "correct", "citation_precision", "abstention_f1", "doc_hit@1")
EVERYTHING = "everything on"


@dataclass(frozen=True, slots=True)
class Ablated:
    """One switch and the measures `SHOWN` with it off, in that order."""

    name: str
    values: tuple[float, ...]


def ablate(
    folder: Path, settings: Settings, *, progress: Progress | None = None
) -> tuple[Ablated, ...]:
    """Measure a set with everything on, then with one switch off after another.

    Raises:
        UsageError: The set cannot be read, or brings no articles of its own.
    """
    questions = load_set(folder)
    with closing(_open(questions, settings)) as answerer:
        weighed = []
        for done, case in enumerate(questions.cases, start=1):
            weighed.append(answerer.weigh(case.question, history=case.history, as_of=case.as_of))
            if progress:
                progress(f"reading {questions.name}", done, len(questions.cases))
        return tuple(
            Ablated(name, _measure(questions.cases, [answer(one) for one in weighed]))
            for name, answer in _switches(answerer, weighed)
        )


def render_ablation(rows: Sequence[Ablated]) -> str:
    """Render as plain text: the measures with everything on, then each switch's change."""
    labels = [next(m.label for m in MEASURES if m.key == key) for key in SHOWN]
    lines = [f"{'switched off':28}" + "".join(f"{label:>20}" for label in labels)]
    base = rows[0].values
    lines.append(f"{rows[0].name:28}" + "".join(f"{number(v):>20}" for v in base))
    for row in rows[1:]:
        changes = (f"{v - b:+.3f}" for v, b in zip(row.values, base, strict=True))
        lines.append(f"{row.name:28}" + "".join(f"{change:>20}" for change in changes))
    return "\n".join(lines)


def _open(questions: QuestionSet, settings: Settings) -> LiveAnswerer:
    if questions.articles is None or questions.articles_hash is None:
        raise UsageError(f"The set {questions.name} brings no articles.jsonl to measure on.")
    own = settings.model_copy(update={"index": index_folder(questions.articles_hash, settings)})
    try:
        return open_answerer(own)
    except IndexUnavailable:
        build([questions.articles], own)
        return open_answerer(own)


def _switches(
    answerer: LiveAnswerer, weighed: Sequence[Weighed]
) -> Iterator[tuple[str, Callable[[Weighed], Answer]]]:
    """Yield (name, how to answer) with everything on, then with one thing off at a time."""
    blend = load_blend()

    def with_blend(other: Blend) -> Callable[[Weighed], Answer]:
        return lambda one: answerer.conclude(_rescored(one, other), blend=other)

    yield EVERYTHING, with_blend(blend)
    for name in blend.order.by_name:
        yield f"sentence: {name}", with_blend(replace(blend, order=_without(blend.order, name)))
    means = _means(weighed)
    for name in blend.answerable.by_name:
        without = _without(blend.answerable, name, mean=means[name])
        yield f"refusal: {name}", with_blend(replace(blend, answerable=without))
    yield "second sentences", with_blend(replace(blend, join=0.0))
    yield "parts of a question", lambda one: answerer.conclude(replace(one, parts=one.parts[:1]))
    yield "refusing", lambda one: answerer.conclude(_certain(one))


def _without(weights: Weights, name: str, *, mean: float = 0.0) -> Weights:
    rest = {other: w for other, w in weights.by_name.items() if other != name}
    return Weights(weights.bias + weights.by_name[name] * mean, rest)


def _means(weighed: Sequence[Weighed]) -> dict[str, float]:
    found = [
        weigh_evidence(part.scored.candidates, part.scored.features)
        for one in weighed
        for part in one.parts
        if part.scored.candidates
    ]
    return {name: float(np.mean([getattr(one, name) for one in found])) for name in EVIDENCE}


def _rescored(weighed: Weighed, blend: Blend) -> Weighed:
    parts = tuple(replace(part, scored=rescore(part.scored, blend)) for part in weighed.parts)
    return Weighed(weighed.question, rerank(parts), parts)


def _certain(weighed: Weighed) -> Weighed:
    def sure(part: Part) -> Part:
        scored = part.scored
        return replace(part, scored=Scored(scored.candidates, scored.features, 1.0))

    return replace(weighed, parts=tuple(sure(part) for part in weighed.parts))


def _measure(cases: Sequence[Case], answers: Sequence[Answer]) -> tuple[float, ...]:
    predictions = [
        Prediction(
            case.id,
            answered=answer.answered,
            answer=answer.text,
            citations=tuple(Cited(c.article_id, c.quote) for c in answer.citations),
            hits=tuple(dict.fromkeys(hit.article.id for hit in answer.hits)),
        )
        for case, answer in zip(cases, answers, strict=True)
    ]
    chosen = [measure for key in SHOWN for measure in MEASURES if measure.key == key]
    values = ratios(terms(score(cases, predictions), chosen).sum(axis=0))
    return tuple(float(value) for value in values)
