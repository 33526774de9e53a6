"""Meal-delivery instances: reading them, their rules, their figures, and the comparison; through the agent's own step."""

from __future__ import annotations

import os
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import orjson
import pytest
import typer

from columns import earth
from columns.table import F64, I64
from ops.evaluate.grubhub import BASELINE, COURIERS, POLICIES, by_the_rules, common_seeds, grubhub, one
from ops.evaluate.grubhub_day import UNDELIVERED, Day
from ops.evaluate.grubhub_figures import figures
from ops.evaluate.grubhub_instances import FILES, BadInstanceError, Instance, Rules, instances

RULES = Rules(speed_m_min=320.0, pickup_min=4.0, dropoff_min=4.0, target_min=40.0, limit_min=90.0, pay_order=10.0, pay_hour=15.0)
PARAMETERS = "meters_per_minute\tpickup service minutes\tdropoff service minutes\ttarget click-to-door\tmaximum click-to-door\t"
PARAMETERS += "pay per order\tguaranteed pay per hour\n320\t4\t4\t40\t90\t10\t15\n"


def instance(orders: list[tuple[int, int, int, int, int]], couriers: list[tuple[int, int, int, int]]) -> Instance:
    """Orders as (x, y, placed, ready, restaurant), couriers as (x, y, on, off); restaurants at the origin and 3.2 km east of it."""
    o: I64 = np.array(orders, np.int64).reshape(-1, 5)
    c: I64 = np.array(couriers, np.int64).reshape(-1, 4)
    points: list[F64] = [table[:, :2].astype(np.float64) for table in (o, c)]
    places = np.array([[0.0, 0.0], [3200.0, 0.0]])
    return Instance(0, "o100t100s1p100", RULES, points[0], o[:, 2], o[:, 3], o[:, 4], points[1], c[:, 2], c[:, 3], places)


def busy_day(seed: int) -> Instance:
    """Too few couriers for the orders of two hours."""
    draw = np.random.default_rng(seed)
    placed = np.sort(draw.integers(0, 120, 40))
    orders = [(*draw.integers(-3000, 5000, 2), at, at + draw.integers(5, 30), draw.integers(0, 2)) for at in placed]
    couriers = [(*draw.integers(-2000, 4000, 2), on, on + 120) for on in draw.integers(0, 60, 9)]
    return instance([tuple(map(int, row)) for row in orders], [tuple(map(int, row)) for row in couriers])  # type: ignore[misc]


def day(given: Instance, policy: str = COURIERS) -> Day:
    """The instance under a policy, over."""
    return Day(given, by_the_rules(POLICIES[policy], given.rules)).run()


def write(folder: Path, seed: int = 0) -> Path:
    """An instance of one order and one courier, as its files."""
    into = folder / f"{seed}o100t100s1p100"
    into.mkdir(parents=True)
    (into / "orders.txt").write_text("order\tx\ty\tplacement_time\trestaurant\tready_time\no1\t960\t0\t10\tr1\t25\n")
    (into / "couriers.txt").write_text("courier\tx\ty\ton_time\toff_time\nc1\t0\t640\t0\t120\n")
    (into / "restaurants.txt").write_text("restaurant\tx\ty\nr1\t0\t0\n")
    (into / "instance_parameters.txt").write_text(PARAMETERS)
    return into


# instances


def test_a_packed_instance_is_the_unpacked_one(tmp_path: Path) -> None:
    folder = write(tmp_path / "unpacked")
    with tarfile.open(tmp_path / "packed.tar.gz", "w:gz") as packed:
        packed.add(folder, f"public_instances/{folder.name}")
    (one_folder,), (one_packed,) = instances(tmp_path / "unpacked"), instances(tmp_path / "packed.tar.gz")
    assert (one_folder.name, one_folder.rules) == ("0o100t100s1p100", RULES) == (one_packed.name, one_packed.rules)
    for name in ("orders", "placed", "ready", "restaurant", "couriers", "on", "off", "restaurants"):
        np.testing.assert_array_equal(getattr(one_folder, name), getattr(one_packed, name))
    assert one_packed.hours == 2.0


def test_only_the_variants_asked_for_are_read(tmp_path: Path) -> None:
    write(tmp_path)
    with pytest.raises(BadInstanceError, match="no meal-delivery instances"):
        instances(tmp_path, ["o50t100s1p100"])
    assert len(instances(tmp_path, ["o100t100s1p100"])) == 1


@pytest.mark.parametrize("file", FILES)
def test_a_file_that_is_empty_is_named(tmp_path: Path, file: str) -> None:
    (write(tmp_path) / file).write_text("")
    with pytest.raises(BadInstanceError, match="0o100t100s1p100"):
        instances(tmp_path)


def test_seeds_count_that_have_all_variants(tmp_path: Path) -> None:
    write(tmp_path, 3)
    assert common_seeds(instances(tmp_path), ["o100t100s1p100"]) == [3]
    with pytest.raises(BadInstanceError):
        common_seeds(instances(tmp_path), ["o100t100s1p100", "o50t100s1p100"])


def test_the_globe_keeps_the_planes_distances() -> None:
    points = np.random.default_rng(1).uniform(-6000, 6000, (200, 2))
    lat, lon = busy_day(0).degrees(points)
    away = earth.haversine_m(lat[:-1], lon[:-1], lat[1:], lon[1:])
    np.testing.assert_allclose(away, np.hypot(*(points[1:] - points[:-1]).T), rtol=2e-6)


def test_travel_takes_whole_minutes_begun() -> None:
    start, end = np.zeros((3, 2)), np.array([[320.0, 0.0], [321.0, 0.0], [0.0, 0.0]])
    assert busy_day(0).minutes(start, end).tolist() == [1, 2, 0]


# the rules


def test_a_day_by_hand() -> None:
    """The courier has 2 min to the restaurant and 2 of service before the pickup: it leaves for the food ready at 25, with 3 min to go."""
    served = day(instance([(960, 0, 10, 25, 0)], [(0, 640, 0, 120)])).served
    assert (served.courier[0], served.pickup[0], served.door[0]) == (0, 25.0, 25.0 + 2.0 + 3.0 + 2.0)
    assert 20 <= served.assigned[0] <= 21
    assert (served.driving[0], served.routes[0], served.bundle[0]) == (5.0, 1, 1)


def test_greedy_sends_the_courier_at_once() -> None:
    served = day(instance([(960, 0, 10, 25, 0)], [(0, 640, 0, 120)]), BASELINE).served
    assert (served.assigned[0], served.pickup[0]) == (10.0, 25.0)


def test_a_courier_works_from_its_on_time() -> None:
    served = day(instance([(960, 0, 10, 15, 0)], [(0, 640, 30, 120)])).served
    assert (served.assigned[0], served.pickup[0]) == (30.0, 34.0)


def test_no_pickup_after_the_off_time() -> None:
    over = day(instance([(960, 0, 10, 31, 0)], [(0, 640, 0, 30)]))
    assert (over.served.courier[0], over.served.given_back) == (UNDELIVERED, 1)
    assert figures(over)["undelivered"] == 1.0
    both = day(instance([(960, 0, 10, 31, 0)], [(0, 640, 0, 30), (0, 6400, 20, 90)])).served
    assert (both.courier[0], both.given_back) == (1, 1)


def test_an_order_that_nobody_could_deliver_in_time_is_cancelled() -> None:
    served = day(instance([(960, 0, 10, 15, 0)], [(0, 640, 120, 240)])).served
    assert served.courier[0] == UNDELIVERED


def test_one_courier_takes_the_orders_of_one_restaurant_together() -> None:
    orders = [(960, 0, 10, 25, 0), (1000, 100, 11, 26, 0), (-900, 0, 12, 27, 1)]
    served = day(instance(orders, [(0, 640, 0, 200)])).served
    assert served.bundle.tolist() == [2, 2, 1]
    assert served.pickup[0] == served.pickup[1] == 26.0
    assert served.door[1] - served.door[0] == 1.0 + 4.0
    assert served.assigned[2] >= served.door[1]


@pytest.mark.parametrize("policy", [COURIERS, BASELINE])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_busy_day_keeps_the_rules(policy: str, seed: int) -> None:
    given = busy_day(seed)
    served = day(given, policy).served
    done = np.flatnonzero(served.courier >= 0)
    assert len(done) > 20
    assert (served.pickup[done] >= np.maximum(given.ready[done], served.assigned[done])).all()
    assert (served.pickup[done] <= given.off[served.courier[done]]).all()
    assert (served.assigned[done] >= np.maximum(given.placed[done], given.on[served.courier[done]])).all()
    for courier in range(len(given.couriers)):
        follow(given, served.courier == courier, served.pickup, served.door, courier)


def follow(given: Instance, own: np.ndarray, pickup: F64, door: F64, courier: int) -> None:
    """The courier was at each place in time, as the instances' own evaluator checks."""
    at, place = float(given.on[courier]), given.couriers[courier]
    for begin in np.unique(pickup[own]).tolist():
        route = np.flatnonzero(own & (pickup == begin))
        route = route[np.argsort(door[route])]
        assert len(set(given.restaurant[route].tolist())) == 1
        counter = given.restaurants[given.restaurant[route[0]]]
        assert begin >= at + given.minutes(place, counter) + RULES.pickup_min / 2
        at, place = begin + RULES.pickup_min / 2, counter
        for order in route.tolist():
            assert door[order] == at + given.minutes(place, given.orders[order]) + RULES.dropoff_min / 2
            at, place = door[order] + RULES.dropoff_min / 2, given.orders[order]


# figures


def test_figures_by_hand() -> None:
    """One order of $ 10 in two hours of at least $ 15: the courier is paid by the hour."""
    found = figures(day(instance([(960, 0, 10, 25, 0)], [(0, 640, 0, 120)])))
    assert (found["click_to_door"], found["ready_to_door"], found["ready_to_pickup"]) == (22.0, 7.0, 0.0)
    assert (found["orders_hour"], found["cost_order"], found["at_least"], found["over_target"]) == (0.5, 30.0, 1.0, 0.0)
    assert found["busy"] == pytest.approx((5.0 + 4.0 + 4.0) / 120.0)


def test_the_same_day_has_the_same_figures() -> None:
    first, second = (figures(day(busy_day(3))) for _ in range(2))
    assert first | {"step_ms": 0.0} == second | {"step_ms": 0.0}


def test_few_couriers_deliver_more_with_bundles_and_in_time_than_greedily() -> None:
    few, greedy = (figures(day(busy_day(1), policy)) for policy in (COURIERS, BASELINE))
    assert few["ready_to_door"] < greedy["ready_to_door"]
    assert few["undelivered"] <= greedy["undelivered"]
    assert few["bundled"] > 0.0 == greedy["bundled"]


# the command


def test_no_instances_are_an_error_of_the_call(tmp_path: Path) -> None:
    with pytest.raises(typer.Exit) as left:
        grubhub(tmp_path, True, workers=1)
    assert left.value.exit_code == 2


def test_the_last_line_is_an_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for seed in (0, 1):
        write(tmp_path, seed)
    code = grubhub(tmp_path, True, variants=["o100t100s1p100"], workers=1)
    out = orjson.loads(capsys.readouterr().out.splitlines()[-1])
    assert out["seeds"] == [0, 1]
    assert code == (0 if out["passed"] else 1) == 1  # one courier, one order: nothing can be better than greedy for sure
    assert out["figures"]["o100t100s1p100"][COURIERS]["click_to_door"]["mean"] == 22.0


@pytest.mark.skipif("TRIPO_DATA" not in os.environ, reason="TRIPO_DATA names no folder of real data")
def test_a_real_day_is_better_than_greedy() -> None:
    folder = Path(os.environ["TRIPO_DATA"]) / "matching"
    couriers, greedy = (one(("o50t75s2p100", 1, policy), folder) for policy in (COURIERS, BASELINE))
    assert couriers["click_to_door"] < greedy["click_to_door"]
    assert couriers["undelivered"] <= greedy["undelivered"]


def test_policies_of_the_comparison_differ_in_what_they_say() -> None:
    assert len({policy.version for policy in POLICIES.values()}) == len(POLICIES)
    assert replace(POLICIES[BASELINE], lead_s=1.0).version != POLICIES[BASELINE].version
