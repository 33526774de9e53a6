"""The growth and the pricing agent take few records, which are rows, as they take a frame; and few decisions are written as many are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from agents.growth.agent import AGENT as GROWTH
from agents.growth.agent import GrowthAgent
from agents.pricing.agent import AGENT as PRICING
from agents.pricing.agent import PricingAgent
from columns.records import Fields
from ops.schema_examples import UNENCODABLE, as_frame, invalid_examples, valid_examples
from streams.avro_schema import polars_schema
from streams.batch import Batch, Decisions, TableOutput
from streams.contract import contract
from streams.rows import Rows
from streams.settings import settings
from streams.task import Task
from tests.pure import growth_events as growth
from tests.pure import pricing_events as pricing

AFTER = 1_790_086_400_000  # the times of all examples
Agent = GrowthAgent | PricingAgent
Written = list[tuple[str, list[bytes | None], list[bytes | None]]]


def examples(topic: str) -> pl.DataFrame:
    """All that can be read of a topic's schema, valid or not."""
    folder, name = settings().schemas_dir, contract().topic(topic).schema_name
    records = [*valid_examples(folder, name).values()]
    records += [one.record for one in invalid_examples(folder, name) if one.error != UNENCODABLE]
    return as_frame(contract().schema(topic), records)


def stepped(agent: Agent, topic: str, table: pl.DataFrame | Rows) -> tuple[Any, ...]:
    state: Any = agent.start(0)
    state.now = AFTER  # the worker was not away
    made = agent.step(state, {topic: Batch(topic, 0, np.arange(table.height), table)}, AFTER)
    return written(made), list(made.rejected), agent.dump(state)


def written(made: Decisions) -> Written:
    task = Task(GROWTH, 0, None, {})
    return [(one.topic, list(one.keys), list(one.values)) for one in task._encode(made)]


@pytest.mark.parametrize(("agent", "topic"), [(agent, topic) for agent in (GROWTH, PRICING) for topic in agent.inputs])
def test_rows_are_taken_as_their_frame_is(agent: Agent, topic: str) -> None:
    frame = examples(topic)
    rows = Rows(list(frame.iter_rows(named=True)), frame.schema)
    assert stepped(agent, topic, rows) == stepped(agent, topic, frame)


def test_fields_of_rows_are_those_of_their_frame() -> None:
    """Nulls, too."""
    frame = pl.DataFrame({"n": [1, None, 3], "x": [0.5, None, -1.0], "b": [True, None, False], "s": ["a", None, "ø"]})
    of = [Fields(Batch("t", 0, np.arange(3), table)) for table in (frame, Rows(list(frame.iter_rows(named=True)), frame.schema))]
    for read in (
        lambda f: f.integers("n"),
        lambda f: f.numbers("x"),
        lambda f: f.numbers("n"),
        lambda f: f.flags("b"),
        lambda f: f.names("s"),
    ):
        one, other = map(read, of)
        assert one.dtype == other.dtype
        assert str(one) == str(other)


def written_as_in_a_frame(day: Callable[[], list[Written]], monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The topics of a day's steps; fails where frames would be written otherwise."""
    direct = day()
    for limit in ("MOST_OF_TABLES", "MOST_ROWS", "FEW_ROWS"):
        monkeypatch.setattr(f"streams.avro_encode.{limit}", 0)
    assert day() == direct
    return {topic for step in direct for topic, _, _ in step}


def test_prices_are_written_as_they_are_in_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    def day() -> list[Written]:
        task, made = pricing.Task(), []
        names = [f"q{i}" for i in range(5)]
        quotes = [pricing.quote(name, ts=pricing.NOW + i, pickup_lat=pricing.LAT + i / 50) for i, name in enumerate(names)]
        task.step(1, profiles=[pricing.profile()], moves=[pricing.move()], competitors=[pricing.competitor()], quotes=quotes)
        made.append(written(task.made))
        answers = [pricing.answer(names[0], ts=pricing.NOW + 2000), pricing.answer(names[1], "REJECTED", ts=pricing.NOW + 2000)]
        task.step(2000, answers=answers)
        made.append(written(task.made))
        for after in (7000, 200_000):
            task.step(after)
            made.append(written(task.made))
        return made

    topics = written_as_in_a_frame(day, monkeypatch)
    assert {"pricing.decisions", "pricing.driver-pay", "pricing.outcomes", "pricing.zones", "pricing.figures"} <= topics


def test_growth_is_written_as_it_is_in_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    def day() -> list[Written]:
        world, made, noon = growth.World(), [], growth.T0 + 12 * growth.HOUR
        riders = [growth.rider(f"r{i}") for i in range(4)]
        made.append(written(world.step(rider_profiles=riders, driver_profiles=[growth.driver("d1")])))
        requests = [growth.request(f"q{i}", f"r{i}", noon + i) for i in range(6)]
        orders = [growth.order(f"o{i}", noon + i, (growth.HERE[0] + i / 20, growth.HERE[1])) for i in range(6)]
        made.append(written(world.step(monetization_requests=requests, driver_moves=[growth.move("d1", noon)], orders=orders)))
        changes = [growth.change(f"o{i}", noon + growth.MINUTE) for i in range(3)]
        made.append(written(world.step(order_changes=changes)))
        made.append(written(world.step(driver_moves=[growth.move("d1", noon + growth.HOUR)])))
        return made

    topics = written_as_in_a_frame(day, monkeypatch)
    assert {"growth.offers", "growth.revenue", "growth.services", "growth.allocations", "growth.zones"} <= topics


def test_decisions_are_tables_and_a_frame_when_asked() -> None:
    task = pricing.Task()
    task.step(1, quotes=[pricing.quote(str(i), ts=pricing.NOW) for i in range(3)])
    made = {one.topic: one for one in task.made.outputs}["pricing.decisions"]
    assert isinstance(made, TableOutput)
    assert made.frame.schema == polars_schema(contract().schema("pricing.decisions"))
    assert made.height == made.frame.height == 3
