"""A short test of the CPU: in which numbers does it multiply fastest?

Flags say what a CPU can do, not that it is quicker for it. The test takes a tenth of a second,
once: what it found is kept, with what it was found of.
"""

from __future__ import annotations

import json
import logging
import platform
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS, WIDTH, INNER = 256, 384, 1536  # a feed-forward layer of the models here
REPEATS = 6  # the fastest counts: what disturbs a run only makes it slower
log = logging.getLogger(__name__)


def fastest(hints: Sequence[str], record: Path) -> str:
    """Return which of OpenVINO's precisions computes fastest, from `record` or measured now.

    A record of another CPU or OpenVINO is not believed; one that cannot be kept is done without.
    """
    subject = _subject()
    seconds = _recorded(record, subject)
    if not set(hints) <= set(seconds):
        seconds = {hint: _measured_s(hint) for hint in hints}
        try:
            record.parent.mkdir(parents=True, exist_ok=True)
            record.write_text(json.dumps({"of": subject, "seconds": seconds}) + "\n", "utf-8")
        except OSError as error:
            log.info("The self-test is not kept: %s", error)
    return min(hints, key=lambda hint: seconds[hint])


def _recorded(record: Path, subject: str) -> dict[str, float]:
    try:
        found = json.loads(record.read_text("utf-8"))
        return dict(found["seconds"]) if found["of"] == subject else {}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _subject() -> str:
    """Name what a test is of: CPU and OpenVINO."""
    import openvino

    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []  # no Linux
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return f"{next(names, platform.processor())}, OpenVINO {openvino.__version__}"


def _measured_s(hint: str) -> float:
    """Return the least seconds that one feed-forward layer takes in a precision."""
    import numpy as np
    from openvino import Core, Model, Type
    from openvino import opset13 as ops

    draw = np.random.default_rng(0)
    x = ops.parameter([ROWS, WIDTH], Type.f32, name="x")
    into = ops.constant(draw.standard_normal((WIDTH, INNER), np.float32))
    back = ops.constant(draw.standard_normal((INNER, WIDTH), np.float32))
    inner = ops.gelu(ops.matmul(x, into, False, False), "erf")
    model = Model([ops.matmul(inner, back, False, False)], [x], "layer")
    request = (
        Core()
        .compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": hint})
        .create_infer_request()
    )
    rows = {"x": draw.standard_normal((ROWS, WIDTH), np.float32)}
    took = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        request.infer(rows, share_inputs=True)
        took.append(time.perf_counter() - started)
    return min(took)
