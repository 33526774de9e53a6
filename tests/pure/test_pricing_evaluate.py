"""Pricing is measured through the agent's own step, the same way each time, against a clairvoyant that nothing beats."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import orjson
import pytest
from typer.testing import CliRunner

from agents.pricing.policy import DEFAULT
from ops.pricing.city import ZONES, Day, day
from ops.pricing.command import app
from ops.pricing.goals import Goal
from ops.pricing.loop import Ran, run
from ops.pricing.recorded import PLACES, Heard, breaches
from ops.pricing.rivals import NAMES, profits
from ops.pricing.simulated import simulation_policy
from ops.pricing.worlds import KINDS, World
from tests.pure.pricing_contexts import contexts

HALF_HOURS = 20  # steps of two minutes


def short(seed: int) -> Day:
    """The beginning of a day."""
    return replace(day(seed, 20_000), steps=HALF_HOURS)


@pytest.fixture(scope="module")
def ran() -> Ran:
    return run(short(1), World.of("logistic", 1, ZONES), simulation_policy("profit"))


def test_a_run_is_the_same_each_time(ran: Ran) -> None:
    again = run(short(1), World.of("logistic", 1, ZONES), simulation_policy("profit"))
    assert again.state == ran.state
    assert again.log.price.tobytes() == ran.log.price.tobytes()


def test_nothing_beats_the_clairvoyant(ran: Ran) -> None:
    for kind in ("logistic", "threshold"):
        found = profits(ran.log, World.of(kind, 1, ZONES))
        assert set(found) == set(NAMES)
        for name in ("agent", "static", "rule-based", "epsilon-greedy"):
            assert found[name].sum() <= found["clairvoyant"].sum() * 1.001
        assert found["agent"].sum() <= found["bounded"].sum() * 1.001


def test_riders_answer_and_prices_have_propensities(ran: Ran) -> None:
    log = ran.log
    assert 0.1 < log.accepted.mean() < 0.9
    assert ((log.propensity > 0) & (log.propensity <= 1 + 1e-9)).all()
    assert ((log.least <= log.price) & (log.price <= log.most)).all()
    assert (log.price <= DEFAULT.cap * log.reference + 1).all()


@pytest.mark.parametrize("kind", KINDS)
def test_riders_of_every_world_take_dear_quotes_less(kind: str) -> None:
    some, ratios = contexts(np.random.default_rng(0), 300, zones=ZONES), np.tile(np.linspace(0.6, 2.5, 20), (300, 1))
    chance = World.of(kind, 3, ZONES).accepts(some, ratios, np.linspace(0, 0.999, 300))
    assert ((chance >= 0) & (chance <= 1)).all()
    assert (np.diff(chance, axis=1) <= 1e-12).all()
    assert chance[:, 0].mean() > 0.4


def test_riders_change_where_the_world_drifts() -> None:
    some, ratios = contexts(np.random.default_rng(0), 300, zones=ZONES), np.ones((300, 1))
    drifting, steady = World.of("drift", 3, ZONES), World.of("logistic", 3, ZONES)
    early, late = np.zeros(300), np.full(300, 0.9)
    assert np.abs(drifting.accepts(some, ratios, early) - drifting.accepts(some, ratios, late)).mean() > 0.05
    np.testing.assert_array_equal(steady.accepts(some, ratios, early), steady.accepts(some, ratios, late))


def test_goals_not_measured_are_not_met() -> None:
    assert Goal("share", 0.96, least=0.95).met
    assert not Goal("share", 0.94, least=0.95).met
    assert not Goal("error", 0.031, most=0.03).met
    assert not Goal("share", float("nan"), least=0.0).met


def test_broken_guards_are_seen() -> None:
    good = np.array([1500.0, 1600.0, 1700.0])
    heard = Heard(good, good, np.full(3, 1500.0), good, np.full(3, 1000.0), ["a", "a", "b"], [[], [], []], 0)
    assert breaches(heard, DEFAULT) == 0
    assert breaches(replace(heard, price=np.array([1500.0, 2100.0, 1700.0])), DEFAULT) == 1  # a step too far
    assert breaches(replace(heard, price=np.array([1500.0, 1600.0, 4000.0])), DEFAULT) == 1  # above the cap
    assert breaches(replace(heard, price=np.array([1500.0, 1600.0, 950.0])), DEFAULT) == 1  # below cost


def test_recorded_quotes_are_foretold(tmp_path: Path) -> None:
    rows = ["distance,cab_type,destination,source,price,surge_multiplier,id,product_id,name,time_bin_utc"]
    places = sorted(PLACES)[:3]
    rows += [f"2.0,Lyft,Fenway,{places[i % 3]},{9 + i % 2},1.0,{i},p,Lyft,2018-11-26T05:26:40Z" for i in range(24)]
    rows += ["2.0,Uber,Fenway,Back Bay,,1.0,t,p,Taxi,2018-11-26T05:26:40Z", "2.0,Lyft,Fenway,Back Bay,9,1.0,u,p,Lyft,"]
    file = tmp_path / "quotes.csv"
    file.write_text("\n".join(rows))
    done = CliRunner().invoke(app, ["evaluate", "--quotes", str(file), "--json"])
    assert done.exit_code == 0, done.output
    told = orjson.loads(done.output.splitlines()[-1])
    assert (told["quotes"], told["breaches"]) == (24, 0)
    assert told["foretold"] >= 20
    assert told["errors"]["agent"]["mae"] < 2.0
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    assert CliRunner().invoke(app, ["evaluate", "--quotes", str(tmp_path / "other.csv")]).exit_code == 2


def test_commands_refuse_what_cannot_be() -> None:
    runner = CliRunner()
    assert runner.invoke(app, ["evaluate"]).exit_code == 2
    assert runner.invoke(app, ["evaluate", "--simulate", "1", "--worlds", "flat"]).exit_code == 2
    assert runner.invoke(app, ["ope", "--candidates", "best"]).exit_code == 2
    assert runner.invoke(app, ["ope", "--decisions", "only.parquet"]).exit_code == 2
