"""`tripo bench recovery`: how soon a killed worker decides again, with a large state and with a small one.

Drivers of eight markets are taken in by a matching worker and go on moving for longer than the interval between snapshots, so that at the
kill there is a snapshot to load and journalled ranges to step again. Then: SIGKILL, the same worker started at once, as a supervisor would,
and one order per market published. The clock runs from the kill until a read_committed reader has the decisions on all these orders: every
task with a market decides again. Several kills; the slowest counts. Exits 1 when it takes longer than asked.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Annotated, Any

import numpy as np
import polars as pl
import typer
from confluent_kafka import KafkaException

from bench import report
from bench.ages import DECISIONS, DecisionReader
from bench.market import Market
from bench.report import Steps
from bench.stand import BenchError, Child, Stand, pause, stand
from bench.under_test import Run, now_ms
from ops.server import ServerError
from streams.publish import Publisher
from streams.settings import settings

MARKETS = tuple(f"city-{i}" for i in range(8))
LARGE, LARGE_LIMIT_S = 200_000, 15.0
SMALL, SMALL_LIMIT_S = 800, 6.0  # a hundred in each market: there is one in reach of every order
MOVES_PER_S = 2000
SEED = 7
GIVE_UP_S = 120.0


@dataclass(frozen=True, slots=True)
class Kill:
    """Seconds after a kill: until the new process answered, until it said it was ready, until all tasks had decided."""

    up_s: float
    ready_s: float
    decided_s: float


def recovery(
    *,
    drivers: Annotated[int, typer.Option(min=80, help="drivers of the large state")] = LARGE,
    kills: Annotated[int, typer.Option(min=1, help="kills for each size of state")] = 3,
    traffic_s: Annotated[float, typer.Option(help="seconds of moves before each kill; none: longer than the snapshot interval")] = -1,
    brokers: Annotated[str | None, typer.Option(help="bootstrap servers; none starts a broker for this run")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object as the last line")] = False,
) -> None:
    """Measure the time from kill -9 to the next decisions. Exits 1 when it is over 15 s with a large state, or 6 s with a small one."""
    before_kill_s = settings().snapshot_interval_s + 5 if traffic_s < 0 else traffic_s
    figures: dict[str, Any] = {}
    failures: list[str] = []
    rows: list[list[str]] = []
    try:
        with report.steps() as steps:
            for name, count, limit_s in (("small", SMALL, SMALL_LIMIT_S), ("large", drivers, LARGE_LIMIT_S)):
                with stand(brokers) as place:
                    taken, peak_mb = measure(place, steps, count, kills, before_kill_s)
                worst = max(taken, key=lambda kill: kill.decided_s)
                figures[name] = {"drivers": count, "worst_s": worst.decided_s, "limit_s": limit_s, "peak_rss_mb": peak_mb}
                figures[name]["kills"] = [asdict(kill) for kill in taken]
                seconds = [f"{part:.1f} s" for part in (worst.decided_s, limit_s, worst.up_s, worst.ready_s)]
                rows.append([f"{count:,} drivers", *seconds, ", ".join(f"{kill.decided_s:.1f}" for kill in taken), f"{peak_mb:.0f}"])
                if worst.decided_s > limit_s:
                    failures.append(f"{count:,} drivers: all tasks decided again after {worst.decided_s:.1f} s, {limit_s:.0f} s is asked")
    except (BenchError, KafkaException, ServerError) as error:
        report.broken(error, as_json)
    columns = ["state", "slowest", "at most", "process up", "ready", "each, s", "peak MB"]
    report.show("bench recovery: kill -9 to every task deciding again", columns, rows)
    report.end(figures, failures, as_json)


def measure(place: Stand, steps: Steps, drivers: int, kills: int, traffic_s: float) -> tuple[list[Kill], float]:
    """Loads the state and kills: each recovery, and the worker's most resident MB. Raises BenchError."""
    markets = [Market(name, drivers // len(MARKETS), SEED + i) for i, name in enumerate(MARKETS)]
    run = Run(place, steps, markets[0])
    place.create_for("matching")
    run.start()
    steps.begin(f"{drivers:,} drivers", 2 * drivers)
    with place.publisher() as publisher:
        for market in markets:
            publisher.publish("driver-profiles", market.profiles(now_ms()))
            _move(publisher, market, market.drivers)
    run.drain()
    taken = []
    for number in range(kills):
        steps.begin(f"{drivers:,} drivers: traffic, kill {number + 1}", traffic_s)
        _traffic(run, markets, traffic_s)
        taken.append(_kill(run, markets, number))
    run.note_memory()
    run.stop()
    return taken, run.peak_rss / 1e6


def _move(publisher: Publisher, market: Market, count: int) -> None:
    publisher.publish("driver-moves", market.moves(np.full(count, now_ms())))


def _traffic(run: Run, markets: list[Market], seconds: float) -> None:
    began = time.monotonic()
    turns = 0
    with run.place.publisher() as publisher:
        while time.monotonic() - began < seconds:
            _move(publisher, markets[turns % len(markets)], MOVES_PER_S // 10)
            turns += 1
            run.steps.at(time.monotonic() - began)
            pause(began + turns / 10)


def _kill(run: Run, markets: list[Market], number: int) -> Kill:
    """Kills the worker, starts it again, and orders in every market."""
    assert run.worker is not None
    with DecisionReader(run.place.brokers, run.place.topic(DECISIONS), run.partitions) as reader, run.place.publisher() as publisher:
        run.note_memory()
        run.worker.check()
        killed = time.monotonic()
        run.worker.kill()
        worker = run.start()
        for market in markets:
            ids = market.order_ids(f"kill{number}", 1)
            publisher.publish("orders", market.orders(ids, np.full(1, now_ms())))
        publisher.flush()
        kill = _decides_again(worker, reader, len(markets), killed)
        answered = reader.decided().frame["order_id"]
    asked = pl.concat([market.order_ids(f"kill{number}", 1) for market in markets])
    if set(asked) != set(answered):
        raise BenchError(f"after the kill {sorted(set(answered))} were decided instead of {sorted(set(asked))}")
    return kill


def _decides_again(worker: Child, reader: DecisionReader, orders: int, killed: float) -> Kill:
    """Waits for the decisions on all orders, and looks at the worker's probes meanwhile. Raises BenchError when there are none."""
    up_s: float | None = None
    ready_s: float | None = None
    while not reader.wait_for(orders, 0.05):
        worker.check()
        since = time.monotonic() - killed
        if up_s is None and worker.answers("live"):
            up_s = since
        if ready_s is None and worker.answers("ready") == HTTPStatus.OK:
            ready_s = since
        if since > GIVE_UP_S:
            decided = reader.decided().frame.height
            raise BenchError(
                f"{decided} of {orders} orders decided {GIVE_UP_S:.0f} s after the kill; the worker's log ends:\n{worker.tail()}"
            )
    decided_s = time.monotonic() - killed
    return Kill(up_s or decided_s, ready_s or decided_s, decided_s)
