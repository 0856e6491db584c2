"""What an archive can be filtered by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts of the articles that may be searched, most frequent first, ties by name.

    Articles that name no outlet, section or language are counted in none. `first` and `last` are
    the oldest and newest instants of publication, None where no article is dated.
    """

    sources: dict[str, int]
    sections: dict[str, int]
    languages: dict[str, int]
    first: datetime | None
    last: datetime | None
