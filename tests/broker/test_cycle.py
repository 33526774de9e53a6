"""The cycle in this process, turned by hand: what a worker does that cannot know what happened while it was away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from typing import Any

import confluent_kafka
import pytest
import structlog
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from ops.broker import Broker
from ops.chaos.probe import AGENT
from streams import commits, journal, membership, snapshot
from streams.cycle import Cycle
from streams.errors import Fenced, NoProgress, RecoveryMismatch, StepFailed
from streams.log_reader import LogReader, patiently
from streams.membership import Polled
from streams.message import Message, payload
from streams.recovery import _restore, recover
from streams.settings import settings
from streams.task import Stepped, Task
from streams.transactions import Transactions
from streams.work import Work
from tests.broker.test_runtime import KEYS, PROBE, answered, events, publish
from tests.conftest import CreateTopics
from tests.workers import decoded, eventually


@pytest.fixture(autouse=True)
def _log_of_its_own() -> None:
    """A worker that ran in this process before may have left its log to a stream that is closed by now."""
    structlog.reset_defaults()


def turn(cycle: Cycle, crashes: bool = False) -> None:
    """One turn, with its steps; whether one of them may raise."""
    for work in cycle.turn():
        work.run()
        if crashes and work.error is not None:
            cycle.failed(work)
            break
        assert work.error is None


def until(done: Callable[[], bool], cycle: Cycle, crashes: bool = False) -> None:
    """Turn until it is done."""

    def turned() -> bool:
        turn(cycle, crashes)
        return done()

    eventually(turned)


def test_a_worker_that_is_stopped_while_its_first_partitions_come_leaves_at_once(topics: CreateTopics, broker: Broker) -> None:
    topics(PROBE, 2)
    publish(events(100))
    cycle = Cycle(AGENT, settings())
    cycle.membership.join()
    admin, group = AdminClient({"bootstrap.servers": broker.bootstrap}), settings().namespace + AGENT.name

    def assigned() -> bool:
        members = patiently(lambda: admin.describe_consumer_groups([group])[group].result(10)).members
        return any(member.assignment.topic_partitions for member in members)

    eventually(assigned)  # the consumer has them, and says so in the next poll, or in its end
    began = time.monotonic()
    cycle.finish()
    assert time.monotonic() - began < 5
    after = Cycle(AGENT, settings())
    after.membership.join()
    until(lambda: len(answered()) == 100, after)
    after.finish()


def test_a_worker_whose_group_does_not_settle_ends_without_leaving_it(topics: CreateTopics, monkeypatch: pytest.MonkeyPatch) -> None:
    topics(PROBE, 1)
    monkeypatch.setattr(membership, "SETTLED_S", 0.2)
    cycle = Cycle(AGENT, settings())
    cycle.membership._awaits = True
    with pytest.raises(NoProgress, match="does not settle"):
        cycle.finish()
    cycle.membership._awaits = False
    cycle.finish()


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
        cycle.commits.close()


def test_a_task_is_taken_over_only_when_no_transaction_is_open_in_its_journal(topics: CreateTopics) -> None:
    """Found by chaos in CI: the last journal record of a hand-over moves no offset; a successor did not see it yet."""
    topics(PROBE, 1)
    cycle, reader = Cycle(AGENT, settings()), LogReader(settings(), "test-hand-over")
    writer = Producer({"bootstrap.servers": settings().brokers, "transactional.id": f"{settings().namespace}hand-over"})
    try:
        cycle.membership.join()
        publish(events(10))
        until(lambda: cycle.commits.positions.get(0) == {"probe.events": 10}, cycle)
        cycle.finish()
        tail = reader.last("probe.journal", 0)
        assert tail is not None
        record: journal.Record = journal.decode("probe.journal", payload(tail))
        unmoved = record | {"sequence": record["sequence"] + 1, "steps": [], "outputs": [], "previous": journal.chain_hash(payload(tail))}
        writer.init_transactions(30)
        writer.begin_transaction()
        writer.produce(settings().topic("probe.journal"), journal.encode("probe.journal", unmoved), partition=0)
        assert writer.flush(30) == 0
        run = recover(AGENT, 0, lambda: {"probe.events": 10}, reader, None)
        for _ in range(3):
            next(run)  # it waits, though the offsets are those of the record before
        writer.commit_transaction(30)
        task = _ended(run)
        assert (task.sequence, task.previous) == (unmoved["sequence"] + 1, journal.chain_hash(journal.encode("probe.journal", unmoved)))
    finally:
        reader.close()


@pytest.mark.parametrize(("ends", "said"), [(True, "another worker went on with it"), (False, "another worker's transaction is open")])
def test_a_task_whose_journal_another_writes_to_commits_nothing(
    ends: bool, said: str, topics: CreateTopics, monkeypatch: pytest.MonkeyPatch
) -> None:
    topics(PROBE, 1)
    monkeypatch.setattr(commits, "ALONE_S", 0.5)
    cycle = Cycle(AGENT, settings())
    other = Producer({"bootstrap.servers": settings().brokers, "transactional.id": f"{settings().namespace}other"})
    try:
        cycle.membership.join()
        with monkeypatch.context() as patched:
            patched.setattr(cycle.commits, "due", lambda tasks: False)
            until(lambda: bool(cycle.tasks), cycle)
        other.init_transactions(30)
        other.begin_transaction()
        other.produce(settings().topic("probe.journal"), b"another's", partition=0)
        assert other.flush(30) == 0
        if ends:
            other.commit_transaction(30)
        cycle.commits.begin(cycle.tasks.values(), time.monotonic())
        with pytest.raises(Fenced, match=said):
            cycle.commits.settle()
    finally:
        cycle.abort()
        cycle.membership.close()
        cycle._reader.close()
        cycle.commits.close()
    assert cycle.commits.positions == {}


def test_records_that_are_read_again_are_not_stepped_over() -> None:
    task = Task(AGENT, 0, AGENT.start(0), {"probe.events": 6})
    again: Any = [confluent_kafka.Message(topic="probe.events", partition=0, offset=5, value=b"")]
    with pytest.raises(RecoveryMismatch, match="offset 5 was read again"):
        Cycle._records(task, "probe.events", again)


def test_a_snapshots_chunks_are_found_among_what_others_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "CHUNK_BYTES", 4)
    topic, state = "probe.snapshots", AGENT.dump(AGENT.start(0))
    chunks = list(snapshot.chunks("probe", 0, 7, AGENT.state_format, AGENT.code_version, state, 0))
    foreign = list(snapshot.chunks("probe", 0, 5, AGENT.state_format, AGENT.code_version, state, 0))
    mixed: list[Any] = [
        confluent_kafka.Message(topic=topic, partition=0, offset=10 + i, key=key, value=value)
        for i, (key, value) in enumerate([chunks[0], foreign[0], *chunks[1:], foreign[1]])
    ]

    class Log:
        def bounds(self, topic: str, partition: int) -> tuple[int, int]:
            return 0, 99

        def read(self, starts: dict[str, int], partition: int, ends: dict[str, int]) -> Generator[list[Message], None, None]:
            assert (starts, ends) == ({topic: 10}, {topic: 99})
            yield from ([one] for one in mixed)

    ref: journal.SnapshotRef = {"sequence": 7, "offset": 10, "chunks": len(chunks), "journal_offset": 3}
    last: Any = {"snapshot": ref}
    assert len(chunks) > 1
    reader: Any = Log()
    assert _ended(_restore(AGENT, 0, last, reader)).sequence == 8


def test_offsets_that_are_told_late_are_asked_for_again(topics: CreateTopics) -> None:
    topics(PROBE, 1)
    cycle, reader = Cycle(AGENT, settings()), LogReader(settings(), "test-late")
    try:
        cycle.membership.join()
        publish(events(10))
        until(lambda: cycle.commits.positions.get(0) == {"probe.events": 10}, cycle)
        cycle.finish()
        told = iter([{"probe.events": 5}, {"probe.events": 5}, {"probe.events": 10}])
        assert _ended(recover(AGENT, 0, lambda: next(told), reader, None)).positions == {"probe.events": 10}
    finally:
        reader.close()


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
        cycle.commits.close()


def test_positions_sent_beside_steps_go_with_the_transaction_when_one_of_them_raises(
    topics: CreateTopics, monkeypatch: pytest.MonkeyPatch
) -> None:
    topics(PROBE, 2)
    cycle, sent = Cycle(AGENT, settings()), []
    send = Transactions.send

    def noted(transactions: Transactions, positions: list[TopicPartition], membership: Any) -> None:
        sent.append({place.partition: place.offset for place in positions})
        send(transactions, positions, membership)

    try:
        cycle.membership.join()
        begun = {partition: {"probe.events": 0} for partition in (0, 1)}
        until(lambda: cycle.commits.positions == begun, cycle)
        publish(events(2 * KEYS, crash=frozenset([1])))
        with monkeypatch.context() as patched:
            patched.setattr(Transactions, "send", noted)
            patched.setattr(cycle.membership, "poll", _of_both_partitions(cycle))
            works: list[Work] = eventually(cycle.turn)
            good, bad = sorted(works, key=lambda work: any(m.key() == b"key-1" for m in work.inputs["probe.events"].messages))
            eventually(lambda: cycle.commits.gathered_at < time.monotonic())
            good.run()
            bad.run()
            assert isinstance(bad.error, StepFailed)
            cycle.failed(bad)
        assert sent == [{work.task.partition: work.inputs["probe.events"].end for work in works}], "the one's beside the other's step"
        assert (cycle.commits.positions, decoded("probe.decisions"), len(decoded("probe.journal"))) == (begun, [], 2)
        until(lambda: sum(at["probe.events"] for at in cycle.commits.positions.values()) == 2 * KEYS, cycle, crashes=True)
        assert len(answered()) == 2 * KEYS
        assert [row["error"] for row in decoded("probe.dead-letters")] == ["StepFailed"]
    finally:
        cycle.abort()
        cycle.membership.close()
        cycle._reader.close()
        cycle.commits.close()


def _of_both_partitions(cycle: Cycle) -> Callable[[int, float], Polled]:
    """Polls that bring nothing until there are records of both partitions."""
    poll, gathered = cycle.membership.poll, dict[int, dict[str, list[Message]]]()

    def both(most: int, wait_s: float) -> Polled:
        for partition, by_topic in poll(most, wait_s).items():
            for topic, messages in by_topic.items():
                gathered.setdefault(partition, {}).setdefault(topic, []).extend(messages)
        return gathered if sum(len(m) for by_topic in gathered.values() for m in by_topic.values()) == 2 * KEYS else {}

    return both


def _recovered(reader: LogReader) -> Task:
    return _ended(recover(AGENT, 0, lambda: {"probe.events": 10}, reader, None))


def _ended(run: Generator[None, None, Task]) -> Task:
    while True:
        try:
            next(run)
        except StopIteration as done:
            task: Task = done.value
            return task


def test_a_worker_may_stop_before_its_first_commit_after_a_takeover(topics: CreateTopics) -> None:
    """Its last step is in the journal then, and the snapshot that it leaves is named by one more record in the same transaction."""
    topics(PROBE, 1)
    one = Cycle(AGENT, settings())
    one.membership.join()
    publish(events(10))
    until(lambda: one.commits.positions.get(0) == {"probe.events": 10}, one)
    one.finish()
    two = Cycle(AGENT, settings())
    two.membership.join()
    until(lambda: bool(two.tasks), two)
    publish(events(10, 10))
    for work in eventually(two.turn):
        work.run()
        assert work.error is None
    two.finish()
    assert len(answered()) == 20
