"""A worker's commits: journal records, snapshots and positions of its tasks, with their outputs, in one transaction after another.

Each ends in a thread of its own, beside the next poll and the next steps (DESIGN §4). Nothing is written before it has ended.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any

from streams import faults, metrics, snapshot
from streams.agent import Agent
from streams.errors import TransactionFailed
from streams.membership import Membership
from streams.settings import Settings
from streams.task import Stepped, Task
from streams.transactions import GIVE_UP_S, Transactions

LEAD_SHARE = 0.2  # of the newest in a mean that forgets


class Commits:
    """What a worker wrote, and what of it is committed. All but `_end` is called between the steps of a cycle, or by one."""

    def __init__(self, agent: Agent, settings: Settings, membership: Membership) -> None:
        self._agent, self._settings, self._membership = agent, settings, membership
        self._transactions = Transactions(settings, agent.name)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._ending: Future[None] | None = None
        self._metadata: Any = None  # of the group, as of the last journal records
        self._began_at = time.monotonic()
        self._lead_s = 0.0  # of late, from a poll until its records are ready to be committed
        self.positions: dict[int, dict[str, int]] = {}  # committed, by partition and input
        self.snapshotting = False  # the commit under way ends with a snapshot: no step may touch a state meanwhile

    @property
    def gathered_at(self) -> float:
        """Until when records gather for the next commit: so long before its time as stepping over them takes."""
        return self._began_at + self._settings.commit_interval_ms / 1000 - self._lead_s

    def due(self, tasks: Collection[Task]) -> bool:
        """It is time, and a task has something to commit."""
        return time.monotonic() >= self.gathered_at and any(t.dirty for t in tasks)

    def write(self, task: Task, stepped: Stepped) -> None:
        """Write a step's outputs, into the transaction after the one that is ending."""
        self.settle()
        self._transactions.begin()
        for written in stepped.written:
            self._transactions.produce(self._settings.topic(written.topic), task.partition, written.keys, written.values)

    def begin(self, tasks: Collection[Task], polled_at: float) -> None:
        """Write the journal records of the tasks that have something to commit, and let the transaction end by itself."""
        self.settle()
        due = [task for task in tasks if task.dirty]
        longest = self._settings.commit_interval_ms / 1000
        self._lead_s += LEAD_SHARE * (min(longest, time.monotonic() - polled_at) - self._lead_s)
        self._journal(due)
        then = self._snapshot_due(tasks)
        self.snapshotting = then is not None
        self._submit(due, then)

    def last(self, tasks: Collection[Task]) -> None:
        """Commit all there is, with snapshots: the tasks go elsewhere."""
        self.settle()
        due = [task for task in tasks if task.dirty or task.stepped_since_snapshot]
        if due:
            self._transactions.begin()
            for task in due:
                if task.stepped_since_snapshot:
                    self._snapshot(task, task.sequence)
            self._journal(due)
            self._submit(due, None)
            self.settle()

    def settle(self) -> None:
        """Wait for the commit under way, if any. Raises what it raised."""
        if self._ending is not None:
            ending, self._ending, self.snapshotting = self._ending, None, False
            try:
                ending.result(GIVE_UP_S + 2)
            except TimeoutError:  # librdkafka may wait for ever for offsets whose coordinator went away
                raise TransactionFailed("the commit does not return; the broker ends the transaction by itself") from None

    def forget(self, timeout_s: float = 10) -> None:
        """Abort what is written and not committed; what is ending may end for as long."""
        if self._ending is not None:
            wait([self._ending], timeout_s)
        self._transactions.abort(timeout_s)

    def close(self) -> None:
        """No more commits."""
        self._thread.shutdown()

    def _journal(self, due: Collection[Task]) -> None:
        self._began_at = time.monotonic()
        self._transactions.begin()
        topic = self._settings.topic(f"{self._agent.name}.journal")
        for task in due:
            value = task.journal_record(task.snapshot)
            self._transactions.produce_located(topic, task.partition, None, value, partial(setattr, task, "journal_offset"))
            task.journalled(value)
        self._metadata = self._membership.metadata()

    def _submit(self, due: Collection[Task], then: Task | None) -> None:
        positions = {task.partition: dict(task.positions) for task in due}  # as they are now: steps go on
        self._ending = self._thread.submit(self._end, positions, then)

    def _end(self, positions: Mapping[int, dict[str, int]], then: Task | None) -> None:
        """Commit the transaction with these positions, ``then`` snapshot a task, if any. In the committing thread.

        The snapshot is written in the next transaction, whose journal record of the task names it: the state is that after the last one.
        """
        places = [place for partition, offsets in positions.items() for place in self._membership.positions(partition, offsets)]
        self._transactions.commit(places, self._metadata)
        self.positions |= positions
        if then is not None:
            self._transactions.begin()
            self._snapshot(then, then.sequence - 1)

    def _snapshot_due(self, tasks: Collection[Task]) -> Task | None:
        """The task that has waited for a snapshot for longest, if it is due; all tasks are in the journal."""
        task = min((t for t in tasks if t.stepped_since_snapshot), key=lambda each: each.snapshot_at, default=None)
        return task if task is not None and time.monotonic() - task.snapshot_at >= self._settings.snapshot_interval_s else None

    def _snapshot(self, task: Task, sequence: int) -> None:
        """Write the task's state, that after the journal record of this number, and wait until it is delivered."""
        data = self._agent.dump(task.state)
        topic = self._settings.topic(snapshot.topic_of(self._agent.name))
        offsets: list[int] = []
        count, slot = 0, snapshot.hour_slot(self._agent.inputs, task.last_now)
        for key, value in snapshot.chunks(
            self._agent.name, task.partition, sequence, self._agent.state_format, self._agent.code_version, data, slot
        ):
            self._transactions.produce_located(topic, task.partition, key, value, offsets.append)
            count += 1
        faults.point("in-snapshot")
        for stale in range(count, task.snapshot["chunks"] if task.snapshot else 0):
            self._transactions.produce_located(topic, task.partition, snapshot.chunk_key(slot, stale), None, lambda _: None)
        self._transactions.flush()
        task.snapshot_at, task.stepped_since_snapshot = time.monotonic(), False
        metrics.snapshot_bytes.labels(self._agent.name, str(task.partition)).set(len(data))
        if not offsets:
            raise TransactionFailed("a snapshot was not delivered")
        task.snapshot = {"sequence": sequence, "offset": offsets[0], "chunks": count, "journal_offset": task.journal_offset}
        task.unnamed = True
