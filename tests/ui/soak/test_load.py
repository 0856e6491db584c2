"""Sixty readers at once against 12,000 passages, and readers who leave in the middle."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from index.answerer import open_answerer
from ui.page.desk import MOST_WAITING, Desk
from ui.page.server import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rag.settings import Settings

    WithWire = Callable[..., Any]

pytestmark = pytest.mark.soak
N_CLIENTS = 60
N_LEAVING = 100
FREED_WITHIN_S = 2.0
ROOT = Path(__file__).parents[3]


@contextmanager
def served(settings: Settings) -> Iterator[tuple[str, int]]:
    """Run `dateline chat` in a process of its own; gives its address and process id."""
    command = [sys.executable, "-c", "from ui.cli import main; main()", "chat"]
    arguments = ["--index", str(settings.index), "--port", "0"]
    with subprocess.Popen(
        [*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            assert "Dateline is at" in line, line
            yield line.split()[3], process.pid
        finally:
            process.terminate()


def resident_bytes(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096


def question(n: int) -> str:
    return f"How many people of town {n} were rescued from the ferry after the storm?"


async def outcome(wire: Any, url: str, n: int) -> str:
    """Ask one question and name what came of it: 'told', 'busy', or what went wrong."""
    last: dict[str, Any] = {}
    async for message in wire.steps(url, question(n)):
        if message["msg"] == "refused":
            return f"refused: {message['status']} {message['text'][:200]}"
        if message["msg"] in {"process_generating", "process_completed"}:
            last = message
    if not last.get("success", False):
        return f"failed: {json.dumps(last)[:300]}"
    said = json.dumps(last["output"])
    if "Dateline is busy" in said:
        return "busy"
    return "told" if "dl-answer" in said or "dl-refusal" in said else f"odd: {said[:300]}"


async def crowd(wire: Any, url: str) -> list[str]:
    return await asyncio.gather(*(outcome(wire, url, n) for n in range(N_CLIENTS)))


def test_sixty_at_once_are_told_or_asked_to_wait_and_memory_comes_back(
    large_settings: Settings, with_wire: WithWire, record_property: Callable[[str, Any], None]
) -> None:
    with served(large_settings) as (url, pid):
        with_wire(crowd, url)  # what is loaded once is loaded now
        before = resident_bytes(pid)
        started = time.monotonic()
        outcomes = [one for _ in range(3) for one in with_wire(crowd, url)]
        seconds = time.monotonic() - started
        after = resident_bytes(pid)
    counts = {kind: outcomes.count(kind) for kind in dict.fromkeys(outcomes)}
    record_property("load", {**counts, "seconds": seconds, "before": before, "after": after})
    print(counts, f"{seconds:.1f} s, {before / 1e6:.0f} MB before, {after / 1e6:.0f} MB after")  # noqa: T201
    assert set(counts) <= {"told", "busy"}
    assert counts["told"] >= 3 * (MOST_WAITING + 1)
    assert after <= before * 1.10


def test_who_leaves_mid_answer_frees_the_place(
    large_settings: Settings, with_wire: WithWire
) -> None:
    answerer, desk = open_answerer(large_settings), Desk()
    longest = 0.0

    async def leave(wire: Any, url: str) -> None:
        nonlocal longest
        async for message in wire.steps(url, question(0)):
            if message["msg"] == "process_generating":
                break  # the stage line is there, the answer is not
        started = time.monotonic()
        while desk.n_waiting:
            assert time.monotonic() - started < FREED_WITHIN_S
            await asyncio.sleep(0.01)
        longest = max(longest, time.monotonic() - started)

    async def leave_often(wire: Any, url: str) -> None:
        for _ in range(N_LEAVING):
            await leave(wire, url)

    async def leave_together(wire: Any, url: str) -> None:
        """Ten leave at once: nine were waiting, and none of theirs is answered."""

        async def until_stage() -> None:
            async for message in wire.steps(url, question(1)):
                if message["msg"] == "process_generating":
                    return

        await asyncio.gather(*(until_stage() for _ in range(10)))
        started = time.monotonic()
        while desk.n_waiting:
            assert time.monotonic() - started < FREED_WITHIN_S
            await asyncio.sleep(0.01)

    try:
        with running(answerer, desk=desk) as url:
            with_wire(leave_often, url)
            with_wire(leave_together, url)
    finally:
        answerer.close()
    print(f"freed within {longest:.2f} s at the longest, {N_LEAVING} times")  # noqa: T201


def test_first_useful_line_is_there_at_once(large_settings: Settings, with_wire: WithWire) -> None:
    """On a warm server; the time is printed, only a wild one fails: speed is for benchmarks."""
    answerer = open_answerer(large_settings)

    async def waits(wire: Any, url: str) -> list[float]:
        seconds = []
        for n in range(20):
            started = time.monotonic()
            async for message in wire.steps(url, question(n)):
                if message["msg"] == "process_generating" and len(seconds) <= n:
                    assert "Searching" in json.dumps(message["output"])
                    seconds.append(time.monotonic() - started)
        return seconds

    try:
        with running(answerer) as url:
            seconds = sorted(with_wire(waits, url))
    finally:
        answerer.close()
    print(f"first line after {seconds[10] * 1000:.0f} ms (median), {seconds[-2] * 1000:.0f} ms p95")  # noqa: T201
    assert seconds[10] < 1.0
