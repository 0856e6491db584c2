"""Checking a saved answer later: does every quote still stand in the archive, word for word?

A file of any of the export's formats is read the same way: its locators say where each quote
stood, and the quote itself must be found in the file as the article has it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from html import unescape
from typing import TYPE_CHECKING, Final, Protocol

from rag.errors import UsageError
from rag.types import Status
from ui.inert import visible
from ui.locator import Locator, hash_of, locators_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.types import Article


class State(StrEnum):
    """How a citation stands today, from best to worst."""

    HOLDS = "holds"
    UPDATED = "updated"  # a newer version, in which the sentence still stands
    CORRECTED = "corrected"  # the outlet corrected the article, or another supersedes it
    REWRITTEN = "rewritten"  # a newer version, in which the sentence no longer stands
    WITHDRAWN = "withdrawn"
    ALTERED = "altered"  # the file or the archive no longer says what was cited
    GONE = "gone"


GOOD: Final = frozenset({State.HOLDS, State.UPDATED, State.CORRECTED})


@dataclass(frozen=True, slots=True)
class Check:
    """One citation of a file, and how it stands; `told` says why in a few words."""

    locator: Locator
    state: State
    told: str
    title: str = ""

    @property
    def is_good(self) -> bool:
        """True where the words cited still stand in an article that still counts."""
        return self.state in GOOD


class Archive(Protocol):
    """What a check looks up."""

    def article(self, article_id: str, version: int | None = None) -> Article | None:
        """Return one version of an article, the newest where `version` is None."""

    def current(self, article_id: str) -> Article | None:
        """Return the version that counts today, None where the article was removed."""

    def superseding(self, article_id: str) -> str | None:
        """Return the id of the article that corrects or replaces this one."""


def verify_text(text: str, archive: Archive) -> tuple[Check, ...]:
    """Check every citation of a saved file, each once, in the order of the file.

    Raises:
        UsageError: The file holds no citation.
    """
    locators = tuple(dict.fromkeys(locators_in(text)))
    if not locators:
        raise UsageError("No citation of Dateline's in this file. Give one saved from the page.")
    said = _readings(text)
    forged = _forged(text)
    return tuple(_check(locator, archive, said, forged) for locator in locators)


def _check(
    locator: Locator, archive: Archive, said: tuple[str, ...], forged: frozenset[Locator]
) -> Check:
    cited = archive.article(locator.article_id, locator.version)
    if cited is None:
        return Check(locator, State.GONE, "the archive holds no such article version")
    quote = cited.text[locator.start : locator.end]
    title = cited.title
    if cited.content_hash != locator.content_hash or hash_of(quote) != locator.quote_hash:
        return Check(locator, State.ALTERED, "the archive no longer says what was cited", title)
    if locator in forged or not any(_line(quote) in reading for reading in said):
        return Check(locator, State.ALTERED, "the quote in the file is not the article's", title)
    today = archive.current(locator.article_id)
    if today is None:
        return Check(locator, State.GONE, "the article was removed from the archive", title)
    state, told = _standing(cited, quote, today, archive.superseding(locator.article_id))
    return Check(locator, state, told, title)


def _standing(
    cited: Article, quote: str, today: Article, superseding: str | None
) -> tuple[State, str]:
    if today.status is Status.WITHDRAWN:
        return State.WITHDRAWN, "the outlet withdrew the article"
    if quote not in today.text:
        told = f"version {today.version} no longer has the sentence"
        return State.REWRITTEN, told
    if superseding:
        return State.CORRECTED, f"{superseding} corrects or replaces the article"
    if today.status is Status.CORRECTED:
        when = "since" if cited.status is not Status.CORRECTED else "before it was cited"
        return State.CORRECTED, f"the outlet corrected the article {when}; the sentence stands"
    if today.version > cited.version:
        return State.UPDATED, f"version {today.version} still has the sentence"
    return State.HOLDS, "unchanged"


def _readings(text: str) -> tuple[str, ...]:
    """Return what a reader sees of the file, under each way its format may have written it."""
    as_page = unescape(re.sub(r"<[^>]*>", "", text))
    as_markdown = unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text))
    as_strings = "\n".join(_strings(_json(text)))
    return tuple(_line(reading) for reading in (text, as_page, as_markdown, as_strings))


def _forged(text: str) -> frozenset[Locator]:
    """Return locators of a JSON file whose own record tells other words than they stand for."""
    records = (one for one in _objects(_json(text)) if isinstance(one.get("locator"), str))
    return frozenset(
        locator
        for record in records
        for locator in locators_in(str(record["locator"]))
        if hash_of(str(record.get("sentence", ""))) != locator.quote_hash
    )


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)


def _objects(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from _objects(one)
    elif isinstance(value, list):
        for one in value:
            yield from _objects(one)


def _line(text: str) -> str:
    return " ".join(visible(text).split())
