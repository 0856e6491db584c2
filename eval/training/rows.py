"""What the shipped pipeline sees of questions: the rows that the blend is fitted on."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from eval.measures import score
from eval.predictions import Cited, Prediction
from eval.questions import load_set
from index.answerer import open_answerer
from index.build import build
from rag.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from eval.questions import Case
    from eval.training.corpus import Archive
    from rag.features import Features
    from rag.types import Candidate, Question
    from rag.weighed import Part

Kind = Literal["written", "plain", "foreign"]
Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Row:
    """A question of one part as the shipped pipeline read it, with what the set says is right.

    `article` is what the question was written for: rows of one article stand in one fold. Of
    `kind` 'plain' are questions made by rule, of 'foreign' those of another set, put to an archive
    that cannot answer them.

    `candidates` are in no order that counts; `features` is (n, f) for them; `right` (n,) marks
    the sentences that would count as support.
    """

    case: Case
    article: str
    question: Question
    candidates: tuple[Candidate, ...]
    read: tuple[Features, ...]
    features: Floats
    right: NDArray[np.bool_]
    kind: Kind = "written"


def articles_of(archive: Archive) -> Callable[[Case], str]:
    """Return what names the article that a question was written for, else the question itself."""
    articles = {question.id: question.doc for question in archive.questions}
    return lambda case: articles.get(case.id) or case.id


def held_out_cases(folder: Path, archive: Archive, *, every: int = 1) -> list[Case]:
    """Return every so-manieth question whose article the selector never trained on."""
    held_out = {question.id for question in archive.questions if question.held_out}
    return [case for case in load_set(folder).cases if case.id in held_out][::every]


def foreign_cases(cases: Sequence[Case]) -> list[Case]:
    """Return questions of another set as what they are here: without an answer."""
    return [replace(case, answerable=False, facts=(), evidence=()) for case in cases]


def write_part(source: Path, target: Path, ids: Collection[str]) -> int:
    """Write the lines of a JSONL file that have one of these ids to another; return how many."""
    lines = source.read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if line.strip() and json.loads(line)["id"] in ids]
    target.write_text("".join(kept), "utf-8")
    return len(kept)


def weigh_set(
    folder: Path,
    cases: Mapping[Kind, Sequence[Case]],
    *,
    article_of: Callable[[Case], str],
    among: Collection[str] | None = None,
) -> list[Row]:
    """Put questions to the set's archive; those of several parts are left out.

    `article_of` says what a row's `article` is. With `among` only the articles of these ids are in
    the archive.
    """
    asked = [(kind, case) for kind, members in cases.items() for case in members]
    with tempfile.TemporaryDirectory() as scratch:
        settings = load_settings(index=Path(scratch) / "index")
        articles = folder / "articles.jsonl"
        if among is not None:
            articles = Path(scratch) / "articles.jsonl"
            write_part(folder / "articles.jsonl", articles, among)
        build([articles], settings)
        answerer = open_answerer(settings)
        rows = []
        for n, (kind, case) in enumerate(asked):
            if n % 100 == 0:
                print(f"{folder.name}: {n} of {len(asked)}", flush=True)
            parts = answerer.weigh(case.question, history=case.history, as_of=case.as_of).parts
            if len(parts) == 1 and parts[0].scored.candidates:
                rows.append(_row(case, article_of(case), parts[0], kind))
        answerer.close()
    return rows


def _row(case: Case, article: str, part: Part, kind: Kind) -> Row:
    scored = part.scored
    features = np.array([f.values() for f in scored.features], float)
    right = [_supports(case, c.hit.article.id, c.sentence.text) for c in scored.candidates]
    return Row(
        case, article, part.question, scored.candidates, scored.features, features,
        np.array(right), kind,
    )  # fmt: skip


def _supports(case: Case, doc: str, sentence: str) -> bool:
    """Say whether citing the sentence would count as support, by the measure itself."""
    if not case.answerable:
        return False
    cited = Prediction(case.id, answered=True, answer=sentence, citations=(Cited(doc, sentence),))
    return score([case], [cited])[0].supported
