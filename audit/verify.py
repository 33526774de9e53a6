"""A decision's id → whether it was really so: where it lies, the chain around it, and what stepping again gives."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from audit.faults import CHANGED, DamagedError, Fault
from audit.index import Index, Place
from audit.indexing import index_task
from audit.links import Chain, link
from audit.log import Log
from audit.replay import Replay
from audit.replayed import Replayed
from audit.search import Journalled, numbered, read
from streams import journal
from streams.agent import Agent
from streams.contract import contract
from streams.errors import OffsetOutOfLog
from streams.message import Message

AROUND = 24  # offsets read before and after a journal record, for its neighbours: each is followed by a transaction's marker


class UnknownDecisionError(LookupError):
    """There is no such decision; the message says where it was looked for, and what that may mean."""


@dataclass(frozen=True, slots=True)
class Coordinates:
    """What a decision's id says: who decided, and about which record."""

    agent: str
    topic: str
    partition: int
    offset: int
    ordinal: str

    @classmethod
    def of(cls, decision_id: str) -> Coordinates:
        """Raises UnknownDecisionError for what is no decision's id."""
        parts = decision_id.split("/")
        if len(parts) != 5 or not (parts[2].isdigit() and parts[3].isdigit()):
            raise UnknownDecisionError(
                f"{decision_id!r} is no decision's id: it must be agent/topic/partition/offset/ordinal, as in matching/orders/3/1042/0"
            )
        return cls(parts[0], parts[1], int(parts[2]), int(parts[3]), parts[4])


@dataclass(slots=True)
class Verified:
    """What is known of a decision. ``input``: the record it answers, None where retention has deleted it."""

    place: Place
    decision: dict[str, Any]
    journal: journal.Record
    input: dict[str, Any] | None
    replayed: Replayed
    faults: list[Fault]
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """The chain holds, and stepping again gives the same bytes, of this decision and of all that was written with it."""
        return not self.faults and self.replayed.holds and self.replayed.records > 0


def find(agent: Agent, decision_id: str, log: Log, index: Index) -> Place:
    """Where a decision lies; what the index lacks is indexed first. Raises UnknownDecisionError."""
    at = Coordinates.of(decision_id)
    found = index.find(decision_id)
    if found is None and at.partition in log.partitions(f"{agent.name}.journal"):
        for _ in index_task(agent, at.partition, log, index):
            pass
        found = index.find(decision_id)
    if found is None:
        raise UnknownDecisionError(f"there is no decision {decision_id!r}: {_why(agent, at, log, index)}")
    return found


def _why(agent: Agent, at: Coordinates, log: Log, index: Index) -> str:
    if at.topic not in agent.inputs:
        return f"{agent.name} reads {', '.join(agent.inputs)}, not {at.topic!r}"
    partitions = log.partitions(at.topic)
    if not partitions:
        return f"the broker has no topic {at.topic}"
    if at.partition not in partitions:
        return f"{at.topic} has {len(partitions)} partitions, from 0 on"
    low, high = log.reader.bounds(at.topic, at.partition)
    if at.offset >= high:
        return f"{at.topic}[{at.partition}] ends at offset {high}"
    others = index.of_record(f"{at.agent}/{at.topic}/{at.partition}/{at.offset}/")
    if others:
        return f"that record led to {', '.join(others)}"
    covered = index.covered(agent.name, at.partition)
    span = "nothing is" if covered is None else f"journal sequences {covered.first} to {covered.head.sequence} are"
    gone = f"{at.topic}[{at.partition}] begins at offset {low}, retention deleted what was before; " if at.offset < low else ""
    return f"{gone}{span} indexed; its record may wait to be decided, or be among the dead letters (`tripo dead ls {agent.name}`)"


def verify(agent: Agent, place: Place, log: Log, folder: Path) -> Verified:
    """Check the chain around a decision, and step it again. Raises GoneError, OffsetOutOfLog."""
    began = time.monotonic()
    faults, wanted = _around(agent, place, log)
    chained = time.monotonic()
    found = log.some(place.topic, place.partition, place.offset, place.offset + 1)
    try:
        decision = read(place.topic, place.partition, found[0]) if found else {}
    except DamagedError as error:
        decision = {}
        faults.append(error.fault)
    if decision.get("decision_id") != place.id and not any(fault.offset == place.offset for fault in faults):
        said = f"what lies at offset {place.offset} is not {place.id}"
        faults.append(Fault(CHANGED, place.topic, place.partition, place.offset, place.sequence, said))
    replay = Replay(agent, place.partition, folder=folder, resume=False)
    replay.one(log, wanted, place.outputs)
    if found and not faults and not _written(found[0], place.topic, replay):
        said = "stepping again gives no record of these bytes"
        faults.append(Fault(CHANGED, place.topic, place.partition, place.offset, place.sequence, said))
    stepped = time.monotonic()
    seconds = {"chain": chained - began, "stepping": stepped - chained}
    return Verified(place, decision, wanted.record, input_of(place.id, log), replay.found, faults, seconds)


def _written(message: Message, topic: str, replay: Replay) -> bool:
    """Whether stepping again gave this record. Where nothing was deleted beside it, or something differs, that is told already."""
    if not replay.found.unseen or not replay.found.holds or replay.last is None:
        return True
    keys, values = replay.last.written.get(topic, ([], []))
    return (message.key(), message.value()) in zip(keys, values, strict=True)


def _around(agent: Agent, place: Place, log: Log) -> tuple[list[Fault], Journalled]:
    """The journal record of a decision, held to its neighbours."""
    topic = f"{agent.name}.journal"
    low, high = log.reader.bounds(topic, place.partition)
    messages = log.some(topic, place.partition, max(low, place.entry - AROUND), min(high, place.entry + AROUND))
    chain = Chain(topic, place.partition)
    for _ in chain.walk(link(topic, m.offset(), m.timestamp()[1], m.value()) for m in messages):
        pass
    mine = next(_of(messages, place.entry), None)
    if mine is not None:
        return chain.faults, Journalled(mine, read(topic, place.partition, mine))
    again = numbered(log.reader, topic, place.partition, place.sequence)
    if again is None:
        raise OffsetOutOfLog(f"{topic}[{place.partition}] no longer has sequence {place.sequence}: retention deleted it")
    return chain.faults, again


def _of(messages: list[Message], offset: int) -> Iterator[Message]:
    return (m for m in messages if m.offset() == offset)


def input_of(decision_id: str, log: Log) -> dict[str, Any] | None:
    """The record that a decision answers; None where it is no longer there, or identifies people (``personal`` in topics.yaml)."""
    at = Coordinates.of(decision_id)
    low, high = log.reader.bounds(at.topic, at.partition)
    if not low <= at.offset < high:
        return None
    found = [m for m in log.some(at.topic, at.partition, at.offset, at.offset + 1) if m.offset() == at.offset]
    if not found:
        return None
    if contract().topic(at.topic).personal:
        return {"(personal)": f"{at.topic} holds what identifies people: its records are shown by none of these commands"}
    try:
        fields: dict[str, Any] = read(at.topic, at.partition, found[0])
    except DamagedError as error:
        return {"(unreadable)": error.fault.said}
    return fields
