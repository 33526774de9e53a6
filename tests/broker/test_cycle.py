"""The cycle in this process, turned by hand: what a worker does that cannot know what happened while it was away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import structlog

from ops.chaos.probe import AGENT
from streams import journal
from streams.cycle import Cycle, Work
from streams.errors import Fenced, StepFailed
from streams.log_reader import LogReader
from streams.message import payload
from streams.recovery import recover
from streams.settings import settings
from streams.task import Stepped, Task
from streams.transactions import Transactions
from tests.broker.test_runtime import PROBE, events, publish
from tests.conftest import CreateTopics
from tests.workers import decoded, eventually


@pytest.fixture(autouse=True)
def _log_of_its_own() -> None:
    """A worker that ran in this process before may have left its log to a stream that is closed by now."""
    structlog.reset_defaults()


def turn(cycle: Cycle) -> None:
    """One turn, with its steps."""
    for work in cycle.turn():
        work.run()
        assert work.error is None


def until(done: Callable[[], bool], cycle: Cycle) -> None:
    """Turn until it is done."""

    def turned() -> bool:
        turn(cycle)
        return done()

    eventually(turned)


def test_a_worker_that_recovers_from_what_it_remembers_sees_that_another_has_gone_on(topics: CreateTopics) -> None:
    topics(PROBE, 1)
    cycle = Cycle(AGENT, settings())
    try:
        cycle.membership.join()
        publish(events(10))
        until(lambda: cycle.commits.positions.get(0) == {"probe.events": 10}, cycle)
        remembered = dict(cycle.commits.positions)
        publish(events(10, 10))  # as if another worker had decided these while this one was stopped
        until(lambda: cycle.commits.positions.get(0) == {"probe.events": 20}, cycle)
        publish(events(1, 20))
        works: list[Work] = eventually(cycle.turn)
        cycle.commits.positions, works[0].error = remembered, ValueError("a step that raised")
        cycle.failed(works[0])
        with pytest.raises(Fenced, match="another has gone on"):
            until(lambda: False, cycle)
    finally:
        cycle.abort()
        cycle.membership.close()
        cycle._reader.close()


def test_a_snapshot_is_written_after_a_commit_and_the_next_journal_record_names_it(topics: CreateTopics) -> None:
    topics(PROBE, 1)
    cycle, reader = Cycle(AGENT, settings().model_copy(update={"snapshot_interval_s": 0.001})), LogReader(settings(), "test-snapshots")
    try:
        cycle.membership.join()
        publish(events(10))
        until(lambda: cycle.commits.positions.get(0) == {"probe.events": 10}, cycle)
        task = cycle.tasks[0]
        until(lambda: not task.dirty and not task.stepped_since_snapshot, cycle)
        tail = reader.last("probe.journal", 0)
        assert tail is not None
        record: journal.Record = journal.decode("probe.journal", payload(tail))
        assert record["snapshot"] is not None
        assert record["snapshot"] == task.snapshot
        assert record["steps"] == [], "it is named, though nothing came after it"
        assert record["snapshot"]["sequence"] == record["sequence"] - 1
        again = _recovered(reader)
        assert (again.sequence, again.previous, again.positions) == (task.sequence, task.previous, task.positions)
        assert AGENT.dump(again.state) == AGENT.dump(task.state)
    finally:
        cycle.finish()
        reader.close()


def test_a_step_is_taken_while_a_commit_is_under_way_and_when_it_raises_that_stays_committed(
    topics: CreateTopics, monkeypatch: pytest.MonkeyPatch
) -> None:
    topics(PROBE, 1)
    cycle, tried, in_time = Cycle(AGENT, settings()), threading.Event(), []
    commit, step = Transactions.commit, Task.step

    def when_tried(transactions: Transactions, *of: Any) -> None:
        in_time.append(tried.wait(30))
        commit(transactions, *of)

    def noted(task: Task, *of: Any) -> Stepped:
        try:
            return step(task, *of)
        finally:
            tried.set()

    try:
        cycle.membership.join()
        monkeypatch.setattr(cycle.commits, "due", lambda tasks: False)
        publish(events(10))
        until(lambda: bool(cycle.tasks) and cycle.tasks[0].positions["probe.events"] == 10, cycle)
        publish(events(10, 10, crash=frozenset([10])))
        (second,) = eventually(cycle.turn)
        monkeypatch.setattr(Transactions, "commit", when_tried)
        monkeypatch.setattr(Task, "step", noted)
        cycle.commits.begin(cycle.tasks.values(), time.monotonic())
        second.run()
        assert isinstance(second.error, StepFailed)
        cycle.failed(second)
        assert in_time == [True], "the step did not wait for the commit"
        assert cycle.commits.positions == {0: {"probe.events": 10}}
        assert len(decoded("probe.decisions")) == 10
    finally:
        tried.set()
        cycle.abort()
        cycle.membership.close()
        cycle._reader.close()


def _recovered(reader: LogReader) -> Task:
    run = recover(AGENT, 0, {"probe.events": 10}, reader, None)
    while True:
        try:
            next(run)
        except StopIteration as done:
            task: Task = done.value
            return task
