"""Tables of articles: CSV and TSV with a header, one article a row.

A column is known by its name, as a field of a news item is: 'Title', 'headline' and 'web_title'
are one. A row is read as such an item is, so markup in a cell becomes paragraphs.
"""

from __future__ import annotations

import csv
import io
from itertools import chain
from typing import TYPE_CHECKING

from index.readers.agency import read_items
from index.readers.body import BODIES
from index.readers.clean import clean_in_place
from index.readers.contract import Outcome, Rejection, Source
from index.readers.item import folded
from rag.errors import SourceRejected

if TYPE_CHECKING:
    from collections.abc import Iterator

_DELIMITERS = ",;\t|"
_LONGEST_CELL_CHARS = 10_000_000
_HEADLINE_COLUMNS = frozenset("title headline headlines webtitle".split())


def read_delimited(source: Source, text: str) -> Iterator[Outcome]:
    """Yield the articles of a table, a row at a time.

    Raises:
        SourceRejected: there is no header with a column for the text, or a row breaks the table.
    """
    yield from read_rows(source, io.StringIO(text.lstrip("\ufeff"), newline=""))


def read_rows(source: Source, lines: Iterator[str]) -> Iterator[Outcome]:
    """Yield the articles of a table's lines, with their ends as they stand.

    Raises:
        SourceRejected: there is no header with a column for the text, or a row breaks the table.
    """
    csv.field_size_limit(_LONGEST_CELL_CHARS)
    first = next(filter(str.strip, lines), "")
    rows = csv.reader(chain([first], lines), delimiter=_delimiter(first), strict=True)
    header: list[str] = []
    try:
        for row in rows:
            if not header:
                header = _header(row)
            elif any(cell.strip() for cell in row):
                yield from _read_row(source, rows.line_num, header, row)
    except csv.Error as error:
        raise SourceRejected(f"not a table: {error} at line {rows.line_num}") from error
    if not header:
        raise SourceRejected("empty table", "empty")


def is_delimited(head: str) -> bool:
    """Tell whether a text starts with a header that names a headline and a text."""
    first, _, rest = head.lstrip("\ufeff\r\n").partition("\n")
    names = {name.strip(' "\r').lower() for name in first.split(_delimiter(first))}
    return bool(rest) and bool(names & _HEADLINE_COLUMNS) and bool(names & set(BODIES))


def _delimiter(line: str) -> str:
    return max(_DELIMITERS, key=line.count)


def _header(row: list[str]) -> list[str]:
    names = [clean_in_place(name).strip() for name in row]
    if not set(folded(dict.fromkeys(names, ""))) & {*BODIES, "description", "summary"}:
        raise SourceRejected(
            f"no column for the text, such as 'text' or 'body', among: {', '.join(names)[:200]}",
            "invalid field",
        )
    return names


def _read_row(source: Source, number: int, header: list[str], row: list[str]) -> Iterator[Outcome]:
    if len(row) > len(header):
        reason = f"{len(row)} cells under {len(header)} columns"
        yield Rejection(source.place, number, reason, "invalid field")
        return
    cells = dict(zip(header, row, strict=False))
    yield from read_items(source, number, {name: cell for name, cell in cells.items() if cell})
