"""Isolation finds the one record that makes a step raise, in few tries, and lets all others pass."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import WorkerStop
from streams.isolation import Inputs, Isolation
from streams.records import Records


class Stub:
    """A message of which only the offset is asked."""

    def __init__(self, offset: int) -> None:
        self._offset = offset

    def offset(self) -> int:
        return self._offset


def records(topic: str, start: int, end: int) -> Records:
    messages: Any = [Stub(o) for o in range(start, end)]
    return Records(topic, 0, messages, start, end)


def run(isolation: Isolation, crashing: set[tuple[str, int]], counts: dict[str, int]) -> tuple[set[tuple[str, int]], int]:
    """Step all records as the cycle does, from the start again after each failure; what passed, and how often it failed."""
    failures = 0
    while True:
        passed: set[tuple[str, int]] = set()
        for piece in isolation.pieces(0, {t: records(t, 0, n) for t, n in counts.items() if n}):
            seen = {(t, m.offset()) for t, r in piece.items() for m in r.messages} - set(isolation.crashing(0))
            if seen & crashing:
                isolation.failed(0, piece, "boom")
                failures += 1
                break
            passed |= seen
        else:
            return passed, failures


@given(st.data())
def test_all_but_the_crashing_records_pass(data: st.DataObject) -> None:
    counts = {t: data.draw(st.integers(0, 300)) for t in ("moves", "orders")}
    places = [(t, o) for t, n in counts.items() for o in range(n)]
    crashing = set(data.draw(st.lists(st.sampled_from(places), max_size=3))) if places else set()
    isolation = Isolation()
    passed, failures = run(isolation, crashing, counts)
    assert passed == set(places) - crashing
    assert set(isolation.crashing(0)) == crashing
    assert failures <= 5 * len(crashing), "a record among hundreds is found in at most five tries"


def test_a_step_that_raises_without_records_stops_the_worker() -> None:
    with pytest.raises(WorkerStop, match="without any record"):
        Isolation().failed(0, {}, "boom")


def test_what_lies_behind_the_suspected_records_is_stepped_whole_again() -> None:
    isolation = Isolation()
    suspected: Inputs = {"orders": records("orders", 0, 100)}
    isolation.failed(0, suspected, "boom")
    assert len(isolation.pieces(0, suspected)) > 1
    assert len(isolation.pieces(0, {"orders": records("orders", 100, 200)})) == 1
    assert len(isolation.pieces(0, suspected)) == 1
