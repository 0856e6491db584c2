"""One self-contained page on a run: tables, charts and the worst cases, for people to judge.

The page asks nothing of the network and runs no script (its own content policy forbids both),
and every string from a set or an article is escaped.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from eval.charts import interval_bar, latency_chart, reliability_chart, risk_coverage_chart
from eval.measures import MEASURES, Outcome, holds, normalise
from eval.stylesheet import STYLESHEET
from eval.summary import Group, Summary, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from eval.predictions import Prediction
    from eval.questions import Case

N_WORST = 20
N_HITS_SHOWN = 10
N_FOUND_SHOWN = 5
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True, slots=True)
class ReportHead:
    """What the report is about: the set's name, and the run's settings and hashes as JSON."""

    set_name: str
    provenance: str


def render_report(
    head: ReportHead,
    summary: Summary,
    *,
    cases: Sequence[Case],
    predictions: Sequence[Prediction],
    outcomes: Sequence[Outcome],
) -> str:
    """Render the page as HTML; `predictions` and `outcomes` are aligned with `cases`."""
    seconds = [one.seconds for one in predictions if one.seconds is not None]
    worst = worst_cases(outcomes, predictions)
    cards = "".join(_card(cases[row], predictions[row], outcomes[row]) for row in worst)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(head.set_name)}: Dateline evaluation</title>"
        f"<style>{STYLESHEET}</style></head><body><main>"
        f"{_headline(head, summary)}{_overall_table(summary.overall)}"
        f"{_type_table(summary.by_type)}{_figures(summary, seconds)}"
        f"<section><h2>The {len(worst)} worst cases</h2>"
        "<p>Surest of the wrong thing first: a wrong answer by its probability, a wrong refusal "
        f"by what was missing to one. Articles with evidence are in bold.</p>{cards}</section>"
        f"<section><h2>What was measured</h2><pre>{escape(head.provenance)}</pre></section>"
        "</main></body></html>\n"
    )


def worst_cases(outcomes: Sequence[Outcome], predictions: Sequence[Prediction]) -> list[int]:
    """Return the rows of at most `N_WORST` untrusted questions, the most confident error first.

    The error is the probability's distance from what should have been done: 1 to answer, 0 to
    refuse. Without a probability an answer counts as sure. Ties go by id.
    """

    def error(row: int) -> float:
        prediction = predictions[row]
        if prediction.probability is None:
            return 1.0
        answered = prediction.answered
        return prediction.probability if answered else 1.0 - prediction.probability

    wrong = [row for row, outcome in enumerate(outcomes) if not outcome.trusted]
    return sorted(wrong, key=lambda row: (-error(row), outcomes[row].id))[:N_WORST]


def _headline(head: ReportHead, summary: Summary) -> str:
    overall, trust = summary.overall, summary.overall.value("trust")
    n_trusted = round(trust.value * overall.n)
    level = round(100 * summary.resampling.level)
    return (
        f'<header><p class="kicker">Dateline evaluation</p><h1>{escape(head.set_name)}</h1>'
        f'<p class="lead">{n_trusted} of {overall.n} questions were answered correctly with a '
        f"supporting citation, or rightly refused: trust {number(trust.value)}, {level}% interval "
        f"{number(trust.low)} to {number(trust.high)}. {overall.n_answered} were answered; "
        f"{overall.n_answerable} can be.</p></header>"
    )


def _overall_table(overall: Group) -> str:
    rows = ""
    for measure, value in zip(MEASURES, overall.values, strict=True):
        bar = "" if measure.higher_is_better is None else interval_bar(value)
        rows += (
            f'<tr><th scope="row">{escape(measure.label)}</th><td>{number(value.value)}</td>'
            f"<td>{number(value.low)} to {number(value.high)}</td>"
            f'<td class="wide">{bar}</td><td>{value.n}</td></tr>'
        )
    return (
        '<section><h2>All questions</h2><div class="scroll"><table><thead><tr><th>Measure</th>'
        "<th>Value</th><th>Interval</th><th>0 to 1</th><th>Counted</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div></section>"
    )


def _type_table(groups: Sequence[Group]) -> str:
    rows = ""
    for group in groups:
        trust = group.value("trust")
        keys = ("correct", "fact_recall", "citation_recall", "citation_precision", "doc_hit@5")
        cells = "".join(f"<td>{number(group.value(key).value)}</td>" for key in keys)
        rows += (
            f'<tr><th scope="row">{escape(group.name)}</th><td>{group.n}</td>'
            f"<td>{group.n_answered}</td><td>{number(trust.value)}</td>"
            f"<td>{number(trust.low)} to {number(trust.high)}</td>{cells}</tr>"
        )
    return (
        "<section><h2>By type</h2><p>An interval without width says that all of a few questions "
        "went the same way, not that the value is certain.</p>"
        '<div class="scroll"><table><thead><tr><th>Type</th><th>n</th>'
        "<th>Answered</th><th>Trust</th><th>Interval</th><th>Correct</th><th>Facts</th>"
        "<th>Cit. recall</th><th>Cit. precision</th><th>Hit@5</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div></section>"
    )


def _figures(summary: Summary, seconds: Sequence[float]) -> str:
    calibration, timing = summary.calibration, summary.timing
    drawn = (
        (
            "Risk and coverage",
            risk_coverage_chart(calibration.curve),
            "What a higher threshold would have bought. Refused questions are not on it.",
        ),
        (
            "Reliability",
            reliability_chart(calibration.bins),
            f"Calibration error {number(calibration.expected_error)}, Brier score "
            f"{number(calibration.brier)}, over {calibration.n} answers.",
        ),
        (
            "Time",
            latency_chart(seconds),
            f"Mean {number(timing.mean_s)} s, median {number(timing.median_s)} s, "
            f"95th percentile {number(timing.p95_s)} s.",
        ),
    )
    figures = "".join(
        f"<figure><h3>{title}</h3>{chart}<figcaption>{caption}</figcaption></figure>"
        for title, chart, caption in drawn
    )
    return f'<section><h2>Probability and time</h2><div class="figures">{figures}</div></section>'


def _card(case: Case, prediction: Prediction, outcome: Outcome) -> str:
    probability = (
        "" if prediction.probability is None else f" · probability {number(prediction.probability)}"
    )
    history = "".join(
        f"<dt>Before</dt><dd>{_text(turn.question)} — {_text(turn.answer)}</dd>"
        for turn in case.history
    )
    as_of = f"<dt>As of</dt><dd>{case.as_of:%Y-%m-%d %H:%M %Z}</dd>" if case.as_of else ""
    gold = {evidence.doc for evidence in case.evidence}
    found = prediction.found[:N_FOUND_SHOWN]
    hits = " ".join(
        f"<b>{_text(hit)}</b>" if hit in gold else _text(hit)
        for hit in prediction.hits[:N_HITS_SHOWN]
    )
    return (
        f'<article><p class="kicker">{escape(case.id)} · {escape(case.type)} · '
        f"{_verdict(outcome)}{probability}</p><h3>{_text(case.question)}</h3><dl>{history}{as_of}"
        f"<dt>Required</dt><dd>{_facts(case, prediction)}</dd>"
        f"<dt>{'Answer' if prediction.answered else 'Refusal'}</dt>"
        f"<dd>{_text(prediction.answer) or '–'}</dd>"
        f"<dt>Cited</dt><dd>{_quotes((one.doc, one.sentence) for one in prediction.citations)}"
        f"</dd><dt>Evidence</dt><dd>{_quotes((one.doc, one.quote) for one in case.evidence)}</dd>"
        f"<dt>Hits</dt><dd>{hits or '–'}</dd>"
        f"<dt>Read</dt><dd>{_quotes((one.doc, one.sentence) for one in found)}</dd></dl></article>"
    )


def _verdict(outcome: Outcome) -> str:
    if not outcome.answered:
        return "refused, though the archive says it"
    if not outcome.answerable:
        return "answered, though the archive does not say"
    if not outcome.correct:
        return "incomplete" if outcome.fact_recall else "wrong answer"
    return "correct but too long" if outcome.supported else "correct but not supported"


def _facts(case: Case, prediction: Prediction) -> str:
    if not case.facts:
        return "a refusal"
    answer = normalise(prediction.answer) if prediction.answered else ""
    return "; ".join(
        f"{'✓' if holds(answer, fact) else '✗'} {_text(' / '.join(fact))}" for fact in case.facts
    )


def _quotes(pairs: Iterable[tuple[str, str]]) -> str:
    items = "".join(f"<li>{_text(quote)} <cite>{_text(doc)}</cite></li>" for doc, quote in pairs)
    return f"<ol>{items}</ol>" if items else "–"


def _text(text: str) -> str:
    """Escape and isolate: the text's own direction stays within it."""
    return f"<bdi>{escape(text)}</bdi>" if text else ""
