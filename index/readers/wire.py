"""What wires put around a story for desks and machines, taken off; its text and credits stay.

A line of rules ('___', '* * *') parts a story from its credits: the line goes, the credits stay.
An end mark ('-30-', '(END)') and a note to desks ('Eds: UPDATES with quotes') are no sentences of
the story. An editor's note for readers ('EDITOR'S NOTE — ...') is one, and stays.
"""

from __future__ import annotations

import re

_END_MARK = re.compile(
    r"[-–—#*/(\[<]+\s*(?i:30|0|ends?|end ?it|more|eom|fin)\s*[-–—#*/)\]>]+|(?i:-*end of story-*)|"
    r"END|ENDS|EOM|MORE"
)
_STAMP = re.compile(
    r"(?:AP|UPI|AFP|DPA)-\w{2,4}-\d{2}-\d{2}-\d{2,4}\s+\d{4}\s*(?:GMT|EDT|EST|UTC)?"
)
_DESK_NOTE = re.compile(r"[(\[]?\s*(?:Eds|EDS|Attention editors|ATTENTION EDITORS)\s*[:.,—–-]")
_BY = re.compile(r"by[:\s]+", re.IGNORECASE)
_NAME = r"[^\W\d_a-z][\w.'’-]*+"
_BYLINE = re.compile(rf"(?:By|BY)\s+({_NAME}(?:,?\s+(?:and|AND|de|von|van|{_NAME})){{1,8}}+),?\s*")
_ENDS_AT = 3  # end marks and stamps are looked for in this many last paragraphs


def story_paragraphs(paragraphs: list[str], *, title: str = "", byline: str = "") -> list[str]:
    """Return the paragraphs of the story itself, in order.

    A first paragraph that only repeats the headline or the stated byline goes too. Of text that
    is nothing but marks, nothing is left.
    """
    story = [p for p in paragraphs if any(map(str.isalnum, p))]
    while story and (_is_head(story[0], title, byline) or _DESK_NOTE.match(story[0])):
        story.pop(0)
    for _ in range(_ENDS_AT):
        if story and (_is_end(story[-1]) or _DESK_NOTE.match(story[-1])):
            story.pop()
    return story


def without_by(byline: str) -> str:
    """Return a byline without its leading 'By'."""
    return _BY.sub("", byline, count=1) if _BY.match(byline) else byline


def leading_byline(story: list[str]) -> str | None:
    """Return the name on a first line 'By ANN LEE', None where the story starts at once."""
    match = _BYLINE.fullmatch(story[0]) if len(story) > 1 else None
    return match[1].strip(" ,") if match else None


def _is_head(line: str, title: str, byline: str) -> bool:
    said = line.casefold().strip(" .")
    named = byline.casefold().strip(" .")
    return said == title.casefold().strip(" .") or bool(named and without_by(said) == named)


def _is_end(line: str) -> bool:
    return bool(_END_MARK.fullmatch(line) or _STAMP.fullmatch(line))
