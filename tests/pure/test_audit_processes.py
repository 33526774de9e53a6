"""Processes of an audit write nothing to stdout, which is for what the command prints, and say plainly what keeps them from reading."""

from __future__ import annotations

import pytest
import structlog
from confluent_kafka import KafkaError, KafkaException

from ops.audit.side_by_side import Report, side_by_side
from ops.reading import LogError


def warns(report: Report) -> int:
    structlog.get_logger().warning("not prepared: the steps do it all")
    return 1


def test_what_a_process_of_an_audit_logs_is_not_on_stdout(capfd: pytest.CaptureFixture[str]) -> None:
    assert side_by_side([("one", warns), ("other", warns)], 2) == [1, 1]
    assert capfd.readouterr().out == ""


def is_cut_off(report: Report) -> int:
    raise KafkaException(KafkaError(KafkaError._TRANSPORT))


def test_that_the_broker_went_away_is_told_from_another_process() -> None:
    with pytest.raises(LogError, match="does not answer"):
        side_by_side([("one", is_cut_off), ("other", is_cut_off)], 2)
