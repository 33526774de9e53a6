"""A seed in; a simulated day of one market, without its answers, as batches of the pricing agent's topics, moment by moment, out.

Eight zones, all six services, twenty thousand quote requests with the day's waves, drivers who come, go and move, weather, an event in the
evening, sometimes a holiday, and a competitor whose prices wander. Prices have no influence on any of it: what riders answer has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from agents.pricing.contexts import F64, I64
from agents.pricing.policy import SERVICES, TariffPolicy
from streams.avro_schema import polars_schema
from streams.batch import Batch
from streams.contract import contract

MARKET = "simulated"
ZONES, DRIVERS = 8, 60
DAY_MS, STEP_MS, MOMENT_MS = 86_400_000, 120_000, 60_000
START_MS = 1_750_032_000_000  # a Monday, 0 h
MOVE_MS, COMPETITOR_MS = 240_000, 900_000
LAT, LON, APART = 1.0, 0.0, 0.03  # of the zones, degrees; at 0° solar time is UTC
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Day:
    """What comes, as rows by topic in the order of their time; ``ends`` (steps + 1,) are the rows of each topic before a step's end."""

    frames: Mapping[str, pl.DataFrame]
    steps: int
    zone: I64  # of each quote request
    step_of: Mapping[str, I64]  # of each row

    def batches(self, step: int) -> dict[str, Batch]:
        """What comes in a step."""
        out = {}
        for topic, of in self.step_of.items():
            start, end = np.searchsorted(of, [step, step + 1]).tolist()
            if end > start:
                out[topic] = Batch(topic, 0, np.arange(start, end, dtype=np.int64), self.frames[topic][start:end])
        return out


def day(seed: int, quotes: int) -> Day:
    """A day with so many quote requests."""
    rng = np.random.default_rng([seed, 7])
    zone = rng.choice(ZONES, quotes, p=_shares(ZONES))
    rows = {
        "quote-requests": _quotes(rng, quotes, zone),
        "driver-profiles": _profiles(),
        "driver-moves": _moves(rng),
        "competitor-prices": _competitors(rng),
        "market-conditions": _conditions(rng),
    }
    frames = {topic: frame(topic, columns) for topic, columns in rows.items()}
    frames = {topic: each.sort("ts", maintain_order=True) for topic, each in frames.items()}
    step_of = {topic: (each["ts"].to_numpy() - START_MS) // STEP_MS for topic, each in frames.items()}
    return Day(frames, DAY_MS // STEP_MS, zone, step_of)


def frame(topic: str, columns: Mapping[str, Any]) -> pl.DataFrame:
    """Columns of a topic's schema; those not given are null."""
    schema = polars_schema(contract().schema(topic))
    count = len(columns["ts"])
    return pl.DataFrame([pl.Series(name, columns.get(name, [None] * count), dtype) for name, dtype in schema.items()])


def _quotes(rng: np.random.Generator, count: int, zone: I64) -> Mapping[str, Any]:
    hours = np.arange(24)
    busy = 1 + 0.5 * np.sin(2 * np.pi * (hours - 11 + rng.normal()) / 24) + 0.8 * np.exp(-np.square(hours - rng.normal(18, 1)) / 4)
    hour = np.sort(rng.choice(24, count, p=busy / busy.sum()) + rng.random(count))
    trip_m = np.minimum(25_000, 1000 + rng.lognormal(8.0, 0.6, count))
    lat, lon = _place(zone)
    return {
        "quote_id": [f"q{i}" for i in range(count)],
        "market": [MARKET] * count,
        "service": np.array(SERVICES)[rng.choice(len(SERVICES), count, p=_shares(len(SERVICES)))],
        "tier": ["STANDARD"] * count,
        "ts": _at(hour * 3_600_000),
        "pickup_lat": lat,
        "pickup_lon": lon,
        "dropoff_lat": lat + trip_m / 111_195,
        "dropoff_lon": lon,
    }


def _profiles() -> Mapping[str, Any]:
    same: Row = {"market": MARKET, "ts": START_MS, "total_rides": 100, "vehicle": "SEDAN", "tier": "STANDARD", "deleted": False}
    same |= {"completion_rate": 0.9, "acceptance_rate": 0.8, "cancellation_rate": 0.05, "eta_accuracy": 0.9}
    lists: Row = {"features": [[] for _ in range(DRIVERS)], "specialties": [[] for _ in range(DRIVERS)]}
    names = [f"d{i}" for i in range(DRIVERS)]
    columns = {name: [value] * DRIVERS for name, value in same.items()}
    return columns | lists | {"driver_id": names, "services": [list(SERVICES) for _ in range(DRIVERS)]}


def _moves(rng: np.random.Generator) -> Mapping[str, Any]:
    """Each driver is heard of every few minutes: mostly where it was, free by day more often than at night."""
    rounds = DAY_MS // MOVE_MS
    step = rng.random((DRIVERS, rounds)) < 0.15
    zone = rng.choice(ZONES, (DRIVERS, rounds), p=_shares(ZONES))
    last = np.maximum.accumulate(np.where(step, np.arange(rounds), 0), axis=1)
    zone = np.take_along_axis(zone, last, axis=1).ravel()
    at = (np.arange(rounds) * MOVE_MS + rng.random((DRIVERS, 1)) * MOVE_MS).ravel()
    wave = 0.55 + 0.25 * np.sin(2 * np.pi * (at / DAY_MS + rng.random()))
    status = np.where(rng.random(len(at)) < wave, "AVAILABLE", "BUSY")
    lat, lon = _place(zone)
    names = np.repeat([f"d{i}" for i in range(DRIVERS)], rounds)
    return {"driver_id": names, "market": [MARKET] * len(at), "ts": _at(at), "lat": lat, "lon": lon, "status": status}


def _competitors(rng: np.random.Generator) -> Mapping[str, Any]:
    rounds = DAY_MS // COMPETITOR_MS
    walk = rng.normal(0.15, 0.12, (len(SERVICES), 1)) + np.cumsum(rng.normal(0, 0.015, (len(SERVICES), rounds)), axis=1)
    price = np.array(TariffPolicy().base_cents)[:, None] * np.exp(np.clip(walk, -0.4, 0.6))
    at = np.tile(np.arange(rounds) * COMPETITOR_MS, len(SERVICES))
    names = {"competitor": ["other"] * len(at), "market": [MARKET] * len(at), "service": np.repeat(SERVICES, rounds)}
    return names | {"ts": _at(at), "price_cents": np.rint(price.ravel()).astype(np.int64)}


def _conditions(rng: np.random.Generator) -> Mapping[str, Any]:
    every = DAY_MS // 8
    kinds, values = ["WEATHER"] * 8, rng.uniform(-1, 1, 8).tolist()
    start = [START_MS + i * every for i in range(8)]
    end = [each + every for each in start]
    lat, lon, radius = [None] * 8, [None] * 8, [None] * 8
    if rng.random() < 0.2:
        kinds, values = [*kinds, "HOLIDAY"], [*values, 1.0]
        start, end = [*start, START_MS], [*end, START_MS + DAY_MS]
        lat, lon, radius = [*lat, None], [*lon, None], [*radius, None]
    place = [float(each[0]) for each in _place(np.zeros(1, np.int64))]
    kinds, values = [*kinds, "EVENT"], [*values, rng.random()]
    start, end = [*start, START_MS + 18 * 3_600_000], [*end, START_MS + 22 * 3_600_000]
    columns = {"lat": [*lat, place[0]], "lon": [*lon, place[1]], "radius_m": [*radius, 1500.0]}
    names = {"name": [f"c{i}" for i in range(len(kinds))], "market": [MARKET] * len(kinds), "kind": kinds}
    return names | columns | {"ts": start, "value": values, "from_ts": start, "until_ts": end}


def _place(zone: I64) -> tuple[F64, F64]:
    """Where a zone is, degrees."""
    return LAT + APART * (zone % 4).astype(np.float64), LON + APART * (zone // 4).astype(np.float64)


def _at(ms: F64 | I64) -> I64:
    """Event times from milliseconds of the day: at one of the day's moments."""
    return START_MS + (np.asarray(ms) // MOMENT_MS).astype(np.int64) * MOMENT_MS


def _shares(count: int) -> F64:
    weights = 1.0 / np.arange(3, count + 3)
    return np.asarray(weights / weights.sum())
