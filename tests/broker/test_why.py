"""`tripo matching why` against a real broker: decisions of a real worker are explained, from themselves and from a replay up to them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
from confluent_kafka import TopicPartition
from typer.testing import CliRunner, Result

import agents.matching.agent
from audit.search import first
from ops.cli import build
from ops.reading import admin
from streams import journal
from streams.avro import codec
from streams.contract import contract
from streams.log_reader import LogReader
from streams.message import payload
from streams.publish import Publisher
from streams.settings import settings
from tests.conftest import CreateTopics
from tests.workers import committed, decoded, eventually, worker

PICKUP = (38.7107, -9.1380)
METRE = 1 / 111_195.08


def publish(topic: str, *rows: dict[str, Any]) -> None:
    """Events of one topic, now, in one market."""
    frame = pl.DataFrame([{"market": "lisbon", "ts": now_ms()} | row for row in rows], schema=codec(topic).polars_schema)
    with Publisher() as publisher:
        publisher.publish(topic, frame)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def profile(driver_id: str, rating: float, **other: Any) -> dict[str, Any]:
    ratings = dict.fromkeys(("rating_30d", "rating_90d", "rating_lifetime"), rating)
    rates = {"completion_rate": 0.99, "acceptance_rate": 0.95, "cancellation_rate": 0.01, "eta_accuracy": 0.9}
    vehicle = {"vehicle": "SEDAN", "features": [], "services": ["RIDE"], "tier": "STANDARD", "specialties": []}
    return {"driver_id": driver_id, "total_rides": 500, "deleted": False, **ratings, **rates, **vehicle} | other


def at(driver_id: str, metres: float, ago_s: int = 0, status: str = "AVAILABLE") -> dict[str, Any]:
    """A driver so many metres north of the pickup."""
    place = {"lat": PICKUP[0] + metres * METRE, "lon": PICKUP[1]}
    return {"driver_id": driver_id, "status": status, "ts": now_ms() - 1000 * ago_s, **place}


def order(order_id: str, **other: Any) -> dict[str, Any]:
    places = {"pickup_lat": PICKUP[0], "pickup_lon": PICKUP[1], "dropoff_lat": 38.77, "dropoff_lon": -9.128}
    wishes = {"service": "RIDE", "tier": "STANDARD", "premium_required": False, "requirements": [], "patience_s": 120, "offer_s": 0}
    return {"order_id": order_id, "rider_id": "eva", "preferred_vehicle": None, "scheduled_ts": None, **places, **wishes} | other


def decided(order_id: str) -> dict[str, Any]:
    """The decision on an order, as soon as it is committed."""
    found = eventually(lambda: [d for d in decoded("matching.decisions") if d["order_id"] == order_id], what=f"a decision on {order_id}")
    return dict(found[0])


def why(*arguments: str) -> Result:
    """Run the command in this process, its output no terminal."""
    return CliRunner().invoke(build(["matching"]), ["matching", "why", *arguments])


def told(*arguments: str) -> Any:
    """What it prints with --json."""
    done = why(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return orjson.loads(done.stdout.splitlines()[-1])


def unmet(found: Any) -> dict[str, tuple[Any, Any]]:
    """The rules not met: what the driver had, what was asked."""
    return {rule["name"]: (rule["value"], rule["limit"]) for rule in found["answer"]["rules"] if not rule["met"]}


@pytest.fixture
def city(topics: CreateTopics, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The agent's topics with two partitions, no Redis; the folder takes the logs."""
    topics([name for name, topic in contract().topics.items() if topic.writer == "matching" or "matching" in topic.readers], 2)
    monkeypatch.setenv("TRIPO_REDIS_URL", "redis://127.0.0.1:1/0")
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def drivers() -> None:
    """Ana near, Rui farther and better, Zoe with an old position, Max who is busy and has no profile for rides."""
    publish("driver-profiles", profile("ana", 4.5), profile("rui", 4.8), profile("zoe", 4.9))
    publish("driver-profiles", profile("max", 3.9, vehicle="MOTO", services=["MOTO"]))
    publish("driver-moves", at("ana", 170), at("rui", 900), at("zoe", 100, ago_s=400), at("max", 50, status="BUSY"))


def test_decisions_are_explained(city: Path) -> None:
    with worker(city / "worker.log", "matching", TRIPO_SNAPSHOT_INTERVAL_S="0.3") as process:
        drivers()
        eventually(lambda: any(row["available"] == 2 for row in decoded("matching.markets")), what="two drivers are free")
        publish("orders", order("o-1"))
        decision = decided("o-1")
        eventually(lambda: len({r["snapshot"]["sequence"] for r in journalled() if r["snapshot"]}) >= 2, what="a few snapshots")
        publish("orders", order("o-2"), order("o-3", tier="GOLD", patience_s=3))
        assert decided("o-2")["driver_id"] == "rui"
        the_decision_explains_itself(decision)
        the_replay_says_the_same_of_rui(decision)
        the_replay_tells_what_rule_others_did_not_meet()
        drivers_of_later_orders_are_judged_by_their_moment()
        an_order_that_nobody_got_is_explained()
        an_offer_s_alternatives_are_shown()
        the_journal_is_searched_right()
        questions_without_an_answer_say_why()
        assert process.stop() == 0, process.tail()
    what_other_code_decided_is_told_from_the_decision(decision)
    without_journal_and_inputs_only_the_decision_is_left()


def journalled() -> list[Any]:
    return [journal.decode("matching.journal", payload(m)) for m in committed("matching.journal")]


def the_decision_explains_itself(decision: dict[str, Any]) -> None:
    found = told("o-1")
    assert found["decision"]["decision_id"] == decision["decision_id"]
    assert sum(found["cost_parts_s"].values()) == pytest.approx(decision["cost_s"], abs=0.003)
    assert found["cost_parts_s"]["pickup"] == decision["eta_s"]
    said = why("o-1")
    assert said.exit_code == 0, said.output
    assert "it went to ana, 170 m away and expected in 3 min 20 s" in said.stdout
    assert "the prices prove it" in said.stdout
    for line in said.stdout.splitlines():
        if line.startswith("rui\t"):
            assert line.endswith(f"{decision['alternatives'][0]['short_s']:.1f} s")
            break
    else:
        raise AssertionError(f"rui is not among the alternatives: {said.stdout}")
    assert said.stdout.splitlines()[-7].startswith("pickup\t"), "the weightiest parameter comes first"


def the_replay_says_the_same_of_rui(decision: dict[str, Any]) -> None:
    (other,) = decision["alternatives"]
    short = told("o-1", "--driver", "rui")
    assert (short["source"], short["answer"]) == ("decision", None)
    assert f"lower by more than {other['short_s']:.1f} s" in short["driver_said"][0]
    again = told("o-1", "--driver", "rui", "--replay")
    assert again["source"] == "replay"
    assert again["answer"]["short_ms"] / 1000 == other["short_s"]
    assert again["answer"]["cost"]["cost_ms"] / 1000 == other["cost_s"]
    assert unmet(again) == {}
    nearer = next(change for change in again["answer"]["changes"] if change["quantity"] == "nearer")
    assert nearer["needed"] == pytest.approx(other["short_s"] * 30 / 3.6, abs=1.1), "at 30 km/h"
    winner = told("o-1", "--driver", "ana", "--replay")
    assert (winner["answer"]["got"], winner["answer"]["short_ms"]) == ("o-1", -again["answer"]["short_ms"])


def the_replay_tells_what_rule_others_did_not_meet() -> None:
    zoe = told("o-1", "--driver", "zoe")
    assert zoe["source"] == "replay"
    (age_s, limit_s) = unmet(zoe)["position_age"]
    assert (limit_s, len(unmet(zoe))) == (300.0, 1)
    assert 399 < age_s < 430
    assert zoe["answer"]["short_ms"] < 0
    assert "With these put right it would have got the order" in " ".join(zoe["driver_said"])
    max_ = unmet(told("o-1", "--driver", "max"))
    assert max_["status"] == ("BUSY", "AVAILABLE")
    assert max_["service"] == ("MOTO", "RIDE")
    shown = why("o-1", "--driver", "zoe").stdout
    assert "its age of the last position was 40" in shown


def drivers_of_later_orders_are_judged_by_their_moment() -> None:
    assert unmet(told("o-2", "--driver", "ana")) == {"order_held": ("o-1", None)}


def an_order_that_nobody_got_is_explained() -> None:
    assert decided("o-3")["reason"] == "NO_DRIVER"
    said = why("o-3").stdout
    assert "nobody got it: no driver was found while the rider waited" in said
    assert "an order of tier GOLD needs a driver with 4.5 stars or more" in said
    rui = told("o-3", "--driver", "rui")
    assert (unmet(rui), rui["answer"]["got"]) == ({}, "o-2"), "both were matched together, and o-2 came first"
    assert unmet(told("o-3", "--driver", "max"))["tier_rating"] == (3.9, 4.5)


def an_offer_s_alternatives_are_shown() -> None:
    publish("order-changes", *({"order_id": name, "change": "COMPLETED"} for name in ("o-1", "o-2")))
    publish("driver-moves", at("ana", 170), at("rui", 900))
    publish("orders", order("o-4", offer_s=60))
    eventually(lambda: [offer for offer in decoded("matching.offers") if offer["order_id"] == "o-4"], what="an offer")
    publish("driver-answers", {"driver_id": "ana", "order_id": "o-4", "answer": "ACCEPTED"})
    assert decided("o-4")["driver_id"] == "ana"
    assert [one["driver_id"] for one in told("o-4")["decision"]["alternatives"]] == ["rui"]
    replayed = told("o-4", "--driver", "rui", "--replay")["answer"]
    assert replayed["short_ms"] / 1000 == told("o-4")["decision"]["alternatives"][0]["short_s"]


def the_journal_is_searched_right() -> None:
    reader = LogReader(settings(), "search")
    try:
        for partition in {m.partition() for m in committed("matching.journal")}:
            sequences = [record["sequence"] for record in journalled() if record["partition"] == partition]
            for wanted in sequences[:: max(1, len(sequences) // 10)]:
                found = first(reader, "matching.journal", partition, lambda record, n=wanted: record["sequence"] >= n)  # type: ignore[misc]
                assert found is not None
                assert found.record["sequence"] == wanted
            assert first(reader, "matching.journal", partition, lambda _: False) is None
    finally:
        reader.close()


def questions_without_an_answer_say_why() -> None:
    nobody = why("o-1", "--driver", "nobody")
    assert nobody.exit_code == 1
    assert "market lisbon knew no driver 'nobody'" in nobody.output
    assert "it went to ana" in nobody.output, "the decision is explained all the same"
    nothing = why("o-99")
    assert nothing.exit_code == 1
    assert "there is no decision on order 'o-99'" in nothing.output


def what_other_code_decided_is_told_from_the_decision(decision: dict[str, Any]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(agents.matching.agent, "source_version", lambda *_: "0123456789ab")
        done = why("o-1", "--driver", "zoe")
        assert done.exit_code == 1
        assert f"decided by code {decision['code_version']}, and this is 0123456789ab" in done.output
        assert "it went to ana" in done.output
        assert why("o-1", "--driver", "rui").exit_code == 0


def without_journal_and_inputs_only_the_decision_is_left() -> None:
    client = admin()
    for topic, message in (("orders", "no longer kept"), ("matching.journal", "no longer has the step that decided it")):
        ends = {p: max((m.offset() + 1 for m in committed(topic) if m.partition() == p), default=0) for p in range(2)}
        places = [TopicPartition(settings().topic(topic), p, end) for p, end in ends.items() if end]
        for future in client.delete_records(places).values():
            future.result(30)
        done = why("o-1", "--driver", "zoe")
        assert done.exit_code == 1
        assert message in done.output, (topic, done.output)
    assert why("o-1", "--driver", "rui").exit_code == 0
