"""The set of SQuAD's unseen questions: of held-out articles, less what the blend is fitted on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from eval.questions import load_set
from eval.training.blend import SQUAD_EVERY
from eval.training.corpus import read_squad
from eval.training.rows import held_out_cases
from eval.training.unseen import write_unseen

if TYPE_CHECKING:
    from pathlib import Path


def write_squad(folder: Path, n: int) -> None:
    folder.mkdir()
    articles, questions = [], []
    for doc in ("Huguenot", "Kelp"):
        facts = [f"Pier {i} opened in {1500 + i}." for i in range(n)]
        articles.append({"id": doc, "title": doc, "text": "\n\n".join(facts)})
        questions += [
            {
                "id": f"{doc}-{i}",
                "question": f"When did pier {i} open?",
                "type": "date",
                "answerable": True,
                "answers": [[str(1500 + i)]],
                "evidence": [{"doc": doc, "quote": fact}],
            }
            for i, fact in enumerate(facts)
        ]
    for name, rows in (("articles", articles), ("questions", questions)):
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(text, "utf-8")


def test_what_the_fit_draws_and_what_the_reader_trained_on_is_left_out(tmp_path: Path) -> None:
    squad, out = tmp_path / "squad2", tmp_path / "unseen"
    write_squad(squad, 2 * SQUAD_EVERY)
    fitted = held_out_cases(squad, read_squad(squad), every=SQUAD_EVERY)
    assert write_unseen(squad, out) == 2 * SQUAD_EVERY - len(fitted)
    written = load_set(out)
    assert {case.id.split("-")[0] for case in written.cases} == {"Huguenot"}
    assert not {case.id for case in written.cases} & {case.id for case in fitted}
    assert (out / "articles.jsonl").read_text("utf-8") == (squad / "articles.jsonl").read_text(
        "utf-8"
    )
