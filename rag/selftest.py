"""A short test of the CPU: in which numbers does it multiply fastest?

Flags say what a CPU can do, not that it is quicker for it. The test takes a tenth of a second,
once: what it found is kept, with what it was found of.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
import time
from typing import TYPE_CHECKING

from rag.cpu import facts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

ROWS, WIDTH, INNER = 256, 384, 1536  # a feed-forward layer of the models here
REPEATS = 8  # by turns, and the fastest of each counts: what disturbs a run only makes it slower
MARGIN = 1.1  # times as fast as the first must be what is taken in its place
log = logging.getLogger(__name__)
_found: dict[tuple[Path, tuple[str, ...]], str] = {}  # a process decides once
_deciding = threading.Lock()


def fastest(hints: Sequence[str], record: Path) -> str:
    """Return the first of OpenVINO's precisions, or one that computes clearly faster.

    Taken from `record` or measured now. A record of another CPU or OpenVINO is not believed; one
    that cannot be kept is done without. Where nothing can be measured the first is returned: who
    opens a model then says what is amiss.
    """
    with _deciding:
        key = (record, tuple(hints))
        if key not in _found:
            _found[key] = _decided(hints, record)
        return _found[key]


def _decided(hints: Sequence[str], record: Path) -> str:
    try:
        subject = _subject()
        seconds = _recorded(record, subject)
        if not set(hints) <= set(seconds):
            seconds = _measured_s(hints)
            _keep(record, subject, seconds)
    except (ImportError, RuntimeError) as error:
        log.warning("The self-test cannot be run: %s", error)
        return hints[0]
    best = min(hints, key=lambda hint: seconds[hint])
    return best if seconds[best] * MARGIN < seconds[hints[0]] else hints[0]


def _recorded(record: Path, subject: str) -> dict[str, float]:
    try:
        found = json.loads(record.read_text("utf-8"))
        seconds = {str(hint): float(s) for hint, s in found["seconds"].items()}
        return seconds if found["of"] == subject else {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _keep(record: Path, subject: str, seconds: dict[str, float]) -> None:
    part = record.with_suffix(f".{os.getpid()}")
    try:
        record.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps({"of": subject, "seconds": seconds}) + "\n", "utf-8")
        part.replace(record)
    except OSError as error:
        log.info("The self-test is not kept: %s", error)


def _subject() -> str:
    """Name what a test is of: the CPU with its flags, how many cores, and OpenVINO."""
    import openvino

    lasting = [line for line in facts() if not line.startswith(("cpu MHz", "bogomips", "BogoMIPS"))]
    cpu = hashlib.sha256("\n".join(lasting).encode()).hexdigest()[:12]
    return f"CPU {cpu}, {os.cpu_count()} cores, OpenVINO {openvino.__version__}"


def _measured_s(hints: Sequence[str]) -> dict[str, float]:
    """Return the least seconds that one feed-forward layer takes in each precision."""
    layers = [_layer(hint) for hint in hints]
    took: dict[str, list[float]] = {hint: [] for hint in hints}
    for _ in range(REPEATS):
        for hint, run in zip(hints, layers, strict=True):
            started = time.perf_counter()
            run()
            took[hint].append(time.perf_counter() - started)
    return {hint: min(times) for hint, times in took.items()}


def _layer(hint: str) -> Callable[[], object]:
    """Compile a feed-forward layer; return what runs it once."""
    import numpy as np
    from openvino import Core, Model, Type
    from openvino import opset13 as ops

    draw = np.random.default_rng(0)
    x = ops.parameter([ROWS, WIDTH], Type.f32, name="x")
    into = ops.constant(draw.standard_normal((WIDTH, INNER), np.float32))
    back = ops.constant(draw.standard_normal((INNER, WIDTH), np.float32))
    inner = ops.gelu(ops.matmul(x, into, False, False), "erf")
    model = Model([ops.matmul(inner, back, False, False)], [x], "layer")
    compiled = Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": hint})
    request = compiled.create_infer_request()
    rows = {"x": draw.standard_normal((ROWS, WIDTH), np.float32)}
    return lambda: request.infer(rows, share_inputs=True)
