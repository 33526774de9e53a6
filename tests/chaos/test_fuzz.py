"""A small flood of good and broken records: no worker stops, each bad one is in the dead letters, each good one is decided."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.broker import Broker
from ops.chaos.fuzz import inflict

WAYS = {"bytes", "schema", "type", "absurd", "key", "duplicate", "late"}


@pytest.mark.parametrize(("agent", "records", "letters", "errors"), [("matching", 50_000, 3_000, 12), ("support", 4_000, 150, 12)])
def test_broken_records_stop_nothing(
    agent: str, records: int, letters: int, errors: int, broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIPO_SENTENCES", "off")
    monkeypatch.setenv("TRIPO_STALL_TIMEOUT_S", "120")  # support makes its tables with the first message of each language
    fuzzed = inflict(records, 3, broker.start(), tmp_path, print, agent)
    figures = fuzzed.figures(3)
    assert figures["violations"] == []
    assert figures["problems"] == []
    assert figures["workers_stopped"] == 0
    assert figures["records"] >= records
    assert set(figures["broken_by_way"]) >= WAYS
    assert figures["dead_letters"] > letters
    assert len(figures["dead_letters_by_error"]) >= errors
    assert fuzzed.passed
