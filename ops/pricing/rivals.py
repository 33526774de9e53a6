"""A run's log and its world in; the true profit of the agent's prices, of other rules' for the same quotes, and of the best, out.

    static         the tariff: the reference price, for everybody
    rule-based     the prior: FACTS' multipliers, and nothing learnt
    epsilon-greedy for each service the multiplier of the grid that has earned most so far; one time in ten any of them
    clairvoyant    knows how likely riders are to accept each price, and takes the one of most profit between floor, cap and cost
    bounded        the same, but between the bounds that the guards left the agent, its steps among them

All are held to floor, cap and cost floor. Profit is what is expected by the world's own acceptance: no luck of riders is in it.
"""

from __future__ import annotations

import numpy as np

from agents.pricing.contexts import F64
from agents.pricing.policy import DEFAULT, SERVICES
from ops.pricing.log import Log
from ops.pricing.worlds import World

NAMES = ("agent", "static", "rule-based", "epsilon-greedy", "clairvoyant", "bounded")
FINE = 64  # prices that the clairvoyant looks at
EPSILON, ARMS = 0.1, 16


def profits(log: Log, world: World) -> dict[str, F64]:
    """Expected profit of each quote in cents, shape (n,), by name of NAMES."""
    moment = np.arange(len(log.price)) / len(log.price)
    least = np.clip(log.cost / log.reference, DEFAULT.floor, DEFAULT.cap)

    def profit(ratios: F64) -> F64:
        """Of prices over the reference, (n, prices)."""
        return (ratios * log.reference[:, None] - log.cost[:, None]) * world.accepts(log.contexts, ratios, moment)

    def of(ratio: F64) -> F64:
        return profit(np.clip(ratio, least, DEFAULT.cap)[:, None])[:, 0]

    low, high = log.least / log.reference, log.most / log.reference
    return {
        "agent": profit((log.price / log.reference)[:, None])[:, 0],
        "static": of(np.ones(len(least))),
        "rule-based": of(log.prior / log.reference),
        "epsilon-greedy": of(_epsilon_greedy(log, world, moment)),
        "clairvoyant": profit(_between(least, np.full(len(least), DEFAULT.cap))).max(axis=1),
        "bounded": profit(_between(low, high)).max(axis=1),
    }


def _between(low: F64, high: F64) -> F64:
    return np.asarray(low[:, None] * (high / low)[:, None] ** np.linspace(0, 1, FINE))


def _epsilon_greedy(log: Log, world: World, moment: F64) -> F64:
    """Its multipliers, (n,); it learns from how riders answer it, by their own chance."""
    grid = np.exp(np.linspace(np.log(DEFAULT.floor), np.log(DEFAULT.cap), ARMS))
    ratios = np.clip(grid, np.minimum(log.cost / log.reference, DEFAULT.cap)[:, None], None)
    accepts = world.accepts(log.contexts, ratios, moment)
    earns = ratios - (log.cost / log.reference)[:, None]
    rng = np.random.default_rng([world.seed, 13])
    luck, explores, any_arm = rng.random(len(moment)), rng.random(len(moment)) < EPSILON, rng.integers(0, ARMS, len(moment))
    earned, tries = np.zeros((len(SERVICES), ARMS)), np.zeros((len(SERVICES), ARMS))
    out = np.empty(len(moment))
    for i, service in enumerate(log.contexts.service.tolist()):
        untried = tries[service] == 0
        best = int(untried.argmax()) if untried.any() else int((earned[service] / tries[service]).argmax())
        arm = int(any_arm[i]) if explores[i] else best
        tries[service, arm] += 1
        earned[service, arm] += earns[i, arm] * (luck[i] < accepts[i, arm])
        out[i] = ratios[i, arm]
    return out
