"""Logged rewards, the propensities they were chosen with, and a candidate policy's chances of the same choices, in; its value, out.

    IPS    mean of w·r, where w is the candidate's chance over the logged propensity (Horvitz and Thompson 1952): unbiased, noisy
    SNIPS  the same, divided by the mean of w (Swaminathan and Joachims 2015): slightly biased, less noisy
    DR     mean of v + w·(r - q), where q foretells the reward of the logged choice and v that of the candidate's choices (Dudík, Langford
           and Li 2011): unbiased whatever q foretells, and the less noisy the better it does. Weights beyond max(10, √n / 10) count as that
           (Su et al. 2020): it makes rare decisions of great weight count less, at the cost of a bias as small as what q errs by there;
           where what is cut off is not none by chance (two standard errors), q is wrong there, and nothing is cut off

Intervals are normal ones, of 95 %. The effective sample size is (Σw)² / Σw² (Kish 1965).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from agents.pricing.contexts import F64

CONFIDENCE = 0.95
REACH = float(ndtri((1 + CONFIDENCE) / 2))
LEAST_ESS = 100.0  # whatever the share
CUT, CUT_BY_ROOT = 10.0, 0.1
CHANCE = 2.0  # standard errors
FAR = 5.0  # standard errors that the mean weight may be from 1


class RefusedError(ValueError):
    """The log does not tell the candidate's value; the message says why."""


@dataclass(frozen=True, slots=True)
class Estimated:
    """A value and half of its interval, in the rewards' unit."""

    value: float
    half: float

    @property
    def low(self) -> float:
        """The interval's lower end."""
        return self.value - self.half

    @property
    def high(self) -> float:
        """The interval's upper end."""
        return self.value + self.half


@dataclass(frozen=True, slots=True)
class Estimates:
    """What a candidate is worth by each estimator; ``ess``: effective sample size; ``logged``: what the logged policy was worth."""

    ips: Estimated
    snips: Estimated
    dr: Estimated
    logged: Estimated
    decisions: int
    ess: float
    heaviest: float  # weight


def estimates(reward: F64, propensity: F64, chance: F64, foretold: F64, value: F64, least_share: float) -> Estimates:
    """All estimates, from columns (n,): ``foretold`` reward of the logged choice, ``value`` foretold of the candidate's;
    ``least_share`` of the decisions is the least effective sample size.

    Raises RefusedError where the log has too little of what the candidate would do, and ValueError for propensities that are none.
    """
    if not bool(((propensity > 0) & (propensity <= 1 + 1e-9)).all()):
        raise ValueError("propensities must be above 0 and at most 1: without them, nothing can be said of another policy")
    n = len(reward)
    weight = chance / propensity
    total = float(weight.sum())
    ess = total**2 / float(np.square(weight).sum()) if total > 0 else 0.0
    if ess < max(LEAST_ESS, least_share * n):
        raise RefusedError(
            f"the effective sample size is {ess:.0f} of {n} decisions: the log has too little of what the candidate would do"
        )
    off = (total / n - 1) / max(float(weight.std()) / n**0.5, 1e-12)
    if abs(total / n - 1) > 1e-9 and abs(off) > FAR:
        raise RefusedError(f"weights have a mean of {total / n:.3f}, {abs(off):.0f} standard errors from 1: the log never does some of it")
    snips = float((weight * reward).sum()) / total
    spread = float(np.sqrt(np.square(weight * (reward - snips)).sum())) / total
    return Estimates(
        ips=_mean(weight * reward),
        snips=Estimated(snips, REACH * spread),
        dr=_mean(value + _cut(weight, reward - foretold) * (reward - foretold)),
        logged=_mean(reward),
        decisions=n,
        ess=ess,
        heaviest=float(weight.max()),
    )


def _cut(weight: F64, surprise: F64) -> F64:
    """Weights (n,) that are not too great, unless that would cut off something; ``surprise``: rewards less what was foretold."""
    cut = np.minimum(weight, max(CUT, CUT_BY_ROOT * len(weight) ** 0.5))
    off = (weight - cut) * surprise
    return weight if abs(off.mean()) > CHANCE * off.std() / len(off) ** 0.5 else cut


def _mean(values: F64) -> Estimated:
    return Estimated(float(values.mean()), REACH * float(values.std(ddof=1)) / len(values) ** 0.5)
