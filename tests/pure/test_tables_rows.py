"""Records → changes of rows: the last record of a key counts, and a row's JSON says exactly what its record says."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any

import fastavro
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from streams.avro import codec
from streams.contract import contract
from tables.rows import changes, json_rows
from tests.mirrors import decision, driver, value

TOPIC = "matching.drivers"


@dataclass(frozen=True)
class Sent:
    """A record as the client hands it over."""

    at: int
    body: bytes | None
    name: bytes | None = b"k"

    def topic(self) -> str:
        return TOPIC

    def partition(self) -> int:
        return 3

    def offset(self) -> int:
        return self.at

    def key(self) -> bytes | None:
        return self.name

    def value(self) -> bytes | None:
        return self.body

    def timestamp(self) -> tuple[int, int]:
        return 1, 1000 + self.at

    def headers(self) -> None:
        return None

    def error(self) -> None:
        return None


bodies = st.one_of(
    st.none(),
    st.binary(max_size=30),
    st.builds(lambda n, text: value(TOPIC, driver("d", n, market=text)), st.integers(0, 10**6), st.text(st.characters(codec="utf-8"))),
)
records = st.lists(st.tuples(st.sampled_from([b"a", b"b", b"\xff\x00", None]), bodies), max_size=25)


def read(body: bytes) -> dict[str, Any] | None:
    """What fastavro reads, or None where the bytes are no driver."""
    if body[:5] != value(TOPIC, driver("d", 1))[:5]:
        return None
    stream = io.BytesIO(body[5:])
    try:
        row = fastavro.schemaless_reader(stream, contract().schema(TOPIC), None)
    except Exception:
        return None
    assert isinstance(row, dict)
    return row if stream.tell() == len(body) - 5 else None


@given(records)
def test_each_key_has_the_change_of_its_last_record(sent: list[tuple[bytes | None, bytes | None]]) -> None:
    made = changes(codec(TOPIC), TOPIC, 3, [Sent(10 + i, body, key) for i, (key, body) in enumerate(sent)])
    last = {key: (10 + i, body) for i, (key, body) in enumerate(sent) if key is not None}
    assert {change.key: change.offset for change in made.rows} == {key: offset for key, (offset, _) in last.items()}
    assert made.keyless == sum(key is None for key, _ in sent)
    for change in made.rows:
        offset, body = last[change.key]
        if body is None:
            assert change.row == b""
            continue
        row = json.loads(change.row)
        assert (row["topic"], row["partition"], row["offset"], row["timestamp"]) == (TOPIC, 3, offset, 1000 + offset)
        assert row.get("row") == read(body)
        assert ("error" in row) == (read(body) is None)
    assert made.unreadable == sum(b'"error":' in change.row and "error" in json.loads(change.row) for change in made.rows)


@given(st.lists(st.integers(0, 100), min_size=1, max_size=20))
def test_nested_rows_are_written_as_they_were(numbers: list[int]) -> None:
    topic = "matching.decisions"
    rows = [decision(f"o{i}", n) for i, n in enumerate(numbers)]
    made = changes(codec(topic), topic, 0, [Sent(i, value(topic, row), f"o{i}".encode()) for i, row in enumerate(rows)])
    fields = contract().schema(topic)["fields"]
    later = {field["name"]: field["default"] for field in fields if "default" in field}  # these rows do not give them
    for row in rows:
        row.update(later)
        for other in row["alternatives"]:
            other.update(cost_s=0.0, short_s=None)
    assert [json.loads(change.row)["row"] for change in made.rows] == rows


def test_bytes_are_hex_also_inside_lists_and_what_is_no_number_is_null() -> None:
    flat = pl.DataFrame({"b": [b"\x00\xff", None], "f": [float("nan"), float("inf")]})
    assert [json.loads(row) for row in json_rows(flat)] == [{"b": "00ff", "f": None}, {"b": None, "f": None}]
    nested = pl.DataFrame({"h": [[{"key": "k", "value": b"\x01"}]]})
    assert [json.loads(row) for row in json_rows(nested)] == [{"h": [{"key": "k", "value": "01"}]}]
