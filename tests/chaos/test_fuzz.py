"""A small flood of good and broken records: no worker stops, each bad one is in the dead letters, each good one is decided."""

from __future__ import annotations

from pathlib import Path

from ops.broker import Broker
from ops.chaos.fuzz import inflict


def test_broken_records_stop_nothing(broker: Broker, tmp_path: Path) -> None:
    fuzzed = inflict(50_000, 3, broker.start(), tmp_path, print)
    figures = fuzzed.figures(3)
    assert figures["violations"] == []
    assert figures["problems"] == []
    assert figures["workers_stopped"] == 0
    assert figures["records"] >= 50_000
    assert set(figures["broken_by_way"]) >= {"bytes", "schema", "type", "absurd", "key", "duplicate", "late"}
    assert figures["dead_letters"] > 3_000
    assert len(figures["dead_letters_by_error"]) >= 12
    assert fuzzed.passed
