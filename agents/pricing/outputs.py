"""What a step decided, as arrays by market, in; the output topics' decisions, by column of their schemas, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.pricing import guards
from agents.pricing.choice import ALTERNATIVES
from agents.pricing.columns import Array
from agents.pricing.contexts import F64, I64
from agents.pricing.policy import OBJECTIVES, OUTCOMES, SERVICES, TIERS, Policy
from agents.pricing.pricing import FACTORS, OF_ALTERNATIVES, Priced
from agents.pricing.tariff import PARTS
from agents.pricing.zones import name_of
from columns.output import Column, Cycle, Each, Same, Struct, Structs, Table

DECISIONS, OUTCOMES_TOPIC, PAY = "pricing.decisions", "pricing.outcomes", "pricing.driver-pay"
ZONES, FIGURES, ALERTS, RECOMMENDATIONS = "pricing.zones", "pricing.figures", "pricing.alerts", "pricing.recommendations"
OUTPUTS = (DECISIONS, PAY, OUTCOMES_TOPIC, ZONES, FIGURES, ALERTS, RECOMMENDATIONS)
REQUESTS, ANSWERS = "quote-requests", "quote-answers"


@dataclass(slots=True)
class Closed:
    """Outcomes of one market, n of them, by ``topic``; ``values`` by column of the schema or nearly."""

    market: str
    topic: str
    ids: list[str]
    values: dict[str, Array]


@dataclass(slots=True)
class Paid:
    """Pay of one market's drivers, n of them: ``amounts`` and ``cents`` are (n, PARTS)."""

    market: str
    ids: list[str]
    values: dict[str, Array]
    amounts: F64
    cents: I64


@dataclass(frozen=True, slots=True)
class Stamp:
    """What all rows of a step say."""

    partition: int
    now: int
    code_version: str
    policy: Policy

    def columns(self, topic: str) -> dict[str, Column]:
        """As columns: the partition of a topic, and when."""
        return {"topic": Same(topic), "partition": Same(self.partition), "decided_at": Same(self.now)}

    def versions(self) -> dict[str, Column]:
        """As columns: what decided."""
        return {"code_version": Same(self.code_version), "policy_version": Same(self.policy.version)}


def decisions_table(parts: Sequence[Priced], stamp: Stamp) -> Table:
    """pricing.decisions: one row per quote, in the order of ``parts``."""
    values = _joined([p.values for p in parts])
    columns = _named(parts, values, stamp.policy) | stamp.columns(REQUESTS) | stamp.versions()
    columns["decision_id"] = _ids(REQUESTS, values["offset"], 0, stamp)
    columns["model_version"] = [p.model for p in parts for _ in p.ids]
    seen, weights = (np.concatenate([getattr(p, name) for p in parts]).ravel() for name in ("seen", "weights"))
    factors = Struct({"name": Cycle(FACTORS), "value": seen, "weight": weights})
    others: dict[str, Any] = {name: np.concatenate([p.alternatives[name] for p in parts]).ravel() for name in OF_ALTERNATIVES}
    others |= {"name": Cycle(ALTERNATIVES), "price_cents": np.rint(others["price_cents"]).astype(np.int64)}
    columns |= {"factors": Structs(factors, len(FACTORS)), "alternatives": Structs(Struct(others), len(ALTERNATIVES))}
    kinds: dict[int, int] = {}
    places = np.array([kinds.setdefault(bits, len(kinds)) for bits in values["guards"].tolist()], np.int64)
    columns["guards"] = Each(guards.names(np.array(list(kinds), np.int64)), places)
    symbols = {name: Each(of, values[name]) for name, of in (("service", SERVICES), ("tier", TIERS), ("objective", OBJECTIVES))}
    return Table(values | columns | symbols, len(values["offset"]))


def outcomes_tables(parts: Sequence[Closed], stamp: Stamp) -> list[Table]:
    """pricing.outcomes: one row per quote that is over, in the order of ``parts``, those that expired first."""
    tables = []
    for topic, ordinal in ((REQUESTS, 1), (ANSWERS, 0)):
        if some := [p for p in parts if p.topic == topic]:
            values = _joined([p.values for p in some])
            columns = _named(some, values, stamp.policy) | stamp.columns(topic)
            columns["outcome_id"] = _ids(topic, values["offset"], ordinal, stamp)
            symbols = {"service": Each(SERVICES, values["service"]), "outcome": Each(OUTCOMES, values["outcome"])}
            tables.append(Table(values | columns | symbols, len(values["offset"])))
    return tables


def pay_table(parts: Sequence[Paid], stamp: Stamp) -> Table:
    """pricing.driver-pay: one row per accepted quote."""
    values = _joined([p.values for p in parts])
    columns = _named(parts, values, stamp.policy) | stamp.columns(ANSWERS) | stamp.versions()
    columns["decision_id"] = _ids(ANSWERS, values["offset"], 0, stamp)
    amounts, cents = np.concatenate([p.amounts for p in parts]), np.concatenate([p.cents for p in parts])
    every = Struct({"name": Cycle(PARTS), "value": amounts.ravel(), "cents": cents.ravel()})
    columns |= {"pay_cents": cents.sum(axis=1), "parts": Structs(every, len(PARTS)), "service": Each(SERVICES, values["service"])}
    return Table(values | columns, len(cents))


def _joined(parts: Sequence[dict[str, Array]]) -> dict[str, Any]:
    return {**parts[0]} if len(parts) == 1 else {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}


def _named(parts: Sequence[Priced | Closed | Paid], values: dict[str, Any], policy: Policy) -> dict[str, Column]:
    """The quotes' ids, their markets, and the zones of ``square``, which is taken out of the values."""
    zones = [name_of(square, policy.zone_m) for square in values.pop("square").tolist()]
    return {"quote_id": [name for p in parts for name in p.ids], "market": [p.market for p in parts for _ in p.ids], "zone": zones}


def _ids(topic: str, offsets: Any, ordinal: int, stamp: Stamp) -> list[str]:
    return [f"pricing/{topic}/{stamp.partition}/{offset}/{ordinal}" for offset in offsets.tolist()]
