"""Texts in; sentence vectors out: Google's universal-sentence-encoder-multilingual v3 (Yang et al., Multilingual Universal Sentence Encoder
for Semantic Retrieval, 2019; Apache-2.0) in float32 numpy: word pieces, their n-grams of 2, 3 and 5 by two convolutions each, and a
residual network over their sum.

A text's vector does not depend, to the bit, on the texts it is computed with, nor on threads or processor: see ``times``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from agents.support.sparse import F32, F64
from agents.support.vectors import exact, times

I64 = npt.NDArray[np.int64]

WIDTH = 512  # of a sentence's vector, and of a word piece's
LANGUAGES = ("ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "zh")  # of ours
TABLES = 17  # the word pieces lie in so many tables, piece i in table i mod TABLES
ORDERS = ((2, 0), (3, 1), (5, 2))  # of the n-grams, and how many pieces of each are to the left
REACH_LEFT, REACH_RIGHT = 2, 2
PART = 256  # width of what is known of each order
LONGEST = 128  # word pieces of a text that are looked at
TOGETHER = 1024  # word pieces that are looked at together, to bound the memory
REMEMBERED = 4096  # word pieces of which it is remembered what they say by themselves, of 13 kB each: most texts are of the same ones


@dataclass
class Multilingual:
    """The model. ``numbers``: text → the numbers of its word pieces between those of its begin and end; ``pieces``: their vectors as bytes,
    (pieces, WIDTH), to be scaled; ``weights``: all others by their names in the package's file."""

    numbers: Callable[[str], Sequence[int]]
    pieces: npt.NDArray[np.uint8]
    weights: Mapping[str, npt.NDArray[Any]]
    _remembered: dict[int, F32] = field(default_factory=dict, init=False, repr=False)

    def vectors(self, texts: Sequence[str]) -> F32:
        """Shape (texts, WIDTH), each of length 1."""
        out, start, size = [np.zeros((0, WIDTH), np.float32)], 0, 0
        pieces = [_cut(self.numbers(text)) for text in texts]
        for i, one in enumerate(pieces):
            if size and size + len(one) > TOGETHER:
                out.append(self._some(pieces[start:i]))
                start, size = i, 0
            size += len(one)
        if start < len(pieces):
            out.append(self._some(pieces[start:]))
        return np.concatenate(out)

    @cached_property
    def _narrow(self) -> tuple[F64, F32, F32, F32]:
        """Weights, bias and norm of the step from a piece's vector to what is known of each order, side by side."""
        names = [str(order) for order, _ in ORDERS]
        matrix, *rest = (
            np.concatenate([self.weights[part + name] for name in names], axis=-1) for part in ("proj", "proj_b", "ln_g", "ln_b")
        )
        return exact(matrix), rest[0], rest[1], rest[2]

    @cached_property
    def _apart(self) -> list[F64]:
        """The weights of each order's first convolution, from a piece to what it says at each place of an n-gram, side by side."""
        firsts = [np.asarray(self.weights[f"w1_{order}"]).reshape(order, PART, PART) for order, _ in ORDERS]
        return [exact(first.transpose(1, 0, 2).reshape(PART, -1)) for first in firsts]

    @cached_property
    def _matrices(self) -> dict[str, F64]:
        """The weights of products, by name."""
        names = [f"w2_{order}" for order, _ in ORDERS] + ["cnn_W", "d0", "d1", "d2", "d3", "p1", "p3"]
        return {name: exact(self.weights[name]) for name in names}

    def _some(self, pieces: Sequence[Sequence[int]]) -> F32:
        lengths = np.array([len(one) for one in pieces])
        flat = np.concatenate([np.asarray(one, np.int64) for one in pieces])
        starts = np.cumsum(lengths) - lengths
        of_pieces = self.pieces[flat] * self.weights["scale"][flat % TABLES, None] + self.weights["lo"][flat % TABLES, None]
        known = np.concatenate([of_pieces, *self._grams(self._alone(flat, of_pieces), starts, lengths)], axis=1)
        known = _normalised(known, self.weights["ln_g"], self.weights["ln_b"], self._epsilon)
        whole = times(np.add.reduceat(known, starts, axis=0), self._matrices["cnn_W"])
        many = lengths.astype(np.float32)[:, None]
        return self._residual((whole + many * self.weights["cnn_b"]) / np.sqrt(many))

    def _alone(self, numbers: I64, of_pieces: F32) -> F32:
        """What pieces say by themselves, side by side: what is known of each order; and what they say at each place of its n-grams. Of
        pieces by ``numbers`` with vectors ``of_pieces``."""
        given, remembered = numbers.tolist(), self._remembered
        places = [place for place, number in enumerate(given) if number not in remembered]
        if places:
            matrix, bias, gain, shift = self._narrow
            new = _normalised(times(of_pieces[places], matrix) + bias, gain, shift, self._epsilon)
            said = [times(new[:, at * PART : (at + 1) * PART], apart) for at, apart in enumerate(self._apart)]
            if len(remembered) + len(places) > REMEMBERED:
                remembered = self._remembered = {number: remembered[number] for number in given if number in remembered}
            remembered |= {given[place]: row.copy() for place, row in zip(places, np.concatenate([new, *said], axis=1), strict=True)}
        return np.stack([remembered[number] for number in given])

    def _grams(self, alone: F32, starts: I64, lengths: I64) -> list[F32]:
        """What the n-grams of each order say at each piece, shape (pieces, PART) each."""
        w, m, n = self.weights, self._matrices, len(alone)
        around = np.arange(n)[:, None] + np.arange(-REACH_LEFT, REACH_RIGHT + 1)
        first, end = np.repeat(starts, lengths)[:, None], np.repeat(starts + lengths, lengths)[:, None]
        around = np.where((around >= first) & (around < end), around, n)  # row n is of zeros: nothing beyond the text
        each = _ended(alone).reshape(n + 1, -1, PART)
        out, place = [], len(ORDERS)
        for at, (order, left) in enumerate(ORDERS):
            window = around[:, REACH_LEFT - left : REACH_LEFT - left + order]
            said = each[window[:, 0], place]
            for i in range(1, order):  # in this order, to the bit
                said += each[window[:, i], place + i]
            place += order
            once = _positive(said + w[f"b1_{order}"]) + each[:n, at]
            out.append(_positive(times(_within(once, window), m[f"w2_{order}"]) + w[f"b2_{order}"]) + once)
        return out

    def _residual(self, x: F32) -> F32:
        m = self._matrices
        first = _positive(times(x, m["d0"]))
        second = _positive(times(x, m["p1"]) + times(first, m["d1"]))
        third = _positive(times(second, m["d2"]))
        out = np.tanh(times(second, m["p3"]) + times(third, m["d3"]))
        length: F32 = out / np.sqrt(np.maximum(np.einsum("ij,ij->i", out, out), self._epsilon))[:, None]
        return length

    @property
    def _epsilon(self) -> np.float32:
        return np.float32(self.weights["eps"])


def interleaved(weights: Mapping[str, npt.NDArray[np.uint8]]) -> npt.NDArray[np.uint8]:
    """The vectors of all word pieces as one, from the tables ``q1`` to ``q17`` of the package's file."""
    table = np.empty((TABLES * len(weights["q1"]), WIDTH), np.uint8)
    for i in range(TABLES):
        table[i::TABLES] = weights[f"q{i + 1}"]
    return table


def _cut(numbers: Sequence[int]) -> Sequence[int]:
    """The first LONGEST, the last of which stays the end."""
    return numbers if len(numbers) <= LONGEST else [*numbers[: LONGEST - 1], numbers[-1]]


def _within(x: F32, window: I64) -> F32:
    """The rows of each window side by side, shape (n, order · PART)."""
    return _ended(x)[window].reshape(len(x), -1)


def _ended(x: F32) -> F32:
    """With a row of zeros behind the others."""
    return np.concatenate([x, np.zeros((1, x.shape[1]), np.float32)])


def _positive(x: F32) -> F32:
    out: F32 = np.maximum(x, np.float32(0))
    return out


def _normalised(x: F32, gain: F32, shift: F32, epsilon: np.float32) -> F32:
    """Layer normalisation."""
    x = x - x.mean(axis=-1, keepdims=True, dtype=np.float32)
    spread = np.sqrt(np.einsum("ij,ij->i", x, x) / np.float32(x.shape[1]) + epsilon)
    out: F32 = x / spread[:, None] * gain + shift
    return out
