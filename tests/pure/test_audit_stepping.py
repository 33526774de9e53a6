"""Stepping a journal record again: an agent that prepares sees the records of all its steps at once; what was read is told as one."""

from __future__ import annotations

from typing import Any

import pytest

from audit.log import joined
from streams.preparing import prepare
from tests.pure.test_cycle_prepare import TOPIC, Preparing, work


def steps(agent: Any) -> list[Any]:
    """Of a journal record with a step over two records, one over none, and one over a third."""
    first, second = work(agent, 0, ["a", "b"]), work(agent, 0, ["c"])
    return [first.inputs, {}, second.inputs]


@pytest.mark.parametrize("fails", [False, True])
def test_an_agent_that_prepares_sees_all_steps_at_once_and_what_it_raises_is_left_to_the_step(fails: bool) -> None:
    agent = Preparing(fails)
    agent.prepare = lambda batches, now: Preparing.prepare(agent, [one for one in batches if one], now)  # type: ignore[method-assign]
    decoded = prepare(agent, steps(agent), 3)
    assert agent.prepared == [["a", "b", "c"]]
    assert [0 if one is None else sum(len(read.batch) for read in one.values()) for one in decoded] == [2, 0, 1]
    assert decoded[0] is not None
    assert decoded[0][TOPIC].batch.frame["message_id"].to_list() == ["a", "b"]


def test_an_agent_that_does_not_prepare_is_left_alone() -> None:
    assert prepare(object(), steps(object()), 3) == [None] * 3  # type: ignore[arg-type]


def test_what_several_have_read_is_one() -> None:
    one, other = {"from": 5, "to": 9, "records": 3}, {"from": 2, "to": 7, "records": 4}
    assert joined({"a[0]": one}, {"a[0]": other, "b[1]": one}) == {"a[0]": {"from": 2, "to": 9, "records": 7}, "b[1]": one}
    assert joined() == {}
