"""Numbers about the evidence as a whole."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import TYPE_CHECKING

import pytest

from rag.evidence import weigh_evidence
from rag.features import Features

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.types import Candidate

    Make = Callable[..., Candidate]


def features(margin: float) -> Features:
    values = dict.fromkeys((field.name for field in fields(Features)), 0.5)
    return Features(**{**values, "selector": margin})


def test_evidence_is_worked_out_from_all_candidates(candidate: Make) -> None:
    found = [candidate("x", 2.0), candidate("y", 1.0), candidate("z", 0.0, article="b")]
    evidence = weigh_evidence(found, [features(1.0), features(3.0), features(-2.0)])
    assert evidence.margin == 1.0
    assert evidence.highest == 3.0
    assert evidence.crowd == pytest.approx(math.log(math.e + math.e**3 + math.e**-2))
    assert evidence.sure == pytest.approx(1 / (1 + math.e**-1 + math.e**-2))
    assert evidence.ahead == 2.0
    assert evidence.cosine == 0.5


def test_evidence_of_one_article_is_far_ahead(candidate: Make) -> None:
    assert weigh_evidence([candidate("x", 2.0)], [features(1.0)]).ahead == 5.0
