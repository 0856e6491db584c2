"""Our measures against the outside scorer, run as a program on the same two files."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from eval.measures import MEASURES, ratios, score, terms
from eval.predictions import align, load_predictions
from eval.questions import load_set
from eval.summary import summarise

BENCH = Path(__file__).parents[3] / "shared" / "bench" / "score.py"
NAMES = {
    "trust": "trust",
    "correct": "correct",
    "correct_when_answered": "correct when answered",
    "fact_recall": "fact recall",
    "citation_recall": "citation recall",
    "citation_precision": "citation precision",
    "abstention_precision": "abstain precision",
    "abstention_recall": "abstain recall",
    "abstention_f1": "abstain F1",
    "doc_hit@1": "doc hit@1",
    "doc_hit@5": "doc hit@5",
    "doc_mrr@10": "doc MRR@10",
    "words_per_answer": "words per answer",
    "citations_per_answer": "citations per answer",
}
QUESTIONS = [
    ("variants", "person", [["Jory Tallis", "Tallis"]], [("d1", "Skipper Jory Tallis spoke.")]),
    ("quotes", "thing", [["O'Hara's \"Sea Bird\""]], [("d2", "O’Hara’s “Sea Bird” sank at dawn.")]),
    ("number", "number", [["1,200", "twelve hundred"]], [("d3", "It held 1200 tonnes of grain.")]),
    ("part", "list", [["Ada"], ["Berta"], ["Cara"]], [("d4", "Ada and Berta went."), ("d5", "C")]),
    ("long", "number", [["148"]], [("d1", "It carried 148 people.")]),
    ("unsupported", "number", [["148"]], [("d1", "It carried 148 people.")]),
    ("near", "number", [["148"]], [("d1", "It carried 148 people.")]),
    ("refused", "number", [["148"]], [("d1", "It carried 148 people.")]),
    ("missing", "place", [["Calder"]], [("d6", "Off Calder.")]),
    ("nothing-a", "unanswerable", None, []),
    ("nothing-b", "unanswerable", None, []),
    ("late", "place", [["Gannet Point"]], [("d12", "Off Gannet Point it was lost.")]),
]
ANSWERS = {
    "variants": ("It was TALLIS who did.", [("d1", "Tallis, the skipper, spoke up.")], ["d1"]),
    "quotes": ("O’Hara’s “Sea Bird” it was.", [("d2", "O'Hara's 'Sea Bird' sank")], ["d1", "d2"]),
    "number": ("Some 1200 tonnes.", [("d3", "It held 1,200 tonnes.")], ["d1", "d1", "d1", "d3"]),
    "part": (
        "Ada, and Cara; Bertaa not.",
        [("d4", "Ada and Berta went."), ("d4", "Rain fell."), ("d7", "Ada went.")],
        ["d9", "d8", "d7", "d6", "d3", "d5"],
    ),
    "long": ("148 " + "word " * 100, [("d1", "It carried 148 people.")], ["d1"]),
    "unsupported": ("148 people.", [], ["d2", "d1", "d3", "d1"]),
    "near": ("2148 people, 1480 boats.", [("d1", "It carried people, 14.8 each.")], []),
    "nothing-b": ("Five.", [("d1", "Five of them.")], ["d1"]),
    "late": ("Off Gannet  Point.", [("d12", "Gannet Point")], [f"d{n}" for n in range(1, 13)]),
}
REFUSED = {"refused": "The archive does not say 148.", "nothing-a": "Not in the archive."}


def write_fixture(folder, write_lines, keep=lambda _: True):
    questions = [
        {
            "id": id_,
            "question": f"{id_}?",
            "type": type_,
            "answerable": facts is not None,
            "answers": facts or [],
            "evidence": [{"doc": doc, "quote": quote} for doc, quote in evidence],
        }
        for id_, type_, facts, evidence in QUESTIONS
        if keep(id_)
    ]
    predictions = [
        {
            "id": id_,
            "answered": True,
            "answer": answer,
            "citations": [{"doc": doc, "sentence": sentence} for doc, sentence in cited],
            "hits": hits,
            "seconds": 0.25,
        }
        for id_, (answer, cited, hits) in ANSWERS.items()
    ] + [
        {"id": id_, "answered": False, "answer": text, "citations": [], "hits": [], "seconds": 0.5}
        for id_, text in REFUSED.items()
    ]
    write_lines(folder / "questions.jsonl", questions)
    return write_lines(folder / "predictions.jsonl", predictions)


def run_bench(folder):
    out = folder / "bench.json"
    command = [sys.executable, str(BENCH), "questions.jsonl", "predictions.jsonl", "--quiet"]
    subprocess.run([*command, "--json", str(out)], cwd=folder, check=True, capture_output=True)
    return json.loads(out.read_text())


@pytest.mark.skipif(not BENCH.is_file(), reason="the outside scorer is not on this machine")
@pytest.mark.parametrize(
    "keep",
    [
        lambda _: True,
        lambda id_: id_ not in ("nothing-a", "nothing-b"),  # nothing unanswerable
        lambda id_: id_ in ("nothing-a", "nothing-b"),  # nothing answerable
        lambda id_: id_ in ANSWERS and id_ != "nothing-b",  # nothing refused
        lambda id_: id_ in ("refused", "missing"),  # nothing answered
    ],
    ids=["all", "all-answerable", "none-answerable", "none-refused", "none-answered"],
)
def test_measures_agree_with_the_outside_scorer(tmp_path, write_lines, keep):
    path = write_fixture(tmp_path, write_lines, keep)
    cases = load_set(tmp_path).cases
    predictions = align(cases, load_predictions(path))
    outcomes = score(cases, predictions)
    bench = run_bench(tmp_path)
    values = ratios(terms(outcomes).sum(axis=0))
    for measure, value in zip(MEASURES, values, strict=True):
        theirs = bench["total"][NAMES[measure.key]]
        assert value == pytest.approx(theirs, abs=5e-4, nan_ok=True), measure.key
    seconds = summarise(outcomes, predictions).timing.mean_s
    assert seconds == pytest.approx(bench["total"]["seconds (mean)"], abs=5e-4, nan_ok=True)
    for outcome, row in zip(outcomes, bench["rows"], strict=True):
        assert outcome.fact_recall == pytest.approx(row["fact_recall"])
        assert outcome.citation_recall == pytest.approx(row["cit_recall"])
        assert outcome.citation_precision == pytest.approx(row["cit_prec"])
        assert outcome.correct == bool(row["correct"])


def test_the_fixture_reaches_every_kind_of_outcome(tmp_path, write_lines):
    path = write_fixture(tmp_path, write_lines)
    cases = load_set(tmp_path).cases
    values = ratios(terms(score(cases, load_predictions(path))).sum(axis=0))
    assert all(value > 0 for value in values)
    assert not any(math.isnan(value) for value in values)
