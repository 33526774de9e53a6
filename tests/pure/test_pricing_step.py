"""What becomes of quotes, answers and all that bears on prices, told as short stories through the agent's own step."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from agents.pricing.agent import AGENT, PricingAgent
from agents.pricing.policy import SERVICES, Policy
from agents.pricing.tariff import PARTS
from tests.pure.pricing_events import (
    HOUR,
    LAT,
    LON,
    MINUTE,
    NOW,
    SECOND,
    Row,
    Task,
    answer,
    competitor,
    condition,
    flag,
    move,
    order,
    overcharge,
    policy,
    profile,
    quote,
)


def factor(row: Row, name: str) -> Row:
    return next(each for each in row["factors"] if each["name"] == name)


def zones(task: Task, service: str = "RIDE") -> list[Row]:
    return [row for row in task.all.get("pricing.zones", []) if row["service"] == service]


def alerts(task: Task) -> list[tuple[str, str]]:
    return [(row["kind"], row["status"]) for row in task.all.get("pricing.alerts", [])]


def test_a_quote_is_priced_and_its_factors_multiply_up_to_its_price() -> None:
    task = Task()
    row = task.quote(0, "q", tier="GOLD")
    assert row["decision_id"] == "pricing/quote-requests/3/0/0"
    assert (row["topic"], row["partition"], row["offset"], row["event_ts"]) == ("quote-requests", 3, 0, NOW)
    weights = math.prod(each["weight"] for each in row["factors"])
    assert weights * row["reference_cents"] == pytest.approx(row["price_cents"], abs=1e-6)
    assert row["least_cents"] <= row["price_cents"] <= row["most_cents"]
    assert 0 < row["propensity"] <= 1
    assert [each["name"] for each in row["alternatives"]] == ["conservative", "balanced", "aggressive"]
    assert row["reference_cents"] == 3300  # FACTS: base, twice for GOLD, and 20 % premium fee
    assert task.errors == []


def test_an_accepted_quote_is_an_outcome_and_its_drivers_pay_a_decision_of_its_own() -> None:
    task = Task()
    priced = task.quote(0, "q")
    task.step(SECOND, answers=[answer("q", ts=NOW + SECOND)])
    (closed,), (paid,) = task.all["pricing.outcomes"], task.all["pricing.driver-pay"]
    assert (closed["outcome"], closed["revenue_cents"], closed["propensity"]) == ("ACCEPTED", priced["price_cents"], priced["propensity"])
    assert closed["profit_cents"] == priced["price_cents"] - priced["cost_cents"]
    assert paid["pay_cents"] == sum(part["cents"] for part in paid["parts"]) == closed["pay_cents"]
    assert [part["name"] for part in paid["parts"]] == list(PARTS)
    assert closed["outcome_id"] == paid["decision_id"] == "pricing/quote-answers/3/0/0"


def test_drivers_pay_does_not_follow_the_riders_price() -> None:
    dear, cheap = Task(), Task()
    for task, cap in ((dear, None), (cheap, 0.7)):
        task.step(0, policies=[policy(floor=0.6, cap=cap)])
        task.quote(2 * SECOND, "q")
        task.step(3 * SECOND, answers=[answer("q", ts=NOW + 3 * SECOND)])
    (a,), (b,) = (task.all["pricing.outcomes"] for task in (dear, cheap))
    assert a["price_cents"] > b["price_cents"]
    assert dear.all["pricing.driver-pay"][0]["parts"] == cheap.all["pricing.driver-pay"][0]["parts"]


def test_a_quote_ends_once_whatever_is_said_of_it() -> None:
    task = Task()
    task.step(0, quotes=[quote("a"), quote("b"), quote("c")])
    later = NOW + SECOND
    said = [answer("a", ts=later), answer("a", "REJECTED", ts=later), answer("b", "REJECTED", ts=later), answer("none", ts=later)]
    task.step(SECOND, answers=said)
    assert task.errors == ["QuoteClosed", "UnknownQuote"]
    assert [one.expected for one in task.made.rejected] == [True, False]
    assert AGENT.due(task.state, NOW + 3 * MINUTE)
    task.step(3 * MINUTE)
    task.step(3 * MINUTE + SECOND, answers=[answer("c", ts=NOW + 90 * SECOND)])
    assert task.errors == ["QuoteClosed"]
    assert [(row["quote_id"], row["outcome"]) for row in task.all["pricing.outcomes"]] == [
        ("a", "ACCEPTED"), ("b", "REJECTED"), ("c", "EXPIRED"),
    ]  # fmt: skip
    for after in (4 * MINUTE, 5 * MINUTE):
        assert AGENT.due(task.state, NOW + after) is (after == 4 * MINUTE)
        task.step(after)


def test_a_quote_asked_for_twice_is_priced_once_and_one_that_is_long_over_is_not_priced() -> None:
    task = Task()
    assert len(task.step(0, quotes=[quote("a"), quote("a", service="FOOD")])) == 1
    assert task.step(20 * MINUTE, quotes=[quote("now", ts=NOW + 20 * MINUTE), quote("late")])[0]["quote_id"] == "now"
    assert task.errors == ["TooLate"]
    assert {one.error for one in task.made.rejected if one.expected} == {"TooLate"}


def test_an_answer_before_its_quote_answers_nothing() -> None:
    task = Task()
    task.step(SECOND, quotes=[quote("a", ts=NOW + SECOND)], answers=[answer("a", ts=NOW + SECOND - 1)])
    assert task.errors == ["UnknownQuote"]
    task.step(2 * SECOND, answers=[answer("a", ts=NOW + SECOND - 1)])  # whenever it comes
    assert task.errors == ["UnknownQuote"]


@pytest.mark.parametrize("apart", [False, True])
def test_an_answer_stamped_in_its_quotes_second_closes_it_however_they_come(apart: bool) -> None:
    task = Task()
    asked, said = [quote("a", ts=NOW + 900)], [answer("a", ts=NOW + 100)]
    if apart:
        task.step(SECOND, quotes=asked)
        task.step(SECOND, answers=said)
    else:
        task.step(SECOND, quotes=asked, answers=said)
    (closed,) = task.all["pricing.outcomes"]
    assert (closed["outcome"], closed["closed_ts"]) == ("ACCEPTED", NOW + 100)
    assert task.errors == []


def test_more_demand_raises_a_zones_prior_and_more_supply_lowers_it() -> None:
    idle, busy, served = Task(), Task(), Task()
    for task in (idle, busy, served):
        task.quote(0)
    busy.step(MINUTE, orders=[order(f"o{i}", ts=NOW + MINUTE) for i in range(20)])
    drivers = [move(f"d{i}", ts=NOW + MINUTE) for i in range(20)]
    served.step(MINUTE, orders=[order(f"o{i}", ts=NOW + MINUTE) for i in range(20)], moves=drivers)
    prices = [task.quote(MINUTE + 2 * SECOND, "x") for task in (idle, busy, served)]
    assert prices[1]["prior_cents"] > prices[2]["prior_cents"]
    assert prices[1]["prior_cents"] > prices[0]["prior_cents"]
    assert factor(prices[1], "demand")["value"] > 0.5 < factor(prices[2], "supply")["value"]


def test_missing_supply_is_taken_as_usual_and_said() -> None:
    task = Task()
    row = task.quote(0)
    assert math.isnan(factor(row, "supply")["value"])
    assert factor(row, "supply")["weight"] == 1.0
    assert "supply-unknown" in row["guards"]
    for after in range(1, 3):
        task.quote(after * 6 * SECOND)
    assert ("NO_SUPPLY", "RAISED") in alerts(task)
    assert zones(task)[-1]["supply"] is None


def test_only_drivers_of_the_service_with_a_fresh_position_are_supply() -> None:
    task = Task()
    moves = [move("d1"), move("d2"), move("d3", status="BUSY"), move("d4", ts=NOW - 400 * SECOND)]
    task.step(0, profiles=[profile("d1"), profile("d2", services=["FOOD"])], moves=moves, quotes=[quote("a"), quote("b", service="FOOD")])
    task.step(6 * SECOND, quotes=[quote("c", ts=NOW + 6 * SECOND)])
    assert {row["service"]: row["drivers"] for row in task.tables["pricing.zones"]} == {"RIDE": 1, "FOOD": 1}
    task.step(6 * MINUTE, quotes=[quote("d", ts=NOW + 6 * MINUTE)])
    assert zones(task)[-1]["drivers"] == 0


def test_a_move_older_than_one_known_and_an_order_before_the_window_are_late() -> None:
    task = Task()
    task.step(0, moves=[move("d1", ts=NOW), move("d1", ts=NOW - SECOND)], quotes=[quote()])
    assert task.errors == ["OutOfOrder"]
    task.step(SECOND, orders=[order("o", ts=NOW - 20 * MINUTE), order("p", ts=NOW - 5 * MINUTE)], moves=[move("d1", ts=NOW - 1)])
    assert sorted(task.errors) == ["OutOfOrder", "TooLate"]
    assert all(one.expected for one in task.made.rejected)
    task.quote(6 * SECOND)
    assert zones(task)[-1]["requests"] == 1 + 2  # a quote, and the order that is late but not too late


def test_competitors_prices_move_the_prior_within_facts_range_and_nonsense_does_not() -> None:
    task = Task()
    task.step(0, competitors=[competitor(-1500), competitor(0), competitor(10**6), competitor(1350)])
    assert task.errors == ["InvalidPrice", "InvalidPrice", "AbsurdPrice"]
    assert factor(task.quote(SECOND), "competitor") == {"name": "competitor", "value": pytest.approx(0.9), "weight": pytest.approx(0.9)}
    others = [competitor(4000, competitor=name, ts=NOW + 2 * SECOND) for name in ("b", "c")]
    task.step(2 * SECOND, competitors=others)
    assert factor(task.quote(3 * SECOND), "competitor")["weight"] == 1.2  # the median's, at the end of the range
    task.step(4 * SECOND, competitors=[competitor(1500, lat=LAT, lon=LON, ts=NOW + 4 * SECOND)])
    assert factor(task.quote(5 * SECOND), "competitor")["value"] == pytest.approx(1.0)
    assert factor(task.quote(5 * SECOND, pickup_lat=LAT + 0.2), "competitor")["weight"] == 1.2
    assert math.isnan(factor(task.quote(5 * SECOND + HOUR), "competitor")["value"])  # long ago


def test_weather_events_and_holidays_hold_for_their_time_at_their_place() -> None:
    task = Task()
    concert = condition("EVENT", 1.0, lat=LAT, lon=LON, radius_m=3000.0, from_ts=NOW + MINUTE)
    task.step(0, conditions=[condition("WEATHER", -1.0), concert, condition("HOLIDAY", 1.0)])
    before, during = task.quote(SECOND), task.quote(MINUTE + SECOND)
    away, after = task.quote(MINUTE + 2 * SECOND, pickup_lat=LAT + 0.1), task.quote(HOUR + SECOND)
    assert [factor(row, "weather")["weight"] for row in (before, after)] == [pytest.approx(1.15), 1.0]
    assert [factor(row, "event")["weight"] for row in (before, during, after)] == [1.0, 1.5, 1.0]
    assert [factor(row, "holiday")["weight"] for row in (during, after)] == [1.2, 1.0]
    task.step(HOUR + 2 * SECOND, conditions=[condition("EVENT", 0.5, ts=NOW - SECOND)])
    assert factor(away, "event")["weight"] == 1.0


def test_an_older_record_of_a_condition_is_late() -> None:
    task = Task()
    task.step(0, conditions=[condition("WEATHER", -1.0), condition("WEATHER", 1.0, ts=NOW - SECOND)])
    assert task.errors == ["OutOfOrder"]
    assert factor(task.quote(SECOND), "weather")["value"] == -1.0


def test_rush_hours_and_nights_are_the_zones_own() -> None:
    task = Task()
    task.step(0, quotes=[quote("a"), quote("b", pickup_lon=LON + 180.0, dropoff_lon=LON + 180.0)])
    hours = [factor(row, "hour")["value"] for row in task.all["pricing.decisions"]]
    assert abs(hours[0] - hours[1]) == 12.0


def test_prices_do_not_rise_in_the_zone_of_a_driver_under_a_safety_complaint_until_it_is_settled() -> None:
    task = Task()
    task.step(0, moves=[move("d1")])
    first = task.quote(SECOND)
    task.step(2 * SECOND, flags=[flag("d1", ts=NOW + 2 * SECOND), flag("d2", ts=NOW + 2 * SECOND, reason="CONDUCT")])
    task.step(3 * SECOND, policies=[policy(ts=NOW + 3 * SECOND, floor=2.0)])  # which would raise them
    held = [task.quote((4 + i) * SECOND) for i in range(8)]
    assert all(row["multiplier"] <= first["multiplier"] for row in held)
    assert any("safety" in row["guards"] for row in held)
    assert ("SAFETY_HOLD", "RAISED") in alerts(task)
    elsewhere = task.quote(13 * SECOND, pickup_lat=LAT + 0.1)
    assert "safety" not in elsewhere["guards"]
    task.step(14 * SECOND, flags=[flag("d1", ts=NOW + 14 * SECOND, cleared=True)])
    risen = [task.quote((15 + i) * SECOND) for i in range(8)]
    assert all(row["multiplier"] >= 2.0 > first["multiplier"] for row in risen)
    assert ("SAFETY_HOLD", "CLEARED") in alerts(task)


def test_one_conversation_disputes_once_however_often_it_says_so() -> None:
    task = Task()
    task.step(0, overcharges=[overcharge() for _ in range(9)])
    assert "overcharge-reports" not in task.quote(6 * SECOND)["guards"]


def test_of_emergencies_the_strictest_holds_whatever_its_scope() -> None:
    task = Task()
    task.step(0, policies=[policy("here", market="sf", emergency_cap=3.0, safety_hold=False)])
    task.step(0, policies=[policy("everywhere", ts=NOW + 1, emergency_cap=0.7, safety_hold=True)])
    row = task.quote(6 * SECOND)
    assert "emergency-cap" in row["guards"]
    assert row["price_cents"] <= 0.7 * row["reference_cents"] + 1


def test_a_long_name_among_many_rows_costs_no_memory() -> None:
    task = Task()
    task.step(0, overcharges=[overcharge(market="m" * 100_000), *(overcharge(conversation_id=f"c{i}") for i in range(2000))])
    assert task.quote(6 * SECOND)["market"] == "sf"


def test_a_cluster_of_disputed_charges_holds_the_service_and_unsure_ones_do_not() -> None:
    task = Task()
    task.step(0, overcharges=[overcharge(probability=0.3) for _ in range(9)])
    first = task.quote(SECOND)
    reports = [overcharge(ts=NOW + 3 * SECOND, service=None if i else "RIDE", conversation_id=f"c{i}") for i in range(5)]
    task.step(3 * SECOND, overcharges=reports)
    task.step(3 * SECOND, policies=[policy(ts=NOW + 3 * SECOND, floor=2.0)])
    held = [task.quote((6 + i) * SECOND) for i in range(6)]
    assert all(row["multiplier"] <= first["multiplier"] for row in held)
    assert all("overcharge-reports" in row["guards"] for row in held)
    assert task.quote(11 * SECOND, service="FOOD")["multiplier"] >= 2.0  # four reports, of no known service
    assert ("OVERCHARGE_CLUSTER", "RAISED") in alerts(task)
    task.quote(2 * HOUR)
    task.quote(2 * HOUR + 10 * SECOND)
    assert ("OVERCHARGE_CLUSTER", "CLEARED") in alerts(task)


def test_an_emergency_cap_is_stronger_than_what_it_costs_and_is_taken_back() -> None:
    task = Task()
    task.quote(0)
    task.step(SECOND, policies=[policy("emergency", ts=NOW + SECOND, emergency_cap=0.5, service="RIDE")])
    row = task.quote(2 * SECOND)
    assert row["multiplier"] <= 0.5
    assert {"emergency-cap", "cost-above-cap"} <= set(row["guards"])
    assert "emergency-cap" not in task.quote(2 * SECOND, service="FOOD")["guards"]
    task.step(3 * SECOND, answers=[answer(row["quote_id"], ts=NOW + 3 * SECOND)])
    (closed,) = task.all["pricing.outcomes"]
    assert closed["leakage_cents"] >= closed["cost_cents"] - closed["price_cents"] > 0
    task.step(6 * SECOND, policies=[policy("emergency", ts=NOW + 6 * SECOND, deleted=True)])
    assert task.quote(10 * SECOND)["price_cents"] >= row["cost_cents"]
    assert {("EMERGENCY_CAP", "RAISED"), ("EMERGENCY_CAP", "CLEARED")} <= set(alerts(task))


def test_the_narrowest_scope_of_a_policy_counts_and_an_older_event_is_late() -> None:
    task = Task()
    said = [policy("all", cap=1.0, floor=0.9), policy("rides", service="RIDE", cap=0.95), policy("ours", market="sf", floor=0.93)]
    task.step(0, policies=[*said, policy("theirs", market="la", cap=0.91), policy("all", cap=5.0, ts=NOW - 1)])
    assert task.errors == ["OutOfOrder"]
    task.step(SECOND, quotes=[quote("x", ts=NOW + SECOND)])
    settings = task.state.markets["sf"].settings
    assert (settings.cap[SERVICES.index("RIDE")], settings.cap[SERVICES.index("FOOD")]) == (0.95, 1.0)
    assert set(settings.floor.tolist()) == {0.93}


def test_many_log_offs_at_once_before_a_rise_are_flagged_and_do_not_raise_the_price() -> None:
    honest, gaming, sly = Task(), Task(), Task()
    for task in (honest, gaming, sly):
        task.step(0, moves=[move(f"d{i}") for i in range(30)])
        for minute in range(12):
            task.step(minute * MINUTE, moves=[move(f"d{i}", ts=NOW + minute * MINUTE) for i in range(30)])
            task.step(minute * MINUTE, quotes=[quote(f"m{minute}-{i}", ts=NOW + minute * MINUTE) for i in range(8)])
    at = 12 * MINUTE
    gaming.step(at, moves=[move(f"d{i}", ts=NOW + at, status="OFFLINE") for i in range(25)])
    for task in (honest, sly):
        task.step(at, moves=[move(f"d{i}", ts=NOW + at, status="BUSY") for i in range(25)])
    sly.step(at, moves=[move(f"d{i}", ts=NOW + at + 1, status="OFFLINE") for i in range(25)])  # busy for a moment
    for after in range(1, 20):
        for task in (honest, gaming, sly):
            task.step(at + after * SECOND, quotes=[quote(f"e{after}", ts=NOW + at + after * SECOND)])
    assert ("SURGE_GAMING", "RAISED") in alerts(gaming)
    assert ("SURGE_GAMING", "RAISED") in alerts(sly)
    assert ("SURGE_GAMING", "RAISED") not in alerts(honest)
    a, b = (task.all["pricing.decisions"][-1] for task in (honest, gaming))
    assert a["prior_cents"] > b["prior_cents"]
    assert "surge-gaming" in b["guards"]
    assert "surge-gaming" not in a["guards"]


def test_a_recommendation_that_pays_is_made_applied_and_told() -> None:
    agent = PricingAgent(Policy(cap=1.05, recommend_ms=60_000, recommend_quotes=20, objective="MAXIMIZE_PROFIT"))
    task = Task(agent)
    for after in range(0, 150, 2):
        task.quote(after * SECOND)
    (first, *_) = task.all["pricing.recommendations"]
    assert (first["kind"], first["status"]) == ("RAISE_CAP", "OPEN")
    assert first["profit_h_cents"] > 0 < first["cap"] - 1.05
    applied = policy("sf/RIDE/RAISE_CAP", market="sf", service="RIDE", cap=first["cap"], ts=NOW + 151 * SECOND)
    task.step(151 * SECOND, policies=[applied | {"recommendation_id": first["recommendation_id"]}])
    assert task.tables["pricing.recommendations"][0]["status"] == "APPLIED"
    task.quote(152 * SECOND)
    assert task.state.markets["sf"].settings.cap[0] == first["cap"]
    task.step(153 * SECOND, policies=[policy("sf/RIDE/RAISE_CAP", ts=NOW + 153 * SECOND, deleted=True)])
    (back,) = task.tables["pricing.recommendations"]
    assert (back["status"], back["applied_ts"]) == ("WITHDRAWN", None)


def test_a_guard_that_bounds_no_price_is_not_to_be_moved() -> None:
    """The prior lies beyond the cap, but riders do not pay so much: prices are chosen below."""
    task = Task(PricingAgent(Policy(cap=1.4, recommend_ms=60_000, recommend_quotes=20, max_step=1.0)))
    rng, row = np.random.default_rng(2), None
    task.step(0, conditions=[condition("EVENT", 1.0)])
    for second in range(1, 900):
        ts = NOW + second * SECOND
        taken = row is not None and rng.uniform() < 1 / (1 + math.exp(4 * (row["multiplier"] - 0.9)))
        said = [] if row is None else [answer(row["quote_id"], "ACCEPTED" if taken else "REJECTED", ts=ts)]
        (row,) = task.step(second * SECOND, quotes=[quote(f"q{second}", ts=ts)], answers=said)
    late = task.all["pricing.decisions"][-600:]
    assert sum("cap" in each["guards"] for each in late) > 200
    assert sum(each["price_cents"] == each["most_cents"] for each in late) < 60
    made = [each for each in task.all.get("pricing.recommendations", []) if each["clock"] > NOW + 400 * SECOND]
    assert "OPEN" not in {each["status"] for each in made}


def test_what_an_applied_recommendation_has_brought_is_told_hour_by_hour() -> None:
    """Nobody takes a price before the cap is raised, and everybody after it."""
    task = Task(PricingAgent(Policy(cap=1.05, recommend_ms=60_000, recommend_quotes=20, objective="MAXIMIZE_PROFIT")))
    for after in range(0, 2 * HOUR, MINUTE):
        task.quote(after)
    first = task.all["pricing.recommendations"][0]
    at = 2 * HOUR + MINUTE
    said = policy("sf/RIDE/RAISE_CAP", market="sf", service="RIDE", cap=first["cap"], ts=NOW + at)
    task.step(at, policies=[said | {"recommendation_id": first["recommendation_id"]}])
    applied = task.tables["pricing.recommendations"][-1]
    assert (applied["status"], applied["applied_ts"], applied["measured_hours"]) == ("APPLIED", (NOW + at) // SECOND * SECOND, None)
    for after in range(at + MINUTE, at + 4 * HOUR, MINUTE):
        row = task.quote(after)
        task.step(after + SECOND, answers=[answer(row["quote_id"], ts=NOW + after + SECOND)])
    rows = [row for row in task.all["pricing.recommendations"] if row["measured_hours"] and row["kind"] == "RAISE_CAP"]
    assert list(dict.fromkeys(row["measured_hours"] for row in rows)) == [1, 2, 3]
    sold = [row for row in task.all["pricing.outcomes"] if row["outcome"] == "ACCEPTED"]
    mean = sum(row["profit_cents"] for row in sold) / len(sold)
    assert rows[-1]["measured_quotes"] in range(170, 190)
    assert rows[-1]["measured_profit_h_cents"] == pytest.approx(mean * rows[-1]["measured_quotes"] / 3, rel=0.05)
    assert 0 < rows[-1]["measured_half_h_cents"] < 0.2 * rows[-1]["measured_profit_h_cents"]


def test_figures_add_up_by_service_and_day() -> None:
    task = Task()
    task.step(0, quotes=[quote(f"q{i}", service="RIDE" if i % 2 else "FOOD") for i in range(40)])
    said = [answer(f"q{i}", "ACCEPTED" if i % 3 else "REJECTED", ts=NOW + SECOND) for i in range(30)]
    task.step(SECOND, answers=said)
    task.step(5 * MINUTE)
    task.step(5 * MINUTE + 10 * SECOND, quotes=[quote("x", ts=NOW + 5 * MINUTE + 10 * SECOND)])
    last = {row["service"]: row for row in task.all["pricing.figures"]}
    closed = task.all["pricing.outcomes"]
    for service, row in last.items():
        mine = [each for each in closed if each["service"] == service]
        assert row["accepted"] + row["rejected"] + row["expired"] == len(mine)
        for name in ("revenue_cents", "pay_cents", "cost_cents", "profit_cents", "leakage_cents"):
            assert row[name] == sum(each[name] for each in mine), name
        assert row["margin"] == pytest.approx(row["profit_cents"] / row["revenue_cents"])


def test_a_clock_that_jumps_ahead_is_refused_and_one_that_jumps_back_changes_nothing_before() -> None:
    task = Task()
    task.step(0, quotes=[quote("a"), quote("b", ts=NOW + HOUR)])
    assert task.errors == ["FromTheFuture"]
    (row,) = task.step(SECOND, quotes=[quote("c", ts=NOW - MINUTE)])
    assert row["expires_ts"] > NOW  # by the market's clock
    assert task.quote(2 * HOUR)["quote_id"]
    assert [row["outcome"] for row in task.all["pricing.outcomes"]] == ["EXPIRED", "EXPIRED"]


def test_outcomes_are_learnt_from_when_their_tick_is_over() -> None:
    task = Task()
    for after in range(60):
        row = task.quote(after * SECOND)
        task.step(after * SECOND, answers=[answer(row["quote_id"], "REJECTED", ts=NOW + after * SECOND)])
    rows = task.all["pricing.decisions"]
    assert rows[-1]["model_version"] != rows[0]["model_version"]
    assert rows[-1]["acceptance"] < rows[0]["acceptance"]


def test_zones_are_limited_and_what_is_beyond_is_elsewhere() -> None:
    task = Task(PricingAgent(Policy(zone_limit=4)))
    rows = task.step(0, quotes=[quote(f"q{i}", pickup_lat=i * 1.0, dropoff_lat=i * 1.0) for i in range(10)])
    assert [row["zone"] for row in rows][3:] == ["elsewhere"] * 7
    assert AGENT.load(AGENT.dump(task.state)).dump() == task.state.dump()


@pytest.mark.parametrize("personal", [False, True])
def test_personal_fields_have_a_say_only_where_personal_pricing_is_on(personal: bool) -> None:
    fields: dict[str, Any] = {"rider_id": "r", "sensitivity": 0.0, "loyalty": 0.1, "churn_risk": 0.0, "propensity": 1.0, "orders_week": 9.0}
    garbage: dict[str, Any] = {"rider_id": "", "sensitivity": -7.0, "loyalty": math.nan, "churn_risk": math.inf, "propensity": 2.0}
    rows, weights = [], []
    for given in ({}, fields, garbage):
        task = Task()
        task.step(0, policies=[policy(personal=personal)])
        task.quote(SECOND, "first")
        task.step(2 * SECOND, quotes=[quote("q", ts=NOW + 2 * SECOND, **given)])
        assert task.errors == []
        rows.append({name: str(value) for name, value in task.all["pricing.decisions"][1].items()})  # NaN is not equal to itself
        weights.append(factor(task.all["pricing.decisions"][1], "user")["weight"])
    assert rows[0]["personal"] == str(personal)
    assert rows[0] == rows[2]
    assert (rows[0] == rows[1]) is not personal
    assert weights[0] == weights[2] == 1.0
    assert (weights[1] > 1) is personal


def test_permuting_the_personal_fields_changes_no_decision_no_state_and_nothing_learnt() -> None:
    rng = np.random.default_rng(5)
    names = ("rider_id", "sensitivity", "loyalty", "churn_risk", "propensity", "orders_week")
    people = [dict(zip(names, [f"r{i}", *rng.uniform(size=4).tolist(), float(i)], strict=True)) for i in range(120)]
    results = []
    for order_of in (np.arange(120), rng.permutation(120)):
        task = Task()
        for second in range(30):
            some = range(4 * second, 4 * second + 4)
            ts = NOW + second * SECOND
            task.step(second * SECOND, quotes=[quote(f"q{i}", ts=ts, **people[order_of[i]]) for i in some])
            task.step(second * SECOND, answers=[answer(f"q{i}", "ACCEPTED" if i % 2 else "REJECTED", ts=ts) for i in some])
        results.append((task.all, AGENT.dump(task.state)))
    assert str(results[0][0]) == str(results[1][0])  # NaN is not equal to itself
    assert results[0][1] == results[1][1]


def test_a_zone_that_was_not_there_when_a_hold_began_is_not_priced_above_its_prior() -> None:
    task = Task()
    task.step(0, policies=[policy(safety_hold=True, floor=3.0, cap=9.0)], moves=[move(lat=LAT + 0.3)])
    rows = task.step(2 * SECOND, quotes=[quote(f"n{i}", ts=NOW + 2 * SECOND + i) for i in range(5)])
    for row in rows:
        assert row["price_cents"] <= row["prior_cents"] + 1
        assert "safety" in row["guards"]
