"""`tripo bench matching`: 20,000 drivers moving and ordering in one market, through the real matching worker.

- Phase A, as fast as it can: a backlog of moves with orders among them (records/s), then a burst of orders alone (decisions/s).
- Phase B, steady: 5,000 records/s, of which 150 are orders, 150 pickups and 150 completions, from a producer process of its own that sends
  each record at its appointed time (bench/pace.py). The age of a decision is the moment a read_committed reader had it, minus the appointed
  time of its order: queueing, the step, the commit and the fetch are in it. Those sent in the first seconds are left out as warm-up.
- The worker's memory throughout. With ``--soak MINUTES`` phase B lasts so long, and memory must not grow by more than 5 % after its first
  fifth.

Exits 1 when p99 is over 100 ms, memory over 500 MB, an order undecided, or the soak grows.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from typing import Annotated

import numpy as np
import polars as pl
import typer
from confluent_kafka import KafkaException

from bench import report
from bench.ages import DECISIONS, DecisionReader, quantiles, sent_orders
from bench.market import Market
from bench.observe import Watch, committed_records
from bench.pace import Plan
from bench.stand import APPEND_TIME, BenchError, Child, pause, stand
from bench.under_test import STALL_S, Run, now_ms
from ops.server import ServerError

MARKET = "bench"
SEED = 7
P99_LIMIT_MS = 100.0
RSS_LIMIT_MB = 500.0
GROWTH_LIMIT = 0.05
ORDERS_SHARE = 0.01  # of phase A's backlog
BURST = 10_000


def matching(
    *,
    drivers: Annotated[int, typer.Option(min=10, help="drivers in the market")] = 20_000,
    records: Annotated[int, typer.Option(min=1000, help="records of phase A's backlog")] = 400_000,
    rate: Annotated[int, typer.Option(min=100, help="records a second of phase B")] = 5000,
    orders: Annotated[int, typer.Option(min=5, help="orders a second among them")] = 150,
    seconds: Annotated[int, typer.Option(min=1, help="seconds of phase B that count")] = 60,
    warm_up: Annotated[int, typer.Option(min=0, help="seconds of phase B before: a broker of its own takes as long to warm up")] = 60,
    soak: Annotated[float, typer.Option(min=0, help="minutes of phase B instead, with memory judged at its end")] = 0,
    brokers: Annotated[str | None, typer.Option(help="bootstrap servers; none starts a broker for this run")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object as the last line")] = False,
) -> None:
    """Measure matching: throughput, age of decisions at a steady load, memory. Exits 1 when it falls short."""
    seconds = round(soak * 60) or seconds
    try:
        with report.steps() as steps, stand(brokers) as place:
            run = Run(place, steps, Market(MARKET, drivers, SEED))
            prepare(run)
            throughput(run, records)
            steady(run, Plan(MARKET, drivers, SEED, 0, warm_up + seconds, rate, orders), warm_up, P99_LIMIT_MS, soak > 0)
            run.stop()
    except (BenchError, KafkaException, ServerError) as error:
        report.broken(error, as_json)
    _report(run, as_json)


def prepare(run: Run) -> None:
    """Topics; every driver's profile and first position, taken in by the worker."""
    run.place.create([DECISIONS], APPEND_TIME)
    run.place.create_for("matching")
    run.steps.begin(f"{run.market.drivers:,} drivers", 2 * run.market.drivers)
    run.start()
    now = now_ms()
    with run.place.publisher() as publisher:
        publisher.publish("driver-profiles", run.market.profiles(now))
        publisher.publish("driver-moves", run.market.moves(np.full(run.market.drivers, now)))
    run.drain()


def throughput(run: Run, records: int) -> None:
    """Phase A: a backlog laid up while the worker is away, then a burst of orders; all orders are completed at the end."""
    run.stop()
    mixed = round(records * ORDERS_SHARE)
    run.steps.begin(f"phase A: {records:,} records", records)
    ids = [_backlog(run, records - mixed, mixed)]
    run.start()
    watch = run.drain()
    run.figures["records_per_s"] = watch.records_per_s()
    cpu_us, broker_us = watch.cpu_us_per_record(watch.samples[0].committed)
    run.figures |= {"cpu_us_per_record": cpu_us, "broker_cpu_us_per_record": broker_us}
    burst = min(BURST, run.market.drivers // 2)
    run.steps.begin(f"phase A: {burst:,} orders", burst)
    ids.append(run.market.order_ids("burst", burst))
    began = now_ms()
    _publish_orders(run, ids[1], began)
    run.drain()
    decisions = committed_records(run.place.brokers, run.place.topic(DECISIONS), run.partitions)
    appended = [m.timestamp()[1] for chunk in decisions for m in chunk if m.timestamp()[1] >= began]
    if len(appended) != burst:
        run.failures.append(f"{burst} orders at once, {len(appended)} decisions")
    run.figures["decisions_per_s"] = len(appended) / (max(appended, default=began) - began + 1) * 1000
    _complete(run, pl.concat(ids))


def _backlog(run: Run, moves: int, orders: int) -> pl.Series:
    """Moves and orders whose event times lie in the last five seconds."""
    ids = run.market.order_ids("mixed", orders)
    until = now_ms()
    with run.place.publisher() as publisher:
        for part in np.array_split(np.linspace(until - 5000, until, moves).astype(np.int64), max(1, moves // 50_000)):
            publisher.publish("driver-moves", run.market.moves(part))
        publisher.publish("orders", run.market.orders(ids, np.linspace(until - 5000, until, orders).astype(np.int64)))
    return ids


def _publish_orders(run: Run, ids: pl.Series, at: int) -> None:
    with run.place.publisher() as publisher:
        publisher.publish("orders", run.market.orders(ids, np.full(len(ids), at)))


def _complete(run: Run, ids: pl.Series) -> None:
    """Completes orders, so that their drivers are free for phase B."""
    with run.place.publisher() as publisher:
        publisher.publish("order-changes", run.market.changes(ids, np.full(len(ids), now_ms()), "COMPLETED"))
    run.drain()


def steady(run: Run, plan: Plan, warm_up: int, p99_limit_ms: float, soak: bool = False) -> None:
    """Phase B; of the plan's seconds the first ``warm_up`` do not count."""
    run.steps.begin(f"phase B: {plan.rate:,} records/s for {plan.seconds} s", plan.seconds)
    plan = replace(plan, start_ms=now_ms() + 3000)
    with DecisionReader(run.place.brokers, run.place.topic(DECISIONS), run.partitions) as reader:
        producer = run.place.spawn("producer", [sys.executable, "-m", "bench.pace", plan.dumps()])
        load = _attend(run, producer, plan)
        run.drain()
        until_ms = plan.start_ms + plan.seconds * 1000
        sent = sent_orders(run.place.brokers, run.place.topic("orders"), run.partitions, plan.start_ms, until_ms)
        reader.wait_for(sent.height, 15)
    decided = reader.decided()
    counted = sent.filter(pl.col("sent_ms") >= plan.start_ms + warm_up * 1000)
    ages = decided.ages_ms(counted)
    run.figures["steady"] = {
        "records_per_s": plan.rate,
        "seconds": plan.seconds - warm_up,
        "orders": counted.height,
        "decisions": len(ages),
        "matched": decided.matched(counted),
        **quantiles(ages),
        "worker_cores": load.cores(),
        "others_cores": load.others_cores(),
        "producer": json.loads(producer.tail().splitlines()[-1]),
    }
    _judge(run, [sample.rss for sample in load.samples], p99_limit_ms, soak)


def _attend(run: Run, producer: Child, plan: Plan) -> Watch:
    """Samples the worker each second until the producer ends. Raises BenchError when either fails."""
    assert run.worker is not None
    began = time.monotonic()
    load = run.watch(producer.pid)
    while producer.process.poll() is None:
        run.worker.check()
        seconds = len(load.samples)
        load.sample()
        run.steps.at(seconds)
        pause(began + seconds + 1)
        if seconds > plan.seconds + STALL_S:
            raise BenchError(f"the producer did not end in time:\n{producer.tail()}")
    load.close()
    run.peak_rss = max(run.peak_rss, load.peak_rss())
    if producer.process.returncode:
        raise BenchError(f"the producer failed with code {producer.process.returncode}:\n{producer.tail()}")
    return load


def _judge(run: Run, rss: list[int], p99_limit_ms: float, soak: bool) -> None:
    steady = run.figures["steady"]
    if steady["decisions"] != steady["orders"]:
        run.failures.append(f"{steady['orders']} orders, {steady['decisions']} decisions")
    if not steady["p99_ms"] <= p99_limit_ms:
        run.failures.append(f"p99 age of decisions is {steady['p99_ms']:.0f} ms, at most {p99_limit_ms:.0f} is asked")
    run.figures["peak_rss_mb"] = run.peak_rss / 1e6
    if run.peak_rss / 1e6 > RSS_LIMIT_MB:
        run.failures.append(f"the worker used {run.peak_rss / 1e6:.0f} MB, at most {RSS_LIMIT_MB:.0f} is asked")
    growth = growth_of(rss)
    run.figures["rss_growth"] = growth
    if soak and not growth <= GROWTH_LIMIT:
        run.failures.append(f"memory grew by {growth:.1%} after warm-up, at most {GROWTH_LIMIT:.0%} is asked")


def growth_of(rss: list[int]) -> float:
    """The median of the last tenth over that of the tenth after the first fifth, minus 1; nan of fewer than ten samples."""
    if len(rss) < 10:
        return float("nan")
    tenth = len(rss) // 10
    return float(np.median(rss[-tenth:]) / np.median(rss[2 * tenth : 3 * tenth]) - 1)


def _report(run: Run, as_json: bool) -> None:
    figures = run.figures
    steady = figures["steady"]
    columns = ["figure", "measured", "asked"]
    rows = [
        ["records/s, backlog", f"{figures['records_per_s']:,.0f}", ""],
        ["CPU µs/record", f"{figures['cpu_us_per_record']:.1f}", ""],
        ["decisions/s, burst of orders", f"{figures['decisions_per_s']:,.0f}", ""],
        [f"age at {steady['records_per_s']:,} records/s, p50", f"{steady['p50_ms']:.0f} ms", ""],
        ["p95", f"{steady['p95_ms']:.0f} ms", ""],
        ["p99", f"{steady['p99_ms']:.0f} ms", f"{P99_LIMIT_MS:.0f} ms"],
        ["max", f"{steady['max_ms']:.0f} ms", ""],
        ["orders, of which matched", f"{steady['orders']:,}, {steady['matched']:,}", ""],
        ["CPU used by the worker", f"{steady['worker_cores']:.2f} cores", ""],
        ["CPU used by others meanwhile", f"{steady['others_cores']:.2f} cores", ""],
        ["producer late, p99", f"{steady['producer']['late_p99_ms']:.1f} ms", ""],
        ["worker's memory at most", f"{figures['peak_rss_mb']:.0f} MB", f"{RSS_LIMIT_MB:.0f} MB"],
        ["its growth after warm-up", f"{figures['rss_growth']:.1%}", f"{GROWTH_LIMIT:.0%} in a soak"],
    ]
    report.show(f"bench matching: {run.market.drivers:,} drivers in one market", columns, rows)
    report.end(figures, run.failures, as_json)
