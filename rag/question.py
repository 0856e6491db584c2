"""Understand a question: what kind of thing it asks for, from when, and what it leans on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.errors import UsageError
from rag.followup import asks_again, resolve
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
_SIZES = (
    r"many|much|old|tall|far|fast|deep|high|low|large|big|great|heavy|wide|thick|steep|strong|full|"
    r"close|near|often|likely|hot|warm|cold|cool"
)
_MEASURES = (
    r"number|age|size|amount|depth|height|distance|speed|temperature|score|toll|death toll|turnout|"
    r"total|count|margin"
)

# The first kind one of whose patterns is found decides; specific kinds stand before general ones.
_PATTERNS: tuple[tuple[Expected, tuple[str, ...]], ...] = (
    (
        Expected.YES_NO,
        (
            r"^(?!(?:can|could|do) you (?:tell|say|know)\b)"
            r"(is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must)\b",
        ),
    ),
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
            r"\bhow come\b",
            r"\bfor what reason\b",
            r"\bwhat (caused|causes|made|led|prompted|drove|explains)\b",
            r"\bwhat (was|is|were) the (cause|reason)s?\b",
        ),
    ),
    (
        Expected.DURATION,
        (
            r"\bhow (long|soon|quickly)\b",
            r"\bfor how many (years|months|weeks|days|hours|minutes)\b",
        ),
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
            r"\bwhat (is|was) the (\w+ ){0,2}(rate|share|percentage|proportion)\b",
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
    (
        Expected.NUMBER,
        (
            rf"\bhow ({_SIZES})\b",
            rf"\bwhat ({_MEASURES})\b",
            rf"\bwhat (is|was|were) the (latest |current |final |official )?({_MEASURES})\b",
        ),
    ),
    (
        Expected.PERSON,
        (
            r"^(who|whose|whom)\b",
            rf"\b(which|what) ({_PEOPLE})\b",
            r"\bname of the (man|woman|person)\b",
            r"^(in|at|on|by|for|from|to|with|of|about|under) (who|whom|whose)\b",
            r"\b(tell me|know|say|say it was) who\b",
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
_AUXILIARY = re.compile(
    r"\b(?:(?P<present>is|are|am|does|do|has|have|will|can|(?-i:may)|must|shall|should)|was|were|did|had|"
    r"would|could|might)\b|\b(?P<short>who|what|where|when|how)[’']s\b",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE)
_PLAIN_PRESENT = re.compile(r"^(?:who|what|which \w+)\s+(?:\w+ly\s+)?\w+[^s]s\b", re.IGNORECASE)
SEVERAL = re.compile(
    r"\b(and|both|each|respectively|list|all the|which (two|three|four|five|six))\b", re.IGNORECASE
)
# 'longer than that of 2017', 'which is older, X or Y', 'who got more'; not 'more than 300'
_MORE = (
    r"more|less|fewer|worse|(?:bett|bigg|cheap|clos|dear|deep|fast|heavi|high|larg|long|rich|short|"
    r"slow|small|strong|tall|weak|wid)er"
)
_MORE_OR_OLDER = rf"(?:{_MORE}|(?:earli|great|lat|low|old|young)er)"
COMPARES = re.compile(
    r"(?<!other )(?<!rather )\bthan\b(?! (?:\d+|when|half|an?|one|two|three|four|five|ten)\b)"
    r"|\b(?:compare[ds]?|differ(?:ence|s|ed)?|of the two)\b"
    rf"|\b{_MORE_OR_OLDER}\b.*\bor\b|\bor\b.*\b{_MORE_OR_OLDER}\b"
    rf"|^(?:who|whose|which)\b.*\b(?:{_MORE})\b",
    re.IGNORECASE,
)


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
    expected = expect(standalone if history and asks_again(asked) else asked)
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


def asks_how_things_stand(text: str) -> bool:
    """Say whether a question is of the present: 'Who runs it?', 'price of a ticket', no past tense.

    Its first auxiliary decides; without one a plain present does, or that it is no sentence.
    """
    if auxiliary := _AUXILIARY.search(text):
        return bool(auxiliary["present"] or auxiliary["short"])
    return not _ASKS.search(text) or _PLAIN_PRESENT.search(text) is not None


def subject(text: str) -> str:
    """Return the question without 'how long', 'how many' and their like.

    They say what kind of thing is asked for; no sentence that answers need repeat them.
    """
    return HOW.sub(" ", text)


def asks_for_several(text: str) -> bool:
    """Say whether one sentence may not be enough: two parts, a list."""
    return SEVERAL.search(text) is not None


def compares(text: str) -> bool:
    """Say whether a question sets two things against each other and may need two figures."""
    return COMPARES.search(text) is not None
