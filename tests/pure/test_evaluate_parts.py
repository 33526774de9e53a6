"""What evaluations are made of: the agent's loop, named chance, roads, intervals, targets."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from agents.matching.policy import DEFAULT
from ops.city.places import markets
from ops.evaluate import draws
from ops.evaluate.agent_loop import AgentLoop, BadEventError, columns, shaped
from ops.evaluate.intervals import difference, estimate, gini, relative
from ops.evaluate.legs import Legs, length_m
from ops.evaluate.report import Figure, compared, show
from ops.evaluate.roads import FASTEST, SLOWEST, CityRoads
from ops.evaluate.targets import Target, judge
from ops.evaluate.world import PARTS
from tests.pure.matching_events import NOW, SCHEMAS, batch, move, order, profile, unhurried

SAMPLES = {
    "day": {
        "base": [{"x": 10.0, "share": 0.5}, {"x": 20.0, "share": 0.6}, {"x": 30.0, "share": 0.7}],
        "new": [{"x": 8.0, "share": 0.6}, {"x": 16.0, "share": 0.7}, {"x": 24.0, "share": 0.8}],
    }
}


# the agent's loop


def test_the_loop_makes_the_frames_that_the_decoder_makes() -> None:
    for topic, wanted in SCHEMAS.items():
        assert wanted.items() <= columns(topic).items()


def test_missing_columns_are_null_and_symbols_may_be_strings() -> None:
    frame = shaped("orders", pl.DataFrame({"order_id": ["o1"], "service": ["RIDE"], "patience_s": [60]}))
    assert frame.columns == list(columns("orders"))
    assert frame["service"].dtype == columns("orders")["service"]
    assert frame["preferred_vehicle"].null_count() == 1


def test_the_loop_matches_by_the_agents_own_step_and_goes_on_counting_offsets() -> None:
    loop = AgentLoop(DEFAULT)
    loop.send("driver-profiles", batch("driver-profiles", [profile(f"d{i}") for i in range(9)]).frame)
    loop.send("driver-moves", batch("driver-moves", [move(f"d{i}") for i in range(9)]).frame)
    assert loop.step(NOW) is None
    for i in (1, 2):
        loop.send("orders", batch("orders", [order(f"o{i}", ts=NOW + i)]).frame)
        decisions = loop.step(NOW + 5000 * i)
        assert decisions is not None
        assert decisions.select("order_id", "offset").rows() == [(f"o{i}", i - 1)]
    assert loop.steps == 3


def test_a_step_that_nothing_would_come_of_is_not_made() -> None:
    loop = AgentLoop(DEFAULT)
    assert loop.step(NOW) is None
    assert loop.steps == 0


def test_a_record_that_the_agent_refuses_ends_the_evaluation() -> None:
    loop = AgentLoop(DEFAULT)
    loop.send("driver-moves", batch("driver-moves", [move("d1", lat=95.0)]).frame)
    with pytest.raises(BadEventError, match="InvalidPosition"):
        loop.step(NOW)


# named chance


@unhurried
@given(st.integers(0, 2**40), st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1, max_size=30))
def test_a_draw_depends_on_its_name_alone(seed: int, names: list[tuple[int, int]]) -> None:
    first, second = np.array(names, np.int64).T
    together = draws.uniform(seed, draws.DECLINES, first, second)
    alone = [float(draws.uniform(seed, draws.DECLINES, np.array([a]), np.array([b]))[0]) for a, b in names]
    assert together.tolist() == alone
    assert ((together >= 0) & (together < 1)).all()


def test_draws_are_uniform_and_independent_of_neighbouring_names() -> None:
    some = np.arange(20_000)
    one, next_seed = draws.uniform(1, draws.DECLINES, some, 7), draws.uniform(2, draws.DECLINES, some, 7)
    other = draws.uniform(1, draws.ANSWERS, some, 7)
    assert stats.kstest(one, "uniform").pvalue > 0.001
    for neighbour in (next_seed, other, np.roll(one, 1)):
        assert abs(np.corrcoef(one, neighbour)[0, 1]) < 0.03
    assert stats.kstest(draws.normal(1, draws.TRAFFIC, some), "norm").pvalue > 0.001


# roads

(CITY,) = markets(1)
ROADS = CityRoads(CITY, np.random.default_rng(5))
offsets = st.floats(-0.05, 0.05)


@unhurried
@given(offsets, offsets, offsets, offsets, st.integers(0, 86_400_000))
def test_a_driver_goes_straight_from_start_to_end_in_the_time_that_the_roads_say(a: float, b: float, c: float, d: float, ms: int) -> None:
    start = np.array([[CITY.lat + a, CITY.lon + b]])
    end = np.array([[CITY.lat + c, CITY.lon + d]])
    row, at = np.array([0]), np.array([NOW + ms])
    parts = ROADS.parts_ms(start[:, 0], start[:, 1], end[:, 0], end[:, 1], at)
    legs = Legs(start[:, 0], start[:, 1])
    arrive = legs.set(row, at, end, parts)
    assert parts.shape == (1, PARTS)
    assert legs.at(row, at) == pytest.approx(start)
    assert legs.at(row, arrive) == pytest.approx(end)
    way = float(length_m(start[:, 0], start[:, 1], end[:, 0], end[:, 1])[0])
    took = max(float(parts.sum()) / 1000, 1e-9)
    assert way / FASTEST * 0.99 <= took <= way / SLOWEST * 1.01 + 1e-9
    places = np.concatenate([legs.at(row, at + int(share * parts.sum())) for share in np.linspace(0, 1, 9)])
    along = length_m(np.full(9, start[0, 0]), np.full(9, start[0, 1]), places[:, 0], places[:, 1])
    assert (np.diff(along) >= -0.01).all()


def test_a_driver_that_stops_stays() -> None:
    legs = Legs(np.array([CITY.lat]), np.array([CITY.lon]))
    row = np.array([0])
    legs.set(row, np.array([NOW]), np.array([[CITY.lat + 0.1, CITY.lon]]), np.full((1, PARTS), 10_000.0))
    legs.stop(row, np.array([NOW + 30_000]))
    assert legs.at(row, NOW + 30_000) == pytest.approx(np.array([[CITY.lat + 0.05, CITY.lon]]))
    assert legs.at(row, NOW + 90_000) == pytest.approx(np.array([[CITY.lat + 0.05, CITY.lon]]))


def test_speeds_vary_around_twenty_kmh() -> None:
    rng = np.random.default_rng(1)
    lat, lon = CITY.lat + rng.uniform(-0.06, 0.06, 2000), CITY.lon + rng.uniform(-0.06, 0.06, 2000)
    kmh = 3.6 * ROADS.speed_mps(lat, lon, NOW + rng.integers(0, 86_400_000, 2000))
    assert 18 < kmh.mean() < 24
    assert kmh.std() > 2.5


# intervals


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=40))
def test_the_interval_is_students(values: list[float]) -> None:
    sample = np.array(values)
    one = estimate(sample)
    assert one.mean == pytest.approx(sample.mean())
    wanted = stats.t.ppf(0.975, len(sample) - 1) * stats.sem(sample)
    assert one.half == pytest.approx(wanted, abs=1e-9)
    assert one.low <= one.mean <= one.high


def test_one_sample_proves_nothing() -> None:
    assert estimate(np.array([1.0])).half == float("inf")


def test_pairs_are_compared_pair_by_pair() -> None:
    assert relative(np.array([8.0, 16.0]), np.array([10.0, 20.0])).half == pytest.approx(0, abs=1e-12)
    assert difference(np.array([8.0, 16.0]), np.array([10.0, 20.0])).mean == -3


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=30).filter(lambda v: sum(v) > 1e-6))
def test_gini_is_half_the_mean_difference_of_pairs_over_the_mean(values: list[float]) -> None:
    x = np.array(values)
    assert gini(x) == pytest.approx(np.abs(x[:, None] - x[None, :]).mean() / (2 * x.mean()), abs=1e-9)
    assert gini(3 * x) == pytest.approx(gini(x), abs=1e-9)


def test_gini_of_nothing_is_unknown_and_of_nobody_earning_zero() -> None:
    assert np.isnan(gini(np.zeros(0)))
    assert gini(np.zeros(3)) == 0


# the comparison and the targets


def test_the_comparison_holds_means_and_paired_differences() -> None:
    found = compared(SAMPLES, "base")["day"]
    assert found["base"]["x"]["mean"] == 20
    assert "against_base" not in found["base"]
    assert found["new"]["against_base"]["x"]["relative"] == pytest.approx(-0.2)
    assert found["new"]["against_base"]["share"] == {
        "difference": 0.1,
        "half": 0.0,
        "relative": pytest.approx(0.1698, abs=1e-4),
        "relative_half": pytest.approx(0.0717, abs=1e-3),
    }


def test_people_see_means_and_changes(capsys: pytest.CaptureFixture[str]) -> None:
    show(SAMPLES, {"x": Figure("x"), "share": Figure("share", 100.0)}, "base", "days")
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["policy\tx\tshare", "base\t20.0\t60.0 %", "new\t16.0\t70.0 %", "policy\tx\tshare", "new\t-20.0 ±0.0 %\t+10.0 ±0.0 pt"]


def target(figure: str, bound: float, **more: bool) -> Target:
    return Target("t", "new", "base", ("day",), figure, bound, **more)


@pytest.mark.parametrize(
    ("asked", "met"),
    [
        (target("x", -0.15, falls=True), True),
        (target("x", -0.25, falls=True), False),
        (target("share", 0.09, points=True), True),
        (target("share", 0.11, points=True), False),
        (target("x", -0.21), True),
        (target("share", 0.1, sure=True), True),
        (Target("t", "absent", "base", ("day",), "x", 0.0, falls=True), False),
    ],
)
def test_a_target_is_met_or_not(asked: Target, met: bool) -> None:
    (verdict,) = judge([asked], SAMPLES)
    assert verdict.met is met
    assert verdict.as_dict()["met"] is met


def test_a_change_that_may_be_chance_is_not_sure() -> None:
    samples = {"day": {"base": [{"x": 1.0}, {"x": 1.0}], "new": [{"x": 1.0}, {"x": 1.2}]}}
    assert judge([target("x", 0.05)], samples)[0].met
    assert not judge([target("x", 0.05, sure=True)], samples)[0].met
