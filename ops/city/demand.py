"""Riders' orders: the hour, the rate and a generator in; `orders` rows out."""

from __future__ import annotations

import numpy as np
import polars as pl

from agents.matching.policy import FEATURES, SERVED_BY, SERVICES, TIERS
from ops.city import mix
from ops.city.places import Floats, Ints, Places

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "order_id": pl.String, "market": pl.String, "rider_id": pl.String, "service": pl.String, "tier": pl.String,
    "premium_required": pl.Boolean, "requirements": pl.List(pl.String), "preferred_vehicle": pl.String, "ts": pl.Int64,
    "scheduled_ts": pl.Int64, "pickup_lat": pl.Float64, "pickup_lon": pl.Float64, "dropoff_lat": pl.Float64,
    "dropoff_lon": pl.Float64, "patience_s": pl.Int32,
}  # fmt: skip


class Demand:
    """Orders of all markets, as a Poisson process whose rate follows the hour of each market's day."""

    def __init__(self, places: Places, per_minute: float, run: str, speed: float) -> None:
        self._places = places
        self._per_ms = per_minute / 60_000
        self._run, self._speed = run, speed
        self._asked = 0

    def orders(self, rng: np.random.Generator, after: int, until: int, world_ms: int) -> pl.DataFrame:
        """The orders of the real time from ``after`` to ``until`` (ms), in order of time."""
        hours = self._places.hours(world_ms)
        rate = self._per_ms * (until - after) * self._places.share[:, None] * mix.SERVICE_SHARE * mix.HOURLY[:, hours].T
        counts = rng.poisson(rate)
        market, service = np.nonzero(counts)
        counts = counts[market, service]
        market, service = np.repeat(market, counts), np.repeat(service, counts)
        if not len(market):
            return pl.DataFrame(schema=SCHEMA)
        shuffled = rng.permutation(len(market))
        return self._frame(rng, market[shuffled], service[shuffled], np.sort(rng.integers(after + 1, until + 1, len(market))), hours)

    def _frame(self, rng: np.random.Generator, market: Ints, service: Ints, ts: Ints, hours: Ints) -> pl.DataFrame:
        n = len(market)
        numbers = range(self._asked, self._asked + n)
        self._asked += n
        names = self._places.names[market].tolist()
        pickup = self._places.draw(rng, market, hours[market], leaving=True)
        dropoff = self._places.draw(rng, market, hours[market], leaving=False)
        tier = rng.choice(len(TIERS), n, p=mix.TIER_SHARE)
        return pl.DataFrame({
            "order_id": [f"{name}-{self._run}-{i:07d}" for name, i in zip(names, numbers, strict=True)],
            "market": names,
            "rider_id": [f"{name}-r{r:06d}" for name, r in zip(names, rng.integers(0, 100_000, n), strict=True)],
            "service": [SERVICES[s] for s in service],
            "tier": [TIERS[t] for t in tier],
            "premium_required": (tier > 0) & (rng.uniform(size=n) < 0.3),
            "requirements": _requirements(rng, service),
            "preferred_vehicle": _preferred(rng, service),
            "ts": ts,
            "scheduled_ts": [None] * n,
            "pickup_lat": pickup[0],
            "pickup_lon": pickup[1],
            "dropoff_lat": dropoff[0],
            "dropoff_lon": dropoff[1],
            "patience_s": self._patience_s(rng, n),
        }, schema=SCHEMA)  # fmt: skip

    def _patience_s(self, rng: np.random.Generator, n: int) -> list[int]:
        """Real seconds: the world's, shortened by its speed, 5 at least."""
        shortest, longest = np.log(mix.PATIENCE_S)
        world: Floats = np.exp(rng.uniform(shortest, longest, n))
        return [max(5, round(s / self._speed)) for s in world]


def _requirements(rng: np.random.Generator, service: Ints) -> list[list[str]]:
    """Features that must be met: riders in seats have some, now and then."""
    asks = (rng.uniform(size=(len(service), len(FEATURES))) < mix.FEATURE_ASKED) & (service == 0)[:, None]
    return [[f for f, a in zip(FEATURES, row, strict=True) if a] for row in asks]


def _preferred(rng: np.random.Generator, service: Ints) -> list[str | None]:
    """A vehicle wished for by every fifth rider, among those that may serve."""
    wish = rng.uniform(size=(2, len(service)))
    choices = [SERVED_BY[SERVICES[s]] for s in service]
    return [v[int(pick * len(v))] if want < 0.2 else None for v, want, pick in zip(choices, *wish, strict=True)]
