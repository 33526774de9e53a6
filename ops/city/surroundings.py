"""Time in; weather, events and competitors' prices of every market, now and then, out."""

from __future__ import annotations

import numpy as np
import polars as pl

from agents.pricing.policy import SERVICES, TariffPolicy
from ops.city.places import Market

EVERY_MS = 20_000  # real time
EVENT = 0.1  # chance of one beginning in a market each time
EVENT_MS = 300_000
REACH_M = 3000.0
CALM, WANDER = 0.9, 0.25  # of a random walk back to the middle


class Surroundings:
    """What happens around the riders of some markets."""

    def __init__(self, cities: tuple[Market, ...], rng: np.random.Generator) -> None:
        self._cities, self._rng = cities, rng
        self._weather = rng.uniform(-0.5, 0.5, len(cities))
        self._price = rng.normal(0.0, 0.1, (len(cities), len(SERVICES)))  # logarithm, in our reference prices
        self._next = 0
        self._events = 0

    def happen(self, now_ms: int) -> dict[str, pl.DataFrame]:
        """`market-conditions` and `competitor-prices`, if it is time."""
        if now_ms < self._next:
            return {}
        self._next = now_ms + EVERY_MS
        self._weather = np.clip(CALM * self._weather + self._rng.normal(0, WANDER, self._weather.shape), -1, 1)
        self._price = CALM * self._price + self._rng.normal(0, 0.3 * WANDER, self._price.shape)
        conditions: list[tuple[object, ...]] = []
        for city, weather in zip(self._cities, self._weather.tolist(), strict=True):
            conditions.append(("weather", city.name, "WEATHER", now_ms, weather, now_ms, now_ms + 10 * EVERY_MS, None, None, None))
            if self._rng.uniform() < EVENT:
                self._events += 1
                size, spot = float(self._rng.uniform(0.3, 1.0)), self._rng.normal((city.lat, city.lon), 0.02).tolist()
                until = now_ms + EVENT_MS
                conditions.append((f"event-{self._events}", city.name, "EVENT", now_ms, size, now_ms, until, *spot, REACH_M))
        prices = [
            ("rival", city.name, service, now_ms, round(base * float(np.exp(self._price[c, s]))), None, None, None)
            for c, city in enumerate(self._cities)
            for s, (service, base) in enumerate(zip(SERVICES, TariffPolicy().base_cents, strict=True))
        ]
        return {
            "market-conditions": pl.DataFrame(conditions, schema=CONDITIONS, orient="row"),
            "competitor-prices": pl.DataFrame(prices, schema=PRICES, orient="row"),
        }


CONDITIONS = {
    "name": pl.String, "market": pl.String, "kind": pl.String, "ts": pl.Int64, "value": pl.Float64, "from_ts": pl.Int64,
    "until_ts": pl.Int64, "lat": pl.Float64, "lon": pl.Float64, "radius_m": pl.Float64,
}  # fmt: skip
PRICES = {
    "competitor": pl.String, "market": pl.String, "service": pl.String, "ts": pl.Int64, "price_cents": pl.Int64, "distance_m": pl.Float64,
    "lat": pl.Float64, "lon": pl.Float64,
}  # fmt: skip
