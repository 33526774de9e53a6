"""The cycle in this process, turned by hand: what a worker does that cannot know what happened while it was away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import structlog

from ops.chaos.probe import AGENT
from streams import journal
from streams.cycle import Cycle, Work
from streams.errors import Fenced
from streams.log_reader import LogReader
from streams.message import payload
from streams.recovery import recover
from streams.settings import settings
from streams.task import Task
from tests.broker.test_runtime import PROBE, events, publish
from tests.conftest import CreateTopics
from tests.workers import eventually


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
        until(lambda: cycle._committed.get(0) == {"probe.events": 10}, cycle)
        remembered = dict(cycle._committed)
        publish(events(10, 10))  # as if another worker had decided these while this one was stopped
        until(lambda: cycle._committed.get(0) == {"probe.events": 20}, cycle)
        publish(events(1, 20))
        works: list[Work] = eventually(cycle.turn)
        cycle._committed, works[0].error = remembered, ValueError("a step that raised")
        cycle.failed(works[0])
        with pytest.raises(Fenced, match="another has gone on"):
            until(lambda: False, cycle)
    finally:
        cycle.abort()
        cycle.membership.close()


def test_a_snapshot_is_written_after_a_commit_and_the_next_journal_record_names_it(topics: CreateTopics) -> None:
    topics(PROBE, 1)
    cycle, reader = Cycle(AGENT, settings().model_copy(update={"snapshot_interval_s": 0.001})), LogReader(settings(), "test-snapshots")
    try:
        cycle.membership.join()
        publish(events(10))
        until(lambda: cycle._committed.get(0) == {"probe.events": 10}, cycle)
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


def _recovered(reader: LogReader) -> Task:
    run = recover(AGENT, 0, {"probe.events": 10}, reader, None)
    while True:
        try:
            next(run)
        except StopIteration as done:
            task: Task = done.value
            return task
