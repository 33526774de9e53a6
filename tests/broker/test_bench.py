"""The benches measure what they say: inputs from a seed, outputs checked in every field, ages from appointed times. Each runs, small."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from typing import Any

import numpy as np
import polars as pl
import pytest

from bench.ages import quantiles
from bench.check import check, expected
from bench.contenders.line_up import LINE_UP, Course
from bench.dispatch import bursts
from bench.echo import AGENT, MARKUP
from bench.events import CHUNK, events, row_numbers
from bench.matching import growth_of
from bench.observe import committed_records, end_offsets, rate
from bench.pace import SLICE_MS, Plan, Traffic
from bench.report import steps
from bench.runtime import compare
from bench.stand import BenchError, stand
from ops.broker import Broker
from streams.agent import Agent
from streams.avro import codec
from streams.batch import Batch
from streams.publish import Publisher


def test_the_bench_agent_multiplies_prices_and_counts() -> None:
    assert isinstance(AGENT, Agent)
    frame = next(events(1000, seed=1))
    state = AGENT.start(0)
    decisions = AGENT.step(state, {"bench.events": Batch("bench.events", 0, np.arange(1000), frame)}, now=0)
    out = decisions.outputs[0].frame
    assert out["price"].to_list() == [price * MARKUP for price in frame["price"]]
    assert out.drop("price").equals(frame.drop("price"))
    assert AGENT.load(AGENT.dump(state)).records == 1000
    assert not AGENT.step(state, {}, now=0).outputs


def test_events_are_the_seeds_and_number_themselves() -> None:
    once, again, other = (pl.concat(list(events(CHUNK + 10, seed))) for seed in (1, 1, 2))
    assert once.equals(again)
    assert not once.equals(other)
    assert np.array_equal(row_numbers(once["id"]), np.arange(CHUNK + 10))
    assert 0.4 < once["note"].null_count() / once.height < 0.6


def test_rates_leave_out_the_time_before_the_first_batch() -> None:
    at = np.repeat([1000, 2000, 2500, 3000], 100)  # ms: 100 records each
    found = rate(at)
    assert found.whole == pytest.approx(300 / 2.0)
    assert found.second_half == pytest.approx(100 / 0.5)
    assert np.isnan(rate(np.zeros(5, dtype=np.int64)).whole)


def test_growth_compares_the_end_with_the_time_after_warm_up() -> None:
    assert growth_of([50, 50] + [100] * 8) == 0
    assert growth_of([100] * 9 + [110]) == pytest.approx(0.1)
    assert np.isnan(growth_of([1] * 9))


def test_quantiles_of_ages() -> None:
    found = quantiles(list(range(101)))
    assert (found["p50_ms"], found["p95_ms"], found["p99_ms"], found["max_ms"]) == (50, 95, 99, 100)


def test_the_steady_load_is_even_and_completes_every_order_it_may() -> None:
    seconds = 13
    plan = Plan("m", drivers=100, seed=3, start_ms=1_000_000, seconds=seconds, rate=500, orders=20, pickup_s=3, complete_s=8)
    due = [record for part in Traffic(plan).slices() for record in part]
    assert np.allclose(np.diff([record.at for record in due]), 1000 / 500)
    asked, changed = Counter[str](), Counter[tuple[str, str]]()
    for topic in ("orders", "order-changes"):
        values = [record.value for record in due if record.topic == topic]
        frame = codec(topic).decode(values).frame
        assert frame["ts"].to_list() == [int(record.at) for record in due if record.topic == topic]
        if topic == "orders":
            asked.update(frame["order_id"])
        else:
            changed.update(frame.select(pl.col("order_id"), pl.col("change").cast(pl.String)).iter_rows())
    assert len(asked) == seconds * 20
    assert set(asked.values()) == {1}
    picked = {order for order, change in changed if change == "PICKED_UP"}
    done = {order for order, change in changed if change == "COMPLETED"}
    assert set(changed.values()) == {1}
    assert done < picked < set(asked)
    assert (len(picked), len(done)) == ((seconds - plan.pickup_s) * 20, (seconds - plan.complete_s) * 20)
    assert 1000 % SLICE_MS == 0


def test_orders_at_once_are_all_matched_and_proven_and_slowness_is_told() -> None:
    failures: list[str] = []
    figures = bursts(drivers=400, orders=200, times=2, failures=failures)
    assert figures["matched"] == figures["proven"] == 200
    assert failures == []
    assert bursts(drivers=50, orders=200, times=1, failures=failures)["matched"] == 50
    assert failures == ["of 200 orders 50 were matched and 50 proven optimal"]


def test_wrong_missing_and_duplicate_outputs_are_found(broker: Broker) -> None:
    frames = list(events(1000, seed=5))
    answers = expected(frames)
    with stand(broker.bootstrap) as place:
        place.create(["bench.decisions"])
        broken = answers.with_columns(rider=pl.when(pl.int_range(pl.len()) == 17).then(pl.lit("nobody")).otherwise("rider"))
        with Publisher() as publisher:
            publisher.publish("bench.decisions", pl.concat([broken.head(990), broken[[3]]]))  # ten missing, one wrong, one twice
        topic = place.topic("bench.decisions")
        found = check(committed_records(broker.bootstrap, topic, 8), answers)
        assert (found.records, found.wrong, found.duplicates, found.distinct) == (991, 1, 1, 989)
        assert sum(end_offsets(broker.bootstrap, topic, 8)) == 991 == sum(found.by_partition.values())


@pytest.mark.parametrize("name", ["ours", "faust"])
def test_a_contender_answers_every_event_it_committed(broker: Broker, name: str) -> None:
    with stand(broker.bootstrap) as place, steps() as shown:
        [result] = compare(Course(place, 50, 50, 50), [LINE_UP[name]], 120_000, 2.0, shown)
    assert result.faults() == []
    assert result.committed >= 120_000 // LINE_UP[name].divisor
    assert result.findings.records == result.committed
    assert result.judged > 0
    assert result.cpu_us > 0
    assert result.peak_rss > 10_000_000


def test_a_contender_that_dies_is_reported_with_its_log(broker: Broker) -> None:
    with stand(broker.bootstrap) as place:
        child = place.spawn("mortal", [sys.executable, "-c", "raise SystemExit('out of luck')"])
        child.process.wait()
        with pytest.raises(BenchError, match=r"mortal ended by itself with code 1[\s\S]*out of luck"):
            child.check()


def run(*arguments: str) -> tuple[int, dict[str, Any]]:
    """A bench's exit code and its last line."""
    done = subprocess.run([sys.executable, "-m", "ops.cli", "bench", *arguments, "--json"], capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert figures["passed"] is (done.returncode == 0), done.stdout
    assert "error" not in figures, figures
    return done.returncode, figures


def test_runtime_ends_with_its_figures(broker: Broker) -> None:
    code, figures = run("runtime", "--records", "20000", "--only", "ours", "--brokers", broker.bootstrap)
    assert code == 0
    assert figures["ours"]["outputs"] == figures["ours"]["records"] == 20_000


def test_an_unknown_contender_is_a_usage_error() -> None:
    command = [sys.executable, "-m", "ops.cli", "bench", "runtime", "--only", "spark"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "unknown contenders spark" in done.stderr


def test_matching_measures_an_age_for_every_order(broker: Broker) -> None:
    small = {"drivers": 500, "records": 2000, "rate": 500, "orders": 20, "seconds": 4, "warm-up": 1}
    arguments = [part for name, value in small.items() for part in (f"--{name}", str(value))]
    _, figures = run("matching", *arguments, "--brokers", broker.bootstrap)
    steady = figures["steady"]
    assert steady["orders"] == steady["decisions"] == 4 * 20
    assert steady["matched"] > 0
    assert 0 < steady["p50_ms"] <= steady["p99_ms"] <= steady["max_ms"]
    assert steady["producer"]["sent"] == 5 * 500
    assert steady["producer"]["failed"] == 0
    assert figures["decisions_per_s"] > 0
    assert not [failure for failure in figures["failures"] if "decisions" in failure and "age" not in failure]


def test_recovery_measures_every_kill(broker: Broker) -> None:
    _, figures = run("recovery", "--drivers", "800", "--kills", "1", "--traffic-s", "1", "--brokers", broker.bootstrap)
    for state in ("small", "large"):
        [kill] = figures[state]["kills"]
        assert 0 < kill["up_s"] <= kill["decided_s"] == figures[state]["worst_s"]
