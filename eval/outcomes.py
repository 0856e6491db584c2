"""Per-question outcomes on disk: what two runs are compared by, and what a baseline is.

`outcomes.json` of a run is a baseline when it is committed. It holds no text of the set beyond
ids and types, and no times, so that the same answers give the same bytes:

    {"schema": 1, "set": "velland", "questions_hash": "…", "outcomes": [
    {"id": "q1", "type": "person", "terms": {"trust": [1, 1], "correct": [0, 0], …}},
    …]}

`terms` are a question's (numerator, denominator) of each measure.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import BaseModel, Field, ValidationError

from eval.measures import MEASURES, Outcome, terms
from rag.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

OUTCOMES_NAME = "outcomes.json"


@dataclass(frozen=True, slots=True)
class OutcomeTable:
    """The outcomes of one run over one set.

    `terms` has shape (n questions, m measures, 2), rows as `ids`, columns as `keys`.
    """

    set_name: str
    questions_hash: str
    ids: tuple[str, ...]
    keys: tuple[str, ...]
    terms: NDArray[np.float64]


def write_outcomes(
    path: Path, outcomes: Sequence[Outcome], *, set_name: str, questions_hash: str
) -> None:
    """Write the outcomes of a run, one question a line, in the set's order."""
    rows = []
    for outcome, values in zip(outcomes, terms(outcomes), strict=True):
        by_key = {
            measure.key: [_short(number) for number in pair]
            for measure, pair in zip(MEASURES, values, strict=True)
        }
        rows.append(json.dumps({"id": outcome.id, "type": outcome.type, "terms": by_key}))
    head = json.dumps({"schema": 1, "set": set_name, "questions_hash": questions_hash})
    lines = ",\n".join(rows)
    path.write_text(f'{head[:-1]}, "outcomes": [\n{lines}\n]}}\n', encoding="utf-8")


def read_outcomes(path: Path) -> OutcomeTable:
    """Read a run's folder, its `outcomes.json`, or a baseline file.

    Raises:
        UsageError: There is no such file, or it is not one of outcomes.
    """
    file = path / OUTCOMES_NAME if path.is_dir() else path
    if not file.is_file():
        raise UsageError(f"No {OUTCOMES_NAME} in {path}. Make one: dateline eval run SET --out DIR")
    try:
        read = _File.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise UsageError(
            f"{file} is not a file of outcomes: {error.errors()[0]['msg']}."
        ) from error
    if not read.outcomes:
        raise UsageError(f"{file} holds no outcome.")
    keys = tuple(read.outcomes[0].terms)
    if any(tuple(row.terms) != keys for row in read.outcomes):
        raise UsageError(f"{file}: its questions do not all have the same measures.")
    return OutcomeTable(
        set_name=read.set,
        questions_hash=read.questions_hash,
        ids=tuple(row.id for row in read.outcomes),
        keys=keys,
        terms=np.array([list(row.terms.values()) for row in read.outcomes], dtype=np.float64),
    )


def _short(value: float) -> int | float:
    """Write 1.0 as 1: nearly every term is 0 or 1."""
    return int(value) if value == int(value) else round(float(value), 6)


class _Row(BaseModel):
    id: str
    type: str
    terms: dict[str, tuple[float, float]]


class _File(BaseModel):
    schema_version: Literal[1] = Field(alias="schema")
    set: str
    questions_hash: str
    outcomes: list[_Row]
