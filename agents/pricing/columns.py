"""Rows that come one batch at a time, kept as numpy columns that grow by doubling; and numbers and arrays as bytes, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

U8 = npt.NDArray[np.uint8]
U64 = npt.NDArray[np.uint64]
Array = npt.NDArray[Any]

MAGIC, BEFORE = b"TRPP2\n", b"TRPP1\n"  # of containers as they are written, and as older code wrote them
LEAST = 8  # rows to begin with

Spec = Mapping[str, tuple[str, float]]  # column → (numpy dtype, the value of a new row)


class Columns:
    """Columns of equal length by name; ``table["lat"]`` is a writable view of the rows in use, stale once the table has grown."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.count = 0
        self._room: dict[str, Array] = {name: np.full(0, fill, dtype) for name, (dtype, fill) in spec.items()}

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, name: str) -> Array:
        return self._room[name][: self.count]

    def append(self, values: Mapping[str, Array]) -> None:
        """Add rows, shape (n,) per column; columns not named get the spec's value."""
        start, more = self.count, len(next(iter(values.values())))
        need = start + more
        if need > len(next(iter(self._room.values()))):
            room = max(need, 2 * start, LEAST)
            for name, (dtype, fill) in self.spec.items():
                grown = np.full(room, fill, dtype)
                grown[:start] = self[name]
                self._room[name] = grown
        self.count = need
        for name, (_, fill) in self.spec.items():
            self._room[name][start:need] = values.get(name, fill)

    def keep(self, rows: Array) -> None:
        """Only the rows at these positions or of this mask, in that order."""
        self._room = {name: self[name][rows] for name in self.spec}
        self.count = len(next(iter(self._room.values())))

    def arrays(self, rows: Array | None = None) -> dict[str, Array]:
        """The rows in use, or those at these positions."""
        return {name: self[name] if rows is None else self[name][rows] for name in self.spec}


def pack(facts: Mapping[str, Any], arrays: Mapping[str, Array]) -> bytes:
    """One container of ``facts`` (what JSON can hold) and ``arrays`` of any shape; equal content gives equal bytes.

    Whole numbers are kept in as few bytes as their range needs, less their least one; of numbers that are all the same there is one.
    """
    kept = {name: _narrow(array) for name, array in arrays.items()}
    names = [[name, array.dtype.str, list(array.shape), kept[name][0].dtype.str, kept[name][1]] for name, array in arrays.items()]
    header = json.dumps({"facts": facts, "arrays": names}, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    parts = [MAGIC, len(header).to_bytes(8, "little"), header, *(np.ascontiguousarray(array).tobytes() for array, _ in kept.values())]
    return b"".join(parts)


def _narrow(array: Array) -> tuple[Array, int | None]:
    """An array's numbers as they are kept, and what to add to them; None: all are the one that is kept."""
    if array.size == 0:
        return array, 0
    flat = np.ascontiguousarray(array).reshape(-1)
    if array.dtype.kind not in "iu":
        first = flat[:1]
        same = flat.tobytes() == first.tobytes() * flat.size if flat[-1].tobytes() == first.tobytes() else False
        return (first, None) if same else (array, 0)
    least, most = int(flat.min()), int(flat.max())
    if least == most:
        return flat[:1], None
    fitting = next(dtype for dtype in ("<u1", "<u2", "<u4", "<u8") if most - least <= np.iinfo(dtype).max)
    if np.dtype(fitting).itemsize >= array.dtype.itemsize:
        return array, 0
    return (flat - flat.dtype.type(least)).astype(fitting), least


def unpack(data: bytes) -> tuple[dict[str, Any], dict[str, Array]]:
    """What was packed. Raises ValueError for bytes that are no container."""
    if not data.startswith((MAGIC, BEFORE)):
        raise ValueError(f"pricing state starts with {data[:6]!r}, not {MAGIC!r}: it is of another agent or format")
    start = len(MAGIC) + 8
    end = start + int.from_bytes(data[len(MAGIC) : start], "little")
    header = json.loads(data[start:end])
    arrays: dict[str, Array] = {}
    for name, dtype, shape, *narrowed in header["arrays"]:
        stored, least = narrowed or (dtype, 0)
        count = int(np.prod(shape)) if least is not None else 1
        kept: Array = np.frombuffer(data, stored, count, end) if count else np.zeros(0, stored)
        end += kept.nbytes
        array: Array = kept.astype(dtype)
        if least:
            array += array.dtype.type(least)
        arrays[name] = array.reshape(shape) if least is not None else np.full(shape, kept[0], dtype)
    if end != len(data):
        raise ValueError(f"pricing state has {len(data)} bytes where its header says {end}")
    return header["facts"], arrays


def part(name: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Arrays with a prefix to their names, ``name`` and a dot."""
    return {f"{name}.{key}": array for key, array in arrays.items()}


def part_of(name: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The arrays that ``part`` named, by their own names."""
    return {key.removeprefix(f"{name}."): array for key, array in arrays.items() if key.startswith(f"{name}.")}
