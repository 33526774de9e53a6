"""The formulas of matching, by worked examples and against the formulas they are another form of."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.matching import geo, score
from agents.matching.policy import DEFAULT, SERVED_BY, SERVICES, VEHICLES, Policy, services_by_vehicle
from agents.matching.reading import NONE
from agents.matching.travel import Travel
from columns import earth
from tests.pure.matching_events import unhurried

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)


@given(latitudes, longitudes, latitudes, longitudes)
@unhurried
def test_distance_between_points_is_the_haversine_formula(lat1: float, lon1: float, lat2: float, lon2: float) -> None:
    a, b, c, d = (np.array([x]) for x in (lat1, lon1, lat2, lon2))
    through_points = geo.distance_m(geo.points(a, b), geo.points(c, d))
    formula = earth.haversine_m(a, b, c, d)
    near_antipode = formula[0] > 20_000_000  # there both forms lose digits
    assert through_points[0] == pytest.approx(formula[0], abs=200 if near_antipode else 0.01)


def test_known_distances() -> None:
    san_francisco, los_angeles = (37.7749, -122.4194), (34.0522, -118.2437)
    pair = [np.array([x]) for x in (*san_francisco, *los_angeles)]
    assert earth.haversine_m(*pair)[0] == pytest.approx(559_120, abs=50)
    across_the_date_line = earth.haversine_m(np.array([0.0]), np.array([179.9]), np.array([0.0]), np.array([-179.9]))
    assert across_the_date_line[0] == pytest.approx(0.2 * 111_195, abs=1)


def test_the_chord_is_shorter_than_the_arc_and_grows_with_it() -> None:
    arcs = [0.0, 1.0, 6_000.0, 1_000_000.0, 20_000_000.0]
    chords = [geo.chord_m(arc) for arc in arcs]
    assert chords == sorted(chords)
    assert all(chord <= arc for chord, arc in zip(chords, arcs, strict=True))
    assert geo.chord_m(6_000.0) == pytest.approx(6_000.0, abs=0.001)


def test_with_nothing_learnt_the_time_to_the_pickup_is_distance_at_30_kmh_plus_three_minutes() -> None:
    distance, usual = np.array([0.0, 500.0, 6_000.0]), np.ones(3)
    eta = Travel(DEFAULT.travel).eta_s(distance, usual, usual, DEFAULT.pickup_overhead_s)
    assert eta.tolist() == [180.0, 240.0, 900.0]


def test_eta_factor_falls_linearly_from_1_to_0_7_at_15_minutes() -> None:
    assert score.eta_factor(np.array([0.0, 450.0, 900.0]), DEFAULT) == pytest.approx([1.0, 0.85, 0.7])


def test_rating_factor_scales_one_to_five_stars() -> None:
    assert score.rating_factor(np.array([0.0, 1.0, 3.0, 4.6, 5.0])) == pytest.approx([0.0, 0.0, 0.5, 0.9, 1.0])


def test_reliability_is_mostly_completion() -> None:
    assert score.reliability_factor(np.array([0.9]), np.array([0.8]), DEFAULT) == pytest.approx([0.87])


def test_fairness_is_no_quality_so_its_factor_does_not_change_the_cost() -> None:
    factors = np.array([[0.9, 0.9], [0.8, 0.8], [0.7, 0.7], [0.1, 0.9], [1.0, 1.0]])
    cost = score.own_cost_ms(np.array([300.0, 300.0]), factors, DEFAULT)
    lack = (0.25 * 0.2 + 0.15 * 0.3) / (0.25 + 0.15 + 0.10)
    assert cost.tolist() == [round(1000 * (300 + DEFAULT.quality_s * lack))] * 2


@pytest.mark.parametrize(
    ("requirements", "features", "preferred", "vehicle", "share"),
    [
        (0b000, 0b000, NONE, 0, 1.0),
        (0b011, 0b111, NONE, 0, 1.0),
        (0b000, 0b000, 3, 3, 1.0),
        (0b000, 0b000, 3, 2, 0.5),
        (0b001, 0b001, 3, 2, 2 / 3),
        (0b011, 0b001, NONE, 0, 2 / 3),
    ],
)
def test_vehicle_factor_is_the_share_of_what_was_asked(
    requirements: int, features: int, preferred: int, vehicle: int, share: float
) -> None:
    asked = [np.array([x], np.uint8) for x in (requirements, features, preferred, vehicle)]
    assert score.vehicle_factor(*asked) == pytest.approx([share])


def test_the_score_weighs_the_five_factors() -> None:
    factors = np.array([[0.94], [0.9], [0.87], [1.0], [0.5]])
    by_hand = 0.35 * 0.94 + 0.25 * 0.9 + 0.15 * 0.87 + 0.15 * 1.0 + 0.10 * 0.5
    assert score.weighted(factors, DEFAULT)[0] == pytest.approx(by_hand, abs=1e-9)
    assert sum(DEFAULT.weights) == pytest.approx(1.0)


def test_vehicles_serve_the_services_of_the_platforms_table() -> None:
    for vehicle, served in zip(VEHICLES, services_by_vehicle(), strict=True):
        for bit, service in enumerate(SERVICES):
            assert bool(served >> bit & 1) == (vehicle in SERVED_BY[service])


def test_a_policys_version_names_its_content() -> None:
    assert Policy().version == DEFAULT.version
    changed = [dataclasses.replace(DEFAULT, weights=(0.3, 0.3, 0.15, 0.15, 0.1)), dataclasses.replace(DEFAULT, retry_ms=251)]
    assert len({DEFAULT.version, *(policy.version for policy in changed)}) == 3
