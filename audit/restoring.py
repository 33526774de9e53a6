"""A journal record in; its task as it was before it, out: from a kept state, a snapshot, or the task's beginning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from audit.log import Log
from audit.search import Journalled, numbered, read, since
from audit.states import Kept, States
from streams import journal, snapshot
from streams.agent import Agent
from streams.errors import OffsetOutOfLog, RecoveryMismatch
from streams.journal import SnapshotRef
from streams.message import payload
from streams.snapshot import HOUR_MS
from streams.task import Task


class GoneError(Exception):
    """What is needed to step again is no longer there; the message says what, and what is."""


@dataclass(slots=True)
class Restored:
    """A task after the journal record ``task.sequence - 1``; the next one lies at or after ``offset``, its outputs at ``outputs``."""

    task: Task
    offset: int
    source: str  # in words
    outputs: dict[str, int] | None = None


def restored(agent: Agent, partition: int, wanted: Journalled, log: Log, states: States | None) -> Restored:
    """The task before the journal record ``wanted``, or as shortly before as can be. Raises GoneError."""
    sequence = wanted.record["sequence"]
    kept = _kept(agent, partition, sequence, log, states)
    refused: GoneError | None = None
    for ref in _refs(agent, partition, wanted, log):
        if kept is not None and kept.task.sequence > ref["sequence"]:
            return kept
        try:
            found = _from_snapshot(agent, partition, ref, log)
        except GoneError as error:
            refused = error  # those before it are of older code still
            break
        if found is not None:
            return _with_inputs(found, log)
    if kept is not None:
        return kept
    return _from_the_beginning(agent, partition, sequence, log, refused)


def _from_the_beginning(agent: Agent, partition: int, sequence: int, log: Log, refused: GoneError | None) -> Restored:
    """The task's beginning, where no snapshot serves; ``refused``: why the nearest one does not. Raises GoneError."""
    try:
        found = _with_inputs(_beginning(agent, partition, sequence, log), log)
    except GoneError as error:
        if refused is None:
            raise
        raise refused from error
    if refused is not None:
        found.source += f", for {refused}"
    return found


def _with_inputs(found: Restored, log: Log) -> Restored:
    """The inputs after a state must be there, too."""
    for topic, position in found.task.positions.items():
        low, _ = log.reader.bounds(topic, found.task.partition)
        if position < low:
            raise GoneError(
                f"{topic}, partition {found.task.partition}: records from offset {position} on are needed after {found.source}, "
                f"and retention deleted those before {low}; a later range can be stepped again"
            )
    return found


def _kept(agent: Agent, partition: int, below: int, log: Log, states: States | None) -> Restored | None:
    for one in states.best(below) if states is not None else ():
        record = _record_at(agent, partition, one.offset, one.sequence, log)
        if record is not None and journal.chain_hash(payload(record.message)) == one.hash:
            return _after(agent, partition, record, one, f"the state after journal sequence {one.sequence}, kept by an earlier audit")
    return None


def _after(agent: Agent, partition: int, record: Journalled, state: Kept, source: str) -> Restored:
    try:
        loaded = agent.load(state.data)
    except Exception as error:  # agents raise what their formats lead them to
        by = record.record["code_version"]
        raise GoneError(
            f"{source} cannot be loaded by this code, {agent.code_version}: {error}. Code {by} wrote it: check that out"
        ) from error
    task = Task(agent, partition, loaded, {p["topic"]: p["offset"] for p in record.record["positions"]})
    task.sequence, task.previous = state.sequence + 1, journal.chain_hash(payload(record.message))
    task.last_now = record.record["steps"][-1]["now"] if record.record["steps"] else 0
    return Restored(task, record.message.offset() + 1, source, state.outputs or None)


def _record_at(agent: Agent, partition: int, offset: int, sequence: int, log: Log) -> Journalled | None:
    """The journal record of that number, which lies at or after ``offset``."""
    topic = f"{agent.name}.journal"
    low, high = log.reader.bounds(topic, partition)
    stream = log.stream(topic, partition, max(low, offset), high)
    for message in stream:
        record: journal.Record = read(topic, partition, message)
        if record["sequence"] >= sequence:
            stream.close()
            return Journalled(message, record) if record["sequence"] == sequence else None
    return None


def _refs(agent: Agent, partition: int, wanted: Journalled, log: Log) -> Iterator[SnapshotRef]:
    """Snapshots before a journal record: the latest, then the last of each hour before, which compaction keeps."""
    topic = f"{agent.name}.journal"
    ref = wanted.record["snapshot"]
    while ref is not None:
        of = numbered(log.reader, topic, partition, ref["sequence"])
        if ref["sequence"] < wanted.record["sequence"]:
            yield ref
        if of is None:
            return  # retention has deleted the journal before
        hour = of
        if ref["sequence"] < wanted.record["sequence"] and of.record["steps"]:
            now = of.record["steps"][-1]["now"]
            hour = since(log.reader, topic, partition, now // HOUR_MS * HOUR_MS) or of
        ref = hour.record["snapshot"]
        if ref is not None and ref["sequence"] >= hour.record["sequence"]:  # its own, the first of its hour
            before = numbered(log.reader, topic, partition, hour.record["sequence"] - 1)
            ref = None if before is None else before.record["snapshot"]


def _from_snapshot(agent: Agent, partition: int, ref: SnapshotRef, log: Log) -> Restored | None:
    """The task at a snapshot; None where compaction or retention has taken it."""
    topic = snapshot.topic_of(agent.name)
    try:
        messages = log.some(topic, partition, ref["offset"], ref["offset"] + ref["chunks"])
    except OffsetOutOfLog:
        return None
    pieces = [read(topic, partition, m) for m in messages if m.value() is not None]
    try:
        data = snapshot.join(pieces, ref)
    except RecoveryMismatch:
        if pieces and len(pieces) == ref["chunks"] and all(piece["sequence"] == ref["sequence"] for piece in pieces):
            raise  # it is whole, and damaged
        return None
    source = f"the snapshot after journal sequence {ref['sequence']} ({topic}[{partition}] offset {ref['offset']})"
    wrote, has = pieces[0]["code_version"], pieces[0]["state_format"]
    if has != agent.state_format:
        raise GoneError(
            f"{source} has state format {has}, of code {wrote}; this code, {agent.code_version}, reads format {agent.state_format}: "
            "check that code out, or ask for a range after the change"
        )
    record = _record_at(agent, partition, ref["journal_offset"], ref["sequence"], log)
    if record is None:
        return None
    return _after(agent, partition, record, Kept(ref["sequence"], 0, b"", {}, data), source)


def _beginning(agent: Agent, partition: int, sequence: int, log: Log) -> Restored:
    topic = f"{agent.name}.journal"
    low, _ = log.reader.bounds(topic, partition)
    record = _record_at(agent, partition, low, 0, log)
    if record is None:
        raise GoneError(
            f"{agent.name}, partition {partition}: nothing to begin at before journal sequence {sequence}: no snapshot before it is left, "
            "and the journal's own beginning was deleted by retention; a later range can be stepped again"
        )
    positions = {p["topic"]: p["offset"] for p in record.record["positions"]}
    for step in reversed(record.record["steps"]):
        positions |= {one["topic"]: one["start"] for one in step["ranges"]}
    task = Task(agent, partition, agent.start(partition), positions, fresh=True)
    return Restored(task, record.message.offset(), "the task's beginning", {})


def missing_input(topic: str, partition: int, start: int, error: OffsetOutOfLog) -> GoneError:
    """An input that has to be stepped over again was deleted by retention."""
    return GoneError(f"{topic}, partition {partition}: records from offset {start} on are needed and were deleted by retention ({error})")
