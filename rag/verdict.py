"""A plain yes or no, only where one sentence settles it.

Silence is always allowed, a wrong verdict never is. So a sentence speaks only where it repeats
every word of the question in its order, in the outlet's own voice, with nothing added that could
turn, soften or borrow the claim.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.types import Expected, Note, NoteKind
from rag.words import NUMBER_WORDS, content_words, numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.types import Candidate, Question

LEAST_WORDS = 3  # of meaning in the question: fewer are met by chance
UNSETTLED = re.compile(
    r"[\"“”]|\b(?:may|might|could|would|should|can|will|if|whether|unless|until|yet|but|although|"
    r"though|however|except|almost|nearly|likely|un\w+|falsely|wrongly|"
    r"sa(?:y|ys|id|ying)|tell\w*|told|insist\w*|believ\w*|suspect\w*|argu\w*|charg\w*|accus\w*|"
    r"convict\w*|acquit\w*|according|alleg\w*|claim\w*|report\w*|plan\w*|propos\w*|expect\w*|"
    r"hop\w*|want\w*|ask\w*|urg\w*|consider\w*|seek\w*|sought|tr(?:y|ied|ying)|fail\w*|refus\w*|"
    r"den(?:y|ies|ied|ying)|reject\w*|threat\w*|vow\w*|promis\w*|call\w*|warn\w*|"
    r"trial|prosecut\w*|if|rather|instead|no longer)\b",
    re.IGNORECASE,
)
NEGATED = re.compile(
    r"\b(?:not|never|no|nobody|none|nothing|neither|nor|without|cannot|hardly)\b|n['’]t\b",
    re.IGNORECASE,
)
PLAIN_NOT = re.compile(
    r"\b(?:did|was|were|has|have|had|is|are|does|do) not\b|"
    r"\b(?:did|was|were|has|have|had|is|are|does|do)n['’]t\b",
    re.IGNORECASE,
)
_AMOUNTS = NUMBER_WORDS | frozenset("all both some most many few several only every each".split())


def settle(
    question: Question, candidate: Candidate, stems: Callable[[str], list[str]]
) -> Note | None:
    """Say yes or no where the sentence repeats the whole of a plain question, else nothing.

    A follow-up, a negated question, a choice and a comparison are never settled. `stems` gives the
    stems of a text's words in order.
    """
    asked, told = question.text, candidate.sentence.text
    if question.expected is not Expected.YES_NO or question.standalone != asked:
        return None
    if NEGATED.search(asked) or re.search(r"\b(?:or|than|still|ever|will)\b", asked):
        return None
    wanted = stems(" ".join(content_words(asked)))
    if len(wanted) < LEAST_WORDS or not _in_order(wanted, stems(told)):
        return None
    if UNSETTLED.search(told) or _amounts(asked) != _amounts(told):
        return None
    if not NEGATED.search(told):
        return Note(NoteKind.VERDICT, "Yes.")
    plain = PLAIN_NOT.search(told) and len(NEGATED.findall(told)) == 1
    return Note(NoteKind.VERDICT, "No.") if plain else None


def _in_order(wanted: list[str], told: list[str]) -> bool:
    remaining = iter(told)
    return all(stem in remaining for stem in wanted)


def _amounts(text: str) -> frozenset[str]:
    words = frozenset(re.findall(r"[a-z]+", text.lower())) & _AMOUNTS
    return words | numbers(text)
