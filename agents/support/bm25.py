"""Documents of several fields and a query, as keys of what occurs in them, in; how well each document fits, out.

BM25 with weighted fields (Robertson & Zaragoza, The Probabilistic Relevance Framework, 2009, §3.6), as a share of what a document would get
that had everything the query has: so it lies in [0, 1), queries of any length compare, and what no document knows counts against all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from agents.support.features import I64, U64, Grams

F64 = npt.NDArray[np.float64]

K1, B = 1.2, 0.5  # how soon a repeated key counts no more, and how much a field's length counts against it


@dataclass(frozen=True, slots=True)
class Postings:
    """Which documents have which keys. ``keys`` ascending and ``idf`` (keys,); of key i the documents ``docs[starts[i]:starts[i + 1]]``.

    ``weight``: what each adds to its document's score, less than idf · (K1 + 1). ``strange``: the idf of a key that no document has.
    """

    count: int
    keys: U64
    idf: F64
    starts: I64
    docs: I64
    weight: F64
    strange: float

    def scores(self, wanted: U64, unsaid: float = 0.0) -> F64:
        """How well each document fits the query whose keys these are, all different: shape (documents,), in [0, 1).

        A short query proves less: it counts as if it had ``unsaid`` more keys, which no document has.
        """
        if len(wanted) == 0 or len(self.keys) == 0:
            return np.zeros(self.count)
        at = self.keys.searchsorted(wanted)
        at = at[self.keys.take(at, mode="clip") == wanted]
        lengths = self.starts[at + 1] - self.starts[at]
        ends = lengths.cumsum()
        places = (self.starts[at] - ends + lengths).repeat(lengths)
        places += np.arange(len(places))
        found = np.bincount(self.docs[places], self.weight[places], self.count)
        most = float(self.idf[at].sum()) + (len(wanted) - len(at) + unsaid) * self.strange
        out: F64 = found / (most * (K1 + 1))
        return out


def postings(fields: Sequence[tuple[float, Grams]], count: int) -> Postings:
    """``count`` documents; each field with its weight and the keys of all documents in it, each time one occurs."""
    weights = [_in_proportion(weight, found, count) for weight, found in fields]
    key = np.concatenate([found.key for _, found in fields])
    doc = np.concatenate([found.text for _, found in fields])
    keys, column = np.unique(key, return_inverse=True)
    cells, inverse = np.unique(column * count + doc, return_inverse=True)
    often = np.bincount(inverse, np.concatenate(weights), len(cells))
    columns, docs = np.divmod(cells, count)
    frequency = np.bincount(columns, minlength=len(keys))
    idf: F64 = np.log1p((count - frequency + 0.5) / (frequency + 0.5))
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(frequency)])
    weight = np.asarray(idf[columns] * often * (K1 + 1) / (often + K1), np.float64)
    return Postings(count, keys, idf, starts, docs, weight, float(np.log1p((count + 0.5) / 0.5)))


def _in_proportion(weight: float, found: Grams, count: int) -> F64:
    """What each occurrence in a field counts: less in the longer ones, of keys."""
    length = np.bincount(found.text, minlength=count)
    mean = max(1.0, float(length.mean())) if count else 1.0
    out: F64 = np.asarray(weight / (1 - B + B * length[found.text] / mean), np.float64)
    return out
