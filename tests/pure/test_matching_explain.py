"""Why not me: the reasons are the matching's own, and the least change wins when it is made, and a little less does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from agents.matching.explain import Answer, parameters, why_not
from agents.matching.explain_changes import Change, Quantity, least, upwards
from agents.matching.explain_moment import Moment, moment_before
from agents.matching.explain_selves import all_pairs, on_the_way
from agents.matching.market_step import MarketStep
from agents.matching.optimal import NEVER
from agents.matching.policy import BEST_FIRST, DEFAULT, Policy
from agents.matching.rounds import outside_ms
from agents.matching.state import MatchingState
from agents.matching.step import step
from columns.table import I64, Array
from tests.pure.matching_events import LAT, LON, NOW, SECOND, Row, answer, batches, move, order, profile, unhurried

City = dict[str, Any]  # what came, by topic: lists of rows
ORDER = "o0"
few = settings(unhurried, max_examples=15)


class Seen:
    """What a watcher kept of a step, and what the step decided: order → driver."""

    def __init__(self, city: City, policy: Policy = DEFAULT, asked: str = ORDER) -> None:
        self.moment: Moment | None = None
        self.asked, self.state = asked, MatchingState(3)
        stepped = step(self.state, batches(**city), NOW, policy, "code", self.watch)
        decided = stepped.frames["matching.decisions"].to_dicts() if "matching.decisions" in stepped.frames else []
        self.decisions = {row["order_id"]: row for row in decided}

    def watch(self, one: MarketStep) -> None:
        self.moment = moment_before(one, self.asked) or self.moment

    def driver_of(self, order_id: str) -> str | None:
        return self.decisions[order_id]["driver_id"] if order_id in self.decisions else None

    def why_not(self, driver_id: str, search: bool = False) -> Answer:
        assert self.moment is not None
        return why_not(self.moment, self.asked, driver_id, search)


VEHICLE, PREFERRED = {"RIDE": "SEDAN", "FOOD": "CAR"}, {"RIDE": "SUV", "FOOD": "MOTO"}
SHARES = st.integers(60, 100).map(lambda n: n / 100)


@st.composite
def drivers(draw: st.DrawFn, number: int, able: bool, service: str) -> tuple[Row, Row]:
    """A profile and a position; ``able``: of one who may serve a standard order of the service."""
    name = f"d{number}"
    stars = draw(st.integers(30, 50)) / 10
    who = profile(name, rating_30d=stars, completion_rate=draw(SHARES), acceptance_rate=draw(SHARES))
    who |= {"services": [service], "vehicle": VEHICLE[service]}
    place = {"lat": LAT + draw(st.integers(-30, 30)) / 1000, "lon": LON + draw(st.integers(-30, 30)) / 1000}
    if able:
        return who, move(name, **place)
    who |= {"vehicle": draw(st.sampled_from(["SEDAN", "SUV", "MOTO"])), "features": draw(st.sampled_from([[], ["CHILD_SEAT"]]))}
    who |= {"tier": draw(st.sampled_from(["STANDARD", "GOLD"])), "deleted": draw(st.sampled_from([False, False, False, True]))}
    age = draw(st.sampled_from([0, 0, 300_000, 300_001]))
    return who, move(name, ts=NOW - age, status=draw(st.sampled_from(["AVAILABLE", "AVAILABLE", "BUSY", "OFFLINE"])), **place)


@st.composite
def cities(draw: st.DrawFn, able: bool = True, most_orders: int = 4) -> City:
    """Few drivers and few orders close to each other, that come all at once."""
    count, asked = draw(st.integers(1, 5)), draw(st.integers(1, most_orders))
    service = draw(st.sampled_from(["RIDE", "FOOD"])) if able else "RIDE"
    both = [draw(drivers(number, able, service)) for number in range(count)]
    orders = []
    for number in range(asked):
        place = {"pickup_lat": LAT + draw(st.integers(-20, 20)) / 1000, "pickup_lon": LON + draw(st.integers(-20, 20)) / 1000}
        wishes: Row = {"service": service, "preferred_vehicle": draw(st.sampled_from([None, PREFERRED[service]]))}
        if service == "FOOD":  # orders of one restaurant may go together, and their drop-offs lie close
            place = {"pickup_lat": LAT, "pickup_lon": LON, "dropoff_lat": LAT + 0.02, "dropoff_lon": LON + draw(st.integers(0, 3)) / 1000}
            wishes |= {"preferred_vehicle": None, "merchant_id": draw(st.sampled_from(["pizza", "sushi"]))}
        if not able:
            wishes |= {"requirements": draw(st.sampled_from([[], ["CHILD_SEAT"]])), "tier": draw(st.sampled_from(["STANDARD", "GOLD"]))}
            wishes |= {"premium_required": draw(st.booleans())}
        orders.append(order(f"o{number}", **place, **wishes))
    return {"profiles": [who for who, _ in both], "moves": [at for _, at in both], "orders": orders}


def changed(city: City, driver: str, who: Row, where: Row) -> City:
    """The same city, where a driver's profile and position are others."""
    profiles = [row | who if row["driver_id"] == driver else row for row in city["profiles"]]
    moves = [row | where if row["driver_id"] == driver else row for row in city["moves"]]
    return city | {"profiles": profiles, "moves": moves}


def with_change(city: City, moment: Moment, driver: str, change: Change, value: Any) -> City:
    """The same city, had a quantity of a driver been ``value``."""
    if change.quantity == "nearer":
        at = moment.market.drivers.points[moment.market.drivers.index[driver]]
        lat, lon = on_the_way(at, moment.asked.pickups[moment.place[ORDER]], np.array([value]))
        return changed(city, driver, {}, {"lat": float(lat[0]), "lon": float(lon[0])})
    field = {"rating": "rating_30d", "completion": "completion_rate", "acceptance": "acceptance_rate", "vehicle": "vehicle"}
    return changed(city, driver, {field[change.quantity]: value}, {})


def a_little_less(change: Change) -> float:
    """The value before the one needed."""
    assert isinstance(change.value, float)
    assert isinstance(change.bound, float)
    values = upwards(change.value, change.bound, {"nearer": 1.0, "rating": 0.01}.get(change.quantity, 0.001))
    at = int(np.flatnonzero(values == change.needed)[0])
    assert at > 0, "it had won without a change"
    return float(values[at - 1])


@given(cities())
@few
def test_the_least_change_wins_and_a_little_less_does_not(city: City) -> None:
    seen = Seen(city)
    for driver in (row["driver_id"] for row in city["profiles"]):
        for change in seen.why_not(driver, search=True).changes:
            if change.needed is None or change.quantity == "income":
                continue
            assert seen.moment is not None
            after = Seen(with_change(city, seen.moment, driver, change, change.needed))
            assert after.driver_of(ORDER) == driver, change
            if change.quantity != "vehicle":
                before = Seen(with_change(city, seen.moment, driver, change, a_little_less(change)))
                tied = before.why_not(driver).short_ms == 0
                assert tied or before.driver_of(ORDER) != driver, change


@given(cities(), st.data())
@few
def test_where_no_change_wins_none_does(city: City, data: st.DataObject) -> None:
    seen = Seen(city)
    driver = data.draw(st.sampled_from([row["driver_id"] for row in city["profiles"]]))
    for change in seen.why_not(driver, search=True).changes:
        if change.needed is None and change.quantity in {"nearer", "rating", "completion", "acceptance"} and change.value != change.bound:
            assert isinstance(change.bound, float)
            value = data.draw(st.floats(float(change.value), change.bound))
            assert seen.moment is not None
            other = Seen(with_change(city, seen.moment, driver, change, value))
            assert other.driver_of(ORDER) != driver or other.why_not(driver).short_ms == 0, (change, value)


def least_cost(table: I64, outside: I64) -> int:
    """The least cost of serving each order by a driver of its own or leaving it, whole ms."""
    whole = np.column_stack((table, np.where(np.eye(len(table), dtype=bool), outside[:, None], NEVER)))
    rows, columns = linear_sum_assignment(whole)
    return int(whole[rows, columns].sum())


@given(cities(), st.data())
@few
def test_short_is_what_choosing_the_driver_would_have_cost_all_orders_more(city: City, data: st.DataObject) -> None:
    seen = Seen(city)
    moment = seen.moment
    assert moment is not None
    pairs = all_pairs(moment.market, moment.asked, moment.clock, moment.policy)
    table = np.full((len(moment.ids), len(moment.market.drivers)), NEVER)
    table[pairs.order, pairs.driver] = pairs.cost_ms
    outside = outside_ms(moment.asked, moment.clock, moment.policy)
    best, mine = least_cost(table, outside), moment.place[ORDER]
    for driver, row in moment.market.drivers.index.items():
        found = seen.why_not(driver)
        if table[mine, row] == NEVER:
            assert found.short_ms is None
            continue
        without = np.delete(np.delete(table, mine, 0), row, 1)
        if found.chosen:
            never = table.copy()
            never[mine, row] = NEVER
            assert found.short_ms == best - least_cost(never, outside)
        else:
            assert found.short_ms == table[mine, row] + least_cost(without, np.delete(outside, mine)) - best
        assert found.proven


@given(cities(), st.data())
@few
def test_of_a_driver_who_got_nothing_the_decision_says_the_same(city: City, data: st.DataObject) -> None:
    seen = Seen(city)
    assume(ORDER in seen.decisions)
    for other in seen.decisions[ORDER]["alternatives"]:
        found = seen.why_not(other["driver_id"])
        assert found.cost is not None
        assert found.cost.cost_ms / 1000 == other["cost_s"]
        assert found.short_ms is not None
        if found.got is None:
            assert found.short_ms / 1000 == other["short_s"]
        else:
            assert found.short_ms / 1000 >= other["short_s"] - 1e-9, "the decision's is a lower bound for a driver who got another order"


@given(cities(able=False))
@few
def test_the_rules_are_those_of_the_matching(city: City) -> None:
    seen = Seen(city)
    moment = seen.moment
    assert moment is not None
    pairs = all_pairs(moment.market, moment.asked, moment.clock, moment.policy)
    able = set(pairs.driver[pairs.order == moment.place[ORDER]].tolist())
    for driver, row in moment.market.drivers.index.items():
        assert seen.why_not(driver).eligible == (row in able)


@given(cities(able=False), st.data())
@few
def test_a_driver_who_meets_the_rules_it_did_not_is_judged_as_foretold(city: City, data: st.DataObject) -> None:
    seen = Seen(city)
    driver = data.draw(st.sampled_from([row["driver_id"] for row in city["profiles"]]))
    found = seen.why_not(driver)
    unmet = {rule.name for rule in found.rules if not rule.met}
    assume(unmet and "pickup_time" not in unmet and found.short_ms is not None)
    wanted = next(row for row in city["orders"] if row["order_id"] == ORDER)
    had = next(row for row in city["profiles"] if row["driver_id"] == driver)
    who: Row = {"deleted": False, "features": sorted({*had["features"], *wanted["requirements"]})}
    if "service" in unmet:
        who["vehicle"] = "SEDAN"
        assume(wanted["preferred_vehicle"] is None)
    if "tier_rating" in unmet:
        who["rating_30d"] = DEFAULT.tier_minimum[3]
    if "tier" in unmet:
        who["tier"] = wanted["tier"]
    mended = Seen(changed(city, driver, who, {"ts": NOW, "status": "AVAILABLE"}))
    assert mended.why_not(driver).eligible
    assert found.short_ms is not None
    if found.short_ms != 0:
        assert (mended.driver_of(ORDER) == driver) == (found.short_ms < 0)


@given(cities(able=False))
@few
def test_watching_changes_nothing(city: City) -> None:
    watched, alone = Seen(city), MatchingState(3)
    step(alone, batches(**city), NOW, DEFAULT, "code")
    assert watched.state.dump() == alone.dump()


@given(cities())
@few
def test_a_cost_is_the_sum_of_its_parts(city: City) -> None:
    seen = Seen(city)
    for driver in (row["driver_id"] for row in city["profiles"]):
        cost = seen.why_not(driver).cost
        assert cost is not None
        assert sum(cost.parts_ms.values()) == cost.cost_ms
        if city["orders"][0]["service"] == "RIDE":
            assert cost.parts_ms["pickup"] == pytest.approx(1000 * cost.eta_s, abs=3)


def test_a_poorer_driver_had_won_where_incomes_differ() -> None:
    city = {
        "profiles": [profile("near"), profile("far")],
        "moves": [move("near", lat=LAT + 0.001), move("far", lat=LAT + 0.003)],
        "orders": [order(ORDER)],
    }
    seen = Seen(city)
    (income,) = [change for change in seen.why_not("far", search=True).changes if change.quantity == "income"]
    assert (income.value, income.bound) == (1.0, 0.0)
    assert isinstance(income.needed, float)
    moment = seen.moment
    assert moment is not None
    fairness = DEFAULT.fairness
    for relative, wins in ((income.needed, True), (income.needed + 0.01, False)):
        boost = 1000 * fairness.bound_s * np.tanh(fairness.steepness / 2 * np.log(relative))
        columns = moment.market.drivers.columns
        columns["boost_ms"][moment.market.drivers.index["far"]] = np.rint(boost)
        result = moment.without(-1)
        assert (moment.market.drivers.ids[result.pairs.driver[result.chosen[0]]] == "far") == wins


def test_worked_example_stale_and_then_too_far_in_cost() -> None:
    """300 m are 36 s at 30 km/h; a position of six minutes ago is a minute too old."""
    city = {
        "profiles": [profile("ana"), profile("rui", rating_30d=4.6)],
        "moves": [move("ana"), move("rui", lat=LAT + 300 / 111_195.08, ts=NOW - 360_000)],
        "orders": [order(ORDER)],
    }
    found = Seen(city).why_not("rui", search=True)
    unmet = [(rule.name, rule.value, rule.limit) for rule in found.rules if not rule.met]
    assert unmet == [("position_age", 360.0, 300.0)]
    assert found.short_ms == pytest.approx(36_000, abs=1)
    nearer = found.changes[0]
    assert (nearer.quantity, nearer.value, nearer.needed) == ("nearer", 0.0, None), "at the pickup it is only as good"
    rating = found.changes[1]
    assert (rating.quantity, rating.needed) == ("rating", None)
    ana = Seen(city).why_not("ana")
    assert ana.chosen
    assert ana.short_ms is not None
    assert ana.short_ms < -3_000_000, "without her nobody would have served it"


def test_worked_example_a_better_rating_wins_another_order() -> None:
    """Two orders, and ben between them, nearer to o1: no rating wins him o0."""
    metre = 1 / 111_195.08
    city = {
        "profiles": [profile("ann"), profile("bob"), profile("ben", rating_30d=4.0)],
        "moves": [move("ann", lat=LAT), move("bob", lat=LAT + 1900 * metre), move("ben", lat=LAT + 1400 * metre)],
        "orders": [order("o0", pickup_lat=LAT + 400 * metre), order("o1", pickup_lat=LAT + 1500 * metre)],
    }
    seen = Seen(city)
    assert (seen.driver_of("o0"), seen.driver_of("o1")) == ("ann", "ben")
    found = seen.why_not("ben", search=True)
    assert found.got == "o1"
    assert found.best_ms > 0
    (rating,) = [change for change in found.changes if change.quantity == "rating"]
    assert (rating.needed, rating.instead) == (None, "o1")


def test_a_driver_nobody_knows_and_an_order_nobody_asked() -> None:
    seen = Seen({"profiles": [profile("ana")], "moves": [move("ana"), move("new")], "orders": [order(ORDER)]})
    assert [rule.name for rule in seen.why_not("new").rules if not rule.met] == ["profile", "service"]
    assert seen.why_not("new").cost is None
    with pytest.raises(KeyError, match="nobody"):
        seen.why_not("nobody")
    assert seen.moment is not None
    with pytest.raises(KeyError, match="o9"):
        why_not(seen.moment, "o9", "ana")


@given(st.integers(1, 400), st.integers(1, 400), st.integers(3, 40))
@few
def test_looking_in_steps_finds_what_looking_everywhere_finds(count: int, wins_from: int, most: int) -> None:
    quantity = Quantity("rating", "stars", np.arange(float(count)), lambda values: {"rating": values})

    def gains(columns: Mapping[str, Array], _: int) -> I64:
        return np.column_stack((columns["rating"].astype(np.int64) - wins_from, np.full(len(columns["rating"]), -1)))

    found = least(quantity, ["mine", "other"], 0, gains, most)
    assert found.needed == (wins_from + 1 if wins_from + 1 < count else None)


class Days:
    """A task stepped several times, of which each step's moment for one order is kept; and one that nobody watches."""

    def __init__(self) -> None:
        self.state, self.alone = MatchingState(3), MatchingState(3)
        self.offset = 0

    def step(self, after_ms: int, **rows: list[Row]) -> Moment | None:
        """Step at NOW + ``after_ms``. → what the order is matched with in this step"""
        found: list[Moment | None] = []
        given = batches(self.offset, **rows)
        self.offset += 10
        step(self.state, given, NOW + after_ms, DEFAULT, "code", lambda one: found.append(moment_before(one, ORDER)))
        step(self.alone, given, NOW + after_ms, DEFAULT, "code")
        assert self.state.dump() == self.alone.dump(), "watching changes nothing"
        return found[0]


def test_a_driver_who_refused_is_told_so() -> None:
    days = Days()
    both = {"profiles": [profile("ana"), profile("rui")], "moves": [move("ana"), move("rui", lat=LAT + 0.01)]}
    first = days.step(0, **both, orders=[order(ORDER, offer_s=20)])
    assert first is not None
    assert why_not(first, ORDER, "ana").chosen
    second = days.step(4 * SECOND, answers=[answer("ana", ORDER, answer="DECLINED", ts=NOW + 4 * SECOND)])
    assert second is not None
    again = why_not(second, ORDER, "ana")
    assert [rule.name for rule in again.rules if not rule.met] == ["refused"]
    assert again.short_ms is not None
    assert again.short_ms < 0, "it would have been hers"
    assert why_not(second, ORDER, "rui").chosen
    assert days.step(9 * SECOND, moves=[move("ana", ts=NOW + 9 * SECOND)]) is None, "it is being offered"


def test_an_order_that_is_held_has_its_moment_when_the_window_closes() -> None:
    days = Days()
    days.step(0, profiles=[profile("ana"), profile("rui")], moves=[move("ana"), move("rui", lat=LAT + 0.01)], orders=[order("first")])
    assert days.step(100, orders=[order(ORDER, ts=NOW + 100)]) is None
    moment = days.step(1600, orders=[order("last", ts=NOW + 1600)])
    assert moment is not None
    assert moment.ids == [ORDER, "last"]
    assert why_not(moment, ORDER, "rui").chosen
    held = why_not(moment, ORDER, "ana")
    assert [(rule.name, rule.value) for rule in held.rules if not rule.met] == [("order_held", "first")]


def test_orders_of_one_restaurant_are_asked_about_as_one() -> None:
    far = [move("ana", lat=LAT + 0.02)]
    both = [order(name, service="FOOD", merchant_id="pizza", dropoff_lon=LON + east) for name, east in ((ORDER, 0.0), ("o1", 0.001))]
    seen = Seen({"profiles": [profile("ana", services=["FOOD"], vehicle="CAR")], "moves": far, "orders": both}, asked="o1")
    assert seen.moment is not None
    assert (seen.moment.ids, seen.moment.place) == ([ORDER], {ORDER: 0, "o1": 0})
    assert (seen.driver_of(ORDER), seen.driver_of("o1")) == ("ana", "ana")
    assert seen.why_not("ana").chosen


def test_a_courier_who_is_free_soon_is_judged_by_where_and_when() -> None:
    days = Days()
    couriers = [profile(name, services=["FOOD"], vehicle="CAR") for name in ("ana", "rui")]
    days.step(0, profiles=couriers, moves=[move("ana"), move("rui", lat=LAT + 0.03)], orders=[order("first", service="FOOD")])
    near_the_drop_off = {"pickup_lat": LAT + 0.021, "dropoff_lat": LAT + 0.04}
    moment = days.step(5 * SECOND, orders=[order(ORDER, service="FOOD", ts=NOW + 5 * SECOND, patience_s=1800, **near_the_drop_off)])
    assert moment is not None
    ana = why_not(moment, ORDER, "ana")
    held, free_in = (next(rule for rule in ana.rules if rule.name == name) for name in ("order_held", "free_in"))
    assert (held.value, held.met, free_in.met) == ("first", True, True)
    assert ana.cost is not None
    assert ana.cost.distance_m < 150, "from the drop-off"
    assert isinstance(free_in.value, float)
    assert ana.cost.eta_s == pytest.approx(free_in.value + ana.cost.drive_s)


def test_a_moment_is_not_changed_by_what_comes_later() -> None:
    days = Days()
    city = {"profiles": [profile("ana"), profile("rui")], "moves": [move("ana"), move("rui", lat=LAT + 0.01)], "orders": [order(ORDER)]}
    moment = days.step(0, **city)
    assert moment is not None
    before = why_not(moment, ORDER, "rui", search=False)
    moves = [move("rui", ts=NOW + 1000 * n, lat=LAT + 0.03, status="BUSY") for n in range(1, 9)]
    days.step(9 * SECOND, profiles=[profile("rui", rating_30d=5.0, ts=NOW + SECOND)], moves=moves)
    assert why_not(moment, ORDER, "rui", search=False) == before


def test_a_driver_below_a_tier_s_minimum_is_judged_as_if_just_at_it() -> None:
    gold = {"orders": [order(ORDER, tier="GOLD")], "moves": [move("ana")]}
    below, at = (Seen(gold | {"profiles": [profile("ana", rating_30d=stars)]}).why_not("ana") for stars in (4.2, 4.5))
    assert [(rule.name, rule.value, rule.limit) for rule in below.rules if not rule.met] == [("tier_rating", 4.2, 4.5)]
    assert below.cost == at.cost
    assert at.chosen


def test_a_driver_beyond_the_limit_had_to_be_within_it() -> None:
    """15 min less 3 min at 30 km/h are 6 km."""
    city = {"profiles": [profile("ana")], "moves": [move("ana", lat=LAT + 7000 / 111_195.08)], "orders": [order(ORDER)]}
    seen = Seen(city)
    found = seen.why_not("ana", search=True)
    (rule,) = [rule for rule in found.rules if not rule.met]
    assert (rule.name, rule.limit) == ("pickup_time", 900.0)
    assert rule.value == pytest.approx(1020, abs=1)
    assert (found.short_ms, found.got) == (None, None)
    nearer, *others = found.changes
    assert nearer.needed in {1000.0, 1001.0}
    assert all(change.needed is None for change in others)
    assert seen.moment is not None
    assert Seen(with_change(city, seen.moment, "ana", nearer, nearer.needed)).driver_of(ORDER) == "ana"
    assert Seen(with_change(city, seen.moment, "ana", nearer, a_little_less(nearer))).driver_of(ORDER) is None


def test_a_greedy_rule_has_no_prices() -> None:
    city = {"profiles": [profile("ana"), profile("rui")], "moves": [move("ana"), move("rui", lat=LAT + 0.01)], "orders": [order(ORDER)]}
    found = Seen(city, replace(DEFAULT, assignment=BEST_FIRST)).why_not("rui")
    assert found.cost is not None
    assert (found.beat_ms, found.short_ms, found.changes) == (None, None, ())


def test_parameters_tell_what_weighs_most() -> None:
    said = {one.name: one for one in parameters(DEFAULT)}
    assert next(iter(said)) == "pickup"
    assert said["pickup"].most_s == DEFAULT.eta_limit_s - DEFAULT.pickup_overhead_s
    assert said["fairness"].most_s == 2 * DEFAULT.fairness.bound_s
    qualities = [said[name].most_s for name in ("rating", "reliability", "vehicle")]
    assert sum(qualities) == pytest.approx(DEFAULT.quality_s, abs=0.01)
    assert qualities[0] / qualities[1] == pytest.approx(0.25 / 0.15, abs=0.001)
