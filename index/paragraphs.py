"""Where the paragraphs of a text are.

A blank line always ends a paragraph. A single newline does too, as in the seed document, unless
the block around it is plainly hard-wrapped: full lines of one width that mostly stop in the
middle of a sentence, the way old wire copy was stored.
"""

from __future__ import annotations

import re

from rag.types import Span

_LINE = re.compile(r"[^\n\r\x85\u2028\u2029]+")
_BULLET = re.compile(r"(?:[-*•‣–—▪◦·]|\(?\d{1,3}[.)]|[a-z]\))\s|\s{2,}\S|\t")
_FINISHED = re.compile(r"[.!?…:;][\"'”’»)\]]*$")
_WIDTH_CHARS = range(45, 101)  # a wrapped line's usual width
_SLACK_CHARS = 25  # how much shorter than the longest a wrapped line may be


def paragraph_spans(text: str) -> tuple[Span, ...]:
    """Return the paragraphs in order, without surrounding whitespace.

    Every character that is not whitespace lies in exactly one span. Only the paragraphs of
    hard-wrapped text hold newlines.
    """
    spans: list[Span] = []
    for block in _blocks(text):
        spans.extend(_joined(text, block) if _is_wrapped(text, block) else block)
    return tuple(spans)


def _blocks(text: str) -> list[list[Span]]:
    """Return runs of lines with no blank line between them, each line stripped."""
    blocks: list[list[Span]] = []
    end_of_last = None
    for match in _LINE.finditer(text):
        line = _stripped(text, match.start(), match.end())
        if line is None:
            continue
        gap = "" if end_of_last is None else text[end_of_last : match.start()]
        if end_of_last is None or _is_blank_line(gap):
            blocks.append([])
        blocks[-1].append(line)
        end_of_last = match.end()
    return blocks


def _is_blank_line(gap: str) -> bool:
    return len(gap.replace("\r\n", "\n").replace(" \n", "\n")) > 1


def _stripped(text: str, start: int, end: int) -> Span | None:
    line = text[start:end]
    body = line.strip()
    if not body:
        return None
    first = start + len(line) - len(line.lstrip())
    return Span(first, first + len(body))


def _is_wrapped(text: str, lines: list[Span]) -> bool:
    """Tell whether a block's newlines are a typist's line ends rather than paragraph ends."""
    full = [end - start for start, end in lines[:-1]]
    widest = max(full, default=0)
    if len(full) < 2 or widest not in _WIDTH_CHARS:
        return False
    unfinished = sum(not _FINISHED.search(text, *line) for line in lines[:-1])
    n_short = sum(width < widest - _SLACK_CHARS for width in full)
    return unfinished * 2 > len(full) and n_short * 3 <= len(full)


def _joined(text: str, lines: list[Span]) -> list[Span]:
    """Join wrapped lines; an indented line or a bullet starts a paragraph of its own."""
    spans = [lines[0]]
    for line in lines[1:]:
        gap = text[spans[-1].end : line.start]
        line_start = line.start - len(gap) + 1 + max(gap.rfind("\n"), gap.rfind("\r"))
        if _BULLET.match(text, line_start):
            spans.append(line)
        else:
            spans[-1] = Span(spans[-1].start, line.end)
    return spans
