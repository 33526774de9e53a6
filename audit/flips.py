"""A task's log → single bits of it flipped, one at a time, each in a copy: how many of them a walk of the chain finds and names."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from audit.faults import Fault
from audit.links import Head
from audit.log import Log, Spans
from audit.memory import Kept, MemoryLog, kept
from audit.walk import Task, Walked
from streams.agent import Agent

AROUND = 2  # journal records before and after the damaged one that are walked with it
HASHED_LIMIT = 3_000_000  # bytes, to name one: all are to be found, in minutes
LONGEST = 2000  # journal records taken into memory at most


@dataclass(slots=True)
class Flips:
    """What became of the flips."""

    flips: int = 0
    found: int = 0
    named: int = 0  # the very record, by topic and offset
    among: int = 0  # the records of one journal record, of which it is one
    missed: list[str] | None = None
    read: dict[str, Spans] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Piece:
    """One journal record, and the records that it names, by topic."""

    journal: Kept
    sequence: int
    hash: bytes
    outputs: dict[str, list[Kept]]


def pieces(agent: Agent, partition: int, log: Log) -> Iterator[Piece]:
    """A task's log, piece by piece, as far as it is whole."""
    topic = f"{agent.name}.journal"
    stream = log.stream(topic, partition)
    journals = {m.offset(): kept(m) for m in stream}
    walk = Task(agent, partition, log, end=stream.end)  # the log may grow meanwhile
    for walked in walk.walk():
        piece = _piece(walked, journals)
        if piece is not None and not any(one.unchecked or one.gone for one in walk.outputs.values()):
            yield piece


def _piece(walked: Walked, journals: dict[int, Kept]) -> Piece | None:
    record = walked.link.record
    if record is None:
        return None
    outputs = {topic: [kept(m) for m in messages] for topic, messages in walked.outputs.items() if messages}
    return Piece(journals[walked.link.offset], record["sequence"], walked.link.hash, outputs)


def flip(agent: Agent, partition: int, taken: Sequence[Piece], count: int, seed: int) -> Iterator[Flips]:
    """Flip so many bits, drawn evenly from all bytes; yields the running counts. Raises ValueError for an empty log."""
    if not taken:
        raise ValueError(f"{agent.name}[{partition}] has no journal to damage")
    generator, done = random.Random(seed), Flips(missed=[])
    sizes = [one.journal.size + sum(m.size for records in one.outputs.values() for m in records) for one in taken]
    for at in generator.choices(range(len(taken)), sizes, k=count):
        topic, record = _drawn(agent, taken[at], generator.randrange(sizes[at]))
        byte, bit = generator.randrange(record.size), generator.randrange(8)
        faults = _walked(agent, partition, taken, at, topic, record, record.flipped(byte, bit))
        _count(done, faults, topic, record, taken[at].sequence, f"bit {bit} of byte {byte}")
        yield done


def _drawn(agent: Agent, piece: Piece, byte: int) -> tuple[str, Kept]:
    """The record that holds a byte of a piece."""
    records = [(f"{agent.name}.journal", piece.journal)] + [(topic, m) for topic, many in piece.outputs.items() for m in many]
    for topic, record in records:
        if byte < record.size:
            return topic, record
        byte -= record.size
    raise AssertionError("the byte is in none of the records")


def _walked(agent: Agent, partition: int, taken: Sequence[Piece], at: int, topic: str, record: Kept, damaged: Kept) -> list[Fault]:
    """The faults of a few pieces, one record of them damaged; what follows stands for what an earlier walk remembers."""
    around = taken[max(0, at - AROUND) : at + AROUND + 1]
    topics: dict[str, list[Kept]] = {f"{agent.name}.journal": [piece.journal for piece in around]}
    for piece in around:
        for name, records in piece.outputs.items():
            topics.setdefault(name, []).extend(records)
    topics[topic] = [damaged if m is record else m for m in topics[topic]]
    last, first = around[-1], around[0]
    lows = {f"{agent.name}.journal": first.journal.at}
    starts = {name: records[0].at for name, records in topics.items()}
    offsets = {name: starts.get(name, 0) for name in (*agent.outputs, f"{agent.name}.dead-letters")}
    known = Head(last.sequence, last.journal.at, last.hash)
    walk = Task(agent, partition, MemoryLog(topics, lows), known, offsets=offsets, limit=HASHED_LIMIT)  # type: ignore[arg-type]
    for _ in walk.walk():
        pass
    return walk.faults


def _count(done: Flips, faults: list[Fault], topic: str, record: Kept, sequence: int, what: str) -> None:
    done.flips += 1
    done.found += bool(faults)
    exact = any(fault.topic == topic and fault.offset == record.at and "among" not in fault.said for fault in faults)
    done.named += exact
    done.among += not exact and any(fault.sequence == sequence for fault in faults)
    if not faults and done.missed is not None:
        done.missed.append(f"{topic} offset {record.at}: {what}")
