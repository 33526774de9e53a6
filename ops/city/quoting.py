"""Orders that riders would place, and prices quoted for them, in; quote requests, answers, and the orders that they place after all, out.

A rider asks for the price first, looks at it for a moment, and takes it if it is not above what the trip is worth to it, which is
simulated: the reference price times a number that is log-normal. Who takes it orders at that price. Of the others some say nothing at all.
Where no price comes, riders order without one, by the tariff.
"""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
import polars as pl

from ops.city.demand import SCHEMA

HEARD = ("quote_id", "price_cents", "reference_cents")  # of a price decision
ORDERS = SCHEMA | {"fare_cents": pl.Int64}
REQUESTS: dict[str, type[pl.DataType]] = {
    "quote_id": pl.String, "market": pl.String, "service": pl.String, "tier": pl.String, "ts": pl.Int64, "pickup_lat": pl.Float64,
    "pickup_lon": pl.Float64, "dropoff_lat": pl.Float64, "dropoff_lon": pl.Float64, "rider_id": pl.String, "sensitivity": pl.Float64,
    "loyalty": pl.Float64, "churn_risk": pl.Float64, "propensity": pl.Float64, "orders_week": pl.Float64,
}  # fmt: skip
ANSWERS = {"quote_id": pl.String, "market": pl.String, "ts": pl.Int64, "answer": pl.String}
WORTH = (0.35, 0.35)  # mean and standard deviation of its logarithm
THINK_MS = (500.0, 4000.0)  # real time
WAIT_MS = 6000.0  # for a price
SILENT = 0.3  # of those who do not take it


class Quoting:
    """Riders between their wish and their order; a wish has the id of the order it may become."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._wishes: dict[str, dict[str, Any]] = {}
        self._due: list[tuple[float, str, str | None]] = []  # when, whose, and what is said; None: nothing was quoted

    def ask(self, orders: pl.DataFrame) -> pl.DataFrame:
        """These riders ask for prices. → `quote-requests`"""
        n = orders.height
        worth = np.exp(self._rng.normal(*WORTH, n))
        for row, value in zip(orders.iter_rows(named=True), worth.tolist(), strict=True):
            self._wishes[row["order_id"]] = row | {"worth": value}
            heapq.heappush(self._due, (row["ts"] + WAIT_MS, row["order_id"], None))
        traits = {name: self._rng.uniform(size=n) for name in ("sensitivity", "loyalty", "churn_risk", "propensity")}
        own = orders.rename({"order_id": "quote_id"}).with_columns(**{name: pl.Series(values) for name, values in traits.items()})
        return own.with_columns(orders_week=pl.Series(self._rng.exponential(2.0, n))).select(list(REQUESTS))

    def hear(self, prices: pl.DataFrame, now_ms: int) -> None:
        """Prices come, rows with the columns HEARD; others' are ignored."""
        ours = prices.filter(pl.col("quote_id").is_in(list(self._wishes)))
        think = self._rng.uniform(*THINK_MS, ours.height).tolist()
        for (quote, price, reference), pause in zip(ours.select(HEARD).iter_rows(), think, strict=True):
            wish = self._wishes[quote]
            wish["fare_cents"] = price
            takes = price <= wish["worth"] * reference
            heapq.heappush(self._due, (now_ms + pause, quote, "ACCEPTED" if takes else "REJECTED"))

    def given(self, now_ms: int) -> tuple[pl.DataFrame, pl.DataFrame]:
        """`quote-answers` and `orders` up to now."""
        answers, orders = [], []
        while self._due and self._due[0][0] <= now_ms:
            _, quote, says = heapq.heappop(self._due)
            wish = self._wishes.get(quote)
            if wish is None or (says is None and "fare_cents" in wish):
                continue
            del self._wishes[quote]
            if says == "ACCEPTED" or self._rng.uniform() >= SILENT:
                answers += [(quote, wish["market"], now_ms, says)] if says else []
            if says != "REJECTED":
                orders.append({"fare_cents": None} | wish | {"ts": now_ms})
        return pl.DataFrame(answers, schema=ANSWERS, orient="row"), pl.DataFrame(orders, schema=ORDERS, orient="row")
