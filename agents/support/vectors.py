"""Texts and vocabularies in; sparse TF-IDF vectors out: n-grams of characters, of words, and everyday matters, each part of length 1.

Matters (agents.support.concepts) are the same in all languages: by them what is learnt in one language helps in the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from agents.support.concepts import folded, spoken_of
from agents.support.features import I64, U64, grams
from agents.support.sparse import F32, Sparse
from agents.support.text import plain

F64 = npt.NDArray[np.float64]

PAIRS = 1 << 20  # keys of two matters in one text begin here
BITS = 20  # of each number in a product; with up to MOST summed float64 holds every sum exactly
MOST = 1 << (53 - 2 * BITS)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The features that count: their ``keys`` ascending, ``idf``, and whether they are of words, shape (features,) each."""

    keys: U64
    idf: F32
    words: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Features of texts, each time one occurs: the text it is in, its key, and whether it is of words, shape (n,) each."""

    text: I64
    key: U64
    words: npt.NDArray[np.bool_]


def of_grams(texts: Sequence[str]) -> Occurrences:
    """The n-grams of cleaned texts."""
    found = grams([plain(text) for text in texts])
    is_words = np.repeat([kind == "words" for kind, _ in found], [len(one.key) for one in found.values()])
    return Occurrences(np.concatenate([one.text for one in found.values()]), np.concatenate([one.key for one in found.values()]), is_words)


def of_matters(texts: Sequence[str], languages: Sequence[str]) -> Occurrences:
    """The matters that cleaned texts of these languages speak of, and each two of them."""
    owner: list[int] = []
    keys: list[int] = []
    for i, (text, language) in enumerate(zip(texts, languages, strict=True)):
        found = spoken_of(folded(plain(text)), language)
        kinds = sorted(set(found))
        pairs = [PAIRS + first * 1024 + second for at, first in enumerate(kinds) for second in kinds[at + 1 :]]
        keys += [*found, *pairs]
        owner += [i] * (len(found) + len(pairs))
    return Occurrences(np.array(owner, np.int64), np.array(keys, np.uint64), np.zeros(len(keys), np.bool_))


def vectors(found: Occurrences, texts: int, known: Vocabulary) -> Sparse:
    """Shape (texts, features), float32: (1 + ln count) · idf, the part that is of words and the other one of length 1 each."""
    order = found.key.argsort()  # neighbours are found near each other
    key = found.key[order]
    at = known.keys.searchsorted(key)
    at[at == len(known)] = 0
    hit = known.keys[at] == key if len(known) else np.zeros(len(at), np.bool_)
    cells, count = np.unique(found.text[order[hit]] * len(known) + at[hit], return_counts=True)
    row, column = np.divmod(cells, max(1, len(known)))
    value = (1 + np.log(count)).astype(np.float32) * known.idf[column]
    part = row * 2 + known.words[column]
    length = np.sqrt(np.bincount(part, value * value, 2 * texts))
    value /= length[part].astype(np.float32)
    ends = np.searchsorted(row, np.arange(texts + 1))
    return Sparse(value, column.astype(np.int32), ends.astype(np.int32), len(known))


def exact(weights: F32) -> F64:
    """Weights (m, k) as ``times`` takes them: whole multiples of a power of two, of BITS bits at most. m is MOST at most."""
    if len(weights) > MOST:
        raise ValueError(f"{len(weights)} products are summed, {MOST} at most can be: take fewer BITS")
    unit = np.ldexp(1.0, np.frexp(np.abs(weights).max(initial=0.0))[1] - BITS)
    out: F64 = np.rint(weights / unit) * unit
    return out


def times(x: F32, weights: F64) -> F32:
    """x @ weights, of ``exact`` weights and with each row of x rounded likewise.

    No sum is rounded on its way: so a row's result does not depend, to the bit, on the rows beside it, nor on how a processor, a BLAS or
    its threads order the sums, as float32's does: by up to the last digit that is kept, and replay then differs.
    """
    unit = np.ldexp(1.0, np.frexp(np.abs(x).max(axis=1, initial=0.0))[1] - BITS)[:, None]
    out: F32 = ((np.rint(x / unit) @ weights) * unit).astype(np.float32)
    return out
