"""A plain yes or no, only where the evidence settles it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.types import Expected, Note, NoteKind

if TYPE_CHECKING:
    from rag.features import Features
    from rag.types import Candidate, Question

# Anything that could turn, soften or borrow the claim leaves the judgement to the reader.
UNSETTLED = re.compile(
    r"\b(?:may|might|could|would|should|can|if|whether|unless|until|allege\w*|claim\w*|accus\w+|"
    r"plan\w*|propos\w+|expect\w*|hope\w*|want\w*|ask\w*|urge\w*|consider\w*|likely|reported\w*|"
    r"seek\w*|sought|try|tried|fail\w*|refus\w+|den(?:y|ied|ies)|reject\w*|instead|but|although|"
    r"though|however|except|only|almost|nearly|no longer|rather)\b",
    re.IGNORECASE,
)
NEGATED = re.compile(
    r"\b(?:not|never|no|nobody|none|nothing|neither|nor|without|cannot)\b|n['’]t\b", re.IGNORECASE
)
COVERED = 0.85  # least share of the question's weight that the sentence itself must hold


def settle(question: Question, candidate: Candidate, features: Features) -> Note | None:
    """Say yes or no where the sentence repeats nearly all of a plain question, else nothing.

    A question that is itself negated, compares or offers a choice is never settled.
    """
    if question.expected is not Expected.YES_NO or features.cover_sentence < COVERED:
        return None
    asked, told = question.text, candidate.sentence.text
    if NEGATED.search(asked) or re.search(r"\b(?:or|than|still)\b", asked):
        return None
    if UNSETTLED.search(told) or len(NEGATED.findall(told)) > 1:
        return None
    return Note(NoteKind.VERDICT, "No." if NEGATED.search(told) else "Yes.")
