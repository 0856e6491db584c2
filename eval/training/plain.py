"""Plain questions made from sentences by rule, in the words of the sentence itself.

Written questions paraphrase; people in a hurry do not: 'Who is the harbour master?'. Each rule
takes one turn of newspaper prose that carries a fact and asks for it. A swapped question names a
body of another world, so that nobody in the archive holds that office.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

from eval.questions import Case, Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from eval.training.corpus import Article

SEED = 20261124
_OFFICE = (
    r"spokes(?:man|woman|person)|minister|president|chief(?: executive)?|director|mayor|judge|"
    r"prosecutor|captain|manager|chair(?:man|woman)?|secretary|leader|coach|head|lawyer|engineer|"
    r"professor|inspector|commissioner|ambassador|envoy|governor|officer|master|owner|founder"
)
_NAME = r"[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)+"
_HELD = re.compile(
    rf"\b(?P<role>(?P<body>[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)?) (?:[a-z]+ )?(?:{_OFFICE}))"
    rf"(?P<comma>,?) (?P<name>{_NAME})"
)
_LASTING = re.compile(
    r"\b(?P<length>[\w]+-(?:minute|hour|day|week|month|year)) (?P<what>[a-z]{4,}(?: [a-z]{4,})?)\b"
)
_SPEAKING = re.compile(rf"\b(?P<name>{_NAME})(?:, [^,]{{3,40}},)? (?:said|told|warned|added)\b")
_NOBODIES = frozenset({"Its", "His", "Her", "Their", "The", "Former", "Its own"})
_TOPIC = re.compile(r"\b[a-z]{6,}\b")


def plain_cases(articles: Iterable[Article]) -> tuple[list[Case], list[Case]]:
    """Return (answerable, swapped) questions about the held-out articles, the same every time."""
    rng = random.Random(SEED)
    found = [case for article in articles if article.held_out for case in _of(article, rng)]
    bodies = sorted({match["body"] for case in found if (match := _role(case))})
    swapped = [_swapped(case, n, bodies, rng) for n, case in enumerate(found) if _role(case)]
    known = {case.question for case in found}
    return found, [case for case in swapped if case.question not in known]


def _of(article: Article, rng: random.Random) -> Iterator[Case]:
    for n, sentence in enumerate(article.sentences):
        asked = list(_questions(sentence, rng))
        for kind, question, fact in asked[:1]:
            yield Case(
                id=f"plain-{kind}-{article.id}-{n}",
                question=question,
                type=f"plain {kind}",
                answerable=True,
                facts=((fact,),),
                evidence=(Evidence(article.id, sentence),),
            )


def _questions(sentence: str, rng: random.Random) -> Iterator[tuple[str, str, str]]:
    if (match := _HELD.search(sentence)) and match["body"] not in _NOBODIES:
        yield "office", f"Who is {rng.choice(('', 'the '))}{match['role']}?", match["name"]
    if match := _LASTING.search(sentence):
        verb = rng.choice(("is", "was"))
        yield "length", f"How long {verb} the {match['what']}?", match["length"]
    match = _SPEAKING.search(sentence)
    topics = _TOPIC.findall(sentence[match.end() :] or sentence) if match else []
    if match and topics and rng.random() < 0.5:
        yield "saying", f"What did {match['name']} say about {topics[-1]}?", topics[-1]


def _role(case: Case) -> re.Match[str] | None:
    pattern = r"Who is (?:the )?(?P<body>[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)?) "
    return re.match(pattern, case.question) if case.type == "plain office" else None


def _swapped(case: Case, n: int, bodies: list[str], rng: random.Random) -> Case:
    match = _role(case)
    assert match  # noqa: S101 - only such cases come here
    other = rng.choice([body for body in bodies if body != match["body"]])
    question = case.question.replace(match["body"], other, 1)
    return Case(f"swapped-{n}", question, "swapped office", answerable=False, facts=(), evidence=())
