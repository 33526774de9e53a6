"""Documents of several fields and a query, as keys of what occurs in them, in; how well each document fits, out.

BM25 with weighted fields (Robertson & Zaragoza, The Probabilistic Relevance Framework, 2009, §3.6), as a share of what a document would get
that had everything the query has: so it lies in [0, 1), queries of any length compare, and what no document knows counts against all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from agents.support.features import U64, Grams
from agents.support.sparse import sums

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]

K1, B = 1.2, 0.5  # how soon a repeated key counts no more, and how much a field's length counts against it


@dataclass(frozen=True, slots=True)
class Postings:
    """Which documents have which keys. ``keys`` ascending and ``idf`` (keys,); of key i the documents ``docs[starts[i]:starts[i + 1]]``.

    ``weight``: what each adds to its document's score, less than idf · (K1 + 1). ``strange``: the idf of a key that no document has.
    ``kinds``: how many kinds of keys there are, none in two of them; document d has its keys of kind k as document k · ``count`` + d.
    """

    count: int
    keys: U64
    idf: F64
    starts: I32
    docs: I32
    weight: F64
    strange: float
    kinds: int = 1

    def scores(self, wanted: Sequence[Sequence[U64]], unsaid: Sequence[float]) -> F64:
        """How well each document fits each query by each kind of key: shape (queries, kinds, documents), in [0, 1).

        ``wanted``: the keys of each query by kind, all different. A short query proves less: it counts as if it had ``unsaid`` more keys of
        a kind, which no document has. What a query comes to does not depend, to the bit, on the others.
        """
        each = [keys for query in wanted for keys in query]
        lengths = [len(keys) for keys in each]
        flat = np.concatenate(each)
        at = self.keys.searchsorted(flat)
        known = np.flatnonzero(self.keys.take(at, mode="clip") == flat) if len(self.keys) else np.zeros(0, np.int64)
        at = at[known]
        ends = known.searchsorted(np.cumsum(lengths)).tolist()  # of what is known of each
        found = self._summed(at.astype(np.int32), [0, *ends[self.kinds - 1 :: self.kinds]])
        idf, starts, more = self.idf[at], [0, *ends], [*unsaid] * len(wanted)
        most = [
            (float(idf[start:end].sum()) + (length - (end - start) + other) * self.strange) * (K1 + 1) or 1.0
            for start, end, length, other in zip(starts, ends, lengths, more, strict=False)
        ]
        out: F64 = found.reshape(len(wanted), self.kinds, self.count)
        out /= np.array(most).reshape(len(wanted), self.kinds, 1)
        return out

    def _summed(self, at: I32, ends: Sequence[int]) -> F64:
        """The weights of the keys ``at`` summed up by document, for queries that end at ``ends[1:]`` of them: (queries, kinds · count).

        It is the product of a matrix of ones (queries, keys) with that of the weights (keys, documents), summed in the order of ``at``.
        """
        n, size = len(ends) - 1, self.kinds * self.count
        most = min(int((self.starts[at + 1] - self.starts[at]).sum()), n * size)
        return sums((np.array(ends, np.int32), at, np.ones(len(at))), (self.starts, self.docs, self.weight), size, most)


def together(each: Sequence[Postings]) -> Postings:
    """Postings of the same documents by several kinds of keys as one."""
    count, first = each[0].count, each[0]
    keys = np.concatenate([one.keys for one in each])
    order = np.argsort(keys, kind="stable")
    lengths = np.concatenate([np.diff(one.starts) for one in each])
    begin = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])[:-1][order]
    lengths = lengths[order]
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    places = np.repeat(begin - starts[:-1], lengths) + np.arange(starts[-1])
    docs = np.concatenate([one.docs + kind * count for kind, one in enumerate(each)])[places]
    idf, weight = (np.concatenate([getattr(one, name) for one in each]) for name in ("idf", "weight"))
    return Postings(count, keys[order], idf[order], starts.astype(np.int32), docs, weight[places], first.strange, len(each))


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
    return Postings(count, keys, idf, starts.astype(np.int32), docs.astype(np.int32), weight, float(np.log1p((count + 0.5) / 0.5)))


def _in_proportion(weight: float, found: Grams, count: int) -> F64:
    """What each occurrence in a field counts: less in the longer ones, of keys."""
    length = np.bincount(found.text, minlength=count)
    mean = max(1.0, float(length.mean())) if count else 1.0
    out: F64 = np.asarray(weight / (1 - B + B * length[found.text] / mean), np.float64)
    return out
