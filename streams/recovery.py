"""Snapshot + journal + inputs → the task as it was at its last commit, exactly (DESIGN §6).

The recovery of a task is a generator: it yields whenever a slice of work is done, so that the worker goes on polling and
a rebalance may end it at any yield; it has no effect outside itself. Its value is the task.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from typing import Any

import structlog

from streams import faults, journal, metrics, snapshot
from streams.agent import Agent
from streams.errors import RecoveryMismatch
from streams.log_reader import LogReader
from streams.message import Message, payload
from streams.records import Records
from streams.settings import settings
from streams.task import Task

log = structlog.get_logger(__name__)

Committed = Callable[[], Mapping[str, int] | None]  # the offsets by input, None for a group that never committed any

CATCH_UP_S = 30.0  # how long the last worker's transaction may take to end, in the group's offsets and in the journal
AHEAD_S = 5.0  # and how long offsets may stay behind a journal that has ended: longer than any answer about them is on its way
LOOK_S = 0.005  # between two looks


def recover(
    agent: Agent, partition: int, committed: Committed | None, reader: LogReader, parked: Task | None
) -> Generator[None, None, Task]:
    """The task of a partition, recovered.

    ``committed``: asked when this worker alone may commit for the partition; None where the journal is not to be waited for.
    ``parked``: the task as this worker last had it; it is used when nobody stepped it since. Raises RecoveryMismatch, OffsetOutOfLog.
    """
    started = time.monotonic()
    tail = yield from _tail(agent, partition, committed, reader)
    if tail is None:
        return _first(agent, partition, reader)
    if parked is not None and parked.previous == journal.chain_hash(payload(tail)):
        parked.after, parked.own = tail.offset() + 1, None
        return parked
    last: journal.Record = journal.decode(f"{agent.name}.journal", payload(tail))
    task = yield from _restore(agent, partition, last, reader)
    records = yield from _journal(agent, partition, task, last, reader)
    resteps = yield from _restep(task, records, reader)
    task.positions = {p["topic"]: p["offset"] for p in last["positions"]}
    task.sequence, task.previous = last["sequence"] + 1, journal.chain_hash(payload(tail))
    task.snapshot, task.journal_offset, task.after = last["snapshot"], tail.offset(), tail.offset() + 1
    for topic in agent.inputs:  # an input that the agent did not have before
        if topic not in task.positions:
            task.positions[topic], task.fresh = reader.bounds(topic, partition)[0], True
    log.info(
        "recovered",
        agent=agent.name,
        partition=partition,
        sequence=task.sequence,
        records=resteps,
        seconds=round(time.monotonic() - started, 3),
    )
    metrics.recovery_seconds.labels(agent.name).observe(time.monotonic() - started)
    metrics.recovered_records.labels(agent.name).inc(resteps)
    return task


def _tail(agent: Agent, partition: int, committed: Committed | None, reader: LogReader) -> Generator[None, None, Message | None]:
    """The last journal record, once the transactions of whoever had the task before are over and it stands where the offsets do.

    Equal offsets alone do not tell: a journal record may move none (a tick, a snapshot's name), and a transaction's markers reach the
    offsets and the journal at different times. Offsets first, then the journal: what ended in between is then found in the journal.
    """
    began, waits = time.monotonic(), 0
    topic = f"{agent.name}.journal"
    while committed is not None:
        offsets, settled = committed(), reader.settled(topic, partition)
        tail = reader.last(topic, partition)
        faults.point("in-recovery")
        positions = _positions(agent, tail)
        if settled and (offsets is None or positions == offsets):
            return tail
        behind = not settled or positions is None or any(positions.get(t, -1) < o for t, o in (offsets or {}).items())
        if time.monotonic() - began > (CATCH_UP_S if behind else AHEAD_S):
            raise RecoveryMismatch(f"{agent.name}, partition {partition}: {_why(settled, offsets, positions)}")
        if not waits:
            log.info("not taken over yet", agent=agent.name, partition=partition, settled=settled, offsets=offsets, journal=positions)
        waits += 1
        time.sleep(LOOK_S)
        yield
    return reader.last(topic, partition)


def _why(settled: bool, offsets: Mapping[str, int] | None, positions: Mapping[str, int] | None) -> str:
    if not settled:
        return (
            f"a transaction in the journal has not ended in {CATCH_UP_S:g} s, though the broker ends each after its timeout: its end was "
            "lost, as Kafka 4.3 and 4.4 lose it when a broker is killed (KAFKA-20734). Kafka's `kafka-transactions.sh find-hanging` names "
            "it and what else it holds up; docs/decisions/027 says how to go on"
        )
    return (
        f"committed offsets {offsets and dict(offsets)} but the journal ends at {positions}. "
        "Somebody moved the group's offsets, or deleted the journal; put the offsets back, or start a new group"
    )


def _positions(agent: Agent, tail: Message | None) -> dict[str, int] | None:
    if tail is None:
        return None
    record = journal.decode(f"{agent.name}.journal", payload(tail))
    return {p["topic"]: p["offset"] for p in record["positions"]}


def _first(agent: Agent, partition: int, reader: LogReader) -> Task:
    """A task that begins: at the logs' first offsets, said explicitly in its first journal record and commit."""
    positions = {topic: reader.bounds(topic, partition)[0] for topic in agent.inputs}
    return Task(agent, partition, agent.start(partition), positions, after=reader.bounds(f"{agent.name}.journal", partition)[0], fresh=True)


def _restore(agent: Agent, partition: int, last: journal.Record, reader: LogReader) -> Generator[None, None, Task]:
    """The task at its latest snapshot, or at its beginning."""
    ref = last["snapshot"]
    task = Task(agent, partition, None, {})
    if ref is None:
        task.state = agent.start(partition)
        return task
    topic = snapshot.topic_of(agent.name)
    pieces: list[dict[str, Any]] = []
    with closing(reader.read({topic: ref["offset"]}, partition, {topic: reader.bounds(topic, partition)[1]})) as reading:
        for messages in reading:  # what others wrote and had aborted may lie between the chunks
            found = (journal.decode(topic, payload(m)) for m in messages if m.value() is not None)
            pieces += [piece for piece in found if piece["sequence"] == ref["sequence"]]
            if len(pieces) >= ref["chunks"]:
                break
            yield
    task.state = agent.load(snapshot.join(pieces, ref))
    if pieces[0]["state_format"] != agent.state_format:
        log.warning(
            "state of another format", agent=agent.name, partition=partition, found=pieces[0]["state_format"], running=agent.state_format
        )
    task.sequence = ref["sequence"] + 1
    task.journal_offset = ref["journal_offset"]
    return task


def _journal(
    agent: Agent, partition: int, task: Task, last: journal.Record, reader: LogReader
) -> Generator[None, None, list[journal.Record]]:
    """The journal's records after the snapshot, in order, their chain checked."""
    topic = f"{agent.name}.journal"
    _, end = reader.bounds(topic, partition)
    found: list[journal.Record] = []
    previous = b""
    for messages in reader.read({topic: task.journal_offset}, partition, {topic: end}):
        for message in messages:
            record: journal.Record = journal.decode(topic, payload(message))
            if task.sequence <= record["sequence"] <= last["sequence"]:
                if record["sequence"] != task.sequence + len(found) or record["previous"] != previous:
                    raise RecoveryMismatch(
                        f"{agent.name}, partition {partition}: the journal's chain breaks at sequence {record['sequence']}"
                    )
                found.append(record)
            previous = journal.chain_hash(payload(message))
        yield
    if len(found) != last["sequence"] + 1 - task.sequence:
        raise RecoveryMismatch(
            f"{agent.name}, partition {partition}: the journal lacks records between {task.sequence} and {last['sequence']}"
        )
    return found


def _restep(task: Task, records: list[journal.Record], reader: LogReader) -> Generator[None, None, int]:
    """Step again over all that the journal records name; how many input records that were."""
    steps = deque((record, step) for record in records for step in record["steps"])
    ranges = [r for _, step in steps for r in step["ranges"]]
    starts = {r["topic"]: r["start"] for r in reversed(ranges)}
    ends = {r["topic"]: r["end"] for r in ranges}
    waiting: dict[str, deque[Message]] = {topic: deque() for topic in starts}
    rows = total = 0
    for messages in _and_once_more(reader.read(starts, task.partition, ends)):
        for message in messages:
            waiting[settings().logical(message.topic())].append(message)
        while steps and all(_arrived(waiting[r["topic"]], r["end"]) for r in steps[0][1]["ranges"]):
            record, step = steps.popleft()
            inputs = {r["topic"]: _take(waiting[r["topic"]], r, task.partition) for r in step["ranges"]}
            total += sum(len(i.messages) for i in inputs.values())
            rows += task.restep(step, inputs)
            if not steps or steps[0][0] is not record:
                _check(task, record, rows)
                rows = 0
            faults.point("in-recovery")
            yield
        yield
    if steps:
        raise RecoveryMismatch(f"{task.agent.name}, partition {task.partition}: inputs that the journal names are missing: {steps[0][1]}")
    return total


def _and_once_more(reads: Iterator[list[Message]]) -> Iterator[list[Message]]:
    yield from reads
    yield []  # steps without records may be left


def _arrived(waiting: deque[Message], end: int) -> bool:
    return bool(waiting) and waiting[-1].offset() >= end - 1


def _take(waiting: deque[Message], wanted: journal.Range, partition: int) -> Records:
    messages = []
    while waiting and waiting[0].offset() < wanted["end"]:
        messages.append(waiting.popleft())
    return Records(wanted["topic"], partition, messages, wanted["start"], wanted["end"])


def _check(task: Task, record: journal.Record, rows: int) -> None:
    """Stepping again wrote as many rows as the journal says; or other code did, which the next record will say."""
    written = sum(output["count"] for output in record["outputs"])
    if record["code_version"] != task.agent.code_version:
        task.restepped_from = record["code_version"]
    elif rows != written:
        raise RecoveryMismatch(
            f"{task.agent.name}, partition {task.partition}, journal sequence {record['sequence']}: stepping again gave {rows} rows, "
            f"not {written}: the step is not deterministic"
        )
