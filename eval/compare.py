"""Which differences between two runs are more than luck: paired, and corrected for looking often.

The questions are the pairs. A measure that is yes or no for each question is tested by the exact
McNemar test; any other by the paired bootstrap. Over all tests of one comparison the p-values
are corrected by Holm's method.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from eval.intervals import Resampling, resample_sums
from eval.measures import MEASURES, Measure, ratios
from eval.outcomes import OUTCOMES_NAME, OutcomeTable, read_outcomes
from eval.summary import number
from rag.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

ALPHA = 0.05
PAIRED = Resampling(n=10_000)
"""More resamples than for an interval: a p-value cannot be smaller than 2 / (n + 1)."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure in two runs on the same questions; `change` is b - a, with its interval.

    `p` is two-sided, `p_holm` corrected over the whole comparison; both NaN for a measure that
    is not judged or not defined in both runs. `test` names how p was found.
    """

    key: str
    label: str
    a: float
    b: float
    change: float
    low: float
    high: float
    p: float
    p_holm: float
    test: str

    @property
    def significant(self) -> bool:
        """True when luck is an unlikely reason, `ALPHA` being what counts as unlikely."""
        return self.p_holm < ALPHA


@dataclass(frozen=True, slots=True)
class SetComparison:
    """The differences on one set, over the `n` questions both runs have.

    `same_questions` is False when the two question files differ: read the rest with care.
    """

    set_name: str
    n: int
    same_questions: bool
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs compared, set by set."""

    sets: tuple[SetComparison, ...]

    @property
    def significant(self) -> tuple[tuple[str, Difference], ...]:
        """Every significant difference with the name of its set."""
        return tuple(
            (one.set_name, difference)
            for one in self.sets
            for difference in one.differences
            if difference.significant
        )


def compare(a: Path, b: Path, *, resampling: Resampling = PAIRED) -> Comparison:
    """Compare run `b` with run `a`.

    Each is a set's folder in a run, its `outcomes.json` or a baseline file, or the folder of a
    whole run, of which the sets both have are compared.

    Raises:
        UsageError: Nothing to read there, or nothing in common.
    """
    return compare_tables(_pair_up(a, b), resampling=resampling)


def compare_tables(
    pairs: Sequence[tuple[OutcomeTable, OutcomeTable]],
    *,
    keys: Sequence[str] | None = None,
    resampling: Resampling = PAIRED,
) -> Comparison:
    """Compare pairs of runs on one set each; `keys` limits the measures, and so the tests.

    Raises:
        UsageError: A pair shares no question or no measure.
    """
    compared = [_compare_set(a, b, keys=keys, resampling=resampling) for a, b in pairs]
    every = [difference.p for one in compared for difference in one.differences]
    corrected = iter(holm(every))
    return Comparison(
        tuple(
            replace(
                one,
                differences=tuple(
                    replace(difference, p_holm=next(corrected)) for difference in one.differences
                ),
            )
            for one in compared
        )
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct p-values for their number, in the order given; NaN is no test and stays NaN.

    Source: Holm, Scandinavian Journal of Statistics 6 (1979).
    """
    order = sorted(
        (row for row, p in enumerate(p_values) if not math.isnan(p)), key=lambda r: p_values[r]
    )
    corrected = [math.nan] * len(p_values)
    highest = 0.0
    for place, row in enumerate(order):
        highest = max(highest, min(1.0, (len(order) - place) * p_values[row]))
        corrected[row] = highest
    return corrected


def mcnemar(only_a: int, only_b: int) -> float:
    """Return the exact two-sided p-value of `only_a` against `only_b` lone successes.

    Source: McNemar, Psychometrika 12 (1947); exact form: the sign test on discordant pairs.
    """
    n, fewer = only_a + only_b, min(only_a, only_b)
    tail = sum(math.comb(n, k) for k in range(fewer + 1))
    return min(1.0, 2 * tail / (1 << n))  # integers until here: no underflow for large n


def render_comparison(comparison: Comparison) -> str:
    """Render the comparison as plain text for a terminal; a star marks what is significant."""
    lines: list[str] = []
    for one in comparison.sets:
        lines.append(f"{one.set_name}: {one.n} questions in both runs")
        if not one.same_questions:
            lines.append("The two question files differ: only common ids are compared.")
        lines.append(f"{'':24}{'A':>8}{'B':>8}{'B - A':>9}   {'95% interval':18}{'p (Holm)':>9}")
        for item in one.differences:
            interval = f"{_signed(item.low)} to {_signed(item.high)}"
            star = " *" if item.significant else ""
            lines.append(
                f"{item.label:24}{number(item.a):>8}{number(item.b):>8}"
                f"{_signed(item.change):>9}   {interval:18}{number(item.p_holm):>9}{star}"
            )
        lines.append("")
    n = len(comparison.significant)
    lines.append(f"{n} significant difference{'' if n == 1 else 's'} (p < {ALPHA} after Holm).")
    return "\n".join(lines)


def _pair_up(a: Path, b: Path) -> list[tuple[OutcomeTable, OutcomeTable]]:
    sets_a, sets_b = _sets_of(a), _sets_of(b)
    if not sets_a and not sets_b:
        return [(read_outcomes(a), read_outcomes(b))]
    if not sets_a or not sets_b:
        raise UsageError(f"Name two folders of one kind: {a} and {b} are a run and a set's folder.")
    common = [name for name in sets_a if name in sets_b]
    if not common:
        raise UsageError(f"{a} and {b} have no set in common.")
    return [(read_outcomes(sets_a[name]), read_outcomes(sets_b[name])) for name in common]


def _sets_of(path: Path) -> dict[str, Path]:
    """Return the sets' folders of a whole run, by name; none for a set's folder or a file."""
    if not path.is_dir() or (path / OUTCOMES_NAME).is_file():
        return {}
    return {found.parent.name: found.parent for found in sorted(path.glob(f"*/{OUTCOMES_NAME}"))}


def _compare_set(
    a: OutcomeTable, b: OutcomeTable, *, keys: Sequence[str] | None, resampling: Resampling
) -> SetComparison:
    row_b = {id_: row for row, id_ in enumerate(b.ids)}
    rows = [(row, row_b[id_]) for row, id_ in enumerate(a.ids) if id_ in row_b]
    measures = [
        measure
        for measure in MEASURES
        if measure.key in a.keys and measure.key in b.keys and (keys is None or measure.key in keys)
    ]
    if not rows or not measures:
        raise UsageError(f"The runs on {a.set_name} share no question or no measure.")
    columns_a = [a.keys.index(measure.key) for measure in measures]
    columns_b = [b.keys.index(measure.key) for measure in measures]
    paired = np.stack(
        [
            a.terms[[row for row, _ in rows]][:, columns_a],
            b.terms[[row for _, row in rows]][:, columns_b],
        ],
        axis=1,
    )  # (n, 2 runs, m, 2)
    return SetComparison(
        set_name=a.set_name,
        n=len(rows),
        same_questions=a.questions_hash == b.questions_hash,
        differences=_differences(measures, paired, resampling),
    )


def _differences(
    measures: Sequence[Measure], paired: NDArray[np.float64], resampling: Resampling
) -> tuple[Difference, ...]:
    """Measure both runs and their difference on the same resamples of the questions."""
    value_a, value_b = ratios(paired.sum(axis=0))  # (m,) each
    resampled = ratios(resample_sums(paired, resampling))  # (resamples, 2, m)
    changes = resampled[:, 1] - resampled[:, 0]
    tail = (1 - resampling.level) / 2
    made = []
    for column, measure in enumerate(measures):
        change = float(value_b[column] - value_a[column])
        drawn = changes[:, column][~np.isnan(changes[:, column])]
        defined = drawn.size > 0 and not math.isnan(change)
        low, high = np.quantile(drawn, (tail, 1 - tail)) if defined else (math.nan, math.nan)
        p, test = math.nan, "none"
        if defined and measure.higher_is_better is not None:
            p, test = _test(paired[:, :, column], drawn)
        made.append(
            Difference(
                key=measure.key,
                label=measure.label,
                a=float(value_a[column]),
                b=float(value_b[column]),
                change=change,
                low=float(low),
                high=float(high),
                p=p,
                p_holm=math.nan,
                test=test,
            )
        )
    return tuple(made)


def _test(terms: NDArray[np.float64], drawn: NDArray[np.float64]) -> tuple[float, str]:
    """Test one measure: `terms` (n, 2 runs, 2), `drawn` its resampled differences."""
    numerator, denominator = terms[..., 0], terms[..., 1]
    binary = bool(
        np.isin(terms, (0.0, 1.0)).all() and (denominator[:, 0] == denominator[:, 1]).all()
    )
    if binary:
        only_a = int((numerator[:, 0] > numerator[:, 1]).sum())
        only_b = int((numerator[:, 1] > numerator[:, 0]).sum())
        return mcnemar(only_a, only_b), "McNemar"
    beyond = min(int((drawn <= 0).sum()), int((drawn >= 0).sum()))
    return min(1.0, 2 * (beyond + 1) / (drawn.size + 1)), "bootstrap"


def _signed(value: float) -> str:
    return number(value) if math.isnan(value) else f"{value:+.3f}"
