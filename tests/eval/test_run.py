import itertools
import json

import pytest

from eval.intervals import Resampling
from eval.outcomes import read_outcomes
from eval.predictions import load_predictions
from eval.run import evaluate, render_table
from eval.system import Answerer, Shipped, System
from rag.errors import IndexUnavailable, UsageError
from rag.types import Turn

SAMPLING = Resampling(n=100)


@pytest.fixture
def script(make_answer):
    return {"How many?": make_answer("It carried 148 people."), "Who?": make_answer("Nobody.")}


@pytest.fixture
def folder(tmp_path, question_line, write_lines):
    """A set of three questions with its own articles."""
    folder = tmp_path / "sets" / "mine"
    write_lines(
        folder / "questions.jsonl",
        [
            question_line(
                "q1",
                "How many?",
                history=[{"question": "Which?", "answer": "That."}],
                as_of="2025-09-18",
            ),
            question_line("q2", "Who?"),
            question_line("q3", "Where?", type="place", answerable=False, answers=[], evidence=[]),
        ],
    )
    write_lines(folder / "articles.jsonl", [{"id": "d1"}])
    return folder


@pytest.fixture
def run(settings, tmp_path):
    """Evaluate with a clock that ticks half a second at each look."""

    def of(sets, system, *, out="out", **more):
        ticks = itertools.count(step=0.5)
        return evaluate(
            sets,
            settings,
            out=tmp_path / out,
            system=system,
            clock=lambda: next(ticks),
            resampling=SAMPLING,
            **more,
        )

    return of


def read_json_lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_fake_system_satisfies_the_protocols(fake_system):
    system: System = fake_system({})
    system.there.add(None)
    answerer: Answerer = system.open(type("S", (), {"index": None}))[0]
    assert answerer
    assert Shipped()


def test_evaluate_writes_predictions_in_the_contracts_shape_and_order(
    run, folder, fake_system, script
):
    (result,) = run([folder], fake_system(script))
    lines = read_json_lines(result.folder / "predictions.jsonl")
    assert [line["id"] for line in lines] == ["q1", "q2", "q3"]
    contract = ["id", "answered", "answer", "citations", "hits", "seconds"]
    assert all(list(line)[:7] == [*contract, "probability"] for line in lines)
    assert lines[0]["citations"] == [
        {"doc": "d1", "sentence": "It carried 148 people.", "start": 0, "end": 22}
    ]
    assert lines[0]["hits"] == ["d1"]
    assert [line["seconds"] for line in lines] == [0.5, 0.5, 0.5]
    assert lines[2]["answered"] is False
    assert lines[2]["answer"] == "The archive does not say."
    assert len(load_predictions(result.folder / "predictions.jsonl")) == 3


def test_evaluate_measures_what_it_wrote(run, folder, fake_system, script):
    (result,) = run([folder], fake_system(script))
    metrics = json.loads((result.folder / "metrics.json").read_text())
    assert metrics["overall"]["trust"]["value"] == 0.666667  # q1 and q3
    assert (metrics["n"], metrics["n_answerable"], metrics["n_answered"]) == (3, 2, 2)
    assert metrics["timing"]["median_s"] == 0.5
    assert metrics["index"] == {"model": "fake"}
    assert set(metrics["settings"]) == {"model", "passage_tokens", "k", "threshold"}
    assert read_outcomes(result.folder).ids == ("q1", "q2", "q3")
    assert "<h1>mine</h1>" in (result.folder / "report.html").read_text()
    assert "mine: 3 questions" in render_table([result])


def test_evaluate_passes_on_history_and_as_of_after_one_unmeasured_question(
    run, folder, fake_system, script
):
    system = fake_system(script)
    run([folder], system)
    (answerer,) = system.answerers
    assert [text for text, _, _ in answerer.asked] == ["How many?", "How many?", "Who?", "Where?"]
    _, history, as_of = answerer.asked[1]
    assert history == (Turn("Which?", "That."),)
    assert as_of.isoformat() == "2025-09-18T23:59:59.999999+00:00"
    assert answerer.asked[2][1:] == ((), None)
    assert answerer.closed


def test_evaluate_builds_a_sets_index_once_in_the_cache(
    run, folder, fake_system, script, settings, write_lines
):
    system = fake_system(script)
    run([folder], system)
    run([folder], system, out="again")
    assert len(system.built) == 1
    assert system.built[0].parent == settings.cache / "eval"
    write_lines(folder / "articles.jsonl", [{"id": "changed"}])
    run([folder], system, out="changed")
    assert len(set(system.built)) == 2


def test_evaluate_asks_a_set_without_articles_of_the_given_index(
    run, folder, fake_system, script, settings
):
    (folder / "articles.jsonl").unlink()
    system = fake_system(script)
    with pytest.raises(IndexUnavailable):
        run([folder], system)
    assert system.built == []
    system.there.add(settings.index)
    run([folder], system)
    assert system.built == []


def test_evaluate_repeats_to_the_byte_apart_from_time(run, folder, fake_system, script):
    (first,) = run([folder], fake_system(script), out="first")
    (again,) = run([folder], fake_system(script), out="again")
    for name in ("outcomes.json", "metrics.json", "predictions.jsonl", "report.html"):
        assert (first.folder / name).read_bytes() == (again.folder / name).read_bytes()
    metrics = json.loads((first.folder / "metrics.json").read_text())
    assert not [key for key in metrics if "second" in key]  # times only under 'timing'


def test_evaluate_reports_progress_of_building_and_asking(run, folder, fake_system, script):
    seen = []
    run([folder], fake_system(script), progress=lambda *step: seen.append(step))
    assert seen == [
        ("reading", 1, None),
        ("asking mine", 1, 3),
        ("asking mine", 2, 3),
        ("asking mine", 3, 3),
    ]


def test_evaluate_refuses_two_sets_of_one_name(run, folder, fake_system, tmp_path, write_lines):
    twin = tmp_path / "other" / "mine"
    twin.mkdir(parents=True)
    (twin / "questions.jsonl").write_bytes((folder / "questions.jsonl").read_bytes())
    with pytest.raises(UsageError, match="Two sets are called 'mine'"):
        run([folder, twin], fake_system({}))
    with pytest.raises(UsageError, match="No set to run"):
        run([], fake_system({}))


def test_evaluate_leaves_the_old_predictions_when_a_run_breaks_off(
    run, folder, fake_system, script
):
    (result,) = run([folder], fake_system(script))
    before = (result.folder / "predictions.jsonl").read_bytes()

    class Broken(fake_system):
        def prediction(self, answer):
            raise IndexUnavailable(f"gone before {answer.text}")

    with pytest.raises(IndexUnavailable):
        run([folder], Broken(script))
    assert (result.folder / "predictions.jsonl").read_bytes() == before


def test_evaluate_says_where_it_cannot_write(run, folder, fake_system, script, tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(Exception, match="Choose another: --out"):
        run([folder], fake_system(script))
