"""What the operating system says of the CPU, where it says it: Linux."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16", "bf16"})  # x86, x86, ARM


@cache
def facts() -> tuple[str, ...]:
    """Return the lines 'name : value' about the first core, none where there is no Linux."""
    try:
        cores = Path("/proc/cpuinfo").read_text("utf-8", "replace")
    except OSError:
        return ()
    return tuple(cores.split("\n\n")[0].splitlines())


def fact(*names: str) -> str:
    """Return the value of the first line whose name begins with one of these, or ''."""
    found = (line.partition(":")[2].strip() for line in facts() if line.startswith(names))
    return next(found, "")


def has_bfloat16() -> bool:
    """Say whether this CPU multiplies bfloat16; without, asking for it would only be slower."""
    return not _BFLOAT16_FLAGS.isdisjoint(fact("flags", "Feat").split())
