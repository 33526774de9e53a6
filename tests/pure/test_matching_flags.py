"""Complaints that support tells matching of: a driver with one is not matched until all of them are settled."""

from __future__ import annotations

import pytest

from agents.matching.agent import AGENT
from tests.pure.matching_events import HOUR, NOW, SECOND, Task, batch, ends, flag, move, order, profile


def test_a_driver_with_a_complaint_gets_no_order_until_it_is_settled() -> None:
    task = Task().with_driver()
    assert task.step(SECOND, flags=[flag()], orders=[order()]) == []
    task.step(2 * SECOND, flags=[flag(cleared=True)])
    task.step(8 * SECOND)
    (row,) = task.all
    assert (row["order_id"], row["driver_id"]) == ("o1", "d1")


def test_all_complaints_must_be_settled_and_one_said_twice_is_one() -> None:
    task = Task().with_driver()
    task.step(SECOND, flags=[flag(), flag(), flag(conversation_id="c2", reason="CONDUCT")], orders=[order()])
    assert task.step(8 * SECOND, flags=[flag(cleared=True)]) == []
    task.step(9 * SECOND, flags=[flag(conversation_id="c2", cleared=True)])
    task.step(16 * SECOND)
    assert len(task.all) == 1


def test_a_complaint_that_was_never_made_can_be_settled() -> None:
    task = Task().with_driver()
    assert len(task.step(SECOND, flags=[flag(cleared=True)], orders=[order()])) == 1


def test_another_driver_takes_the_order() -> None:
    task = Task()
    task.step(0, profiles=[profile("near"), profile("far")], moves=[move("near"), move("far", lat=37.78)])
    (row,) = task.step(SECOND, flags=[flag("near")], orders=[order()])
    assert row["driver_id"] == "far"


def test_a_complaint_comes_before_the_driver_and_outlives_a_snapshot_and_the_driver() -> None:
    task = Task()
    task.step(0, flags=[flag()])
    task.state = AGENT.load(AGENT.dump(task.state))
    task.with_driver(after=SECOND)
    task.step(2 * SECOND, profiles=[profile(deleted=True, ts=NOW + 2 * SECOND)])
    task.step(30 * HOUR)
    task.step(60 * HOUR)
    task.with_driver(after=60 * HOUR)
    assert task.step(60 * HOUR, orders=[order(ts=NOW + 60 * HOUR)]) == []


def test_a_live_order_goes_on() -> None:
    task = Task().with_driver()
    task.step(SECOND, orders=[order()])
    assert ends(task.all) == [("o1", "BEST_SCORE")]
    task.step(2 * SECOND, flags=[flag()])
    assert [row["status"] for row in task.drivers] in ([], ["ASSIGNED"])


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"driver_id": ""}, "MissingId"),
        ({"conversation_id": ""}, "MissingId"),
        ({"ts": 0}, "InvalidTimestamp"),
        ({"ts": NOW + HOUR}, "FromTheFuture"),
    ],
)
def test_bad_flags_are_refused(changed: dict[str, object], error: str) -> None:
    made = AGENT.step(AGENT.start(3), {"driver-flags": batch("driver-flags", [flag(**changed)])}, NOW)
    assert [one.error for one in made.rejected] == [error]
