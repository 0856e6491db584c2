"""Run a model's graph on the CPU at hand: bfloat16 where it multiplies that, else float32.

OpenVINO does both. Weights stored as int8 rows with scales are widened to the precision of the
run, so what rounding costs is the weights' alone: docs/training.md has the figures.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from rag.cpu import has_bfloat16
from rag.errors import ModelMismatch, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy.typing as npt

    Ints = npt.NDArray[Any]
    Floats = npt.NDArray[Any]

_STEP = 16  # tokens
Precision = Literal["auto", "float32", "bfloat16", "int8"]
_HINTS: dict[Precision, str] = {"float32": "f32", "bfloat16": "bf16"}  # what is not in 8 bits


class Graph:
    """A compiled graph. Safe to share between threads, which take turns."""

    def __init__(self, model: Path, *, threads: int, precision: Precision = "auto") -> None:
        """Compile a model, ONNX or OpenVINO's .xml, for so many threads.

        Raises:
            ModelMismatch: OpenVINO cannot read the model, or is not installed.
            UsageError: The CPU does not have the precision asked for.
        """
        try:
            core = _core()
            compiled = core.compile_model(
                core.read_model(model),
                "CPU",
                {
                    "INFERENCE_PRECISION_HINT": _HINTS[_plain(precision_of(precision))],
                    "INFERENCE_NUM_THREADS": threads,
                    "PERFORMANCE_HINT": "LATENCY",
                },
            )
        except (ImportError, RuntimeError) as error:
            raise ModelMismatch(
                f"OpenVINO cannot run the model: {str(error).splitlines()[0]}. "
                "Reinstall: pip install --force-reinstall openvino"
            ) from error
        self._request = compiled.create_infer_request()
        self._turn = threading.Lock()

    def run(self, outputs: Sequence[str], feeds: Mapping[str, Ints]) -> list[Floats]:
        """Return a copy of each named output for the named inputs."""
        with self._turn:
            self._request.infer(dict(feeds), share_inputs=True)
            return [self._request.get_tensor(name).data.copy() for name in outputs]


def padded(rows: Sequence[Sequence[int]]) -> tuple[Ints, Ints]:
    """Return token ids and where they stand, 1 or 0, int64 (n, t) both, for rows of any length.

    t is the longest row's length rounded up to one of a few: every new shape has to be prepared
    for.
    """
    import numpy as np

    width = -(-max(len(row) for row in rows) // _STEP) * _STEP
    ids = np.zeros((len(rows), width), np.int64)
    present = np.zeros_like(ids)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = row
        present[i, : len(row)] = 1
    return ids, present


def precision_of(wanted: Precision, *, record: Path | None = None) -> Precision:
    """Return the precision that graphs run in: the one wanted, or for 'auto' the CPU's best.

    With `record`, a file for what `rag.selftest` finds, bfloat16 is not taken where float32 is the
    faster; without, it is taken wherever the CPU multiplies it.

    Raises:
        UsageError: The CPU does not have the precision asked for.
    """
    if not can_run(wanted):
        raise UsageError("This CPU does not multiply bfloat16. Unset the setting 'precision'.")
    if wanted != "auto":
        return wanted
    if not has_bfloat16():
        return "float32"
    if record is None:
        return "bfloat16"
    from rag.selftest import fastest

    order: tuple[Precision, ...] = ("bfloat16", "float32")  # the second if clearly the faster
    hints = [_HINTS[precision] for precision in order]
    return order[hints.index(fastest(hints, record))]


def _plain(precision: Precision) -> Precision:
    """Return what the rest of a graph runs in, and a graph that has no products in 8 bits."""
    return precision_of("auto") if precision == "int8" else precision


def can_run(precision: Precision) -> bool:
    """Say whether graphs run in a precision on this CPU."""
    return precision != "bfloat16" or has_bfloat16()


@cache
def _core() -> Any:
    from openvino import Core

    return Core()
