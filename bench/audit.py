"""`tripo bench audit`: a long log of any agent, made by workers that are killed, taken over from, added and taken away; then audited whole.

Its inputs are those of `tripo fuzz` (ops/chaos: a tenth broken in every way), at a rate or as fast as the workers take them; every few
seconds one of the workers is killed (-9), or stopped in order, and another comes (bench/audit_live.py). Then `tripo audit verify --chain`,
`index`, `replay`, `verify` and `explain` of decisions drawn at random, and `flips`, each as a process of its own, timed from its beginning
to its end; `verify` alone, and beside `tripo audit serve`. Exits 1 when a byte differs, a fault or an undetected flip is found, a decision
takes more than a second to verify, or replay steps less than ten times the events a second that the agent is asked to sustain.
"""

from __future__ import annotations

import json
import random
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from confluent_kafka import KafkaException

from bench import report
from bench.audit_live import Feed, Fleet, live
from bench.report import Steps
from bench.stand import BenchError, Stand, stand
from ops.audit.replay import ASKED, TEN_TIMES
from ops.server import ServerError

SEED = 7
VERIFY_S = 1.0
READY_S = 60.0


def audit(
    *,
    agent: Annotated[Literal["matching", "support", "pricing", "growth"], typer.Option(help="whose log")] = "matching",
    events: Annotated[int, typer.Option(min=1000, help="input records")] = 1_000_000,
    rate: Annotated[int, typer.Option(min=0, help="of them a second; 0: as fast as the workers take them")] = 5000,
    every_s: Annotated[float, typer.Option(min=1, help="seconds between two disturbances of the workers")] = 10.0,
    flips: Annotated[int, typer.Option(min=1, help="bits to flip")] = 10_000,
    verified: Annotated[int, typer.Option(min=1, help="decisions to verify one by one")] = 20,
    seed: Annotated[int, typer.Option(min=0, help="of the inputs")] = SEED,
    brokers: Annotated[str | None, typer.Option(help="bootstrap servers; none starts a broker for this run")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object as the last line")] = False,
) -> None:
    """Make a long log under kills and rebalances, and audit it. Exits 1 when anything differs or is too slow."""
    try:
        with report.steps() as steps, stand(brokers) as place:
            place.create_for(agent)
            fleet = Fleet(place, agent)
            seconds = live(fleet, steps, Feed(events, rate, seed), every_s)
            figures = {
                "agent": agent,
                "live_events_per_s": round(events / seconds),
                "disturbances": fleet.ended,
                "restarted": fleet.restarted,
            }
            figures |= audited(place, steps, agent, flips, verified)
    except (BenchError, KafkaException, ServerError) as error:
        report.broken(error, as_json)
    rows = [[name, f"{value:,}" if isinstance(value, int) else f"{value:.2f}" if isinstance(value, float) else value]
            for name, value in figures.items()]  # fmt: skip
    report.show("bench audit", ["figure", "measured"], rows)
    report.end(figures, failures(figures), as_json)


def audited(place: Stand, steps: Steps, agent: str, flips: int, sample: int) -> dict[str, Any]:
    """Every audit on the log, as processes; figures by name."""
    home = {"TRIPO_HOME": str(place.home / "home")}
    steps.begin("verify --chain, replay, index, verify, flips", 5)
    chain = _told(place, home, "verify", "--chain", agent)
    replay = _told(place, home, "replay", agent, "--fresh")
    _told(place, home, "index", agent, "--no-states")
    verified, verify_s, explain_s = list[Any](), list[float](), list[float]()
    alone_s, ids = list[float](), _ids(place.home / "home", sample)
    for one in ids:
        _told(place, home, "verify", one)
        began = time.monotonic()
        verified.append(_told(place, home, "verify", one))  # the second time it is warm
        alone_s.append(time.monotonic() - began)
    with _serving(place, home):
        for one in ids:
            began = time.monotonic()
            verified.append(_told(place, home, "verify", one))
            verify_s.append(time.monotonic() - began)
            began = time.monotonic()
            _told(place, home, "explain", one)
            explain_s.append(time.monotonic() - began)
    flipped = _told(place, home, "flips", agent, "--count", str(flips))
    return {
        "journal_records": chain["journal_records"],
        "faults": len(chain["faults"]),
        "stepped": replay["events"],
        "decisions": replay["decisions"],
        "records": replay["records"],
        "different": replay["different"],
        "replay_events_per_s": replay["events_per_s"],
        "times_recorded": replay["times_recorded"],
        "times_asked": replay["times_asked"],
        "step_us": replay["step_us"],
        "cores_for_ten": replay["cores_for_ten"],
        "verified": len(verified),
        "not_holding": sum(not one["holds"] for one in verified),
        "verify_alone_s_p50": statistics.median(alone_s),
        "verify_alone_s_max": max(alone_s),
        "verify_s_p50": statistics.median(verify_s),
        "verify_s_max": max(verify_s),
        "explain_s_p50": statistics.median(explain_s),
        "explain_s_max": max(explain_s),
        "flips": flipped["flips"],
        "flips_found": flipped["found"],
    }


@contextmanager
def _serving(place: Stand, home: dict[str, str]) -> Iterator[None]:
    """With `tripo audit serve`, as it is beside `tripo dev`."""
    child = place.spawn("audit-serve", [sys.executable, "-m", "ops.cli", "audit", "serve"], home)
    until = time.monotonic() + READY_S
    while "ready: verify" not in child.log.read_text():
        if child.process.poll() is not None or time.monotonic() > until:
            raise BenchError(f"tripo audit serve is not ready:\n{child.tail()}")
        time.sleep(0.05)
    try:
        yield
    finally:
        child.process.terminate()
        child.process.wait(10)


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


def _ids(home: Path, count: int) -> list[str]:
    """Some decisions, drawn at random from the index."""
    (index,) = home.glob("audit/*/*/index.sqlite")
    with sqlite3.connect(index) as db:
        ids = [row[0] for row in db.execute("select id from decision order by id")]
    return random.Random(SEED).sample(ids, min(count, len(ids)))


def failures(figures: dict[str, Any]) -> list[str]:
    """What falls short, in words."""
    found = [f"{name}: {figures[name]}, none is asked" for name in ("faults", "different", "not_holding") if figures[name]]
    if figures["flips_found"] != figures["flips"]:
        found.append(f"{figures['flips_found']} of {figures['flips']} flipped bits were found, all are asked")
    if figures["times_asked"] < TEN_TIMES:
        asked = TEN_TIMES * ASKED[figures["agent"]]
        live = f"{TEN_TIMES:.0f} times the rate that is asked live, for which the steps alone take {figures['cores_for_ten']} cores"
        found.append(f"replay stepped {figures['replay_events_per_s']:,} events/s, {asked:,.0f} are asked: {live}")
    for name, where in (("verify_s_max", "beside `tripo audit serve`"), ("verify_alone_s_max", "alone")):
        if figures[name] > VERIFY_S:
            found.append(f"verifying a decision {where} took up to {figures[name]:.2f} s, {VERIFY_S:.0f} is asked")
    return found
