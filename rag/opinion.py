"""Opinion pieces: not cited as fact unless opinion is asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.types import Article, Question

_LABEL = re.compile(
    r"\b(?:opinions?|op-?eds?|editorials?|commentar(?:y|ies)|columns?|columnists?|viewpoints?|"
    r"letters?(?: to the editor)?|comment)\b",
    re.IGNORECASE,
)
_TITLE_LABEL = re.compile(
    r"^\W*(?:opinion|op-?ed|editorial|commentary|column|viewpoint|letter|comment|guest essay)"
    r"(?::|\s+[|–—-]\s)",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:opinion|op-?ed|editorial|columnist|column|commentator|commentary|argue[sd]?|argument|"
    r"viewpoint|view|views|critic|writer)\b",
    re.IGNORECASE,
)
_LAST_NAME = re.compile(r"[A-Z][\w’'-]+(?=,| and|$)")


def is_opinion(article: Article) -> bool:
    """Say whether the outlet marks an article as opinion, by its section or its headline."""
    return bool(_LABEL.search(article.section or "") or _TITLE_LABEL.match(article.title))


def may_speak(question: Question, article: Article) -> bool:
    """Say whether an article may answer: opinion only where it or its writer is asked for."""
    if not is_opinion(article):
        return True
    named = any(
        re.search(rf"\b{re.escape(name)}\b", question.standalone)
        for name in _LAST_NAME.findall(article.byline or "")
    )
    return named or _ASKED.search(question.standalone) is not None
