"""What is learnt fold by fold, in processes of their own: which rows see which, in what order it comes back, and what goes wrong."""

from __future__ import annotations

import os
import random

import numpy as np
import pytest

from ops.support.folds import FOLDS, fold_by_fold, side_by_side

LABELS = np.array(["a", "b", "b"] * 20)


def test_each_row_is_judged_once_by_what_never_saw_it_and_comes_back_in_its_place() -> None:
    rows = np.arange(len(LABELS))

    def unseen(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, None, np.ndarray]:
        assert not set(train) & set(test)
        assert len(train) + len(test) == len(LABELS)
        return test.astype(np.float64), None, np.full((len(test), 2), len(train))

    (said, nothing, seen), whole = fold_by_fold(LABELS, unseen, lambda: "whole")
    assert np.array_equal(np.asarray(said), rows)
    assert nothing is None
    assert np.asarray(seen).shape == (len(LABELS), 2)
    assert set(np.asarray(seen).ravel()) == {len(LABELS) * (FOLDS - 1) / FOLDS}
    assert whole == "whole"


def test_each_is_in_a_process_of_its_own_and_results_come_in_the_order_asked_for() -> None:
    found = side_by_side([lambda number=number: (number, os.getpid(), random.random()) for number in range(5)])
    assert [number for number, _, _ in found] == [0, 1, 2, 3, 4]
    assert len({pid for _, pid, _ in found} | {os.getpid()}) == 6


def test_what_one_raises_is_raised_here() -> None:
    def wrong() -> None:
        raise ValueError("so few")

    with pytest.raises(ValueError, match="so few"):
        side_by_side([lambda: 1, wrong])


def test_one_that_is_killed_is_told_of() -> None:
    with pytest.raises(RuntimeError, match="ended without a result"):
        side_by_side([lambda: os._exit(9)])
