"""A task's journal, from where the index ends → further decisions in the index: which journal record names each, and where it lies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from audit.index import Covered, Index, Place
from audit.links import Head
from audit.log import Log
from audit.walk import Task, Walked, began
from streams.agent import Agent
from streams.avro import codec
from streams.contract import contract
from streams.errors import OffsetOutOfLog
from streams.message import Message

TOGETHER = 5000  # decisions are decoded and written so many at a time


def decision_topics(agent: Agent) -> list[str]:
    """The agent's outputs whose records are decisions."""
    return [topic for topic in agent.outputs if decides(topic)]


def decides(topic: str) -> bool:
    """Whether a topic's records are decisions."""
    return any(field["name"] == "decision_id" for field in contract().schema(topic)["fields"])


def index_task(agent: Agent, partition: int, log: Log, index: Index) -> Iterator[int]:
    """Index what is new of a task; yields how many journal records are done. Raises OffsetOutOfLog, KafkaException."""
    covered = index.covered(agent.name, partition)
    if covered is not None and not _same(agent, partition, covered, log):
        index.forget(agent.name, partition)
        covered = None
    if covered is None:
        walk = Task(agent, partition, log)
    else:
        walk = Task(agent, partition, log, covered.head, covered.head.offset, first=covered.head.sequence + 1, offsets=covered.outputs)
    waiting: list[tuple[Walked, dict[str, int]]] = []
    count = 0
    before = {} if covered is None else covered.outputs
    for done, walked in enumerate(walk.walk()):
        if walked.link.record is not None and walked.outputs:
            waiting.append((walked, before))
            count += sum(map(len, walked.outputs.values()))
        if walk.outputs:
            before = {topic: one.at for topic, one in walk.outputs.items() if one.sure}
        if count >= TOGETHER:
            covered = _write(agent, partition, index, walk, waiting, covered, before)
            waiting, count = [], 0
        yield done
    if waiting:
        _write(agent, partition, index, walk, waiting, covered, before)


def _same(agent: Agent, partition: int, covered: Covered, log: Log) -> bool:
    """Whether the journal is still the one that was indexed: its record is there, with the same hash."""
    topic = f"{agent.name}.journal"
    low, high = log.reader.bounds(topic, partition)
    if not low <= covered.head.offset < high:
        return False
    walk = Task(agent, partition, log, start=covered.head.offset, end=covered.head.offset + 1, first=covered.head.sequence + 1)
    try:
        found = [walked.link.hash for walked in walk.walk()]
    except OffsetOutOfLog:
        return False
    return found == [covered.head.hash]


def _write(
    agent: Agent,
    partition: int,
    index: Index,
    walk: Task,
    waiting: Sequence[tuple[Walked, dict[str, int]]],
    covered: Covered | None,
    outputs: dict[str, int],
) -> Covered:
    places = [place for topic in decision_topics(agent) for place in _places(agent, partition, topic, waiting)]
    last, first = waiting[-1][0].link, waiting[0][0].link
    assert last.record is not None
    assert first.record is not None
    until = last.record["steps"][-1]["now"] if last.record["steps"] else last.timestamp
    head = Head(last.record["sequence"], last.offset, last.hash)
    new = Covered(head, outputs, first.record["sequence"], began(first), until)
    if covered is not None:
        new = replace(new, first=covered.first, since_ms=covered.since_ms)
    index.add(agent.name, partition, new, places)
    return new


def _places(agent: Agent, partition: int, topic: str, waiting: Sequence[tuple[Walked, dict[str, int]]]) -> Iterator[Place]:
    found = [(message, walked, before) for walked, before in waiting for message in walked.outputs.get(topic, ())]
    ids = _ids(topic, [message for message, _, _ in found])
    for (message, walked, before), decision_id in zip(found, ids, strict=True):
        if decision_id is not None and walked.link.record is not None:
            yield Place(
                decision_id, agent.name, partition, topic, message.offset(), walked.link.record["sequence"], walked.link.offset, before
            )


def _ids(topic: str, messages: Sequence[Message]) -> list[str | None]:
    """The decisions' ids; None of records that cannot be read."""
    decoded = codec(topic).decode([m.value() for m in messages])
    ids: list[str | None] = [None] * len(messages)
    for row, decision_id in zip(decoded.rows.tolist(), decoded.frame["decision_id"].to_list(), strict=True):
        ids[row] = decision_id
    return ids
