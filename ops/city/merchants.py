"""Restaurants and shops: markets' places and a generator in; at which of them an order is fetched, and when it is ready there, out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from agents.matching.policy import SERVICES
from ops.city.places import Floats, Ints, Places

FOOD, GROCERY = SERVICES.index("FOOD"), SERVICES.index("GROCERY")
COUNT = {FOOD: 28, GROCERY: 10}  # of each market
READY_S = {FOOD: (300.0, 1500.0), GROCERY: (600.0, 2400.0)}  # from the order until it can be fetched, the world's time
NAME = {FOOD: "kitchen", GROCERY: "grocer"}
TOLD = 0.3  # share of merchants whose couriers are told to come and not asked: only their orders may be bundled
NOON = 12  # from then on people leave businesses: where a trip starts is where businesses are


class Merchants:
    """Those of every market, some of them far better known than others; drawn once from ``rng``."""

    def __init__(self, places: Places, rng: np.random.Generator) -> None:
        markets = len(places.cities)
        each = sum(COUNT.values())
        market = np.repeat(np.arange(markets), each)
        lat, lon = places.draw(rng, market, np.full(len(market), NOON), leaving=True)
        self._lat, self._lon = lat.reshape(markets, each), lon.reshape(markets, each)
        self._asks: npt.NDArray[np.bool_] = rng.uniform(size=(markets, each)) >= TOLD
        names = [f"{NAME[service]}-{i:02d}" for service, count in COUNT.items() for i in range(count)]
        self._names = np.array([[f"{city}-{name}" for name in names] for city in places.names], dtype=object)

    def choose(self, rng: np.random.Generator, service: Ints) -> Ints:
        """Where each order is fetched: a number among its market's merchants, -1 for services that have none, shape (n,)."""
        out: Ints = np.full(len(service), -1, np.int64)
        first = 0
        for kind, count in COUNT.items():
            rows = np.flatnonzero(service == kind)
            known = 1 / np.arange(1, count + 1)
            out[rows] = first + rng.choice(count, len(rows), p=known / known.sum())
            first += count
        return out

    def ready_s(self, rng: np.random.Generator, service: Ints) -> Floats:
        """How long the merchants of these orders take, the world's seconds, 0 for services that have none, shape (n,)."""
        span = np.array([READY_S.get(kind, (0.0, 0.0)) for kind in range(len(SERVICES))])[service]
        out: Floats = span[:, 0] + rng.uniform(size=len(service)) * (span[:, 1] - span[:, 0])
        return out

    def at(self, market: Ints, merchant: Ints) -> tuple[Floats, Floats]:
        """Where merchants of these markets are, degrees."""
        return self._lat[market, merchant], self._lon[market, merchant]

    def asks(self, market: Ints, merchant: Ints) -> npt.NDArray[np.bool_]:
        """Whether their couriers are asked before they are sent."""
        return self._asks[market, merchant]

    def names(self, market: Ints, merchant: Ints) -> list[str | None]:
        """Their ids, None for the merchant -1."""
        return [name if number >= 0 else None for name, number in zip(self._names[market, merchant], merchant.tolist(), strict=True)]
