"""Articles as JSON: one object a line (`articles.jsonl`), one object, or a list of objects.

The text of `articles.jsonl` is stored as it stands in the file, so offsets into the one are
offsets into the other. Objects in any other shape are read as agencies' news items.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from index.readers.agency import read_items
from index.readers.clean import clean_in_place, clean_line
from index.readers.contract import Outcome, Rejection, Source
from index.readers.dates import parse_date
from index.readers.decode import decode
from rag.errors import SourceRejected
from rag.types import Article, Status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from typing import BinaryIO

_ID = re.compile(
    r"[^\s\x00-\x1f\x7f-\x9f\ud800-\udfff](?:[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{0,498}\S)?"
)
_NOT_BLANK = re.compile(r"[^\s\ufeff]")
_LONGEST_LINE_BYTES = 50_000_000


class ArticleRecord(BaseModel):
    """One line of `articles.jsonl`. Types are strict; keys we do not know are let through."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    id: str
    title: str
    text: str = Field(max_length=20_000_000)
    published: str | None = None
    updated: str | None = None
    source: str | None = None
    section: str | None = None
    byline: str | None = None
    url: str | None = None
    language: str | None = None
    status: Status = Field(default=Status.USABLE, strict=False)
    supersedes: str | None = None

    @field_validator("id")
    @classmethod
    def _id_is_printable(cls, value: str) -> str:
        if not _ID.fullmatch(value):
            raise ValueError("must be 1 to 500 visible characters")
        return value

    @field_validator("text")
    @classmethod
    def _text_is_not_blank(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("empty text")
        return value

    def article(self) -> Article:
        """Return the record as an article.

        Raises:
            SourceRejected: a date is none or has two readings.
        """
        return Article(
            id=self.id,
            title=clean_line(self.title),
            text=clean_in_place(self.text),
            published_at=_instant("published", self.published),
            updated_at=_instant("updated", self.updated),
            source=_line(self.source),
            section=_line(self.section),
            byline=_line(self.byline),
            url=_line(self.url),
            language=_line(self.language),
            status=self.status,
            supersedes=self.supersedes or None,
        )


def read_json(source: Source, text: str) -> Iterator[Outcome]:
    """Yield the articles of decoded JSON or JSON Lines; each bad item is its own Rejection."""
    try:
        whole = _loads(text)
    except SourceRejected:
        if "\n" not in text.strip():
            raise
        first, _, _ = text.strip("\ufeff \t\r\n").partition("\n")
        if not _is_json(first):  # objects over many lines each, one after the other, or damaged
            for number, item in enumerate(_values(text), start=1):
                yield from read_value(source, number, item)
            return
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip("\ufeff \t\r"):
                yield from _from_line(source, number, line)
        return
    if isinstance(whole, list) and whole:
        for number, item in enumerate(whole, start=1):
            yield from read_value(source, number, item)
    else:
        yield from read_value(source, None, whole)


def stream_json_lines(source: Source, stream: BinaryIO) -> Iterator[Outcome]:
    """Yield the articles of JSON Lines of any size, a line in memory at a time.

    Raises:
        SourceRejected: there is no line.
    """
    n_lines = 0
    while raw := stream.readline(_LONGEST_LINE_BYTES + 1):
        n_lines += 1
        if len(raw) > _LONGEST_LINE_BYTES:
            reason = f"line longer than {_LONGEST_LINE_BYTES:,} bytes; the rest is not read"
            yield Rejection(source.place, n_lines, reason, "too large")
            return
        if not raw.strip():
            continue
        try:
            yield from _from_line(source, n_lines, decode(raw.rstrip(b"\r\n")))
        except SourceRejected as error:
            yield Rejection(source.place, n_lines, str(error), error.kind)
    if n_lines == 0:
        raise SourceRejected("empty file", "empty")


def _values(text: str) -> list[object]:
    """Return the JSON values that stand one after the other in a text.

    Raises:
        SourceRejected: what stands there is not JSON to its end.
    """
    decoder = json.JSONDecoder(strict=False)
    position, values = 0, []
    while start := _NOT_BLANK.search(text, position):
        try:
            value, position = decoder.raw_decode(text, start.start())
        except (RecursionError, ValueError) as error:
            raise _not_json(error) from error
        values.append(value)
    return values


def _from_line(source: Source, number: int, line: str) -> Iterator[Outcome]:
    try:
        item = _loads(line)
    except SourceRejected as error:
        yield Rejection(source.place, number, str(error), error.kind)
        return
    yield from read_value(source, number, item)


def read_value(source: Source, number: int | None, item: object) -> Iterator[Outcome]:
    """Yield what is in one JSON value, the `number`-th of its document (None: all of it)."""
    holds_items = item == [] or (
        isinstance(item, list) and any(isinstance(part, dict) for part in item)
    )
    if holds_items or (isinstance(item, dict) and not _is_record(item)):
        yield from read_items(source, number, item)
        return
    try:
        yield ArticleRecord.model_validate(item).article()
    except ValidationError as error:
        problems = [
            f"{'.'.join(map(str, e['loc'])) or 'item'}: {_plain(e['msg'])}" for e in error.errors()
        ]
        yield Rejection(source.place, number, "; ".join(problems), "invalid field")
    except SourceRejected as error:
        yield Rejection(source.place, number, str(error), "invalid field")


def _is_record(item: dict[str, object]) -> bool:
    """Tell whether an object means to be a line of `articles.jsonl`: a stated id and its text.

    Without a text it is one only where it has no other field either that could be one.
    """
    if "id" not in item:
        return False
    return {"title", "text"} <= item.keys() or item.keys() <= ArticleRecord.model_fields.keys()


def _plain(message: str) -> str:
    """Return pydantic's message in our words where its own name Python."""
    if "instance of ArticleRecord" in message:
        return "must be a JSON object with id, title and text"
    return message.removeprefix("Value error, ")


def _loads(text: str) -> object:
    try:
        # not strict: a line break inside a text is a slip of its writer, and harmless
        parsed: object = json.loads(text.lstrip("\ufeff"), strict=False)
    except (RecursionError, ValueError) as error:
        raise _not_json(error) from error
    return parsed


def _instant(name: str, value: str | None) -> datetime | None:
    if value is None or not value.strip():
        return None
    try:
        return parse_date(value)
    except SourceRejected as error:
        raise SourceRejected(f"{name}: {error}") from error


def _line(value: str | None) -> str | None:
    return clean_line(value) or None if value else None


def _not_json(error: RecursionError | ValueError) -> SourceRejected:
    if not isinstance(error, json.JSONDecodeError):  # a ValueError: a number of 5,000 digits
        return SourceRejected("not JSON we read: nested too deep or a number too long")
    at = f"line {error.lineno}, column" if error.lineno > 1 else "column"
    return SourceRejected(f"not JSON: {error.msg.removesuffix(' at')} at {at} {error.colno}")


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True
