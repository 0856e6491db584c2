"""Read a follow-up as the question it stands for, by rules over the conversation.

The reader is shown the result. Only names and wording are carried over, never a citation.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.names import names
from rag.types import Turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.types import Answer

# A person or thing meant but not named; counts only before the question's own first name.
PRONOUN = re.compile(
    r"\b(he|she|it|they|him|her|them|his|hers|its|their|theirs|the same)\b", re.IGNORECASE
)
# 'What about Duluth?' asks the question before it again, of something else.
AGAIN = re.compile(
    r"^(?:(?:and|but|so),?\s+)?(?:(?:what|how) about\s"
    r"|(?<=nd )(?:(?:in|at|for|of|by|on|from)\s+)?(?-i:(?=[A-Z\d]|last\b|next\b|this\b)))",
    re.IGNORECASE,
)
ASKING = re.compile(
    r"\b(?:who|whom|whose|when|where|why|which|what (?!about)|how (?!about))", re.IGNORECASE
)
LEADING = re.compile(r"^(?:and|but|so|,|\s)*(?:(?:what|how) about)?\s*", re.IGNORECASE)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
TIME = re.compile(
    rf"\b(?:(?:in )?(?:{_MONTHS})(?: \d{{4}})?|(?:in )?(?:19|20)\d\d|"
    r"(?:on )?(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday))\b"
)
MAX_ANTECEDENT_WORDS = 12
MAX_TOPICS = 4
MAX_AGAIN_WORDS = 8


def resolve(text: str, history: Sequence[Turn]) -> str:
    """Spell out what a follow-up leans on; a question that stands alone is kept.

    'What about X?' repeats the last question with X beside it, or in place of another time. A
    pronoun takes the last answer's name where that answer is short, and what the conversation has
    been about is added in brackets, newest first. Earlier questions are themselves read in full.
    """
    if not history:
        return text
    if asks_again(text):
        return _again(text, _full(history)[-1].question)
    if not _leans(text):
        return text
    topics: dict[str, None] = {}
    for turn in reversed(_full(history)[-3:]):
        short = turn.answer if len(turn.answer.split()) <= MAX_ANTECEDENT_WORDS else ""
        for name in (*names(short), *names(turn.question)):
            if not TIME.fullmatch(name):
                topics.setdefault(name)
    topics = dict.fromkeys(topic for topic in topics if topic.lower() not in text.lower())
    if not topics:
        return f"{history[-1].question} {text}"
    return f"{text.rstrip(' ?')} ({', '.join(list(topics)[:MAX_TOPICS])})?"


def asks_again(text: str) -> bool:
    """Say whether a follow-up asks the last question again of something else."""
    short = len(text.split()) <= MAX_AGAIN_WORDS
    return short and bool(AGAIN.match(text)) and not ASKING.search(text)


def turn_of(answer: Answer) -> Turn:
    """Return what a follow-up may lean on: the question as read, and its short answer.

    A refusal answers nothing, so nobody can be meant by 'she' from it.
    """
    if not answer.answered:
        return Turn(answer.question.standalone, "")
    first = answer.sentences[0]
    told = first.text[first.lead.start : first.lead.end] if first.lead else answer.text
    return Turn(answer.question.standalone, told)


def _again(text: str, before: str) -> str:
    asked = LEADING.sub("", text).rstrip(" ?")
    if (new := TIME.search(asked)) and len(TIME.findall(before)) == 1:
        return TIME.sub(_with_preposition(new.group(), TIME.search(before)), before)
    return f"{before.rstrip(' ?')} ({asked})?"


def _with_preposition(new: str, old: re.Match[str] | None) -> str:
    bare = re.sub(r"^(?:in|on) ", "", new)
    led = re.match(r"(?:in|on) ", old.group()) if old else None
    return f"{led.group()}{bare}" if led else bare


def _full(history: Sequence[Turn]) -> list[Turn]:
    """Read every earlier question in the light of those before it."""
    read: list[Turn] = []
    for turn in history[-4:]:
        read.append(Turn(resolve(turn.question, read), turn.answer))
    return read


def _leans(text: str) -> bool:
    named = names(text)
    pronoun = PRONOUN.search(text)
    return not named or bool(pronoun and pronoun.start() < text.index(named[0].split()[0]))
