"""Drivers' answers in; the chance that a driver accepts an order, and what the risk of a refusal adds to its cost, out.

The chance has two parts. Each driver's own: answers so far, shrunk to the acceptance rate of its profile (the mean of a Beta posterior).
And what the way to the pickup changes in the odds, learnt over all drivers of the market by classes of ETA, as in a logistic regression
with the drivers' own odds as its offset: ``logit p = logit p(driver) + effect(class)``, where the effect is the logarithm of the odds
observed over the odds expected, shrunk to none. Whatever is counted is a whole number, so answers may come in any order between two uses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from columns.table import F64, I64, Array, Columns, Mask

ANSWERED = {  # columns of the driver table
    "answers": ("i8", 0),  # of late: accepted, declined, not in time
    "accepted": ("i8", 0),
}
CLASS_S = np.array([240.0, 300.0, 360.0, 450.0, 600.0])  # ETA between classes
MICRO = 1_000_000


@dataclass(frozen=True)
class AcceptancePolicy:
    """How the chance is learnt, and what a refusal costs."""

    prior: int = 10  # answers' worth of belief in the profile's acceptance rate
    memory: int = 200  # answers of a driver that count at most: then all count half
    class_prior: int = 50  # answers' worth of belief that a class of ETA changes nothing
    class_memory: int = 20_000
    least: float = 0.02  # no chance is lower …
    most: float = 0.995  # … or higher
    lost_s: float = 20.0  # what each refusal is expected to lose: an answer is awaited, and another driver is looked for
    limit_s: float = 300.0  # the most that the risk adds to a cost


class Acceptance:
    """One market's answers by class of ETA; each driver's own are in the driver table."""

    def __init__(self) -> None:
        self.answers: I64 = np.zeros(len(CLASS_S) + 1, np.int64)
        self.accepted: I64 = np.zeros(len(CLASS_S) + 1, np.int64)
        self.expected: I64 = np.zeros(len(CLASS_S) + 1, np.int64)  # sum of the drivers' own chances, millionths

    def learn(self, drivers: Columns, rows: I64, eta_s: F64, accepted: Mask, policy: AcceptancePolicy) -> None:
        """Take answers, shape (n,) each: of which driver, how far from the pickup it was when asked, what it said."""
        if len(rows) == 0:
            return
        classes = np.searchsorted(CLASS_S, eta_s)
        np.add.at(self.expected, classes, np.rint(own_chance(drivers, rows, policy) * MICRO).astype(np.int64))
        np.add.at(self.answers, classes, 1)
        np.add.at(self.accepted, classes, accepted)
        full = self.answers > policy.class_memory
        for sums in (self.answers, self.accepted, self.expected):
            sums[full] //= 2
        np.add.at(drivers["answers"], rows, 1)
        np.add.at(drivers["accepted"], rows, accepted)
        many = np.unique(rows[drivers["answers"][rows] > policy.memory])
        drivers["answers"][many] //= 2
        drivers["accepted"][many] //= 2

    def effects(self, policy: AcceptancePolicy) -> F64:
        """What each class of ETA adds to the log odds, shape (classes,)."""
        prior = policy.class_prior / 2
        expected = self.expected / MICRO
        observed: F64 = np.log((self.accepted + prior) / (self.answers - self.accepted + prior))
        foreseen: F64 = np.log((expected + prior) / (np.maximum(0.0, self.answers - expected) + prior))
        return observed - foreseen

    def chance(self, own: F64, eta_s: F64, policy: AcceptancePolicy) -> F64:
        """That drivers accept, to six digits, from their own chances and ETAs, shape (pairs,) each."""
        logit: F64 = np.log(own) - np.log1p(-own) + self.effects(policy)[np.searchsorted(CLASS_S, eta_s)]
        likely: F64 = 1.0 / (1.0 + np.exp(-logit))
        out: F64 = np.clip(likely, policy.least, policy.most).round(6)
        return out

    def facts(self) -> dict[str, Any]:
        """The part of the state that is not arrays: none."""
        return {}

    def arrays(self) -> dict[str, Array]:
        """The state."""
        return {"answers": self.answers, "accepted": self.accepted, "expected": self.expected}

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Acceptance:
        """The state whose ``arrays()`` these are."""
        out = cls()
        out.answers, out.accepted, out.expected = (arrays[name].copy() for name in ("answers", "accepted", "expected"))
        return out


def own_chance(drivers: Columns, rows: I64, policy: AcceptancePolicy) -> F64:
    """That each driver accepts an order at a usual distance, shape (n,): ``(accepted + prior · profile) / (answers + prior)``."""
    prior = policy.prior
    own = (drivers["accepted"][rows] + prior * drivers["acceptance"][rows]) / (drivers["answers"][rows] + prior)
    out: F64 = np.clip(own, policy.least, policy.most)
    return out


def risk_ms(chance: F64, policy: AcceptancePolicy) -> I64:
    """What to add to the cost of pairs, whole ms, shape (pairs,): ``lost · (1 - p) / p``.

    Of drivers that each accept with the chance p, (1 - p) / p refuse before one accepts, on average (geometric distribution).
    """
    out: I64 = np.rint(1000.0 * np.minimum(policy.limit_s, policy.lost_s * (1.0 - chance) / chance)).astype(np.int64)
    return out
