"""Why a price, a driver's pay, an offer, what was captured of an order and what to do in a zone were so: shares that mean something, and
words that say it."""

from __future__ import annotations

import json
from math import log
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.growth.conversion import PERSONAL
from agents.growth.riders import REFUSALS
from agents.pricing.choice import ALTERNATIVES
from agents.pricing.pricing import FACTORS
from audit.explain import OF_PROFILES, PRICES, explain
from ops.audit.words import DONE, MULTIPLIERS, RULES, SAID
from streams.settings import ROOT
from tests.pure import growth_events as growth
from tests.pure.pricing_events import SECOND, Row, Task, condition, order, policy


@pytest.fixture(scope="module")
def price() -> Row:
    """Of rain, much demand and a cap: nothing is known of drivers and competitors, and personal pricing is off."""
    task = Task()
    task.step(0, policies=[policy(cap=2.2)], conditions=[condition()], orders=[order(f"o{i}") for i in range(9)])
    return task.quote(SECOND, "q", sensitivity=0.9, loyalty=0.1)


def shares(decision: dict[str, Any]) -> dict[str, float]:
    return {one.name: one.share for one in explain(decision, []).factors}


def example(schema: str, name: str) -> Row:
    found: Row = json.loads((ROOT / "schemas" / "examples" / schema / f"{name}.json").read_text(encoding="utf-8"))
    return found


def test_a_price_is_shared_among_what_moved_it(price: Row) -> None:
    """The choice's arm was weighed, and neutral multipliers of 1 had shares."""
    found = shares(price)
    sizes = {one["name"]: abs(log(one["weight"])) for one in price["factors"]}
    assert found == pytest.approx({name: size / sum(sizes.values()) for name, size in sizes.items()})
    assert sum(found.values()) == pytest.approx(1)
    assert [found[name] for name in ("supply", "competitor", "user", "range", "holiday", "event", "hysteresis")] == [0.0] * 7
    assert all(found[name] > 0 for name in ("demand", "weather", "hour", "choice"))
    choice = next(one for one in explain(price, []).factors if one.name == "choice")
    assert choice.value == choice.weight, "the arm's number is on the grid, not in the price"


@given(st.lists(st.sampled_from([0.0, 0.5, 0.8, 1.0, 1.0 + 1e-12, 1.25, 2.0, float("nan")]), min_size=1, max_size=6))
def test_shares_of_a_price_are_one_or_nothing(weights: list[float]) -> None:
    factors = [{"name": f"f{i}", "value": float("nan"), "weight": weight} for i, weight in enumerate(weights)]
    found = shares({"decision_id": "pricing/quote-requests/0/1/0", "price_cents": 1, "reference_cents": 1, "factors": factors})
    moved = {f"f{i}" for i, weight in enumerate(weights) if weight in (0.0, 0.5, 0.8, 1.25, 2.0)}
    assert {name for name, share in found.items() if share} == moved
    assert sum(found.values()) == pytest.approx(float(bool(moved)))


def test_what_raises_and_what_lowers_by_as_much_count_alike() -> None:
    factors = [{"name": "demand", "value": 9.0, "weight": 1.25}, {"name": "choice", "value": 10.0, "weight": 0.8}]
    found = shares({"decision_id": "p/q/0/1/0", "price_cents": 1, "reference_cents": 1, "factors": factors})
    assert found == pytest.approx({"demand": 0.5, "choice": 0.5})


def test_a_profile_that_was_left_aside_has_no_share() -> None:
    assert {"user", *PERSONAL} == OF_PROFILES
    factors = [{"name": "user", "value": 1.2, "weight": 1.2}, {"name": "demand", "value": 9.0, "weight": 1.25}]
    decision = {"decision_id": "p/q/0/1/0", "price_cents": 1, "reference_cents": 1, "factors": factors}
    assert shares(decision | {"personal": True})["user"] > 0
    assert shares(decision | {"personal": False}) == {"demand": 1.0, "user": 0.0}


def test_a_price_is_told_in_plain_words(price: Row) -> None:
    told = "\n".join(SAID["pricing"](price))
    weights = {one["name"]: one["weight"] for one in price["factors"]}
    for part in (
        f"Quote q of sf, RIDE STANDARD in zone {price['zone']}",
        f"From {price['reference_cents'] / 100:.2f} it was raised by: demand by {weights['demand'] - 1:.1%}, the hour of the day by 30.0%",
        "the weather by 15.0%",
        f"; lowered by: the choice among prices and the guards by {1 - weights['choice']:.1%}.",
        "Objective BALANCED",
        f"drawn with {price['propensity']:.1%}",
        "Guard supply-unknown: no driver was heard of",
    ):
        assert part in told
    assert "rider's profile" not in told
    assert set(MULTIPLIERS) == set(FACTORS)


def test_other_prices_say_what_they_would_bring_and_why_they_lost(price: Row) -> None:
    found = explain(price, []).alternatives
    assert [one.what.split()[0] for one in found] == list(ALTERNATIVES) == list(PRICES)
    for one, other in zip(found, price["alternatives"], strict=True):
        assert one.what.endswith(f" {other['price_cents'] / 100:.2f}")
        assert PRICES[other["name"]] in one.lost
        same = other["price_cents"] == price["price_cents"]
        assert ("it is the price chosen" in one.lost) == same
        assert same or f"accepted with {other['acceptance']:.0%} (the price chosen: {price['acceptance']:.0%})" in one.lost
        assert same or "the draw, by the chance of each price to be the best" in one.lost
        less = round(other["expected_profit_cents"]) < round(price["expected_profit_cents"])
        assert same or ("less profit" in one.lost or "revenue and profit" in one.lost) == less


def test_a_drivers_pay_is_told_by_its_parts() -> None:
    pay = example("driver-pay-decided", "with-a-bonus")
    assert shares(pay) == pytest.approx({"start": 300 / 1290, "km": 840 / 1290, "scarcity": 150 / 1290})
    told = " ".join(SAID["pricing"](pay))
    assert "is paid 12.90" in told
    assert "km 8.40 (for 4.4)" in told


def test_an_offer_is_told_and_what_holds_of_everybody_has_no_share() -> None:
    offer = example("monetization-decided", "premium-in-the-next-day")
    assert not any(shares(offer).values()), "nothing was learnt"
    assert "Nothing was learnt yet" in " ".join(SAID["growth"](offer))
    learnt = [one | {"weight": {"start": -2.5, "churn_risk": -0.5, "generosity": 0.1}.get(one["name"], 0.0)} for one in offer["factors"]]
    found = {name: share for name, share in shares(offer | {"factors": learnt}).items() if share}
    assert found == pytest.approx({"churn_risk": 0.75, "generosity": 0.25})
    told = " ".join(SAID["growth"](offer | {"factors": learnt}))
    for part in ("a month of premium at half its price", "within 24 hours", "12.4%", "likelier, in log-odds: churn_risk (+0.30)", "24.6%"):
        assert part in told
    later, now, other = explain(offer, []).alternatives
    assert [later.what, now.what, other.what] == ["premium-month within 3 days", "premium-month immediate", "tenth-off within 24 hours"]
    assert "fell on the other" in later.lost
    assert "worth less" not in later.lost
    assert "worth -0.02 (0.17): it is expected to be worth less" in other.lost


def test_no_offer_says_which_rule_it_was() -> None:
    told = SAID["growth"](example("monetization-decided", "no-consent-to-contact"))
    assert "no offer is made" in told[0]
    assert "Guard NO_CONTACT_CONSENT: the rider does not allow to be contacted." in told
    none = example("monetization-decided", "premium-in-the-next-day") | {"outcome": "NO_OFFER", "expected_value_cents": None}
    assert [one.lost.rpartition(": ")[2] for one in explain(none, []).alternatives] == [
        "the draw fell on offering nothing",
        "the draw fell on offering nothing",
        "worth less than offering nothing",
    ]


def test_what_is_captured_of_an_order_is_shared_among_its_fees() -> None:
    revenue = example("revenue-captured", "by-the-tariff")
    assert shares(revenue) == pytest.approx({"peak_fee": 0.5, "base_fee": 1 / 3, "service_fee": 1 / 6, "surge_fee": 0.0}, abs=1e-4)
    told = " ".join(SAID["growth"](revenue))
    assert "peak fee 2.40 (15.0%), base fee 1.60 (10.0%), service fee 0.80 (5.0%)" in told
    assert "4.80 is captured" in told


def test_a_zone_is_told_by_what_its_forecast_is_mixed_of() -> None:
    zone = example("zone-allocated", "too-few-drivers")
    mixed = [one | {"weight": {"season": 0.5, "hour_of_day": -0.25, "level": 0.25}.get(one["name"], 0.0)} for one in zone["factors"]]
    assert {name: share for name, share in shares(zone | {"factors": mixed}).items() if share} == pytest.approx(
        {"season": 0.5, "hour_of_day": 0.25, "level": 0.25}
    ), "a part that foresees nothing has its say"
    told = " ".join(SAID["growth"](zone))
    assert "INCREASE, 6 more are asked for" in told
    assert "20.0 orders are expected" in told
    assert [one.what for one in explain(zone, []).alternatives] == ["DECREASE", "MAINTAIN"]
    assert "profit of 0.00 expected in the next hour (INCREASE: -40.77)" in explain(zone, []).alternatives[0].lost
    young = example("zone-allocated", "too-many-drivers")
    assert not any(shares(young).values())
    assert "no hour is learnt yet" in " ".join(SAID["growth"](young))


def test_every_decision_of_a_small_world_is_told() -> None:
    world = growth.World()
    world.step(rider_profiles=[growth.rider(f"r{i}", contact_consent=i > 0, personal_consent=i > 1) for i in range(4)])
    world.step(
        driver_profiles=[growth.driver("d")],
        driver_moves=[growth.move("d", growth.T0)],
        orders=[growth.order("o", growth.T0)],
        monetization_requests=[growth.request(f"q{i}", f"r{i}", growth.T0 + growth.HOUR * 12) for i in range(5)],
    )
    world.step(order_changes=[growth.change("o", growth.T0 + growth.HOUR)], orders=[growth.order("p", growth.T0 + 9 * growth.HOUR)])
    every = [row for topic in ("growth.offers", "growth.revenue", "growth.allocations") for row in world.of(topic)]
    assert {row["action"] for row in every if "action" in row} <= set(DONE)
    for row in every:
        told = SAID["growth"](row)
        assert all(line.endswith(".") for line in told), told
        assert "see agents/growth" not in " ".join(told), "a guard without words"
        assert sum(shares(row).values()) == pytest.approx(1) or not any(shares(row).values())
    assert set(REFUSALS) <= set(RULES)
