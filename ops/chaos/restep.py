"""The state and the decisions against the journal: every task stepped again from the start, with the runtime's own code (no part of the
auditor).

In: an agent whose workers have stopped, named on the command line; broker and namespace from the settings. Out: one JSON line; exit code
1 when a snapshot is not the state that stepping again gives, by SHA-256, or a journal record's outputs are not the bytes that it gives.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import sys
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ops.worker import AGENTS
from streams import dead_letters, journal, snapshot
from streams.agent import Agent
from streams.log_reader import LogReader
from streams.message import Message, payload
from streams.records import Records
from streams.settings import settings
from streams.task import Task


@dataclass(slots=True)
class Restepped:
    """What stepping again came to."""

    records: int = 0  # journal records
    inputs: int = 0
    snapshots: int = 0  # compared
    mismatches: list[str] = field(default_factory=list)

    @property
    def figures(self) -> dict[str, Any]:
        """As a JSON object."""
        return {"journal_records": self.records, "inputs": self.inputs, "snapshots": self.snapshots, "mismatches": self.mismatches[:20]}


def restep(agent: Agent, partitions: int) -> Restepped:
    """Step all tasks of an agent again."""
    reader, found = LogReader(settings(), f"{agent.name}-restep"), Restepped()
    try:
        for partition in range(partitions):
            _task(agent, partition, reader, found)
    finally:
        reader.close()
    return found


def _task(agent: Agent, partition: int, reader: LogReader, found: Restepped) -> None:
    waiting = {topic: deque(_all(reader, topic, partition)) for topic in agent.inputs}
    states = _snapshots(agent, partition, reader)
    crashing = _crashing(agent, partition, reader)
    task = Task(agent, partition, agent.start(partition), dict.fromkeys(agent.inputs, 0))
    for message in _all(reader, f"{agent.name}.journal", partition):
        record: journal.Record = journal.decode(f"{agent.name}.journal", payload(message))
        for step in record["steps"]:
            inputs = {r["topic"]: _take(waiting[r["topic"]], r, partition) for r in step["ranges"]}
            found.inputs += sum(len(records.messages) for records in inputs.values())
            task.step(inputs, step["now"], crashing)
        _compare(task, record, states.get(record["sequence"]), found)
        task.journalled(payload(message))


def _compare(task: Task, record: journal.Record, state: bytes | None, found: Restepped) -> None:
    where = f"{task.agent.name}[{task.partition}] sequence {record['sequence']}"
    said = {o["topic"]: (o["count"], o["digest"]) for o in record["outputs"]}
    again = {topic: (d.count, d.digest()) for topic, d in task.digests.items()}
    found.records += 1
    if said != again:
        counts = {t: (said.get(t, (0,))[0], again.get(t, (0,))[0]) for t in said.keys() | again.keys() if said.get(t) != again.get(t)}
        found.mismatches.append(f"{where}: the outputs differ; topic: (journalled, stepped again) {counts}")
    if state is not None:
        found.snapshots += 1
        if hashlib.sha256(task.agent.dump(task.state)).digest() != state:
            found.mismatches.append(f"{where}: the snapshot is not the state that stepping again gives")


def _all(reader: LogReader, topic: str, partition: int) -> list[Message]:
    low, high = reader.bounds(topic, partition)
    return [m for messages in reader.read({topic: low}, partition, {topic: high}) for m in messages]


def _snapshots(agent: Agent, partition: int, reader: LogReader) -> dict[int, bytes]:
    """Journal sequence → digest of the state after it."""
    topic = snapshot.topic_of(agent.name)
    chunks = [journal.decode(topic, value) for m in _all(reader, topic, partition) if (value := m.value()) is not None]
    return {chunk["sequence"]: chunk["digest"] for chunk in chunks}


def _crashing(agent: Agent, partition: int, reader: LogReader) -> dict[tuple[str, int], str]:
    """Records that made a step raise, with what it said: their dead letters carry it."""
    topic = dead_letters.topic_of(agent.name)
    letters = [journal.decode(topic, payload(m)) for m in _all(reader, topic, partition)]
    return {(one["topic"], one["offset"]): one["message"] for one in letters if one["error"] == "StepFailed"}


def _take(waiting: deque[Message], wanted: Mapping[str, Any], partition: int) -> Records:
    messages = []
    while waiting and waiting[0].offset() < wanted["end"]:
        messages.append(waiting.popleft())
    return Records(wanted["topic"], partition, messages, wanted["start"], wanted["end"])


def main() -> int:
    """``python -m ops.chaos.restep AGENT PARTITIONS``."""
    agent: Agent = importlib.import_module(AGENTS[sys.argv[1]]).AGENT
    found = restep(agent, int(sys.argv[2]))
    print(json.dumps(found.figures))
    return 1 if found.mismatches else 0


if __name__ == "__main__":
    sys.exit(main())
