"""A worker's commits: journal records, snapshots and positions of its tasks, with their outputs, in one transaction after another.

Each ends in a thread of its own, beside the next poll and the next steps (DESIGN §4). Nothing is written before it has ended. Called by one
thread at a time: the polling one between steps, and by a step.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from streams import faults, metrics, snapshot
from streams.agent import Agent
from streams.errors import Fenced, TransactionFailed
from streams.log_reader import LogReader
from streams.membership import Membership
from streams.settings import Settings
from streams.task import Stepped, Task
from streams.transactions import GIVE_UP_S, Transactions

ALONE_S = 5.0  # how long the first commit of a task that was taken over waits for others' transactions in its journal
LEAD_SHARE = 0.2  # of the newest in a mean that forgets
Positions = dict[int, dict[str, int]]  # by partition and input


@dataclass(frozen=True, slots=True)
class _Taken:
    """A task's state as it was after the journal record of this number."""

    task: Task
    sequence: int
    journal_offset: int  # of that record, or of one before
    slot: int
    data: bytes


class Commits:
    """What a worker wrote, and what of it is committed."""

    def __init__(self, agent: Agent, settings: Settings, membership: Membership) -> None:
        self._agent, self._settings, self._membership = agent, settings, membership
        self._transactions = Transactions(settings, agent.name)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._sending: Future[None] | None = None  # the positions that this turn's steps will reach, while they are taken
        self._sent: Positions = {}
        self._ending: Future[None] | None = None  # the commit under way
        self._snapshotting: Future[None] | None = None  # and the snapshot that is written after it
        self._of_snapshot: Task | None = None  # whose it is
        self._journalled: dict[int, Task] = {}  # by partition, in the transaction that is open: perhaps more than once
        self._began_at = time.monotonic()
        self._lead_s = 0.0  # of late, from a poll until its records are ready to be committed
        self._reader: LogReader | None = None  # of the committing thread, made when it is needed
        self.positions: Positions = {}  # committed

    @property
    def gathered_at(self) -> float:
        """Until when records gather for the next commit: so long before its time as stepping over them takes."""
        return self._began_at + self._settings.commit_interval_ms / 1000 - self._lead_s

    def due(self, tasks: Collection[Task]) -> bool:
        """It is time, and a task has something to commit."""
        return time.monotonic() >= self.gathered_at and (bool(self._journalled) or any(t.dirty for t in tasks))

    def reaching(self, positions: Positions) -> None:
        """Learn where the steps of this turn will end, in the polling thread. When they are the last before a commit, open its transaction
        by sending these positions, beside the first step: one that fails takes the transaction with it, positions and all."""
        if time.monotonic() >= self.gathered_at and (self._snapshotting is None or self._snapshotting.done()):
            self._sent, self._sending = positions, self._thread.submit(self._send, positions, self._membership.metadata())

    def write(self, task: Task, stepped: Stepped) -> None:
        """Write a step's outputs, into the transaction after the one that is ending: once that has ended.

        With the journal record of the step, where the turn is the last before a commit: it is delivered beside the next step.
        """
        self._ended()
        if self._sending is not None:
            sending, self._sending = self._sending, None
            _result(sending)
        self._transactions.begin()
        for written in stepped.written:
            self._transactions.produce(self._settings.topic(written.topic), task.partition, written.keys, written.values)
        if self._sent and task is not self._of_snapshot:  # that shall name its snapshot
            self._journal(task)

    def begin(self, tasks: Collection[Task], polled_at: float) -> None:
        """Write the journal records of the tasks that have something to commit, and let the transaction end by itself.

        Meanwhile, take a snapshot if one is due. It is written beside the next steps, into their transaction, whose journal record of the
        task names it.
        """
        self.settle()
        longest = self._settings.commit_interval_ms / 1000
        self._lead_s += LEAD_SHARE * (min(longest, time.monotonic() - polled_at) - self._lead_s)
        ending = self._submit(task for task in tasks if task.dirty)
        self._of_snapshot = task = self._snapshot_due(tasks)
        if task is not None:
            self._snapshotting = self._thread.submit(self._write_snapshot_after, ending, self._take(task, task.sequence - 1))

    def last(self, tasks: Collection[Task]) -> None:
        """Commit all there is, with snapshots: the tasks go elsewhere."""
        self.settle()
        due = [task for task in tasks if task.dirty or task.stepped_since_snapshot]
        if due:
            self._transactions.begin()
            for task in due:
                if task.stepped_since_snapshot:
                    self._write_snapshot(self._take(task, task.sequence))
            self._submit(due)
            self.settle()

    def settle(self) -> None:
        """Wait for the commit and the snapshot under way, if any. Raises what they raised."""
        self._ended()
        if self._snapshotting is not None:
            snapshotting, self._snapshotting = self._snapshotting, None
            _result(snapshotting)
            self._of_snapshot = None

    def _ended(self) -> None:
        if self._ending is not None:
            ending, self._ending = self._ending, None
            _result(ending)

    def forget(self, timeout_s: float = 10) -> None:
        """Abort what is written and not committed; what is under way may end for as long."""
        wait([future for future in (self._sending, self._ending, self._snapshotting) if future is not None], timeout_s)
        self._transactions.abort(timeout_s)
        self._journalled, self._sent, self._sending = {}, {}, None

    def close(self) -> None:
        """No more commits."""
        self._thread.shutdown()
        if self._reader is not None:
            self._reader.close()

    def _journal(self, task: Task) -> None:
        topic, value = self._settings.topic(f"{self._agent.name}.journal"), task.journal_record(task.snapshot)
        self._transactions.produce_located(topic, task.partition, None, value, task.located)
        task.journalled(value)
        self._journalled[task.partition] = task

    def _submit(self, unjournalled: Iterable[Task]) -> Future[None]:
        """Journal what is not yet, and let the transaction end."""
        self._began_at = time.monotonic()
        self._transactions.begin()
        for task in unjournalled:
            self._journal(task)
        positions = {task.partition: dict(task.positions) for task in self._journalled.values()}  # as they are now: steps go on
        taken_over = [task for task in self._journalled.values() if task.after is not None]
        self._ending = self._thread.submit(self._end, positions, self._sent, self._membership.metadata(), taken_over)
        self._journalled, self._sent = {}, {}
        return self._ending

    def _send(self, positions: Positions, group: Any) -> None:
        """In the committing thread. First of all that goes into a transaction: the coordinator may be busy with the end of the one before,
        and the client tries this again at once, but the registration of a topic only after 20 ms. ``group``: what Kafka knows it by."""
        self._transactions.begin()
        places = [place for partition, offsets in positions.items() for place in self._membership.positions(partition, offsets)]
        self._transactions.send(places, group)

    def _end(self, positions: Positions, sent: Positions, group: Any, taken_over: list[Task]) -> None:
        """Commit the transaction with these positions. In the committing thread."""
        if positions != sent:
            self._send(positions, group)
        for task in taken_over:
            self._check_alone(task)
        self._transactions.commit()
        self.positions |= positions

    def _check_alone(self, task: Task) -> None:
        """Before its first commit: nobody has journalled for a task since it was taken over, or the chain would break. Raises Fenced.

        What is open in this transaction holds back the journal's stable end, so all before it is there to be seen, or still open.
        """
        self._transactions.flush()
        if self._reader is None:
            self._reader = LogReader(self._settings, f"{self._agent.name}-commit")
        topic, began = f"{self._agent.name}.journal", time.monotonic()
        if task.after is None or task.own is None:
            raise TransactionFailed(f"a record of {topic}, partition {task.partition}, was not delivered")
        for others in self._reader.read({topic: task.after}, task.partition, {topic: task.own}):
            if others:
                raise Fenced(f"{topic}, partition {task.partition}: another worker went on with it, at offset {others[0].offset()}")
            if time.monotonic() - began > ALONE_S:
                raise Fenced(f"{topic}, partition {task.partition}: another worker's transaction is open before offset {task.own}")
        task.after = None

    def _snapshot_due(self, tasks: Collection[Task]) -> Task | None:
        """The task that has waited for a snapshot for longest, if it is due; all tasks are in the journal."""
        task = min((t for t in tasks if t.stepped_since_snapshot), key=lambda each: each.snapshot_at, default=None)
        return task if task is not None and time.monotonic() - task.snapshot_at >= self._settings.snapshot_interval_s else None

    def _take(self, task: Task, sequence: int) -> _Taken:
        slot = snapshot.hour_slot(self._agent.inputs, task.last_now)
        task.snapshot_at, task.stepped_since_snapshot = time.monotonic(), False
        return _Taken(task, sequence, task.journal_offset, slot, self._agent.dump(task.state))

    def _write_snapshot_after(self, ending: Future[None], taken: _Taken) -> None:
        """In the committing thread, once the commit has ended: nothing is written after one that failed."""
        ending.result()
        self._transactions.begin()
        self._write_snapshot(taken)

    def _write_snapshot(self, taken: _Taken) -> None:
        """Write the chunks of a state, and wait until they are delivered."""
        task, agent, topic = taken.task, self._agent, self._settings.topic(snapshot.topic_of(self._agent.name))
        offsets: list[int] = []
        count = 0
        for key, value in snapshot.chunks(
            agent.name, task.partition, taken.sequence, agent.state_format, agent.code_version, taken.data, taken.slot
        ):
            self._transactions.produce_located(topic, task.partition, key, value, offsets.append)
            count += 1
        faults.point("in-snapshot")
        for stale in range(count, task.snapshot["chunks"] if task.snapshot else 0):
            self._transactions.produce_located(topic, task.partition, snapshot.chunk_key(taken.slot, stale), None, lambda _: None)
        self._transactions.flush()
        metrics.snapshot_bytes.labels(agent.name, str(task.partition)).set(len(taken.data))
        if not offsets:
            raise TransactionFailed("a snapshot was not delivered")
        task.snapshot = {"sequence": taken.sequence, "offset": offsets[0], "chunks": count, "journal_offset": taken.journal_offset}
        task.unnamed = True


def _result(future: Future[None]) -> None:
    try:
        future.result(GIVE_UP_S + 2)
    except TimeoutError:  # librdkafka may wait for ever for offsets whose coordinator went away
        raise TransactionFailed("the commit does not return; the broker ends the transaction by itself") from None
