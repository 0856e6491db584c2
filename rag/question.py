"""Understand a question: what kind of thing it asks for, from when, and what it leans on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.errors import UsageError
from rag.types import Expected, Filters, Question, Turn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

MAX_CHARS = 2000

_PEOPLE = (
    r"person|man|woman|minister|official|officer|judge|scientist|player|lawyer|doctor|president|"
    r"spokes\w+|leader|chief|author|artist|politician|senator|director|coach|captain|skipper"
)
_PLACES = (
    r"city|town|country|village|state|region|place|building|street|island|airport|port|hospital|"
    r"hotel|court|district|province|county|headland|stadium|venue|capital"
)
_BODIES = (
    r"company|firm|party|union|agency|bank|team|club|university|organi[sz]ation|group|newspaper|"
    r"outlet|ministry|airline|operator|institute|charity"
)
_SUMS = r"cost|price|fine|salary|budget|fee|wage|bail|reward|revenue|profit|loss"
_SAID = r"say|said|tell|told|call|called|describe|comment|respond|suggest|warn|promise"
_SIZES = r"many|much|old|tall|far|fast|deep|high|large|big|heavy|wide|often|hot|cold"
_MEASURES = r"number|age|size|amount|depth|height|distance|speed|temperature|score"

# The first kind one of whose patterns is found decides; specific kinds stand before general ones.
_PATTERNS: tuple[tuple[Expected, tuple[str, ...]], ...] = (
    (
        Expected.LIST,
        (
            r"^list\b",
            r"^name (the|all|every|two|three|four|five|six)\b",
            r"^which (two|three|four|five|six|seven)\b",
        ),
    ),
    (Expected.QUOTE, (rf"^(what|how) (did|does|do|has|have|had) .{{2,60}}\b({_SAID})\b",)),
    (
        Expected.REASON,
        (
            r"^why\b",
            r"\bfor what reason\b",
            r"\bwhat (caused|causes|made|led|prompted|drove|explains)\b",
            r"\bwhat (was|is|were) the (cause|reason)s?\b",
        ),
    ),
    (
        Expected.DURATION,
        (r"\bhow long\b", r"\bfor how many (years|months|weeks|days|hours|minutes)\b"),
    ),
    (
        Expected.DATE,
        (
            r"^(when|since when|by when|until when)\b",
            r"\b(what|which) (day|date|year|month|time|weekday)\b",
        ),
    ),
    (
        Expected.PERCENT,
        (
            r"\b(what|which) (share|percentage|proportion|per cent|percent|fraction|rate)\b",
            r"\bhow many per ?cent\b",
        ),
    ),
    (
        Expected.MONEY,
        (
            r"\bhow much (money\b|(did|does|will|would) .*\b(cost|pay|raise|spend|earn|invest)\b)",
            r"\bhow much is .* worth\b",
            rf"\b(what|which) .*\b({_SUMS})\b",
            rf"\b({_SUMS}) of\b",
        ),
    ),
    (Expected.NUMBER, (rf"\bhow ({_SIZES})\b", rf"\bwhat ({_MEASURES})\b")),
    (
        Expected.PERSON,
        (
            r"^(who|whose|whom)\b",
            rf"\b(which|what) ({_PEOPLE})\b",
            r"\bname of the (man|woman|person)\b",
            r"\bwho\b.*\?$",
        ),
    ),
    (
        Expected.PLACE,
        (
            r"^where\b",
            rf"\b(in|at|on|from|to|near) (which|what) \w*\s?({_PLACES})\b",
            rf"\b(which|what) ({_PLACES})\b",
        ),
    ),
    (Expected.ORGANISATION, (rf"\b(which|what) (\w+ )?({_BODIES})\b",)),
    (
        Expected.YES_NO,
        (
            r"^(is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|"
            r"must)\b",
        ),
    ),
)
EXPECTED = tuple(
    (kind, tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns))
    for kind, patterns in _PATTERNS
)

HOW = re.compile(rf"\bhow (?:{_SIZES}|long)\b", re.IGNORECASE)

LATEST = re.compile(
    r"\b(latest|newest|most recent(ly)?|now|current(ly)?|still|so far|to date|today|at present|"
    r"presently|up to now|these days|in (all|total)|finally|in the end)\b",
    re.IGNORECASE,
)
SEVERAL = re.compile(
    r"\b(and|both|each|respectively|differ|difference|compared?|than|list|all the|"
    r"which (two|three|four|five))\b",
    re.IGNORECASE,
)

PRONOUN = re.compile(
    r"\b(he|she|it|they|him|her|them|his|hers|its|their|theirs|this|that|these|those|there|then|"
    r"one|ones|the same)\b",
    re.IGNORECASE,
)
ELLIPSIS = re.compile(
    r"^(and|but|or|so|what about|how about|what else|why|when|where|who|which)\b[^A-Z]{0,40}\?*$",
    re.IGNORECASE,
)
NAME = re.compile(
    r"\b(?:[A-Z][\w’'.-]*[\w]|[A-Z])(?:\s+(?:(?:of|the|and|de|del|der|van|von|al|bin|for)\s+)?"
    r"(?:[A-Z][\w’'-]*))*"
)
NOT_NAMES = frozenset(
    "a an and are as at but by can could did do does for from had has have he her his how if in "
    "is it its may might must my no not of on or our she should so some than that the their "
    "then there these they this those to was we were what when where which who whom whose why "
    "will with would you your yes according".split()
)
MAX_ANTECEDENT_WORDS = 12


def understand(
    text: str,
    *,
    history: Sequence[Turn] = (),
    filters: Filters | None = None,
    as_of: datetime | None = None,
) -> Question:
    """Analyse a question as typed, in the light of the conversation so far.

    Raises:
        UsageError: The question is empty or longer than 2,000 characters.
    """
    asked = " ".join(text.replace("\0", " ").split())
    if not asked:
        raise UsageError("The question is empty. Ask something: dateline ask 'Who …?'")
    if len(asked) > MAX_CHARS:
        raise UsageError(f"The question has {len(asked)} characters; at most {MAX_CHARS} are read.")
    standalone = resolve(asked, history)
    expected = expect(asked)
    return Question(
        text=asked,
        standalone=standalone,
        expected=expected,
        wants_latest=LATEST.search(asked) is not None,
        max_sentences=4 if expected is Expected.LIST else 3,
        as_of=as_of,
        filters=filters or Filters(),
        history=tuple(history),
    )


def expect(text: str) -> Expected:
    """Say what kind of thing would answer, from the wording alone."""
    for kind, patterns in EXPECTED:
        if any(pattern.search(text) for pattern in patterns):
            return kind
    return Expected.THING


def subject(text: str) -> str:
    """Return the question without 'how long', 'how many' and their like.

    They say what kind of thing is asked for; no sentence that answers need repeat them.
    """
    return HOW.sub(" ", text)


def asks_for_several(text: str) -> bool:
    """Say whether one sentence may not be enough: two parts, a comparison, a list."""
    return SEVERAL.search(text) is not None


def names(text: str) -> tuple[str, ...]:
    """Return the capitalised names in `text` in order, each once; question words are none."""
    found: dict[str, None] = {}
    for match in NAME.finditer(text):
        words = match.group().split()
        before = text[: match.start()].rstrip("\"“‘' ")
        begins = not before or before[-1] in ".?!"
        while begins and words and words[0].lower().strip("’'") in NOT_NAMES:
            words = words[1:]
        name = re.sub(r"[’']s?$", "", " ".join(words))
        if len(name) > 1 or name.isdigit():
            found.setdefault(name)
    return tuple(found)


def resolve(text: str, history: Sequence[Turn]) -> str:
    """Spell out what a follow-up leans on, by rules; a question that stands alone is kept.

    A pronoun takes the last answer's name where that answer is short, and what the conversation
    has been about is added in brackets, newest first. Nothing is taken from answers but names.
    """
    if not history or not _leans(text):
        return text
    topics: dict[str, None] = {}
    for turn in reversed(history[-3:]):
        short = turn.answer if len(turn.answer.split()) <= MAX_ANTECEDENT_WORDS else ""
        for name in (*names(short), *names(turn.question)):
            topics.setdefault(name)
    topics = dict.fromkeys(topic for topic in topics if topic.lower() not in text.lower())
    if not topics:
        return f"{history[-1].question} {text}"
    return f"{text.rstrip(' ?')} ({', '.join(list(topics)[:4])})?"


def _leans(text: str) -> bool:
    return bool(PRONOUN.search(text) or ELLIPSIS.search(text) or not names(text))
