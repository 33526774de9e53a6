"""What is remembered of orders: ids for a bounded time, changes that came early, orders that are being served; and the bytes of a state."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.matching import seen
from agents.matching.orders import Early, Live, Pending, Ride
from agents.matching.policy import DEFAULT
from agents.matching.reading import read_orders
from agents.matching.seen import Seen
from agents.matching.state import MAGIC
from columns.packing import pack, strings, strings_of, unpack
from tests.pure.matching_events import NOW, batch, order, unhurried

TTL = 24 * 3_600_000
visits = st.lists(st.tuples(st.integers(0, 3 * 3_600_000), st.lists(st.integers(0, 60), max_size=6)), max_size=40)


@given(visits)
@unhurried
def test_ids_are_known_again_for_a_day_and_not_much_longer(given_visits: list[tuple[int, list[int]]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seen, "SEGMENT_IDS", 8)
        memory, accepted, clock = Seen(), dict[str, int](), 0
        for wait, numbers in given_visits:
            clock += wait
            names = [f"order-{number}" for number in numbers]
            memory.forget(clock, TTL)
            new = memory.add(names, clock).tolist()
            for name, is_new in zip(names, new, strict=True):
                assert name in memory
                age = clock - accepted.get(name, -(10**12))
                assert not (is_new and age <= TTL)
                assert is_new or age < TTL + seen.SEGMENT_MS
                if is_new:
                    accepted[name] = clock
        memory.forget(clock + TTL + seen.SEGMENT_MS, TTL)
        assert (memory.segments, memory.loose) == ([], {})


def test_too_many_early_changes_drop_the_oldest() -> None:
    early, policy = Early(), dataclasses.replace(DEFAULT, early_limit=3)
    for i in range(5):
        early.remember(f"o{i}", 1, NOW + i, policy)
    early.remember("o4", 2, NOW + 9, policy)
    assert list(early.changes) == ["o2", "o3", "o4"]
    assert early.take("o4", NOW + 9, policy) == 1
    assert early.take("o0", NOW + 9, policy) is None
    early.forget(NOW + 2 + 600_001, policy)
    assert list(early.changes) == ["o3"]


def test_live_orders_end_in_the_order_of_their_matches() -> None:
    live = Live()
    live.add(["a", "b"], np.array([3, 1]), NOW, np.array([900, 700]), np.array([200.0, 300.0]), np.array([0, 1]))
    live.add(["c"], np.array([2]), NOW + 1, np.array([800]), np.array([240.5]), np.array([0]))
    ends = NOW + int(DEFAULT.live_ttl_s * 1000)
    assert not live.overdue(ends - 1, DEFAULT)
    assert live.overdue(ends, DEFAULT)
    assert live.expired(ends, DEFAULT) == [Ride(3, NOW, 900, 200_000, 0), Ride(1, NOW, 700, 300_000, 1)]
    live.renumber(np.array([-1, 0, 1]))
    assert live.orders == {"c": Ride(1, NOW + 1, 800, 240_500, 0)}


@given(st.lists(st.integers(1, 5), min_size=1, max_size=5), st.data())
@unhurried
def test_waiting_orders_are_found_where_they_stand(sizes: list[int], data: st.DataObject) -> None:
    pending, names = Pending(), list[str]()
    for size in sizes:
        number = pending["number"].max(initial=0) + 1
        fresh = [f"o{number + i}" for i in range(size)]
        pending.add(read_orders(batch("orders", [order(name) for name in fresh]), NOW, DEFAULT, []), int(number))
        names += fresh
        gone = data.draw(st.sets(st.integers(0, len(names) - 1), max_size=3))
        pending.drop(np.array(sorted(gone), np.int64))
        names = [name for i, name in enumerate(names) if i not in gone]
        assert pending.ids == names
        assert [pending.slot(name) for name in names] == list(range(len(names)))
        assert [f"o{number}" for number in pending["number"].tolist()] == names


@given(st.lists(st.text(max_size=8), max_size=20), st.lists(st.floats(allow_nan=False), max_size=9))
@unhurried
def test_strings_and_numbers_survive_their_bytes(texts: list[str], numbers: list[float]) -> None:
    arrays = strings("names", texts) | {"numbers": np.array(numbers), "flags": np.array([True, False])}
    facts, back = unpack(MAGIC, pack(MAGIC, {"name": "Zürich", "mean": 0.1 + 0.2}, arrays))
    assert facts == {"name": "Zürich", "mean": 0.1 + 0.2}
    assert strings_of("names", back) == texts
    assert back["numbers"].tolist() == numbers
    assert back["flags"].tolist() == [True, False]
