"""The cycle of a worker: poll → step every task that has records → (when due) commit, in one transaction (DESIGN §4).

All that touches Kafka's consumer runs in one thread; steps run where ``deliver`` takes them (a Faust agent). A rebalance
comes inside a poll, hence between cycles: nothing is in flight then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from functools import partial

import structlog

from streams import faults, metrics
from streams.agent import Agent, Prepares
from streams.commits import Commits
from streams.dead_letters import Limit
from streams.errors import Fenced, RecoveryMismatch
from streams.isolation import Isolation
from streams.log_reader import LogReader
from streams.membership import Membership, Polled, counted, merged
from streams.message import Message
from streams.pace import Pace
from streams.preparing import prepare
from streams.records import Records
from streams.recovery import recover
from streams.settings import Settings
from streams.task import Stepped, Task
from streams.work import Work

log = structlog.get_logger(__name__)

EARLY_S = 0.004  # the wait for more records from which on those that are there are looked at: a look at one takes as long
PREPARED = 500  # records of a cycle at most: more are enough for a step each, whose end is progress


@dataclass(slots=True)
class _Recovery:
    partition: int
    run: Generator[None, None, Task]
    again: bool  # after a failed step, from the offsets that this worker committed itself
    rewound: bool  # records after the position were polled already


class Cycle:
    """A worker of one agent."""

    def __init__(self, agent: Agent, settings: Settings) -> None:
        self.agent, self.settings = agent, settings
        self.tasks: dict[int, Task] = {}
        self._parked: dict[int, Task] = {}
        self._recoveries: list[_Recovery] = []
        self._isolation = Isolation()
        self._limit = Limit(agent.name, settings.dead_letter_window, settings.dead_letter_share)
        self._measured_at = time.monotonic()
        self._full = False  # the last poll brought all it could: do not wait before the next
        self._pace = Pace(settings.max_records, settings.transaction_timeout_ms)
        self._polled, self._polled_at, self._looked_s = 0, time.monotonic(), 0.0
        self.progress_at = time.monotonic()
        self.joined = False
        self._reader = LogReader(settings, f"{agent.name}-recovery")
        self.membership = Membership(settings, agent, self._assigned, self._revoked, self._lost)
        self.commits = Commits(agent, settings, self.membership)

    @property
    def ready(self) -> bool:
        """It has its partitions, and their tasks are recovered."""
        return self.joined and not self._recoveries

    def turn(self) -> list[Work]:
        """Commit when due, go on recovering, poll: the next steps to take. In the polling thread; blocks for at most about 0.1 s."""
        self._pace.took(self._polled, time.monotonic() - self._polled_at + self._looked_s)
        if self.commits.due(self.tasks.values()):
            self.commits.begin(self.tasks.values(), self._polled_at)
        if self._recoveries:
            self.commits.settle()
            self._recover()
        most = self._pace.records
        early = self._early(most)
        polled = merged(early, self.membership.poll(max(1, most - counted(early)), self._wait(bool(early))))
        if not polled:
            self.commits.settle()
        self._polled, self._polled_at = counted(polled), time.monotonic()
        self._full = 2 * self._polled > most
        faults.point("after-poll")
        self._measure()
        works = self._works(polled)
        if works:
            self.commits.reaching(_reached(works))
        return works

    def _early(self, most: int) -> Polled:
        """Records that are there already while others gather: an agent that prepares looks at them meanwhile."""
        self._looked_s = 0.0
        waits = not self._recoveries and not self._full and self.commits.gathered_at - time.monotonic() > EARLY_S
        if not waits or not isinstance(self.agent, Prepares):
            return {}
        polled, began = self.membership.poll(most, 0.0), time.monotonic()
        if counted(polled) <= PREPARED:
            prepare(self.agent, [self._inputs(self.tasks[p], of) for p, of in sorted(polled.items()) if p in self.tasks], _now())
        self._looked_s = time.monotonic() - began
        return polled

    def _wait(self, early: bool) -> float:
        """How long the poll may wait for a first record, in seconds; ``early``: there are some."""
        if self._recoveries:
            return 0.0
        if not self._full:  # nothing is visible before the next commit: let records gather until then, a step costs mostly per step
            time.sleep(max(0.0, self.commits.gathered_at - time.monotonic()))
        if early or any(t.dirty for t in self.tasks.values()):
            return 0.0
        return 0.1 if self.agent.tick_ms is None else min(0.1, self.agent.tick_ms / 2000)

    def _works(self, polled: Polled) -> list[Work]:
        now = _now()
        works = []
        for recovery in self._recoveries:  # records that came before the pause took hold must be read again
            recovery.rewound |= recovery.partition in polled
        for partition, task in sorted(self.tasks.items()):
            if inputs := self._inputs(task, polled.get(partition, {})):
                works += [Work(self, task, piece, now) for piece in self._isolation.pieces(partition, inputs)]
            elif self.agent.tick_ms is not None and now - task.last_now >= self.agent.tick_ms and self.agent.due(task.state, now):
                works.append(Work(self, task, {}, now))
        self._prepare([work for work in works if work.inputs], now)
        return works

    def _prepare(self, works: list[Work], now: int) -> None:
        """Decode and show the records of all steps at once to an agent that prepares."""
        if sum(len(one.messages) for work in works for one in work.inputs.values()) <= PREPARED:
            for work, decoded in zip(works, prepare(self.agent, [work.inputs for work in works], now), strict=True):
                work.decoded = decoded

    def _inputs(self, task: Task, polled: Mapping[str, list[Message]]) -> dict[str, Records]:
        return {topic: self._records(task, topic, polled[topic]) for topic in self.agent.inputs if topic in polled}

    @staticmethod
    def _records(task: Task, topic: str, messages: list[Message]) -> Records:
        if messages[0].offset() < task.positions[topic]:
            raise RecoveryMismatch(
                f"{topic}, partition {task.partition}: offset {messages[0].offset()} was read again, though all before "
                f"{task.positions[topic]} is stepped over"
            )
        return Records(topic, task.partition, messages, task.positions[topic], messages[-1].offset() + 1)

    def step(self, work: Work) -> None:
        """Step one task and write its outputs. Raises StepFailed, DeadLetterLimit and what Kafka raises."""
        started = time.perf_counter()
        stepped = work.task.step(work.inputs, work.now, self._isolation.crashing(work.task.partition), work.decoded)
        self._limit.count(stepped.records, stepped.rejected)
        self.commits.write(work.task, stepped)
        self._count(work, stepped)
        metrics.step_seconds.labels(self.agent.name).observe(time.perf_counter() - started)

    def _count(self, work: Work, stepped: Stepped) -> None:
        self.progress_at = time.monotonic()
        for topic, records in work.inputs.items():
            metrics.records.labels(self.agent.name, topic).inc(len(records.messages))
            metrics.event_age.labels(self.agent.name).observe(max(0.0, time.time() - records.messages[0].timestamp()[1] / 1000))
        for written in stepped.written:
            metrics.decisions.labels(self.agent.name, written.topic).inc(len(written.values))
        for one in stepped.rejected:
            metrics.dead_letters.labels(self.agent.name, one.error).inc()

    def failed(self, work: Work) -> None:
        """A step raised: forget all that is not committed, and find the record that made it raise. In the polling thread."""
        log.error("step failed", agent=self.agent.name, partition=work.task.partition, error=str(work.error), exc_info=work.error)
        self._isolation.failed(work.task.partition, work.inputs, str(work.error))
        self.commits.settle()
        self.commits.forget()
        self.membership.pause(self.tasks)
        failed, self.tasks = sorted(self.tasks), {}
        self._begin_recoveries(failed, self.commits.positions.get, again=True)

    def _assigned(self, partitions: list[int]) -> None:
        faults.point("on-assign")
        log.info("assigned", agent=self.agent.name, partitions=partitions)
        self._begin_recoveries(partitions, self.membership.committed)
        self.joined = True

    def _begin_recoveries(self, partitions: list[int], committed: Callable[[int], Mapping[str, int] | None], again: bool = False) -> None:
        for partition in partitions:
            run = recover(self.agent, partition, partial(committed, partition), self._reader, self._parked.pop(partition, None))
            self._recoveries.append(_Recovery(partition, run, again, rewound=again))
        self._parked = {}

    def _recover(self) -> None:
        """One slice of recovery; a task that is ready is stepped from now on."""
        until = time.monotonic() + self.settings.recovery_slice_ms / 1000
        while self._recoveries and time.monotonic() < until:
            recovery = self._recoveries[0]
            try:
                next(recovery.run)
            except StopIteration as done:
                task: Task = done.value
                self.tasks[recovery.partition] = task
                if not task.fresh:
                    self.commits.positions[recovery.partition] = dict(task.positions)
                task.snapshot_at = time.monotonic() - self.settings.snapshot_interval_s * (task.partition % 8) / 8
                self.membership.resume(task.partition, task.positions, recovery.rewound)
                self._recoveries.pop(0)
            except RecoveryMismatch as error:
                if not recovery.again:
                    raise
                raise Fenced(f"{error}. This worker was away, and another has gone on with the partition") from error
            self.progress_at = time.monotonic()

    def _revoked(self) -> None:
        faults.point("on-revoke")
        metrics.lag.clear()
        log.info("revoked", agent=self.agent.name, partitions=sorted(self.tasks))
        self.commits.last(self.tasks.values())
        self._parked, self.tasks = self.tasks, {}
        self._drop_recoveries()

    def _lost(self) -> None:
        raise Fenced(
            f"{self.agent.name}: partitions {sorted(self.tasks)} were lost: "
            "this worker was away for longer than its session, or another took its name"
        )

    def _drop_recoveries(self) -> None:
        for recovery in self._recoveries:
            recovery.run.close()
        self._recoveries = []

    def _measure(self) -> None:
        """Once a second: lag and tasks as metrics; no lag counts as progress."""
        if time.monotonic() - self._measured_at < 1:
            return
        self._measured_at = time.monotonic()
        total = 0
        for partition, task in self.tasks.items():
            for topic, lag in self.membership.lag(partition, task.positions).items():
                metrics.lag.labels(self.agent.name, topic, str(partition)).set(lag)
                total += lag
        metrics.tasks.labels(self.agent.name).set(len(self.tasks))
        metrics.recovering.labels(self.agent.name).set(len(self._recoveries))
        if total == 0 or self.membership.broker_away:
            self.progress_at = time.monotonic()

    def finish(self) -> None:
        """Commit all with snapshots, and leave. In the polling thread."""
        self._drop_recoveries()
        self.commits.last(self.tasks.values())
        self.tasks = {}
        self.membership.close()
        self._reader.close()
        self.commits.close()

    def abort(self) -> None:
        """Before the process ends in failure: do not leave readers waiting for the transaction's timeout."""
        self.commits.forget(2)


def _now() -> int:
    return time.time_ns() // 1_000_000


def _reached(works: list[Work]) -> dict[int, dict[str, int]]:
    """Where the tasks of these steps will be after them, by partition and input."""
    reached: dict[int, dict[str, int]] = {}
    for work in works:
        positions = reached.setdefault(work.task.partition, dict(work.task.positions))
        positions |= {topic: records.end for topic, records in work.inputs.items()}
    return reached
