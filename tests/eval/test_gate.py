import pytest

from eval.gate import GATE_FAILED, gate, render_gate
from eval.intervals import Resampling
from eval.measures import score
from eval.outcomes import write_outcomes
from rag.errors import UsageError

SAMPLING = Resampling(n=2000)


@pytest.fixture
def write_run(tmp_path, make_case, make_prediction):
    """Write outcomes of 100 answerable questions, the first `n_right` answered rightly."""

    def write(name, n_right, *, questions_hash="same", n=100):
        cases = [make_case(f"q{k}") for k in range(n)]
        predictions = [
            make_prediction(f"q{k}", "It held 148." if k < n_right else "None.") for k in range(n)
        ]
        path = tmp_path / f"{name}.json"
        write_outcomes(
            path, score(cases, predictions), set_name="mine", questions_hash=questions_hash
        )
        return path

    return write


def test_gate_fails_on_a_significant_drop(write_run):
    verdict = gate(write_run("run", 50), write_run("base", 70), resampling=SAMPLING)
    assert not verdict.passed
    assert verdict.exit_code == GATE_FAILED == 6
    assert {one.key for one in verdict.drops} == {"trust", "correct"}
    assert "Gate failed: Trust -0.200" in render_gate(verdict)


@pytest.mark.parametrize(
    ("n_right", "max_drop"),
    [
        (70, 0.0),  # the same
        (90, 0.0),  # better
        (67, 0.0),  # three lost: 2 / 2^3 = .25, luck
        (50, 0.25),  # significant, but within what is allowed
    ],
)
def test_gate_passes_otherwise(write_run, n_right, max_drop):
    verdict = gate(write_run("run", n_right), write_run("base", 70), max_drop, resampling=SAMPLING)
    assert verdict.passed
    assert verdict.exit_code == 0
    assert "Gate passed" in render_gate(verdict)


@pytest.mark.parametrize("changed", [{"questions_hash": "new"}, {"n": 99}])
def test_gate_refuses_a_baseline_of_other_questions(write_run, changed):
    with pytest.raises(UsageError, match="another version of the set"):
        gate(write_run("run", 50, **changed), write_run("base", 50))


@pytest.mark.parametrize(
    "wrong", [{"keys": ("speed",)}, {"keys": ("words_per_answer",)}, {"keys": ()}, {"max_drop": -1}]
)
def test_gate_refuses_what_cannot_be_gated(write_run, wrong):
    run = write_run("run", 50)
    with pytest.raises(UsageError):
        gate(run, run, **wrong)
