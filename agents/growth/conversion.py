"""Outcomes of offers in; how likely riders take one, with its uncertainty, and what a conversion is worth, out.

One Bayesian logistic regression for each type of offer, learnt online by the Laplace approximation (Spiegelhalter & Lauritzen 1990): the
posterior is normal, N(w, P), and an outcome moves it by one Newton step. It forgets by widening towards its prior, so what is long ago
counts less, and at once by half where the Page-Hinkley test (Page 1954, river) finds that outcomes and expectations have parted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp, inf, isfinite, sqrt
from typing import Any

import numpy as np

from agents.growth.policy import DAY_MS, TYPES, Policy
from columns.drift import PageHinkley
from columns.table import F64, I64, Array

PLAIN = ("start", "within_24_hours", "within_3_days", "generosity", "after_an_order")
PERSONAL = ("tier", "order_value", "orders_week", "churn_risk", "price_sensitivity", "loyalty", "lifetime_value")
FEATURES = PLAIN + PERSONAL
PRIOR_MEAN = np.array([-2.5] + [0.0] * (len(FEATURES) - 1))  # one in thirteen takes an offer of which nothing is known
PRIOR_VARIANCE = np.array([1.0, 0.25, 0.25, 0.25, 0.25] + [0.25] * len(PERSONAL))
MEMORY_DAYS, LATELY_DAYS = 60.0, 7.0  # after which two thirds of what was learnt, of what there was lately, is forgotten
PRIOR_VALUE_CENTS = (800.0, 400.0, 400.0, 300.0, 200.0)  # of a conversion by type, as good as PRIOR_CONVERSIONS of them
PRIOR_CONVERSIONS = 5.0
PRIOR_OPT_OUT = (0.2, 20.0)  # as good as so many of so many responses
COUNTS = ("offered", "converted", "declined", "opted_out", "expired", "drifts")
_J, _K = np.tril_indices(len(FEATURES))  # pairs of features
_TIMES = np.where(_J == _K, 1.0, 2.0)[:, None]  # that each counts
_OF_OFFERS = ("type", "discount_cents", "service")
_SUMS = ("_sum_increase", "_sum_decrease", "_min_increase", "_max_decrease")


@dataclass(frozen=True)
class Arms:
    """What may be chosen besides nothing: each offer of the catalogue at each timing, an offer's three together; (arms,) each.

    ``features`` (arms, features) is what an arm adds to a rider's.
    """

    offers: I64
    timings: I64
    types: I64
    discounts: F64
    services: I64
    features: F64

    @classmethod
    def of(cls, policy: Policy) -> Arms:
        """Of the policy's catalogue."""
        offers, timings = np.repeat(np.arange(len(policy.catalogue)), 3), np.tile(np.arange(3), len(policy.catalogue))
        types, discounts, services = (np.array([getattr(offer, name) for offer in policy.catalogue]) for name in _OF_OFFERS)
        features = np.zeros((len(offers), len(FEATURES)))
        features[:, PLAIN.index("within_24_hours")], features[:, PLAIN.index("within_3_days")] = timings == 1, timings == 2
        features[:, PLAIN.index("generosity")] = discounts[offers] / 500.0
        return cls(offers, timings, types[offers], discounts[offers].astype(np.float64), services[offers], features)


@dataclass(slots=True)
class Outcome:
    """What became of an offer. ``features``: (len(FEATURES),); ``value_cents``: of a conversion."""

    type: int
    features: F64
    expected: float
    kind: str  # one of COUNTS: converted, declined, opted_out, expired
    hour: int  # of the contact, the rider's local time
    value_cents: int = 0
    discount_cents: int = 0  # of a conversion


@dataclass
class Conversion:
    """What was learnt of all types. ``mean`` (types, features), ``spread`` (types, features, features) are the posteriors."""

    mean: F64 = field(default_factory=lambda: np.tile(PRIOR_MEAN, (len(TYPES), 1)))
    spread: F64 = field(default_factory=lambda: np.tile(np.diag(PRIOR_VARIANCE), (len(TYPES), 1, 1)))
    counts: I64 = field(default_factory=lambda: np.zeros((len(TYPES), len(COUNTS)), np.int64))
    value_sum: F64 = field(default_factory=lambda: np.zeros(len(TYPES)))
    value_count: F64 = field(default_factory=lambda: np.zeros(len(TYPES)))
    expected: F64 = field(default_factory=lambda: np.zeros(len(TYPES)))  # sum over outcomes
    money: I64 = field(default_factory=lambda: np.zeros((len(TYPES), 2), np.int64))  # earned by conversions and their discounts, cents
    lately: F64 = field(default_factory=lambda: np.zeros((len(TYPES), 2)))  # outcomes and opt-outs, fading
    hours: F64 = field(default_factory=lambda: np.zeros((2, 24)))  # outcomes and conversions by local hour of the contact
    tests: list[PageHinkley] = field(default_factory=lambda: [_page_hinkley() for _ in TYPES])
    learnt: int = 0  # how many outcomes
    drifted_at: dict[int, int] = field(default_factory=dict)  # type → event time, ms

    def predict(self, riders: F64, arms: Arms) -> tuple[F64, F64]:
        """Mean and variance of the log-odds that riders (n, features) take each of the arms → (n, arms) each.

        Sums run in the order of the features, so a row's result does not depend on the rows beside it.
        """
        own = (arms.features[:, :, None] * self.spread[arms.types]).sum(axis=1)
        own_mean = (arms.features * self.mean[arms.types]).sum(axis=1)
        x = np.ascontiguousarray(riders.T)
        mean = _in_order(x[:, :, None] * self.mean.T[:, None])
        variance = _in_order((_TIMES * x[_J] * x[_K])[:, :, None] * self.spread[:, _J, _K].T[:, None])
        alone = np.broadcast_to((own * arms.features).sum(axis=1), (1, len(riders), len(arms.types)))
        both = _in_order(np.concatenate([alone, x[:, :, None] * (2.0 * own.T)[:, None]]))
        return (mean[:, arms.types] + own_mean).round(9), np.maximum(variance[:, arms.types] + both, 1e-9).round(9)

    def values(self) -> F64:
        """What a conversion of each type is worth, cents, (types,)."""
        prior = PRIOR_CONVERSIONS
        out: F64 = (self.value_sum + prior * np.array(PRIOR_VALUE_CENTS)) / (self.value_count + prior)
        return out

    def opt_out(self) -> F64:
        """The chance that an offer of each type ends in opting out, (types,)."""
        few, many = PRIOR_OPT_OUT
        over = self.counts[:, 1:5].sum(axis=1)
        out: F64 = (self.counts[:, COUNTS.index("opted_out")] + few) / (over + many)
        return out

    def by_hour(self) -> F64:
        """Conversions an outcome at each local hour of contact, shrunk to the mean of all hours, (24,)."""
        seen, taken = self.hours
        mean = (taken.sum() + 1.0) / (seen.sum() + 13.0)
        out: F64 = ((taken + 20.0 * mean) / (seen + 20.0)).round(9)
        return out

    def learn(self, outcome: Outcome, at_ms: int) -> bool:
        """Learn one outcome at event time ``at_ms``. → whether it shows a drift."""
        kind, x, taken = outcome.type, outcome.features, float(outcome.kind == "converted")
        spread = self.spread[kind]
        towards = (spread * x).sum(axis=1)
        share = 1.0 / (1.0 + exp(-float((self.mean[kind] * x).sum())))
        bend = share * (1.0 - share)
        towards = towards / (1.0 + bend * float((towards * x).sum()))
        self.spread[kind] = spread - bend * np.outer((spread * x).sum(axis=1), towards)
        self.mean[kind] += towards * (taken - share)
        self.counts[kind, COUNTS.index(outcome.kind)] += 1
        self.lately[kind] += (1.0, outcome.kind == "opted_out")
        self.value_sum[kind] += outcome.value_cents * taken
        self.value_count[kind] += taken
        self.money[kind] += (outcome.value_cents, outcome.discount_cents)
        self.expected[kind] += outcome.expected
        self.hours[:, outcome.hour] += (1.0, taken)
        self.learnt += 1
        expected = min(max(outcome.expected, 0.01), 0.99)
        return self._watch(kind, (taken - expected) / sqrt(expected * (1.0 - expected)), at_ms)

    def forget(self, passed_ms: int) -> None:
        """So much event time has passed."""
        kept = exp(-passed_ms / (MEMORY_DAYS * DAY_MS))
        self._widen(range(len(TYPES)), kept)
        self.value_sum *= kept
        self.value_count *= kept
        self.lately *= exp(-passed_ms / (LATELY_DAYS * DAY_MS))
        self.hours *= kept

    def _widen(self, types: range, kept: float) -> None:
        prior = np.diag(PRIOR_VARIANCE)
        for kind in types:
            self.spread[kind] = kept * self.spread[kind] + (1.0 - kept) * prior

    def _watch(self, kind: int, residual: float, at_ms: int) -> bool:
        test = self.tests[kind]
        test.update(residual)  # type: ignore[no-untyped-call]
        if not test.drift_detected:
            return False
        self.tests[kind] = _page_hinkley()
        self.counts[kind, COUNTS.index("drifts")] += 1
        self.drifted_at[kind] = at_ms
        self._widen(range(kind, kind + 1), 0.5)
        return True

    def facts(self) -> dict[str, Any]:
        """The part of the state that is not arrays."""
        drifted = {str(kind): at for kind, at in sorted(self.drifted_at.items())}
        return {"learnt": self.learnt, "drifted_at": drifted, "tests": [_test_facts(test) for test in self.tests]}

    def arrays(self) -> dict[str, Array]:
        """The part of the state that is arrays."""
        names = ("mean", "spread", "counts", "value_sum", "value_count", "expected", "money", "lately", "hours")
        return {name: getattr(self, name).ravel() for name in names}

    @classmethod
    def of(cls, facts: Mapping[str, Any], arrays: Mapping[str, Array]) -> Conversion:
        """What was learnt, of its ``facts()`` and ``arrays()``."""
        out = cls()
        for name, array in arrays.items():
            setattr(out, name, array.reshape(getattr(out, name).shape).copy())
        out.learnt, out.tests = facts["learnt"], [_test_of(one) for one in facts["tests"]]
        out.drifted_at = {int(kind): at for kind, at in facts["drifted_at"].items()}
        return out


def features_of(riders: Mapping[str, Array], told: Array, occasion_ordered: Array) -> F64:
    """Rows of riders, (n,) each → features (n, len(FEATURES)) of offering at once, with nothing off; where not ``told`` (n,), all
    personal ones are 0, which stands for the rider in the middle."""
    out = np.zeros((len(told), len(FEATURES)))
    out[:, 0] = 1.0
    out[:, PLAIN.index("after_an_order")] = occasion_ordered
    scaled = {
        "tier": riders["tier"] / 2.0,
        "order_value": np.log1p(riders["order_value_cents"] / 100.0) / 3.0 - 1.0,
        "orders_week": np.log1p(riders["orders_week"]) - 1.0,
        "churn_risk": 2.0 * riders["churn_risk"] - 1.0,
        "price_sensitivity": 2.0 * riders["price_sensitivity"] - 1.0,
        "loyalty": 2.0 * riders["loyalty"] - 1.0,
        "lifetime_value": np.log1p(riders["lifetime_value_cents"] / 100.0) / 5.0 - 1.0,
    }
    for j, name in enumerate(PERSONAL, len(PLAIN)):
        out[:, j] = np.where(told, scaled[name], 0.0)
    return out.round(6)


def _in_order(parts: F64) -> F64:
    """The sum over the first axis, one part after the other: numpy's own sums of one number a part are in another order."""
    out: F64 = np.add.accumulate(parts, axis=0)[-1]
    return out


def _page_hinkley() -> PageHinkley:
    return PageHinkley(min_instances=50, delta=0.15, threshold=30.0, alpha=1.0, mode="both")  # in standard deviations


def _test_facts(test: PageHinkley) -> dict[str, Any]:
    """The numbers of the test: all that it keeps; None for infinite."""
    sums = [getattr(test, name) for name in _SUMS]
    return {"mean": [test._x_mean.n, test._x_mean._mean], "sums": [value if isfinite(value) else None for value in sums]}


def _test_of(facts: Mapping[str, Any]) -> PageHinkley:
    test = _page_hinkley()
    test._x_mean.n, test._x_mean._mean = facts["mean"]
    for name, value in zip(_SUMS, facts["sums"], strict=True):
        setattr(test, name, inf if value is None else value)
    return test
