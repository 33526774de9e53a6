"""Figures of several seeds or days in; means with 95 % intervals, differences of pairs, inequality, out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from columns.table import F64

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean and how far on either side of it its 95 % interval goes; infinitely far where one sample is all there is."""

    mean: float
    half: float

    @property
    def low(self) -> float:
        """The interval's lower end."""
        return self.mean - self.half

    @property
    def high(self) -> float:
        """The interval's upper end."""
        return self.mean + self.half


def estimate(samples: F64) -> Estimate:
    """Student's interval of the mean of independent samples, shape (n,): ``mean ± t(0.975, n - 1) · s / √n``.

    >>> two = estimate(np.array([1.0, 3.0]))
    >>> round(two.mean, 3), round(two.half, 3)
    (2.0, 12.706)
    """
    n = len(samples)
    if n < 2:
        return Estimate(float(samples.mean()) if n else float("nan"), float("inf"))
    t = float(stdtrit(n - 1, (1 + CONFIDENCE) / 2))
    return Estimate(float(samples.mean()), t * float(samples.std(ddof=1)) / n**0.5)


def difference(values: F64, baseline: F64) -> Estimate:
    """Mean of the paired differences, shape (n,) each."""
    return estimate(values - baseline)


def relative(values: F64, baseline: F64) -> Estimate:
    """Mean of the paired differences as shares of the baseline, shape (n,) each."""
    return estimate(values / baseline - 1.0)


def gini(values: F64) -> float:
    """Gini coefficient of values that are not negative, shape (n,): 0 all equal, near 1 all with one. NaN of nothing; 0 where all is 0.

    ``Σ (2i - n - 1) xᵢ / (n Σ xᵢ)`` over the sorted values (Gini's mean difference, halved, over the mean).

    >>> gini(np.array([1.0, 1.0])), gini(np.array([0.0, 1.0]))
    (0.0, 0.5)
    """
    n = len(values)
    if n == 0:
        return float("nan")
    total = float(values.sum())
    weights = 2 * np.arange(1, n + 1) - n - 1
    return float((weights * np.sort(values)).sum()) / (n * total) if total > 0 else 0.0
