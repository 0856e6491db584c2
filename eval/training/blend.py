"""Fit what stands above the selector: python -m eval.training.blend --shared ../shared.

Two small linear models over `rag.features`, fitted on questions whose articles the selector never
trained on: which sentence to show, and whether to answer at all. Their settings (regularisation,
how readily a second sentence joins) are chosen by what cross-validated folds say; a fold holds
whole articles. The threshold follows from how often answers are right there. Questions are weighed
by what is expected of readers, whatever the sets' own shares. Writes `rag/weights/blend.json`.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

from eval.measures import score
from eval.predictions import Cited, Prediction
from eval.training.corpus import (
    HELD_OUT_NEWS_GROUPS,
    HELD_OUT_SQUAD,
    read_news,
    read_squad,
)
from eval.training.plain import plain_cases
from eval.training.rows import Floats, Row, foreign_cases, held_out_cases, weigh_set
from rag.compose import choose
from rag.features import NAMES
from rag.score import Blend, Weights, sigmoid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

PENALTIES = (0.3, 1.0, 3.0, 10.0)
JOINS = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0)
SQUAD_EVERY = 12  # SQuAD's articles are no news: with every fourth, the folds of news lost .02
N_FOLDS = 5
# What is expected of readers, by (kind of question, whether the archive answers it).
SHARES = {
    ("written", True): 0.55,
    ("written", False): 0.2,
    ("plain", True): 0.2,
    ("plain", False): 0.05,
    ("foreign", False): 0.1,
}
PRECISION_WORTH = 1 / 3  # a point of trust may cost three of citation precision: no padding


# More evidence never counts against an answer. Without this the fit learns how the training
# questions were written: near misses repeat the article's words, answerable ones paraphrase.
BOUNDS = [(None, None) if name == "null" else (0.0, None) for name in NAMES]


@dataclass(frozen=True, slots=True)
class Standard:
    """Feature means and deviations (f,), so that one penalty suits all weights."""

    mean: Floats
    deviation: Floats

    def apply(self, features: Floats) -> Floats:
        """Return features scaled to mean 0 and deviation 1."""
        return (features - self.mean) / self.deviation


def main() -> None:
    """Parse the command line, fit, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--out", type=Path, default=Path("rag/weights/blend.json"))
    options = parser.parse_args()
    data = options.shared / "data"
    news, squad = gather(data)
    blend, report = fit(news, squad)
    fitted = {
        "about": "linear models over rag.features; made by eval/training/blend.py",
        "fitted_on": {"train-news groups": HELD_OUT_NEWS_GROUPS, "squad2": HELD_OUT_SQUAD},
        "n_questions": {"train-news": len(news), "squad2": len(squad)},
        "order": {"bias": blend.order.bias, "weights": blend.order.by_name},
        "answerable": {"bias": blend.answerable.bias, "weights": blend.answerable.by_name},
        "threshold": blend.threshold,
        "join": blend.join,
        "cross_validated": report,
    }
    options.out.write_text(json.dumps(fitted, indent=1) + "\n", "utf-8")
    print(json.dumps(report, indent=1))


def gather(data: Path) -> tuple[list[Row], list[Row]]:
    """Return the rows of the news and of SQuAD, each with questions the other should answer."""
    folders = data / "train-news", data / "squad2"
    archives = read_news(folders[0]), read_squad(folders[1])
    news = held_out_cases(folders[0], archives[0])
    squad = held_out_cases(folders[1], archives[1], every=SQUAD_EVERY)
    answerable, swapped = plain_cases(archives[0].articles.values())
    return (
        weigh_set(
            folders[0],
            archives[0],
            {
                "written": news,
                "plain": [*answerable, *swapped],
                "foreign": foreign_cases(squad[::2]),
            },
        ),
        weigh_set(folders[1], archives[1], {"written": squad, "foreign": foreign_cases(news[::8])}),
    )


def fit(news: Sequence[Row], squad: Sequence[Row]) -> tuple[Blend, dict[str, object]]:
    """Return the blend fitted on everything, and what folds of the news say of it."""
    folds = _folds(news)
    best: tuple[float, Blend, dict[str, object]] | None = None
    for penalty in PENALTIES:
        outside = []  # (row, blend fitted without its fold)
        for held in range(N_FOLDS):
            train = [r for r, fold in zip(news, folds, strict=True) if fold != held]
            blend = fit_blend([*train, *squad], penalty)
            inside = zip(news, folds, strict=True)
            outside += [(r, blend) for r, f in inside if f == held and r.kind == "written"]
        for join in JOINS:
            threshold, value, report = judge(outside, join)
            if best is None or value > best[0]:
                fitted = fit_blend([*news, *squad], penalty)
                blend = replace(fitted, threshold=threshold, join=join)
                best = (value, blend, {"penalty": penalty, **report})
    assert best is not None  # noqa: S101 - the grids are not empty
    return best[1], best[2]


def fit_blend(rows: Sequence[Row], penalty: float) -> Blend:
    """Fit both models; threshold and join are set by the caller."""
    stacked = np.concatenate([row.features for row in rows])
    standard = Standard(stacked.mean(axis=0), stacked.std(axis=0) + 1e-6)
    order = _fit_order([row for row in rows if row.right.any()], standard, penalty)
    tops = np.stack([row.features[_top(row, order)] for row in rows])
    wanted = np.array([row.case.answerable for row in rows], float)
    answerable = _fit_logistic(tops, wanted, _shares(rows), standard, penalty)
    return Blend(order=order, answerable=answerable, threshold=0.5, join=1.0)


def judge(
    outside: Sequence[tuple[Row, Blend]], join: float
) -> tuple[float, float, dict[str, object]]:
    """Return the threshold from which answering pays, what folds say it is worth, and measures.

    It follows from how often the composed answers are right, not from a search over thresholds:
    the best of many would fit the folds' noise.
    """
    answered = [(row, *_answer(row, blend, join)) for row, blend in outside]
    probabilities = np.array([probability for _, _, probability in answered])
    given = score([row.case for row, _, _ in answered], [p for _, p, _ in answered])
    trusted = np.array([outcome.trusted for outcome in given])
    refusable = np.array([not row.case.answerable for row, _, _ in answered])
    shares = _shares([row for row, _, _ in answered])
    # Answering pays where the chance to be right, p * right, exceeds that of no answer, 1 - p.
    right = float(trusted[~refusable].mean())
    threshold = round(1 / (1 + right), 4)
    shown = probabilities >= threshold
    correct = np.array([outcome.correct for outcome in given])
    first = [row.right[_top(row, blend.order)] for row, blend in outside if row.right.any()]
    trust = float(shares @ np.where(shown, trusted, refusable)) / len(shares)
    cited = [o.citation_precision for o, s in zip(given, shown, strict=True) if s and o.answerable]
    precision = float(np.mean([p for p in cited if p is not None]))
    report: dict[str, object] = {
        "trust": trust,
        "trust_unweighed": float(np.where(shown, trusted, refusable).mean()),
        "fully_correct": float((correct & shown)[~refusable].mean()),
        "citation_precision": precision,
        "words": float(np.mean([o.n_words for o, s in zip(given, shown, strict=True) if s])),
        "abstention_f1": _f1(~shown, refusable),
        "answerability_auc": _auc(probabilities, ~refusable),
        "first_sentence_right": float(np.mean(first)),
        "join": join,
        "threshold": threshold,
        "n": len(outside),
    }  # fmt: skip
    return threshold, trust + PRECISION_WORTH * precision, report


def _answer(row: Row, blend: Blend, join: float) -> tuple[Prediction, float]:
    values = row.features @ _vector(blend.order) + blend.order.bias
    candidates = [
        replace(candidate, score=float(value))
        for candidate, value in zip(row.weighed.scored.candidates, values, strict=True)
    ]
    ranked = sorted(candidates, key=lambda c: (-c.score, c.hit.rank, c.sentence.ordinal))
    chosen = choose(row.weighed.question, ranked, join=join)
    top = row.features[_top(row, blend.order)]
    probability = sigmoid(float(top @ _vector(blend.answerable)) + blend.answerable.bias)
    cited = tuple(Cited(c.hit.article.id, c.sentence.text) for c in chosen)
    text = " ".join(c.sentence.text for c in chosen)
    return Prediction(row.case.id, answered=True, answer=text, citations=cited), probability


def _top(row: Row, order: Weights) -> int:
    return int(np.argmax(row.features @ _vector(order)))


def _vector(weights: Weights) -> Floats:
    return np.array([weights.by_name.get(name, 0.0) for name in NAMES])


def _fit_order(rows: Sequence[Row], standard: Standard, penalty: float) -> Weights:
    """Fit a conditional logit: the chance that a right sentence is chosen among a question's."""
    features = [standard.apply(row.features) for row in rows]

    def loss(w: Floats) -> tuple[float, Floats]:
        total, gradient = penalty * float(w @ w) / 2, penalty * w
        for x, row in zip(features, rows, strict=True):
            values = x @ w
            chance = np.exp(values - values.max())
            chance /= chance.sum()
            right = chance * row.right
            total -= float(np.log(right.sum() + 1e-12))
            gradient = gradient + x.T @ (chance - right / (right.sum() + 1e-12))
        return total, gradient

    found = minimize(loss, np.zeros(len(NAMES)), jac=True, method="L-BFGS-B", bounds=BOUNDS)
    return _unscaled(found.x, 0.0, standard)


def _fit_logistic(
    x: Floats, y: Floats, shares: Floats, standard: Standard, penalty: float
) -> Weights:
    scaled = np.column_stack([standard.apply(x), np.ones(len(x))])
    kept = np.append(np.ones(len(NAMES)), 0.0)  # the bias is not held back

    def loss(w: Floats) -> tuple[float, Floats]:
        values = scaled @ w
        chance = 1 / (1 + np.exp(-values))
        total = float(shares @ (np.logaddexp(0, values) - y * values))
        held = penalty * kept * w
        return total + float(held @ w) / 2, scaled.T @ (shares * (chance - y)) + held

    bounds = [*BOUNDS, (None, None)]
    found = minimize(loss, np.zeros(scaled.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds)
    return _unscaled(found.x[:-1], float(found.x[-1]), standard)


def _unscaled(weights: Floats, bias: float, standard: Standard) -> Weights:
    plain = weights / standard.deviation
    by_name = {name: round(float(w), 5) for name, w in zip(NAMES, plain, strict=True)}
    return Weights(round(bias - float(plain @ standard.mean), 5), by_name)


def _folds(rows: Sequence[Row]) -> list[int]:
    """Assign folds by article, so that no article's questions stand on both sides."""
    order = {name: n for n, name in enumerate(dict.fromkeys(row.article for row in rows))}
    return [order[row.article] % N_FOLDS for row in rows]


def _shares(rows: Sequence[Row]) -> Floats:
    """Weigh questions by what is expected of readers (SHARES); the weights have mean 1."""
    groups = [(row.kind, row.case.answerable) for row in rows]
    counts = Counter(groups)
    weights = np.array([SHARES[group] / counts[group] for group in groups])
    return np.asarray(weights * len(weights) / weights.sum(), float)


def _f1(refused: NDArray[np.bool_], refusable: NDArray[np.bool_]) -> float:
    hits = float((refused & refusable).sum())
    return 2 * hits / max(1.0, float(refused.sum() + refusable.sum()))


def _auc(values: Floats, positive: NDArray[np.bool_]) -> float:
    """Return the chance that a positive stands above a negative (Mann-Whitney U)."""
    ranks = np.argsort(np.argsort(values)) + 1.0
    n, m = int(positive.sum()), int((~positive).sum())
    return float((ranks[positive].sum() - n * (n + 1) / 2) / max(1, n * m))


if __name__ == "__main__":
    main()
