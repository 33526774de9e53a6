"""Decisions of the pricing agent as a frame in; what it knew, chose and brought about, as columns, out."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import polars as pl

from agents.pricing.contexts import F64, I64, Contexts
from agents.pricing.policy import SERVICES

FACTORS = ("demand", "supply", "hour", "weekend", "holiday", "weather", "event", "competitor")


@dataclass(frozen=True, slots=True)
class Log:
    """Decisions in their order, shape (n,) each; money in cents."""

    contexts: Contexts  # as the agent saw them
    reference: F64
    cost: F64
    price: F64
    prior: F64
    least: F64
    most: F64
    propensity: F64
    accepted: F64  # 1 or 0

    def __getitem__(self, rows: slice | I64) -> Log:
        own = {each.name: getattr(self, each.name)[rows] for each in fields(self) if each.name != "contexts"}
        return Log(self.contexts.take(np.arange(len(self.price))[rows]), **own)


def contexts(decisions: pl.DataFrame, zone: I64) -> Contexts:
    """What the agent knew when it decided, from the factors that the decisions name."""
    seen = {name: decisions["factors"].list.eval(_value(name)).list.first().to_numpy() for name in FACTORS}
    service = decisions["service"].cast(pl.String).replace_strict(list(SERVICES), list(range(len(SERVICES))), return_dtype=pl.Int64)
    return Contexts(
        zone=zone,
        service=service.to_numpy(),
        demand=seen["demand"],
        supply=np.where(np.isnan(seen["supply"]), 0.5, seen["supply"]),
        hour=seen["hour"],
        weekend=seen["weekend"] == 1,
        holiday=seen["holiday"] == 1,
        weather=seen["weather"],
        event=seen["event"],
        competitor=np.where(np.isnan(seen["competitor"]), 1.0, seen["competitor"]),
    )


def _value(name: str) -> pl.Expr:
    return pl.element().struct.field("value").filter(pl.element().struct.field("name") == name)


def log_of(decisions: pl.DataFrame, zone: I64, accepted: F64) -> Log:
    """Decisions of a schema's frame with their outcomes, as numbers."""
    cents = {
        name: decisions[f"{name}_cents"].to_numpy().astype(np.float64) for name in ("reference", "cost", "price", "prior", "least", "most")
    }
    return Log(
        contexts(decisions, zone),
        **cents,
        propensity=decisions["propensity"].to_numpy(),
        accepted=accepted.astype(np.float64),
    )
