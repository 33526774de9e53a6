"""A log and the name of a candidate policy in; its chances of each price that the agent could have asked for, out.

Candidates that learn do so from the first part of the log, and are judged on the rest: objectives choose as the agent does, but for their
weights; ``prior`` and ``tariff`` always take the price of the grid that is nearest to the prior or to the reference price.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.pricing.acceptance import Acceptance, AcceptancePolicy
from agents.pricing.chance import Words
from agents.pricing.choice import OBJECTIVES, ChoicePolicy, Chosen, Weights, choose, grid
from agents.pricing.contexts import F64, I64
from ops.pricing.estimators import Estimates, estimates
from ops.pricing.log import Log

WEIGHTS: dict[str, Weights] = {"profit": (0.0, 1.0, 0.0, 0.0), **OBJECTIVES}
FIXED = ("prior", "tariff")
CANDIDATES = (*WEIGHTS, *FIXED)
CENTS = 100.0


@dataclass(frozen=True, slots=True)
class Chances:
    """Of a candidate, (n, arms): prices in cents, and how likely it takes each."""

    prices: F64
    chances: F64


def fitted(log: Log, block: int = 200) -> Acceptance:
    """What the agent's model learns from a log, block by block."""
    model = Acceptance(AcceptancePolicy())
    every = model.policy.every_ms
    for tick, start in enumerate(range(0, len(log.price), block)):
        part = log[start : start + block]
        model.observe(part.contexts, np.log(part.price / part.reference), part.accepted > 0, np.full(len(part.price), tick * every))
        model.learn((tick + 1) * every)
    return model


def priced(model: Acceptance, log: Log, weights: Weights, seed: int, keys: Words, policy: ChoicePolicy) -> Chosen:
    """What the agent's choice makes of the log's quotes."""
    reference, least, most, cost = (each / CENTS for each in (log.reference, log.least, log.most, log.cost))
    return choose(model, log.contexts, reference, least, most, cost, weights, seed, keys, policy)


def chances(name: str, log: Log, model: Acceptance, policy: ChoicePolicy) -> Chances:
    """The candidate's chances for each decision of the log. Raises ValueError for an unknown name."""
    if name in WEIGHTS:
        keys = np.arange(len(log.price), dtype=np.uint64)
        chosen = priced(model, log, WEIGHTS[name], 0, keys, policy)
        return Chances(np.rint(CENTS * chosen.prices), chosen.chances)
    if name not in FIXED:
        raise ValueError(f"{name!r} is no candidate: give one of {', '.join(CANDIDATES)}")
    prices = np.rint(CENTS * grid(log.least / CENTS, log.most / CENTS, policy.arms))
    wanted = log.prior if name == "prior" else log.reference
    nearest = np.abs(np.log(prices / wanted[:, None])).argmin(axis=1)
    return Chances(prices, np.asarray(np.arange(policy.arms) == nearest[:, None], np.float64))


def on_grid(log: Log, policy: ChoicePolicy) -> I64:
    """The decisions whose price is one of the grid between their bounds."""
    prices = np.rint(CENTS * grid(log.least / CENTS, log.most / CENTS, policy.arms))
    return np.flatnonzero((prices == log.price[:, None]).any(axis=1))


def foretold_acceptance(log: Log, prices: F64, model: Acceptance, block: int = 1000) -> F64:
    """Chances that prices (n, prices) of the log's quotes are accepted, by what the model says. It goes on to learn from each block of
    the log when it has foretold it: from the past alone, so that estimates stay without bias."""
    model = Acceptance.of(model.facts(), model.arrays(), model.policy)
    every, parts = model.policy.every_ms, []
    for start in range(0, len(log.price), block):
        part = log[start : start + block]
        parts.append(model.predict(part.contexts, np.log(prices[start : start + block] / part.reference[:, None]))[0])
        now = (model.tick + 1) * every
        model.observe(part.contexts, np.log(part.price / part.reference), part.accepted > 0, np.full(len(part.price), now))
        model.learn(now + every)
    return np.concatenate(parts)


def judge(log: Log, candidate: Chances, likely: F64, least_share: float) -> Estimates:
    """The candidate's profit per decision in cents, by the decisions of the log; ``likely`` (n, arms): ``foretold_acceptance`` of its
    prices, which are the grid's for all candidates. Raises as ``estimates`` does."""
    same = candidate.prices == log.price[:, None]
    chance = np.where(same, candidate.chances, 0.0).sum(axis=1)
    profit = likely * (candidate.prices - log.cost[:, None])
    foretold = np.where(same, profit, 0.0).sum(axis=1) / same.sum(axis=1)
    value = (candidate.chances * profit).sum(axis=1)
    return estimates(log.accepted * (log.price - log.cost), log.propensity, chance, foretold, value, least_share)
