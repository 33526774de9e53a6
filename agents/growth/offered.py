"""Requests and what was chosen for them in; growth.offers, by column of its schema, out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.growth.choice import NOTHING, Chosen
from agents.growth.conversion import FEATURES, Arms, Conversion
from agents.growth.policy import HOUR_MS, OUTCOMES, TIMINGS, TYPES, Policy, Settings
from agents.growth.reading import REQUESTS, Rows
from columns.output import Column, Cycle, Each, Same, Struct, Structs, Table, Where
from columns.table import F64, I64, Mask

SHOWN = 3  # alternatives


@dataclass
class Decided:
    """Decisions on n requests; ``eligible``, ``on_offer`` (n, arms): what might be chosen, and what the catalogue has now;
    ``at``, ``contact_ts`` (n,): the event times that it was decided on for, and at which to contact."""

    requests: Rows
    arms: Arms
    chosen: Chosen
    features: F64
    eligible: Mask
    on_offer: Mask
    at: I64
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


def offers_table(part: Decided, partition: int, now: int, code_version: str) -> Table:
    """growth.offers: a row for each request, in the order they were decided."""
    chosen, requests = part.chosen, part.requests
    n, arm, rows = len(requests), np.maximum(part.chosen.arm, 0), np.arange(len(requests))
    made = chosen.arm != NOTHING
    offer = part.arms.offers[arm]
    catalogue = part.policy.catalogue
    ts = requests["ts"]
    liking = np.where(part.on_offer, chosen.conversion, 0.0).max(axis=1)
    columns: dict[str, Column] = {
        "decision_id": [f"growth/{REQUESTS}/{partition}/{offset}/0" for offset in requests.offsets.tolist()],
        "request_id": requests.texts["request_id"],
        "rider_id": requests.ids,
        "topic": Same(REQUESTS),
        "partition": Same(partition),
        "offset": requests.offsets,
        "event_ts": ts,
        "decided_at": Same(now),
        "outcome": Each(OUTCOMES, np.where(made, 0, 1)),
        "monetization_propensity": liking,
        "type": Where(made, Each(TYPES, part.arms.types[arm])),
        "timing": Where(made, Each(TIMINGS, part.arms.timings[arm])),
        "hours_to_contact": Where(made, ((part.contact_ts - part.at) / HOUR_MS).round(6)),
        "contact_ts": Where(made, part.contact_ts),
        "expires_ts": Where(made, part.expires),
        "offer_id": Where(made, Each([one.offer_id for one in catalogue], offer)),
        "offer": Where(made, Each([one.words for one in catalogue], offer)),
        "discount_cents": Where(made, part.arms.discounts[arm].astype(np.int64)),
        "expected_conversion": Where(made, chosen.conversion[rows, arm]),
        "expected_value_cents": Where(made, chosen.value[rows, arm]),
        "confidence": chosen.confidence,
        "factors": _factors(part, arm, made),
        "alternatives": _alternatives(part),
        "propensity": Where(~np.isnan(chosen.propensity), chosen.propensity),
        "guards": named(part.guards, n),
        "personal": part.told,
        "code_version": Same(code_version),
        "policy_version": Same(part.policy_version),
        "model_versions": Same([part.model]),
    }
    return Table(columns, n)


def named(masks: dict[str, Mask], n: int) -> Each:
    """For each of n rows the names of the masks that hold, in their order."""
    sets = np.zeros(n, np.int64)
    for bit, mask in enumerate(masks.values()):
        sets |= mask.astype(np.int64) << bit
    kinds, which = np.unique(sets, return_inverse=True)
    return Each([[name for bit, name in enumerate(masks) if kind >> bit & 1] for kind in kinds.tolist()], which)


def _factors(part: Decided, arm: I64, made: Mask) -> Structs:
    values = (part.features + part.arms.features[arm]).ravel()
    flat = Struct({"name": Cycle(FEATURES), "value": values, "weight": part.weights.round(9).ravel()})
    return Structs(flat, len(FEATURES), np.where(made, len(FEATURES), 0))


def _alternatives(part: Decided) -> Structs:
    """The eligible others that are worth most."""
    value = np.where(part.eligible, part.chosen.value, -np.inf)
    made = np.flatnonzero(part.chosen.arm != NOTHING)
    value[made, part.chosen.arm[made]] = -np.inf
    best = np.argsort(-value, axis=1, kind="stable")[:, :SHOWN]
    rows, flat = np.arange(len(part.requests))[:, None], best.ravel()
    others: dict[str, Column] = {
        "offer_id": Each([one.offer_id for one in part.policy.catalogue], part.arms.offers[flat]),
        "timing": Each(TIMINGS, part.arms.timings[flat]),
        "expected_conversion": part.chosen.conversion[rows, best].ravel(),
        "expected_value_cents": part.chosen.value[rows, best].ravel(),
        "propensity": part.chosen.chances[rows, best + 1].round(9).ravel(),
    }
    return Structs(Struct(others), SHOWN, np.minimum(SHOWN, np.isfinite(value).sum(axis=1)))
