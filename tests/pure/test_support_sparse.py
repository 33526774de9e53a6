"""Rows that are nearly all zero: as scipy's, to the bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix, hstack, random

from agents.support.sparse import Sparse, below, beside, sums


def _some(seed: int, rows: int, width: int, share: float) -> csr_matrix:
    return csr_matrix(random(rows, width, share, random_state=seed, dtype=np.float32))


shapes = st.tuples(st.integers(0, 2**31), st.integers(0, 7), st.integers(0, 9), st.floats(0, 1))


@given(shapes, st.integers(0, 4))
def test_a_product_is_scipys(shape: tuple[int, int, int, float], k: int) -> None:
    theirs = _some(*shape)
    ours, weights = Sparse.of(theirs.toarray()), np.random.default_rng(shape[0]).standard_normal((shape[2], k)).astype(np.float32)
    assert ours.shape == theirs.shape
    assert np.array_equal(ours.dense(), theirs.toarray())
    assert np.array_equal(ours @ weights, theirs @ weights)
    assert np.array_equal(ours @ np.asfortranarray(weights), theirs @ weights)


@given(shapes, st.integers(0, 9), st.data())
def test_rows_are_taken_and_put_beside_others(shape: tuple[int, int, int, float], width: int, data: st.DataObject) -> None:
    left, right = _some(*shape), _some(shape[0] + 1, shape[1], width, shape[3])
    both = beside(Sparse.of(left.toarray()), Sparse.of(right.toarray()))
    theirs = csr_matrix(hstack([left, right], format="csr", dtype=np.float32)) if shape[1] else csr_matrix((0, shape[2] + width))
    assert np.array_equal(both.dense(), theirs.toarray())
    assert np.array_equal(below(both, both).dense(), np.concatenate([both.dense(), both.dense()]))
    rows = np.array(data.draw(st.lists(st.integers(0, shape[1] - 1))) if shape[1] else [], np.int64)
    assert np.array_equal(both[rows].dense(), both.dense()[rows])
    ordered = [both.column[a:b] for a, b in zip(both.ends, both.ends[1:], strict=False)]
    assert all(np.array_equal(np.sort(one), one) for one in ordered)


@pytest.mark.parametrize("seed", range(5))
def test_the_product_of_two_is_scipys(seed: int) -> None:
    left, right = (csr_matrix(random(*shape, 0.4, random_state=seed, dtype=np.float64)) for shape in ((5, 6), (6, 8)))
    ours = sums((left.indptr, left.indices, left.data), (right.indptr, right.indices, right.data), 8, 40)
    assert np.array_equal(ours, (left @ right).toarray())
