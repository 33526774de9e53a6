"""`tripo bench audit`: a long log made by workers that are killed, taken over from, added and taken away; then audited whole.

Events of eight markets come at a live rate; every few seconds one of the workers is killed (-9), or stopped in order, and another comes.
Then `tripo audit verify --chain`, `index`, `replay`, `verify` of decisions drawn at random, and `flips`, each as a process of its own.
Exits 1 when a byte differs, a fault or an undetected flip is found, replay is less than ten times as fast as live, or a decision takes more
than a second to verify.
"""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from confluent_kafka import KafkaException

from bench import report
from bench.market import Market
from bench.observe import Watch, end_offsets
from bench.report import Steps
from bench.stand import BenchError, Child, Stand, pause, stand
from bench.under_test import INPUTS, STALL_S, now_ms
from ops.server import ServerError
from streams.contract import contract
from streams.publish import Publisher

MARKETS, DRIVERS, SEED = 8, 2000, 7
ORDERS_SHARE = 0.01
VERIFIED = 20
TIMES_LIVE, VERIFY_S = 10.0, 1.0


@dataclass(slots=True)
class Fleet:
    """Workers of the matching agent, by ordinal."""

    place: Stand
    workers: dict[int, Child] = field(default_factory=dict)
    ended: int = 0

    def begin(self, ordinal: int) -> None:
        """A worker more."""
        command = [sys.executable, "-m", "ops.cli", "worker", "matching", "--ordinal", str(ordinal)]
        env = {"TRIPO_METRICS_PORT": "-1", "TRIPO_SNAPSHOT_INTERVAL_S": "10"}
        self.workers[ordinal] = self.place.spawn(f"matching-{ordinal}", command, env)

    def disturb(self) -> None:
        """In turn: a worker is killed and comes again, one is stopped for good, one is added."""
        ordinal = random.Random(self.ended).choice(sorted(self.workers))
        turn, self.ended = self.ended % 4, self.ended + 1
        if turn == 3 and len(self.workers) < 3:
            self.begin(max(self.workers) + 1)
            return
        worker = self.workers.pop(ordinal)
        if turn == 2 and self.workers:
            worker.stop()
            return
        worker.kill()
        self.begin(ordinal)


def audit(
    *,
    events: Annotated[int, typer.Option(min=1000, help="moves and orders")] = 1_000_000,
    rate: Annotated[int, typer.Option(min=100, help="events a second, live")] = 5000,
    every_s: Annotated[float, typer.Option(min=1, help="seconds between two disturbances of the workers")] = 10.0,
    flips: Annotated[int, typer.Option(min=1, help="bits to flip")] = 10_000,
    brokers: Annotated[str | None, typer.Option(help="bootstrap servers; none starts a broker for this run")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object as the last line")] = False,
) -> None:
    """Make a long log under kills and rebalances, and audit it. Exits 1 when anything differs or is too slow."""
    try:
        with report.steps() as steps, stand(brokers) as place:
            place.create_for("matching")
            fleet = Fleet(place)
            live(fleet, steps, events, rate, every_s)
            figures = {"events": events, "disturbances": fleet.ended, **audited(place, steps, flips)}
    except (BenchError, KafkaException, ServerError) as error:
        report.broken(error, as_json)
    rows = [[name, f"{value:,}" if isinstance(value, int) else f"{value:.2f}"] for name, value in figures.items()]
    report.show("bench audit", ["figure", "measured"], rows)
    report.end(figures, failures(figures), as_json)


def live(fleet: Fleet, steps: Steps, events: int, rate: int, every_s: float) -> None:
    """Feed at the rate, disturb the workers, and wait until all is decided."""
    markets = [Market(f"city-{i}", DRIVERS, SEED + i) for i in range(MARKETS)]
    fleet.begin(0)
    fleet.begin(1)
    steps.begin(f"{events:,} events, live", events)
    with fleet.place.publisher() as publisher:
        for market in markets:
            publisher.publish("driver-profiles", market.profiles(now_ms()))
            publisher.publish("driver-moves", market.moves(np.full(market.drivers, now_ms())))
        began, sent, disturbed = time.monotonic(), 0, time.monotonic()
        while sent < events:
            for number, market in enumerate(markets):
                sent += _some(publisher, market, f"{sent}-{number}", min(rate // MARKETS, events - sent))
            steps.at(sent)
            if time.monotonic() - disturbed > every_s:
                fleet.disturb()
                disturbed = time.monotonic()
            pause(began + sent / rate)
    _drain(fleet, steps)


def _some(publisher: Publisher, market: Market, name: str, count: int) -> int:
    if count <= 0:
        return 0
    orders = max(1, round(count * ORDERS_SHARE))
    publisher.publish("driver-moves", market.moves(np.full(count - orders, now_ms())))
    publisher.publish("orders", market.orders(market.order_ids(name, orders), np.full(orders, now_ms())))
    return count


def _drain(fleet: Fleet, steps: Steps) -> None:
    """Wait until all inputs are committed, and stop the workers in order. Raises BenchError when they stall."""
    place, partitions = fleet.place, contract().topic("orders").partitions
    topics = tuple(place.topic(name) for name in INPUTS)
    total = sum(sum(end_offsets(place.brokers, topic, partitions)) for topic in topics)
    steps.begin("until all is decided", total)
    some = next(iter(fleet.workers.values()))
    watch = Watch(place.brokers, place.topic("matching"), topics, partitions, some.pid, place.broker_pid, ())
    moved, before = time.monotonic(), -1
    while before < total:
        for worker in fleet.workers.values():
            worker.check()
        committed = watch.committed()
        if committed > before:
            moved, before = time.monotonic(), committed
        if time.monotonic() - moved > STALL_S:
            raise BenchError(f"nothing was committed for {STALL_S:.0f} s, {total - before:,} records to go:\n{some.tail()}")
        steps.at(committed)
        pause(time.monotonic() + 0.2)
    watch.close()
    for worker in fleet.workers.values():
        if code := worker.stop():
            raise BenchError(f"{worker.name} stopped with code {code}; the end of its log:\n{worker.tail()}")


def audited(place: Stand, steps: Steps, flips: int) -> dict[str, Any]:
    """Every audit on the log, as processes; figures by name."""
    home = {"TRIPO_HOME": str(place.home / "home")}
    steps.begin("verify --chain, replay, index, verify, flips", 5)
    chain = _told(place, home, "verify", "--chain", "matching")
    replay = _told(place, home, "replay", "matching", "--fresh")
    _told(place, home, "index", "matching", "--no-states")
    verified = [_told(place, home, "verify", one) for one in _ids(place.home / "home") for _ in range(2)][
        1::2
    ]  # the second time it is warm
    flipped = _told(place, home, "flips", "matching", "--count", str(flips))
    seconds = sorted(one["seconds"] for one in verified)
    return {
        "journal_records": chain["journal_records"],
        "faults": len(chain["faults"]),
        "stepped": replay["events"],
        "decisions": replay["decisions"],
        "records": replay["records"],
        "different": replay["different"],
        "replay_events_per_s": replay["events_per_s"],
        "times_live": replay["times_live"],
        "verified": len(verified),
        "not_holding": sum(not one["holds"] for one in verified),
        "verify_s_p50": seconds[len(seconds) // 2],
        "verify_s_max": seconds[-1],
        "flips": flipped["flips"],
        "flips_found": flipped["found"],
    }


def _told(place: Stand, home: dict[str, str], *arguments: str) -> Any:
    """What a command of `tripo audit` says in JSON, whatever its verdict. Raises BenchError when it says nothing."""
    child = place.spawn(f"audit-{arguments[0]}", [sys.executable, "-m", "ops.cli", "audit", *arguments, "--json"], home)
    try:
        child.process.wait(3600)
    except subprocess.TimeoutExpired:
        raise BenchError(f"tripo audit {' '.join(arguments)} takes more than an hour") from None
    lines = [line for line in child.log.read_text().splitlines() if line.startswith("{")]
    if not lines:
        raise BenchError(f"tripo audit {' '.join(arguments)} ended with code {child.process.returncode}:\n{child.tail()}")
    return json.loads(lines[-1])


def _ids(home: Path) -> list[str]:
    """Some decisions, drawn at random from the index."""
    (index,) = home.glob("audit/*/*/index.sqlite")
    with sqlite3.connect(index) as db:
        ids = [row[0] for row in db.execute("select id from decision order by id")]
    return random.Random(SEED).sample(ids, min(VERIFIED, len(ids)))


def failures(figures: dict[str, Any]) -> list[str]:
    """What falls short, in words."""
    found = [f"{name}: {figures[name]}, none is asked" for name in ("faults", "different", "not_holding") if figures[name]]
    if figures["flips_found"] != figures["flips"]:
        found.append(f"{figures['flips_found']} of {figures['flips']} flipped bits were found, all are asked")
    if figures["times_live"] < TIMES_LIVE:
        found.append(f"replay was {figures['times_live']} times as fast as live, {TIMES_LIVE:.0f} is asked")
    if figures["verify_s_max"] > VERIFY_S:
        found.append(f"verifying a decision took up to {figures['verify_s_max']:.2f} s, {VERIFY_S:.0f} is asked")
    return found
