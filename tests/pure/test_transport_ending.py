"""A worker that is told to end while Faust is asked for something, and will not do it any more, ends at once."""

from __future__ import annotations

import asyncio
import concurrent.futures
from typing import Any

from streams.transport import Consumer


class Work:
    """Counts how often it was run."""

    error, runs = None, 0

    def run(self) -> None:
        self.runs += 1


class Cycle:
    """Has one turn's work; notes that it was finished."""

    finished = False

    def __init__(self) -> None:
        self.work = Work()

    def turn(self) -> list[Work]:
        return [self.work]

    def finish(self) -> None:
        self.finished = True


async def never(*_: object) -> None:
    await asyncio.Event().wait()


async def at_once(*_: object) -> None: ...


def ended(ask: str) -> Cycle:
    """The cycle of a worker that is told to end while Faust does not answer this."""
    consumer: Any = object.__new__(Consumer)
    consumer.cycle, consumer._ending, consumer._asking, consumer._sweep_at = Cycle(), False, None, float("inf")
    consumer._thread = concurrent.futures.ThreadPoolExecutor(1)
    consumer._tell_faust = consumer._deliver = at_once

    async def play() -> None:
        asked = asyncio.Event()

        async def silent(*_: object) -> None:
            asked.set()
            await never()

        setattr(consumer, ask, silent)
        consumer._turning = asyncio.ensure_future(consumer._turn(1))
        await asked.wait()
        await asyncio.wait_for(consumer.finish(), 5)

    asyncio.run(play())
    consumer._thread.shutdown()
    cycle: Cycle = consumer.cycle
    return cycle


def test_a_signal_during_the_assignment_ends_the_worker_in_order() -> None:
    assert ended("_tell_faust").finished


def test_a_signal_while_a_turn_is_not_delivered_ends_the_worker_in_order() -> None:
    """Its positions may be on their way already: the steps are taken, once."""
    cycle = ended("_deliver")
    assert cycle.finished
    assert cycle.work.runs == 1
