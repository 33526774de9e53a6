"""What `tripo dev` shows of pricing and growth adds up to what they wrote."""

from __future__ import annotations

from typing import Any

import numpy as np

from ops.following import Part
from ops.growth.watch import GrowthTally
from ops.pricing.watch import PricingTally
from ops.watching import Tally
from streams.batch import Decisions
from tests.pure.growth_events import T0, World, change, order
from tests.pure.pricing_events import MINUTE, NOW, SECOND, Task, answer, policy, quote


def told(tally: Tally, outs: list[Decisions]) -> dict[str, Any]:
    """The figures after these steps."""
    for out in outs:
        for one in out.outputs:
            if one.topic in tally.topics:
                tally.take(Part(one.topic, 0, np.arange(one.frame.height), np.zeros(one.frame.height, np.int64), one.frame))
    return tally.figures()


def test_pricings_money_is_that_of_its_outcomes() -> None:
    task, outs = Task(), []
    task.step(0, policies=[policy(emergency_cap=0.5)])
    task.step(SECOND, quotes=[quote(f"q{i}", service="RIDE" if i % 2 else "FOOD", ts=NOW + SECOND) for i in range(9)])
    outs.append(task.made)
    task.step(2 * SECOND, answers=[answer(f"q{i}", "ACCEPTED" if i % 3 else "REJECTED", ts=NOW + 2 * SECOND) for i in range(6)])
    outs.append(task.made)
    task.step(9 * MINUTE)
    outs.append(task.made)
    tally = PricingTally()
    found, closed = told(tally, outs), task.all["pricing.outcomes"]
    assert (found["quotes"], found["accepted"], found["rejected"], found["expired"]) == (9, 4, 2, 3)
    for name in ("revenue_cents", "profit_cents", "leakage_cents"):
        assert found[name] == sum(row[name] for row in closed)
    assert found["leakage_cents"] > 0 > found["margin"] == round(found["profit_cents"] / found["revenue_cents"], 4)
    assert sum(found["revenue_by_service"].values()) == found["revenue_cents"]
    assert found["guards"]["emergency-cap"] == 9
    assert "sf/EMERGENCY_CAP/RIDE/" in found["alerts"]
    assert "9 quotes, 4 accepted, 2 rejected, 3 expired" in tally.line()


def test_nothing_has_no_margin() -> None:
    assert PricingTally().figures()["margin"] is None
    assert "margin -" in PricingTally().line()
    assert "0.00 profit" in GrowthTally().line()


def test_growths_profit_is_the_latest_of_each_service_and_day() -> None:
    world, outs = World(), []
    for i in range(3):
        rows = [order(f"o{i}-{j}", T0 + i * MINUTE, service="RIDE" if j else "FOOD") for j in range(4)]
        over = [
            change(row["order_id"], row["ts"] + MINUTE, "COMPLETED" if row["order_id"][-1] != "3" else "CANCELLED_BY_RIDER") for row in rows
        ]
        outs.append(world.step(orders=rows, order_changes=over))
    found = told(tally := GrowthTally(), outs)
    assert (found["completed"], found["gross_cents"], found["net_revenue_cents"]) == (9, 9 * 2000, 9 * 300)
    assert (found["profit_cents"], found["leakage_cents"]) == (9 * 200, 3 * 300)
    assert "18.00 profit" in tally.line()
