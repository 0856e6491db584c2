"""What a figure was measured on, and how many measurements make one figure."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from rag.cpu import fact

if TYPE_CHECKING:
    from collections.abc import Sequence

PACKAGES = ("faiss-cpu", "openvino", "sentence-transformers", "torch")


def machine() -> dict[str, object]:
    """Describe this machine, its load now and the packages that decide about speed."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": fact("model name") or platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(memory / 1e9, 1),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
    }


def percentiles(values: Sequence[float], *, digits: int = 1) -> dict[str, float]:
    """Return p50, p95 and p99."""
    return {f"p{p}": round(float(np.percentile(values, p)), digits) for p in (50, 95, 99)}
