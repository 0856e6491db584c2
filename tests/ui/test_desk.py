from __future__ import annotations

import asyncio
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from ui.page.desk import Busy, Desk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def desk() -> Iterator[Desk]:
    opened = Desk(most_waiting=2)
    yield opened
    opened.close()


def test_result_and_error_come_back(desk: Desk, run_async: Callable[[Any], Any]) -> None:
    async def ask(work: Callable[[], object]) -> object:
        with desk.take(work) as ticket:
            while not await ticket.settled(0.05):
                pass
            return ticket.result()

    assert run_async(ask(lambda: "answer")) == "answer"
    with pytest.raises(ZeroDivisionError):
        run_async(ask(lambda: 1 / 0))


def test_line_is_served_in_order_and_says_how_many_are_before(desk: Desk) -> None:
    gate, order = threading.Event(), []
    with ExitStack() as open_tickets:
        first = open_tickets.enter_context(desk.take(gate.wait))
        second = open_tickets.enter_context(desk.take(lambda: order.append("second")))
        third = open_tickets.enter_context(desk.take(lambda: order.append("third")))
        assert [ticket.n_ahead for ticket in (first, second, third)] == [0, 1, 2]
        gate.set()
        third.result()
        assert third.n_ahead == 0
    assert order == ["second", "third"]


def test_one_too_many_is_turned_away_at_once(desk: Desk) -> None:
    gate = threading.Event()
    with ExitStack() as open_tickets:
        for _ in range(3):
            open_tickets.enter_context(desk.take(gate.wait))
        with pytest.raises(Busy, match="3 asked before you"), desk.take(gate.wait):
            pass
        gate.set()


def test_who_leaves_the_line_is_never_answered(desk: Desk) -> None:
    gate, asked = threading.Event(), []
    with desk.take(gate.wait):
        with desk.take(lambda: asked.append("given up")):
            pass
        assert desk.n_waiting == 1
        with desk.take(lambda: asked.append("kept")) as ticket:
            gate.set()
            ticket.result()
    assert asked == ["kept"]


def test_error_nobody_waits_for_is_not_reported_as_lost(
    desk: Desk, run_async: Callable[[Any], Any], caplog: pytest.LogCaptureFixture
) -> None:
    gate = threading.Event()

    def fail() -> None:
        gate.wait()
        raise ValueError

    async def leave_early() -> None:
        with desk.take(fail) as ticket:
            assert not await ticket.settled(0.01)
        gate.set()
        while desk.n_waiting:
            await asyncio.sleep(0.005)

    run_async(leave_early())
    assert not caplog.records
