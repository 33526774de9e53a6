"""A seed and a kind of world in; how riders answer prices there, known to the simulation alone, out.

Riders take a quote if it is below what they are willing to pay. The kinds differ in how that is spread:

    logistic   its logarithm is logistic, as the agent believes: the well-specified world
    normal     it is normal, not its logarithm; demand acts by its square, and rain counts at night only
    segments   two kinds of riders: four tenths care little for the price, the others much
    threshold  beyond the competitor's price riders are lost at once, and much dearer than usual is never taken
    drift      logistic, until half of the decisions are made: then levels and slopes are others
    shocks     logistic, but three times for an hour riders want what they usually would not, or the reverse

Weights of zones, services and contexts are drawn by seed. Nothing real is recorded of how riders answer prices: these are simulations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtr

from agents.pricing.contexts import F64, Contexts, level_features, slope_features

KINDS = ("logistic", "normal", "segments", "threshold", "drift", "shocks")
WELL_SPECIFIED = ("logistic",)
MISSPECIFIED = ("normal", "segments", "threshold")
SERVICES = 6
SHOCKS = ((0.30, 1.2), (0.55, -1.2), (0.80, 1.2))  # when, as shares of the run; what they add to the log-odds
SHOCK_SHARE = 1 / 24


@dataclass(frozen=True, slots=True)
class Riders:
    """How riders of a world answer while nothing changes."""

    level: F64  # (zones, services): log-odds at the reference price
    slope: F64  # (zones, services)
    level_weights: F64  # of the level features but the constant
    slope_weights: F64

    @classmethod
    def of(cls, rng: np.random.Generator, zones: int) -> Riders:
        """Riders by chance."""

        def crossed(mean: float, services: float, zone: float, cell: float) -> F64:
            own = rng.normal(0, services, SERVICES) + rng.normal(0, zone, (zones, 1)) + rng.normal(0, cell, (zones, SERVICES))
            return np.asarray(mean + own)

        level = crossed(rng.normal(0.7, 0.5), 0.5, 0.3, 0.2)
        slope = np.maximum(crossed(rng.uniform(3.0, 5.0), 0.6, 0.4, 0.2), 1.8)
        return cls(level, slope, rng.normal(0, 0.4, 10), rng.normal(0, 0.5, 2))

    def curve(self, contexts: Contexts) -> tuple[F64, F64]:
        """Level and slope of each quote (n,)."""
        cell = (contexts.zone, contexts.service)
        level = self.level[cell] + level_features(contexts, False)[:, 1:] @ self.level_weights
        return level, np.maximum(self.slope[cell] + slope_features(contexts, False)[:, 1:] @ self.slope_weights, 1.2)


@dataclass(frozen=True, slots=True)
class World:
    """One city for one run; ``moment`` is how far the run is, [0, 1)."""

    kind: str
    seed: int
    before: Riders
    after: Riders

    @classmethod
    def of(cls, kind: str, seed: int, zones: int) -> World:
        """The world of a kind by seed. Raises ValueError for an unknown kind."""
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is no kind of world: give {', '.join(KINDS)}")
        rng = np.random.default_rng([seed, KINDS.index(kind)])
        before = Riders.of(rng, zones)
        return cls(kind, seed, before, Riders.of(rng, zones) if kind == "drift" else before)

    def accepts(self, contexts: Contexts, ratios: F64, moment: F64) -> F64:
        """The chance of acceptance at prices over the reference (n, prices)."""
        level, slope = self._curve(contexts, moment)
        dear = np.log(ratios)
        level, slope = level[:, None], slope[:, None]
        if self.kind == "segments":
            return np.asarray(0.4 * expit(level + 0.8 - 0.45 * slope * dear) + 0.6 * expit(level - 0.4 - 1.5 * slope * dear))
        if self.kind == "normal":
            odd = 0.8 * (np.square(2 * contexts.demand - 1) - 0.3) - 0.5 * contexts.weather * ((contexts.hour >= 22) | (contexts.hour < 6))
            return np.asarray(ndtr(0.6 * (level + odd[:, None] - slope * (ratios - 1))))
        if self.kind == "threshold":
            lost = 1.2 * (ratios > contexts.competitor[:, None])
            return np.where(ratios > 1.9, 0.0, expit(level + 0.4 - lost - 0.7 * slope * dear))
        return np.asarray(expit(level - slope * dear))

    def _curve(self, contexts: Contexts, moment: F64) -> tuple[F64, F64]:
        level, slope = self.before.curve(contexts)
        if self.kind == "drift":
            then_level, then_slope = self.after.curve(contexts)
            late = moment >= 0.5
            return np.where(late, then_level, level), np.where(late, then_slope, slope)
        if self.kind == "shocks":
            for at, push in SHOCKS:
                level = level + push * ((moment >= at) & (moment < at + SHOCK_SHARE))
        return level, slope
