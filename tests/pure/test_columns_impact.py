"""What amounts have been since a moment is compared with the day before it, and the interval holds."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from columns.impact import HOUR_MS, WINDOW, Hours

AT = 1000 * HOUR_MS + 1234


def filled(rng: np.random.Generator, before: float, after: float, each: int = 5) -> Hours:
    """Amounts of two series, of the second alone with these means."""
    hours = Hours(2)
    for hour in range(1000 - WINDOW, 1000 + WINDOW + 5):
        for amount in rng.normal(before if hour <= 1000 else after, 50, each).round().astype(int).tolist():
            hours.add(hour * HOUR_MS, 1, amount)
            hours.add(hour * HOUR_MS, 0, 7)
    return hours


def test_a_worked_example() -> None:
    hours = Hours(1)
    for i in range(40):
        hours.add(AT - HOUR_MS, 0, 10 if i % 2 else 30)
        hours.add(AT, 0, 1000)  # of the hour itself: of neither side
        hours.add(AT + HOUR_MS, 0, 50)
    assert hours.since(AT, 0, AT + HOUR_MS) is None, "the hour is not over"
    found = hours.since(AT, 0, AT + 3 * HOUR_MS)
    assert found is not None
    assert (found.units, found.hours, found.gained) == (40, 2, 20 * 30)
    assert found.half == pytest.approx(1.96 * (40 * 100 / 39 / 40) ** 0.5 * 20)


def test_its_intervals_hold_and_a_day_is_all_that_counts() -> None:
    rng = np.random.default_rng(4)
    held = 0
    for _ in range(400):
        hours = filled(rng, 100, 130)
        found = hours.since(AT, 1, AT + 100 * HOUR_MS)
        assert found is not None
        assert (found.units, found.hours) == (5 * WINDOW, WINDOW)
        held += abs(found.gained - 5 * 30) <= found.half
    assert 0.92 <= held / 400 <= 0.98


def test_of_little_nothing_is_told() -> None:
    assert filled(np.random.default_rng(1), 1, 2, each=1).since(AT, 1, AT + 100 * HOUR_MS) is None


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 2), st.integers(-9999, 9999)), max_size=50), st.randoms())
def test_the_order_of_adding_does_not_matter_and_what_is_taken_back_was_never_there(
    amounts: list[tuple[int, int, int]], luck: Random
) -> None:
    one, other = Hours(3), Hours(3)
    for hour, series, amount in amounts:
        one.add(hour * HOUR_MS, series, amount)
    mixed = [(*each, 1) for each in amounts] + [(5, 1, 70, 1), (5, 1, 70, -1)]
    luck.shuffle(mixed)
    for hour, series, amount, count in mixed:
        other.add(hour * HOUR_MS + 5, series, amount, count)
    one.add(5 * HOUR_MS, 0, 0, 0)
    again = Hours(3)
    again.load(other.arrays())
    assert one.sums == other.sums == again.sums
    again.forget((60 + again.keep) * HOUR_MS)
    assert set(again.sums) == {hour for hour in one.sums if hour >= 60}
    again.load({})
    assert again.since(0, 0, 10) is None
