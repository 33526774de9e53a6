"""Features of texts, each time one occurs, in; those that count, out."""

from __future__ import annotations

import numpy as np
import polars as pl

from agents.support.vectors import Occurrences, Vocabulary


def learnt(found: Occurrences, texts: int, least: int = 2) -> Vocabulary:
    """The features that at least ``least`` of so many texts have; idf = ln((1 + texts) / (1 + texts with it)) + 1, as scikit-learn's."""
    each = pl.DataFrame({"key": found.key, "text": found.text.astype(np.int32), "words": found.words})
    counted = each.group_by("key").agg(pl.col("text").n_unique(), pl.col("words").max())
    kept = counted.filter(pl.col("text") >= least).sort("key")
    idf = np.log((1 + texts) / (1 + kept["text"].to_numpy().astype(np.float64))) + 1
    return Vocabulary(kept["key"].to_numpy(), idf.astype(np.float32), kept["words"].to_numpy())
