"""What is read of the CPU's own description, on that of this machine."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from rag import cpu

LINUX = pytest.mark.skipif(platform.system() != "Linux", reason="only Linux describes its CPU so")


@LINUX
def test_facts_are_of_one_core() -> None:
    described = Path("/proc/cpuinfo").read_text("utf-8")
    assert described.startswith("\n".join(cpu.facts()))
    assert sum(line.startswith("processor") for line in cpu.facts()) == 1


@LINUX
def test_a_fact_is_its_value_and_an_unknown_one_is_empty() -> None:
    name = next(line.split("\t:")[0] for line in cpu.facts() if line.split(":", 1)[1].strip())
    assert f"{name}\t: {cpu.fact(name)}" in [line.rstrip() for line in cpu.facts()]
    assert cpu.fact("horse power") == ""


@LINUX
@pytest.mark.parametrize(
    ("flags", "has"), [("fpu avx512_bf16 sse", True), ("fpu avx512_bf16x", False), ("", False)]
)
def test_bfloat16_goes_by_whole_flags(
    monkeypatch: pytest.MonkeyPatch, flags: str, has: bool
) -> None:
    monkeypatch.setattr(cpu, "facts", lambda: ("model name\t: X", f"flags\t\t: {flags}"))
    assert cpu.has_bfloat16() is has
