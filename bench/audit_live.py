"""Workers of one agent, and a feed of its inputs → a long log, made while the workers are killed, stopped, added and taken away."""

from __future__ import annotations

import random
import sys
import time
from dataclasses import dataclass, field

from bench.report import Steps
from bench.stand import BenchError, Child, Stand, pause
from bench.under_test import STALL_S
from ops.chaos.group import Group, patiently
from ops.chaos.producing import Producing, Request
from ops.chaos.run import UNFIT
from streams.contract import contract

SOURCES = {"matching": "garbage", "support": "babble", "pricing": "quotes", "growth": "riders"}
FASTEST = 20_000  # records a second: more than any of the sources makes
BEHIND_S = 4  # of records at the pace so far may wait for the workers
SNAPSHOT_S = 10
READY_S = 180.0


@dataclass(frozen=True, slots=True)
class Feed:
    """So many records, so many a second (0: as fast as they are taken), drawn by a seed."""

    records: int
    rate: int
    seed: int


@dataclass(slots=True)
class Fleet:
    """Workers of one agent, by ordinal."""

    place: Stand
    agent: str
    workers: dict[int, Child] = field(default_factory=dict)
    ended: int = 0
    restarted: int = 0  # that ended by themselves

    def begin(self, ordinal: int) -> None:
        """A worker more."""
        command = [sys.executable, "-m", "ops.cli", "worker", self.agent, "--ordinal", str(ordinal)]
        env = {"TRIPO_METRICS_PORT": "-1", "TRIPO_SNAPSHOT_INTERVAL_S": str(SNAPSHOT_S), "OPENBLAS_NUM_THREADS": "1"}
        env |= {"TRIPO_MAX_RECORDS": "1000"}  # a cycle of broken texts on a busy machine must not outlast its transaction
        env |= {"TRIPO_DEAD_LETTER_SHARE": "1"}  # a tenth of the inputs is broken on purpose, and now and then many come together
        self.workers[ordinal] = self.place.spawn(f"{self.agent}-{ordinal}", command, env)

    def disturb(self) -> None:
        """In turn: a worker is killed and comes again, one is stopped for good, one is added."""
        ordinal = random.Random(self.ended).choice(sorted(self.workers))
        turn, self.ended = self.ended % 4, self.ended + 1
        if turn == 3 and len(self.workers) < 3:
            self.begin(max(self.workers) + 1)
            return
        worker = self.workers.pop(ordinal)
        if turn == 2 and self.workers:
            worker.stop()
            return
        worker.kill()
        self.begin(ordinal)

    def check(self) -> None:
        """Begin workers again that gave up, as their supervisor would. Raises BenchError where one ended for what no restart mends."""
        for ordinal, worker in list(self.workers.items()):
            code = worker.process.poll()
            if code in UNFIT:
                raise BenchError(f"{worker.name} ended by itself with code {code}; the end of its log:\n{worker.tail()}")
            if code is not None:
                self.restarted += 1
                self.begin(ordinal)

    def tail(self) -> str:
        """The end of a worker's log."""
        return next(iter(self.workers.values())).tail()

    def stop(self) -> None:
        """Stop all in order. Raises BenchError when one does not end with 0."""
        for worker in self.workers.values():
            if code := worker.stop():
                raise BenchError(f"{worker.name} stopped with code {code}; the end of its log:\n{worker.tail()}")


def live(fleet: Fleet, steps: Steps, feed: Feed, every_s: float) -> float:
    """Feed, disturb the workers, wait until all is decided, and stop them. → seconds from the first record to the last decision"""
    place, inputs = fleet.place, [name for name, topic in contract().topics.items() if fleet.agent in topic.readers]
    group = Group(place.brokers, place.namespace, fleet.agent, [name for name in inputs if contract().topics[name].writer != fleet.agent])
    fleet.begin(0)
    fleet.begin(1)
    steps.begin(f"{feed.records:,} events, live", feed.records)
    request = Request(fleet.agent, feed.records, 0, 2, feed.seed, shared=False, source=SOURCES[fleet.agent])
    env = {"TRIPO_BROKERS": place.brokers, "TRIPO_NAMESPACE": place.namespace}
    producing = Producing(request, feed.rate or 1000, env, place.home / "producer.log")
    began = time.monotonic()
    try:
        _disturbed(fleet, group, producing, steps, feed, every_s)
        producing.finish(STALL_S)
    finally:
        producing.end()
    _drain(fleet, group, steps)
    seconds = time.monotonic() - began
    fleet.stop()
    return seconds


def _disturbed(fleet: Fleet, group: Group, producing: Producing, steps: Steps, feed: Feed, every_s: float) -> None:
    """Until nearly all is published: keep the pace, and disturb the workers. Raises BenchError when nothing is committed any more."""
    began = disturbed = moved = time.monotonic()
    before = 0
    while producing.published < feed.records - max(feed.rate, 1000):
        pause(time.monotonic() + 0.5)
        fleet.check()
        steps.at(producing.published)
        now, taken = time.monotonic(), producing.published - _lag(group)
        moved, before = (now, taken) if taken > before else (moved, before)
        if now - moved > READY_S:
            raise BenchError(f"nothing was committed for {READY_S:.0f} s:\n{fleet.tail()}")
        if not feed.rate:
            waiting = producing.published - taken
            producing.pace(FASTEST if waiting < max(5000, BEHIND_S * taken / (now - began)) else 1)
        if now - disturbed > every_s and taken > 0:
            fleet.disturb()
            disturbed = time.monotonic()


def _drain(fleet: Fleet, group: Group, steps: Steps) -> None:
    """Wait until all inputs are committed. Raises BenchError when the workers stall."""
    left = _lag(group)
    steps.begin("until all is decided", left)
    moved, before = time.monotonic(), left
    while left:
        fleet.check()
        moved, before = (time.monotonic(), left) if left < before else (moved, before)
        if time.monotonic() - moved > STALL_S:
            raise BenchError(
                f"nothing was committed for {STALL_S:.0f} s, {left:,} records to go:\n{next(iter(fleet.workers.values())).tail()}"
            )
        pause(time.monotonic() + 0.2)
        left = _lag(group)


def _lag(group: Group) -> int:
    """Records that wait. Raises BenchError when Kafka does not say."""
    found = patiently(group.lag, lambda lag: lag >= 0, STALL_S)
    if found < 0:
        raise BenchError(f"Kafka has not told the committed offsets for {STALL_S:.0f} s")
    return found
