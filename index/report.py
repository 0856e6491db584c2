"""What a run over an index tells: how far it has come, and what it did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from index.readers import Rejection, Skipped


class Progress(Protocol):
    """Told how far a stage has come; `total` is None while it is not known."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Take note that `done` of `total` units of `stage` are done."""
        ...


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a run did: articles by outcome, inputs turned away, and seconds by stage.

    Where nothing changed, `generation` is the one that was published before.
    """

    generation: str
    added: int
    updated: int
    unchanged: int
    removed: int
    skipped: tuple[Skipped, ...]
    rejected: tuple[Rejection, ...]
    counts: dict[str, int]
    n_embedded: int
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Tally:
    """What a run has done so far."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    n_embedded: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """True where the archive is not what it was."""
        return bool(self.added or self.updated or self.removed)
