"""What another policy would have earned is told from logged propensities without bias, with intervals that hold, or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import orjson
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.pricing.acceptance import Acceptance, AcceptancePolicy
from agents.pricing.choice import ChoicePolicy
from ops.pricing import ope_simulated
from ops.pricing.candidates import CANDIDATES, chances, fitted, foretold_acceptance, judge, on_grid
from ops.pricing.estimators import Estimated, RefusedError, estimates
from ops.pricing.log import Log
from ops.pricing.logged import DECISIONS, OUTCOMES, LogFileError, from_file, log
from ops.pricing.ope_simulated import COMPARED, KINDS, SIZES, Found, Task, _error_of_coverage, evaluate_ope, kept, logged, quotes, sample
from ops.pricing.worlds import World
from streams.avro_schema import polars_schema
from streams.contract import contract
from tests.pure.pricing_events import NOW, SECOND, answer, quote
from tests.pure.pricing_events import Task as Pricing

ARMS = 4
LOGGING = np.array([0.4, 0.3, 0.2, 0.1])
CANDIDATE = np.array([0.1, 0.2, 0.3, 0.4])
WORTH = np.array([1.0, 2.0, 3.0, 2.5])
TRUTH = float(CANDIDATE @ WORTH)


def estimated(rng: np.random.Generator, count: int, foretold: np.ndarray | None = None) -> dict[str, tuple[float, float]]:
    """Values and half intervals of one log of a bandit with four arms."""
    arm = rng.choice(ARMS, count, p=LOGGING)
    reward = WORTH[arm] + rng.normal(0, 1, count)
    model = np.zeros(ARMS) if foretold is None else foretold
    value = np.full(count, float(CANDIDATE @ model))
    one = estimates(reward, LOGGING[arm], CANDIDATE[arm], model[arm], value, 0.01)
    return {name: (getattr(one, name).value, getattr(one, name).half) for name in ("ips", "snips", "dr")}


@pytest.mark.parametrize("foretold", [None, WORTH, 5.0 - WORTH], ids=["no model", "right model", "wrong model"])
def test_estimates_are_unbiased_and_their_intervals_hold(foretold: np.ndarray | None) -> None:
    rng = np.random.default_rng(1)
    every = [estimated(rng, 500, foretold) for _ in range(800)]
    for name in ("ips", "snips", "dr"):
        values, halves = (np.array([one[name][i] for one in every]) for i in (0, 1))
        assert abs(values.mean() - TRUTH) < 4 * values.std() / 800**0.5 + (0.01 if name == "snips" else 0)
        assert 0.93 <= (np.abs(values - TRUTH) <= halves).mean() <= 0.97


def test_decisions_of_great_weight_count_less_unless_the_model_is_wrong_about_them() -> None:
    rng = np.random.default_rng(5)
    arm = rng.choice(2, 4000, p=[0.98, 0.02])
    propensity, chance = np.array([0.98, 0.02])[arm], np.array([0.5, 0.5])[arm]
    noise = rng.normal(0, 1, 4000)
    for wrong, cut in ((0.0, True), (1.0, False)):
        one = estimates(wrong * arm + noise, propensity, chance, np.zeros(4000), np.zeros(4000), 0.01)
        assert (one.dr.half < 0.9 * one.ips.half) is cut
        assert abs(one.dr.value - wrong / 2) <= 3 * one.dr.half


def test_what_is_foretold_of_a_log_knows_nothing_of_what_came_later(a_log: tuple[World, Log]) -> None:
    _, every = a_log
    model, judged = fitted(every[:2000]), every[2000:5000]
    prices = np.stack([judged.price, 1.1 * judged.price], axis=1)
    whole, known = foretold_acceptance(judged, prices, model), model.outcomes
    np.testing.assert_array_equal(foretold_acceptance(judged[:1500], prices[:1500], model), whole[:1500])
    assert model.outcomes == known  # others are judged by it, too
    told = [
        -np.log(np.where(judged.accepted > 0, each, 1 - each)[1000:]).mean() for each in (whole[:, 0], _as_it_was(model, judged, prices))
    ]
    assert told[0] < told[1] + 0.005  # it has learnt, and is not worse for it


def _as_it_was(model: Acceptance, log: Log, prices: np.ndarray) -> np.ndarray:
    return model.predict(log.contexts, np.log(prices / log.reference[:, None]))[0][:, 0]


def test_logs_that_were_judged_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    one = estimates(rng.random(500), np.full(500, 0.5), np.full(500, 0.5), np.zeros(500), np.zeros(500), 0.1)
    asked: list[Task] = []

    def judged(task: Task, least_share: float) -> Found:
        asked.append(task)
        return {(name, size): [None if name == "prior" else (0.5, one), (0.4, one)] for name in COMPARED for size in SIZES}

    monkeypatch.setattr(ope_simulated, "sample", judged)
    for seeds in (range(7, 9), range(7, 10)):
        evaluate_ope(seeds, 0.1, 1, tmp_path / "kept.jsonl", as_json=False)
    assert sorted(asked) == [(kind, seed) for kind in KINDS for seed in (7, 8, 9)]
    assert kept(tmp_path / "kept.jsonl", 0.1)["logistic", 9] == judged(("logistic", 9), 0.1)


def test_logs_of_a_run_differ_and_their_errors_are_told_by_run(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("FIT", 1000), ("SIZES", (1000, 2000)), ("LOGS", 3), ("POPULATION", 2000)):
        monkeypatch.setattr(ope_simulated, name, value)
    found = {(kind, 1): sample((kind, 1), 0.05) for kind in KINDS}
    for one in found.values():
        told = [each for each in one["balanced", 2000] if each is not None]
        assert len(told) == len({estimates.dr.value for _, estimates in told}) == 3
        assert len({truth for truth, _ in told}) == 1
        assert one["balanced", 2000] != one["balanced", 1000]
    assert found["logistic", 1] != found["segments", 1]
    rng, estimate = np.random.default_rng(3), replace(told[0][1], dr=Estimated(0.0, 1.0))
    held = [[(2.0 * (rng.random() > 0.9), estimate)] * 16 for _ in range(40)]  # estimates of a run err together
    share = np.mean([run[0][0] <= 1 for run in held])
    assert _error_of_coverage(held) == pytest.approx((share * (1 - share) / 40) ** 0.5)


def test_a_good_model_makes_the_doubly_robust_estimate_surer() -> None:
    rng = np.random.default_rng(2)
    assert estimated(rng, 2000, WORTH)["dr"][1] < 0.8 * estimated(rng, 2000)["dr"][1]


@settings(deadline=None, max_examples=30)
@given(st.integers(200, 2000), st.integers(0, 1000))
def test_the_logged_policy_is_worth_what_it_earned(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    propensity, reward = rng.uniform(0.1, 1, count), rng.random(count)
    one = estimates(reward, propensity, propensity, np.zeros(count), np.zeros(count), 0.05)
    for each in (one.ips, one.snips, one.dr):
        assert each.value == pytest.approx(reward.mean())
    assert one.ess == pytest.approx(count)


def test_too_little_overlap_is_refused() -> None:
    rng = np.random.default_rng(3)
    arm = rng.choice(2, 5000, p=[0.999, 0.001])
    propensity = np.array([0.999, 0.001])[arm]
    with pytest.raises(RefusedError, match="effective sample size"):
        estimates(rng.random(5000), propensity, (arm == 1).astype(float), np.zeros(5000), np.zeros(5000), 0.05)


def test_what_the_log_never_does_is_refused() -> None:
    count = 2000
    half = np.full(count, 0.5) + np.random.default_rng(0).normal(0, 0.01, count)
    with pytest.raises(RefusedError, match="never does"):
        estimates(np.ones(count), np.ones(count), half, np.zeros(count), np.zeros(count), 0.05)


def test_propensities_that_are_none_are_an_error() -> None:
    with pytest.raises(ValueError, match="above 0"):
        estimates(np.ones(3), np.array([0.5, 0.0, 0.5]), np.ones(3), np.zeros(3), np.zeros(3), 0.05)


@pytest.fixture(scope="module")
def a_log() -> tuple[World, Log]:
    world = World.of("logistic", 1, 8)
    return world, logged(world, np.random.default_rng(1), 6000, Acceptance(AcceptancePolicy()))[0]


def test_candidates_are_told_on_logs_of_the_agents_own_choice(a_log: tuple[World, Log]) -> None:
    world, every = a_log
    policy, model = ChoicePolicy(), fitted(every[:2000])
    judged, population = every[2000:], quotes(np.random.default_rng(7), 8000)
    assert len(on_grid(judged, policy)) == len(judged.price)
    likely = foretold_acceptance(judged, chances("balanced", judged, model, policy).prices, model)
    for name in ("maximize_profit", "balanced"):
        there = chances(name, population, model, policy)
        taken = world.accepts(population.contexts, there.prices / population.reference[:, None], np.zeros(8000))
        truth = float((there.chances * taken * (there.prices - population.cost[:, None])).sum(axis=1).mean())
        one = judge(judged, chances(name, judged, model, policy), likely, 0.05)
        assert abs(one.dr.value - truth) < 2.5 * one.dr.half
        assert one.dr.half < 0.1 * truth
    with pytest.raises(RefusedError, match="effective sample size"):
        judge(judged, chances("tariff", judged, model, policy), likely, 0.99)


def test_candidates_have_chances(a_log: tuple[World, Log]) -> None:
    _, every = a_log
    model = fitted(every[:1000])
    for name in CANDIDATES:
        np.testing.assert_allclose(chances(name, every[:200], model, ChoicePolicy()).chances.sum(axis=1), 1.0)
    with pytest.raises(ValueError, match="no candidate"):
        chances("best", every[:10], model, ChoicePolicy())


def test_a_log_is_read_from_files_of_either_kind(tmp_path: Path) -> None:
    examples = Path("schemas/examples")
    decided = [orjson.loads(path.read_bytes()) for path in sorted((examples / "price-decided").glob("*.json"))]
    closed = [orjson.loads(path.read_bytes()) for path in sorted((examples / "quote-closed").glob("*.json"))]
    decided[0] |= {"personal": False, "quote_id": "q1"}
    places = {"market": decided[0]["market"], "closed_ts": decided[0]["expires_ts"] + 2000}
    closed = [closed[0] | {"quote_id": "q1"} | places, closed[1] | {"quote_id": "another"} | places]
    named = {"name": "", "value": 0.5, "weight": 1.0}
    factors = ("demand", "supply", "hour", "weekend", "holiday", "weather", "event", "competitor")
    decided = [decided[0] | {"factors": [named | {"name": name} for name in factors]}]
    lines = tmp_path / "decisions.jsonl"
    lines.write_bytes(b"\n".join(orjson.dumps({"topic": DECISIONS, "key": "q1", "value": one}) for one in decided))
    parquet = tmp_path / "outcomes.parquet"
    pl.DataFrame(closed, schema=polars_schema(contract().schema(OUTCOMES)), orient="row").write_parquet(parquet)
    found = log(from_file(DECISIONS, lines), from_file(OUTCOMES, parquet))
    assert len(found.price) == 1
    assert found.price[0] == decided[0]["price_cents"]
    assert found.accepted[0] == (closed[0]["outcome"] == "ACCEPTED")
    assert found.contexts.demand[0] == 0.5
    with pytest.raises(LogFileError, match="of the same run"):
        log(from_file(DECISIONS, lines), from_file(OUTCOMES, parquet).filter(pl.col("quote_id") == "another"))
    with pytest.raises(LogFileError, match="of the same run"):  # when the log ended, others like it were still open
        log(from_file(DECISIONS, lines), from_file(OUTCOMES, parquet).with_columns(closed_ts=decided[0]["expires_ts"]))
    lines.write_text("no json")
    with pytest.raises(LogFileError, match="holds no records"):
        from_file(DECISIONS, lines)


def test_a_log_that_ends_while_quotes_are_open_does_not_favour_those_answered_at_once() -> None:
    """Two in five take the price at once, and nobody says no: those who do not take it are known two minutes later."""
    task, rng = Pricing(), np.random.default_rng(1)
    for second in range(1, 300):
        ts = NOW + second * SECOND
        said = [answer(f"q{second - 1}-{i}", ts=ts) for i in range(4) if second > 1 and rng.uniform() < 0.4]
        task.step(second * SECOND, quotes=[quote(f"q{second}-{i}", ts=ts) for i in range(4)], answers=said)
    every = (pl.DataFrame(task.all[name], schema=polars_schema(contract().schema(name)), orient="row") for name in (DECISIONS, OUTCOMES))
    found = log(*every)
    assert len(found.accepted) > 600
    assert found.accepted.mean() == pytest.approx(0.4, abs=0.06)
    assert found.accepted[-200:].mean() == pytest.approx(0.4, abs=0.11)
