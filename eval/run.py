"""Ask every question of a set of the answerer that ships, and write down what came of it.

OUT/<set>/predictions.jsonl   what was answered, one line a question
OUT/<set>/outcomes.json       what each question scored: compare runs by it, keep it as baseline
OUT/<set>/metrics.json        the measures, intervals and settings
OUT/<set>/report.html         the same for people, with the worst cases
"""

from __future__ import annotations

import json
import time
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from eval.cache import index_folder
from eval.intervals import Resampling
from eval.measures import score
from eval.outcomes import OUTCOMES_NAME, write_outcomes
from eval.predictions import PREDICTIONS_NAME, align, load_predictions
from eval.questions import Case, QuestionSet, load_set
from eval.report import ReportHead, render_report
from eval.summary import Summary, json_value, render_summary, summarise, summary_json
from eval.system import Answerer, Progress, Shipped, System
from rag.errors import DatelineError, IndexUnavailable, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from rag.settings import Settings
    from rag.types import Answer

METRICS_NAME = "metrics.json"
REPORT_NAME = "report.html"
ANSWER_SETTINGS = ("model", "passage_tokens", "k", "threshold")
"""The settings that can change an answer: metrics.json names these and no paths."""


@dataclass(frozen=True, slots=True)
class Run:
    """One set evaluated: its name, the folder its four files are in, and what was measured."""

    name: str
    folder: Path
    summary: Summary


def evaluate(
    sets: Sequence[Path],
    settings: Settings,
    *,
    out: Path,
    system: System | None = None,
    clock: Callable[[], float] = time.perf_counter,
    progress: Progress | None = None,
    resampling: Resampling | None = None,
) -> tuple[Run, ...]:
    """Run every set and write its four files to `out/<set folder name>/`.

    A set with its own articles is asked of an index of just those, built into the cache once;
    any other of the index at `settings.index`. One unmeasured question comes first, so that
    loading models is not charged to a question. `clock` counts seconds.

    Raises:
        UsageError: No set, two sets of one folder name, or a set that cannot be read.
        IndexUnavailable: A set without articles, and no index.
    """
    if not sets:
        raise UsageError("No set to run. Name a folder with questions.jsonl.")
    loaded = [load_set(folder) for folder in sets]
    _refuse_same_names(loaded)
    runner = _Runner(
        settings=settings,
        system=system or Shipped(),
        clock=clock,
        progress=progress or _silent,
        resampling=resampling or Resampling(),
    )
    return tuple(runner.run(one, out / one.name) for one in loaded)


def render_table(runs: Sequence[Run]) -> str:
    """Render the measures of every run as plain text for a terminal."""
    return "\n\n\n".join(
        f"{render_summary(run.name, run.summary)}\n\n{run.folder / REPORT_NAME}" for run in runs
    )


@dataclass(frozen=True, slots=True)
class _Runner:
    settings: Settings
    system: System
    clock: Callable[[], float]
    progress: Progress
    resampling: Resampling

    def run(self, questions: QuestionSet, folder: Path) -> Run:
        answerer, made_of = self._open(questions)
        _make_folder(folder)
        path = folder / PREDICTIONS_NAME
        with closing(answerer):
            self._ask_all(answerer, questions, path)
        predictions = align(questions.cases, load_predictions(path))
        outcomes = score(questions.cases, predictions)
        write_outcomes(
            folder / OUTCOMES_NAME,
            outcomes,
            set_name=questions.name,
            questions_hash=questions.questions_hash,
        )
        summary = summarise(outcomes, predictions, resampling=self.resampling)
        provenance = _provenance(questions, self.settings, made_of)
        _write_json(folder / METRICS_NAME, {**provenance, **summary_json(summary)})
        page = render_report(
            ReportHead(questions.name, json.dumps(provenance, indent=1, sort_keys=True)),
            summary,
            cases=questions.cases,
            predictions=predictions,
            outcomes=outcomes,
        )
        (folder / REPORT_NAME).write_text(page, encoding="utf-8")
        return Run(questions.name, folder, summary)

    def _open(self, questions: QuestionSet) -> tuple[Answerer, Mapping[str, object]]:
        if questions.articles is None or questions.articles_hash is None:
            return self.system.open(self.settings)
        folder = index_folder(questions.articles_hash, self.settings)
        own = self.settings.model_copy(update={"index": folder})
        try:
            return self.system.open(own)
        except IndexUnavailable:  # not built yet, or by a version that this one cannot read
            self.system.index(questions.articles, own, self.progress)
            return self.system.open(own)

    def _ask_all(self, answerer: Answerer, questions: QuestionSet, path: Path) -> None:
        """Write the predictions beside, and put them in place once all are there."""
        _ask(answerer, questions.cases[0])
        stage, total = f"asking {questions.name}", len(questions.cases)
        draft = path.with_suffix(".part")
        with draft.open("w", encoding="utf-8") as lines:
            for done, case in enumerate(questions.cases, start=1):
                line = self._predict(answerer, case)
                lines.write(json.dumps(line, ensure_ascii=False) + "\n")
                self.progress(stage, done, total)
        draft.replace(path)

    def _predict(self, answerer: Answerer, case: Case) -> dict[str, object]:
        started = self.clock()
        answer = _ask(answerer, case)
        seconds = self.clock() - started
        said = dict(self.system.prediction(answer))
        contract = {key: said.pop(key) for key in ("answered", "answer", "citations", "hits")}
        return {
            "id": case.id,
            **contract,
            "seconds": round(seconds, 6),
            "probability": json_value(answer.probability),
            **{key: value for key, value in said.items() if key not in ("id", "seconds")},
        }


def _ask(answerer: Answerer, case: Case) -> Answer:
    return answerer.ask(case.question, history=case.history, as_of=case.as_of)


def _silent(stage: str, done: int, total: int | None) -> None:
    """Report to nobody."""


def _refuse_same_names(loaded: Sequence[QuestionSet]) -> None:
    names = [one.name for one in loaded]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(
                f"Two sets are called '{name}': their results would overwrite each other. "
                "Run them with two different --out folders, or rename one folder."
            )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatelineError(
            f"Cannot write to {folder}: {error.strerror}. Choose another: --out DIR"
        ) from error


def _provenance(
    questions: QuestionSet, settings: Settings, made_of: Mapping[str, object]
) -> dict[str, object]:
    """Say what was measured, the same on every machine: no paths, no times."""
    return {
        "schema": 1,
        "dateline": _own_version(),
        "set": {
            "name": questions.name,
            "questions_hash": questions.questions_hash,
            "articles_hash": questions.articles_hash,
        },
        "settings": settings.model_dump(mode="json", include=set(ANSWER_SETTINGS)),
        "index": dict(made_of),
    }


def _own_version() -> str | None:
    try:
        return version("dateline")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return None


def _write_json(path: Path, value: Mapping[str, object]) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
