"""The growth agent on real Kafka: each request, order and answer counts once, whatever ends the worker; a recommendation can be applied."""

from __future__ import annotations

import json
import signal
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ops.growth.command import app
from ops.growth.riders import Riders
from ops.support.publish import framed, now_ms
from streams.contract import contract
from streams.publish import Publisher
from tests.conftest import CreateTopics
from tests.pure.growth_events import HOUR, MINUTE, change, driver, move, order
from tests.workers import committed, decoded, eventually, worker

GROWTH = [name for name, topic in contract().topics.items() if topic.writer == "growth" or "growth" in topic.readers]
Rows = list[dict[str, Any]]


@pytest.fixture
def stage(topics: CreateTopics) -> None:
    topics(GROWTH, 2)
    contract.cache_clear()


def publish(**events: Rows) -> None:
    with Publisher() as publisher:
        for name, rows in events.items():
            topic = name.replace("_", "-")
            publisher.publish(topic, framed(topic, rows))


def orders_of(markets: list[str], since: int, until: int) -> tuple[Rows, Rows]:
    """Two hours of orders and what became of them, in several markets."""
    orders, changes = [], []
    for i in range(240):
        ts = since + (until - since) * i // 240
        market = markets[i % len(markets)]
        orders.append(order(f"o{i}", ts, market=market, fare_cents=1000 + i))
        changes.append(change(f"o{i}", ts + 10 * MINUTE, "COMPLETED" if i % 5 else "CANCELLED_BY_RIDER", market=market))
    return orders, [one for one in changes if one["ts"] <= until]


@pytest.mark.usefixtures("stage")
def test_everything_counts_once_also_when_the_worker_is_killed(tmp_path: Path) -> None:
    riders, now = Riders(200, 3), now_ms()
    orders, changes = orders_of(["sf", "la", "ny"], now - 2 * HOUR, now)
    requests = riders.occasions(150, now - HOUR)
    publish(rider_profiles=riders.profiles(now - 2 * HOUR), driver_profiles=[driver(f"d{i}", now - 2 * HOUR) for i in range(20)])
    publish(driver_moves=[move(f"d{i}", now - HOUR) for i in range(20)], orders=orders, monetization_requests=requests[:80])
    with worker(tmp_path / "w1.log", "growth") as process:
        eventually(lambda: len(committed("growth.offers")) >= 40, what="some decisions")
        publish(order_changes=changes[:100], monetization_requests=requests[80:])
        eventually(lambda: len(committed("growth.revenue")) >= 10, what="some revenue")
        process.stop(signal.SIGKILL)
    publish(order_changes=changes[100:])
    completed = Counter(one["order_id"] for one in changes if one["change"] == "COMPLETED")
    with worker(tmp_path / "w2.log", "growth") as process:
        eventually(lambda: len(committed("growth.offers")) >= 150, timeout_s=120, what="all requests decided")
        eventually(lambda: len(committed("growth.revenue")) >= completed.total(), what="all revenue captured")
        offers = decoded("growth.offers")
        answers = [one for row in offers if (one := riders.answer(row, now_ms())) is not None]
        nobody = answers[0] | {"decision_id": "growth/monetization-requests/0/99999/0"}
        publish(offer_responses=[*answers, nobody])
        eventually(lambda: len(committed("growth.dead-letters")) == 1, what="the answer to no offer refused")
        assert process.stop() == 0, process.tail()
    assert Counter(row["request_id"] for row in offers) == Counter(row["request_id"] for row in requests)
    assert all(row["propensity"] is not None for row in offers if row["outcome"] == "OFFER")
    revenue = decoded("growth.revenue")
    assert Counter(row["order_id"] for row in revenue) == completed
    rows = {row["key"]: row for row in decoded("growth.services")}
    assert sum(row["net_revenue_cents"] for row in rows.values()) == sum(row["net_revenue_cents"] for row in revenue)
    allocated = decoded("growth.allocations")
    assert {row["market"] for row in allocated} == {"sf", "la", "ny"}
    assert max(Counter(row["decision_id"] for row in allocated).values()) == 1
    (dead,) = decoded("growth.dead-letters")
    assert (dead["error"], dead["topic"], dead["value"]) == ("UnknownOffer", "offer-responses", None), "no personal data in it"


def captured(least: int) -> bool:
    return len(committed("growth.revenue")) >= least


def recommended_and_applied() -> str:
    """Apply what is OPEN by its latest row. → its id; empty when there is none, or when it was withdrawn before anybody could."""
    latest = {row["recommendation_id"]: row["status"] for row in decoded("growth.recommendations")}
    for name in (name for name, status in latest.items() if status == "OPEN"):
        if CliRunner().invoke(app, ["apply", name, "--by", "ops", "--json"]).exit_code == 0:
            return name
    return ""


@pytest.mark.usefixtures("stage")
def test_a_recommendation_is_applied_by_an_event_on_the_policy_topic(tmp_path: Path) -> None:
    start = now_ms() // HOUR * HOUR - 9 * HOUR + MINUTE  # what is recommended is looked at when an hour begins
    orders = [order(f"o{i}", start + i * MINUTE // 2) for i in range(1040)]
    changes = [change(f"o{i}", start + i * MINUTE // 2 + 20 * MINUTE, "CANCELLED_BY_RIDER" if i % 2 else "COMPLETED") for i in range(1040)]
    publish(driver_profiles=[driver(f"d{i}", start) for i in range(2)])
    with worker(tmp_path / "w.log", "growth") as process:
        assert CliRunner().invoke(app, ["apply", "no-such"]).exit_code == 1
        name = ""
        for i in range(0, 1040, 40):  # of topics that are read apart, none may run hours ahead
            over = changes[max(0, i - 40) : i]  # twenty minutes after their orders: of the same time as those that are placed now
            publish(orders=orders[i : i + 40], **({"order_changes": over} if over else {}))
            eventually(partial(captured, i // 2), what="all revenue captured")
            if name := recommended_and_applied():
                break
        assert name.startswith("MORE_BUFFER")
        eventually(lambda: "APPLIED" in {row["status"] for row in decoded("growth.recommendations")}, what="applied")
        assert CliRunner().invoke(app, ["apply", name]).exit_code == 1, "it is applied already"
        assert process.stop() == 0, process.tail()
    assert not [row for row in decoded("growth.dead-letters") if row["topic"] == "growth-policies"]


@pytest.mark.usefixtures("stage")
def test_simulated_riders_ask_hear_their_offers_and_answer(tmp_path: Path) -> None:
    with worker(tmp_path / "w.log", "growth") as process:
        publish(rider_profiles=Riders(1, 9).profiles(now_ms()), monetization_requests=Riders(1, 9).occasions(1, now_ms()))
        eventually(lambda: committed("growth.offers"), what="the worker decides")
        result = CliRunner().invoke(app, ["simulate", "--riders", "300", "--rate", "60", "--seconds", "5", "--json"])
        assert process.stop() == 0, process.tail()
    told = json.loads(result.stdout.splitlines()[-1])
    assert told["rider-profiles"] == 300
    assert told["monetization-requests"] > 100
    assert told["offers heard"] >= told["offer-responses"] > 0
    assert not committed("growth.dead-letters")
