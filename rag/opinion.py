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
    r"^\W*(?:opinion|op-?ed|editorial|commentary|column|viewpoint|letter|comment|guest essay)\s*"
    r"[:|–—-]",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:opinion|op-?ed|editorial|columnist|column|commentator|commentary|argue[sd]?|argument|"
    r"viewpoint|think[s]?|thought|view|views|believe[sd]?|critic|writer)\b",
    re.IGNORECASE,
)


def is_opinion(article: Article) -> bool:
    """Say whether the outlet marks an article as opinion, by its section or its headline."""
    return bool(_LABEL.search(article.section or "") or _TITLE_LABEL.match(article.title))


def may_speak(question: Question, article: Article) -> bool:
    """Say whether an article may answer: opinion only where it or its writer is asked for."""
    if not is_opinion(article):
        return True
    last_names = re.findall(r"([A-Z][\w’'-]+)(?:,| and|$)", article.byline or "")
    named = any(name.lower() in question.standalone.lower() for name in last_names)
    return named or _ASKED.search(question.standalone) is not None
