"""Processes of an audit write nothing to stdout, which is for what the command prints."""

from __future__ import annotations

import pytest
import structlog

from ops.audit.side_by_side import Report, side_by_side


def warns(report: Report) -> int:
    structlog.get_logger().warning("not prepared: the steps do it all")
    return 1


def test_what_a_process_of_an_audit_logs_is_not_on_stdout(capfd: pytest.CaptureFixture[str]) -> None:
    assert side_by_side([("one", warns), ("other", warns)], 2) == [1, 1]
    assert capfd.readouterr().out == ""
