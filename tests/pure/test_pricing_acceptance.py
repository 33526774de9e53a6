"""What riders answered teaches how likely they accept a price: by zone, service and context, with a known uncertainty, and fading."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.pricing.acceptance import Acceptance, AcceptancePolicy
from agents.pricing.contexts import F64, Contexts, width
from agents.pricing.hierarchy import Prior, _inverse, posterior
from tests.pure.pricing_contexts import SERVICES, answers, contexts

POLICY = AcceptancePolicy()
TICK = POLICY.every_ms
quick = settings(deadline=None, max_examples=20)


def taught(count: int, seed: int = 0, policy: AcceptancePolicy = POLICY, block: int = 100, zones: int = 4) -> Acceptance:
    """A model that has learnt from so many outcomes."""
    rng, model = np.random.default_rng(seed), Acceptance(policy)
    for tick in range(count // block):
        some = contexts(rng, block, zones, policy.personal)
        ratios = rng.uniform(-0.4, 0.7, block)
        model.observe(some, ratios, answers(rng, some, ratios), np.full(block, tick * TICK))
        model.learn((tick + 1) * TICK)
    return model


def state(model: Acceptance) -> tuple[object, ...]:
    return model.facts(), {name: array.tobytes() for name, array in model.arrays().items()}


def test_it_recovers_a_known_curve() -> None:
    model, rng = taught(12_000), np.random.default_rng(9)
    some = contexts(rng, 500)
    ratios = np.tile(np.linspace(-0.3, 0.6, 7), (500, 1))
    odds = 0.8 + 0.2 * some.service[:, None] + (some.demand[:, None] - 0.5) - 4.0 * ratios
    mean, _ = model.predict(some, ratios)
    assert np.abs(mean - 1 / (1 + np.exp(-odds))).mean() < 0.03


def test_what_it_says_of_its_own_error_is_about_right() -> None:
    errors = []
    for seed in range(8):
        model, rng = taught(1000, seed), np.random.default_rng(100 + seed)
        some = contexts(rng, 100)
        ratios = rng.uniform(-0.2, 0.5, (100, 1))
        truth = 1 / (1 + np.exp(-(0.8 + 0.2 * some.service[:, None] + (some.demand[:, None] - 0.5) - 4.0 * ratios)))
        mean, variance = model.predict(some, ratios)
        errors.append(np.square(mean - truth) / variance)
    assert 0.3 < np.mean(errors) < 1.5


def test_variance_shrinks_with_every_outcome_and_acceptance_falls_with_price() -> None:
    some = contexts(np.random.default_rng(3), 50)
    ratios = np.tile(np.linspace(-0.3, 0.9, 9), (50, 1))
    before = None
    for count in (0, 500, 2000, 6000):
        mean, variance = taught(count).predict(some, ratios)
        assert (np.diff(mean[:, [0, 4, 8]], axis=1) < 0).all()
        assert before is None or variance.mean() < before
        before = variance.mean()


def test_the_posterior_is_that_of_the_whole_model_at_once() -> None:
    rng, zones, k = np.random.default_rng(0), 3, width(False)
    rows = rng.normal(size=(zones, SERVICES, 20, k))
    precision, information = np.einsum("zsni,zsnj->zsij", rows, rows) / 8, rng.normal(size=(zones, SERVICES, k))
    prior = Prior()
    found = posterior(precision, information, prior)
    count = 1 + SERVICES + zones + zones * SERVICES
    d = 2 * count + k - 2
    joint, target, maps = np.zeros((d, d)), np.zeros(d), {}
    for z in range(zones):
        for s in range(SERVICES):
            into = np.zeros((k, d))
            into[2:, 2 * count :] = np.eye(k - 2)
            for part in (0, 1 + s, 1 + SERVICES + z, 1 + SERVICES + zones + z * SERVICES + s):
                into[:2, 2 * part : 2 * part + 2] = np.eye(2)
            joint += into.T @ precision[z, s] @ into
            target += into.T @ information[z, s]
            maps[z, s] = into
    sds = [prior.market_sd, *[prior.service_sd] * SERVICES, *[prior.zone_sd] * zones, *[prior.cell_sd] * (zones * SERVICES)]
    joint += np.diag(1 / np.square([*np.ravel(sds), *[prior.context_sd] * (k - 2)]))
    target[:2] += np.divide(prior.mean, np.square(prior.market_sd))
    for (z, s), into in maps.items():
        np.testing.assert_allclose(found.mean[z, s], into @ np.linalg.solve(joint, target), atol=1e-10)
        np.testing.assert_allclose(found.covariance[z, s], into @ np.linalg.inv(joint) @ into.T, atol=1e-10)


@quick
@given(st.integers(1, 12), st.integers(0, 2**32))
def test_the_inverse_is_one(size: int, seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(size, size))
    matrix = rows @ rows.T + np.eye(size)
    np.testing.assert_allclose(_inverse(matrix) @ matrix, np.eye(size), atol=1e-8)


@quick
@given(st.lists(st.integers(1, 299), max_size=6), st.integers(0, 1000))
def test_batches_have_no_say(cuts: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    some, ratios, at = contexts(rng, 300), rng.uniform(-0.4, 0.7, 300), np.sort(rng.integers(0, 5 * TICK, 300))
    accepted = answers(rng, some, ratios)
    models = []
    for edges in ([0, 300], sorted({0, 300, *cuts})):
        model = Acceptance(POLICY)
        for start, end in pairwise(edges):
            for tick in np.unique(at[start:end] // TICK).tolist():
                rows = start + np.flatnonzero(at[start:end] // TICK == tick)
                model.learn(tick * TICK)
                model.observe(some.take(rows), ratios[rows], accepted[rows], at[rows])
        model.learn(6 * TICK)
        models.append(state(model))
    assert models[0] == models[1]


@quick
@given(st.integers(1, 40), st.integers(0, 1000))
def test_a_quote_is_foretold_alike_alone_and_among_others(count: int, seed: int) -> None:
    model, some = taught(300), contexts(np.random.default_rng(seed), count, zones=6)
    whole = model.curves(some)
    for i in range(count):
        alone = model.curves(some.take(np.array([i])))
        assert all(getattr(whole, name)[i].tobytes() == getattr(alone, name)[0].tobytes() for name in ("level", "slope", "covariance"))


def test_a_state_taken_up_again_goes_on_alike() -> None:
    model = taught(1500)
    some = contexts(np.random.default_rng(5), 80)
    ratios, at = np.random.default_rng(6).uniform(-0.3, 0.5, 80), np.full(80, 15 * TICK)
    model.observe(some, ratios, ratios < 0.2, at)  # these wait for the end of their tick
    again = Acceptance.of(model.facts(), model.arrays(), POLICY)
    assert state(again) == state(model)
    for one in (model, again):
        one.learn(20 * TICK)
        one.observe(some, ratios, ratios < 0.1, at)
        one.learn(30 * TICK)
    assert state(again) == state(model)
    np.testing.assert_array_equal(again.curves(some).level, model.curves(some).level)


def test_evidence_fades() -> None:
    fading = replace(POLICY, half_life_h=1.0)
    model = taught(2000, policy=fading)
    before = model.precision.sum()
    later = 20 * TICK + 2 * 3_600_000
    none = contexts(np.random.default_rng(0), 1)
    model.observe(none, np.zeros(1), np.ones(1, np.bool_), np.array([later]))
    model.learn(later + TICK)
    assert model.precision.sum() == pytest.approx(before / 4, rel=0.05)


def test_drift_is_found_and_forgotten_faster() -> None:
    rng, model = np.random.default_rng(1), taught(6000)
    for tick in range(60, 160):
        some = contexts(rng, 100)
        ratios = rng.uniform(-0.2, 0.5, 100)
        model.observe(some, ratios, answers(rng, some, ratios, level=-1.0), np.full(100, tick * TICK))
        model.learn((tick + 1) * TICK)
    steady = taught(16_000)
    assert sum(each.found for each in model.drifts) >= 3
    assert sum(each.found for each in steady.drifts) <= 1
    some = contexts(rng, 200)
    mean, _ = model.predict(some, np.zeros((200, 1)))
    truth = 1 / (1 + np.exp(-(-1.0 + 0.2 * some.service + some.demand - 0.5)))
    assert np.abs(mean[:, 0] - truth).mean() < 0.05


def test_zones_never_seen_are_foretold_by_the_others() -> None:
    model = taught(3000)
    some = contexts(np.random.default_rng(2), 60, zones=1)
    known, new = model.curves(some), model.curves(replace(some, zone=some.zone + 500))
    assert np.abs(known.level - new.level).mean() < 1.0
    assert (new.level_variance > known.level_variance).all()


def test_personal_fields_are_never_looked_at_unless_the_policy_says_so() -> None:
    rng = np.random.default_rng(0)
    plain, personal = contexts(rng, 50), contexts(rng, 50, personal=True)
    model = taught(500)
    with_traits = Contexts(
        *(getattr(plain, name) for name in Contexts.__slots__[:10]), personal.sensitivity, personal.loyalty, personal.churn
    )
    for name in ("level", "slope", "level_variance"):
        np.testing.assert_array_equal(getattr(model.curves(plain), name), getattr(model.curves(with_traits), name))
    learner = taught(500, policy=replace(POLICY, personal=True))
    assert (learner.curves(personal).level != learner.curves(replace(personal, sensitivity=1 - _given(personal))).level).any()
    with pytest.raises(ValueError, match="no sensitivity"):
        learner.curves(plain)


def _given(some: Contexts) -> F64:
    assert some.sensitivity is not None
    return some.sensitivity
