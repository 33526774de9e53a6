"""A decision in; its task stepped again to where it was made. What is seen on the way is for the agent's watcher.

The runtime's own recovery does it, over a log that ends at the journal record of the decision: from the last snapshot before the order
came, or from the beginning, over the journalled ranges (DESIGN §6). Nothing is written.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from typing import Any, cast

import confluent_kafka
from rich.console import Console
from rich.progress import Progress

from audit.log import Spans, joined
from audit.search import Journalled, after, first
from streams import journal
from streams.agent import Agent
from streams.errors import OffsetOutOfLog, RecoveryMismatch
from streams.journal import SnapshotRef
from streams.log_reader import LogReader
from streams.message import Message
from streams.recovery import recover
from streams.settings import settings

Decision = dict[str, Any]


class ReplayError(Exception):
    """The decision cannot be replayed; the message says why and what to do."""


class UnknownDriverError(ReplayError):
    """Nothing had been heard of that driver."""


class CutLog(LogReader):
    """A log whose journal ends at ``tail``, once that is set; ``seen``: what was read since then."""

    tail: Message | None = None

    def __init__(self, name: str) -> None:
        super().__init__(settings(), name)
        self.seen: dict[str, Spans] = {}

    def read(self, starts: Mapping[str, int], partition: int, ends: Mapping[str, int]) -> Generator[list[Message], None, None]:
        """As the log's, counted."""
        with closing(super().read(starts, partition, ends)) as reading:
            for messages in reading:
                topics = [settings().logical(one.topic()) for one in messages] if self.tail is not None else []
                told: dict[str, Spans] = {
                    f"{topic}[{partition}]": {"from": starts[topic], "to": ends[topic], "records": topics.count(topic)}
                    for topic in dict.fromkeys(topics)
                }
                self.seen = joined(self.seen, told)
                yield messages

    def last(self, topic: str, partition: int) -> Message | None:
        """The journal record that ends the log."""
        return self.tail or super().last(topic, partition)

    def bounds(self, topic: str, partition: int) -> tuple[int, int]:
        """As the log's, but the journal ends after the tail."""
        low, high = super().bounds(topic, partition)
        cut = self.tail is not None and topic == self.tail.topic()
        return low, self.tail.offset() + 1 if self.tail is not None and cut else high


def replay(agent: Agent, decision: Decision) -> dict[str, Spans]:
    """Step a new task of ``agent`` over the journal up to the decision; what was read for that.

    Raises ReplayError where other code decided, or journal, snapshot or inputs are no longer kept.
    """
    if decision["code_version"] != agent.code_version:
        raise ReplayError(
            f"it was decided by code {decision['code_version']}, and this is {agent.code_version}: stepping again here would tell what "
            "this code decides. Ask with the version that decided it"
        )
    reader = CutLog(f"{agent.name}-why")
    try:
        came, last = _found(agent, decision, reader)
        _step_again(agent, decision["partition"], last, _starts(agent, decision["partition"], came, reader), reader)
        return reader.seen
    finally:
        reader.close()


def _found(agent: Agent, decision: Decision, reader: LogReader) -> tuple[Journalled, Journalled]:
    """The journal records of the step that read the order, and of the one that decided."""
    topic, partition = f"{agent.name}.journal", decision["partition"]
    source, offset, decided_at = decision["topic"], decision["offset"], decision["decided_at"]
    came = first(reader, topic, partition, lambda record: any(p["topic"] == source and p["offset"] > offset for p in record["positions"]))
    last = first(reader, topic, partition, lambda record: record["steps"][-1]["now"] >= decided_at if record["steps"] else None)
    if came is None or last is None or not _stepped(last, decided_at):
        raise ReplayError(f"the journal of {agent.name}, partition {partition}, no longer has the step that decided it")
    following = after(reader, topic, partition, last.message.offset() + 1)
    while following is not None and _stepped(following, decided_at):  # several steps in one millisecond
        last, following = following, after(reader, topic, partition, following.message.offset() + 1)
    return came, last


def _stepped(one: Journalled, now: int) -> bool:
    return any(step["now"] == now for step in one.record["steps"])


def _starts(agent: Agent, partition: int, came: Journalled, reader: LogReader) -> Iterator[SnapshotRef | None]:
    """What to begin at: the last snapshot before the order came; and without one, the task's beginning."""
    sequence, start = came.record["sequence"], came.record["snapshot"]
    if start is not None and start["sequence"] == sequence:  # the record that read the order carries a snapshot itself
        before = first(reader, f"{agent.name}.journal", partition, lambda record: record["sequence"] >= sequence - 1)
        start = before.record["snapshot"] if before is not None and before.record["sequence"] < sequence else None
    if start is not None:
        yield start
    yield None


def _step_again(agent: Agent, partition: int, last: Journalled, starts: Iterator[SnapshotRef | None], reader: CutLog) -> None:
    topic, reasons = f"{agent.name}.journal", []
    for start in list(starts):
        record = journal.encode(topic, last.record | {"snapshot": start})
        tail = confluent_kafka.Message(topic=topic, partition=partition, offset=last.message.offset(), value=record)
        reader.tail = cast("Message", tail)
        try:
            with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as bar:
                bar.add_task("stepping again up to the decision", total=None)
                for _ in recover(agent, partition, None, reader, None):
                    pass
        except (OffsetOutOfLog, RecoveryMismatch) as error:
            reasons.append(str(error))
        else:
            return
    raise ReplayError(f"it cannot be stepped again, for what came before it is no longer kept (see topics.yaml): {reasons[0]}")
