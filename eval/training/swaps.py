"""Near misses made by rule: a question with one thing in it changed, so that it has no answer."""

from __future__ import annotations

import calendar
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable

    from eval.training.corpus import Article

MONTHS = tuple(calendar.month_name)[1:]
CALENDAR = frozenset((*MONTHS, *calendar.day_name))
_OPPOSITES = (
    "first last",
    "before after",
    "most least",
    "more fewer",
    "highest lowest",
    "largest smallest",
    "oldest youngest",
    "earliest latest",
    "maximum minimum",
    "best worst",
    "north south",
    "northern southern",
    "east west",
    "eastern western",
    "rise fall",
    "increase decrease",
    "rose fell",
    "gained lost",
    "won lost",
    "win lose",
    "bought sold",
    "buy sell",
    "opened closed",
    "open close",
    "began ended",
    "supported opposed",
    "support oppose",
    "accepted rejected",
    "accept reject",
    "approved blocked",
    "approve block",
    "joined left",
    "join leave",
    "arrived departed",
    "built demolished",
    "hired dismissed",
    "imported exported",
    "import export",
    "above below",
    "inside outside",
    "public private",
    "older younger",
    "male female",
    "men women",
    "winner loser",
    "buyer seller",
    "arrested released",
    "killed spared",
    "allowed banned",
    "allow ban",
    "cheapest dearest",
    "upper lower",
    "inner outer",
    "shortest longest",
)
_SIBLINGS = (
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "morning afternoon evening",
    "spring summer autumn winter",
    "red blue green yellow black white",
    "gold silver bronze",
    "daily weekly monthly",
    "mother father brother sister wife husband son daughter uncle",
    "killed injured arrested rescued",
    "teachers pupils parents nurses farmers drivers miners",
    "teacher nurse farmer driver miner student lawyer priest",
    "chairman treasurer editor coach captain",
    "finance health education transport defence interior justice energy",
    "hotel school church museum library theatre factory prison",
    "hotels schools churches museums libraries theatres factories prisons",
    "bridge tunnel canal harbour airport",
    "bridges tunnels canals harbours airports",
    "boats trains buses lorries planes cars",
    "boat train bus lorry plane car",
    "wheat rice maize potatoes sugar",
    "sheep cows horses pigs goats",
    "local foreign",
)
# what tells of a word: an article of 'three died' answers how many were killed
_TOLD_BY = {
    "killed": r"killed|die[ds]?|dead|deaths?|fatal\w*|toll|victims?|bod(?:y|ies)",
    "injured": r"injur\w*|wounded|wounds|hurt",
    "arrested": r"arrest(?:s|ed)?|detain\w*|custody|jailed|held",
    "rescued": r"rescu\w*|saved?|pulled|freed",
}
_GROUPS = [frozenset(group.split()) for group in (*_OPPOSITES, *_SIBLINGS)]
OTHERS = {
    word: tuple(sorted(frozenset().union(*(g for g in _GROUPS if word in g)) - {word}))
    for group in _GROUPS
    for word in group
}
_SUBJECT_ASKED = re.compile(
    r"^Who (?:did|does|was|were|is|are|has|have|had|will|would|can|could)\b", re.IGNORECASE
)
_NEGATED = re.compile(r"\b(?:not|never|no|without|except|nor)\b|n't\b", re.IGNORECASE)


def swapped(
    text: str, article: Article, names: dict[str, list[str]], rng: random.Random
) -> str | None:
    """Put another year, number, month or name in place of one in a question.

    The new one stands elsewhere in the archive (`names`) and not in the article, so the article
    does not answer the new question. None where the question holds nothing to swap.
    """
    whole = article.title + " " + " ".join(article.sentences)
    choices: list[tuple[int, int, str]] = []
    for match in re.finditer(r"\b\d+\b", text):
        value = int(match.group())
        step = rng.choice((-4, -3, -2, -1, 1, 2, 3, 4))
        choices.append((*match.span(), str(value + step if value > 4 else value + abs(step))))
    months = re.finditer("|".join(MONTHS), text)
    choices += [(*match.span(), rng.choice(MONTHS)) for match in months]
    for match in name_matches(text):
        pool = names.get(_kind_of(text, match), [])
        if match.group() in whole and pool:
            choices.append((*match.span(), rng.choice(pool)))
    return _put(text, [c for c in choices if c[2] not in whole], rng)


def reversed_(text: str, article: Article, rng: random.Random) -> str | None:
    """Put the opposite or another of its kind for a word of a question, or a 'not' beside its verb.

    Only a word that the article nowhere uses, so that it is not asked about another of its facts.
    None where the question holds nothing to turn round, or is turned round already.
    """
    whole = f" {article.title} {' '.join(article.sentences)} ".lower()
    fresh = [
        (*match.span(), other)
        for match in re.finditer(r"(?<![\w-])[A-Za-z]+(?![\w-])", text)
        for other in OTHERS.get(match.group(), ())
        if not re.search(rf"\b(?:{_TOLD_BY.get(other, other.lower())})\b", whole)
        and not _breaks_article(text[: match.start()], other)
    ]
    if fresh:
        return _put(text, fresh, rng)
    if _NEGATED.search(text) or rng.random() < 0.5:  # else 'not' alone would tell
        return None
    asked = _SUBJECT_ASKED.match(text)
    return f"{asked.group()} not{text[asked.end() :]}" if asked else None


def names_of(articles: Iterable[Article]) -> dict[str, list[str]]:
    """Return the names of an archive by rough kind, sorted."""
    found: dict[str, set[str]] = {}
    for sentence in (s for a in articles for s in a.sentences):
        for match in name_matches(sentence):
            if match.group() not in MONTHS:
                found.setdefault(_kind_of(sentence, match), set()).add(match.group())
    return {kind: sorted(names) for kind, names in found.items()}


def name_matches(text: str) -> list[re.Match[str]]:
    """Return runs of capitalised words that do not begin the text."""
    return [m for m in re.finditer(r"[A-Z][\w-]+(?: [A-Z][\w-]+)*", text) if m.start()]


def _breaks_article(before: str, word: str) -> bool:
    """Say whether 'a' or 'an' stands before a word that takes the other."""
    found = re.search(r"\b(an?) $", before, re.IGNORECASE)
    return found is not None and (found[1].lower() == "an") != (word[0].lower() in "aeiou")


def _put(text: str, choices: list[tuple[int, int, str]], rng: random.Random) -> str | None:
    if not choices:
        return None
    start, end, new = rng.choice(choices)
    return text[:start] + new + text[end:]


def _kind_of(text: str, match: re.Match[str]) -> str:
    """Return a rough kind of a name: a place after 'in', else by its number of words."""
    before = text[: match.start()].split()
    place = bool(before) and before[-1].lower() in ("in", "at", "near", "from", "to")
    return f"{'place' if place else 'name'}{min(len(match.group().split()), 3)}"
