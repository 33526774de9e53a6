"""What a step writes, column by column, is the same as rows and as a frame."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from columns.output import Column, Cycle, Each, Same, Struct, Structs, Table, Where

KINDS = ("LOW", "HIGH", "URGENT")
ENUM = pl.Enum(KINDS)
ONE = pl.Struct({"gain": pl.Float64, "lost": pl.Int32})
SCHEMA = pl.Schema({
    "text": pl.String, "word": pl.String, "kind": ENUM, "names": pl.List(pl.String), "same": pl.Int32, "nothing": pl.Float64,
    "price": pl.Float64, "count": pl.Int32, "flag": pl.Boolean, "maybe": pl.Int64, "perhaps": ENUM, "one": ONE,
    "all": pl.List(pl.Struct({"name": pl.String, "value": pl.Float64})),
    "some": pl.List(pl.Struct({"kind": ENUM, "cents": pl.Int64, "share": pl.Float64})),
})  # fmt: skip


@given(st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_rows_and_frame_say_the_same(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    columns: dict[str, Column] = {
        "text": [f"t-{i}-ø" for i in range(n)],
        "word": np.array([f"w{i}" for i in range(n)], object),
        "kind": Each(KINDS, rng.integers(3, size=n)),
        "names": Each([[], ["a"], ["a", "b"]], rng.integers(3, size=n)),
        "same": Same(7),
        "nothing": Same(None),
        "price": rng.normal(size=n),
        "count": rng.integers(-5, 5, n),
        "flag": rng.random(n) < 0.5,
        "maybe": Where(rng.random(n) < 0.5, rng.integers(10, size=n)),
        "perhaps": Where(rng.random(n) < 0.5, Each(KINDS, rng.integers(3, size=n))),
        "one": Where(rng.random(n) < 0.5, Struct({"gain": rng.normal(size=n), "lost": rng.integers(9, size=n)})),
        "all": Structs(Struct({"name": Cycle(("a", "b")), "value": rng.normal(size=2 * n)}), 2),
        "some": Structs(
            Struct({"kind": Each(KINDS, rng.integers(3, size=3 * n)), "cents": rng.integers(9, size=3 * n), "share": rng.random(3 * n)}),
            3,
            rng.integers(0, 4, n),
        ),
    }
    table = Table(columns, n)
    frame = table.frame(SCHEMA)
    assert frame.schema == SCHEMA
    assert frame.to_dicts() == table.rows()
    assert len(table.rows()) == n
