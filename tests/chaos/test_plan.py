"""What a chaos run is made of: each class and each named point comes, the same seed gives the same run, and poison stays in its shares."""

from __future__ import annotations

from collections import Counter

import pytest

from ops.chaos import plan
from ops.chaos.events import SHARES, Encoder, ProbeEvents
from streams import faults
from streams.contract import contract


def source(seed: int, crash_at: int = 700) -> ProbeEvents:
    """The probe's events."""
    return ProbeEvents(Encoder(contract().schemas, contract().schema_id("probe.events")), "t", seed, 500, crash_at)


def test_every_named_point_of_the_cycle_is_in_the_plan() -> None:
    assert set(plan.POINTS) == set(faults.POINTS)


@pytest.mark.parametrize("seed", range(5))
def test_a_plan_of_one_workload_meets_every_class_and_point(seed: int) -> None:
    actions = plan.draw(20, seed, "probe", shared=False)
    assert {a.name for a in actions} >= set(plan.ROUND)
    assert sum(a.faults for a in actions) >= 20


def test_two_workloads_share_a_round() -> None:
    met = {a.name for agent in ("probe", "matching") for a in plan.draw(10, 1, agent, shared=True)}
    assert met >= set(plan.ROUND) - {"twin"}
    assert {f"point {p}" for p in plan.POINTS} <= met


def test_a_large_plan_is_a_round_for_each_workload() -> None:
    assert {a.name for a in plan.draw(60, 1, "matching", shared=True)} >= set(plan.ROUND)


def test_the_same_seed_gives_the_same_run() -> None:
    assert plan.draw(40, 3, "probe", shared=False) == plan.draw(40, 3, "probe", shared=False)
    assert list(source(3).take(2000, 1)) == list(source(3).take(2000, 1))
    assert list(source(3).take(2000, 1)) != list(source(4).take(2000, 1))


def test_poison_comes_in_its_shares_and_one_record_crashes() -> None:
    records = list(source(1).take(60_000, 1))
    sent = Counter(record.poison for record in records if record.poison)
    assert sent["crash"] == 1
    for kind, share in SHARES.items():
        if not kind.startswith("huge"):
            assert 0.5 < sent[kind] / (share * len(records)) < 1.6, kind
    assert sum(len(record.value or b"") > 900_000 for record in records) > 0
