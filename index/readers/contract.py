"""What goes into a reader and what comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.types import Article

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read.

    `name` is the id its article gets when the file states none: the path below the folder that
    was given, with '/' and without the suffix, so that it survives a rebuild and a move of the
    whole folder.
    """

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """One input that did not become an article. `item` is a line number from 1, None for a file."""

    path: Path
    item: int | None
    reason: str


Reader = Callable[[Source, str], Iterator[Article | Rejection]]
"""Turns a source and its decoded text into articles.

A reader may raise SourceRejected for the whole file; it yields a Rejection for one item of many.
"""
