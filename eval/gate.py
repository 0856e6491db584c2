"""The evaluation gate: no release answers worse than the baseline that is kept with the code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eval.compare import PAIRED, Comparison, Difference, compare_tables, render_comparison
from eval.measures import MEASURES
from eval.outcomes import read_outcomes
from rag.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from eval.intervals import Resampling

GATED = ("trust", "correct", "citation_precision", "abstention_f1")
"""What a release may not lose. Few, because each further test makes every test less keen."""
GATE_FAILED = 6
"""The command's exit code when a gate fails."""


@dataclass(frozen=True, slots=True)
class Gate:
    """The verdict: `drops` are the gated measures that fell significantly and too far."""

    drops: tuple[Difference, ...]
    comparison: Comparison
    max_drop: float

    @property
    def passed(self) -> bool:
        """True when nothing fell."""
        return not self.drops

    @property
    def exit_code(self) -> int:
        """What the command returns: 0 or `GATE_FAILED`."""
        return 0 if self.passed else GATE_FAILED


def gate(
    run: Path,
    baseline: Path,
    max_drop: float = 0.0,
    *,
    keys: Sequence[str] = GATED,
    resampling: Resampling = PAIRED,
) -> Gate:
    """Hold a run on one set against a baseline: the `outcomes.json` of an earlier run, kept.

    A measure fails when it fell by more than `max_drop` (in the measure's own units, at least
    0) and the fall is significant after Holm's correction over the gated measures. A measure
    that the run leaves undefined, such as precision with no answer given, is not tested.

    Raises:
        UsageError: The two are not of the same questions, a key is no judged measure, or
            `max_drop` is below 0.
    """
    _require(keys, max_drop)
    old, new = read_outcomes(baseline), read_outcomes(run)
    if old.questions_hash != new.questions_hash or set(old.ids) != set(new.ids):
        raise UsageError(
            f"The baseline {baseline} is of another version of the set '{old.set_name}'. "
            "Look at the change, then keep the new outcomes.json as the baseline."
        )
    comparison = compare_tables([(old, new)], keys=keys, resampling=resampling)
    drops = tuple(
        difference for _, difference in comparison.significant if -difference.change > max_drop
    )
    return Gate(drops, comparison, max_drop)


def render_gate(verdict: Gate) -> str:
    """Render the comparison (A is the baseline) and the verdict as plain text."""
    table = render_comparison(verdict.comparison)
    if verdict.passed:
        return f"{table}\nGate passed: no significant drop of more than {verdict.max_drop:g}."
    fallen = ", ".join(f"{one.label} {one.change:+.3f}" for one in verdict.drops)
    return f"{table}\nGate failed: {fallen}. See the worst cases in report.html."


def _require(keys: Sequence[str], max_drop: float) -> None:
    judged = {measure.key for measure in MEASURES if measure.higher_is_better is not None}
    unknown = [key for key in keys if key not in judged]
    if unknown or not keys:
        named = ", ".join(unknown) or "nothing"
        raise UsageError(f"Cannot gate on {named}. Choose from: {', '.join(sorted(judged))}.")
    if not max_drop >= 0:
        raise UsageError(f"The largest drop allowed is {max_drop}; it must be 0 or more.")
