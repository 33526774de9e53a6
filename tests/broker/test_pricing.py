"""The pricing agent on real Kafka: each quote is priced once and ends once, whatever ends the worker; bad input is put aside."""

from __future__ import annotations

import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from ops.pricing.command import app
from streams.avro_schema import polars_schema
from streams.contract import contract
from streams.publish import Publisher
from tests.conftest import CreateTopics
from tests.pure.pricing_events import HOUR, MINUTE, SECOND, Row, answer, competitor, move, policy, quote
from tests.workers import committed, decoded, eventually, worker

PRICING = [name for name, topic in contract().topics.items() if topic.writer == "pricing" or "pricing" in topic.readers]
MARKETS = ("lisbon", "bogota", "manila")


def publish(topic: str, rows: list[Row]) -> None:
    with Publisher() as publisher:
        publisher.publish(topic, pl.DataFrame(rows, schema=polars_schema(contract().schema(topic)), orient="row"))


def now() -> int:
    return time.time_ns() // 1_000_000


def quotes(first: int, count: int) -> list[Row]:
    return [quote(f"q{i}", market=MARKETS[i % 3], ts=now()) for i in range(first, first + count)]


def answers(first: int, count: int) -> list[Row]:
    said = ("ACCEPTED", "REJECTED")
    return [answer(f"q{i}", said[i % 2], market=MARKETS[i % 3], ts=now()) for i in range(first, first + count)]


@pytest.fixture
def stage(topics: CreateTopics) -> None:
    """The topics of pricing, two partitions each."""
    topics(PRICING, 2)
    contract.cache_clear()


@pytest.mark.usefixtures("stage")
def test_every_quote_is_priced_and_ends_once_also_when_the_worker_is_killed(tmp_path: Path) -> None:
    publish("driver-moves", [move(f"d{i}", market=MARKETS[i % 3], ts=now()) for i in range(30)])
    publish("quote-requests", quotes(0, 600))
    with worker(tmp_path / "w1.log", "pricing") as process:
        eventually(lambda: len(committed("pricing.decisions")) >= 300, what="some prices")
        publish("quote-answers", answers(0, 400))
        publish("quote-requests", quotes(600, 600))
        eventually(lambda: len(committed("pricing.outcomes")) >= 50, what="some outcomes")
        process.stop(signal.SIGKILL)
    publish("quote-answers", answers(300, 700))  # a hundred of them for the second time
    with worker(tmp_path / "w2.log", "pricing") as process:
        eventually(lambda: len(committed("pricing.decisions")) >= 1200, timeout_s=120, what="all priced")
        eventually(lambda: len(committed("pricing.outcomes")) >= 1000, timeout_s=120, what="all answered")
        eventually(lambda: len(committed("pricing.dead-letters")) >= 100, timeout_s=120, what="second answers refused")
        eventually(lambda: {row["market"] for row in decoded("pricing.zones")} == set(MARKETS), what="the zones of all markets told")
        assert process.stop() == 0, process.tail()
    decisions, outcomes, pay = (decoded(f"pricing.{name}") for name in ("decisions", "outcomes", "driver-pay"))
    assert Counter(row["quote_id"] for row in decisions) == Counter(f"q{i}" for i in range(1200))
    assert Counter(row["quote_id"] for row in outcomes) == Counter(f"q{i}" for i in range(1000))
    accepted = {row["quote_id"] for row in outcomes if row["outcome"] == "ACCEPTED"}
    assert Counter(row["quote_id"] for row in pay) == Counter(accepted)
    assert {row["error"] for row in decoded("pricing.dead-letters")} == {"QuoteClosed"}
    priced = {row["quote_id"]: row for row in decisions}
    assert all(row["price_cents"] == priced[row["quote_id"]]["price_cents"] for row in outcomes)


@pytest.mark.usefixtures("stage")
def test_a_policy_reaches_every_market_and_bad_input_the_dead_letters(tmp_path: Path) -> None:
    publish("pricing-policies", [policy("emergency", emergency_cap=0.4, ts=now())])
    bad: dict[str, list[Row]] = {
        "competitor-prices": [competitor(-1, ts=now()), competitor(10**9, ts=now())],
        "quote-answers": [answer("never", ts=now())],
        "quote-requests": [quote("nowhere", pickup_lat=95.0, ts=now()), quote("later", ts=now() + 10**9)],
    }
    for topic, rows in bad.items():
        publish(topic, rows)
    with worker(tmp_path / "w.log", "pricing") as process:
        eventually(lambda: len(committed("pricing.dead-letters")) == 5, what="five refused")
        eventually(_capped, what="prices under the cap")
        publish("quote-requests", [quote("yesterday", market="lisbon", ts=now() - 24 * HOUR)])
        eventually(lambda: len(committed("pricing.dead-letters")) == 6, what="a clock that jumped back refused")
        eventually(lambda: {"NO_SUPPLY", "EMERGENCY_CAP"} <= {row["kind"] for row in decoded("pricing.alerts")}, what="alerts")
        assert process.stop() == 0, process.tail()
    errors = Counter(row["error"] for row in decoded("pricing.dead-letters"))
    assert errors == Counter(["InvalidPrice", "AbsurdPrice", "UnknownQuote", "InvalidPosition", "FromTheFuture", "TooLate"])
    assert all("supply-unknown" in row["guards"] for row in decoded("pricing.decisions")), "nobody has told of drivers: said, and priced"


def _capped() -> Any:
    """Ask for prices until every market's are below what serving costs: only an emergency cap does that."""
    publish("quote-requests", [quote(f"n{now()}-{market}", market=market, ts=now()) for market in MARKETS])
    last = {row["market"]: row for row in decoded("pricing.decisions")}
    return len(last) == len(MARKETS) and all(row["multiplier"] <= 0.4 and "emergency-cap" in row["guards"] for row in last.values())


@pytest.mark.usefixtures("stage")
def test_a_recommendation_is_applied_by_an_event_on_the_policy_topic_and_a_price_is_explained(tmp_path: Path) -> None:
    start = now() - 45 * MINUTE
    publish("pricing-policies", [policy("tight", market="lisbon", cap=0.9, ts=start - MINUTE)])
    asked = [quote(f"q{i}", market="lisbon", ts=start + i * 6 * SECOND) for i in range(420)]
    with worker(tmp_path / "w.log", "pricing") as process:
        for i in range(0, len(asked), 60):  # of topics that are read apart, none may run far ahead
            publish("quote-requests", asked[i : i + 60])
            eventually(lambda least=i + 60: len(committed("pricing.decisions")) >= least, timeout_s=120, what="all priced")  # type: ignore[misc]
        eventually(lambda: decoded("pricing.recommendations"), what="a recommendation")
        name = decoded("pricing.recommendations")[0]["recommendation_id"]
        assert told("apply", "no-such")[0] == 1
        code, said = told("apply", name, "--json")
        assert (name, code) == ("lisbon/RIDE/RAISE_CAP", 0), said
        publish("quote-requests", [quote("next", market="lisbon", ts=now())])
        eventually(lambda: "APPLIED" in {row["status"] for row in decoded("pricing.recommendations")}, what="applied")
        code, said = told("apply", name)
        assert (code, "only what is OPEN" in said) == (1, True)
        code, said = told("why", "q7")
        assert (code, "Quote q7 of lisbon, RIDE" in said, "Guard cap: the service's cap." in said) == (0, True, True), said
        assert told("why", "never-asked")[0] == 1
        assert process.stop() == 0, process.tail()
    event, *copies = [row for row in decoded("pricing-policies") if row["recommendation_id"]]
    assert copies == [event], "one in each partition"
    assert (event["name"], event["market"], event["service"], event["floor"]) == (name, "lisbon", "RIDE", None)
    assert event["cap"] > 0.9
    assert not committed("pricing.dead-letters")


def told(*words: str) -> tuple[int, str]:
    """What `tripo pricing` says, and its exit code."""
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.output
