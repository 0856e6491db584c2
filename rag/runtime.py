"""Run an ONNX graph on the CPU at hand: bfloat16 where it multiplies that, else float32.

OpenVINO does both. Weights stored as int8 rows with scales are widened to the precision of the
run, so what rounding costs is the weights' alone: docs/training.md has the figures.
"""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import ModelMismatch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    Ints = npt.NDArray[Any]
    Floats = npt.NDArray[Any]

_BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16", "bf16"})  # x86, x86, ARM


class Graph:
    """A compiled graph. Safe to share between threads, which take turns."""

    def __init__(self, content: bytes, *, threads: int) -> None:
        """Compile an ONNX model's bytes for so many threads.

        Raises:
            ModelMismatch: OpenVINO cannot read the model, or is not installed.
        """
        try:
            core = _core()
            self._compiled = core.compile_model(
                core.read_model(content),
                "CPU",
                {
                    "INFERENCE_PRECISION_HINT": "bf16" if has_bfloat16() else "f32",
                    "INFERENCE_NUM_THREADS": threads,
                    "PERFORMANCE_HINT": "LATENCY",
                },
            )
        except (ImportError, RuntimeError) as error:
            raise ModelMismatch(
                f"OpenVINO cannot run the model: {str(error).splitlines()[0]}. "
                "Reinstall: pip install --force-reinstall openvino"
            ) from error
        self._request = self._compiled.create_infer_request()
        self._turn = threading.Lock()

    def run(self, outputs: Sequence[str], feeds: Mapping[str, Ints]) -> list[Floats]:
        """Return a copy of each named output for the named inputs."""
        with self._turn:
            self._request.infer(dict(feeds), share_inputs=True)
            return [self._request.get_tensor(name).data.copy() for name in outputs]


@cache
def has_bfloat16() -> bool:
    """Say whether this CPU multiplies bfloat16; without, asking for it would only be slower."""
    try:
        lines = Path("/proc/cpuinfo").read_text("ascii", "replace").splitlines()
    except OSError:
        return False  # no Linux: float32 is right everywhere
    flags = (line.split(":", 1)[1].split() for line in lines if line.startswith(("flags", "Feat")))
    return any(_BFLOAT16_FLAGS & set(found) for found in flags)


@cache
def _core() -> Any:
    from openvino import Core

    return Core()
