"""`tripo growth bench`: a busy hour of all topics, made beforehand, in; how many events a second the agent's step takes, out."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import polars as pl
from rich.console import Console
from rich.progress import track

from agents.growth.agent import AGENT
from ops.growth.riders import Riders
from ops.summary import summarise
from streams.avro_schema import polars_schema
from streams.batch import Batch
from streams.contract import contract

TARGET = 20_000
START = 1_790_000_000_000
HOUR_MS = 3_600_000
BATCH = 4000  # events of a step
MIX = {"driver-moves": 0.6, "orders": 0.15, "order-changes": 0.15, "monetization-requests": 0.1}  # shares of the events
DRIVERS, RIDERS = 2000, 20_000


def bench(events: int, *, as_json: bool) -> int:
    """Step over so many events of one hour and one market, answers to offers as they come. → 0 if fast enough, else 1."""
    riders, state, offsets = Riders(RIDERS, 1), AGENT.start(0), dict.fromkeys(AGENT.inputs, 0)

    def batch(topic: str, frame: pl.DataFrame) -> Batch:
        start = offsets[topic]
        offsets[topic] = start + frame.height
        return Batch(topic, 0, np.arange(start, start + frame.height), frame)

    profiles = {"rider-profiles": frame("rider-profiles", _columns(riders.profiles(START))), "driver-profiles": _drivers()}
    state.now = START
    AGENT.step(state, {topic: batch(topic, rows) for topic, rows in profiles.items()}, START)
    rng, spent, stepped, answers = np.random.default_rng(0), 0.0, 0, pl.DataFrame()
    for i in track(range(-(-events // BATCH)), "stepping", console=Console(stderr=True, quiet=as_json)):
        ts = START + 1000 + np.sort(rng.integers(HOUR_MS * i * BATCH // events, HOUR_MS * (i + 1) * BATCH // events, BATCH))
        frames = {topic: _made(topic, ts[rng.random(BATCH) < share], offsets, rng, riders) for topic, share in MIX.items()}
        frames |= {"offer-responses": answers} if answers.height else {}
        batches = {topic: batch(topic, rows) for topic, rows in frames.items() if rows.height}
        state.now = int(ts[-1])  # the worker was not away since the batch before
        began = time.process_time()
        out = AGENT.step(state, batches, int(ts[-1]))
        spent += time.process_time() - began
        stepped += sum(map(len, batches.values()))
        offers = [row for one in out.outputs if one.topic == "growth.offers" for row in one.frame.to_dicts()]
        said = [answer for row in offers if (answer := riders.answer(row, int(ts[-1]) + 1)) is not None]
        answers = frame("offer-responses", _columns(said)) if said else pl.DataFrame()
    pace = stepped / spent
    figures: dict[str, Any] = {
        "events": stepped,
        "events_s": round(pace),
        "asked": TARGET,
        "state_mb": round(len(AGENT.dump(state)) / 1e6, 2),
    }
    summarise("the growth agent's step, processor time", figures | {"passed": pace >= TARGET}, as_json=as_json)
    return 0 if pace >= TARGET else 1


def frame(topic: str, columns: dict[str, Any]) -> pl.DataFrame:
    """Columns as a topic's frame; one value stands for all rows, and what is missing is null."""
    schema = polars_schema(contract().schema(topic))
    n = max(len(value) for value in columns.values() if isinstance(value, list | np.ndarray))
    given = {name: value if isinstance(value, list | np.ndarray) else [value] * n for name, value in columns.items()}
    return pl.DataFrame({name: given.get(name, [None] * n) for name in schema}, schema=schema)


def _columns(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def _drivers() -> pl.DataFrame:
    names = [f"d{i}" for i in range(DRIVERS)]
    usual: dict[str, Any] = {"market": "city", "ts": START, "vehicle": "CAR", "tier": "STANDARD", "total_rides": 0, "deleted": False}
    usual |= dict.fromkeys(("rating_30d", "rating_90d", "rating_lifetime"), 4.8)
    usual |= dict.fromkeys(("completion_rate", "acceptance_rate", "cancellation_rate", "eta_accuracy"), 0.9)
    lists = {"services": [["RIDE", "FOOD"]] * DRIVERS, "features": [[]] * DRIVERS, "specialties": [[]] * DRIVERS}
    return frame("driver-profiles", usual | lists | {"driver_id": names})


def _made(
    topic: str, ts: np.ndarray[Any, np.dtype[np.int64]], offsets: dict[str, int], rng: np.random.Generator, riders: Riders
) -> pl.DataFrame:
    """Events of a topic at these times: orders anywhere in the city, completed in the order they were placed."""
    n, first = len(ts), offsets[topic]
    lat, lon = 37.7 + 0.1 * rng.random(n), -122.5 + 0.1 * rng.random(n)
    if topic == "monetization-requests":
        return frame(topic, _columns(riders.occasions(n, START)) | {"ts": ts})
    if topic == "driver-moves":
        who = [f"d{i}" for i in rng.integers(DRIVERS, size=n).tolist()]
        return frame(topic, {"driver_id": who, "market": "city", "ts": ts, "lat": lat, "lon": lon, "status": "AVAILABLE"})
    names = [f"o{i}" for i in range(first, first + n)]
    if topic == "order-changes":
        return frame(topic, {"order_id": names, "market": "city", "ts": ts, "change": "COMPLETED"})
    usual = {
        "market": "city",
        "rider_id": "r",
        "tier": "STANDARD",
        "premium_required": False,
        "patience_s": 300,
        "offer_s": 0,
        "fare_cents": 1500,
    }
    places = {"pickup_lat": lat, "pickup_lon": lon, "dropoff_lat": lat, "dropoff_lon": lon, "requirements": [[]] * n}
    return frame(topic, usual | places | {"order_id": names, "ts": ts, "service": ["RIDE" if i % 3 else "FOOD" for i in range(n)]})
