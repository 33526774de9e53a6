"""The closed loop: the same seed gives the same figures, every policy meets the same riders, and nothing gets lost or doubled."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import numpy as np
import polars as pl
import pytest
import typer
from polars.testing import assert_frame_equal

from agents.matching.policy import DEFAULT, NEAREST_FIRST
from ops.evaluate.agent_loop import AgentLoop
from ops.evaluate.closed_loop import ClosedLoop
from ops.evaluate.figures import SHOWN, figures
from ops.evaluate.policies import BASELINE, POLICIES
from ops.evaluate.riders import AHEAD, CANCELLED, COMPLETED, EXPECTING, RIDING, UNMATCHED, WAITING
from ops.evaluate.roads import CityRoads
from ops.evaluate.scenario import LOADS, scenario
from ops.evaluate.simulated import evaluate_simulated, simulate
from ops.evaluate.world import NEVER, Scenario, Setting

SHORT = Setting(orders_per_hour=240.0, warm_up=3.0, minutes=10.0, cool_down=4.0)
OVER = {"COMPLETED", "CANCELLED_BY_RIDER", "CANCELLED_BY_DRIVER"}


class Recorder(AgentLoop):
    """The agent's loop that keeps all that goes in and comes out."""

    def start(self) -> Recorder:
        self.sent: dict[str, list[pl.DataFrame]] = {}
        self.decided: list[pl.DataFrame] = []
        self.offered: list[pl.DataFrame] = []
        return self

    def send(self, topic: str, frame: pl.DataFrame) -> None:
        super().send(topic, frame)
        if frame.height:
            self.sent.setdefault(topic, []).append(frame)

    def step(self, now: int) -> pl.DataFrame | None:
        decisions = super().step(now)
        if decisions is not None:
            self.decided.append(decisions)
        if self.offers is not None:
            self.offered.append(self.offers)
        return decisions

    def all(self, topic: str) -> pl.DataFrame:
        return pl.concat(self.sent[topic])


@cache
def recorded(seed: int, state: str, assignment: str) -> tuple[ClosedLoop, Recorder]:
    policy = replace(DEFAULT, assignment=assignment)
    loop = ClosedLoop(scenario(seed, state, SHORT), policy)
    recorder = Recorder(policy).start()
    loop.agent = recorder
    loop.run()
    return loop, recorder


def timeless(sample: dict[str, float]) -> dict[str, float]:
    """Figures without the one that a clock measured."""
    return {name: value for name, value in sample.items() if name != "step_ms"}


def test_the_same_seed_gives_the_same_figures_and_the_same_decisions() -> None:
    first, heard = recorded(3, "scarce", DEFAULT.assignment)
    policy = replace(DEFAULT)
    again = ClosedLoop(scenario(3, "scarce", SHORT), policy)
    other = Recorder(policy).start()
    again.agent = other
    again.run()
    assert timeless(figures(again)) == timeless(figures(first))
    assert_frame_equal(pl.concat(other.decided), pl.concat(heard.decided))
    assert figures(first)["orders"] > 20


def test_another_seed_is_another_world() -> None:
    one, other = scenario(1, "plenty", SHORT), scenario(2, "plenty", SHORT)
    assert not np.array_equal(one.demand.at_ms[:20], other.demand.at_ms[:20])
    assert isinstance(one.roads, CityRoads)
    assert isinstance(other.roads, CityRoads)
    assert not np.array_equal(one.roads.area_mps, other.roads.area_mps)


def test_every_policy_and_state_meets_the_same_demand() -> None:
    _, optimal = recorded(3, "scarce", DEFAULT.assignment)
    _, greedy = recorded(3, "scarce", NEAREST_FIRST)
    first = [each.all("orders") for each in (optimal, greedy)]
    assert_frame_equal(*first)
    assert_frame_equal(*(each.sent["driver-profiles"][0] for each in (optimal, greedy)))
    plenty = scenario(3, "plenty", SHORT).demand
    assert_frame_equal(plenty.frame.head(first[0].height), first[0])


@pytest.mark.parametrize("state", LOADS)
@pytest.mark.parametrize("assignment", [NEAREST_FIRST, DEFAULT.assignment])
def test_every_order_comes_to_exactly_one_end_or_is_open(state: str, assignment: str) -> None:
    loop, recorder = recorded(3, state, assignment)
    stage = loop.riders.stage
    over, still = np.isin(stage, (COMPLETED, CANCELLED, UNMATCHED)), np.isin(stage, (WAITING, EXPECTING, RIDING))
    assert len(loop.world.demand) == over.sum() + still.sum()
    assert not (stage == AHEAD).any()
    changes = recorder.all("order-changes")
    completed = changes.filter(pl.col("change") == "COMPLETED")["order_id"]
    assert completed.n_unique() == completed.len() == (stage == COMPLETED).sum()
    assert (loop.riders.done_ms[over] > loop.world.demand.at_ms[over]).all()
    assert loop.unfit == 0


@pytest.mark.parametrize("state", LOADS)
def test_no_driver_has_two_orders_at_once(state: str) -> None:
    """Judged from what went in and out of the agent alone: an order holds its driver from the decision to the change that ends it."""
    _, recorder = recorded(3, state, DEFAULT.assignment)
    matched = pl.concat(recorder.decided).filter(pl.col("driver_id").is_not_null()).select("order_id", "driver_id", "decided_at")
    ends = recorder.all("order-changes").filter(pl.col("change").cast(pl.String).is_in(OVER)).select("order_id", end="ts")
    held = matched.join(ends, on="order_id", how="left").with_columns(pl.col("end").fill_null(NEVER)).sort("driver_id", "decided_at")
    assert held["order_id"].n_unique() == held.height > 10
    gaps = held.with_columns(free=pl.col("end").shift(1).over("driver_id")).drop_nulls("free")
    assert gaps.height > 0
    assert gaps.filter(pl.col("decided_at") < pl.col("free")).is_empty()


def test_every_offer_is_answered_in_time_or_runs_out_and_only_who_said_yes_serves() -> None:
    loop, recorder = recorded(3, "balanced", DEFAULT.assignment)
    offers, answers = pl.concat(recorder.offered), recorder.all("driver-answers")
    both = answers.join(offers, on=["order_id", "driver_id"], how="left")
    assert both.height == answers.height
    assert both["offered_ts"].null_count() == 0
    assert both.filter(~pl.col("ts").is_between(pl.col("offered_ts") + 1, pl.col("expires_ts"))).is_empty()
    declined = answers.filter(pl.col("answer").cast(pl.String) == "DECLINED").height
    assert 0 < declined < loop.riders.refusals.sum(), "some let their time run out"
    said_yes = answers.filter(pl.col("answer").cast(pl.String) == "ACCEPTED").select("order_id", "driver_id").rows()
    matched = pl.concat(recorder.decided).filter(pl.col("driver_id").is_not_null()).select("order_id", "driver_id").rows()
    assert len(matched) > 10
    assert set(matched) <= set(said_yes)
    assert len(said_yes) - len(matched) <= 3, "an order may be over before its driver says yes"


def test_a_driver_refuses_an_order_under_every_policy_or_under_none() -> None:
    """Common random numbers: the answer is drawn by driver and order, and depends on the way alone besides."""
    said = []
    for assignment in (DEFAULT.assignment, NEAREST_FIRST):
        answers = recorded(3, "balanced", assignment)[1].all("driver-answers").with_columns(pl.col("answer").cast(pl.String))
        said.append({(driver, order): answer for driver, order, answer in answers.select("driver_id", "order_id", "answer").iter_rows()})
    shared = said[0].keys() & said[1].keys()
    assert len(shared) > 10
    assert sum(said[0][key] == said[1][key] for key in shared) >= 0.95 * len(shared)


def test_states_differ_by_how_busy_drivers_are() -> None:
    busy = [figures(recorded(3, state, NEAREST_FIRST)[0])["utilisation"] for state in ("plenty", "balanced", "scarce")]
    assert busy == sorted(busy)
    sizes = [len(scenario(3, state, SHORT).supply) for state in ("plenty", "balanced", "scarce")]
    assert sizes == sorted(sizes, reverse=True)


def test_figures_agree_with_the_events() -> None:
    loop, recorder = recorded(3, "plenty", NEAREST_FIRST)
    first, last = SHORT.window
    asked = recorder.all("orders").filter(pl.col("ts").is_between(first + 1, last))
    pickups = recorder.all("order-changes").filter(pl.col("change") == "PICKED_UP")
    both = asked.join(pickups, on="order_id", suffix="_pickup")
    found = figures(loop)
    assert found["orders"] == asked.height
    assert found["completed"] == pytest.approx(both.height / asked.height)
    assert found["wait_s"] == pytest.approx(float((both["ts_pickup"] - both["ts"]).to_numpy().mean()) / 1000)
    assert SHOWN.keys() <= found.keys()


def test_two_processes_find_what_one_does() -> None:
    brief = replace(SHORT, warm_up=1.0, minutes=2.0, cool_down=0.5)
    chosen = {name: POLICIES[name] for name in (BASELINE, "optimal")}
    alone, shared = (simulate(1, ("scarce",), chosen, brief, workers) for workers in (1, 2))
    for name in chosen:
        for mine, theirs in zip(alone["scarce"][name], shared["scarce"][name], strict=True):
            assert timeless(dict(mine)) == pytest.approx(timeless(dict(theirs)), abs=0, rel=0, nan_ok=True)


def test_the_command_prints_tables_and_ends_with_one_object_and_1_when_targets_are_missed(capsys: pytest.CaptureFixture[str]) -> None:
    brief = replace(SHORT, warm_up=1.0, minutes=4.0, cool_down=1.0)
    assert evaluate_simulated(2, states=("plenty",), policies=["optimal"], setting=brief, workers=1, as_json=True) == 1
    lines = capsys.readouterr().out.splitlines()
    found = json.loads(lines[-1])
    assert found["passed"] is False
    assert list(found["states"]["plenty"]) == [BASELINE, "optimal"]
    assert found["states"]["plenty"]["optimal"]["against_" + BASELINE]["pickup_s"].keys() >= {"difference", "relative", "half"}
    assert {t["name"]: t["met"] for t in found["targets"]}["completed orders, drivers scarce"] is False  # that state was not simulated
    assert any(line.startswith("optimal\t") for line in lines)


def test_an_unknown_state_is_refused() -> None:
    with pytest.raises(KeyError):
        scenario(1, "empty", SHORT)


def test_a_small_city_has_a_driver_at_least() -> None:
    world: Scenario = scenario(1, "scarce", Setting(orders_per_hour=1.0, warm_up=0, minutes=10, cool_down=0))
    assert len(world.supply) >= 1


@pytest.mark.parametrize(("seeds", "states"), [(0, ("plenty",)), (1, ("plenty", "empty"))])
def test_what_cannot_be_simulated_is_refused_with_2(seeds: int, states: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as left:
        evaluate_simulated(seeds, states=states)
    assert left.value.exit_code == 2
    assert "plenty, balanced, scarce" in capsys.readouterr().err
