"""Quotes with their bounds and costs, and what is known of their acceptance, in; a price for each, with its propensity, out.

The grid of a quote: ``arms`` prices from its floor to its cap, each by the same factor above the one before. The value of a price is
``weights · (revenue, margin, satisfaction, efficiency)`` with FACTS §3's weights, expected over acceptance, which is all that a price can
change; each in shares of the most that the grid can bring of it by what is known, so that weights mean the same for all services:

    revenue       price · accepted
    margin        (price - cost) · accepted
    satisfaction  accepted: who takes a quote says that the price is right
    efficiency    (supply - demand) / (supply + demand) · accepted: an order more helps where drivers wait, and harms where they lack

Thompson sampling (Thompson 1933; Russo et al. 2018) without simulation: ``draws`` equally likely points stand for the posterior of a
quote's curve (level, slope). The chance of an arm is the share of points under which it is the best, but for ``blur``, which goes to the
arms beside it, and ``explore``, which all arms have alike; the arm is then drawn from exactly these chances by the quote's own random
number. So the propensity is exact, never 0, and anybody can compute it again. Arms whose prices are the same cent (floor = cap, or near
it) share their propensity.

Guards that know their bounds beforehand belong into floors and caps. A guard that moves prices afterwards makes others of them: the
propensity of the price after it is the sum of ``chances`` over the arms that it moves there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from agents.pricing.acceptance import STEEPEST_ODDS, Acceptance, Curves, bend, chance
from agents.pricing.chance import Words, uniform
from agents.pricing.contexts import F64, I64, Contexts

Weights = tuple[float, float, float, float]
OBJECTIVES: Mapping[str, Weights] = {  # weights of revenue, margin, satisfaction, efficiency (FACTS §3)
    "maximize_profit": (0.4, 0.4, 0.1, 0.1),
    "maximize_revenue": (0.6, 0.2, 0.1, 0.1),
    "maximize_user_satisfaction": (0.1, 0.1, 0.6, 0.2),
    "balanced": (0.3, 0.3, 0.2, 0.2),
}
LEAST = 1e-9  # no criterion is counted in shares of less
ALTERNATIVES = ("conservative", "balanced", "aggressive")
CHUNK = 128  # quotes looked at together: what fits into a core's cache


@dataclass(frozen=True)
class ChoicePolicy:
    """How a price is chosen."""

    arms: int = 16  # prices of the grid
    draws: int = 32  # points that stand for the posterior
    explore: float = 0.01  # chance shared by all arms alike
    blur: float = 0.15  # chance that an arm gives to the two beside it: it costs little, and tells what other policies would bring
    weights: tuple[Weights, ...] = tuple(OBJECTIVES.values())  # in the order of OBJECTIVES
    near: float = 0.05  # an alternative's expected value is at most that share below the best


@dataclass(frozen=True, slots=True)
class Effects:
    """A price and what is expected of it, shape (n,) each: the chance of acceptance, revenue and profit by the posterior, in currency."""

    price: F64
    acceptance: F64
    revenue: F64
    profit: F64


@dataclass(frozen=True, slots=True)
class Chosen:
    """Prices, shape (n,) each where not said otherwise."""

    arm: I64
    propensity: F64  # of the price
    confidence: F64  # posterior chance that it is worth 95 % of the best price or more (1 - ``near``)
    effects: Effects  # of the price
    alternatives: Mapping[str, Effects]
    prices: F64  # (n, arms), whole cents
    chances: F64  # (n, arms), of sum 1


def choose(
    acceptance: Acceptance,
    contexts: Contexts,
    reference: F64,
    floors: F64,
    caps: F64,
    costs: F64,
    weights: Weights,
    seed: int,
    keys: Words,
    policy: ChoicePolicy,
    curves: Curves | None = None,
) -> Chosen:
    """Choose for quotes (n,): prices in currency, floors > 0 and at most the caps; ``keys`` name the quotes, ``seed`` is the market's.
    ``curves``: of the quotes, if they are known."""
    curves = acceptance.curves(contexts) if curves is None else curves
    prices = grid(floors, caps, policy.arms)
    ratios = prices / reference[:, None]
    dear, least = np.log(ratios), acceptance.policy.least_slope
    bent = bend(curves, contexts, dear)
    foreseen = chance(curves.level[:, None] - np.maximum(curves.slope, least)[:, None] * dear + bent)
    gain = worth(ratios, costs / reference, contexts, foreseen, weights)
    parts = []
    for at in range(0, max(1, len(contexts)), CHUNK):
        rows = slice(at, at + CHUNK)
        parts.append(_look(curves[rows], dear[rows], bent[rows], gain[rows], least, policy))
    won, likely, near = (np.concatenate(each) for each in zip(*parts, strict=True))
    chances = (1 - policy.explore) * _blurred(won, policy.blur) + policy.explore / policy.arms
    arm = draw(chances, uniform(seed, keys))
    own = np.arange(len(arm))
    price = prices[own, arm]
    return Chosen(
        arm=arm,
        propensity=np.where(prices == price[:, None], chances, 0.0).sum(axis=1),
        confidence=near[own, arm],
        effects=_effects(prices, likely, costs, arm),
        alternatives=_alternatives(gain * likely, prices, likely, costs, policy),
        prices=prices,
        chances=chances,
    )


def grid(floors: F64, caps: F64, arms: int) -> F64:
    """Prices (n, arms) from floor to cap, evenly by their logarithm, in whole cents."""
    step = np.log(caps / floors) / (arms - 1)
    return np.rint(100 * floors[:, None] * np.exp(step[:, None] * np.arange(arms))) / 100


def draw(chances: F64, chance: F64) -> I64:
    """The arm (n,) in whose part of [0, 1) each number (n,) falls, by the arms' chances (n, arms)."""
    below = np.cumsum(chances, axis=1)[:, :-1] <= chance[:, None]
    arm: I64 = below.sum(axis=1, dtype=np.int64)
    return arm


@cache
def points(count: int) -> tuple[F64, F64]:
    """Equally likely points of two independent standard normal numbers: a spiral of Fibonacci, exact in mean, variance and covariance."""
    at = np.arange(count)
    radius = np.sqrt(-2 * np.log1p(-(at + 0.5) / count))
    angle = at * np.pi * (3 - 5**0.5)
    first, second = radius * np.cos(angle), radius * np.sin(angle)
    first = first - first.mean()
    first /= np.sqrt(np.square(first).mean())
    second = second - second.mean()
    second -= (first * second).mean() * first
    return first, second / np.sqrt(np.square(second).mean())


def drawn(curves: Curves, least_slope: float, count: int) -> tuple[F64, F64]:
    """Levels and slopes, shape (n, count) each, that stand for the posterior of each quote's curve; no slope below the least."""
    first, second = points(count)
    sd = np.sqrt(curves.slope_variance)
    along = curves.covariance / sd
    rest = np.sqrt(np.maximum(curves.level_variance - np.square(along), 0.0))
    slope = np.maximum(curves.slope[:, None] + sd[:, None] * first, least_slope)
    return curves.level[:, None] + along[:, None] * first + rest[:, None] * second, slope


def _look(curves: Curves, dear: F64, bent: F64, gain: F64, least_slope: float, policy: ChoicePolicy) -> tuple[F64, F64, F64]:
    """Of some quotes' arms (quotes, arms): share of points where it is best, expected acceptance, share where it is near the best."""
    level, slope = drawn(curves, least_slope, policy.draws)
    refused = slope[:, None, :] * dear[:, :, None]
    refused -= level[:, None, :]
    refused -= bent[:, :, None]
    for arm in range(1, policy.arms):  # acceptance never rises with price
        np.maximum(refused[:, arm], refused[:, arm - 1], out=refused[:, arm])
    accepted = np.exp(np.minimum(np.maximum(refused, -STEEPEST_ODDS, out=refused), STEEPEST_ODDS, out=refused), out=refused)
    accepted += 1.0
    np.divide(1.0, accepted, out=accepted)
    value = gain[:, :, None] * accepted
    best = value.max(axis=1, keepdims=True)
    won = (value == best).sum(axis=2)
    near = (value >= best - policy.near * np.abs(best)).sum(axis=2)
    return won / won.sum(axis=1, keepdims=True), accepted.sum(axis=2) / policy.draws, near / policy.draws


def worth(ratios: F64, cost: F64, contexts: Contexts, foreseen: F64, weights: Weights) -> F64:
    """What an accepted quote is worth at each price, (n, arms): ``ratios`` and cost over the reference, the acceptance foreseen."""
    load = contexts.supply + contexts.demand
    slack = np.divide(contexts.supply - contexts.demand, load, out=np.zeros(len(load)), where=load > 0)
    sale = np.ones_like(ratios)
    each = (ratios, ratios - cost[:, None], sale)
    most = (np.abs(one * foreseen).max(axis=1, keepdims=True) for one in each)
    revenue, margin, sold = (one / np.maximum(top, LEAST) for one, top in zip(each, most, strict=True))
    value: F64 = weights[0] * revenue + weights[1] * margin + weights[2] * sold + weights[3] * slack[:, None] * sold
    return value


def _blurred(won: F64, blur: float) -> F64:
    """Chances (n, arms) of which each arm gives the share ``blur`` to the arms beside it; at the ends half of that stays."""
    given = won * (blur / 2)
    out = won * (1 - blur)
    out[:, 1:] += given[:, :-1]
    out[:, :-1] += given[:, 1:]
    out[:, 0] += given[:, 0]
    out[:, -1] += given[:, -1]
    return out


def _effects(prices: F64, likely: F64, costs: F64, arm: I64) -> Effects:
    rows = np.arange(len(arm))
    price, chance = prices[rows, arm], likely[rows, arm]
    return Effects(price, chance, price * chance, (price - costs) * chance)


def _alternatives(value: F64, prices: F64, likely: F64, costs: F64, policy: ChoicePolicy) -> dict[str, Effects]:
    """The price of the best expected value; and the lowest and the highest that are worth nearly as much: more sales, or more a sale."""
    best = value.max(axis=1, keepdims=True)
    near = value >= best - policy.near * np.abs(best)
    arms = (near.argmax(axis=1), value.argmax(axis=1), near.shape[1] - 1 - near[:, ::-1].argmax(axis=1))
    return {name: _effects(prices, likely, costs, arm) for name, arm in zip(ALTERNATIVES, arms, strict=True)}
