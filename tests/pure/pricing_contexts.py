"""Quotes by chance, for tests of what pricing learns and chooses."""

from __future__ import annotations

import numpy as np

from agents.pricing.contexts import F64, Contexts

SERVICES = 6


def contexts(rng: np.random.Generator, count: int, zones: int = 4, personal: bool = False) -> Contexts:
    """So many quotes."""
    traits = [rng.random(count) for _ in range(3)] if personal else [None, None, None]
    return Contexts(
        zone=rng.integers(0, zones, count),
        service=rng.integers(0, SERVICES, count),
        demand=rng.random(count),
        supply=rng.random(count),
        hour=24 * rng.random(count),
        weekend=rng.random(count) < 0.3,
        holiday=rng.random(count) < 0.1,
        weather=rng.uniform(-1, 1, count),
        event=rng.random(count),
        competitor=np.exp(rng.normal(0, 0.2, count)),
        sensitivity=traits[0],
        loyalty=traits[1],
        churn=traits[2],
    )


def answers(rng: np.random.Generator, given: Contexts, log_ratios: F64, level: float = 0.8, slope: float = 4.0) -> F64:
    """Whether riders accept: by a logistic curve, higher for services of higher number and in high demand."""
    odds = level + 0.2 * given.service + (given.demand - 0.5) - slope * log_ratios
    return rng.random(len(given)) < 1 / (1 + np.exp(-odds))
