"""A seed in; quotes, answers, moves, orders and competitors' prices of several markets, as frames by topic, out.

Open-loop, as bench/market.py: what is sent does not depend on what is decided. Riders answer seven quotes of ten, half of them with yes.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from agents.pricing.policy import ANSWERS, SERVICES, STATUSES
from streams.avro_schema import polars_schema
from streams.contract import contract

CENTRE = (37.76, -122.44)
SPREAD = 0.045  # degrees, standard deviation: some 200 zones
ANSWERED = 0.7

Times = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Traffic:
    """Events of ``markets`` markets; each call draws on. Event times are given."""

    def __init__(self, markets: int, drivers: int, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._markets = [f"bench-{i}" for i in range(markets)]
        self._drivers = drivers

    def quotes(self, run: str, ts: Times) -> pl.DataFrame:
        """quote-requests, one for each time; their ids are {run}-{i}."""
        n = len(ts)
        lat, lon = self._places(n)
        to_lat, to_lon = self._places(n)
        columns = {
            "quote_id": [f"{run}-{i}" for i in range(n)], "market": self._market(n), "service": self._one(SERVICES, n),
            "tier": ["STANDARD"] * n, "ts": ts, "pickup_lat": lat, "pickup_lon": lon, "dropoff_lat": to_lat, "dropoff_lon": to_lon,
        }  # fmt: skip
        return _frame("quote-requests", columns, n)

    def answers(self, quotes: pl.DataFrame, after_ms: int) -> pl.DataFrame:
        """quote-answers to some of these quotes, ``after_ms`` later."""
        some = quotes.filter(pl.Series(self._rng.random(quotes.height) < ANSWERED))
        columns = {"quote_id": some["quote_id"], "market": some["market"], "ts": some["ts"] + after_ms}
        return _frame("quote-answers", columns | {"answer": self._one(ANSWERS, some.height)}, some.height)

    def moves(self, ts: Times) -> pl.DataFrame:
        """driver-moves, one for each time, of random drivers."""
        n = len(ts)
        lat, lon = self._places(n)
        market = self._market(n)
        ids = [f"{name}-d{i}" for name, i in zip(market, self._rng.integers(0, self._drivers, n).tolist(), strict=True)]
        columns = {"driver_id": ids, "market": market, "ts": ts, "lat": lat, "lon": lon, "status": self._one(STATUSES, n)}
        return _frame("driver-moves", columns, n)

    def competitors(self, ts: Times) -> pl.DataFrame:
        """competitor-prices, one for each time."""
        n = len(ts)
        columns = {"competitor": ["other"] * n, "market": self._market(n), "service": ["RIDE"] * n, "ts": ts}
        return _frame("competitor-prices", columns | {"price_cents": self._rng.integers(1200, 1900, n)}, n)

    def _places(self, n: int) -> tuple[Floats, Floats]:
        return CENTRE[0] + self._rng.normal(0, SPREAD, n), CENTRE[1] + self._rng.normal(0, SPREAD, n)

    def _market(self, n: int) -> list[str]:
        return self._one(self._markets, n)

    def _one(self, values: tuple[str, ...] | list[str], n: int) -> list[str]:
        return np.array(values, object)[self._rng.integers(0, len(values), n)].tolist()  # type: ignore[no-any-return]


def _frame(topic: str, columns: dict[str, object], n: int) -> pl.DataFrame:
    schema = polars_schema(contract().schema(topic))
    return pl.DataFrame({name: columns.get(name, [None] * n) for name in schema}, schema=schema)
