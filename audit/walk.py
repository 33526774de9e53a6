"""A task's whole journal and everything it wrote, from Kafka → what is wrong with them, and what was read from where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit.faults import DROPPED, Fault
from audit.links import Chain, Head, Link, link
from audit.log import Log, Stream
from audit.outputs import Due, Outputs
from streams import dead_letters
from streams.agent import Agent
from streams.contract import contract
from streams.message import Message

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
    known: Head | None = None
    start: tuple[int, Mapping[str, int]] | None = None  # journal offset and outputs' offsets to begin at, where a walk goes on
    faults: list[Fault] = field(default_factory=list)
    chain: Chain = field(init=False)
    outputs: dict[str, Outputs] = field(init=False)
    read: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chain = Chain(f"{self.agent.name}.journal", self.partition, self.known)

    def walk(self) -> Iterator[Walked]:
        """Every journal record of the chain with its outputs. Raises OffsetOutOfLog, KafkaException."""
        stream = self.log.stream(self.chain.topic, self.partition, None if self.start is None else self.start[0])
        self.outputs = {topic: self._outputs(topic) for topic in written_topics(self.agent)}
        links = (link(self.chain.topic, m.offset(), m.timestamp()[1], m.value()) for m in stream)
        for one in self.chain.walk(links):
            if one.record is None or not isinstance(one.record["outputs"], list):
                yield Walked(one, {})
                continue
            yield Walked(one, {topic: self.outputs[topic].take(due) for topic, due in dues(one).items() if topic in self.outputs})
        self._end(stream)

    def _outputs(self, topic: str) -> Outputs:
        known = None if self.start is None else self.start[1].get(topic, 0)
        source = self.log.stream(topic, self.partition, known, grows=True)
        whole = known is not None or (source.start == 0 and self.log.reader.bounds(self.chain.topic, self.partition)[0] == 0)
        return Outputs(topic, self.partition, source, sure=whole, compacted=_compacted(topic))

    def _end(self, stream: Stream) -> None:
        if self.start is None and self.chain.first and stream.start == 0:
            said = f"the journal begins at sequence {self.chain.first}, though nothing was deleted by retention"
            self.faults.append(Fault(DROPPED, self.chain.topic, self.partition, 0, 0, said))
        for one in self.outputs.values():
            left = one.left()
            if left is not None and not self.log.grew(self.chain.topic, self.partition, stream.end):  # else a later record names them
                self.faults.append(left)
        self.faults += self.chain.faults + [fault for one in self.outputs.values() for fault in one.faults]
        self.read = {self.chain.topic: {"from": stream.start, "to": stream.end, "records": stream.read}}
        for topic, one in self.outputs.items():
            self.read[topic] = {"from": one.source.start, "to": one.source.end, "records": one.source.read}

    def missing(self) -> list[str]:
        """What could not be judged, and why, in words."""
        said = []
        if self.chain.first:
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
    record = one.record
    assert record is not None
    now = record["steps"][0]["now"] if record["steps"] else one.timestamp
    return {o["topic"]: Due(record["sequence"], one.timestamp, now, o["count"], o["digest"]) for o in record["outputs"]}


def _compacted(topic: str) -> bool:
    """Whether records of it may be gone because of later ones; of decisions there is one for each key."""
    fields = {field["name"] for field in contract().schema(topic)["fields"]}
    return "compact" in contract().topic(topic).cleanup and "decision_id" not in fields


def walk_all(task: Task, seen: Callable[[Walked], None] | None = None) -> Task:
    """Walk to the end."""
    for one in task.walk():
        if seen is not None:
            seen(one)
    return task
