"""A worker's garbage collector does not look again and again through what stays: on large states that takes a tenth of a second."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from streams.transport import COLLECTED, _calm_collector, _keep_out, _sweep


@pytest.fixture
def as_before() -> Iterator[None]:
    threshold = gc.get_threshold()
    yield
    gc.callbacks.remove(_keep_out)
    gc.set_threshold(*threshold)
    gc.unfreeze()


def test_what_outlives_collections_stays_out_of_others(as_before: None) -> None:
    _calm_collector()
    looked_through: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            looked_through.append(sum(map(len, map(gc.get_objects, range(info["generation"] + 1)))))

    gc.callbacks.append(note)
    state = [[number] for number in range(40 * COLLECTED[0])]
    gc.callbacks.remove(note)
    assert len(state) == 40 * COLLECTED[0]
    assert looked_through
    assert max(looked_through) < 4 * COLLECTED[0]


def test_cycles_that_do_not_outlive_them_are_collected(as_before: None) -> None:
    _calm_collector()
    frozen = gc.get_freeze_count()
    for _ in range(10 * COLLECTED[0]):
        cycle: list[object] = []
        cycle.append(cycle)
    assert gc.get_freeze_count() - frozen < COLLECTED[0]


class Held:
    """Can be in a cycle, and be asked after."""

    other: Held


def test_a_sweep_collects_cycles_that_outlived_collections(as_before: None) -> None:
    _calm_collector()
    held = Held()
    held.other = held
    asked = weakref.ref(held)
    gc.collect(1)  # and it is kept out
    del held
    gc.collect()
    assert asked() is not None
    _sweep()
    assert asked() is None
