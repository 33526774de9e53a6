"""Outcomes of quotes in (accepted, or rejected or expired); for new quotes the curve of acceptance over price, with its uncertainty, out.

Bayesian logistic regression by zone, service and context (contexts.py), learnt online: at the end of each tick of event time its outcomes
are linearised at the posterior as it is (Laplace's approximation) and added to the evidence, which fades with its half-life;
the posterior follows from all evidence and the hierarchical prior (hierarchy.py). Where outcomes leave what is expected (drift.py), most of
that service's evidence is forgotten at once. Ticks depend on event time only, so batches have no say.

The order of calls: ``learn(clock)``, then ``observe`` and ``curves`` of records at that clock; the market's clock never goes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from agents.pricing.contexts import (
    F64,
    I64,
    LEVELS,
    OWN,
    PERSONAL_LEVELS,
    Contexts,
    Mask,
    level_features,
    regressors,
    shape_features,
    slope_features,
    width,
    within,
)
from agents.pricing.drift import Drift, DriftPolicy
from agents.pricing.hierarchy import Prior, posterior

Array = npt.NDArray[Any]
CHUNK = 128  # outcomes looked at together: what fits into a core's cache
STEEPEST_ODDS = 30.0  # log-odds beyond which a chance is 0 or 1


@dataclass(frozen=True)
class AcceptancePolicy:
    """How acceptance is learnt."""

    personal: bool = False  # whether personal fields are features; if not they are never looked at
    services: int = 6
    every_ms: int = 10_000  # a tick
    zones: int = 64  # of a market with parts of their own; those numbered higher share the last one's
    half_life_h: float = 14 * 24.0  # of evidence
    least_slope: float = 0.3  # acceptance always falls with price: of a drawn curve this is the least slope
    prior: Prior = field(default_factory=Prior)
    drift: DriftPolicy = field(default_factory=DriftPolicy)


@dataclass(frozen=True, slots=True)
class Curves:
    """Log-odds of acceptance ``level - slope · log(price / reference) + bend``, of quotes (n,).

    Level and slope are Gaussian; of the bend's weights (n, shapes) there is the mean alone: all outcomes of the market soon tell them.
    """

    level: F64
    slope: F64
    level_variance: F64
    slope_variance: F64
    covariance: F64
    shape: F64

    def __getitem__(self, rows: slice | I64) -> Curves:
        return Curves(*(getattr(self, each.name)[rows] for each in fields(self)))


class Acceptance:
    """What one market has learnt."""

    def __init__(self, policy: AcceptancePolicy) -> None:
        self.policy = policy
        self.tick = -1  # the last one that is over
        self.learnt = -1  # the last one that evidence came from
        self.outcomes = 0  # learnt from, ever
        k = width(policy.personal)
        self.precision: F64 = np.zeros((0, policy.services, k, k))
        self.information: F64 = np.zeros((0, policy.services, k))
        self.drifts = [Drift(policy.drift) for _ in range(policy.services)]
        self.waiting = _Outcomes.none(k)
        self._order = _curve_order(policy.personal)
        self._refit()

    def learn(self, clock_ms: int) -> None:
        """Event time has come to ``clock_ms``: learn from the outcomes of the ticks that are over, tick by tick."""
        over = clock_ms // self.policy.every_ms - 1
        if over <= self.tick:
            return
        self.tick = over
        due = self.waiting.tick <= over
        if not due.any():
            return
        outcomes, self.waiting = self.waiting.take(due), self.waiting.take(~due)
        for tick in np.unique(outcomes.tick).tolist():
            self._learn_tick(int(tick), outcomes.take(outcomes.tick == tick))

    def observe(self, contexts: Contexts, log_ratios: F64, accepted: Mask, at_ms: I64) -> None:
        """Take outcomes (n,): of which quotes, log(price / reference), whether accepted, when. Late ones count in this tick."""
        tick = np.maximum(at_ms // self.policy.every_ms, self.tick + 1)
        features = regressors(contexts, log_ratios, self.policy.personal)
        zone = np.minimum(contexts.zone, self.policy.zones - 1)
        self.waiting = self.waiting.and_(_Outcomes(tick, zone, contexts.service, features, accepted.astype(np.float64)))

    def curves(self, contexts: Contexts) -> Curves:
        """What is known of the quotes' acceptance, from all ticks that are over."""
        zone = np.minimum(contexts.zone, self.policy.zones - 1)
        cell = (np.minimum(zone, len(self.precision)), contexts.service)  # all zones unseen yet are the last
        mean, covariance = self._mean[cell], self._covariance[cell]
        level, slope = level_features(contexts, self.policy.personal), slope_features(contexts, self.policy.personal)
        a, b = level.shape[1], level.shape[1] + slope.shape[1]
        across, along = _times(covariance[:, :, :a], level), _times(covariance[:, :, a:b], slope)
        return Curves(
            level=(mean[:, :a] * level).sum(axis=1),
            slope=(mean[:, a:b] * slope).sum(axis=1),
            level_variance=(across[:, :a] * level).sum(axis=1),
            slope_variance=(along[:, a:b] * slope).sum(axis=1),
            covariance=(along[:, :a] * level).sum(axis=1),
            shape=mean[:, b:],
        )

    def predict(self, contexts: Contexts, log_ratios: F64, curves: Curves | None = None) -> tuple[F64, F64]:
        """The chance of acceptance at prices (n, prices), log(price / reference): mean and variance, (n, prices) each (delta method).
        ``curves``: of the quotes, if they are known."""
        c = self.curves(contexts) if curves is None else curves
        odds = c.level[:, None] - np.maximum(c.slope, self.policy.least_slope)[:, None] * log_ratios + bend(c, contexts, log_ratios)
        likely = chance(odds)
        spread = c.level_variance[:, None] - 2 * log_ratios * c.covariance[:, None] + np.square(log_ratios) * c.slope_variance[:, None]
        return chance(odds / np.sqrt(1 + np.pi / 8 * spread)), np.square(likely * (1 - likely)) * spread

    def facts(self) -> dict[str, Any]:
        """The part of the state that is not arrays."""
        own = {name: getattr(self, name) for name in ("tick", "learnt", "outcomes")}
        return own | {"zones": len(self.precision), "drifts": [each.facts() for each in self.drifts]}

    def arrays(self) -> dict[str, Array]:
        """The evidence and the outcomes that wait for the end of their tick, one-dimensional."""
        upper = np.triu_indices(self.precision.shape[-1])
        own: dict[str, Array] = {"precision": self.precision[..., upper[0], upper[1]].ravel(), "information": self.information.ravel()}
        return own | {f"waiting.{name}": values.ravel() for name, values in self.waiting.columns().items()}

    @classmethod
    def of(cls, facts: Mapping[str, Any], arrays: Mapping[str, Array], policy: AcceptancePolicy) -> Acceptance:
        """The state that ``facts()`` and ``arrays()`` are of."""
        out = cls(policy)
        out.tick, out.learnt, out.outcomes = (facts[name] for name in ("tick", "learnt", "outcomes"))
        out.drifts = [Drift.of(each, policy.drift) for each in facts["drifts"]]
        k = width(policy.personal)
        out._room(facts["zones"])
        upper = np.triu_indices(k)
        values = arrays["precision"].reshape(facts["zones"], policy.services, k * (k + 1) // 2)
        out.precision[..., upper[0], upper[1]] = values
        out.precision[..., upper[1], upper[0]] = values
        out.information[:] = arrays["information"].reshape(out.information.shape)
        waiting = {name: arrays[f"waiting.{name}"].copy() for name in ("tick", "zone", "service", "features", "accepted")}
        out.waiting = _Outcomes(**waiting | {"features": waiting["features"].reshape(-1, k)})
        out._refit()
        return out

    def _learn_tick(self, tick: int, outcomes: _Outcomes) -> None:
        self._room(int(outcomes.zone.max()) + 1)
        self._fade(tick)
        self._watch(outcomes)
        precision, information = self._evidence(outcomes)
        self.precision, self.information = self.precision + precision, self.information + information
        self._refit()
        self.learnt, self.outcomes = tick, self.outcomes + len(outcomes.tick)

    def _room(self, zones: int) -> None:
        """Evidence of at least so many zones."""
        if more := max(0, zones - len(self.precision)):
            self.precision = np.concatenate([self.precision, np.zeros((more, *self.precision.shape[1:]))])
            self.information = np.concatenate([self.information, np.zeros((more, *self.information.shape[1:]))])
            self._refit()

    def _fade(self, tick: int) -> None:
        """Let evidence fade since it was last added to."""
        if self.learnt >= 0:
            hours = (tick - self.learnt) * self.policy.every_ms / 3_600_000
            share = 0.5 ** (hours / self.policy.half_life_h)
            self.precision, self.information = self.precision * share, self.information * share

    def _watch(self, outcomes: _Outcomes) -> None:
        """Forget most of a service's evidence where its outcomes leave what was expected."""
        likely, spread = self._expected(outcomes)
        weight = likely * (1 - likely)
        for service in np.unique(outcomes.service).tolist():
            rows = outcomes.service == service
            residual = float((outcomes.accepted[rows] - likely[rows]).sum())
            variance = float((weight[rows] + np.square(weight[rows]) * spread[rows]).sum())
            if self.drifts[service].update(int(rows.sum()), residual, variance):
                self.precision[:, service] *= self.policy.drift.keep
                self.information[:, service] *= self.policy.drift.keep
                self._refit()

    def _expected(self, outcomes: _Outcomes) -> tuple[F64, F64]:
        """Chances of acceptance at the posterior's mean, and the variance of their log-odds, (n,) each."""
        x = outcomes.features[:, self._order]
        odds = (self._mean[outcomes.zone, outcomes.service] * x).sum(axis=1)
        live = np.flatnonzero(x.any(axis=0))  # what is 0 in all of them adds nothing
        covariance, along = self._covariance[..., live[:, None], live], np.zeros(x.shape)
        for at in range(0, len(x), CHUNK):
            rows = slice(at, at + CHUNK)
            along[rows, live] = _times(covariance[outcomes.zone[rows], outcomes.service[rows]], x[rows, live])
        return chance(odds), (along * x).sum(axis=1)

    def _evidence(self, outcomes: _Outcomes) -> tuple[F64, F64]:
        """What the outcomes say, linearised at the posterior's mean: precision and information of each cell."""
        zones, services, k = self.information.shape
        x, cell = outcomes.features, outcomes.zone * services + outcomes.service
        odds = (self._mean[outcomes.zone, outcomes.service] * x[:, self._order]).sum(axis=1)
        likely = chance(odds)
        weight = likely * (1 - likely)
        pull = weight * odds + outcomes.accepted - likely
        live = np.flatnonzero(x.any(axis=0))  # what is 0 in all of them adds nothing
        upper = [live[places] for places in np.triu_indices(len(live))]
        pairs = _by_cell(cell, weight[:, None] * x[:, upper[0]] * x[:, upper[1]], zones * services)
        precision = np.zeros((zones * services, k, k))
        precision[:, upper[0], upper[1]] = precision[:, upper[1], upper[0]] = pairs
        information = _by_cell(cell, pull[:, None] * x, zones * services)
        return precision.reshape(zones, services, k, k), information.reshape(zones, services, k)

    def _refit(self) -> None:
        """The posterior from the evidence, with one zone more that nothing is known of; features as curves have them, levels first."""
        k = self.information.shape[-1]
        unseen = np.zeros((1, self.policy.services, k, k))
        found = posterior(np.concatenate([self.precision, unseen]), np.concatenate([self.information, unseen[..., 0]]), self.policy.prior)
        self._mean = np.ascontiguousarray(found.mean[..., self._order])
        self._covariance = np.ascontiguousarray(found.covariance[..., self._order[:, None], self._order])


def bend(curves: Curves, contexts: Contexts, log_ratios: F64) -> F64:
    """What log-odds differ from a straight line at prices (n, prices), log(price / reference)."""
    bent: F64 = (shape_features(contexts, log_ratios) * curves.shape[:, None, :]).sum(axis=2)
    return bent


@dataclass(frozen=True, slots=True)
class _Outcomes:
    """Outcomes as columns, shape (n,) each; ``features`` (n, k)."""

    tick: I64
    zone: I64
    service: I64
    features: F64
    accepted: F64

    @classmethod
    def none(cls, k: int) -> _Outcomes:
        none = np.zeros(0, np.int64)
        return cls(none, none, none, np.zeros((0, k)), np.zeros(0))

    def columns(self) -> dict[str, Array]:
        return {name: getattr(self, name) for name in ("tick", "zone", "service", "features", "accepted")}

    def take(self, rows: Mask) -> _Outcomes:
        return _Outcomes(**{name: values[rows] for name, values in self.columns().items()})

    def and_(self, more: _Outcomes) -> _Outcomes:
        return _Outcomes(**{name: np.concatenate([values, getattr(more, name)]) for name, values in self.columns().items()})


def _curve_order(personal: bool) -> I64:
    """The places of the levels' features among the regressors, then of the slopes'."""
    levels = len(LEVELS) + (len(PERSONAL_LEVELS) if personal else 0)
    return np.array([0, *range(OWN, OWN + levels), 1, *range(OWN + levels, width(personal))], np.int64)


def _by_cell(cell: I64, values: F64, cells: int) -> F64:
    """Sums (cells, m) of values (n, m), in the order of the rows."""
    m = values.shape[1]
    sums = np.bincount((cell[:, None] * m + np.arange(m)).ravel(), values.ravel(), cells * m)
    return np.asarray(sums, np.float64).reshape(cells, m)


def _times(matrices: F64, vectors: F64) -> F64:
    """Matrices (n, i, j) times vectors (n, j), summed in the order of j."""
    out = matrices[:, :, 0] * vectors[:, :1]
    for j in range(1, vectors.shape[1]):
        out += matrices[:, :, j] * vectors[:, j : j + 1]
    return out


def chance(odds: F64) -> F64:
    """Of log-odds."""
    out: F64 = 1.0 / (1.0 + np.exp(-within(odds, -STEEPEST_ODDS, STEEPEST_ODDS)))
    return out
