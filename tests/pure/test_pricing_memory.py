"""What a pricing task remembers is bounded: junk names and quiet places fill no memory, and what older code stored can be loaded."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from agents.pricing.agent import AGENT, PricingAgent
from agents.pricing.columns import pack, unpack
from agents.pricing.policy import Policy
from agents.pricing.reading import SETTING_RANGES
from agents.pricing.recommendations import Recommendations
from agents.pricing.settings import default
from agents.pricing.state import PricingState
from agents.pricing.zones import ELSEWHERE
from columns.earth import area
from tests.pure.pricing_events import HOUR, LAT, LON, MINUTE, NOW, SECOND, Task, answer, flag, move, order, policy, quote, unhurried

DAY = 24 * HOUR


def zones(task: Task) -> list[int]:
    return task.state.markets["sf"].cells.zones.tolist()  # type: ignore[no-any-return]


def test_drivers_alone_take_at_most_half_of_the_places_of_zones() -> None:
    task = Task(PricingAgent(Policy(zone_limit=8)))
    task.step(0, moves=[move(f"d{i}", lat=float(i)) for i in range(40)])
    assert len(zones(task)) == 4 + 1  # and elsewhere
    rows = task.step(SECOND, quotes=[quote(f"q{i}", ts=NOW + SECOND, pickup_lat=50.0 + i, dropoff_lat=50.0 + i) for i in range(3)])
    assert all(row["zone"] != "elsewhere" for row in rows)
    assert len(zones(task)) == 8


def test_drivers_who_have_no_zone_count_elsewhere_and_in_their_own_when_there_is_one() -> None:
    task = Task(PricingAgent(Policy(zone_limit=4)))
    task.step(0, moves=[move(f"d{i}", lat=float(i)) for i in range(6)])
    task.step(SECOND, quotes=[quote("q", ts=NOW + SECOND, pickup_lat=5.0, dropoff_lat=5.0)])
    task.step(2 * SECOND, moves=[move("d0", lat=0.0, ts=NOW + 2 * SECOND)])
    cells = task.state.markets["sf"].cells
    own = int(area(np.array([5.0]), np.array([LON]), 2000.0)[0])
    free = dict(zip(cells.zones.tolist(), cells["drivers"][:, 0].tolist(), strict=True))
    assert (free[own], free[ELSEWHERE]) == (1, 3)


def test_a_safety_complaint_where_there_is_no_zone_holds_elsewhere() -> None:
    task = Task(PricingAgent(Policy(zone_limit=2)))
    task.step(0, moves=[move("d1", lat=1.0), move("d2", lat=40.0)])
    task.step(SECOND, quotes=[quote("q", ts=NOW + SECOND), quote("r", ts=NOW + SECOND, pickup_lat=40.0, dropoff_lat=40.0)])
    task.step(2 * SECOND, flags=[flag("d2", ts=NOW + 2 * SECOND)])
    task.step(3 * SECOND, policies=[policy(ts=NOW + 3 * SECOND, floor=2.0)])
    row = task.quote(5 * SECOND, pickup_lat=40.0, dropoff_lat=40.0)
    assert row["zone"] == "elsewhere"
    assert "safety" in row["guards"]


def test_zones_that_have_been_quiet_are_forgotten_and_those_that_taught_something_are_not() -> None:
    task = Task()
    task.step(0, orders=[order(pickup_lat=10.0)], moves=[move(lat=20.0)], quotes=[quote("q")])
    assert len(zones(task)) == 3
    for after in range(10 * MINUTE, 30 * HOUR, 10 * MINUTE):  # somebody asks elsewhere in the market, so that time passes
        task.step(after, quotes=[quote(f"at-{after}", ts=NOW + after)])
        assert len(zones(task)) == 3 or after > 6 * HOUR
    assert zones(task) == area(np.array([LAT]), np.array([LON]), 2000.0).tolist()
    assert AGENT.dump(AGENT.load(AGENT.dump(task.state))) == AGENT.dump(task.state)


def test_a_new_market_beyond_the_limit_is_refused_and_others_go_on() -> None:
    task = Task(PricingAgent(Policy(market_limit=2)))
    task.step(0, quotes=[quote("a", market="a"), quote("b", market="b")])
    decided = task.step(SECOND, quotes=[quote("c", market="c", ts=NOW + SECOND), quote("d", market="a", ts=NOW + SECOND)])
    assert [row["quote_id"] for row in decided] == ["d"]
    assert [(one.error, one.offset, one.expected) for one in task.made.rejected] == [("TooManyMarkets", 2, False)]


def test_markets_of_which_nothing_was_heard_for_long_are_forgotten() -> None:
    task = Task()
    task.step(0, quotes=[quote("a", market="junk"), quote("b", market="learnt"), quote("c")])
    task.step(SECOND, answers=[answer("b", market="learnt", ts=NOW + SECOND)])
    task.step(20 * SECOND, answers=[answer("none", market="learnt", ts=NOW + 20 * SECOND)])
    task.step(DAY - HOUR, quotes=[quote("d", ts=NOW + DAY - HOUR)])
    assert sorted(task.state.markets) == ["junk", "learnt", "sf"]
    task.step(DAY + 2 * HOUR, quotes=[quote("e", ts=NOW + DAY + 2 * HOUR)])
    assert sorted(task.state.markets) == ["learnt", "sf"]
    task.step(91 * DAY, quotes=[quote("f", ts=NOW + 91 * DAY)])
    assert sorted(task.state.markets) == ["sf"]


def test_policies_are_limited_and_those_taken_back_are_forgotten() -> None:
    task = Task(PricingAgent(Policy(policy_limit=2)))
    task.step(0, policies=[policy("a"), policy("b", deleted=True), policy("c")], quotes=[quote("q")])
    assert task.errors == ["TooManyPolicies"]
    assert task.step(DAY + 2 * HOUR, policies=[policy("c", ts=NOW + DAY)], quotes=[quote("r", ts=NOW + DAY + 2 * HOUR)])
    assert (sorted(task.state.policies), task.errors) == (["a", "c"], [])
    assert sorted(task.state.markets["sf"].policies) == ["a", "c"]


def test_a_market_remembers_what_was_said_of_it_alone() -> None:
    task = Task()
    task.step(0, quotes=[quote("q")])
    task.step(SECOND, policies=[policy("ours", market="sf", ts=NOW + SECOND), policy("theirs", market="la", ts=NOW + SECOND)])
    assert list(task.state.markets["sf"].policies) == ["ours"]
    task.step(2 * SECOND, policies=[policy("ours", market="la", ts=NOW + 2 * SECOND)])
    task.step(5 * SECOND, policies=[policy("ours", market="la", ts=NOW + 5 * SECOND, cap=1.0)])
    assert list(task.state.markets["sf"].policies) == []


def test_what_was_said_before_holds_until_the_second_is_over() -> None:
    task = Task()
    task.step(0, policies=[policy(cap=1.0)])
    row = task.step(2 * SECOND, policies=[policy(cap=2.0, ts=NOW + 2 * SECOND)], quotes=[quote("q", ts=NOW + 2 * SECOND + 1)])[0]
    assert row["price_cents"] <= row["reference_cents"]
    assert task.state.markets["sf"].settings.cap[0] == 1.0
    task.quote(4 * SECOND)
    assert task.state.markets["sf"].settings.cap[0] == 2.0


def test_a_quote_that_holds_for_longer_than_ids_were_remembered_is_priced_and_ended_once() -> None:
    task = Task(PricingAgent(Policy(quote_ttl_s=3600.0, remember_min=1)))
    task.quote(0, "q")
    assert task.step(30 * MINUTE, quotes=[quote("q", ts=NOW + 30 * MINUTE), quote("other", ts=NOW + 30 * MINUTE)])[0]["quote_id"] == "other"
    assert task.errors == ["DuplicateQuote"]
    task.quote(2 * HOUR, "last")
    assert [row["quote_id"] for row in task.all["pricing.outcomes"]] == ["q", "other"]


def test_no_recommendation_goes_beyond_what_settings_may_be() -> None:
    for cap, expected in ((19.0, [20.0]), (20.0, [])):
        made = Recommendations()
        some = np.zeros(300, np.uint8)
        gain = np.tile([10.0, 0.0, 0.0], (300, 1))
        made.add(some, np.ones(300), np.tile([True, False, False], (300, 1)), gain, gain)
        rows = made.look("sf", default(Policy(cap=cap)), HOUR, NOW, NOW, Policy())
        assert [row["cap"] for row in rows] == expected
        assert all(row["cap"] <= SETTING_RANGES["cap"][1] for row in rows)


def test_a_state_of_the_first_format_is_loaded_and_goes_on() -> None:
    old = gzip.decompress((Path(__file__).parents[1] / "data/pricing/state-format-1.bin.gz").read_bytes())
    task = Task()
    task.state = PricingState.load(old)
    task.offsets |= {"quotes": 100}
    assert task.quote(20 * SECOND, "new")["multiplier"] <= 1.7
    assert task.state.markets["sf"].fleet.columns["services"].tolist() == [4, 63]
    task.step(21 * SECOND, answers=[answer("q3", ts=NOW + 21 * SECOND)], quotes=[quote("q1", ts=NOW + 21 * SECOND)])
    assert task.errors == ["DuplicateQuote"]
    assert AGENT.dump(AGENT.load(AGENT.dump(task.state))) == AGENT.dump(task.state)


numbers = st.one_of(
    st.lists(st.integers(-(2**63), 2**63 - 1), max_size=6).map(lambda each: np.array(each, np.int64)),
    st.lists(st.integers(NOW, NOW + 70_000), max_size=6).map(lambda each: np.array(each, np.int64)),
    st.lists(st.integers(0, 2**64 - 1), max_size=6).map(lambda each: np.array(each, np.uint64)),
    st.lists(st.integers(0, 255), max_size=6).map(lambda each: np.array(each, np.uint8)),
    st.lists(st.sampled_from([0.0, -0.0, np.nan, np.inf, 0.5]), max_size=6).map(lambda each: np.array(each, np.float64)),
    st.lists(st.booleans(), max_size=6).map(lambda each: np.array(each, np.bool_)),
)


@given(st.lists(numbers, max_size=4), st.booleans())
@unhurried
def test_what_is_packed_is_unpacked_bit_by_bit(arrays: list[np.ndarray], pairs: bool) -> None:
    given_arrays = {str(i): np.stack([each, each]) if pairs else each for i, each in enumerate(arrays)}
    _, found = unpack(pack({}, given_arrays))
    for name, array in given_arrays.items():
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
        assert found[name].tobytes() == array.tobytes()
        assert found[name].flags.writeable
    assert pack({}, found) == pack({}, given_arrays)
