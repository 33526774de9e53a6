"""A worker that is told to end while Faust is still being told of its partitions ends at once."""

from __future__ import annotations

import asyncio
import concurrent.futures
from typing import Any

from streams.transport import Consumer


class Cycle:
    """Notes that it was finished."""

    finished = False

    def finish(self) -> None:
        self.finished = True


def test_a_signal_during_the_assignment_ends_the_worker_in_order() -> None:
    consumer: Any = object.__new__(Consumer)
    consumer.cycle, consumer._ending, consumer._telling = Cycle(), False, None
    consumer._thread = concurrent.futures.ThreadPoolExecutor(1)

    async def never(partitions: int) -> None:
        await asyncio.Event().wait()

    async def play() -> None:
        consumer._tell_faust = never
        consumer._turning = asyncio.ensure_future(consumer._turn(1))
        await asyncio.sleep(0)
        await asyncio.wait_for(consumer.finish(), 5)

    asyncio.run(play())
    consumer._thread.shutdown()
    assert consumer.cycle.finished
