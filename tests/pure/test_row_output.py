"""Rows are written as the same rows as a frame would be, and what does not fit is said in the same words."""

from __future__ import annotations

from typing import Any

import pytest

from agents.support.agent import AGENT
from streams.avro import codec
from streams.batch import Decisions, Output, RowOutput
from streams.task import Task

FLAGS = "driver-flags"


def flag(**given: Any) -> dict[str, Any]:
    usual = {"driver_id": "cab-1", "market": "sf", "conversation_id": "c-ø", "reason": "SAFETY", "cleared": False, "ts": 5}
    return usual | given


def written(output: Output | RowOutput) -> list[tuple[str, list[bytes | None], list[bytes | None]]]:
    task = Task(AGENT, 0, None, {})
    return [(one.topic, list(one.keys), list(one.values)) for one in task._encode(Decisions([output]))]


@pytest.mark.parametrize("count", [1, 3, 2000])
def test_rows_are_written_as_their_frame_is(count: int) -> None:
    output = RowOutput(FLAGS, [flag(driver_id=f"cab-{i}", ts=i) for i in range(count)])
    assert written(output) == written(Output(FLAGS, output.frame))
    assert output.height == count == output.frame.height


def test_no_rows_are_nothing() -> None:
    assert written(RowOutput(FLAGS, [])) == []


@pytest.mark.parametrize("wrong", [{"cleared": None}, {"driver_id": None}, {"reason": "RUDE"}, {"ts": "soon"}])
def test_what_does_not_fit_is_an_error_as_in_a_frame(wrong: dict[str, Any]) -> None:
    with pytest.raises(Exception, match=r"."):
        codec(FLAGS).encode(RowOutput(FLAGS, [flag(**wrong)]).frame)
    with pytest.raises(Exception, match=r"."):
        written(RowOutput(FLAGS, [flag(), flag(**wrong)]))
