"""Chance that depends on nothing but its name: a seed and a key in, a number in [0, 1) out.

Quotes get the same numbers however they were batched. SplitMix64's finaliser (Steele, Lea and Flood, OOPSLA 2014) over seed and keys.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from agents.pricing.contexts import F64

Words = npt.NDArray[np.uint64]
STRIDE = np.uint64(0x9E3779B97F4A7C15)


def uniform(seed: int, keys: Words) -> F64:
    """Numbers in [0, 1) for keys (n,), under a seed of up to 64 bits."""
    word = _mixed(_mixed(np.array([seed % 2**64], np.uint64) + STRIDE) + (keys + np.uint64(1)) * STRIDE)
    return (word >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _mixed(word: Words) -> Words:
    """Arrays of unsigned numbers wrap around."""
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))
