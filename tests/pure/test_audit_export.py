"""Exported decisions are read topic by topic, by the commands that docs/audit.md gives."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from agents.growth.agent import AGENT as GROWTH
from agents.pricing.agent import AGENT as PRICING
from audit import export as exporting
from audit.export import export, folder_of, same_columns
from audit.indexing import decision_topics
from audit.memory import Kept, MemoryLog
from streams.agent import Agent
from streams.avro import codec
from streams.settings import ROOT
from tests.pure import growth_events as growth
from tests.pure import pricing_events as pricing

Row = dict[str, Any]
COMMAND = re.compile(r"^pl\.(?:read|scan)_parquet\(.*\)$", re.MULTILINE)


class Log(MemoryLog):
    """A task's records as the exporter asks for them; of topics in ``lows`` the first are deleted."""

    @property
    def reader(self) -> Any:
        """Tells where topics begin and end."""
        return SimpleNamespace(bounds=lambda topic, _: (self.lows.get(topic, 0), len(self.topics.get(topic, ()))))

    def some(self, topic: str, _: int, start: int, end: int) -> Sequence[Kept]:
        """The records of [start, end)."""
        return self.topics[topic][start:end]


def encoded(topic: str, rows: Sequence[Row]) -> list[Kept]:
    frame = pl.DataFrame([{name: row[name] for name in codec(topic).polars_schema} for row in rows], schema=codec(topic).polars_schema)
    values = codec(topic).encode(frame).values()
    return [Kept(i, None, value, row.get("decided_at", 0)) for i, (row, value) in enumerate(zip(rows, values, strict=True))]


def prices() -> dict[str, list[Kept]]:
    """Six quotes, three of them accepted; the record of the first acceptance is deleted."""
    task = pricing.Task()
    quotes = [pricing.quote(f"q{i}") for i in range(6)]
    answers = [pricing.answer(f"q{i}", ts=pricing.NOW + 2000) for i in range(3)]
    task.step(0, quotes=quotes)
    task.step(2000, answers=answers)
    task.step(4000)
    return {topic: encoded(topic, task.all.get(topic, ())) for topic in decision_topics(PRICING)} | {
        "quote-requests": encoded("quote-requests", quotes),
        "quote-answers": encoded("quote-answers", answers),
    }


def offers() -> dict[str, list[Kept]]:
    """A rider who is not to be contacted, and four who are; an order that is completed; zones at the end of a slot."""
    world = growth.World()
    riders = [growth.rider(f"r{i}", contact_consent=i > 0) for i in range(5)]
    world.step(rider_profiles=riders)
    requests = [growth.request(f"q{i}", f"r{i}", growth.T0 + growth.HOUR * 12 + i) for i in range(5)]
    world.step(monetization_requests=requests, orders=[growth.order("o", growth.T0)])
    done = [growth.change("o", growth.T0 + growth.HOUR)]
    world.step(order_changes=done)
    world.step(orders=[growth.order("p", growth.T0 + 3 * growth.HOUR)])
    made = {topic: encoded(topic, world.of(topic)) for topic in decision_topics(GROWTH)}
    return made | {"orders": [], "order-changes": encoded("order-changes", done)}


def written(agent: Agent, partition: int, topics: Mapping[str, Sequence[Kept]], folder: Path) -> None:
    *_, done = export(agent, partition, None, None, folder, Log(topics, {"quote-answers": 1}))  # type: ignore[arg-type]
    assert done.decisions == sum(len(topics[topic]) for topic in decision_topics(agent))
    for topic in decision_topics(agent):
        same_columns(folder_of(folder, agent.name, topic))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Exported with a file for each decision."""
    monkeypatch.setattr(exporting, "TOGETHER", 1)
    monkeypatch.chdir(tmp_path)
    written(PRICING, 3, prices(), tmp_path / "decisions")
    written(GROWTH, 0, offers(), tmp_path / "decisions")
    return tmp_path / "decisions"


@pytest.mark.parametrize("agent", [PRICING, GROWTH], ids=lambda agent: agent.name)
def test_the_glob_of_each_topic_is_read(agent: Agent, folder: Path) -> None:
    """Two topics lay in one folder, and neither ``missing_columns`` nor anything else read that."""
    made = prices() if agent is PRICING else offers()
    for topic in decision_topics(agent):
        files = f"{folder}/agent={agent.name}/topic={topic}/**/*.parquet"
        frame = pl.read_parquet(files, hive_partitioning=True)
        assert frame.height == len(made[topic]) > 0, topic
        assert frame["topic"].unique().to_list() == [topic]
        assert pl.read_parquet(files).height == frame.height, "also without the folders' names"
        assert frame["answers"].null_count() == 0


def test_what_a_piece_lacks_is_null_in_it(folder: Path) -> None:
    frame = pl.read_parquet(f"{folder}/agent=growth/topic=growth.offers/**/*.parquet", hive_partitioning=True).sort("offset")
    assert frame["outcome"][0] == "NO_OFFER"
    assert frame["factor_tier"][0] is None
    assert frame.filter(pl.col("outcome") == "OFFER")["weight_start"].null_count() == 0
    revenue = pl.read_parquet(f"{folder}/agent=growth/topic=growth.revenue/**/*.parquet")
    assert revenue["input_change"].to_list() == ["COMPLETED"]
    pay = pl.read_parquet(f"{folder}/agent=pricing/topic=pricing.driver-pay/**/*.parquet").sort("answers_offset")
    assert pay["input_answer"].to_list() == [None, "ACCEPTED", "ACCEPTED"], "the first record is deleted"
    assert same_columns(folder / "agent=growth" / "topic=growth.offers") == 0, "they are alike by now"


def test_the_commands_of_the_documentation_work_as_written(folder: Path) -> None:
    commands = COMMAND.findall((ROOT / "docs" / "audit.md").read_text(encoding="utf-8"))
    assert len(commands) == 2
    for command in commands:
        found = eval(command, {"pl": pl})
        assert found.lazy().collect().height > 0, command
