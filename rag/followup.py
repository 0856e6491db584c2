"""Read a follow-up as the question it stands for, by rules over the conversation.

The reader is shown the result. Only names and wording are carried over, never a citation.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.names import names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types import Turn

PRONOUN = re.compile(
    r"\b(he|she|it|they|him|her|them|his|hers|its|their|theirs|this|that|these|those|there|then|"
    r"one|ones|the same)\b",
    re.IGNORECASE,
)
ELLIPSIS = re.compile(
    r"^(and|but|or|so|what about|how about|what else|why|when|where|who|which)\b[^A-Z]{0,40}\?*$",
    re.IGNORECASE,
)
# 'What about Duluth?' asks the question before it again, of something else.
AGAIN = re.compile(r"^(?:and|but|so)?,?\s*(?:(?:what|how) about|and (?:in|at|for|of|by|on|from))\b")
ABOUT = re.compile(r"^(?:and|but|so|,|\s)*(?:(?:what|how) about)?\s*", re.IGNORECASE)
MAX_ANTECEDENT_WORDS = 12
MAX_TOPICS = 4
MAX_AGAIN_WORDS = 8


def resolve(text: str, history: Sequence[Turn]) -> str:
    """Spell out what a follow-up leans on; a question that stands alone is kept.

    'What about X?' repeats the last question with X beside it. A pronoun takes the last answer's
    name where that answer is short, and what the conversation has been about is added in
    brackets, newest first. Nothing is taken from answers but names.
    """
    if not history:
        return text
    if AGAIN.match(text.lower()) and len(text.split()) <= MAX_AGAIN_WORDS:
        asked = ABOUT.sub("", text).rstrip(" ?")
        return f"{history[-1].question.rstrip(' ?')} ({asked})?"
    if not _leans(text):
        return text
    topics: dict[str, None] = {}
    for turn in reversed(history[-3:]):
        short = turn.answer if len(turn.answer.split()) <= MAX_ANTECEDENT_WORDS else ""
        for name in (*names(short), *names(turn.question)):
            topics.setdefault(name)
    topics = dict.fromkeys(topic for topic in topics if topic.lower() not in text.lower())
    if not topics:
        return f"{history[-1].question} {text}"
    return f"{text.rstrip(' ?')} ({', '.join(list(topics)[:MAX_TOPICS])})?"


def _leans(text: str) -> bool:
    return bool(PRONOUN.search(text) or ELLIPSIS.search(text) or not names(text))
