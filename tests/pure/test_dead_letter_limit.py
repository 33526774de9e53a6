"""The limit on dead letters stops a flood of them, and only that."""

from __future__ import annotations

import pytest

from streams.batch import Rejected
from streams.dead_letters import Limit
from streams.errors import DeadLetterLimit


def bad(count: int, expected: bool = False) -> list[Rejected]:
    return [Rejected("orders", i, "InvalidPosition", "latitude 95", expected) for i in range(count)]


def test_a_share_above_the_limit_stops() -> None:
    limit = Limit("matching", window=1000, share=0.5)
    with pytest.raises(DeadLetterLimit, match="latitude 95"):
        limit.count(200, bad(101))


def test_few_records_do_not_stop_whatever_their_share() -> None:
    Limit("matching", window=1000, share=0.5).count(99, bad(99))


def test_late_and_duplicate_records_do_not_count() -> None:
    Limit("matching", window=1000, share=0.5).count(1000, bad(1000, expected=True))


def test_old_records_leave_the_window() -> None:
    limit = Limit("matching", window=1000, share=0.5)
    for _ in range(10):
        limit.count(1000, [])
    for rejected in (bad(200), bad(200), [], bad(200)):  # with the last thousand good ones: 600 of 1,800
        limit.count(200, rejected)
    with pytest.raises(DeadLetterLimit, match="800 of the latest 1000"):
        limit.count(200, bad(200))
