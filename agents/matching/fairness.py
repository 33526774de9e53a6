"""Income and active time of a market's drivers in; how each stands against the market, its boost in the assignment's cost, and the
market's inequality, out: formulas over arrays, no state (that is in ledger.py).

What is fair is income in proportion to active time, over many matches rather than in each (Sühr, Biega, Zehlike, Gummadi, Chakraborty:
Two-sided fairness for repeated matchings in two-sided markets, KDD 2019).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.matching.optimal import Choices
from columns.table import F64, I64

HOUR_MS = 3_600_000
NOTHING = 1e-9  # relative income whose boost is the whole bound


@dataclass(frozen=True)
class FairnessPolicy:
    """What counts as active, how far back, and how much pickup time fairness may cost."""

    hours: int = 24  # the ledger keeps; the memory of a driver is 8 bytes for each
    window_h: int = 8  # the window of the factor and the boost
    windows_h: tuple[int, ...] = (8, 24)  # of the market's statistics
    silent_s: float = 300.0  # a driver not heard of for longer is not active …
    silent_on_order_s: float = 3600.0  # … nor one on an order for longer than this
    prior_h: float = 1.0  # a driver's rate counts as if it had been active this long at the market's mean, besides
    exponent: float = 2.0  # of the factor: 1/2 at the mean, 1/(1 + 2²) at twice the mean
    bound_s: float = 50.0  # the boost lies within ± this
    steepness: float = 4.0  # of the boost: ± bound · steepness / 2 · the relative deviation, near the mean


DEFAULT = FairnessPolicy()


@dataclass(frozen=True, slots=True)
class Standing:
    """How drivers stand against their market, shape (drivers,) each.

    ``cents`` earned and ``active_ms`` in the window; ``per_hour`` cents per active hour, drawn to the market's mean where little is known;
    ``relative`` to the market's mean; ``factor`` in [0, 1], lower the more is earned; ``boost_ms`` to add to a pair's cost.
    """

    cents: I64
    active_ms: I64
    per_hour: F64
    relative: F64
    factor: F64
    boost_ms: I64


@dataclass(frozen=True, slots=True)
class Inequality:
    """A market in a window: drivers with active time, their totals, cents per active hour: the mean, 10th and 90th percentile; the Gini.

    NaN for all but the totals where nobody was active, and for the Gini where nobody earned.
    """

    hours: int
    drivers: int
    cents: int
    active_ms: int
    mean: float
    p10: float
    p90: float
    gini: float


def standing(cents: I64, active_ms: I64, policy: FairnessPolicy = DEFAULT) -> Standing:
    """How drivers stand, from cents earned and active ms in the window, shape (drivers,) each."""
    mean = mean_per_hour(cents, active_ms)
    per_hour = income_per_hour(cents, active_ms, mean, policy.prior_h)
    relative = np.round(per_hour / mean, 9) if mean > 0 else np.ones(len(cents))
    return Standing(cents, active_ms, per_hour, relative, factor(relative, policy), boost_ms(relative, policy))


def mean_per_hour(cents: I64, active_ms: I64) -> float:
    """The market's cents per active hour: all income over all active time. 0.0 where nobody was active."""
    active = int(active_ms.sum())
    return int(cents.sum()) * HOUR_MS / active if active else 0.0


def income_per_hour(cents: I64, active_ms: I64, mean: float, prior_h: float) -> F64:
    """Cents per active hour, shape (drivers,): ``(income + k · mean) / (hours + k)`` with k = ``prior_h``.

    The credibility estimate of Bühlmann & Straub (Glaubwürdigkeit für Schadensätze, 1970): the own rate weighs hours / (hours + k), the
    market's mean the rest; k is the hours after which chance and lasting differences weigh alike. A newcomer stands at the mean.

    >>> income_per_hour(np.array([3000, 0]), np.array([HOUR_MS, 0]), 2000.0, 1.0).tolist()
    [2500.0, 2000.0]
    """
    hours = active_ms / HOUR_MS + prior_h
    known = hours > 0
    out: F64 = np.where(known, cents + prior_h * mean, mean) / np.where(known, hours, 1.0)
    return out


def factor(relative: F64, policy: FairnessPolicy = DEFAULT) -> F64:
    """``1 / (1 + r²)`` of income per active hour relative to the market's mean, shape (n,): 1 for nothing, 1/2 at the mean.

    With the intent of the document's steps at 5, 10, 15, 20 recent assignments (FACTS §2): it is the function that stood in their place,
    ``1 / (1 + (n / 12)²)``, where 12 assignments in the window of 8 hours are the mean.

    >>> factor(np.array([5, 10, 12, 15, 20]) / 12).round(2).tolist()
    [0.85, 0.59, 0.5, 0.39, 0.26]
    """
    out: F64 = np.round(1.0 / (1.0 + relative**policy.exponent), 9)
    return out


def relative_of(factors: F64, policy: FairnessPolicy = DEFAULT) -> F64:
    """The income relative to the market's mean whose ``factor`` this is, shape (n,).

    >>> relative_of(factor(np.array([0.0, 0.5, 2.0]))).round(6).tolist()
    [0.0, 0.5, 2.0]
    """
    out: F64 = (1.0 / factors - 1.0) ** (1.0 / policy.exponent)
    return out


def boost_ms(relative: F64, policy: FairnessPolicy = DEFAULT) -> I64:
    """What to add to the cost of every pair of a driver, whole ms, shape (n,): within ± ``bound_s``, 0 at the market's mean.

    ``bound · tanh(s / 2 · ln r)``, which is ``bound · (rˢ - 1) / (rˢ + 1)``: poorer drivers are cheaper, richer ones dearer.

    **What it may cost.** Let c be the costs without it (pickup time and what else there is, going without included) and b the boost, one
    value a driver, |b| ≤ B. Let A be an assignment of least c, and A' one of least c + b. Laid over one another they differ in separate
    paths and cycles of orders and drivers. In each of these A' could have done as A does, hence ``c(A') + b(A') ≤ c(A) + b(A)`` there. The
    boosts of drivers that both use cancel, and only a path's two ends can be drivers that one alone uses. So a path costs at most 2 B
    more than in A, a cycle nothing, and a batch at most B for each driver that one of the two assignments uses and the other does not:
    **at most 2 B an order**, and nothing where every driver is used anyway. An order that is alone is at most 2 B from its best driver.
    """
    steep = np.tanh(policy.steepness / 2.0 * np.log(np.maximum(relative, NOTHING)))
    out: I64 = np.rint(policy.bound_s * 1000.0 * steep).astype(np.int64)
    return out


def spent_ms(choices: Choices, boost: I64, place: I64, price: I64) -> int:
    """The most that the boost can have cost a batch, in the costs without it: a bound that the assignment's own prices prove.

    ``choices`` with the boost in their costs, ``boost`` (drivers,), ``place`` (orders,) of optimal.assign, ``price`` (drivers + 1,) of
    prices.prices. By weak duality no assignment costs less than ``Σ min(outside, min(c + q)) - Σ q``, whatever q ≥ 0; here q is the
    price plus the boost of the drivers chosen, 0 for the others.
    """
    both = np.append(boost, 0)
    plain = choices.cost - both[choices.driver]
    matched = np.flatnonzero(place >= 0)
    chosen = choices.driver[matched, place[matched]]
    paid = int(plain[matched, place[matched]].sum()) + int(choices.outside[place < 0].sum())
    q: I64 = np.zeros(choices.drivers + 1, np.int64)
    q[chosen] = np.maximum(0, price[chosen] + both[chosen])
    least = np.minimum(choices.outside, (plain + q[choices.driver]).min(axis=1)) if plain.shape[1] else choices.outside
    return paid - (int(least.sum()) - int(q.sum()))


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Those with weight, by ``rate`` (income / weight), poorest first; shape (n,) each."""

    income: F64
    weight: F64
    rate: F64


def _ranked(income: I64 | F64, weight: I64 | F64) -> _Ranked:
    known = weight > 0
    income, weight = income[known].astype(np.float64), weight[known].astype(np.float64)
    rate = income / weight
    order = np.argsort(rate, kind="stable")
    return _Ranked(income[order], weight[order], rate[order])


def gini(income: I64 | F64, weight: I64 | F64) -> float:
    """The Gini coefficient of ``income / weight`` among weights: 0 where all stand alike, near 1 where one has all. NaN without income.

    Twice the area between the diagonal and the Lorenz curve of the weight's share against the income's share, poorest first:
    ``1 - Σ wᵢ (Sᵢ + Sᵢ₋₁) / (W S)`` (Lerman & Yitzhaki 1989, Improving the accuracy of estimates of Gini coefficients). With cents and
    active time every active hour counts alike, so whoever was online for a minute hardly does; with rates and ones, every driver does.

    >>> gini(np.array([0, 0, 0, 8]), np.ones(4))
    0.75
    """
    return _gini(_ranked(income, weight))


def _gini(ranked: _Ranked) -> float:
    upto = np.cumsum(ranked.income)
    if len(upto) == 0 or upto[-1] <= 0:
        return float("nan")
    area = float((ranked.weight * (2.0 * upto - ranked.income)).sum())
    return round(1.0 - area / float(ranked.weight.sum() * upto[-1]), 9)


def percentile(share: float, income: I64 | F64, weight: I64 | F64) -> float:
    """The least ``income / weight`` at or below which ``share`` of the weight lies. NaN where nobody has weight.

    The inverse of the weighted distribution: the first of the definitions in Hyndman & Fan 1996, Sample quantiles in statistical packages.

    >>> percentile(0.5, np.array([10, 30, 60]), np.array([1, 1, 2]))
    30.0
    """
    return _percentile(share, _ranked(income, weight))


def _percentile(share: float, ranked: _Ranked) -> float:
    upto = np.cumsum(ranked.weight)
    if len(upto) == 0:
        return float("nan")
    return float(ranked.rate[np.searchsorted(upto, share * upto[-1] * (1 - 1e-12))])


def inequality(hours: int, cents: I64, active_ms: I64) -> Inequality:
    """A market's statistics from cents and active ms in a window of ``hours``, shape (drivers,) each; drivers count by active time."""
    ranked = _ranked(cents, active_ms)
    p10, p90 = (round(HOUR_MS * _percentile(share, ranked), 9) for share in (0.1, 0.9))
    mean = mean_per_hour(cents, active_ms) if len(ranked.rate) else float("nan")
    return Inequality(hours, len(ranked.rate), int(cents.sum()), int(active_ms.sum()), mean, p10, p90, _gini(ranked))
