"""The matching worker under test on a stand: started, stopped, waited for; what was measured of it is kept in ``Run.figures``."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from bench.market import Market
from bench.observe import Watch, end_offsets
from bench.report import Steps
from bench.stand import BenchError, Child, Stand, memory, pause
from streams.contract import contract

INPUTS = ("driver-profiles", "driver-moves", "order-changes", "orders")
STALL_S = 120.0


@dataclass(slots=True)
class Run:
    """A matching worker on a stand, and what is known of it."""

    place: Stand
    steps: Steps
    market: Market
    worker: Child | None = None
    figures: dict[str, Any] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    peak_rss: int = 0

    @property
    def partitions(self) -> int:
        """Partitions of every topic of matching."""
        return contract().topic("orders").partitions

    def start(self) -> Child:
        """Starts the worker."""
        self.worker = self.place.worker("matching")
        return self.worker

    def stop(self) -> None:
        """Stops the worker in order. Raises BenchError when it does not end with 0."""
        assert self.worker is not None
        self.note_memory()
        if code := self.worker.stop():
            raise BenchError(f"the matching worker stopped with code {code}; the end of its log:\n{self.worker.tail()}")

    def note_memory(self) -> int:
        """The worker's resident bytes now."""
        assert self.worker is not None
        rss = memory(self.worker.pid)
        self.peak_rss = max(self.peak_rss, rss)
        return rss

    def watch(self, *also: int) -> Watch:
        """A watch of the worker's group and process."""
        assert self.worker is not None
        topics = tuple(self.place.topic(name) for name in INPUTS)
        group = self.place.topic("matching")
        return Watch(self.place.brokers, group, topics, self.partitions, self.worker.pid, self.place.broker_pid, also)

    def drain(self) -> Watch:
        """Waits until the worker has committed all its inputs. Raises BenchError when it stalls."""
        assert self.worker is not None
        watch = self.watch()
        total = sum(sum(end_offsets(self.place.brokers, topic, self.partitions)) for topic in watch.topics)
        first = watch.sample()
        moved, before = first.at, first.committed
        while before < total:
            self.worker.check()
            taken = watch.sample()
            self.steps.at(taken.committed - first.committed)
            if taken.committed > before:
                moved, before = taken.at, taken.committed
            if taken.at - moved > STALL_S:
                raise BenchError(f"matching committed nothing for {STALL_S:.0f} s, {total - before:,} records to go:\n{self.worker.tail()}")
            pause(taken.at + 0.1)
        watch.close()
        self.peak_rss = max(self.peak_rss, watch.peak_rss())
        return watch


def now_ms() -> int:
    """Milliseconds since the epoch."""
    return int(time.time() * 1000)
