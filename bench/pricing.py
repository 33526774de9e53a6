"""`tripo bench pricing`: how many quotes the step prices on one core, and how old prices are at a steady load.

- Step: 20,000 quotes of ten seconds in one market of some 200 zones, from the decoded batch to the frames of the decisions, after as many
  quotes and answers were learnt from; the processor time of this process, with one thread. Then as many answers.
- Steady: 2,000 quotes/s over several markets, most of them answered, among moves and competitors' prices, through the real pricing
  worker. The age of a price is the moment a read_committed reader had it, minus the appointed time of its request: queueing, the step, the
  commit and the fetch are in it. The first seconds are left out as warm-up.

Exits 1 when the step prices fewer than 20,000 quotes/s, p99 is over 100 ms, or a quote is undecided.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Annotated, Any

import numpy as np
import polars as pl
import typer
from confluent_kafka import KafkaException

from agents.pricing.agent import AGENT
from bench import report
from bench.ages import DecisionReader, quantiles
from bench.drive import drive
from bench.pricing_events import Traffic
from bench.pricing_pace import Plan
from bench.sending import start_ms
from bench.stand import BenchError, Stand, stand
from ops.server import ServerError
from streams.avro import codec
from streams.batch import Batch
from streams.contract import contract

DECISIONS = "pricing.decisions"
STEP_LIMIT = 20_000.0  # quotes/s
P99_LIMIT_MS = 100.0
SEED = 7
START = 1_790_000_000_000


def pricing(
    *,
    rate: Annotated[int, typer.Option(min=1, help="quotes a second")] = 2000,
    moves: Annotated[int, typer.Option(min=1, help="drivers' moves a second")] = 500,
    markets: Annotated[int, typer.Option(min=1, help="markets")] = 4,
    drivers: Annotated[int, typer.Option(min=1, help="drivers of each market")] = 1000,
    seconds: Annotated[int, typer.Option(min=0, help="seconds that count; 0: only the step")] = 60,
    warm_up: Annotated[int, typer.Option(min=0, help="seconds before: a broker of its own takes as long to warm up")] = 60,
    times: Annotated[int, typer.Option(min=1, help="batches through the step")] = 5,
    brokers: Annotated[str | None, typer.Option(help="bootstrap servers; none starts a broker for this run")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object as the last line")] = False,
) -> None:
    """Measure pricing: quotes a second inside the step, age of prices at a steady load. Exits 1 when it falls short."""
    failures: list[str] = []
    figures: dict[str, Any] = step_rate(times)
    if figures["quotes_per_cpu_s"] < STEP_LIMIT:
        failures.append(f"the step prices {figures['quotes_per_cpu_s']:,.0f} quotes/s, at least {STEP_LIMIT:,.0f} are asked")
    if seconds:
        try:
            with report.steps() as steps, stand(brokers) as place:
                plan = Plan(0, warm_up + seconds, rate, moves, markets, drivers, SEED)
                figures |= _steady(place, steps, plan, warm_up)
        except (BenchError, KafkaException, ServerError) as error:
            report.broken(error, as_json)
        if figures["decisions"] != figures["quotes"]:
            failures.append(f"{figures['quotes']} quotes, {figures['decisions']} decisions")
        if not figures["p99_ms"] <= P99_LIMIT_MS:
            failures.append(f"p99 age of prices is {figures['p99_ms']:.0f} ms, at most {P99_LIMIT_MS:.0f} is asked")
    _report(figures, failures, as_json)


def step_rate(times: int, quotes: int = 20_000, seconds: int = 10) -> dict[str, Any]:
    """Step over so many quotes of so many seconds, ``times`` times, the best of them; answers in between are learnt from."""
    traffic, state = Traffic(1, 2000, SEED), AGENT.start(0)
    took, used, answered = [], [], []
    offset = 0
    for number in range(times + 1):
        start = START + 2 * number * seconds * 1000
        ts = (start + np.arange(quotes) * (1000 * seconds / quotes)).astype(np.int64)
        asked = traffic.quotes(f"r{number}", ts)
        frames = {"quote-requests": asked, "driver-moves": traffic.moves(ts[::20])}
        batches = {topic: _batch(topic, frame, offset) for topic, frame in frames.items()}
        began, cpu = time.perf_counter(), time.process_time()
        made = AGENT.step(state, batches, start + 1000 * seconds)
        took.append(quotes / (time.perf_counter() - began))
        used.append(quotes / (time.process_time() - cpu))
        if sum(out.frame.height for out in made.outputs if out.topic == DECISIONS) != quotes:
            raise BenchError(f"{quotes} quotes, but another number of decisions")
        answers = _batch("quote-answers", traffic.answers(asked, 1000 * seconds), offset)
        cpu = time.process_time()
        AGENT.step(state, {"quote-answers": answers}, start + 2000 * seconds)
        answered.append(len(answers) / (time.process_time() - cpu))
        offset += quotes
    best = {"quotes_per_s": max(took[1:]), "quotes_per_cpu_s": max(used[1:]), "median_quotes_per_cpu_s": float(np.median(used[1:]))}
    zones = len(state.markets["bench-0"].cells.zones)
    return best | {"answers_per_cpu_s": max(answered[1:]), "zones": zones, "state_bytes": len(AGENT.dump(state))}


def _batch(topic: str, frame: pl.DataFrame, offset: int) -> Batch:
    """As the worker has it: encoded and decoded."""
    decoded = codec(topic).decode(list(codec(topic).encode(frame).values()))
    return Batch(topic, 0, np.arange(offset, offset + frame.height, dtype=np.int64), decoded.frame)


def _steady(place: Stand, steps: report.Steps, plan: Plan, warm_up: int) -> dict[str, Any]:
    """Send, and read what is decided. → the figures"""
    steps.begin("worker", 1)
    place.create_for("pricing")
    worker = place.worker("pricing")
    worker.wait_until_ready()
    steps.begin(f"{plan.quotes:,} quotes/s for {plan.seconds} s", plan.seconds)
    own = (plan.seconds, plan.quotes, plan.moves, plan.markets, plan.drivers, plan.seed)
    plan = Plan(start_ms(plan.seconds), *own)
    sent = plan.quotes * plan.seconds
    with DecisionReader(place.brokers, place.topic(DECISIONS), contract().topic(DECISIONS).partitions) as reader:
        driven = drive(place, steps, worker, "bench.pricing_pace", plan.dumps(), partial(reader.wait_for, sent, 30))
    decoded = reader.read(DECISIONS)
    ages = (decoded["readable_ms"] - decoded["event_ts"]).to_numpy()
    counted = decoded["event_ts"].to_numpy() >= plan.start_ms + warm_up * 1000
    return {
        "quotes": sent, "decisions": decoded.height, "rate": plan.quotes, "seconds": plan.seconds - warm_up, **quantiles(ages[counted]),
        "worker_cpu_us_per_quote": driven.cpu_s / sent * 1e6, "peak_rss_mb": driven.peak_rss / 1e6, "producer": driven.told,
    }  # fmt: skip


def _report(figures: dict[str, Any], failures: list[str], as_json: bool) -> None:
    rows = [
        ["quotes/s inside the step, a core", f"{figures['quotes_per_cpu_s']:,.0f}", f"{STEP_LIMIT:,.0f}"],
        ["by the clock; median of a core", f"{figures['quotes_per_s']:,.0f}; {figures['median_quotes_per_cpu_s']:,.0f}", ""],
        ["answers/s inside the step, a core", f"{figures['answers_per_cpu_s']:,.0f}", ""],
        ["zones; state", f"{figures['zones']}; {figures['state_bytes'] / 1e6:.1f} MB", ""],
    ]
    if "p99_ms" in figures:
        rows += [
            [f"age at {figures['rate']:,} quotes/s, p50", f"{figures['p50_ms']:.0f} ms", ""],
            ["p95", f"{figures['p95_ms']:.0f} ms", ""],
            ["p99", f"{figures['p99_ms']:.0f} ms", f"{P99_LIMIT_MS:.0f} ms"],
            ["max", f"{figures['max_ms']:.0f} ms", ""],
            ["quotes, decisions", f"{figures['quotes']:,}, {figures['decisions']:,}", "equal"],
            ["worker's processor time a quote", f"{figures['worker_cpu_us_per_quote']:.0f} us", ""],
            ["producer late, p99", f"{figures['producer']['late_p99_ms']:.1f} ms", ""],
            ["worker's memory at most", f"{figures['peak_rss_mb']:.0f} MB", ""],
        ]
    report.show("bench pricing", ["figure", "measured", "asked"], rows)
    report.end(figures, failures, as_json)
