"""Fit what stands above the selector: python -m eval.training.blend --shared ../shared.

Two small linear models, fitted on questions whose articles the selector never trained on: over
`rag.features` which sentence to show, over `rag.evidence` whether the answer is right. Their
settings (regularisation, how readily a second sentence joins) are chosen by what cross-validated
folds say; a fold holds whole articles. Questions are weighed by what is expected of readers,
whatever the sets' own shares. Writes `rag/weights/blend.json`.

With `--rows FILE` what the pipeline read is kept there and not read again: only for fits with one
selector and one set of features.
"""

from __future__ import annotations

import argparse
import json
import pickle
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

from eval.measures import score
from eval.predictions import Cited, Prediction
from eval.questions import load_set
from eval.training.corpus import (
    HELD_OUT_NEWS_GROUPS,
    HELD_OUT_SQUAD,
    WRITTEN,
    archive_folders,
    read_news,
    read_squad,
)
from eval.training.plain import plain_cases
from eval.training.rows import (
    Floats,
    Kind,
    Row,
    articles_of,
    foreign_cases,
    held_out_cases,
    weigh_set,
)
from rag.choose import choose
from rag.evidence import NAMES as EVIDENCE
from rag.evidence import Evidence, weigh_evidence
from rag.features import NAMES
from rag.score import Blend, Scored, Weights
from rag.states import order_states

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from eval.questions import Case

    Rows = tuple[list[Row], list[Row]]

PENALTIES = (30.0, 100.0, 300.0)
JOINS = (1.0, 2.0, 2.5, 3.0, 3.5)
SQUAD_EVERY = 12  # SQuAD's articles are no news: with every fourth, the folds of news lost .02
N_FOLDS = 5
# What is expected of readers, by (kind of question, whether the archive answers it): about one
# question in four has no answer here, nearly all of those near misses.
SHARES = {
    ("written", True): 0.64,
    ("written", False): 0.2,
    ("plain", True): 0.1,
    ("plain", False): 0.03,
    ("foreign", False): 0.03,
}
# Of citations, in terms of trust: more sentences find more answers, and pad them.
PRECISION_WORTH = 0.15

# More evidence never counts against an answer. Without this the fit learns how the training
# questions were written: near misses repeat the article's words, answerable ones paraphrase.
FREE = frozenset({"null", "highest", "crowd", "ahead"})


@dataclass(frozen=True, slots=True)
class Standard:
    """Feature means and deviations (f,), so that one penalty suits all weights."""

    mean: Floats
    deviation: Floats

    @classmethod
    def of(cls, features: Floats) -> Standard:
        """Measure the features (n, f)."""
        return cls(features.mean(axis=0), features.std(axis=0) + 1e-6)

    def apply(self, features: Floats) -> Floats:
        """Return features scaled to mean 0 and deviation 1."""
        return (features - self.mean) / self.deviation

    def plain(self, names: Sequence[str], weights: Floats, bias: float) -> Weights:
        """Return a model over scaled features as one over the features themselves."""
        unscaled = weights / self.deviation
        by_name = {n: round(float(w), 5) for n, w in zip(names, unscaled, strict=True) if w}
        return Weights(round(bias - float(unscaled @ self.mean), 5), by_name)


def main() -> None:
    """Parse the command line, fit, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--out", type=Path, default=Path("rag/weights/blend.json"))
    parser.add_argument("--rows", type=Path, help="file that keeps what the pipeline read")
    parser.add_argument("--every", type=int, default=1, help="read every n-th question, to try")
    options = parser.parse_args()
    data, every = options.shared / "data", options.every
    news, squad = _kept(options.rows, lambda: gather(data, every=every))
    blend, report = fit(news, squad)
    fitted = {
        "about": "linear models over rag.features and rag.evidence; made by eval/training/blend.py",
        "fitted_on": {"news groups": HELD_OUT_NEWS_GROUPS, "squad2": HELD_OUT_SQUAD},
        "n_questions": {"news": len(news), "squad2": len(squad)},
        "order": {"bias": blend.order.bias, "weights": blend.order.by_name},
        "answerable": {"bias": blend.answerable.bias, "weights": blend.answerable.by_name},
        "threshold": blend.threshold,
        "join": blend.join,
        "cross_validated": report,
    }
    options.out.write_text(json.dumps(fitted, indent=1) + "\n", "utf-8")
    print(json.dumps(report, indent=1))


def gather(data: Path, *, every: int = 1) -> Rows:
    """Return the rows of the news and of SQuAD, each with questions the other should answer."""
    squad = read_squad(data / "squad2")
    of_squad = held_out_cases(data / "squad2", squad, every=SQUAD_EVERY * every)
    rows: list[Row] = []
    asked: dict[Kind, list[Case]]
    for folder in (WRITTEN, data / "train-news"):
        archive = read_news(folder)
        answerable, swapped = plain_cases(archive.articles.values())
        asked = {
            "written": held_out_cases(folder, archive, every=every),
            "plain": [*answerable, *swapped][::every],
            "foreign": foreign_cases(of_squad[::4]),
        }
        # a question of a small world, without a name in it, has no one answer in hundreds of them
        among = archive.part(held_out=True).articles
        rows += weigh_set(folder, asked, article_of=articles_of(archive), among=among)
    foreign = foreign_cases([row.case for row in rows if row.kind == "written"][::16])
    for folder in archive_folders():
        whole = partial(_named, folder.name)
        rows += weigh_set(folder, {"written": load_set(folder).cases}, article_of=whole)
    asked = {"written": of_squad, "foreign": foreign}
    return rows, weigh_set(data / "squad2", asked, article_of=articles_of(squad))


def _named(name: str, _: Case) -> str:
    return name


def _kept(path: Path | None, make: Callable[[], Rows]) -> Rows:
    """Return the rows kept in a file of this program's own, making it where there is none."""
    if path is None:
        return make()
    if not path.exists():
        path.write_bytes(pickle.dumps(make()))
    kept: Rows = pickle.loads(path.read_bytes())
    return kept


def fit(news: Sequence[Row], squad: Sequence[Row]) -> tuple[Blend, dict[str, object]]:
    """Return the blend fitted on everything, and what folds of the news say of it."""
    folds = _folds(news)
    best: tuple[float, Blend, dict[str, object]] | None = None
    for penalty in PENALTIES:
        without = [
            [*(r for r, fold in zip(news, folds, strict=True) if fold != held), *squad]
            for held in range(N_FOLDS)
        ]
        orders = [fit_order(rows, penalty) for rows in without]
        everything = [*news, *squad]
        whole = fit_order(everything, penalty)
        for join in JOINS:
            outside: list[tuple[Row, Blend]] = []  # (row, blend fitted without its fold)
            for held, (rows, order) in enumerate(zip(without, orders, strict=True)):
                blend = fit_blend(rows, order, penalty, join)
                inside = zip(news, folds, strict=True)
                outside += [(row, blend) for row, fold in inside if fold == held]
            threshold, value, report = judge(outside)
            shown = (report["trust"], report["citation_precision"], report["words"])
            print(penalty, join, threshold, round(value, 4), shown, flush=True)
            if best is None or value > best[0]:
                fitted = fit_blend(everything, whole, penalty, join)
                best = (
                    value,
                    replace(fitted, threshold=threshold),
                    {"penalty": penalty, "join": join, **report},
                )
    assert best is not None  # noqa: S101 - the grids are not empty
    return best[1], best[2]


def fit_blend(rows: Sequence[Row], order: Weights, penalty: float, join: float) -> Blend:
    """Fit how likely the composed answer is right; the threshold is set by the caller.

    What is weighed is right answers against questions without one, since refusing costs the first
    and pays for the second. Questions that would be answered wrongly are lost either way: with them
    among the refusable, the fit learned to tell what is found with ease from what is not, and let
    near misses, which are found with ease, through. They count when the weights are made a chance.
    """
    blend = Blend(order=order, answerable=Weights(0.0, {}), threshold=0.5, join=join)
    answers = [answer_of(row, blend) for row in rows]
    answerable = np.array([row.case.answerable for row in rows])
    right = _trusted(rows, [prediction for prediction, _ in answers]) & answerable
    evidence = np.array([found.values() for _, found in answers])
    shares, told = _shares(rows), right | ~answerable
    weights = _fit_logistic(evidence[told], right[told].astype(float), shares[told], penalty)
    log_odds = np.array([weights.apply(found) for _, found in answers])
    slope, bias = _curve(log_odds, right, shares)
    assert slope > 0, "what tells right answers would count against them"  # noqa: S101
    by_name = {name: round(slope * w, 5) for name, w in weights.by_name.items()}
    return replace(blend, answerable=Weights(round(slope * weights.bias + bias, 5), by_name))


def judge(outside: Sequence[tuple[Row, Blend]]) -> tuple[float, float, dict[str, object]]:
    """Return the threshold from which answering pays, what the blend is worth, and measures.

    Answering pays where the chance to be right exceeds the chance that there is no answer. The
    second is fitted as a logistic curve over the first: the best of many thresholds would fit
    the folds' noise.
    """
    rows = [row for row, _ in outside]
    answers = [answer_of(row, blend) for row, blend in outside]
    log_odds = np.array(
        [
            blend.answerable.apply(found)
            for (_, found), (_, blend) in zip(answers, outside, strict=True)
        ]
    )
    given = score([row.case for row in rows], [prediction for prediction, _ in answers])
    trusted = np.array([outcome.trusted for outcome in given])
    correct = np.array([outcome.correct for outcome in given])
    refusable = np.array([not row.case.answerable for row in rows])
    shares = _shares(rows)
    threshold = _break_even(log_odds, refusable, shares)
    shown = sigmoids(log_odds) >= threshold
    written = np.array([row.kind == "written" for row in rows])
    first = [row.right[_top(row, blend.order)] for row, blend in outside if row.right.any()]
    trust = float(shares @ np.where(shown, trusted, refusable)) / len(shares)
    cited = [o.citation_precision for o, s in zip(given, shown, strict=True) if s and o.answerable]
    precision = float(np.mean([p for p in cited if p is not None]))
    own = written & ~refusable
    report: dict[str, object] = {
        "trust": trust,
        "trust_written": float(np.where(shown, trusted, refusable)[written].mean()),
        "fully_correct": float((correct & shown)[own].mean()),
        "citation_precision": precision,
        "words": float(np.mean([o.n_words for o, s in zip(given, shown, strict=True) if s])),
        "abstention_f1": _f1(~shown[written], refusable[written]),
        "answerability_auc": _auc(log_odds[written], ~refusable[written]),
        "rightness_auc": _auc(log_odds[own], trusted[own]),
        "first_sentence_right": float(np.mean(first)),
        "threshold": threshold,
        "n": len(outside),
        "n_written": int(written.sum()),
    }
    return threshold, trust + PRECISION_WORTH * precision, report


def answer_of(row: Row, blend: Blend) -> tuple[Prediction, Evidence]:
    """Return the answer a blend would give, if it gave any, and the evidence for it."""
    values = row.features @ _vector(blend.order) + blend.order.bias
    ranks = np.array([(c.hit.rank, c.sentence.ordinal) for c in row.candidates])
    order = np.lexsort((ranks[:, 1], ranks[:, 0], -values))
    ranked = [replace(row.candidates[i], score=float(values[i])) for i in order]
    read = tuple(row.read[i] for i in order)
    chosen = choose(row.question, ranked, join=blend.join)
    scored = Scored(tuple(ranked), read, 0.0)
    chosen = list(order_states(row.question, scored, chosen, story_of=str).chosen)
    cited = tuple(Cited(c.hit.article.id, c.sentence.text) for c in chosen)
    text = " ".join(c.sentence.text for c in chosen)
    prediction = Prediction(row.case.id, answered=True, answer=text, citations=cited)
    return prediction, weigh_evidence(ranked, read)


def sigmoids(values: Floats) -> Floats:
    """Return the logistic function of each value."""
    return 1 / (1 + np.exp(-values))


def _trusted(rows: Sequence[Row], predictions: Sequence[Prediction]) -> NDArray[np.bool_]:
    outcomes = score([row.case for row in rows], list(predictions))
    return np.array([outcome.trusted for outcome in outcomes])


def _break_even(log_odds: Floats, refusable: NDArray[np.bool_], shares: Floats) -> float:
    """Return the probability p at which p equals the chance that there is no answer."""
    slope, bias = _curve(log_odds, refusable, shares)
    grid = np.linspace(0.02, 0.98, 961)
    without = sigmoids(slope * np.log(grid / (1 - grid)) + bias)
    return round(float(grid[np.argmax(grid >= without)]), 4)


def _curve(log_odds: Floats, event: NDArray[np.bool_], shares: Floats) -> tuple[float, float]:
    """Return slope and bias of an event's log-odds as a line over others.

    Source: Platt, 'Probabilistic Outputs for Support Vector Machines', 1999.
    """
    x = np.column_stack([log_odds, np.ones(len(log_odds))])

    def loss(w: Floats) -> float:
        values = x @ w
        return float(shares @ (np.logaddexp(0, values) - event * values))

    slope, bias = minimize(loss, np.zeros(2), method="BFGS").x
    return float(slope), float(bias)


def _top(row: Row, order: Weights) -> int:
    return int(np.argmax(row.features @ _vector(order)))


def _vector(weights: Weights) -> Floats:
    return np.array([weights.by_name.get(name, 0.0) for name in NAMES])


def fit_order(rows: Sequence[Row], penalty: float) -> Weights:
    """Fit a conditional logit: the chance that a right sentence is chosen among a question's."""
    rows = [row for row in rows if row.right.any()]
    standard = Standard.of(np.concatenate([row.features for row in rows]))
    features = [standard.apply(row.features) for row in rows]
    shares = _shares(rows)

    def loss(w: Floats) -> tuple[float, Floats]:
        total, gradient = penalty * float(w @ w) / 2, penalty * w
        for x, row, share in zip(features, rows, shares, strict=True):
            values = x @ w
            chance = np.exp(values - values.max())
            chance /= chance.sum()
            right = chance * row.right
            total -= share * float(np.log(right.sum() + 1e-12))
            gradient = gradient + share * (x.T @ (chance - right / (right.sum() + 1e-12)))
        return total, gradient

    found = minimize(loss, np.zeros(len(NAMES)), jac=True, method="L-BFGS-B", bounds=_bounds(NAMES))
    return standard.plain(NAMES, found.x, 0.0)


def _fit_logistic(x: Floats, y: Floats, shares: Floats, penalty: float) -> Weights:
    standard = Standard.of(x)
    scaled = np.column_stack([standard.apply(x), np.ones(len(x))])
    kept = np.append(np.ones(x.shape[1]), 0.0)  # the bias is not held back

    def loss(w: Floats) -> tuple[float, Floats]:
        values = scaled @ w
        total = float(shares @ (np.logaddexp(0, values) - y * values))
        held = penalty * kept * w
        return total + float(held @ w) / 2, scaled.T @ (shares * (sigmoids(values) - y)) + held

    bounds = [*_bounds(EVIDENCE), (None, None)]
    found = minimize(loss, np.zeros(scaled.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds)
    return standard.plain(EVIDENCE, found.x[:-1], float(found.x[-1]))


def _bounds(names: Sequence[str]) -> list[tuple[float | None, float | None]]:
    return [(None, None) if name in FREE else (0.0, None) for name in names]


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
