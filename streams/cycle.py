"""The cycle of a worker: poll → step every task that has records → (when due) commit, in one transaction (DESIGN §4).

All that touches Kafka's consumer runs in one thread; steps run where ``deliver`` takes them (a Faust agent). A rebalance
comes inside a poll, hence between cycles: nothing is in flight then.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog
from polars.exceptions import PanicException

from streams import faults, metrics, snapshot
from streams.agent import Agent, Prepares
from streams.dead_letters import Limit
from streams.errors import Fenced, RecoveryMismatch, TransactionFailed
from streams.isolation import Isolation
from streams.log_reader import LogReader
from streams.membership import Assigned, Membership, Polled
from streams.message import Message
from streams.pace import Pace
from streams.records import Read, Records, by_inputs, read
from streams.recovery import recover
from streams.settings import Settings
from streams.task import Stepped, Task
from streams.transactions import GIVE_UP_S, Transactions

log = structlog.get_logger(__name__)

PREPARED = 500  # records of a cycle at most: more are enough for a step each, whose end is progress
LEAD_SHARE = 0.2  # of the newest in a mean that forgets


@dataclass(slots=True)
class Work:
    """One step to be taken: a task and the records of a cycle."""

    cycle: Cycle
    task: Task
    inputs: Mapping[str, Records]
    now: int
    decoded: Mapping[str, Read] | None = None  # the inputs, where that was done already
    error: Exception | None = None
    taken: asyncio.Event = field(default_factory=asyncio.Event)

    def run(self) -> None:
        """Step, and write into the transaction. Never raises: ``error`` tells."""
        try:
            self.cycle.step(self)
        except Exception as error:
            self.error = error


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
        self._committed_at = self._measured_at = time.monotonic()
        self._committed: dict[int, dict[str, int]] = {}
        self._committer = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._committing: Future[None] | None = None
        self._metadata: Any = None  # of the group, as of the last journal records
        self._full = False  # the last poll brought all it could: do not wait before the next
        self._pace = Pace(settings.max_records, settings.transaction_timeout_ms)
        self._polled, self._polled_at = 0, time.monotonic()
        self._lead_s = 0.0  # of late, from a poll until its records are ready to be committed
        self.progress_at = time.monotonic()
        self.joined = False
        self._transactions = Transactions(settings, agent.name)
        self._reader = LogReader(settings, f"{agent.name}-recovery")
        self.membership = Membership(settings, agent, self._assigned, self._revoked, self._lost)

    @property
    def ready(self) -> bool:
        """It has its partitions, and their tasks are recovered."""
        return self.joined and not self._recoveries

    def turn(self) -> list[Work]:
        """Commit when due, go on recovering, poll: the next steps to take. In the polling thread; blocks for at most about 0.1 s."""
        self._pace.took(self._polled, time.monotonic() - self._polled_at)
        if self._due():
            self._committing = self._committer.submit(self._end_and_snapshot, self._journal(last=False))  # while records gather
        if self._recoveries:
            self._settle()
            self._recover()
        most = self._pace.records
        polled = self.membership.poll(most, self._wait())
        self._settle()
        self._polled, self._polled_at = sum(len(m) for by_topic in polled.values() for m in by_topic.values()), time.monotonic()
        self._full = 2 * self._polled > most
        faults.point("after-poll")
        self._measure()
        return self._works(polled)

    def _due(self) -> bool:
        return time.monotonic() >= self._gathered_at and any(t.dirty for t in self.tasks.values())

    @property
    def _gathered_at(self) -> float:
        """Until when records gather for the next commit: so long before its time as stepping over them takes."""
        return self._committed_at + self.settings.commit_interval_ms / 1000 - self._lead_s

    def _wait(self) -> float:
        """How long the poll may wait for a first record, in seconds."""
        if self._recoveries:
            return 0.0
        if not self._full:  # nothing is visible before the next commit: let records gather until then, a step costs mostly per step
            time.sleep(max(0.0, self._gathered_at - time.monotonic()))
        if any(t.dirty for t in self.tasks.values()):
            return 0.0
        return 0.1 if self.agent.tick_ms is None else min(0.1, self.agent.tick_ms / 2000)

    def _works(self, polled: Polled) -> list[Work]:
        now = time.time_ns() // 1_000_000
        works = []
        for recovery in self._recoveries:  # records that came before the pause took hold must be read again
            recovery.rewound |= recovery.partition in polled
        for partition, task in sorted(self.tasks.items()):
            inputs = {t: self._records(task, t, polled[partition][t]) for t in self.agent.inputs if t in polled.get(partition, ())}
            if inputs:
                works += [Work(self, task, piece, now) for piece in self._isolation.pieces(partition, inputs)]
            elif self.agent.tick_ms is not None and now - task.last_now >= self.agent.tick_ms and self.agent.due(task.state, now):
                works.append(Work(self, task, {}, now))
        self._prepare([work for work in works if work.inputs], now)
        return works

    def _prepare(self, works: list[Work], now: int) -> None:
        """Let the agent look at the records of all steps at once, if it can. Whatever is wrong with them, the step will find again."""
        records = sum(len(one.messages) for work in works for one in work.inputs.values())
        if not 0 < records <= PREPARED or not isinstance(self.agent, Prepares):
            return
        try:
            for work in works:
                work.decoded = {topic: read(records) for topic, records in work.inputs.items()}
            self.agent.prepare([by_inputs(self.agent.inputs, work.decoded) for work in works if work.decoded], now)
        except (Exception, PanicException) as error:
            log.warning("not prepared: the steps do it all", agent=self.agent.name, error=f"{type(error).__name__}: {error}")

    @staticmethod
    def _records(task: Task, topic: str, messages: list[Message]) -> Records:
        return Records(topic, task.partition, messages, task.positions[topic], messages[-1].offset() + 1)

    def step(self, work: Work) -> None:
        """Step one task and write its outputs. Raises StepFailed, DeadLetterLimit and what Kafka raises."""
        started = time.perf_counter()
        stepped = work.task.step(work.inputs, work.now, self._isolation.crashing(work.task.partition), work.decoded)
        self._limit.count(stepped.records, stepped.rejected)
        self._transactions.begin()
        for written in stepped.written:
            self._transactions.produce(self.settings.topic(written.topic), work.task.partition, written.keys, written.values)
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
        self._transactions.abort()
        self.membership.pause(self.tasks)
        again = [Assigned(p, self._committed.get(p)) for p in sorted(self.tasks)]
        self.tasks = {}
        self._begin_recoveries(again, again=True)

    def commit(self) -> None:
        """Commit all there is, with snapshots: the tasks go elsewhere."""
        self._settle()
        due = self._journal(last=True)
        if due:
            self._committing = self._committer.submit(self._end, due)
            self._settle()

    def _settle(self) -> None:
        """Wait for the commit under way, if any. Raises what it raised."""
        if self._committing is not None:
            committing, self._committing = self._committing, None
            try:
                committing.result(GIVE_UP_S + 2)
            except TimeoutError:  # librdkafka may wait for ever for offsets whose coordinator went away
                raise TransactionFailed("the commit does not return; the broker ends the transaction by itself") from None

    def _journal(self, last: bool) -> list[Task]:
        """Write the journal records of the tasks that have something to commit, and if these are the ``last``, snapshots of all."""
        due = [t for t in self.tasks.values() if t.dirty or (last and t.stepped_since_snapshot)]
        if not due:
            return []
        self._committed_at = time.monotonic()
        longest = self.settings.commit_interval_ms / 2000
        self._lead_s += LEAD_SHARE * (min(longest, self._committed_at - self._polled_at) - self._lead_s)
        self._transactions.begin()
        for task in due:
            if last and task.stepped_since_snapshot:
                self._snapshot(task, task.sequence)
            value = task.journal_record(task.snapshot)
            topic = self.settings.topic(f"{self.agent.name}.journal")
            self._transactions.produce_located(topic, task.partition, None, value, partial(setattr, task, "journal_offset"))
            task.journalled(value)
        self._metadata = self.membership.metadata()
        return due

    def _end(self, due: list[Task]) -> None:
        """Commit the transaction with these tasks' positions."""
        positions = [place for task in due for place in self.membership.positions(task.partition, task.positions)]
        self._transactions.commit(positions, self._metadata)
        self._committed |= {task.partition: dict(task.positions) for task in due}

    def _end_and_snapshot(self, due: list[Task]) -> None:
        """Commit, and then snapshot the task that has waited for it longest, if any is due: while records gather, nothing waits for it.

        It is written in the next transaction, whose journal record of the task names it: the state is that after the last one.
        """
        self._end(due)
        waiting = [t for t in self.tasks.values() if t.stepped_since_snapshot and not t.dirty]
        task = min(waiting, key=lambda each: each.snapshot_at, default=None)
        if task is not None and time.monotonic() - task.snapshot_at >= self.settings.snapshot_interval_s:
            self._transactions.begin()
            self._snapshot(task, task.sequence - 1)

    def _snapshot(self, task: Task, sequence: int) -> None:
        """Write the task's state, that after the journal record of this number, and wait until it is delivered."""
        data = self.agent.dump(task.state)
        topic = self.settings.topic(snapshot.topic_of(self.agent.name))
        offsets: list[int] = []
        count, slot = 0, snapshot.hour_slot(self.agent.inputs, task.last_now)
        for key, value in snapshot.chunks(
            self.agent.name, task.partition, sequence, self.agent.state_format, self.agent.code_version, data, slot
        ):
            self._transactions.produce_located(topic, task.partition, key, value, offsets.append)
            count += 1
        faults.point("in-snapshot")
        for stale in range(count, task.snapshot["chunks"] if task.snapshot else 0):
            self._transactions.produce_located(topic, task.partition, snapshot.chunk_key(slot, stale), None, lambda _: None)
        self._transactions.flush()
        task.snapshot_at, task.stepped_since_snapshot = time.monotonic(), False
        metrics.snapshot_bytes.labels(self.agent.name, str(task.partition)).set(len(data))
        if not offsets:
            raise TransactionFailed("a snapshot was not delivered")
        task.snapshot = {"sequence": sequence, "offset": offsets[0], "chunks": count, "journal_offset": task.journal_offset}
        task.unnamed = True

    def _assigned(self, assigned: list[Assigned]) -> None:
        faults.point("on-assign")
        log.info("assigned", agent=self.agent.name, partitions=[a.partition for a in assigned])
        self._begin_recoveries(assigned)
        self.joined = True

    def _begin_recoveries(self, assigned: list[Assigned], again: bool = False) -> None:
        for one in assigned:
            run = recover(self.agent, one.partition, one.committed, self._reader, self._parked.pop(one.partition, None))
            self._recoveries.append(_Recovery(one.partition, run, again, rewound=again))
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
                    self._committed[recovery.partition] = dict(task.positions)
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
        self.commit()
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
        self.commit()
        self.tasks = {}
        self.membership.close()
        self._reader.close()
        self._committer.shutdown()

    def abort(self) -> None:
        """Before the process ends in failure: do not leave readers waiting for the transaction's timeout."""
        self._transactions.abort(2)
