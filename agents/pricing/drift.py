"""How far outcomes were from what was expected of them in; whether acceptance has changed since it was learnt, out.

Per service the residuals of so many outcomes are summed and divided by their standard deviation under the model: where the model holds, a
number of mean 0 and variance 1, whatever the rate of quotes. The Page-Hinkley test (Page 1954, river's) watches it in both directions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite, sqrt
from typing import Any

from columns.drift import PageHinkley

_SUMS = ("_sum_increase", "_sum_decrease", "_min_increase", "_max_decrease")


@dataclass(frozen=True, slots=True)
class DriftPolicy:
    """When acceptance counts as changed, and what is then forgotten."""

    outcomes: int = 25  # of a service, summed to one number for the test
    delta: float = 0.35  # standard deviations that a change is at least
    threshold: float = 9.0
    keep: float = 0.05  # of the service's evidence, when acceptance has changed


class Drift:
    """The watch over one service. ``found``: how often its acceptance changed."""

    def __init__(self, policy: DriftPolicy) -> None:
        self.policy = policy
        self.found = 0
        self.count, self.residual, self.variance = 0, 0.0, 0.0
        self.test = self._fresh()

    def update(self, count: int, residual: float, variance: float) -> bool:
        """Take outcomes: how many, the sum of (accepted - expected), and that sum's variance. Whether acceptance has now changed."""
        self.count, self.residual, self.variance = self.count + count, self.residual + residual, self.variance + variance
        if self.count < self.policy.outcomes:
            return False
        self.test.update(self.residual / sqrt(self.variance))  # type: ignore[no-untyped-call]
        self.count, self.residual, self.variance = 0, 0.0, 0.0
        if not self.test.drift_detected:
            return False
        self.found += 1
        self.test = self._fresh()
        return True

    def facts(self) -> dict[str, Any]:
        """The state, as JSON can hold it; None for infinite."""
        sums = [getattr(self.test, name) for name in _SUMS]
        own = {name: getattr(self, name) for name in ("found", "count", "residual", "variance")}
        mean = self.test._x_mean
        return own | {"mean": [mean.n, mean._mean], "sums": [value if isfinite(value) else None for value in sums]}

    @classmethod
    def of(cls, facts: Mapping[str, Any], policy: DriftPolicy) -> Drift:
        """The state that ``facts()`` are of."""
        out = cls(policy)
        for name in ("found", "count", "residual", "variance"):
            setattr(out, name, facts[name])
        out.test._x_mean.n, out.test._x_mean._mean = facts["mean"]
        for name, value in zip(_SUMS, facts["sums"], strict=True):
            setattr(out.test, name, inf if value is None else value)
        return out

    def _fresh(self) -> PageHinkley:
        return PageHinkley(min_instances=5, delta=self.policy.delta, threshold=self.policy.threshold, mode="both")
