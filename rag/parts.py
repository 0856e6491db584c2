"""Take a question of several parts apart, so that each part finds its own evidence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_PARTS = 3
_PREPOSITION = r"(?:(?:about|at|by|for|from|in|of|on|since|to|under|until|with)\s+)?"
_ASKING = r"(?:[Ww]ho|[Ww]hom|[Ww]hose|[Ww]hat|[Ww]hen|[Ww]here|[Ww]hy|[Hh]ow|[Ww]hich)\b"
_AUXILIARY = (
    r"(?:[Ii]s|[Aa]re|[Ww]as|[Ww]ere|[Dd]id|[Dd]oes|[Dd]o|[Hh]as|[Hh]ave|[Hh]ad|[Ww]ill|[Ww]ould|"
    r"[Cc]an|[Cc]ould)\b"
)
# 'Who owns it, and when did it open?' - a new question word, a comma and an auxiliary, or a new
# sentence that asks.
JOINT = re.compile(
    rf"(?:\s*[,;]?\s+(?:and|but|or)\s+(?:then\s+)?(?={_PREPOSITION}{_ASKING})"
    rf"|\s*[,;]\s+(?:and|but|or)\s+(?={_AUXILIARY})"
    rf"|\?\s+(?:[Aa]nd\s+|[Bb]ut\s+)?(?={_PREPOSITION}(?:{_ASKING}|{_AUXILIARY})))"
)
BEGINS = re.compile(rf"^(?:{_PREPOSITION}{_ASKING}|{_AUXILIARY})", re.IGNORECASE)
# 'those who stayed and who fled', 'what was wanted and what was given': no questions of their own
RELATIVE = re.compile(
    r"\b(?:people|those|men|women|children|ones|between|of|about|on|know|explain|say)\s+"
    r"(?:who|whose|what|when|where|why|how|which)\b[^?]*$",
    re.IGNORECASE,
)
MIN_WORDS = 3
# 'how many years did he ask for, and how many did he get?': the second counts what the first does
_COUNTED = re.compile(
    rf"\bhow (many|much)\s+((?:[\w-]+\s+){{1,3}}?)(?={_AUXILIARY})", re.IGNORECASE
)
_BARE = re.compile(rf"^({_PREPOSITION}how (?:many|much))\s+(?={_AUXILIARY})", re.IGNORECASE)


def split_parts(text: str) -> tuple[str, ...]:
    """Return the parts of a question of several in order, at most three; of a simple one none.

    Parts are wording only: what a part leans on (a pronoun, a name said before) is for
    `rag.followup.resolve` to fill in from the part before it. A question is kept whole unless
    every piece of it asks by itself.
    """
    pieces = JOINT.split(text)
    if len(pieces) < 2 or any(RELATIVE.search(piece) for piece in pieces[:-1]):
        return ()
    if not all(BEGINS.match(piece) and len(piece.split()) >= MIN_WORDS for piece in pieces):
        return ()
    return tuple(_asked(piece) for piece in _counting(pieces[:MAX_PARTS]))


def _counting(pieces: Sequence[str]) -> Iterator[str]:
    """Yield the pieces, each that counts without saying what with the noun counted before it."""
    noun = ""
    for piece in pieces:
        if told := _COUNTED.search(piece):
            noun = told[2].strip()
        yield _BARE.sub(rf"\1 {noun} ", piece) if noun else piece


def _asked(part: str) -> str:
    part = part.strip(" ,;?")
    return f"{part[:1].upper()}{part[1:]}?"
