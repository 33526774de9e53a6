"""Requests and what was chosen for them in; rows of growth.offers, with exactly the columns of its schema, out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from agents.growth.choice import NOTHING, Chosen
from agents.growth.conversion import FEATURES, Arms, Conversion
from agents.growth.policy import HOUR_MS, OUTCOMES, TIMINGS, TYPES, Policy, Settings
from agents.growth.reading import REQUESTS, Rows
from columns.table import F64, I64, Array, Mask

SHOWN = 3  # alternatives


@dataclass
class Decided:
    """Decisions on n requests; ``eligible``, ``on_offer`` (n, arms): what might be chosen, and what the catalogue has now."""

    requests: Rows
    arms: Arms
    chosen: Chosen
    features: F64
    eligible: Mask
    on_offer: Mask
    contact_ts: I64
    guards: dict[str, Mask]
    told: Mask
    learnt: Conversion
    settings: Settings
    policy: Policy

    def __post_init__(self) -> None:
        self.expires: I64 = self.contact_ts + self.policy.valid_h * HOUR_MS
        self.weights: F64 = self.learnt.mean[self.arms.types[np.maximum(self.chosen.arm, 0)]]  # of the moment: it goes on learning
        self.model = f"conversion:{self.learnt.learnt}"
        self.policy_version = self.settings.version(self.policy)


def offers_frame(parts: list[Decided], partition: int, now: int, code_version: str) -> pl.DataFrame:
    """growth.offers: a row for each request, in the order they were decided."""
    return pl.concat([_frame(part, partition, now, code_version) for part in parts])


def _frame(part: Decided, partition: int, now: int, code_version: str) -> pl.DataFrame:
    chosen, requests = part.chosen, part.requests
    n, arm, rows = len(requests), np.maximum(part.chosen.arm, 0), np.arange(len(requests))
    made = chosen.arm != NOTHING
    offer = part.arms.offers[arm]
    catalogue = part.policy.catalogue
    ts = requests["ts"]
    liking = np.where(part.on_offer, chosen.conversion, 0.0).max(axis=1)
    columns: dict[str, Any] = {
        "decision_id": [f"growth/{REQUESTS}/{partition}/{offset}/0" for offset in requests.offsets.tolist()],
        "request_id": requests.texts["request_id"],
        "rider_id": requests.ids,
        "topic": same(REQUESTS, n, pl.String),
        "partition": same(partition, n, pl.Int32),
        "offset": requests.offsets,
        "event_ts": ts,
        "decided_at": same(now, n, pl.Int64),
        "outcome": symbols(OUTCOMES, np.where(made, 0, 1)),
        "monetization_propensity": liking,
        "type": symbols(TYPES, part.arms.types[arm], made),
        "timing": symbols(TIMINGS, part.arms.timings[arm], made),
        "hours_to_contact": where(made, ((part.contact_ts - ts) / HOUR_MS).round(6)),
        "contact_ts": where(made, part.contact_ts),
        "expires_ts": where(made, part.expires),
        "offer_id": where(made, np.array([one.offer_id for one in catalogue])[offer]),
        "offer": where(made, np.array([one.words for one in catalogue])[offer]),
        "discount_cents": where(made, part.arms.discounts[arm].astype(np.int64)),
        "expected_conversion": where(made, chosen.conversion[rows, arm]),
        "expected_value_cents": where(made, chosen.value[rows, arm]),
        "confidence": chosen.confidence,
        "factors": _factors(part, arm, made),
        "alternatives": _alternatives(part),
        "propensity": where(~np.isnan(chosen.propensity), chosen.propensity),
        "guards": named(part.guards, n),
        "personal": part.told,
        "code_version": same(code_version, n, pl.String),
        "policy_version": same(part.policy_version, n, pl.String),
        "model_versions": pl.Series([[part.model]], dtype=pl.List(pl.String))[np.zeros(n, np.int64)],
    }
    return pl.DataFrame(columns)


def same(value: float | str | None, n: int, kind: type[pl.DataType]) -> pl.Series:
    """The same value n times."""
    return pl.Series([value], dtype=kind).new_from_index(0, n)


def symbols(names: tuple[str, ...], positions: Array, given: Mask | None = None) -> pl.Series:
    """Positions in ``names`` as an enum column; null where not ``given``."""
    out = pl.Series(np.array(names)[positions], dtype=pl.Enum(names))
    return out if given is None else where(given, out)


def where(given: Mask, values: Array | pl.Series) -> pl.Series:
    """Values, null where not ``given``."""
    values = values if isinstance(values, pl.Series) else pl.Series(values)
    return values.zip_with(pl.Series(given), pl.Series([None], dtype=values.dtype))


def named(masks: dict[str, Mask], n: int) -> pl.Series:
    """For each of n rows the names of the masks that hold, in their order."""
    sets = np.zeros(n, np.int64)
    for bit, mask in enumerate(masks.values()):
        sets |= mask.astype(np.int64) << bit
    kinds, which = np.unique(sets, return_inverse=True)
    lists = [[name for bit, name in enumerate(masks) if kind >> bit & 1] for kind in kinds.tolist()]
    return pl.Series(lists, dtype=pl.List(pl.String))[which]


def structs(columns: dict[str, Any], n: int, width: int, count: Array) -> pl.Series:
    """Flat columns of n · width values → the first ``count`` (n,) of each row's structs."""
    flat = pl.DataFrame(columns).to_struct().reshape((n, width))
    return pl.DataFrame({"s": flat, "c": count}).select(pl.col("s").arr.to_list().list.head("c"))["s"]


def _factors(part: Decided, arm: I64, made: Mask) -> pl.Series:
    values = part.features + part.arms.features[arm]
    columns = {"name": list(FEATURES) * len(made), "value": values.ravel(), "weight": part.weights.round(9).ravel()}
    return structs(columns, len(made), len(FEATURES), np.where(made, len(FEATURES), 0))


def _alternatives(part: Decided) -> pl.Series:
    """The eligible others that are worth most."""
    n = len(part.requests)
    value = np.where(part.eligible, part.chosen.value, -np.inf)
    made = np.flatnonzero(part.chosen.arm != NOTHING)
    value[made, part.chosen.arm[made]] = -np.inf
    best = np.argsort(-value, axis=1, kind="stable")[:, :SHOWN]
    rows = np.arange(n)[:, None]
    count = np.minimum(SHOWN, np.isfinite(value).sum(axis=1))
    flat = best.ravel()
    ids = np.array([one.offer_id for one in part.policy.catalogue])
    columns = {
        "offer_id": ids[part.arms.offers[flat]],
        "timing": symbols(TIMINGS, part.arms.timings[flat]),
        "expected_conversion": part.chosen.conversion[rows, best].ravel(),
        "expected_value_cents": part.chosen.value[rows, best].ravel(),
        "propensity": part.chosen.chances[rows, best + 1].round(9).ravel(),
    }
    return structs(columns, n, SHOWN, count)
