"""Measure the shipped selector on held-out articles: python -m eval.training.evaluate --shared DIR.

For every question the best windows of the whole held-out archive (MiniLM and BM25, fused) are
read; their sentences are ranked by margin (sentence logit less null logit) and, as baselines, by
cosine and by idf-weighted overlap. Answerability is judged by the best sentence's score.
"""

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from eval.training.candidates import Array, Bm25, Candidates, Embedder, words_of
from eval.training.corpus import Archive, Question, normalise, read_archives
from eval.training.train import SEED, base_folder
from rag.selector import WEIGHTS, PassageSelector, Window, WindowScore

Place = tuple[str, int]  # (article, sentence)
Scores = dict[Place, float]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Hold one question's scores per way of scoring, and the selector's best short answer."""

    question: Question
    scores: dict[str, Scores]
    span: str

    def rank_of_gold(self, way: str) -> int | None:
        """Return the rank from 1 of the first gold sentence; ties go to the earlier sentence."""
        scores = self.scores[way]
        order = sorted(scores, key=lambda place: (-scores[place], place))
        gold = {(self.question.doc, i) for i in self.question.gold}
        return next((r for r, place in enumerate(order, 1) if place in gold), None)


class Judge:
    """Score the candidate sentences of questions over one archive in every way."""

    def __init__(self, archive: Archive, selector: PassageSelector, embedder: Embedder) -> None:
        """Embed the archive's sentences and windows."""
        self._archive, self._selector, self._embedder = archive, selector, embedder
        self._candidates = Candidates(archive.articles.values(), embedder)
        articles = archive.articles.values()
        self._places = [(a.id, i) for a in articles for i in range(len(a.sentences))]
        texts = [archive.articles[d].sentences[i] for d, i in self._places]
        titles = [archive.articles[d].title for d, _ in self._places]
        self._bm25 = Bm25(texts)
        self._plain = dict(zip(self._places, embedder.embed(texts), strict=True))
        headed = embedder.embed([f"{t}. {s}" for t, s in zip(titles, texts, strict=True)])
        self._headed = dict(zip(self._places, headed, strict=True))

    def outcome(self, question: Question, *, windows: int = 8) -> Outcome:
        """Read the best windows for a question."""
        vector = self._embedder.embed([question.text])[0]
        passages = self._candidates.rank(question.text, vector, k=windows)
        articles = self._archive.articles
        read = [
            Window(articles[p.doc].header(), articles[p.doc].sentences[p.start : p.end])
            for p in passages
        ]
        found = self._selector.score(question.text, read)
        margins: Scores = {}
        spans: dict[Place, str] = {}
        for passage, window, score in zip(passages, read, found, strict=True):
            for i, margin in enumerate(score.margins):
                place = (passage.doc, passage.start + i)
                if margin > margins.get(place, -np.inf):
                    margins[place] = margin
                    spans[place] = _span_text(window, score, i)
        best = max(margins, key=lambda place: margins[place])
        return Outcome(question, self._ways(question, vector, margins), spans[best])

    def _ways(self, question: Question, vector: Array, margins: Scores) -> dict[str, Scores]:
        cosine = {p: float(self._plain[p] @ vector) for p in margins}
        headed = {p: float(self._headed[p] @ vector) for p in margins}
        overlap = {p: self._overlap(question.text, p) for p in margins}
        blend = {p: headed[p] + 0.5 * overlap[p] for p in margins}
        mixed = {p: margins[p] + 4 * blend[p] for p in margins}
        return {
            "selector": margins,
            "cosine": cosine,
            "cosine with headline": headed,
            "idf overlap with headline": overlap,
            "headline cosine + 0.5 overlap": blend,
            "selector + 4 x (headline cosine + 0.5 overlap)": mixed,
        }

    def _overlap(self, text: str, place: Place) -> float:
        """Return the share of the question's idf mass that stands in headline or sentence."""
        article = self._archive.articles[place[0]]
        held = set(words_of(f"{article.title} {article.sentences[place[1]]}"))
        weights = {w: self._bm25.idf(w) for w in set(words_of(text))}
        return sum(v for w, v in weights.items() if w in held) / max(sum(weights.values()), 1e-9)


def main() -> None:
    """Parse the command line, measure, print, and write the figures into the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--questions", type=int, default=600, help="at most so many per set")
    parser.add_argument("--sets", nargs="+", default=["news", "squad"], help="which to measure")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--card", action="store_true", help="write the figures into selector.json")
    options = parser.parse_args()
    selector = PassageSelector.load(options.weights, threads=options.threads)
    archives = [a for a in read_archives(options.shared) if a.name in options.sets]
    figures = measure(archives, selector, questions=options.questions)
    print(json.dumps(figures, indent=2))
    if options.card:
        path = options.weights / "selector.json"
        card = json.loads(path.read_text(encoding="utf-8"))
        card["figures"] = card.get("figures", {}) | figures
        path.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def measure(
    archives: Sequence[Archive], selector: PassageSelector, *, questions: int
) -> dict[str, object]:
    """Return the figures of the held-out articles of every archive."""
    embedder = Embedder(base_folder())
    figures: dict[str, object] = {}
    for archive in archives:
        held = archive.part(held_out=True)
        judge = Judge(held, selector, embedder)
        drawn = random.Random(SEED).sample(held.questions, min(questions, len(held.questions)))
        figures[archive.name] = summary([judge.outcome(q) for q in drawn])
    return figures


def summary(outcomes: Sequence[Outcome]) -> dict[str, object]:
    """Return top-1 and top-3 of the gold sentence and the AUC of answerability per way."""
    answerable = [o for o in outcomes if o.question.answerable]
    truth = [o.question.answerable for o in outcomes]
    table: dict[str, object] = {
        "questions": len(outcomes),
        "answerable": len(answerable),
        "gold among candidates": _share(answerable, lambda o: o.rank_of_gold("cosine") is not None),
    }
    for way in outcomes[0].scores:
        ranks = [o.rank_of_gold(way) or 10**6 for o in answerable]
        best = [max(o.scores[way].values()) for o in outcomes]
        table[way] = {
            "top1": round(float(np.mean([r == 1 for r in ranks])), 3),
            "top3": round(float(np.mean([r <= 3 for r in ranks])), 3),
            "auc": round(float(roc_auc_score(truth, best)), 3),
        }
    right = [o for o in answerable if o.rank_of_gold("selector") == 1 and o.question.facts]
    table["short answer in or around the span, gold first"] = _share(right, _span_fits)
    table["auc by type"] = _auc_by_type(outcomes)
    return table


def _auc_by_type(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return the selector's AUC of every type of unanswerable question against all answerable."""
    best: dict[str, list[float]] = defaultdict(list)
    for outcome in outcomes:
        kind = "answerable" if outcome.question.answerable else outcome.question.kind
        best[kind].append(max(outcome.scores["selector"].values()))
    positive = best.pop("answerable")
    return {
        kind: round(float(roc_auc_score([1] * len(positive) + [0] * len(rest), positive + rest)), 3)
        for kind, rest in sorted(best.items())
    }


def _span_fits(outcome: Outcome) -> bool:
    """Say whether the span and an accepted variant contain one another."""
    span = normalise(outcome.span)
    variants = [normalise(v) for variants in outcome.question.facts for v in variants]
    return any(v in span or (len(span) > 1 and span in v) for v in variants)


def _span_text(window: Window, score: WindowScore, index: int) -> str:
    span = score.spans[index]
    return window.sentences[index][span[0] : span[1]] if span else ""


def _share(outcomes: Sequence[Outcome], holds: Callable[[Outcome], bool]) -> float:
    return round(sum(map(holds, outcomes)) / max(len(outcomes), 1), 3)


if __name__ == "__main__":
    main()
