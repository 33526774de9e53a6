"""Texts in; which n-grams of characters and of words each has, as 64-bit keys, out: for a whole batch at once, in numpy.

A key is a polynomial hash of code points, so no n-gram is ever made as a Python string, and a vocabulary is a sorted array of keys.
Character n-grams stay within words, with a blank on either side (scikit-learn's ``char_wb``); where no blanks are written they run on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

CHARS, WORDS = (2, 3, 4, 5), (1, 2)  # lengths of the n-grams
BLOCKS = (*(("chars", n) for n in CHARS), *(("words", n) for n in WORDS))
BLANK = 32
PRIME = 0x9E3779B97F4A7C15  # odd, so it has an inverse modulo 2⁶⁴
APART = 0xC2B2AE3D27D4EB4F  # odd, and no power of PRIME: kinds of n-grams do not meet
INVERSE = pow(PRIME, -1, 1 << 64)


@dataclass(frozen=True, slots=True)
class Grams:
    """N-grams of one kind, each time one occurs: the text it is in and its key, shape (n,) each, by text."""

    text: I64
    key: U64


def grams(texts: Sequence[str]) -> dict[tuple[str, int], Grams]:
    """The n-grams of ``texts`` by block. Texts are taken as they are: see text.plain."""
    joined = "".join(f" {text} " for text in texts)
    codes = np.frombuffer(joined.encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    owner = np.repeat(np.arange(len(texts)), [len(text) + 2 for text in texts])
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(codes * _powers(PRIME, len(codes)))])
    found = {("chars", n): _chars(codes, owner, sums, n) for n in CHARS}
    start, end = _words(codes)
    key = _between(sums, start, end)
    for n in WORDS:
        found["words", n] = _runs_of_words(key, owner[start], n)
    return found


def _chars(codes: U64, owner: I64, sums: U64, n: int) -> Grams:
    """All n-grams within one text with no blank but at their ends, and not of blanks alone."""
    count = len(codes) - n + 1
    if count <= 0:
        return Grams(np.zeros(0, np.int64), np.zeros(0, np.uint64))
    blank = codes == BLANK
    blanks = np.concatenate([np.zeros(1, np.int64), np.cumsum(blank)])
    start = np.arange(count)
    inside = blanks[start + n - 1] - blanks[start + 1]
    good = (owner[:count] == owner[n - 1 :]) & (inside == 0)
    if n == 2:
        good &= ~(blank[:count] & blank[1:])
    start = np.flatnonzero(good)
    return Grams(owner[start], _mixed(_between(sums, start, start + n), n))


def _words(codes: U64) -> tuple[I64, I64]:
    """Where runs of letters, digits and marks begin and end."""
    inner = np.concatenate([[False], _wordly()[np.minimum(codes, _LAST)], [False]])
    edges = np.flatnonzero(inner[1:] != inner[:-1])
    return edges[::2], edges[1::2]


def _runs_of_words(key: U64, owner: I64, n: int) -> Grams:
    """Keys of ``n`` words that follow one another in a text."""
    count = max(0, len(key) - n + 1)
    out = np.zeros(count, np.uint64)
    for i in range(n):
        out = out * np.uint64(0xD6E8FEB86659FD93) + key[i : i + count]
    same = owner[:count] == owner[n - 1 :] if count else np.zeros(0, np.bool_)
    return Grams(owner[:count][same], _mixed(out[same], 64 + n))


def _between(sums: U64, start: I64, end: I64) -> U64:
    """The hash of codes[start:end], whatever comes before."""
    out: U64 = (sums[end] - sums[start]) * _powers(INVERSE, len(sums))[start]
    return out


def _mixed(key: U64, kind: int) -> U64:
    """Keys of one kind of n-gram apart from those of the others (the finisher of SplitMix64: Steele, Lea & Flood 2014)."""
    out = key + np.uint64(kind * APART % (1 << 64))
    out = (out ^ (out >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    out = (out ^ (out >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: U64 = out ^ (out >> np.uint64(31))
    return mixed


_TABLES: dict[int, U64] = {}
_LAST = 0x2FFFF  # code points beyond are no letters


def _powers(base: int, count: int) -> U64:
    """``base`` to the power of 0, 1, 2, … modulo 2⁶⁴, at least ``count`` of them, the first ``count`` returned."""
    table = _TABLES.get(base)
    if table is None or len(table) < count:
        table = np.full(max(1 << 16, 1 << count.bit_length()), base, np.uint64)
        table[0] = 1
        table = _TABLES[base] = np.cumprod(table)
    return table[:count]


@cache
def _wordly() -> npt.NDArray[np.bool_]:
    """Of every code point up to _LAST, whether it belongs to words."""
    return np.array([chr(code).isalnum() or code == ord("_") for code in range(_LAST + 1)])
