"""Take a question of several parts apart, so that each part finds its own evidence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MAX_PARTS = 3
MIN_WORDS = 3
_PREPOSITION = (
    r"(?:about|after|against|around|at|before|by|during|for|from|in|near|of|on|over|since|through|"
    r"to|under|until|up\s+to|with|within)"
)
_AUXILIARY = (
    r"(?:is|are|was|were|did|does|do|has|have|had|will|would|can|could|should|shall|might|must)\b"
)
_WORD = rf"(?!{_AUXILIARY})\S+"
# 'how old' and 'what day' are question words; of 'which town', 'town' is a noun
_ASKING = (
    rf"(?:how(?:\s+{_WORD})?"
    r"|(?:what|which)(?:\s+(?:day|date|hour|month|place|time|weekday|year))?"
    r"|who|whom|whose|when|where|why)(?:\s+exactly)?\b"
)
_NOUN = rf"(?:of\s.+?|{_WORD}(?:\s+{_WORD}){{0,3}})(?=\s+{_AUXILIARY})"
# A piece: in, which, town, was, it signed. Or: at, which, of the schools, did, she teach.
_PIECE = re.compile(
    rf"(?:(?:({_PREPOSITION})\s+)?({_ASKING})(?:\s+({_NOUN}))?)?\s*({_AUXILIARY})?\s*(.*)",
    re.IGNORECASE | re.DOTALL,
)
# 'Who owns it, and when did it open?' - a new question word, a comma and an auxiliary, or a new
# sentence that asks. The song 'When and Where' is none of them.
_ASKED = rf"(?:{_PREPOSITION}\s+)?{_ASKING}"
JOINT = re.compile(
    rf"\s*[,;]?\s+(?:and|but|or)\s+(?:(?:then|if so),?\s+)?(?-i:(?=[a-z]))(?={_ASKED})"
    rf"|\s*[,;]\s+(?:and|but|or)\s+(?-i:(?=[a-z]))(?={_AUXILIARY})"
    rf"|\?\s+(?:(?:and|but)\s+)?(?={_ASKED}|{_AUXILIARY})",
    re.IGNORECASE,
)
# 'those who stayed and who fled', 'what was wanted and what was given': no questions of their own
RELATIVE = re.compile(
    r"\b(?:people|those|men|women|children|ones|between|of|about|on|know|explain|say)\s+"
    r"(?:who|whose|what|when|where|why|how|which)\b[^?]*$",
    re.IGNORECASE,
)
_SECOND = re.compile(r"\b(?:who|whom|what|when|where|why|how)\b")
# 'Which of the two won, and by what margin?': what is asked of has no place in the second part
_CHOOSING = ("of ", "one of ", "two of ")
# 'Did anyone die, and who?' asks who did die
_ANYONE = re.compile(r"^(\S+) (?:any|some)(?:one|body)(?: else)?\b")
# the first things named: 'fruit farms' of 'fruit farms lost money'
_THINGS = re.compile(
    r"(?:\S+ ){0,2}?\S*(?:[^s]s|men|people|children|police|sheep|staff|troops)(?!\S)", re.IGNORECASE
)
_TIMES = frozenset("times seconds minutes hours days weeks months years more less".split())
# 'did he', 'has Rome', 'do shops': an auxiliary and who does it
_ACTING = re.compile(
    r"(?:did|does|do)\b|\S+ (?:the|an?|he|she|it|they|we|you|I|his|her|its|their|[A-Z]\S*)\b"
)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece as `_PIECE` reads it; what it does not say is ''. A noun stands by an auxiliary."""

    text: str
    preposition: str
    word: str
    noun: str
    auxiliary: str
    rest: str

    @property
    def counts(self) -> bool:
        return self.word.lower() in ("how many", "how much")

    @property
    def bare(self) -> bool:
        """Whether it is only a question word: 'and why?', 'and in which town?'."""
        return not self.auxiliary and len(self.rest.split()) <= (3 if self.preposition else 0)


def split_parts(text: str) -> tuple[str, ...]:
    """Return the parts of a question of several in order, at most three; of a simple one none.

    Parts are wording only: what a part leans on (a pronoun, a name said before) is for
    `rag.followup.resolve` to fill in from the part before it. A question is kept whole unless
    every piece of it asks by itself.
    """
    pieces = [_read(piece) for piece in JOINT.split(" ".join(text.split()))]
    if not all(piece.word or piece.auxiliary for piece in pieces):
        return ()
    if any(RELATIVE.search(piece.text) for piece in pieces[:-1]):
        return ()
    parts = _sharing(list(_counting(pieces)))
    if len(parts) < 2 or any(len(part.split()) < MIN_WORDS for part in parts):
        return ()
    return tuple(f"{part[:1].upper()}{part[1:]}?" for part in parts[:MAX_PARTS])


def _read(text: str) -> _Piece:
    text = text.strip(" ,;?")
    return _Piece(text, *_PIECE.findall(text)[0])


def _counting(pieces: Iterable[_Piece]) -> Iterator[_Piece]:
    """Yield the pieces, each that counts without saying what with the noun counted before it."""
    how, noun = "", ""
    for piece in pieces:
        if piece.counts and piece.noun:
            how, noun = piece.word.lower(), piece.noun
        elif piece.word.lower() == how and (piece.auxiliary or not piece.rest):
            piece = _read(f"{piece.preposition} {piece.word} {noun} {piece.auxiliary} {piece.rest}")
        yield piece


def _sharing(pieces: Sequence[_Piece]) -> list[str]:
    """Give each piece that is only a question word the rest of the nearest one that is more.

    Pieces before the first whole one take its rest, as in 'Where and when was it?'; later ones
    that of the last whole one before them, as in 'Who did it, and why?'. Two that count share what
    follows the second's noun, as in 'How many men and how many women were hurt?'. Of a question
    that asks one thing there are no pieces.
    """
    full = [piece.text for piece in pieces]
    if len(pieces) > 1 and (rest := _shared_count(*pieces[:2])):
        return [f"{full[0]} {rest}", *full[1:]]
    whole = next((piece for piece in pieces if not piece.bare), None)
    if whole is None:
        return full
    for n, piece in enumerate(pieces):
        if not piece.bare:
            whole = piece
            continue
        rest = _rest(whole)
        if _SECOND.search(rest) or rest.startswith(_CHOOSING):
            return []  # 'Who knew what, and when?' asks one thing
        if piece.text.lower() in ("who", "how many"):
            rest = _ANYONE.sub(r"\1", rest)
        full[n] = f"{piece.text} {rest}"
    return full


def _shared_count(first: _Piece, second: _Piece) -> str:
    """Return what two counted things share: 'work there' of 'How many men', 'how many women …'.

    Nothing where the first says more than what is counted, as 'How many houses burned' does.
    """
    if not (first.counts and second.counts) or first.auxiliary or second.preposition:
        return ""
    things = _THINGS.fullmatch(first.rest)
    if second.noun and (things or " " not in first.rest):
        return f"{second.auxiliary} {second.rest}"
    told = _THINGS.match(second.rest)
    return second.rest[told.end() :].strip() if things and told and not second.auxiliary else ""


def _rest(whole: _Piece) -> str:
    """Return what a question asks about, without its question word.

    The noun of 'At what age did' is its own, that of 'Which bridge was' is shared. What 'How many'
    counts goes where it stands if it is not asked for: 'did he score goals'.
    """
    if not whole.word:
        return f"{whole.text[:1].lower()}{whole.text[1:]}"
    rest = f"{whole.auxiliary} {whole.rest}".strip()
    if not whole.noun or whole.preposition or whole.noun.split()[-1] in _TIMES:
        return rest
    if not whole.counts or whole.noun.startswith(_CHOOSING):
        return f"{whole.noun} {rest}"
    if _ACTING.match(rest):
        return f"{rest} {whole.noun}"
    return f"{whole.auxiliary} {whole.noun} {whole.rest}"
