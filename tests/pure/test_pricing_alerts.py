"""What an operator reads is so while it stands: holds of any scope, their causes, moves that stop coming, and what was let go of."""

from __future__ import annotations

from math import isnan

from agents.pricing.guards import LOWER, SAID
from agents.pricing.policy import Policy
from tests.pure.pricing_events import HOUR, MINUTE, NOW, SECOND, Row, Task, answer, competitor, condition, flag, move, policy, quote


def told(task: Task, kind: str) -> list[Row]:
    return [row for row in task.all.get("pricing.alerts", []) if row["kind"] == kind]


def watch(task: Task, start: int, seconds: int) -> None:
    """Let time pass with a quote every two seconds, so that tables are shown."""
    for after in range(start, start + seconds, 2):
        task.quote(after * SECOND)


def test_a_hold_of_one_service_is_told() -> None:
    task = Task()
    task.step(0, policies=[policy("hold", service="RIDE", safety_hold=True)])
    watch(task, 2, 10)
    (row,) = told(task, "SAFETY_HOLD")
    assert (row["service"], row["zone"], row["status"]) == ("RIDE", None, "RAISED")
    assert "policy event" in row["what"]


def test_a_hold_names_its_own_cause_in_a_market_of_one_zone() -> None:
    task = Task()
    task.step(0, moves=[move("d1")], flags=[flag("d1")])
    watch(task, 2, 10)
    (row,) = told(task, "SAFETY_HOLD")
    assert row["zone"] is not None
    assert "a driver here" in row["why"]
    away = Task()
    away.step(0, flags=[flag("d1")])
    watch(away, 2, 10)
    (row,) = told(away, "SAFETY_HOLD")
    assert (row["zone"], row["service"]) == (None, None)
    assert "policy" not in row["what"] + row["why"]


def test_an_alert_that_stands_tells_what_has_become_of_it() -> None:
    task = Task()
    task.step(0, policies=[policy("emergency", service="RIDE", emergency_cap=1.5)])
    watch(task, 2, 10)
    task.step(12 * SECOND, policies=[policy("emergency", ts=NOW + 12 * SECOND, service="RIDE", emergency_cap=1.1)])
    watch(task, 14, 20)
    rows = told(task, "EMERGENCY_CAP")
    assert [(row["status"], row["value"]) for row in rows] == [("RAISED", 1.5), ("RAISED", 1.1)]  # and no more than that
    assert "1.1" in rows[1]["what"]
    assert rows[0]["since_ts"] == rows[1]["since_ts"] < rows[1]["clock"]


def test_competitors_near_the_limit_do_not_raise_and_clear_an_alert_in_turn() -> None:
    task = Task()
    task.quote(0)
    ours = task.state.markets["sf"].cells["anchor"]
    for after, share in ((10, 0.84), (20, 0.86), (30, 0.84), (40, 0.95)):
        ours[...] = 1.0
        task.step(after * SECOND, competitors=[competitor(round(1500 * share), competitor=f"c{after}", ts=NOW + after * SECOND)])
        market = task.state.markets["sf"]
        market.competitors.seen = {key: seen for key, seen in market.competitors.seen.items() if key[2] == f"c{after}"}
        for each in range(1, 8):
            market.cells["anchor"][...] = 1.0
            task.step((after + each) * SECOND, moves=[move(ts=NOW + (after + each) * SECOND)])
    assert [row["status"] for row in told(task, "UNDERCUT")] == ["RAISED", "RAISED", "RAISED", "CLEARED"]
    assert len({row["since_ts"] for row in told(task, "UNDERCUT")}) == 1


def hour_of_moves(task: Task, **last: object) -> None:
    """Ten drivers tell where they are for an hour, with a quote a minute; ``last`` changes what they say then."""
    for minute in range(60):
        at = {"ts": NOW + minute * MINUTE} | (last if minute == 59 else {})
        task.step(minute * MINUTE, moves=[move(f"d{i}", **at) for i in range(10)], quotes=[quote(f"m{minute}", ts=NOW + minute * MINUTE)])


def supply(row: Row) -> Row:
    return next(each for each in row["factors"] if each["name"] == "supply")


def test_prices_do_not_rise_where_moves_stop_coming() -> None:
    silent, offline = Task(), Task()
    hour_of_moves(silent)
    hour_of_moves(offline, status="OFFLINE")
    for task in (silent, offline):
        for minute in range(60, 90):
            task.quote(minute * MINUTE)
        task.quote(90 * MINUTE)
    before = silent.all["pricing.decisions"][60]
    lost, gone = (task.all["pricing.decisions"][-1] for task in (silent, offline))
    assert isnan(supply(lost)["value"])
    assert supply(lost)["weight"] == 1.0
    assert "supply-unknown" in lost["guards"]
    assert "supply-unknown" not in before["guards"] + gone["guards"]
    assert supply(gone)["weight"] > 1.2 > supply(before)["weight"]
    assert told(silent, "NO_SUPPLY")[0]["what"].startswith("no driver is heard of")
    assert told(offline, "NO_SUPPLY")[0]["what"] == "no driver is free"
    silent.step(91 * MINUTE, moves=[move(f"d{i}", ts=NOW + 91 * MINUTE) for i in range(10)])
    back = silent.quote(91 * MINUTE + 2 * SECOND)
    assert 0.4 < supply(back)["value"] < 0.6  # as many as ever: what is usual was not unlearnt


def test_drivers_first_heard_of_late_are_set_against_the_usual_and_not_against_none() -> None:
    task = Task()
    for minute in range(0, 600, 2):
        task.quote(minute * MINUTE)
    task.step(10 * HOUR, moves=[move(f"d{i}", ts=NOW + 10 * HOUR) for i in range(1)])
    assert supply(task.quote(10 * HOUR + 2 * SECOND))["value"] == 0.5


def test_what_a_guard_held_back_is_told_of_prices_at_its_bound_alone() -> None:
    """A lower price was chosen, whatever the guards: that is no leakage."""
    task = Task()
    task.step(0, conditions=[condition("EVENT", 1.0)], policies=[policy(cap=1.2, objective="MAXIMIZE_USER_SATISFACTION")])
    for second in range(2, 200):
        what = "REJECTED" if second % 5 else "ACCEPTED"
        said = [answer(f"q{second - 1}", what, ts=NOW + second * SECOND)] if second > 2 else []
        task.step(second * SECOND, quotes=[quote(f"q{second}", ts=NOW + second * SECOND)], answers=said)
    priced = {row["quote_id"]: row for row in task.all["pricing.decisions"]}
    below = {name for name, row in priced.items() if row["price_cents"] < row["most_cents"]}
    closed = task.all["pricing.outcomes"]
    assert len([row for row in closed if row["quote_id"] in below and row["outcome"] == "ACCEPTED"]) > 10
    for row in closed:
        quoted = priced[row["quote_id"]]
        lost = row["outcome"] == "ACCEPTED" and row["quote_id"] not in below
        held = max(0, quoted["prior_cents"] - quoted["price_cents"]) if lost else 0
        assert row["leakage_cents"] == held + max(0, row["cost_cents"] - row["revenue_cents"])


def at_bound(row: Row) -> bool:
    """Whether a price lies where a guard that it names ends what may be chosen; elsewhere it was chosen freely, or as far as prices are
    trusted."""
    said, trusted = set(row["guards"]) - set(SAID), Policy().prior.trust
    if any(abs(row["price_cents"] - share * row["prior_cents"]) < 1.5 for share in trusted):
        return False
    above, below = said - {"floor", "cost-floor"}, said & set(LOWER)
    return (bool(above) and row["price_cents"] == row["most_cents"]) or (bool(below) and row["price_cents"] == row["least_cents"])


def test_quotes_that_a_guard_bounded_are_counted_and_not_those_of_which_it_is_said_how_the_state_came_about() -> None:
    free, capped = Task(), Task()
    capped.step(0, policies=[policy(cap=0.7)])
    for task in (free, capped):
        task.step(2 * SECOND, policies=[policy("wide", ts=NOW + 2 * SECOND, max_step=1.0)])
        watch(task, 4, 60)
        task.quote(2 * MINUTE)
    (a, b) = (task.all["pricing.figures"][-1] for task in (free, capped))
    for task, told in ((free, a), (capped, b)):
        priced = task.all["pricing.decisions"][: told["quotes"]]
        assert told["guarded"] == len([row for row in priced if at_bound(row)])
    assert a["guarded"] < a["quotes"]
    assert b["guarded"] > 20


def test_a_zones_row_follows_competitors_beyond_the_range_in_which_they_move_its_price() -> None:
    task = Task()
    task.step(0, quotes=[quote()], competitors=[competitor(600)])
    for second in range(2, 40, 2):
        ts = NOW + second * SECOND
        task.step(second * SECOND, moves=[move(ts=ts)], competitors=[competitor(1000, ts=ts)] if second == 20 else [])
    seen = [row["competitor"] for row in task.all["pricing.zones"]]
    assert 0.4 < seen[-1] < 0.8
    assert seen[-1] == task.state.markets["sf"].cells["competitor"][0, 0]
