"""The records of a cycle's steps are shown to an agent that prepares; what it raises stops nothing. Some while others gather."""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from confluent_kafka import Message
from hypothesis import given
from hypothesis import strategies as st

from streams.avro import codec
from streams.batch import Batch, Decisions
from streams.cycle import EARLY_S, PREPARED, Cycle
from streams.isolation import Isolation
from streams.membership import Polled, counted, merged
from streams.pace import Pace
from streams.records import Records
from streams.task import Task
from streams.work import Work
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
    tick_ms: int | None = None

    def prepare(self, batches: Sequence[Mapping[str, Batch]], now: int) -> None:
        self.prepared.append([name for one in batches for name in one[TOPIC].frame["message_id"]])
        if self.fails:
            raise RuntimeError("no")

    def step(self, state: object, batches: Mapping[str, Batch], now: int) -> Decisions:
        self.stepped.append(batches[TOPIC].frame["message_id"].to_list())
        return Decisions()


def raw(partition: int, names: Sequence[str], start: int = 0) -> list[Any]:
    frame = batch(TOPIC, [message(name) for name in names]).frame
    return [Message(TOPIC, partition, start + i, b"c1", value) for i, value in enumerate(codec(TOPIC).encode(frame).values())]


def work(agent: Any, partition: int, names: Sequence[str]) -> Work:
    records = Records(TOPIC, partition, raw(partition, names), 0, len(names))
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


@dataclass
class Polling:
    """A membership that brings what it is given, poll by poll."""

    brings: list[Polled]
    broker_away: bool = False

    def poll(self, most: int, wait_s: float) -> Polled:
        return self.brings.pop(0)

    def lag(self, partition: int, offsets: Mapping[str, int]) -> dict[str, int]:
        return {}


@dataclass
class Committing:
    """Commits of which the next is due in so many seconds."""

    next_s: float

    @property
    def gathered_at(self) -> float:
        return time.monotonic() + self.next_s

    def due(self, tasks: object) -> bool:
        return False

    def reaching(self, positions: object) -> None: ...

    def settle(self) -> None: ...


def cycle_of(agent: Any, next_s: float, *brings: Polled) -> Cycle:
    cycle = Cycle.__new__(Cycle)
    cycle.agent, cycle.membership, cycle.commits = agent, cast("Any", Polling(list(brings))), cast("Any", Committing(next_s))
    cycle._recoveries, cycle._full, cycle._pace, cycle._isolation = [], False, Pace(100, 60_000), Isolation()
    cycle._polled, cycle._polled_at, cycle._looked_s, cycle._measured_at = 0, time.monotonic(), 0.0, time.monotonic()
    cycle.tasks = {partition: Task(agent, partition, None, {TOPIC: 0}) for partition in (0, 1)}
    return cycle


def test_what_is_there_while_others_gather_is_looked_at_then_and_all_is_stepped_over_once() -> None:
    agent = Preparing()
    cycle = cycle_of(
        agent,
        2 * EARLY_S,
        {0: {TOPIC: raw(0, ["a"])}, 2: {TOPIC: raw(2, ["z"])}},
        {0: {TOPIC: raw(0, ["b"], 1)}, 1: {TOPIC: raw(1, ["c"])}},
    )
    for one in cycle.turn():
        one.task.step(one.inputs, one.now, {}, one.decoded)
    assert agent.prepared == [["a"], ["a", "b", "c"]]  # not those of a partition that is not its own
    assert agent.stepped == [["a", "b"], ["c"]]


def test_the_pace_of_polls_knows_what_it_took_to_look_early(monkeypatch: pytest.MonkeyPatch) -> None:
    agent = Preparing()
    cycle = cycle_of(agent, 2 * EARLY_S, {0: {TOPIC: raw(0, ["a"])}}, {}, {}, {})
    clock = [0.0]
    monkeypatch.setattr(agent, "prepare", lambda batches, now: clock.__setitem__(0, clock[0] + 30))  # s, of 60 of a transaction
    assert cycle._pace.records == 100
    with monkeypatch.context() as patch:
        patch.setattr("streams.cycle.time.monotonic", lambda: clock[0])
        patch.setattr("streams.cycle.time.sleep", lambda seconds: None)
        cycle.turn()
        cycle.turn()
    assert cycle._pace.records < 100


@pytest.mark.parametrize("hurried", ["no wait", "full", "recovering"])
def test_nothing_is_looked_at_early_by_who_does_not_wait(hurried: str) -> None:
    agent = Preparing()
    cycle = cycle_of(agent, 0.0 if hurried == "no wait" else 1.0, {0: {TOPIC: raw(0, ["a"])}}, {})
    cycle._full = hurried == "full"
    if hurried == "recovering":
        cycle._recoveries = [cast("Any", None)]
    assert cycle._early(10) == {}
    assert agent.prepared == []


POLLED = st.dictionaries(st.integers(0, 3), st.dictionaries(st.sampled_from("abc"), st.lists(st.integers(), min_size=1), min_size=1))


@given(POLLED, POLLED)
def test_two_polls_are_as_one(first: Any, later: Any) -> None:
    both = merged(copy.deepcopy(first), copy.deepcopy(later))
    assert counted(both) == counted(first) + counted(later)
    for partition in {*first, *later}:
        for topic in {*first.get(partition, {}), *later.get(partition, {})}:
            assert both[partition][topic] == first.get(partition, {}).get(topic, []) + later.get(partition, {}).get(topic, [])
