"""Take a question of several parts apart, so that each part finds its own evidence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_PARTS = 3
_PREPOSITION = (
    r"(?:(?:about|after|against|around|at|before|by|during|for|from|in|near|of|on|over|since|through|"
    r"to|under|until|up to|with|within)\s+)?"
)
_ASKING = r"(?:[Ww]ho|[Ww]hom|[Ww]hose|[Ww]hat|[Ww]hen|[Ww]here|[Ww]hy|[Hh]ow|[Ww]hich)\b"
_AUXILIARY = (
    r"(?:[Ii]s|[Aa]re|[Ww]as|[Ww]ere|[Dd]id|[Dd]oes|[Dd]o|[Hh]as|[Hh]ave|[Hh]ad|[Ww]ill|[Ww]ould|"
    r"[Cc]an|[Cc]ould|[Ss]hould|[Ss]hall|[Mm]ight|[Mm]ust)\b"
)
# 'Who owns it, and when did it open?' - a new question word, a comma and an auxiliary, or a new
# sentence that asks. The song 'When and Where' is none of them.
JOINT = re.compile(
    rf"(?:\s*[,;]?\s+(?:and|but|or)\s+(?:(?:then|if so),?\s+)?(?=[a-z])(?={_PREPOSITION}{_ASKING})"
    rf"|\s*[,;]\s+(?:and|but|or)\s+(?=[a-z])(?={_AUXILIARY})"
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
# 'Where and when was it signed?', 'Who signed it, and in which town?': a question word that shares
# the rest of the question with the part beside it; 'How many men and how many women were hurt?'
_SHORT = (
    rf"(?:how(?:\s+(?!{_AUXILIARY})[\w-]+)?"
    r"|(?:what|which)(?:\s+(?:day|date|hour|month|place|time|weekday|year))?"
    r"|who|whom|whose|when|where|why)\b"
)
_NOUN = rf"\s+(?!{_AUXILIARY})[\w’'-]+"
_SHARING = re.compile(
    rf"^(?:{_PREPOSITION}{_SHORT}(?:\s+exactly)?"
    rf"|(?!{_ASKING}){_PREPOSITION}(?:what|which|whose|how many|how much)(?:{_NOUN}){{1,3}})$",
    re.IGNORECASE,
)
# the noun of 'At what age did' belongs to its own part, that of 'Which bridge was' to all
_LEADING = re.compile(
    rf"^(?:(?!{_ASKING}){_PREPOSITION}{_ASKING}.*?(?={_AUXILIARY})|{_PREPOSITION}{_SHORT}\s*)",
    re.IGNORECASE,
)
_SECOND = re.compile(r"\b(?:who|whom|what|when|where|why|how)\b")
_COUNTING = re.compile(rf"^how (?:many|much)((?:{_NOUN}){{1,3}})$", re.IGNORECASE)
_PLURAL = re.compile(r"(?:[^s]s|men|people|children|police|sheep|staff|troops)$", re.IGNORECASE)
# 'How many goals did he score?': what is counted, the auxiliary, the rest
_COUNTS = re.compile(rf"^how (?:many|much)((?:{_NOUN}){{1,3}}) ({_AUXILIARY}) (.+)$", re.IGNORECASE)
_TIMES = re.compile(r"\b(?:times|seconds|minutes|hours|days|weeks|months|years|more|less)$")
_DOES = re.compile(r"^(?:did|does|do)$", re.IGNORECASE)
_ACTOR = re.compile(r"^(?:the|an?|he|she|it|they|we|you|I|his|her|its|their|[A-Z]\S*)\b")
# 'Which of the two won, and by what margin?': what is asked of has no place in the second part
_CHOOSING = re.compile(r"^(?:which|what|who|how many|how much)(?: one| two)? of\b", re.IGNORECASE)
# 'Did anyone die, and who?' asks who did die
_ANYONE = re.compile(rf"^({_AUXILIARY}) (?:any|some)(?:one|body)(?: else)?\b", re.IGNORECASE)
# 'how many years did he ask for, and how many did he get?': the second counts what the first does
_COUNTED = re.compile(rf"\bhow (many|much)((?:{_NOUN}){{1,3}}?)\s+(?={_AUXILIARY})", re.IGNORECASE)
_BARE = re.compile(rf"^({_PREPOSITION}how (many|much))\s+(?={_AUXILIARY})", re.IGNORECASE)


def split_parts(text: str) -> tuple[str, ...]:
    """Return the parts of a question of several in order, at most three; of a simple one none.

    Parts are wording only: what a part leans on (a pronoun, a name said before) is for
    `rag.followup.resolve` to fill in from the part before it. A question is kept whole unless
    every piece of it asks by itself.
    """
    pieces = _sharing([piece.strip(" ,;?") for piece in JOINT.split(text)])
    if len(pieces) < 2 or any(RELATIVE.search(piece) for piece in pieces[:-1]):
        return ()
    if not all(BEGINS.match(piece) and len(piece.split()) >= MIN_WORDS for piece in pieces):
        return ()
    return tuple(_asked(piece) for piece in _counting(pieces[:MAX_PARTS]))


def _sharing(pieces: Sequence[str]) -> list[str]:
    """Give each piece that is only a question word the rest of the nearest one that is more.

    Pieces before the first whole one take its rest, as in 'Where and when was it?'; later ones
    that of the last whole one before them, as in 'Who did it, and why?'. Two that count share what
    follows the second's noun, as in 'How many men and how many women were hurt?'. Of a question
    that asks one thing there are no pieces.
    """
    if len(pieces) > 1 and (rest := _shared_count(*pieces[:2])):
        return [f"{pieces[0]} {rest}", *pieces[1:]]
    bare = [_SHARING.match(piece) is not None for piece in pieces]
    if all(bare):
        return list(pieces)
    whole = pieces[bare.index(False)]
    full = []
    for piece, is_bare in zip(pieces, bare, strict=True):
        if not is_bare:
            whole = piece
            full.append(piece)
            continue
        rest = _rest(whole)
        if _SECOND.search(rest) or _CHOOSING.match(whole):
            return []  # 'Who knew what, and when?' asks one thing
        if rest == whole:
            rest = f"{rest[:1].lower()}{rest[1:]}"
        if piece.lower() in ("who", "how many"):
            rest = _ANYONE.sub(r"\1", rest)
        full.append(f"{piece} {rest}")
    return full


def _shared_count(first: str, second: str) -> str:
    """Return what two counted things share: 'work there' of 'How many men', 'how many women …'.

    Nothing where the first says more than what is counted, as 'How many houses burned' does.
    """
    counts = _COUNTING.match(first)
    if counts is None or _BARE.match(second) or not second.lower().startswith("how m"):
        return ""
    noun = counts[1].split()
    if told := _COUNTED.match(second):
        return second[told.end() :] if len(noun) == 1 or _PLURAL.search(noun[-1]) else ""
    words = second.split()[2:]
    ends = (n for n, word in enumerate(words, 1) if _PLURAL.search(word))
    end = next(ends, len(words))
    return " ".join(words[end:]) if _PLURAL.search(noun[-1]) and end <= 3 else ""


def _rest(whole: str) -> str:
    """Return what a question asks about, without its question word.

    What 'How many' counts stays, where it stands if it is not asked for: 'did he score goals'.
    """
    if (told := _COUNTS.match(whole)) is None:
        return _LEADING.sub("", whole)
    noun, auxiliary, predicate = told.groups()
    if _TIMES.search(noun):
        return f"{auxiliary} {predicate}"
    if _DOES.match(auxiliary) or _ACTOR.match(predicate):
        return f"{auxiliary} {predicate}{noun}"
    return f"{auxiliary}{noun} {predicate}"


def _counting(pieces: Sequence[str]) -> Iterator[str]:
    """Yield the pieces, each that counts without saying what with the noun counted before it."""
    how, noun = "", ""
    for piece in pieces:
        if told := _COUNTED.search(piece):
            how, noun = told[1].lower(), told[2].strip()
        elif (counts := _BARE.match(piece)) and counts[2].lower() == how:
            piece = f"{counts[1]} {noun} {piece[counts.end() :]}"
        yield piece


def _asked(part: str) -> str:
    part = part.strip(" ,;?")
    return f"{part[:1].upper()}{part[1:]}?"
