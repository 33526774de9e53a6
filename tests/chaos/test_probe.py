"""The probe agent: its rules, its state as bytes, and that the split into batches does not matter."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.chaos.probe import AGENT, DECISIONS, EVENTS, CrashError, State
from streams.agent import Agent
from streams.batch import Batch, Decisions

ROW: dict[str, Any] = {"run_id": "t", "seq": 0, "ts": 1, "sha": "ab", "crash": False}
EVENT = st.tuples(st.sampled_from("abc"), st.integers(0, 6), st.integers(-1, 9))


def batch(events: list[tuple[str, int, int]], first: int = 0, crash: bool = False) -> dict[str, Batch]:
    """Events (key, key_seq, amount) at offsets from ``first`` on; with ``crash`` the last one asks for it."""
    rows = [ROW | {"key": key, "key_seq": seq, "amount": amount} for key, seq, amount in events]
    if crash:
        rows[-1]["crash"] = True
    return {EVENTS: Batch(EVENTS, 3, np.arange(first, first + len(rows)), pl.DataFrame(rows))}


def said(decisions: Decisions) -> list[dict[str, Any]]:
    """The decisions as rows."""
    return [row for output in decisions.outputs for row in output.frame.iter_rows(named=True)]


def test_it_is_an_agent() -> None:
    assert isinstance(AGENT, Agent)


def test_a_decision_carries_the_key_s_state_after_its_event() -> None:
    state = AGENT.start(3)
    first, second = said(AGENT.step(state, batch([("a", 0, 5), ("a", 1, 7)], first=40), 0))
    one = hashlib.sha256(b"ab").hexdigest()
    assert (first["count"], first["sum"], first["state_hash"]) == (1, 5, one)
    assert (second["count"], second["sum"], second["state_hash"]) == (2, 12, hashlib.sha256(one.encode() + b"ab").hexdigest())
    assert second["decision_id"] == "probe/probe.events/3/41/0"
    assert (second["topic"], second["partition"], second["offset"], second["key"], second["key_seq"]) == (EVENTS, 3, 41, "a", 1)


def test_a_negative_amount_and_a_repetition_are_rejected_and_a_gap_is_decided() -> None:
    decisions = AGENT.step(AGENT.start(0), batch([("a", 0, 1), ("a", 0, 1), ("a", 5, 1), ("a", 3, 1), ("a", 6, -1)]), 0)
    assert [row["key_seq"] for row in said(decisions)] == [0, 5]
    assert [(r.offset, r.error, r.expected) for r in decisions.rejected] == [
        (1, "Duplicate", True),
        (3, "Duplicate", True),
        (4, "NegativeAmount", False),
    ]


def test_a_record_that_asks_for_it_makes_the_step_raise_with_the_state_half_changed() -> None:
    state = AGENT.start(0)
    with pytest.raises(CrashError):
        AGENT.step(state, batch([("a", 0, 1), ("a", 1, 1)], crash=True), 0)
    assert state.count == [1]


@given(st.lists(EVENT, max_size=40), st.lists(st.integers(0, 40), max_size=5))
def test_how_events_are_split_into_batches_does_not_matter(events: list[tuple[str, int, int]], cuts: list[int]) -> None:
    whole, state = AGENT.start(0), AGENT.start(0)
    at_once = AGENT.step(whole, batch(events), 0) if events else Decisions()
    rows, rejected = [], []
    for start, end in pairwise(sorted({0, len(events), *(c for c in cuts if c < len(events))})):
        part = AGENT.step(state, batch(events[start:end], first=start), 0)
        rows += said(part)
        rejected += list(part.rejected)
        state = AGENT.load(AGENT.dump(state))
    assert rows == said(at_once)
    assert rejected == list(at_once.rejected)
    assert AGENT.dump(state) == AGENT.dump(whole)


@given(st.dictionaries(st.text(max_size=20), st.tuples(*[st.integers(0, 2**62)] * 3), max_size=30))
def test_a_state_is_the_same_after_dump_and_load(keys: dict[str, tuple[int, int, int]]) -> None:
    state = State()
    for key, (following, count, total) in keys.items():
        row = state.row(key)
        state.next[row], state.count[row], state.sum[row] = following, count, total
        state.hash[row] = hashlib.sha256(key.encode()).hexdigest()
    assert AGENT.load(AGENT.dump(state)) == state


def test_the_output_has_the_columns_of_its_schema() -> None:
    (output,) = AGENT.step(AGENT.start(0), batch([("a", 0, 1)]), 0).outputs
    assert output.topic == DECISIONS
    assert output.frame.columns == ["decision_id", "topic", "partition", "offset", "key", "key_seq", "count", "sum", "state_hash"]
