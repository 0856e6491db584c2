import json

from eval.intervals import Resampling
from eval.run import evaluate


def test_shipped_system_answers_a_set_from_the_seed(
    seed_settings, tmp_path, question_line, write_lines
):
    question = "Who is Trump's envoy for the conflict?"
    line = question_line("q1", question, answers=[["Witkoff"]], evidence=[])
    write_lines(tmp_path / "set" / "questions.jsonl", [line])
    (run,) = evaluate(
        [tmp_path / "set"], seed_settings, out=tmp_path / "out", resampling=Resampling(n=50)
    )
    written = json.loads((run.folder / "predictions.jsonl").read_text(encoding="utf-8"))
    assert written["id"] == "q1"
    assert written["hits"]
    assert 0 <= written["probability"] <= 1
    assert written["seconds"] > 0
    for citation in written["citations"]:
        assert citation["end"] - citation["start"] == len(citation["sentence"])
    metrics = json.loads((run.folder / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["index"]["counts"]["articles"] == 1
    assert metrics["index"]["versions"]
