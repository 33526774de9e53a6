"""A task's whole journal and everything it wrote, from Kafka → what is wrong with them, and what was read from where."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from audit.blame import HASHED_LIMIT
from audit.faults import CHANGED, DROPPED, UNREADABLE, Fault
from audit.links import Chain, Head, Link, link
from audit.log import Log
from audit.outputs import Due, Outputs, Source
from streams import dead_letters
from streams.agent import Agent
from streams.contract import contract
from streams.message import Message

SETTLED_MS = 60_000  # clocks may differ by less

Windows = Mapping[str, Sequence[Message]]  # by topic: what one journal record wrote there


@dataclass(frozen=True, slots=True)
class Walked:
    """A journal record of the chain, and the records that it names."""

    link: Link
    outputs: Windows


@dataclass(slots=True)
class Task:
    """The walk of one task. ``walk`` yields journal record by journal record; afterwards the rest tells what was found."""

    agent: Agent
    partition: int
    log: Log
    known: Head | None = None  # what an earlier walk remembers
    start: int | None = None  # journal offset to begin at; None: the first there is
    end: int | None = None  # journal offset to end before; None: all that is committed now
    first: int = 0  # sequence from which outputs are looked at, too
    offsets: Mapping[str, int] | None = None  # of the outputs of that record, where they are known
    limit: int = HASHED_LIMIT  # bytes hashed to name a fault
    chain: Chain = field(init=False)
    outputs: dict[str, Outputs] = field(default_factory=dict)
    _ends: list[Fault] = field(default_factory=list)  # what is wrong with beginnings and ends
    _stream: Source | None = None  # of the journal

    def __post_init__(self) -> None:
        self.chain = Chain(f"{self.agent.name}.journal", self.partition, self.known)

    def walk(self) -> Iterator[Walked]:
        """Every journal record of the chain with its outputs. Raises OffsetOutOfLog, KafkaException."""
        stream = self._stream = self.log.stream(self.chain.topic, self.partition, self.start, self.end)
        links = (link(self.chain.topic, m.offset(), m.timestamp()[1], m.value()) for m in stream)
        for one in self.chain.walk(links):
            if one.record is None or one.record["sequence"] < self.first:
                yield Walked(one, {})
                continue
            if not self.outputs:
                self.outputs = {topic: self._outputs(topic, one, stream) for topic in written_topics(self.agent)}
            yield Walked(one, {topic: self.outputs[topic].take(due) for topic, due in dues(one).items() if topic in self.outputs})
        self._end(stream)

    def _outputs(self, topic: str, first: Link, journal_stream: Source) -> Outputs:
        """The records of an output from those on that ``first`` names."""
        at = None if self.offsets is None else self.offsets.get(topic)
        deleted = at is not None and at < (low := self.log.begins(topic, self.partition))
        if deleted:
            at = low  # what retention has left of them
        if at is None and first.sequence:
            assert first.record is not None
            at = self.log.since(topic, self.partition, began(first))
        source = self.log.stream(topic, self.partition, at)
        known = self.offsets is not None and topic in self.offsets and not deleted
        sure = known or (first.sequence == 0 and source.start == 0)
        return Outputs(topic, self.partition, source, sure, compacted(topic), self.limit, time.time_ns() // 1_000_000 - SETTLED_MS)

    @property
    def faults(self) -> list[Fault]:
        """What was found wrong so far."""
        damaged = {fault.sequence for fault in self.chain.faults if fault.what in (CHANGED, UNREADABLE)}  # they are nothing to judge by
        others = [fault for one in self.outputs.values() for fault in one.faults if fault.sequence not in damaged]
        return self._ends + self.chain.faults + others

    @property
    def read(self) -> dict[str, dict[str, int]]:
        """What was read so far, from where."""
        sources = {} if self._stream is None else {self.chain.topic: self._stream}
        sources |= {topic: one.source for topic, one in self.outputs.items()}
        return {f"{topic}[{self.partition}]": {"from": one.start, "to": one.end, "records": one.read} for topic, one in sources.items()}

    def _end(self, stream: Source) -> None:
        if self.known is not None and self.chain.head is None and stream.start <= self.known.offset:
            said = f"the journal is empty; when it was walked last it went on to sequence {self.known.sequence}"
            self._ends.append(Fault(DROPPED, self.chain.topic, self.partition, self.known.offset, self.known.sequence, said))
        if self.start is None and self.chain.first and stream.start == 0:
            said = f"the journal begins at sequence {self.chain.first}, though nothing was deleted by retention"
            self._ends.append(Fault(DROPPED, self.chain.topic, self.partition, 0, 0, said))
        for one in self.outputs.values() if self.end is None else ():
            left = one.left()
            if left is not None and not self.log.grew(self.chain.topic, self.partition, stream.end):  # else a later record names them
                self._ends.append(left)

    def missing(self) -> list[str]:
        """What could not be judged, and why, in words."""
        said = []
        if self.start is None and self.chain.first:
            said.append(f"{self.chain.topic}[{self.partition}] begins at sequence {self.chain.first}: retention deleted what was before")
        for one in self.outputs.values():
            if one.gone or one.unchecked:
                why = "compacted away, or " if one.compacted else ""
                said.append(
                    f"{one.topic}[{self.partition}]: outputs of {one.gone} journal records, and all but {one.unchecked} records of others, "
                    f"are {why}deleted by retention: their digests cannot be checked here"
                )
        return said


def written_topics(agent: Agent) -> tuple[str, ...]:
    """The topics of an agent's outputs that a journal's digests cover."""
    return (*agent.outputs, dead_letters.topic_of(agent.name))


def dues(one: Link) -> dict[str, Due]:
    """What a journal record says it wrote, by topic."""
    assert one.record is not None
    number, now = one.record["sequence"], began(one)
    return {o["topic"]: Due(number, one.timestamp, now, o["count"], o["digest"]) for o in one.record["outputs"]}


def began(one: Link) -> int:
    """When the first step of a journal record was taken, ms: no output of it is older."""
    assert one.record is not None
    return one.record["steps"][0]["now"] if one.record["steps"] else one.timestamp


def compacted(topic: str) -> bool:
    """Whether records of it may be gone because of later ones; of decisions there is one for each key."""
    fields = {field["name"] for field in contract().schema(topic)["fields"]}
    return "compact" in contract().topic(topic).cleanup and "decision_id" not in fields


def walk_all(task: Task, seen: Callable[[Walked], None] | None = None) -> Task:
    """Walk to the end."""
    for one in task.walk():
        if seen is not None:
            seen(one)
    return task
