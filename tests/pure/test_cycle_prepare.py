"""The records of a cycle's steps are shown to an agent that prepares, decoded once; what it raises stops nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from confluent_kafka import Message

from streams.avro import codec
from streams.batch import Batch, Decisions
from streams.cycle import PREPARED, Cycle, Work
from streams.records import Records
from streams.task import Task
from tests.pure.support_events import NOW, batch, message

TOPIC = "messages"


@dataclass
class Preparing:
    """An agent that remembers what it was shown."""

    fails: bool = False
    prepared: list[list[str]] = field(default_factory=list)
    stepped: list[list[str]] = field(default_factory=list)
    name: str = "support"
    inputs: tuple[str, ...] = (TOPIC,)

    def prepare(self, batches: Sequence[Mapping[str, Batch]], now: int) -> None:
        self.prepared.append([name for one in batches for name in one[TOPIC].frame["message_id"]])
        if self.fails:
            raise RuntimeError("no")

    def step(self, state: object, batches: Mapping[str, Batch], now: int) -> Decisions:
        self.stepped.append(batches[TOPIC].frame["message_id"].to_list())
        return Decisions()


def work(agent: Any, partition: int, names: Sequence[str]) -> Work:
    frame = batch(TOPIC, [message(name) for name in names]).frame
    raw = [Message(TOPIC, partition, i, b"c1", value) for i, value in enumerate(codec(TOPIC).encode(frame).values())]
    records = Records(TOPIC, partition, cast("Any", raw), 0, len(raw))
    return Work(cast("Cycle", None), Task(agent, partition, None, {TOPIC: 0}), {TOPIC: records}, NOW)


def prepared_by(agent: Any, works: list[Work]) -> None:
    cycle = Cycle.__new__(Cycle)
    cycle.agent = agent
    cycle._prepare(works, NOW)


@pytest.mark.parametrize("fails", [False, True])
def test_all_records_are_shown_and_each_step_decides_on_its_own(fails: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    agent = Preparing(fails)
    works = [work(agent, 0, ["a", "b"]), work(agent, 1, ["c"])]
    prepared_by(agent, works)
    monkeypatch.setattr("streams.task.read", lambda records: pytest.fail("the records are decoded once"))
    for one in works:
        one.task.step(one.inputs, one.now, {}, one.decoded)
    assert agent.prepared == [["a", "b", "c"]]
    assert agent.stepped == [["a", "b"], ["c"]]


def test_a_record_that_makes_the_step_raise_is_not_stepped_over_again() -> None:
    agent = Preparing()
    (one,) = works = [work(agent, 0, ["a", "b"])]
    prepared_by(agent, works)
    one.task.step(one.inputs, one.now, {(TOPIC, 0): "it raised"}, one.decoded)
    assert agent.stepped == [["b"]]


def test_an_agent_that_does_not_prepare_is_left_alone() -> None:
    works = [work(None, 0, ["a"])]
    prepared_by(object(), works)
    assert works[0].decoded is None


def test_a_backlog_is_not_prepared_for_its_steps_are_large_and_each_is_progress() -> None:
    agent = Preparing()
    works = [work(agent, 0, [f"m{i}" for i in range(PREPARED)]), work(agent, 1, ["c"])]
    prepared_by(agent, works)
    assert agent.prepared == []
    assert works[0].decoded is None
