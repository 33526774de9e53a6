"""`tripo bench growth`: how old decisions on offers and captured revenue are at a steady load.

2,000 events/s by default, in the mix of `tripo growth bench`, over several markets, through the real growth worker. The age of a decision
is the moment a read_committed reader had it, minus the appointed time of what it answers (the request, the completion): queueing, the step,
the commit and the fetch are in it. The first seconds are left out as warm-up. What zones are told at the end of a quarter of an hour is
decided in the same steps, so its time is in the ages of what waits for it. The pace of the step alone: `tripo growth bench`.

Exits 1 when p99 is over 100 ms, or a request is undecided.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Annotated, Any

import typer
from confluent_kafka import KafkaException

from bench import report
from bench.ages import DecisionReader, quantiles
from bench.drive import drive
from bench.growth_pace import Plan
from bench.sending import SLICE_MS, start_ms
from bench.stand import BenchError, Stand, stand
from ops.growth.pace import frame
from ops.growth.riders import Riders
from ops.server import ServerError
from streams.contract import contract

OFFERS, REVENUE = "growth.offers", "growth.revenue"
P99_LIMIT_MS = 100.0
SEED = 7


def growth(
    *,
    rate: Annotated[int, typer.Option(min=20, help="events a second")] = 2000,
    markets: Annotated[int, typer.Option(min=1, help="markets")] = 4,
    drivers: Annotated[int, typer.Option(min=1, help="drivers of each market")] = 1000,
    riders: Annotated[int, typer.Option(min=1, help="riders with a profile")] = 20_000,
    seconds: Annotated[int, typer.Option(min=15, help="seconds that count")] = 60,
    warm_up: Annotated[int, typer.Option(min=0, help="seconds before: a broker of its own takes as long to warm up")] = 60,
    brokers: Annotated[str | None, typer.Option(help="bootstrap servers; none starts a broker for this run")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object as the last line")] = False,
) -> None:
    """Measure growth: age of offers and revenue at a steady load. Exits 1 when it falls short."""
    failures: list[str] = []
    try:
        with report.steps() as steps, stand(brokers) as place:
            figures = _steady(place, steps, Plan(0, warm_up + seconds, rate, markets, drivers, riders, SEED), warm_up)
    except (BenchError, KafkaException, ServerError) as error:
        report.broken(error, as_json)
    if figures["decisions"] != figures["requests"]:
        failures.append(f"{figures['requests']} requests, {figures['decisions']} decisions")
    ages = {what: figures[what]["p99_ms"] for what in ("offers", "revenue")}
    slow = {what: p99 for what, p99 in ages.items() if not p99 <= P99_LIMIT_MS}
    failures += [f"p99 age of {what} is {p99:.0f} ms, at most {P99_LIMIT_MS:.0f} is asked" for what, p99 in slow.items()]
    _report(figures, failures, as_json)


def _steady(place: Stand, steps: report.Steps, plan: Plan, warm_up: int) -> dict[str, Any]:
    """Send, and read what is decided. → the figures"""
    steps.begin("worker", 1)
    place.create_for("growth")
    profiles = Riders(plan.riders, plan.seed).profiles(int(time.time() * 1000))
    with place.publisher() as publisher:
        publisher.publish("rider-profiles", frame("rider-profiles", {name: [row[name] for row in profiles] for name in profiles[0]}))
    worker = place.worker("growth")
    worker.wait_until_ready()
    steps.begin(f"{plan.rate:,} events/s for {plan.seconds} s", plan.seconds)
    own = (plan.seconds, plan.rate, plan.markets, plan.drivers, plan.riders, plan.seed)
    plan = Plan(start_ms(plan.seconds), *own)
    sent = plan.due("monetization-requests", plan.seconds * 1000 // SLICE_MS)
    partitions = contract().topic(OFFERS).partitions
    with (
        DecisionReader(place.brokers, place.topic(OFFERS), partitions) as offers,
        DecisionReader(place.brokers, place.topic(REVENUE), partitions) as revenue,
    ):
        driven = drive(place, steps, worker, "bench.growth_pace", plan.dumps(), partial(offers.wait_for, sent, 30))
    events = driven.told["sent"]
    figures: dict[str, Any] = {"rate": plan.rate, "seconds": plan.seconds - warm_up, "requests": sent, "events": events}
    for what, reader, topic in (("offers", offers, OFFERS), ("revenue", revenue, REVENUE)):
        decoded = reader.read(topic)
        counted = decoded["event_ts"].to_numpy() >= plan.start_ms + warm_up * 1000
        figures[what] = {"count": decoded.height} | quantiles((decoded["readable_ms"] - decoded["event_ts"]).to_numpy()[counted])
    cost = {"worker_cpu_us_per_event": driven.cpu_s / events * 1e6, "peak_rss_mb": driven.peak_rss / 1e6, "producer": driven.told}
    return figures | {"decisions": figures["offers"]["count"]} | cost


def _report(figures: dict[str, Any], failures: list[str], as_json: bool) -> None:
    rows = []
    for what in ("offers", "revenue"):
        ages = figures[what]
        rows += [
            [f"age of {what} at {figures['rate']:,} events/s, p50", f"{ages['p50_ms']:.0f} ms", ""],
            ["p99", f"{ages['p99_ms']:.0f} ms", f"{P99_LIMIT_MS:.0f} ms"],
            ["max", f"{ages['max_ms']:.0f} ms", ""],
        ]
    rows += [
        ["requests, decisions", f"{figures['requests']:,}, {figures['decisions']:,}", "equal"],
        ["orders captured", f"{figures['revenue']['count']:,}", ""],
        ["worker's processor time an event", f"{figures['worker_cpu_us_per_event']:.0f} us", ""],
        ["producer late, p99", f"{figures['producer']['late_p99_ms']:.1f} ms", ""],
        ["worker's memory at most", f"{figures['peak_rss_mb']:.0f} MB", ""],
    ]
    report.show("bench growth", ["figure", "measured", "asked"], rows)
    report.end(figures, failures, as_json)
