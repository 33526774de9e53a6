"""Chance that depends on nothing but its name: a seed, a purpose and whom it concerns in, a number in [0, 1) out.

What happens to driver 7 with order 12 is so the same under every policy in which the two meet (common random numbers), however many other
draws there were before. The generator is SplitMix64's finaliser (Steele, Lea and Flood, OOPSLA 2014) over the keys, one after the other.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from columns.table import F64, I64

Words = npt.NDArray[np.uint64]
STRIDE = 0x9E3779B97F4A7C15

DECLINES, ANSWERS, TRAFFIC, BOARDS, RESTS, SILENCES = range(6)  # purposes


def uniform(seed: int, purpose: int, *keys: I64 | int) -> F64:
    """Numbers in [0, 1) by keys that are not negative, which broadcast to the shape (n,)."""
    word = _of(seed, purpose)
    for key in keys:
        word = _mixed(word + (np.atleast_1d(key).astype(np.uint64) + np.uint64(1)) * np.uint64(STRIDE))
    out: F64 = (word >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return out


def normal(seed: int, purpose: int, *keys: I64 | int) -> F64:
    """Standard normal numbers by keys, shape (n,)."""
    out: F64 = ndtri(np.maximum(uniform(seed, purpose, *keys), 2.0**-54))
    return out


@cache
def _of(seed: int, purpose: int) -> Words:
    return _mixed(_mixed(np.array([seed], np.uint64)) + np.array([purpose + 1], np.uint64) * np.uint64(STRIDE))


def _mixed(word: Words) -> Words:
    """SplitMix64's finaliser; arrays of unsigned numbers wrap around."""
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))
