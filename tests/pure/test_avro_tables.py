"""What a step says column by column is written with the bytes of its frame; what does not fit is left to the frame, which says why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from columns.output import Column, Cycle, Each, Same, Struct, Structs, Table, Where
from streams.avro import Codec
from streams.avro_tables import each

KINDS = ("LOW", "HIGH", "URGENT")
KIND = {"type": "enum", "name": "Kind", "symbols": list(KINDS)}


def record(name: str, /, **fields: Any) -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": [{"name": field, "type": of} for field, of in fields.items()]}


def array(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


SCHEMA = record(
    "All", text="string", word="string", kind=KIND, names=array("string"), same="int", nothing=["null", "double"], price="double",
    small="float", count="int", large="long", flag="boolean", given=["null", "double"], maybe=["null", "long"], perhaps=["Kind", "null"],
    one=["null", record("One", gain="double", lost="int")], plain=record("Plain", name="string", kind="Kind"),
    surely=["null", record("Surely", name="string")], all=array(record("Named", name="string", value="double")),
    some=array(record("Some", kind="Kind", cents="long", share=["null", "double"])), listed=["null", array(record("Listed", n="int"))],
)  # fmt: skip
CODEC = Codec(SCHEMA, 7, {7: SCHEMA})


def table(n: int, rng: np.random.Generator) -> Table:
    def kinds(count: int) -> Each:
        return Each(KINDS, rng.integers(3, size=count))

    some: dict[str, Column] = {"kind": kinds(3 * n), "cents": rng.integers(9, size=3 * n), "share": Same(None)}
    columns: dict[str, Column] = {
        "text": [f"t-{i}-ø" * int(rng.integers(90)) for i in range(n)],
        "word": np.array([f"w{i}" for i in range(n)], object),
        "kind": kinds(n),
        "names": Each([[], ["a"], ["a", "b"]], rng.integers(3, size=n)),
        "same": Same(7),
        "nothing": Same(None),
        "price": rng.choice([0.0, -0.0, np.inf, np.nan, 1e300, 2.5], n),
        "small": rng.normal(size=n).astype(np.float32),
        "count": rng.integers(-5, 5, n),
        "large": rng.integers(-(2**63), 2**63 - 1, n),
        "flag": rng.random(n) < 0.5,
        "given": rng.normal(size=n),
        "maybe": Where(rng.random(n) < 0.5, rng.integers(10, size=n)),
        "perhaps": Where(rng.random(n) < 0.5, kinds(n)),
        "one": Where(rng.random(n) < 0.5, Struct({"gain": rng.normal(size=n), "lost": rng.integers(9, size=n)})),
        "plain": Struct({"name": Same("ø"), "kind": kinds(n)}),
        "surely": Struct({"name": Same("x" * 300)}),
        "all": Structs(Struct({"name": Cycle(("a", "b")), "value": rng.normal(size=2 * n)}), 2),
        "some": Structs(Struct(some), 3, rng.integers(0, 4, n)),
        "listed": Where(rng.random(n) < 0.5, Structs(Struct({"n": rng.integers(9, size=2 * n)}), 2, rng.integers(0, 3, n))),
    }
    return Table(columns, n)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=3), st.integers(0, 2**32 - 1))
def test_tables_are_written_as_their_frames_are(sizes: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    tables = [table(n, rng) for n in sizes]
    written = CODEC.encode_tables(tables)
    assert written is not None
    frames = [value for one in tables for value in CODEC.encode(one.frame(CODEC.polars_schema)).values()]
    assert written.values() == frames
    assert written.lengths.tolist() == list(map(len, frames))


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("same", np.array([2**31])), ("text", [None]), ("text", np.array([7])), ("flag", np.array([2])), ("kind", ["NONE"]),
        ("price", Same(None)), ("price", np.array(["1"], object)), ("one", Same(5)), ("plain", np.array([1.0])), ("all", Same(3)),
        ("count", Struct({"n": Same(1)})), ("names", Struct({"n": Same(1)})), ("price", Where(np.array([False]), np.array([1.0]))),
        ("count", np.array([1.5])),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_not_written(name: str, column: Column) -> None:
    whole = table(1, np.random.default_rng(1))
    assert CODEC.encode_tables([whole]) is not None
    assert CODEC.encode_tables([Table({**whole.columns, name: column}, 1)]) is None


def test_neither_are_none_nor_many() -> None:
    assert CODEC.encode_tables([]) is None
    assert CODEC.encode_tables([table(5000, np.random.default_rng(1))]) is None


def test_plain_values_are_written_one_by_one() -> None:
    encode = str.encode
    assert each(Same("a"), 2, encode) == [b"a", b"a"]
    assert each(Each(("a", "b"), np.array([1, 0, 1])), 3, encode) == [b"b", b"a", b"b"]
    assert each(Cycle(("a", "b")), 4, encode) == [b"a", b"b", b"a", b"b"]
    assert each(["a"], 1, encode) == each(np.array(["a"], object), 1, encode) == [b"a"]
    with pytest.raises(TypeError):
        each(Struct({}), 1, encode)
