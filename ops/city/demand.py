"""Riders' orders: the hour, the rate and a generator in; `orders` rows out.

Some rides are wanted later. The agent looks for a driver from ``lead_s`` of event time before, however fast the world is; where that
would be longer than in a world of speed 1, an order names a time later by the difference (``later_ms``), so that it is looked for at the
same moment of the world.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from agents.matching.policy import DEFAULT, FEATURES, SERVED_BY, SERVICES, TIERS
from ops.city import mix
from ops.city.merchants import Merchants
from ops.city.places import Floats, Ints, Places

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "order_id": pl.String, "market": pl.String, "rider_id": pl.String, "service": pl.String, "tier": pl.String,
    "premium_required": pl.Boolean, "requirements": pl.List(pl.String), "preferred_vehicle": pl.String, "ts": pl.Int64,
    "scheduled_ts": pl.Int64, "pickup_lat": pl.Float64, "pickup_lon": pl.Float64, "dropoff_lat": pl.Float64,
    "dropoff_lon": pl.Float64, "patience_s": pl.Int32, "ready_ts": pl.Int64, "merchant_id": pl.String, "offer_s": pl.Int32,
}  # fmt: skip


LEAD_MS = int(DEFAULT.lead_s * 1000)
LEAST_OFFER_S = 2  # real: what it takes to hear of an offer and to answer


class Demand:
    """Orders of all markets, as a Poisson process whose rate follows the hour of each market's day.

    ``offer_s``: how long drivers have to answer, the world's seconds, 0 if none is asked. With ``merchants``, meals and groceries are
    fetched there when they are ready, and some rides are wanted later; without, everything is wanted at once.
    """

    def __init__(
        self, places: Places, per_minute: float, run: str, speed: float, offer_s: float = 0.0, merchants: Merchants | None = None
    ) -> None:
        self._places, self._merchants = places, merchants
        self._per_ms = per_minute / 60_000
        self._run, self._speed = run, speed
        self._offer_s = min(DEFAULT.offer_limit_s, max(LEAST_OFFER_S, round(offer_s / speed))) if offer_s else 0
        self.later_ms = max(0, round(LEAD_MS - LEAD_MS / speed))  # what a scheduled order's time is later by than the rider's
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
        columns: dict[str, Any] = {
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
            "ready_ts": [None] * n,
            "merchant_id": [None] * n,
            "offer_s": np.zeros(n, np.int64),
        }
        if self._offer_s:
            columns["offer_s"] = self._offer_s * (rng.uniform(size=n) < mix.OFFERED)
        if self._merchants is not None:
            columns["scheduled_ts"] = self._scheduled(rng, service, ts)
            columns |= self._fetched(rng, self._merchants, market, service, columns)
        return pl.DataFrame(columns, schema=SCHEMA)

    def _scheduled(self, rng: np.random.Generator, service: Ints, ts: Ints) -> list[int | None]:
        """When the rides are wanted that are not wanted at once."""
        whim, ahead = rng.uniform(size=(2, len(ts)))
        ahead_ms = (mix.SCHEDULED_S[0] + ahead * (mix.SCHEDULED_S[1] - mix.SCHEDULED_S[0])) * 1000 / self._speed
        later = (service == 0) & (whim < mix.SCHEDULED)
        wanted = ts + np.rint(ahead_ms).astype(np.int64) + self.later_ms
        return [t if is_later else None for t, is_later in zip(wanted.tolist(), later.tolist(), strict=True)]

    def _fetched(
        self, rng: np.random.Generator, merchants: Merchants, market: Ints, service: Ints, columns: dict[str, Any]
    ) -> dict[str, Any]:
        """Where and when orders from merchants can be picked up, and whether couriers are asked; the other orders as they were."""
        merchant = merchants.choose(rng, service)
        has = merchant >= 0
        ready = columns["ts"] + np.rint(merchants.ready_s(rng, service) * 1000 / self._speed).astype(np.int64)
        lat, lon = merchants.at(market, merchant)
        return {
            "ready_ts": [t if h else None for t, h in zip(ready.tolist(), has.tolist(), strict=True)],
            "merchant_id": merchants.names(market, merchant),
            "pickup_lat": np.where(has, lat, columns["pickup_lat"]),
            "pickup_lon": np.where(has, lon, columns["pickup_lon"]),
            "offer_s": np.where(has, self._offer_s * merchants.asks(market, merchant), columns["offer_s"]),
        }

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
