"""The auditor proves itself on a real run: it finds nothing wrong, and then catches each seeded corruption of a copy of its log."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.broker import Broker
from ops.chaos.auditor.seeded import CORRUPTIONS
from ops.chaos.producing import Request
from ops.chaos.run import prove


@pytest.mark.parametrize("agent", ["probe", "matching"])
def test_each_corruption_of_a_real_log_is_caught(agent: str, broker: Broker, tmp_path: Path) -> None:
    request = Request(agent, events=1, faults=0, workers=1, seed=5, shared=True)
    trials = prove(request, broker.start(), tmp_path, print)
    assert [trial.corruption for trial in trials] == list(CORRUPTIONS)
    assert [trial for trial in trials if not trial.caught] == []
