"""Processes of an audit write nothing to stdout, which is for what the command prints, and say plainly what keeps them from reading."""

from __future__ import annotations

import multiprocessing
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
import structlog
from confluent_kafka import KafkaError, KafkaException

from audit.index import Index
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


def make_indexes(folder: Path, together: Barrier, count: int) -> None:
    for number in range(count):
        together.wait(30)
        with Index(folder / str(number)) as index:
            index.counts()


def test_an_index_may_be_made_by_several_at_once(tmp_path: Path) -> None:
    """SQLite tells one of them at once that the file is locked, while another changes how it is journalled: in one of ten tries."""
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(4)
    processes = [context.Process(target=make_indexes, args=(tmp_path, together, 200)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 4
