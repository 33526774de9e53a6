"""A seed → the bench.events of `tripo bench runtime`, as frames; the same seed gives the same bytes, whole or in chunks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

MARKETS = 256  # enough keys that murmur2 spreads them over eight partitions within a tenth
CHUNK = 50_000
START_MS = 1_767_225_600_000  # 2026-01-01: event time is part of the bytes, so it is no clock's
NOTES = ("ring the bell at the back", "two suitcases", "waiting at gate 4", "blue door")


def events(records: int, seed: int) -> Iterator[pl.DataFrame]:
    """``records`` rows of schema bench-event in frames of at most CHUNK rows; ``id`` is e and the row's number, 9 digits."""
    for chunk, first in enumerate(range(0, records, CHUNK)):
        yield _chunk(np.random.default_rng((seed, chunk)), first, min(CHUNK, records - first))


def row_numbers(ids: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The rows' numbers in the generated events, int64, from their ids. Raises polars' error on a foreign id."""
    return ids.str.slice(1).cast(pl.Int64).to_numpy()


def _chunk(rng: np.random.Generator, first: int, rows: int) -> pl.DataFrame:
    numbers = pl.Series("n", np.arange(first, first + rows))
    notes = pl.Series("note", NOTES).gather(rng.integers(0, len(NOTES), rows))
    return pl.DataFrame(
        {
            "id": "e" + numbers.cast(pl.String).str.zfill(9),
            "market": "market-" + pl.Series(rng.integers(0, MARKETS, rows)).cast(pl.String),
            "ts": START_MS + first + np.arange(rows),
            "lat": np.round(37.6 + 0.2 * rng.random(rows), 6),
            "lon": np.round(-122.5 + 0.2 * rng.random(rows), 6),
            "price": np.round(5 + rng.gamma(2.0, 6.0, rows), 2),
            "rider": "rider-" + pl.Series(rng.integers(0, 100_000, rows)).cast(pl.String),
            "note": notes.zip_with(pl.Series(rng.random(rows) < 0.5), pl.Series([None] * rows, dtype=pl.String)),
        }
    )
