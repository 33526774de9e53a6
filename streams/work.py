"""The steps of one turn of the cycle: what Faust delivers as one event, and an agent's coroutine takes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streams.records import Read, Records
from streams.task import Task

if TYPE_CHECKING:
    from streams.cycle import Cycle


@dataclass(slots=True)
class Work:
    """One step to be taken: a task and the records of a cycle."""

    cycle: Cycle
    task: Task
    inputs: Mapping[str, Records]
    now: int
    decoded: Mapping[str, Read] | None = None  # the inputs, where that was done already
    error: Exception | None = None

    def run(self) -> None:
        """Step, and write into the transaction. Never raises: ``error`` tells."""
        try:
            self.cycle.step(self)
        except Exception as error:
            self.error = error


@dataclass(slots=True)
class Turn:
    """The steps of one turn, to be taken in their order: what Faust delivers as one event."""

    works: list[Work]
    failed: Work | None = None
    taken: asyncio.Event = field(default_factory=asyncio.Event)

    def run(self) -> None:
        """Take the steps until one fails, unless they are taken. Never raises: ``failed`` tells which; an agent that raises would
        acknowledge, and lose, its event (RELIABILITY §1)."""
        if self.taken.is_set():
            return
        for work in self.works:
            work.run()
            if work.error is not None:
                self.failed = work
                break
        self.taken.set()
