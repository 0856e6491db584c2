"""Take a question of several parts apart, so that each part finds its own evidence."""

from __future__ import annotations

import re

MAX_PARTS = 3
_PREPOSITION = r"(?:(?:about|at|by|for|from|in|of|on|since|to|under|until|with)\s+)?"
_ASKING = r"(?:who|whom|whose|what|when|where|why|how|which)\b"
_AUXILIARY = r"(?:is|are|was|were|did|does|do|has|have|had|will|would|can|could)\b"
# 'Who owns it, and when did it open?' - a new question word, or a comma and an auxiliary.
JOINT = re.compile(
    rf"(?:\s*[,;]?\s+(?:and|but|or)\s+(?:then\s+)?(?={_PREPOSITION}{_ASKING})"
    rf"|\s*[,;]\s+(?:and|but|or)\s+(?={_AUXILIARY})"
    r"|\?\s+(?=\w))",
    re.IGNORECASE,
)
# 'Was the first bid higher than the second?' - both sides of a comparison want evidence.
COMPARED = re.compile(
    r"\s+(?:than|as against|compared? (?:with|to)|differ(?:s|ed|ent)? from|versus|vs\.?)\s+",
    re.IGNORECASE,
)
MIN_WORDS = 2


def split_parts(text: str) -> tuple[str, ...]:
    """Return the parts of a question of several in order, at most three; of a simple one none.

    Parts are wording only: what a part leans on (a pronoun, a name said before) is for
    `rag.followup.resolve` to fill in from the part before it.
    """
    parts = [part for part in JOINT.split(text) if len(part.split()) >= MIN_WORDS]
    return tuple(_asked(part) for part in parts[:MAX_PARTS]) if len(parts) > 1 else ()


def split_sides(text: str) -> tuple[str, ...]:
    """Return the two sides of a comparison, as wording; of any other question none."""
    sides = [side for side in COMPARED.split(text, maxsplit=1) if len(side.split()) >= MIN_WORDS]
    return tuple(_asked(side) for side in sides) if len(sides) == 2 else ()


def _asked(part: str) -> str:
    part = part.strip(" ,;?")
    return f"{part[:1].upper()}{part[1:]}?"
