"""`tripo bench support`: customers who write all the time, through the real support worker.

Messages come at a steady rate from a process of its own that sends each at its appointed time (bench/support_pace.py). The age of a
decision is the moment a read_committed reader had it, minus the appointed time of its message: queueing, both stages of the model,
retrieval, the step, the commit and the fetch are in it. Those of the first seconds are left out as warm-up.

Exits 1 when p99 is over 100 ms, or a message is undecided.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import typer
from confluent_kafka import KafkaException

from bench import report
from bench.ages import DecisionReader, quantiles
from bench.drive import drive
from bench.sending import start_ms
from bench.stand import BenchError, Child, Stand, stand
from bench.support_pace import Plan
from ops.server import ServerError
from ops.support.publish import framed, knowledge_rows, rule_rows
from streams.contract import contract

DECISIONS = "support.decisions"
P99_LIMIT_MS = 100.0
READY_S = 180.0
SEED = 7


def support(
    *,
    rate: Annotated[int, typer.Option(min=1, help="messages a second")] = 500,
    seconds: Annotated[int, typer.Option(min=1, help="seconds that count")] = 30,
    warm_up: Annotated[int, typer.Option(min=0, help="seconds before: a broker of its own takes as long to warm up")] = 60,
    english: Annotated[float, typer.Option(min=0, max=1, help="share in English, whose unsure ones go to the second stage")] = 0.5,
    first: Annotated[bool, typer.Option("--first", help="without the second stage")] = False,
    brokers: Annotated[str | None, typer.Option(help="bootstrap servers; none starts a broker for this run")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object as the last line")] = False,
) -> None:
    """Measure support: age of decisions at a steady load, memory. Exits 1 when it falls short."""
    try:
        with report.steps() as steps, stand(brokers) as place:
            steps.begin("worker, knowledge", 1)
            place.create_for("support")
            with place.publisher() as publisher:
                publisher.publish("knowledge-entries", framed("knowledge-entries", knowledge_rows(0)))
                publisher.publish("escalation-rules", framed("escalation-rules", rule_rows()))
            worker = place.worker("support", {"TRIPO_SENTENCES": "off"} if first else {})
            worker.wait_until_ready(READY_S)
            figures = _steady(place, steps, worker, Plan(0, warm_up + seconds, rate, english, SEED), warm_up)
    except (BenchError, KafkaException, ServerError) as error:
        report.broken(error, as_json)
    _report(figures, rate, as_json)


def _steady(place: Stand, steps: report.Steps, worker: Child, plan: Plan, warm_up: int) -> dict[str, Any]:
    """Send, and read what is decided. → the figures"""
    steps.begin(f"{plan.rate:,} messages/s for {plan.seconds} s", plan.seconds)
    plan = Plan(start_ms(plan.seconds), plan.seconds, plan.rate, plan.english, plan.seed)
    sent = plan.rate * plan.seconds
    with DecisionReader(place.brokers, place.topic(DECISIONS), contract().topic(DECISIONS).partitions) as reader:
        driven = drive(place, steps, worker, "bench.support_pace", plan.dumps(), partial(reader.wait_for, sent, 30))
    decoded = reader.read(DECISIONS)
    ages = (decoded["readable_ms"] - decoded["ts"]).to_numpy()
    counted = decoded["ts"].to_numpy() >= plan.start_ms + warm_up * 1000
    stages, outcomes = decoded["stage"].to_numpy(), decoded["outcome"].cast(str).to_list()
    return {
        "messages": sent, "decisions": decoded.height, "rate": plan.rate, "seconds": plan.seconds - warm_up, **quantiles(ages[counted]),
        "second_stage": float((stages == 2).mean()), "answered": outcomes.count("ANSWERED") / max(1, len(outcomes)),
        "escalated": outcomes.count("ESCALATED") / max(1, len(outcomes)), "peak_rss_mb": driven.peak_rss / 1e6,
        "worker_us": driven.cpu_s / sent * 1e6, "producer": driven.told,
    }  # fmt: skip


def _report(figures: dict[str, Any], rate: int, as_json: bool) -> None:
    failures = []
    if figures["decisions"] != figures["messages"]:
        failures.append(f"{figures['messages']} messages, {figures['decisions']} decisions")
    if not figures["p99_ms"] <= P99_LIMIT_MS:
        failures.append(f"p99 age of decisions is {figures['p99_ms']:.0f} ms, at most {P99_LIMIT_MS:.0f} is asked")
    rows = [
        [f"age at {rate:,} messages/s, p50", f"{figures['p50_ms']:.0f} ms", ""],
        ["p95", f"{figures['p95_ms']:.0f} ms", ""],
        ["p99", f"{figures['p99_ms']:.0f} ms", f"{P99_LIMIT_MS:.0f} ms"],
        ["max", f"{figures['max_ms']:.0f} ms", ""],
        ["messages, decisions", f"{figures['messages']:,}, {figures['decisions']:,}", ""],
        ["by the second stage", f"{figures['second_stage']:.1%}", ""],
        ["answered, escalated", f"{figures['answered']:.1%}, {figures['escalated']:.1%}", ""],
        ["producer late, p99", f"{figures['producer']['late_p99_ms']:.1f} ms", ""],
        ["worker's CPU a message", f"{figures['worker_us']:.0f} µs", ""],
        ["worker's memory at most", f"{figures['peak_rss_mb']:.0f} MB", ""],
    ]
    report.show("bench support", ["figure", "measured", "asked"], rows)
    report.end(figures, failures, as_json)
