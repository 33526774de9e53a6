"""The quick tier of `tripo chaos`: 300,000 events and 20 faults over both workloads, judged by the independent auditor."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.chaos import plan, report
from ops.chaos.command import QUICK, Which, inflict, requests

SEED = 20_260_101


@pytest.mark.timeout(540)
def test_nothing_is_lost_doubled_or_broken(tmp_path: Path) -> None:
    events, faults = QUICK
    outcomes = inflict(requests(Which.BOTH, events, faults, 3, SEED, quick=True), tmp_path)
    found = report.figures(outcomes, SEED)
    report.show(outcomes, SEED, as_json=True)
    assert (found["lost"], found["duplicated"], found["broken_state"]) == (0, 0, 0), found["violations"]
    assert found["chain"] == "whole"
    assert found["transactions_open"] == 0
    assert found["problems"] == []
    assert found["self_test"]["caught"] == found["self_test"]["of"] > 0
    assert found["events"] >= events
    assert found["faults"] >= faults
    assert set(found["points"]) == set(plan.POINTS)
    assert set(found["faults_by_class"]) >= {"C1", "C2", "C3", "C4", "C5", "C10"}
    assert found["snapshots_restepped"] > 0
    assert found["passed"]
